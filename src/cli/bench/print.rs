//! The measurements as tables.

use super::matching::{Part, Report};
use crate::cli::table;
use crate::domain::text::Lang;
use comfy_table::Table;
use std::fmt::Write as _;

/// All tables.
pub fn tables(lang: Lang, reports: &[Report]) -> String {
    let mut text = String::new();
    for (part, title) in [
        (Part::Solver, lang.pick("一、仅求解器", "1. The solver alone")),
        (Part::Hub, lang.pick("二、整个枢纽（含数据库）", "2. The whole hub, with its database")),
    ] {
        let own: Vec<&Report> = reports.iter().filter(|report| report.part == part).collect();
        let _ = writeln!(text, "\n{title}\n{}", stages(lang, &own));
    }
    text
}

fn stages(lang: Lang, reports: &[&Report]) -> Table {
    let mut table = table(lang.pick(
        ["规模", "求解器", "步骤", "用时 s", "CPU s", "峰值内存 MiB", "目标值"],
        ["size", "solver", "stage", "wall s", "CPU s", "peak MiB", "objective"],
    ));
    for report in reports {
        for stage in &report.stages {
            table.add_row([
                report.scale.label(lang).to_owned(),
                report.solver.clone(),
                stage.name.clone(),
                format!("{:.4}", stage.wall_s),
                format!("{:.4}", stage.cpu_s),
                format!("{:.0}", stage.peak_mib),
                report.objective.to_string(),
            ]);
        }
    }
    table
}

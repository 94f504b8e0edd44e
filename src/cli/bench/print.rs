//! The measurements as tables.

mod further;

use super::matching::{Measured, Part, Report, Scale};
use super::measure::Stage;
use crate::cli::table;
use crate::domain::text::Lang;
use comfy_table::Table;
use std::fmt::Write as _;

/// All tables that there is anything for.
pub fn tables(lang: Lang, measured: &[Measured]) -> String {
    let of = |part: Part| {
        let all =
            measured.iter().filter_map(|one| if let Measured::Stages(one) = one { Some(one) } else { None });
        all.filter(|report| report.part == part).collect::<Vec<_>>()
    };
    let all = [
        (
            lang.pick("一、求解器（同一实例）", "1. The solvers, on the same instances"),
            solvers(lang, &of(Part::Solver)),
        ),
        (
            lang.pick("二、整个枢纽，含数据库，分步", "2. The whole hub with its database, stage by stage"),
            stages(lang, &of(Part::Hub)),
        ),
    ];
    let mut text = String::new();
    for (title, table) in all.into_iter().chain(further::tables(lang, measured)) {
        if !table.is_empty() {
            let _ = writeln!(text, "\n{title}\n{table}");
        }
    }
    text
}

/// What each solver needs, and how many times as much as ours.
fn solvers(lang: Lang, reports: &[&Report]) -> Table {
    let mut table = table(lang.pick(
        ["规模", "求解器", "候选对", "用时 s", "CPU s", "倍数", "内存 MiB", "倍数", "目标值"],
        ["size", "solver", "pairs", "wall s", "CPU s", "times", "memory MiB", "times", "objective"],
    ));
    for report in reports {
        let ours = reports.iter().find(|other| other.scale == report.scale);
        let times = |own: f64, ours: Option<f64>| match ours {
            Some(ours) if ours > 0.0 => format!("{:.1}", own / ours),
            _ => String::new(),
        };
        let Some(solve) = stage(report, "solve") else { continue };
        table.add_row([
            report.scale.label(lang).to_owned(),
            report.solver.clone(),
            report.pairs.to_string(),
            seconds(solve.wall_s),
            seconds(solve.cpu_s),
            times(solve.cpu_s, ours.and_then(|ours| stage(ours, "solve")).map(|solve| solve.cpu_s)),
            format!("{:.1}", report.memory_mib),
            times(report.memory_mib, ours.map(|ours| ours.memory_mib)),
            report.objective.to_string(),
        ]);
    }
    table
}

/// What each stage takes, and how much more than on the size before.
fn stages(lang: Lang, reports: &[&Report]) -> Table {
    let mut table = table(lang.pick(
        ["规模", "步骤", "用时 s", "CPU s", "比上一规模", "峰值内存 MiB"],
        ["size", "stage", "wall s", "CPU s", "growth", "peak MiB"],
    ));
    for (place, report) in reports.iter().enumerate() {
        let smaller = place.checked_sub(1).map(|before| reports[before]);
        for one in &report.stages {
            let before = smaller.and_then(|smaller| stage(smaller, &one.name)).map(|stage| stage.cpu_s);
            let growth = before.filter(|cpu_s| *cpu_s > 0.0).map(|cpu_s| format!("{:.1}", one.cpu_s / cpu_s));
            table.add_row([
                size(lang, report.scale, report.needs, report.services),
                name(lang, &one.name).to_owned(),
                seconds(one.wall_s),
                seconds(one.cpu_s),
                growth.unwrap_or_default(),
                format!("{:.0}", one.peak_mib),
            ]);
        }
    }
    table
}

fn size(lang: Lang, scale: Scale, needs: usize, services: usize) -> String {
    format!("{} {needs} × {services}", scale.label(lang))
}

/// What a person reads for a stage.
fn name(lang: Lang, stage: &str) -> &str {
    match stage {
        "load" => lang.pick("从数据库载入", "load from the database"),
        "pairs" | "candidates" => lang.pick("候选与评分", "candidates and scores"),
        "solve" => lang.pick("求解", "solve"),
        "price out" => lang.pick("按价格补入其余配对", "price out the other pairs"),
        "prove" => lang.pick("证明", "prove"),
        "explain" => lang.pick("解释", "explain"),
        "end to end" => lang.pick("从待认领到已推荐，全程", "open to suggested, end to end"),
        other => other,
    }
}

fn stage<'r>(report: &'r Report, name: &str) -> Option<&'r Stage> {
    report.stages.iter().find(|stage| stage.name == name)
}

fn seconds(seconds: f64) -> String {
    format!("{seconds:.4}")
}

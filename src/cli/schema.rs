use super::{Desk, table};
use crate::federation::breaking;
use crate::graph;
use anyhow::{Context as _, Result, anyhow};
use async_graphql::SDLExportOptions;
use async_graphql::parser::parse_schema;
use clap::Subcommand;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// 导出或核对 schema | Print the schema or hold it against an older one
#[derive(Subcommand, Debug)]
pub enum Schema {
    /// 导出 SDL | Print the SDL
    #[command(after_help = "示例 Example:\n  gongjian schema print > schema/hub.graphql")]
    Print,
    /// 与旧版比较，有破坏兼容的改动时退出码为 1 | Compare with an older one; exits 1 where clients would break
    #[command(after_help = "示例 Example:\n  gongjian schema check --against schema/hub.graphql")]
    Check {
        /// 旧版 SDL 文件 | The older SDL
        #[arg(long, value_name = "FILE")]
        against: PathBuf,
    },
}

impl Schema {
    pub(super) fn run(self, desk: &Desk) -> Result<ExitCode> {
        match self {
            Self::Print => {
                std::io::stdout().write_all(printed().as_bytes())?;
                Ok(ExitCode::SUCCESS)
            }
            Self::Check { against } => check(desk, &against),
        }
    }
}

/// The schema as text, in an order that only changes where the schema does.
#[must_use]
pub fn printed() -> String {
    let sorted = SDLExportOptions::new()
        .sorted_fields()
        .sorted_arguments()
        .sorted_enum_items()
        .include_specified_by()
        .use_space_ident()
        .prefer_single_line_descriptions();
    let sdl = graph::schema().finish().sdl_with_options(sorted);
    let lines: Vec<&str> = sdl.lines().map(str::trim_end).collect();
    format!("{}\n", lines.join("\n").trim())
}

fn check(desk: &Desk, against: &Path) -> Result<ExitCode> {
    let old = std::fs::read_to_string(against).with_context(|| against.display().to_string())?;
    let old = parse_schema(&old).map_err(|error| anyhow!("{}: {error}", against.display()))?;
    let new = parse_schema(printed()).context("SDL")?;
    let found = breaking(&old, &new);
    if found.is_empty() {
        println!("{}", desk.pick("没有破坏兼容的改动。", "Nothing here breaks a client."));
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = table(desk.pick(["位置", "破坏兼容的改动"], ["where", "what breaks"]));
    for one in &found {
        table.add_row([one.path.as_str(), one.message(desk.lang)]);
    }
    println!("{table}");
    let count = found.len();
    println!(
        "{}",
        desk.pick(
            format!("共{count}处。先用 @deprecated 标记并在 schema/CHANGELOG.md 写明，至少6个月后再移除。"),
            format!("{count} in all. Deprecate first, say so in schema/CHANGELOG.md, and remove 6 months later at the earliest."),
        )
    );
    Ok(ExitCode::FAILURE)
}

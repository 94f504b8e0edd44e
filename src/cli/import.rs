use super::Desk;
use crate::domain::viewer::{Actor, Viewer};
use crate::exchange::areas;
use anyhow::{Result, anyhow};
use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

/// Bad rows that are shown; the rest is counted.
const SHOWN: usize = 20;

/// 导入数据 | Bring data in
#[derive(Subcommand, Debug)]
pub enum Import {
    /// 导入区划树（省、市、区县、街道） | Bring in the tree of areas: provinces, cities, districts, streets
    #[command(
        after_help = "文件夹须含 provinces.csv、cities.csv、areas.csv、streets.csv；可重复导入；有一行出错则全部不导入。
The folder holds provinces.csv, cities.csv, areas.csv and streets.csv. It may be repeated; one bad row and nothing is brought in.

示例 Example:
  gongjian import areas ./areas-cn"
    )]
    Areas {
        /// 文件夹 | The folder
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
}

impl Import {
    pub(super) async fn run(self, desk: &Desk) -> Result<ExitCode> {
        let Self::Areas { folder } = self;
        import_areas(desk, &folder).await
    }
}

async fn import_areas(desk: &Desk, folder: &Path) -> Result<ExitCode> {
    let begun = Instant::now();
    let areas = areas::read(folder).map_err(|bad| {
        let lines: Vec<String> = bad.iter().take(SHOWN).map(|row| row.message(desk.lang)).collect();
        let (lines, count) = (lines.join("\n  "), bad.len());
        anyhow!(desk.pick(
            format!("{count}处有误，没有导入任何数据：\n  {lines}"),
            format!("{count} mistakes, nothing was brought in:\n  {lines}"),
        ))
    })?;
    let store = desk.store().await?;
    let bar = ProgressBar::new(u64::try_from(areas.len()).unwrap_or_default());
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {human_pos}/{human_len} {elapsed}") {
        bar.set_style(style);
    }
    let work = async {
        let mut tx = store.begin(&Viewer::local(Actor::Administrator)).await?;
        let changed = areas::import(&mut tx, &areas, |rows| bar.inc(rows)).await?;
        tx.commit().await?;
        Ok(changed)
    };
    let changed = work.await.map_err(|error| desk.failed(&error));
    bar.finish_and_clear();
    let changed = changed?;
    store.close().await;
    let (rows, seconds) = (areas.len(), begun.elapsed().as_secs_f64());
    println!(
        "{}",
        desk.pick(
            format!("共{rows}个区划，新增或更名{changed}个，用时{seconds:.1}秒。"),
            format!("{rows} areas, {changed} of them new or renamed, in {seconds:.1} s."),
        )
    );
    Ok(ExitCode::SUCCESS)
}

//! The matching of an area, as a report or as JSON: as it is, or as it would be.

mod json;
pub mod print;
mod suppose;

use super::find::find_area;
use super::{Desk, show};
use crate::domain::area::Area;
use crate::domain::viewer::{Actor, Viewer};
use crate::matching::advice::{Ask, advice};
use crate::matching::assign::Watch;
use crate::matching::compare::{Comparison, compare};
use crate::matching::fairness::{DialStep, dial};
use crate::matching::settings::{Fairness, Foresight, Settings};
use crate::matching::solve::{Matching, solve};
use crate::matching::world::World;
use crate::store::world::{self, Reach};
use crate::store::{Store, category, settings};
use anyhow::{Result, anyhow};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::ExitCode;

/// How many asks are told unless the caller says otherwise.
pub const ASKS: usize = 5;

/// 匹配一个区域的全部需求，不作任何改动 | Match all needs of an area at once; changes nothing
#[derive(Args, Debug)]
#[command(after_help = "示例 Examples:
  gongjian match --area 430102002                       一个街道 | a street
  gongjian match --area 人民新村社区 --asks 10            一个社区，给出10条征集建议 | a community, ten things to ask for
  gongjian match --area 430102002 --what-if 设想.toml    设想：与现状对照 | what would be if, beside what is
  gongjian match --area 430102002 --dial                公平度各档的代价 | what each step of the dial costs
  gongjian match --area 430102002 --foresight 60        为去年同期那样的需求留出容量 | keep back for needs as last year's
  gongjian match --area 430102002 --json > 匹配.json     供程序使用 | for programs

设想文件 What-if file (TOML), all parts optional:
  [[service]]   # 增加服务 | a service more
  title = \"反诈讲座\"
  category = \"safety.anti_fraud\"
  measure = \"sessions\"
  quantity = 2
  from = \"2026-12-01\"
  until = \"2026-12-31\"
  [[need]]      # 增加需求，另有 urgency | a need more, with an urgency too
  [[capacity]]  # 改变余量 | another quantity left
  service = \"守住养老钱反诈讲座\"
  left = 10
  [[without]]   # 去掉一项 | leave one out
  service = \"…\"  # 或 or: need = \"…\"
  [[pin]]       # 指定 | pin; [[forbid]] 禁止 | forbid
  need = \"…\"
  service = \"…\"
  [settings]
  fairness = 2
  foresight = 60")]
pub struct Match {
    /// 区域：编号、名称或代码 | The area, by id, name or code
    #[arg(long, value_name = "ID|NAME|CODE")]
    area: String,
    /// 只匹配此类别及其下级（代码） | Only this category and below it, by its code
    #[arg(long, value_name = "CODE")]
    category: Option<String>,
    /// 设想文件：增减服务、需求、容量、指定、禁止 | A file of suppositions, see below
    #[arg(long, value_name = "FILE")]
    what_if: Option<PathBuf>,
    /// 公平度0到4：0满足最多，4不让任何社区掉队 | The dial: 0 most needs served, 4 nobody left far behind
    #[arg(long, value_name = "0..4")]
    fairness: Option<i64>,
    /// 预见度0到100：去年同期的需求按百分之几计入，为其留出容量 | How much last year's needs count, in percent
    #[arg(long, value_name = "0..100")]
    foresight: Option<i64>,
    /// 列出公平度各档的结果与代价 | Show every step of the dial and what it costs
    #[arg(long)]
    dial: bool,
    /// 征集建议的条数 | How many things to ask for
    #[arg(long, default_value_t = ASKS)]
    asks: usize,
    /// 输出 JSON | Print JSON
    #[arg(long)]
    json: bool,
}

/// All that is told of an area's matching.
pub struct Report {
    /// The world as it is, or as it is supposed to be.
    pub world: World,
    /// How it was matched.
    pub settings: Settings,
    /// Its matching.
    pub matching: Matching,
    /// What it is beside what is, where something was supposed.
    pub comparison: Option<Comparison>,
    /// What to ask for next.
    pub asks: Vec<Ask>,
    /// The steps of the dial, where they were asked for.
    pub dial: Vec<DialStep>,
}

impl Match {
    pub(super) async fn run(self, desk: &Desk) -> Result<ExitCode> {
        let store = desk.store().await?;
        let mut bar = Bar::new(desk);
        let report = self.report(desk, &store, &mut bar).await;
        bar.0.finish_and_clear();
        let (area, report) = report?;
        store.close().await;
        if self.json {
            show(&json::report(&area, &report)?)?;
        } else {
            let title = desk.pick(area.name.clone(), area.name_en.clone().unwrap_or(area.name));
            show(&print::report(desk.lang, &title, &report))?;
        }
        Ok(ExitCode::SUCCESS)
    }

    async fn report(&self, desk: &Desk, store: &Store, bar: &mut Bar) -> Result<(Area, Report)> {
        let mut conn = store.read().await.map_err(|error| desk.failed(&error))?;
        let area = find_area(desk, &mut conn, &self.area).await?;
        let known = category::all(&mut conn).await.map_err(|error| desk.failed(&error))?;
        let category = self.category.as_deref().map(|wanted| suppose::category(desk, wanted, known.iter()));
        let category = category.transpose()?;
        let settings = settings::of(&mut conn, area.street_id, &store.settings).await;
        let mut settings = settings.map_err(|error| desk.failed(&error))?;
        if let Some(step) = self.fairness {
            settings.fairness = Fairness::try_from(step).map_err(|_| {
                anyhow!(desk.pick("公平度应为0到4。", "The dial of fairness goes from 0 to 4."))
            })?;
        }
        if let Some(percent) = self.foresight {
            settings.foresight = Foresight::try_from(percent).map_err(|_| {
                anyhow!(desk.pick("预见度应为0到100。", "Foresight goes from 0 to 100 percent."))
            })?;
        }
        // A file may suppose another foresight, and names what it supposes in the world: so what is expected is read with it.
        let ahead = settings.foresight.looks_ahead() || self.what_if.is_some();
        let viewer = Viewer::local(Actor::Administrator);
        let reach = Reach::Afresh { area: area.id, category, ahead };
        let world = world::load(&mut conn, &viewer, store.clock.now(), &reach).await;
        let world = world.map_err(|error| desk.failed(&error))?;
        let report = self.solved(desk, &area, world, settings, bar)?;
        Ok((area, report))
    }

    fn solved(
        &self,
        desk: &Desk,
        area: &Area,
        mut world: World,
        mut settings: Settings,
        bar: &mut Bar,
    ) -> Result<Report> {
        let mut matching = solve(&world, &settings, bar)?;
        let mut comparison = None;
        if let Some(file) = &self.what_if {
            let what_if = suppose::read(desk, file, area, &world)?;
            let (supposed, chosen) = what_if
                .apply(&world, &settings)
                .map_err(|refusal| anyhow!("{}: {}", refusal.field.join("."), refusal.message(desk.lang)))?;
            let then = solve(&supposed, &chosen, bar.next(desk.pick("设想", "what if")))?;
            comparison = Some(compare((&world, &matching), (&supposed, &then)));
            (world, settings, matching) = (supposed, chosen, then);
        }
        let asks = advice(
            &world,
            &settings,
            &matching,
            area.id,
            self.asks,
            bar.next(desk.pick("征集建议", "asks")),
        )?;
        let dial = if self.dial {
            dial(&world, &settings, bar.next(desk.pick("公平度", "dial")))?
        } else {
            Vec::new()
        };
        Ok(Report { world, settings, matching, comparison, asks, dial })
    }
}

/// A progress bar that watches the solver.
struct Bar(ProgressBar);

impl Bar {
    fn new(desk: &Desk) -> Self {
        let bar = ProgressBar::new(1_000).with_message(desk.pick("匹配", "matching"));
        if let Ok(style) = ProgressStyle::with_template("{msg} {bar:40} {percent}% {elapsed}") {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// Begins anew for the next thing to be solved.
    fn next(&mut self, what: &'static str) -> &mut Self {
        self.0.set_message(what);
        self.0.set_position(0);
        self
    }
}

impl Watch for Bar {
    fn progress(&mut self, done: f32) -> ControlFlow<()> {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 1,000")]
        self.0.set_position((done.clamp(0.0, 1.0) * 1_000.0) as u64);
        ControlFlow::Continue(())
    }
}

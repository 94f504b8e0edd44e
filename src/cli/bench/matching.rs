//! `gongjian bench matching`: the matching from a street to a metropolis.
//!
//! Each measurement runs in a process of its own, so that its memory is its own too.

use super::changes::Changes;
use super::lots::WholeLots;
use super::measure::Stage;
use super::season::Seasons;
use super::{SEED, changes, hub, lots, peers, print, season, solver};
use crate::cli::Desk;
use crate::domain::text::Lang;
use anyhow::{Context as _, Result, bail};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use serde::{Deserialize, Serialize};
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

/// 匹配的速度：从一个街道到特大城市 | The matching, from a street to a metropolis
#[derive(Args, Debug)]
#[command(after_help = "示例 Examples:
  gongjian bench matching                     四种规模都测 | all four sizes
  gongjian bench matching district city       只测这些 | just these
  gongjian bench matching street --only lots  只测整份求解 | just the whole lots
  gongjian bench matching street --peers      与其他求解器对比（见 benches/matching/README.md）
                                              | side by side with other solvers
  gongjian bench matching city --json > city.json")]
pub struct Matching {
    /// 规模，默认全部 | Sizes; all unless told
    #[arg(value_enum)]
    sizes: Vec<Choice>,
    /// 只测这些部分，默认全部；改动、整份和分批季度只在街道和区上测，城市须点名，特大城市不测
    /// | Just these parts; all unless told. Changes, lots and season are measured on street and district, on city
    /// where it is named, on metro never
    #[arg(long, value_enum, value_delimiter = ',', value_name = "PART")]
    only: Vec<Part>,
    /// 同一实例上运行其他求解器（需要 Python，见 benches/matching） | Run other solvers on the very same instances
    #[arg(long)]
    peers: bool,
    /// 输出 JSON | Print JSON
    #[arg(long)]
    json: bool,
    /// 随机种子 | What everything is made from
    #[arg(long, default_value_t = SEED, value_name = "NUMBER")]
    seed: u64,
    /// One measurement alone, in this process.
    #[arg(long, hide = true, value_enum)]
    alone: Option<Part>,
}

/// A size, or all of them.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
enum Choice {
    /// 一个街道：500 项需求，100 项服务 | 500 needs, 100 services
    Street,
    /// 一个区：20,000 项需求，2,000 项服务 | 20,000 needs, 2,000 services
    District,
    /// 一个城市：200,000 项需求，20,000 项服务 | 200,000 needs, 20,000 services
    City,
    /// 特大城市：1,000,000 项需求，100,000 项服务 | 1,000,000 needs, 100,000 services
    Metro,
    /// 全部 | All four
    All,
}

/// How large what is measured is.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    Street,
    District,
    City,
    Metro,
}

/// What is measured of a size. The lines are what a person reads for it.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// 求解器 | The assignment alone
    Solver,
    /// 整个枢纽，含数据库 | All that a hub does, with its database
    Hub,
    /// 对已求解实例逐一改动 | Changes to a solved instance, one by one
    Changes,
    /// 整份求解 | The assignment in whole lots
    Lots,
    /// 分批到来的季度 | A season that arrives in batches
    Season,
}

/// What one measurement found, whatever it measured.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Measured {
    Stages(Report),
    Changes(Changes),
    Lots(WholeLots),
    Season(Seasons),
}

/// What the stages of a solver or a hub took.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Report {
    pub scale: Scale,
    pub part: Part,
    /// Which solver.
    pub solver: String,
    pub needs: usize,
    pub services: usize,
    /// Candidate pairs that were solved.
    pub pairs: usize,
    /// What the answer costs.
    pub objective: i64,
    pub stages: Vec<Stage>,
    /// The most memory that the process had beside the instance itself, in MiB.
    pub memory_mib: f64,
}

impl Scale {
    pub const ALL: [Self; 4] = [Self::Street, Self::District, Self::City, Self::Metro];

    /// What a person reads for it.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::Street => lang.pick("街道", "street"),
            Self::District => lang.pick("区", "district"),
            Self::City => lang.pick("城市", "city"),
            Self::Metro => lang.pick("特大城市", "metro"),
        }
    }

    /// The larger, the higher.
    pub fn number(self) -> usize {
        self as usize
    }

    fn argument(self) -> &'static str {
        Self::label(self, Lang::En)
    }
}

impl Matching {
    pub(super) async fn run(self, desk: &Desk) -> Result<ExitCode> {
        let scales = self.scales();
        if let Some(part) = self.alone {
            let scale = *scales.first().context("a size")?;
            println!("{}", serde_json::to_string(&self.here(desk, scale, part).await?)?);
            return Ok(ExitCode::SUCCESS);
        }
        let measured = self.measure_all(desk, &scales)?;
        if self.json {
            println!("{}", serde_json::to_string_pretty(&measured)?);
        } else {
            print!("{}", print::tables(desk.lang, &measured));
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Measures in this process.
    async fn here(&self, desk: &Desk, scale: Scale, part: Part) -> Result<Measured> {
        Ok(match part {
            Part::Solver => Measured::Stages(solver::measure(scale, self.seed)?),
            Part::Hub => Measured::Stages(hub::measure(desk, scale, self.seed).await?),
            Part::Changes => Measured::Changes(changes::measure(scale, self.seed)?),
            Part::Lots => Measured::Lots(lots::measure(scale, self.seed)?),
            Part::Season => Measured::Season(season::measure(scale, self.seed)?),
        })
    }

    fn scales(&self) -> Vec<Scale> {
        let all = self.sizes.is_empty() || self.sizes.contains(&Choice::All);
        let chosen = |scale: &Scale| {
            let choice = match scale {
                Scale::Street => Choice::Street,
                Scale::District => Choice::District,
                Scale::City => Choice::City,
                Scale::Metro => Choice::Metro,
            };
            all || self.sizes.contains(&choice)
        };
        Scale::ALL.into_iter().filter(chosen).collect()
    }

    /// What is measured of a size: what takes minutes on a city only where it was asked for by name.
    fn parts(&self, scale: Scale) -> Vec<Part> {
        let further = match scale {
            Scale::Street | Scale::District => true,
            Scale::City => self.sizes.contains(&Choice::City),
            Scale::Metro => false,
        };
        let wanted = |part: &Part| {
            (further || matches!(part, Part::Solver | Part::Hub))
                && (self.only.is_empty() || self.only.contains(part))
        };
        Part::value_variants().iter().copied().filter(wanted).collect()
    }

    fn measure_all(&self, desk: &Desk, scales: &[Scale]) -> Result<Vec<Measured>> {
        let all: Vec<(Scale, Part)> = scales
            .iter()
            .flat_map(|scale| self.parts(*scale).into_iter().map(|part| (*scale, part)))
            .collect();
        if all.is_empty() && !self.peers {
            bail!(desk.pick("这些部分不在这些规模上测量", "these parts are not measured on these sizes"));
        }
        let bar = ProgressBar::new(0).with_style(ProgressStyle::with_template("{bar:24} {pos}/{len} {msg}")?);
        bar.enable_steady_tick(Duration::from_millis(200));
        bar.set_length(all.len() as u64);
        let mut measured = Vec::new();
        for (scale, part) in all {
            bar.set_message(scale.label(desk.lang));
            measured.push(self.apart(scale, part)?);
            bar.inc(1);
        }
        if self.peers {
            for scale in scales {
                bar.set_message(format!("{} {}", scale.label(desk.lang), desk.pick("对比", "peers")));
                let reports = peers::measure(desk, *scale, self.seed)?;
                measured.extend(reports.into_iter().map(Measured::Stages));
            }
        }
        bar.finish_and_clear();
        Ok(measured)
    }

    /// Measures in another process.
    fn apart(&self, scale: Scale, part: Part) -> Result<Measured> {
        let mut command = Command::new(std::env::current_exe()?);
        let part = part.to_possible_value().context("a name")?;
        command.args(["bench", "matching", scale.argument(), "--alone", part.get_name(), "--seed"]);
        let done = command.arg(self.seed.to_string()).stderr(Stdio::inherit()).output()?;
        if !done.status.success() {
            bail!("{}: {}", scale.argument(), done.status);
        }
        Ok(serde_json::from_slice(&done.stdout)?)
    }
}

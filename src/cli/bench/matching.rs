//! `gongjian bench matching`: the matching from a street to a metropolis.
//!
//! Each measurement runs in a process of its own, so that its memory is its own too.

use super::measure::Stage;
use super::{SEED, hub, peers, print, solver};
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
  gongjian bench matching street --peers      与其他求解器对比（见 benches/matching/README.md）
                                              | side by side with other solvers
  gongjian bench matching city --json > city.json")]
pub struct Matching {
    /// 规模，默认全部 | Sizes; all unless told
    #[arg(value_enum)]
    sizes: Vec<Choice>,
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

/// What is measured of a size.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The assignment alone.
    Solver,
    /// All that a hub does, with its database.
    Hub,
}

/// What one measurement found.
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
            let report = match part {
                Part::Solver => solver::measure(scale, self.seed)?,
                Part::Hub => hub::measure(desk, scale, self.seed).await?,
            };
            println!("{}", serde_json::to_string(&report)?);
            return Ok(ExitCode::SUCCESS);
        }
        let reports = self.measure_all(desk, &scales)?;
        if self.json {
            println!("{}", serde_json::to_string_pretty(&reports)?);
        } else {
            print!("{}", print::tables(desk.lang, &reports));
        }
        Ok(ExitCode::SUCCESS)
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

    fn measure_all(&self, desk: &Desk, scales: &[Scale]) -> Result<Vec<Report>> {
        let bar = ProgressBar::new(0).with_style(ProgressStyle::with_template("{bar:24} {pos}/{len} {msg}")?);
        bar.enable_steady_tick(Duration::from_millis(200));
        bar.set_length(scales.len() as u64 * 2);
        let mut reports = Vec::new();
        for scale in scales {
            for part in [Part::Solver, Part::Hub] {
                bar.set_message(scale.label(desk.lang));
                reports.push(self.apart(*scale, part)?);
                bar.inc(1);
            }
        }
        if self.peers {
            for scale in scales {
                bar.set_message(format!("{} {}", scale.label(desk.lang), desk.pick("对比", "peers")));
                reports.extend(peers::measure(desk, *scale, self.seed)?);
            }
        }
        bar.finish_and_clear();
        Ok(reports)
    }

    /// Measures in another process.
    fn apart(&self, scale: Scale, part: Part) -> Result<Report> {
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

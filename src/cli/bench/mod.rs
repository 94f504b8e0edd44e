//! What is measured, so that it can be measured again.

mod changes;
mod hub;
mod instance;
mod lots;
mod matching;
mod measure;
mod peers;
mod print;
mod random;
mod season;
mod solver;
mod town;
mod trail;

use super::Desk;
use anyhow::Result;
use clap::Subcommand;
use std::process::ExitCode;

/// 测量性能 | Measure how fast the hub is
#[derive(Subcommand, Debug)]
pub enum Bench {
    Matching(matching::Matching),
    Trail(trail::Trail),
}

impl Bench {
    pub(super) async fn run(self, desk: &Desk) -> Result<ExitCode> {
        match self {
            Self::Matching(matching) => matching.run(desk).await,
            Self::Trail(trail) => trail.run(desk).await,
        }
    }
}

/// What the instances and towns are made from unless told otherwise.
const SEED: u64 = 430_102_002;

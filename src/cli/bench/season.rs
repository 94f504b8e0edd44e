//! A season that arrives in batches, beside what could have been had by who knew all of it from the start.

use super::instance;
use super::matching::{Part, Scale};
use super::measure::{often, percent};
use super::solver::size;
use crate::matching::assign::{AssignError, Problem, assign};
use crate::matching::season::{Expected, Plan, Sample, plan};
use anyhow::Result;
use serde::{Deserialize, Serialize};

/// In how many batches the needs arrive.
const BATCHES: [u32; 2] = [4, 20];
/// The year that is learned from.
const PAST: u32 = 1;

/// What seasons brought.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Seasons {
    pub scale: Scale,
    pub part: Part,
    pub needs: usize,
    pub services: usize,
    pub pairs: usize,
    /// What all needs at once, known from the start, cost.
    pub hindsight_objective: i64,
    /// Seconds of the processor for that.
    pub hindsight_cpu_s: f64,
    pub played: Vec<Season>,
}

/// What a season brought.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Season {
    pub batches: u32,
    pub way: Way,
    pub objective: i64,
    /// How much of the value that hindsight has, which is what is saved by serving anything at all.
    pub share_percent: f64,
    /// Seconds of the processor for all batches.
    pub cpu_s: f64,
}

/// How a batch is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// As if nothing came after it.
    Alone,
    /// With a past year in view.
    Planned,
}

/// Plays an instance as a season in all ways.
pub fn measure(scale: Scale, seed: u64) -> Result<Seasons> {
    let year = instance::build(size(scale), seed).problem;
    let past = instance::build_year(size(scale), seed, PAST).problem;
    let sample = Sample { demands: past.demands, pairs: past.pairs, ends: past.ends };
    let (hindsight, _, cpu) = often(|| assign(&year, None, &mut ()))?;
    let nothing = unmet(&year);
    let mut played = Vec::new();
    for batches in BATCHES {
        for way in [Way::Alone, Way::Planned] {
            let (objective, _, cpu) = often(|| play(&year, &sample, batches, way))?;
            played.push(Season {
                batches,
                way,
                objective,
                share_percent: percent(nothing - objective, nothing - hindsight.objective),
                cpu_s: cpu.as_secs_f64(),
            });
        }
    }
    Ok(Seasons {
        scale,
        part: Part::Season,
        needs: year.demands.len(),
        services: year.supplies.len(),
        pairs: year.pairs.len(),
        hindsight_objective: hindsight.objective,
        hindsight_cpu_s: cpu.as_secs_f64(),
        played,
    })
}

/// Answers a year batch by batch, in the order of its needs, and tells what it costs in the end. Who was not served
/// asks again in the next batch.
fn play(year: &Problem, sample: &Sample, batches: u32, way: Way) -> Result<i64, AssignError> {
    let mut left = year.clone();
    let mut cost = 0;
    for batch in 1..=batches {
        let to_come = match way {
            Way::Alone => 0,
            Way::Planned => batches - batch,
        };
        let until = year.demands.len() * batch as usize / batches as usize;
        let plan = plan(&open(&left, until), sample, Expected { demands: to_come, of: batches }, &mut ())?;
        cost += serve(&mut left, &plan);
    }
    Ok(cost + unmet(&left))
}

/// The first so many needs of what is left.
fn open(left: &Problem, until: usize) -> Problem {
    let ends = left.ends[..until].to_vec();
    let pairs = ends.last().map_or(0, |end| *end as usize);
    Problem {
        demands: left.demands[..until].to_vec(),
        supplies: left.supplies.clone(),
        pairs: left.pairs[..pairs].to_vec(),
        ends,
        ..Problem::default()
    }
}

/// Takes what is served out of what is left, and tells what it costs.
fn serve(left: &mut Problem, plan: &Plan) -> i64 {
    let mut cost = 0;
    let mut demand = 0;
    for (place, units) in plan.quantities.iter().enumerate() {
        while left.ends[demand] as usize <= place {
            demand += 1;
        }
        let pair = &mut left.pairs[place];
        cost += i64::from(pair.cost) * i64::from(*units);
        pair.at_most -= units;
        left.supplies[pair.supply as usize].capacity -= units;
        left.demands[demand].quantity -= units;
    }
    cost
}

/// What it costs to serve nothing of a problem.
fn unmet(problem: &Problem) -> i64 {
    problem.demands.iter().map(|need| i64::from(need.penalty) * i64::from(need.quantity)).sum()
}

//! An instance in whole lots, and how far its answer can be from the best one.

use super::instance;
use super::matching::{Part, Scale};
use super::measure::{often, percent};
use super::solver::size;
use crate::matching::assign::assign;
use crate::matching::lots::{Terms, whole_lots};
use anyhow::Result;
use serde::{Deserialize, Serialize};

/// What every need asks for.
const TERMS: Terms = Terms { smallest_lot: 3, most_services: 2 };

/// What whole lots took and what they cost.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WholeLots {
    pub scale: Scale,
    pub part: Part,
    pub needs: usize,
    pub services: usize,
    pub pairs: usize,
    pub smallest_lot: u32,
    pub most_services: u32,
    pub objective: i64,
    /// What any answer in whole lots costs at least.
    pub bound: i64,
    /// What the answer without lots costs.
    pub flow_objective: i64,
    /// How much the answer costs above the bound, of this.
    pub gap_percent: f64,
    /// How much the answer costs above that without lots, of this.
    pub over_flow_percent: f64,
    /// Seconds of the processor, beside those of the answer without lots, from which it starts.
    pub cpu_s: f64,
    /// Seconds of the processor for the answer without lots.
    pub flow_cpu_s: f64,
    /// How many times as many seconds as the answer without lots.
    pub times_flow: f64,
}

/// Solves an instance without and with lots.
pub fn measure(scale: Scale, seed: u64) -> Result<WholeLots> {
    let problem = instance::build(size(scale), seed).problem;
    let (flow, _, flow_cpu) = often(|| assign(&problem, None, &mut ()))?;
    let terms = vec![TERMS; problem.demands.len()];
    let (lots, _, cpu) = often(|| whole_lots(&problem, &terms, &flow, &mut ()))?;
    let (cpu_s, flow_cpu_s) = (cpu.as_secs_f64(), flow_cpu.as_secs_f64());
    Ok(WholeLots {
        scale,
        part: Part::Lots,
        needs: problem.demands.len(),
        services: problem.supplies.len(),
        pairs: problem.pairs.len(),
        smallest_lot: TERMS.smallest_lot,
        most_services: TERMS.most_services,
        objective: lots.objective,
        bound: lots.bound,
        flow_objective: flow.objective,
        gap_percent: percent(lots.objective - lots.bound, lots.bound),
        over_flow_percent: percent(lots.objective - flow.objective, flow.objective),
        cpu_s,
        flow_cpu_s,
        times_flow: if flow_cpu_s > 0.0 { cpu_s / flow_cpu_s } else { 0.0 },
    })
}

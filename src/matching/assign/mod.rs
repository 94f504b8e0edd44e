//! The exact assignment: which supply serves which demand, and how much of it.
//!
//! A [`Problem`] is a transportation problem over whole units:
//!
//! ```text
//! minimise   sum cost_ij x_ij + sum penalty_i unmet_i + sum over groups of the cost of their unmet units
//! subject to sum_j x_ij + unmet_i            = quantity_i     every demand
//!            sum_i x_ij                     <= capacity_j     every supply
//!            sum of what its supplies give  <= capacity_p     every pool
//!            0 <= x_ij                      <= at_most_ij     every pair
//! ```
//!
//! The unmet units of a group fill its steps in their order. Costs of steps rise, so the whole is convex.
//!
//! [`assign`] answers with an optimum and the [`Prices`] that prove it; [`certify`] carries the proof out
//! without trusting the solver. Everything here is a pure function of its arguments: the same problem has the
//! same answer. Where many optima are equal, another order of the input may lead to another one.
//!
//! The way to it: an auction finds a flow near the optimum, a search turns it into a spanning tree, the network
//! simplex exchanges the arcs of the tree until nothing is cheaper, and a second search lowers the prices.

mod answer;
mod auction;
mod basis;
mod certificate;
mod frontier;
mod lists;
mod lowest;
mod network;
mod pricing;
mod problem;
mod simplex;
mod start;
#[cfg(test)]
mod tests;
mod tree;
mod watch;

use std::ops::ControlFlow;

use thiserror::Error;

pub use certificate::{Certificate, Violation, certify};
pub use problem::{
    Demand, Group, MAX_COST, MAX_NODES, MAX_PAIRS, NONE, Pair, Pool, Problem, ProblemError, Step, Supply,
};
pub use watch::Watch;

use network::Network;
use start::Start;
use watch::Meter;

/// An optimal answer to a [`Problem`], in the problem's own order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assignment {
    /// Units served through each pair, in the order of [`Problem::pairs`].
    pub quantities: Vec<u32>,
    /// Units left unmet of each demand, in the order of [`Problem::demands`].
    pub unmet: Vec<u32>,
    /// What it costs in all: every unit served, every unit left unmet, and the steps of the groups.
    pub objective: i64,
    /// What scarce supplies and served demands are worth.
    pub prices: Prices,
}

/// The dual prices of an optimum, in the unit of the costs: of all optimal prices the lowest that are not negative.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prices {
    /// For each supply, the worth of one more unit of it: never negative, and 0 where it has units to spare.
    /// A unit of a supply in a pool uses one of the pool as well, whose price is beside this one.
    pub supplies: Vec<i64>,
    /// For each pool, the worth of one more unit: never negative, and 0 where it has units to spare.
    pub pools: Vec<i64>,
    /// For each group, what its last unmet unit costs, beside the penalty of its demand, or less where a place
    /// could be found for it; if none is unmet, no more than what the first would cost.
    pub groups: Vec<i64>,
    /// For each demand, what its last unit costs, with all that it takes from others; 0 if it asks for none.
    pub demands: Vec<i64>,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum AssignError {
    /// The problem is not well formed.
    #[error(transparent)]
    Problem(#[from] ProblemError),
    /// The vectors of the answer to start from are not as long as those of the problem.
    #[error("the answer to start from has not the shape of the problem")]
    StartShape,
    /// The watch has stopped it.
    #[error("the assignment was cancelled")]
    Cancelled,
}

/// Finds the cheapest assignment, exactly.
///
/// `start` may be the answer to an earlier, similar problem, brought into the order of this one. What of it does
/// not fit is left out. The objective is the same, only found sooner; among equal optima it may be another one.
///
/// # Errors
///
/// [`AssignError`] if the problem is not well formed, the start has another shape, or the watch says stop; every
/// well-formed problem has an answer.
///
/// # Examples
///
/// ```ignore
/// let problem = Problem {
///     demands: vec![Demand { quantity: 3, penalty: 100, group: NONE }],
///     supplies: vec![Supply { capacity: 2, pool: NONE }],
///     pairs: vec![Pair { supply: 0, cost: 10, at_most: 5 }],
///     ends: vec![1],
///     ..Problem::default()
/// };
/// let answer = assign(&problem, None, &mut ())?;
/// assert_eq!(answer.quantities, [2]);
/// assert_eq!(answer.unmet, [1]);
/// assert_eq!(answer.objective, 2 * 10 + 100);
/// assert_eq!(answer.prices.supplies, [90]);
/// ```
pub fn assign(
    problem: &Problem,
    start: Option<&Assignment>,
    watch: &mut dyn Watch,
) -> Result<Assignment, AssignError> {
    assign_priced(problem, start, Priced::Lowest, watch)
}

/// As [`assign`], with prices of which it matters only that they are optimal.
///
/// # Errors
///
/// As [`assign`].
pub(super) fn assign_at_any_prices(
    problem: &Problem,
    start: &Assignment,
    watch: &mut dyn Watch,
) -> Result<Assignment, AssignError> {
    assign_priced(problem, Some(start), Priced::Anyhow, watch)
}

/// Which of all optimal prices are wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Priced {
    /// The lowest, which take a search of their own.
    Lowest,
    /// Those that the simplex ended with.
    Anyhow,
}

fn assign_priced(
    problem: &Problem,
    start: Option<&Assignment>,
    priced: Priced,
    watch: &mut dyn Watch,
) -> Result<Assignment, AssignError> {
    problem.check()?;
    if start.is_some_and(|start| !start.has_shape_of(problem)) {
        return Err(AssignError::StartShape);
    }
    match solve(problem, start, priced, &mut Meter::new(watch)) {
        ControlFlow::Continue(answer) => Ok(answer),
        ControlFlow::Break(()) => Err(AssignError::Cancelled),
    }
}

fn solve(
    problem: &Problem,
    start: Option<&Assignment>,
    priced: Priced,
    meter: &mut Meter,
) -> ControlFlow<(), Assignment> {
    meter.phase(0.1, 1)?;
    let mut network = Network::new(problem);
    meter.phase(0.4, problem.demands.len() * 8)?;
    let start = match start {
        Some(answer) => Start::from_answer(&network, answer),
        None => auction::hold(&network, meter)?,
    };
    meter.phase(0.5, 1)?;
    let mut simplex = basis::basis(&mut network, &start);
    drop(start);
    meter.phase(1.0, problem.demands.len())?;
    simplex.run(meter)?;
    let answer = answer::answer(&mut simplex, priced);
    meter.phase(1.0, 1)?;
    ControlFlow::Continue(answer)
}

impl Assignment {
    /// Whether its vectors are as long as those of the problem.
    fn has_shape_of(&self, problem: &Problem) -> bool {
        let Self { quantities, unmet, prices, .. } = self;
        quantities.len() == problem.pairs.len()
            && unmet.len() == problem.demands.len()
            && prices.demands.len() == problem.demands.len()
            && prices.supplies.len() == problem.supplies.len()
            && prices.pools.len() == problem.pools.len()
            && prices.groups.len() == problem.groups.len()
    }
}

//! The exact assignment: which supply serves which demand, and how much of it.
//!
//! A [`Problem`] is a transportation problem over whole units:
//!
//! ```text
//! minimise   sum cost_ij x_ij + sum penalty_i unmet_i
//! subject to sum_j x_ij + unmet_i = quantity_i
//!            sum_i x_ij          <= capacity_j
//!            0 <= x_ij           <= at_most_ij
//! ```
//!
//! [`assign`] answers with a proven optimum and with [`Prices`]; [`certify`] proves it again without trusting
//! the solver. Everything here is a pure function of its arguments.
//!
//! Many optima are common. Among them the answer is the one with the lowest sum of ties over all units served,
//! a tie being a hash of the two keys of a pair. So it depends on the keys alone: neither on the order of the
//! input nor on the way it was found. Should even those sums be equal, the order of the keys decides.

mod certificate;
mod flow;
mod network;
mod paths;
mod prices;
mod problem;
#[cfg(test)]
mod tests;

pub use certificate::{Certificate, Violation, certify};
pub use problem::{Demand, MAX_COST, MAX_NODES, Pair, Problem, ProblemError, Supply};

use network::Network;

/// An optimal answer to a [`Problem`], in the problem's own order and in its own costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// Units served through each pair, in the order of [`Problem::pairs`].
    pub quantities: Vec<u32>,
    /// Units left unmet of each demand, in the order of [`Problem::demands`].
    pub unmet: Vec<u32>,
    /// What it costs in all: cost of every unit served plus penalty of every unit left unmet.
    pub objective: i64,
    /// What scarce supplies and served demands are worth.
    pub prices: Prices,
}

/// The dual prices of an optimum, in the unit of the costs.
///
/// Of all optimal prices these are the lowest that are not negative, supply by supply and demand by demand,
/// which makes them unique and gives each a plain meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prices {
    /// For each demand, by how much the objective would fall if it asked for one unit less; 0 if it asks for
    /// none.
    pub demands: Vec<i64>,
    /// For each supply, by how much the objective would fall if it had one unit more; never negative, and 0
    /// where capacity is left over.
    pub supplies: Vec<i64>,
}

/// Finds the cheapest assignment, exactly.
///
/// The same demands, supplies and pairs in another order give the same answer for the same keys.
///
/// # Errors
///
/// [`ProblemError`] if the problem is not well formed; every well-formed problem has an answer.
///
/// # Examples
///
/// ```ignore
/// let answer = assign(&Problem {
///     demands: vec![Demand { key: 7, quantity: 3, penalty: 100 }],
///     supplies: vec![Supply { key: 9, capacity: 2 }],
///     pairs: vec![Pair { demand: 0, supply: 0, cost: 10, at_most: 5 }],
/// })?;
/// assert_eq!(answer.quantities, [2]);
/// assert_eq!(answer.unmet, [1]);
/// assert_eq!(answer.objective, 2 * 10 + 100);
/// assert_eq!(answer.prices.supplies, [90]);
/// ```
pub fn assign(problem: &Problem) -> Result<Assignment, ProblemError> {
    problem.check()?;
    let network = Network::new(problem);
    let flow = paths::solve(&network);
    let lowest = prices::lowest(&flow);

    let quantities = network.arcs.restore(&flow.served);
    let unmet = network.demands.restore(&flow.unmet);
    let (demands, supplies) = lowest.split_at(network.demands.items.len());
    Ok(Assignment {
        objective: objective(problem, &quantities, &unmet),
        prices: Prices {
            demands: network.demands.restore(demands),
            supplies: network.supplies.restore(supplies),
        },
        quantities,
        unmet,
    })
}

/// The cost of an optimum. It cannot overflow: leaving everything unmet is no cheaper, and [`Problem::check`]
/// made sure that even that fits.
fn objective(problem: &Problem, quantities: &[u32], unmet: &[u32]) -> i64 {
    let served = problem.pairs.iter().zip(quantities);
    let missed = problem.demands.iter().zip(unmet);
    served
        .map(|(pair, &units)| pair.cost * i64::from(units))
        .chain(missed.map(|(demand, &units)| demand.penalty * i64::from(units)))
        .sum()
}

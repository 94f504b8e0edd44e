//! A solved problem that is kept exactly optimal while single things change.
//!
//! A change leaves units too many at a node, or too few. Shortest paths over the changes that the flow allows
//! take them to where they belong (`Residual`, `Search`), and the prices move along, so that the answer is
//! proven at any time. To undo a change is to set the old value again: the objective is then what it was, to
//! the unit, though another of several equal answers may have taken the place of the first.

mod asks;
mod changes;
mod exits;
mod residual;
mod search;
mod steps;
#[cfg(test)]
pub(crate) mod tests;
mod topology;

use crate::matching::assign::{Assignment, Prices, Problem, Violation, certify};

pub use changes::ChangeError;
use residual::Residual;
use search::Search;
pub use search::Work;
use steps::clamped;

/// A problem and a cheapest answer to it, which stay together through changes.
///
/// A supply that may come later is best given from the start, with a capacity of 0: to ask what it would bring
/// is then to set its capacity, look at the objective, and set it back. A clone is an independent copy; it
/// takes some milliseconds, which an undo does not.
#[derive(Clone)]
pub struct Live {
    flow: Residual,
    search: Search,
    /// What leaving everything unmet would cost; kept within what an objective can hold.
    worst: i128,
}

impl Live {
    /// Takes over a problem and its answer.
    ///
    /// # Errors
    ///
    /// [`Violation`] if the answer is not proven to be a cheapest one.
    pub fn new(problem: Problem, answer: &Assignment) -> Result<Self, Violation> {
        certify(&problem, answer)?;
        let flow = Residual::new(problem, answer);
        let search = Search::new(flow.topology.nodes());
        let worst = (0..flow.problem.demands.len()).map(|demand| flow.worst(demand)).sum();
        Ok(Self { flow, search, worst })
    }

    /// The problem as it is now.
    #[must_use]
    pub fn problem(&self) -> &Problem {
        &self.flow.problem
    }

    /// The cost of the cheapest answer as it is now.
    #[must_use]
    pub fn objective(&self) -> i64 {
        i64::try_from(self.flow.objective).unwrap_or(i64::MAX)
    }

    /// Units served through each pair, as it is now, in the order of [`Problem::pairs`].
    #[must_use]
    pub fn quantities(&self) -> &[u32] {
        &self.flow.quantities
    }

    /// Units of a demand that are left unmet, as it is now; 0 if there is no such demand.
    #[must_use]
    pub fn unmet(&self, demand: usize) -> u32 {
        self.flow.unmet.get(demand).map_or(0, |&units| clamped(units))
    }

    /// How much work the searches have done so far.
    #[must_use]
    pub fn work(&self) -> Work {
        self.search.work
    }

    /// The whole answer as it is now, which certifies against [`problem`](Self::problem). The price of a demand
    /// is what one unit more of it would cost, also where it asks for none.
    #[must_use]
    pub fn answer(&self) -> Assignment {
        let flow = &self.flow;
        Assignment {
            quantities: flow.quantities.clone(),
            unmet: flow.unmet.iter().map(|&units| clamped(units)).collect(),
            objective: self.objective(),
            prices: self.prices(),
        }
    }

    /// A supply that nothing is taken from may have been left below its pool: its own price is then none.
    fn prices(&self) -> Prices {
        let Residual { problem, topology, prices, .. } = &self.flow;
        let own = |node: usize| (prices[node] - self.flow.price_above(node)).max(0);
        Prices {
            supplies: (0..problem.supplies.len()).map(|supply| own(topology.supply(supply))).collect(),
            pools: (0..problem.pools.len()).map(|pool| own(topology.pool(pool))).collect(),
            groups: (0..problem.groups.len()).map(|group| prices[topology.group(group)]).collect(),
            demands: (0..problem.demands.len()).map(|demand| self.flow.cheapest(demand)).collect(),
        }
    }
}

//! What a demand accepts, and whether it gets it.

use std::ops::Range;

use crate::matching::assign::{Pair, Problem};

/// What a demand accepts beside its pairs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// A supply serves it with so many units at least or not at all. With less only where the pair allows less, or
    /// where it takes all that the others leave: one supply may complete the demand with what is no whole lot any more.
    pub smallest_lot: u32,
    /// So many supplies serve it at most.
    pub most_services: u32,
}

impl Terms {
    /// No terms: any split will do.
    pub const NONE: Self = Self { smallest_lot: 0, most_services: u32::MAX };

    /// The fewest units that a pair can serve of a demand, if any, unless it takes all that is left.
    pub(super) fn least(self, quantity: u32, pair: &Pair) -> u32 {
        self.smallest_lot.min(quantity).min(pair.at_most).max(1)
    }
}

/// Whether a demand is served on its terms.
pub(super) fn kept(problem: &Problem, terms: &[Terms], demand: usize, quantities: &[u32]) -> bool {
    let terms = terms[demand];
    let quantity = problem.demands[demand].quantity;
    let row = row(problem, demand);
    let (mut services, mut small, mut served) = (0, 0, 0_u64);
    for (pair, &units) in problem.pairs[row.clone()].iter().zip(&quantities[row]) {
        if units > 0 {
            services += 1;
            served += u64::from(units);
            small += u32::from(units < terms.least(quantity, pair));
        }
    }
    services <= terms.most_services && (small == 0 || (small == 1 && served == u64::from(quantity)))
}

/// The pairs of a demand.
pub(super) fn row(problem: &Problem, demand: usize) -> Range<usize> {
    let start = demand.checked_sub(1).map_or(0, |before| problem.ends[before]);
    start as usize..problem.ends[demand] as usize
}

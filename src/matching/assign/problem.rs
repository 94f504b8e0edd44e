//! What is asked, and the check that it is well formed.

use thiserror::Error;

/// The highest cost and the highest penalty of one unit.
pub const MAX_COST: i64 = 1_000_000_000;

/// The most demands and supplies, counted together, that one problem may have.
pub const MAX_NODES: usize = 1 << 22;

/// Demands, supplies, and the pairs through which the ones may be served by the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problem {
    /// What is asked for.
    pub demands: Vec<Demand>,
    /// What is on offer.
    pub supplies: Vec<Supply>,
    /// Which may serve which; a demand and a supply without a pair never meet.
    pub pairs: Vec<Pair>,
}

/// Something asked for, in whole units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demand {
    /// A stable id, such as a UUID, unique among the demands; it settles ties.
    pub key: u128,
    /// How many units are asked for.
    pub quantity: u32,
    /// The cost of one unit left unmet, from 0 to [`MAX_COST`]. A pair that costs more than this is never
    /// used.
    pub penalty: i64,
}

/// Something on offer, in whole units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Supply {
    /// A stable id, such as a UUID, unique among the supplies; it settles ties.
    pub key: u128,
    /// How many units there are.
    pub capacity: u32,
}

/// A way to serve a demand from a supply. There is at most one for each two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Index into [`Problem::demands`].
    pub demand: u32,
    /// Index into [`Problem::supplies`].
    pub supply: u32,
    /// The cost of one unit served this way, from 0 to [`MAX_COST`].
    pub cost: i64,
    /// How many units may be served this way.
    pub at_most: u32,
}

/// Why a [`Problem`] is not well formed. The fields are indexes into its vectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ProblemError {
    /// There are more than [`MAX_NODES`] demands and supplies.
    #[error("{nodes} demands and supplies are more than {MAX_NODES}")]
    TooMany {
        /// How many demands and supplies there are together.
        nodes: usize,
    },
    /// A penalty is below 0 or above [`MAX_COST`].
    #[error("the penalty of demand {demand} is not between 0 and {MAX_COST}")]
    PenaltyOutOfRange {
        /// The demand with that penalty.
        demand: usize,
    },
    /// Quantity times penalty, summed over the demands, does not fit into an `i64`.
    #[error("the total penalty overflows at demand {demand}")]
    TotalOverflow {
        /// The first demand at which the sum no longer fits.
        demand: usize,
    },
    /// Two demands have the same key.
    #[error("demands {first} and {second} have the same key")]
    DuplicateDemandKey {
        /// The earlier demand.
        first: usize,
        /// The later demand.
        second: usize,
    },
    /// Two supplies have the same key.
    #[error("supplies {first} and {second} have the same key")]
    DuplicateSupplyKey {
        /// The earlier supply.
        first: usize,
        /// The later supply.
        second: usize,
    },
    /// A pair names a demand that is not there.
    #[error("pair {pair} names a demand that does not exist")]
    UnknownDemand {
        /// The pair with the wrong index.
        pair: usize,
    },
    /// A pair names a supply that is not there.
    #[error("pair {pair} names a supply that does not exist")]
    UnknownSupply {
        /// The pair with the wrong index.
        pair: usize,
    },
    /// A cost is below 0 or above [`MAX_COST`].
    #[error("the cost of pair {pair} is not between 0 and {MAX_COST}")]
    CostOutOfRange {
        /// The pair with that cost.
        pair: usize,
    },
    /// Two pairs join the same demand and supply.
    #[error("pairs {first} and {second} join the same demand and supply")]
    DuplicatePair {
        /// The earlier pair.
        first: usize,
        /// The later pair.
        second: usize,
    },
}

impl Problem {
    pub(super) fn check(&self) -> Result<(), ProblemError> {
        check_size(self.demands.len().saturating_add(self.supplies.len()))?;
        self.check_demands()?;
        self.check_supplies()?;
        self.check_pairs()
    }

    fn check_demands(&self) -> Result<(), ProblemError> {
        let mut total = 0_i64;
        for (demand, asked) in self.demands.iter().enumerate() {
            if !(0..=MAX_COST).contains(&asked.penalty) {
                return Err(ProblemError::PenaltyOutOfRange { demand });
            }
            total = total
                .checked_add(asked.penalty * i64::from(asked.quantity))
                .ok_or(ProblemError::TotalOverflow { demand })?;
        }
        match duplicate(&self.demands, |demand| demand.key) {
            Some((first, second)) => Err(ProblemError::DuplicateDemandKey { first, second }),
            None => Ok(()),
        }
    }

    fn check_supplies(&self) -> Result<(), ProblemError> {
        match duplicate(&self.supplies, |supply| supply.key) {
            Some((first, second)) => Err(ProblemError::DuplicateSupplyKey { first, second }),
            None => Ok(()),
        }
    }

    fn check_pairs(&self) -> Result<(), ProblemError> {
        for (index, pair) in self.pairs.iter().enumerate() {
            if pair.demand as usize >= self.demands.len() {
                return Err(ProblemError::UnknownDemand { pair: index });
            }
            if pair.supply as usize >= self.supplies.len() {
                return Err(ProblemError::UnknownSupply { pair: index });
            }
            if !(0..=MAX_COST).contains(&pair.cost) {
                return Err(ProblemError::CostOutOfRange { pair: index });
            }
        }
        match duplicate(&self.pairs, |pair| (pair.demand, pair.supply)) {
            Some((first, second)) => Err(ProblemError::DuplicatePair { first, second }),
            None => Ok(()),
        }
    }
}

pub(super) fn check_size(nodes: usize) -> Result<(), ProblemError> {
    if nodes > MAX_NODES {
        return Err(ProblemError::TooMany { nodes });
    }
    Ok(())
}

/// Two places that hold the same key, the earlier one first.
fn duplicate<T, K: Ord>(items: &[T], key: impl Fn(&T) -> K) -> Option<(usize, usize)> {
    let mut keyed: Vec<(K, usize)> = items.iter().map(key).zip(0..).collect();
    keyed.sort_unstable();
    keyed.windows(2).find(|two| two[0].0 == two[1].0).map(|two| (two[0].1, two[1].1))
}

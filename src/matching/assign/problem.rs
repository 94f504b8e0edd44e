//! What is asked, and the check that it is well formed.

use thiserror::Error;

/// The highest cost, penalty or step cost of one unit.
pub const MAX_COST: i32 = 250_000_000;

/// The most demands, supplies, pools and groups, counted together, that one problem may have.
pub const MAX_NODES: usize = 1 << 28;

/// The most pairs that one problem may have.
pub const MAX_PAIRS: usize = 1 << 29;

/// No pool, no group.
pub const NONE: u32 = u32::MAX;

/// Demands, supplies, and the pairs through which the ones may be served by the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problem {
    /// What is asked for.
    pub demands: Vec<Demand>,
    /// What is on offer.
    pub supplies: Vec<Supply>,
    /// Which may serve which: grouped by demand, in the order of the demands; within a demand in any order.
    pub pairs: Vec<Pair>,
    /// By demand: where its pairs end in `pairs`. They begin where those of the demand before it end.
    pub ends: Vec<u32>,
    /// Capacity that supplies share.
    pub pools: Vec<Pool>,
    /// Demands whose unmet units share a rising cost.
    pub groups: Vec<Group>,
}

/// Something asked for, in whole units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demand {
    /// How many units are asked for.
    pub quantity: u32,
    /// The cost of one unit left unmet, from 0 to [`MAX_COST`]; the cost of the group's step comes on top.
    pub penalty: i32,
    /// Index into [`Problem::groups`], or [`NONE`].
    pub group: u32,
}

/// Something on offer, in whole units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Supply {
    /// How many units there are.
    pub capacity: u32,
    /// Index into [`Problem::pools`], or [`NONE`].
    pub pool: u32,
}

/// A way to serve a demand from a supply. There is at most one for each two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Index into [`Problem::supplies`].
    pub supply: u32,
    /// The cost of one unit served this way, from 0 to [`MAX_COST`].
    pub cost: i32,
    /// How many units may be served this way.
    pub at_most: u32,
}

/// A capacity that several supplies share, such as what a unit can do in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool {
    /// How many units all its supplies together may give.
    pub capacity: u32,
}

/// Demands that share a cost of what stays unmet, such as those of a community.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// What the first unmet units cost, and the next, and so on; beyond the last step its cost goes on. No
    /// steps cost nothing.
    pub steps: Vec<Step>,
}

/// So many unmet units of a group at the same cost each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// How many units the step holds.
    pub units: u32,
    /// The cost of each, beside the demand's own penalty, from 0 to [`MAX_COST`], never below the step before.
    pub cost: i32,
}

/// Why a [`Problem`] is not well formed. The fields are indexes into its vectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ProblemError {
    /// There are more than [`MAX_NODES`] demands, supplies, pools and groups.
    #[error("{nodes} demands, supplies, pools and groups are more than {MAX_NODES}")]
    TooManyNodes {
        /// How many there are together.
        nodes: usize,
    },
    /// There are more than [`MAX_PAIRS`] pairs.
    #[error("{pairs} pairs are more than {MAX_PAIRS}")]
    TooManyPairs {
        /// How many there are.
        pairs: usize,
    },
    /// The ends are not one to a demand, rising to the number of pairs.
    #[error("the ends of the pairs are wrong at demand {demand}")]
    WrongEnds {
        /// The first demand whose end is missing or out of place; the number of demands if one is too many
        /// or the last is not the number of pairs.
        demand: usize,
    },
    /// A penalty is below 0 or above [`MAX_COST`].
    #[error("the penalty of demand {demand} is not between 0 and {MAX_COST}")]
    PenaltyOutOfRange {
        /// The demand with that penalty.
        demand: usize,
    },
    /// A demand names a group that is not there.
    #[error("demand {demand} names a group that does not exist")]
    UnknownGroup {
        /// The demand with the wrong index.
        demand: usize,
    },
    /// A supply names a pool that is not there.
    #[error("supply {supply} names a pool that does not exist")]
    UnknownPool {
        /// The supply with the wrong index.
        supply: usize,
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
    /// A second pair joins the same demand and supply.
    #[error("pair {pair} joins a demand and a supply that an earlier pair joins")]
    DuplicatePair {
        /// The later pair.
        pair: usize,
    },
    /// The cost of a step is below 0, above [`MAX_COST`], or below the step before.
    #[error("the cost of step {step} of group {group} is out of range or falls")]
    StepOutOfRange {
        /// The group with that step.
        group: usize,
        /// Which of its steps.
        step: usize,
    },
    /// What it would cost to leave everything unmet does not fit into an `i64`.
    #[error("the total penalty overflows at demand {demand}")]
    TotalOverflow {
        /// The first demand at which the sum no longer fits.
        demand: usize,
    },
}

impl Problem {
    /// Whether the problem is well formed.
    ///
    /// # Errors
    ///
    /// The first [`ProblemError`] found.
    pub fn check(&self) -> Result<(), ProblemError> {
        self.check_sizes()?;
        self.check_ends()?;
        self.check_groups()?;
        self.check_demands()?;
        self.check_supplies()?;
        self.check_pairs()
    }

    fn check_sizes(&self) -> Result<(), ProblemError> {
        let sizes = [self.demands.len(), self.supplies.len(), self.pools.len(), self.groups.len()];
        let nodes = sizes.into_iter().fold(0, usize::saturating_add);
        if nodes > MAX_NODES {
            return Err(ProblemError::TooManyNodes { nodes });
        }
        if self.pairs.len() > MAX_PAIRS {
            return Err(ProblemError::TooManyPairs { pairs: self.pairs.len() });
        }
        Ok(())
    }

    fn check_ends(&self) -> Result<(), ProblemError> {
        let mut before = 0;
        for demand in 0..self.demands.len() {
            match self.ends.get(demand) {
                Some(&end) if end >= before && end as usize <= self.pairs.len() => before = end,
                _ => return Err(ProblemError::WrongEnds { demand }),
            }
        }
        if self.ends.len() != self.demands.len() || before as usize != self.pairs.len() {
            return Err(ProblemError::WrongEnds { demand: self.demands.len() });
        }
        Ok(())
    }

    fn check_groups(&self) -> Result<(), ProblemError> {
        for (group, shared) in self.groups.iter().enumerate() {
            let mut before = 0;
            for (step, at) in shared.steps.iter().enumerate() {
                if !(before..=MAX_COST).contains(&at.cost) {
                    return Err(ProblemError::StepOutOfRange { group, step });
                }
                before = at.cost;
            }
        }
        Ok(())
    }

    fn check_demands(&self) -> Result<(), ProblemError> {
        let mut total = 0_i64;
        for (demand, asked) in self.demands.iter().enumerate() {
            if !(0..=MAX_COST).contains(&asked.penalty) {
                return Err(ProblemError::PenaltyOutOfRange { demand });
            }
            if asked.group != NONE && asked.group as usize >= self.groups.len() {
                return Err(ProblemError::UnknownGroup { demand });
            }
            total = total
                .checked_add(i64::from(self.worst(asked)) * i64::from(asked.quantity))
                .ok_or(ProblemError::TotalOverflow { demand })?;
        }
        Ok(())
    }

    /// The most that one unmet unit of a demand can cost.
    pub(super) fn worst(&self, demand: &Demand) -> i32 {
        let group = self.groups.get(demand.group as usize);
        let last = group.and_then(|group| group.steps.last());
        demand.penalty + last.map_or(0, |step| step.cost)
    }

    fn check_supplies(&self) -> Result<(), ProblemError> {
        let unknown = |supply: &Supply| supply.pool != NONE && supply.pool as usize >= self.pools.len();
        match self.supplies.iter().position(unknown) {
            Some(supply) => Err(ProblemError::UnknownPool { supply }),
            None => Ok(()),
        }
    }

    fn check_pairs(&self) -> Result<(), ProblemError> {
        let mut seen = Vec::new();
        for demand in 0..self.demands.len() {
            let row = self.row(demand);
            let start = row.start;
            let pairs = &self.pairs[row];
            for (place, pair) in pairs.iter().enumerate() {
                if pair.supply as usize >= self.supplies.len() {
                    return Err(ProblemError::UnknownSupply { pair: start + place });
                }
                if !(0..=MAX_COST).contains(&pair.cost) {
                    return Err(ProblemError::CostOutOfRange { pair: start + place });
                }
            }
            // A row in the order of the supplies, which is the usual one, shows at a glance that none is there twice.
            if !pairs.is_sorted_by(|one, next| one.supply < next.supply)
                && let Some(place) = self.second(pairs, demand, &mut seen)
            {
                return Err(ProblemError::DuplicatePair { pair: start + place });
            }
        }
        Ok(())
    }

    /// The first pair whose supply was there before. `seen` holds for each supply one more than the demand it
    /// was last seen at.
    fn second(&self, pairs: &[Pair], demand: usize, seen: &mut Vec<usize>) -> Option<usize> {
        seen.resize(self.supplies.len(), 0);
        pairs.iter().position(|pair| {
            let last = &mut seen[pair.supply as usize];
            std::mem::replace(last, demand + 1) == demand + 1
        })
    }

    /// Where the pairs of a demand are. The ends must have been checked.
    pub(super) fn row(&self, demand: usize) -> std::ops::Range<usize> {
        let start = if demand == 0 { 0 } else { self.ends[demand - 1] };
        start as usize..self.ends[demand] as usize
    }
}

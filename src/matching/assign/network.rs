//! The problem as a network.
//!
//! Every pair is an arc from a demand to a supply, and every node but the root has an own arc that leads up:
//!
//! ```text
//! demand -> supply -> pool -> root     and, for what stays unmet,     demand -> group -> root
//! ```
//!
//! Without a pool or a group the arc leads to the root straight. The nodes are numbered in this order: demands,
//! supplies, pools, groups, root. An arc without room is never used: it could be exchanged for another one for
//! ever.

use super::problem::{Group, NONE, Problem, Step};

/// More than any way through the network costs: the worth of a unit where there is none to be had.
pub(super) const BEYOND: i32 = 1 << 30;

pub(super) struct Network<'p> {
    pub(super) problem: &'p Problem,
    /// Pairs that serve all they may and are not in the tree.
    full: Marks,
    /// Demands that ever had such a pair.
    crowded: Marks,
    /// By group, its steps that hold any units.
    steps: Vec<Vec<Step>>,
}

impl<'p> Network<'p> {
    pub(super) fn new(problem: &'p Problem) -> Self {
        Self {
            problem,
            full: Marks::new(problem.pairs.len()),
            crowded: Marks::new(problem.demands.len()),
            steps: problem.groups.iter().map(filled).collect(),
        }
    }

    pub(super) fn pairs(&self) -> usize {
        self.problem.pairs.len()
    }

    pub(super) fn demands(&self) -> usize {
        self.problem.demands.len()
    }

    pub(super) fn supplies(&self) -> usize {
        self.problem.supplies.len()
    }

    pub(super) fn supply_node(&self, supply: u32) -> usize {
        self.demands() + supply as usize
    }

    pub(super) fn pool_node(&self, pool: usize) -> usize {
        self.demands() + self.supplies() + pool
    }

    pub(super) fn group_node(&self, group: usize) -> usize {
        self.demands() + self.supplies() + self.problem.pools.len() + group
    }

    pub(super) fn root(&self) -> usize {
        self.group_node(self.problem.groups.len())
    }

    /// Where the own arc of a node leads.
    pub(super) fn above(&self, node: usize) -> usize {
        if let Some(demand) = self.problem.demands.get(node) {
            if demand.group == NONE { self.root() } else { self.group_node(demand.group as usize) }
        } else if let Some(supply) = self.problem.supplies.get(node - self.demands()) {
            if supply.pool == NONE { self.root() } else { self.pool_node(supply.pool as usize) }
        } else {
            self.root()
        }
    }

    /// The units that the own arc of a supply or pool carries at the most.
    pub(super) fn capacity(&self, node: usize) -> u32 {
        match node.checked_sub(self.pool_node(0)) {
            Some(pool) => self.problem.pools[pool].capacity,
            None => self.problem.supplies[node - self.demands()].capacity,
        }
    }

    /// Whether a supply, or its pool, can give nothing.
    pub(super) fn is_closed(&self, supply: usize) -> bool {
        let supply = &self.problem.supplies[supply];
        supply.capacity == 0
            || self.problem.pools.get(supply.pool as usize).is_some_and(|pool| pool.capacity == 0)
    }

    /// How many units a pair of a demand may carry; `None` if it may carry all that is asked for.
    pub(super) fn limit(&self, demand: usize, pair: usize) -> Option<u32> {
        let at_most = self.problem.pairs[pair].at_most;
        (at_most < self.problem.demands[demand].quantity).then_some(at_most)
    }

    pub(super) fn is_full(&self, pair: usize) -> bool {
        self.full.has(pair)
    }

    pub(super) fn set_full(&mut self, demand: usize, pair: usize) {
        self.full.set(pair);
        self.crowded.set(demand);
    }

    pub(super) fn set_open(&mut self, pair: usize) {
        self.full.clear(pair);
    }

    pub(super) fn full_pairs(&self) -> impl Iterator<Item = usize> {
        std::iter::successors(self.full.next(0), |&pair| self.full.next(pair + 1))
    }

    /// Whether any pair of a demand may be full.
    pub(super) fn is_crowded(&self, demand: usize) -> bool {
        self.crowded.has(demand)
    }

    /// The units of a step of a group and the cost of each. Beyond the last step its cost goes on, in steps that
    /// hold as much as a step can.
    pub(super) fn step(&self, group: usize, step: usize) -> (u32, i64) {
        let last = self.problem.groups[group].steps.last();
        self.steps[group].get(step).map_or_else(
            || (u32::MAX, last.map_or(0, |step| i64::from(step.cost))),
            |step| (step.units, i64::from(step.cost)),
        )
    }
}

/// The steps that hold any units.
fn filled(group: &Group) -> Vec<Step> {
    group.steps.iter().copied().filter(|step| step.units > 0).collect()
}

/// A set of places, a bit for each.
pub(super) struct Marks(Vec<u64>);

impl Marks {
    pub(super) fn new(places: usize) -> Self {
        Self(vec![0; places.div_ceil(64)])
    }

    pub(super) fn has(&self, place: usize) -> bool {
        self.0[place / 64] >> (place % 64) & 1 != 0
    }

    pub(super) fn set(&mut self, place: usize) {
        self.0[place / 64] |= 1 << (place % 64);
    }

    pub(super) fn clear(&mut self, place: usize) {
        self.0[place / 64] &= !(1 << (place % 64));
    }

    /// The first place from this one on that is in the set.
    pub(super) fn next(&self, place: usize) -> Option<usize> {
        let mut at = place / 64;
        let mut word = self.0.get(at)? & (u64::MAX << (place % 64));
        while word == 0 {
            at += 1;
            word = *self.0.get(at)?;
        }
        Some(at * 64 + word.trailing_zeros() as usize)
    }
}

/// A place as a number of 32 bits.
#[expect(clippy::cast_possible_truncation, reason = "a checked problem has fewer than 2^30 pairs and nodes")]
pub(super) fn id(place: usize) -> u32 {
    place as u32
}

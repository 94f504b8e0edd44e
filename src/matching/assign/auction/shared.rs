//! What the second auction takes from the first about groups and pools.

use super::{
    super::{
        network::BEYOND,
        problem::{Problem, Supply},
    },
    Auction, Offer,
};

impl Auction<'_> {
    /// Puts the ceilings of the demands where their groups stand now.
    pub(super) fn raise_ceilings(&mut self) {
        let groups = &self.problem.groups;
        let mut unmet = vec![0_u64; groups.len()];
        for (demand, asker) in self.problem.demands.iter().zip(&self.askers) {
            if let Some(sum) = unmet.get_mut(demand.group as usize) {
                *sum += u64::from(asker.left);
            }
        }
        let costs: Vec<i32> =
            (0..groups.len()).map(|group| step_cost(self.problem, group, unmet[group])).collect();
        for (demand, asker) in self.problem.demands.iter().zip(&mut self.askers) {
            if let Some(cost) = costs.get(demand.group as usize) {
                asker.ceiling = demand.penalty + cost;
            }
        }
    }

    /// Where a pool gave too much: its supplies, and the part that each has of what the pool has.
    pub(super) fn parts(&self) -> Vec<(usize, u32)> {
        let supplies = || self.problem.supplies.iter().zip(&self.offers);
        let mut given = vec![0_u64; self.problem.pools.len()];
        for (supply, offer) in supplies() {
            if let Some(sum) = given.get_mut(supply.pool as usize) {
                *sum += u64::from(supply.capacity - offer.spare);
            }
        }
        let part = |(number, (supply, offer)): (usize, (&Supply, &Offer))| {
            let capacity = self.problem.pools.get(supply.pool as usize)?.capacity;
            let all = given[supply.pool as usize];
            let gave = u128::from(supply.capacity - offer.spare);
            // Rounded up: the few units too many are cut when the auctions are over.
            let part = (gave * u128::from(capacity)).div_ceil(u128::from(all.max(1)));
            (all > u64::from(capacity)).then_some((number, u32::try_from(part).unwrap_or(u32::MAX)))
        };
        supplies().enumerate().filter_map(part).collect()
    }

    /// Lets supplies that hold nothing give only their parts.
    pub(super) fn cut(&mut self, parts: Vec<(usize, u32)>) {
        for (supply, part) in parts {
            self.offers[supply].spare = part;
            if part == 0 {
                self.prices[supply] = BEYOND;
            }
        }
    }
}

/// What the next unmet unit of a group costs.
fn step_cost(problem: &Problem, group: usize, unmet: u64) -> i32 {
    let steps = &problem.groups[group].steps;
    let mut left = unmet;
    for step in steps {
        if left < u64::from(step.units) {
            return step.cost;
        }
        left -= u64::from(step.units);
    }
    steps.last().map_or(0, |step| step.cost)
}

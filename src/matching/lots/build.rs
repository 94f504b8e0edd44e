//! An answer in whole lots that is improved demand by demand.

use std::cmp::Reverse;

use crate::matching::assign::Problem;

use super::{
    pattern::{self, Offer},
    terms::{Terms, kept, row},
};

/// How often all demands get a second chance.
const PASSES: u32 = 2;

/// What each demand has, and what is left.
pub(super) struct Build<'a> {
    problem: &'a Problem,
    terms: &'a [Terms],
    pub quantities: Vec<u32>,
    pub unmet: Vec<u32>,
    spare: Vec<u32>,
    pool_spare: Vec<u32>,
    group_loads: Vec<u64>,
    offers: Vec<Offer>,
}

impl<'a> Build<'a> {
    /// Takes over what is served on the terms of its demand, and nothing else.
    pub fn new(problem: &'a Problem, terms: &'a [Terms], quantities: &[u32]) -> Self {
        let mut build = Self {
            problem,
            terms,
            quantities: vec![0; problem.pairs.len()],
            unmet: problem.demands.iter().map(|demand| demand.quantity).collect(),
            spare: problem.supplies.iter().map(|supply| supply.capacity).collect(),
            pool_spare: problem.pools.iter().map(|pool| pool.capacity).collect(),
            group_loads: vec![0; problem.groups.len()],
            offers: Vec::new(),
        };
        for demand in &problem.demands {
            if let Some(load) = build.group_loads.get_mut(demand.group as usize) {
                *load += u64::from(demand.quantity);
            }
        }
        for demand in 0..problem.demands.len() {
            if kept(problem, terms, demand, quantities) {
                let units = row(problem, demand).map(|pair| (pair, quantities[pair]));
                build.put(demand, units.filter(|(_, units)| *units > 0));
            }
        }
        build
    }

    /// Lets each demand have what is best for it out of what is left and what it has, the dearest first.
    pub fn serve_the_rest(&mut self) {
        let mut order: Vec<usize> = (0..self.problem.demands.len()).collect();
        order.sort_by_key(|&demand| Reverse(self.problem.demands[demand].penalty));
        for _ in 0..PASSES {
            let better = order.iter().filter(|&&demand| self.improve(demand)).count();
            if better == 0 {
                break;
            }
        }
    }

    /// What it costs in all, which is less than leaving everything unmet and so fits.
    pub fn objective(&self) -> i64 {
        let demands = 0..self.problem.demands.len();
        let own: i64 = demands.map(|demand| self.own_cost(demand)).sum();
        own + (0..self.problem.groups.len()).map(|group| self.group_cost(group)).sum::<i64>()
    }

    /// Whether something better was found for a demand.
    fn improve(&mut self, demand: usize) -> bool {
        let group = self.problem.demands[demand].group as usize;
        let before = self.own_cost(demand) + self.group_cost(group);
        let had = self.clear(demand);
        let pattern = self.pattern(demand);
        self.put(demand, pattern.into_iter());
        let after = self.own_cost(demand) + self.group_cost(group);
        // A group's next unit says little of the one after that; and where a pool had less than its supplies, what was to
        // complete the demand does not.
        let is_worse = after > before || !kept(self.problem, self.terms, demand, &self.quantities);
        if is_worse {
            self.clear(demand);
            self.put(demand, had.into_iter());
        }
        !is_worse && after < before
    }

    fn pattern(&mut self, demand: usize) -> Vec<(usize, u32)> {
        let asked = &self.problem.demands[demand];
        let unmet = i64::from(asked.penalty) + self.group_price(asked.group as usize);
        self.offers.clear();
        for number in row(self.problem, demand) {
            let pair = &self.problem.pairs[number];
            let spare = self.spare_of(number);
            let gain = unmet - i64::from(pair.cost);
            if gain > 0 && spare > 0 {
                let least = self.terms[demand].least(asked.quantity, pair);
                let most = pair.at_most.min(asked.quantity).min(spare);
                self.offers.push(Offer { pair: number, gain, least, most });
            }
        }
        pattern::best(&mut self.offers, asked.quantity, self.terms[demand].most_services).units
    }

    /// What is left for a pair.
    fn spare_of(&self, pair: usize) -> u32 {
        let supply = self.problem.pairs[pair].supply as usize;
        let pool = self.pool_spare.get(self.problem.supplies[supply].pool as usize);
        self.spare[supply].min(pool.copied().unwrap_or(u32::MAX))
    }

    /// Takes from a demand what it has.
    fn clear(&mut self, demand: usize) -> Vec<(usize, u32)> {
        let mut had = Vec::new();
        for number in row(self.problem, demand) {
            let units = std::mem::take(&mut self.quantities[number]);
            if units > 0 {
                had.push((number, units));
                let supply = self.problem.pairs[number].supply as usize;
                self.spare[supply] += units;
                if let Some(spare) = self.pool_spare.get_mut(self.problem.supplies[supply].pool as usize) {
                    *spare += units;
                }
                self.unmet[demand] += units;
                if let Some(load) = self.group_loads.get_mut(self.problem.demands[demand].group as usize) {
                    *load += u64::from(units);
                }
            }
        }
        had
    }

    /// Gives to a demand that has nothing; less where two supplies share a pool that has less.
    fn put(&mut self, demand: usize, pattern: impl Iterator<Item = (usize, u32)>) {
        for (number, units) in pattern {
            if units > self.spare_of(number) {
                continue;
            }
            let supply = self.problem.pairs[number].supply as usize;
            self.quantities[number] = units;
            self.spare[supply] -= units;
            if let Some(spare) = self.pool_spare.get_mut(self.problem.supplies[supply].pool as usize) {
                *spare -= units;
            }
            self.unmet[demand] -= units;
            if let Some(load) = self.group_loads.get_mut(self.problem.demands[demand].group as usize) {
                *load -= u64::from(units);
            }
        }
    }

    fn own_cost(&self, demand: usize) -> i64 {
        let row = row(self.problem, demand);
        let pairs = self.problem.pairs[row.clone()].iter().zip(&self.quantities[row]);
        let served: i64 = pairs.map(|(pair, &units)| i64::from(pair.cost) * i64::from(units)).sum();
        served + i64::from(self.problem.demands[demand].penalty) * i64::from(self.unmet[demand])
    }

    /// What the unmet units of a group cost beside their penalties; nothing if there is no such group.
    fn group_cost(&self, group: usize) -> i64 {
        let Some(shared) = self.problem.groups.get(group) else { return 0 };
        // No more units than can be added up with a cost each.
        let mut left = self.group_loads[group].cast_signed();
        let (mut cost, mut last) = (0, 0);
        for step in &shared.steps {
            let units = left.min(i64::from(step.units));
            last = i64::from(step.cost);
            cost += last * units;
            left -= units;
        }
        cost + last * left
    }

    /// What the last unmet unit of a group costs; nothing if there is none.
    fn group_price(&self, group: usize) -> i64 {
        let Some(shared) = self.problem.groups.get(group) else { return 0 };
        let mut end = 0;
        let within = |units: u32| {
            end += u64::from(units);
            end >= self.group_loads[group]
        };
        let steps = shared.steps.iter();
        let mut within = within;
        let step = steps.clone().find(|step| within(step.units)).or(steps.last());
        step.map_or(0, |step| i64::from(step.cost))
    }
}

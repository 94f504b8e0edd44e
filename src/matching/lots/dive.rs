//! The flow decides for most demands. Those it splits too finely are fixed to patterns of lots, the dearest
//! first, and a part of them at a time: what they displace shows in the prices of the flow that is solved
//! around them, and the next part goes by these.

use std::cmp::Reverse;

use crate::matching::assign::{AssignError, Assignment, Prices, Problem, assign_at_any_prices};

use super::{
    Share,
    pattern::{self, Offer, Pattern},
    terms::{Terms, kept, row},
};

/// One in so many of the demands that are split too finely is fixed at a time,
const PART: usize = 2;
/// or one in so many of all, if that is more. For small problems that is one alone.
const LEAST_PART: usize = 80;
/// Once no more are left than one in so many of all, solving the flow again is not worth while.
const TAIL: usize = 300;

/// A problem of which a part is fixed already.
pub(super) struct Dive<'a> {
    problem: &'a Problem,
    terms: &'a [Terms],
    /// What is not fixed. A demand that is fixed stays in it with its unmet units, for its group's sake.
    rest: Problem,
    answer: Assignment,
    /// What patterns are chosen by.
    prices: Prices,
    /// Pairs and units.
    fixed: Vec<(usize, u32)>,
    is_fixed: Vec<bool>,
}

impl<'a> Dive<'a> {
    pub fn new(problem: &'a Problem, terms: &'a [Terms], flow: &Assignment, prices: Prices) -> Self {
        let (rest, answer) = (problem.clone(), flow.clone());
        let is_fixed = vec![false; problem.demands.len()];
        Self { problem, terms, rest, answer, prices, fixed: Vec::new(), is_fixed }
    }

    /// Fixes patterns until the flow keeps to nearly all terms.
    pub fn run(&mut self, watch: &mut Share) -> Result<(), AssignError> {
        let mut wrong = self.wrong();
        let (all, first) = (self.problem.demands.len(), wrong.len());
        while wrong.len() > all / TAIL {
            watch.report(first.saturating_sub(wrong.len()), first)?;
            let part = (wrong.len() / PART).max(all / LEAST_PART).max(1);
            wrong.sort_by_key(|&demand| Reverse(self.weight(demand)));
            wrong.truncate(part);
            for demand in wrong {
                self.fix(demand);
            }
            self.answer = assign_at_any_prices(&self.rest, &self.answer, &mut ())?;
            self.prices.clone_from(&self.answer.prices);
            wrong = self.wrong();
        }
        Ok(())
    }

    /// What is served, by pair. A few demands may still be served against their terms.
    pub fn quantities(&self) -> Vec<u32> {
        let mut quantities = self.answer.quantities.clone();
        for &(pair, units) in &self.fixed {
            quantities[pair] = units;
        }
        quantities
    }

    /// Demands that the flow serves against their terms.
    fn wrong(&self) -> Vec<usize> {
        let demands = 0..self.problem.demands.len();
        demands
            .filter(|&demand| {
                !self.is_fixed[demand] && !kept(self.problem, self.terms, demand, &self.answer.quantities)
            })
            .collect()
    }

    /// What is at stake.
    fn weight(&self, demand: usize) -> i64 {
        let asked = &self.problem.demands[demand];
        i64::from(asked.penalty) * i64::from(asked.quantity)
    }

    fn fix(&mut self, demand: usize) {
        let pattern = self.pattern(demand);
        for number in row(self.problem, demand) {
            self.rest.pairs[number].at_most = 0;
            self.answer.quantities[number] = 0;
        }
        for (number, units) in pattern.units {
            let supply = &mut self.rest.supplies[self.problem.pairs[number].supply as usize];
            supply.capacity -= units;
            if let Some(pool) = self.rest.pools.get_mut(supply.pool as usize) {
                pool.capacity -= units;
            }
            self.rest.demands[demand].quantity -= units;
            self.fixed.push((number, units));
        }
        self.is_fixed[demand] = true;
    }

    /// The best pattern for a demand out of all that is not fixed. What others hold of it they must give up:
    /// the prices say for how much.
    fn pattern(&self, demand: usize) -> Pattern {
        let asked = &self.problem.demands[demand];
        let unmet = i64::from(asked.penalty) + shared(&self.prices.groups, asked.group);
        let mut offers = Vec::new();
        for number in row(self.problem, demand) {
            let pair = &self.problem.pairs[number];
            let supply = &self.rest.supplies[pair.supply as usize];
            let pool = self.rest.pools.get(supply.pool as usize).map_or(u32::MAX, |pool| pool.capacity);
            let worth = self.prices.supplies[pair.supply as usize] + shared(&self.prices.pools, supply.pool);
            offers.push(Offer {
                pair: number,
                gain: unmet - i64::from(pair.cost) - worth,
                least: self.terms[demand].least(asked.quantity, pair),
                most: pair.at_most.min(asked.quantity).min(supply.capacity).min(pool),
            });
        }
        // Two supplies of one pool could together take more than it has.
        let pattern = pattern::best(&mut offers, asked.quantity, self.terms[demand].most_services);
        if self.fits(&pattern) { pattern } else { Pattern::default() }
    }

    fn fits(&self, pattern: &Pattern) -> bool {
        pattern.units.iter().all(|&(number, _)| {
            let pool = self.pool(number);
            let units = pattern.units.iter().filter(|(other, _)| self.pool(*other) == pool);
            let taken: u64 = units.map(|(_, units)| u64::from(*units)).sum();
            self.rest.pools.get(pool as usize).is_none_or(|pool| taken <= u64::from(pool.capacity))
        })
    }

    fn pool(&self, pair: usize) -> u32 {
        self.problem.supplies[self.problem.pairs[pair].supply as usize].pool
    }
}

/// The price of a pool or group, if there is one.
pub(super) fn shared(prices: &[i64], index: u32) -> i64 {
    prices.get(index as usize).copied().unwrap_or(0)
}

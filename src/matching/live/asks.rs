//! The pairs that lead to each supply, in the order in which they are likely to matter.

use std::ops::Range;

use crate::matching::assign::Problem;

use super::topology::{Topology, number};

/// A pair as its supply sees it.
#[derive(Clone, Copy)]
pub(super) struct Ask {
    /// Below the pair's cost less the price of its demand, once the slack of the supply is taken off.
    bound: i32,
    pub demand: u32,
    pub cost: i32,
    pub pair: u32,
}

/// The asks of one supply.
#[derive(Clone, Copy, Default)]
struct List {
    first: u32,
    end: u32,
    /// By how much the highest rise of a price since the asks were sorted has undercut a bound.
    slack: i64,
    /// How many asks were looked at since.
    seen: u32,
}

/// All asks, by supply and by bound.
///
/// A price that falls leaves the bounds as they are: they are still bounds. One that rises adds to the slack.
/// Once as many asks were looked at as sorting costs, they are sorted again.
#[derive(Clone)]
pub(super) struct Asks {
    items: Vec<Ask>,
    lists: Vec<List>,
    /// The bounds again, by pair.
    bounds: Vec<i32>,
}

/// How many times its length of asks a supply may look at before they are sorted again.
const PATIENCE: u32 = 2;

impl Asks {
    pub fn new(problem: &Problem, topology: &Topology) -> Self {
        let mut lists = vec![List::default(); problem.supplies.len()];
        for pair in &problem.pairs {
            lists[pair.supply as usize].end += 1;
        }
        let mut end = 0;
        for list in &mut lists {
            list.first = end;
            end += std::mem::replace(&mut list.end, end);
        }
        let mut items = vec![Ask { bound: 0, demand: 0, cost: 0, pair: 0 }; problem.pairs.len()];
        for (number, (pair, &demand)) in (0..).zip(problem.pairs.iter().zip(&topology.demand_of)) {
            let list = &mut lists[pair.supply as usize];
            items[list.end as usize] = Ask { bound: 0, demand, cost: pair.cost, pair: number };
            list.end += 1;
        }
        Self { items, lists, bounds: vec![0; problem.pairs.len()] }
    }

    /// Sorts the asks of all supplies.
    pub fn sort_all(&mut self, prices: &[i64]) {
        for supply in 0..self.lists.len() {
            self.sort(supply, prices);
        }
    }

    /// Sorts the asks of a supply if that is due, and says whether it was.
    pub fn refresh(&mut self, supply: usize, prices: &[i64]) -> bool {
        let List { first, end, seen, .. } = self.lists[supply];
        let due = seen / PATIENCE > end - first;
        if due {
            self.sort(supply, prices);
        }
        due
    }

    fn sort(&mut self, supply: usize, prices: &[i64]) {
        let range = self.range(supply);
        for ask in &mut self.items[range.clone()] {
            let worth = i64::from(ask.cost) - prices[ask.demand as usize];
            // Whatever does not fit is covered by the slack, or is far from mattering.
            ask.bound = i32::try_from(worth).unwrap_or(if worth < 0 { i32::MIN } else { i32::MAX });
            self.bounds[ask.pair as usize] = ask.bound;
        }
        self.items[range.clone()].sort_unstable_by_key(|ask| (ask.bound, ask.pair));
        let lowest = self.items[range]
            .iter()
            .map(|ask| i64::from(ask.bound) - i64::from(ask.cost) + prices[ask.demand as usize]);
        let slack = lowest.max().unwrap_or(0).max(0);
        self.lists[supply] = List { slack, seen: 0, ..self.lists[supply] };
    }

    fn range(&self, supply: usize) -> Range<usize> {
        let List { first, end, .. } = self.lists[supply];
        first as usize..end as usize
    }

    /// What the cost of an ask less the price of its demand is at least; none if there is no such ask.
    #[inline]
    pub fn bound(&self, supply: usize, index: usize) -> Option<i64> {
        let list = &self.lists[supply];
        let place = list.first as usize + index;
        (place < list.end as usize).then(|| i64::from(self.items[place].bound) - list.slack)
    }

    #[inline]
    pub fn get(&self, supply: usize, index: usize) -> Ask {
        self.items[self.lists[supply].first as usize + index]
    }

    /// Counts asks that were looked at.
    pub fn seen(&mut self, supply: usize, count: usize) {
        let seen = &mut self.lists[supply].seen;
        *seen = seen.saturating_add(number(count));
    }

    /// Notes that the price of a demand rose.
    pub fn rose(&mut self, problem: &Problem, row: Range<usize>, price: i64) {
        for (pair, &bound) in problem.pairs[row.clone()].iter().zip(&self.bounds[row]) {
            let slack = i64::from(bound) - i64::from(pair.cost) + price;
            let list = &mut self.lists[pair.supply as usize];
            list.slack = list.slack.max(slack);
        }
    }
}

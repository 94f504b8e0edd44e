//! The lowest prices of an optimum, which are the same for every optimum of a problem.

use std::{cmp::Reverse, collections::BinaryHeap};

use super::{Assignment, NONE, Prices, Problem};

/// The lowest prices that prove an answer and are not negative.
///
/// They give each price a plain meaning: by how much the objective would fall with one unit more of a supply or a
/// pool, or with one unit less of a demand. The prices of the answer have to prove it.
///
/// What holds a price up is zero; or the penalty of a unit left unmet; or another price, through a change that the
/// answer could still take. How far each can fall is the length of the shortest way from what holds it up, each
/// change being as long as the answer's prices leave it slack.
#[must_use]
pub fn lowest(problem: &Problem, answer: &Assignment) -> Prices {
    let mut falls = Falls::new(problem, answer);
    falls.settle();
    falls.prices()
}

/// Nodes are numbered demands first, then supplies, pools, groups. A supply's level is its own price and its pool's.
struct Falls<'p> {
    problem: &'p Problem,
    answer: &'p Assignment,
    levels: Vec<i64>,
    falls: Vec<i64>,
    frontier: BinaryHeap<Reverse<(i64, usize)>>,
    /// By supply: where its used pairs end in `used`.
    used_ends: Vec<usize>,
    /// Demands and costs of the used pairs.
    used: Vec<(u32, i32)>,
    /// By supply: units that it gives.
    loads: Vec<u64>,
    /// By pool and by group: who belongs to it.
    in_pools: Vec<Vec<u32>>,
    in_groups: Vec<Vec<u32>>,
    first_supply: usize,
    first_pool: usize,
    first_group: usize,
}

impl<'p> Falls<'p> {
    fn new(problem: &'p Problem, answer: &'p Assignment) -> Self {
        let (demands, supplies) = (problem.demands.len(), problem.supplies.len());
        let first_pool = demands + supplies;
        let first_group = first_pool + problem.pools.len();
        let prices = &answer.prices;
        let above = |pool: u32| prices.pools.get(pool as usize).copied().unwrap_or_default();
        let of_supplies = problem.supplies.iter().zip(&prices.supplies);
        let mut levels = prices.demands.clone();
        levels.extend(of_supplies.map(|(supply, price)| price + above(supply.pool)));
        levels.extend(&prices.pools);
        levels.extend(&prices.groups);
        let (used_ends, used) = used_pairs(problem, answer);
        let mut falls = Self {
            falls: levels.clone(),
            levels,
            frontier: BinaryHeap::new(),
            used_ends,
            used,
            loads: loads(problem, answer),
            in_pools: members(problem.pools.len(), problem.supplies.iter().map(|supply| supply.pool)),
            in_groups: members(problem.groups.len(), problem.demands.iter().map(|demand| demand.group)),
            problem,
            answer,
            first_supply: demands,
            first_pool,
            first_group,
        };
        falls.hold_up();
        falls
    }

    /// What holds prices up beside zero and each other.
    fn hold_up(&mut self) {
        for (place, demand) in self.problem.demands.iter().enumerate() {
            // A unit left unmet that belongs to no group: the penalty is fixed.
            if self.answer.unmet[place] > 0 && demand.group == NONE {
                self.falls[place] = 0;
            }
        }
        for (place, group) in self.problem.groups.iter().enumerate() {
            let unmet: u64 =
                self.in_groups[place].iter().map(|one| u64::from(self.answer.unmet[*one as usize])).sum();
            let node = self.first_group + place;
            self.falls[node] = self.levels[node] - last_cost(&group.steps, unmet);
        }
        self.frontier = self.falls.iter().copied().zip(0..).map(Reverse).collect();
    }

    fn settle(&mut self) {
        while let Some(Reverse((fall, node))) = self.frontier.pop() {
            if fall > self.falls[node] {
                continue;
            }
            if node < self.first_supply {
                self.from_demand(fall, node);
            } else if node < self.first_pool {
                self.from_supply(fall, node - self.first_supply);
            } else if node < self.first_group {
                self.from_pool(fall, node - self.first_pool);
            } else {
                self.from_group(fall, node - self.first_group);
            }
        }
    }

    /// A demand's price holds up whatever could serve it yet, and its group.
    fn from_demand(&mut self, fall: i64, demand: usize) {
        let asked = self.problem.demands[demand];
        if asked.quantity == 0 {
            return;
        }
        let price = self.levels[demand];
        for pair in self.problem.row(demand) {
            let Some(one) = self.problem.pairs.get(pair) else { continue };
            if self.answer.quantities[pair] < one.at_most {
                let supply = self.first_supply + one.supply as usize;
                self.hold(supply, fall + self.levels[supply] - price + i64::from(one.cost));
            }
        }
        if asked.group != NONE {
            let group = self.first_group + asked.group as usize;
            self.hold(group, fall + self.levels[group] + i64::from(asked.penalty) - price);
        }
    }

    /// A supply's price holds up the demands that it serves, and its pool where it has units to spare.
    fn from_supply(&mut self, fall: i64, supply: usize) {
        let level = self.levels[self.first_supply + supply];
        let first = supply.checked_sub(1).map_or(0, |before| self.used_ends[before]);
        for place in first..self.used_ends[supply] {
            let (demand, cost) = self.used[place];
            let price = self.levels[demand as usize];
            self.hold(demand as usize, fall + price - i64::from(cost) - level);
        }
        let pool = self.problem.supplies[supply].pool;
        if pool != NONE && self.has_spare(supply) {
            let pool = self.first_pool + pool as usize;
            self.hold(pool, fall + self.levels[pool] - level);
        }
    }

    fn has_spare(&self, supply: usize) -> bool {
        self.loads[supply] < u64::from(self.problem.supplies[supply].capacity)
    }

    /// A pool's price holds up those of its supplies, which include it.
    fn from_pool(&mut self, fall: i64, pool: usize) {
        let level = self.levels[self.first_pool + pool];
        for place in 0..self.in_pools[pool].len() {
            let supply = self.first_supply + self.in_pools[pool][place] as usize;
            self.hold(supply, fall + self.levels[supply] - level);
        }
    }

    /// A group's cost holds up the prices of its demands that are partly unmet.
    fn from_group(&mut self, fall: i64, group: usize) {
        let level = self.levels[self.first_group + group];
        for place in 0..self.in_groups[group].len() {
            let demand = self.in_groups[group][place] as usize;
            if self.answer.unmet[demand] > 0 {
                let penalty = i64::from(self.problem.demands[demand].penalty);
                self.hold(demand, fall + self.levels[demand] - penalty - level);
            }
        }
    }

    fn hold(&mut self, node: usize, fall: i64) {
        if fall < self.falls[node] {
            self.falls[node] = fall;
            self.frontier.push(Reverse((fall, node)));
        }
    }

    fn prices(&self) -> Prices {
        let level = |node: usize| self.levels[node] - self.falls[node];
        let above = |pool: u32| if pool == NONE { 0 } else { level(self.first_pool + pool as usize) };
        let supplies = self.problem.supplies.iter().zip(self.first_supply..);
        Prices {
            demands: (0..self.first_supply).map(level).collect(),
            supplies: supplies.map(|(supply, node)| level(node) - above(supply.pool)).collect(),
            pools: (self.first_pool..self.first_group).map(level).collect(),
            groups: (self.first_group..self.levels.len()).map(level).collect(),
        }
    }
}

/// What the last of so many unmet units of a group costs beside its penalty.
fn last_cost(steps: &[super::Step], unmet: u64) -> i64 {
    let mut before = 0;
    let step = steps.iter().find(|step| {
        before += u64::from(step.units);
        before >= unmet
    });
    step.or(steps.last()).filter(|_| unmet > 0).map_or(0, |step| step.cost.into())
}

/// The used pairs by supply.
fn used_pairs(problem: &Problem, answer: &Assignment) -> (Vec<usize>, Vec<(u32, i32)>) {
    let mut of: Vec<Vec<(u32, i32)>> = vec![Vec::new(); problem.supplies.len()];
    for (demand, number) in (0..problem.demands.len()).zip(0..) {
        for pair in problem.row(demand).filter(|pair| answer.quantities[*pair] > 0) {
            of[problem.pairs[pair].supply as usize].push((number, problem.pairs[pair].cost));
        }
    }
    let ends = of.iter().scan(0, |end, used| {
        *end += used.len();
        Some(*end)
    });
    (ends.collect(), of.concat())
}

fn loads(problem: &Problem, answer: &Assignment) -> Vec<u64> {
    let mut loads = vec![0; problem.supplies.len()];
    for (pair, units) in problem.pairs.iter().zip(&answer.quantities) {
        loads[pair.supply as usize] += u64::from(*units);
    }
    loads
}

fn members(count: usize, of: impl Iterator<Item = u32>) -> Vec<Vec<u32>> {
    let mut members = vec![Vec::new(); count];
    for (number, one) in (0..).zip(of) {
        if let Some(members) = members.get_mut(one as usize) {
            members.push(number);
        }
    }
    members
}

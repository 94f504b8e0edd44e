//! A flow, the changes that it allows, and the prices that prove it cheapest.

use std::sync::Arc;

use crate::matching::assign::{Assignment, NONE, Problem};

use super::{asks::Asks, steps::Step, topology::Topology};

/// What stands at a node.
pub(super) enum Kind {
    Demand(usize),
    Supply(usize),
    Pool(usize),
    Group(usize),
}

/// A pair that takes from a supply, with what a search asks of it close together.
#[derive(Clone, Copy)]
pub(super) struct Taker {
    pub pair: u32,
    pub demand: u32,
    pub cost: i32,
}

/// A flow and its prices.
///
/// The price of a node is what one unit more would cost that is brought there. No possible change has a
/// negative reduced cost: its cost, plus the price of where it leads, minus the price of where it starts.
#[derive(Clone)]
pub(super) struct Residual {
    pub problem: Problem,
    pub topology: Arc<Topology>,
    /// Units on each pair.
    pub quantities: Vec<u32>,
    /// Units left unmet of each demand; in the midst of a change these may be more than were asked for.
    pub unmet: Vec<u64>,
    /// Units taken from each supply.
    pub loads: Vec<u32>,
    /// Units taken from each pool.
    pub pool_loads: Vec<u64>,
    /// Units each pool has; in the midst of a change these may differ from the problem's.
    pub pool_sizes: Vec<u64>,
    /// Units left unmet of each group.
    pub group_loads: Vec<u64>,
    /// The price of each node.
    pub prices: Vec<i64>,
    /// In the midst of a change this may be more than an answer can cost.
    pub objective: i128,
    asks: Asks,
    /// By supply, the pairs that take from it, in no order.
    pub takers: Vec<Vec<Taker>>,
    /// By pair, where it stands among the takers of its supply.
    pub seats: Vec<u32>,
}

impl Residual {
    /// `answer` must be certified.
    pub fn new(problem: Problem, answer: &Assignment) -> Self {
        let topology = Arc::new(Topology::new(&problem));
        let mut flow = Self {
            quantities: answer.quantities.clone(),
            unmet: answer.unmet.iter().map(|&units| u64::from(units)).collect(),
            loads: vec![0; problem.supplies.len()],
            pool_loads: vec![0; problem.pools.len()],
            pool_sizes: problem.pools.iter().map(|pool| u64::from(pool.capacity)).collect(),
            group_loads: vec![0; problem.groups.len()],
            prices: vec![0; topology.nodes()],
            objective: answer.objective.into(),
            asks: Asks::new(&problem, &topology),
            takers: vec![Vec::new(); problem.supplies.len()],
            seats: vec![0; problem.pairs.len()],
            problem,
            topology,
        };
        flow.count_loads();
        flow.take_prices(answer);
        flow.asks.sort_all(&flow.prices);
        flow
    }

    fn count_loads(&mut self) {
        for number in 0..self.quantities.len() {
            if self.quantities[number] > 0 {
                let supply = self.problem.pairs[number].supply as usize;
                self.loads[supply] += self.quantities[number];
                self.seat(number);
            }
        }
        for (supply, &load) in self.problem.supplies.iter().zip(&self.loads) {
            if supply.pool != NONE {
                self.pool_loads[supply.pool as usize] += u64::from(load);
            }
        }
        for (demand, &units) in self.problem.demands.iter().zip(&self.unmet) {
            if demand.group != NONE {
                self.group_loads[demand.group as usize] += units;
            }
        }
    }

    /// The price of a node counts all that lies above it.
    fn take_prices(&mut self, answer: &Assignment) {
        for (pool, &price) in answer.prices.pools.iter().enumerate() {
            self.prices[self.topology.pool(pool)] = price;
        }
        for (group, &price) in answer.prices.groups.iter().enumerate() {
            self.prices[self.topology.group(group)] = price;
        }
        for (supply, &price) in answer.prices.supplies.iter().enumerate() {
            let node = self.topology.supply(supply);
            self.prices[node] = price + self.price_above(node);
        }
        for demand in 0..self.problem.demands.len() {
            self.prices[demand] = self.cheapest(demand);
        }
    }

    /// The price of the group of a demand, or of the pool of a supply; 0 if it has none.
    pub fn price_above(&self, node: usize) -> i64 {
        self.above(node).map_or(0, |above| self.prices[above])
    }

    /// What one unit more of a demand costs at the prices of today.
    pub fn cheapest(&self, demand: usize) -> i64 {
        let mut least = i64::from(self.problem.demands[demand].penalty) + self.price_above(demand);
        for number in self.topology.row(demand) {
            let pair = &self.problem.pairs[number];
            if self.quantities[number] < pair.at_most {
                let price = self.prices[self.topology.supply(pair.supply as usize)];
                least = least.min(i64::from(pair.cost) + price);
            }
        }
        least
    }

    #[inline]
    pub fn kind(&self, node: usize) -> Kind {
        let [supplies, pools, groups] = self.topology.starts;
        if node < supplies {
            Kind::Demand(node)
        } else if node < pools {
            Kind::Supply(node - supplies)
        } else if node < groups {
            Kind::Pool(node - pools)
        } else {
            Kind::Group(node - groups)
        }
    }

    /// The group of a demand, the pool of a supply.
    pub fn above(&self, node: usize) -> Option<usize> {
        match self.kind(node) {
            Kind::Demand(demand) => {
                let group = self.problem.demands[demand].group;
                (group != NONE).then(|| self.topology.group(group as usize))
            }
            Kind::Supply(supply) => {
                let pool = self.problem.supplies[supply].pool;
                (pool != NONE).then(|| self.topology.pool(pool as usize))
            }
            Kind::Pool(_) | Kind::Group(_) => None,
        }
    }

    pub fn is_supply(&self, node: usize) -> bool {
        matches!(self.kind(node), Kind::Supply(_))
    }

    /// An ask of a supply, by the order that [`ask_bound`](Self::ask_bound) follows.
    #[inline]
    pub fn ask(&self, node: usize, index: usize) -> Step {
        let ask = self.asks.get(node - self.topology.starts[0], index);
        Step { node: ask.demand as usize, cost: i64::from(ask.cost), pair: ask.pair }
    }

    /// What the cost of an ask less the price of its demand is at least; it rises with the index.
    #[inline]
    pub fn ask_bound(&self, node: usize, index: usize) -> Option<i64> {
        self.asks.bound(node - self.topology.starts[0], index)
    }

    /// To be called before the asks of a supply are looked at: whether they were sorted again.
    pub fn asks_begin(&mut self, node: usize) -> bool {
        self.asks.refresh(node - self.topology.starts[0], &self.prices)
    }

    /// To be called after some asks of a supply were looked at.
    pub fn asks_seen(&mut self, node: usize, count: usize) {
        self.asks.seen(node - self.topology.starts[0], count);
    }

    pub fn move_price(&mut self, node: usize, by: i64) {
        self.set_price(node, self.prices[node] + by);
    }

    pub fn set_price(&mut self, node: usize, price: i64) {
        let rises = price > self.prices[node];
        self.prices[node] = price;
        if rises && node < self.topology.starts[0] {
            self.asks.rose(&self.problem, self.topology.row(node), price);
        }
    }

    /// What leaving all of a demand unmet could cost at most.
    pub fn worst(&self, demand: usize) -> i128 {
        let asked = &self.problem.demands[demand];
        let last = self.problem.groups.get(asked.group as usize).and_then(|group| group.steps.last());
        let unit = i128::from(asked.penalty) + last.map_or(0, |step| i128::from(step.cost));
        unit * i128::from(asked.quantity)
    }

    /// How many units of a pair the problem allows.
    pub fn most(&self, number: usize, demand: usize) -> u32 {
        let pair = &self.problem.pairs[number];
        let supply = &self.problem.supplies[pair.supply as usize];
        let pool = self.problem.pools.get(supply.pool as usize).map_or(u32::MAX, |pool| pool.capacity);
        pair.at_most.min(self.problem.demands[demand].quantity).min(supply.capacity).min(pool)
    }

    /// Takes back what a supply gives through a pair, and as much of what it and its pool can give.
    pub fn vacate(&mut self, supply: usize, pool: Option<usize>, pair: usize) -> u32 {
        let units = self.quantities[pair];
        self.change(pair, false, units);
        self.loads[supply] -= units;
        self.problem.supplies[supply].capacity -= units;
        if let Some(pool) = pool {
            self.pool_loads[pool] -= u64::from(units);
            self.pool_sizes[pool] -= u64::from(units);
        }
        units
    }

    /// Makes a supply that gives nothing so dear that a pair to it is not worth while.
    pub fn price_out(&mut self, supply: usize, pair: usize) {
        let demand = self.topology.demand_of[pair] as usize;
        let worth = self.prices[demand] - i64::from(self.problem.pairs[pair].cost);
        let node = self.topology.supply(supply);
        self.prices[node] = self.prices[node].max(worth);
    }

    /// Takes served units out of the problem, and with them what they were served from: no price changes.
    pub fn take_out(&mut self, number: usize, demand: usize, units: u32) {
        self.change(number, false, units);
        let pair = &mut self.problem.pairs[number];
        let supply = pair.supply as usize;
        pair.at_most -= units;
        self.problem.demands[demand].quantity -= units;
        self.problem.supplies[supply].capacity -= units;
        self.loads[supply] -= units;
        let pool = self.problem.supplies[supply].pool as usize;
        if let Some(shared) = self.problem.pools.get_mut(pool) {
            shared.capacity -= units;
            self.pool_loads[pool] -= u64::from(units);
            self.pool_sizes[pool] -= u64::from(units);
        }
    }
}

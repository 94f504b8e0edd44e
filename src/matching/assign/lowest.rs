//! The lowest optimal prices.
//!
//! Prices of an optimum are seldom unique. The lowest of them say what one more unit of a supply is worth, while
//! the highest say what one less would cost. A price can fall until something would be done another way: so the
//! way to the lowest is a search, from what cannot fall, for how far everything else can.

use super::{answer::Used, frontier::Frontier, lists::Lists, network::id, simplex::Simplex};

/// Lowers the potentials of an optimal tree as far as they go. Those of the demands follow from the others.
pub(super) fn lower(simplex: &mut Simplex, used: &[Used], quantities: &[u32], unmet: &[u32]) {
    let mut search = Search::new(simplex, used, quantities, unmet);
    search.run();
    let Search { falls, .. } = search;
    let demands = simplex.network.demands();
    for (potential, fall) in simplex.potentials.iter_mut().zip(&falls[demands..]) {
        if *potential > 0 && *fall != UNREACHED {
            *potential -= *fall;
        }
    }
}

const UNREACHED: i64 = i64::MAX;

/// Dijkstra's search from the root, in the direction in which units can be sent.
struct Search<'a, 'n, 'p> {
    simplex: &'a Simplex<'n, 'p>,
    quantities: &'a [u32],
    unmet: &'a [u32],
    /// By node, how far its potential can fall.
    falls: Vec<i64>,
    frontier: Frontier,
    /// By supply, the pairs through which it gives.
    used: Lists<Used>,
    /// By pool, its supplies.
    pooled: Lists<u32>,
    /// By group, its demands.
    grouped: Lists<u32>,
    /// Supplies that have a price and are not done yet.
    open: usize,
}

impl<'a, 'n, 'p> Search<'a, 'n, 'p> {
    fn new(simplex: &'a Simplex<'n, 'p>, used: &[Used], quantities: &'a [u32], unmet: &'a [u32]) -> Self {
        let network = &*simplex.network;
        let problem = network.problem;
        let by_supply = |at: &Used| (problem.pairs[at.pair as usize].supply, *at);
        let used: Vec<(u32, Used)> = used.iter().map(by_supply).collect();
        let pools = problem.supplies.iter().map(|supply| supply.pool);
        let groups = problem.demands.iter().map(|demand| demand.group);
        Self {
            simplex,
            quantities,
            unmet,
            falls: vec![UNREACHED; network.root() + 1],
            frontier: Frontier::default(),
            used: Lists::new(network.supplies(), &used),
            pooled: Lists::members(problem.pools.len(), pools),
            grouped: Lists::members(problem.groups.len(), groups),
            open: 0,
        }
    }

    fn run(&mut self) {
        self.begin();
        let demands = self.simplex.network.demands();
        self.open = (demands..self.falls.len()).filter(|&node| self.can_fall(node)).count();
        while self.open > 0
            && let Some((fall, node)) = self.frontier.take()
        {
            if fall == self.falls[node] {
                self.spread(node, fall);
                if node >= demands && self.can_fall(node) {
                    self.open -= 1;
                }
            }
        }
    }

    /// Whether a node other than a demand has a price that could fall.
    fn can_fall(&self, node: usize) -> bool {
        let network = &*self.simplex.network;
        let fixed = match node.checked_sub(network.pool_node(0)) {
            None => network.is_closed(node - network.demands()),
            Some(_) => self.falls[node] == UNREACHED,
        };
        !fixed && self.simplex.potential(node) > 0
    }

    fn reach(&mut self, node: usize, fall: i64) {
        if fall < self.falls[node] {
            self.falls[node] = fall;
            self.frontier.add(fall, node);
        }
    }

    /// No price falls below zero; that of a group falls no lower than what its last unmet unit costs; and what a
    /// demand leaves unmet ties it to its penalty.
    fn begin(&mut self) {
        let network = &*self.simplex.network;
        for supply in 0..network.supplies() {
            let node = network.supply_node(id(supply));
            if network.above(node) == network.root() && !network.is_closed(supply) {
                self.reach(node, self.simplex.potential(node));
            }
        }
        for pool in 0..network.problem.pools.len() {
            let node = network.pool_node(pool);
            self.reach(node, self.simplex.potential(node));
        }
        for group in 0..network.problem.groups.len() {
            if let Some(cost) = self.simplex.last_unmet_cost(group) {
                let node = network.group_node(group);
                self.reach(node, self.simplex.potential(node) - cost);
            }
        }
        for (demand, &unmet) in self.unmet.iter().enumerate() {
            if unmet > 0 && network.above(demand) == network.root() {
                self.reach(demand, 0);
            }
        }
    }

    /// What can fall no further than this node, by way of it.
    fn spread(&mut self, node: usize, fall: i64) {
        let network = &*self.simplex.network;
        let potential = self.simplex.potential(node);
        if node < network.demands() {
            self.spread_demand(node, fall - potential);
        } else if node < network.pool_node(0) {
            self.spread_supply(node, fall - potential);
        } else if let Some(group) = node.checked_sub(network.group_node(0)) {
            for at in 0..self.grouped.of(group).len() {
                let demand = self.grouped.of(group)[at] as usize;
                if self.unmet[demand] > 0 {
                    self.reach(demand, fall);
                }
            }
        } else {
            let pool = node - network.pool_node(0);
            for at in 0..self.pooled.of(pool).len() {
                let supply = self.pooled.of(pool)[at];
                if !network.is_closed(supply as usize) {
                    let below = network.supply_node(supply);
                    self.reach(below, fall + self.simplex.potential(below) - potential);
                }
            }
        }
    }

    /// A pair that could carry more must not become a gain, nor leaving a unit unmet where others of the group
    /// are.
    fn spread_demand(&mut self, demand: usize, ahead: i64) {
        let network = &*self.simplex.network;
        let demands = network.demands();
        let row = network.problem.row(demand);
        for (pair, &units) in network.problem.pairs[row.clone()].iter().zip(&self.quantities[row]) {
            let node = demands + pair.supply as usize;
            let fall = ahead + i64::from(pair.cost) + self.simplex.potentials[pair.supply as usize];
            if fall < self.falls[node] && units < pair.at_most {
                self.reach(node, fall);
            }
        }
        let above = network.above(demand);
        if self.falls[above] != UNREACHED {
            let penalty = i64::from(network.problem.demands[demand].penalty);
            self.reach(above, ahead + penalty + self.simplex.potential(above));
        }
    }

    /// A pair that carries units must not become a loss, nor may a supply with units to spare cost more than its
    /// pool.
    fn spread_supply(&mut self, node: usize, ahead: i64) {
        let network = &*self.simplex.network;
        let supply = node - network.demands();
        let mut given = 0;
        for at in 0..self.used.of(supply).len() {
            let Used { demand, pair, units } = self.used.of(supply)[at];
            let cost = i64::from(network.problem.pairs[pair as usize].cost);
            given += units;
            self.reach(demand as usize, ahead - cost + self.simplex.potential(demand as usize));
        }
        let above = network.above(node);
        if above != network.root() && given < network.capacity(node) {
            self.reach(above, ahead + self.simplex.potential(above));
        }
    }
}

//! The optimum by shortest augmenting paths.
//!
//! Demands are placed one after the other. Each takes the cheapest path of changes: to a supply, and on by
//! taking back what that supply gave, until a supply has units to spare or some are left unmet. Reduced costs
//! are never negative, so Dijkstra's search finds the path; it goes no further than the nearest exit.

use std::{cmp::Reverse, collections::BinaryHeap};

use super::{
    flow::Flow,
    network::{Network, Weight},
};

/// The cheapest flow. Its prices are optimal, but not the lowest.
pub(super) fn solve(network: &Network) -> Flow<'_> {
    let mut flow = Flow::new(network);
    let mut search = Search::new(network.nodes());
    for demand in by_penalty(network) {
        place(&mut flow, &mut search, demand);
    }
    flow
}

/// The demands, those first that are dearest to leave unmet: they are then seldom displaced, and searches
/// stay short. Any order leads to the same optimum.
fn by_penalty(network: &Network) -> Vec<usize> {
    let demands = &network.demands.items;
    let mut order: Vec<usize> = (0..demands.len()).collect();
    order.sort_by_key(|&demand| Reverse(demands[demand].penalty));
    order
}

fn place(flow: &mut Flow, search: &mut Search, demand: usize) {
    let mut left = flow.network.demands.items[demand].quantity;
    while left > 0 {
        let exit = search.run(flow, demand);
        search.raise_prices(flow, exit.distance);
        left -= search.augment(flow, exit.node, left);
    }
}

/// Where a path ends, and how long it is.
#[derive(Clone, Copy)]
struct Exit {
    node: usize,
    distance: Weight,
}

/// What is known of the paths from one demand; kept from one search to the next, so that a short one is
/// cheap.
struct Search {
    /// For each node, the length of the best path to it so far.
    distances: Vec<Weight>,
    /// For each node, the last arc of that path; none at the source.
    arrivals: Vec<Option<usize>>,
    reached: Vec<usize>,
    frontier: BinaryHeap<Reverse<(Weight, usize)>>,
}

const UNREACHED: Weight = Weight::MAX;

impl Search {
    fn new(nodes: usize) -> Self {
        Self {
            distances: vec![UNREACHED; nodes],
            arrivals: vec![None; nodes],
            reached: Vec::new(),
            frontier: BinaryHeap::new(),
        }
    }

    /// Finds the nearest exit. There always is one, since what is demanded at `source` can be left unmet.
    fn run(&mut self, flow: &Flow, source: usize) -> Exit {
        self.forget();
        let mut nearest = Exit { node: source, distance: UNREACHED };
        self.reach(flow, source, 0, None, &mut nearest);
        while let Some(Reverse((distance, node))) = self.frontier.pop() {
            if distance >= nearest.distance {
                break;
            }
            if distance == self.distances[node] {
                flow.each_change(node, |next, cost, arc| {
                    self.reach(flow, next, distance + cost, Some(arc), &mut nearest);
                });
            }
        }
        nearest
    }

    fn forget(&mut self) {
        self.frontier.clear();
        for node in self.reached.drain(..) {
            self.distances[node] = UNREACHED;
        }
    }

    /// Notes a path to `node`, unless a better one is known or an exit is nearer.
    fn reach(
        &mut self,
        flow: &Flow,
        node: usize,
        distance: Weight,
        arrival: Option<usize>,
        nearest: &mut Exit,
    ) {
        if distance >= nearest.distance || distance >= self.distances[node] {
            return;
        }
        if self.distances[node] == UNREACHED {
            self.reached.push(node);
        }
        self.distances[node] = distance;
        self.arrivals[node] = arrival;
        self.frontier.push(Reverse((distance, node)));
        if let Some(cost) = flow.exit_cost(node)
            && distance + cost < nearest.distance
        {
            *nearest = Exit { node, distance: distance + cost };
        }
    }

    /// Raises the prices just so far that the path found has no reduced cost left, and no change has a
    /// negative one.
    fn raise_prices(&self, flow: &mut Flow, length: Weight) {
        for &node in &self.reached {
            let rise = length - self.distances[node];
            if rise > 0 {
                flow.prices[node] += rise;
            }
        }
    }

    /// Sends as many of the units `left` along the path to `end` as it can take, and says how many.
    fn augment(&self, flow: &mut Flow, end: usize, left: u32) -> u32 {
        let units = self
            .path_to(flow.network, end)
            .map(|(arc, node)| flow.change_room(arc, node))
            .fold(left.min(flow.exit_room(end)), u32::min);
        for (arc, node) in self.path_to(flow.network, end) {
            flow.change(arc, node, units);
        }
        flow.exit(end, units);
        units
    }

    /// The arcs of the path to `end`, last first, each with the node it leads to.
    fn path_to<'a>(&'a self, network: &'a Network, end: usize) -> impl Iterator<Item = (usize, usize)> + 'a {
        let mut node = end;
        std::iter::from_fn(move || {
            let number = self.arrivals[node]?;
            let arc = &network.arcs.items[number];
            let led_to = node;
            node = if led_to == arc.supply() { arc.demand() } else { arc.supply() };
            Some((number, led_to))
        })
    }
}

//! A spanning tree from a flow: the basis from which the simplex starts.
//!
//! Every node hangs by the arc through which it reaches the root most cheaply, as far as there is room and at
//! the prices that came with the flow. So a unit can be sent to the root from everywhere, and the potentials
//! along the tree stay near those prices. Arcs that carry some of what they may and did not get into the tree
//! are then moved to one of their bounds.

use super::{
    frontier::Frontier,
    lists::Lists,
    network::{BEYOND, Network, id},
    simplex::{Entering, Simplex},
    start::Start,
    tree::{Hold, Link, Tree},
};

/// The simplex, ready to run.
pub(super) fn basis<'a, 'p>(network: &'a mut Network<'p>, start: &Start) -> Simplex<'a, 'p> {
    let root = network.root();
    let demands = network.demands();
    let (steps, filled) = stand(network, start);
    let mut search = Search::new(network, start, &steps, &filled);
    search.run();
    let tree = search.tree;
    let potentials = vec![0; root + 1 - demands];
    let mut simplex = Simplex { network, tree, potentials, steps };
    simplex.settle();
    simplex.close();
    settle_rest(&mut simplex, start);
    simplex
}

/// By group, the step at which its unmet units end, and the units of it that they fill.
fn stand(network: &Network, start: &Start) -> (Vec<usize>, Vec<u32>) {
    let groups = network.problem.groups.len();
    let mut unmet = vec![0_u64; groups];
    for (demand, &units) in network.problem.demands.iter().zip(&start.unmet) {
        if let Some(sum) = unmet.get_mut(demand.group as usize) {
            *sum += u64::from(units);
        }
    }
    let mut steps = vec![0; groups];
    let mut filled = vec![0; groups];
    for (group, mut left) in unmet.into_iter().enumerate() {
        while left >= u64::from(network.step(group, steps[group]).0) {
            left -= u64::from(network.step(group, steps[group]).0);
            steps[group] += 1;
        }
        filled[group] = u32::try_from(left).unwrap_or(u32::MAX);
    }
    (steps, filled)
}

/// An arc between a demand and a supply that is cheap enough to hang the demand by.
#[derive(Clone, Copy)]
struct Near {
    demand: u32,
    arc: u32,
}

/// Dijkstra's search from the root, against the direction in which units are sent.
struct Search<'a, 'p> {
    network: &'a Network<'p>,
    start: &'a Start,
    filled: &'a [u32],
    steps: &'a [usize],
    /// By node, what bringing a unit from it to the root costs at the prices of the start.
    guess: Vec<i64>,
    distances: Vec<i64>,
    frontier: Frontier,
    tree: Tree,
    near: Lists<Near>,
    pooled: Lists<u32>,
}

const UNREACHED: i64 = i64::MAX;

impl<'a, 'p> Search<'a, 'p> {
    fn new(network: &'a Network<'p>, start: &'a Start, steps: &'a [usize], filled: &'a [u32]) -> Self {
        let root = network.root();
        let demands = network.demands();
        let pools = network.problem.supplies.iter().map(|supply| supply.pool);
        let mut search = Self {
            network,
            start,
            filled,
            steps,
            guess: vec![0; root + 1],
            distances: vec![UNREACHED; root + 1],
            frontier: Frontier::default(),
            tree: Tree::new(demands, root),
            near: Lists::new(0, &[]),
            pooled: Lists::members(network.problem.pools.len(), pools),
        };
        search.guess_above();
        search.guess_demands();
        search
    }

    /// Prices of pools with units to spare are zero, and supplies with units to spare cost what their pool does;
    /// the price of a group is that of the step it stands at.
    fn guess_above(&mut self) {
        let network = self.network;
        for pool in 0..network.problem.pools.len() {
            let node = network.pool_node(pool);
            if self.start.pooled[pool] == network.capacity(node) {
                self.guess[node] = self.start.pool_worth[pool];
            }
        }
        for supply in 0..network.supplies() {
            let node = network.supply_node(id(supply));
            if network.is_closed(supply) {
                self.guess[node] = i64::from(BEYOND);
                continue;
            }
            let above = self.guess[network.above(node)];
            let full = self.start.given[supply] == network.capacity(node);
            self.guess[node] = if full { self.start.worth[supply].max(above) } else { above };
        }
        for group in 0..network.problem.groups.len() {
            self.guess[network.group_node(group)] = network.step(group, self.steps[group]).1;
        }
    }

    /// The guess of a demand is the cheapest way out of it; arcs not much dearer are near.
    fn guess_demands(&mut self) {
        let network = self.network;
        let mut near = Vec::new();
        let demands = network.demands();
        for demand in 0..demands {
            let asked = &network.problem.demands[demand];
            let ceiling = i64::from(asked.penalty) + self.guess[network.above(demand)];
            if asked.quantity == 0 {
                self.guess[demand] = ceiling;
                continue;
            }
            let row = network.problem.row(demand);
            let pairs = row.clone().zip(&network.problem.pairs[row]);
            let flows = self.start.of(demand);
            let is_open = |pair| network.limit(demand, pair).is_none_or(|limit| carried(flows, pair) < limit);
            let mut guess = ceiling;
            for (place, pair) in pairs.clone() {
                let total = i64::from(pair.cost) + self.guess[demands + pair.supply as usize];
                if total < guess && is_open(place) {
                    guess = total;
                }
            }
            if self.start.unmet[demand] > 0 {
                guess = ceiling;
            }
            self.guess[demand] = guess;
            let reach = guess + self.start.slack;
            for (place, pair) in pairs {
                let total = i64::from(pair.cost) + self.guess[demands + pair.supply as usize];
                if total <= reach && is_open(place) {
                    near.push((pair.supply, Near { demand: id(demand), arc: id(place) }));
                }
            }
        }
        self.near = Lists::new(network.supplies(), &near);
    }

    fn run(&mut self) {
        self.begin();
        while let Some((distance, node)) = self.frontier.take() {
            if distance == self.distances[node] {
                self.spread(node, distance);
            }
        }
    }

    /// Reaches what is next to the root. What has no capacity has no use; it hangs there without being reached.
    fn begin(&mut self) {
        let network = self.network;
        for group in 0..network.problem.groups.len() {
            let units = network.step(group, self.steps[group]).0;
            let filled = self.filled[group];
            self.reach_above(network.group_node(group), 0, filled, Some(units - filled));
        }
        for demand in 0..network.demands() {
            let above = network.above(demand);
            let unmet = self.start.unmet[demand];
            let ceiling = i64::from(network.problem.demands[demand].penalty) + self.guess[above];
            let distance = if unmet > 0 { 0 } else { ceiling - self.guess[demand] };
            self.reach_above(demand, distance.max(0), unmet, None);
        }
        for pool in 0..network.problem.pools.len() {
            let node = network.pool_node(pool);
            if network.capacity(node) == 0 {
                self.hang_above(node, 0, Some(0));
            } else {
                self.reach_if_room(node, 0, self.start.pooled[pool]);
            }
        }
        for supply in 0..network.supplies() {
            let node = network.supply_node(id(supply));
            if network.is_closed(supply) {
                self.hang_above(node, 0, Some(0));
            } else if network.above(node) == network.root() {
                self.reach_if_room(node, 0, self.start.given[supply]);
            }
        }
    }

    /// Reaches a supply or pool through its own arc if that has room.
    fn reach_if_room(&mut self, node: usize, distance: i64, flow: u32) {
        let capacity = self.network.capacity(node);
        if flow < capacity {
            self.reach_above(node, distance, flow, Some(capacity - flow));
        }
    }

    /// Notes a way from a node to the root, unless a better one is known. A demand that is not served leads no
    /// further.
    fn come(&mut self, node: usize, distance: i64) -> bool {
        if distance >= self.distances[node] {
            return false;
        }
        self.distances[node] = distance;
        if node >= self.network.demands() || !self.start.of(node).is_empty() {
            self.frontier.add(distance, node);
        }
        true
    }

    fn reach_above(&mut self, node: usize, distance: i64, flow: u32, room: Option<u32>) {
        if self.come(node, distance) {
            self.hang_above(node, flow, room);
        }
    }

    fn hang_above(&mut self, node: usize, flow: u32, room: Option<u32>) {
        let arc = self.network.pairs() + node;
        self.hang(
            node,
            self.network.above(node),
            Link::new(arc, true, room.is_none()),
            flow,
            room.unwrap_or(0),
        );
    }

    fn hang(&mut self, node: usize, parent: usize, link: Link, flow: u32, room: u32) {
        *self.tree.hold_mut(node) = Hold { parent: id(parent), link, flow, room };
    }

    fn reach(&mut self, node: usize, distance: i64, parent: usize, link: Link, flow: u32, room: u32) {
        if self.come(node, distance) {
            self.hang(node, parent, link, flow, room);
        }
    }

    /// Reaches the nodes that can send a unit to this one.
    fn spread(&mut self, node: usize, distance: i64) {
        let network = self.network;
        if node < network.demands() {
            self.spread_demand(node, distance);
        } else if node < network.pool_node(0) {
            self.spread_supply(node, distance);
        } else if node < network.group_node(0) {
            let pool = node - network.pool_node(0);
            for at in 0..self.pooled.of(pool).len() {
                let supply = self.pooled.of(pool)[at] as usize;
                let below = network.supply_node(id(supply));
                let rise = (self.guess[node] - self.guess[below]).max(0);
                self.reach_if_room(below, distance + rise, self.start.given[supply]);
            }
        }
    }

    /// A supply can send units to a demand by taking back what it gives.
    fn spread_demand(&mut self, demand: usize, distance: i64) {
        let network = self.network;
        let start = self.start;
        for &(arc, units) in start.of(demand) {
            let at = network.problem.pairs[arc as usize];
            let node = network.supply_node(at.supply);
            let rise = self.guess[demand] - i64::from(at.cost) - self.guess[node];
            let (free, room) = space(network, demand, arc as usize, units);
            let link = Link::new(arc as usize, false, free);
            self.reach(node, distance + rise.max(0), demand, link, units, room);
        }
    }

    /// A demand can send units to a supply near it, and its pool by taking units of this supply back.
    fn spread_supply(&mut self, node: usize, distance: i64) {
        let network = self.network;
        let supply = node - network.demands();
        for at in 0..self.near.of(supply).len() {
            let Near { demand, arc } = self.near.of(supply)[at];
            let (demand, arc) = (demand as usize, arc as usize);
            if self.distances[demand] <= distance {
                continue;
            }
            let rise = i64::from(network.problem.pairs[arc].cost) + self.guess[node] - self.guess[demand];
            let units = carried(self.start.of(demand), arc);
            let (free, room) = space(network, demand, arc, units);
            self.reach(demand, distance + rise.max(0), node, Link::new(arc, true, free), units, room);
        }
        let above = network.above(node);
        let given = self.start.given[supply];
        if above != network.root() && given > 0 {
            let rise = self.guess[node] - self.guess[above];
            let link = Link::new(network.pairs() + node, false, false);
            let room = network.capacity(node) - given;
            self.reach(above, distance + rise.max(0), node, link, given, room);
        }
    }
}

/// The units that an arc carries.
fn carried(flows: &[(u32, u32)], arc: usize) -> u32 {
    flows.binary_search_by_key(&id(arc), |flow| flow.0).map_or(0, |place| flows[place].1)
}

/// Whether nothing limits a pair, and else the room it has.
fn space(network: &Network, demand: usize, pair: usize, units: u32) -> (bool, u32) {
    network.limit(demand, pair).map_or((true, 0), |limit| (false, limit - units))
}

/// Moves the arcs outside the tree to their bounds. They are listed before any of them moves, since what the
/// start says of the arcs in the tree holds no longer then.
fn settle_rest(simplex: &mut Simplex, start: &Start) {
    let mut between = Vec::new();
    for demand in 0..simplex.network.demands() {
        for &(arc, units) in start.of(demand) {
            between.extend(pair_between(simplex, demand, arc as usize, units));
        }
    }
    let supplies = 0..simplex.network.supplies();
    between.extend(supplies.filter_map(|supply| supply_between(simplex, supply, start.given[supply])));
    for mut entering in between {
        let gain =
            simplex.potential(entering.tail) - simplex.cost(entering.arc) - simplex.potential(entering.head);
        entering.more = gain > 0;
        simplex.exchange(entering);
    }
}

/// The pair of an arc outside the tree that is neither empty nor full. One that is full is marked so.
fn pair_between(simplex: &mut Simplex, demand: usize, arc: usize, flow: u32) -> Option<Entering> {
    let at = simplex.network.problem.pairs[arc];
    let head = simplex.network.supply_node(at.supply);
    if [demand, head].into_iter().any(|node| simplex.tree.link(node).arc() == arc) {
        return None;
    }
    let room = simplex.network.limit(demand, arc).map(|limit| limit - flow);
    if room == Some(0) {
        simplex.network.set_full(demand, arc);
        return None;
    }
    Some(Entering { arc, tail: demand, head, more: false, flow, room })
}

/// The own arc of a supply, if it is outside the tree and neither empty nor full.
fn supply_between(simplex: &Simplex, supply: usize, flow: u32) -> Option<Entering> {
    let tail = simplex.network.supply_node(id(supply));
    let head = simplex.network.above(tail);
    let arc = simplex.own(tail);
    let room = simplex.network.capacity(tail) - flow;
    let inside = [tail, head].into_iter().any(|node| simplex.tree.link(node).arc() == arc);
    (!inside && flow > 0 && room > 0).then_some(Entering {
        arc,
        tail,
        head,
        more: false,
        flow,
        room: Some(room),
    })
}

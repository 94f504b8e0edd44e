//! Which arc enters the tree next.
//!
//! A sweep over some of the nodes notes those with an arc that gains. Of a few of these at a time the best arc
//! enters, until none of them has any left; then the sweep goes on where it ended.

use super::{
    network::{Network, id},
    simplex::{Entering, Simplex},
};

/// In how many parts all nodes are swept.
const PARTS: usize = 30;
/// Noted nodes of which the best arc enters.
const FEW: usize = 8;

#[derive(Default)]
pub(super) struct Pricing {
    /// The node at which the next sweep begins.
    place: usize,
    /// Nodes with an arc that gained when last looked at.
    noted: Vec<u32>,
    /// Which of them is looked at next.
    turn: usize,
}

/// The best arc so far. `gain` is what a unit gains, from 1 up.
#[derive(Default)]
struct Best {
    gain: i64,
    entering: Option<Entering>,
}

impl Pricing {
    /// An arc through which a unit gains, or none if there is none at all: then the flow is optimal.
    pub(super) fn next(&mut self, simplex: &Simplex) -> Option<Entering> {
        loop {
            let best = self.best_of_noted(simplex);
            if best.is_some() || !self.sweep(simplex) {
                return best;
            }
        }
    }

    /// The best arc of the next few nodes. Those without any are noted no longer.
    fn best_of_noted(&mut self, simplex: &Simplex) -> Option<Entering> {
        let mut best = Best::default();
        let mut few = 0;
        while few < FEW
            && let Some(&node) = self.noted.get(self.turn)
        {
            let mut own = Best::default();
            own.look_at(simplex, node as usize);
            if own.entering.is_none() {
                self.noted.swap_remove(self.turn);
            } else {
                self.turn += 1;
                few += 1;
                if own.gain > best.gain {
                    best = own;
                }
            }
            if self.turn >= self.noted.len() {
                self.turn = 0;
            }
        }
        best.entering
    }

    /// Notes nodes with an arc that gains. Returns whether there are any.
    fn sweep(&mut self, simplex: &Simplex) -> bool {
        let nodes = simplex.network.root();
        let enough = nodes / PARTS + FEW;
        let mut seen = 0;
        while seen < nodes && (seen < enough || self.noted.is_empty()) {
            let mut own = Best::default();
            own.look_at(simplex, self.place);
            if own.entering.is_some() {
                self.noted.push(id(self.place));
            }
            self.place = (self.place + 1) % nodes;
            seen += 1;
        }
        !self.noted.is_empty()
    }
}

impl Best {
    /// Looks at the arcs that begin at a node.
    fn look_at(&mut self, simplex: &Simplex, node: usize) {
        if node < simplex.network.demands() {
            self.look_at_demand(simplex, node);
        } else {
            self.look_above(simplex, node);
        }
    }

    /// Looks at the pairs of a demand, and at its own arc.
    fn look_at_demand(&mut self, simplex: &Simplex, demand: usize) {
        let network = &*simplex.network;
        if network.problem.demands[demand].quantity == 0 {
            return;
        }
        let potential = simplex.potential(demand);
        let row = network.problem.row(demand);
        if network.is_crowded(demand) {
            self.look_at_crowd(simplex, demand, potential);
        } else {
            for (arc, pair) in row.clone().zip(&network.problem.pairs[row]) {
                let gain = potential - i64::from(pair.cost) - simplex.potentials[pair.supply as usize];
                if gain > self.gain {
                    self.take_more(network, demand, arc, gain);
                }
            }
        }
        let above = network.above(demand);
        let gain = potential - i64::from(network.problem.demands[demand].penalty) - simplex.potential(above);
        if gain > self.gain {
            self.gain = gain;
            self.entering = Some(Entering {
                arc: simplex.own(demand),
                tail: demand,
                head: above,
                more: true,
                flow: 0,
                room: None,
            });
        }
    }

    /// Looks at the pairs of a demand of which some may be full.
    fn look_at_crowd(&mut self, simplex: &Simplex, demand: usize, potential: i64) {
        let network = &*simplex.network;
        let row = network.problem.row(demand);
        for (arc, pair) in row.clone().zip(&network.problem.pairs[row]) {
            let gain = potential - i64::from(pair.cost) - simplex.potentials[pair.supply as usize];
            if gain > self.gain && !network.is_full(arc) {
                self.take_more(network, demand, arc, gain);
            } else if -gain > self.gain && network.is_full(arc) {
                self.take_less(network, demand, arc, -gain);
            }
        }
    }

    fn take_more(&mut self, network: &Network, demand: usize, arc: usize, gain: i64) {
        let pair = &network.problem.pairs[arc];
        if pair.at_most == 0 {
            return;
        }
        self.gain = gain;
        let (head, room) = (network.supply_node(pair.supply), network.limit(demand, arc));
        self.entering = Some(Entering { arc, tail: demand, head, more: true, flow: 0, room });
    }

    fn take_less(&mut self, network: &Network, demand: usize, arc: usize, gain: i64) {
        self.gain = gain;
        let pair = &network.problem.pairs[arc];
        let head = network.supply_node(pair.supply);
        self.entering =
            Some(Entering { arc, tail: demand, head, more: false, flow: pair.at_most, room: Some(0) });
    }

    /// Looks at the own arc of a supply, pool or group.
    fn look_above(&mut self, simplex: &Simplex, node: usize) {
        let network = &*simplex.network;
        let above = network.above(node);
        let potential = simplex.potential(node);
        if let Some(group) = node.checked_sub(network.group_node(0)) {
            return self.look_at_group(simplex, group, potential);
        }
        let gain = simplex.potential(above) - potential;
        if gain > self.gain {
            self.gain = gain;
            let flow = network.capacity(node);
            self.entering = Some(Entering {
                arc: simplex.own(node),
                tail: node,
                head: above,
                more: false,
                flow,
                room: Some(0),
            });
        }
    }

    /// A group's next step may gain, or taking back its last one.
    fn look_at_group(&mut self, simplex: &Simplex, group: usize, potential: i64) {
        let network = &*simplex.network;
        let node = network.group_node(group);
        let arc = simplex.own(node);
        if simplex.tree.link(node).arc() == arc {
            return;
        }
        let step = simplex.steps[group];
        let (units, cost) = network.step(group, step);
        let (tail, head) = (node, network.root());
        if potential - cost > self.gain {
            self.gain = potential - cost;
            self.entering = Some(Entering { arc, tail, head, more: true, flow: 0, room: Some(units) });
        }
        if let Some(last) = step.checked_sub(1) {
            let (units, cost) = network.step(group, last);
            if cost - potential > self.gain {
                self.gain = cost - potential;
                self.entering = Some(Entering { arc, tail, head, more: false, flow: units, room: Some(0) });
            }
        }
    }
}

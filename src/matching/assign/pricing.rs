//! Which arc enters the tree next: the best of a block of rows, block after block, round and round.

use super::simplex::{Entering, Simplex};

/// Arcs looked at before the best of them enters.
const BLOCK: usize = 100;

pub(super) struct Pricing {
    /// The node whose arcs are looked at next.
    place: usize,
}

/// The best arc so far. `gain` is what a unit gains, from 1 up.
struct Best {
    gain: i64,
    entering: Option<Entering>,
}

impl Pricing {
    pub(super) fn new() -> Self {
        Self { place: 0 }
    }

    /// An arc through which a unit gains, or none if there is none at all: then the flow is optimal.
    ///
    /// A supply's or pool's potential may be negative for a while. Rows may then hide an arc, but its own arc
    /// offers a gain; once none does, nothing was hidden.
    pub(super) fn next(&mut self, simplex: &Simplex) -> Option<Entering> {
        let nodes = simplex.network.root();
        let demands = simplex.network.demands();
        let mut best = Best { gain: 0, entering: None };
        let mut seen = 0;
        for _ in 0..nodes {
            if self.place < demands {
                seen += best.look_at_demand(simplex, self.place);
            } else {
                best.look_above(simplex, self.place);
                seen += 1;
            }
            self.place += 1;
            if self.place == nodes {
                self.place = 0;
            }
            if seen >= BLOCK {
                if best.entering.is_some() {
                    break;
                }
                seen = 0;
            }
        }
        best.entering
    }
}

impl Best {
    /// Looks at the arcs of a demand, the own one included, and returns how many it were.
    fn look_at_demand(&mut self, simplex: &Simplex, demand: usize) -> usize {
        let network = &*simplex.network;
        let potential = simplex.potential(demand);
        let row = network.row(demand);
        let must = row.start + network.must(demand);
        let mut seen = 1;
        for (arc, at) in row.clone().zip(&network.arcs[row]) {
            let without = potential - i64::from(at.cost);
            if without <= self.gain && arc >= must {
                break;
            }
            seen += 1;
            let gain = without - simplex.potentials[at.supply()];
            if at.is_full() {
                if -gain > self.gain {
                    self.gain = -gain;
                    let most = network.most[arc];
                    self.entering = Some(Entering {
                        arc,
                        tail: demand,
                        head: network.supply_node(at.supply()),
                        more: false,
                        flow: most,
                        room: Some(0),
                    });
                }
            } else if gain > self.gain {
                self.gain = gain;
                self.entering = Some(Entering {
                    arc,
                    tail: demand,
                    head: network.supply_node(at.supply()),
                    more: true,
                    flow: 0,
                    room: at.is_limited().then(|| network.most[arc]),
                });
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
        seen
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

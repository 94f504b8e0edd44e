//! The network simplex: exchanges arcs of a spanning tree until no exchange is cheaper.
//!
//! The potential of a node is what it costs to bring one more unit from it to the root along the tree. An arc
//! whose cost is below the difference of its ends' potentials may enter. From every node of the tree a unit can
//! always be sent to the root; keeping this so (by the choice of the arc that leaves) is what rules out that
//! exchanges that move nothing go round in circles. It also settles where the own arcs outside the tree stand:
//! the arc of a demand carries nothing, that of a supply or pool is full.

use std::ops::ControlFlow;

use super::{
    network::{BEYOND, Network, id},
    tree::{Hold, Link, Tree},
    watch::Meter,
};

pub(super) struct Simplex<'a, 'p> {
    pub(super) network: &'a mut Network<'p>,
    pub(super) tree: Tree,
    /// By node from the supplies on, the root last.
    pub(super) potentials: Vec<i64>,
    /// By group, the step at which it stands: the one on its arc if that is in the tree, else the next one up.
    pub(super) steps: Vec<usize>,
}

/// An arc that enters the tree, with its units, and whether they are to become more.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entering {
    pub(super) arc: usize,
    pub(super) tail: usize,
    pub(super) head: usize,
    pub(super) more: bool,
    pub(super) flow: u32,
    /// The units that still fit; `None` if nothing limits them.
    pub(super) room: Option<u32>,
}

/// The tree arc that leaves: the one above this node, on the side of the cycle where the units come from or on
/// the other; or none, if the entering arc goes from one of its bounds to the other.
struct Blocking {
    units: u32,
    leaving: Option<(usize, bool)>,
}

impl Simplex<'_, '_> {
    /// The number of the own arc of a node. Those of the pairs come before.
    pub(super) fn own(&self, node: usize) -> usize {
        self.network.pairs() + node
    }

    pub(super) fn potential(&self, node: usize) -> i64 {
        if node < self.network.demands() {
            self.cost(self.tree.link(node).arc())
                + self.potentials[self.tree.parent(node) - self.network.demands()]
        } else {
            self.potentials[node - self.network.demands()]
        }
    }

    pub(super) fn cost(&self, arc: usize) -> i64 {
        if let Some(pair) = self.network.problem.pairs.get(arc) {
            return i64::from(pair.cost);
        }
        let node = arc - self.network.pairs();
        if let Some(demand) = self.network.problem.demands.get(node) {
            return i64::from(demand.penalty);
        }
        match node.checked_sub(self.network.group_node(0)) {
            Some(group) => self.network.step(group, self.steps[group]).1,
            None => 0,
        }
    }

    /// Sets lists, depths and potentials from the parents and arcs of all nodes.
    pub(super) fn settle(&mut self) {
        self.tree.grow();
        let root = self.network.root();
        let mut node = root;
        while let Some(next) = self.tree.following(node, root) {
            node = next;
            self.tree.sink(node);
            if node >= self.network.demands() {
                let above = self.potential(self.tree.parent(node));
                let link = self.tree.link(node);
                let cost = self.cost(link.arc());
                self.potentials[node - self.network.demands()] =
                    if link.is_up() { above + cost } else { above - cost };
            }
        }
    }

    /// Makes what has no capacity too dear for anyone.
    pub(super) fn close(&mut self) {
        for supply in 0..self.network.supplies() {
            if self.network.is_closed(supply) {
                self.potentials[supply] = i64::from(BEYOND);
            }
        }
    }

    /// What the last unmet unit of a group costs, beside the penalty; `None` if none is unmet.
    pub(super) fn last_unmet_cost(&self, group: usize) -> Option<i64> {
        let node = self.network.group_node(group);
        let hold = self.tree.hold(node);
        let step = self.steps[group];
        let last =
            if hold.link.arc() == self.own(node) && hold.flow > 0 { step } else { step.checked_sub(1)? };
        Some(self.network.step(group, last).1)
    }

    pub(super) fn run(&mut self, meter: &mut Meter) -> ControlFlow<()> {
        let mut pricing = super::pricing::Pricing::default();
        while let Some(entering) = pricing.next(self) {
            self.exchange(entering);
            meter.tick()?;
        }
        ControlFlow::Continue(())
    }

    /// Brings an arc into the tree, or from one of its bounds to the other.
    pub(super) fn exchange(&mut self, mut entering: Entering) {
        let Entering { tail, head, more, .. } = entering;
        if !more {
            self.step_back(entering.arc);
        }
        let (from, to) = if more { (tail, head) } else { (head, tail) };
        let blocking = self.blocking(&entering, from, to);
        self.send(&mut entering, from, to, blocking.units);
        match blocking.leaving {
            None => self.rest(entering.arc, tail, entering.flow > 0),
            Some((out, source_side)) => {
                let (inner, outer) = if source_side { (from, to) } else { (to, from) };
                self.swap(&entering, inner, outer, out);
            }
        }
    }

    /// How far the cycle can be pushed, and what stops it. Of several arcs that do, the last in the direction of
    /// the push, counted from where the two sides meet, leaves the tree.
    fn blocking(&self, entering: &Entering, from: usize, to: usize) -> Blocking {
        let mut units = if entering.more { entering.room } else { Some(entering.flow) };
        let mut leaving = None;
        let less = |gap: Option<u32>, than: Option<u32>| match (gap, than) {
            (Some(gap), Some(than)) => gap < than,
            (gap, than) => gap.is_some() && than.is_none(),
        };
        let (mut source, mut sink) = (from, to);
        let (mut source_depth, mut sink_depth) = (self.tree.depth(from), self.tree.depth(to));
        let mut sink_units = None;
        let mut sink_out = None;
        while source != sink {
            if source_depth >= sink_depth {
                let node = self.tree.hold(source);
                let gap = node.gap(false);
                if less(gap, units) {
                    (units, leaving) = (gap, Some((source, true)));
                }
                source = node.parent as usize;
                source_depth = self.tree.depth(source);
            } else {
                let node = self.tree.hold(sink);
                let gap = node.gap(true);
                if gap.is_some() && !less(sink_units, gap) {
                    (sink_units, sink_out) = (gap, Some((sink, false)));
                }
                sink = node.parent as usize;
                sink_depth = self.tree.depth(sink);
            }
        }
        if sink_units.is_some() && !less(units, sink_units) {
            (units, leaving) = (sink_units, sink_out);
        }
        Blocking { units: units.unwrap_or(0), leaving }
    }

    fn send(&mut self, entering: &mut Entering, from: usize, to: usize, units: u32) {
        if units == 0 {
            return;
        }
        entering.flow = if entering.more { entering.flow + units } else { entering.flow - units };
        if let Some(room) = &mut entering.room {
            *room = if entering.more { *room - units } else { *room + units };
        }
        let (mut source, mut sink) = (from, to);
        let (mut source_depth, mut sink_depth) = (self.tree.depth(from), self.tree.depth(to));
        while source != sink {
            let (node, up) =
                if source_depth >= sink_depth { (&mut source, false) } else { (&mut sink, true) };
            self.tree.hold_mut(*node).send(units, up);
            *node = self.tree.parent(*node);
            if up {
                sink_depth = self.tree.depth(sink);
            } else {
                source_depth = self.tree.depth(source);
            }
        }
    }

    /// Notes where an arc stands that is not in the tree: full, or empty.
    fn rest(&mut self, arc: usize, tail: usize, full: bool) {
        if arc < self.network.pairs() {
            if full {
                self.network.set_full(tail, arc);
            } else {
                self.network.set_open(arc);
            }
        } else if full && let Some(group) = self.group_of(arc) {
            self.steps[group] += 1;
        }
    }

    /// To take units of a group back, it must stand at its last full step again.
    fn step_back(&mut self, arc: usize) {
        if let Some(group) = self.group_of(arc) {
            self.steps[group] -= 1;
        }
    }

    /// The group whose own arc this is.
    fn group_of(&self, arc: usize) -> Option<usize> {
        arc.checked_sub(self.own(self.network.group_node(0)))
    }

    /// The arc above `out` leaves the tree; `inner`, which hung below it, hangs below `outer` from now on.
    fn swap(&mut self, entering: &Entering, inner: usize, outer: usize, out: usize) {
        let up = inner == entering.tail;
        let cost = self.cost(entering.arc);
        let above = self.potential(outer);
        let rise = if up { above + cost } else { above - cost } - self.potential(inner);
        if entering.arc < self.network.pairs() {
            self.network.set_open(entering.arc);
        }
        let hold = Hold {
            parent: id(outer),
            link: Link::new(entering.arc, up, entering.room.is_none()),
            flow: entering.flow,
            room: entering.room.unwrap_or(0),
        };
        let left = self.tree.rehang(inner, out, hold);
        let tail = if left.link.is_up() { out } else { left.parent as usize };
        self.rest(left.link.arc(), tail, left.flow > 0);
        self.shift(inner, rise);
    }

    /// Adds to the potentials of all that hangs below a node, itself included, and sets their depths.
    fn shift(&mut self, top: usize, rise: i64) {
        if self.tree.is_leaf(top) {
            return;
        }
        let demands = self.network.demands();
        let mut next = Some(top);
        while let Some(node) = next {
            self.tree.sink(node);
            if node >= demands {
                self.potentials[node - demands] += rise;
            }
            next = self.tree.following(node, top);
        }
    }
}

//! Shortest augmenting paths: Dijkstra's search over reduced costs, which ends at the nearest exit.
//!
//! The pairs that lead to a supply are many, and few of them matter. They are looked at in the order of a
//! bound ([`Asks`](super::asks::Asks)), and only as far as the search itself has come.

use std::{cmp::Reverse, collections::BinaryHeap};

use super::{
    exits::Exit,
    residual::Residual,
    steps::{Step, Way},
    topology::number,
};

const NOWHERE: u32 = u32::MAX;
const UNREACHED: i64 = i64::MAX;

/// How many asks of a supply are looked at in one go at least: turning back to it later has its price too.
const GO: usize = 12;

/// What the frontier holds: a node that can join the tree, or a supply of which not all asks were looked at.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Join(u32),
    GoOn(u32),
}

/// The way by which a node is reached.
#[derive(Clone, Copy)]
struct Link {
    parent: u32,
    pair: u32,
    /// How many of its asks were looked at, for a supply.
    asked: u32,
    joined: bool,
}

const LOOSE: Link = Link { parent: NOWHERE, pair: NOWHERE, asked: 0, joined: false };

/// How much searches have done, to measure them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Paths along which units went.
    pub paths: u64,
    /// Nodes to which shortest paths were found on the way.
    pub settled: u64,
    /// Arcs looked at.
    pub scanned: u64,
    /// Times that the asks of a supply were sorted again.
    pub sorted: u64,
}

/// Where a path can end.
#[derive(Clone, Copy)]
struct End {
    node: usize,
    exit: Exit,
    distance: i64,
}

/// The memory of searches, kept from one to the next so that a short one is cheap.
#[derive(Clone)]
pub(super) struct Search {
    distances: Vec<i64>,
    links: Vec<Link>,
    reached: Vec<u32>,
    frontier: BinaryHeap<Reverse<(i64, Event)>>,
    /// Nodes as far away as the search has come: they need no order.
    plateau: Vec<u32>,
    now: i64,
    nearest: Option<End>,
    /// The distance of the nearest end: nothing as far away matters.
    limit: i64,
    pub work: Work,
}

impl Search {
    pub fn new(nodes: usize) -> Self {
        Self {
            distances: vec![UNREACHED; nodes],
            links: vec![LOOSE; nodes],
            reached: Vec::new(),
            frontier: BinaryHeap::new(),
            plateau: Vec::new(),
            now: 0,
            nearest: None,
            limit: UNREACHED,
            work: Work::default(),
        }
    }

    /// Brings units from a node to where they do least harm, or to it from where they are missed least, and
    /// moves the prices along. Returns how many found no way, which is none if the flow is in order.
    pub fn run(&mut self, flow: &mut Residual, way: Way, source: usize, units: u32) -> u32 {
        let mut left = units;
        while left > 0 {
            self.explore(flow, way, source);
            let Some(end) = self.nearest else { break };
            left -= self.augment(flow, way, end, left);
            self.move_prices(flow, way, end.distance);
        }
        self.forget();
        left
    }

    /// Finds the nearest end.
    fn explore(&mut self, flow: &mut Residual, way: Way, source: usize) {
        self.forget();
        self.note(source, 0, LOOSE);
        self.offer(flow, way, source, 0);
        loop {
            while let Some(node) = self.plateau.pop() {
                self.join(flow, way, node as usize);
                if self.limit <= self.now {
                    return;
                }
            }
            let Some(Reverse((distance, event))) = self.frontier.pop() else { return };
            if distance >= self.limit {
                return;
            }
            self.now = distance;
            match event {
                Event::Join(node) if distance == self.distances[node as usize] => {
                    self.join(flow, way, node as usize);
                }
                Event::Join(_) => {}
                Event::GoOn(node) => self.ask(flow, node as usize),
            }
        }
    }

    fn forget(&mut self) {
        for node in self.reached.drain(..) {
            self.distances[node as usize] = UNREACHED;
            self.links[node as usize] = LOOSE;
        }
        self.frontier.clear();
        self.plateau.clear();
        self.now = 0;
        self.nearest = None;
        self.limit = UNREACHED;
    }

    fn join(&mut self, flow: &mut Residual, way: Way, node: usize) {
        if self.links[node].joined {
            return;
        }
        self.work.settled += 1;
        self.links[node].joined = true;
        let base = self.now - way.signed(flow.prices[node]);
        flow.each_step(node, way, |step| self.look(flow, way, (node, base), step));
        if way == Way::Pull && flow.is_supply(node) {
            self.work.sorted += u64::from(flow.asks_begin(node));
            self.ask(flow, node);
        }
    }

    /// Notes where a step leads, unless a better way is known.
    #[inline]
    fn look(&mut self, flow: &Residual, way: Way, (node, base): (usize, i64), step: Step) {
        self.work.scanned += 1;
        let distance = base + step.cost + way.signed(flow.prices[step.node]);
        if distance < self.limit && distance < self.distances[step.node] {
            self.note(step.node, distance, Link { parent: number(node), pair: step.pair, ..LOOSE });
            self.offer(flow, way, step.node, distance);
        }
    }

    /// Looks at the asks of a supply as far as the search has come.
    fn ask(&mut self, flow: &mut Residual, node: usize) {
        let base = self.distances[node] + flow.prices[node];
        let first = self.links[node].asked as usize;
        let mut next = first;
        while let Some(bound) = flow.ask_bound(node, next) {
            let least = base + bound;
            if least >= self.limit {
                break;
            }
            if least > self.now && next >= first + GO {
                self.links[node].asked = number(next);
                self.frontier.push(Reverse((least, Event::GoOn(number(node)))));
                break;
            }
            self.look_back(flow, (node, base), flow.ask(node, next));
            next += 1;
        }
        flow.asks_seen(node, next - first);
    }

    /// Notes where an ask leads, unless a better way is known.
    #[inline]
    fn look_back(&mut self, flow: &Residual, (node, base): (usize, i64), ask: Step) {
        self.work.scanned += 1;
        let distance = base + ask.cost - flow.prices[ask.node];
        if distance < self.limit
            && distance < self.distances[ask.node]
            && flow.room(ask.node, node, ask.pair) > 0
        {
            self.note(ask.node, distance, Link { parent: number(node), pair: ask.pair, ..LOOSE });
            self.offer(flow, Way::Pull, ask.node, distance);
        }
    }

    fn note(&mut self, node: usize, distance: i64, link: Link) {
        if self.distances[node] == UNREACHED {
            self.reached.push(number(node));
        }
        self.distances[node] = distance;
        self.links[node] = link;
    }

    /// Puts a node on the frontier. Its exit, if it has one, is known at once: it narrows what else matters.
    #[inline]
    fn offer(&mut self, flow: &Residual, way: Way, node: usize, distance: i64) {
        if let Some(exit) = flow.exit(node, way) {
            let length = distance + exit.cost - way.signed(flow.prices[node]);
            if length < self.limit {
                self.limit = length;
                self.nearest = Some(End { node, exit, distance: length });
            }
        }
        if distance >= self.limit {
            return;
        }
        if distance == self.now {
            self.plateau.push(number(node));
        } else {
            self.frontier.push(Reverse((distance, Event::Join(number(node)))));
        }
    }

    /// Sends as many of the units left as the path to an end can take, and says how many.
    fn augment(&mut self, flow: &mut Residual, way: Way, end: End, left: u32) -> u32 {
        self.work.paths += 1;
        let mut units = left.min(end.exit.room);
        let mut node = end.node;
        while let Some((parent, pair)) = self.parent(node) {
            units = units.min(room(flow, way, parent, node, pair));
            node = parent;
        }
        node = end.node;
        while let Some((parent, pair)) = self.parent(node) {
            let (from, to) = way.ends(parent, node);
            flow.send(from, to, pair, units);
            node = parent;
        }
        flow.leave(end.node, way, end.exit, units);
        units
    }

    fn parent(&self, node: usize) -> Option<(usize, u32)> {
        let Link { parent, pair, .. } = self.links[node];
        (parent != NOWHERE).then_some((parent as usize, pair))
    }

    /// Moves the prices just so far that the path found has no reduced cost left, and no change has a negative
    /// one.
    fn move_prices(&self, flow: &mut Residual, way: Way, length: i64) {
        for &node in &self.reached {
            let node = node as usize;
            let near = length - self.distances[node];
            if near > 0 {
                flow.move_price(node, way.signed(near));
            }
        }
    }
}

#[inline]
fn room(flow: &Residual, way: Way, parent: usize, child: usize, pair: u32) -> u32 {
    let (from, to) = way.ends(parent, child);
    flow.room(from, to, pair)
}

//! The spanning tree of the simplex: every node hangs below another by the arc between them.
//!
//! Most demands have no node below them. Such a leaf is kept out of the lists of children, so that hanging it
//! elsewhere is quick, and has no depth of its own.

use super::network::id;

const NOTHING: u32 = u32::MAX;

/// What a node hangs by: the node above it, and the arc between the two.
#[derive(Clone, Copy)]
pub(super) struct Hold {
    pub(super) parent: u32,
    pub(super) link: Link,
    /// Units on the arc.
    pub(super) flow: u32,
    /// The units that still fit on it; of no meaning if any number does.
    pub(super) room: u32,
}

/// A node of the tree.
#[derive(Clone, Copy)]
struct Node {
    hold: Hold,
    child: u32,
    next: u32,
    before: u32,
    depth: u32,
}

/// An arc as part of the tree: its number, which way it goes, and whether anything limits it.
#[derive(Clone, Copy)]
pub(super) struct Link(u32);

impl Link {
    /// The arc leads from the node to the one above.
    const UP: u32 = 1 << 31;
    /// The arc carries any number of units.
    const FREE: u32 = 1 << 30;

    pub(super) fn new(arc: usize, up: bool, free: bool) -> Self {
        Self(id(arc) | if up { Self::UP } else { 0 } | if free { Self::FREE } else { 0 })
    }

    pub(super) fn arc(self) -> usize {
        (self.0 & !(Self::UP | Self::FREE)) as usize
    }

    pub(super) fn is_up(self) -> bool {
        self.0 & Self::UP != 0
    }

    pub(super) fn is_free(self) -> bool {
        self.0 & Self::FREE != 0
    }

    fn turned(self) -> Self {
        Self(self.0 ^ Self::UP)
    }
}

impl Hold {
    /// How many more units can go along the arc in a direction; `None` if any number can.
    pub(super) fn gap(&self, up: bool) -> Option<u32> {
        if up != self.link.is_up() {
            Some(self.flow)
        } else if self.link.is_free() {
            None
        } else {
            Some(self.room)
        }
    }

    /// Sends units along the arc in a direction, which must have the gap for them.
    pub(super) fn send(&mut self, units: u32, up: bool) {
        let along = up == self.link.is_up();
        self.flow = if along { self.flow + units } else { self.flow - units };
        if !self.link.is_free() {
            self.room = if along { self.room - units } else { self.room + units };
        }
    }
}

pub(super) struct Tree {
    nodes: Vec<Node>,
    /// The demands come first among the nodes.
    demands: usize,
}

impl Tree {
    /// All nodes but the last, the root, hang below it by arcs that have still to be set.
    pub(super) fn new(demands: usize, root: usize) -> Self {
        let loose = Node {
            hold: Hold { parent: id(root), link: Link::new(0, true, true), flow: 0, room: 0 },
            child: NOTHING,
            next: NOTHING,
            before: NOTHING,
            depth: 0,
        };
        Self { nodes: vec![loose; root + 1], demands }
    }

    pub(super) fn hold(&self, node: usize) -> &Hold {
        &self.nodes[node].hold
    }

    pub(super) fn hold_mut(&mut self, node: usize) -> &mut Hold {
        &mut self.nodes[node].hold
    }

    pub(super) fn parent(&self, node: usize) -> usize {
        self.nodes[node].hold.parent as usize
    }

    pub(super) fn link(&self, node: usize) -> Link {
        self.nodes[node].hold.link
    }

    pub(super) fn depth(&self, node: usize) -> u32 {
        if self.is_leaf(node) { self.nodes[self.parent(node)].depth + 1 } else { self.nodes[node].depth }
    }

    /// Whether a node is a demand without anything below it.
    pub(super) fn is_leaf(&self, node: usize) -> bool {
        node < self.demands && self.nodes[node].child == NOTHING
    }

    /// Sets all lists of children from the parents.
    pub(super) fn grow(&mut self) {
        for node in 0..self.nodes.len() - 1 {
            self.hang(node);
        }
    }

    /// Sets the depth of a node that is in the lists from the one above it.
    pub(super) fn sink(&mut self, node: usize) {
        self.nodes[node].depth = self.nodes[self.parent(node)].depth + 1;
    }

    /// Puts a node into the list of its parent, unless it is a leaf. A parent that was a leaf is one no longer.
    fn hang(&mut self, node: usize) {
        if self.is_leaf(node) {
            return;
        }
        let parent = self.parent(node);
        if self.is_leaf(parent) {
            self.sink(parent);
            self.insert(parent);
        }
        self.insert(node);
    }

    fn insert(&mut self, node: usize) {
        let parent = self.parent(node);
        let next = self.nodes[parent].child;
        self.nodes[node].next = next;
        self.nodes[node].before = NOTHING;
        if next != NOTHING {
            self.nodes[next as usize].before = id(node);
        }
        self.nodes[parent].child = id(node);
    }

    fn unhang(&mut self, node: usize) {
        if self.is_leaf(node) {
            return;
        }
        self.remove(node);
        let parent = self.parent(node);
        if self.is_leaf(parent) {
            self.remove(parent);
        }
    }

    fn remove(&mut self, node: usize) {
        let Node { hold, next, before, .. } = self.nodes[node];
        if before == NOTHING {
            self.nodes[hold.parent as usize].child = next;
        } else {
            self.nodes[before as usize].next = next;
        }
        if next != NOTHING {
            self.nodes[next as usize].before = before;
        }
    }

    /// The node after this one if one walks down all that hangs below `top`, parents first.
    pub(super) fn following(&self, mut node: usize, top: usize) -> Option<usize> {
        let child = self.nodes[node].child;
        if child != NOTHING {
            return Some(child as usize);
        }
        while node != top {
            let Node { hold, next, .. } = self.nodes[node];
            if next != NOTHING {
                return Some(next as usize);
            }
            node = hold.parent as usize;
        }
        None
    }

    /// Turns the path from `first` up to `last` over, so that `first` hangs by `hold` and each other by the arc
    /// it was hung on, and returns what `last` hung by.
    pub(super) fn rehang(&mut self, first: usize, last: usize, mut hold: Hold) -> Hold {
        let mut node = first;
        loop {
            let old = self.nodes[node].hold;
            self.unhang(node);
            self.nodes[node].hold = hold;
            self.hang(node);
            if node == last {
                return old;
            }
            hold = Hold { parent: id(node), link: old.link.turned(), ..old };
            node = old.parent as usize;
        }
    }
}

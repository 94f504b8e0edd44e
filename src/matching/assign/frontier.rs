//! The nodes that a search has come to and not left yet, the nearest first.

use std::{cmp::Reverse, collections::BinaryHeap};

use super::network::id;

/// Many nodes are as near as the one last taken out. They wait in a row beside the heap, which saves it most of
/// its work.
#[derive(Default)]
pub(super) struct Frontier {
    nearest: i64,
    /// Those at the nearest distance, and how many of them have been taken out.
    row: Vec<u32>,
    taken: usize,
    farther: BinaryHeap<Reverse<(i64, u32)>>,
}

impl Frontier {
    /// A distance is never below that of the node last taken out.
    pub(super) fn add(&mut self, distance: i64, node: usize) {
        if distance == self.nearest {
            self.row.push(id(node));
        } else {
            self.farther.push(Reverse((distance, id(node))));
        }
    }

    pub(super) fn take(&mut self) -> Option<(i64, usize)> {
        if let Some(&node) = self.row.get(self.taken) {
            self.taken += 1;
            return Some((self.nearest, node as usize));
        }
        self.row.clear();
        self.taken = 0;
        let Reverse((distance, node)) = self.farther.pop()?;
        self.nearest = distance;
        Some((distance, node as usize))
    }
}

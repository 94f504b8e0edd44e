//! What a supply has given to whom, the lowest bid first.

use std::{
    cmp::Ordering,
    collections::{BinaryHeap, binary_heap::PeekMut},
};

/// The mark of a limited pair, in the top bit of its number.
pub(super) const LIMITED: u32 = 1 << 31;

/// Units given through a pair for the same bid.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Holding {
    pub(super) price: i32,
    pub(super) pair: u32,
    pub(super) demand: u32,
    pub(super) units: u32,
}

/// The greatest is the one with the lowest bid, since that comes first out of a heap.
impl Ord for Holding {
    fn cmp(&self, other: &Self) -> Ordering {
        (other.price, other.pair).cmp(&(self.price, self.pair))
    }
}

impl PartialOrd for Holding {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[derive(Clone, Default)]
pub(super) struct Held(BinaryHeap<Holding>);

impl Held {
    /// Gives up to `want` units back that were given for less than `price`, all to one demand.
    pub(super) fn displace(&mut self, price: i32, want: u32) -> Option<Holding> {
        let mut lowest = self.0.peek_mut()?;
        if lowest.price >= price {
            return None;
        }
        let taken = Holding { units: want.min(lowest.units), ..*lowest };
        if taken.units == lowest.units {
            PeekMut::pop(lowest);
        } else {
            lowest.units -= taken.units;
        }
        Some(taken)
    }

    pub(super) fn give(&mut self, holding: Holding) {
        self.0.push(holding);
    }

    pub(super) fn lowest_price(&self) -> Option<i32> {
        self.0.peek().map(|lowest| lowest.price)
    }

    /// Takes everything out, in no order.
    pub(super) fn take(&mut self) -> impl Iterator<Item = Holding> + use<> {
        std::mem::take(&mut self.0).into_iter()
    }

    /// Pairs and their units; a pair may come several times.
    pub(super) fn flows(&self) -> impl Iterator<Item = (u32, u32)> {
        self.0.iter().map(|holding| (holding.pair & !LIMITED, holding.units))
    }
}

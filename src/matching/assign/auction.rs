//! A start near the optimum: demands bid for supplies.
//!
//! Each demand bids for the supply that is cheapest for it at the present prices, as much as makes its second
//! choice equally good, and a little more. A full supply gives up the units with the lowest bids and takes the
//! lowest bid that remains as its price. Prices rise from zero, so a supply with units to spare has none; and
//! every unit placed is within that little more of the best place for it.

use std::{cmp::Reverse, collections::BinaryHeap, ops::ControlFlow};

use super::{
    network::{Network, id},
    start::Start,
    watch::Meter,
};

/// Units that a supply holds for the same bid. The lowest bid comes first out of the heap.
type Held = Reverse<(i32, u32, u32, u32)>;

struct Auction<'a, 'p> {
    network: &'a mut Network<'p>,
    /// The little more: a demand that is displaced comes back with at least this much more.
    raise: i32,
    prices: Vec<i32>,
    spare: Vec<u32>,
    held: Vec<BinaryHeap<Held>>,
    /// By demand, the units it has yet to place.
    left: Vec<u32>,
    waiting: Vec<u32>,
}

/// What a demand offers: an arc and the price for a unit of its supply.
struct Bid {
    arc: usize,
    price: i32,
}

/// Holds the auction. It ends early, with units still to place, if the bids become too many.
pub(super) fn hold(network: &mut Network, meter: &mut Meter) -> ControlFlow<(), Start> {
    let raise = network.raise();
    let supplies = network.supplies();
    let problem = network.problem;
    let mut auction = Auction {
        raise,
        prices: vec![0; supplies],
        spare: problem.supplies.iter().map(|supply| supply.capacity).collect(),
        held: vec![BinaryHeap::new(); supplies],
        left: problem.demands.iter().map(|demand| demand.quantity).collect(),
        waiting: Vec::new(),
        network,
    };
    auction.run(meter)?;
    ControlFlow::Continue(auction.end())
}

impl Auction<'_, '_> {
    fn run(&mut self, meter: &mut Meter) -> ControlFlow<()> {
        let demands = self.network.demands();
        let most_bids = 64 * (demands + 16);
        let mut bids = 0;
        for first in 0..demands {
            let mut next = Some(first);
            while let Some(demand) = next {
                bids += self.place(demand);
                if bids > most_bids {
                    return ControlFlow::Continue(());
                }
                meter.tick()?;
                next = self.waiting.pop().map(|demand| demand as usize);
            }
        }
        ControlFlow::Continue(())
    }

    /// Places what a demand has left, unless it is better left unmet, and returns how many bids it took.
    fn place(&mut self, demand: usize) -> usize {
        let mut bids = 0;
        while self.left[demand] > 0
            && let Some(bid) = self.bid(demand)
        {
            self.accept(demand, &bid);
            bids += 1;
        }
        bids + 1
    }

    fn bid(&self, demand: usize) -> Option<Bid> {
        let penalty = self.network.penalty_guess(demand);
        let (mut best, mut second) = (penalty, penalty);
        let mut choice = None;
        let row = self.network.row(demand);
        for (arc, at) in row.clone().zip(&self.network.arcs[row]) {
            if at.cost >= second {
                break;
            }
            let total = at.cost + self.prices[at.supply()];
            if total < second && !at.is_full() {
                if total < best {
                    (second, best) = (best, total);
                    choice = Some(arc);
                } else {
                    second = total;
                }
            }
        }
        let arc = choice?;
        let supply = self.network.arcs[arc].supply();
        Some(Bid { arc, price: self.prices[supply] + (second - best) + self.raise })
    }

    fn accept(&mut self, demand: usize, bid: &Bid) {
        let at = self.network.arcs[bid.arc];
        let supply = at.supply();
        let mut want = self.left[demand];
        if at.is_limited() {
            want = want.min(self.network.most[bid.arc]);
        }
        let mut got = want.min(self.spare[supply]);
        self.spare[supply] -= got;
        while got < want {
            let Some(units) = self.displace(supply, bid.price, want - got) else { break };
            got += units;
        }
        self.take(bid.arc, got);
        self.left[demand] -= got;
        self.held[supply].push(Reverse((bid.price, id(bid.arc), id(demand), got)));
        if self.spare[supply] == 0
            && let Some(&Reverse((lowest, ..))) = self.held[supply].peek()
        {
            self.prices[supply] = lowest;
        }
    }

    /// Takes up to `want` units from the lowest bid below `price`.
    fn displace(&mut self, supply: usize, price: i32, want: u32) -> Option<u32> {
        let mut lowest = self.held[supply].peek_mut()?;
        let Reverse((bid, arc, demand, units)) = *lowest;
        if bid >= price {
            return None;
        }
        let taken = want.min(units);
        if taken == units {
            std::collections::binary_heap::PeekMut::pop(lowest);
        } else {
            lowest.0.3 -= taken;
            drop(lowest);
        }
        self.give_back(arc as usize, taken);
        if self.left[demand as usize] == 0 {
            self.waiting.push(demand);
        }
        self.left[demand as usize] += taken;
        Some(taken)
    }

    /// Notes units on an arc; one that is used up is passed over from then on.
    fn take(&mut self, arc: usize, units: u32) {
        if self.network.arcs[arc].is_limited() {
            self.network.most[arc] -= units;
            self.network.arcs[arc].set_full(self.network.most[arc] == 0);
        }
    }

    fn give_back(&mut self, arc: usize, units: u32) {
        if self.network.arcs[arc].is_limited() {
            self.network.most[arc] += units;
            self.network.arcs[arc].set_full(false);
        }
    }

    /// Puts the limits of the arcs back and hands over what each carries.
    fn end(mut self) -> Start {
        let mut flows = Vec::new();
        for supply in std::mem::take(&mut self.held) {
            for Reverse((_, arc, _, units)) in supply {
                self.give_back(arc as usize, units);
                flows.push((arc, units));
            }
        }
        Start::new(
            self.network,
            flows,
            self.prices.into_iter().map(i64::from).collect(),
            i64::from(self.raise),
        )
    }
}

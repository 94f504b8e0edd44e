//! A bid, and what it gets.

use super::{
    super::{network::id, problem::Pair},
    Asker, Auction,
    held::{Holding, LIMITED},
};

/// What a demand offers: a pair, and the price for a unit of its supply.
pub(super) struct Bid {
    supply: usize,
    pair: usize,
    limited: bool,
    price: i32,
}

impl Auction<'_> {
    /// The bid of a demand, if any supply is cheaper than to leave it unmet.
    pub(super) fn bid(&self, demand: usize) -> Option<Bid> {
        let Asker { start, end, quantity, used_up, ceiling, .. } = self.askers[demand];
        let row = &self.problem.pairs[start as usize..end as usize];
        // A total with its place behind it: so the least comes with where it is, and nothing need be decided on
        // the way, which the processor would have to guess.
        let nothing = key(ceiling, u32::MAX);
        let (mut best, mut second) = (nothing, nothing);
        let mut look = |place: u32, pair: &Pair| {
            let total = key(pair.cost + self.prices[pair.supply as usize], place);
            second = second.min(best.max(total));
            best = best.min(total);
        };
        for (place, pair) in (start..).zip(row) {
            if used_up == 0 || self.room[place as usize] > 0 {
                look(place, pair);
            }
        }
        if best == nothing {
            return None;
        }
        let (least, pair) = unkey(best);
        let at = &self.problem.pairs[pair];
        let supply = at.supply as usize;
        let price = self.prices[supply] + (unkey(second).0 - least) + self.raise;
        Some(Bid { supply, pair, limited: at.at_most < quantity, price })
    }

    /// Gives a demand what its bid is good for.
    pub(super) fn accept(&mut self, demand: usize, bid: &Bid) {
        let mut want = self.askers[demand].left;
        if bid.limited {
            want = want.min(self.room[bid.pair]);
        }
        let offer = &mut self.offers[bid.supply];
        let mut got = want.min(offer.spare);
        offer.spare -= got;
        while got < want
            && let Some(taken) = self.offers[bid.supply].held.displace(bid.price, want - got)
        {
            got += taken.units;
            self.give_back(&taken);
        }
        self.askers[demand].left -= got;
        if bid.limited {
            self.room[bid.pair] -= got;
            self.askers[demand].used_up += u32::from(self.room[bid.pair] == 0);
        }
        let pair = id(bid.pair) | if bid.limited { LIMITED } else { 0 };
        let offer = &mut self.offers[bid.supply];
        offer.held.give(Holding { price: bid.price, pair, demand: id(demand), units: got });
        if offer.spare == 0
            && let Some(lowest) = offer.held.lowest_price()
        {
            self.prices[bid.supply] = lowest;
        }
    }

    /// A demand has units to place again.
    pub(super) fn give_back(&mut self, taken: &Holding) {
        let asker = &mut self.askers[taken.demand as usize];
        asker.left += taken.units;
        self.waiting.set(taken.demand as usize);
        if taken.pair & LIMITED != 0 {
            let room = &mut self.room[(taken.pair & !LIMITED) as usize];
            asker.used_up -= u32::from(*room == 0);
            *room += taken.units;
        }
    }
}

/// Orders totals, and equal ones by their place. Totals are not negative.
fn key(total: i32, place: u32) -> u64 {
    u64::from(total.cast_unsigned()) << 32 | u64::from(place)
}

#[expect(clippy::cast_possible_truncation, reason = "each half was put there by `key`")]
fn unkey(key: u64) -> (i32, usize) {
    (((key >> 32) as u32).cast_signed(), key as u32 as usize)
}

//! A start near the optimum: demands bid for supplies.
//!
//! Each demand bids for the supply that is cheapest for it at the present prices: as much as makes its second
//! choice equally good, and a raise. A full supply gives up the units with the lowest bids and takes the lowest
//! bid that remains as its price. At the end every unit is within a raise of the best place for it, at prices
//! that are zero where a supply has units to spare.
//!
//! A high raise ends soon and a low one comes near the optimum. So the auction is held twice: with a high raise
//! from prices of zero, then with a low one from prices a bit below those it led to. The bit is what makes a
//! supply that became too dear find takers again.
//!
//! The last unmet units of a group cost more than the first, and a pool may have less than its supplies. Both
//! are known but roughly, from how the first auction ended.

mod bid;
mod held;
mod shared;

use std::ops::ControlFlow;

use super::{
    network::{BEYOND, Marks, Network, id},
    problem::{Demand, Problem},
    start::Start,
    watch::Meter,
};

use held::Held;

/// What is at stake for a demand on average, in raises of the second auction.
const RAISES: i64 = 320;
/// How much higher the first raise is.
const FACTOR: i32 = 8;
/// How many raises of the first auction the second starts below its prices.
const STEP_BACK: i32 = 2;
/// Bids for each demand and supply on average after which an auction ends, with units still to place: so that
/// prices far apart cannot keep it going for ever.
const PATIENCE: usize = 256;

struct Auction<'a> {
    problem: &'a Problem,
    raise: i32,
    askers: Vec<Asker>,
    offers: Vec<Offer>,
    /// By supply, what a unit of it costs at present.
    prices: Vec<i32>,
    /// By pair, the units it may still carry; kept up only where that is less than the demand asks for.
    room: Vec<u32>,
    /// Demands that have units to place and can bid.
    waiting: Marks,
}

/// A demand, as it bids: all of it side by side, since each is fetched from memory for a moment only.
#[derive(Clone, Copy)]
struct Asker {
    /// Where its pairs are.
    start: u32,
    end: u32,
    quantity: u32,
    /// Units it has yet to place.
    left: u32,
    /// How many of its pairs carry all they may.
    used_up: u32,
    /// What a unit is thought to cost if it stays unmet.
    ceiling: i32,
}

/// A supply, as it is bid for.
struct Offer {
    spare: u32,
    held: Held,
}

/// Holds the auctions, and returns the flow and the prices of the last.
pub(super) fn hold(network: &Network, meter: &mut Meter) -> ControlFlow<(), Start> {
    let raise = raise(network.problem);
    let mut auction = Auction::new(network, raise.saturating_mul(FACTOR).min(BEYOND / 4));
    auction.run(meter)?;
    auction.raise_ceilings();
    let parts = auction.parts();
    auction.step_back();
    auction.cut(parts);
    auction.raise = raise;
    auction.run(meter)?;
    ControlFlow::Continue(auction.end(network))
}

/// The raise of the last auction: a fixed part of what is at stake for a demand on average.
pub(super) fn raise(problem: &Problem) -> i32 {
    let mut stake = 0_i64;
    let mut stakes = 0_i64;
    for (demand, asked) in problem.demands.iter().enumerate() {
        let costs = problem.pairs[problem.row(demand)].iter().map(|pair| pair.cost);
        if let Some(cheapest) = costs.min() {
            stake += i64::from(problem.worst(asked) - cheapest).max(0);
            stakes += 1;
        }
    }
    let part = stake / (stakes.max(1) * RAISES);
    i32::try_from(part.max(1)).unwrap_or(i32::MAX)
}

impl<'a> Auction<'a> {
    fn new(network: &Network<'a>, raise: i32) -> Self {
        let problem = network.problem;
        let demands = problem.demands.iter().enumerate();
        let askers = demands.map(|(demand, asked)| Asker::new(problem, demand, asked));
        let offers =
            problem.supplies.iter().map(|supply| Offer { spare: supply.capacity, held: Held::default() });
        let price = |supply| if network.is_closed(supply) { BEYOND } else { 0 };
        let mut auction = Self {
            problem,
            raise,
            askers: askers.collect(),
            offers: offers.collect(),
            prices: (0..network.supplies()).map(price).collect(),
            room: problem.pairs.iter().map(|pair| pair.at_most).collect(),
            waiting: Marks::new(network.demands()),
        };
        for demand in 0..auction.askers.len() {
            if auction.askers[demand].left > 0 {
                auction.waiting.set(demand);
            }
        }
        auction
    }

    /// Goes round among the waiting demands until none is left.
    fn run(&mut self, meter: &mut Meter) -> ControlFlow<()> {
        let mut patience = PATIENCE * (self.askers.len() + self.offers.len());
        while let Some(first) = self.waiting.next(0)
            && patience > 0
        {
            let mut next = Some(first);
            while let Some(demand) = next {
                patience = patience.saturating_sub(self.place(demand));
                meter.tick()?;
                next = self.waiting.next(demand + 1);
            }
            patience = patience.saturating_sub(self.askers.len() / 64);
        }
        ControlFlow::Continue(())
    }

    /// Places what a demand has left, unless it is better left unmet, and returns how many bids it took.
    fn place(&mut self, demand: usize) -> usize {
        let mut bids = 1;
        while self.askers[demand].left > 0
            && let Some(bid) = self.bid(demand)
        {
            self.accept(demand, &bid);
            bids += 1;
        }
        self.waiting.clear(demand);
        bids
    }

    /// Takes everything back and lowers the prices.
    fn step_back(&mut self) {
        let step = self.raise.saturating_mul(STEP_BACK);
        for (offer, price) in self.offers.iter_mut().zip(&mut self.prices) {
            if *price < BEYOND {
                *price = if offer.spare > 0 { 0 } else { (*price - step).max(0) };
            }
        }
        for supply in 0..self.offers.len() {
            for holding in self.offers[supply].held.take() {
                self.offers[supply].spare += holding.units;
                self.give_back(&holding);
            }
        }
    }

    /// Hands over what each pair carries.
    fn end(self, network: &Network) -> Start {
        let slack = i64::from(self.raise);
        let prices = self.prices.iter().map(|&price| i64::from(price)).collect();
        let mut flows: Vec<(u32, u32)> = self.offers.iter().flat_map(|offer| offer.held.flows()).collect();
        drop(self);
        flows.sort_unstable();
        Start::new(network, flows, prices, slack)
    }
}

impl Asker {
    fn new(problem: &Problem, demand: usize, asked: &Demand) -> Self {
        let row = problem.row(demand);
        let useless = problem.pairs[row.clone()].iter().filter(|pair| pair.at_most == 0).count();
        let group = problem.groups.get(asked.group as usize);
        let step = group.and_then(|group| group.steps.first()).map_or(0, |step| step.cost);
        Self {
            start: id(row.start),
            end: id(row.end),
            quantity: asked.quantity,
            left: asked.quantity,
            used_up: id(useless),
            ceiling: asked.penalty + step,
        }
    }
}

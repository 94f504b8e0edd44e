//! The arcs of a flow: where units can go from a node, and how they go.

use super::residual::{Kind, Residual, Taker};
use super::topology::number;

/// In place of a pair's number: the arc from a demand to its group, or from a supply to its pool.
pub(super) const UPWARDS: u32 = u32::MAX;

/// Which way units are to go.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Units too many at a node go out, by the cheapest way that is left.
    Push,
    /// Units too few at a node come in, from where they are dearest.
    Pull,
}

impl Way {
    /// The ends of an arc in the order in which units pass it, when a search passes it from `node` to `next`.
    #[inline]
    pub fn ends(self, node: usize, next: usize) -> (usize, usize) {
        match self {
            Self::Push => (node, next),
            Self::Pull => (next, node),
        }
    }

    /// A difference of prices as this way sees it.
    #[inline]
    pub fn signed(self, difference: i64) -> i64 {
        match self {
            Self::Push => difference,
            Self::Pull => -difference,
        }
    }
}

/// An arc as seen from one of its ends.
#[derive(Clone, Copy)]
pub(super) struct Step {
    /// The node at the other end.
    pub node: usize,
    /// What one unit costs that goes along it; less than nothing if it is taken back.
    pub cost: i64,
    /// The pair, or [`UPWARDS`].
    pub pair: u32,
}

impl Residual {
    /// Visits the arcs along which units can go out of a node or come into it, other than the asks of a
    /// supply.
    #[inline]
    pub fn each_step(&self, node: usize, way: Way, mut visit: impl FnMut(Step)) {
        match self.kind(node) {
            Kind::Demand(demand) => {
                match way {
                    Way::Push => self.each_offer(demand, &mut visit),
                    Way::Pull => self.each_served(demand, &mut visit),
                }
                let penalty = i64::from(self.problem.demands[demand].penalty);
                self.step_up(node, way, if way == Way::Push { penalty } else { -penalty }, visit);
            }
            Kind::Supply(supply) => {
                if way == Way::Push {
                    self.each_taker(supply, &mut visit);
                }
                self.step_up(node, way, 0, visit);
            }
            Kind::Pool(pool) => {
                for &supply in self.topology.parts_of(pool) {
                    let supply = self.topology.supply(supply as usize);
                    self.step(node, supply, way, 0, &mut visit);
                }
            }
            Kind::Group(group) => {
                for &demand in self.topology.members_of(group) {
                    let penalty = i64::from(self.problem.demands[demand as usize].penalty);
                    let cost = if way == Way::Push { -penalty } else { penalty };
                    self.step(node, demand as usize, way, cost, &mut visit);
                }
            }
        }
    }

    /// The pairs through which a demand could be served more.
    #[inline]
    fn each_offer(&self, demand: usize, visit: &mut impl FnMut(Step)) {
        let row = self.topology.row(demand);
        let pairs = self.problem.pairs[row.clone()].iter().zip(&self.quantities[row.clone()]);
        for (index, (pair, &units)) in row.zip(pairs) {
            if units < pair.at_most {
                let node = self.topology.supply(pair.supply as usize);
                visit(Step { node, cost: i64::from(pair.cost), pair: number(index) });
            }
        }
    }

    /// The pairs through which a demand is served.
    #[inline]
    fn each_served(&self, demand: usize, visit: &mut impl FnMut(Step)) {
        let row = self.topology.row(demand);
        for (index, &units) in row.clone().zip(&self.quantities[row]) {
            if units > 0 {
                let pair = &self.problem.pairs[index];
                let node = self.topology.supply(pair.supply as usize);
                visit(Step { node, cost: -i64::from(pair.cost), pair: number(index) });
            }
        }
    }

    /// The pairs that take from a supply.
    #[inline]
    fn each_taker(&self, supply: usize, visit: &mut impl FnMut(Step)) {
        for taker in &self.takers[supply] {
            let cost = -i64::from(taker.cost);
            visit(Step { node: taker.demand as usize, cost, pair: taker.pair });
        }
    }

    fn step_up(&self, node: usize, way: Way, cost: i64, mut visit: impl FnMut(Step)) {
        if let Some(above) = self.above(node) {
            self.step(node, above, way, cost, &mut visit);
        }
    }

    fn step(&self, node: usize, next: usize, way: Way, cost: i64, visit: &mut impl FnMut(Step)) {
        let (from, to) = way.ends(node, next);
        if self.room(from, to, UPWARDS) > 0 {
            visit(Step { node: next, cost, pair: UPWARDS });
        }
    }

    /// How many units can go from one node to another along an arc.
    #[inline]
    pub fn room(&self, from: usize, to: usize, pair: u32) -> u32 {
        if pair != UPWARDS {
            let taken = self.quantities[pair as usize];
            return if from < to { self.problem.pairs[pair as usize].at_most - taken } else { taken };
        }
        match (self.kind(from.min(to)), from < to) {
            (Kind::Demand(_), true) => u32::MAX,
            (Kind::Demand(demand), false) => clamped(self.unmet[demand]),
            (Kind::Supply(supply), true) => self.problem.supplies[supply].capacity - self.loads[supply],
            (Kind::Supply(supply), false) => self.loads[supply],
            (Kind::Pool(_) | Kind::Group(_), _) => 0,
        }
    }

    /// Sends units from one node to another. There must be room.
    pub fn send(&mut self, from: usize, to: usize, pair: u32, units: u32) {
        if pair != UPWARDS {
            self.change(pair as usize, from < to, units);
            return;
        }
        match self.kind(from.min(to)) {
            Kind::Demand(demand) => self.leave_unmet(demand, from < to, units),
            Kind::Supply(supply) => put(&mut self.loads[supply], from < to, units),
            Kind::Pool(_) | Kind::Group(_) => {}
        }
    }

    /// Serves units through a pair, or takes them back.
    pub fn change(&mut self, number: usize, more: bool, units: u32) {
        let pair = self.problem.pairs[number];
        let before = self.quantities[number];
        put(&mut self.quantities[number], more, units);
        self.count(i64::from(pair.cost), more, units);
        if before == 0 && self.quantities[number] > 0 {
            self.seat(number);
        } else if before > 0 && self.quantities[number] == 0 {
            self.unseat(number);
        }
    }

    pub fn seat(&mut self, index: usize) {
        let pair = &self.problem.pairs[index];
        let takers = &mut self.takers[pair.supply as usize];
        self.seats[index] = number(takers.len());
        takers.push(Taker { pair: number(index), demand: self.topology.demand_of[index], cost: pair.cost });
    }

    fn unseat(&mut self, number: usize) {
        let takers = &mut self.takers[self.problem.pairs[number].supply as usize];
        let seat = self.seats[number];
        takers.swap_remove(seat as usize);
        if let Some(moved) = takers.get(seat as usize) {
            self.seats[moved.pair as usize] = seat;
        }
    }
}

pub(super) fn put(load: &mut u32, more: bool, units: u32) {
    *load = if more { *load + units } else { *load - units };
}

pub(super) fn put_many(load: &mut u64, more: bool, units: u32) {
    let units = u64::from(units);
    *load = if more { *load + units } else { *load - units };
}

pub(super) fn clamped(units: u64) -> u32 {
    u32::try_from(units).unwrap_or(u32::MAX)
}

//! A flow to start from, with prices that it roughly agrees with.

use super::{
    Assignment,
    network::{Network, id},
};

/// Units on the arcs that carry any, and the worth of what is scarce.
pub(super) struct Start {
    /// By demand, where its flows begin; the last is where all end.
    pub(super) begins: Vec<u32>,
    /// Arcs and their units, in the order of the arcs.
    pub(super) flows: Vec<(u32, u32)>,
    /// By demand, the units left unmet.
    pub(super) unmet: Vec<u32>,
    /// By supply, the units it gives.
    pub(super) given: Vec<u32>,
    /// By pool, the units its supplies give.
    pub(super) pooled: Vec<u32>,
    /// By supply, the worth of a unit, its pool's included.
    pub(super) worth: Vec<i64>,
    /// By pool, the worth of a unit.
    pub(super) pool_worth: Vec<i64>,
    /// How far from the optimum the flow may be, for a unit.
    pub(super) slack: i64,
}

impl Start {
    /// Takes the flows, an arc once or several times, and cuts them to what the limits allow.
    pub(super) fn new(network: &Network, mut flows: Vec<(u32, u32)>, worth: Vec<i64>, slack: i64) -> Self {
        flows.sort_unstable();
        let mut start = Self {
            begins: Vec::with_capacity(network.demands() + 1),
            flows: Vec::with_capacity(flows.len()),
            unmet: network.problem.demands.iter().map(|demand| demand.quantity).collect(),
            given: vec![0; network.supplies()],
            pooled: vec![0; network.problem.pools.len()],
            worth,
            pool_worth: vec![0; network.problem.pools.len()],
            slack,
        };
        let mut flows = flows.into_iter().peekable();
        for demand in 0..network.demands() {
            start.begins.push(id(start.flows.len()));
            let end = id(network.row(demand).end);
            while let Some((arc, units)) = flows.next_if(|&(arc, _)| arc < end) {
                start.add(network, demand, arc, units);
            }
        }
        start.begins.push(id(start.flows.len()));
        start
    }

    fn add(&mut self, network: &Network, demand: usize, arc: u32, units: u32) {
        let at = network.arcs[arc as usize];
        let supply = at.supply();
        let offer = &network.problem.supplies[supply];
        let before = match self.flows.last() {
            Some(&(last, before)) if last == arc => before,
            _ => 0,
        };
        let mut fits = units.min(self.unmet[demand]).min(offer.capacity - self.given[supply]);
        if at.is_limited() {
            fits = fits.min(network.most[arc as usize] - before);
        }
        if let Some(pool) = network.problem.pools.get(offer.pool as usize) {
            let pooled = &mut self.pooled[offer.pool as usize];
            fits = fits.min(pool.capacity - *pooled);
            *pooled += fits;
        }
        if fits == 0 {
            return;
        }
        self.unmet[demand] -= fits;
        self.given[supply] += fits;
        match self.flows.last_mut() {
            Some((last, before)) if *last == arc => *before += fits,
            _ => self.flows.push((arc, fits)),
        }
    }

    /// An earlier answer, as far as it fits. It must have the shape of the problem.
    pub(super) fn from_answer(network: &Network, answer: &Assignment) -> Self {
        let problem = network.problem;
        let mut flows = Vec::new();
        let mut wanted = vec![0; network.supplies()];
        for demand in 0..network.demands() {
            let pairs = problem.row(demand);
            let used = || problem.pairs[pairs.clone()].iter().zip(&answer.quantities[pairs.clone()]);
            if used().all(|(_, &units)| units == 0) {
                continue;
            }
            for (pair, &units) in used() {
                wanted[pair.supply as usize] = units;
            }
            let row = network.row(demand);
            for (arc, at) in row.clone().zip(&network.arcs[row]) {
                if wanted[at.supply()] > 0 {
                    flows.push((id(arc), wanted[at.supply()]));
                }
            }
            for (pair, _) in used() {
                wanted[pair.supply as usize] = 0;
            }
        }
        let ceiling = i64::from(super::MAX_COST) * 4;
        let pools: Vec<i64> = answer.prices.pools.iter().map(|&price| price.clamp(0, ceiling)).collect();
        let worth = |(supply, &price): (&super::Supply, &i64)| {
            price.clamp(0, ceiling) + pools.get(supply.pool as usize).copied().unwrap_or(0)
        };
        let worth = problem.supplies.iter().zip(&answer.prices.supplies).map(worth).collect();
        let mut start = Self::new(network, flows, worth, i64::from(network.raise()));
        start.pool_worth = pools;
        start
    }

    /// The flows of a demand.
    pub(super) fn of(&self, demand: usize) -> &[(u32, u32)] {
        &self.flows[self.begins[demand] as usize..self.begins[demand + 1] as usize]
    }
}

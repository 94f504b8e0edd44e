//! A flow to start from, with prices that it roughly agrees with.

use super::{
    Assignment,
    network::{Network, id},
};

/// Units on the pairs that carry any, and the worth of what is scarce.
pub(super) struct Start {
    /// By demand, where its flows begin; the last is where all end.
    pub(super) begins: Vec<u32>,
    /// Pairs and their units, in the order of the pairs.
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
    /// Takes the flows, in the order of the pairs, and cuts them to what the limits allow.
    pub(super) fn new(
        network: &Network,
        flows: impl IntoIterator<Item = (u32, u32)>,
        worth: Vec<i64>,
        slack: i64,
    ) -> Self {
        let mut start = Self {
            begins: Vec::with_capacity(network.demands() + 1),
            flows: Vec::new(),
            unmet: network.problem.demands.iter().map(|demand| demand.quantity).collect(),
            given: vec![0; network.supplies()],
            pooled: vec![0; network.problem.pools.len()],
            worth,
            pool_worth: vec![0; network.problem.pools.len()],
            slack,
        };
        let mut flows = flows.into_iter().peekable();
        for (demand, &end) in network.problem.ends.iter().enumerate() {
            start.begins.push(id(start.flows.len()));
            while let Some((pair, units)) = flows.next_if(|&(pair, _)| pair < end) {
                start.add(network, demand, pair, units);
            }
        }
        start.begins.push(id(start.flows.len()));
        start
    }

    /// Adds units on a pair. It may be the last one again.
    fn add(&mut self, network: &Network, demand: usize, pair: u32, units: u32) {
        let at = network.problem.pairs[pair as usize];
        let supply = at.supply as usize;
        let offer = &network.problem.supplies[supply];
        let before = match self.flows.last() {
            Some(&(last, before)) if last == pair => before,
            _ => 0,
        };
        let room = (at.at_most - before).min(offer.capacity - self.given[supply]);
        let mut fits = units.min(self.unmet[demand]).min(room);
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
            Some((last, before)) if *last == pair => *before += fits,
            _ => self.flows.push((pair, fits)),
        }
    }

    /// An earlier answer, as far as it fits. It must have the shape of the problem.
    pub(super) fn from_answer(network: &Network, answer: &Assignment) -> Self {
        let problem = network.problem;
        let flows = (0..).zip(answer.quantities.iter().copied()).filter(|&(_, units)| units > 0);
        let ceiling = i64::from(super::MAX_COST) * 4;
        let pools: Vec<i64> = answer.prices.pools.iter().map(|&price| price.clamp(0, ceiling)).collect();
        let worth = |(supply, &price): (&super::Supply, &i64)| {
            price.clamp(0, ceiling) + pools.get(supply.pool as usize).copied().unwrap_or(0)
        };
        let worth = problem.supplies.iter().zip(&answer.prices.supplies).map(worth).collect();
        let mut start = Self::new(network, flows, worth, i64::from(super::auction::raise(problem)));
        start.pool_worth = pools;
        start
    }

    /// The flows of a demand.
    pub(super) fn of(&self, demand: usize) -> &[(u32, u32)] {
        &self.flows[self.begins[demand] as usize..self.begins[demand + 1] as usize]
    }
}

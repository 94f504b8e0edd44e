//! What can change, and how the answer follows.

use crate::matching::assign::{MAX_COST, NONE};
use thiserror::Error;

use super::{
    Live,
    steps::{Way, clamped},
};

/// Why a change was refused; nothing has changed then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ChangeError {
    /// There is no demand of this number.
    #[error("there is no demand {0}")]
    NoDemand(usize),
    /// There is no supply of this number.
    #[error("there is no supply {0}")]
    NoSupply(usize),
    /// There is no pool of this number.
    #[error("there is no pool {0}")]
    NoPool(usize),
    /// There is no pair of this number.
    #[error("there is no pair {0}")]
    NoPair(usize),
    /// A pair cannot have so many units settled.
    #[error("no more than {most} units of pair {pair} can be settled")]
    TooMany {
        /// The pair.
        pair: usize,
        /// How many could be.
        most: u32,
    },
    /// A penalty is below 0 or above [`MAX_COST`].
    #[error("the penalty of demand {0} is not between 0 and {MAX_COST}")]
    PenaltyOutOfRange(usize),
    /// What it would cost to leave everything unmet would not fit into an `i64`.
    #[error("the total penalty would overflow with demand {0}")]
    TotalOverflow(usize),
}

impl Live {
    /// Takes a demand out: it asks for nothing any more.
    ///
    /// # Errors
    ///
    /// [`ChangeError::NoDemand`]
    pub fn withdraw(&mut self, demand: usize) -> Result<(), ChangeError> {
        self.set_quantity(demand, 0)
    }

    /// Changes how many units a demand asks for.
    ///
    /// # Errors
    ///
    /// [`ChangeError::NoDemand`], [`ChangeError::TotalOverflow`]
    pub fn set_quantity(&mut self, demand: usize, units: u32) -> Result<(), ChangeError> {
        let asked = self.flow.problem.demands.get(demand).ok_or(ChangeError::NoDemand(demand))?;
        let (before, penalty) = (asked.quantity, asked.penalty);
        self.ask(demand, units, penalty)?;
        if units < before {
            self.pull(demand, before - units);
        } else {
            self.reprice(demand, before);
            self.push(demand, units - before);
        }
        Ok(())
    }

    /// Changes what leaving a unit of a demand unmet costs.
    ///
    /// # Errors
    ///
    /// [`ChangeError::NoDemand`], [`ChangeError::PenaltyOutOfRange`], [`ChangeError::TotalOverflow`]
    pub fn set_penalty(&mut self, demand: usize, penalty: i32) -> Result<(), ChangeError> {
        let asked = *self.flow.problem.demands.get(demand).ok_or(ChangeError::NoDemand(demand))?;
        if !(0..=MAX_COST).contains(&penalty) {
            return Err(ChangeError::PenaltyOutOfRange(demand));
        }
        // Tried once for the total alone, so that a refusal changes nothing.
        self.ask(demand, asked.quantity, penalty)?;
        self.ask(demand, asked.quantity, asked.penalty)?;
        let anew = if self.stays(demand, penalty) { 0 } else { asked.quantity };
        self.set_quantity(demand, asked.quantity - anew)?;
        self.ask(demand, asked.quantity - anew, penalty)?;
        self.set_quantity(demand, asked.quantity)
    }

    /// Whether a demand that is served stays so, since to be unmet is no cheaper than it is.
    fn stays(&self, demand: usize, penalty: i32) -> bool {
        let unmet = i64::from(penalty) + self.flow.price_above(demand);
        self.flow.unmet[demand] == 0 && unmet >= self.flow.prices[demand]
    }

    /// Writes down what a demand asks for, unless the total would overflow.
    fn ask(&mut self, demand: usize, units: u32, penalty: i32) -> Result<(), ChangeError> {
        let before = self.flow.problem.demands[demand];
        let others = self.worst - self.flow.worst(demand);
        let asked = &mut self.flow.problem.demands[demand];
        (asked.quantity, asked.penalty) = (units, penalty);
        let worst = others + self.flow.worst(demand);
        if i64::try_from(worst).is_err() {
            self.flow.problem.demands[demand] = before;
            return Err(ChangeError::TotalOverflow(demand));
        }
        self.worst = worst;
        Ok(())
    }

    /// Changes how many units a supply has.
    ///
    /// # Errors
    ///
    /// [`ChangeError::NoSupply`]
    pub fn set_capacity(&mut self, supply: usize, units: u32) -> Result<(), ChangeError> {
        let offered = self.flow.problem.supplies.get_mut(supply).ok_or(ChangeError::NoSupply(supply))?;
        let before = std::mem::replace(&mut offered.capacity, units);
        let pool = Some(offered.pool as usize).filter(|_| offered.pool != NONE);
        let node = self.flow.topology.supply(supply);
        let load = self.flow.loads[supply];
        if units == 0 {
            self.empty(supply, pool);
        } else if units < load {
            self.lower(supply, pool, load - units);
        } else if units > before && self.flow.prices[node] > self.flow.price_above(node) {
            self.raise(supply, pool, units - before);
        }
        Ok(())
    }

    /// The pool goes down with its supply at first, so that the units too many can always leave.
    fn lower(&mut self, supply: usize, pool: Option<usize>, units: u32) {
        self.flow.loads[supply] -= units;
        if let Some(pool) = pool {
            self.flow.pool_loads[pool] -= u64::from(units);
            self.flow.pool_sizes[pool] -= u64::from(units);
        }
        self.push(self.flow.topology.supply(supply), units);
        if let Some(pool) = pool {
            self.widen_pool(pool, units);
        }
    }

    /// Takes a whole supply back from one demand after the other. Each looks for another place around itself; from
    /// the supply, every search would go over the surroundings of all that are left.
    fn empty(&mut self, supply: usize, pool: Option<usize>) {
        let (mut freed, mut closed) = (0, Vec::new());
        while let Some(taker) = self.flow.takers[supply].last().copied() {
            // Another supply of the pool may have stepped in meanwhile: what it relieved this one of is gone too.
            self.flow.problem.supplies[supply].capacity = self.flow.loads[supply];
            let units = self.flow.vacate(supply, pool, taker.pair as usize);
            freed += units;
            // Closed, or what was worth more than its price would be so again.
            let offer = &mut self.flow.problem.pairs[taker.pair as usize];
            closed.push((taker.pair as usize, std::mem::replace(&mut offer.at_most, 0)));
            self.push(taker.demand as usize, units);
        }
        self.flow.problem.supplies[supply].capacity = 0;
        for (pair, at_most) in closed {
            self.flow.problem.pairs[pair].at_most = at_most;
            self.flow.price_out(supply, pair);
        }
        if let Some(pool) = pool {
            self.widen_pool(pool, freed);
        }
    }

    /// All units are taken at first; those not worth it find their way back. The pool goes up with its supply.
    fn raise(&mut self, supply: usize, pool: Option<usize>, units: u32) {
        self.flow.loads[supply] += units;
        if let Some(pool) = pool {
            self.flow.pool_loads[pool] += u64::from(units);
            self.flow.pool_sizes[pool] += u64::from(units);
        }
        self.pull(self.flow.topology.supply(supply), units);
        if let Some(pool) = pool {
            self.narrow_pool(pool, units);
        }
    }

    /// Changes how many units a pool has.
    ///
    /// # Errors
    ///
    /// [`ChangeError::NoPool`]
    pub fn set_pool(&mut self, pool: usize, units: u32) -> Result<(), ChangeError> {
        let shared = self.flow.problem.pools.get_mut(pool).ok_or(ChangeError::NoPool(pool))?;
        let before = std::mem::replace(&mut shared.capacity, units);
        if units < before {
            self.narrow_pool(pool, before - units);
        } else {
            self.widen_pool(pool, units - before);
        }
        Ok(())
    }

    fn narrow_pool(&mut self, pool: usize, units: u32) {
        self.flow.pool_sizes[pool] -= u64::from(units);
        let (size, load) = (self.flow.pool_sizes[pool], self.flow.pool_loads[pool]);
        if load > size {
            self.flow.pool_loads[pool] = size;
            self.push(self.flow.topology.pool(pool), clamped(load - size));
        }
    }

    fn widen_pool(&mut self, pool: usize, units: u32) {
        let node = self.flow.topology.pool(pool);
        self.flow.pool_sizes[pool] += u64::from(units);
        if self.flow.prices[node] > 0 {
            self.flow.pool_loads[pool] += u64::from(units);
            self.pull(node, units);
        }
    }

    /// Changes how many units may be served through a pair; 0 forbids it.
    ///
    /// # Errors
    ///
    /// [`ChangeError::NoPair`]
    pub fn set_at_most(&mut self, pair: usize, units: u32) -> Result<(), ChangeError> {
        let demand = *self.flow.topology.demand_of.get(pair).ok_or(ChangeError::NoPair(pair))? as usize;
        let served = self.flow.quantities[pair];
        if units < served {
            self.serve_less(pair, demand, served - units);
        } else if self.is_wanted(pair, demand) {
            let asked = self.flow.problem.demands[demand].quantity;
            self.serve_more(pair, demand, (units - served).min(asked - served));
        }
        self.flow.problem.pairs[pair].at_most = units;
        // Where all of a demand is served through the pair, its price may still lie above what that costs.
        self.flow.prices[demand] = self.flow.prices[demand].min(self.flow.cheapest(demand));
        Ok(())
    }

    /// Whether one unit more through a pair would be worth while.
    fn is_wanted(&self, pair: usize, demand: usize) -> bool {
        let pair = &self.flow.problem.pairs[pair];
        let price = self.flow.prices[self.flow.topology.supply(pair.supply as usize)];
        i64::from(pair.cost) + price < self.flow.prices[demand]
    }

    fn serve_less(&mut self, pair: usize, demand: usize, units: u32) {
        self.flow.change(pair, false, units);
        let offer = &mut self.flow.problem.pairs[pair];
        offer.at_most = self.flow.quantities[pair];
        let supply = offer.supply as usize;
        self.pull(self.flow.topology.supply(supply), units);
        self.push(demand, units);
    }

    /// All units are served at first; those not worth it find their way back.
    fn serve_more(&mut self, pair: usize, demand: usize, units: u32) {
        self.flow.change(pair, true, units);
        let offer = &mut self.flow.problem.pairs[pair];
        offer.at_most = self.flow.quantities[pair];
        let supply = offer.supply as usize;
        self.push(self.flow.topology.supply(supply), units);
        self.pull(demand, units);
    }

    /// Takes units of a pair as settled: they leave the problem, and with them as much of what the demand asks
    /// and of what the supply, its pool and the pair can give. Units that the answer serves so already are
    /// settled without any search.
    ///
    /// # Errors
    ///
    /// [`ChangeError::NoPair`], or [`ChangeError::TooMany`] if the problem does not allow so many.
    pub fn settle(&mut self, pair: usize, units: u32) -> Result<(), ChangeError> {
        let demand = *self.flow.topology.demand_of.get(pair).ok_or(ChangeError::NoPair(pair))? as usize;
        let most = self.flow.most(pair, demand);
        if units > most {
            return Err(ChangeError::TooMany { pair, most });
        }
        let served = units.min(self.flow.quantities[pair]);
        self.worst -= self.flow.worst(demand);
        self.flow.take_out(pair, demand, served);
        self.worst += self.flow.worst(demand);
        let more = units - served;
        let problem = &self.flow.problem;
        let at_most = problem.pairs[pair].at_most - more;
        let supply = problem.pairs[pair].supply as usize;
        let quantity = problem.demands[demand].quantity - more;
        let capacity = problem.supplies[supply].capacity - more;
        let pool = problem.supplies[supply].pool as usize;
        self.set_at_most(pair, at_most)?;
        self.set_quantity(demand, quantity)?;
        self.set_capacity(supply, capacity)?;
        let shared = self.flow.problem.pools.get(pool).map(|pool| pool.capacity);
        shared.map_or(Ok(()), |shared| self.set_pool(pool, shared - more))
    }

    /// The price of a demand that nothing was brought to: it may lie too low, but none can lie too high.
    fn reprice(&mut self, demand: usize, quantity: u32) {
        if quantity == 0 {
            self.flow.set_price(demand, self.flow.cheapest(demand));
        }
    }

    fn push(&mut self, node: usize, units: u32) {
        let stuck = self.search.run(&mut self.flow, Way::Push, node, units);
        debug_assert_eq!(stuck, 0, "any unit can be left unmet");
    }

    fn pull(&mut self, node: usize, units: u32) {
        let stuck = self.search.run(&mut self.flow, Way::Pull, node, units);
        debug_assert_eq!(stuck, 0, "any unit can be taken back");
    }
}

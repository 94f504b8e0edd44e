//! What any answer in whole lots costs at least, by Lagrange: at prices for the capacities each demand looks
//! for its best pattern alone, and no answer is cheaper than these together less the worth of the capacities.

use crate::matching::assign::{AssignError, Assignment, MAX_COST, NONE, Prices, Problem};

use super::{
    Share,
    dive::shared,
    pattern::{self, Offer},
    terms::{Terms, row},
};

/// No capacity is worth more than the dearest unmet unit.
const MOST: i64 = 2 * MAX_COST as i64;

/// Prices that learn, and what they prove.
pub(super) struct Bound<'a> {
    problem: &'a Problem,
    terms: &'a [Terms],
    prices: Prices,
    best_prices: Prices,
    best: i64,
    flow_objective: i64,
    rounds: u32,
}

/// What the demands take when each looks after itself.
struct Taken {
    proven: i128,
    supplies: Vec<i64>,
    pools: Vec<i64>,
}

impl<'a> Bound<'a> {
    /// An answer without terms costs no more than one with terms.
    pub fn new(problem: &'a Problem, terms: &'a [Terms], flow: &Assignment) -> Self {
        Self {
            problem,
            terms,
            prices: flow.prices.clone(),
            best_prices: flow.prices.clone(),
            best: flow.objective,
            flow_objective: flow.objective,
            rounds: 0,
        }
    }

    /// The most that any prices have proved.
    pub fn best(&self) -> i64 {
        self.best
    }

    /// The prices that did.
    pub fn best_prices(&self) -> &Prices {
        &self.best_prices
    }

    /// Measures the prices, and moves them by what is taken too much or too little, so many rounds long.
    /// `objective` is that of an answer, if one is known: the nearer to it, the shorter the steps.
    pub fn climb(
        &mut self,
        rounds: usize,
        objective: Option<i64>,
        watch: &mut Share,
    ) -> Result<(), AssignError> {
        for round in 0..rounds {
            watch.report(round, rounds)?;
            let taken = self.measure();
            if taken.proven > i128::from(self.best) {
                self.best = i64::try_from(taken.proven).unwrap_or(i64::MAX);
                self.best_prices.clone_from(&self.prices);
            }
            let goal = objective.map_or_else(|| self.guess(), i128::from);
            self.step(&taken, (goal - taken.proven).max(0));
            self.rounds += 1;
        }
        Ok(())
    }

    /// Where an answer may be found: the terms cost some times what the first prices prove of it.
    fn guess(&self) -> i128 {
        let flow = i128::from(self.flow_objective);
        flow + ((i128::from(self.best) - flow) * 3).max(flow.abs() / 100)
    }

    /// Looks at the prices as they are.
    fn measure(&self) -> Taken {
        let problem = self.problem;
        let mut taken = Taken {
            proven: self.groups_share() - self.capacities_worth(),
            supplies: vec![0; problem.supplies.len()],
            pools: vec![0; problem.pools.len()],
        };
        let mut offers = Vec::new();
        for demand in 0..problem.demands.len() {
            self.serve(demand, &mut offers, &mut taken);
        }
        taken
    }

    fn serve(&self, demand: usize, offers: &mut Vec<Offer>, taken: &mut Taken) {
        let asked = &self.problem.demands[demand];
        let terms = &self.terms[demand];
        let unmet = i64::from(asked.penalty) + shared(&self.prices.groups, asked.group);
        offers.clear();
        for number in row(self.problem, demand) {
            let pair = &self.problem.pairs[number];
            let gain = unmet - i64::from(pair.cost) - self.worth(pair.supply);
            if gain > 0 {
                // No demand alone gets more than there is.
                let most = pair.at_most.min(asked.quantity).min(self.capacity(pair.supply));
                offers.push(Offer { pair: number, gain, least: terms.least(asked.quantity, pair), most });
            }
        }
        let pattern = pattern::best(offers, asked.quantity, terms.most_services);
        taken.proven += i128::from(unmet) * i128::from(asked.quantity) - i128::from(pattern.ceiling);
        for (number, units) in pattern.units {
            let supply = self.problem.pairs[number].supply as usize;
            taken.supplies[supply] += i64::from(units);
            if self.problem.supplies[supply].pool != NONE {
                taken.pools[self.problem.supplies[supply].pool as usize] += i64::from(units);
            }
        }
    }

    /// What there is of a supply, by itself and in its pool.
    fn capacity(&self, supply: u32) -> u32 {
        let supply = &self.problem.supplies[supply as usize];
        let pool = self.problem.pools.get(supply.pool as usize);
        supply.capacity.min(pool.map_or(u32::MAX, |pool| pool.capacity))
    }

    fn worth(&self, supply: u32) -> i64 {
        let supply = supply as usize;
        self.prices.supplies[supply] + shared(&self.prices.pools, self.problem.supplies[supply].pool)
    }

    fn capacities_worth(&self) -> i128 {
        let problem = self.problem;
        let supplies = problem.supplies.iter().map(|supply| supply.capacity).zip(&self.prices.supplies);
        let pools = problem.pools.iter().map(|pool| pool.capacity).zip(&self.prices.pools);
        supplies.chain(pools).map(|(units, &price)| i128::from(units) * i128::from(price)).sum()
    }

    /// What the steps of the groups leave of the prices asked for their unmet units.
    fn groups_share(&self) -> i128 {
        let mut share = 0;
        for (group, &price) in self.problem.groups.iter().zip(&self.prices.groups) {
            for step in &group.steps {
                share -= i128::from(step.units) * i128::from((price - i64::from(step.cost)).max(0));
            }
        }
        share
    }

    fn step(&mut self, taken: &Taken, gap: i128) {
        let problem = self.problem;
        let mut moves: Vec<(&mut i64, i64)> = Vec::new();
        let supplies = problem.supplies.iter().map(|supply| i64::from(supply.capacity));
        let excess = taken.supplies.iter().zip(supplies).map(|(&units, capacity)| units - capacity);
        moves.extend(self.prices.supplies.iter_mut().zip(excess));
        let pools = problem.pools.iter().map(|pool| i64::from(pool.capacity));
        let excess = taken.pools.iter().zip(pools).map(|(&units, capacity)| units - capacity);
        moves.extend(self.prices.pools.iter_mut().zip(excess));
        moves.retain(|(price, over)| **price > 0 || *over > 0);
        let square: i128 = moves.iter().map(|(_, over)| i128::from(*over).pow(2)).sum();
        // Later rounds take shorter steps, or they would never settle.
        let divisor = (square * i128::from(self.rounds + 1)).max(1);
        for (price, over) in moves {
            let next = i128::from(*price) + i128::from(over) * gap / divisor;
            *price = i64::try_from(next.clamp(0, i128::from(MOST))).unwrap_or(MOST);
        }
    }
}

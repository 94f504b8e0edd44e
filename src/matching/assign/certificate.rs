//! The proof that an answer is optimal, from the problem and the answer alone.

use thiserror::Error;

use super::{
    Assignment,
    problem::{NONE, Problem, ProblemError},
};

/// The two objectives of a proven optimum. That they are equal is the proof: no answer costs less than
/// `dual`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// What the answer costs, computed from its quantities.
    pub primal: i64,
    /// What any answer costs at least, computed from the prices.
    pub dual: i64,
}

/// Why an answer is not proven. The fields are indexes into the problem's vectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Violation {
    /// The problem is not well formed.
    #[error(transparent)]
    Problem(#[from] ProblemError),
    /// The vectors of the answer are not as long as those of the problem.
    #[error("the answer has not the shape of the problem")]
    Shape,
    /// A pair serves more than it may.
    #[error("pair {pair} serves more than it may")]
    AboveAtMost {
        /// The pair that serves too much.
        pair: usize,
    },
    /// What is served and what is unmet do not add up to the quantity of a demand.
    #[error("demand {demand} is not served and unmet in just its quantity")]
    Unbalanced {
        /// The demand that does not add up.
        demand: usize,
    },
    /// A supply gives more than it has.
    #[error("supply {supply} gives more than it has")]
    AboveCapacity {
        /// The supply that gives too much.
        supply: usize,
    },
    /// The supplies of a pool give more than it has.
    #[error("the supplies of pool {pool} give more than it has")]
    AbovePool {
        /// The pool of which too much is given.
        pool: usize,
    },
    /// The price of a supply is negative.
    #[error("the price of supply {supply} is negative")]
    NegativePrice {
        /// The supply with that price.
        supply: usize,
    },
    /// The price of a pool is negative.
    #[error("the price of pool {pool} is negative")]
    NegativePoolPrice {
        /// The pool with that price.
        pool: usize,
    },
    /// A supply has a price, yet capacity is left over.
    #[error("supply {supply} has a price and capacity left over")]
    PriceOnSpare {
        /// The supply with that price.
        supply: usize,
    },
    /// A pool has a price, yet capacity is left over.
    #[error("pool {pool} has a price and capacity left over")]
    PriceOnSparePool {
        /// The pool with that price.
        pool: usize,
    },
    /// The price of a group is not what its next or its last unmet unit costs, nor between the two.
    #[error("the price of group {group} is not that of its unmet units")]
    WrongGroupPrice {
        /// The group with that price.
        group: usize,
    },
    /// The price of a demand is above its penalty and the price of its group.
    #[error("the price of demand {demand} is above what leaving it unmet costs")]
    PriceAbovePenalty {
        /// The demand with that price.
        demand: usize,
    },
    /// A demand is partly unmet, yet its price is below its penalty and the price of its group.
    #[error("demand {demand} is unmet at a price below what leaving it unmet costs")]
    UnmetBelowPenalty {
        /// The demand with that price.
        demand: usize,
    },
    /// At these prices a pair should serve all that it may, and it does not.
    #[error("pair {pair} should serve more at these prices")]
    TooLittle {
        /// The pair that serves too little.
        pair: usize,
    },
    /// At these prices a pair should serve nothing, and it does.
    #[error("pair {pair} should serve nothing at these prices")]
    TooMuch {
        /// The pair that serves too much.
        pair: usize,
    },
    /// The objective is not what the quantities cost.
    #[error("the objective is given as {claimed} and is {actual}")]
    Objective {
        /// The objective that the answer gives.
        claimed: i64,
        /// The objective of its quantities.
        actual: i128,
    },
    /// The prices do not prove that nothing costs less.
    #[error("the answer costs {primal}, and the prices prove only {dual}")]
    Gap {
        /// What the answer costs.
        primal: i64,
        /// What the prices prove.
        dual: i128,
    },
}

/// Proves that `answer` is an optimum of `problem`: it keeps to all limits, its prices agree with it
/// (complementary slackness), and it costs just what the prices say that every answer costs at least.
///
/// Nothing of the solver is used; each pair is looked at once.
///
/// # Errors
///
/// The first [`Violation`] found.
pub fn certify(problem: &Problem, answer: &Assignment) -> Result<Certificate, Violation> {
    problem.check()?;
    if !answer.has_shape_of(problem) {
        return Err(Violation::Shape);
    }
    let mut proof = Proof::new(problem, answer);
    for demand in 0..problem.demands.len() {
        proof.demand(demand)?;
    }
    proof.supplies()?;
    proof.pools()?;
    proof.groups()?;
    proof.conclude()
}

/// What has been added up so far. Prices are whatever the answer says, so sums of them are kept in an `i128`.
struct Proof<'a> {
    problem: &'a Problem,
    answer: &'a Assignment,
    /// By supply, the price of one unit of it, its pool's included.
    worth: Vec<i128>,
    /// By supply, the units it gives.
    given: Vec<u64>,
    /// By group, its units left unmet.
    unmet: Vec<u64>,
    primal: i128,
    dual: i128,
}

impl<'a> Proof<'a> {
    fn new(problem: &'a Problem, answer: &'a Assignment) -> Self {
        let prices = &answer.prices;
        let worth = |(supply, &price): (&super::Supply, &i64)| {
            i128::from(price) + i128::from(shared(&prices.pools, supply.pool))
        };
        Self {
            problem,
            answer,
            worth: problem.supplies.iter().zip(&prices.supplies).map(worth).collect(),
            given: vec![0; problem.supplies.len()],
            unmet: vec![0; problem.groups.len()],
            primal: 0,
            dual: 0,
        }
    }

    fn demand(&mut self, demand: usize) -> Result<(), Violation> {
        let asked = self.problem.demands[demand];
        let unmet = self.answer.unmet[demand];
        let price = i128::from(self.answer.prices.demands[demand]);
        let ceiling = i128::from(asked.penalty) + i128::from(shared(&self.answer.prices.groups, asked.group));
        let served = self.pairs(demand, price)?;
        if served + u64::from(unmet) != u64::from(asked.quantity) {
            return Err(Violation::Unbalanced { demand });
        }
        if price > ceiling {
            return Err(Violation::PriceAbovePenalty { demand });
        }
        if unmet > 0 && price < ceiling {
            return Err(Violation::UnmetBelowPenalty { demand });
        }
        if asked.group != NONE {
            self.unmet[asked.group as usize] += u64::from(unmet);
        }
        self.primal += i128::from(asked.penalty) * i128::from(unmet);
        self.dual += price * i128::from(asked.quantity);
        Ok(())
    }

    /// Checks the pairs of a demand and returns the units they serve. A demand has at most one pair with each
    /// supply, so the sum is far below 2^64.
    fn pairs(&mut self, demand: usize, price: i128) -> Result<u64, Violation> {
        let mut served = 0;
        let row = self.problem.row(demand);
        let units = self.answer.quantities[row.clone()].iter();
        for (index, (pair, &units)) in row.clone().zip(self.problem.pairs[row].iter().zip(units)) {
            let supply = pair.supply as usize;
            let gain = price - self.worth[supply] - i128::from(pair.cost);
            if units > pair.at_most {
                return Err(Violation::AboveAtMost { pair: index });
            }
            if gain > 0 {
                if units < pair.at_most {
                    return Err(Violation::TooLittle { pair: index });
                }
                self.dual -= gain * i128::from(pair.at_most);
            }
            if units > 0 {
                if gain < 0 {
                    return Err(Violation::TooMuch { pair: index });
                }
                served += u64::from(units);
                self.given[supply] += u64::from(units);
                self.primal += i128::from(pair.cost) * i128::from(units);
            }
        }
        Ok(served)
    }

    fn supplies(&mut self) -> Result<(), Violation> {
        for (supply, offer) in self.problem.supplies.iter().enumerate() {
            let (given, capacity) = (self.given[supply], u64::from(offer.capacity));
            let price = self.answer.prices.supplies[supply];
            if given > capacity {
                return Err(Violation::AboveCapacity { supply });
            }
            if price < 0 {
                return Err(Violation::NegativePrice { supply });
            }
            if price > 0 && given < capacity {
                return Err(Violation::PriceOnSpare { supply });
            }
            self.dual -= i128::from(price) * i128::from(capacity);
        }
        Ok(())
    }

    fn pools(&mut self) -> Result<(), Violation> {
        let mut given = vec![0_u64; self.problem.pools.len()];
        for (supply, offer) in self.problem.supplies.iter().enumerate() {
            if offer.pool != NONE {
                given[offer.pool as usize] += self.given[supply];
            }
        }
        for (pool, shared) in self.problem.pools.iter().enumerate() {
            let capacity = u64::from(shared.capacity);
            let price = self.answer.prices.pools[pool];
            if given[pool] > capacity {
                return Err(Violation::AbovePool { pool });
            }
            if price < 0 {
                return Err(Violation::NegativePoolPrice { pool });
            }
            if price > 0 && given[pool] < capacity {
                return Err(Violation::PriceOnSparePool { pool });
            }
            self.dual -= i128::from(price) * i128::from(capacity);
        }
        Ok(())
    }

    /// Fills the steps of each group. A step is full where the price is above its cost, and empty where it is
    /// below; beyond the last step there is no end of units, so the price cannot be above its cost.
    fn groups(&mut self) -> Result<(), Violation> {
        for (group, shared) in self.problem.groups.iter().enumerate() {
            let price = i128::from(self.answer.prices.groups[group]);
            let mut left = self.unmet[group];
            let mut last = 0;
            for step in &shared.steps {
                let (cost, room) = (i128::from(step.cost), u64::from(step.units));
                let filled = left.min(room);
                if (price > cost && filled < room) || (price < cost && filled > 0) {
                    return Err(Violation::WrongGroupPrice { group });
                }
                left -= filled;
                last = cost;
                self.primal += cost * i128::from(filled);
                self.dual -= (price - cost).max(0) * i128::from(room);
            }
            if price > last || (price < last && left > 0) {
                return Err(Violation::WrongGroupPrice { group });
            }
            self.primal += last * i128::from(left);
        }
        Ok(())
    }

    fn conclude(self) -> Result<Certificate, Violation> {
        let primal = self.answer.objective;
        if i128::from(primal) != self.primal {
            return Err(Violation::Objective { claimed: primal, actual: self.primal });
        }
        match i64::try_from(self.dual) {
            Ok(dual) if dual == primal => Ok(Certificate { primal, dual }),
            _ => Err(Violation::Gap { primal, dual: self.dual }),
        }
    }
}

/// The price of a pool or group, if there is one.
fn shared(prices: &[i64], index: u32) -> i64 {
    prices.get(index as usize).copied().unwrap_or(0)
}

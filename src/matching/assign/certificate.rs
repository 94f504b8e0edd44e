//! The proof that an answer is optimal, from the problem and the answer alone.

use thiserror::Error;

use super::{
    Assignment,
    problem::{Pair, Problem, ProblemError},
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
    /// The price of a supply is negative.
    #[error("the price of supply {supply} is negative")]
    NegativePrice {
        /// The supply with that price.
        supply: usize,
    },
    /// A supply has a price, yet capacity is left over.
    #[error("supply {supply} has a price and capacity left over")]
    PriceOnSpare {
        /// The supply with that price.
        supply: usize,
    },
    /// The price of a demand is above its penalty.
    #[error("the price of demand {demand} is above its penalty")]
    PriceAbovePenalty {
        /// The demand with that price.
        demand: usize,
    },
    /// A demand is partly unmet, yet its price is below its penalty.
    #[error("demand {demand} is unmet at a price below its penalty")]
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

/// Proves that `assignment` is an optimum of `problem`: it keeps to all limits, its prices agree with it
/// (complementary slackness), and it costs just what the prices say that every answer costs at least.
///
/// Nothing of the solver is used. The prices are proven optimal, not that they are the lowest.
///
/// # Errors
///
/// The first [`Violation`] found.
pub fn certify(problem: &Problem, assignment: &Assignment) -> Result<Certificate, Violation> {
    problem.check()?;
    check_shape(problem, assignment)?;
    check_limits(problem, assignment)?;
    check_demands(problem, assignment)?;
    check_supplies(problem, assignment)?;
    check_pairs(problem, assignment)?;
    check_objectives(problem, assignment)
}

fn check_shape(problem: &Problem, assignment: &Assignment) -> Result<(), Violation> {
    let Assignment { quantities, unmet, prices, .. } = assignment;
    let fits = quantities.len() == problem.pairs.len()
        && unmet.len() == problem.demands.len()
        && prices.demands.len() == problem.demands.len()
        && prices.supplies.len() == problem.supplies.len();
    if fits { Ok(()) } else { Err(Violation::Shape) }
}

fn check_limits(problem: &Problem, assignment: &Assignment) -> Result<(), Violation> {
    let beyond = |(pair, &units): (&Pair, &u32)| units > pair.at_most;
    match problem.pairs.iter().zip(&assignment.quantities).position(beyond) {
        Some(pair) => Err(Violation::AboveAtMost { pair }),
        None => Ok(()),
    }
}

fn check_demands(problem: &Problem, assignment: &Assignment) -> Result<(), Violation> {
    let served = totals(problem, assignment, problem.demands.len(), |pair| pair.demand);
    for (demand, asked) in problem.demands.iter().enumerate() {
        let unmet = assignment.unmet[demand];
        let price = assignment.prices.demands[demand];
        if served[demand] + u64::from(unmet) != u64::from(asked.quantity) {
            return Err(Violation::Unbalanced { demand });
        }
        if price > asked.penalty {
            return Err(Violation::PriceAbovePenalty { demand });
        }
        if unmet > 0 && price < asked.penalty {
            return Err(Violation::UnmetBelowPenalty { demand });
        }
    }
    Ok(())
}

fn check_supplies(problem: &Problem, assignment: &Assignment) -> Result<(), Violation> {
    let given = totals(problem, assignment, problem.supplies.len(), |pair| pair.supply);
    for (supply, offer) in problem.supplies.iter().enumerate() {
        let capacity = u64::from(offer.capacity);
        let price = assignment.prices.supplies[supply];
        if given[supply] > capacity {
            return Err(Violation::AboveCapacity { supply });
        }
        if price < 0 {
            return Err(Violation::NegativePrice { supply });
        }
        if price > 0 && given[supply] < capacity {
            return Err(Violation::PriceOnSpare { supply });
        }
    }
    Ok(())
}

/// Units through all pairs of each end. A demand has at most one pair with each supply, so a sum is far below
/// 2^64.
fn totals(problem: &Problem, assignment: &Assignment, ends: usize, end: impl Fn(&Pair) -> u32) -> Vec<u64> {
    let mut totals = vec![0; ends];
    for (pair, &units) in problem.pairs.iter().zip(&assignment.quantities) {
        totals[end(pair) as usize] += u64::from(units);
    }
    totals
}

fn check_pairs(problem: &Problem, assignment: &Assignment) -> Result<(), Violation> {
    for (index, pair) in problem.pairs.iter().enumerate() {
        let units = assignment.quantities[index];
        let gain = gain(pair, assignment);
        if gain > 0 && units < pair.at_most {
            return Err(Violation::TooLittle { pair: index });
        }
        if gain < 0 && units > 0 {
            return Err(Violation::TooMuch { pair: index });
        }
    }
    Ok(())
}

/// What one unit through a pair gains at the given prices: the demand's price less the cost and the supply's
/// price.
fn gain(pair: &Pair, assignment: &Assignment) -> i128 {
    let prices = &assignment.prices;
    i128::from(prices.demands[pair.demand as usize])
        - i128::from(prices.supplies[pair.supply as usize])
        - i128::from(pair.cost)
}

fn check_objectives(problem: &Problem, assignment: &Assignment) -> Result<Certificate, Violation> {
    let primal = assignment.objective;
    let actual = primal_objective(problem, assignment);
    if i128::from(primal) != actual {
        return Err(Violation::Objective { claimed: primal, actual });
    }
    let bound = dual_objective(problem, assignment);
    match i64::try_from(bound) {
        Ok(dual) if dual == primal => Ok(Certificate { primal, dual }),
        _ => Err(Violation::Gap { primal, dual: bound }),
    }
}

fn primal_objective(problem: &Problem, assignment: &Assignment) -> i128 {
    let served = problem.pairs.iter().map(|pair| pair.cost).zip(&assignment.quantities);
    let missed = problem.demands.iter().map(|demand| demand.penalty).zip(&assignment.unmet);
    served.chain(missed).map(|(cost, &units)| i128::from(cost) * i128::from(units)).sum()
}

/// What the demands would pay for all that they ask, less the worth of all capacity and of all limits on
/// pairs.
///
/// It cannot overflow, since the prices were checked before: a gain is at most `MAX_COST`, and a term below
/// 2^96.
fn dual_objective(problem: &Problem, assignment: &Assignment) -> i128 {
    let prices = &assignment.prices;
    let asked = problem.demands.iter().map(|demand| demand.quantity).zip(&prices.demands);
    let offered = problem.supplies.iter().map(|supply| supply.capacity).zip(&prices.supplies);
    let worth = |(units, &price): (u32, &i64)| i128::from(units) * i128::from(price);
    let limits = problem.pairs.iter().map(|pair| i128::from(pair.at_most) * gain(pair, assignment).max(0));
    asked.map(worth).sum::<i128>() - offered.map(worth).sum::<i128>() - limits.sum::<i128>()
}

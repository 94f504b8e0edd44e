mod by_hand;
mod properties;

use super::{Demand, Pair, Problem, Supply};

/// A problem from quantities and penalties, capacities, and pairs with their cost and limit.
fn problem(demands: &[(u32, i64)], supplies: &[u32], pairs: &[(u32, u32, i64, u32)]) -> Problem {
    let demands =
        demands.iter().zip(101..).map(|(&(quantity, penalty), key)| Demand { key, quantity, penalty });
    let supplies = supplies.iter().zip(201..).map(|(&capacity, key)| Supply { key, capacity });
    let pairs = pairs.iter().map(|&(demand, supply, cost, at_most)| Pair { demand, supply, cost, at_most });
    Problem { demands: demands.collect(), supplies: supplies.collect(), pairs: pairs.collect() }
}

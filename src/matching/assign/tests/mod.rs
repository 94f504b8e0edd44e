mod by_hand;
mod extremes;
mod oracle;
mod problems;
mod properties;
mod refused;

use super::*;

/// A problem without pools and groups. Demands are (quantity, penalty), supplies capacities, and pairs
/// (demand, supply, cost, at most), in the order of the demands.
fn plain(demands: &[(u32, i32)], supplies: &[u32], pairs: &[(u32, u32, i32, u32)]) -> Problem {
    let end = |demand| pairs.iter().filter(|pair| pair.0 <= demand).count();
    Problem {
        demands: demands
            .iter()
            .map(|&(quantity, penalty)| Demand { quantity, penalty, group: NONE })
            .collect(),
        supplies: supplies.iter().map(|&capacity| Supply { capacity, pool: NONE }).collect(),
        pairs: pairs.iter().map(|&(_, supply, cost, at_most)| Pair { supply, cost, at_most }).collect(),
        ends: (0..).take(demands.len()).map(|demand| u32::try_from(end(demand)).unwrap()).collect(),
        ..Problem::default()
    }
}

/// The answer to a problem, which must be certified.
fn solved(problem: &Problem) -> Assignment {
    let answer = assign(problem, None, &mut ()).unwrap();
    let proof = certify(problem, &answer).unwrap();
    assert_eq!(proof, Certificate { primal: answer.objective, dual: answer.objective });
    answer
}

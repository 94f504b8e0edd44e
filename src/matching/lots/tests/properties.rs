use crate::matching::assign::{NONE, Problem, assign};
use proptest::prelude::*;

use super::super::{Lots, Terms, whole_lots};
use crate::matching::live::tests::any_problem;

fn any_terms() -> impl Strategy<Value = Terms> {
    let limit = prop_oneof![0..4_u32, Just(u32::MAX)];
    (0..5_u32, limit).prop_map(|(smallest_lot, most_services)| Terms { smallest_lot, most_services })
}

fn with_terms(problems: impl Strategy<Value = Problem>) -> impl Strategy<Value = (Problem, Vec<Terms>)> {
    problems.prop_flat_map(|problem| {
        let terms = prop::collection::vec(any_terms(), problem.demands.len());
        (Just(problem), terms)
    })
}

/// What an answer costs if it keeps to all limits and terms.
fn cost(problem: &Problem, terms: &[Terms], quantities: &[u32], unmet: &[u32]) -> Option<i64> {
    let mut spare: Vec<i64> = problem.supplies.iter().map(|supply| supply.capacity.into()).collect();
    let mut pools: Vec<i64> = problem.pools.iter().map(|pool| pool.capacity.into()).collect();
    let mut groups = vec![0_u32; problem.groups.len()];
    let (mut total, mut start) = (0, 0);
    for (demand, asked) in problem.demands.iter().enumerate() {
        let (mut left, mut services, mut small) = (asked.quantity, 0, 0);
        let row = start..problem.ends[demand] as usize;
        for (pair, &units) in problem.pairs[row.clone()].iter().zip(&quantities[row]) {
            if units == 0 {
                continue;
            }
            services += 1;
            let least = terms[demand].smallest_lot.min(asked.quantity).min(pair.at_most);
            if units > pair.at_most || services > terms[demand].most_services {
                return None;
            }
            small += u32::from(units < least);
            left = left.checked_sub(units)?;
            spare[pair.supply as usize] -= i64::from(units);
            let pool = problem.supplies[pair.supply as usize].pool;
            if pool != NONE {
                pools[pool as usize] -= i64::from(units);
            }
            total += i64::from(pair.cost) * i64::from(units);
        }
        start = problem.ends[demand] as usize;
        if left != unmet[demand] || small > u32::from(left == 0) {
            return None;
        }
        total += i64::from(asked.penalty) * i64::from(left);
        if asked.group != NONE {
            groups[asked.group as usize] += left;
        }
    }
    for (group, mut left) in problem.groups.iter().zip(groups) {
        let mut last = 0;
        for step in &group.steps {
            last = step.cost;
            let units = left.min(step.units);
            total += i64::from(last) * i64::from(units);
            left -= units;
        }
        total += i64::from(last) * i64::from(left);
    }
    spare.iter().chain(&pools).all(|&left| left >= 0).then_some(total)
}

/// The best of all answers, by trying them.
fn best(problem: &Problem, terms: &[Terms]) -> Option<i64> {
    fn go_on(problem: &Problem, terms: &[Terms], units: &mut Vec<u32>, unmet: &mut [u32]) -> Option<i64> {
        let number = units.len();
        let Some(pair) = problem.pairs.get(number) else { return cost(problem, terms, units, unmet) };
        let demand = problem.ends.partition_point(|&end| end as usize <= number);
        let mut found: Option<i64> = None;
        for taken in 0..=pair.at_most.min(unmet[demand]) {
            unmet[demand] -= taken;
            units.push(taken);
            let cost = go_on(problem, terms, units, unmet);
            found = found.into_iter().chain(cost).min();
            units.pop();
            unmet[demand] += taken;
        }
        found
    }
    let mut unmet: Vec<u32> = problem.demands.iter().map(|demand| demand.quantity).collect();
    go_on(problem, terms, &mut Vec::new(), &mut unmet)
}

fn solved(problem: &Problem, terms: &[Terms]) -> Lots {
    let flow = assign(problem, None, &mut ()).unwrap();
    whole_lots(problem, terms, &flow, &mut ()).unwrap()
}

proptest! {
    #[test]
    fn the_optimum_lies_between_bound_and_objective((problem, terms) in with_terms(any_problem(3, 4, 9))) {
        let lots = solved(&problem, &terms);
        let optimum = best(&problem, &terms).unwrap();
        prop_assert!(lots.bound <= optimum, "bound {} optimum {}", lots.bound, optimum);
        prop_assert!(optimum <= lots.objective);
    }

    #[test]
    fn all_limits_and_terms_are_kept((problem, terms) in with_terms(any_problem(12, 9, 40))) {
        let lots = solved(&problem, &terms);
        prop_assert_eq!(cost(&problem, &terms, &lots.quantities, &lots.unmet), Some(lots.objective));
        prop_assert!(lots.bound <= lots.objective);
        prop_assert_eq!(&solved(&problem, &terms), &lots);
    }
}

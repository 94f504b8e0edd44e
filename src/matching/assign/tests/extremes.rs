//! The largest numbers, and shapes that are seldom met.

use super::{oracle::least, *};

const MANY: u32 = u32::MAX;

#[test]
fn the_largest_quantities_and_costs() {
    let problem = plain(
        &[(MANY, MAX_COST), (MANY, MAX_COST)],
        &[MANY, 5],
        &[(0, 0, 0, MANY), (0, 1, MAX_COST, MANY), (1, 0, MAX_COST - 1, MANY), (1, 1, 1, MANY)],
    );
    assert_eq!(solved(&problem).objective, least(&problem));
}

#[test]
fn pools_and_groups_of_more_units_than_a_number_holds() {
    let mut problem = plain(
        &[(MANY, 3), (MANY, 5), (MANY, 0)],
        &[MANY, MANY],
        &[(0, 0, 1, MANY), (1, 0, 1, MANY - 1), (1, 1, 2, 7), (2, 1, 0, MANY)],
    );
    for demand in &mut problem.demands {
        demand.group = 0;
    }
    for supply in &mut problem.supplies {
        supply.pool = 0;
    }
    problem.pools = vec![Pool { capacity: MANY }];
    problem.groups = vec![Group { steps: vec![Step { units: MANY, cost: 1 }, Step { units: 1, cost: 9 }] }];
    assert_eq!(solved(&problem).objective, least(&problem));
    problem.pools[0].capacity = 0;
    assert_eq!(solved(&problem).objective, least(&problem));
}

#[test]
fn all_costs_equal() {
    let pairs: Vec<_> =
        (0..30).flat_map(|demand| (0..30).map(move |supply| (demand, supply, 7, 2))).collect();
    let problem = plain(&[(5, 9); 30], &[4; 30], &pairs);
    assert_eq!(solved(&problem).objective, 120 * 7 + 30 * 9);
    let free: Vec<_> =
        pairs.iter().map(|&(demand, supply, _, at_most)| (demand, supply, 0, at_most)).collect();
    assert_eq!(solved(&plain(&[(5, 0); 30], &[4; 30], &free)).objective, 0);
}

#[test]
fn one_demand_with_many_supplies() {
    let pairs: Vec<_> = (0..5000).map(|supply: u32| (0, supply, supply.cast_signed() % 97, 3)).collect();
    let problem = plain(&[(20_000, 96)], &vec![4; 5000], &pairs);
    let answer = solved(&problem);
    assert_eq!(answer.unmet, [20_000 - 3 * 5000]);
}

#[test]
fn one_supply_with_many_demands() {
    let demands: Vec<_> = (0..5000).map(|demand| (2, 50 + demand % 50)).collect();
    let pairs: Vec<_> = (0..5000).map(|demand| (demand, 0, 0, 2)).collect();
    let answer = solved(&plain(&demands, &[1000], &pairs));
    assert_eq!(answer.prices.supplies, [94]);
}

/// Each demand may take from its own supply and the next one; the only units to spare are at the far end.
#[test]
fn a_long_chain() {
    let pairs: Vec<_> = (0..2000).flat_map(|at| [(at, at, 1, 1), (at, at + 1, 2, 1)]).collect();
    let mut supplies = vec![1; 2001];
    supplies[0] = 0;
    let answer = solved(&plain(&[(1, 100_000); 2000], &supplies, &pairs));
    assert_eq!(answer.objective, 2000 * 2);
}

#[test]
fn a_price_war_that_only_a_fortune_ends() {
    // Three demands that cannot do without, two units, and many cheap demands that make the raise small.
    let mut demands = vec![(1, MAX_COST); 3];
    demands.resize(300, (1, 1));
    let pairs: Vec<_> = (0..300).flat_map(|demand| [(demand, 0, 0, 1), (demand, 1, 0, 1)]).collect();
    let answer = solved(&plain(&demands, &[1, 1], &pairs));
    assert_eq!(answer.objective, i64::from(MAX_COST) + 297);
    assert_eq!(answer.prices.supplies, [i64::from(MAX_COST); 2]);
}

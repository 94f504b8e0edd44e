//! Problems drawn at random, and small changes to them.

use std::ops::RangeInclusive;

use proptest::{collection::vec, prelude::*, sample::Index};

use super::*;

/// How big a problem is drawn.
#[derive(Clone)]
pub(super) struct Size {
    pub(super) nodes: RangeInclusive<usize>,
    pub(super) units: u32,
    pub(super) costs: i32,
    /// The most pools and groups.
    pub(super) shared: usize,
}

/// Small, with many ties and zeroes.
pub(super) const TIGHT: Size = Size { nodes: 0..=5, units: 3, costs: 4, shared: 2 };
/// A bit larger, with few ties.
pub(super) const WIDE: Size = Size { nodes: 1..=9, units: 9, costs: 50, shared: 3 };
/// Without pools and groups.
pub(super) const PLAIN: Size = Size { nodes: 0..=8, units: 9, costs: 12, shared: 0 };

/// A problem with pools and groups, zeroes of all kinds, and pairs in any order.
pub(super) fn any_problem(size: &Size) -> impl Strategy<Value = Problem> + use<> {
    let Size { nodes, units, costs, shared } = size.clone();
    let demands = vec((0..=units, 0..costs * 2, any::<Index>()), nodes.clone());
    let supplies = vec((0..=units * 2, any::<Index>()), nodes);
    let pools = vec(0..=units * 4, 0..=shared);
    let groups = vec(vec((0..=units, 0..costs), 0..=3), 0..=shared);
    (demands, supplies, pools, groups).prop_flat_map(move |(demands, supplies, pools, groups)| {
        let cells = demands.len() * supplies.len();
        let pair = prop::option::weighted(0.7, (0..costs, 0..=units));
        (vec(pair, cells), any::<bool>()).prop_map(move |(table, backwards)| {
            let mut problem = Problem {
                demands: demands
                    .iter()
                    .map(|&(quantity, penalty, group)| Demand {
                        quantity,
                        penalty,
                        group: one(group, groups.len()),
                    })
                    .collect(),
                supplies: supplies
                    .iter()
                    .map(|&(capacity, pool)| Supply { capacity, pool: one(pool, pools.len()) })
                    .collect(),
                pools: pools.iter().map(|&capacity| Pool { capacity }).collect(),
                groups: groups.iter().map(|steps| rising(steps)).collect(),
                ..Problem::default()
            };
            set_pairs(&mut problem, &table, backwards);
            problem
        })
    })
}

/// Any of so many, or none of them.
fn one(index: Index, count: usize) -> u32 {
    let place = index.index(count + 1);
    if place == count { NONE } else { u32::try_from(place).unwrap() }
}

fn rising(steps: &[(u32, i32)]) -> Group {
    let mut cost = 0;
    let step = |&(units, rise)| {
        cost += rise;
        Step { units, cost }
    };
    Group { steps: steps.iter().map(step).collect() }
}

/// The pairs of a table with a row for each demand.
fn set_pairs(problem: &mut Problem, table: &[Option<(i32, u32)>], backwards: bool) {
    let width = problem.supplies.len();
    for demand in 0..problem.demands.len() {
        let row = &table[demand * width..(demand + 1) * width];
        let pair = |(supply, cell): (u32, &Option<(i32, u32)>)| {
            cell.map(|(cost, at_most)| Pair { supply, cost, at_most })
        };
        let mut pairs: Vec<Pair> = (0..).zip(row).filter_map(pair).collect();
        if backwards {
            pairs.reverse();
        }
        problem.pairs.append(&mut pairs);
        problem.ends.push(u32::try_from(problem.pairs.len()).unwrap());
    }
}

/// The problem with its supplies and demands in another order, in which each index says where one is moved to.
pub(super) fn shuffled(problem: &Problem, moves: &[Index]) -> Problem {
    let demands = order(problem.demands.len(), moves);
    let supplies = order(problem.supplies.len(), moves);
    let mut place = vec![0; supplies.len()];
    for (new, &old) in (0..).zip(&supplies) {
        place[old] = new;
    }
    let mut other = Problem {
        demands: demands.iter().map(|&old| problem.demands[old]).collect(),
        supplies: supplies.iter().map(|&old| problem.supplies[old]).collect(),
        pools: problem.pools.clone(),
        groups: problem.groups.clone(),
        ..Problem::default()
    };
    for &old in &demands {
        let pairs = &problem.pairs[problem.row(old)];
        other.pairs.extend(pairs.iter().map(|&pair| Pair { supply: place[pair.supply as usize], ..pair }));
        other.ends.push(u32::try_from(other.pairs.len()).unwrap());
    }
    other
}

fn order(len: usize, moves: &[Index]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..len).collect();
    for (place, to) in (0..len).zip(moves) {
        order.swap(place, to.index(len));
    }
    order
}

/// An answer of the right shape with anything in it.
pub(super) fn any_start(problem: &Problem, numbers: &[u32]) -> Assignment {
    let mut numbers = numbers.iter().copied().cycle();
    let mut draw = |count: usize| -> Vec<u32> { numbers.by_ref().take(count).collect() };
    let quantities = draw(problem.pairs.len());
    let unmet = draw(problem.demands.len());
    let mut prices = |count| draw(count).into_iter().map(|price| i64::from(price) - 5).collect();
    let prices = Prices {
        supplies: prices(problem.supplies.len()),
        pools: prices(problem.pools.len()),
        groups: prices(problem.groups.len()),
        demands: prices(problem.demands.len()),
    };
    Assignment { quantities, unmet, objective: 7, prices }
}

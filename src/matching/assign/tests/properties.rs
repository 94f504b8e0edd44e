use std::{collections::BTreeMap, ops::RangeInclusive};

use proptest::{prelude::*, sample::Index};

use super::{
    super::{
        network::{digest, tie},
        *,
    },
    problem,
};

/// A problem with so many demands and supplies, costs below `costs`, and all kinds of zeroes.
fn any_problem(sizes: RangeInclusive<usize>, quantities: u32, costs: i64) -> impl Strategy<Value = Problem> {
    let demand = (0..=quantities, 0..costs * 2);
    let supply = 0..=quantities * 2;
    let nodes = (prop::collection::vec(demand, sizes.clone()), prop::collection::vec(supply, sizes));
    nodes.prop_flat_map(move |(demands, supplies)| {
        let cells = demands.len() * supplies.len();
        let pair = prop::option::weighted(0.7, (0..costs, 0..=quantities));
        let table = prop::collection::vec(pair, cells);
        (table, any::<u128>()).prop_map(move |(table, seed)| {
            let pairs = listed(&table, supplies.len());
            keyed(problem(&demands, &supplies, &pairs), seed)
        })
    })
}

/// The pairs of a table that has a row for each demand.
fn listed(table: &[Option<(i64, u32)>], supplies: usize) -> Vec<(u32, u32, i64, u32)> {
    let rows = table.chunks(supplies.max(1)).zip(0..);
    let cells = rows.flat_map(|(row, demand)| row.iter().zip(0..).map(move |cell| (demand, cell)));
    cells
        .filter_map(|(demand, (pair, supply))| pair.map(|(cost, at_most)| (demand, supply, cost, at_most)))
        .collect()
}

/// The problem with other keys, in another order.
fn keyed(mut problem: Problem, seed: u128) -> Problem {
    for demand in &mut problem.demands {
        demand.key ^= seed;
    }
    for supply in &mut problem.supplies {
        supply.key ^= seed;
    }
    problem
}

/// The problem in another order, in which each index says where an item is moved to.
fn shuffled(problem: &Problem, moves: &[Index]) -> Problem {
    let demands = order(problem.demands.len(), moves);
    let supplies = order(problem.supplies.len(), moves);
    let pairs = order(problem.pairs.len(), moves);
    Problem {
        demands: demands.iter().map(|&old| problem.demands[old]).collect(),
        supplies: supplies.iter().map(|&old| problem.supplies[old]).collect(),
        pairs: pairs
            .iter()
            .map(|&old| {
                let pair = problem.pairs[old];
                Pair { demand: moved(&demands, pair.demand), supply: moved(&supplies, pair.supply), ..pair }
            })
            .collect(),
    }
}

fn order(len: usize, moves: &[Index]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..len).collect();
    for (place, to) in (0..len).zip(moves) {
        order.swap(place, to.index(len));
    }
    order
}

fn moved(order: &[usize], old: u32) -> u32 {
    order.iter().zip(0..).find(|&(&item, _)| item == old as usize).map_or(u32::MAX, |(_, place)| place)
}

/// All that an answer says, by keys instead of places.
#[derive(Debug, PartialEq)]
struct Told {
    served: BTreeMap<(u128, u128), u32>,
    demands: BTreeMap<u128, (u32, i64)>,
    supplies: BTreeMap<u128, i64>,
    objective: i64,
}

fn told(problem: &Problem, answer: &Assignment) -> Told {
    let Assignment { quantities, unmet, objective, prices } = answer;
    let keys =
        |pair: &Pair| (problem.demands[pair.demand as usize].key, problem.supplies[pair.supply as usize].key);
    let about_demands = unmet.iter().copied().zip(prices.demands.iter().copied());
    Told {
        served: problem.pairs.iter().map(keys).zip(quantities.iter().copied()).collect(),
        demands: problem.demands.iter().map(|demand| demand.key).zip(about_demands).collect(),
        supplies: problem
            .supplies
            .iter()
            .map(|supply| supply.key)
            .zip(prices.supplies.iter().copied())
            .collect(),
        objective: *objective,
    }
}

/// Tries every flow, pair by pair, for the least objective and then the least sum of ties.
struct Trial<'a> {
    problem: &'a Problem,
    wanting: Vec<u32>,
    spare: Vec<u32>,
    units: Vec<u32>,
    best: Option<(i64, u64, Vec<u32>)>,
}

impl Trial<'_> {
    fn best(problem: &Problem) -> Option<(i64, u64, Vec<u32>)> {
        let mut trial = Trial {
            problem,
            wanting: problem.demands.iter().map(|demand| demand.quantity).collect(),
            spare: problem.supplies.iter().map(|supply| supply.capacity).collect(),
            units: Vec::new(),
            best: None,
        };
        trial.go_on();
        trial.best
    }

    fn go_on(&mut self) {
        let Some(pair) = self.problem.pairs.get(self.units.len()) else {
            let found = self.measure();
            if self.best.as_ref().is_none_or(|best| found < *best) {
                self.best = Some(found);
            }
            return;
        };
        let (demand, supply) = (pair.demand as usize, pair.supply as usize);
        let most = pair.at_most.min(self.wanting[demand]).min(self.spare[supply]);
        for units in 0..=most {
            self.wanting[demand] -= units;
            self.spare[supply] -= units;
            self.units.push(units);
            self.go_on();
            self.units.pop();
            self.wanting[demand] += units;
            self.spare[supply] += units;
        }
    }

    fn measure(&self) -> (i64, u64, Vec<u32>) {
        let Problem { demands, supplies, pairs } = self.problem;
        let ties = pairs.iter().zip(&self.units).map(|(pair, &units)| {
            let (demand, supply) = (demands[pair.demand as usize].key, supplies[pair.supply as usize].key);
            tie(digest(demand), digest(supply)) * u64::from(units)
        });
        (objective(self.problem, &self.units, &self.wanting), ties.sum(), self.units.clone())
    }
}

proptest! {
    #[test]
    fn finds_the_best_of_all_flows(problem in any_problem(0..=3, 2, 5)) {
        let answer = assign(&problem)?;
        let found = Some((answer.objective, answer.quantities));
        prop_assert_eq!(found, Trial::best(&problem).map(|(objective, _, units)| (objective, units)));
    }

    #[test]
    fn is_certified(problem in any_problem(0..=12, 9, 50)) {
        let answer = assign(&problem)?;
        let certificate = certify(&problem, &answer)?;
        prop_assert_eq!(certificate, Certificate { primal: answer.objective, dual: answer.objective });
    }

    #[test]
    fn does_not_depend_on_order(
        problem in any_problem(0..=8, 9, 4),
        moves in prop::collection::vec(any::<Index>(), 64),
    ) {
        let other = shuffled(&problem, &moves);
        prop_assert_eq!(told(&other, &assign(&other)?), told(&problem, &assign(&problem)?));
    }

    #[test]
    fn a_price_is_what_one_more_unit_of_a_supply_saves(
        problem in any_problem(1..=6, 5, 20),
        any in any::<Index>(),
    ) {
        let supply = any.index(problem.supplies.len());
        let mut richer = problem.clone();
        richer.supplies[supply].capacity += 1;
        let (before, after) = (assign(&problem)?, assign(&richer)?);
        prop_assert!(after.objective <= before.objective);
        prop_assert_eq!(before.objective - after.objective, before.prices.supplies[supply]);
    }

    #[test]
    fn a_price_is_what_one_unit_less_of_a_demand_saves(
        problem in any_problem(1..=6, 5, 20),
        any in any::<Index>(),
    ) {
        let demand = any.index(problem.demands.len());
        let mut humbler = problem.clone();
        humbler.demands[demand].quantity = humbler.demands[demand].quantity.saturating_sub(1);
        let (before, after) = (assign(&problem)?, assign(&humbler)?);
        prop_assert_eq!(before.objective - after.objective, before.prices.demands[demand]);
    }

    #[test]
    fn one_unit_moved_is_not_certified(problem in any_problem(1..=6, 5, 20), any in any::<Index>()) {
        prop_assume!(!problem.pairs.is_empty());
        let mut answer = assign(&problem)?;
        answer.quantities[any.index(problem.pairs.len())] ^= 1;
        prop_assert!(certify(&problem, &answer).is_err());
    }
}

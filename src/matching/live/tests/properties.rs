use crate::matching::assign::{Demand, Group, NONE, Pair, Pool, Problem, Step, Supply, assign, certify};
use proptest::{prelude::*, sample::Index};

use super::super::{ChangeError, Live};

fn link(owners: usize) -> impl Strategy<Value = u32> {
    prop::option::weighted(0.7, any::<Index>()).prop_map(move |to| {
        to.filter(|_| owners > 0).map_or(NONE, |to| u32::try_from(to.index(owners)).unwrap())
    })
}

fn any_group() -> impl Strategy<Value = Group> {
    prop::collection::vec((0..4_u32, 0..6_i32), 0..4).prop_map(|mut steps| {
        steps.sort_by_key(|step| step.1);
        Group { steps: steps.into_iter().map(|(units, cost)| Step { units, cost }).collect() }
    })
}

/// A small problem with pools and groups, costs below `costs`, and all kinds of zeroes and ties.
pub(crate) fn any_problem(sizes: usize, units: u32, costs: i32) -> impl Strategy<Value = Problem> {
    let uppers = (prop::collection::vec(0..=units * 2, 0..3), prop::collection::vec(any_group(), 0..3));
    (uppers, 0..=sizes, 0..=sizes).prop_flat_map(move |((pools, groups), demands, supplies)| {
        let demand = (0..=units, 0..costs * 2, link(groups.len()))
            .prop_map(|(quantity, penalty, group)| Demand { quantity, penalty, group });
        let supply =
            (0..=units * 2, link(pools.len())).prop_map(|(capacity, pool)| Supply { capacity, pool });
        let cell = prop::option::weighted(0.7, (0..costs, 0..=units));
        let table = prop::collection::vec(cell, demands * supplies);
        let rows = (prop::collection::vec(demand, demands), prop::collection::vec(supply, supplies), table);
        let pools: Vec<Pool> = pools.into_iter().map(|capacity| Pool { capacity }).collect();
        rows.prop_map(move |(demands, supplies, table)| {
            let (pools, groups) = (pools.clone(), groups.clone());
            let (pairs, ends) = listed(&table, demands.len(), supplies.len());
            Problem { demands, supplies, pairs, ends, pools, groups }
        })
    })
}

fn listed(table: &[Option<(i32, u32)>], demands: usize, supplies: usize) -> (Vec<Pair>, Vec<u32>) {
    let (mut pairs, mut ends) = (Vec::new(), Vec::new());
    for demand in 0..demands {
        let row = &table[demand * supplies..(demand + 1) * supplies];
        for (supply, cell) in (0..).zip(row) {
            pairs.extend(cell.map(|(cost, at_most)| Pair { supply, cost, at_most }));
        }
        ends.push(u32::try_from(pairs.len()).unwrap());
    }
    (pairs, ends)
}

#[derive(Clone, Debug)]
pub(super) struct Change {
    kind: u8,
    place: Index,
    units: u32,
}

pub(super) fn any_change(units: u32) -> impl Strategy<Value = Change> {
    (0..7_u8, any::<Index>(), 0..=units).prop_map(|(kind, place, units)| Change { kind, place, units })
}

/// Makes a change if the problem has what is to change.
fn apply(live: &mut Live, change: &Change) {
    let problem = live.problem();
    let counts = [
        problem.demands.len(),
        problem.demands.len(),
        problem.demands.len(),
        problem.supplies.len(),
        problem.pools.len(),
        problem.pairs.len(),
        problem.pairs.len(),
    ];
    let count = counts[usize::from(change.kind)];
    if count == 0 {
        return;
    }
    let (place, units) = (change.place.index(count), change.units);
    let made = match change.kind {
        0 => live.withdraw(place),
        1 => live.set_quantity(place, units),
        2 => live.set_penalty(place, units.cast_signed() * 3),
        3 => live.set_capacity(place, units * 2),
        4 => live.set_pool(place, units * 2),
        5 => live.set_at_most(place, units),
        _ => live.settle(place, units),
    };
    assert!(matches!(made, Ok(()) | Err(ChangeError::TooMany { .. })), "{made:?}");
}

fn solved(problem: &Problem) -> Live {
    let answer = assign(problem, None, &mut ()).unwrap();
    Live::new(problem.clone(), &answer).unwrap()
}

/// The kind of change that cannot be set back.
const SETTLES: u8 = 6;

fn set_back(live: &mut Live, problem: &Problem) {
    for (demand, asked) in problem.demands.iter().enumerate() {
        live.set_penalty(demand, asked.penalty).unwrap();
        live.set_quantity(demand, asked.quantity).unwrap();
    }
    for (supply, offered) in problem.supplies.iter().enumerate() {
        live.set_capacity(supply, offered.capacity).unwrap();
    }
    for (pool, shared) in problem.pools.iter().enumerate() {
        live.set_pool(pool, shared.capacity).unwrap();
    }
    for (number, pair) in problem.pairs.iter().enumerate() {
        live.set_at_most(number, pair.at_most).unwrap();
    }
}

proptest! {
    #[test]
    fn stays_as_good_as_a_fresh_answer(
        problem in any_problem(6, 5, 8),
        changes in prop::collection::vec(any_change(6), 1..12),
    ) {
        let mut live = solved(&problem);
        for change in &changes {
            apply(&mut live, change);
            let fresh = assign(live.problem(), None, &mut ()).unwrap();
            prop_assert_eq!(live.objective(), fresh.objective, "after {:?}", change);
            let answer = live.answer();
            let certificate = certify(live.problem(), &answer)?;
            prop_assert_eq!(certificate.primal, live.objective());
        }
    }

    #[test]
    fn larger_problems_stay_certified(
        problem in any_problem(14, 40, 30),
        changes in prop::collection::vec(any_change(50), 1..20),
    ) {
        let mut live = solved(&problem);
        for change in &changes {
            apply(&mut live, change);
        }
        let certificate = certify(live.problem(), &live.answer())?;
        prop_assert_eq!(certificate.primal, live.objective());
        prop_assert_eq!(assign(live.problem(), None, &mut ())?.objective, live.objective());
    }

    #[test]
    fn what_is_set_back_costs_what_it_did(
        problem in any_problem(8, 9, 6),
        changes in prop::collection::vec(any_change(12), 1..6),
    ) {
        let mut live = solved(&problem);
        let objective = live.objective();
        let copy = live.clone();
        for change in changes.iter().filter(|change| change.kind < SETTLES) {
            apply(&mut live, change);
        }
        set_back(&mut live, &problem);
        prop_assert_eq!(live.problem(), &problem);
        prop_assert_eq!(live.objective(), objective);
        certify(&problem, &live.answer())?;
        prop_assert_eq!(copy.answer().objective, objective);
    }
}

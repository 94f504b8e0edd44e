use crate::matching::assign::{AssignError, Demand, NONE, Pair, Problem, ProblemError, Supply, assign};
use proptest::prelude::*;

use super::{Expected, Sample, plan, weights};
use crate::matching::live::tests::any_problem;

const NOTHING: Expected = Expected { demands: 0, of: 1 };
const AS_MANY: Expected = Expected { demands: 1, of: 1 };

fn asking(quantity: u32, penalty: i32) -> (Vec<Demand>, Vec<Pair>, Vec<u32>) {
    let pair = Pair { supply: 0, cost: 10, at_most: quantity };
    (vec![Demand { quantity, penalty, group: NONE }], vec![pair], vec![1])
}

/// Two units are asked for now, at a penalty of 50, and there are three.
fn open() -> Problem {
    let (demands, pairs, ends) = asking(2, 50);
    Problem { demands, supplies: vec![Supply { capacity: 3, pool: NONE }], pairs, ends, ..Problem::default() }
}

fn sample(quantity: u32, penalty: i32) -> Sample {
    let (demands, pairs, ends) = asking(quantity, penalty);
    Sample { demands, pairs, ends }
}

#[test]
fn what_is_needed_more_later_is_not_given_away_now() {
    let dearer = plan(&open(), &sample(5, 90), AS_MANY, &mut ()).unwrap();
    assert_eq!((dearer.quantities, dearer.unmet, dearer.prices.supplies), (vec![0], vec![2], vec![80]));
    let cheaper = plan(&open(), &sample(5, 30), AS_MANY, &mut ()).unwrap();
    assert_eq!((cheaper.quantities, cheaper.unmet), (vec![2], vec![0]));
}

#[test]
fn the_last_batch_keeps_nothing_back() {
    let last = plan(&open(), &sample(5, 90), NOTHING, &mut ()).unwrap();
    assert_eq!(last.quantities, [2]);
}

#[test]
fn a_fifth_of_the_sample_leaves_room() {
    let some = plan(&open(), &sample(4, 90), Expected { demands: 1, of: 5 }, &mut ()).unwrap();
    assert_eq!(some.quantities, [2]);
}

#[test]
fn weights_stay_small_and_keep_what_is_little() {
    assert_eq!(weights(Expected { demands: 19, of: 20 }), (19, 20));
    assert_eq!(weights(Expected { demands: 10_000, of: 20_000 }), (30, 60));
    assert_eq!(weights(Expected { demands: 1, of: u32::MAX }), (1, 60));
    assert_eq!(weights(Expected { demands: u32::MAX, of: 0 }), (60, 1));
    assert_eq!(weights(Expected { demands: 0, of: 500 }).0, 0);
}

#[test]
fn a_sample_that_is_not_well_formed_is_refused() {
    let broken = Sample { ends: vec![7], ..sample(5, 90) };
    let refused = plan(&open(), &broken, AS_MANY, &mut ());
    assert_eq!(refused, Err(AssignError::Problem(ProblemError::WrongEnds { demand: 1 })));
}

fn sample_of(past: Problem) -> Sample {
    let mut sample = Sample { demands: past.demands, pairs: past.pairs, ends: past.ends };
    for demand in &mut sample.demands {
        demand.group = NONE;
    }
    sample
}

proptest! {
    #[test]
    fn a_plan_keeps_to_what_is_open(
        (open, past) in any_problem(6, 5, 20)
            .prop_flat_map(|open| (Just(open), any_problem(6, 5, 20))),
        (demands, of) in (0..4_u32, 0..4_u32),
    ) {
        let (open, past) = if past.supplies.len() > open.supplies.len() { (past, open) } else { (open, past) };
        let plan = plan(&open, &sample_of(past), Expected { demands, of }, &mut ()).unwrap();
        let mut spare: Vec<i64> = open.supplies.iter().map(|supply| supply.capacity.into()).collect();
        let mut start = 0;
        for (demand, &end) in open.ends.iter().enumerate() {
            let row = start..end as usize;
            let served: u32 = plan.quantities[row.clone()].iter().sum();
            prop_assert_eq!(served + plan.unmet[demand], open.demands[demand].quantity);
            for number in row {
                prop_assert!(plan.quantities[number] <= open.pairs[number].at_most);
                spare[open.pairs[number].supply as usize] -= i64::from(plan.quantities[number]);
            }
            start = end as usize;
        }
        prop_assert!(spare.iter().all(|&left| left >= 0));
    }

    #[test]
    fn where_nothing_is_expected_it_is_the_best_answer(open in any_problem(6, 5, 20)) {
        let plan = plan(&open, &Sample::default(), AS_MANY, &mut ()).unwrap();
        prop_assert_eq!(plan.quantities, assign(&open, None, &mut ()).unwrap().quantities);
    }
}

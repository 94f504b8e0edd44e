use proptest::{collection::vec, prelude::*, sample::Index};

use super::{
    oracle::least,
    problems::{PLAIN, TIGHT, WIDE, any_problem, any_start, shuffled},
    *,
};

/// The answer to a problem, whose certificate is part of the property.
fn proven(problem: &Problem, start: Option<&Assignment>) -> Result<Assignment, TestCaseError> {
    let answer = assign(problem, start, &mut ())?;
    let certificate = certify(problem, &answer)?;
    prop_assert_eq!(certificate, Certificate { primal: answer.objective, dual: answer.objective });
    Ok(answer)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn is_as_cheap_as_a_second_solver_finds(problem in any_problem(&TIGHT)) {
        prop_assert_eq!(proven(&problem, None)?.objective, least(&problem));
    }

    #[test]
    fn is_as_cheap_as_a_second_solver_finds_from_any_start(
        problem in any_problem(&TIGHT),
        numbers in vec(0_u32..9, 1..40),
    ) {
        let start = any_start(&problem, &numbers);
        prop_assert_eq!(proven(&problem, Some(&start))?.objective, least(&problem));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn is_as_cheap_with_few_ties(problem in any_problem(&WIDE)) {
        prop_assert_eq!(proven(&problem, None)?.objective, least(&problem));
    }

    #[test]
    fn is_as_cheap_without_pools_and_groups(problem in any_problem(&PLAIN)) {
        prop_assert_eq!(proven(&problem, None)?.objective, least(&problem));
    }

    #[test]
    fn an_answer_is_a_start_for_a_changed_problem(
        problem in any_problem(&WIDE),
        other in any_problem(&WIDE),
        changes in vec(any::<Index>(), 3),
    ) {
        let answer = proven(&problem, None)?;
        let mut changed = problem.clone();
        for (at, pair) in changes.iter().zip(&other.pairs) {
            if !changed.pairs.is_empty() {
                let place = at.index(changed.pairs.len());
                (changed.pairs[place].cost, changed.pairs[place].at_most) = (pair.cost, pair.at_most);
            }
            let place = at.index(changed.supplies.len());
            changed.supplies[place].capacity = pair.at_most;
        }
        prop_assert_eq!(proven(&changed, Some(&answer))?.objective, least(&changed));
    }

    #[test]
    fn does_not_depend_on_order(problem in any_problem(&WIDE), moves in vec(any::<Index>(), 12)) {
        let other = shuffled(&problem, &moves);
        prop_assert_eq!(proven(&other, None)?.objective, proven(&problem, None)?.objective);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn more_capacity_never_costs_more(problem in any_problem(&WIDE), any in any::<Index>(), units in 1_u32..5) {
        let before = proven(&problem, None)?;
        let mut richer = problem.clone();
        let supply = any.index(problem.supplies.len());
        richer.supplies[supply].capacity += units;
        let after = proven(&richer, Some(&before))?;
        prop_assert!(after.objective <= before.objective);
        // A price is the slope of a convex objective: what more capacity saves is no more than it says.
        let saved = before.objective - after.objective;
        prop_assert!(saved <= before.prices.supplies[supply] * i64::from(units));
    }

    #[test]
    fn a_price_is_what_one_more_unit_saves(problem in any_problem(&TIGHT), any in any::<Index>()) {
        prop_assume!(!problem.supplies.is_empty());
        let mut richer = problem.clone();
        let supply = any.index(problem.supplies.len());
        richer.supplies[supply].capacity += 1;
        if let Some(pool) = richer.pools.get_mut(problem.supplies[supply].pool as usize) {
            pool.capacity += 1;
        }
        let (before, after) = (proven(&problem, None)?, proven(&richer, None)?);
        let pool = before.prices.pools.get(problem.supplies[supply].pool as usize).unwrap_or(&0);
        prop_assert_eq!(before.objective - after.objective, before.prices.supplies[supply] + pool);
    }

    #[test]
    fn a_price_is_what_one_unit_less_of_a_demand_saves(problem in any_problem(&TIGHT), any in any::<Index>()) {
        prop_assume!(!problem.demands.is_empty());
        let mut humbler = problem.clone();
        let demand = any.index(problem.demands.len());
        humbler.demands[demand].quantity = humbler.demands[demand].quantity.saturating_sub(1);
        let (before, after) = (proven(&problem, None)?, proven(&humbler, None)?);
        prop_assert_eq!(before.objective - after.objective, before.prices.demands[demand]);
    }

    #[test]
    fn a_supply_that_gives_nothing_is_not_missed(problem in any_problem(&WIDE), any in any::<Index>()) {
        let answer = proven(&problem, None)?;
        let gives = |supply: u32| {
            let mut pairs = problem.pairs.iter().zip(&answer.quantities);
            pairs.any(|(pair, &units)| pair.supply == supply && units > 0)
        };
        let idle: Vec<usize> =
            (0..).take(problem.supplies.len()).filter(|&supply| !gives(supply)).map(|supply| supply as usize).collect();
        prop_assume!(!idle.is_empty());
        let mut poorer = problem.clone();
        poorer.supplies[idle[any.index(idle.len())]].capacity = 0;
        prop_assert_eq!(proven(&poorer, None)?.objective, answer.objective);
    }

    #[test]
    fn the_same_problem_has_the_same_answer(problem in any_problem(&WIDE)) {
        prop_assert_eq!(proven(&problem, None)?, proven(&problem, None)?);
    }

    #[test]
    fn one_unit_moved_is_not_certified(problem in any_problem(&WIDE), any in any::<Index>()) {
        prop_assume!(!problem.pairs.is_empty());
        let mut answer = proven(&problem, None)?;
        answer.quantities[any.index(problem.pairs.len())] ^= 1;
        prop_assert!(certify(&problem, &answer).is_err());
    }
}

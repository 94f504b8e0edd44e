use proptest::{prelude::*, sample::Index};

use super::{
    problems::{TIGHT, WIDE, any_problem},
    *,
};

fn objective(problem: &Problem) -> Result<i64, TestCaseError> {
    Ok(assign(problem, None, &mut ())?.objective)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn lowest_prices_prove_the_answer_and_say_what_one_more_is_worth(
        problem in prop_oneof![any_problem(&TIGHT), any_problem(&WIDE)],
        any in any::<Index>(),
    ) {
        let answer = assign(&problem, None, &mut ())?;
        let lowest = Assignment { prices: lowest(&problem, &answer), ..answer.clone() };
        prop_assert!(certify(&problem, &lowest).is_ok(), "{:?}", certify(&problem, &lowest));
        if !problem.demands.is_empty() {
            let mut fewer = problem.clone();
            let place = any.index(problem.demands.len());
            if fewer.demands[place].quantity > 0 {
                fewer.demands[place].quantity -= 1;
                prop_assert_eq!(lowest.prices.demands[place], answer.objective - objective(&fewer)?);
            }
        }
        if !problem.pools.is_empty() {
            let mut more = problem.clone();
            let place = any.index(problem.pools.len());
            more.pools[place].capacity += 1;
            prop_assert_eq!(lowest.prices.pools[place], answer.objective - objective(&more)?);
        }
        if !problem.supplies.is_empty() {
            let mut more = problem.clone();
            let place = any.index(problem.supplies.len());
            let pool = problem.supplies[place].pool;
            more.supplies[place].capacity += 1;
            if pool != NONE {
                more.pools[pool as usize].capacity += 1;
            }
            let level = lowest.prices.supplies[place]
                + lowest.prices.pools.get(pool as usize).copied().unwrap_or_default();
            prop_assert_eq!(level, answer.objective - objective(&more)?);
        }
    }
}

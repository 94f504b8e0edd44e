use super::{
    super::{
        network::{digest, tie},
        problem::check_size,
        *,
    },
    problem,
};

/// Two demands compete for a cheap supply; a dear one takes what is displaced.
fn contest() -> Problem {
    problem(&[(3, 100), (2, 50)], &[3, 2], &[(0, 0, 10, 9), (0, 1, 30, 1), (1, 0, 5, 9)])
}

fn contest_answer() -> Assignment {
    Assignment {
        quantities: vec![2, 1, 1],
        unmet: vec![0, 1],
        objective: 2 * 10 + 30 + 5 + 50,
        prices: Prices { demands: vec![55, 50], supplies: vec![45, 0] },
    }
}

fn refusal(change: impl FnOnce(&mut Problem)) -> Option<ProblemError> {
    let mut problem = contest();
    change(&mut problem);
    assign(&problem).err()
}

fn violation(change: impl FnOnce(&mut Assignment)) -> Option<Violation> {
    let mut answer = contest_answer();
    change(&mut answer);
    certify(&contest(), &answer).err()
}

#[test]
fn serves_where_it_saves_most() {
    assert_eq!(assign(&contest()), Ok(contest_answer()));
    assert_eq!(certify(&contest(), &contest_answer()), Ok(Certificate { primal: 105, dual: 105 }));
}

#[test]
fn displaces_along_a_chain() {
    let chain = problem(
        &[(1, 90), (1, 80), (1, 70)],
        &[1, 1, 1],
        &[(0, 0, 1, 1), (0, 1, 2, 1), (1, 1, 1, 1), (1, 2, 9, 1), (2, 0, 3, 1)],
    );
    let answer = assign(&chain).map(|answer| (answer.quantities, answer.objective));
    assert_eq!(answer, Ok((vec![0, 1, 0, 1, 1], 14)));
}

#[test]
fn leaves_unmet_what_costs_more_than_its_penalty() {
    let answer = assign(&problem(&[(2, 10)], &[5], &[(0, 0, 11, 5)]));
    assert_eq!(answer.map(|answer| (answer.unmet, answer.objective)), Ok((vec![2], 20)));
}

#[test]
fn gives_a_supply_without_capacity_its_worth() {
    let answer = assign(&problem(&[(2, 10)], &[0], &[(0, 0, 4, 5)]));
    assert_eq!(answer.map(|answer| answer.prices), Ok(Prices { demands: vec![10], supplies: vec![6] }));
}

#[test]
fn answers_problems_in_which_nothing_can_be_done() {
    let nothing = [
        problem(&[], &[], &[]),
        problem(&[], &[3], &[]),
        problem(&[(2, 10)], &[], &[]),
        problem(&[(2, 10)], &[3], &[]),
        problem(&[(0, 10)], &[3], &[(0, 0, 1, 5)]),
        problem(&[(2, 10)], &[0], &[(0, 0, 1, 5)]),
        problem(&[(2, 10)], &[3], &[(0, 0, 1, 0)]),
        problem(&[(0, 0)], &[0], &[(0, 0, 0, 0)]),
    ];
    for problem in nothing {
        let unmet: Vec<u32> = problem.demands.iter().map(|demand| demand.quantity).collect();
        let quantities = vec![0; problem.pairs.len()];
        let answer = assign(&problem);
        assert_eq!(
            answer.as_ref().map(|answer| (&answer.quantities, &answer.unmet)),
            Ok((&quantities, &unmet))
        );
        assert!(answer.is_ok_and(|answer| certify(&problem, &answer).is_ok()), "{problem:?}");
    }
}

#[test]
fn bears_the_largest_numbers() {
    let large = problem(
        &[(u32::MAX, MAX_COST), (u32::MAX, MAX_COST)],
        &[u32::MAX, 1],
        &[(0, 0, MAX_COST, u32::MAX), (1, 0, 0, u32::MAX), (1, 1, MAX_COST - 1, u32::MAX)],
    );
    let answer = assign(&large);
    assert_eq!(answer.as_ref().map(|answer| answer.objective), Ok(i64::from(u32::MAX) * MAX_COST));
    assert!(answer.is_ok_and(|answer| certify(&large, &answer).is_ok()));
}

#[test]
fn refuses_what_is_not_well_formed() {
    use ProblemError::*;
    assert_eq!(refusal(|problem| problem.demands[1].penalty = -1), Some(PenaltyOutOfRange { demand: 1 }));
    assert_eq!(
        refusal(|problem| problem.demands[0].penalty = MAX_COST + 1),
        Some(PenaltyOutOfRange { demand: 0 })
    );
    assert_eq!(
        refusal(|problem| problem.demands[1].key = 101),
        Some(DuplicateDemandKey { first: 0, second: 1 })
    );
    assert_eq!(
        refusal(|problem| problem.supplies[1].key = 201),
        Some(DuplicateSupplyKey { first: 0, second: 1 })
    );
    assert_eq!(refusal(|problem| problem.pairs[2].demand = 2), Some(UnknownDemand { pair: 2 }));
    assert_eq!(refusal(|problem| problem.pairs[1].supply = u32::MAX), Some(UnknownSupply { pair: 1 }));
    assert_eq!(refusal(|problem| problem.pairs[1].cost = -1), Some(CostOutOfRange { pair: 1 }));
    assert_eq!(refusal(|problem| problem.pairs[0].cost = i64::MAX), Some(CostOutOfRange { pair: 0 }));
    assert_eq!(refusal(|problem| problem.pairs[1].supply = 0), Some(DuplicatePair { first: 0, second: 1 }));
    let all = Demand { key: 0, quantity: u32::MAX, penalty: MAX_COST };
    let overflow = refusal(|problem| problem.demands = (0..3).map(|key| Demand { key, ..all }).collect());
    assert_eq!(overflow, Some(TotalOverflow { demand: 2 }));
    assert_eq!(check_size(MAX_NODES), Ok(()));
    assert_eq!(check_size(MAX_NODES + 1), Err(TooMany { nodes: MAX_NODES + 1 }));
}

#[test]
fn certifies_no_answer_that_was_tampered_with() {
    use Violation::*;
    assert_eq!(violation(|answer| answer.quantities.push(0)), Some(Shape));
    assert_eq!(violation(|answer| answer.prices.supplies.clear()), Some(Shape));
    assert_eq!(violation(|answer| answer.quantities[1] = 2), Some(AboveAtMost { pair: 1 }));
    assert_eq!(violation(|answer| answer.quantities[0] = 3), Some(Unbalanced { demand: 0 }));
    assert_eq!(violation(|answer| answer.unmet[0] = 1), Some(Unbalanced { demand: 0 }));
    let overfull = violation(|answer| (answer.quantities[2], answer.unmet[1]) = (2, 0));
    assert_eq!(overfull, Some(AboveCapacity { supply: 0 }));
    assert_eq!(violation(|answer| answer.prices.supplies[1] = -1), Some(NegativePrice { supply: 1 }));
    assert_eq!(violation(|answer| answer.prices.supplies[1] = 1), Some(PriceOnSpare { supply: 1 }));
    assert_eq!(violation(|answer| answer.prices.demands[0] = 101), Some(PriceAbovePenalty { demand: 0 }));
    assert_eq!(violation(|answer| answer.prices.demands[1] = 49), Some(UnmetBelowPenalty { demand: 1 }));
    assert_eq!(violation(|answer| answer.prices.demands[0] = 56), Some(TooLittle { pair: 0 }));
    assert_eq!(violation(|answer| answer.prices.demands[0] = i64::MIN), Some(TooMuch { pair: 0 }));
    assert_eq!(violation(|answer| answer.prices.supplies[0] = 46), Some(TooMuch { pair: 0 }));
    assert_eq!(violation(|answer| answer.objective = 104), Some(Objective { claimed: 104, actual: 105 }));
    let dearer = violation(|answer| {
        (answer.quantities[0], answer.quantities[1], answer.quantities[2]) = (3, 0, 0);
        (answer.unmet[1], answer.objective) = (2, 130);
    });
    assert_eq!(dearer, Some(TooLittle { pair: 1 }));
}

#[test]
fn certifies_no_answer_to_a_problem_that_is_not_well_formed() {
    let mut problem = contest();
    problem.pairs[0].demand = 2;
    let refused = Violation::Problem(ProblemError::UnknownDemand { pair: 0 });
    assert_eq!(certify(&problem, &contest_answer()), Err(refused));
}

/// The ties decide what stored answers look like, so they must not change from one version to the next.
#[test]
fn ties_stay_what_they_are() {
    assert_eq!(tie(digest(1), digest(2)), 0x3e_a0fe_2405);
    assert_eq!(tie(digest(2), digest(1)), 0x0f_0dc3_e32b);
}

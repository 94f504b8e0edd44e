//! Ill-formed problems, and answers that are not proven.

use super::*;

fn small() -> Problem {
    let mut problem = plain(&[(3, 50), (2, 80)], &[2, 9], &[(0, 0, 5, 2), (0, 1, 45, 1), (1, 0, 10, 2)]);
    problem.demands[0].group = 0;
    problem.supplies[0].pool = 0;
    problem.pools = vec![Pool { capacity: 4 }];
    problem.groups = vec![Group { steps: vec![Step { units: 1, cost: 2 }, Step { units: 1, cost: 4 }] }];
    problem
}

fn refusal(change: impl FnOnce(&mut Problem)) -> Option<ProblemError> {
    let mut problem = small();
    change(&mut problem);
    match assign(&problem, None, &mut ()) {
        Err(AssignError::Problem(error)) => Some(error),
        _ => None,
    }
}

#[test]
fn problems_that_are_not_well_formed() {
    use ProblemError::*;
    assert_eq!(refusal(|_| ()), None);
    assert_eq!(refusal(|problem| problem.ends[0] = 4), Some(WrongEnds { demand: 0 }));
    assert_eq!(refusal(|problem| problem.ends[1] = 1), Some(WrongEnds { demand: 1 }));
    assert_eq!(refusal(|problem| problem.ends[1] = 2), Some(WrongEnds { demand: 2 }));
    assert_eq!(refusal(|problem| problem.ends.push(3)), Some(WrongEnds { demand: 2 }));
    assert_eq!(refusal(|problem| problem.ends.truncate(1)), Some(WrongEnds { demand: 1 }));
    assert_eq!(refusal(|problem| problem.demands[1].penalty = -1), Some(PenaltyOutOfRange { demand: 1 }));
    assert_eq!(
        refusal(|problem| problem.demands[0].penalty = MAX_COST + 1),
        Some(PenaltyOutOfRange { demand: 0 })
    );
    assert_eq!(refusal(|problem| problem.demands[1].group = 1), Some(UnknownGroup { demand: 1 }));
    assert_eq!(refusal(|problem| problem.supplies[1].pool = 1), Some(UnknownPool { supply: 1 }));
    assert_eq!(refusal(|problem| problem.pairs[2].supply = 2), Some(UnknownSupply { pair: 2 }));
    assert_eq!(refusal(|problem| problem.pairs[1].cost = -1), Some(CostOutOfRange { pair: 1 }));
    assert_eq!(refusal(|problem| problem.pairs[0].cost = i32::MAX), Some(CostOutOfRange { pair: 0 }));
    assert_eq!(refusal(|problem| problem.pairs[1].supply = 0), Some(DuplicatePair { pair: 1 }));
    assert_eq!(
        refusal(|problem| problem.groups[0].steps[1].cost = 1),
        Some(StepOutOfRange { group: 0, step: 1 })
    );
    assert_eq!(
        refusal(|problem| problem.groups[0].steps[0].cost = -1),
        Some(StepOutOfRange { group: 0, step: 0 })
    );
    let huge = Demand { quantity: u32::MAX, penalty: MAX_COST, group: NONE };
    let overflow = refusal(|problem| {
        problem.demands = vec![huge; 9];
        problem.ends = vec![3; 9];
    });
    assert_eq!(overflow, Some(TotalOverflow { demand: 8 }));
}

fn violation(change: impl FnOnce(&mut Assignment)) -> Option<Violation> {
    let mut answer = solved(&small());
    change(&mut answer);
    certify(&small(), &answer).err()
}

#[test]
fn answers_that_were_tampered_with() {
    use Violation::*;
    let honest = solved(&small());
    assert_eq!((&honest.quantities[..], &honest.unmet[..]), (&[0, 1, 2][..], &[2, 0][..]));
    assert_eq!(violation(|_| ()), None);
    assert_eq!(violation(|answer| answer.unmet.push(0)), Some(Shape));
    assert_eq!(violation(|answer| answer.prices.pools.clear()), Some(Shape));
    assert_eq!(violation(|answer| answer.quantities[1] = 2), Some(AboveAtMost { pair: 1 }));
    assert_eq!(violation(|answer| answer.unmet[1] = 1), Some(Unbalanced { demand: 1 }));
    assert_eq!(violation(|answer| answer.prices.supplies[1] = -1), Some(NegativePrice { supply: 1 }));
    let shifted = violation(|answer| {
        answer.prices.pools[0] += 1;
        answer.prices.supplies[0] -= 1;
    });
    assert_eq!(shifted, Some(PriceOnSparePool { pool: 0 }));
    assert_eq!(violation(|answer| answer.prices.supplies[0] += 1), Some(TooMuch { pair: 2 }));
    assert_eq!(violation(|answer| answer.prices.supplies[0] = 0), Some(TooLittle { pair: 0 }));
    assert_eq!(violation(|answer| answer.prices.groups[0] = 3), Some(PriceAbovePenalty { demand: 0 }));
    assert_eq!(violation(|answer| answer.prices.groups[0] = 5), Some(UnmetBelowPenalty { demand: 0 }));
    let dearer = violation(|answer| {
        answer.prices.groups[0] += 1;
        answer.prices.supplies[0] += 1;
        answer.prices.demands[0] += 1;
        answer.prices.demands[1] += 1;
    });
    assert_eq!(dearer, Some(WrongGroupPrice { group: 0 }));
    assert_eq!(violation(|answer| answer.prices.demands[1] = 81), Some(PriceAbovePenalty { demand: 1 }));
    assert_eq!(
        violation(|answer| answer.objective += 1),
        Some(Objective { claimed: honest.objective + 1, actual: i128::from(honest.objective) })
    );
}

#[test]
fn an_ill_formed_problem_proves_nothing() {
    let answer = solved(&small());
    let mut problem = small();
    problem.pairs[0].cost = -1;
    let refused = Violation::Problem(ProblemError::CostOutOfRange { pair: 0 });
    assert_eq!(certify(&problem, &answer), Err(refused));
}

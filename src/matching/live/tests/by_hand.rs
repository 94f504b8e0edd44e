use crate::matching::assign::{
    Demand, Group, MAX_COST, NONE, Pair, Pool, Problem, Step, Supply, assign, certify,
};

use super::super::{ChangeError, Live};

const fn pair(supply: u32, cost: i32) -> Pair {
    Pair { supply, cost, at_most: 9 }
}

/// Two demands of one group and three supplies, of which two share a pool and the last is yet to come.
fn problem() -> Problem {
    let demand = |quantity, penalty| Demand { quantity, penalty, group: 0 };
    Problem {
        demands: vec![demand(4, 100), demand(3, 50)],
        supplies: vec![
            Supply { capacity: 3, pool: 0 },
            Supply { capacity: 3, pool: 0 },
            Supply { capacity: 0, pool: NONE },
        ],
        pairs: vec![pair(0, 10), pair(1, 20), pair(2, 5), pair(0, 1), pair(2, 5)],
        ends: vec![3, 5],
        pools: vec![Pool { capacity: 4 }],
        groups: vec![Group { steps: vec![Step { units: 1, cost: 0 }, Step { units: 9, cost: 7 }] }],
    }
}

fn live() -> Live {
    let problem = problem();
    let answer = assign(&problem, None, &mut ()).unwrap();
    Live::new(problem, &answer).unwrap()
}

/// The first demand has all four units of the pool, and the second nothing.
const AT_FIRST: i64 = 3 * 10 + 20 + 3 * 50 + 2 * 7;

fn proven(live: &Live) -> i64 {
    certify(live.problem(), &live.answer()).unwrap().primal
}

#[test]
fn starts_from_the_answer() {
    assert_eq!((live().objective(), live().unmet(0), live().unmet(1)), (AT_FIRST, 0, 3));
}

#[test]
fn says_what_a_supply_yet_to_come_would_bring() {
    let mut live = live();
    live.set_capacity(2, 2).unwrap();
    // The first demand takes both, and leaves two units of the pool to the second.
    assert_eq!(live.objective(), 2 * 5 + 10 + 20 + 2 + 50);
    assert_eq!(proven(&live), live.objective());
    live.set_capacity(2, 0).unwrap();
    assert_eq!((live.objective(), live.quantities()), (AT_FIRST, &[3, 1, 0, 0, 0][..]));
}

#[test]
fn a_wider_pool_serves_more() {
    let mut live = live();
    live.set_pool(0, u32::MAX).unwrap();
    assert_eq!(live.objective(), (3 * 20 + 10) + (2 + 50));
    live.set_pool(0, 0).unwrap();
    assert_eq!(live.objective(), 4 * 100 + 3 * 50 + 6 * 7);
    assert_eq!(proven(&live), live.objective());
}

#[test]
fn what_is_forbidden_is_served_otherwise() {
    let mut live = live();
    live.set_at_most(0, 0).unwrap();
    assert_eq!(live.quantities(), [0, 3, 0, 1, 0]);
    live.set_at_most(0, 9).unwrap();
    assert_eq!(live.objective(), AT_FIRST);
}

#[test]
fn a_higher_penalty_changes_who_is_served() {
    let mut live = live();
    live.set_penalty(1, 500).unwrap();
    assert_eq!((live.unmet(0), live.unmet(1)), (3, 0));
    live.set_penalty(1, 50).unwrap();
    assert_eq!(live.objective(), AT_FIRST);
}

#[test]
fn settled_units_leave_with_their_cost() {
    let mut live = live();
    live.settle(3, 2).unwrap();
    assert_eq!(live.problem().demands[1].quantity, 1);
    assert_eq!(live.problem().supplies[0].capacity, 1);
    assert_eq!(live.problem().pools[0].capacity, 2);
    assert_eq!(live.objective(), 10 + 20 + 2 * 100 + 50 + 2 * 7);
    assert_eq!(proven(&live), live.objective());
}

#[test]
fn a_clone_goes_its_own_way() {
    let mut live = live();
    let copy = live.clone();
    live.withdraw(0).unwrap();
    assert_eq!((live.objective(), copy.objective()), (3, AT_FIRST));
}

#[test]
fn refuses_what_is_not_there() {
    let mut live = live();
    assert_eq!(live.withdraw(2), Err(ChangeError::NoDemand(2)));
    assert_eq!(live.set_penalty(2, 1), Err(ChangeError::NoDemand(2)));
    assert_eq!(live.set_capacity(3, 1), Err(ChangeError::NoSupply(3)));
    assert_eq!(live.set_pool(1, 1), Err(ChangeError::NoPool(1)));
    assert_eq!(live.set_at_most(5, 1), Err(ChangeError::NoPair(5)));
    assert_eq!(live.settle(5, 1), Err(ChangeError::NoPair(5)));
    assert_eq!(live.settle(1, 4), Err(ChangeError::TooMany { pair: 1, most: 3 }));
    assert_eq!(live.set_penalty(0, -1), Err(ChangeError::PenaltyOutOfRange(0)));
    assert_eq!((live.objective(), live.problem()), (AT_FIRST, &problem()));
}

#[test]
fn refuses_what_could_not_be_added_up() {
    let demand = Demand { quantity: u32::MAX, penalty: MAX_COST, group: NONE };
    let many = Problem { demands: vec![demand; 8], ends: vec![0; 8], ..Problem::default() };
    let mut more = many.clone();
    more.demands.push(Demand { quantity: 0, penalty: 250_000_000, group: NONE });
    more.ends.push(0);
    let answer = assign(&more, None, &mut ()).unwrap();
    let mut live = Live::new(more, &answer).unwrap();
    let before = live.objective();
    assert_eq!(live.set_quantity(8, u32::MAX), Err(ChangeError::TotalOverflow(8)));
    assert_eq!(live.objective(), before);
}

#[test]
fn does_not_take_an_answer_on_trust() {
    let problem = problem();
    let mut answer = assign(&problem, None, &mut ()).unwrap();
    answer.objective -= 1;
    assert!(Live::new(problem, &answer).is_err());
}

#[test]
fn ends_with_the_largest_units() {
    let mut live = live();
    live.set_capacity(2, u32::MAX).unwrap();
    live.set_quantity(1, u32::MAX).unwrap();
    live.set_at_most(4, u32::MAX).unwrap();
    assert_eq!(live.unmet(1), 0);
    live.set_at_most(4, 0).unwrap();
    live.set_at_most(4, u32::MAX).unwrap();
    assert_eq!(proven(&live), live.objective());
}

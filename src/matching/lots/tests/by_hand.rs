use std::ops::ControlFlow;

use crate::matching::assign::{AssignError, Demand, NONE, Pair, Problem, Supply, Watch, assign};

use super::super::{Lots, LotsError, Terms, whole_lots};

/// One demand of five, three supplies of two, four and five units.
fn one_demand() -> Problem {
    let pair = |supply, cost| Pair { supply, cost, at_most: 5 };
    Problem {
        demands: vec![Demand { quantity: 5, penalty: 100, group: NONE }],
        supplies: [2, 4, 5].map(|capacity| Supply { capacity, pool: NONE }).to_vec(),
        pairs: vec![pair(0, 1), pair(1, 2), pair(2, 9)],
        ends: vec![3],
        ..Problem::default()
    }
}

fn lots(problem: &Problem, terms: Terms) -> Result<Lots, LotsError> {
    let flow = assign(problem, None, &mut ())?;
    whole_lots(problem, &[terms], &flow, &mut ())
}

#[test]
fn without_terms_it_is_the_flow() {
    let found = lots(&one_demand(), Terms::NONE).unwrap();
    assert_eq!(found, Lots { quantities: vec![2, 3, 0], unmet: vec![0], objective: 8, bound: 8 });
}

#[test]
fn a_smallest_lot_is_kept() {
    // Four from the second, and the one that is left from the first.
    let found = lots(&one_demand(), Terms { smallest_lot: 4, most_services: 9 }).unwrap();
    assert_eq!((found.quantities, found.objective), (vec![1, 4, 0], 9));
    assert!(found.bound <= 9);
    let mut less = one_demand();
    less.supplies[1].capacity = 3;
    let found = lots(&less, Terms { smallest_lot: 4, most_services: 9 }).unwrap();
    assert_eq!((found.quantities, found.objective), (vec![1, 0, 4], 37));
}

#[test]
fn what_is_no_whole_lot_any_more_completes_the_demand() {
    let found = lots(&one_demand(), Terms { smallest_lot: 3, most_services: 9 }).unwrap();
    assert_eq!((found.quantities, found.objective, found.bound), (vec![2, 3, 0], 8, 8));
    let mut scarce = one_demand();
    scarce.supplies[2].capacity = 0;
    scarce.supplies[1].capacity = 2;
    let none = lots(&scarce, Terms { smallest_lot: 3, most_services: 9 }).unwrap();
    assert_eq!((none.quantities, none.unmet), (vec![0, 0, 0], vec![5]), "two halves are no lot");
    scarce.demands[0].quantity = 4;
    let none = lots(&scarce, Terms { smallest_lot: 3, most_services: 9 }).unwrap();
    assert_eq!(none.unmet, [4], "only one of them may be small");
}

#[test]
fn one_supply_alone_serves() {
    let found = lots(&one_demand(), Terms { smallest_lot: 1, most_services: 1 }).unwrap();
    assert_eq!((found.quantities, found.unmet), (vec![0, 0, 5], vec![0]));
}

#[test]
fn no_supply_may_serve() {
    let found = lots(&one_demand(), Terms { smallest_lot: 1, most_services: 0 }).unwrap();
    assert_eq!((found.unmet, found.objective, found.bound), (vec![5], 500, 500));
}

#[test]
fn terms_must_be_as_many_as_demands() {
    let problem = one_demand();
    let flow = assign(&problem, None, &mut ()).unwrap();
    let refused = whole_lots(&problem, &[], &flow, &mut ());
    assert_eq!(refused, Err(LotsError::Shape { terms: 0, demands: 1 }));
}

struct Impatient;

impl Watch for Impatient {
    fn progress(&mut self, _: f32) -> ControlFlow<()> {
        ControlFlow::Break(())
    }
}

#[test]
fn a_watch_ends_it() {
    let problem = one_demand();
    let flow = assign(&problem, None, &mut ()).unwrap();
    let ended = whole_lots(&problem, &[Terms { smallest_lot: 4, most_services: 9 }], &flow, &mut Impatient);
    assert_eq!(ended, Err(LotsError::Assign(AssignError::Cancelled)));
}

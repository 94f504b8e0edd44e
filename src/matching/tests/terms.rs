//! Needs on terms of their own: what is proven of the answer stays true.

use super::super::world::Snapshot;
use super::{BANK, LIBRARY, empty, id, line, need, service};
use crate::domain::need::{Need, Terms};

/// A need of four on these terms, and a service of two lines with two sessions each.
fn two_lines(terms: Terms) -> Snapshot {
    let mut rows =
        empty().with_need(Need { quantity: 4, terms, ..need(30) }).with_service(service(50, LIBRARY), 2);
    rows.capacities.push(line(151, 50, 2));
    rows
}

fn by_one_service() -> Terms {
    Terms { smallest_lot: None, most_services: Some(1) }
}

#[test]
fn a_service_of_two_lines_is_one_service_in_what_is_proven() {
    let best = two_lines(Terms::default()).solved();
    assert_eq!(best.placements.iter().map(|placed| placed.quantity).sum::<i64>(), 4);
    // Both lines are of one service, so all of it could be served on these terms; no bound may say otherwise.
    let found = two_lines(by_one_service()).solved();
    assert!(found.certificate.dual <= best.cost, "{:?} against {}", found.certificate, best.cost);
    assert_eq!(found.certificate.primal, found.cost);
}

#[test]
fn a_service_that_serves_the_need_already_may_serve_more_of_it_in_what_is_proven() {
    let already = |terms| {
        let mut rows = two_lines(terms);
        (rows.needs[0].quantity, rows.needs[0].claimed) = (6, 2);
        rows.joined.push((id(30), id(150)));
        rows
    };
    let best = already(Terms::default()).solved();
    assert_eq!(best.placements.iter().map(|placed| placed.quantity).sum::<i64>(), 2);
    let found = already(by_one_service()).solved();
    assert!(found.certificate.dual <= best.cost, "{:?} against {}", found.certificate, best.cost);
}

#[test]
fn where_every_line_is_a_service_of_its_own_the_terms_are_proven_to_cost_what_they_do() {
    let rows = |terms| {
        let mut rows =
            empty().with_need(Need { quantity: 4, terms, ..need(30) }).with_service(service(50, LIBRARY), 2);
        rows = rows.with_service(service(51, BANK), 2);
        rows
    };
    let (best, found) = (rows(Terms::default()).solved(), rows(by_one_service()).solved());
    assert!(found.certificate.dual > best.cost, "two of it stay unmet whatever is done");
    assert_eq!(found.certificate.primal, found.certificate.dual);
}

#[test]
fn a_lot_that_is_too_small_completes_a_need_and_does_nothing_else() {
    let served = |quantity| {
        let terms = Terms { smallest_lot: Some(3), most_services: None };
        let rows = empty()
            .with_need(Need { quantity, terms, ..need(30) })
            .with_service(service(50, LIBRARY), 3)
            .with_service(service(51, BANK), 2);
        rows.solved().placements.iter().map(|placed| placed.quantity).sum::<i64>()
    };
    assert_eq!([5, 6].map(served), [5, 3]);
}

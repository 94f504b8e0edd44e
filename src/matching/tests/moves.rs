//! Suggestions that nobody has answered yet: what moves, what stays, and what that is worth.

use super::properties::any_world;
use super::*;
use crate::domain::id::MatchId;
use crate::domain::matches::Suggested;
use crate::domain::text::Lang;
use crate::matching::explain;
use crate::matching::settings::Stability;
use crate::matching::solve::penalty;
use proptest::prelude::*;

/// Suggests so much of a service's own line for a need, as the hub would hold it.
fn suggest(rows: &mut Snapshot, need: u128, service: u128, quantity: i64) {
    let held = Suggested {
        id: id::<MatchId>(700 + rows.suggested.len() as u128),
        need_id: id(need),
        capacity_id: id(service + 100),
        unit_capacity_id: None,
        quantity,
    };
    let claimed = rows.needs.iter_mut().find(|one| one.id == held.need_id).unwrap();
    claimed.claimed += quantity;
    claimed.state = claimed.served_state(false);
    rows.capacities.iter_mut().find(|one| one.id == held.capacity_id).unwrap().held += quantity;
    rows.joined.push((held.need_id, held.capacity_id));
    rows.suggested.push(held);
}

fn afresh(rows: &Snapshot) -> World {
    let mut world = rows.world();
    world.free();
    world
}

fn solved(world: &World, stability: i64) -> Matching {
    let settings = Settings { stability: Stability::try_from(stability).unwrap(), ..Settings::default() };
    solve(world, &settings, &mut ()).expect("a solvable world")
}

/// The world in which one of its suggestions is not to be moved: it holds its part again.
fn holding(world: &World, place: usize) -> World {
    let mut rows = Snapshot::from(world.clone());
    let held = rows.suggested.remove(place);
    rows.needs.iter_mut().find(|need| need.id == held.need_id).unwrap().claimed += held.quantity;
    rows.capacities.iter_mut().find(|line| line.id == held.capacity_id).unwrap().held += held.quantity;
    rows.joined.push((held.need_id, held.capacity_id));
    World::new(rows)
}

/// A need of five sessions with a suggestion for all of them, and all that there is.
fn settled() -> Snapshot {
    let mut rows = empty().with_need(need(30)).with_service(service(40, LIBRARY), 5);
    suggest(&mut rows, 30, 40, 5);
    rows
}

#[test]
fn what_is_suggested_stays_where_nothing_is_gained() {
    let world = afresh(&settled().with_service(service(41, BANK), 5));
    assert_eq!((world.needs[0].claimed, world.lines[0].capacity.held, world.joined.len()), (0, 0, 0));
    assert_eq!(world.needs[0].state, NeedState::Open);
    let matching = solved(&world, 0);
    let kept = solved(&world, 500);
    assert_eq!(kept.cost, matching.cost, "what stays costs nothing");
    assert_eq!((kept.moves.kept.len(), kept.moves.moved.len(), kept.moves.gain), (1, 0, Some(0)));
    assert_eq!(kept.placements[0].suggested, Some(0));
    assert_eq!(kept.placements[0].candidate.offer, 0);
}

#[test]
fn a_suggestion_moves_for_more_than_it_costs_and_not_for_less() {
    let mut rows = settled().with_service(service(41, BANK), 5);
    rows.units[1].record = Record { confirmed: 1_000_000, no_shows: 0 };
    let world = afresh(&rows);
    // The bank's record is worth 400 points more for each of the five.
    let moved = solved(&world, 390);
    assert_eq!(moved.moves.moved.len(), 1, "{:?}", moved.moves);
    assert_eq!(moved.moves.gain, Some(5 * (399 - 390)));
    assert_eq!(moved.placements[0].candidate.offer, 1);
    let kept = solved(&world, 410);
    assert_eq!(kept.moves.moved, []);
    assert_eq!(moved.certificate.primal, moved.certificate.dual);
    assert_eq!(moved.cost, moved.placements[0].quantity * (10_000 - moved.placements[0].score.total + 390));
}

#[test]
fn an_urgent_need_takes_what_is_only_suggested_and_it_is_said() {
    let rows = settled().with_need(Need { urgency: Urgency::Urgent, ..need(31) });
    let world = afresh(&rows);
    let matching = solved(&world, 500);
    let moved = matching.moves.moved[0];
    assert_eq!((moved.held.quantity, moved.left), (5, 0));
    let gain = 5 * (penalty(Urgency::Urgent) - penalty(Urgency::Normal) - 500);
    assert_eq!((moved.gain, matching.moves.gain), (Some(gain), Some(gain)));
    assert_eq!(matching.unmet.len(), 1);
    let told = explain::moves(&world, &matching);
    let sum = explain::moved(&matching).unwrap();
    insta::assert_debug_snapshot!(
        "moves_told",
        [&told[0].zh, &told[0].en, sum.text(Lang::Zh), sum.text(Lang::En)]
    );
    assert_eq!(solved(&world, Stability::MOST).moves.moved, [], "nothing moves at the highest cost");
}

#[test]
fn pinned_suggestions_and_those_of_needs_with_terms_are_not_moved() {
    let urgent = |rows: Snapshot| rows.with_need(Need { urgency: Urgency::Urgent, ..need(31) });
    let pinned = urgent(settled()).with_directive(DirectiveKind::Pin, 30, 40, None);
    let mut exacting = urgent(settled());
    exacting.needs[0].terms = Terms { smallest_lot: Some(2), most_services: None };
    let mut late = urgent(settled());
    late.services[0].lead_time_days = 200;
    for rows in [pinned, exacting, late] {
        let world = afresh(&rows);
        assert_eq!(world.suggested, []);
        assert_eq!(world.lines[0].capacity.held, 5);
        assert_eq!(world.needs.iter().map(|need| need.id).collect::<Vec<_>>(), [id(31)]);
    }
}

proptest! {
    #[test]
    fn moves_are_the_optimum_and_worth_what_is_said(rows in any_world(), more in any_world(), stability in 0_i64..30_000) {
        // What one matching brings together is suggested, and then the needs become others.
        let mut rows = rows;
        rows.directives.clear();
        let (before, world) = (rows.solved(), rows.world());
        for placed in &before.placements {
            let need = world.needs[placed.candidate.need].id.uuid().as_u128();
            let service = world.offers[placed.candidate.offer].service.id.uuid().as_u128();
            suggest(&mut rows, need, service, placed.quantity);
        }
        for (number, other) in (50..).zip(more.needs) {
            rows.needs.push(Need { id: id(number), ..other });
        }
        let world = afresh(&rows);
        let matching = solved(&world, stability);
        prop_assert_eq!(matching.certificate.primal, matching.certificate.dual);
        prop_assert_eq!(matching.moves.kept.len() + matching.moves.moved.len(), world.suggested.len());
        prop_assert!(matching.left.iter().all(|left| *left >= 0));
        let cost = |held: &crate::matching::held::Held| {
            let scorer_world = &world;
            let weights = Weights::default();
            let scorer = Scorer::new(scorer_world, &weights);
            let score = scorer.score(&scorer.candidate(held.need, held.line)).total;
            held.quantity * (10_000 - score)
        };
        for moved in &matching.moves.moved {
            let held = solved(&holding(&world, moved.held.place), stability);
            prop_assert_eq!(Some(held.cost + cost(&moved.held) - matching.cost), moved.gain);
            prop_assert!(moved.gain >= Some(0));
        }
        prop_assert!(matching.moves.gain >= matching.moves.moved.iter().filter_map(|moved| moved.gain).max());
        let still = solved(&world, Stability::MOST);
        prop_assert_eq!(still.moves.moved, []);
        let stays: i64 = world.held().iter().map(cost).sum();
        prop_assert!(still.cost <= solved(&rows.world(), 0).cost + stays, "no worse than if nothing could move");
    }
}

use super::*;
use crate::domain::fit::Constraint;
use crate::domain::text::Lang;
use crate::matching::explain;
use crate::matching::solve::{UnmetReason, Why};

/// Why the need with a number stays unmet, and how much of it.
fn unmet(rows: &Snapshot, number: u128) -> Option<(UnmetReason, i64, String, String)> {
    let world = rows.world();
    let matching = rows.solved();
    let found = matching.unmet.iter().find(|unmet| world.needs[unmet.need].id == id::<NeedId>(number))?;
    let told = explain::unmet(&world, found);
    Some((found.why.code(), found.quantity, told.text(Lang::Zh).into(), told.text(Lang::En).into()))
}

fn urgent(number: u128, urgency: Urgency) -> Need {
    Need { urgency, ..need(number) }
}

#[test]
fn a_need_without_any_service_says_so() {
    let told = unmet(&empty().with_need(need(30)), 30);
    insta::assert_debug_snapshot!("unmet_no_service", told);
}

#[test]
fn of_several_constraints_the_one_that_excluded_most_is_named() {
    let mut rows = empty().with_need(need(30));
    for number in 40..43 {
        rows = rows.with_service(service(number, LIBRARY), 5);
        rows.capacities.last_mut().expect("a line").measure = Measure::Hours;
    }
    rows.capacities[2].measure = Measure::Sessions;
    rows.services[2].lead_time_days = 60;
    insta::assert_debug_snapshot!("unmet_excluded", unmet(&rows, 30));
    let why = &rows.solved().unmet[0].why;
    assert_eq!(*why, Why::Excluded { constraint: Constraint::Measure, services: 2, of: 3 });
}

#[test]
fn what_is_scarce_goes_to_the_more_urgent_who_are_named() {
    let rows = empty()
        .with_need(urgent(30, Urgency::Low))
        .with_need(urgent(31, Urgency::Urgent))
        .with_service(service(40, LIBRARY), 5);
    assert_eq!(served(&rows), [(31, 40, 5)]);
    insta::assert_debug_snapshot!("unmet_more_urgent", unmet(&rows, 30));
}

#[test]
fn of_equally_urgent_needs_the_better_fit_is_served_and_named() {
    let mut rows = empty().with_need(need(30)).with_need(need(31)).with_service(service(40, LIBRARY), 5);
    rows.needs[0].target_groups = [TargetGroup::Elderly, TargetGroup::Women].into_iter().collect();
    rows.services[0].target_groups = rows.needs[0].target_groups;
    assert_eq!(served(&rows), [(30, 40, 5)]);
    insta::assert_debug_snapshot!("unmet_better_use", unmet(&rows, 31));
}

#[test]
fn a_need_larger_than_all_services_says_what_there_is() {
    let rows =
        empty().with_need(need(30)).with_service(service(40, LIBRARY), 2).with_service(service(41, BANK), 1);
    assert_eq!(served(&rows), [(30, 40, 2), (30, 41, 1)]);
    insta::assert_debug_snapshot!("unmet_not_enough", unmet(&rows, 30));
}

#[test]
fn a_pin_is_served_first_whatever_the_urgency() {
    let rows = empty()
        .with_need(urgent(30, Urgency::Low))
        .with_need(urgent(31, Urgency::Urgent))
        .with_service(service(40, LIBRARY), 6)
        .with_directive(DirectiveKind::Pin, 30, 40, Some(4));
    assert_eq!(served(&rows), [(30, 40, 4), (31, 40, 2)]);
    let matching = rows.solved();
    assert_eq!(matching.placements[0].pinned, 4);
    assert_eq!(matching.left, [0]);
    assert_eq!(matching.refused_pins, []);
}

#[test]
fn a_pin_that_does_not_fit_any_more_is_refused_with_its_reason() {
    let fitting = empty().with_need(need(30)).with_service(service(40, LIBRARY), 3);
    let told = |rows: &Snapshot| {
        let pins = rows.solved().refused_pins;
        let pins =
            pins.iter().map(|pin| (pin.quantity, pin.constraint, explain::refused_pin(&rows.world(), pin)));
        pins.collect::<Vec<_>>()
    };
    let mut late = fitting.clone().with_directive(DirectiveKind::Pin, 30, 40, None);
    late.services[0].lead_time_days = 60;
    let unlisted = fitting.clone().with_directive(DirectiveKind::Pin, 30, 41, Some(2));
    let large = fitting.clone().with_directive(DirectiveKind::Pin, 30, 40, None);
    insta::assert_debug_snapshot!("pins_refused", [told(&late), told(&unlisted), told(&large)]);
    let mut done = fitting.with_directive(DirectiveKind::Pin, 30, 40, None);
    done.joined.push((id(30), id(140)));
    assert_eq!(told(&done), []);
}

#[test]
fn the_next_best_costs_what_the_whole_would_lose() {
    let mut rows =
        empty().with_need(need(30)).with_service(service(40, LIBRARY), 5).with_service(service(41, BANK), 5);
    rows.services[1].target_groups = [TargetGroup::Everyone].into_iter().collect();
    let matching = rows.solved();
    let placed = &matching.placements[0];
    let next = placed.next_best.expect("another service");
    assert_eq!(next.cost, placed.score.total - next.score);
    let forced = rows.clone().with_directive(DirectiveKind::Prohibition, 30, 40, None).solved();
    assert_eq!(matching.total - forced.total, next.cost * 5);
    insta::assert_debug_snapshot!("next_best", explain::next_best(&rows.world(), placed));
}

use super::*;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::text::Lang;
use crate::matching::advice::{advice, worth};
use crate::matching::compare::{Comparison, compare};
use crate::matching::explain;
use crate::matching::fairness::{dial, shares};
use crate::matching::what_if::{SupposedNeed, SupposedPin, SupposedService, WhatIf};
use proptest::prelude::*;

/// Talks against fraud that nobody offers yet.
fn talks(quantity: i64) -> SupposedService {
    SupposedService {
        title: "新增反诈讲座".into(),
        unit: None,
        category: id(ANTI_FRAUD),
        area: id(STREET),
        measure: Measure::Sessions,
        quantity,
        target_groups: [TargetGroup::Everyone].into_iter().collect(),
        starts_at: monday(),
        ends_at: monday() + TimeDelta::days(28),
    }
}

fn supposed(rows: &Snapshot, what_if: &WhatIf) -> Result<(World, Matching, Comparison), Refusal> {
    let before = rows.world();
    let (world, settings) = what_if.apply(&before, &Settings::default())?;
    let then = solve(&world, &settings, &mut ()).expect("a solvable world");
    let comparison = compare((&before, &rows.solved()), (&world, &then));
    Ok((world, then, comparison))
}

fn differences(comparison: &Comparison) -> (Vec<i64>, Vec<i64>, usize) {
    let list = |changes: &[crate::matching::compare::Change]| {
        changes.iter().map(crate::matching::compare::Change::difference).collect()
    };
    (list(&comparison.gains), list(&comparison.losses), comparison.moves.len())
}

#[test]
fn a_world_is_made_again_from_its_own_rows() {
    let rows = empty().with_need(need(30)).with_service(service(40, LIBRARY), 3).with_directive(
        DirectiveKind::Pin,
        30,
        40,
        None,
    );
    let again = World::new(Snapshot::from(rows.world()));
    let settings = Settings::default();
    assert_eq!(again.fingerprint(&settings), rows.world().fingerprint(&settings));
}

#[test]
fn what_is_supposed_is_solved_and_stands_beside_what_is() {
    let first = Need { urgency: Urgency::High, ..need(30) };
    let rows = empty().with_need(first).with_need(need(31)).with_service(service(40, LIBRARY), 5);
    for (what_if, told) in [
        (WhatIf { services: vec![talks(3)], ..WhatIf::default() }, (vec![3], vec![], 0)),
        (WhatIf { capacities: vec![(id(140), 7)], ..WhatIf::default() }, (vec![2], vec![], 0)),
        (WhatIf { without_services: vec![id(40)], ..WhatIf::default() }, (vec![], vec![-5], 0)),
        (WhatIf { without_needs: vec![id(30)], ..WhatIf::default() }, (vec![5], vec![-5], 0)),
        (WhatIf { prohibitions: vec![(id(30), id(40))], ..WhatIf::default() }, (vec![5], vec![-5], 0)),
        (
            WhatIf {
                pins: vec![SupposedPin { need: id(31), service: id(40), quantity: Some(2) }],
                ..WhatIf::default()
            },
            (vec![2], vec![-2], 0),
        ),
        (
            WhatIf { services: vec![talks(5)], prohibitions: vec![(id(30), id(40))], ..WhatIf::default() },
            (vec![5], vec![], 1),
        ),
    ] {
        let (world, then, comparison) = supposed(&rows, &what_if).expect("it makes sense");
        assert_eq!(differences(&comparison), told, "{what_if:?}");
        assert_eq!(then.certificate.primal, then.certificate.dual);
        assert_eq!(comparison.after.needs, world.needs.len());
    }
}

#[test]
fn a_supposed_need_takes_what_its_urgency_wins() {
    let rows = empty().with_need(need(30)).with_service(service(40, LIBRARY), 5);
    let asked = SupposedNeed {
        title: "紧急反诈".into(),
        category: id(ANTI_FRAUD),
        area: id(COMMUNITY),
        measure: Measure::Sessions,
        quantity: 2,
        target_groups: [TargetGroup::Elderly].into_iter().collect(),
        urgency: Urgency::Urgent,
        starts_at: monday(),
        ends_at: monday() + TimeDelta::days(28),
    };
    let what_if = WhatIf { needs: vec![asked], ..WhatIf::default() };
    let (_, _, comparison) = supposed(&rows, &what_if).expect("it makes sense");
    assert_eq!(differences(&comparison), (vec![2], vec![-2], 0));
    let told = comparison.losses.iter().map(explain::change).collect::<Vec<_>>();
    insta::assert_debug_snapshot!("change_told", told);
}

#[test]
fn what_makes_no_sense_is_refused_by_its_place() {
    let rows = empty().with_need(need(30)).with_service(service(40, LIBRARY), 5);
    let service = |change: fn(&mut SupposedService)| {
        let mut service = talks(2);
        change(&mut service);
        WhatIf { services: vec![talks(1), service], ..WhatIf::default() }
    };
    for (what_if, code, field) in [
        (service(|one| one.quantity = 0), Code::BadNumber, "services.1.quantity"),
        (service(|one| one.title = " ".into()), Code::BadText, "services.1.title"),
        (service(|one| one.ends_at = one.starts_at), Code::BadTime, "services.1.endsAt"),
        (service(|one| one.category = id(999)), Code::NotFound, "services.1.categoryId"),
        (service(|one| one.area = id(999)), Code::NotFound, "services.1.areaId"),
        (service(|one| one.unit = Some(id(999))), Code::NotFound, "services.1.unitId"),
        (WhatIf { without_needs: vec![id(999)], ..WhatIf::default() }, Code::NotFound, "withoutNeeds.0"),
        (
            WhatIf { without_services: vec![id(999)], ..WhatIf::default() },
            Code::NotFound,
            "withoutServices.0",
        ),
        (WhatIf { capacities: vec![(id(999), 1)], ..WhatIf::default() }, Code::NotFound, "capacities.0"),
        (
            WhatIf { capacities: vec![(id(140), -1)], ..WhatIf::default() },
            Code::BadNumber,
            "capacities.0.left",
        ),
        (
            WhatIf { prohibitions: vec![(id(30), id(999))], ..WhatIf::default() },
            Code::NotFound,
            "prohibitions.0",
        ),
        (WhatIf { services: vec![talks(1); 101], ..WhatIf::default() }, Code::LimitReached, "services"),
    ] {
        let refusal = supposed(&rows, &what_if).map(|_| ()).expect_err(field);
        assert_eq!((refusal.code, refusal.field.join(".")), (code, field.to_owned()));
    }
}

#[test]
fn what_to_ask_for_next_is_told_with_its_true_effect() {
    let mut rows = empty().with_need(need(30)).with_need(need(31)).with_service(service(40, LIBRARY), 5);
    rows.needs[1].urgency = Urgency::Urgent;
    rows.reached.push(((id(ANTI_FRAUD), Measure::Sessions), Reached { quantity: 10, people: 300 }));
    let (world, today) = (rows.world(), rows.solved());
    let asks = advice(&world, &Settings::default(), &today, id(STREET), 3, &mut ()).expect("advice");
    assert_eq!(asks.len(), 1);
    assert_eq!((asks[0].service.quantity, asks[0].effect.people), (5, Some(150)));
    let what_if = WhatIf { services: vec![asks[0].service.clone()], ..WhatIf::default() };
    let (_, then, comparison) = supposed(&rows, &what_if).expect("it makes sense");
    assert_eq!(asks[0].effect.gain, today.certificate.primal - then.certificate.primal);
    assert_eq!(differences(&asks[0].effect.comparison), (vec![5], vec![], 0));
    assert_eq!(differences(&comparison).0, [5]);
    insta::assert_debug_snapshot!("ask_told", explain::ask(&world, &asks[0]));
    insta::assert_debug_snapshot!("worth_told", explain::worth(&asks[0].effect));
}

#[test]
fn an_offer_that_nobody_needs_is_worth_nothing() {
    let rows = empty().with_need(need(30)).with_service(service(40, LIBRARY), 5);
    let offer = SupposedService { category: id(CULTURE), ..talks(3) };
    let effect = worth(&rows.world(), &Settings::default(), &rows.solved(), &offer, &mut ()).expect("worth");
    assert_eq!((effect.used, effect.gain), (0, 0));
    assert_eq!(explain::worth(&effect).text(Lang::En), "No need could use it now.");
    let asks =
        advice(&rows.world(), &Settings::default(), &rows.solved(), id(STREET), 3, &mut ()).expect("advice");
    assert_eq!(asks, []);
}

#[test]
fn the_dial_leaves_nobody_far_behind_and_says_what_it_costs() {
    let mut rows = empty().with_service(service(40, LIBRARY), 10);
    for number in 30..34 {
        let far =
            Need { area_id: id(OTHER_COMMUNITY), community_id: Some(id(OTHER_COMMUNITY)), ..need(number) };
        rows = rows.with_need(if number < 32 { need(number) } else { far });
    }
    // The first community is served before the other, which is less urgent.
    for place in [2, 3] {
        rows.needs[place].urgency = Urgency::Low;
    }
    let steps = dial(&rows.world(), &Settings::default(), &mut ()).expect("a dial");
    let worst: Vec<i64> = steps.iter().map(|step| step.shares.worst()).collect();
    assert_eq!((worst[0], worst[4]), (1_000, 600), "{worst:?}");
    assert!(worst.is_sorted_by(|one, next| one >= next), "{worst:?}");
    let costs: Vec<i64> = steps.iter().map(|step| step.cost).collect();
    assert!(costs[0] == 0 && costs.is_sorted() && costs[4] > 0, "{costs:?}");
    let groups = shares(&rows.world(), &rows.solved()).groups;
    assert_eq!(groups[&TargetGroup::Elderly].needs, 4);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn more_capacity_never_costs_more(rows in super::properties::any_world(), more in 1_i64..9) {
        let today = rows.solved();
        for line in &rows.capacities {
            let what_if = WhatIf { capacities: vec![(line.id, line.left() + more)], ..WhatIf::default() };
            let (_, then, _) = supposed(&rows, &what_if).expect("it makes sense");
            prop_assert!(then.certificate.primal <= today.certificate.primal);
        }
    }

    #[test]
    fn every_ask_has_the_effect_that_solving_again_shows(rows in super::properties::any_world()) {
        let (world, today) = (rows.world(), rows.solved());
        let asks = advice(&world, &Settings::default(), &today, id(STREET), 5, &mut ()).expect("advice");
        for ask in asks {
            let what_if = WhatIf { services: vec![ask.service.clone()], ..WhatIf::default() };
            let (_, then, _) = supposed(&rows, &what_if).expect("it makes sense");
            prop_assert_eq!(ask.effect.gain, today.certificate.primal - then.certificate.primal);
        }
    }

    #[test]
    fn an_unmatched_service_is_not_missed(rows in super::properties::any_world()) {
        let (world, today) = (rows.world(), rows.solved());
        for (place, offer) in world.offers.iter().enumerate() {
            if today.placements.iter().all(|placed| placed.candidate.offer != place) {
                let what_if = WhatIf { without_services: vec![offer.service.id], ..WhatIf::default() };
                // A pin on a service that is gone is refused, which changes no quantity.
                let (_, then, comparison) = supposed(&rows, &what_if).expect("it makes sense");
                prop_assert_eq!(then.certificate.primal, today.certificate.primal);
                prop_assert_eq!(differences(&comparison).0, Vec::<i64>::new());
            }
        }
    }

    #[test]
    fn more_urgency_never_means_less_service(rows in super::properties::any_world(), chosen in 0_usize..7) {
        let mut rows = rows;
        rows.directives.clear();
        if let Some(place) = rows.needs.get(chosen).map(|_| chosen) {
            let served = |rows: &Snapshot| {
                let (world, matching) = (rows.world(), rows.solved());
                let ours = |placed: &&super::super::solve::Placement| world.needs[placed.candidate.need].id == rows.needs[place].id;
                matching.placements.iter().filter(ours).map(|placed| placed.quantity).sum::<i64>()
            };
            rows.needs[place].urgency = Urgency::Low;
            let low = served(&rows);
            rows.needs[place].urgency = Urgency::Urgent;
            prop_assert!(served(&rows) >= low);
        }
    }
}

//! What is expected: kept back from what can wait, told, and nothing else.

use super::super::foreseen::{Foreseen, foresee};
use super::super::settings::{Foresight, Settings};
use super::super::solve::{Matching, UnmetReason, Why, solve};
use super::super::world::{Snapshot, World};
use super::{ANTI_FRAUD, BANK, LIBRARY, STREET, empty, id, monday, need, service};
use crate::domain::id::Id as _;
use crate::domain::need::{Need, Urgency};
use crate::domain::text::Lang;
use crate::matching::explain;
use chrono::TimeDelta;
use proptest::prelude::*;
use std::collections::BTreeMap;

const URGENT: u128 = 700;

fn settings(percent: i64) -> Settings {
    Settings { foresight: Foresight::try_from(percent).unwrap(), ..Settings::default() }
}

/// A need that was raised some days after a day of a year ago, and wanted from then on for so many days.
fn past(number: u128, after: i64, days: i64, quantity: i64) -> Need {
    let at = monday() - TimeDelta::days(365) + TimeDelta::days(after);
    let ends_at = at + TimeDelta::days(days);
    Need { urgency: Urgency::Urgent, quantity, starts_at: at, ends_at, verified_at: Some(at), ..need(number) }
}

impl Snapshot {
    /// Adds what is expected from needs of a year ago.
    fn with_past(mut self, past: Vec<Need>) -> Self {
        self.foreseen = foresee(past, self.now);
        self.foreseen_areas = self.areas.clone();
        self
    }
}

/// A need of five that is wanted for so many days, of low urgency, and eight talks, where last year ten more were urgently
/// needed two weeks later.
fn season(days: i64) -> Snapshot {
    let ends_at = monday() + TimeDelta::days(days);
    empty()
        .with_need(Need { urgency: Urgency::Low, ends_at, ..need(30) })
        .with_service(service(50, LIBRARY), 8)
        .with_past(vec![past(URGENT, 14, 60, 6)])
}

fn solved(rows: &Snapshot, percent: i64) -> (World, Matching) {
    let world = rows.world();
    let matching = solve(&world, &settings(percent), &mut ()).expect("a solvable world");
    (world, matching)
}

fn served(matching: &Matching) -> BTreeMap<usize, i64> {
    let mut served = BTreeMap::new();
    for placed in &matching.placements {
        *served.entry(placed.candidate.need).or_default() += placed.quantity;
    }
    served
}

#[test]
fn what_will_be_needed_more_is_kept_back_and_the_need_that_waits_is_told_why() {
    let (_, today) = solved(&season(60), 0);
    assert_eq!((served(&today)[&0], today.reserve.clone()), (5, None));
    let (world, ahead) = solved(&season(60), 100);
    assert_eq!(served(&ahead)[&0], 2);
    let reserve = ahead.reserve.clone().expect("a reserve");
    assert_eq!((reserve.expected, reserve.kept), (1, vec![6]));
    assert_eq!(reserve.cost, ahead.cost - today.cost);
    assert_eq!(ahead.certificate.primal, ahead.certificate.dual);
    assert_eq!(ahead.left, [6]);
    let Why::KeptBack { quantity: 3, awaited, rest: None } = &ahead.unmet[0].why else {
        panic!("{:?}", ahead.unmet)
    };
    assert_eq!((awaited[0].category, awaited[0].needs, awaited[0].quantity), (id(ANTI_FRAUD), 1, 6));
    assert_eq!(ahead.unmet[0].why.code(), UnmetReason::KeptBack);
    let told = explain::unmet(&world, &ahead.unmet[0]);
    assert_eq!(
        told.text(Lang::Zh),
        "今天本可满足3场次，为预计的需求留着：按去年同期，2026-03-16起预计有“反诈防骗”类需求1项、共6场次。"
    );
    assert_eq!(
        told.text(Lang::En),
        "3 sessions could be had today and are kept back for what is expected: as last year, 1 need(s) of \
         category 11 from 2026-03-16 on, for 6 sessions."
    );
}

#[test]
fn foresight_counts_in_hundredths() {
    let kept = |percent| solved(&season(60), percent).1.reserve.map(|reserve| reserve.kept[0]);
    assert_eq!([0, 1, 25, 50, 100].map(kept), [None, Some(0), Some(2), Some(3), Some(6)]);
}

#[test]
fn what_cannot_wait_is_never_held_back() {
    // The first of those expected is known on the fourteenth day.
    for (days, expected) in [(13, 5), (16, 2)] {
        let (_, ahead) = solved(&season(days), 100);
        assert_eq!(served(&ahead)[&0], expected, "{days} days");
    }
    let mut rows = season(20);
    rows.services[0].lead_time_days = 7;
    let (_, ahead) = solved(&rows, 100);
    assert_eq!(served(&ahead)[&0], 5, "too short notice once it is known");
}

#[test]
fn what_is_worth_more_than_what_is_expected_is_served() {
    let mut rows = season(60);
    rows.needs[0].urgency = Urgency::Urgent;
    rows.foreseen[0].need.urgency = Urgency::Low;
    let (_, ahead) = solved(&rows, 100);
    assert_eq!((served(&ahead)[&0], ahead.reserve.map(|reserve| reserve.kept)), (5, Some(vec![3])));
}

#[test]
fn another_service_serves_what_would_wait() {
    let rows = season(60).with_service(service(51, BANK), 3);
    let (_, ahead) = solved(&rows, 100);
    assert_eq!((served(&ahead)[&0], ahead.unmet), (5, vec![]));
}

#[test]
fn what_is_suggested_already_is_not_taken_back() {
    let mut rows = season(60);
    rows.suggested.push(crate::domain::matches::Suggested {
        id: id(800),
        need_id: id(30),
        capacity_id: id(150),
        unit_capacity_id: None,
        quantity: 5,
    });
    let (_, ahead) = solved(&rows, 100);
    assert_eq!((served(&ahead)[&0], ahead.moves.kept.len(), ahead.moves.moved.len()), (5, 1, 0));
    assert_eq!(ahead.reserve.map(|reserve| reserve.kept), Some(vec![3]));
}

#[test]
fn what_a_unit_can_do_in_all_is_kept_back_too() {
    let mut rows = season(60);
    rows.unit_capacities.push(crate::domain::unit::UnitCapacity {
        id: id(810),
        unit_id: id(LIBRARY),
        starts_at: monday() - TimeDelta::days(30),
        ends_at: monday() + TimeDelta::days(300),
        measure: crate::domain::service::Measure::Sessions,
        total: 7,
        held: 0,
        committed: 0,
    });
    let (_, ahead) = solved(&rows, 100);
    assert_eq!(served(&ahead)[&0], 1);
}

#[test]
fn what_is_expected_shows_in_the_fingerprint_only_where_the_street_looks_ahead() {
    let (with, without) = (season(60).world(), season(60).with_past(Vec::new()).world());
    assert_eq!(with.fingerprint(&settings(0)), without.fingerprint(&settings(0)));
    assert_ne!(with.fingerprint(&settings(50)), without.fingerprint(&settings(50)));
}

#[test]
fn what_is_supposed_looks_ahead_too() {
    let rows = season(60);
    let what_if =
        crate::matching::what_if::WhatIf { foresight: Foresight::try_from(100).ok(), ..Default::default() };
    let (world, settings) = what_if.apply(&rows.world(), &Settings::default()).expect("a world");
    let then = solve(&world, &settings, &mut ()).expect("a solvable world");
    assert_eq!(served(&then)[&0], 2);
}

/// Needs and services of random sizes, some of which are expected.
fn any_season() -> impl Strategy<Value = Snapshot> {
    let need_of = (1_i64..8, 0_usize..4, 3_i64..80);
    let past_of = (1_i64..8, 1_i64..120, 3_i64..60, 0_usize..4);
    let service_of = (1_i64..12, 0_i64..20);
    let needs = proptest::collection::vec(need_of, 0..6);
    let pasts = proptest::collection::vec(past_of, 0..6);
    let services = proptest::collection::vec(service_of, 0..4);
    let terms = proptest::option::of(1_i64..4);
    (needs, pasts, services, terms).prop_map(|(needs, pasts, services, lot)| {
        let urgency = |number: usize| [Urgency::Low, Urgency::Normal, Urgency::High, Urgency::Urgent][number];
        let mut rows = empty();
        for (number, (quantity, urgent, days)) in (30..).zip(needs) {
            let ends_at = monday() + TimeDelta::days(days);
            let mut one = Need { quantity, urgency: urgency(urgent), ends_at, ..need(number) };
            one.terms.smallest_lot = lot.filter(|lot| number == 30 && *lot <= quantity);
            rows = rows.with_need(one);
        }
        for (number, (total, lead)) in (50..).zip(services) {
            let unit = if number % 2 == 0 { LIBRARY } else { BANK };
            let mut one = service(number, unit);
            one.lead_time_days = lead;
            rows = rows.with_service(one, total);
        }
        let pasts = (URGENT..).zip(pasts).map(|(number, (quantity, after, days, urgent))| Need {
            urgency: urgency(urgent),
            ..past(number, after, days, quantity)
        });
        rows.with_past(pasts.collect())
    })
}

/// Whether a need may wait for some of what is expected: it still has time on the day before the first is known.
fn may_wait(need: &Need, foreseen: &[Foreseen]) -> bool {
    foreseen.iter().map(|one| one.at).min().is_some_and(|first| first < need.ends_at)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn looking_ahead_keeps_its_promises(rows in any_season(), percent in 1_i64..=100) {
        let (world, today) = solved(&rows, 0);
        let (_, ahead) = solved(&rows, percent);
        let terms = world.needs.iter().any(|need| need.terms.smallest_lot.is_some());
        prop_assert!(ahead.certificate.dual <= ahead.certificate.primal);
        prop_assert!(terms || ahead.certificate.dual == ahead.certificate.primal);
        prop_assert_eq!(ahead.certificate.primal, ahead.cost);
        let Some(reserve) = &ahead.reserve else {
            prop_assert!(rows.foreseen.is_empty());
            return Ok(());
        };
        prop_assert_eq!(reserve.cost, ahead.cost - today.cost);
        prop_assert!(terms || reserve.cost >= 0);
        for (line, kept) in reserve.kept.iter().enumerate() {
            prop_assert!(ahead.left[line] >= *kept, "what is kept back is there");
        }
        let (before, after) = (served(&today), served(&ahead));
        for (place, need) in world.needs.iter().enumerate() {
            let of = |served: &BTreeMap<usize, i64>| served.get(&place).copied().unwrap_or_default();
            let missed = of(&before) - of(&after);
            if !may_wait(need, &rows.foreseen) {
                prop_assert!(missed <= 0, "need {} cannot wait", need.id.uuid());
            }
            let told = ahead.unmet.iter().find(|unmet| unmet.need == place);
            let kept = match told.map(|unmet| &unmet.why) {
                Some(Why::KeptBack { quantity, .. }) => *quantity,
                _ => 0,
            };
            prop_assert_eq!(kept, missed.max(0), "what waits is told, and nothing else");
        }
    }

    #[test]
    fn without_foresight_what_is_expected_changes_nothing(rows in any_season()) {
        let (_, with) = solved(&rows, 0);
        let (_, without) = solved(&rows.clone().with_past(Vec::new()), 0);
        prop_assert_eq!(&with, &without);
        let (_, nothing) = solved(&rows.with_past(Vec::new()), 100);
        prop_assert_eq!(with, nothing);
    }
}

#[test]
fn a_lunar_festival_of_last_year_is_kept_for_when_it_comes() {
    let mut lanterns = past(URGENT, -10, 30, 6);
    lanterns.title = "端午反诈宣传".into();
    // The dragon boat festivals are on 31 May 2025 and on 19 June 2026.
    lanterns.starts_at = "2025-05-20T00:00:00Z".parse().unwrap();
    lanterns.ends_at = "2025-06-02T00:00:00Z".parse().unwrap();
    lanterns.verified_at = "2025-05-01T00:00:00Z".parse().ok();
    let rows = empty().with_past(vec![lanterns]);
    assert_eq!(rows.foreseen[0].need.starts_at.to_string(), "2026-06-08 00:00:00 UTC");
    assert_eq!(rows.world().foreseen_areas.get(id(STREET)).map(|area| area.id), Some(id(STREET)));
}

//! The quick search against the plain rules.

use super::properties::any_world;
use super::*;
use crate::domain::availability::Rule;
use crate::domain::fit::Pair;
use crate::matching::assign::{Assignment, certify};
use crate::matching::solve::Draft;
use chrono::{NaiveDate, NaiveTime};
use proptest::prelude::*;

/// Worlds in which times, measures, units and single pairs differ too.
fn any_larger_world() -> impl Strategy<Value = Snapshot> {
    let patterns = ["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=SA", "FREQ=MONTHLY;BYMONTHDAY=9", "FREQ=DAILY;COUNT=2"];
    let rule = (proptest::sample::select(patterns.to_vec()), 0_u32..24, 0_u64..60);
    let rules = prop::collection::vec((0_u128..6, rule), 0..5);
    let lines = prop::collection::vec((0_u128..6, 0_i64..60, 0_i64..30, any::<bool>(), 0_i64..9), 0..6);
    let windows = prop::collection::vec((0_i64..30, 1_i64..1_000, any::<bool>()), 7);
    let joined = prop::collection::vec((0_u128..7, 0_u128..6), 0..3);
    let places = prop::collection::vec((any::<bool>(), 0_u128..4), 0..3);
    let coordinates = prop::collection::vec(prop::option::of((-9_i64..9, -9_i64..9)), 6);
    (any_world(), rules, lines, windows, joined, places, coordinates).prop_map(
        |(mut rows, rules, lines, windows, joined, places, coordinates)| {
            let somewhere = |given: &Option<(i64, i64)>| Place {
                latitude: given.map(|(north, _)| 28_190_000 + 1_000 * north),
                longitude: given.map(|(_, east)| 113_000_000 + 1_000 * east),
            };
            let (of_areas, of_units) = coordinates.split_at(rows.areas.len());
            for (area, given) in rows.areas.iter_mut().zip(of_areas) {
                area.place = somewhere(given);
            }
            for (unit, given) in rows.units.iter_mut().zip(of_units) {
                unit.place = somewhere(given);
            }
            for (service, (pattern, hour, first)) in rules {
                let day = NaiveDate::from_ymd_opt(2026, 2, 1).unwrap_or_default() + chrono::Days::new(first);
                let at = NaiveTime::from_hms_opt(hour, 30, 0).unwrap_or_default();
                rows.rules
                    .push((id(40 + service), Rule::new(Some(pattern), None, day, None, at, 90).unwrap()));
            }
            for (number, (service, from, days, hours, total)) in (300..).zip(lines) {
                let starts_at = monday() + TimeDelta::days(from - 20);
                let measure = if hours { Measure::Hours } else { Measure::Sessions };
                let ends_at = starts_at + TimeDelta::hours(1 + 24 * days);
                rows.capacities.push(Capacity {
                    starts_at,
                    ends_at,
                    measure,
                    ..line(number, 40 + service, total)
                });
            }
            for (need, (from, hours, of_unit)) in rows.needs.iter_mut().zip(windows) {
                need.starts_at = monday() + TimeDelta::hours(24 * from - 100);
                need.ends_at = need.starts_at + TimeDelta::hours(hours);
                need.asking_unit_id = of_unit.then(|| id(LIBRARY));
            }
            for (number, service) in rows.services.iter_mut().zip([LIBRARY, BANK, LIBRARY].iter().cycle()) {
                number.unit_id = id(*service);
            }
            rows.joined.extend(joined.into_iter().map(|(need, line)| (id(30 + need), id(140 + line))));
            rows.check_ins.clear();
            for (bank, area) in places.into_iter().chain([(false, 0)]) {
                rows.check_ins.push((id(if bank { BANK } else { LIBRARY }), id(STREET + area)));
            }
            rows
        },
    )
}

/// What the plain rules leave, by need, service and line.
fn by_the_rules(world: &World) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (place, need) in world.needs.iter().enumerate() {
        for (at, offer) in world.offers.iter().enumerate() {
            let is_forbidden = world.directives.iter().any(|given| {
                given.kind == DirectiveKind::Prohibition
                    && (given.need_id, given.service_id) == (need.id, offer.service.id)
            });
            let up: Vec<_> = world.areas.upwards(need.area_id).map(|area| area.id).collect();
            let joined: Vec<CapacityId> =
                world.joined.iter().filter(|(of, _)| *of == need.id).map(|(_, line)| *line).collect();
            let check_ins = world.check_ins.get(&offer.service.unit_id);
            let pair = Pair {
                now: world.now,
                need,
                service: &offer.service,
                rules: &offer.rules,
                is_of_category: world
                    .categories
                    .steps_up(need.category_id, offer.service.category_id)
                    .is_some(),
                is_covered: up.iter().any(|area| offer.coverage.contains(area)),
                is_checked_in: up.iter().any(|area| check_ins.is_some_and(|areas| areas.contains(area))),
                is_forbidden,
                joined: &joined,
            };
            let lines = world.lines[offer.lines.clone()].iter().map(|line| &line.capacity);
            for (line, first) in pair.lines(lines).unwrap_or_default() {
                let line = world.lines.iter().position(|other| other.capacity.id == line.id).unwrap();
                found.push(Candidate { need: place, offer: at, line, first });
            }
        }
    }
    found
}

proptest! {
    #[test]
    fn the_search_finds_what_the_rules_leave(rows in any_larger_world()) {
        let (world, weights) = (rows.world(), Weights::default());
        prop_assert_eq!(rows.candidates(), by_the_rules(&world));
        let scorer = Scorer::new(&world, &weights);
        let found = Candidates::all(&scorer);
        for pair in 0..found.len() {
            let candidate = scorer.candidate(found.need(pair), found.line(pair));
            prop_assert_eq!(found.score(pair), scorer.score(&candidate).total);
        }
    }

    #[test]
    fn the_best_are_kept_and_the_rest_is_no_better(rows in any_larger_world(), kept in 1_usize..5) {
        let (world, weights) = (rows.world(), Weights::default());
        let scorer = Scorer::new(&world, &weights);
        let (all, best) = (Candidates::all(&scorer), Candidates::best(&scorer, kept, |_| false));
        for need in 0..world.needs.len() {
            let ranked = |found: &Candidates| {
                let mut pairs: Vec<_> = found.of(need).map(|pair| (-found.score(pair), found.line(pair))).collect();
                pairs.sort_unstable();
                pairs
            };
            let (all, kept_of_all) = (ranked(&all), ranked(&best));
            prop_assert_eq!(&kept_of_all[..], &all[..kept.min(all.len())]);
            for (less, _) in &all[kept_of_all.len()..] {
                prop_assert!(best.beyond(need).is_some_and(|score| -less <= score));
            }
        }
    }

    #[test]
    fn few_candidates_give_the_best_over_all_pairs(rows in any_larger_world(), kept in 1_usize..4) {
        let (world, settings) = (rows.world(), Settings::default());
        let all = Draft::new(&world, &settings, usize::MAX).solve(&mut ()).unwrap();
        let few = Draft::new(&world, &settings, kept).solve(&mut ()).unwrap();
        prop_assert_eq!(few.answer.objective, all.answer.objective);
        let quantity = |need: usize, line: usize| {
            let own = few.draft.candidates.of(need);
            own.clone().find(|pair| few.draft.candidates.line(*pair) == line).map_or(0, |pair| few.answer.quantities[pair])
        };
        let pairs = 0..all.draft.candidates.len();
        let quantities = pairs.map(|pair| quantity(all.draft.candidates.need(pair), all.draft.candidates.line(pair)));
        let answer = Assignment { quantities: quantities.collect(), ..few.answer.clone() };
        prop_assert!(certify(&all.draft.problem, &answer).is_ok());
        let (few, all) = (few.matching().unwrap(), all.matching().unwrap());
        prop_assert_eq!(few.refused_pins, all.refused_pins);
    }
}

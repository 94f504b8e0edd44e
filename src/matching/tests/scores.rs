use super::*;
use crate::domain::text::{Lang, TextEnum as _};
use crate::matching::explain;
use crate::matching::fingerprint::WorldPart;
use crate::matching::score::{BEST, Score, ScoreAspect, Scorer};
use crate::matching::settings::{Fairness, Settings};

fn score(rows: &Snapshot) -> Score {
    let world = rows.world();
    Scorer::new(&world, &Weights::default()).score(&rows.candidates()[0])
}

fn fitting() -> Snapshot {
    empty().with_need(need(30)).with_service(service(40, LIBRARY), 10)
}

fn points(score: &Score, kind: ScoreAspect) -> i64 {
    score.parts.iter().find(|part| part.kind == kind).map_or(-1, |part| part.points)
}

#[test]
fn a_perfect_fit_earns_all_there_is() {
    let mut rows = fitting();
    rows.services[0].title = format!("{} 反诈防骗 反诈 诈骗 防骗", rows.needs[0].title);
    rows.needs[0].title = format!("{} 反诈防骗 反诈 诈骗 防骗", rows.services[0].title);
    rows.coverage[0].1 = id(COMMUNITY);
    rows.units[0].record = Record { confirmed: 1_000_000, no_shows: 0 };
    rows.communities[0].1 = Served { asked: 3, waiting: 3 };
    let score = score(&rows);
    assert!(score.total > BEST - 400, "{score:?}");
    assert_eq!(score.parts.iter().map(|part| part.points).sum::<i64>(), score.total);
}

#[test]
fn each_part_tells_the_better_from_the_worse() {
    let base = score(&fitting());
    let worse = |kind, spoil: fn(&mut Snapshot)| {
        let mut rows = fitting();
        spoil(&mut rows);
        let spoilt = score(&rows);
        assert!(points(&spoilt, kind) < points(&base, kind), "{kind:?}: {spoilt:?} {base:?}");
    };
    worse(ScoreAspect::Category, |rows| rows.services[0].category_id = id(SAFETY));
    worse(ScoreAspect::Nearness, |rows| rows.needs[0].area_id = id(COMPOUND));
    worse(ScoreAspect::Time, |rows| rows.services[0].lead_time_days = 10);
    worse(ScoreAspect::TargetGroup, |rows| {
        rows.services[0].target_groups = [TargetGroup::Everyone].into_iter().collect();
    });
    worse(ScoreAspect::Likeness, |rows| rows.services[0].title = "广场舞".into());
    worse(ScoreAspect::Record, |rows| rows.units[0].record.no_shows = 1);
    worse(ScoreAspect::Equity, |rows| rows.communities[0].1.waiting = 1);
}

fn at(latitude: i64, longitude: i64) -> Place {
    Place { latitude: Some(latitude), longitude: Some(longitude) }
}

fn nearness(rows: &Snapshot) -> (i64, String, String) {
    let (world, score) = (rows.world(), score(rows));
    let part = score.parts.iter().find(|part| part.kind == ScoreAspect::Nearness).unwrap();
    let told = explain::part(&world, &rows.needs[0], &rows.services[0], part);
    (part.points, told.text(Lang::Zh).to_owned(), told.text(Lang::En).to_owned())
}

#[test]
fn nearness_is_told_in_metres_where_both_sides_are_somewhere() {
    let mut rows = fitting();
    let by_tree = nearness(&rows);
    rows.areas[1].place = at(28_194_780, 112_998_450);
    assert_eq!(nearness(&rows), by_tree, "the unit is nowhere");
    rows.units[0].place = at(28_201_980, 112_998_450);
    let (points, zh, en) = nearness(&rows);
    assert_eq!(points, 1_500 * 1_000 / 1_801);
    assert_eq!(zh, format!("单位距人民新村社区直线约800米 +{points}"));
    assert_eq!(en, format!("the unit is about 800 m from 人民新村社区, as the crow flies +{points}"));
    rows.units[0].place = at(28_216_380, 112_998_450);
    let (further, zh, _) = nearness(&rows);
    assert!(further < points && zh.contains("2.4公里"), "{zh}");
    rows.areas[1].place = Place::default();
    rows.areas[0].place = at(28_216_380, 112_998_450);
    let (points, zh, _) = nearness(&rows);
    assert!(points == 1_500 && zh.contains("朝阳街道直线约0米"), "{zh}");
    rows.areas[0].street_id = None;
    assert_eq!(nearness(&rows), by_tree, "what lies above the street says nothing");
}

#[test]
fn a_score_does_not_depend_on_what_else_is_offered() {
    let mut other = service(41, BANK);
    other.title = "金融知识讲座".into();
    assert_eq!(score(&fitting()), score(&fitting().with_service(other, 1).with_need(need(31))));
}

#[test]
fn parts_are_told_in_both_languages_with_their_points() {
    let rows = fitting();
    let (world, score) = (rows.world(), score(&rows));
    let told = |lang| -> Vec<String> {
        let part = |part| explain::part(&world, &rows.needs[0], &rows.services[0], part);
        score.parts.iter().map(|one| part(one).text(lang).to_owned()).collect()
    };
    insta::assert_debug_snapshot!("parts_told", (told(Lang::Zh), told(Lang::En)));
}

#[test]
fn weights_must_add_up_and_name_parts_only() {
    let read = |text: &str| serde_json::from_str::<Weights>(text);
    let whole = serde_json::to_string(&Weights::default()).unwrap();
    assert_eq!(read(&whole).unwrap(), Weights::default());
    assert_eq!(read(r#"{"category": 10000}"#).unwrap().most(ScoreAspect::Time), 0);
    for bad in [r#"{"category": 9999}"#, r#"{"category": 10001, "time": -1}"#, r#"{"colour": 10000}"#, "{}"] {
        assert!(read(bad).is_err(), "{bad}");
    }
    assert_eq!(ScoreAspect::ALL.iter().map(|part| Weights::default().most(*part)).sum::<i64>(), BEST);
}

#[test]
fn a_fingerprint_says_which_part_has_moved() {
    let usual = Settings::default();
    let before = fitting().world().fingerprint(&usual).encode();
    let moved = |rows: &Snapshot| rows.world().fingerprint(&usual).moved_since(&before);
    let mut rows = fitting();
    rows.now += TimeDelta::hours(1);
    assert_eq!(moved(&rows), []);
    rows.capacities[0].held += 1;
    assert_eq!(moved(&rows), [WorldPart::Capacity]);
    rows.needs[0].claimed += 1;
    assert_eq!(moved(&rows), [WorldPart::Needs, WorldPart::Capacity]);
    let mut placed = fitting();
    placed.areas[1].place = at(28_194_780, 112_998_450);
    assert_eq!(moved(&placed), [WorldPart::Needs]);
    placed.units[0].place = at(28_194_780, 112_998_450);
    assert_eq!(moved(&placed), [WorldPart::Needs, WorldPart::Units]);
    assert_eq!(moved(&fitting().with_directive(DirectiveKind::Pin, 30, 40, None)), [WorldPart::Directives]);
    let fair = Settings { fairness: Fairness::all().last().unwrap(), ..usual.clone() };
    assert_eq!(fitting().world().fingerprint(&fair).moved_since(&before), [WorldPart::Settings]);
    assert_eq!(rows.world().fingerprint(&usual).moved_since("rubbish"), WorldPart::ALL);
}

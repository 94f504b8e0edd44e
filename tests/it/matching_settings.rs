//! How a street wants its needs matched: laid down by its coordinator, and used wherever needs are matched.

use crate::builders::{Streets, need_facts, service_facts};
use crate::hub::{Hub, administrator, both};
use gongjian_hub::domain::event::EventKind;
use gongjian_hub::domain::id::AreaId;
use gongjian_hub::domain::viewer::Viewer;
use serde_json::{Value, json};

const FIELDS: &str = "area { matchingSettings { weights { part points } fairness setAt } }";
const OF_AREA: &str =
    "query($id: ID!) { area(id: $id) { matchingSettings { weights { part points } fairness setAt } } }";

/// Everything for the category, nothing for all else.
fn by_category(street: AreaId) -> Value {
    json!({ "streetId": street.to_string(), "weights": [{ "part": "CATEGORY", "points": 10_000 }], "fairness": 2 })
}

async fn of_area(hub: &Hub, viewer: &Viewer, area: AreaId) -> Value {
    hub.data(viewer, OF_AREA, json!({ "id": area.to_string() })).await["area"]["matchingSettings"].take()
}

/// The score of the only pair of a street: of the preview and of both kinds of candidates.
async fn scores(hub: &Hub, streets: &Streets) -> [Value; 3] {
    let preview = hub.preview(&streets.coordinator, streets.street).await;
    let query = "{ needs { nodes { candidates { nodes { score } } } }
        services { nodes { candidates { nodes { score } } } } }";
    let ranked = hub.data(&streets.coordinator, query, json!({})).await;
    let best = |list: &str| ranked[list]["nodes"][0]["candidates"]["nodes"][0]["score"].clone();
    [preview["matches"][0]["score"].clone(), best("needs"), best("services")]
}

both!(a_street_lays_down_how_its_needs_are_matched, |hub| {
    let streets = hub.streets().await;
    let (unit, _) = hub.unit(streets.street, "公安分局").await;
    hub.listed_service(unit, service_facts("反诈讲座", streets.street), 10).await;
    hub.open_need(streets.community, None, need_facts("反诈讲座")).await;
    let usual = of_area(hub, &streets.staff, streets.street).await;
    assert!(scores(hub, &streets).await.iter().all(|score| score.as_i64().unwrap() < 10_000));

    let set =
        hub.mutate(&streets.coordinator, "setMatchingSettings", by_category(streets.street), FIELDS).await;
    insta::assert_json_snapshot!("settings_set", json!({ "usual": usual, "set": set }));
    assert_eq!(scores(hub, &streets).await, [10_000, 10_000, 10_000].map(|score| json!(score)));
    let told = hub.trail().await.pop().unwrap();
    assert_eq!((told.subject_id, told.kind), (uuid_of(streets.street), EventKind::Edited));
    assert_eq!(told.data["after"]["matching"]["fairness"], 2);

    // What is left out stays, and other streets are matched as before.
    let dial = json!({ "streetId": streets.street.to_string(), "fairness": 4 });
    hub.mutate(&streets.coordinator, "setMatchingSettings", dial, "").await;
    let own = of_area(hub, &streets.staff, streets.street).await;
    assert_eq!((&own["weights"][0]["points"], &own["fairness"]), (&json!(10_000), &json!(4)));
    assert_eq!(of_area(hub, &administrator(), streets.far_street).await, usual);
    assert_eq!(of_area(hub, &administrator(), streets.community).await, Value::Null);
});

fn uuid_of(area: AreaId) -> uuid::Uuid {
    gongjian_hub::domain::id::Id::uuid(area)
}

both!(a_preview_of_before_the_settings_were_laid_down_is_not_applied, |hub| {
    let streets = hub.streets().await;
    let before = hub.fingerprint(&streets).await;
    hub.mutate(&streets.coordinator, "setMatchingSettings", by_category(streets.street), "").await;
    let input = json!({ "areaId": streets.street.to_string(), "fingerprint": before });
    let payload = hub.mutate(&streets.coordinator, "applyMatching", input, "").await;
    insta::assert_json_snapshot!("settings_moved", payload);
});

both!(candidates_of_two_streets_are_each_judged_as_their_street_wants, |hub| {
    let streets = hub.streets().await;
    let (unit, _) = hub.unit(streets.street, "公安分局").await;
    let mut tx = hub.store.begin(&administrator()).await.unwrap();
    let on = hub.store.clock.now().date_naive();
    gongjian_hub::store::unit::check_in(&mut tx, unit, streets.far_street, on).await.unwrap();
    tx.commit().await.unwrap();
    hub.listed_service(unit, service_facts("反诈讲座", streets.street), 10).await;
    hub.listed_service(unit, service_facts("反诈讲座", streets.far_street), 10).await;
    hub.open_need(streets.community, None, need_facts("反诈讲座")).await;
    hub.open_need(streets.far_community, None, need_facts("反诈讲座")).await;
    hub.mutate(&streets.coordinator, "setMatchingSettings", by_category(streets.street), "").await;
    let query = "{ needs { nodes { street { id } candidates { nodes { score } } } } }";
    let told = hub.data(&administrator(), query, json!({})).await;
    let score = |street: AreaId| {
        let mut needs = told["needs"]["nodes"].as_array().unwrap().iter();
        let need = needs.find(|need| need["street"]["id"] == street.to_string()).unwrap();
        need["candidates"]["nodes"][0]["score"].as_i64().unwrap()
    };
    assert_eq!(score(streets.street), 10_000);
    assert!(score(streets.far_street) < 10_000);
});

both!(settings_are_for_those_who_work_in_the_street, |hub| {
    let streets = hub.streets().await;
    let (_, liaison) = hub.unit(streets.street, "公安分局").await;
    let query = "mutation($input: SetMatchingSettingsInput!) { setMatchingSettings(input: $input) { errors { code } } }";
    for (viewer, code) in [
        (&streets.staff, "FORBIDDEN"),
        (&streets.far_coordinator, "FORBIDDEN"),
        (&liaison, "FORBIDDEN"),
        (&Viewer::public(), "UNAUTHENTICATED"),
    ] {
        let input = json!({ "input": by_category(streets.street) });
        assert_eq!(hub.error_code(viewer, query, input).await, code);
    }
    for viewer in [&streets.far_coordinator, &streets.far_staff, &liaison, &Viewer::public()] {
        assert_eq!(of_area(hub, viewer, streets.street).await, Value::Null, "{viewer:?}");
    }
});

both!(settings_that_make_no_sense_are_refused, |hub| {
    let streets = hub.streets().await;
    let weight = |part: &str, points: i64| json!({ "part": part, "points": points });
    for (field, value, refusal) in [
        ("weights", json!([weight("CATEGORY", 9_999)]), ("BAD_NUMBER", "weights")),
        ("weights", json!([]), ("BAD_NUMBER", "weights")),
        (
            "weights",
            json!([weight("CATEGORY", 10_001), weight("TIME", -1)]),
            ("BAD_NUMBER", "weights.0.points"),
        ),
        ("weights", json!([weight("TIME", 5_000), weight("TIME", 5_000)]), ("BAD_INPUT", "weights.1.part")),
        ("fairness", json!(5), ("BAD_NUMBER", "fairness")),
        ("fairness", json!(-1), ("BAD_NUMBER", "fairness")),
        ("streetId", json!(streets.community.to_string()), ("BAD_INPUT", "streetId")),
        ("streetId", json!("area_00000000000000000000000000000009"), ("NOT_FOUND", "streetId")),
    ] {
        let mut input = by_category(streets.street);
        input[field] = value.clone();
        let refused = hub.refused(&streets.coordinator, "setMatchingSettings", input).await;
        assert_eq!(refused, (refusal.0.into(), refusal.1.into()), "{value}");
    }
});

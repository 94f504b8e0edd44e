use crate::builders::{category, service_facts};
use crate::hub::both;
use gongjian_hub::domain::event::EventKind;
use gongjian_hub::domain::id::{AreaId, UnitId};
use gongjian_hub::domain::service::ServiceAction;
use gongjian_hub::domain::viewer::Viewer;
use serde_json::{Value, json};

fn facts(area: AreaId) -> Value {
    json!({
        "categoryId": category("safety.anti_fraud").to_string(),
        "mode": "EXPERTISE",
        "title": "防范电信诈骗讲座",
        "titleEn": "Talk on telephone fraud",
        "description": "面向老年人，每场约一小时。",
        "targetGroups": ["ELDERLY", "EVERYONE"],
        "coverageIds": [area.to_string()],
        "leadTimeDays": 7,
    })
}

fn talk(unit: UnitId, area: AreaId) -> Value {
    json!({
        "unitId": unit.to_string(),
        "facts": facts(area),
        "capacities": [{
            "startsAt": "2026-01-01T00:00:00Z", "endsAt": "2027-01-01T00:00:00Z", "measure": "SESSIONS", "total": 20,
        }],
        "availability": [
            { "rrule": "FREQ=WEEKLY;BYDAY=SA", "startsOn": "2026-01-01", "startTime": "09:00:00", "minutes": 90 },
            { "festival": "DOUBLE_NINTH", "startsOn": "2026-01-01", "startTime": "14:00:00", "minutes": 60 },
        ],
    })
}

const EVERYTHING: &str = "service {
    state possibleActions mode title titleEn description targetGroups eligibility leadTimeDays exhausted version
    unit { name } category { code } coverage { name }
    capacities { total held committed left measure startsAt endsAt }
    availability { rrule festival startsOn endsOn startTime minutes }
    nextDates(first: 3) { startsAt endsAt }
}";

/// Puts a value at a path of dots.
fn with(mut input: Value, path: &str, value: Value) -> Value {
    *path.split('.').fold(&mut input, |inner, part| match part.parse::<usize>() {
        Ok(place) => &mut inner[place],
        Err(_) => &mut inner[part],
    }) = value;
    input
}

both!(a_unit_creates_a_service_with_all_that_belongs_to_it, |hub| {
    let streets = hub.streets().await;
    let (unit, liaison) = hub.unit(streets.street, "国泰君安证券湖南分公司").await;
    let payload = hub.mutate(&liaison, "createService", talk(unit, streets.street), EVERYTHING).await;
    insta::assert_json_snapshot!("service_created", payload);
});

both!(an_edit_puts_the_facts_in_place_of_those_before, |hub| {
    let streets = hub.streets().await;
    let (unit, liaison) = hub.unit(streets.street, "国泰君安证券湖南分公司").await;
    let id = hub.listed_service(unit, service_facts("理财咨询", streets.street), 20).await;
    let input = json!({ "id": id.to_string(), "version": 3, "facts": facts(streets.community) });
    let payload = hub.mutate(&liaison, "updateService", input.clone(), EVERYTHING).await;
    insta::assert_json_snapshot!("service_updated", payload);
    let refused = hub.refused(&liaison, "updateService", input).await;
    assert_eq!(refused, ("OUTDATED".into(), "version".into()));
    let edits = hub.events(id, EventKind::Edited).await;
    assert_eq!(edits.len(), 1);
    assert_eq!(edits[0].data["before"]["title"], "理财咨询");
    assert_eq!(edits[0].data["before"]["coverage"], json!([streets.street]));
    assert_eq!(edits[0].data["after"]["coverage"], json!([streets.community]));
    let found = "query($text: String) { services(filter: { text: $text }) { totalCount } }";
    for (text, count) in [("telephone 诈骗", 1), ("理财", 0)] {
        let data = hub.data(&liaison, found, json!({ "text": text })).await;
        assert_eq!(data["services"]["totalCount"], count, "{text}");
    }
});

both!(what_is_wrong_is_refused_by_name_and_changes_nothing, |hub| {
    let streets = hub.streets().await;
    let (unit, liaison) = hub.unit(streets.street, "国泰君安证券湖南分公司").await;
    let input = talk(unit, streets.street);
    let unknown_category = format!("category_{}", "0".repeat(32));
    let unknown_area = format!("area_{}", "0".repeat(32));
    let many: Vec<Value> = vec![input["capacities"][0].clone(); 101];
    let mut refusals = Vec::new();
    for (path, value) in [
        ("unitId", json!(streets.street.to_string())),
        ("unitId", json!(format!("unit_{}", "0".repeat(32)))),
        ("facts.title", json!("  ")),
        ("facts.title", json!("长".repeat(10_000))),
        ("facts.titleEn", json!("x".repeat(121))),
        ("facts.description", json!("\u{7}")),
        ("facts.eligibility", json!("长".repeat(4_001))),
        ("facts.categoryId", json!("culture")),
        ("facts.categoryId", json!(unknown_category)),
        ("facts.targetGroups", json!([])),
        ("facts.coverageIds", json!([])),
        ("facts.coverageIds", json!([unknown_area])),
        ("facts.coverageIds", json!([unit.to_string()])),
        ("facts.leadTimeDays", json!(-1)),
        ("capacities", json!(many)),
        ("capacities.0.total", json!(-20)),
        ("capacities.0.total", json!(i64::MAX)),
        ("capacities.0.endsAt", json!("2025-01-01T00:00:00Z")),
        ("availability", json!(vec![input["availability"][0].clone(); 21])),
        ("availability.0.rrule", json!("FREQ=SECONDLY")),
        ("availability.0.rrule", json!("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30")),
        ("availability.0.rrule", json!(format!("FREQ=DAILY;BYDAY={}", "MO,".repeat(10_000)))),
        ("availability.0.rrule", json!("'; DROP TABLE service; --")),
        ("availability.0.festival", json!("LANTERN")),
        ("availability.1.minutes", json!(0)),
        ("availability.1.endsOn", json!("2025-12-31")),
    ] {
        let refused = hub.refused(&liaison, "createService", with(input.clone(), path, value)).await;
        refusals.push(format!("{path}: {} at {}", refused.0, refused.1));
    }
    insta::assert_json_snapshot!("service_refusals", refusals);
    let counted = "query { services(filter: { states: [DRAFT] }) { totalCount } }";
    assert_eq!(hub.data(&liaison, counted, json!({})).await["services"]["totalCount"], 0);
});

both!(a_service_is_edited_by_its_unit_and_its_street_only, |hub| {
    let streets = hub.streets().await;
    let (unit, _) = hub.unit(streets.street, "国泰君安证券湖南分公司").await;
    let (_, other_liaison) = hub.unit(streets.street, "湖南省图书馆").await;
    let id = hub.listed_service(unit, service_facts("理财咨询", streets.street), 20).await;
    let create = "mutation($input: CreateServiceInput!) { createService(input: $input) { errors { code } } }";
    let update = "mutation($input: UpdateServiceInput!) { updateService(input: $input) { errors { code } } }";
    let created = json!({ "input": talk(unit, streets.street) });
    let updated = json!({ "input": { "id": id.to_string(), "facts": facts(streets.street) } });
    for viewer in [&other_liaison, &streets.far_coordinator, &streets.staff, &Viewer::public()] {
        let code = if *viewer == Viewer::public() { "UNAUTHENTICATED" } else { "FORBIDDEN" };
        for (query, variables) in [(create, &created), (update, &updated)] {
            let response = hub.ask(viewer, query, variables.clone()).await;
            assert_eq!(response["errors"][0]["extensions"]["code"], code);
        }
    }
});

both!(availability_is_replaced_as_a_whole, |hub| {
    let streets = hub.streets().await;
    let (unit, liaison) = hub.unit(streets.street, "国泰君安证券湖南分公司").await;
    let payload = hub.mutate(&liaison, "createService", talk(unit, streets.street), "service { id }").await;
    let id = payload["service"]["id"].clone();
    let rules = json!([{ "rrule": "FREQ=DAILY;COUNT=2", "startsOn": "2026-03-07", "startTime": "19:00:00", "minutes": 45 }]);
    let selection = "service { availability { rrule } nextDates { startsAt } }";
    let input = json!({ "serviceId": id, "availability": rules });
    insta::assert_json_snapshot!(
        "availability_set",
        hub.mutate(&liaison, "setAvailability", input, selection).await
    );
    let refused = json!({ "serviceId": id, "availability": [rules[0], { "rrule": "FREQ=NEVER", "startsOn": "2026-03-07", "startTime": "19:00:00", "minutes": 45 }] });
    let refused = hub.refused(&liaison, "setAvailability", refused).await;
    assert_eq!(refused, ("BAD_TIME".into(), "availability.1".into()));
    let input = json!({ "serviceId": id, "availability": [] });
    let payload = hub.mutate(&liaison, "setAvailability", input, selection).await;
    assert_eq!(payload["service"], json!({ "availability": [], "nextDates": [] }));
    let dates =
        "query($id: ID!, $first: Int!) { service(id: $id) { nextDates(first: $first) { startsAt } } }";
    for first in [0, -1, 11] {
        let response = hub.ask(&liaison, dates, json!({ "id": id, "first": first })).await;
        assert_eq!(response["errors"][0]["extensions"]["code"], "BAD_NUMBER");
    }
});

both!(a_retired_service_is_not_edited_any_more, |hub| {
    let streets = hub.streets().await;
    let (unit, liaison) = hub.unit(streets.street, "国泰君安证券湖南分公司").await;
    let id = hub.service(unit, service_facts("反诈讲座", streets.street), &[ServiceAction::Retire]).await;
    let line = hub.capacity(id).await.to_string();
    let service = id.to_string();
    let capacity = talk(unit, streets.street)["capacities"][0].clone();
    for (mutation, input) in [
        ("updateService", json!({ "id": service, "facts": facts(streets.street) })),
        ("addCapacity", json!({ "serviceId": service, "capacity": capacity })),
        ("updateCapacity", json!({ "id": line, "total": 5 })),
        ("removeCapacity", json!({ "id": line })),
        ("setAvailability", json!({ "serviceId": service, "availability": [] })),
    ] {
        assert_eq!(hub.refused(&liaison, mutation, input).await.0, "ILLEGAL_TRANSITION", "{mutation}");
    }
});

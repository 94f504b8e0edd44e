use crate::builders::{need_facts, service_facts};
use crate::hub::both;
use gongjian_hub::domain::event::EventKind;
use gongjian_hub::domain::matches::MatchState;
use serde_json::json;

const LINES: &str = "service { exhausted capacities { total held committed left } }";

both!(a_line_of_capacity_is_added_changed_and_removed, |hub| {
    let streets = hub.streets().await;
    let (unit, liaison) = hub.unit(streets.street, "国泰君安证券湖南分公司").await;
    let service = hub.listed_service(unit, service_facts("反诈讲座", streets.street), 20).await;
    let line = hub.capacity(service).await;
    let new = json!({ "startsAt": "2026-06-01T00:00:00Z", "endsAt": "2026-07-01T00:00:00Z", "measure": "HOURS", "total": 8 });
    let mut steps = Vec::new();
    for (mutation, input) in [
        ("addCapacity", json!({ "serviceId": service.to_string(), "capacity": new })),
        ("updateCapacity", json!({ "id": line.to_string(), "total": 12, "endsAt": "2026-04-01T00:00:00Z" })),
        ("removeCapacity", json!({ "id": line.to_string() })),
    ] {
        steps.push(json!({ mutation: hub.mutate(&liaison, mutation, input, LINES).await }));
    }
    insta::assert_json_snapshot!("capacity_steps", steps);
    let counted: Vec<_> = hub
        .events(line, EventKind::Counted)
        .await
        .into_iter()
        .map(|event| json!([event.data["before"]["total"], event.data["after"]["total"]]))
        .collect();
    assert_eq!(counted, [json!([20, 12]), json!([12, null])]);
    let refused = hub.refused(&liaison, "removeCapacity", json!({ "id": line.to_string() })).await;
    assert_eq!(refused, ("NOT_FOUND".into(), "id".into()));
});

both!(what_is_in_use_cannot_be_taken_away, |hub| {
    let streets = hub.streets().await;
    let (unit, liaison) = hub.unit(streets.street, "国泰君安证券湖南分公司").await;
    let service = hub.listed_service(unit, service_facts("反诈讲座", streets.street), 20).await;
    let line = hub.capacity(service).await;
    hub.use_capacity(line, 3, 4).await;
    let id = line.to_string();
    let payload = hub.mutate(&liaison, "updateCapacity", json!({ "id": id, "total": 6 }), LINES).await;
    insta::assert_json_snapshot!("capacity_below_use", payload);
    let payload = hub.mutate(&liaison, "updateCapacity", json!({ "id": id, "total": 7 }), LINES).await;
    insta::assert_json_snapshot!("capacity_all_in_use", payload);
    for (input, field) in [
        (json!({ "id": id, "startsAt": "2026-03-01T00:00:00Z" }), "startsAt"),
        (json!({ "id": id, "endsAt": "2026-03-20T00:00:00Z" }), "endsAt"),
        (json!({ "id": id, "endsAt": "2020-03-20T00:00:00Z" }), "endsAt"),
    ] {
        let refused = hub.refused(&liaison, "updateCapacity", input).await;
        assert_eq!(refused, ("BAD_TIME".into(), field.into()));
    }
    for total in [0, -1, 1_000_000_001] {
        let refused = hub.refused(&liaison, "updateCapacity", json!({ "id": id, "total": total })).await;
        assert_eq!(refused, ("BAD_NUMBER".into(), "total".into()));
    }
});

both!(a_line_that_a_match_ever_drew_on_stays, |hub| {
    let streets = hub.streets().await;
    let (unit, liaison) = hub.unit(streets.street, "国泰君安证券湖南分公司").await;
    let service = hub.listed_service(unit, service_facts("反诈讲座", streets.street), 20).await;
    let need = hub.draft_need(streets.community, need_facts("反诈讲座")).await;
    hub.matched(need, service, MatchState::Confirmed).await;
    let line = hub.capacity(service).await.to_string();
    let refused = hub.refused(&liaison, "removeCapacity", json!({ "id": line })).await;
    assert_eq!(refused, ("BAD_INPUT".into(), "id".into()));
});

both!(a_service_has_a_hundred_lines_at_most, |hub| {
    let streets = hub.streets().await;
    let (unit, liaison) = hub.unit(streets.street, "国泰君安证券湖南分公司").await;
    let service = hub.listed_service(unit, service_facts("反诈讲座", streets.street), 20).await.to_string();
    let line = json!({ "startsAt": "2026-06-01T00:00:00Z", "endsAt": "2026-07-01T00:00:00Z", "measure": "HOURS", "total": 8 });
    let input = json!({ "serviceId": service, "capacity": line });
    for _ in 1..100 {
        hub.mutate(&liaison, "addCapacity", input.clone(), "").await;
    }
    assert_eq!(hub.refused(&liaison, "addCapacity", input).await.0, "LIMIT_REACHED");
});

both!(capacity_is_changed_by_the_unit_and_its_street_only, |hub| {
    let streets = hub.streets().await;
    let (unit, _) = hub.unit(streets.street, "国泰君安证券湖南分公司").await;
    let (_, other_liaison) = hub.unit(streets.street, "湖南省图书馆").await;
    let service = hub.listed_service(unit, service_facts("反诈讲座", streets.street), 20).await;
    let line = hub.capacity(service).await.to_string();
    let query = "mutation($id: ID!) { updateCapacity(input: { id: $id, total: 5 }) { errors { code } } }";
    for viewer in [&other_liaison, &streets.far_coordinator, &streets.staff] {
        let response = hub.ask(viewer, query, json!({ "id": line })).await;
        assert_eq!(response["errors"][0]["extensions"]["code"], "FORBIDDEN");
    }
    let payload =
        hub.mutate(&streets.coordinator, "updateCapacity", json!({ "id": line, "total": 5 }), LINES).await;
    assert_eq!(payload["service"]["capacities"][0]["total"], 5);
});

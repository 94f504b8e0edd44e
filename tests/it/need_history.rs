use crate::builders::need_facts;
use crate::builders::needs::{serve, step_input};
use crate::hub::{administrator, both};
use gongjian_hub::domain::matches::MatchState;
use gongjian_hub::domain::need::{NeedAction, NeedState};
use gongjian_hub::domain::viewer::Viewer;
use serde_json::json;

const HISTORY: &str = "query($id: ID!, $first: Int, $after: String) { need(id: $id) {
    history(first: $first, after: $after) {
        totalCount pageInfo { hasNextPage endCursor }
        nodes { role kind from to reason quantities { quantity claimed delivered released } }
    }
} }";

both!(a_need_tells_what_happened_to_it, |hub| {
    let streets = hub.streets().await;
    let talks = hub.talks(streets.street).await;
    let id = hub.draft_need(streets.community, need_facts("反诈讲座")).await;
    for (viewer, action) in [
        (&streets.staff, NeedAction::Submit),
        (&streets.coordinator, NeedAction::Return),
        (&streets.staff, NeedAction::Edit),
        (&streets.staff, NeedAction::Submit),
        (&streets.coordinator, NeedAction::Verify),
        (&streets.coordinator, NeedAction::Open),
    ] {
        let (name, input) = step_input(action, id, id);
        hub.mutate(viewer, name, input, "need { id }").await;
    }
    let mut tx = hub.store.begin(&administrator()).await.unwrap();
    serve(&mut tx, id, talks, 4, MatchState::Accepted, 0).await;
    tx.commit().await.unwrap();
    let told = hub.data(&streets.staff, HISTORY, json!({ "id": id.to_string() })).await;
    insta::assert_json_snapshot!("history", told, { ".**.endCursor" => "[cursor]" });

    let first = hub.data(&streets.staff, HISTORY, json!({ "id": id.to_string(), "first": 5 })).await;
    let cursor = &first["need"]["history"]["pageInfo"]["endCursor"];
    let rest = hub.data(&streets.staff, HISTORY, json!({ "id": id.to_string(), "after": cursor })).await;
    let nodes = |page: &serde_json::Value| page["need"]["history"]["nodes"].as_array().unwrap().clone();
    assert_eq!([nodes(&first), nodes(&rest)].concat(), nodes(&told));
});

both!(an_event_is_for_those_who_see_its_need, |hub| {
    let streets = hub.streets().await;
    let (unit, liaison) = hub.unit(streets.street, "湖南省图书馆").await;
    hub.draft_need(streets.community, need_facts("反诈讲座")).await;
    let trail = hub.trail().await;
    let event = trail.last().unwrap();
    let query = "query($id: ID!) { node(id: $id) { ... on Event { id kind to } } }";
    let variables = json!({ "id": event.id.to_string() });
    let told = hub.data(&streets.staff, query, variables.clone()).await;
    assert_eq!(told["node"], json!({ "id": event.id.to_string(), "kind": "ADDED", "to": "DRAFT" }));
    for viewer in [&streets.far_coordinator, &streets.far_staff, &liaison, &Viewer::public()] {
        assert_eq!(hub.data(viewer, query, variables.clone()).await, json!({ "node": null }));
    }
    // What befell a unit is for the unit and its street; what befell an area is nobody's to read here.
    let of = |id: uuid::Uuid| {
        let event = trail.iter().find(|event| event.subject_id == id).unwrap();
        json!({ "id": event.id.to_string() })
    };
    let registered = of(gongjian_hub::domain::id::Id::uuid(unit));
    assert_eq!(hub.data(&liaison, query, registered.clone()).await["node"]["kind"], "ADDED");
    assert_eq!(hub.data(&streets.far_coordinator, query, registered).await, json!({ "node": null }));
    let area = of(gongjian_hub::domain::id::Id::uuid(streets.community));
    assert_eq!(hub.data(&administrator(), query, area).await, json!({ "node": null }));
});

both!(histories_of_many_needs_are_one_statement, |hub| {
    let streets = hub.streets().await;
    let talks = hub.talks(streets.street).await;
    let query = "{ needs { nodes { history { totalCount nodes { kind } } } } }";
    let mut counts = Vec::new();
    for _ in 0..2 {
        for state in [NeedState::Open, NeedState::Delivered, NeedState::Closed] {
            hub.need_in(state, streets.community, None, talks).await;
        }
        counts.push(hub.statements(hub.data(&streets.staff, query, json!({}))).await);
    }
    assert_eq!(counts[0], counts[1]);
});

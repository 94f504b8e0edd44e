//! Who sees runs and what they found, and who asks for them.

use crate::hub::{administrator, both};
use gongjian_hub::domain::viewer::{Scope, Viewer};
use gongjian_hub::store::run;
use serde_json::{Value, json};

both!(runs_are_for_those_who_work_in_the_street, |hub| {
    let story = hub.two_needs().await;
    let id = hub.done_run(&story.streets).await;
    let found = "id state matches { totalCount nodes { id } } unmet { totalCount nodes { id } }";
    let own = hub.run_told(&administrator(), id, found).await;
    let inside = [&own["id"], &own["matches"]["nodes"][0]["id"], &own["unmet"]["nodes"][0]["id"]];
    let list = "query($area: ID) { matchingRuns(areaId: $area) { totalCount nodes { id } } }";
    let area = json!({ "area": story.streets.street.to_string() });
    for viewer in [&story.streets.coordinator, &story.streets.staff, &administrator()] {
        assert_eq!(hub.run_told(viewer, id, found).await, own);
        assert_eq!(hub.data(viewer, list, area.clone()).await["matchingRuns"]["totalCount"], 1);
    }
    for viewer in
        [&story.streets.far_coordinator, &story.streets.far_staff, &story.liaison, &Viewer::public()]
    {
        assert_eq!(hub.run_told(viewer, id, found).await, Value::Null);
        assert_eq!(hub.data(viewer, list, json!({})).await["matchingRuns"]["totalCount"], 0);
        let node =
            hub.data(viewer, "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": inside }));
        assert_eq!(node.await["nodes"], json!([null, null, null]));
    }
    let node = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }";
    let told = hub.data(&story.streets.staff, node, json!({ "ids": inside })).await;
    let kinds: Vec<&str> =
        told["nodes"].as_array().unwrap().iter().filter_map(|one| one["__typename"].as_str()).collect();
    assert_eq!(kinds, ["MatchingRun", "MatchingRunMatch", "MatchingRunUnmet"]);
});

both!(runs_are_asked_for_called_off_and_applied_by_the_coordinator, |hub| {
    let story = hub.two_needs().await;
    let done = hub.done_run(&story.streets).await;
    let queued = hub.start_run(&story.streets).await;
    let reader = Viewer { scopes: vec![Scope::Read], ..story.streets.coordinator.clone() };
    for (viewer, code) in [
        (&story.streets.staff, "FORBIDDEN"),
        (&story.liaison, "FORBIDDEN"),
        (&reader, "FORBIDDEN"),
        (&Viewer::public(), "UNAUTHENTICATED"),
    ] {
        for (name, input) in [
            ("startMatching", json!({ "areaId": story.streets.street.to_string() })),
            ("cancelMatching", json!({ "id": queued.to_string() })),
            ("applyMatchingRun", json!({ "id": done.to_string() })),
        ] {
            let kind = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
            let query =
                format!("mutation($input: {kind}Input!) {{ {name}(input: $input) {{ errors {{ code }} }} }}");
            assert_eq!(hub.error_code(viewer, &query, json!({ "input": input })).await, code, "{name}");
        }
        let told = hub.run_told(viewer, queued, "possibleActions").await;
        assert!(told.is_null() || told["possibleActions"] == json!([]), "{told}");
    }
    // Others' runs are not even there.
    for name in ["cancelMatching", "applyMatchingRun"] {
        let input = json!({ "id": done.to_string() });
        let refused = hub.refused(&story.streets.far_coordinator, name, input).await;
        assert_eq!(refused, ("NOT_FOUND".into(), "id".into()));
    }
});

both!(above_the_streets_the_administrator_matches_alone, |hub| {
    let story = hub.two_needs().await;
    let query = "query($code: String) { areas(filter: { code: $code }) { nodes { id } } }";
    let district = hub.data(&administrator(), query, json!({ "code": "430102" })).await;
    let input = json!({ "areaId": district["areas"]["nodes"][0]["id"] });
    let start = "mutation($input: StartMatchingInput!) { startMatching(input: $input) { errors { code } } }";
    let denied = hub.error_code(&story.streets.coordinator, start, json!({ "input": input })).await;
    assert_eq!(denied, "FORBIDDEN");
    let asked = hub.mutate(&administrator(), "startMatching", input, "run { id }").await;
    assert!(run::carry_out_next(&hub.store).await.unwrap());
    let id = asked["run"]["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(hub.run_told(&administrator(), id, "needCount").await["needCount"], 2);
    assert_eq!(hub.run_told(&story.streets.coordinator, id, "needCount").await, Value::Null);
});

both!(bad_input_for_runs_is_refused, |hub| {
    let story = hub.two_needs().await;
    for (field, value, refusal) in [
        ("areaId", json!("x"), ("BAD_ID", "areaId")),
        ("areaId", json!("area_00000000000000000000000000000009"), ("NOT_FOUND", "areaId")),
        ("categoryId", json!("category_00000000000000000000000000000009"), ("NOT_FOUND", "categoryId")),
    ] {
        let mut input = json!({ "areaId": story.streets.street.to_string() });
        input[field] = value;
        let refused = hub.refused(&story.streets.coordinator, "startMatching", input).await;
        assert_eq!(refused, (refusal.0.into(), refusal.1.into()));
    }
});

both!(a_page_of_runs_loads_in_a_constant_number_of_statements, |hub| {
    let story = hub.two_needs().await;
    let query = "{ matchingRuns { nodes { area { name } matches { nodes { need { title } service { title }
        capacity { left } } } unmet { nodes { need { title } } } } } }";
    let mut counts = Vec::new();
    for runs in [1, 4] {
        for _ in 0..runs {
            hub.done_run(&story.streets).await;
        }
        counts.push(hub.statements(hub.data(&story.streets.staff, query, json!({}))).await);
    }
    assert_eq!(counts[0], counts[1]);
});

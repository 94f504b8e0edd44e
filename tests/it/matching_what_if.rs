//! What would be if: previews and runs with something supposed, beside the matching as it is.

use crate::builders::category;
use crate::builders::runs::TwoNeeds;
use crate::hub::{Hub, both, monday};
use chrono::TimeDelta;
use gongjian_hub::domain::viewer::Viewer;
use gongjian_hub::store::run;
use serde_json::{Value, json};

const WHAT_IF: &str = "query($area: ID!, $whatIf: WhatIfInput) { matching(areaId: $area, whatIf: $whatIf) {
    needCount servedCount settings { fairness }
    matches { need { title } service { title unit { name } } quantity pinned }
    comparison { before { needCount servedCount partlyServedCount unmetCount }
        after { needCount servedCount partlyServedCount unmetCount }
        gains { need { title } difference before { service { title } quantity } after { service { title } quantity } text }
        losses { need { title } difference text } moves { need { title } text } } } }";

/// Talks that nobody offers yet.
fn talks(story: &TwoNeeds, quantity: i64) -> Value {
    json!({ "title": "新讲座", "categoryId": category("safety.anti_fraud").to_string(),
        "areaId": story.streets.street.to_string(), "measure": "SESSIONS", "quantity": quantity,
        "startsAt": monday(), "endsAt": monday() + TimeDelta::days(60) })
}

fn film(story: &TwoNeeds) -> Value {
    json!({ "title": "看电影", "categoryId": category("culture.film").to_string(),
        "areaId": story.streets.community.to_string(), "measure": "SESSIONS", "quantity": 1, "urgency": "URGENT",
        "startsAt": monday(), "endsAt": monday() + TimeDelta::days(60) })
}

async fn supposed(hub: &Hub, story: &TwoNeeds, what_if: Value) -> Value {
    let variables = json!({ "area": story.streets.street.to_string(), "whatIf": what_if });
    hub.data(&story.streets.staff, WHAT_IF, variables).await["matching"].take()
}

both!(who_gains_and_who_loses_stands_side_by_side_with_today, |hub| {
    let story = hub.two_needs().await;
    let (before, trail) = (hub.fingerprint(&story.streets).await, hub.trail().await.len());
    let more =
        supposed(hub, &story, json!({ "services": [talks(&story, 4)], "needs": [film(&story)] })).await;
    insta::assert_json_snapshot!("what_if_more", more);
    let less = json!({ "withoutServices": [story.services[0].to_string()], "fairness": 3 });
    insta::assert_json_snapshot!("what_if_less", supposed(hub, &story, less).await);
    let today = supposed(hub, &story, Value::Null).await;
    assert_eq!(today["comparison"], Value::Null);
    assert_eq!(before, hub.fingerprint(&story.streets).await, "nothing has been changed");
    assert_eq!(trail, hub.trail().await.len());
});

both!(capacities_pins_and_prohibitions_are_supposed_too, |hub| {
    let story = hub.two_needs().await;
    let pair = |need: usize, service: usize| {
        json!({ "needId": story.needs[need].to_string(),
        "serviceId": story.services[service].to_string() })
    };
    let lines = json!({ "capacities": [
        { "capacityId": hub.capacity(story.services[1]).await.to_string(), "left": 5 }] });
    assert_eq!(supposed(hub, &story, lines).await["servedCount"], 2);
    let mut pin = pair(1, 0);
    pin["quantity"] = json!(2);
    let told = supposed(hub, &story, json!({ "pins": [pin] })).await;
    assert!(told["matches"].as_array().unwrap().iter().any(|one| one["pinned"] == 2), "{told}");
    let none = json!({ "prohibitions": [pair(0, 0), pair(0, 1), pair(1, 0), pair(1, 1)] });
    assert_eq!(supposed(hub, &story, none).await["matches"], json!([]));
    let gone = json!({ "withoutNeeds": [story.needs[0].to_string()] });
    let told = supposed(hub, &story, gone).await;
    assert_eq!((&told["needCount"], &told["servedCount"]), (&json!(1), &json!(1)));
    let by_category = json!({ "weights": [{ "part": "CATEGORY", "points": 10_000 }] });
    assert_eq!(supposed(hub, &story, by_category).await["needCount"], 2);
});

both!(what_cannot_be_supposed_is_named, |hub| {
    let story = hub.two_needs().await;
    let with = |list: &str, entry: Value| json!({ list: [entry] });
    let field = |mut thing: Value, name: &str, value: Value| {
        thing[name] = value;
        thing
    };
    let elsewhere = "need_00000000000000000000000000000009";
    for (what_if, code, path) in [
        (
            with("services", field(talks(&story, 1), "title", json!(""))),
            "BAD_TEXT",
            "whatIf.services.0.title",
        ),
        (with("services", talks(&story, 0)), "BAD_NUMBER", "whatIf.services.0.quantity"),
        (
            with("services", field(talks(&story, 1), "areaId", json!("x"))),
            "BAD_ID",
            "whatIf.services.0.areaId",
        ),
        (with("withoutNeeds", json!(elsewhere)), "NOT_FOUND", "whatIf.withoutNeeds.0"),
        (
            with("prohibitions", json!({ "needId": elsewhere, "serviceId": story.services[0].to_string() })),
            "NOT_FOUND",
            "whatIf.prohibitions.0",
        ),
        (json!({ "fairness": 5 }), "BAD_NUMBER", "whatIf.fairness"),
        (with("weights", json!({ "part": "TIME", "points": 1 })), "BAD_NUMBER", "whatIf.weights"),
    ] {
        let variables = json!({ "area": story.streets.street.to_string(), "whatIf": what_if });
        let answer = hub.ask(&story.streets.staff, WHAT_IF, variables).await;
        let told = &answer["errors"][0]["extensions"];
        let at: Vec<&str> = told["field"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert_eq!((told["code"].as_str().unwrap(), at.join(".").as_str()), (code, path));
    }
});

both!(nobody_else_supposes_anything_about_a_street, |hub| {
    let story = hub.two_needs().await;
    let variables = json!({ "area": story.streets.street.to_string(), "whatIf": { "fairness": 1 } });
    for (viewer, code) in [
        (&story.streets.far_coordinator, "FORBIDDEN"),
        (&story.liaison, "FORBIDDEN"),
        (&Viewer::public(), "UNAUTHENTICATED"),
    ] {
        assert_eq!(hub.error_code(viewer, WHAT_IF, variables.clone()).await, code);
    }
});

both!(a_run_that_supposes_something_shows_what_would_be_and_is_never_applied, |hub| {
    let story = hub.two_needs().await;
    let start = async |what_if: Value| {
        let input = json!({ "areaId": story.streets.street.to_string(), "whatIf": what_if });
        let asked = hub.mutate(&story.streets.coordinator, "startMatching", input, "run { id }").await;
        assert!(run::carry_out_next(&hub.store).await.unwrap());
        asked["run"]["id"].as_str().expect("a run").parse().unwrap()
    };
    let id = start(json!({ "services": [talks(&story, 4)], "needs": [film(&story)] })).await;
    let told = hub
        .run_told(
            &story.streets.staff,
            id,
            "state isSupposed possibleActions needCount servedCount
             comparison { before { needCount servedCount partlyServedCount unmetCount }
                 after { needCount servedCount partlyServedCount unmetCount }
                 gainCount gains { need { title } needTitle difference text } lossCount losses { difference }
                 moveCount moves { text } }
             matches { nodes { need { title } needTitle service { title } serviceTitle capacity { total } quantity } }
             unmet { nodes { need { title } needTitle quantity reason } }",
        )
        .await;
    insta::assert_json_snapshot!("what_if_run", told);
    assert_eq!(hub.run_row(id).await.fingerprint.unwrap(), hub.fingerprint(&story.streets).await);
    let input = json!({ "id": id.to_string() });
    let refused = hub.refused(&story.streets.coordinator, "applyMatchingRun", input).await;
    assert_eq!(refused, ("BAD_INPUT".into(), "id".into()));
    let nowhere = start(json!({ "withoutNeeds": ["need_00000000000000000000000000000009"] })).await;
    let told = hub.run_told(&story.streets.staff, nowhere, "state failure").await;
    assert_eq!(told, json!({ "state": "FAILED", "failure": "BAD_SUPPOSITION" }));
});

//! Who may do what to a match, and what is refused for what was typed.

use crate::builders::matches::{Pair, state_of, step_input};
use crate::builders::{need_facts, service_facts};
use crate::hub::{Hub, both};
use gongjian_hub::domain::matches::{MatchAction, MatchState};
use gongjian_hub::domain::text::TextEnum as _;
use gongjian_hub::domain::viewer::{Actor, Scope, Viewer};
use serde_json::{Value, json};

/// What became of a mutation: `done`, the code of a refusal, or the code of the top-level error.
async fn outcome(hub: &Hub, viewer: &Viewer, name: &str, input: Value) -> String {
    let kind = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
    let query =
        format!("mutation($input: {kind}Input!) {{ {name}(input: $input) {{ errors {{ code field }} }} }}");
    let answer = hub.ask(viewer, &query, json!({ "input": input })).await;
    if let Some(code) = answer["errors"][0]["extensions"]["code"].as_str() {
        return code.to_owned();
    }
    match &answer["data"][name]["errors"][0] {
        Value::Null => "done".to_owned(),
        error => {
            let field: Vec<&str> =
                error["field"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
            format!("{} {}", error["code"].as_str().unwrap(), field.join(".")).trim().to_owned()
        }
    }
}

/// A state in which an action is possible.
fn state_for(action: MatchAction) -> MatchState {
    match action {
        MatchAction::Propose => MatchState::Suggested,
        MatchAction::Accept | MatchAction::Decline | MatchAction::Expire => MatchState::Proposed,
        MatchAction::Schedule | MatchAction::Cancel => MatchState::Accepted,
        MatchAction::Record | MatchAction::ReportNoShow => MatchState::Scheduled,
        MatchAction::Deliver | MatchAction::Fail => MatchState::InProgress,
        MatchAction::Confirm => MatchState::Delivered,
    }
}

both!(every_action_is_open_to_those_it_belongs_to_and_to_nobody_else, |hub| {
    let mut pair = hub.pair(10_000).await;
    let (_, other_liaison) = hub.unit(pair.streets.street, "别的单位").await;
    let neighbour =
        Viewer::local(Actor::Staff { street: pair.streets.street, community: pair.streets.other_community });
    let reader = Viewer { scopes: vec![Scope::Read], ..pair.liaison.clone() };
    let viewers = [
        ("public", Viewer::public()),
        ("far coordinator", pair.streets.far_coordinator.clone()),
        ("far staff", pair.streets.far_staff.clone()),
        ("another unit", other_liaison),
        ("another community", neighbour),
        ("token that only reads", reader),
        ("asking side", pair.streets.staff.clone()),
        ("offering side", pair.liaison.clone()),
        ("coordinator", pair.streets.coordinator.clone()),
    ];
    let mut table = Vec::new();
    for action in MatchAction::ALL {
        for (who, viewer) in &viewers {
            pair.need = hub.open_need(pair.streets.community, None, need_facts("讲座")).await;
            let id = hub.match_in(&pair, state_for(*action)).await;
            let Some((name, mut input)) = step_input(*action, id) else { continue };
            if *who == "coordinator" && name == "acceptMatch" {
                input["standIn"] = json!({ "side": "ASKING", "reason": "电话确认" });
            }
            let became = outcome(hub, viewer, name, input).await;
            let moved = state_of(hub, id).await != state_for(*action);
            assert!(!moved || became == "done", "{who} {action:?}: {became}");
            table.push(format!("{name} by {who}: {became}"));
        }
    }
    insta::assert_debug_snapshot!("match_rights", table);
});

both!(claims_are_made_by_the_two_sides_alone, |hub| {
    let pair = hub.pair(100).await;
    let (_, other_liaison) = hub.unit(pair.streets.street, "别的单位").await;
    let mut table = Vec::new();
    for side in ["ASKING", "OFFERING"] {
        for (who, viewer) in [
            ("public", Viewer::public()),
            ("far coordinator", pair.streets.far_coordinator.clone()),
            ("another unit", other_liaison.clone()),
            ("coordinator", pair.streets.coordinator.clone()),
            (
                "the other side",
                if side == "ASKING" { pair.liaison.clone() } else { pair.streets.staff.clone() },
            ),
        ] {
            let became = outcome(hub, &viewer, "proposeMatch", claim(&pair, side, 1)).await;
            table.push(format!("{side} by {who}: {became}"));
        }
    }
    insta::assert_debug_snapshot!("match_claim_rights", table);
    assert_eq!(hub.taken(&pair).await, (0, 0, 0, 0));
});

fn claim(pair: &Pair, side: &str, quantity: i64) -> Value {
    json!({ "needId": pair.need.to_string(), "serviceId": pair.service.to_string(), "side": side, "quantity": quantity })
}

fn with(mut input: Value, field: &str, value: Value) -> Value {
    input[field] = value;
    input
}

both!(bad_claims_are_refused_and_change_nothing, |hub| {
    let pair = hub.pair(100).await;
    let (service, need) = (pair.service.to_string(), pair.need.to_string());
    let unknown = |kind: &str| json!(format!("{kind}_00000000000000000000000000000001"));
    let other = hub.listed_service(pair.unit, service_facts("另一项", pair.streets.street), 1).await;
    let line = hub.capacity(other).await;
    let good = || claim(&pair, "OFFERING", 1);
    let mut table = Vec::new();
    for input in [
        with(good(), "needId", json!(service)),
        with(good(), "needId", json!("需求")),
        with(good(), "needId", unknown("need")),
        with(good(), "serviceId", json!(need)),
        with(good(), "serviceId", unknown("service")),
        with(good(), "capacityId", json!(need)),
        with(good(), "capacityId", unknown("capacity")),
        with(good(), "capacityId", json!(line.to_string())),
        with(good(), "quantity", json!(0)),
        with(good(), "quantity", json!(-3)),
        with(good(), "quantity", json!(11)),
        with(good(), "quantity", json!(1_000_000_001_i64)),
        with(good(), "respondInHours", json!(0)),
        with(good(), "respondInHours", json!(721)),
    ] {
        table.push(outcome(hub, &pair.liaison, "proposeMatch", input).await);
    }
    insta::assert_debug_snapshot!("match_bad_claims", table);
    assert_eq!(hub.taken(&pair).await, (0, 0, 0, 0));
    hub.require_sound().await;
});

both!(bad_reports_are_refused_and_change_nothing, |hub| {
    let mut pair = hub.pair(100).await;
    let id = hub.match_in(&pair, MatchState::Accepted).await;
    let date = |from: &str, to: &str| json!({ "id": id.to_string(), "startsAt": from, "endsAt": to });
    let part = |day: &str, quantity: i64, people: i64| json!({ "id": id.to_string(), "deliveredOn": day, "quantity": quantity, "peopleReached": people });
    let long = "长".repeat(10_000);
    let mut table = Vec::new();
    for (name, input) in [
        ("scheduleMatch", date("2026-03-12T03:00:00Z", "2026-03-12T01:00:00Z")),
        ("scheduleMatch", date("2026-03-02T00:00:00Z", "2026-03-12T01:00:00Z")),
        ("scheduleMatch", date("2026-03-12T03:00:00Z", "2026-05-12T01:00:00Z")),
        ("recordFulfilment", part("2026-03-03", 1, 1)),
        ("recordFulfilment", part("1999-12-31", 1, 1)),
        ("recordFulfilment", part("2026-03-02", 0, 1)),
        ("recordFulfilment", part("2026-03-02", -1, 1)),
        ("recordFulfilment", part("2026-03-02", 6, 1)),
        ("recordFulfilment", part("2026-03-02", 1, -1)),
        ("recordFulfilment", part("2026-03-02", 1, 10_000_001)),
        ("recordFulfilment", with(part("2026-03-02", 1, 1), "evidence", json!(long))),
        ("cancelMatch", json!({ "id": id.to_string(), "reason": " " })),
        ("cancelMatch", json!({ "id": id.to_string(), "reason": long })),
        ("cancelMatch", json!({ "id": pair.need.to_string(), "reason": "改期" })),
        ("cancelMatch", json!({ "id": "match_00000000000000000000000000000001", "reason": "改期" })),
    ] {
        table.push(format!("{name}: {}", outcome(hub, &pair.liaison, name, input).await));
    }
    pair.need = hub.open_need(pair.streets.community, None, need_facts("讲座")).await;
    let delivered = hub.match_in(&pair, MatchState::Delivered).await;
    for stars in [0, 6, -1] {
        let verdict =
            json!({ "id": delivered.to_string(), "solved": true, "satisfied": true, "stars": stars });
        table.push(format!("rateMatch: {}", outcome(hub, &pair.streets.staff, "rateMatch", verdict).await));
    }
    let unrated = json!({ "id": id.to_string(), "solved": true, "satisfied": true, "stars": 5 });
    table.push(format!("rateMatch: {}", outcome(hub, &pair.streets.staff, "rateMatch", unrated).await));
    insta::assert_debug_snapshot!("match_bad_reports", table);
    assert_eq!(state_of(hub, id).await, MatchState::Accepted);
    hub.require_sound().await;
});

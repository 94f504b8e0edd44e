//! The history of a need, a match, a service and a unit, in words.

use crate::builders::matches::state_of;
use crate::builders::{need_facts, service_facts};
use crate::hub::{administrator, both};
use gongjian_hub::domain::id::{Id as _, TokenId};
use gongjian_hub::domain::matches::{MatchState, Side};
use gongjian_hub::domain::text::Lang;
use gongjian_hub::domain::viewer::{Principal, Viewer};
use gongjian_hub::store::matches::{self, StandIn};
use gongjian_hub::store::need::{self, NeedFacts};
use serde_json::{Value, json};
use uuid::Uuid;

const NEED: &str = "query($id: ID!) { need(id: $id) { history { nodes {
    sentence changes { field label before after } standIn { side reason } } } } }";
const MATCH: &str = "query($id: ID!) { match(id: $id) { history { nodes {
    sentence changes { field label before after } standIn { side reason } } } } }";

both!(a_history_is_told_in_words_in_the_readers_language, |hub| {
    let streets = hub.streets().await;
    let (unit, liaison) = hub.unit(streets.street, "芙蓉区公安分局").await;
    let need = hub.open_need(streets.community, None, need_facts("反诈讲座")).await;
    let coordinator = Viewer {
        principal: Some(Principal::Token(TokenId::new(Uuid::from_u128(0xbeef)))),
        ..streets.coordinator.clone()
    };
    hub.change(&coordinator, async |tx| {
        let facts =
            NeedFacts {
                quantity: 12, description: Some("在活动室".into()), ..need_facts("反诈讲座")
            };
        need::update(tx, need, None, facts).await
    })
    .await
    .unwrap();
    let id = hub.proposed_match(unit, &liaison, streets.street, need).await;
    hub.change(&coordinator, async |tx| {
        let stand_in = StandIn { side: Side::Asking, reason: "社区电话确认".into() };
        matches::accept(tx, id, Some(&stand_in)).await
    })
    .await
    .unwrap();
    assert_eq!(state_of(hub, id).await, MatchState::Accepted);
    let (of_need, of_match) = (json!({ "id": need.to_string() }), json!({ "id": id.to_string() }));
    let mut told = Vec::new();
    for (who, lang, viewer) in [
        ("coordinator", Lang::Zh, &streets.coordinator),
        ("coordinator", Lang::En, &streets.coordinator),
        ("unit", Lang::Zh, &liaison),
    ] {
        let need = hub.ask_in(lang, viewer, NEED, of_need.clone()).await;
        let matched = hub.ask_in(lang, viewer, MATCH, of_match.clone()).await;
        told.push(json!({ who: [need["data"].clone(), matched["data"].clone()] }));
    }
    insta::assert_json_snapshot!("history_in_words", told);
});

both!(a_unit_and_a_service_tell_their_history_to_their_own, |hub| {
    let streets = hub.streets().await;
    let (unit, liaison) = hub.unit(streets.street, "湖南省图书馆").await;
    let (_, other) = hub.unit(streets.street, "芙蓉区公安分局").await;
    let service = hub.draft_service(unit, service_facts("读书会", streets.street), 20).await;
    hub.mutate(&streets.coordinator, "reviewService", json!({ "id": service.to_string() }), "").await;
    let query = "query($unit: ID!, $service: ID!) {
        unit(id: $unit) { history { totalCount nodes { sentence } } }
        service(id: $service) { history { totalCount nodes { sentence } } } }";
    let variables = json!({ "unit": unit.to_string(), "service": service.to_string() });
    let mut told = Vec::new();
    for viewer in [&streets.coordinator, &streets.staff, &liaison, &administrator()] {
        told.push(hub.data(viewer, query, variables.clone()).await);
    }
    assert!(told.iter().all(|answer| answer["unit"]["history"]["totalCount"] == told[0]["unit"]["history"]["totalCount"]));
    insta::assert_json_snapshot!("histories_of_unit_and_service", told[0]);
    for viewer in [&other, &streets.far_coordinator, &streets.far_staff, &Viewer::public()] {
        let answer = hub.data(viewer, query, variables.clone()).await;
        let nothing = json!({ "totalCount": 0, "nodes": [] });
        assert_eq!(answer["unit"]["history"], nothing, "{viewer:?}");
        assert!(answer["service"].is_null() || answer["service"]["history"] == nothing, "{viewer:?}");
    }
});

both!(the_head_is_for_coordinators_and_administrators, |hub| {
    let streets = hub.streets().await;
    let query = "{ auditHead { seq hash text } }";
    let head = hub.head().await;
    for viewer in [&streets.coordinator, &administrator()] {
        let told = hub.data(viewer, query, json!({})).await;
        assert_eq!(
            told["auditHead"],
            json!({ "seq": head.seq, "hash": head.hash, "text": head.to_string() })
        );
    }
    for (viewer, code) in [(&streets.staff, "FORBIDDEN"), (&Viewer::public(), "UNAUTHENTICATED")] {
        let answer: Value = hub.ask(viewer, query, json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], code);
    }
});

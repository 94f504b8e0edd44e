use crate::builders::service_facts;
use crate::hub::both;
use gongjian_hub::domain::event::EventKind;
use gongjian_hub::domain::matches::MatchState;
use gongjian_hub::domain::service::ServiceAction;
use gongjian_hub::domain::text::Lang;
use gongjian_hub::domain::viewer::Viewer;
use serde_json::{Value, json};

const PAUSE: &str = "mutation($id: ID!) { pauseService(input: { id: $id }) { service { state } errors { code field message } } }";

both!(a_service_goes_from_the_draft_to_the_offer_and_off_it, |hub| {
    let streets = hub.streets().await;
    let (unit, liaison) = hub.unit(streets.street, "国泰君安证券湖南分公司").await;
    let id = hub.draft_service(unit, service_facts("反诈讲座", streets.street), 20).await;
    let mut steps = Vec::new();
    for (viewer, mutation) in [
        (&streets.coordinator, "reviewService"),
        (&liaison, "listService"),
        (&liaison, "pauseService"),
        (&streets.coordinator, "resumeService"),
        (&liaison, "retireService"),
    ] {
        let input = json!({ "id": id.to_string() });
        let selection = "service { state possibleActions version }";
        steps.push(json!({ mutation: hub.mutate(viewer, mutation, input, selection).await }));
    }
    insta::assert_json_snapshot!("service_steps", steps);
    let moved: Vec<Value> =
        hub.events(id, EventKind::Moved).await.into_iter().map(|event| Value::clone(&event.data)).collect();
    insta::assert_json_snapshot!("service_moves", moved);
});

both!(what_its_state_does_not_allow_is_refused_and_the_state_is_named, |hub| {
    let streets = hub.streets().await;
    let (unit, liaison) = hub.unit(streets.street, "国泰君安证券湖南分公司").await;
    let id = hub.draft_service(unit, service_facts("反诈讲座", streets.street), 20).await;
    let mut answers = Vec::new();
    for lang in [Lang::Zh, Lang::En] {
        answers.push(hub.ask_in(lang, &liaison, PAUSE, json!({ "id": id.to_string() })).await);
    }
    insta::assert_json_snapshot!("service_pause_refused", answers);
    assert!(hub.events(id, EventKind::Moved).await.is_empty());
    for (mutation, viewer) in [("listService", &liaison), ("resumeService", &streets.coordinator)] {
        let refused = hub.refused(viewer, mutation, json!({ "id": id.to_string() })).await;
        assert_eq!(refused.0, "ILLEGAL_TRANSITION", "{mutation}");
    }
});

both!(a_service_is_moved_by_its_unit_and_its_street_only, |hub| {
    let streets = hub.streets().await;
    let (unit, liaison) = hub.unit(streets.street, "国泰君安证券湖南分公司").await;
    let (_, other_liaison) = hub.unit(streets.street, "湖南省图书馆").await;
    let draft = hub.draft_service(unit, service_facts("反诈讲座", streets.street), 20).await;
    let listed = hub.listed_service(unit, service_facts("理财咨询", streets.street), 20).await;
    let review = "mutation($id: ID!) { reviewService(input: { id: $id }) { errors { code } } }";
    let response = hub.ask(&liaison, review, json!({ "id": draft.to_string() })).await;
    assert_eq!(response["errors"][0]["extensions"]["code"], "FORBIDDEN", "no unit reviews its own service");
    for viewer in [&other_liaison, &streets.far_coordinator, &streets.staff] {
        let response = hub.ask(viewer, PAUSE, json!({ "id": listed.to_string() })).await;
        assert_eq!(response["errors"][0]["extensions"]["code"], "FORBIDDEN");
    }
    for viewer in [&other_liaison, &streets.far_coordinator] {
        let refused = hub.refused(viewer, "retireService", json!({ "id": draft.to_string() })).await;
        assert_eq!(refused.0, "NOT_FOUND", "a draft is not there for others");
    }
    let response = hub.ask(&Viewer::public(), PAUSE, json!({ "id": listed.to_string() })).await;
    assert_eq!(response["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    let actions = "query($id: ID!) { service(id: $id) { possibleActions } }";
    for (viewer, possible) in [
        (&liaison, json!(["PAUSE", "RETIRE"])),
        (&streets.coordinator, json!(["PAUSE", "RETIRE"])),
        (&other_liaison, json!([])),
        (&Viewer::public(), json!([])),
    ] {
        let data = hub.data(viewer, actions, json!({ "id": listed.to_string() })).await;
        assert_eq!(data["service"]["possibleActions"], possible);
    }
});

both!(a_move_of_what_somebody_else_has_edited_is_refused, |hub| {
    let streets = hub.streets().await;
    let (unit, liaison) = hub.unit(streets.street, "国泰君安证券湖南分公司").await;
    let id = hub.listed_service(unit, service_facts("反诈讲座", streets.street), 20).await;
    let refused = hub.refused(&liaison, "pauseService", json!({ "id": id.to_string(), "version": 1 })).await;
    assert_eq!(refused, ("OUTDATED".into(), "version".into()));
    hub.mutate(&liaison, "pauseService", json!({ "id": id.to_string(), "version": 3 }), "").await;
    let refused = hub.refused(&liaison, "resumeService", json!({ "id": unit.to_string() })).await;
    assert_eq!(refused, ("BAD_ID".into(), "id".into()));
});

both!(matches_under_way_outlast_the_offer, |hub| {
    let streets = hub.streets().await;
    let (unit, liaison) = hub.unit(streets.street, "国泰君安证券湖南分公司").await;
    let service = hub.listed_service(unit, service_facts("反诈讲座", streets.street), 20).await;
    let need = hub.draft_need(streets.community, crate::builders::need_facts("反诈讲座")).await;
    hub.matched(need, service, MatchState::Accepted).await;
    let line = hub.capacity(service).await;
    hub.use_capacity(line, 0, 2).await;
    for action in [ServiceAction::Pause, ServiceAction::Retire] {
        let mutation = if action == ServiceAction::Pause { "pauseService" } else { "retireService" };
        let selection = "service { state capacities { total held committed left } }";
        let payload = hub.mutate(&liaison, mutation, json!({ "id": service.to_string() }), selection).await;
        assert_eq!(
            payload["service"]["capacities"],
            json!([{ "total": 20, "held": 0, "committed": 2, "left": 18 }])
        );
    }
});

use crate::builders::matches::{Pair, code, part, proposal, state_of, step_input};
use crate::builders::need_facts;
use crate::hub::{Hub, both};
use chrono::TimeDelta;
use gongjian_hub::domain::matches::{MatchAction, MatchState, Side};
use gongjian_hub::domain::refusal::Code;
use gongjian_hub::domain::text::TextEnum as _;
use gongjian_hub::domain::viewer::Viewer;
use gongjian_hub::store::matches;
use serde_json::{Value, json};

const WHOLE: &str = "query($id: ID!) { match(id: $id) {
    state possibleActions initiator quantity delivered released left startsAt endsAt score
    reasons { part points text } askingConfirmedAt offeringConfirmedAt standIn { side reason } reason respondBy
    acceptedAt unit { name } askingUnit { name } need { title state claimed delivered left }
    fulfilments { totalCount nodes { deliveredOn quantity peopleReached evidence match { state } } }
    rating { solved satisfied stars comment calledBack match { state } }
    history(first: 100) { nodes { kind role from to reason quantities { quantity delivered released } } }
} }";

async fn whole(hub: &Hub, viewer: &Viewer, id: &Value) -> Value {
    hub.data(viewer, WHOLE, json!({ "id": id })).await["match"].take()
}

/// Claims, accepts, schedules, delivers in three parts, confirms, rates and closes.
async fn told(hub: &Hub, pair: &Pair, initiator: Side) -> Value {
    let (liaison, staff) = (&pair.liaison, &pair.streets.staff);
    let (first, second) = match initiator {
        Side::Offering => (liaison, staff),
        Side::Asking => (staff, liaison),
    };
    let claim = json!({
        "needId": pair.need.to_string(),
        "serviceId": pair.service.to_string(),
        "side": initiator.as_str().to_uppercase(),
        "quantity": 10,
    });
    let id = hub.mutate(first, "proposeMatch", claim, "match { id }").await["match"]["id"].take();
    let with = |more: Value| {
        let mut input = json!({ "id": id });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    hub.mutate(second, "acceptMatch", with(json!({})), "match { state acceptedAt }").await;
    let date = json!({ "startsAt": "2026-03-12T01:00:00Z", "endsAt": "2026-03-12T03:00:00Z" });
    hub.mutate(liaison, "scheduleMatch", with(date), "match { state }").await;
    hub.store.clock.advance(TimeDelta::days(12));
    for (day, quantity, people) in [("2026-03-12", 3, 45), ("2026-03-13", 4, 60), ("2026-03-14", 2, 31)] {
        let part = json!({ "deliveredOn": day, "quantity": quantity, "peopleReached": people, "evidence": "签到表" });
        let payload = hub
            .mutate(liaison, "recordFulfilment", with(part), "fulfilment { quantity match { delivered } }")
            .await;
        assert_eq!(payload["fulfilment"]["quantity"], quantity, "{payload}");
    }
    hub.mutate(liaison, "deliverMatch", with(json!({})), "match { state }").await;
    hub.mutate(staff, "confirmMatch", with(json!({})), "match { state }").await;
    let verdict = json!({ "solved": true, "satisfied": true, "stars": 5, "comment": "老人都听懂了" });
    hub.mutate(staff, "rateMatch", with(verdict), "rating { stars }").await;
    id
}

both!(a_claim_is_carried_to_the_rating_and_the_need_closed, |hub| {
    let pair = hub.pair(20).await;
    let id = told(hub, &pair, Side::Offering).await;
    insta::assert_json_snapshot!("match_story", whole(hub, &pair.streets.staff, &id).await);
    // One session was given back, and a second unit's claim serves it.
    let rest = hub.propose(&pair.liaison, &pair.claim(1)).await.unwrap();
    let staff = &pair.streets.staff;
    hub.change(staff, async |tx| matches::accept(tx, rest, None).await).await.unwrap();
    hub.change(&pair.liaison, async |tx| matches::record(tx, rest, part(hub, 1, 20)).await).await.unwrap();
    let close = json!({ "id": pair.need.to_string(), "outcome": "SOLVED" });
    let payload =
        hub.mutate(staff, "closeNeed", close, "need { state claimed delivered left outcome }").await;
    insta::assert_json_snapshot!("match_story_closed", payload);
    assert_eq!(hub.taken(&pair).await, (0, 10, 10, 10));
    hub.require_sound().await;
});

both!(a_request_for_a_service_is_carried_to_the_rating, |hub| {
    let pair = hub.pair(20).await;
    let id = told(hub, &pair, Side::Asking).await;
    let told = whole(hub, &pair.streets.coordinator, &id).await;
    assert_eq!((&told["initiator"], &told["state"]), (&json!("ASKING"), &json!("CONFIRMED")));
    hub.require_sound().await;
});

both!(a_suggestion_needs_both_sides_and_a_coordinator_stands_in_for_one, |hub| {
    let pair = hub.pair(20).await;
    let id = hub.suggested(&pair, 4).await;
    assert_eq!(hub.taken(&pair).await, (4, 0, 4, 0));
    let accept = |viewer: &Viewer, stand_in: Value| {
        let (viewer, input) = (viewer.clone(), json!({ "id": id.to_string(), "standIn": stand_in }));
        async move { hub.mutate(&viewer, "acceptMatch", input, "match { state }").await }
    };
    let coordinator = &pair.streets.coordinator;
    let refused = accept(coordinator, Value::Null).await;
    assert_eq!(refused["errors"][0]["code"], "STAND_IN_REFUSED");
    let asking = json!({ "side": "ASKING", "reason": "社区已电话同意" });
    assert_eq!(accept(coordinator, asking.clone()).await["match"]["state"], "PROPOSED");
    assert_eq!(accept(coordinator, asking).await["errors"][0]["code"], "ALREADY_CONFIRMED");
    let offering = json!({ "side": "OFFERING", "reason": "单位已电话同意" });
    assert_eq!(accept(coordinator, offering).await["errors"][0]["code"], "STAND_IN_REFUSED");
    assert_eq!(accept(&pair.streets.staff, Value::Null).await["errors"][0]["code"], "ALREADY_CONFIRMED");
    assert_eq!(accept(&pair.liaison, Value::Null).await["match"]["state"], "ACCEPTED");
    insta::assert_json_snapshot!("match_suggested", whole(hub, coordinator, &json!(id.to_string())).await);
    assert_eq!(hub.taken(&pair).await, (0, 4, 4, 0));
    hub.require_sound().await;
});

both!(every_way_out_gives_back_what_is_not_delivered, |hub| {
    let pair = hub.pair(100).await;
    let mut kept = 0;
    for (state, delivered) in [
        (MatchState::Declined, 0),
        (MatchState::Expired, 0),
        (MatchState::Cancelled, 0),
        (MatchState::NoShow, 0),
        (MatchState::Failed, 2),
        (MatchState::Confirmed, 2),
    ] {
        let id = hub.match_in(&pair, state).await;
        kept += delivered;
        assert_eq!(hub.taken(&pair).await, (0, kept, kept, kept), "{state:?}");
        assert_eq!(state_of(hub, id).await, state);
        hub.require_sound().await;
    }
});

both!(what_a_state_does_not_allow_is_refused_and_the_state_named, |hub| {
    let mut pair = hub.pair(1_000).await;
    for state in MatchState::ALL {
        pair.need = hub.open_need(pair.streets.community, None, need_facts("反诈讲座")).await;
        let id = hub.match_in(&pair, *state).await;
        for action in MatchAction::ALL.iter().filter(|action| state.after(**action).is_err()) {
            let Some((name, input)) = step_input(*action, id) else { continue };
            if name == "acceptMatch" && MatchState::AWAITING.contains(state) {
                continue;
            }
            let viewer = match action {
                MatchAction::Confirm | MatchAction::ReportNoShow => &pair.streets.staff,
                _ => &pair.liaison,
            };
            let payload = hub.mutate(viewer, name, input, "").await;
            let error = &payload["errors"][0];
            let expected = match (action, state) {
                (MatchAction::Deliver, MatchState::Accepted | MatchState::Scheduled) => "NOTHING_DELIVERED",
                _ => "ILLEGAL_TRANSITION",
            };
            assert_eq!(error["code"], expected, "{action:?} in {state:?}");
            if expected == "ILLEGAL_TRANSITION" {
                let label = state.label(gongjian_hub::domain::text::Lang::Zh);
                assert!(error["message"].as_str().unwrap().contains(label), "{error}");
            }
        }
        assert_eq!(state_of(hub, id).await, *state);
    }
    hub.require_sound().await;
});

both!(what_is_answered_too_late_is_refused, |hub| {
    let pair = hub.pair(20).await;
    let new = matches::Proposal {
        respond_in_hours: Some(1),
        ..proposal(pair.need, pair.service, Side::Offering, 3)
    };
    let id = hub.propose(&pair.liaison, &new).await.unwrap();
    hub.store.clock.advance(TimeDelta::hours(1));
    let late = hub.change(&pair.streets.staff, async |tx| matches::accept(tx, id, None).await).await;
    assert_eq!(code(late), Code::IllegalTransition);
    assert_eq!(matches::expire(&hub.store).await.unwrap(), 1);
    assert_eq!(matches::expire(&hub.store).await.unwrap(), 0);
    assert_eq!(hub.taken(&pair).await, (0, 0, 0, 0));
    hub.require_sound().await;
});

//! The invariants of matches, attacked through the hub and behind its back.

use crate::builders::matches::{code, proposal};
use crate::builders::need_facts;
use crate::hub::{Hub, administrator, both};
use gongjian_hub::domain::matches::{MatchState, Side};
use gongjian_hub::domain::refusal::Code;
use gongjian_hub::store::conn::Tx;
use gongjian_hub::store::error::{Error, Result};
use gongjian_hub::store::matches;
use gongjian_hub::store::sql::Sql;
use serde_json::json;

/// Runs a statement behind the hub's back.
async fn sneak(hub: &Hub, statement: &'static str) -> Result<u64> {
    hub.change(&administrator(), async |tx: &mut Tx| tx.execute(Sql::new(statement, vec![])).await).await
}

async fn require_held(hub: &Hub, statements: &[&'static str]) {
    for statement in statements {
        let outcome = sneak(hub, statement).await;
        let held = |error: &Error| error.breaks_a_check() || error.is_duplicate();
        assert!(outcome.as_ref().is_err_and(held), "{statement}: {outcome:?}");
    }
    hub.require_sound().await;
}

both!(the_database_never_holds_more_than_there_is, |hub| {
    let pair = hub.pair(12).await;
    hub.match_in(&pair, MatchState::Proposed).await;
    require_held(
        hub,
        &[
            "UPDATE capacity SET held = total + 1",
            "UPDATE capacity SET committed = 8",
            "UPDATE capacity SET held = -1",
            "UPDATE capacity SET committed = -1",
            "UPDATE capacity SET total = 4",
            "UPDATE need SET claimed = quantity + 1",
            "UPDATE need SET delivered = claimed + 1",
            "UPDATE need SET claimed = -1",
            "UPDATE match SET quantity = 0",
            "UPDATE match SET delivered = quantity, released = 1",
            "UPDATE match SET released = -1",
        ],
    )
    .await;
});

both!(the_database_holds_no_place_by_half_and_none_beyond_the_earth, |hub| {
    hub.pair(12).await;
    require_held(
        hub,
        &[
            "UPDATE area SET latitude = 1",
            "UPDATE area SET longitude = 1",
            "UPDATE area SET latitude = 90000001, longitude = 1",
            "UPDATE partner_unit SET latitude = 1",
            "UPDATE partner_unit SET longitude = 1",
            "UPDATE partner_unit SET latitude = 1, longitude = -180000001",
        ],
    )
    .await;
});

both!(the_database_accepts_no_match_that_only_one_side_confirmed, |hub| {
    let pair = hub.pair(12).await;
    hub.match_in(&pair, MatchState::Proposed).await;
    require_held(
        hub,
        &[
            "UPDATE match SET state = 'accepted'",
            "UPDATE match SET state = 'accepted', accepted_at = created_at",
            "UPDATE match SET state = 'in_progress', accepted_at = created_at",
            "UPDATE match SET stand_in_side = 'asking'",
            "UPDATE match SET stand_in_reason = '电话'",
        ],
    )
    .await;
});

both!(the_database_lets_nothing_end_that_keeps_what_it_did_not_deliver, |hub| {
    let pair = hub.pair(12).await;
    hub.match_in(&pair, MatchState::InProgress).await;
    require_held(
        hub,
        &[
            "UPDATE match SET state = 'confirmed'",
            "UPDATE match SET state = 'cancelled'",
            "UPDATE match SET state = 'failed', released = quantity",
            "UPDATE match SET state = 'expired', released = 1",
        ],
    )
    .await;
});

both!(the_database_keeps_a_unit_from_its_own_needs_and_a_need_from_closing_unserved, |hub| {
    let pair = hub.pair(12).await;
    hub.match_in(&pair, MatchState::Accepted).await;
    require_held(
        hub,
        &[
            "UPDATE match SET asking_unit_id = unit_id",
            "UPDATE need SET state = 'closed'",
            "UPDATE need SET state = 'closed', outcome = 'solved'",
            "UPDATE need SET state = 'merged'",
            "UPDATE need SET state = 'merged', merged_into_id = id",
            "UPDATE need SET state = 'verified'",
        ],
    )
    .await;
});

both!(the_database_joins_a_need_and_a_line_once_and_rates_once, |hub| {
    let pair = hub.pair(12).await;
    hub.match_in(&pair, MatchState::Confirmed).await;
    let id = hub.match_in(&pair, MatchState::Delivered).await;
    let verdict = json!({ "id": id.to_string(), "solved": true, "satisfied": true, "stars": 4 });
    hub.mutate(&pair.streets.staff, "rateMatch", verdict.clone(), "").await;
    let again = hub.refused(&pair.streets.staff, "rateMatch", verdict).await;
    assert_eq!(again.0, "ALREADY_EXISTS");
    require_held(
        hub,
        &[
            "UPDATE match SET state = 'delivered', delivered = quantity, released = 0",
            "INSERT INTO rating (id, match_id, solved, satisfied, stars, called_back, created_at)
             SELECT match_id, match_id, solved, satisfied, stars, called_back, created_at FROM rating",
            "UPDATE rating SET stars = 6",
            "UPDATE fulfilment SET quantity = 0",
            "UPDATE fulfilment SET people_reached = -1",
        ],
    )
    .await;
});

both!(a_unit_never_judges_its_own_work, |hub| {
    let pair = hub.pair(12).await;
    let id = hub.match_in(&pair, MatchState::Delivered).await;
    let confirm = hub.change(&pair.liaison, async |tx| matches::confirm(tx, id, Some("好")).await).await;
    assert_eq!(code(confirm), Code::OwnWork);
    let verdict =
        json!({ "id": id.to_string(), "solved": true, "satisfied": true, "stars": 5, "calledBack": true });
    assert_eq!(hub.refused(&pair.liaison, "rateMatch", verdict.clone()).await.0, "OWN_WORK");
    // Nor does a coordinator speak for the asking side without having asked it.
    let coordinator = &pair.streets.coordinator;
    assert_eq!(
        hub.refused(coordinator, "rateMatch", verdict.clone()).await,
        ("BAD_INPUT".into(), "comment".into())
    );
    let mut uncalled = verdict.clone();
    uncalled["calledBack"] = json!(false);
    assert_eq!(
        hub.refused(coordinator, "rateMatch", uncalled).await,
        ("BAD_INPUT".into(), "calledBack".into())
    );
    let mut heard = verdict;
    heard["comment"] = json!("电话回访：很满意");
    let payload = hub.mutate(coordinator, "rateMatch", heard, "rating { calledBack comment }").await;
    assert_eq!(payload["rating"]["calledBack"], true);
});

both!(a_coordinator_stands_in_for_one_side_only_from_the_claim_to_the_confirmation, |hub| {
    let mut pair = hub.pair(12).await;
    let (liaison, coordinator) = (&pair.liaison.clone(), &pair.streets.coordinator.clone());
    let request = hub.propose(&pair.streets.staff, &pair.request(3)).await.unwrap();
    let stand_in = json!({ "side": "OFFERING", "reason": "单位来电同意" });
    let accept = json!({ "id": request.to_string(), "standIn": stand_in });
    let payload = hub.mutate(coordinator, "acceptMatch", accept.clone(), "match { state }").await;
    assert_eq!(payload["match"]["state"], "ACCEPTED");
    let done =
        json!({ "id": request.to_string(), "deliveredOn": "2026-03-02", "quantity": 3, "peopleReached": 9 });
    hub.mutate(coordinator, "recordFulfilment", done, "fulfilment { id }").await;
    hub.mutate(liaison, "deliverMatch", json!({ "id": request.to_string() }), "match { id }").await;
    for reason in [serde_json::Value::Null, json!("电话确认")] {
        let confirm = json!({ "id": request.to_string(), "reason": reason });
        assert_eq!(hub.refused(coordinator, "confirmMatch", confirm).await.0, "STAND_IN_REFUSED");
    }
    pair.need = hub.open_need(pair.streets.community, None, need_facts("第二件")).await;
    let second = hub.match_in(&pair, MatchState::Delivered).await;
    let confirm = json!({ "id": second.to_string(), "reason": "社区来电确认" });
    let payload = hub
        .mutate(coordinator, "confirmMatch", confirm, "match { state reason standIn { side reason } }")
        .await;
    insta::assert_json_snapshot!("match_confirmed_by_a_coordinator", payload);
    hub.require_sound().await;
});

both!(a_repeated_claim_with_one_key_claims_once, |hub| {
    let pair = hub.pair(12).await;
    let mut input = json!({
        "needId": pair.need.to_string(), "serviceId": pair.service.to_string(), "side": "OFFERING", "quantity": 2,
        "idempotencyKey": "claim-1",
    });
    let first = hub.mutate(&pair.liaison, "proposeMatch", input.clone(), "match { id }").await;
    let second = hub.mutate(&pair.liaison, "proposeMatch", input.clone(), "match { id }").await;
    assert_eq!(first, second);
    assert_eq!(hub.taken(&pair).await, (2, 0, 2, 0));
    input["quantity"] = json!(3);
    assert_eq!(hub.refused(&pair.liaison, "proposeMatch", input).await.0, "KEY_REUSED");
    hub.require_sound().await;
});

both!(a_merged_need_cannot_be_claimed_and_a_claimed_one_not_merged, |hub| {
    let pair = hub.pair(12).await;
    hub.match_in(&pair, MatchState::Proposed).await;
    let into = hub.open_need(pair.streets.community, None, need_facts("另一件")).await;
    let merge = |id: String, into: String| json!({ "id": id, "intoId": into, "reason": "同一件事" });
    let coordinator = &pair.streets.coordinator;
    let claimed = hub.refused(coordinator, "mergeNeed", merge(pair.need.to_string(), into.to_string())).await;
    assert_eq!(claimed.0, "ILLEGAL_TRANSITION");
    hub.mutate(coordinator, "mergeNeed", merge(into.to_string(), pair.need.to_string()), "need { state }")
        .await;
    for (viewer, side) in [(&pair.streets.staff, Side::Asking), (&pair.liaison, Side::Offering)] {
        let outcome = hub.propose(viewer, &proposal(into, pair.service, side, 1)).await;
        let refusal = code(outcome);
        assert!(matches!(refusal, Code::IllegalTransition | Code::NotFound), "{refusal:?}");
    }
    hub.require_sound().await;
});

//! Matches taken from runs: all of what was chosen or nothing, and nothing once the world has moved.

use crate::builders::Streets;
use crate::hub::{Hub, both};
use gongjian_hub::domain::id::RunId;
use gongjian_hub::domain::refusal::Code;
use gongjian_hub::domain::viewer::Viewer;
use gongjian_hub::store::Store;
use gongjian_hub::store::error::{Error, Result};
use gongjian_hub::store::run::{self, Part};
use serde_json::{Value, json};

const FIELDS: &str = "run { state possibleActions appliedAt }
    matches { state initiator quantity score reasons { part points text } need { title claimed } }";

async fn apply(hub: &Hub, viewer: &Viewer, run: RunId, part: Value) -> Value {
    let mut input = part;
    input["id"] = json!(run.to_string());
    hub.mutate(viewer, "applyMatchingRun", input, FIELDS).await
}

fn quantities(payload: &Value) -> Vec<i64> {
    let matches = payload["matches"].as_array().expect("matches").iter();
    matches.map(|one| one["quantity"].as_i64().unwrap()).collect()
}

both!(a_run_becomes_suggested_matches_that_hold_their_quantity, |hub| {
    let story = hub.two_needs().await;
    let id = hub.done_run(&story.streets).await;
    let payload = apply(hub, &story.streets.coordinator, id, json!({ "idempotencyKey": "k-1" })).await;
    insta::assert_json_snapshot!("run_applied", payload);
    let again = apply(hub, &story.streets.coordinator, id, json!({ "idempotencyKey": "k-1" })).await;
    assert_eq!(again, payload);
    hub.require_sound().await;
});

both!(a_part_of_a_run_can_be_taken, |hub| {
    let story = hub.two_needs().await;
    let id = hub.done_run(&story.streets).await;
    let stranger = json!({ "needIds": [story.services[0].to_string()] });
    assert_eq!(refusal(&apply(hub, &story.streets.coordinator, id, stranger).await), "BAD_ID needIds.0");
    let other = json!({ "pairs": [{
        "needId": story.needs[0].to_string(), "serviceId": "service_00000000000000000000000000000009"
    }] });
    assert_eq!(refusal(&apply(hub, &story.streets.coordinator, id, other).await), "NOT_FOUND pairs.0");
    let part = json!({ "needIds": [story.needs[0].to_string()], "respondInHours": 5 });
    let taken = apply(hub, &story.streets.coordinator, id, part).await;
    assert_eq!(quantities(&taken), [5]);
    assert_eq!(taken["matches"][0]["need"]["title"], "反诈讲座");
});

fn refusal(payload: &Value) -> String {
    let error = &payload["errors"][0];
    let path: Vec<&str> = error["field"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    format!("{} {}", error["code"].as_str().unwrap(), path.join("."))
}

both!(what_moved_since_a_run_is_named_and_nothing_is_done, |hub| {
    let story = hub.two_needs().await;
    let id = hub.done_run(&story.streets).await;
    hub.use_capacity(hub.capacity(story.services[0]).await, 1, 0).await;
    insta::assert_json_snapshot!("run_moved", apply(hub, &story.streets.coordinator, id, json!({})).await);
    assert_eq!(hub.need_now(&story.streets.coordinator, story.needs[0]).await["claimed"], 0);
});

both!(a_run_is_matched_as_it_was_asked_for, |hub| {
    let story = hub.two_needs().await;
    let id = hub.start_run(&story.streets).await;
    let other = json!({ "streetId": story.streets.street.to_string(),
        "weights": [{ "part": "CATEGORY", "points": 10_000 }] });
    hub.mutate(&story.streets.coordinator, "setMatchingSettings", other, "").await;
    assert!(run::carry_out_next(&hub.store).await.unwrap());
    let taken = apply(hub, &story.streets.coordinator, id, json!({})).await;
    assert_eq!(quantities(&taken).iter().sum::<i64>(), 8, "other settings since then move nothing");
    assert!(taken["matches"][0]["score"].as_i64().unwrap() < 10_000);
});

both!(time_alone_can_make_a_run_too_old, |hub| {
    let story = hub.two_needs().await;
    let id = hub.done_run(&story.streets).await;
    hub.store.clock.advance(chrono::TimeDelta::days(29));
    let payload = apply(hub, &story.streets.coordinator, id, json!({})).await;
    insta::assert_json_snapshot!("run_too_old", payload);
});

both!(what_is_not_done_cannot_be_applied, |hub| {
    let story = hub.two_needs().await;
    let id = hub.start_run(&story.streets).await;
    let refused = apply(hub, &story.streets.coordinator, id, json!({})).await;
    assert_eq!(refusal(&refused), "ILLEGAL_TRANSITION id");
});

/// Applies the whole of a run.
async fn take(store: &Store, streets: &Streets, run: RunId) -> Result<RunId> {
    let whole = Part::default();
    crate::builders::matches::change(store, &streets.coordinator, async |tx| {
        run::apply(tx, run, &whole).await
    })
    .await
}

both!(parallel two_coordinators_who_solve_the_same_street_cannot_overbook, |hub| {
    let story = hub.two_needs().await;
    let other = hub.other_process().await;
    // Each has solved the street, and both have seen all there is.
    let (first, second) = (hub.done_run(&story.streets).await, hub.done_run(&story.streets).await);
    let both = tokio::join!(take(&hub.store, &story.streets, first), take(&other, &story.streets, second));
    let (won, lost): (Vec<_>, Vec<_>) = [both.0, both.1].into_iter().partition(Result::is_ok);
    assert_eq!(won.len(), 1, "one of them is first");
    let moved = |error: &Error| matches!(error, Error::Refused(refusal) if refusal.code == Code::WorldMoved);
    assert!(lost.iter().all(|outcome| outcome.as_ref().is_err_and(moved)), "{lost:?}");
    let booked: Vec<(i64, i64, i64)> =
        hub.rows("SELECT total, held, committed FROM capacity ORDER BY total").await;
    assert_eq!(booked, [(3, 3, 0), (5, 5, 0)]);
    hub.require_sound().await;
    other.close().await;
});

both!(parallel a_run_a_preview_and_claims_at_once_book_what_there_is_once, |hub| {
    let story = hub.two_needs().await;
    let other = hub.other_process().await;
    let id = hub.done_run(&story.streets).await;
    let preview = async {
        let input = json!({ "areaId": story.streets.street.to_string() });
        hub.mutate(&story.streets.coordinator, "applyMatching", input, "").await
    };
    let claim = async {
        let claim = crate::builders::matches::proposal(
            story.needs[1],
            story.services[0],
            gongjian_hub::domain::matches::Side::Offering,
            5,
        );
        hub.propose(&story.liaison, &claim).await
    };
    let (_, _, _) = tokio::join!(take(&other, &story.streets, id), preview, claim);
    hub.require_sound().await;
    other.close().await;
});

//! A matching run, from the asking to the result, whatever becomes of the hubs that compute it.

use crate::builders::runs::RUN;
use crate::hub::both;
use chrono::TimeDelta;
use futures_util::future::join_all;
use gongjian_hub::app;
use gongjian_hub::domain::run::{MatchingRunFailure, MatchingRunState};
use gongjian_hub::store::run;
use serde_json::json;

both!(a_run_is_asked_for_computed_and_read, |hub| {
    let story = hub.two_needs().await;
    let start = json!({ "areaId": story.streets.street.to_string(), "idempotencyKey": "k-1" });
    let fields = format!("run {{ id {RUN} }}");
    let asked = hub.mutate(&story.streets.coordinator, "startMatching", start.clone(), &fields).await;
    let again = hub.mutate(&story.streets.coordinator, "startMatching", start, &fields).await;
    assert_eq!(asked, again, "one key, one run");
    insta::assert_json_snapshot!("run_queued", asked, { ".run.id" => "[id]" });
    hub.store.clock.advance(TimeDelta::seconds(3));
    assert!(run::carry_out_next(&hub.store).await.unwrap());
    assert!(!run::carry_out_next(&hub.store).await.unwrap(), "there is nothing more to do");
    let id = asked["run"]["id"].as_str().unwrap().parse().unwrap();
    let told = hub.run_told(&story.streets.staff, id, RUN).await;
    insta::assert_json_snapshot!("run_done", told);
    assert_eq!(hub.run_row(id).await.fingerprint.unwrap(), hub.fingerprint(&story.streets).await);
    let trail: Vec<String> = hub
        .trail()
        .await
        .iter()
        .filter(|event| event.subject_id == gongjian_hub::domain::id::Id::uuid(id))
        .map(|event| format!("{:?} {:?} -> {:?}", event.kind, event.from_state(), event.to_state()))
        .collect();
    insta::assert_json_snapshot!("run_trail", trail);
});

both!(a_run_finds_what_the_preview_shows, |hub| {
    let story = hub.two_needs().await;
    let id = hub.done_run(&story.streets).await;
    let preview = hub.preview(&story.streets.coordinator, story.streets.street).await;
    let told = hub.run_told(&story.streets.coordinator, id, RUN).await;
    for figure in ["total", "cost", "provenCost", "needCount", "servedCount", "partlyServedCount"] {
        assert_eq!(told[figure], preview[figure], "{figure}");
    }
    let quantities = |list: &serde_json::Value| {
        let rows = list.as_array().unwrap().iter();
        rows.map(|row| (row["need"]["title"].clone(), row["quantity"].clone(), row["score"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(quantities(&told["matches"]["nodes"]), quantities(&preview["matches"]));
    assert_eq!(told["unmet"]["nodes"][0]["text"], preview["unmet"][0]["text"]);
});

both!(of_several_hubs_one_computes_each_run, |hub| {
    let story = hub.two_needs().await;
    let mut runs = Vec::new();
    for _ in 0..4 {
        runs.push(hub.start_run(&story.streets).await);
    }
    let other = hub.other_process().await;
    let stores = [&hub.store, &other, &hub.store, &other, &hub.store, &other];
    let done = join_all(stores.map(|store| async {
        let mut done = 0;
        while run::carry_out_next(store).await.unwrap() {
            done += 1;
        }
        done
    }));
    assert_eq!(done.await.iter().sum::<i32>(), 4);
    for id in runs {
        let run = hub.run_row(id).await;
        assert_eq!((run.state, run.tries), (MatchingRunState::Done, 1));
    }
    other.close().await;
});

both!(a_run_whose_hub_died_is_taken_up_again, |hub| {
    let story = hub.two_needs().await;
    let id = hub.start_run(&story.streets).await;
    hub.abandon(id, 1).await;
    assert!(!run::carry_out_next(&hub.store).await.unwrap(), "its hub was heard of just now");
    hub.store.clock.advance(TimeDelta::seconds(21));
    assert!(run::carry_out_next(&hub.store).await.unwrap());
    let run = hub.run_row(id).await;
    assert_eq!((run.state, run.tries), (MatchingRunState::Done, 2));
});

both!(a_run_that_ends_its_hub_again_and_again_is_given_up, |hub| {
    let story = hub.two_needs().await;
    let id = hub.start_run(&story.streets).await;
    hub.abandon(id, 3).await;
    hub.store.clock.advance(TimeDelta::seconds(21));
    assert!(!run::carry_out_next(&hub.store).await.unwrap());
    let run = hub.run_row(id).await;
    assert_eq!((run.state, run.failure), (MatchingRunState::Failed, Some(MatchingRunFailure::Abandoned)));
    let told = hub.run_told(&story.streets.coordinator, id, "failure failureText possibleActions").await;
    assert_eq!(
        told,
        json!({ "failure": "ABANDONED", "failureText": "计算进程多次中断", "possibleActions": [] })
    );
});

both!(a_run_is_called_off_once, |hub| {
    let story = hub.two_needs().await;
    let (queued, running) = (hub.start_run(&story.streets).await, hub.start_run(&story.streets).await);
    hub.abandon(running, 1).await;
    for id in [queued, running] {
        let input = json!({ "id": id.to_string() });
        let payload =
            hub.mutate(&story.streets.coordinator, "cancelMatching", input.clone(), "run { state }").await;
        assert_eq!(payload, json!({ "run": { "state": "CANCELLED" }, "errors": [] }));
        let refused = hub.mutate(&story.streets.coordinator, "cancelMatching", input, "").await;
        insta::assert_json_snapshot!("run_cancel_refused", refused);
    }
    hub.store.clock.advance(TimeDelta::seconds(21));
    assert!(!run::carry_out_next(&hub.store).await.unwrap());
});

both!(parallel a_run_that_is_called_off_while_it_is_computed_keeps_nothing, |hub| {
    let story = hub.two_needs().await;
    for _ in 0..8 {
        let id = hub.start_run(&story.streets).await;
        let cancel = hub.change(&story.streets.coordinator, async |tx| run::cancel(tx, id).await);
        let (computed, cancelled) = tokio::join!(run::carry_out_next(&hub.store), cancel);
        computed.unwrap();
        let state = hub.run_row(id).await.state;
        let kept = hub.run_told(&story.streets.staff, id, "matches { totalCount }").await;
        let expected = match cancelled {
            Ok(_) => (MatchingRunState::Cancelled, json!({ "matches": { "totalCount": 0 } })),
            Err(_) => (MatchingRunState::Done, json!({ "matches": { "totalCount": 2 } })),
        };
        assert_eq!((state, kept), expected);
    }
});

both!(a_street_has_so_many_runs_under_way_and_no_more, |hub| {
    let story = hub.two_needs().await;
    for _ in 0..5 {
        hub.start_run(&story.streets).await;
    }
    let input = json!({ "areaId": story.streets.community.to_string() });
    let refused = hub.refused(&story.streets.coordinator, "startMatching", input.clone()).await;
    assert_eq!(refused, ("LIMIT_REACHED".into(), "areaId".into()));
    let far = json!({ "areaId": story.streets.far_street.to_string() });
    assert_eq!(
        hub.mutate(&story.streets.far_coordinator, "startMatching", far, "").await["errors"],
        json!([])
    );
    assert!(run::carry_out_next(&hub.store).await.unwrap());
    let allowed = hub.mutate(&story.streets.coordinator, "startMatching", input, "").await;
    assert_eq!(allowed["errors"], json!([]));
});

both!(old_runs_are_forgotten_with_their_results, |hub| {
    let story = hub.two_needs().await;
    let old = hub.done_run(&story.streets).await;
    let waiting = hub.start_run(&story.streets).await;
    hub.store.clock.advance(TimeDelta::days(31));
    let recent = hub.done_run(&story.streets).await;
    app::sweep(&hub.store).await.unwrap();
    let left: Vec<(uuid::Uuid,)> = hub.rows("SELECT id FROM matching_run ORDER BY id").await;
    let kept = [waiting, recent].map(|id| (gongjian_hub::domain::id::Id::uuid(id),));
    assert_eq!(left, kept);
    assert_eq!(hub.run_told(&story.streets.staff, old, "id").await, serde_json::Value::Null);
    let orphans = "SELECT COUNT(*) FROM matching_run_match WHERE run_id NOT IN (SELECT id FROM matching_run)";
    assert_eq!(hub.rows::<(i64,)>(orphans).await, [(0,)]);
});

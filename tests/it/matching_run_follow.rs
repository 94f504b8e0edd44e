//! Runs, followed while hubs compute them.

use crate::hub::both;
use gongjian_hub::domain::viewer::Viewer;
use gongjian_hub::store::run;
use serde_json::{Value, json};
use tokio::sync::watch;

const CHANGED: &str = "subscription($id: ID!) { matchingRunChanged(id: $id) { state progress servedCount } }";

both!(parallel a_run_is_followed_to_its_end_whichever_process_computes_it, |hub| {
    let story = hub.two_needs().await;
    let _listening = hub.listening();
    let other = hub.other_process().await;
    let id = hub.start_run(&story.streets).await;
    let mut subscriber = hub.subscribe(&story.streets.staff, CHANGED, json!({ "id": id.to_string() }));
    assert_eq!(subscriber.change().await["state"], "QUEUED");
    // Another process computes it beside the requests that it answers, until it is told to stop.
    let (stop, stopping) = watch::channel(false);
    let hub_of_its_own = tokio::spawn(run::work(other.clone(), stopping));
    let mut last = Value::Null;
    while let Some(answer) = subscriber.answer().await {
        last = answer["data"]["matchingRunChanged"].clone();
    }
    assert_eq!(last, json!({ "state": "DONE", "progress": 1.0, "servedCount": 1 }));
    stop.send_replace(true);
    hub_of_its_own.await.unwrap();
    other.close().await;
});

both!(what_is_over_is_told_once, |hub| {
    let story = hub.two_needs().await;
    let id = hub.done_run(&story.streets).await;
    let mut subscriber = hub.subscribe(&story.streets.staff, CHANGED, json!({ "id": id.to_string() }));
    assert_eq!(subscriber.change().await["state"], "DONE");
    assert_eq!(subscriber.answer().await, None);
});

both!(a_run_is_followed_by_those_who_may_see_it, |hub| {
    let story = hub.two_needs().await;
    let id = json!({ "id": hub.start_run(&story.streets).await.to_string() });
    for viewer in
        [&story.streets.far_coordinator, &story.streets.far_staff, &story.liaison, &Viewer::public()]
    {
        assert_eq!(hub.subscribe(viewer, CHANGED, id.clone()).refusal().await, "NOT_FOUND");
    }
});

//! The real binary takes up what dead hubs have left behind, and what was asked for while none was there.

use crate::hub::both;
use crate::process_killed::Process;
use gongjian_hub::domain::run::MatchingRunState;
use serde_json::json;

const CHANGED: &str = "subscription($id: ID!) { matchingRunChanged(id: $id) { state } }";

both!(parallel a_process_takes_up_the_runs_of_one_that_was_killed, |hub| {
    let story = hub.two_needs().await;
    let _listening = hub.listening();
    let waiting = hub.start_run(&story.streets).await;
    let left_behind = hub.start_run(&story.streets).await;
    // So it stands in the tables when its hub is killed without a word.
    hub.abandon(left_behind, 1).await;
    let mut process = Process::start(&hub.url);
    for id in [waiting, left_behind] {
        let mut told = hub.subscribe(&story.streets.staff, CHANGED, json!({ "id": id.to_string() }));
        while told.answer().await.is_some() {}
        assert_eq!(hub.run_row(id).await.state, MatchingRunState::Done);
    }
    process.kill();
    assert_eq!(hub.run_row(waiting).await.tries, 1);
    assert_eq!(hub.run_row(left_behind).await.tries, 2);
});

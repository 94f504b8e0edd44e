//! Suggestions that nobody has answered yet move where that is worth what it costs; what was answered never does.

use crate::builders::need_facts;
use crate::builders::runs::TwoNeeds;
use crate::hub::{Hub, both};
use gongjian_hub::domain::id::NeedId;
use gongjian_hub::domain::matches::MatchState;
use gongjian_hub::domain::need::Urgency;
use gongjian_hub::store::need::NeedFacts;
use serde_json::{Value, json};

const MOVES: &str = "keptCount moveGain
    moves { match { state } need { title } needTitle service { title } serviceTitle quantity left gain text }";

/// All that there is is suggested, and then an urgent need opens.
async fn urgent(hub: &Hub) -> (TwoNeeds, NeedId) {
    let story = hub.two_needs().await;
    apply(hub, &story, json!({})).await;
    let facts = NeedFacts { quantity: 5, urgency: Urgency::Urgent, ..need_facts("紧急反诈讲座") };
    let need = hub.open_need(story.streets.community, None, facts).await;
    (story, need)
}

async fn apply(hub: &Hub, story: &TwoNeeds, mut input: Value) -> Value {
    input["areaId"] = json!(story.streets.street.to_string());
    let fields = "matches { quantity need { title } service { title } }";
    hub.mutate(&story.streets.coordinator, "applyMatching", input, fields).await
}

async fn preview(hub: &Hub, story: &TwoNeeds) -> Value {
    let query = format!(
        "query($area: ID!) {{ matching(areaId: $area) {{ cost provenCost fingerprint {MOVES}
            matches {{ quantity suggested {{ state }} need {{ title }} }} }} }}"
    );
    let area = json!({ "area": story.streets.street.to_string() });
    hub.data(&story.streets.coordinator, &query, area).await["matching"].take()
}

/// How much of its matches' quantity each state holds.
async fn states(hub: &Hub) -> Vec<(MatchState, i64)> {
    hub.rows("SELECT state, CAST(SUM(quantity) AS BIGINT) FROM match GROUP BY state ORDER BY state").await
}

both!(a_suggestion_moves_for_an_urgent_need_and_says_why, |hub| {
    let (story, _) = urgent(hub).await;
    let mut preview = preview(hub, &story).await;
    let fingerprint = preview["fingerprint"].take();
    insta::assert_json_snapshot!("moves_previewed", preview);
    assert_eq!(preview["cost"], preview["provenCost"]);
    let made = apply(hub, &story, json!({ "fingerprint": fingerprint })).await;
    assert_eq!(made["matches"][0]["need"]["title"], "紧急反诈讲座");
    assert_eq!(states(hub).await, [(MatchState::Cancelled, 5), (MatchState::Suggested, 8)]);
    hub.require_sound().await;
    let fields = "matches { quantity }";
    let input = json!({ "areaId": story.streets.street.to_string() });
    let again = hub.mutate(&story.streets.coordinator, "applyMatching", input, fields).await;
    assert_eq!(again["matches"], json!([]), "a second time nothing moves");
});

both!(a_run_moves_suggestions_too_and_keeps_why, |hub| {
    let (story, _) = urgent(hub).await;
    let run = hub.done_run(&story.streets).await;
    let told = hub.run_told(&story.streets.coordinator, run, MOVES).await;
    insta::assert_json_snapshot!("moves_of_a_run", told);
    let input = json!({ "id": run.to_string() });
    hub.mutate(&story.streets.coordinator, "applyMatchingRun", input, "").await;
    assert_eq!(states(hub).await, [(MatchState::Cancelled, 5), (MatchState::Suggested, 8)]);
    hub.require_sound().await;
});

both!(what_makes_room_moves_with_what_is_chosen, |hub| {
    let (story, need) = urgent(hub).await;
    apply(hub, &story, json!({ "needIds": [need.to_string()] })).await;
    let served: Vec<(String, i64)> = hub
        .rows(
            "SELECT need.title, match.quantity FROM match JOIN need ON need.id = match.need_id
             WHERE match.state = 'suggested' ORDER BY need.title",
        )
        .await;
    assert_eq!(served.iter().map(|(_, quantity)| quantity).sum::<i64>(), 8, "{served:?}");
    assert!(served.iter().any(|(title, quantity)| title == "紧急反诈讲座" && *quantity == 5));
    hub.require_sound().await;
});

both!(what_one_side_has_answered_never_moves, |hub| {
    let (story, _) = urgent(hub).await;
    let ids: Vec<(gongjian_hub::domain::id::MatchId,)> = hub.rows("SELECT id FROM match").await;
    for (id,) in ids {
        hub.mutate(&story.streets.coordinator, "acceptMatch", answer(&id.to_string()), "").await;
    }
    let preview = preview(hub, &story).await;
    assert_eq!((&preview["keptCount"], &preview["moves"]), (&json!(0), &json!([])));
    assert_eq!(apply(hub, &story, json!({})).await["matches"], json!([]));
});

fn answer(id: &str) -> Value {
    json!({ "id": id, "standIn": { "side": "ASKING", "reason": "电话确认" } })
}

both!(a_street_says_what_moving_costs_and_it_counts_as_moved, |hub| {
    let (story, _) = urgent(hub).await;
    let before = preview(hub, &story).await["fingerprint"].clone();
    let street = story.streets.street.to_string();
    let never = json!({ "streetId": street, "stability": 1_000_000 });
    let fields = "area { matchingSettings { stability } }";
    let set = hub.mutate(&story.streets.coordinator, "setMatchingSettings", never, fields).await;
    assert_eq!(set["area"]["matchingSettings"]["stability"], 1_000_000);
    let preview = preview(hub, &story).await;
    assert_eq!(
        (preview["moves"].as_array().unwrap().len(), preview["matches"].as_array().unwrap().len()),
        (0, 2)
    );
    let old = json!({ "areaId": street, "fingerprint": before });
    assert_eq!(hub.refused(&story.streets.coordinator, "applyMatching", old).await.0, "WORLD_MOVED");
    let bad = json!({ "streetId": street, "stability": 1_000_001 });
    let refused = hub.refused(&story.streets.coordinator, "setMatchingSettings", bad).await;
    assert_eq!(refused, ("BAD_NUMBER".into(), "stability".into()));
});

both!(an_answer_since_the_preview_is_named_as_moved, |hub| {
    let (story, _) = urgent(hub).await;
    let before = preview(hub, &story).await["fingerprint"].clone();
    let ids: Vec<(gongjian_hub::domain::id::MatchId,)> = hub.rows("SELECT id FROM match").await;
    let decline = json!({ "id": ids[0].0.to_string(), "reason": "时间不合适" });
    hub.mutate(&story.streets.coordinator, "declineMatch", decline, "").await;
    let input = json!({ "areaId": story.streets.street.to_string(), "fingerprint": before });
    assert_eq!(hub.refused(&story.streets.coordinator, "applyMatching", input).await.0, "WORLD_MOVED");
    hub.require_sound().await;
});

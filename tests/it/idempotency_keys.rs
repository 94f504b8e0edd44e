//! Idempotency keys: one effect and one answer, whoever repeats the request, however, and whatever fails in between.

use crate::builders::{Streets, need_facts, service_facts};
use crate::hub::{Hub, administrator, both};
use crate::process_killed::{Process, post};
use chrono::TimeDelta;
use futures_util::future::join_all;
use gongjian_hub::app::sweep;
use gongjian_hub::domain::id::{Id as _, NeedId, ServiceId, TokenId};
use gongjian_hub::domain::viewer::{Actor, Principal, Viewer};
use serde_json::{Value, json};
use uuid::Uuid;

struct Story {
    streets: Streets,
    liaison: Viewer,
    need: NeedId,
    service: ServiceId,
}

async fn begin(hub: &Hub) -> Story {
    let streets = hub.streets().await;
    let (unit, liaison) = hub.unit(streets.street, "国泰君安证券湖南分公司").await;
    let service = hub.listed_service(unit, service_facts("反诈讲座", streets.street), 20).await;
    let need = hub.open_need(streets.community, None, need_facts("反诈讲座")).await;
    Story { streets, liaison, need, service }
}

impl Story {
    fn claim(&self, quantity: i64, key: &str) -> Value {
        json!({ "needId": self.need.to_string(), "serviceId": self.service.to_string(), "side": "OFFERING",
            "quantity": quantity, "idempotencyKey": key })
    }
}

fn owned(viewer: &Viewer, number: u128) -> Viewer {
    Viewer { principal: Some(Principal::Token(TokenId::new(Uuid::from_u128(number)))), ..viewer.clone() }
}

async fn matches(hub: &Hub) -> i64 {
    hub.rows::<(i64,)>("SELECT COUNT(*) FROM match").await[0].0
}

both!(parallel twins_at_the_same_time_have_one_effect_and_one_answer, |hub| {
    let story = begin(hub).await;
    let viewer = owned(&story.liaison, 1);
    let twin = hub.twin(hub.store.clock.clone()).await;
    let before = hub.head().await.seq;
    // The need holds ten: a second claim of all of it would be refused, and a twin must not hear of that.
    let clients = (0..16).map(|client| {
        let (hub, viewer, input) = (if client % 2 == 0 { hub } else { &*twin }, viewer.clone(), story.claim(10, "k-1"));
        async move { hub.mutate(&viewer, "proposeMatch", input, "match { id }").await }
    });
    let answers = join_all(clients).await;
    assert!(answers.iter().all(|answer| answer == &answers[0]), "{answers:?}");
    assert_eq!(answers[0]["errors"], json!([]));
    assert_eq!(matches(hub).await, 1);
    assert_eq!(hub.head().await.seq - before, 3, "the match, its line of capacity, its need");
    hub.require_sound().await;
    hub.require_whole().await;
});

both!(a_key_with_another_request_is_refused, |hub| {
    let story = begin(hub).await;
    let viewer = owned(&story.liaison, 1);
    let first = hub.mutate(&viewer, "proposeMatch", story.claim(2, "k-1"), "match { id }").await;
    let reused = ("KEY_REUSED".to_owned(), "idempotencyKey".to_owned());
    assert_eq!(hub.refused(&viewer, "proposeMatch", story.claim(3, "k-1")).await, reused);
    let id = first["match"]["id"].clone();
    let other = json!({ "id": id, "reason": "时间不合适", "idempotencyKey": "k-1" });
    assert_eq!(hub.refused(&viewer, "declineMatch", other).await, reused, "of another operation");
    assert_eq!(hub.mutate(&viewer, "proposeMatch", story.claim(2, "k-1"), "match { id }").await, first);
    assert_eq!(matches(hub).await, 1);
});

both!(a_key_is_its_owners_alone, |hub| {
    let Story { streets, .. } = begin(hub).await;
    let mut ids = Vec::new();
    for number in [1, 2] {
        let viewer = owned(&streets.coordinator, number);
        let input = json!({ "parentId": streets.street.to_string(), "kind": "COMMUNITY",
            "name": format!("社区{number}"), "idempotencyKey": "k-1" });
        let added = hub.mutate(&viewer, "addArea", input, "area { id }").await;
        assert_eq!(added["errors"], json!([]));
        ids.push(added["area"]["id"].clone());
    }
    assert_ne!(ids[0], ids[1]);
});

both!(a_refused_request_leaves_its_key_free, |hub| {
    let story = begin(hub).await;
    let viewer = owned(&story.liaison, 1);
    let refused = hub.refused(&viewer, "proposeMatch", story.claim(11, "k-1")).await;
    assert_eq!(refused.0, "NOT_ENOUGH_NEED");
    let done = hub.mutate(&viewer, "proposeMatch", story.claim(10, "k-1"), "match { id }").await;
    assert_eq!(done["errors"], json!([]));
});

both!(a_key_is_kept_for_a_day_and_then_forgotten, |hub| {
    let story = begin(hub).await;
    let viewer = owned(&story.liaison, 1);
    let first = hub.mutate(&viewer, "proposeMatch", story.claim(2, "k-1"), "match { id }").await;
    let kept = async || hub.rows::<(i64,)>("SELECT COUNT(*) FROM idempotency").await[0].0;
    hub.store.clock.advance(TimeDelta::hours(25));
    sweep(&hub.store).await.unwrap();
    assert_eq!(hub.mutate(&viewer, "proposeMatch", story.claim(2, "k-1"), "match { id }").await, first);
    assert_eq!(kept().await, 1);
    hub.store.clock.advance(TimeDelta::hours(24));
    sweep(&hub.store).await.unwrap();
    assert_eq!(kept().await, 0);
});

both!(what_is_kept_of_a_request_names_nobody, |hub| {
    let streets = hub.streets().await;
    let input = json!({ "streetId": streets.street.to_string(), "areaIds": [streets.street.to_string()], "checkedInOn": "2026-01-05",
        "facts": { "kind": "SCHOOL", "name": "育英学校", "liaison": { "name": "张桂兰", "phone": "13000000009" } },
        "idempotencyKey": "张桂兰-13000000009" });
    let done = hub.mutate(&administrator(), "registerUnit", input, "unit { id }").await;
    assert_eq!(done["errors"], json!([]));
    let kept: Vec<(String, String, String)> =
        hub.rows("SELECT key, operation, request FROM idempotency").await;
    let [(key, operation, request)] = &kept[..] else { panic!("{kept:?}") };
    assert_eq!(
        (key.len(), operation.as_str(), request.len()),
        (43, "RegisterUnit", 43),
        "hashes, and the name of the operation"
    );
    assert!(!format!("{kept:?}").contains("13000000009"));
});

const ADD: &str =
    "mutation($input: AddAreaInput!) { addArea(input: $input) { area { id } errors { code message } } }";

both!(parallel a_process_killed_between_commit_and_reply_has_one_effect, |hub| {
    let streets = hub.streets().await;
    let token = hub.secret(Actor::Coordinator { street: streets.street }, 3_650).await;
    let mut lost = 0;
    for round in 0..6 {
        let name = format!("社区{round}");
        let input = json!({ "parentId": streets.street.to_string(), "kind": "COMMUNITY", "name": name,
            "idempotencyKey": name });
        let body = json!({ "query": ADD, "variables": { "input": input } });
        let mut process = Process::start(&hub.url);
        let before = hub.head().await.seq;
        let asking = tokio::spawn({
            let (address, token, body) = (process.address().to_owned(), token.clone(), body.clone());
            async move { post(&address, &token, &body).await }
        });
        // As soon as the commit can be seen, the process dies; whether its answer was faster is seen then.
        while hub.head().await.seq == before {
            tokio::task::yield_now().await;
        }
        process.kill();
        let answered = asking.await.unwrap();
        lost += u32::from(answered.is_none());
        let again = Process::start(&hub.url);
        let answer = post(again.address(), &token, &body).await.expect("an answer");
        assert_eq!(answer["data"]["addArea"]["errors"], json!([]), "{answer}");
        if let Some(answered) = answered {
            assert_eq!(answered["data"], answer["data"]);
        }
        let kept: Vec<(gongjian_hub::domain::id::AreaId,)> =
            hub.rows("SELECT id FROM area WHERE name LIKE '社区%' ORDER BY id").await;
        assert_eq!(kept.len(), round + 1);
        assert!(kept.iter().any(|(id,)| answer["data"]["addArea"]["area"]["id"] == id.to_string()), "{answer}");
        assert_eq!(hub.head().await.seq - before, 1);
    }
    eprintln!("{lost} of 6 answers were lost with their process");
    hub.require_whole().await;
});

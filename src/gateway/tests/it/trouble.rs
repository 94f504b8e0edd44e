//! One partner of three is slow, wrong, huge or dead: the others' fields are there, and so is it as soon as it is well.

use crate::hub::{Hub, both};
use crate::partner::Mood;
use crate::world::World;
use gongjian_gateway::partner::Settings;
use gongjian_hub::domain::viewer::Viewer;
use serde_json::{Value, json};
use std::time::Duration;

const ALL: &str = "query($id: ID!) { unit(id: $id) { name library_events { title } bank_events { title } school_events { title } } }";

async fn ask(world: &World, hub: &Hub) -> Value {
    world.ask(hub, &Viewer::public(), ALL, json!({ "id": world.unit.to_string() })).await
}

/// The others' parts are there, the bank's is not, and one error says so.
fn only_the_bank_is_missing(answer: &Value, code: &str) {
    let unit = &answer["data"]["unit"];
    assert_eq!(unit["name"], "湖南图书馆", "{answer}");
    assert!(
        unit["library_events"][0]["title"].is_string() && unit["school_events"][0]["title"].is_string(),
        "{answer}"
    );
    assert_eq!(unit["bank_events"], json!(null));
    let errors = answer["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{answer}");
    assert_eq!(errors[0]["extensions"]["code"], code, "{answer}");
    assert_eq!(errors[0]["extensions"]["service"], "bank");
    assert_eq!(errors[0]["path"], json!(["unit"]));
    assert!(errors[0]["message"].as_str().unwrap().contains("bank"));
}

both!(each_kind_of_trouble_stays_where_it_is, |hub| {
    let world = World::new(hub).await;
    let nested = format!("{{\"data\":{}{}}}", "[".repeat(30_000), "]".repeat(30_000));
    for (mood, code) in [
        (Mood::Slow(Duration::from_secs(5)), "PARTNER_TIMEOUT"),
        (Mood::Status(500), "PARTNER_BAD_ANSWER"),
        (Mood::Status(404), "PARTNER_BAD_ANSWER"),
        (Mood::Says("not json".to_owned()), "PARTNER_BAD_ANSWER"),
        (Mood::Says("{\"data\":null}".to_owned()), "PARTNER_BAD_ANSWER"),
        (Mood::Says(nested), "PARTNER_BAD_ANSWER"),
        (Mood::Says(format!("{{\"data\":{{\"x\":\"{}\"}}}}", "x".repeat(100 << 10))), "PARTNER_TOO_LARGE"),
        (Mood::Endless, "PARTNER_TOO_LARGE"),
        (Mood::Elsewhere(world.library.url.clone()), "PARTNER_BAD_ANSWER"),
    ] {
        world.bank.feel(mood.clone());
        only_the_bank_is_missing(&ask(&world, hub).await, code);
        world.bank.feel(Mood::Well);
        assert_eq!(ask(&world, hub).await.get("errors"), None, "well again after {mood:?}");
    }
    let library = world.library.got();
    assert_eq!(library.len(), 18, "nobody followed the redirect");
});

both!(what_a_partner_says_of_itself_is_told_as_its_own, |hub| {
    let world = World::new(hub).await;
    let error =
        json!({ "message": "x".repeat(510), "extensions": { "code": "UNAUTHENTICATED", "stack": "secret" } });
    world.bank.feel(Mood::Says(json!({ "data": null, "errors": vec![error; 60] }).to_string()));
    let answer = ask(&world, hub).await;
    let errors = answer["errors"].as_array().unwrap();
    assert!(errors.len() <= 21, "{}", errors.len());
    assert_eq!(errors[0]["extensions"]["code"], "PARTNER_ERROR");
    assert_eq!(errors[0]["extensions"]["partnerCode"], "UNAUTHENTICATED");
    assert_eq!(errors[0]["message"].as_str().unwrap().len(), 500);
    assert!(!answer.to_string().contains("secret"));
});

both!(entities_of_a_wrong_shape_do_no_harm, |hub| {
    let world = World::new(hub).await;
    for entities in [
        json!(null),
        json!([]),
        json!("x"),
        json!([null]),
        json!([{}, {}, {}]),
        json!([{ "bank_events": 3 }]),
        json!([{ "__typename": "Need", "bank_events": [] }]),
    ] {
        world
            .bank
            .feel(Mood::Says(json!({ "data": { "_entities": entities, "_e0": entities } }).to_string()));
        let answer = ask(&world, hub).await;
        assert_eq!(answer["data"]["unit"]["name"], "湖南图书馆", "{entities}: {answer}");
        assert!(answer["data"]["unit"]["library_events"][0]["title"].is_string(), "{entities}: {answer}");
    }
});

both!(a_partner_that_keeps_failing_is_left_alone_and_tried_again, |hub| {
    let world = World::new(hub).await;
    world.bank.feel(Mood::Status(500));
    for _ in 0..3 {
        only_the_bank_is_missing(&ask(&world, hub).await, "PARTNER_BAD_ANSWER");
    }
    let before = world.bank.calls();
    only_the_bank_is_missing(&ask(&world, hub).await, "PARTNER_PAUSED");
    assert_eq!(world.bank.calls(), before, "it is not called");
    world.bank.feel(Mood::Well);
    let mut tries = 0;
    while ask(&world, hub).await.get("errors").is_some() {
        tries += 1;
        assert!(tries < 500, "it stays open");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let (_, figures) =
        world.engine.partners().figures().into_iter().find(|(name, _)| name == "bank").unwrap();
    assert!(figures.requests >= 4 && figures.failures == 3, "{figures:?}");
});

both!(reads_are_tried_twice_and_changes_once, |hub| {
    let world = World::new(hub).await;
    world.library.feel(Mood::Status(503));
    world.ask(hub, &Viewer::public(), "{ library_hello }", json!({})).await;
    assert_eq!(world.library.calls(), 2);
    world.ask(hub, &Viewer::public(), "mutation { library_reserve }", json!({})).await;
    assert_eq!(world.library.calls(), 3);
});

both!(a_dead_partner_is_named, |hub| {
    let world = World::new(hub).await;
    let gone = "http://127.0.0.1:9/graphql";
    let partners =
        [("library", world.library.url.as_str()), ("bank", gone), ("school", world.school.url.as_str())];
    world.engine.swap(&crate::supergraph::of(&partners)).unwrap();
    only_the_bank_is_missing(&ask(&world, hub).await, "PARTNER_UNREACHABLE");
});

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn partners_are_called_by_so_many_at_once_and_no_more() {
    let hub = Hub::sqlite().await;
    let few = Settings { patience: Duration::from_secs(30), calls: 4, ..Settings::default() };
    let world = World::with(&hub, few).await;
    world.library.feel(Mood::Slow(Duration::from_millis(50)));
    let viewer = Viewer::public();
    let asks = (0..24).map(|_| world.ask(&hub, &viewer, "{ library_hello }", json!({})));
    for answer in futures_util::future::join_all(asks).await {
        assert_eq!(answer["data"]["library_hello"], "library", "{answer}");
    }
    assert!((2..=4).contains(&world.library.most()), "{}", world.library.most());
}

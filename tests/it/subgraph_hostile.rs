//! Schemas that mean harm: they cost little, tell what is wrong, and leave the hub as it was.

use crate::builders::subgraphs::linked;
use crate::hub::{Hub, both};
use gongjian_hub::domain::viewer::Viewer;
use gongjian_hub::federation::Settings;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

async fn library(hub: &Hub) -> (Viewer, String) {
    let streets = hub.streets().await;
    let (unit, liaison) = hub.unit(streets.street, "湖南省图书馆").await;
    let id = hub.subgraph(&liaison, unit, "library").await;
    (liaison, id)
}

/// The codes of what is wrong with a schema.
async fn codes(hub: &Hub, viewer: &Viewer, id: &str, sdl: &str) -> Vec<String> {
    let input = json!({ "id": id, "sdl": sdl });
    let mut done = hub.mutate(viewer, "checkSubgraph", input, "check { problems { code message } }").await;
    assert_eq!(done["errors"], json!([]));
    let Value::Array(problems) = done["check"]["problems"].take() else { panic!("a list") };
    for problem in &problems {
        let told = problem["message"].as_str().unwrap();
        assert!(
            told.chars().count() < 900 && !told.contains("compose.js") && !told.contains("    at "),
            "{told}"
        );
    }
    problems.iter().map(|problem| problem["code"].as_str().unwrap().to_owned()).collect()
}

both!(a_schema_that_is_too_deep_or_too_large_is_refused_at_once, |hub| {
    let (liaison, id) = library(hub).await;
    let types: Vec<String> = (0..600).map(|at| format!("type Library_T{at} {{ a: Int }}\n")).collect();
    let started = Instant::now();
    for (sdl, code) in [
        (format!("type Query {{ library_x: {}Int }}", "[".repeat(100_000)), "TOO_LARGE"),
        (format!("type Query {{ library_x(a: Int = {}", "[".repeat(100_000)), "TOO_LARGE"),
        (format!("type Query {{ library_x: Int @a(b: {}", "{a:".repeat(50_000)), "TOO_LARGE"),
        ("#".repeat(300_000), "TOO_LARGE"),
        (types.concat(), "TOO_LARGE"),
        ("type Query {".to_owned(), "SYNTAX"),
        ("query { a }".to_owned(), "SYNTAX"),
        ("\u{0}\u{1}".to_owned(), "SYNTAX"),
        (String::new(), "SYNTAX"),
    ] {
        let codes = codes(hub, &liaison, &id, &sdl).await;
        assert_eq!(codes, [code], "{}", sdl.chars().take(60).collect::<String>());
    }
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
});

both!(selections_inside_directives_are_no_way_around_the_limits, |hub| {
    let (liaison, id) = library(hub).await;
    let deep = "a{".repeat(60_000);
    for directive in ["key", "requires", "provides"] {
        let sdl = match directive {
            "key" => format!("type Library_T @key(fields: \"{deep}\") {{ a: Library_T }}"),
            _ => format!(
                "type Library_T {{ a: Library_T @{directive}(fields: \"{deep}\") }} type Query {{ library_t: Library_T }}"
            ),
        };
        assert!(!codes(hub, &liaison, &id, &linked(&sdl)).await.is_empty(), "{directive}");
    }
});

both!(composing_ends_in_time_and_within_its_memory, |hub| {
    let (liaison, id) = library(hub).await;
    // Every type leads to every other: whoever looks whether all can be reached has much to look at.
    let types: Vec<String> = (0..60)
        .map(|at| {
            let fields: Vec<String> = (0..60).map(|to| format!("f{to}: Library_T{to} ")).collect();
            format!("type Library_T{at} @key(fields: \"id\") {{ id: ID! {}}}\n", fields.concat())
        })
        .collect();
    let sdl = linked(&format!("type Query {{ library_t: Library_T0 }}\n{}", types.concat()));
    for settings in [
        Settings { compose_seconds: 0, ..Settings::default() },
        Settings { compose_mebibytes: 8, ..Settings::default() },
    ] {
        let strict = hub.with_federation(settings);
        let started = Instant::now();
        assert_eq!(codes(&strict, &liaison, &id, &sdl).await, ["TOO_LARGE"]);
        assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    }
    // The next one finds an engine as good as new.
    let plain = linked("type Query { library_x: Int }");
    assert_eq!(codes(hub, &liaison, &id, &plain).await, Vec::<String>::new());
});

both!(a_day_has_so_many_publications, |hub| {
    let (liaison, id) = library(hub).await;
    for at in 0..100 {
        let done = hub.publish(&liaison, &id, &format!("type Wrong{at} {{ a: Int }}")).await;
        assert_eq!(done["state"], "INVALID");
    }
    let input = json!({ "id": id, "sdl": "type Wrong { a: Int }" });
    assert_eq!(hub.refused(&liaison, "publishSubgraph", input.clone()).await.0, "LIMIT_REACHED");
    hub.store.clock.advance(chrono::TimeDelta::hours(25));
    let done = hub.mutate(&liaison, "publishSubgraph", input, "publication { number }").await;
    assert_eq!(done["publication"]["number"], 101);
});

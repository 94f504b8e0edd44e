//! Another supergraph goes live while requests are under way.

use crate::hub::Hub;
use crate::supergraph;
use crate::world::World;
use gongjian_gateway::partner::Settings;
use gongjian_hub::domain::viewer::Viewer;
use serde_json::json;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_swaps_under_load_drop_and_mix_nothing() {
    let hub = Hub::sqlite().await;
    let patient = Settings { patience: Duration::from_secs(30), ..Settings::default() };
    let world = World::with(&hub, patient).await;
    let (library, bank) = (world.library.url.clone(), world.bank.url.clone());
    let one = supergraph::of(&[("library", &library), ("bank", &bank)]);
    // The same names at each other's addresses: an answer from both would be a mixture.
    let other = supergraph::of(&[("library", &bank), ("bank", &library)]);
    world.engine.swap(&one).unwrap();
    let (done, asked) = (AtomicBool::new(false), AtomicUsize::new(0));
    let viewer = Viewer::public();
    let id = json!({ "id": world.unit.to_string() });
    let load = async || {
        let query =
            "query($id: ID!) { unit(id: $id) { name library_events { title } bank_events { title } } }";
        while !done.load(Ordering::Relaxed) {
            let answer = world.ask(&hub, &viewer, query, id.clone()).await;
            let unit = &answer["data"]["unit"];
            assert_eq!(unit["name"], "湖南图书馆", "{answer}");
            // A partner answers only what is its own: crossed over, both fields are null, and never just one.
            assert_eq!(unit["library_events"].is_null(), unit["bank_events"].is_null(), "{answer}");
            asked.fetch_add(1, Ordering::Relaxed);
        }
    };
    let swaps = async {
        for round in 0..1_000 {
            let next = if round % 2 == 0 { &other } else { &one };
            assert!(world.engine.swap(next).unwrap());
            tokio::task::yield_now().await;
        }
        done.store(true, Ordering::Relaxed);
    };
    tokio::join!(swaps, load(), load(), load(), load());
    assert!(asked.load(Ordering::Relaxed) > 100, "{asked:?}");
}

#[tokio::test]
async fn what_is_no_supergraph_leaves_the_one_before() {
    let hub = Hub::sqlite().await;
    let world = World::new(&hub).await;
    assert!(!world.engine.swap(&world.supergraph()).unwrap(), "the same text again");
    for bad in ["type Query {", "no GraphQL"] {
        assert!(world.engine.swap(bad).is_err(), "{bad}");
    }
    assert_eq!(world.data(&hub, "{ library_hello }").await["library_hello"], "library");
}

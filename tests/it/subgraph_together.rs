//! Several who change the graph of all at once, and hubs of different versions: nothing of anybody's is lost.

use crate::builders::subgraphs::linked;
use crate::hub::{administrator, both};
use gongjian_hub::federation::{self, Federation, Settings};
use gongjian_hub::graph;
use serde_json::json;

fn schema(name: &str, kind: &str) -> String {
    linked(&format!(
        "type Query {{ {name}_all: [{kind}_Thing!]! }} type {kind}_Thing @key(fields: \"id\") {{ id: ID! }}"
    ))
}

both!(parallel two_coordinators_at_once_lose_nothing_of_each_others, |hub| {
    let streets = hub.streets().await;
    let (unit, liaison) = hub.unit(streets.street, "湖南省图书馆").await;
    let (far_unit, far_liaison) = hub.unit(streets.far_street, "长沙银行").await;
    let library = hub.subgraph(&liaison, unit, "library").await;
    let bank = hub.subgraph(&far_liaison, far_unit, "bank").await;
    let one = hub.publish(&liaison, &library, &schema("library", "Library")).await;
    let two = hub.publish(&far_liaison, &bank, &schema("bank", "Bank")).await;
    let done = tokio::join!(hub.approve(&streets.coordinator, &one), hub.approve(&streets.far_coordinator, &two));
    for done in [done.0, done.1] {
        assert_eq!(done, json!({ "publication": { "state": "LIVE" }, "errors": [] }));
    }
    let live = federation::live(&hub.store).await.unwrap().unwrap();
    assert_eq!(live.number, 2);
    let names: Vec<&str> = live.partners.iter().map(|partner| partner.name.as_str()).collect();
    assert_eq!(names, ["bank", "library"]);
    assert!(live.api_sdl.contains("Bank_Thing") && live.api_sdl.contains("Library_Thing"));
    // To go back would take the other street's away.
    let (number, _) = hub.live_graph(&administrator()).await;
    assert_eq!(number, 2);
    let mut refused = 0;
    for viewer in [&streets.coordinator, &streets.far_coordinator] {
        let query = "mutation { rollbackSupergraph(input: { number: 1 }) { supergraph { number } errors { code } } }";
        let answer = hub.ask(viewer, query, json!({})).await;
        if answer["errors"][0]["extensions"]["code"] == "FORBIDDEN" {
            refused += 1;
        }
    }
    assert_eq!(refused, 1, "the one whose partner joined first must not take the other's away");
});

both!(parallel the_same_publication_is_approved_once, |hub| {
    let streets = hub.streets().await;
    let (unit, liaison) = hub.unit(streets.street, "湖南省图书馆").await;
    let library = hub.subgraph(&liaison, unit, "library").await;
    let publication = hub.publish(&liaison, &library, &schema("library", "Library")).await;
    let done = tokio::join!(
        hub.approve(&streets.coordinator, &publication),
        hub.approve(&streets.coordinator, &publication)
    );
    let codes = [&done.0["errors"][0]["code"], &done.1["errors"][0]["code"]];
    assert!(codes.contains(&&json!("ILLEGAL_TRANSITION")) && codes.contains(&&json!(null)), "{codes:?}");
    assert_eq!(hub.live_graph(&liaison).await.0, 1);
});

both!(a_newer_hub_brings_its_own_part_up_to_date, |hub| {
    let streets = hub.streets().await;
    let (unit, liaison) = hub.unit(streets.street, "湖南省图书馆").await;
    let library = hub.subgraph(&liaison, unit, "library").await;
    hub.join(&liaison, &streets.coordinator, &library, &schema("library", "Library")).await;
    let newer = graph::subgraph_sdl() + "\nextend type Query { newest: Int }\n";
    let newer = Federation::new(Settings::default(), newer);
    newer.keep_up(&hub.store).await.unwrap();
    let (number, api) = hub.live_graph(&liaison).await;
    assert!(number == 2 && api.contains("newest: Int") && api.contains("Library_Thing"));
    // What was live before is gone back to with the hub's part as it is now.
    let back = newer.return_to(&hub.store, &administrator(), 1).await.unwrap();
    assert!(back.composed.unwrap().api.contains("newest: Int"));
    // A hub with which the partner does not compose leaves what is live alone.
    let odd = graph::subgraph_sdl() + "\ntype Library_Thing { other: Int }\n";
    Federation::new(Settings::default(), odd).keep_up(&hub.store).await.unwrap();
    assert_eq!(hub.live_graph(&liaison).await.0, 2);
});

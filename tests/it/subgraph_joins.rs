//! A library joins with a graph of its own, changes it, breaks it, goes and comes back.

use crate::builders::Streets;
use crate::builders::subgraphs::{LIBRARY, linked};
use crate::hub::{Hub, administrator, both};
use gongjian_hub::domain::viewer::Viewer;
use gongjian_hub::federation::{self, HUB};
use serde_json::{Value, json};

/// A street with a library, whose graph is registered.
async fn library(hub: &Hub) -> (Streets, Viewer, String) {
    let streets = hub.streets().await;
    let (unit, liaison) = hub.unit(streets.street, "湖南省图书馆").await;
    let id = hub.subgraph(&liaison, unit, "library").await;
    (streets, liaison, id)
}

async fn versions(hub: &Hub) -> Value {
    let query = "{ supergraphs { nodes { number cause restored subgraph { name } members { number } } } }";
    hub.data(&administrator(), query, Value::Null).await["supergraphs"]["nodes"].take()
}

both!(a_library_joins_by_itself, |hub| {
    let (streets, liaison, id) = library(hub).await;
    let sdl = linked(LIBRARY);
    let check = hub
        .mutate(
            &liaison,
            "checkSubgraph",
            json!({ "id": id, "sdl": sdl }),
            "check { problems { code } breakingChanges { path } adds reads }",
        )
        .await;
    assert_eq!(
        check,
        json!({
            "check": {
                "problems": [], "breakingChanges": [], "reads": [],
                "adds": ["PartnerUnit.library_events", "Query.library_events"],
            },
            "errors": [],
        })
    );
    let own = "query($name: String!) { subgraph(name: $name) { state typePrefix fieldPrefix
        unit { name } live { number } waiting { number state } publications { totalCount } } }";
    let name = json!({ "name": "library" });
    let found = hub.data(&liaison, own, name.clone()).await;
    assert_eq!(found["subgraph"]["publications"]["totalCount"], 0, "a check writes nothing");

    let first = hub.publish(&liaison, &id, &sdl).await;
    assert_eq!((&first["number"], &first["state"]), (&json!(1), &json!("WAITING")));
    assert_eq!(
        hub.publish(&liaison, &id, &sdl).await["id"],
        first["id"],
        "what waits is not published again"
    );
    assert_eq!(federation::live(&hub.store).await.unwrap(), None);
    assert_eq!(
        hub.approve(&streets.coordinator, &first).await,
        json!({ "publication": { "state": "LIVE" }, "errors": [] })
    );

    let live = federation::live(&hub.store).await.unwrap().unwrap();
    assert_eq!(live.number, 1);
    assert_eq!(federation::live_number(&hub.store).await.unwrap(), Some(1));
    let partner = &live.partners[0];
    assert_eq!((partner.name.as_str(), partner.url.as_str()), ("library", "https://library.example/graphql"));
    for part in [HUB, "https://library.example/graphql", "Library_Event"] {
        assert!(live.sdl.contains(part), "{part}");
    }
    let found = hub.data(&liaison, own, name).await;
    assert_eq!(
        found["subgraph"],
        json!({
            "state": "LIVE", "typePrefix": "Library_", "fieldPrefix": "library_", "unit": { "name": "湖南省图书馆" },
            "live": { "number": 1 }, "waiting": null, "publications": { "totalCount": 1 },
        })
    );
    assert_eq!(
        hub.publish(&liaison, &id, &sdl).await["id"],
        first["id"],
        "what is live is not published again"
    );
    let (_, api) = hub.live_graph(&liaison).await;
    assert!(api.contains("library_events: [Library_Event!]!") && !api.contains("library.example"));
});

both!(what_is_wrong_is_kept_and_what_is_live_stays, |hub| {
    let (streets, liaison, id) = library(hub).await;
    hub.join(&liaison, &streets.coordinator, &id, &linked(LIBRARY)).await;
    let wrong = hub.publish(&liaison, &id, &linked("type Query { library_x: Library_Gone }")).await;
    assert_eq!(wrong["state"], "INVALID");
    assert_eq!(wrong["problems"][0]["code"], "COMPOSITION");
    let told = wrong["problems"][0]["message"].as_str().unwrap();
    assert!(told.contains("Library_Gone") && !told.contains(" at "), "{told}");
    assert_eq!(hub.live_graph(&liaison).await.0, 1);
    let refused = hub.refused(&streets.coordinator, "approveSubgraph", json!({ "id": wrong["id"] })).await;
    assert_eq!(refused, ("ILLEGAL_TRANSITION".into(), "id".into()));
    let kept =
        "query($id: ID!) { node(id: $id) { ... on SubgraphPublication { sdl state subgraph { name } } } }";
    let kept = hub.data(&liaison, kept, json!({ "id": wrong["id"] })).await;
    assert!(kept["node"]["sdl"].as_str().unwrap().contains("Library_Gone"));
});

both!(a_breaking_change_is_named_and_needs_a_word, |hub| {
    let (streets, liaison, id) = library(hub).await;
    hub.join(&liaison, &streets.coordinator, &id, &linked(LIBRARY)).await;
    let other = LIBRARY.replace("(first: Int)", "(first: Int!)").replace(" startsAt: DateTime!", "");
    let publication = hub.publish(&liaison, &id, &linked(&other)).await;
    assert_eq!(publication["state"], "WAITING");
    assert_eq!(
        publication["breakingChanges"],
        json!([{ "path": "Library_Event.startsAt" }, { "path": "Query.library_events(first)" }])
    );
    let payload = hub.approve(&streets.coordinator, &publication).await;
    assert_eq!(payload["errors"][0]["code"], "BREAKING_CHANGE");
    let told = payload["errors"][0]["message"].as_str().unwrap();
    assert!(told.contains("Library_Event.startsAt 已移除"), "{told}");
    assert_eq!(hub.live_graph(&liaison).await.0, 1);
    let input = json!({ "id": publication["id"], "acceptBreaking": true });
    let done = hub.mutate(&streets.coordinator, "approveSubgraph", input, "publication { state }").await;
    assert_eq!(done["publication"]["state"], "LIVE");
    let (number, api) = hub.live_graph(&liaison).await;
    assert!(number == 2 && api.contains("library_events(first: Int!)"), "{number}");
});

both!(any_earlier_version_can_be_gone_back_to, |hub| {
    let (streets, liaison, id) = library(hub).await;
    hub.join(&liaison, &streets.coordinator, &id, &linked(LIBRARY)).await;
    let more = LIBRARY.replace("title: String!", "title: String! seats: Int");
    hub.join(&liaison, &streets.coordinator, &id, &linked(&more)).await;
    let back = hub
        .mutate(
            &streets.coordinator,
            "rollbackSupergraph",
            json!({ "number": 1 }),
            "supergraph { number restored }",
        )
        .await;
    assert_eq!(back["supergraph"], json!({ "number": 3, "restored": 1 }));
    assert!(!hub.live_graph(&liaison).await.1.contains("seats: Int"));
    let leave = json!({ "id": id, "reason": "系统检修" });
    let left =
        hub.mutate(&liaison, "withdrawSubgraph", leave.clone(), "subgraph { state live { number } }").await;
    assert_eq!(left["subgraph"], json!({ "state": "WITHDRAWN", "live": null }));
    assert!(!hub.live_graph(&liaison).await.1.contains("Library_Event"));
    assert_eq!(hub.refused(&liaison, "withdrawSubgraph", leave).await.0, "ILLEGAL_TRANSITION");
    let again = hub
        .mutate(&streets.coordinator, "rollbackSupergraph", json!({ "number": 2 }), "supergraph { number }")
        .await;
    assert_eq!(again["supergraph"]["number"], 5);
    assert!(hub.live_graph(&liaison).await.1.contains("seats: Int"));
    for number in [5, 6, 0, -1] {
        let refused =
            hub.refused(&streets.coordinator, "rollbackSupergraph", json!({ "number": number })).await;
        assert_eq!(refused, ("NOT_FOUND".into(), "number".into()));
    }
    let by = json!({ "name": "library" });
    let of = |number: i64, cause: &str, restored: Value, subgraph: Value, members: Value| json!({ "number": number, "cause": cause, "restored": restored, "subgraph": subgraph, "members": members });
    let (one, two) = (json!([{ "number": 1 }]), json!([{ "number": 2 }]));
    assert_eq!(
        versions(hub).await,
        json!([
            of(5, "ROLLED_BACK", json!(2), Value::Null, two.clone()),
            of(4, "WITHDRAWN", Value::Null, by.clone(), json!([])),
            of(3, "ROLLED_BACK", json!(1), Value::Null, one.clone()),
            of(2, "APPROVED", Value::Null, by.clone(), two),
            of(1, "APPROVED", Value::Null, by, one),
        ])
    );
});

both!(what_the_hub_says_of_its_own_stands, |hub| {
    let (streets, liaison, id) = library(hub).await;
    let words = "\"骗人的话\" type Query { \"图书馆的话\" library_x: Need }
        \"骗人的话\" type Need @key(fields: \"id\") { \"骗人的话\" id: ID! } \"骗人的话\" scalar DateTime
        \"骗人的话\" type PageInfo @shareable { \"骗人的话\" hasNextPage: Boolean! }";
    hub.join(&liaison, &streets.coordinator, &id, &linked(words)).await;
    let (_, api) = hub.live_graph(&liaison).await;
    assert!(api.contains("图书馆的话") && !api.contains("骗人的话"));
    assert!(api.contains("What can be read.") && api.contains("A need (需求)"));
});

both!(a_coordinator_may_say_no, |hub| {
    let (streets, liaison, id) = library(hub).await;
    let publication = hub.publish(&liaison, &id, &linked(LIBRARY)).await;
    let input = json!({ "id": publication["id"], "reason": "请先说明数据来源" });
    let done =
        hub.mutate(&streets.coordinator, "declineSubgraph", input, "publication { state reason }").await;
    assert_eq!(done["publication"], json!({ "state": "DECLINED", "reason": "请先说明数据来源" }));
    let payload = hub.approve(&streets.coordinator, &publication).await;
    assert_eq!(payload["errors"][0]["code"], "ILLEGAL_TRANSITION");
    let next = hub.publish(&liaison, &id, &linked(LIBRARY)).await;
    assert_eq!((&next["number"], &next["state"]), (&json!(2), &json!("WAITING")));
});

both!(the_hub_alone_is_a_graph, |hub| {
    let live = crate::hub::federation().adopt(&hub.store).await.unwrap();
    assert_eq!((live.number, live.partners.len()), (1, 0));
    assert!(live.api_sdl.contains("type PartnerUnit"));
    let again = crate::hub::federation().adopt(&hub.store).await.unwrap();
    assert_eq!(again, live);
    assert_eq!(versions(hub).await[0]["cause"], "FOUNDED");
});

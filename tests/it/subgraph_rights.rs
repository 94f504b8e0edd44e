//! Whose graph it is, and who decides on it.

use crate::builders::subgraphs::{LIBRARY, linked};
use crate::hub::{administrator, both};
use gongjian_hub::domain::viewer::Viewer;
use serde_json::{Value, json};

both!(only_those_concerned_see_and_change_a_subgraph, |hub| {
    let streets = hub.streets().await;
    let (unit, liaison) = hub.unit(streets.street, "湖南省图书馆").await;
    let (other_unit, other) = hub.unit(streets.street, "长沙银行").await;
    let id = hub.subgraph(&liaison, unit, "library").await;
    let list = "{ subgraphs { totalCount nodes { name url } } }";
    for (viewer, count) in [
        (&liaison, 1),
        (&streets.coordinator, 1),
        (&streets.staff, 1),
        (&administrator(), 1),
        (&other, 0),
        (&streets.far_coordinator, 0),
        (&streets.far_staff, 0),
        (&Viewer::public(), 0),
    ] {
        let found = hub.data(viewer, list, Value::Null).await;
        assert_eq!(found["subgraphs"]["totalCount"], count, "{viewer:?}");
    }
    let publish = json!({ "id": id, "sdl": linked(LIBRARY) });
    for viewer in [&other, &streets.far_coordinator] {
        for name in ["checkSubgraph", "publishSubgraph"] {
            assert_eq!(hub.refused(viewer, name, publish.clone()).await.0, "NOT_FOUND", "{name}");
        }
        let leave = json!({ "id": id, "reason": "不该" });
        assert_eq!(hub.refused(viewer, "withdrawSubgraph", leave).await.0, "NOT_FOUND");
    }
    let publication = hub.publish(&liaison, &id, &linked(LIBRARY)).await;
    let approve = "mutation($id: ID!) { approveSubgraph(input: { id: $id }) { errors { code } } }";
    for viewer in [&liaison, &streets.staff] {
        let answer = hub.ask(viewer, approve, json!({ "id": publication["id"] })).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{viewer:?}");
    }
    let refused =
        hub.refused(&streets.far_coordinator, "approveSubgraph", json!({ "id": publication["id"] })).await;
    assert_eq!(refused, ("NOT_FOUND".into(), "id".into()));
    let register = json!({ "unitId": unit.to_string(), "name": "theirs", "url": "https://theirs.example/" });
    let query =
        "mutation($input: RegisterSubgraphInput!) { registerSubgraph(input: $input) { errors { code } } }";
    for viewer in [&other, &streets.far_coordinator] {
        let answer = hub.ask(viewer, query, json!({ "input": register.clone() })).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN");
    }
    let taken =
        json!({ "unitId": other_unit.to_string(), "name": "library", "url": "https://theirs.example/" });
    assert_eq!(
        hub.refused(&other, "registerSubgraph", taken).await,
        ("ALREADY_EXISTS".into(), "name".into())
    );
});

both!(addresses_stay_with_those_concerned, |hub| {
    let streets = hub.streets().await;
    let (unit, liaison) = hub.unit(streets.street, "湖南省图书馆").await;
    let id = hub.subgraph(&liaison, unit, "library").await;
    hub.join(&liaison, &streets.coordinator, &id, &linked(LIBRARY)).await;
    let query = "{ supergraph { number apiSdl sdl members { url } subgraph { url } } }";
    let far = hub.data(&streets.far_coordinator, query, Value::Null).await;
    assert!(!far.to_string().contains("library.example"));
    assert_eq!((&far["supergraph"]["members"], &far["supergraph"]["subgraph"]), (&json!([]), &Value::Null));
    let whole = hub.data(&administrator(), query, Value::Null).await;
    assert!(whole["supergraph"]["sdl"].as_str().unwrap().contains("https://library.example/graphql"));
    assert_eq!(hub.data(&Viewer::public(), query, Value::Null).await["supergraph"], Value::Null);
});

both!(every_step_is_in_the_trail, |hub| {
    let streets = hub.streets().await;
    let (unit, liaison) = hub.unit(streets.street, "湖南省图书馆").await;
    let id = hub.subgraph(&liaison, unit, "library").await;
    hub.publish(&liaison, &id, &linked("type Query { a: Int }")).await;
    hub.join(&liaison, &streets.coordinator, &id, &linked(LIBRARY)).await;
    hub.mutate(&liaison, "withdrawSubgraph", json!({ "id": id, "reason": "检修" }), "").await;
    let told: Vec<(String, String)> = hub
        .rows("SELECT subject, kind FROM event WHERE subject IN ('subgraph', 'publication', 'supergraph') ORDER BY seq")
        .await;
    let told: Vec<String> = told.into_iter().map(|(subject, kind)| format!("{subject} {kind}")).collect();
    assert_eq!(
        told,
        [
            "subgraph added",
            "publication added",
            "publication added",
            "publication moved",
            "supergraph added",
            "publication moved",
            "supergraph added",
            "subgraph moved",
        ]
    );
});

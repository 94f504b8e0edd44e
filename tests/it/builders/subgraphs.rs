//! Partners with graphs of their own.

use crate::hub::Hub;
use gongjian_hub::domain::id::UnitId;
use gongjian_hub::domain::viewer::Viewer;
use gongjian_hub::federation::{Federation, Settings};
use gongjian_hub::graph;
use serde_json::{Value, json};

/// What a subgraph's schema begins with.
pub const LINK: &str = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.3\", \
    import: [\"@key\", \"@external\", \"@requires\", \"@provides\", \"@shareable\", \"@override\", \"@inaccessible\", \
    \"@tag\", \"@interfaceObject\", \"@composeDirective\", \"@extends\"])\n";

/// The library's schema as most stories have it.
pub const LIBRARY: &str = "
type Query { library_events(first: Int): [Library_Event!]! }
type PartnerUnit @key(fields: \"id\") { id: ID! library_events: [Library_Event!]! }
type Area @key(fields: \"code\", resolvable: false) { code: String }
scalar DateTime
type Library_Event @key(fields: \"id\") { id: ID! title: String! startsAt: DateTime! unit: PartnerUnit area: Area }
";

/// A schema with its link.
pub fn linked(sdl: &str) -> String {
    format!("{LINK}{sdl}")
}

impl Hub {
    /// Registers a subgraph and gives back its id.
    pub async fn subgraph(&self, viewer: &Viewer, unit: UnitId, name: &str) -> String {
        let url = format!("https://{name}.example/graphql");
        let input = json!({ "unitId": unit.to_string(), "name": name, "url": url });
        let done = self.mutate(viewer, "registerSubgraph", input, "subgraph { id }").await;
        assert_eq!(done["errors"], json!([]));
        done["subgraph"]["id"].as_str().unwrap().to_owned()
    }

    /// Publishes a schema and gives back what became of it.
    pub async fn publish(&self, viewer: &Viewer, id: &str, sdl: &str) -> Value {
        let selection = "publication { id number state problems { code path line message } breakingChanges { path } \
            adds reads }";
        let input = json!({ "id": id, "sdl": sdl });
        let mut done = self.mutate(viewer, "publishSubgraph", input, selection).await;
        assert_eq!(done["errors"], json!([]));
        done["publication"].take()
    }

    /// Approves a publication.
    pub async fn approve(&self, viewer: &Viewer, publication: &Value) -> Value {
        let input = json!({ "id": publication["id"] });
        self.mutate(viewer, "approveSubgraph", input, "publication { state }").await
    }

    /// Publishes a schema and has it approved.
    pub async fn join(&self, liaison: &Viewer, coordinator: &Viewer, id: &str, sdl: &str) {
        let publication = self.publish(liaison, id, sdl).await;
        assert_eq!(publication["problems"], json!([]), "{sdl}");
        let done = self.approve(coordinator, &publication).await;
        assert_eq!(done, json!({ "publication": { "state": "LIVE" }, "errors": [] }));
    }

    /// The number of the live version, and what clients see of it.
    pub async fn live_graph(&self, viewer: &Viewer) -> (i64, String) {
        let found = self.data(viewer, "{ supergraph { number apiSdl } }", Value::Null).await;
        let live = &found["supergraph"];
        (live["number"].as_i64().unwrap(), live["apiSdl"].as_str().unwrap().to_owned())
    }

    /// The same hub, that lets other graphs join as it is told.
    pub fn with_federation(&self, settings: Settings) -> Self {
        let federation = Federation::new(settings, graph::subgraph_sdl());
        self.with_schema(graph::schema().data(federation).finish())
    }
}

//! Partners' endpoints: asked for their schema, looked at again, and never inside the network.

use crate::builders::subgraphs::{LIBRARY, linked};
use crate::hub::{Hub, both};
use gongjian_hub::domain::subgraph::{PartnerHealth, SubgraphCircuit};
use gongjian_hub::domain::viewer::Viewer;
use gongjian_hub::federation::{Federation, Settings, health};
use gongjian_hub::graph;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use uuid::Uuid;

/// A partner's server that answers everything alike.
struct Partner {
    address: String,
    answer: Arc<Mutex<String>>,
}

impl Partner {
    async fn new(answer: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let answer = Arc::new(Mutex::new(answer));
        let said = answer.clone();
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let said = said.lock().unwrap().clone();
                tokio::spawn(async move {
                    let mut read = vec![0; 4_096];
                    let _ = socket.read(&mut read).await;
                    let _ = socket.write_all(said.as_bytes()).await;
                    if said.is_empty() {
                        tokio::time::sleep(Duration::from_secs(30)).await;
                    }
                });
            }
        });
        Self { address, answer }
    }

    fn says(&self, answer: String) {
        *self.answer.lock().unwrap() = answer;
    }

    fn url(&self) -> String {
        format!("http://{}/graphql", self.address)
    }

    fn settings(&self) -> Settings {
        Settings {
            inside: vec![self.address.clone()],
            fetch_seconds: 1,
            compose_seconds: 300,
            ..Settings::default()
        }
    }
}

fn response(status: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

fn sdl(text: &str) -> String {
    response("200 OK", &json!({ "data": { "_service": { "sdl": text } } }).to_string())
}

async fn library(hub: &Hub, url: &str) -> (Viewer, Viewer, String) {
    let streets = hub.streets().await;
    let (unit, liaison) = hub.unit(streets.street, "湖南省图书馆").await;
    let input = json!({ "unitId": unit.to_string(), "name": "library", "url": url });
    let done = hub.mutate(&liaison, "registerSubgraph", input, "subgraph { id }").await;
    assert_eq!(done["errors"], json!([]));
    (streets.coordinator, liaison, done["subgraph"]["id"].as_str().unwrap().to_owned())
}

both!(the_hub_asks_the_endpoint_for_its_schema, |hub| {
    let partner = Partner::new(sdl(&linked(LIBRARY))).await;
    let hub = &hub.with_federation(partner.settings());
    let (_, liaison, id) = library(hub, &partner.url()).await;
    let selection = "publication { state sdl url }";
    let done = hub.mutate(&liaison, "publishSubgraph", json!({ "id": id }), selection).await;
    let found = &done["publication"];
    assert_eq!((&found["state"], &found["url"]), (&json!("WAITING"), &json!(partner.url())));
    assert_eq!(found["sdl"], linked(LIBRARY));
});

both!(an_endpoint_that_misbehaves_is_told_so, |hub| {
    let partner = Partner::new(String::new()).await;
    let hub = &hub.with_federation(partner.settings());
    let (_, liaison, id) = library(hub, &partner.url()).await;
    let huge = response("200 OK", &"x".repeat(2_000_000));
    let redirect =
        "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n".to_owned();
    for (answer, told) in [
        (String::new(), "没有答复"),
        (redirect, "302"),
        (response("503 Service Unavailable", ""), "503"),
        (response("200 OK", "<html>"), "_service"),
        (response("200 OK", "{\"data\":null}"), "_service"),
        (huge, "过大"),
        ("SSH-2.0-OpenSSH\r\n".to_owned(), "连接"),
    ] {
        partner.says(answer);
        let done = hub.mutate(&liaison, "checkSubgraph", json!({ "id": id }), "check { adds }").await;
        assert_eq!(done["errors"][0]["code"], "UNREACHABLE", "{told}");
        let message = done["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains(told), "{told}: {message}");
    }
});

both!(no_address_leads_inside, |hub| {
    // Whatever listens there must not hear of it.
    let inside = Partner::new(sdl(&linked(LIBRARY))).await;
    let port = inside.address.rsplit_once(':').unwrap().1.to_owned();
    let (_, liaison, id) = library(hub, "https://library.example/graphql").await;
    for url in [
        format!("http://127.0.0.1:{port}/"),
        format!("https://127.0.0.1:{port}/"),
        format!("https://2130706433:{port}/"),
        format!("https://0x7f.1:{port}/"),
        format!("https://[::ffff:127.0.0.1]:{port}/"),
        format!("https://[::1]:{port}/"),
        format!("https://localhost:{port}/"),
        format!("https://LOCALHOST.:{port}/"),
        "https://169.254.169.254/latest/meta-data".to_owned(),
        "https://10.0.0.1/".to_owned(),
        "https://user:secret@library.example/".to_owned(),
        "file:///etc/passwd".to_owned(),
        "gopher://library.example/".to_owned(),
        "not an address".to_owned(),
    ] {
        for name in ["checkSubgraph", "publishSubgraph"] {
            let refused = hub.refused(&liaison, name, json!({ "id": id, "url": url })).await;
            assert_eq!(refused, ("UNREACHABLE".into(), "url".into()), "{url}");
        }
    }
    let other_port = Settings { inside: vec![format!("127.0.0.1:1{port}")], ..Settings::default() };
    let hub = hub.with_federation(other_port);
    let refused = hub.refused(&liaison, "checkSubgraph", json!({ "id": id, "url": inside.url() })).await;
    assert_eq!(refused.0, "UNREACHABLE");
});

both!(an_endpoint_that_says_something_else_is_noticed, |hub| {
    let partner = Partner::new(sdl(&linked(LIBRARY))).await;
    let hub = &hub.with_federation(partner.settings());
    let federation = Federation::new(partner.settings(), graph::subgraph_sdl());
    let (coordinator, liaison, id) = library(hub, &partner.url()).await;
    hub.join(&liaison, &coordinator, &id, &linked(LIBRARY)).await;
    let query = "{ subgraph(name: \"library\") { polledAt pollFailure driftedAt drift { path text } } }";
    let look = async || {
        hub.store.clock.advance(chrono::TimeDelta::minutes(11));
        assert_eq!(federation.poll(&hub.store).await.unwrap(), 1);
        assert_eq!(federation.poll(&hub.store).await.unwrap(), 0, "not before it is due again");
        hub.data(&liaison, query, Value::Null).await["subgraph"].take()
    };
    let same = look().await;
    assert!(same["polledAt"].is_string() && same["driftedAt"].is_null(), "{same}");
    partner.says(sdl(&linked(&LIBRARY.replace(" title: String!", ""))));
    let other = look().await;
    assert_eq!(other["drift"], json!([{ "path": "Library_Event.title", "text": "已移除" }]));
    let since = other["driftedAt"].clone();
    assert!(since.is_string());
    partner.says(response("503 Service Unavailable", ""));
    let away = look().await;
    assert_eq!((&away["pollFailure"], &away["driftedAt"]), (&json!("HTTP_503"), &since));
    partner.says(sdl(&linked(LIBRARY)));
    let back = look().await;
    assert_eq!(
        (&back["pollFailure"], &back["driftedAt"], &back["drift"]),
        (&Value::Null, &Value::Null, &json!([]))
    );
});

both!(gateways_tell_how_partners_answer, |hub| {
    let (_, liaison, id) = library(hub, "https://library.example/graphql").await;
    let told = |failures: i64| PartnerHealth {
        subgraph: id.parse().unwrap(),
        circuit: SubgraphCircuit::HalfOpen,
        requests: 20,
        failures,
        p50_millis: 12,
        p99_millis: 80,
        last_failure: Some("TIMEOUT".into()),
        last_failure_at: None,
    };
    let [one, two] = [Uuid::from_u128(1), Uuid::from_u128(2)];
    for (replica, failures) in [(one, 1), (two, 2), (one, 3)] {
        health::tell(&hub.store, replica, &[told(failures)]).await.unwrap();
    }
    let query = "{ subgraph(name: \"library\") { health { circuit requests failures p50Millis p99Millis lastFailure } } }";
    let found = hub.data(&liaison, query, Value::Null).await;
    let row = |failures: i64| {
        json!({ "circuit": "HALF_OPEN", "requests": 20, "failures": failures, "p50Millis": 12, "p99Millis": 80,
            "lastFailure": "TIMEOUT" })
    };
    assert_eq!(found["subgraph"]["health"], json!([row(3), row(2)]));
    health::forget(&hub.store, two).await.unwrap();
    let found = hub.data(&liaison, query, Value::Null).await;
    assert_eq!(found["subgraph"]["health"], json!([row(3)]));
    hub.store.clock.advance(chrono::TimeDelta::minutes(2));
    let found = hub.data(&liaison, query, Value::Null).await;
    assert_eq!(found["subgraph"]["health"], json!([]), "what was told long ago counts no more");
});

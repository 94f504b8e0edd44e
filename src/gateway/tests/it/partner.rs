//! A partner unit's server that does what a test says.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;

/// What a partner does when it is called.
#[derive(Clone, Debug)]
pub enum Mood {
    /// Answers as it should.
    Well,
    /// Answers after a while.
    Slow(Duration),
    /// Answers with a status and nothing else.
    Status(u16),
    /// Answers with this text as JSON.
    Says(String),
    /// Answers without an end.
    Endless,
    /// Sends to another address.
    Elsewhere(String),
}

/// One request that a partner got.
#[derive(Clone, Debug)]
pub struct Got {
    pub headers: HeaderMap,
    pub body: Value,
}

struct Inner {
    name: String,
    mood: Mutex<Mood>,
    got: Mutex<Vec<Got>>,
    calls: AtomicUsize,
    /// Calls that are under way, and the most that ever were.
    now: AtomicUsize,
    most: AtomicUsize,
}

/// A partner. It is called `name`, and each unit has at it an event of the name of the unit's id.
#[derive(Clone)]
pub struct Partner {
    pub url: String,
    inner: Arc<Inner>,
}

impl Partner {
    pub async fn start(name: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/graphql", listener.local_addr().unwrap());
        let inner = Arc::new(Inner {
            name: name.to_owned(),
            mood: Mutex::new(Mood::Well),
            got: Mutex::default(),
            calls: AtomicUsize::new(0),
            now: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
        });
        let router = Router::new().route("/graphql", post(answer)).with_state(inner.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, inner }
    }

    pub fn feel(&self, mood: Mood) {
        *self.inner.mood.lock().unwrap() = mood;
    }

    /// What it got since the last time.
    pub fn got(&self) -> Vec<Got> {
        std::mem::take(&mut self.inner.got.lock().unwrap())
    }

    /// The most calls that were under way at the same time.
    pub fn most(&self) -> usize {
        self.inner.most.load(Ordering::Relaxed)
    }

    pub fn calls(&self) -> usize {
        self.inner.calls.load(Ordering::Relaxed)
    }
}

async fn answer(State(inner): State<Arc<Inner>>, headers: HeaderMap, body: Bytes) -> Response {
    inner.calls.fetch_add(1, Ordering::Relaxed);
    let body: Value = serde_json::from_slice(&body).unwrap();
    inner.got.lock().unwrap().push(Got { headers, body: body.clone() });
    let mood = inner.mood.lock().unwrap().clone();
    let told = |text: String| ([(header::CONTENT_TYPE, "application/json")], text).into_response();
    match mood {
        Mood::Well => told(well(&inner.name, &body).to_string()),
        Mood::Slow(time) => {
            let now = inner.now.fetch_add(1, Ordering::Relaxed) + 1;
            inner.most.fetch_max(now, Ordering::Relaxed);
            tokio::time::sleep(time).await;
            inner.now.fetch_sub(1, Ordering::Relaxed);
            told(well(&inner.name, &body).to_string())
        }
        Mood::Status(status) => StatusCode::from_u16(status).unwrap().into_response(),
        Mood::Says(text) => told(text),
        Mood::Endless => {
            let start = futures_util::stream::once(async {
                Ok::<_, std::io::Error>(Bytes::from("{\"data\":{\"x\":\""))
            });
            let more = futures_util::stream::repeat_with(|| Ok(Bytes::from(vec![b'x'; 1 << 16])));
            let body = Body::from_stream(futures_util::StreamExt::chain(start, more));
            ([(header::CONTENT_TYPE, "application/json")], body).into_response()
        }
        Mood::Elsewhere(url) => (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, url)]).into_response(),
    }
}

/// The answer to whatever the planner asks of the tests' supergraph.
fn well(name: &str, body: &Value) -> Value {
    let query = body["query"].as_str().unwrap();
    if !query.contains("_entities") {
        let word = format!("{name}_hello");
        let changed = format!("{name}_reserve");
        let featured = format!("{name}_featured");
        let mut data = json!({});
        for (field, value) in [(word, json!(name)), (changed, json!(7))] {
            if query.contains(&field) {
                data[field] = value;
            }
        }
        if query.contains(&featured) {
            data[featured] = json!({ "__typename": "PartnerUnit", "id": body["variables"]["id"] });
        }
        return json!({ "data": data });
    }
    // Under whatever name the entities are asked for.
    let wanted = body["variables"].as_object().unwrap();
    let (variable, representations) =
        wanted.iter().find(|(_, value)| value.is_array()).expect("representations");
    let key = query.split(&format!("representations:${variable}")).next().unwrap();
    let alias = key.rsplit(['{', '}']).next().unwrap().split(':').next().unwrap().trim();
    let key = if alias.starts_with("_e") && alias != "_entities(" {
        alias.trim_end_matches('(')
    } else {
        "_entities"
    };
    let key = key.split('(').next().unwrap();
    let events = representations.as_array().unwrap().iter().map(|one| {
        json!({ "__typename": "PartnerUnit", (format!("{name}_events")): [{ "title": format!("{name} {}", one["id"].as_str().unwrap()) }] })
    });
    json!({ "data": { key: events.collect::<Vec<_>>() } })
}

//! The hub's server, asked without a network, and its sockets over one.

use crate::hub::Hub;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::{Router, body};
use gongjian_hub::app;
use gongjian_hub::config::Config;
use gongjian_hub::domain::viewer::{Actor, Scope};
use gongjian_hub::http::{self, Documents, Metrics, Served, Settings};
use gongjian_hub::store::token::{self, NewToken};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tower::ServiceExt as _;

/// An answer, read to its end.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).expect("JSON")
    }

    /// The code of the first error.
    pub fn code(&self) -> String {
        self.json()["errors"][0]["extensions"]["code"].as_str().expect("a code").to_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().expect("a text")).unwrap_or_default()
    }
}

impl Hub {
    /// What the server answers from.
    pub fn served(&self, settings: Settings) -> Served {
        let config = Config::default();
        Served {
            store: self.store.clone(),
            schema: app::schema(&config, crate::hub::federation()),
            limits: config.limits,
            settings: Arc::new(settings),
            documents: Arc::new(Documents::load(&config.documents).unwrap()),
            tickets: Arc::default(),
            metrics: Metrics::of_process(),
            oidc: None,
            beyond: None,
            stopping: watch::channel(false).1,
        }
    }

    pub fn router(&self) -> Router {
        http::router(self.served(Settings::default()))
    }

    /// Sends one request to the server.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        send(self.router(), request).await
    }

    /// Posts a query with more headers.
    pub async fn post(&self, body: &Value, headers: &[(&str, &str)]) -> Answer {
        self.send(posted(body.to_string(), headers)).await
    }

    /// Makes a token and gives back its secret.
    pub async fn secret(&self, actor: Actor, days: i64) -> String {
        let mut tx = self.store.begin(&crate::hub::administrator()).await.unwrap();
        let new = NewToken { name: "测试".into(), actor, scopes: vec![Scope::Read, Scope::Write], days };
        let (_, secret) = token::create(&mut tx, new).await.unwrap();
        tx.commit().await.unwrap();
        secret
    }

    /// Serves on a free port for as long as the test runs.
    pub async fn listen(&self, settings: Settings) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopping) = watch::channel(false);
        let router = http::router(self.served(settings.clone()));
        tokio::spawn(async move {
            http::serve(listener, router, &settings, stopping).await;
            drop(stop);
        });
        address
    }
}

pub async fn send(router: Router, request: Request<Body>) -> Answer {
    let (parts, body) = router.oneshot(request).await.unwrap().into_parts();
    let bytes = body::to_bytes(body, usize::MAX).await.unwrap();
    Answer {
        status: parts.status,
        headers: parts.headers,
        text: String::from_utf8(bytes.to_vec()).expect("UTF-8"),
    }
}

/// A POST to the graph; a header given here takes the place of the usual one.
pub fn posted(body: impl Into<Body>, headers: &[(&str, &str)]) -> Request<Body> {
    let mut request = Request::post("/graphql").body(body.into()).unwrap();
    request.headers_mut().insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
    for (name, value) in headers {
        request.headers_mut().insert(name.parse::<header::HeaderName>().unwrap(), value.parse().unwrap());
    }
    request
}

pub fn got(path: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let mut request = Request::get(path).body(Body::empty()).unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(name.parse::<header::HeaderName>().unwrap(), value.parse().unwrap());
    }
    request
}

pub fn query(query: &str) -> Value {
    json!({ "query": query })
}

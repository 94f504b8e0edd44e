//! The server: GraphQL over HTTP and WebSocket, the query page, and what operators look at.

mod address;
mod answer;
mod auth;
mod cookie;
mod graphiql;
mod graphql;
mod health;
mod observe;
pub mod oidc;
mod session;
mod socket;
mod whence;

pub use observe::Metrics;

use crate::domain::text::Lang;
use crate::graph::Schema;
use crate::graph::limits::Limits;
use crate::store::Store;
use axum::Router;
use axum::http::{HeaderMap, header};
use axum::middleware;
use axum::routing::{any, get, post};
use serde::Deserialize;
use std::sync::Arc;
use tokio::sync::watch;

/// What the server bears with.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The largest body of a request, in bytes.
    pub body_bytes: usize,
    /// How long a body may take to arrive, in seconds.
    pub body_seconds: u64,
    /// How long a socket may take to sign in, in seconds.
    pub init_seconds: u64,
    /// The largest message on a socket, in bytes.
    pub message_bytes: usize,
    /// Operations that run on one socket at the same time.
    pub streams: usize,
    /// After how many seconds a socket is called, and its token looked at again.
    pub heartbeat_seconds: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            body_bytes: 1 << 20,
            body_seconds: 10,
            init_seconds: 10,
            message_bytes: 64 << 10,
            streams: 50,
            heartbeat_seconds: 30,
        }
    }
}

/// All that the server answers from.
#[derive(Clone)]
pub struct Served {
    /// The store.
    pub store: Store,
    /// The graph.
    pub schema: Schema,
    /// How much one request may ask for.
    pub limits: Limits,
    /// What the server bears with.
    pub settings: Arc<Settings>,
    /// Where requests are counted.
    pub metrics: Metrics,
    /// The OpenID provider by which people sign in, where there is one.
    pub oidc: Option<Arc<oidc::Oidc>>,
    /// Becomes true when the hub is about to stop.
    pub stopping: watch::Receiver<bool>,
}

/// Every route of the hub.
pub fn router(served: Served) -> Router {
    let routes = Router::new()
        .route("/graphql", get(graphql::get).post(graphql::post).fallback(graphql::other_method))
        .route("/graphql/ws", any(socket::upgrade))
        .route("/session", post(session::sign_in).delete(session::sign_out))
        .route("/oidc/sign-in", get(oidc::go))
        .route("/oidc/callback", get(oidc::come_back))
        .route("/graphiql", get(graphiql::page))
        .route("/graphiql/{file}", get(graphiql::file))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .fallback(answer::no_such_page);
    observed(routes, served)
}

/// Wraps routes in what every request goes through: an id, the log, the counts, and the net below a panic.
pub fn observed(routes: Router<Served>, served: Served) -> Router {
    routes.layer(middleware::from_fn_with_state(served.clone(), observe::observe)).with_state(served)
}

/// The language that the reader asks for.
fn lang(headers: &HeaderMap) -> Lang {
    text(headers, header::ACCEPT_LANGUAGE).map(Lang::from_tag).unwrap_or_default()
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

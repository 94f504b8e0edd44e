//! The server: GraphQL over HTTP, WebSocket and server-sent events, the query page, and what operators look at.

mod address;
mod answer;
mod auth;
mod caller;
mod cookie;
pub mod documents;
mod graphiql;
mod graphql;
mod health;
mod keys;
mod observe;
pub mod oidc;
mod origin;
mod params;
mod running;
mod server;
mod session;
mod socket;
mod stream;
mod whence;

pub use documents::Documents;
pub use observe::Metrics;
pub use server::serve;
pub use stream::Tickets;

use crate::domain::text::Lang;
use crate::graph::Schema;
use crate::graph::beyond::Beyond;
use crate::graph::limits::Limits;
use crate::store::Store;
use axum::Router;
use axum::http::{HeaderMap, header};
use axum::middleware;
use axum::routing::{any, get, post};
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior, interval};

/// What the server bears with.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Connections at the same time; others wait.
    pub connections: u16,
    /// How long the headers of a request may take to arrive, the wait for the next request included, in seconds.
    pub header_seconds: u64,
    /// The largest body of a request, in bytes.
    pub body_bytes: usize,
    /// The header in which the hub's own proxy writes a client's address, such as `x-forwarded-for`; without one no header
    /// is believed.
    pub address_header: Option<String>,
    /// How long a body may take to arrive, in seconds.
    pub body_seconds: u64,
    /// How long a client may read nothing of what is on its way to it, in seconds.
    pub stall_seconds: u64,
    /// How long a socket may take to sign in, and a stream of events to be opened, in seconds.
    pub init_seconds: u64,
    /// The largest message on a socket, in bytes.
    pub message_bytes: usize,
    /// Messages that a client may send on one socket within a second.
    pub messages_per_second: u32,
    /// Operations that run on one socket, or one stream of events, at the same time.
    pub streams: usize,
    /// After how many seconds a socket or stream is called, and its token looked at again; a socket that has not
    /// answered by the next time is closed.
    pub heartbeat_seconds: u64,
    /// After how many seconds without any operation a socket or stream is closed.
    pub idle_seconds: u64,
    /// Sites (`https://portal.example`) whose pages may use the hub from a browser beside its own; `*` for all.
    pub origins: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            connections: 4_096,
            header_seconds: 10,
            body_bytes: 1 << 20,
            address_header: None,
            body_seconds: 10,
            stall_seconds: 30,
            init_seconds: 10,
            message_bytes: 64 << 10,
            messages_per_second: 100,
            streams: 50,
            heartbeat_seconds: 30,
            idle_seconds: 300,
            origins: Vec::new(),
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
    /// Documents that clients may name.
    pub documents: Arc<Documents>,
    /// Streams of events that were asked for.
    pub tickets: Arc<Tickets>,
    /// Where requests are counted.
    pub metrics: Metrics,
    /// The OpenID provider by which people sign in, where there is one.
    pub oidc: Option<Arc<oidc::Oidc>>,
    /// The gateway to the graphs of partner units, where there is one.
    pub beyond: Option<Arc<dyn Beyond>>,
    /// Becomes true when the hub is about to stop.
    pub stopping: watch::Receiver<bool>,
}

/// Every route of the hub.
pub fn router(served: Served) -> Router {
    let graph = Router::new()
        .route("/graphql", get(graphql::get).post(graphql::post).fallback(graphql::other_method))
        .route("/graphql/ws", any(socket::upgrade))
        .route(
            "/graphql/stream",
            get(stream::get)
                .post(stream::post)
                .put(stream::put)
                .delete(stream::delete)
                .fallback(stream::other_method),
        )
        .route_layer(middleware::from_fn_with_state(served.clone(), origin::guard))
        .layer(origin::readable(&served.settings));
    let routes = Router::new()
        .merge(graph)
        .route("/session", post(session::sign_in).delete(session::sign_out))
        .route("/oidc/sign-in", get(oidc::go))
        .route("/oidc/callback", get(oidc::come_back))
        .route("/graphiql", get(graphiql::page))
        .route("/graphiql/{file}", get(graphiql::file))
        .route("/.well-known/jwks.json", get(keys::published))
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

/// Ticks for as long as a socket or stream lives.
fn beat(settings: &Settings) -> Interval {
    let mut beat = interval(Duration::from_secs(settings.heartbeat_seconds.max(1)));
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    beat.reset();
    beat
}

/// Waits until the hub is about to stop.
async fn stopped(stopping: &mut watch::Receiver<bool>) {
    if stopping.wait_for(|stopping| *stopping).await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// The language that the reader asks for.
fn lang(headers: &HeaderMap) -> Lang {
    text(headers, header::ACCEPT_LANGUAGE).map(Lang::from_tag).unwrap_or_default()
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

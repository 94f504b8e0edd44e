//! What every request goes through: an id, one log line without contents, the counts, and the net below a panic.

use super::answer::{HasErrors, fault};
use super::{Served, address, lang};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::FutureExt as _;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::panic::AssertUnwindSafe;
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use tracing::Instrument as _;

/// The header that carries the id of a request.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The upper ends of the classes in which durations are counted, in seconds.
const BUCKETS: [f64; 10] = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0];

/// Where requests are counted: one place for the whole process.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// The process's own counts. The first caller sets them up.
    #[must_use]
    pub fn of_process() -> Self {
        static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
        let handle = HANDLE.get_or_init(|| {
            let builder = PrometheusBuilder::new();
            let named = Matcher::Full("gongjian_request_seconds".to_owned());
            let recorder = builder
                .set_buckets_for_metric(named, &BUCKETS)
                .unwrap_or_else(|_| PrometheusBuilder::new())
                .build_recorder();
            let handle = recorder.handle();
            if metrics::set_global_recorder(recorder).is_err() {
                tracing::warn!("somebody else counts in this process: /metrics stays empty");
            }
            handle
        });
        Self(handle.clone())
    }

    /// The counts in Prometheus' text format.
    #[must_use]
    pub fn text(&self) -> String {
        self.0.render()
    }

    /// Folds what was measured into the classes, so that it does not pile up while nobody looks.
    pub fn tidy(&self) {
        self.0.run_upkeep();
    }
}

/// Wraps a request.
pub async fn observe(State(served): State<Served>, mut request: Request, next: Next) -> Response {
    address::note(&served.settings, &mut request);
    let lang = lang(request.headers());
    let id = served.store.clock.id().simple().to_string();
    let told = HeaderValue::from_str(&id).unwrap_or(HeaderValue::from_static("unknown"));
    request.headers_mut().insert(REQUEST_ID, told.clone());
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let span = tracing::info_span!("request", id, method = %request.method(), route);
    let begun = Instant::now();
    let run = AssertUnwindSafe(next.run(request)).catch_unwind().instrument(span.clone());
    let mut response = run.await.unwrap_or_else(|_| fault(lang, &id));
    span.in_scope(|| record(&route, &response, begun.elapsed()));
    response.headers_mut().insert(REQUEST_ID, told);
    response
}

fn record(route: &str, response: &Response, took: Duration) {
    let status = response.status();
    let outcome = if status.is_server_error() {
        "failed"
    } else if status.is_client_error() {
        "refused"
    } else if response.extensions().get::<HasErrors>().is_some() {
        "errors"
    } else {
        "ok"
    };
    metrics::counter!("gongjian_requests_total", "route" => route.to_owned(), "outcome" => outcome)
        .increment(1);
    metrics::histogram!("gongjian_request_seconds", "route" => route.to_owned()).record(took.as_secs_f64());
    let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    tracing::info!(status = status.as_u16(), outcome, took_ms, "answered");
}

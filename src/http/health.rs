//! What operators and their machines look at.

use super::Served;
use crate::store::error::Error;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::time::Duration;

/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// The process lives.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// The database answers, and its tables are those of this hub.
pub async fn ready(State(served): State<Served>) -> Response {
    let (status, text) = match tokio::time::timeout(PATIENCE, served.store.migrations()).await {
        Ok(Ok(found)) if found.are_current() => (StatusCode::OK, "ok\n"),
        Ok(Ok(_)) => {
            (StatusCode::SERVICE_UNAVAILABLE, "the tables are not those of this hub: gongjian migrate\n")
        }
        Ok(Err(error)) => unreachable(Some(&error)),
        Err(_) => unreachable(None),
    };
    (status, [(header::CACHE_CONTROL, "no-store")], text).into_response()
}

fn unreachable(error: Option<&Error>) -> (StatusCode, &'static str) {
    tracing::warn!(
        error = error.map(|error| error as &dyn std::error::Error),
        "the database does not answer"
    );
    (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
}

/// The counts, for Prometheus.
pub async fn metrics(State(served): State<Served>) -> Response {
    metrics::counter!("gongjian_statements_total").absolute(served.store.statements());
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-store")], served.metrics.text())
        .into_response()
}

//! The keys by which partner units know the hub's tokens.

use super::{Served, answer};
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};

/// For how long a partner unit may keep them: a new key is published for longer before it signs anything.
const KEPT: &str = "public, max-age=300";

/// The key set, where a gateway signs with them.
pub async fn published(State(served): State<Served>, headers: HeaderMap) -> Response {
    let Some(beyond) = &served.beyond else { return answer::no_such_page(headers).await.into_response() };
    let kind = "application/jwk-set+json";
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, KEPT)], beyond.keys()).into_response()
}

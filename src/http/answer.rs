//! What goes back: GraphQL responses with the media type and the status that the client understands, and failures in
//! the same shape.

use super::{lang, text};
use crate::domain::text::Lang;
use async_graphql::{Response as GraphResponse, Value};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

/// A media type of a GraphQL response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    /// `application/json`: a request that could not be run answers 200.
    Json,
    /// `application/graphql-response+json`: the status says whether the request could be run.
    GraphQl,
}

impl Media {
    /// The one that the client asks for; `None` where it understands neither.
    pub fn accepted(headers: &HeaderMap) -> Option<Self> {
        let Some(accept) = text(headers, header::ACCEPT) else { return Some(Self::Json) };
        let types = || accept.split(',').filter_map(|entry| entry.split(';').next()).map(str::trim);
        let has = |name: &str| types().any(|entry| entry.eq_ignore_ascii_case(name));
        if has("application/graphql-response+json") {
            Some(Self::GraphQl)
        } else if has("application/json") || has("application/*") || has("*/*") {
            Some(Self::Json)
        } else {
            None
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Json => "application/json; charset=utf-8",
            Self::GraphQl => "application/graphql-response+json; charset=utf-8",
        }
    }
}

/// How a request ended, for the metrics, where the status does not say it.
#[derive(Debug, Clone, Copy)]
pub struct HasErrors;

/// A response of the graph.
pub fn graphql(media: Media, response: &GraphResponse) -> Response {
    let refused = !response.errors.is_empty()
        && response.data == Value::Null
        && response.errors.iter().all(|error| error.path.is_empty());
    let status = if refused { status(media, response) } else { StatusCode::OK };
    let mut answer = if refused {
        json_body(status, media, &json!({ "errors": response.errors }))
    } else {
        // Written as it is: the fields of an answer come in the order in which they were asked for.
        json_body(status, media, response)
    };
    if !response.errors.is_empty() {
        answer.extensions_mut().insert(HasErrors);
    }
    if let Some(seconds) = extension(response, "retryAfter") {
        answer.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    answer
}

/// The status of a request that could not be run: where it may be tried again, or the fault is ours, every client is told.
fn status(media: Media, response: &GraphResponse) -> StatusCode {
    let codes = response.errors.iter().filter_map(|error| error.extensions.as_ref()?.get("code"));
    let known = codes.filter_map(|code| match code {
        Value::String(code) if code == "RATE_LIMITED" => Some(StatusCode::TOO_MANY_REQUESTS),
        Value::String(code) if code == "TIMEOUT" => Some(StatusCode::SERVICE_UNAVAILABLE),
        Value::String(code) if code == "INTERNAL" => Some(StatusCode::INTERNAL_SERVER_ERROR),
        _ => None,
    });
    let usual = if media == Media::GraphQl { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    known.max().unwrap_or(usual)
}

/// What the errors of a response say under a name, as the value of a header.
fn extension(response: &GraphResponse, name: &str) -> Option<header::HeaderValue> {
    let said = response.errors.iter().find_map(|error| error.extensions.as_ref()?.get(name))?;
    header::HeaderValue::from_str(&said.to_string()).ok()
}

/// A request that came to nothing, in the shape of a GraphQL response.
#[derive(Debug)]
pub struct Failure {
    status: StatusCode,
    code: &'static str,
    message: String,
    media: Media,
}

impl Failure {
    /// A failure with its sentence in the reader's language.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), media: Media::Json }
    }

    /// The same in another media type.
    pub fn in_media(self, media: Media) -> Self {
        Self { media, ..self }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let body = json!({ "errors": [{ "message": self.message, "extensions": { "code": self.code } }] });
        let mut answer = json_body(self.status, self.media, &body);
        let headers = answer.headers_mut();
        match self.status {
            StatusCode::UNAUTHORIZED => {
                headers.insert(header::WWW_AUTHENTICATE, header::HeaderValue::from_static("Bearer"));
            }
            StatusCode::METHOD_NOT_ALLOWED => {
                headers.insert(header::ALLOW, header::HeaderValue::from_static("GET, POST"));
            }
            _ => {}
        }
        answer
    }
}

/// Our own fault: an id by which the log line is found.
pub fn fault(lang: Lang, id: &str) -> Response {
    let message = lang.pick(
        format!("系统出错。请把编号 {id} 告诉管理员。"),
        format!("Something went wrong on our side. Tell the administrator the id {id}."),
    );
    let body = json!({ "errors": [{ "message": message, "extensions": { "code": "INTERNAL", "id": id } }] });
    json_body(StatusCode::INTERNAL_SERVER_ERROR, Media::Json, &body)
}

/// Where nothing is.
pub async fn no_such_page(headers: HeaderMap) -> Failure {
    let message = lang(&headers).pick(
        "这里没有内容。接口在 /graphql，查询台在 /graphiql。",
        "There is nothing here. The graph is at /graphql, the query page at /graphiql.",
    );
    Failure::new(StatusCode::NOT_FOUND, "NOT_FOUND", message)
}

/// Anything as JSON that nobody shall keep.
pub fn no_store(status: StatusCode, body: &impl Serialize) -> Response {
    json_body(status, Media::Json, body)
}

fn json_body(status: StatusCode, media: Media, body: &impl Serialize) -> Response {
    let headers = [
        (header::CONTENT_TYPE, media.name()),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, headers, serde_json::to_string(body).unwrap_or_default()).into_response()
}

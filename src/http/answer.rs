//! What goes back: GraphQL responses with the media type and the status that the client understands, and failures in
//! the same shape.

use super::{lang, text};
use crate::domain::text::Lang;
use crate::graph::error::coded;
use async_graphql::{Response as GraphResponse, ServerError, Value};
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
    /// The one that the client likes best; `None` where it understands neither. A client that does not care gets plain
    /// JSON, which everybody reads.
    pub fn accepted(headers: &HeaderMap) -> Option<Self> {
        let entries = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let entries: Vec<_> = entries.flat_map(|value| value.split(',')).filter_map(weighed).collect();
        if entries.is_empty() {
            return Some(Self::Json);
        }
        // The most exact range that fits a type says how well it is liked.
        let liked = |name: &str| {
            let ranges = [name, "application/*", "*/*"].into_iter();
            let mut found = ranges.filter_map(|range| entries.iter().find(|(own, _)| own == range));
            found.next().map_or(0, |(_, weight)| *weight)
        };
        let named = entries.iter().any(|(own, _)| own == GRAPHQL);
        match (liked(GRAPHQL), liked(JSON)) {
            (0, 0) => None,
            (graphql, json) if graphql > json || (graphql == json && named) => Some(Self::GraphQl),
            _ => Some(Self::Json),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Json => "application/json; charset=utf-8",
            Self::GraphQl => "application/graphql-response+json; charset=utf-8",
        }
    }
}

const GRAPHQL: &str = "application/graphql-response+json";
const JSON: &str = "application/json";

/// A range of an `Accept` header in small letters, and its weight in thousandths.
fn weighed(entry: &str) -> Option<(String, u32)> {
    let mut parts = entry.split(';').map(str::trim);
    let range = parts.next().filter(|range| !range.is_empty())?.to_ascii_lowercase();
    let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    let weight = weight.map_or(Some(1.0), |weight| weight.parse::<f32>().ok()).unwrap_or_default();
    // A weight has three digits at most.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is from 0 to 1000")]
    let thousandths = (weight.clamp(0.0, 1.0) * 1_000.0).round() as u32;
    Some((range, thousandths))
}

/// Whether the client reads streams of events.
pub fn reads_events(headers: &HeaderMap) -> bool {
    text(headers, header::ACCEPT).is_some_and(|accept| accept.contains("text/event-stream"))
}

/// Whether the operation could not be run at all.
pub fn is_refused(response: &GraphResponse) -> bool {
    !response.errors.is_empty()
        && response.data == async_graphql::Value::Null
        && response.errors.iter().all(|error| error.path.is_empty())
}

/// How a request ended, for the metrics, where the status does not say it.
#[derive(Debug, Clone, Copy)]
pub struct HasErrors;

/// A response of the graph.
pub fn graphql(media: Media, response: &GraphResponse) -> Response {
    let refused = is_refused(response);
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
    methods: Option<&'static str>,
}

impl Failure {
    /// A failure with its sentence in the reader's language.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), media: Media::Json, methods: None }
    }

    /// A method that is not for this address, and those that are.
    pub fn method(lang: Lang, methods: &'static str) -> Self {
        let message = lang.pick(
            format!("此处不支持该请求方法，请使用 {methods}；变更请用 POST。"),
            format!("This method is not for this address: use {methods}, and POST for mutations."),
        );
        let own = Self::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", message);
        Self { methods: Some(methods), ..own }
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
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, header::HeaderValue::from_static("Bearer"));
        }
        if let Some(methods) = self.methods {
            headers.insert(header::ALLOW, header::HeaderValue::from_static(methods));
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

/// The error of an operation that goes beyond a limit of its connection.
pub fn beyond(lang: Lang, limit: &str, most: usize, zh: &str, en: &str) -> ServerError {
    let message =
        lang.pick(format!("{zh}：最多{most}（{limit}）。"), format!("{en}: at most {most} ({limit})."));
    let mut error = coded("LIMIT_REACHED", message);
    let extensions = error.extensions.get_or_insert_default();
    extensions.set("limit", limit);
    extensions.set("value", most);
    error
}

/// Where nothing is.
pub async fn no_such_page(headers: HeaderMap) -> Failure {
    let message = lang(&headers).pick(
        "这里没有内容。接口在 /graphql（WebSocket：/graphql/ws，事件流：/graphql/stream），查询台在 /graphiql。",
        "There is nothing here. The graph is at /graphql (WebSocket: /graphql/ws, events: /graphql/stream), the query page at /graphiql.",
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

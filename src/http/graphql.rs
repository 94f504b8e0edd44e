//! `/graphql`: queries and mutations by POST, queries by GET.

use super::answer::{self, Failure, Media};
use super::{Served, auth, lang, text, whence};
use crate::domain::text::Lang;
use crate::graph::{self, Asked};
use async_graphql::parser::types::{ExecutableDocument, OperationType};
use async_graphql::{Request, Variables};
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::time::Duration;

/// Runs what the body asks for.
pub async fn post(State(served): State<Served>, headers: HeaderMap, body: Body) -> Response {
    let served = whence::asked_from(served, &headers);
    let (lang, media) = (lang(&headers), Media::accepted(&headers));
    let work = async {
        let media = media.ok_or_else(|| not_acceptable(lang))?;
        require_json(lang, &headers)?;
        let viewer = auth::viewer(&served.store, lang, auth::given(&headers)?.as_deref()).await?;
        let request = Params::from_json(lang, &read(&served, lang, body).await?)?.into();
        let asked = Asked { viewer, lang };
        let response = graph::execute(&served.schema, &served.store, asked, request).await;
        Ok(answer::graphql(media, &response))
    };
    let failed = |failure: Failure| failure.in_media(media.unwrap_or(Media::Json)).into_response();
    work.await.unwrap_or_else(failed)
}

/// Runs the query of the URL, and sends browsers to the query page.
pub async fn get(
    State(served): State<Served>,
    headers: HeaderMap,
    params: Result<Query<UrlParams>, axum::extract::rejection::QueryRejection>,
) -> Response {
    if text(&headers, header::ACCEPT).is_some_and(|accept| accept.contains("text/html")) {
        return Redirect::to("/graphiql").into_response();
    }
    let served = whence::asked_from(served, &headers);
    let (lang, media) = (lang(&headers), Media::accepted(&headers));
    let work = async {
        let media = media.ok_or_else(|| not_acceptable(lang))?;
        let viewer = auth::viewer(&served.store, lang, auth::given(&headers)?.as_deref()).await?;
        let Query(params) = params.map_err(|_| bad_request(lang, "query"))?;
        let params = params.read(lang)?;
        let read = served.limits.read(lang, &params.query, &Variables::default());
        if read.is_ok_and(|document| !only_reads(&document, params.operation_name.as_deref())) {
            return Err(get_reads_only(lang));
        }
        let asked = Asked { viewer, lang };
        let response = graph::execute(&served.schema, &served.store, asked, params.into()).await;
        Ok(answer::graphql(media, &response))
    };
    let failed = |failure: Failure| failure.in_media(media.unwrap_or(Media::Json)).into_response();
    work.await.unwrap_or_else(failed)
}

/// Any other method.
pub async fn other_method(headers: HeaderMap) -> Failure {
    let message = lang(&headers).pick("请使用 POST（或 GET 查询）。", "Use POST, or GET for queries.");
    Failure::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", message)
}

/// What a request consists of.
struct Params {
    query: String,
    operation_name: Option<String>,
    variables: Map<String, Value>,
    extensions: Map<String, Value>,
}

impl Params {
    fn from_json(lang: Lang, body: &[u8]) -> Result<Self, Failure> {
        let body: Value = serde_json::from_slice(body).map_err(|error| bad_json(lang, &error))?;
        let Value::Object(mut body) = body else { return Err(bad_request(lang, "query")) };
        let mut take = |name: &str| body.remove(name).unwrap_or_default();
        let Value::String(query) = take("query") else { return Err(bad_request(lang, "query")) };
        let operation_name = match take("operationName") {
            Value::Null => None,
            Value::String(name) => Some(name),
            _ => return Err(bad_request(lang, "operationName")),
        };
        let mut map = |name: &'static str| match take(name) {
            Value::Null => Ok(Map::new()),
            Value::Object(map) => Ok(map),
            _ => Err(bad_request(lang, name)),
        };
        Ok(Self { query, operation_name, variables: map("variables")?, extensions: map("extensions")? })
    }
}

impl From<Params> for Request {
    fn from(params: Params) -> Self {
        let mut request = Self::new(params.query);
        request.operation_name = params.operation_name;
        request.variables = Variables::from_json(Value::Object(params.variables));
        for (name, value) in params.extensions {
            if let Ok(value) = async_graphql::Value::from_json(value) {
                request.extensions.insert(name, value);
            }
        }
        request
    }
}

/// The same as texts in a URL.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UrlParams {
    query: Option<String>,
    operation_name: Option<String>,
    variables: Option<String>,
    extensions: Option<String>,
}

impl UrlParams {
    fn read(self, lang: Lang) -> Result<Params, Failure> {
        let map = |name: &'static str, text: Option<String>| match text.filter(|text| !text.is_empty()) {
            None => Ok(Map::new()),
            Some(text) => serde_json::from_str::<Option<Map<String, Value>>>(&text)
                .map(Option::unwrap_or_default)
                .map_err(|_| bad_request(lang, name)),
        };
        Ok(Params {
            query: self.query.ok_or_else(|| bad_request(lang, "query"))?,
            operation_name: self.operation_name.filter(|name| !name.is_empty()),
            variables: map("variables", self.variables)?,
            extensions: map("extensions", self.extensions)?,
        })
    }
}

/// Whether the operation that would run is a query.
fn only_reads(document: &ExecutableDocument, name: Option<&str>) -> bool {
    document
        .operations
        .iter()
        .filter(|(own, _)| name.is_none() || own.is_none_or(|own| Some(own.as_str()) == name))
        .all(|(_, operation)| operation.node.ty == OperationType::Query)
}

/// The body of a request, within the limits of size and time.
pub async fn read(served: &Served, lang: Lang, body: Body) -> Result<axum::body::Bytes, Failure> {
    let (most, seconds) = (served.settings.body_bytes, served.settings.body_seconds);
    let arriving = axum::body::to_bytes(body, most);
    match tokio::time::timeout(Duration::from_secs(seconds), arriving).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => Err(Failure::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "LIMIT_REACHED",
            lang.pick(
                format!("请求体没有完整到达，或超过上限 {most} 字节。"),
                format!("The body did not arrive whole, or is larger than {most} bytes."),
            ),
        )),
        Err(_) => Err(Failure::new(
            StatusCode::REQUEST_TIMEOUT,
            "LIMIT_REACHED",
            lang.pick(
                format!("请求体未在{seconds}秒内到达。"),
                format!("The body did not arrive within {seconds} seconds."),
            ),
        )),
    }
}

/// Only a script of the same origin can send this type without asking first: forms of other sites change nothing.
pub fn require_json(lang: Lang, headers: &HeaderMap) -> Result<(), Failure> {
    let kind = text(headers, header::CONTENT_TYPE).and_then(|kind| kind.split(';').next()).map(str::trim);
    if kind.is_some_and(|kind| kind.eq_ignore_ascii_case("application/json")) {
        return Ok(());
    }
    Err(Failure::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "UNSUPPORTED_MEDIA_TYPE",
        lang.pick(
            "请求的 Content-Type 应为 application/json。",
            "The Content-Type must be application/json.",
        ),
    ))
}

fn not_acceptable(lang: Lang) -> Failure {
    Failure::new(
        StatusCode::NOT_ACCEPTABLE,
        "NOT_ACCEPTABLE",
        lang.pick(
            "应答只有 application/graphql-response+json 和 application/json 两种格式。",
            "Answers come as application/graphql-response+json or application/json only.",
        ),
    )
}

fn bad_json(lang: Lang, error: &serde_json::Error) -> Failure {
    let (line, column) = (error.line(), error.column());
    Failure::new(
        StatusCode::BAD_REQUEST,
        "BAD_REQUEST",
        lang.pick(
            format!("请求体不是有效的 JSON（第{line}行第{column}列）。"),
            format!("The body is not valid JSON (line {line}, column {column})."),
        ),
    )
}

fn bad_request(lang: Lang, name: &str) -> Failure {
    Failure::new(
        StatusCode::BAD_REQUEST,
        "BAD_REQUEST",
        lang.pick(
            format!("参数 {name} 缺失或类型不对；每次请求只含一个操作，不支持批量。"),
            format!(
                "The parameter {name} is missing or of the wrong type; one operation a request, no batches."
            ),
        ),
    )
}

fn get_reads_only(lang: Lang) -> Failure {
    Failure::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "METHOD_NOT_ALLOWED",
        lang.pick("GET 只能查询；变更请用 POST。", "GET runs queries only; use POST for mutations."),
    )
}

//! `/graphql`: queries and mutations by POST, queries by GET.

use super::answer::{self, Failure, Media};
use super::caller::Caller;
use super::params::{Bad, Params, UrlParams};
use super::{Served, lang, text};
use crate::domain::text::Lang;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use std::time::Duration;

/// Runs what the body asks for.
pub async fn post(State(served): State<Served>, headers: HeaderMap, body: Body) -> Response {
    let media = Media::accepted(&headers);
    let work = async {
        let (lang, media) = acceptable(&headers, media)?;
        let caller = Caller::of(&served, &headers).await?;
        let params = posted(&served, lang, &headers, body).await?;
        let answer = match caller.request(params).map_err(|bad| bad.failure(lang))? {
            Ok(request) => caller.execute(request).await,
            Err(refused) => refused,
        };
        Ok(answer::graphql(media, &answer))
    };
    ended(work.await, media)
}

/// Runs the query of the URL, and sends browsers to the query page.
pub async fn get(
    State(served): State<Served>,
    headers: HeaderMap,
    params: Result<Query<UrlParams>, QueryRejection>,
) -> Response {
    if text(&headers, header::ACCEPT).is_some_and(|accept| accept.contains("text/html")) {
        return Redirect::to("/graphiql").into_response();
    }
    let media = Media::accepted(&headers);
    let work = async {
        let (lang, media) = acceptable(&headers, media)?;
        let caller = Caller::of(&served, &headers).await?;
        let params = in_url(lang, params)?;
        let answer = match caller.request(params).map_err(|bad| bad.failure(lang))? {
            Ok(request) if !caller.only_reads(&request, false) => return Err(Failure::method(lang, "POST")),
            Ok(request) => caller.execute(request).await,
            Err(refused) => refused,
        };
        Ok(answer::graphql(media, &answer))
    };
    ended(work.await, media)
}

/// Any other method.
pub async fn other_method(headers: HeaderMap) -> Failure {
    Failure::method(lang(&headers), "GET, POST")
}

fn acceptable(headers: &HeaderMap, media: Option<Media>) -> Result<(Lang, Media), Failure> {
    let lang = lang(headers);
    Ok((lang, media.ok_or_else(|| not_acceptable(lang))?))
}

fn ended(work: Result<Response, Failure>, media: Option<Media>) -> Response {
    work.unwrap_or_else(|failure| failure.in_media(media.unwrap_or(Media::Json)).into_response())
}

/// What a URL asks for.
///
/// # Errors
/// Where a parameter is given twice or is of the wrong type.
pub fn in_url(lang: Lang, params: Result<Query<UrlParams>, QueryRejection>) -> Result<Params, Failure> {
    let read = params.map_err(|_| Bad("query")).and_then(|Query(params)| params.try_into());
    read.map_err(|bad| bad.failure(lang))
}

/// What a body asks for.
///
/// # Errors
/// Where it is none of JSON, too large, too slow, or no request.
pub async fn posted(served: &Served, lang: Lang, headers: &HeaderMap, body: Body) -> Result<Params, Failure> {
    require_json(lang, headers)?;
    let body = read(served, lang, body).await?;
    let body = serde_json::from_slice(&body).map_err(|error| bad_json(lang, &error))?;
    Params::from_json(body).map_err(|bad| bad.failure(lang))
}

/// A body, within the limits of size and time.
///
/// # Errors
/// Where it is too large or too slow.
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
///
/// # Errors
/// Where the body is said to be of another type.
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

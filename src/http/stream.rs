//! `/graphql/stream`: operations whose answers come as server-sent events, by the protocol of `graphql-sse`.
//!
//! Without a ticket each request has a stream of its own. With one (`PUT` gives it out) the answers of many requests
//! come through one stream: browsers open few connections to a host.

mod session;
mod tickets;

pub use tickets::Tickets;

use super::answer::{self, Failure, beyond};
use super::caller::Caller;
use super::params::UrlParams;
use super::server::Place;
use super::{Served, graphql, lang, text};
use crate::domain::text::Lang;
use async_graphql::Response as GraphResponse;
use axum::Extension;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::Deserialize;
use session::{Begun, Session};
use std::convert::Infallible;
use std::sync::Arc;
use tickets::Ticket;
use tokio::sync::mpsc;

/// The header that carries a ticket.
pub const TOKEN: HeaderName = HeaderName::from_static("x-graphql-event-stream-token");

/// What belongs to the stream rather than to a request.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Stub {
    /// The ticket, for browsers' own event sources, which send no headers.
    token: Option<String>,
    /// The operation that is to end.
    operation_id: Option<String>,
}

/// Gives out a ticket for a stream.
pub async fn put(State(served): State<Served>, headers: HeaderMap) -> Result<Response, Failure> {
    let lang = lang(&headers);
    let caller = Caller::of(&served, &headers).await?;
    let (tell, events) = mpsc::channel(1);
    let (command, commands) = mpsc::channel(1);
    let Some((name, ticket)) = served.tickets.issue(&served.settings, &caller, command, events) else {
        return Err(full(lang, &served));
    };
    let session = Session::new(&served, caller, tell);
    tokio::spawn({
        let name = name.clone();
        async move {
            session.run(commands, &ticket).await;
            served.tickets.take_back(&name);
        }
    });
    Ok((StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], name).into_response())
}

/// Opens the stream of a ticket, or one for the operation of the URL.
pub async fn get(
    State(served): State<Served>,
    place: Option<Extension<Place>>,
    Query(stub): Query<Stub>,
    headers: HeaderMap,
    params: Result<Query<UrlParams>, QueryRejection>,
) -> Result<Response, Failure> {
    let lang = lang(&headers);
    require_events(lang, &headers)?;
    if let Some(ticket) = ticket(&served, lang, &headers, &stub).await? {
        let events = ticket.open().ok_or_else(|| taken(lang))?;
        return Ok(told(place, events));
    }
    let caller = Caller::of(&served, &headers).await?;
    let params = graphql::in_url(lang, params)?;
    match caller.request(params).map_err(|bad| bad.failure(lang))? {
        Ok(request) if !caller.only_reads(&request, true) => Err(Failure::method(lang, "POST")),
        Ok(request) => Ok(alone(&served, place, &caller, Ok(request))),
        Err(refused) => Ok(alone(&served, place, &caller, Err(refused))),
    }
}

/// Begins an operation: on the stream of a ticket, or on one of its own.
pub async fn post(
    State(served): State<Served>,
    place: Option<Extension<Place>>,
    Query(stub): Query<Stub>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Failure> {
    let lang = lang(&headers);
    let ticket = ticket(&served, lang, &headers, &stub).await?;
    if ticket.is_none() {
        require_events(lang, &headers)?;
    }
    let caller = match &ticket {
        Some(ticket) => ticket.caller.clone(),
        None => Caller::of(&served, &headers).await?,
    };
    let params = graphql::posted(&served, lang, &headers, body).await?;
    let id = params.extensions.get("operationId").and_then(|id| id.as_str()).map(ToOwned::to_owned);
    let request = caller.request(params).map_err(|bad| bad.failure(lang))?;
    let Some(ticket) = ticket else { return Ok(alone(&served, place, &caller, request)) };
    let media = answer::Media::accepted(&headers).unwrap_or(answer::Media::Json);
    let (id, request) = match (id, request) {
        (None, _) => return Err(super::params::Bad("extensions.operationId").failure(lang)),
        (_, Err(refused)) => return Ok(answer::graphql(media, &refused)),
        (Some(id), Ok(request)) => (id, request),
    };
    match ticket.begin(id, request).await {
        Some(Begun::Yes) => Ok(StatusCode::ACCEPTED.into_response()),
        Some(Begun::Taken) => Err(taken(lang)),
        Some(Begun::TooMany(most)) => {
            let (zh, en) = ("一个连接上同时运行的操作过多", "Too many operations on one connection");
            let error = beyond(lang, "streams", most, zh, en);
            Ok(answer::graphql(media, &GraphResponse::from_errors(vec![error])))
        }
        None => Err(no_such_ticket(lang)),
    }
}

/// Ends an operation on the stream of a ticket.
pub async fn delete(
    State(served): State<Served>,
    Query(stub): Query<Stub>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let lang = lang(&headers);
    let ticket = ticket(&served, lang, &headers, &stub).await?.ok_or_else(|| no_such_ticket(lang))?;
    let id = stub.operation_id.ok_or_else(|| super::params::Bad("operationId").failure(lang))?;
    ticket.end(id).await;
    Ok(StatusCode::OK.into_response())
}

/// Any other method.
pub async fn other_method(headers: HeaderMap) -> Failure {
    Failure::method(lang(&headers), "GET, POST, PUT, DELETE")
}

/// A stream for one operation.
fn alone(
    served: &Served,
    place: Option<Extension<Place>>,
    caller: &Caller,
    request: Result<async_graphql::Request, GraphResponse>,
) -> Response {
    let (tell, events) = mpsc::channel(1);
    let session = Session::new(served, caller.clone(), tell);
    tokio::spawn(session.run_alone(request));
    told(place, events)
}

fn told(place: Option<Extension<Place>>, events: mpsc::Receiver<String>) -> Response {
    let events = stream::unfold((events, place), async |(mut events, place)| {
        let event = events.recv().await?;
        Some((Ok::<_, Infallible>(event), (events, place)))
    });
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Proxies that gather answers are told not to.
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    (headers, Body::from_stream(events)).into_response()
}

/// The ticket that a request shows, where it shows one.
async fn ticket(
    served: &Served,
    lang: Lang,
    headers: &HeaderMap,
    stub: &Stub,
) -> Result<Option<Arc<Ticket>>, Failure> {
    let Some(name) = text(headers, TOKEN).or(stub.token.as_deref()) else { return Ok(None) };
    let ticket = served.tickets.find(name).ok_or_else(|| no_such_ticket(lang))?;
    let caller = Caller::of(served, headers).await?;
    if caller.is_signed_in() && !caller.is(&ticket.caller) {
        return Err(no_such_ticket(lang));
    }
    Ok(Some(ticket))
}

fn require_events(lang: Lang, headers: &HeaderMap) -> Result<(), Failure> {
    if answer::reads_events(headers) {
        return Ok(());
    }
    Err(Failure::new(
        StatusCode::NOT_ACCEPTABLE,
        "NOT_ACCEPTABLE",
        lang.pick(
            "此处以事件流应答：Accept 应为 text/event-stream。普通请求请发到 /graphql。",
            "Answers come as events here: Accept must be text/event-stream. Plain requests go to /graphql.",
        ),
    ))
}

fn no_such_ticket(lang: Lang) -> Failure {
    Failure::new(
        StatusCode::NOT_FOUND,
        "STREAM_NOT_FOUND",
        lang.pick(
            "没有这个事件流，或它已结束。请用 PUT /graphql/stream 重新申请。",
            "There is no such stream, or it has ended. Ask for another with PUT /graphql/stream.",
        ),
    )
}

fn taken(lang: Lang) -> Failure {
    Failure::new(
        StatusCode::CONFLICT,
        "CONFLICT",
        lang.pick(
            "这个事件流已经打开，或这个 operationId 正在使用。",
            "This stream is open already, or this operationId is in use.",
        ),
    )
}

fn full(lang: Lang, served: &Served) -> Failure {
    let most = served.settings.connections;
    Failure::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "LIMIT_REACHED",
        lang.pick(
            format!("事件流已满（connections，{most}），请稍后再试。"),
            format!("There are as many streams as there may be (connections, {most}); try again later."),
        ),
    )
}

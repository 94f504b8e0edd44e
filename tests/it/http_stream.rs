use crate::builders::live::add_need;
use crate::door::{Answer, got, posted, query, send};
use crate::hub::{Hub, both};
use axum::Router;
use axum::body::{Body, BodyDataStream};
use axum::http::Request;
use chrono::TimeDelta;
use futures_util::StreamExt as _;
use gongjian_hub::domain::viewer::Actor;
use gongjian_hub::http::{self, Settings};
use gongjian_hub::store::token;
use serde_json::{Value, json};
use tower::ServiceExt as _;

const EVENTS: (&str, &str) = ("accept", "text/event-stream");
const TICKET: &str = "x-graphql-event-stream-token";

/// A stream of events that is being read.
struct Events {
    body: BodyDataStream,
    read: String,
}

impl Events {
    async fn open(router: &Router, request: Request<Body>) -> Self {
        let answer = router.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.status().as_u16(), 200);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        Self { body: answer.into_body().into_data_stream(), read: String::new() }
    }

    /// The next event with its data, or `None` at the end.
    async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            if let Some(end) = self.read.find("\n\n") {
                let event: String = self.read.drain(..end + 2).collect();
                let field = |name: &str| {
                    event.lines().filter_map(|line| line.split_once(':')).find(|(own, _)| *own == name)
                };
                let found = field("event").map(|(_, kind)| {
                    let data = field("data").map(|(_, data)| data.trim()).expect("every event has data");
                    (kind.trim().to_owned(), without_cost(serde_json::from_str(data).unwrap_or_default()))
                });
                if found.is_some() {
                    return found;
                }
                continue;
            }
            let more = self.body.next().await?.unwrap();
            self.read.push_str(std::str::from_utf8(&more).unwrap());
        }
    }
}

fn at_stream(mut request: Request<Body>) -> Request<Body> {
    *request.uri_mut() = "/graphql/stream".parse().unwrap();
    request
}

/// An event without what it cost.
fn without_cost(mut event: Value) -> Value {
    for answer in ["", "/payload"] {
        if let Some(Value::Object(answer)) = event.pointer_mut(answer) {
            answer.remove("extensions");
        }
    }
    event
}

fn asked(body: &Value, headers: &[(&str, &str)]) -> Request<Body> {
    at_stream(posted(body.to_string(), headers))
}

async fn ticket(router: &Router, headers: &[(&str, &str)]) -> String {
    let mut request = got("/graphql/stream", headers);
    *request.method_mut() = axum::http::Method::PUT;
    let answer = send(router.clone(), request).await;
    assert_eq!(answer.status.as_u16(), 201);
    assert_eq!(answer.header("cache-control"), "no-store");
    answer.text
}

async fn begin(router: &Router, ticket: &str, id: &str, query: &str) -> Answer {
    let body = json!({ "query": query, "extensions": { "operationId": id } });
    send(router.clone(), asked(&body, &[(TICKET, ticket)])).await
}

async fn end(router: &Router, ticket: &str, id: &str) -> u16 {
    let mut request = got(&format!("/graphql/stream?operationId={id}"), &[(TICKET, ticket)]);
    *request.method_mut() = axum::http::Method::DELETE;
    send(router.clone(), request).await.status.as_u16()
}

#[tokio::test]
async fn an_operation_has_a_stream_of_its_own() {
    let hub = Hub::sqlite().await;
    let router = hub.router();
    let data = ("next".to_owned(), json!({ "data": { "__typename": "Query" } }));
    let complete = Some(("complete".to_owned(), Value::Null));
    let mut by_post = Events::open(&router, asked(&query("{ __typename }"), &[EVENTS])).await;
    assert_eq!((by_post.next().await, by_post.next().await), (Some(data.clone()), complete.clone()));
    assert_eq!(by_post.next().await, None);
    let mut by_get = Events::open(&router, got("/graphql/stream?query={__typename}", &[EVENTS])).await;
    assert_eq!((by_get.next().await, by_get.next().await), (Some(data), complete.clone()));
    for (wrong, code) in [("{ nonsense }", "GRAPHQL_VALIDATION_FAILED"), ("{", "GRAPHQL_PARSE_FAILED")] {
        let mut refused = Events::open(&router, asked(&query(wrong), &[EVENTS])).await;
        let (kind, told) = refused.next().await.unwrap();
        assert_eq!((kind.as_str(), &told["errors"][0]["extensions"]["code"]), ("next", &json!(code)));
        assert_eq!(refused.next().await, complete);
    }
}

#[tokio::test]
async fn what_is_no_operation_is_answered_as_elsewhere() {
    let hub = Hub::sqlite().await;
    for (request, status) in [
        (asked(&query("{ __typename }"), &[]), 406),
        (got("/graphql/stream?query={__typename}", &[]), 406),
        (got("/graphql/stream?query=mutation{__typename}", &[EVENTS]), 405),
        (got("/graphql/stream", &[EVENTS]), 400),
        (asked(&json!([]), &[EVENTS]), 400),
        (asked(&query("{ __typename }"), &[EVENTS, ("content-type", "text/plain")]), 415),
        (asked(&query("{ __typename }"), &[EVENTS, ("authorization", "Bearer gjh_no")]), 401),
        (asked(&query("{ __typename }"), &[EVENTS, ("origin", "https://evil.example")]), 403),
        (asked(&query("{ __typename }"), &[(TICKET, "nobody's")]), 404),
        (got("/graphql/stream?token=nobody's", &[EVENTS]), 404),
    ] {
        let told = format!("{request:?}");
        let answer = hub.send(request).await;
        assert_eq!(answer.status.as_u16(), status, "{told}");
        assert!(!answer.code().is_empty());
    }
}

both!(many_operations_share_the_stream_of_a_ticket, |hub| {
    let streets = hub.streets().await;
    let bearer = format!("Bearer {}", hub.secret(Actor::Coordinator { street: streets.street }, 1).await);
    let router = http::router(hub.served(Settings { streams: 2, ..Settings::default() }));
    let ticket = ticket(&router, &[("authorization", &bearer)]).await;
    let (street, after) = (streets.street, hub.now().await);
    let follow = format!(
        "subscription {{ needChanged(areaId: \"{street}\", after: \"{after}\") {{ need {{ title }} }} }}"
    );
    assert_eq!(begin(&router, &ticket, "a", &follow).await.status.as_u16(), 202, "before the stream is open");
    let mut events = Events::open(&router, got(&format!("/graphql/stream?token={ticket}"), &[EVENTS])).await;
    let again = send(router.clone(), got("/graphql/stream", &[EVENTS, (TICKET, &ticket)])).await;
    assert_eq!((again.status.as_u16(), again.code().as_str()), (409, "CONFLICT"), "one stream, one reader");
    add_need(&hub.store, streets.community, "反诈讲座").await;
    let (kind, next) = events.next().await.unwrap();
    assert_eq!((kind.as_str(), &next["id"]), ("next", &json!("a")));
    assert_eq!(next["payload"]["data"]["needChanged"]["need"]["title"], "反诈讲座");
    assert_eq!(begin(&router, &ticket, "a", "{ __typename }").await.status.as_u16(), 409);
    assert_eq!(begin(&router, &ticket, "b", "{ __typename }").await.status.as_u16(), 202);
    let data = json!({ "id": "b", "payload": { "data": { "__typename": "Query" } } });
    assert_eq!(events.next().await, Some(("next".into(), data)));
    assert_eq!(events.next().await, Some(("complete".into(), json!({ "id": "b" }))));
    assert_eq!(begin(&router, &ticket, "c", &follow).await.status.as_u16(), 202);
    let (_, next) = events.next().await.unwrap();
    assert_eq!(next["id"], "c", "it begins where it was asked to");
    assert_eq!(begin(&router, &ticket, "d", "{ __typename }").await.code(), "LIMIT_REACHED");
    assert_eq!((end(&router, &ticket, "a").await, end(&router, &ticket, "c").await), (200, 200));
    assert_eq!(
        begin(&router, &ticket, "a", "{ __typename }").await.status.as_u16(),
        202,
        "its name is free again"
    );
    let (_, next) = events.next().await.unwrap();
    assert_eq!(next["payload"]["data"]["__typename"], "Query");
    let nameless = send(router.clone(), asked(&query("{ __typename }"), &[(TICKET, &ticket)])).await;
    assert_eq!((nameless.status.as_u16(), nameless.code().as_str()), (400, "BAD_REQUEST"));
    let other = format!("Bearer {}", hub.secret(Actor::Coordinator { street: streets.far_street }, 1).await);
    let stolen = asked(&query("{ __typename }"), &[(TICKET, &ticket), ("authorization", &other)]);
    assert_eq!(send(router.clone(), stolen).await.status.as_u16(), 404, "a ticket is its owner's");
    drop(events);
    while begin(&router, &ticket, "e", "{ __typename }").await.status.as_u16() != 404 {
        tokio::task::yield_now().await;
    }
});

#[tokio::test]
async fn a_ticket_that_nobody_uses_is_void() {
    let hub = Hub::sqlite().await;
    let router = http::router(hub.served(Settings { init_seconds: 0, ..Settings::default() }));
    let ticket = ticket(&router, &[]).await;
    while begin(&router, &ticket, "a", "{ __typename }").await.status.as_u16() != 404 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn there_are_no_more_tickets_than_connections() {
    let hub = Hub::sqlite().await;
    let router = http::router(hub.served(Settings { connections: 1, ..Settings::default() }));
    ticket(&router, &[]).await;
    let mut request = got("/graphql/stream", &[]);
    *request.method_mut() = axum::http::Method::PUT;
    let full = send(router, request).await;
    assert_eq!((full.status.as_u16(), full.code().as_str()), (503, "LIMIT_REACHED"));
}

both!(a_token_that_ends_ends_its_streams_of_events, |hub| {
    let streets = hub.streets().await;
    let street = streets.street;
    let router = http::router(hub.served(Settings { heartbeat_seconds: 1, ..Settings::default() }));
    let follow = format!("subscription {{ needChanged(areaId: \"{street}\") {{ need {{ title }} }} }}");
    let expiring = format!("Bearer {}", hub.secret(Actor::Coordinator { street }, 1).await);
    let revoked = format!("Bearer {}", hub.secret(Actor::Coordinator { street }, 9).await);
    let mut alone =
        Events::open(&router, asked(&query(&follow), &[EVENTS, ("authorization", &expiring)])).await;
    let ticket = ticket(&router, &[("authorization", &revoked)]).await;
    assert_eq!(begin(&router, &ticket, "a", &follow).await.status.as_u16(), 202);
    let mut shared = Events::open(&router, got("/graphql/stream", &[EVENTS, (TICKET, &ticket)])).await;
    let mut tx = hub.store.begin(&crate::hub::administrator()).await.unwrap();
    let newest = token::all(&mut tx).await.unwrap().remove(0);
    token::revoke(&mut tx, newest.id).await.unwrap();
    tx.commit().await.unwrap();
    let (kind, told) = shared.next().await.unwrap();
    assert_eq!((kind.as_str(), &told["id"]), ("next", &json!("a")));
    assert_eq!(told["payload"]["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    assert_eq!(shared.next().await, Some(("complete".into(), json!({ "id": "a" }))));
    assert_eq!(shared.next().await, None);
    hub.store.clock.advance(TimeDelta::days(1));
    let (_, told) = alone.next().await.unwrap();
    assert_eq!(told["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    assert_eq!(alone.next().await, Some(("complete".into(), Value::Null)));
    assert_eq!(alone.next().await, None);
});

#[tokio::test]
async fn a_stream_on_which_nothing_runs_ends() {
    let hub = Hub::sqlite().await;
    let settings = Settings { heartbeat_seconds: 1, idle_seconds: 0, ..Settings::default() };
    let router = http::router(hub.served(settings));
    let ticket = ticket(&router, &[]).await;
    let mut events = Events::open(&router, got("/graphql/stream", &[EVENTS, (TICKET, &ticket)])).await;
    assert_eq!(events.next().await, None);
}

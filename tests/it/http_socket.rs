use crate::builders::live::add_need;
use crate::hub::{Hub, both};
use chrono::TimeDelta;
use futures_util::{SinkExt as _, StreamExt as _};
use gongjian_hub::app::App;
use gongjian_hub::clock::Clock;
use gongjian_hub::config::{Config, Flags};
use gongjian_hub::domain::viewer::Actor;
use gongjian_hub::http::Settings;
use gongjian_hub::store::token;
use serde_json::{Value, json};
use std::net::SocketAddr;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    async fn open(address: SocketAddr, protocol: &str) -> Result<Self, u16> {
        Self::open_with(address, &[("sec-websocket-protocol", protocol)]).await
    }

    async fn open_with(address: SocketAddr, headers: &[(&'static str, &str)]) -> Result<Self, u16> {
        let mut request = format!("ws://{address}/graphql/ws").into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        match connect_async(request).await {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(tokio_tungstenite::tungstenite::Error::Http(answer)) => Err(answer.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    async fn begun(address: SocketAddr, payload: Value) -> Self {
        let mut socket = Self::open(address, "graphql-transport-ws").await.unwrap();
        socket.say(json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(socket.hear().await, Ok(json!({ "type": "connection_ack" })));
        socket
    }

    async fn say(&mut self, message: Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    async fn ask(&mut self, id: &str, query: &str) {
        self.say(json!({ "id": id, "type": "subscribe", "payload": { "query": query } })).await;
    }

    /// The next message, or the code with which the socket was closed.
    async fn hear(&mut self) -> Result<Value, u16> {
        match self.0.next().await {
            Some(Ok(Message::Text(text))) => Ok(serde_json::from_str(&text).unwrap()),
            Some(Ok(Message::Close(Some(frame)))) => Err(frame.code.into()),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn operations_run_over_one_socket() {
    let hub = Hub::sqlite().await;
    let address = hub.listen(Settings::default()).await;
    let mut socket = Socket::begun(address, Value::Null).await;
    socket.ask("1", "{ __typename categories(first: 1) { totalCount } }").await;
    let next = socket.hear().await.unwrap();
    assert_eq!((&next["type"], &next["id"]), (&json!("next"), &json!("1")));
    assert_eq!(next["payload"]["data"]["__typename"], "Query");
    assert_eq!(socket.hear().await, Ok(json!({ "type": "complete", "id": "1" })));
    socket.ask("1", "{ nonsense }").await;
    let error = socket.hear().await.unwrap();
    assert_eq!((&error["type"], &error["id"]), (&json!("error"), &json!("1")));
    assert_eq!(error["payload"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
    socket.ask("2", &format!("{{ {} }}", "__typename ".repeat(21))).await;
    assert_eq!(socket.hear().await.unwrap()["payload"][0]["extensions"]["code"], "LIMIT_REACHED");
    socket.say(json!({ "type": "ping", "payload": { "a": 1 } })).await;
    assert_eq!(socket.hear().await, Ok(json!({ "type": "pong", "payload": { "a": 1 } })));
}

#[tokio::test]
async fn a_token_signs_a_socket_in_under_a_key_of_any_case() {
    let hub = Hub::postgres().await;
    let streets = hub.streets().await;
    let secret = hub.secret(Actor::Coordinator { street: streets.street }, 1).await;
    let address = hub.listen(Settings::default()).await;
    let mut socket = Socket::begun(address, json!({ "AUTHORIZATION": format!("Bearer {secret}") })).await;
    let input = format!("{{ parentId: \"{}\", kind: COMMUNITY, name: \"向韶社区\" }}", streets.street);
    socket.ask("1", &format!("mutation {{ addArea(input: {input}) {{ area {{ name }} }} }}")).await;
    assert_eq!(socket.hear().await.unwrap()["payload"]["data"]["addArea"]["area"]["name"], "向韶社区");
    let mut other = Socket::open(address, "graphql-transport-ws").await.unwrap();
    other.say(json!({ "type": "connection_init", "payload": { "authorization": "Bearer gjh_no" } })).await;
    assert_eq!(other.hear().await, Err(4403));
}

both!(changes_come_over_a_socket_until_the_client_has_enough, |hub| {
    let streets = hub.streets().await;
    let secret = hub.secret(Actor::Coordinator { street: streets.street }, 1).await;
    let address = hub.listen(Settings::default()).await;
    let mut socket = Socket::begun(address, json!({ "authorization": format!("Bearer {secret}") })).await;
    let (street, after) = (streets.street, hub.now().await);
    let follow = format!(
        "subscription {{ needChanged(areaId: \"{street}\", after: \"{after}\") {{ need {{ title }} }} }}"
    );
    socket.ask("1", &follow).await;
    add_need(&hub.store, streets.community, "反诈讲座").await;
    let next = socket.hear().await.unwrap();
    assert_eq!((&next["type"], &next["id"]), (&json!("next"), &json!("1")));
    assert_eq!(next["payload"]["data"]["needChanged"]["need"]["title"], "反诈讲座");
    socket.say(json!({ "id": "1", "type": "complete" })).await;
    add_need(&hub.store, streets.community, "不再有人听").await;
    socket.ask("1", "{ __typename }").await;
    assert_eq!(
        socket.hear().await.unwrap()["payload"]["data"]["__typename"],
        "Query",
        "the id is free again"
    );
    assert_eq!(socket.hear().await, Ok(json!({ "type": "complete", "id": "1" })));
    socket.ask("2", &follow).await;
    socket.ask("2", &follow).await;
    let mut heard = socket.hear().await;
    while heard.as_ref().is_ok_and(|message| message["type"] == "next") {
        heard = socket.hear().await;
    }
    assert_eq!(heard, Err(4409));
});

#[tokio::test]
async fn whoever_breaks_the_protocol_is_told_by_its_codes() {
    let hub = Hub::sqlite().await;
    let address = hub.listen(Settings::default()).await;
    let opened = || async { Socket::open(address, "graphql-transport-ws").await.unwrap() };
    let mut early = opened().await;
    early.ask("1", "{ __typename }").await;
    assert_eq!(early.hear().await, Err(4401));
    let mut garbled = opened().await;
    garbled.say(json!({ "type": "start" })).await;
    assert_eq!(garbled.hear().await, Err(4400));
    let mut twice = Socket::begun(address, json!({})).await;
    twice.say(json!({ "type": "connection_init" })).await;
    assert_eq!(twice.hear().await, Err(4429));
    let impatient = hub.listen(Settings { init_seconds: 0, ..Settings::default() }).await;
    let mut silent = Socket::open(impatient, "graphql-transport-ws").await.unwrap();
    assert_eq!(silent.hear().await, Err(4408));
    let mut other = Socket::open_with(address, &[]).await.unwrap();
    assert_eq!(other.hear().await, Err(4406));
    let mut halves = opened().await;
    halves.say(json!({ "type": "subscribe", "id": "1", "payload": 3 })).await;
    assert_eq!(halves.hear().await, Err(4401), "nothing is looked at before the client has signed in");
    for wrong in [
        json!({ "type": "connection_init", "payload": "x" }),
        json!({ "type": "subscribe" }),
        json!({ "type": "complete" }),
        json!([]),
    ] {
        let mut socket = opened().await;
        socket.say(wrong.clone()).await;
        assert_eq!(socket.hear().await, Err(4400), "{wrong}");
    }
    let mut bytes = opened().await;
    bytes.0.send(Message::binary(vec![1, 2, 3])).await.unwrap();
    assert_eq!(bytes.hear().await, Err(4400));
    let mut empty = Socket::begun(address, json!({})).await;
    empty.say(json!({ "type": "subscribe", "id": "1", "payload": { "variables": {} } })).await;
    assert_eq!(empty.hear().await, Err(4400));
}

#[tokio::test]
async fn operations_on_a_socket_and_the_size_of_messages_are_limited() {
    let hub = Hub::sqlite().await;
    let settings = Settings { streams: 0, message_bytes: 1_000, ..Settings::default() };
    let address = hub.listen(settings).await;
    let mut socket = Socket::begun(address, json!({})).await;
    socket.ask("1", "{ __typename }").await;
    let error = socket.hear().await.unwrap();
    assert_eq!(
        (&error["type"], &error["payload"][0]["extensions"]["limit"]),
        (&json!("error"), &json!("streams"))
    );
    socket.ask("2", &"x".repeat(2_000)).await;
    assert_eq!(socket.hear().await, Err(1009));
}

both!(a_token_that_ends_ends_what_it_follows, |hub| {
    let streets = hub.streets().await;
    let address = hub.listen(Settings { heartbeat_seconds: 1, ..Settings::default() }).await;
    let street = streets.street;
    let follow = format!("subscription {{ needChanged(areaId: \"{street}\") {{ need {{ title }} }} }}");
    let signed_in = async |days: i64| {
        let secret = hub.secret(Actor::Coordinator { street }, days).await;
        let mut socket = Socket::begun(address, json!({ "authorization": format!("Bearer {secret}") })).await;
        socket.ask("1", &follow).await;
        socket
    };
    let (mut expired, mut revoked) = (signed_in(1).await, signed_in(9).await);
    let mut tx = hub.store.begin(&crate::hub::administrator()).await.unwrap();
    let newest = token::all(&mut tx).await.unwrap().remove(0);
    token::revoke(&mut tx, newest.id).await.unwrap();
    tx.commit().await.unwrap();
    add_need(&hub.store, streets.community, "反诈讲座").await;
    let quiet = async |socket: &mut Socket| {
        let mut heard = socket.hear().await;
        while heard.as_ref().is_ok_and(|message| message["type"] == "ping") {
            socket.say(json!({ "type": "pong" })).await;
            heard = socket.hear().await;
        }
        heard
    };
    assert_eq!(quiet(&mut revoked).await, Err(4403), "what happens after the revocation is not told");
    hub.store.clock.advance(TimeDelta::days(1));
    let mut heard = quiet(&mut expired).await;
    while heard.as_ref().is_ok_and(|message| message["type"] == "next") {
        heard = quiet(&mut expired).await;
    }
    assert_eq!(heard, Err(4403));
});

#[tokio::test]
async fn sockets_that_flood_or_are_dead_or_want_nothing_are_closed() {
    let hub = Hub::sqlite().await;
    let settings = Settings { messages_per_second: 20, ..Settings::default() };
    let mut flood = Socket::begun(hub.listen(settings).await, json!({})).await;
    for _ in 0..40 {
        flood.say(json!({ "type": "ping" })).await;
    }
    let mut heard = flood.hear().await;
    while heard.as_ref().is_ok_and(|message| message["type"] == "pong") {
        heard = flood.hear().await;
    }
    assert_eq!(heard, Err(1008));
    let settings = Settings { heartbeat_seconds: 1, ..Settings::default() };
    let mut dead = Socket::begun(hub.listen(settings).await, json!({})).await;
    assert_eq!(dead.hear().await, Ok(json!({ "type": "ping" })));
    assert_eq!(dead.hear().await, Err(1001));
    let settings = Settings { heartbeat_seconds: 1, idle_seconds: 0, ..Settings::default() };
    let mut idle = Socket::begun(hub.listen(settings).await, json!({})).await;
    assert_eq!(idle.hear().await, Err(1000));
}

#[tokio::test]
async fn pages_of_strange_sites_get_no_socket() {
    let hub = Hub::sqlite().await;
    let settings = Settings { origins: vec!["https://portal.example".into()], ..Settings::default() };
    let address = hub.listen(settings).await;
    let from = async |origin: &str| {
        let headers = [("sec-websocket-protocol", "graphql-transport-ws"), ("origin", origin)];
        Socket::open_with(address, &headers).await.err()
    };
    assert_eq!(from("https://evil.example").await, Some(403));
    assert_eq!(from("null").await, Some(403));
    assert_eq!(from("https://portal.example.evil.example").await, Some(403));
    assert_eq!(from("https://portal.example").await, None);
    assert_eq!(from(&format!("http://{address}")).await, None, "its own pages");
}

#[tokio::test]
async fn a_hub_that_stops_says_goodbye() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}/new/folder/hub.db", folder.path().display());
    let flags = Flags { database_url: Some(url), ..Flags::default() };
    let app = App::open(Config::load(None, [], &flags).unwrap(), Clock::system()).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(app.serve(listener, async { stopped.await.unwrap() }));
    let mut socket = Socket::begun(address, json!({})).await;
    stop.send(()).unwrap();
    assert_eq!(socket.hear().await, Err(1001));
    serving.await.unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

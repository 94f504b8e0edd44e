//! `/graphql/ws`: operations over one socket by the protocol `graphql-transport-ws`.

mod session;

use super::answer::Failure;
use super::{Served, auth, lang, whence};
use axum::extract::State;
use axum::extract::ws::{
    CloseFrame, Message, WebSocket, WebSocketUpgrade, rejection::WebSocketUpgradeRejection,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use session::{End, Session};

const PROTOCOL: &str = "graphql-transport-ws";

/// Turns a request into a socket.
pub async fn upgrade(
    State(served): State<Served>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let lang = lang(&headers);
    let refused = Failure::new(
        StatusCode::BAD_REQUEST,
        "BAD_REQUEST",
        lang.pick(
            "这里只接受子协议为 graphql-transport-ws 的 WebSocket 连接。",
            "Only WebSocket connections with the subprotocol graphql-transport-ws are taken here.",
        ),
    );
    let Ok(upgrade) = upgrade else { return refused.into_response() };
    let upgrade = upgrade.protocols([PROTOCOL]).max_message_size(served.settings.message_bytes);
    if upgrade.selected_protocol().is_none() {
        return refused.into_response();
    }
    let served = whence::asked_from(served, &headers);
    let authorization = match auth::given(&headers) {
        Ok(given) => given,
        Err(failure) => return failure.into_response(),
    };
    upgrade.on_upgrade(move |socket| serve(socket, served, lang, authorization))
}

async fn serve(
    mut socket: WebSocket,
    served: Served,
    lang: crate::domain::text::Lang,
    authorization: Option<String>,
) {
    let _counted = Counted::new();
    let Err(end) = Session::run(&mut socket, served, lang, authorization).await;
    if let End::Told(code, reason) = end {
        // The other side may be gone already.
        let _ = socket.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await;
    }
}

/// Counts a socket for as long as it lives.
struct Counted;

impl Counted {
    fn new() -> Self {
        metrics::gauge!("gongjian_sockets").increment(1.0);
        Self
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        metrics::gauge!("gongjian_sockets").decrement(1.0);
    }
}

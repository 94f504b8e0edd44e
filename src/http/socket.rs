//! `/graphql/ws`: operations over one socket by the protocol `graphql-transport-ws`.

mod message;
mod session;

use super::answer::Failure;
use super::server::Place;
use super::{Served, auth, lang, whence};
use crate::domain::text::Lang;
use axum::Extension;
use axum::extract::State;
use axum::extract::ws::{
    CloseFrame, Message, WebSocket, WebSocketUpgrade, rejection::WebSocketUpgradeRejection,
};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use session::{End, Session};
use std::time::Duration;

const PROTOCOL: &str = "graphql-transport-ws";
/// What a socket reads at a time; the default would cost 128 KiB for each.
const READ_BYTES: usize = 4 << 10;
/// How long the other side may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(1);

/// Turns a request into a socket.
pub async fn upgrade(
    State(served): State<Served>,
    place: Option<Extension<Place>>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let lang = lang(&headers);
    let Ok(upgrade) = upgrade else {
        let message = lang.pick(
            "这里只接受子协议为 graphql-transport-ws 的 WebSocket 连接。",
            "Only WebSocket connections with the subprotocol graphql-transport-ws are taken here.",
        );
        let mut refused =
            Failure::new(StatusCode::UPGRADE_REQUIRED, "UPGRADE_REQUIRED", message).into_response();
        refused.headers_mut().insert(header::UPGRADE, header::HeaderValue::from_static("websocket"));
        return refused;
    };
    let most = served.settings.message_bytes;
    let upgrade = upgrade
        .protocols([PROTOCOL])
        .read_buffer_size(READ_BYTES)
        .max_message_size(most)
        .max_frame_size(most);
    let understood = upgrade.selected_protocol().is_some();
    let served = whence::asked_from(served, &headers);
    let given = match auth::given(&headers) {
        Ok(given) => given,
        Err(failure) => return failure.into_response(),
    };
    upgrade.on_upgrade(async move |mut socket| {
        let (_place, _counted) = (place, Counted::new());
        if understood {
            serve(socket, served, lang, given).await;
        } else {
            close(&mut socket, End::Told(4406, "Subprotocol not acceptable")).await;
        }
    })
}

async fn serve(mut socket: WebSocket, served: Served, lang: Lang, given: Option<String>) {
    let Err(end) = Session::run(&mut socket, served, lang, given).await;
    close(&mut socket, end).await;
}

/// Says goodbye, or answers the other side's, and waits a little until it has arrived: a socket that is dropped at once
/// can take its last words with it.
async fn close(socket: &mut WebSocket, end: End) {
    let goodbye = async {
        if let End::Told(code, reason) = end {
            // The other side may be gone already.
            let _ = socket.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await;
        }
        while let Some(Ok(_)) = socket.recv().await {}
    };
    let _ = tokio::time::timeout(GOODBYE, goodbye).await;
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

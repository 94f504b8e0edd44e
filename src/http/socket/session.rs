//! One socket from its first message to its last.

use crate::domain::text::Lang;
use crate::domain::viewer::Viewer;
use crate::graph::{self, Asked};
use crate::http::{Served, auth};
use async_graphql::{Request, Response};
use axum::extract::ws::{Message, WebSocket};
use futures_util::stream::{self, AbortHandle, Abortable, BoxStream, SelectAll, StreamExt as _};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior, interval, timeout};

/// Why a socket ends.
pub enum End {
    /// The other side went.
    Gone,
    /// We close it, with a code of the protocol and a reason.
    Told(u16, &'static str),
}

impl From<axum::Error> for End {
    fn from(_: axum::Error) -> Self {
        Self::Gone
    }
}

/// What a client says.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Said {
    ConnectionInit { payload: Option<Value> },
    Subscribe { id: String, payload: Box<Request> },
    Complete { id: String },
    Ping { payload: Option<Value> },
    Pong {},
}

/// The next response of an operation, its fields in the order in which they were asked for.
#[derive(Serialize)]
struct Next<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    payload: &'a Response,
}

/// What comes out of an operation: its next response, or its end.
type Item = (String, Option<Response>);

pub struct Session<'a> {
    socket: &'a mut WebSocket,
    served: Served,
    asked: Asked,
    running: SelectAll<BoxStream<'static, Item>>,
    handles: HashMap<String, AbortHandle>,
}

impl<'a> Session<'a> {
    /// Serves a socket until it ends.
    ///
    /// # Errors
    /// Always: the end is the only way out.
    pub async fn run(
        socket: &'a mut WebSocket,
        served: Served,
        lang: Lang,
        header: Option<String>,
    ) -> Result<Infallible, End> {
        let patience = Duration::from_secs(served.settings.init_seconds);
        let begun = timeout(patience, begin(socket)).await;
        let payload = begun.map_err(|_| End::Told(4408, "Connection initialisation timeout"))??;
        let authorization = payload.as_ref().and_then(authorization).or(header);
        let viewer = signed_in(&served, lang, authorization.as_deref()).await?;
        let asked = Asked { viewer, lang };
        send(socket, &json!({ "type": "connection_ack" })).await?;
        let (running, handles) = (SelectAll::new(), HashMap::new());
        Self { socket, served, asked, running, handles }.serve().await
    }

    async fn serve(mut self) -> Result<Infallible, End> {
        let mut beat = heartbeat(&self.served);
        let mut stopping = self.served.stopping.clone();
        loop {
            tokio::select! {
                said = listen(self.socket) => self.hear(said?).await?,
                Some((id, response)) = self.running.next() => self.tell(id, response).await?,
                _ = beat.tick() => self.beat().await?,
                () = stopped(&mut stopping) => return Err(End::Told(1001, "Going away")),
            }
        }
    }

    async fn hear(&mut self, said: Said) -> Result<(), End> {
        match said {
            Said::ConnectionInit { .. } => Err(End::Told(4429, "Too many initialisation requests")),
            Said::Ping { payload } => self.send(&pong(payload)).await,
            Said::Pong {} => Ok(()),
            Said::Complete { id } => {
                self.forget(&id);
                Ok(())
            }
            Said::Subscribe { id, .. } if self.handles.contains_key(&id) => {
                Err(End::Told(4409, "Subscriber for this id already exists"))
            }
            Said::Subscribe { id, payload } => self.subscribe(id, *payload).await,
        }
    }

    async fn subscribe(&mut self, id: String, request: Request) -> Result<(), End> {
        let most = self.served.settings.streams;
        if self.handles.len() >= most {
            let message = self.asked.lang.pick(
                format!("一个连接上最多同时运行{most}个操作（streams）。"),
                format!("At most {most} operations run on one socket (streams)."),
            );
            let extensions = json!({ "code": "LIMIT_REACHED", "limit": "streams", "value": most });
            let payload = json!([{ "message": message, "extensions": extensions }]);
            return self.send(&json!({ "id": id, "type": "error", "payload": payload })).await;
        }
        let (handle, registration) = AbortHandle::new_pair();
        let named = id.clone();
        let responses = graph::stream(&self.served.schema, &self.served.store, self.asked.clone(), request)
            .map(Some)
            .chain(stream::once(async { None }))
            .map(move |response| (named.clone(), response));
        self.running.push(Abortable::new(responses, registration).boxed());
        self.handles.insert(id, handle);
        Ok(())
    }

    async fn tell(&mut self, id: String, response: Option<Response>) -> Result<(), End> {
        match response {
            // What had come before the client's own "complete" is not for anybody any more.
            _ if !self.handles.contains_key(&id) => Ok(()),
            None => {
                self.forget(&id);
                self.send(&json!({ "id": id, "type": "complete" })).await
            }
            Some(response) if is_refused(&response) => {
                self.forget(&id);
                self.send(&json!({ "id": id, "type": "error", "payload": response.errors })).await
            }
            Some(response) => self.send(&Next { id: &id, kind: "next", payload: &response }).await,
        }
    }

    fn forget(&mut self, id: &str) {
        if let Some(handle) = self.handles.remove(id) {
            handle.abort();
        }
    }

    /// Calls the client, so that a dead one is found out, and lets nobody stay whose token has ended.
    async fn beat(&mut self) -> Result<(), End> {
        if !auth::still_valid(&self.served.store, &self.asked.viewer).await {
            return Err(End::Told(4403, "Forbidden"));
        }
        self.send(&json!({ "type": "ping" })).await
    }

    async fn send(&mut self, message: &impl Serialize) -> Result<(), End> {
        send(self.socket, message).await
    }
}

/// Waits for the first message, which may have pings before it.
async fn begin(socket: &mut WebSocket) -> Result<Option<Value>, End> {
    loop {
        match listen(socket).await? {
            Said::ConnectionInit { payload } => return Ok(payload),
            Said::Ping { payload } => send(socket, &pong(payload)).await?,
            Said::Pong {} | Said::Complete { .. } => {}
            Said::Subscribe { .. } => return Err(End::Told(4401, "Unauthorized")),
        }
    }
}

/// The token that a client signs in with, under a key of any case.
fn authorization(payload: &Value) -> Option<String> {
    let fields = payload.as_object()?;
    let (_, value) = fields.iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization"))?;
    value.as_str().map(ToOwned::to_owned)
}

async fn signed_in(served: &Served, lang: Lang, authorization: Option<&str>) -> Result<Viewer, End> {
    auth::viewer(&served.store, lang, authorization).await.map_err(|_| End::Told(4403, "Forbidden"))
}

async fn listen(socket: &mut WebSocket) -> Result<Said, End> {
    loop {
        match socket.recv().await {
            Some(Ok(Message::Text(text))) => {
                return serde_json::from_str(&text).map_err(|_| End::Told(4400, "Invalid message"));
            }
            Some(Ok(Message::Binary(_))) => return Err(End::Told(4400, "Invalid message")),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(End::Gone),
        }
    }
}

async fn send(socket: &mut WebSocket, message: &impl Serialize) -> Result<(), End> {
    let text = serde_json::to_string(message).unwrap_or_default();
    Ok(socket.send(Message::Text(text.into())).await?)
}

fn pong(payload: Option<Value>) -> Value {
    match payload {
        Some(payload) => json!({ "type": "pong", "payload": payload }),
        None => json!({ "type": "pong" }),
    }
}

/// Whether the operation could not be run at all.
fn is_refused(response: &Response) -> bool {
    !response.errors.is_empty()
        && response.data == async_graphql::Value::Null
        && response.errors.iter().all(|error| error.path.is_empty())
}

fn heartbeat(served: &Served) -> Interval {
    let mut beat = interval(Duration::from_secs(served.settings.heartbeat_seconds.max(1)));
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    beat.reset();
    beat
}

/// Waits until the hub is about to stop.
async fn stopped(stopping: &mut watch::Receiver<bool>) {
    if stopping.wait_for(|stopping| *stopping).await.is_err() {
        std::future::pending::<()>().await;
    }
}

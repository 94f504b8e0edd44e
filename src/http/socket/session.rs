//! One socket from its first message to its last.

use super::super::answer::{beyond, is_refused};
use super::super::caller::Caller;
use super::super::params::Params;
use super::super::running::{NotBegun, Running};
use super::super::{Served, Settings, beat, stopped};
use super::message::{Next, Said, pong};
use crate::domain::text::Lang;
use async_graphql::{Request, Response};
use axum::extract::ws::{Message, WebSocket};
use serde::Serialize;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// Why a socket ends.
pub enum End {
    /// The other side went.
    Gone,
    /// We close it, with a code of the protocol and a reason.
    Told(u16, &'static str),
}

impl From<axum::Error> for End {
    fn from(error: axum::Error) -> Self {
        match error.into_inner().downcast_ref() {
            Some(tungstenite::Error::Capacity(_)) => Self::Told(1009, "Message too big"),
            _ => Self::Gone,
        }
    }
}

/// What is known of a socket that has signed in.
pub struct Session<'a> {
    socket: &'a mut WebSocket,
    served: Served,
    caller: Caller,
    running: Running,
    pace: Pace,
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
        given: Option<String>,
    ) -> Result<Infallible, End> {
        let mut pace = Pace::new(&served.settings);
        let patience = Duration::from_secs(served.settings.init_seconds);
        let begun = timeout(patience, begin(socket, &mut pace)).await;
        let payload = begun.map_err(|_| End::Told(4408, "Connection initialisation timeout"))??;
        let authorization = payload.as_ref().and_then(authorization).or(given);
        let caller = Caller::new(&served, lang, authorization.as_deref()).await;
        let caller = caller.map_err(|_| End::Told(4403, "Forbidden"))?;
        send(socket, &json!({ "type": "connection_ack" })).await?;
        let running = Running::new(served.settings.streams);
        Self { socket, served, caller, running, pace }.serve().await
    }

    async fn serve(mut self) -> Result<Infallible, End> {
        let mut beat = beat(&self.served.settings);
        let mut stopping = self.served.stopping.clone();
        loop {
            tokio::select! {
                said = listen(self.socket, &mut self.pace) => self.hear(said?).await?,
                (id, answer) = self.running.next() => self.tell(id, answer).await?,
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
                self.running.end(&id);
                Ok(())
            }
            Said::Subscribe { id, payload } => self.subscribe(id, payload).await,
        }
    }

    async fn subscribe(&mut self, id: String, payload: Value) -> Result<(), End> {
        let request = Params::from_json(payload).and_then(|params| self.caller.request(params));
        let request: Result<Request, Response> = request.map_err(|_| End::Told(4400, "Invalid message"))?;
        self.require_welcome().await?;
        self.pace.operation = Instant::now();
        match (self.running.room(&id), request) {
            (Err(NotBegun::Taken), _) => Err(End::Told(4409, "Subscriber for this id already exists")),
            (Err(NotBegun::TooMany(most)), _) => {
                let (zh, en) = ("一个连接上同时运行的操作过多", "Too many operations on one connection");
                let error = beyond(self.caller.lang(), "streams", most, zh, en);
                self.send(&json!({ "id": id, "type": "error", "payload": [error] })).await
            }
            (Ok(()), Err(refused)) => {
                self.send(&json!({ "id": id, "type": "error", "payload": refused.errors })).await
            }
            (Ok(()), Ok(request)) => {
                self.running.begin(&id, self.caller.stream(request));
                Ok(())
            }
        }
    }

    async fn tell(&mut self, id: String, answer: Option<Response>) -> Result<(), End> {
        match answer {
            None => self.send(&json!({ "id": id, "type": "complete" })).await,
            Some(answer) if is_refused(&answer) => {
                self.running.end(&id);
                self.send(&json!({ "id": id, "type": "error", "payload": answer.errors })).await
            }
            Some(answer) => {
                self.require_welcome().await?;
                self.send(&Next { id: &id, kind: "next", payload: &answer }).await
            }
        }
    }

    /// Lets nobody hear or do anything more whose token has ended.
    async fn require_welcome(&mut self) -> Result<(), End> {
        if self.caller.is_still_welcome().await {
            return Ok(());
        }
        Err(End::Told(4403, "The token has expired or was revoked"))
    }

    /// Calls the client, and lets those go that have not answered since, or want nothing.
    async fn beat(&mut self) -> Result<(), End> {
        self.require_welcome().await?;
        let settings = &self.served.settings;
        let idle = self.pace.operation.elapsed() >= Duration::from_secs(settings.idle_seconds);
        if !self.running.is_empty() {
            self.pace.operation = Instant::now();
        } else if idle {
            return Err(End::Told(1000, "Nothing runs here"));
        }
        if std::mem::replace(&mut self.pace.called, true) {
            return Err(End::Told(1001, "No answer to a ping"));
        }
        self.send(&json!({ "type": "ping" })).await
    }

    async fn send(&mut self, message: &impl Serialize) -> Result<(), End> {
        send(self.socket, message).await
    }
}

/// How busy a socket is.
struct Pace {
    most: u32,
    window: Instant,
    heard: u32,
    /// Whether it was called and has said nothing since.
    called: bool,
    /// When it last ran or began an operation.
    operation: Instant,
}

impl Pace {
    fn new(settings: &Settings) -> Self {
        let now = Instant::now();
        Self { most: settings.messages_per_second, window: now, heard: 0, called: false, operation: now }
    }

    /// Counts a message of any kind.
    fn heard(&mut self) -> Result<(), End> {
        self.called = false;
        if self.window.elapsed() >= Duration::from_secs(1) {
            (self.window, self.heard) = (Instant::now(), 0);
        }
        self.heard += 1;
        if self.heard > self.most { Err(End::Told(1008, "Too many messages")) } else { Ok(()) }
    }
}

/// Waits for the first message, which may have pings before it.
async fn begin(socket: &mut WebSocket, pace: &mut Pace) -> Result<Option<Value>, End> {
    loop {
        match listen(socket, pace).await? {
            Said::ConnectionInit { payload } => return Ok(payload.map(Value::Object)),
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

async fn listen(socket: &mut WebSocket, pace: &mut Pace) -> Result<Said, End> {
    loop {
        let message = socket.recv().await.ok_or(End::Gone)??;
        pace.heard()?;
        match message {
            Message::Text(text) => {
                return serde_json::from_str(&text).map_err(|_| End::Told(4400, "Invalid message"));
            }
            Message::Binary(_) => return Err(End::Told(4400, "Invalid message")),
            Message::Ping(_) | Message::Pong(_) => {}
            Message::Close(_) => return Err(End::Gone),
        }
    }
}

async fn send(socket: &mut WebSocket, message: &impl Serialize) -> Result<(), End> {
    let text = serde_json::to_string(message).unwrap_or_default();
    Ok(socket.send(Message::Text(text.into())).await?)
}

//! One stream of events from its first operation to its last.

use super::super::answer::is_refused;
use super::super::caller::Caller;
use super::super::running::{NotBegun, Running};
use super::super::{Served, Settings, beat, stopped};
use super::tickets::Ticket;
use crate::domain::text::Lang;
use crate::graph::error::coded;
use async_graphql::{Request, Response};
use serde::Serialize;
use serde_json::json;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep};

/// Says nothing, so that nobody on the way takes the stream for dead.
const ALIVE: &str = ":\n\n";

/// What requests ask of a stream.
pub enum Command {
    /// Begin an operation.
    Begin {
        /// Its name.
        id: String,
        /// The request.
        request: Box<Request>,
        /// Whether it was begun.
        reply: oneshot::Sender<Begun>,
    },
    /// End one.
    End {
        /// Its name.
        id: String,
    },
}

/// Whether an operation was begun.
pub enum Begun {
    /// It was.
    Yes,
    /// Another one has its name.
    Taken,
    /// As many run as may.
    TooMany(usize),
}

/// A stream, and what runs on it.
pub struct Session {
    caller: Caller,
    running: Running,
    tell: mpsc::Sender<String>,
    /// What waits for the client to read on: the answer of one operation, never more.
    waiting: VecDeque<String>,
    /// Whether answers carry the names of their operations.
    named: bool,
    settings: Arc<Settings>,
    stopping: watch::Receiver<bool>,
}

/// An answer and the name of its operation.
#[derive(Serialize)]
struct Named<'a> {
    id: &'a str,
    payload: &'a Response,
}

impl Session {
    /// A stream whose events go to `tell`.
    pub fn new(served: &Served, caller: Caller, tell: mpsc::Sender<String>) -> Self {
        let running = Running::new(served.settings.streams);
        let (settings, stopping) = (served.settings.clone(), served.stopping.clone());
        Self { caller, running, tell, waiting: VecDeque::new(), named: true, settings, stopping }
    }

    /// Serves one operation, and ends with it.
    pub async fn run_alone(mut self, request: Result<Request, Response>) {
        self.named = false;
        match request {
            Ok(request) => self.running.begin("", self.caller.stream(request)),
            Err(refused) => {
                self.next("", &refused);
                self.complete("");
            }
        }
        let (_none, commands) = mpsc::channel(1);
        self.serve(commands, std::future::pending(), |session| {
            session.running.is_empty() && session.waiting.is_empty()
        })
        .await;
    }

    /// Serves the operations of a ticket until the client goes, or never comes.
    pub async fn run(self, commands: mpsc::Receiver<Command>, ticket: &Ticket) {
        let missed = async {
            sleep(ticket.patience).await;
            if !ticket.is_unused() {
                std::future::pending::<()>().await;
            }
        };
        self.serve(commands, missed, |_| false).await;
    }

    async fn serve(
        mut self,
        mut commands: mpsc::Receiver<Command>,
        missed: impl Future<Output = ()>,
        over: impl Fn(&Self) -> bool,
    ) {
        let mut beat = beat(&self.settings);
        let mut stopping = self.stopping.clone();
        let tell = self.tell.clone();
        let mut busy = Instant::now();
        let idle = Duration::from_secs(self.settings.idle_seconds);
        tokio::pin!(missed);
        while !over(&self) {
            tokio::select! {
                Some(command) = commands.recv() => {
                    busy = Instant::now();
                    if !self.obey(command).await {
                        return self.dismiss().await;
                    }
                }
                room = tell.reserve(), if !self.waiting.is_empty() => {
                    let (Ok(room), Some(event)) = (room, self.waiting.pop_front()) else { return };
                    room.send(event);
                }
                (id, answer) = self.running.next(), if self.waiting.is_empty() => {
                    if !self.caller.is_still_welcome().await {
                        self.running.end(&id);
                        self.forbid(&id);
                        return self.dismiss().await;
                    }
                    self.take(&id, answer);
                }
                _ = beat.tick() => {
                    if !self.running.is_empty() {
                        busy = Instant::now();
                    } else if busy.elapsed() >= idle {
                        return;
                    }
                    if !self.caller.is_still_welcome().await {
                        return self.dismiss().await;
                    }
                    if self.waiting.is_empty() {
                        self.waiting.push_back(ALIVE.to_owned());
                    }
                }
                () = &mut missed => return,
                () = stopped(&mut stopping) => return,
                () = tell.closed() => return,
            }
        }
    }

    /// Does what a request asks for, unless its caller is not welcome any more.
    async fn obey(&mut self, command: Command) -> bool {
        match command {
            Command::End { id } => self.running.end(&id),
            Command::Begin { id, request, reply } => {
                if !self.caller.is_still_welcome().await {
                    return false;
                }
                let begun = match self.running.room(&id) {
                    Ok(()) => {
                        self.running.begin(&id, self.caller.stream(*request));
                        Begun::Yes
                    }
                    Err(NotBegun::Taken) => Begun::Taken,
                    Err(NotBegun::TooMany(most)) => Begun::TooMany(most),
                };
                // Where the request was given up, its operation runs on: the client knows its name.
                let _ = reply.send(begun);
            }
        }
        true
    }

    fn take(&mut self, id: &str, answer: Option<Response>) {
        match answer {
            None => self.complete(id),
            Some(answer) => {
                self.next(id, &answer);
                if is_refused(&answer) {
                    self.running.end(id);
                    self.complete(id);
                }
            }
        }
    }

    /// Ends every operation of somebody whose token has ended, and says why.
    async fn dismiss(mut self) {
        for id in self.running.ids() {
            self.forbid(&id);
        }
        let patience = Duration::from_secs(self.settings.stall_seconds);
        let told = async {
            for event in self.waiting {
                if self.tell.send(event).await.is_err() {
                    return;
                }
            }
        };
        let _ = tokio::time::timeout(patience, told).await;
    }

    fn forbid(&mut self, id: &str) {
        self.next(id, &Response::from_errors(vec![forbidden(self.caller.lang())]));
        self.complete(id);
    }

    fn next(&mut self, id: &str, payload: &Response) {
        let data = if self.named {
            serde_json::to_string(&Named { id, payload })
        } else {
            serde_json::to_string(payload)
        };
        self.waiting.push_back(event("next", &data.unwrap_or_default()));
    }

    fn complete(&mut self, id: &str) {
        let data = if self.named { json!({ "id": id }).to_string() } else { String::new() };
        self.waiting.push_back(event("complete", &data));
    }
}

/// JSON has no line breaks of its own. An event without any data would not be told by browsers' own event sources.
fn event(kind: &str, data: &str) -> String {
    format!("event: {kind}\ndata: {data}\n\n")
}

fn forbidden(lang: Lang) -> async_graphql::ServerError {
    let message = lang.pick(
        "令牌已过期或已撤销，订阅到此为止。请换用新令牌后重新订阅。",
        "The token has expired or was revoked, which ends this subscription. Subscribe again with a new one.",
    );
    coded("UNAUTHENTICATED", message)
}

//! Streams that were asked for, by their tickets. A ticket is good at the hub that gave it out.

use super::super::Settings;
use super::super::caller::Caller;
use super::session::{Begun, Command};
use async_graphql::Request;
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// All the streams of this process that have a ticket.
#[derive(Default)]
pub struct Tickets(Mutex<HashMap<String, Arc<Ticket>>>);

/// A stream that was asked for.
pub struct Ticket {
    /// Whoever asked for it.
    pub caller: Caller,
    /// How long it may take to be opened.
    pub patience: Duration,
    command: mpsc::Sender<Command>,
    events: Mutex<Option<mpsc::Receiver<String>>>,
}

impl Tickets {
    /// A ticket for somebody; `None` where there are as many as may be, or no randomness.
    pub(super) fn issue(
        &self,
        settings: &Settings,
        caller: &Caller,
        command: mpsc::Sender<Command>,
        events: mpsc::Receiver<String>,
    ) -> Option<(String, Arc<Ticket>)> {
        let ticket = Arc::new(Ticket {
            caller: caller.clone(),
            patience: Duration::from_secs(settings.init_seconds),
            command,
            events: Mutex::new(Some(events)),
        });
        let name = name()?;
        let mut tickets = lock(&self.0);
        if tickets.len() >= usize::from(settings.connections) {
            return None;
        }
        tickets.insert(name.clone(), ticket.clone());
        Some((name, ticket))
    }

    /// The stream with this ticket.
    pub(super) fn find(&self, name: &str) -> Option<Arc<Ticket>> {
        lock(&self.0).get(name).cloned()
    }

    /// Makes a ticket void.
    pub(super) fn take_back(&self, name: &str) {
        lock(&self.0).remove(name);
    }
}

impl Ticket {
    /// What comes through the stream; it is opened once.
    pub fn open(&self) -> Option<mpsc::Receiver<String>> {
        lock(&self.events).take()
    }

    /// Whether it was never opened.
    pub fn is_unused(&self) -> bool {
        lock(&self.events).is_some()
    }

    /// Begins an operation; `None` where the stream has ended.
    pub async fn begin(&self, id: String, request: Request) -> Option<Begun> {
        let (reply, answer) = oneshot::channel();
        self.command.send(Command::Begin { id, request: Box::new(request), reply }).await.ok()?;
        answer.await.ok()
    }

    /// Ends an operation, where it runs.
    pub async fn end(&self, id: String) {
        // A stream that has ended has ended its operations.
        let _ = self.command.send(Command::End { id }).await;
    }
}

/// A name that nobody guesses.
fn name() -> Option<String> {
    let mut bytes = [0; 24];
    getrandom::fill(&mut bytes).ok()?;
    Some(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

/// Nothing is half done under these locks.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

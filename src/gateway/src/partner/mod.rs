//! Calls of partner units' graphs. A partner's failure stays its own: each has its own connections, as many calls at once as
//! it may have and no more, a time and a size that its answers keep to, and a circuit that opens where it keeps failing.

mod circuit;
mod figures;
mod guard;
mod http;
mod trouble;

pub use circuit::State;
pub use figures::Figures;
pub use guard::Guard;
pub use trouble::Trouble;

use bytes::Bytes;
use circuit::Circuit;
use figures::Counts;
use gongjian_hub::domain::text::Lang;
use hive_router::DashMap;
use reqwest::Client;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// What is borne with from one partner.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// How long a partner may take for an answer, waiting for its turn included.
    pub patience: Duration,
    /// Bytes of one answer.
    pub bytes: usize,
    /// Calls of one partner at the same time; others wait.
    pub calls: usize,
    /// Failures one after the other until the circuit opens.
    pub failures: u32,
    /// For how long it stays open at first; each time that the trial fails it is twice as long, up to a minute.
    pub pause: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            patience: Duration::from_secs(3),
            bytes: 2 << 20,
            calls: 32,
            failures: 5,
            pause: Duration::from_secs(2),
        }
    }
}

/// One call.
pub struct Call {
    /// What is asked, in JSON.
    pub body: Bytes,
    /// Who asks, as the partner is told.
    pub authorization: String,
    /// In which language.
    pub lang: Lang,
    /// Whether it may be made again.
    pub again: bool,
    /// Bytes that are left for the answer.
    pub room: usize,
}

/// All partners that were ever called since the start.
pub struct Partners {
    settings: Settings,
    guard: Guard,
    known: DashMap<(String, String), Arc<Partner>>,
}

impl Partners {
    /// None yet.
    #[must_use]
    pub fn new(settings: Settings, guard: Guard) -> Self {
        Self { settings, guard, known: DashMap::new() }
    }

    /// The partner of a name at an address.
    pub fn get(&self, name: &str, address: &::http::Uri) -> Arc<Partner> {
        let key = (name.to_owned(), address.to_string());
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let new = || Arc::new(Partner::new(name, &key.1, self.settings, &self.guard));
        self.known.entry(key.clone()).or_insert_with(new).clone()
    }

    /// Forgets those that are no part of the graph any more.
    pub fn keep(&self, still: impl Fn(&str, &str) -> bool) {
        self.known.retain(|(name, address), _| still(name, address));
    }

    /// How each does.
    #[must_use]
    pub fn figures(&self) -> Vec<(String, Figures)> {
        self.known.iter().map(|partner| (partner.name.clone(), partner.figures())).collect()
    }
}

/// One partner at one address.
pub struct Partner {
    name: String,
    /// The address, or why it cannot be called.
    target: Result<(Client, reqwest::Url), Trouble>,
    settings: Settings,
    turns: Semaphore,
    circuit: Circuit,
    counts: Counts,
}

impl Partner {
    fn new(name: &str, address: &str, settings: Settings, guard: &Guard) -> Self {
        Self {
            name: name.to_owned(),
            target: http::client(address, settings, guard),
            settings,
            turns: Semaphore::new(settings.calls),
            circuit: Circuit::new(settings.failures, settings.pause),
            counts: Counts::default(),
        }
    }

    /// Asks the partner, and reads what it answers.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn call<T>(
        &self,
        call: Call,
        read: impl FnOnce(Bytes) -> Result<T, Trouble> + Send,
    ) -> Result<T, Trouble> {
        let (client, url) = self.target.as_ref().map_err(|trouble| *trouble)?;
        let (begun, patience) = (Instant::now(), self.settings.patience);
        let trial = self.circuit.enter()?;
        let room = self.settings.bytes.min(call.room);
        let work = async {
            let _turn = self.turns.acquire().await.map_err(|_| Trouble::Paused)?;
            match http::ask(client, url, &call, room).await {
                Err(trouble) if call.again && trouble.may_pass() => http::ask(client, url, &call, room).await,
                answer => answer,
            }
        };
        let answer = tokio::time::timeout(patience, work).await.unwrap_or(Err(Trouble::Late));
        let answer = answer.and_then(read);
        let trouble = answer.as_ref().err().copied();
        trial.over(!trouble.is_some_and(Trouble::is_the_partners));
        self.counts.called(&self.name, begun.elapsed(), trouble);
        answer
    }

    fn figures(&self) -> Figures {
        self.counts.figures(self.circuit.state())
    }
}

//! How a partner does: counted for the metrics, and kept for the last calls.

use super::{State, Trouble};
use chrono::{DateTime, Utc};
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What is looked back on.
const WINDOW: Duration = Duration::from_mins(1);
/// Calls that are kept at most.
const KEPT: usize = 1_024;

/// How a partner did within the last minute.
#[derive(Debug, Clone)]
pub struct Figures {
    /// Whether it is called at all.
    pub state: State,
    /// Calls.
    pub requests: i64,
    /// Those that failed.
    pub failures: i64,
    /// Half of the calls took no longer.
    pub p50_millis: i64,
    /// All but one of a hundred took no longer.
    pub p99_millis: i64,
    /// The last failure of all, and when it was.
    pub last_failure: Option<(Trouble, DateTime<Utc>)>,
}

#[derive(Default)]
pub(super) struct Counts(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    calls: VecDeque<(Instant, Duration, bool)>,
    last: Option<(Trouble, DateTime<Utc>)>,
}

impl Counts {
    /// Counts a call.
    pub fn called(&self, name: &str, took: Duration, trouble: Option<Trouble>) {
        let outcome = trouble.map_or("OK", Trouble::code);
        metrics::counter!("gongjian_partner_requests_total", "partner" => name.to_owned(), "outcome" => outcome)
            .increment(1);
        metrics::histogram!("gongjian_partner_seconds", "partner" => name.to_owned()).record(took);
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if inner.calls.len() >= KEPT {
            inner.calls.pop_front();
        }
        inner.calls.push_back((Instant::now(), took, trouble.is_some()));
        if let Some(trouble) = trouble {
            inner.last = Some((trouble, now()));
        }
    }

    pub fn figures(&self, state: State) -> Figures {
        let inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lately = inner.calls.iter().filter(|(at, ..)| at.elapsed() < WINDOW);
        let mut took: Vec<Duration> = Vec::new();
        let mut failures = 0;
        for (_, duration, failed) in lately {
            took.push(*duration);
            failures += i64::from(*failed);
        }
        took.sort_unstable();
        let at = |share: usize| {
            let place = (took.len().saturating_sub(1)) * share / 100;
            took.get(place).and_then(|took| i64::try_from(took.as_millis()).ok()).unwrap_or_default()
        };
        Figures {
            state,
            requests: i64::try_from(took.len()).unwrap_or(i64::MAX),
            failures,
            p50_millis: at(50),
            p99_millis: at(99),
            last_failure: inner.last,
        }
    }
}

fn now() -> DateTime<Utc> {
    gongjian_hub::clock::Clock::system().now()
}

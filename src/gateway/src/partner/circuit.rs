//! Leaves a partner alone that keeps failing: open after so many failures, then one call for a trial.

use super::Trouble;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The longest pause.
const LONGEST: Duration = Duration::from_mins(1);

/// How a circuit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// All calls go through.
    Closed,
    /// None does.
    Open,
    /// One does, for a trial.
    HalfOpen,
}

struct Inner {
    failures: u32,
    pause: Duration,
    /// Until when it is open.
    until: Option<Instant>,
    on_trial: bool,
}

pub(super) struct Circuit {
    most: u32,
    first: Duration,
    inner: Mutex<Inner>,
}

/// A call that was let through.
pub(super) struct Passing<'a> {
    circuit: &'a Circuit,
    told: bool,
}

impl Circuit {
    pub fn new(most: u32, first: Duration) -> Self {
        let inner = Inner { failures: 0, pause: first, until: None, on_trial: false };
        Self { most: most.max(1), first, inner: Mutex::new(inner) }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a call through, or not.
    pub fn enter(&self) -> Result<Passing<'_>, Trouble> {
        let mut inner = self.inner();
        match inner.until {
            Some(until) if inner.on_trial || Instant::now() < until => return Err(Trouble::Paused),
            Some(_) => inner.on_trial = true,
            None => {}
        }
        Ok(Passing { circuit: self, told: false })
    }

    /// Counts a failure.
    pub fn fail(&self) {
        let mut inner = self.inner();
        inner.failures = inner.failures.saturating_add(1);
        if inner.on_trial || inner.failures >= self.most {
            if inner.on_trial {
                inner.pause = (inner.pause * 2).min(LONGEST);
            }
            inner.until = Some(Instant::now() + inner.pause);
            inner.on_trial = false;
        }
    }

    fn succeed(&self) {
        let mut inner = self.inner();
        *inner = Inner { failures: 0, pause: self.first, until: None, on_trial: false };
    }

    pub fn state(&self) -> State {
        let inner = self.inner();
        match inner.until {
            None => State::Closed,
            Some(until) if Instant::now() < until => State::Open,
            Some(_) => State::HalfOpen,
        }
    }
}

impl Passing<'_> {
    pub fn over(mut self, well: bool) {
        self.told = true;
        if well { self.circuit.succeed() } else { self.circuit.fail() }
    }
}

impl Drop for Passing<'_> {
    /// The client left before the answer: that says nothing, but the next call may be the trial.
    fn drop(&mut self) {
        if !self.told {
            self.circuit.inner().on_trial = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As if so many seconds went by.
    fn let_pass(circuit: &Circuit, seconds: u64) {
        let mut inner = circuit.inner();
        inner.until = inner.until.and_then(|until| until.checked_sub(Duration::from_secs(seconds)));
    }

    #[test]
    fn it_opens_after_failures_and_closes_after_a_good_trial() {
        let circuit = Circuit::new(2, Duration::from_secs(20));
        circuit.enter().unwrap().over(false);
        assert_eq!(circuit.state(), State::Closed);
        circuit.enter().unwrap().over(false);
        assert_eq!(circuit.state(), State::Open);
        assert_eq!(circuit.enter().err(), Some(Trouble::Paused));
        let_pass(&circuit, 25);
        let trial = circuit.enter().unwrap();
        assert_eq!(circuit.enter().err(), Some(Trouble::Paused), "one trial at a time");
        trial.over(true);
        assert_eq!(circuit.state(), State::Closed);
    }

    #[test]
    fn a_trial_that_fails_doubles_the_pause_and_one_that_is_left_makes_room() {
        let circuit = Circuit::new(1, Duration::from_secs(20));
        circuit.enter().unwrap().over(false);
        let_pass(&circuit, 25);
        drop(circuit.enter().unwrap());
        circuit.enter().unwrap().over(false);
        let_pass(&circuit, 25);
        assert!(circuit.enter().is_err(), "the pause is twice as long");
        let_pass(&circuit, 25);
        circuit.enter().unwrap().over(true);
    }
}

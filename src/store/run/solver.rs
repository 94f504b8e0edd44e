//! The solver, as the worker sees it: it is told to stop, tells how far it is, and is waited for elsewhere.

use crate::domain::refusal::Refusal;
use crate::matching::assign::{AssignError, Watch};
use crate::matching::settings::Settings;
use crate::matching::solve::{self, Matching, Unsolved};
use crate::matching::world::World;
use std::ops::{ControlFlow, Range};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

/// Why there is no result.
#[derive(Debug)]
pub(super) enum NotSolved {
    /// What was supposed makes no sense in this world.
    Refused(Refusal),
    /// Our own fault.
    Unsolved(Unsolved),
}

impl From<Unsolved> for NotSolved {
    fn from(error: Unsolved) -> Self {
        Self::Unsolved(error)
    }
}

/// What the solver and whoever waits for it tell each other.
#[derive(Debug, Clone, Default)]
pub(super) struct Signals(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// In thousandths.
    progress: AtomicI64,
    stop: AtomicBool,
}

impl Signals {
    /// How far it is, in thousandths; all of it is told with the result only.
    pub(super) fn progress(&self) -> i64 {
        self.0.progress.load(Ordering::Relaxed).clamp(0, 999)
    }

    /// Ends it as soon as it listens.
    pub(super) fn stop(&self) {
        self.0.stop.store(true, Ordering::Relaxed);
    }

    fn is_stopped(&self) -> bool {
        self.0.stop.load(Ordering::Relaxed)
    }
}

/// Ends the solver when nobody waits for it any more.
pub(super) struct StopOnDrop(pub(super) Signals);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.stop();
    }
}

/// Solves a world, as so much of the whole; `None` where it was stopped.
pub(super) fn solve(
    world: &World,
    settings: &Settings,
    signals: &Signals,
    part: Range<f32>,
) -> Result<Option<Matching>, Unsolved> {
    match solve::solve(world, settings, &mut Part { signals: signals.clone(), part }) {
        Ok(solved) => Ok(Some(solved)),
        Err(Unsolved::Problem(AssignError::Cancelled)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// One of the matchings that make up the whole.
struct Part {
    signals: Signals,
    part: Range<f32>,
}

impl Watch for Part {
    fn progress(&mut self, done: f32) -> ControlFlow<()> {
        let done = self.part.start + (self.part.end - self.part.start) * done.clamp(0.0, 1.0);
        #[expect(clippy::cast_possible_truncation, reason = "from 0 to 1,000")]
        let thousandths = (done * 1_000.0) as i64;
        self.signals.0.progress.fetch_max(thousandths, Ordering::Relaxed);
        if self.signals.is_stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

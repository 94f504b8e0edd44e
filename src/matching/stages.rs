//! Progress of a work that is done in stages, told as one.

use crate::matching::assign::{AssignError, Watch};
use std::ops::ControlFlow;

/// A watch over the stages of a work, each of which begins at 0 again.
pub(super) struct Stages<'w> {
    watch: &'w mut dyn Watch,
    /// What of the whole lies before the present stage, and where that ends.
    before: f32,
    until: f32,
}

impl<'w> Stages<'w> {
    pub(super) fn of(watch: &'w mut dyn Watch) -> Self {
        Self { watch, before: 0.0, until: 0.0 }
    }

    /// Begins the next stage, which takes the whole up to `until`.
    pub(super) fn until(&mut self, until: f32) -> &mut Self {
        (self.before, self.until) = (self.until, until);
        self
    }

    /// Begins one of so many stages of the same length.
    pub(super) fn one_of(&mut self, stages: usize) -> &mut Self {
        #[expect(clippy::cast_precision_loss, reason = "a rough figure is all that is wanted")]
        let share = 1.0 / stages.max(1) as f32;
        self.until((self.until + share).min(1.0))
    }

    /// Begins a stage of which nobody knows how many more will follow.
    pub(super) fn half_of_the_rest(&mut self) -> &mut Self {
        self.until(f32::midpoint(self.until, 1.0))
    }

    /// Ends a stage that tells of nothing in between.
    ///
    /// # Errors
    /// Where the watch says stop.
    pub(super) fn end(&mut self, at: f32) -> Result<(), AssignError> {
        match self.until(at).progress(1.0) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(AssignError::Cancelled),
        }
    }
}

impl Watch for Stages<'_> {
    fn progress(&mut self, done: f32) -> ControlFlow<()> {
        self.watch.progress(self.before + (self.until - self.before) * done)
    }
}

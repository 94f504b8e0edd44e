//! How far the solver is, and the wish to stop it.

use std::ops::ControlFlow;

/// Is told now and then how far the solver is, and may stop it.
pub trait Watch {
    /// `done` goes from 0 to 1 and never falls. The work ahead is not known beforehand, so the later part may
    /// go by faster than the earlier. To break is to cancel.
    fn progress(&mut self, done: f32) -> ControlFlow<()>;
}

/// Watches nothing and never cancels.
impl Watch for () {
    fn progress(&mut self, _done: f32) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

/// Counts steps of work and reports once in a while.
pub(super) struct Meter<'w> {
    watch: &'w mut dyn Watch,
    /// The part of the whole that lies before the present phase, and the part that the phase takes.
    before: f32,
    share: f32,
    /// Steps after which about half of the phase is thought to be done.
    half: usize,
    steps: usize,
}

/// Steps between two reports.
const REPORT: usize = 4096;

impl<'w> Meter<'w> {
    pub(super) fn new(watch: &'w mut dyn Watch) -> Self {
        Self { watch, before: 0.0, share: 0.0, half: 1, steps: 0 }
    }

    /// Begins a phase that takes the whole up to `until`, and reports.
    pub(super) fn phase(&mut self, until: f32, half: usize) -> ControlFlow<()> {
        self.before += self.share;
        self.share = until - self.before;
        self.half = half.max(1);
        self.steps = 0;
        self.watch.progress(self.before)
    }

    pub(super) fn tick(&mut self) -> ControlFlow<()> {
        self.steps += 1;
        if self.steps.is_multiple_of(REPORT) { self.report() } else { ControlFlow::Continue(()) }
    }

    /// The nearer a phase comes to its end, the slower it is said to go, since its end is not known.
    #[expect(clippy::cast_precision_loss, reason = "a rough figure is all that is wanted")]
    fn report(&mut self) -> ControlFlow<()> {
        let part = self.steps as f32 / (self.steps + self.half) as f32;
        self.watch.progress(self.before + self.share * part)
    }
}

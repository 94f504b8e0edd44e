//! Answers in whole lots: a demand may ask for a smallest lot from each supply that serves it, and for few
//! supplies in all.
//!
//! With such terms the problem is no longer a flow, and an optimum cannot be had in time. But the flow is a
//! good guide: it keeps to the terms of most demands by itself. For the others, prices say what a pattern of
//! lots displaces (`Bound`); patterns are fixed in parts, the flow around them is solved again (`Dive`),
//! and what is left over is handed out demand by demand (`Build`). The same prices prove what any answer
//! costs at least, so the distance to the unknown optimum is told with the answer.

mod bound;
mod build;
mod dive;
mod pattern;
mod terms;
#[cfg(test)]
mod tests;

use crate::matching::assign::{AssignError, Assignment, Problem, Violation, Watch, certify};
use thiserror::Error;

use bound::Bound;
use build::Build;
use dive::Dive;
pub use terms::Terms;

/// An answer in whole lots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lots {
    /// Units served through each pair, in the order of [`Problem::pairs`].
    pub quantities: Vec<u32>,
    /// Units left unmet of each demand, in the order of [`Problem::demands`].
    pub unmet: Vec<u32>,
    /// What it costs in all.
    pub objective: i64,
    /// What any answer in whole lots costs at least.
    pub bound: i64,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum LotsError {
    /// There are not as many terms as demands.
    #[error("{terms} terms are given for {demands} demands")]
    Shape {
        /// How many terms there are.
        terms: usize,
        /// How many demands.
        demands: usize,
    },
    /// The flow is not the proven answer to the problem without terms.
    #[error("the flow to start from is not proven")]
    Flow(#[from] Violation),
    /// The flow around what was fixed could not be solved.
    #[error(transparent)]
    Assign(#[from] AssignError),
}

/// Rounds in which the prices learn before anything is fixed, and again once an answer is known.
const ROUNDS: [usize; 2] = [14, 8];

/// Finds a good answer in which every demand is served in whole lots, and proves how good it is.
///
/// `flow` is the answer to the problem without terms. One demand without terms of its own is given
/// [`Terms::NONE`].
///
/// # Errors
///
/// [`LotsError`] if terms or flow do not belong to the problem, or the watch says stop.
pub fn whole_lots(
    problem: &Problem,
    terms: &[Terms],
    flow: &Assignment,
    watch: &mut dyn Watch,
) -> Result<Lots, LotsError> {
    let demands = problem.demands.len();
    if terms.len() != demands {
        return Err(LotsError::Shape { terms: terms.len(), demands });
    }
    certify(problem, flow)?;
    if (0..demands).all(|demand| terms::kept(problem, terms, demand, &flow.quantities)) {
        return Ok(as_it_is(flow));
    }
    let mut bound = Bound::new(problem, terms, flow);
    bound.climb(ROUNDS[0], None, &mut Share { watch, before: 0.0, part: 0.2 })?;
    let mut dive = Dive::new(problem, terms, flow, bound.best_prices().clone());
    dive.run(&mut Share { watch, before: 0.2, part: 0.6 })?;
    let mut build = Build::new(problem, terms, &dive.quantities());
    build.serve_the_rest();
    let objective = build.objective();
    bound.climb(ROUNDS[1], Some(objective), &mut Share { watch, before: 0.8, part: 0.2 })?;
    Ok(Lots {
        objective,
        bound: bound.best().min(objective),
        unmet: build.unmet,
        quantities: build.quantities,
    })
}

/// The flow keeps to all terms, so nothing can be better.
fn as_it_is(flow: &Assignment) -> Lots {
    Lots {
        quantities: flow.quantities.clone(),
        unmet: flow.unmet.clone(),
        objective: flow.objective,
        bound: flow.objective,
    }
}

/// A watch on a part of the whole.
struct Share<'w> {
    watch: &'w mut dyn Watch,
    before: f32,
    part: f32,
}

impl Share<'_> {
    /// Reports how much of the part is done.
    #[expect(clippy::cast_precision_loss, reason = "a rough figure is all that is wanted")]
    fn report(&mut self, done: usize, of: usize) -> Result<(), AssignError> {
        let done = done as f32 / of.max(1) as f32;
        let told = self.watch.progress(self.before + self.part * done);
        if told.is_break() { Err(AssignError::Cancelled) } else { Ok(()) }
    }
}

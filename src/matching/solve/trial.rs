//! Services that are not there yet, tried one after the other on one solved world.

use super::{Draft, Solved, Unsolved, beyond, reserve, terms, units};
use crate::matching::assign::Watch;
use crate::matching::candidates::KEPT;
use crate::matching::compare::Servings;
use crate::matching::live::Live;
use crate::matching::settings::Settings;
use crate::matching::world::World;

/// A solved world in which some lines have no capacity yet, kept optimal while one after the other gets some.
pub struct Trial<'w> {
    solved: Solved<'w>,
    live: Live,
}

/// What would come of a line.
pub struct Outcome {
    /// What the whole would cost.
    pub objective: i64,
    /// What would serve what.
    pub servings: Servings,
}

impl<'w> Trial<'w> {
    /// Solves a world without some of its lines; `None` where needs have terms, or where something is kept back for what is
    /// expected, both of which a change of one line may upset.
    ///
    /// # Errors
    /// As [`solve`](super::solve).
    pub fn new(
        world: &'w World,
        settings: &'w Settings,
        without: &[usize],
        watch: &mut dyn Watch,
    ) -> Result<Option<Self>, Unsolved> {
        let has_terms = (0..world.needs.len()).any(|need| terms::has_terms(world, need));
        if has_terms || reserve::looks_ahead(world, settings) {
            return Ok(None);
        }
        let mut draft = Draft::new(world, settings, KEPT);
        for line in without {
            draft.problem.supplies[*line].capacity = 0;
        }
        let solved = draft.solve(watch)?;
        let live = Live::new(solved.draft.problem.clone(), &solved.answer)?;
        Ok(Some(Self { solved, live }))
    }

    /// The world as it is.
    #[must_use]
    pub fn today(&self) -> Outcome {
        self.outcome()
    }

    /// The world with so much of a line, which is taken away again. `None` where the answer would use a pair that is no
    /// candidate: then the world has to be solved anew.
    pub fn with(&mut self, line: usize, quantity: i64) -> Option<Outcome> {
        self.live.set_capacity(line, units(quantity)).ok()?;
        let is_whole = beyond::worth_using(&self.solved.draft, &self.live.answer()).is_empty();
        let outcome = is_whole.then(|| self.outcome());
        self.live.set_capacity(line, 0).ok()?;
        outcome
    }

    fn outcome(&self) -> Outcome {
        Outcome { objective: self.live.objective(), servings: self.solved.servings(self.live.quantities()) }
    }
}

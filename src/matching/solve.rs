//! The best answer for all needs of a world at once.
//!
//! Magnitudes: a pair costs what it lacks in score, 0 to 10,000 for each unit of quantity. Leaving a unit of quantity unmet costs
//! at least 20,000, twice the dearest pair, and twice as much with each step of urgency. So serving always beats
//! leaving unmet, and what is scarce goes to the more urgent of two needs, whatever the scores.

mod pins;
mod unmet;

pub use pins::RefusedPin;
pub use unmet::{Unmet, UnmetReason, Why};

use super::assign::{
    Assignment, Certificate, Demand, Pair, Problem, ProblemError, Supply, Violation, assign, certify,
};
use super::candidates::{Candidate, Candidates};
use super::score::{BEST, Score, Scorer};
use super::settings::Settings;
use super::world::World;
use crate::domain::id::Id as _;
use crate::domain::need::Urgency;
use pins::Pins;
use std::collections::BTreeSet;

/// The cost of a unit of quantity left unmet.
#[must_use]
pub const fn penalty(urgency: Urgency) -> i64 {
    let least = 2 * BEST;
    match urgency {
        Urgency::Low => least,
        Urgency::Normal => 2 * least,
        Urgency::High => 4 * least,
        Urgency::Urgent => 8 * least,
    }
}

/// A need and a service that the answer brings together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// The need, the line of capacity and the first occasion.
    pub candidate: Candidate,
    /// How much of the need it serves.
    pub quantity: i64,
    /// How much of that a pin reserved.
    pub pinned: i64,
    /// How well the two fit.
    pub score: Score,
    /// What to take instead, if the need has another candidate.
    pub next_best: Option<NextBest>,
}

/// Another service for a placement's need, which does not serve it in the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NextBest {
    /// The need, the line of capacity and the first occasion.
    pub candidate: Candidate,
    /// Its score.
    pub score: i64,
    /// What taking it would have cost the whole for each unit of quantity, in points: what this need loses and what
    /// the needs lose that it would push aside. Negative only where a pin forces a worse choice.
    pub cost: i64,
}

/// The best answer for all needs of a world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matching {
    /// The scores of all placements, each times its quantity.
    pub total: i64,
    /// What serves what, by need, service and line.
    pub placements: Vec<Placement>,
    /// What stays unmet and why, by need.
    pub unmet: Vec<Unmet>,
    /// Pins that could not be honoured in full, by id.
    pub refused_pins: Vec<RefusedPin>,
    /// What is left of each line, in the order of [`World::lines`].
    pub left: Vec<i64>,
    /// What it costs: for each unit of quantity what it lacks in score, or the penalty of what stays unmet.
    pub cost: i64,
    /// What one unit less of each need would save, in the order of [`World::needs`].
    pub need_prices: Vec<i64>,
    /// The proof that nothing costs less.
    pub certificate: Certificate,
}

/// Why a world could not be solved: never a matter of its needs, always our own fault.
#[derive(Debug, thiserror::Error)]
pub enum Unsolved {
    /// The world is too large.
    #[error("the world cannot be solved")]
    Problem(#[from] ProblemError),
    /// The answer is not proven to be the best.
    #[error("the answer is not proven")]
    Unproven(#[from] Violation),
}

/// Finds the best answer and proves it.
///
/// # Errors
/// Where the world is too large or, through our own fault, the proof fails.
pub fn solve(world: &World, settings: &Settings) -> Result<Matching, Unsolved> {
    let candidates = Candidates::find(world);
    let judge = Scorer::new(world, &settings.weights);
    let scores: Vec<Score> = candidates.pairs.iter().map(|pair| judge.score(pair)).collect();
    let pins = Pins::place(world, &candidates, &scores);
    let problem = problem(world, &candidates, &scores, &pins);
    let answer = assign(&problem)?;
    let certificate = certify(&problem, &answer)?;
    let found = Found { world, candidates: &candidates, scores: &scores, pins: &pins, answer: &answer };
    let placements = found.placements();
    Ok(Matching {
        total: placements.iter().map(|placed| placed.score.total * placed.quantity).sum(),
        unmet: unmet::explain(world, &candidates, &placements, &answer.unmet),
        left: found.left(&placements),
        cost: certificate.primal,
        need_prices: answer.prices.demands.clone(),
        placements,
        certificate,
        refused_pins: pins.refused,
    })
}

/// What the pins leave, as a transportation problem whose pairs are the candidates.
fn problem(world: &World, candidates: &Candidates, scores: &[Score], pins: &Pins) -> Problem {
    let demands = world.needs.iter().zip(&pins.needs).map(|(need, left)| Demand {
        key: need.id.uuid().as_u128(),
        quantity: units(*left),
        penalty: penalty(need.urgency),
    });
    let supplies = world
        .lines
        .iter()
        .zip(&pins.lines)
        .map(|(line, left)| Supply { key: line.capacity.id.uuid().as_u128(), capacity: units(*left) });
    let pairs = candidates.pairs.iter().zip(scores).map(|(pair, score)| Pair {
        demand: u32::try_from(pair.need).unwrap_or(u32::MAX),
        supply: u32::try_from(pair.line).unwrap_or(u32::MAX),
        cost: BEST - score.total,
        // No closer bound than the need's own, so that scarce capacity shows in its price.
        at_most: units(pins.needs[pair.need]),
    });
    Problem { demands: demands.collect(), supplies: supplies.collect(), pairs: pairs.collect() }
}

/// A quantity as the solver counts it. Every quantity of the hub fits.
fn units(quantity: i64) -> u32 {
    u32::try_from(quantity.max(0)).unwrap_or(u32::MAX)
}

/// An answer beside what it was found from.
struct Found<'f> {
    world: &'f World,
    candidates: &'f Candidates,
    scores: &'f [Score],
    pins: &'f Pins,
    answer: &'f Assignment,
}

impl Found<'_> {
    fn placements(&self) -> Vec<Placement> {
        (0..self.candidates.pairs.len())
            .filter(|pair| self.quantity(*pair) > 0)
            .map(|pair| Placement {
                candidate: self.candidates.pairs[pair],
                quantity: self.quantity(pair),
                pinned: self.pins.pairs[pair],
                score: self.scores[pair].clone(),
                next_best: self.next_best(pair),
            })
            .collect()
    }

    /// The candidate of a service that does not serve the need which would cost the whole the least in place of this.
    fn next_best(&self, pair: usize) -> Option<NextBest> {
        let pairs = self.candidates.of(self.candidates.pairs[pair].need);
        let used: BTreeSet<usize> =
            pairs.clone().filter(|pair| self.quantity(*pair) > 0).map(|pair| self.offer(pair)).collect();
        pairs
            .filter(|other| !used.contains(&self.offer(*other)))
            .min_by_key(|other| (self.worth(*other), BEST - self.scores[*other].total, *other))
            .map(|other| NextBest {
                candidate: self.candidates.pairs[other],
                score: self.scores[other].total,
                cost: self.worth(other) - self.worth(pair),
            })
    }

    /// What a pair serves: what a pin reserved, and what was found beyond.
    fn quantity(&self, pair: usize) -> i64 {
        self.pins.pairs[pair] + i64::from(self.answer.quantities[pair])
    }

    fn offer(&self, pair: usize) -> usize {
        self.candidates.pairs[pair].offer
    }

    /// What a unit served through a pair costs: what it lacks in score, and the capacity that others would have used.
    fn worth(&self, pair: usize) -> i64 {
        let line = self.candidates.pairs[pair].line;
        BEST - self.scores[pair].total + self.answer.prices.supplies[line]
    }

    fn left(&self, placements: &[Placement]) -> Vec<i64> {
        let mut left: Vec<i64> = self.world.lines.iter().map(|line| line.capacity.left()).collect();
        for placed in placements {
            left[placed.candidate.line] -= placed.quantity;
        }
        left
    }
}

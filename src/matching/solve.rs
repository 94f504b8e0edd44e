//! The best answer for all needs of a world at once.
//!
//! Magnitudes: a pair costs what it lacks in score, 0 to 10,000 for each unit of quantity. Leaving a unit of quantity unmet costs
//! at least 20,000, twice the dearest pair, and twice as much with each step of urgency. So serving always beats
//! leaving unmet, and what is scarce goes to the more urgent of two needs, whatever the scores.
//!
//! What is suggested and not answered yet asks as a demand of its own, behind those of the needs, and each unit of it that
//! the answer takes elsewhere costs what the street's settings say: see [`held`](super::held). That cost is part of the
//! problem like any other, so the certificate covers it.
//!
//! Where the street looks ahead, a part of the lines may be kept back for what is expected: see [`Reserve`].
//!
//! Without terms the answer is exact. A need may ask for smallest lots or for few services; then the answer comes with
//! what any answer costs at least.

mod beyond;
mod groups;
mod moves;
mod next;
mod pins;
mod pools;
mod reserve;
mod terms;
mod trial;
mod unmet;

pub use moves::{Moved, Moves};
pub use pins::{Pins, RefusedPin};
pub use reserve::{Awaited, Reserve};
pub use trial::{Outcome, Trial};
pub use unmet::{Unmet, UnmetReason, Why};

use super::assign::{
    AssignError, Assignment, Certificate, Demand, Pair, Problem, Supply, Violation, Watch, assign, certify,
};
use super::candidates::{Candidate, Candidates, KEPT};
use super::compare::Servings;
use super::held::Held;
use super::index::short;
use super::score::{BEST, Score, Scorer};
use super::settings::Settings;
use super::stages::Stages;
use super::world::World;
use crate::domain::need::{Need, Urgency};
use moves::Suggestions;
use reserve::KeptBack;

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
    /// The place in [`World::suggested`] of the suggestion that this leaves as it is; `None` where it is new.
    pub suggested: Option<usize>,
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
    /// What comes of the suggestions that nobody has answered yet.
    pub moves: Moves,
    /// What is left of each line, in the order of [`World::lines`].
    pub left: Vec<i64>,
    /// What it costs: for each unit of quantity what it lacks in score, or the penalty of what stays unmet, and what it
    /// costs to move suggestions.
    pub cost: i64,
    /// What one unit less of each need would save, in the order of [`World::needs`].
    pub need_prices: Vec<i64>,
    /// The proof that nothing costs less, or, where needs have terms, how much less it could be at most. Where something is
    /// kept back, nothing that keeps as much back and serves what cannot wait as it is served here.
    pub certificate: Certificate,
    /// What is kept back for what is expected, and what that costs; `None` where nothing is expected, or the street does not
    /// look ahead.
    pub reserve: Option<Reserve>,
}

/// Why a world could not be solved.
#[derive(Debug, thiserror::Error)]
pub enum Unsolved {
    /// The world is too large, or whoever watched has stopped it.
    #[error("the world cannot be solved")]
    Problem(#[from] AssignError),
    /// The answer is not proven to be the best: never a matter of the needs, always our own fault.
    #[error("the answer is not proven")]
    Unproven(#[from] Violation),
}

/// Finds the best answer, proves it and says why it is so. `()` watches nothing.
///
/// # Errors
/// Where the world is too large, the watch stops it or, through our own fault, the proof fails.
pub fn solve(world: &World, settings: &Settings, watch: &mut dyn Watch) -> Result<Matching, Unsolved> {
    let mut stages = Stages::of(watch);
    stages.end(0.0)?;
    let draft = Draft::new(world, settings, KEPT);
    stages.end(0.3)?;
    Ok(draft.solve(&mut stages)?.matching()?)
}

/// A world made ready to be solved: the pairs worth looking at, what pins reserve, and the rest as a problem.
pub struct Draft<'w> {
    /// What scores a pair of the world.
    pub scorer: Scorer<'w>,
    /// The pairs.
    pub candidates: Candidates,
    /// What pins reserve and leave.
    pub pins: Pins,
    settings: &'w Settings,
    /// What is suggested and may be moved.
    suggestions: Suggestions,
    /// What is kept back for what is expected.
    kept_back: Option<Box<KeptBack>>,
    /// What they leave, as a transportation problem whose pairs are the candidates.
    pub problem: Problem,
}

/// A world with its best answer.
pub struct Solved<'w> {
    /// What was solved.
    pub draft: Draft<'w>,
    /// The answer, the quantities that pins reserve not included.
    pub answer: Assignment,
    /// The proof that nothing costs less.
    pub certificate: Certificate,
}

impl<'w> Draft<'w> {
    /// Looks for the best so many candidates of each need.
    #[must_use]
    pub fn new(world: &'w World, settings: &'w Settings, kept: usize) -> Self {
        let scorer = Scorer::new(world, &settings.weights);
        let pinned = pins::pinned(world);
        // A pin is honoured through whatever fits, however badly; and what terms cost is proven over all that fits.
        let mut candidates = Candidates::best(&scorer, kept, |need| {
            pinned.binary_search(&world.needs[need].id).is_ok() || terms::has_terms(world, need)
        });
        let held = world.held();
        candidates.extend(&missing(&scorer, &candidates, &held));
        let pins = Pins::place(&scorer, &candidates);
        let mut left = pins.needs.clone();
        let suggestions = Suggestions::new(held, &mut left, settings.stability);
        let mut draft = Self {
            scorer,
            candidates,
            pins,
            settings,
            suggestions,
            kept_back: None,
            problem: Problem::default(),
        };
        let (of_lines, pools) = pools::pools(world, &draft.pins);
        let (of_needs, groups) = groups::groups(world, &draft.pins, settings.fairness);
        let (demands, supplies) = (draft.demands(&left, &of_needs), draft.supplies(&of_lines));
        draft.problem = Problem { demands, supplies, pools, groups, ..Problem::default() };
        draft.fill_in_pairs();
        draft
    }

    /// Finds the best answer over all pairs, those beyond the candidates too, and proves it. Where the street looks ahead, it
    /// keeps back what is expected to be worth more later.
    ///
    /// # Errors
    /// Where the problem is too large, the watch stops it or, through our own fault, the proof fails.
    pub fn solve(self, watch: &mut dyn Watch) -> Result<Solved<'w>, Unsolved> {
        if !reserve::looks_ahead(self.scorer.world, self.settings) {
            return self.best(watch);
        }
        let mut stages = Stages::of(watch);
        let today = self.best(stages.until(0.3))?;
        reserve::solve(today, stages.until(1.0))
    }

    /// Finds the best answer to the problem as it stands.
    fn best(mut self, watch: &mut dyn Watch) -> Result<Solved<'w>, Unsolved> {
        let mut stages = Stages::of(watch);
        let first = assign(&self.problem, None, stages.until(0.7))?;
        let best = self.price_out(first, stages.until(0.8))?;
        let certificate = certify(&self.problem, &best)?;
        let (answer, certificate) = terms::keep(&self, best, certificate, stages.until(1.0))?;
        Ok(Solved { draft: self, answer, certificate })
    }

    /// Goes on from the best answer over the candidates to the best over all pairs: pairs that were left out are taken
    /// in where the answer's prices say that they would be used, until there is none.
    ///
    /// # Errors
    /// Where the problem is too large or the watch stops it.
    pub fn price_out(
        &mut self,
        mut answer: Assignment,
        watch: &mut dyn Watch,
    ) -> Result<Assignment, AssignError> {
        let mut stages = Stages::of(watch);
        loop {
            let further = beyond::worth_using(self, &answer);
            if further.is_empty() {
                return Ok(answer);
            }
            let places = self.candidates.extend(&further);
            let ends = std::mem::take(&mut self.problem.ends);
            self.fill_in_pairs();
            answer.quantities =
                self.suggestions.carry_over(&ends, &places, &self.problem, &answer.quantities);
            answer = assign(&self.problem, Some(&answer), stages.half_of_the_rest())?;
        }
    }

    fn demands(&self, left: &[i64], groups: &[u32]) -> Vec<Demand> {
        let needs = self.scorer.world.needs.iter().zip(left).zip(groups);
        let demand = |((need, left), group): ((&Need, &i64), &u32)| Demand {
            quantity: units(*left),
            penalty: i32::try_from(penalty(need.urgency)).unwrap_or(i32::MAX),
            group: *group,
        };
        let mut demands: Vec<Demand> = needs.map(demand).collect();
        let suggested: Vec<Demand> = self.suggestions.demands(&demands).collect();
        demands.extend(suggested);
        demands
    }

    fn supplies(&self, pools: &[u32]) -> Vec<Supply> {
        let lines = self.pins.lines.iter().zip(pools);
        lines.map(|(left, pool)| Supply { capacity: units(*left), pool: *pool }).collect()
    }

    /// What a pair serves of a need where the solver takes these quantities.
    fn quantity(&self, need: usize, pair: usize, quantities: &[u32]) -> i64 {
        let line = self.candidates.line(pair);
        self.pins.reserved(need, line)
            + self.settled(need, line)
            + self.suggestions.through(&self.problem, need, pair, quantities)
    }

    /// What of a need is served through a line whatever is kept back.
    fn settled(&self, need: usize, line: usize) -> i64 {
        self.kept_back.as_ref().map_or(0, |kept_back| kept_back.settled(need, line))
    }

    fn fill_in_pairs(&mut self) {
        let candidates = &self.candidates;
        let mut pairs = Vec::with_capacity(candidates.len());
        for need in 0..self.pins.needs.len() {
            // No closer bound than the need's own, so that scarce capacity shows in its price.
            let at_most = self.problem.demands[need].quantity;
            pairs.extend(candidates.of(need).map(|pair| Pair {
                supply: u32::try_from(candidates.line(pair)).unwrap_or(u32::MAX),
                cost: i32::try_from(BEST - candidates.score(pair)).unwrap_or(i32::MAX),
                at_most,
            }));
        }
        self.problem.pairs = pairs;
        self.problem.ends = candidates.ends().to_vec();
        self.suggestions.fill_in(&mut self.problem);
    }
}

/// The pairs of suggestions that are not among the candidates, by need and line, with their scores.
fn missing(scorer: &Scorer, candidates: &Candidates, held: &[Held]) -> Vec<(u32, u32, i32)> {
    let is_known = |one: &Held| candidates.of(one.need).any(|pair| candidates.line(pair) == one.line);
    let pair = |one: &Held| {
        let score = scorer.score(&scorer.candidate(one.need, one.line)).total;
        (short(one.need), short(one.line), i32::try_from(score).unwrap_or_default())
    };
    held.iter().filter(|one| !is_known(one)).map(pair).collect()
}

/// A quantity as the solver counts it. Every quantity of the hub fits.
fn units(quantity: i64) -> u32 {
    u32::try_from(quantity.max(0)).unwrap_or(u32::MAX)
}

impl Solved<'_> {
    /// What the answer means: what serves what and what next, what stays unmet and why, what moves.
    ///
    /// # Errors
    /// Where, through our own fault, the answer is not proven.
    pub fn matching(&self) -> Result<Matching, Violation> {
        let Draft { suggestions, problem, scorer, .. } = &self.draft;
        let price = |need| suggestions.price(need, &problem.demands, &self.answer.prices);
        let moves = moves::moves(self)?;
        let mut placements = self.placements();
        for placed in &mut placements {
            let (need, line) = (placed.candidate.need, placed.candidate.line);
            let kept = moves.kept.binary_search_by_key(&(need, line), |held| (held.need, held.line));
            placed.suggested = kept.ok().map(|place| moves.kept[place].place);
        }
        Ok(Matching {
            total: placements.iter().map(|placed| placed.score.total * placed.quantity).sum(),
            unmet: unmet::explain(self, &placements),
            left: self.left(&placements),
            cost: self.cost(),
            need_prices: (0..scorer.world.needs.len()).map(price).collect(),
            placements,
            moves,
            certificate: self.certificate,
            reserve: self.draft.kept_back.as_ref().map(|kept_back| kept_back.reserve.clone()),
            refused_pins: self.draft.pins.refused.clone(),
        })
    }

    /// What it costs without what the dial of fairness adds.
    fn cost(&self) -> i64 {
        let Problem { demands, pairs, .. } = &self.draft.problem;
        let served = pairs.iter().zip(&self.answer.quantities);
        let missed = demands.iter().zip(&self.answer.unmet);
        let served = served.map(|(pair, units)| i64::from(pair.cost) * i64::from(*units));
        let missed = missed.map(|(demand, units)| i64::from(demand.penalty) * i64::from(*units));
        let settled = self.draft.kept_back.as_ref().map_or(0, |kept_back| kept_back.settled_cost());
        settled + served.chain(missed).sum::<i64>()
    }

    /// What serves what, by need, service and line, and what next to it.
    #[must_use]
    pub fn placements(&self) -> Vec<Placement> {
        let Draft { scorer, candidates, pins, .. } = &self.draft;
        let mut next = next::Next::new(self);
        let mut placements = Vec::new();
        for need in 0..scorer.world.needs.len() {
            let used: Vec<usize> =
                candidates.of(need).filter(|pair| self.quantity(need, *pair) > 0).collect();
            for pair in &used {
                let candidate = scorer.candidate(need, candidates.line(*pair));
                placements.push(Placement {
                    candidate,
                    quantity: self.quantity(need, *pair),
                    pinned: pins.reserved(need, candidates.line(*pair)),
                    score: scorer.score(&candidate),
                    suggested: None,
                    next_best: next.best(need, *pair, &used),
                });
            }
        }
        placements
    }

    /// What a pair serves: what a pin reserved, and what was found beyond.
    fn quantity(&self, need: usize, pair: usize) -> i64 {
        self.draft.quantity(need, pair, &self.answer.quantities)
    }

    /// What stays unmet of a need.
    fn unmet(&self, need: usize) -> i64 {
        self.draft.suggestions.unmet(&self.draft.problem, need, &self.answer.unmet)
    }

    /// What would serve what if these were the quantities of the pairs.
    fn servings(&self, quantities: &[u32]) -> Servings {
        let Draft { scorer, candidates, .. } = &self.draft;
        let mut servings = Servings::new();
        for (place, need) in scorer.world.needs.iter().enumerate() {
            for pair in candidates.of(place) {
                let line = candidates.line(pair);
                let quantity = self.draft.quantity(place, pair, quantities);
                if quantity > 0 {
                    let service = scorer.world.offer_of(line).service.id;
                    *servings.entry(need.id).or_default().entry(service).or_default() += quantity;
                }
            }
        }
        servings
    }

    fn left(&self, placements: &[Placement]) -> Vec<i64> {
        let lines = &self.draft.scorer.world.lines;
        let mut left: Vec<i64> = lines.iter().map(|line| line.capacity.left()).collect();
        for placed in placements {
            left[placed.candidate.line] -= placed.quantity;
        }
        left
    }
}

//! The best candidates of one need, or of one service, by score.

use super::candidates::{Candidate, Candidates};
use super::exclusions::Exclusions;
use super::score::{Score, Scorer};
use super::weights::Weights;
use super::world::World;
use crate::domain::fit::Constraint;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// A need and a service on the line of capacity on which they fit best.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranked {
    /// The need, the line of capacity and the first occasion.
    pub candidate: Candidate,
    /// How well the two fit.
    pub score: Score,
}

/// What suits one need or one service, and what does not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ranking {
    /// The candidates, the best first.
    pub best: Vec<Ranked>,
    /// How many others each constraint excluded.
    pub excluded: BTreeMap<Constraint, usize>,
}

/// Ranks the services for each need of a world, in the order of its needs.
#[must_use]
pub fn by_need(world: &World, weights: &Weights) -> Vec<Ranking> {
    let scorer = Scorer::new(world, weights);
    let candidates = Candidates::all(&scorer);
    let ranking = |need| {
        let best = best_lines(&scorer, &candidates, need);
        sorted(Ranking { best, excluded: Exclusions::of(&scorer, need).counts })
    };
    (0..world.needs.len()).map(ranking).collect()
}

/// Ranks the needs for each service of a world, in the order of its services.
#[must_use]
pub fn by_offer(world: &World, weights: &Weights) -> Vec<Ranking> {
    let scorer = Scorer::new(world, weights);
    let candidates = Candidates::all(&scorer);
    let mut rankings: Vec<Ranking> = vec![Ranking::default(); world.offers.len()];
    for need in 0..world.needs.len() {
        let excluded = Exclusions::of(&scorer, need).excluded;
        let best = best_lines(&scorer, &candidates, need);
        let mut fitting = best.iter().map(|one| one.candidate.offer).peekable();
        for (offer, ranking) in rankings.iter_mut().enumerate() {
            if fitting.next_if_eq(&offer).is_none() {
                let constraint = excluded.get(&offer).copied().unwrap_or(Constraint::Category);
                *ranking.excluded.entry(constraint).or_default() += 1;
            }
        }
        for ranked in best {
            rankings[ranked.candidate.offer].best.push(ranked);
        }
    }
    rankings.into_iter().map(sorted).collect()
}

/// Each service that may serve a need once, on the line with the highest score, by service.
fn best_lines(scorer: &Scorer, candidates: &Candidates, need: usize) -> Vec<Ranked> {
    let offer = |pair: usize| scorer.world.lines[candidates.line(pair)].offer;
    let mut pairs: Vec<usize> = candidates.of(need).collect();
    pairs.sort_by_key(|pair| (offer(*pair), Reverse(candidates.score(*pair)), candidates.line(*pair)));
    pairs.dedup_by_key(|pair| offer(*pair));
    let ranked = |pair| {
        let candidate = scorer.candidate(need, candidates.line(pair));
        Ranked { candidate, score: scorer.score(&candidate) }
    };
    pairs.into_iter().map(ranked).collect()
}

/// The best first; of equals the one that comes first in the world.
fn sorted(mut ranking: Ranking) -> Ranking {
    ranking.best.sort_by_key(|one| Reverse(one.score.total));
    ranking
}

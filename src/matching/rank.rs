//! The best candidates of one need, or of one service, by score.

use super::candidates::{Candidate, Candidates};
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
    let candidates = Candidates::find(world);
    let mut rankings: Vec<Ranking> =
        candidates.exclusions.iter().map(|excluded| ranking(excluded.clone())).collect();
    for ranked in best_lines(world, weights, &candidates) {
        rankings[ranked.candidate.need].best.push(ranked);
    }
    sorted(rankings)
}

/// Ranks the needs for each service of a world, in the order of its services.
#[must_use]
pub fn by_offer(world: &World, weights: &Weights) -> Vec<Ranking> {
    let candidates = Candidates::find(world);
    let mut rankings: Vec<Ranking> = vec![Ranking::default(); world.offers.len()];
    for (need, excluded) in candidates.excluded.iter().enumerate() {
        let fitting = &candidates.pairs[candidates.of(need)];
        for (offer, ranking) in rankings.iter_mut().enumerate() {
            if !fitting.iter().any(|pair| pair.offer == offer) {
                let constraint = excluded.get(&offer).copied().unwrap_or(Constraint::Category);
                *ranking.excluded.entry(constraint).or_default() += 1;
            }
        }
    }
    for ranked in best_lines(world, weights, &candidates) {
        rankings[ranked.candidate.offer].best.push(ranked);
    }
    sorted(rankings)
}

fn ranking(excluded: BTreeMap<Constraint, usize>) -> Ranking {
    Ranking { best: Vec::new(), excluded }
}

/// Each need and service once, on the line with the highest score, by need and service.
fn best_lines(world: &World, weights: &Weights, candidates: &Candidates) -> Vec<Ranked> {
    let judge = Scorer::new(world, weights);
    let mut ranked: Vec<Ranked> =
        candidates.pairs.iter().map(|pair| Ranked { candidate: *pair, score: judge.score(pair) }).collect();
    let pair = |one: &Ranked| (one.candidate.need, one.candidate.offer);
    ranked.sort_by_key(|one| (pair(one), Reverse(one.score.total), one.candidate.line));
    ranked.dedup_by_key(|one| pair(one));
    ranked
}

/// The best first; of equals the one that comes first in the world.
fn sorted(mut rankings: Vec<Ranking>) -> Vec<Ranking> {
    for ranking in &mut rankings {
        ranking.best.sort_by_key(|one| Reverse(one.score.total));
    }
    rankings
}

//! What to take instead of what the answer takes.

use super::beyond::line_prices;
use super::{NextBest, Solved};
use crate::matching::search::{Everything, Search};

/// Looks for the next best of placements.
pub(super) struct Next<'n, 'w> {
    solved: &'n Solved<'w>,
    /// What a unit of each line is worth.
    prices: Vec<i64>,
    search: Search<'n, 'w>,
}

impl<'n, 'w> Next<'n, 'w> {
    pub fn new(solved: &'n Solved<'w>) -> Self {
        let prices = line_prices(&solved.draft.problem, &solved.answer.prices);
        Self { solved, prices, search: Search::new(&solved.draft.scorer) }
    }

    /// The line of a service that does not serve the need which would cost the whole the least in place of a pair; `used`
    /// are the pairs that serve it.
    pub fn best(&mut self, need: usize, pair: usize, used: &[usize]) -> Option<NextBest> {
        let (scorer, candidates) = (&self.solved.draft.scorer, &self.solved.draft.candidates);
        let offer = |line: usize| scorer.world.lines[line].offer;
        let used: Vec<usize> = used.iter().map(|pair| offer(candidates.line(*pair))).collect();
        let is_other = |line: &usize| !used.contains(&offer(*line));
        let ranked = |(line, score): (usize, i64)| (self.prices[line] - score, -score, line);
        let kept = candidates.of(need).map(|pair| (candidates.line(pair), candidates.score(pair)));
        let mut best = kept.filter(|(line, _)| is_other(line)).map(ranked).min();
        // A pair that was left out has no higher score than these, but its line may be worth less.
        let beyond = candidates.beyond(need);
        if beyond.is_some_and(|score| best.is_none_or(|(worth, ..)| worth > -score)) {
            let mut all = Everything::default();
            self.search.visit(need, &mut all);
            let all = all.0.into_iter().map(|(line, score)| (line as usize, i64::from(score)));
            best = all.filter(|(line, _)| is_other(line)).map(ranked).min();
        }
        let (worth, less, line) = best?;
        let taken = self.prices[candidates.line(pair)] - candidates.score(pair);
        let moving = self.solved.draft.suggestions.cost_of(need, candidates.line(pair));
        let cost = worth - taken + moving;
        Some(NextBest { candidate: scorer.candidate(need, line), score: -less, cost })
    }
}

//! Pairs that were left out and whose price says that the answer would use them.

use super::Draft;
use crate::matching::assign::{Assignment, Prices, Problem};
use crate::matching::index::short;
use crate::matching::score::BEST;
use crate::matching::search::{Goal, Search};

/// The pairs beyond the candidates that would make an answer cheaper, by need and line, with their scores.
///
/// A unit of a need costs what its price says, with all that it takes from others. A pair whose own cost and whose
/// line's price stay below that would be used; where there is none, the answer is the best over all pairs.
pub(super) fn worth_using(draft: &Draft, answer: &Assignment) -> Vec<(u32, u32, i32)> {
    let Draft { scorer, candidates, problem, .. } = draft;
    let mut search = Search::new(scorer);
    let mut cheaper = Cheaper { lines: line_prices(problem, &answer.prices), ..Cheaper::default() };
    let mut further = Vec::new();
    for need in &scorer.index.order {
        let need = *need as usize;
        let price = draft.suggestions.price(need, &problem.demands, &answer.prices);
        if candidates.beyond(need).is_none_or(|score| BEST - score >= price) {
            continue;
        }
        cheaper.found.clear();
        cheaper.price = price;
        search.visit(need, &mut cheaper);
        let known = &problem.pairs[candidates.of(need)];
        let is_known = |line: u32| known.binary_search_by_key(&line, |pair| pair.supply).is_ok();
        let new = cheaper.found.iter().filter(|(line, _)| !is_known(*line));
        further.extend(new.map(|(line, score)| (short(need), *line, *score)));
    }
    further.sort_unstable();
    further
}

/// What a unit of each line is worth, in whatever it takes part.
pub(super) fn line_prices(problem: &Problem, prices: &Prices) -> Vec<i64> {
    let pool = |pool: u32| prices.pools.get(pool as usize).copied().unwrap_or_default();
    problem.supplies.iter().zip(&prices.supplies).map(|(line, price)| price + pool(line.pool)).collect()
}

/// Pairs that cost less than a need's price.
#[derive(Default)]
struct Cheaper {
    lines: Vec<i64>,
    price: i64,
    found: Vec<(u32, i32)>,
}

impl Cheaper {
    fn least_at(&self, line_price: i64) -> i32 {
        let most = self.price.saturating_sub(line_price).saturating_sub(1);
        i32::try_from(BEST.saturating_sub(most)).unwrap_or(if most < 0 { i32::MAX } else { i32::MIN })
    }
}

impl Goal for Cheaper {
    fn least(&self) -> i32 {
        self.least_at(0)
    }

    fn least_of(&self, line: u32) -> i32 {
        self.least_at(self.lines[line as usize])
    }

    fn found(&mut self, line: u32, score: i32) {
        self.found.push((line, score));
    }

    fn passed_over(&mut self) {}
}

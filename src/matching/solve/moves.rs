//! Suggestions that nobody has answered: what each costs to move, which of them the answer moves, and what that gains.

use super::{Draft, Solved, terms, units};
use crate::matching::assign::{Assignment, Demand, Pair, Prices, Problem, Violation};
use crate::matching::held::Held;
use crate::matching::live::Live;
use crate::matching::settings::Stability;
use std::ops::Range;

/// Moves that are weighed one by one: each takes a repair of the whole answer.
const WEIGHED: usize = 100;

/// A suggestion that the answer does not leave as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    /// The suggestion.
    pub held: Held,
    /// How much of it the answer leaves where it is: then it is suggested anew.
    pub left: i64,
    /// How many points the whole would lose if it stayed as it is, beyond what moving it costs. `None` where that was not worked
    /// out: where needs have terms, or beyond the first hundred.
    pub gain: Option<i64>,
}

/// What comes of the suggestions that may be moved.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moves {
    /// Those that stay as they are, by need and line.
    pub kept: Vec<Held>,
    /// Those that do not, by need and line.
    pub moved: Vec<Moved>,
    /// How many points the whole would lose if none of them moved, beyond what moving costs. `None` where needs have
    /// terms.
    pub gain: Option<i64>,
}

/// Suggestions as demands behind those of the needs: what pins and capacities leave of each, and what moving costs.
#[derive(Debug, Clone, Default)]
pub(super) struct Suggestions {
    pub held: Vec<Held>,
    pub quantities: Vec<u32>,
    cost: i32,
}

impl Suggestions {
    /// Takes the suggestions' part out of what is left of the needs.
    pub fn new(held: Vec<Held>, left: &mut [i64], stability: Stability) -> Self {
        let mut take = |held: &Held| {
            let quantity = held.quantity.min(left[held.need]).max(0);
            left[held.need] -= quantity;
            units(quantity)
        };
        Self { quantities: held.iter().map(&mut take).collect(), held, cost: stability.points() }
    }

    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// The suggestions of a need.
    pub fn of(&self, need: usize) -> Range<usize> {
        let first = self.held.partition_point(|held| held.need < need);
        first..self.held.partition_point(|held| held.need <= need)
    }

    /// Their demands: a unit that nobody serves is moved too.
    pub fn demands<'d>(&'d self, of_needs: &'d [Demand]) -> impl Iterator<Item = Demand> + 'd {
        self.held.iter().zip(&self.quantities).map(|(held, quantity)| {
            let need = of_needs[held.need];
            Demand { quantity: *quantity, penalty: need.penalty + self.cost, group: need.group }
        })
    }

    /// Adds their pairs to those of the needs, which come first: the same, and dearer where they lead elsewhere.
    pub fn fill_in(&self, problem: &mut Problem) {
        let needs = problem.ends.len();
        for (held, quantity) in self.held.iter().zip(&self.quantities) {
            let row = row(problem, held.need);
            for place in row {
                let Pair { supply, cost, .. } = problem.pairs[place];
                let stays = supply as usize == held.line;
                let cost = if stays { cost } else { cost + self.cost };
                problem.pairs.push(Pair { supply, cost, at_most: *quantity });
            }
            problem.ends.push(u32::try_from(problem.pairs.len()).unwrap_or(u32::MAX));
        }
        debug_assert_eq!(problem.ends.len(), needs + self.held.len());
    }

    /// What a unit of a need costs in an answer: what serving it elsewhere may cost at most to be worth it.
    pub fn price(&self, need: usize, demands: &[Demand], prices: &Prices) -> i64 {
        let needs = demands.len() - self.held.len();
        let own = self.of(need).filter(|place| self.quantities[*place] > 0);
        let moved = own.map(|place| prices.demands[needs + place] - i64::from(self.cost)).max();
        let rest = prices.demands[need];
        match moved {
            Some(moved) if demands[need].quantity == 0 => moved,
            Some(moved) => moved.max(rest),
            None => rest,
        }
    }

    /// What the solver serves of a need through one of its pairs.
    pub fn through(&self, problem: &Problem, need: usize, pair: usize, quantities: &[u32]) -> i64 {
        let mut served = i64::from(quantities[pair]);
        if !self.is_empty() {
            let after = pair - row(problem, need).start;
            let own = self.of(need).map(|place| row(problem, self.demand(problem, place)).start + after);
            served += own.map(|pair| i64::from(quantities[pair])).sum::<i64>();
        }
        served
    }

    /// What the solver leaves unmet of a need.
    pub fn unmet(&self, problem: &Problem, need: usize, unmet: &[u32]) -> i64 {
        let own = self.of(need).map(|place| i64::from(unmet[self.demand(problem, place)]));
        i64::from(unmet[need]) + own.sum::<i64>()
    }

    /// What moving a suggestion costs for each unit: nothing for a pair that no suggestion holds.
    pub fn cost_of(&self, need: usize, line: usize) -> i64 {
        let holds = self.of(need).any(|place| self.held[place].line == line);
        if holds { self.cost.into() } else { 0 }
    }

    /// Where the quantities of all pairs stand after some were taken in: `ends` are those of before, and `places` says it
    /// for the pairs of the needs.
    pub fn carry_over(&self, ends: &[u32], places: &[u32], now: &Problem, quantities: &[u32]) -> Vec<u32> {
        let needs = now.demands.len() - self.held.len();
        let start = |demand: usize| demand.checked_sub(1).map_or(0, |above| ends[above] as usize);
        let mut carried = vec![0; now.pairs.len()];
        for (place, quantity) in places.iter().zip(quantities) {
            carried[*place as usize] = *quantity;
        }
        for (place, held) in self.held.iter().enumerate() {
            let (old, new) = (start(needs + place), row(now, needs + place).start);
            let (first, first_now) = (start(held.need), row(now, held.need).start);
            for pair in old..ends[needs + place] as usize {
                let of_need = places[first + (pair - old)] as usize;
                carried[new + (of_need - first_now)] = quantities[pair];
            }
        }
        carried
    }

    /// The place of a suggestion's demand.
    fn demand(&self, problem: &Problem, place: usize) -> usize {
        problem.demands.len() - self.held.len() + place
    }

    /// The pair through which a suggestion stays where it is.
    fn own_pair(&self, problem: &Problem, place: usize) -> Option<usize> {
        let line = self.held[place].line;
        row(problem, self.demand(problem, place)).find(|pair| problem.pairs[*pair].supply as usize == line)
    }

    /// All pairs of a suggestion's need with the line that it draws on.
    fn pairs_on(&self, problem: &Problem, place: usize) -> Vec<usize> {
        let Held { need, line, .. } = self.held[place];
        let demands = std::iter::once(need).chain(self.of(need).map(|place| self.demand(problem, place)));
        let leads_there = |pair: &usize| problem.pairs[*pair].supply as usize == line;
        demands.filter_map(|demand| row(problem, demand).find(leads_there)).collect()
    }
}

/// Where the pairs of a demand stand.
fn row(problem: &Problem, demand: usize) -> Range<usize> {
    let first = demand.checked_sub(1).map_or(0, |above| problem.ends[above]);
    first as usize..problem.ends[demand] as usize
}

/// Tells the suggestions that stay from those that move, and what the moves gain.
///
/// # Errors
/// [`Violation`] where the answer is not proven: our own fault.
pub(super) fn moves(solved: &Solved) -> Result<Moves, Violation> {
    let Draft { suggestions, candidates, .. } = &solved.draft;
    let mut moves = Moves { gain: Some(0), ..Moves::default() };
    let mut places = Vec::new();
    for (place, held) in suggestions.held.iter().enumerate() {
        let pair = candidates.of(held.need).find(|pair| candidates.line(*pair) == held.line);
        let left = pair.map_or(0, |pair| solved.quantity(held.need, pair));
        if left == held.quantity {
            moves.kept.push(*held);
        } else {
            places.push(place);
            moves.moved.push(Moved { held: *held, left, gain: None });
        }
    }
    let world = solved.draft.scorer.world;
    if places.is_empty() {
        return Ok(moves);
    }
    if (0..world.needs.len()).any(|need| terms::has_terms(world, need)) {
        moves.gain = None;
        return Ok(moves);
    }
    // Whatever is kept back, suggestions move as if nothing were.
    let kept_back = solved.draft.kept_back.as_ref().map(|kept_back| &kept_back.today);
    let (problem, answer) =
        kept_back.map_or((&solved.draft.problem, &solved.answer), |(problem, answer)| (problem, answer));
    let live = Live::new(problem.clone(), answer)?;
    for (moved, place) in moves.moved.iter_mut().zip(&places).take(WEIGHED) {
        moved.gain = loss(suggestions, &mut live.clone(), answer, &[*place]);
    }
    moves.gain = loss(suggestions, &mut live.clone(), answer, &places);
    Ok(moves)
}

/// What the whole loses where these suggestions stay as they are.
fn loss(suggestions: &Suggestions, live: &mut Live, answer: &Assignment, places: &[usize]) -> Option<i64> {
    let mut settled = 0;
    for place in places {
        let (pair, units) = (suggestions.own_pair(live.problem(), *place)?, suggestions.quantities[*place]);
        settled += i64::from(live.problem().pairs[pair].cost) * i64::from(units);
        live.settle(pair, units).ok()?;
    }
    // No more of the need is served through the same line: then the suggestion would not be as it was.
    for place in places {
        for pair in suggestions.pairs_on(live.problem(), *place) {
            live.set_at_most(pair, 0).ok()?;
        }
    }
    Some(live.objective() + settled - answer.objective)
}

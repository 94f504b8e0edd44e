//! Which pairs may go together at all, and of each need the best of them.

use super::index::short;
use super::score::Scorer;
use super::search::{Goal, Search};
use crate::domain::availability::{Span, any_within};
use crate::domain::fit::Pair;
use std::ops::Range;

/// Candidates of a need that are worth keeping: with thirty, almost no need of a city has its best answer beyond them,
/// and where one has, it is found by its price.
pub const KEPT: usize = 30;

/// Less than any score.
const NOTHING: i32 = i32::MIN;

/// A need and a line of capacity that may serve it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// The place of the need in [`World::needs`](super::world::World::needs).
    pub need: usize,
    /// The place of the service in [`World::offers`](super::world::World::offers).
    pub offer: usize,
    /// The place of the line in [`World::lines`](super::world::World::lines).
    pub line: usize,
    /// The first occasion within what both sides allow.
    pub first: Span,
}

/// Candidates by need, those of each need by line. There are millions, so a pair is kept as two numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Candidates {
    lines: Vec<u32>,
    scores: Vec<i32>,
    /// By need: where its pairs end.
    ends: Vec<u32>,
    /// By need: a score that no pair left out exceeds; [`NOTHING`] where none was.
    beyond: Vec<i32>,
}

impl Candidates {
    /// All pairs that the constraints leave.
    #[must_use]
    pub fn all(scorer: &Scorer) -> Self {
        Self::best(scorer, usize::MAX, |_| false)
    }

    /// For each need the best so many pairs that the constraints leave, and all of them for some needs. Of equal scores
    /// the line that comes first in the world is the better.
    #[must_use]
    pub fn best(scorer: &Scorer, kept: usize, whole: impl Fn(usize) -> bool) -> Self {
        let needs = scorer.world.needs.len();
        let mut search = Search::new(scorer);
        let mut best = Best::default();
        let mut pairs = Vec::new();
        let mut spans = vec![0..0; needs];
        let mut beyond = vec![NOTHING; needs];
        for need in &scorer.index.order {
            let need = *need as usize;
            best.begin(if whole(need) { usize::MAX } else { kept });
            search.visit(need, &mut best);
            let first = short(pairs.len());
            pairs.extend_from_slice(best.by_line());
            spans[need] = first..short(pairs.len());
            beyond[need] = best.beyond();
        }
        let mut found = Self { beyond, ..Self::default() };
        found.lines.reserve_exact(pairs.len());
        found.scores.reserve_exact(pairs.len());
        for span in spans {
            found.push(&pairs[span.start as usize..span.end as usize]);
        }
        found
    }

    fn push(&mut self, pairs: &[(u32, i32)]) {
        self.lines.extend(pairs.iter().map(|(line, _)| *line));
        self.scores.extend(pairs.iter().map(|(_, score)| *score));
        self.ends.push(short(self.lines.len()));
    }

    /// How many pairs there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Where the pairs of a need stand.
    #[must_use]
    pub fn of(&self, need: usize) -> Range<usize> {
        let first = need.checked_sub(1).map_or(0, |before| self.ends[before]);
        first as usize..self.ends[need] as usize
    }

    /// By need: where its pairs end.
    #[must_use]
    pub fn ends(&self) -> &[u32] {
        &self.ends
    }

    /// The line of a pair.
    #[must_use]
    pub fn line(&self, pair: usize) -> usize {
        self.lines[pair] as usize
    }

    /// The score of a pair.
    #[must_use]
    pub fn score(&self, pair: usize) -> i64 {
        self.scores[pair].into()
    }

    /// A score that no pair of a need that was left out exceeds; `None` where none was.
    #[must_use]
    pub fn beyond(&self, need: usize) -> Option<i64> {
        Some(self.beyond[need]).filter(|score| *score != NOTHING).map(i64::from)
    }

    /// The need of a pair.
    #[must_use]
    pub fn need(&self, pair: usize) -> usize {
        self.ends.partition_point(|end| *end as usize <= pair)
    }

    /// Takes in further pairs, given by need and line, none of them twice. Gives back where each pair of before stands
    /// now.
    pub(super) fn extend(&mut self, further: &[(u32, u32, i32)]) -> Vec<u32> {
        let before = std::mem::take(self);
        let mut further = further.iter().peekable();
        let mut places = Vec::with_capacity(before.len());
        for need in 0..before.ends.len() {
            for pair in before.of(need) {
                let line = before.lines[pair];
                while let Some(new) = further.next_if(|new| (new.0 as usize, new.1) < (need, line)) {
                    self.take(new.1, new.2);
                }
                places.push(short(self.lines.len()));
                self.take(line, before.scores[pair]);
            }
            while let Some(new) = further.next_if(|new| new.0 as usize == need) {
                self.take(new.1, new.2);
            }
            self.ends.push(short(self.lines.len()));
        }
        self.beyond = before.beyond;
        places
    }

    fn take(&mut self, line: u32, score: i32) {
        self.lines.push(line);
        self.scores.push(score);
    }
}

impl Scorer<'_> {
    /// The candidate of a need and a line that may serve it.
    #[must_use]
    pub fn candidate(&self, need: usize, line: usize) -> Candidate {
        let (from, to) = self.window(need, line);
        let first = any_within(&self.world.offer_of(line).rules, from, to).unwrap_or((from, to));
        Candidate { need, offer: self.world.lines[line].offer, line, first }
    }

    /// The window that a need and a line have in common, as far as the service can still be asked for.
    pub(super) fn window(&self, need: usize, line: usize) -> Span {
        let offer = self.world.offer_of(line);
        let pair = Pair {
            now: self.world.now,
            need: &self.world.needs[need],
            service: &offer.service,
            rules: &offer.rules,
            is_of_category: true,
            is_covered: true,
            is_checked_in: true,
            is_forbidden: false,
            joined: &[],
        };
        pair.window(&self.world.lines[line].capacity)
    }
}

/// The best pairs of one need.
#[derive(Default)]
struct Best {
    kept: usize,
    pairs: Vec<(u32, i32)>,
    /// The place of the worst that is kept, once there are as many as may be.
    worst: Option<usize>,
    is_cut: bool,
}

impl Best {
    fn begin(&mut self, kept: usize) {
        self.pairs.clear();
        (self.kept, self.worst, self.is_cut) = (kept, None, false);
    }

    fn beyond(&self) -> i32 {
        if self.is_cut { self.least() } else { NOTHING }
    }

    fn by_line(&mut self) -> &[(u32, i32)] {
        self.pairs.sort_unstable();
        &self.pairs
    }

    /// Pairs in their order, the better the larger.
    fn rank((line, score): (u32, i32)) -> (i32, std::cmp::Reverse<u32>) {
        (score, std::cmp::Reverse(line))
    }

    fn look_for_worst(&mut self) {
        self.worst = (0..self.pairs.len()).min_by_key(|place| Self::rank(self.pairs[*place]));
    }
}

impl Goal for Best {
    fn least(&self) -> i32 {
        self.worst.map_or(NOTHING, |worst| self.pairs[worst].1)
    }

    fn least_of(&self, _: u32) -> i32 {
        self.least()
    }

    fn found(&mut self, line: u32, score: i32) {
        let new = (line, score);
        match self.worst {
            None => {
                self.pairs.push(new);
                if self.pairs.len() >= self.kept {
                    self.look_for_worst();
                }
            }
            Some(worst) => {
                self.is_cut = true;
                if Self::rank(new) > Self::rank(self.pairs[worst]) {
                    self.pairs[worst] = new;
                    self.look_for_worst();
                }
            }
        }
    }

    fn passed_over(&mut self) {
        self.is_cut = true;
    }
}

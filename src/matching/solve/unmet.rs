//! Why something stays unmet.

use super::{Awaited, Placement, Solved};
use crate::domain::fit::Constraint;
use crate::domain::text::text_enum;
use crate::matching::assign::{NONE, Problem};
use crate::matching::exclusions::Exclusions;
use crate::matching::search::{Everything, Search};
use std::cmp::Reverse;
use std::collections::BTreeSet;

text_enum! {
    /// Why something stays unmet, for programs.
    pub enum UnmetReason {
        /// No service around here is filed under its category or a wider one.
        NoService = "no_service", "没有此类服务", "no such service";
        /// There are services of its category, and each is excluded by some constraint.
        Excluded = "excluded", "没有符合条件的服务", "all excluded";
        /// What could serve it goes to more urgent needs.
        MoreUrgent = "more_urgent", "让给更紧急的需求", "more urgent needs first";
        /// What could serve it goes to needs that it fits better, or that were pinned.
        BetterUse = "better_use", "让给更合适的需求", "better used elsewhere";
        /// All that could serve it does, and it is not enough.
        NotEnough = "not_enough", "服务总量不足", "not enough in all";
        /// What could serve it now is kept back for what last year says will be needed more, and it can wait.
        KeptBack = "kept_back", "为预计的需求留着", "kept back for what is expected";
    }
}

/// Why something stays unmet, with what it takes to say so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// See [`UnmetReason::NoService`].
    NoService,
    /// See [`UnmetReason::Excluded`].
    Excluded {
        /// The constraint that excluded the most.
        constraint: Constraint,
        /// How many services it excluded.
        services: usize,
        /// How many services of the category there are.
        of: usize,
    },
    /// See [`UnmetReason::MoreUrgent`] and [`UnmetReason::BetterUse`].
    Taken {
        /// Places in [`World::needs`](crate::matching::world::World::needs) of those that have it, the most urgent first.
        by: Vec<usize>,
        /// Whether all of them are more urgent.
        more_urgent: bool,
    },
    /// See [`UnmetReason::NotEnough`].
    NotEnough {
        /// What all that could serve it has left together.
        offered: i64,
    },
    /// See [`UnmetReason::KeptBack`].
    KeptBack {
        /// How much of it would be served if nothing were kept back.
        quantity: i64,
        /// For whom that is kept, the most first.
        awaited: Vec<Awaited>,
        /// Why the rest of it would stay unmet even so.
        rest: Option<Box<Self>>,
    },
}

impl Why {
    /// The reason for programs.
    #[must_use]
    pub fn code(&self) -> UnmetReason {
        match self {
            Self::NoService => UnmetReason::NoService,
            Self::Excluded { .. } => UnmetReason::Excluded,
            Self::Taken { more_urgent: true, .. } => UnmetReason::MoreUrgent,
            Self::Taken { more_urgent: false, .. } => UnmetReason::BetterUse,
            Self::NotEnough { .. } => UnmetReason::NotEnough,
            Self::KeptBack { .. } => UnmetReason::KeptBack,
        }
    }
}

/// What stays unmet of a need, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmet {
    /// The place of the need in [`World::needs`](crate::matching::world::World::needs).
    pub need: usize,
    /// How much of it.
    pub quantity: i64,
    /// Why.
    pub why: Why,
}

/// Says for each need with something unmet why it is so.
pub(super) fn explain(solved: &Solved, placements: &[Placement]) -> Vec<Unmet> {
    let mut takers: Vec<Vec<usize>> = vec![Vec::new(); solved.draft.scorer.world.lines.len()];
    for placed in placements {
        takers[placed.candidate.line].push(placed.candidate.need);
    }
    let mut search = Search::new(&solved.draft.scorer);
    let left = (0..solved.draft.scorer.world.needs.len()).map(|need| (need, solved.unmet(need)));
    left.filter(|(_, quantity)| *quantity > 0)
        .map(|(need, quantity)| Unmet {
            need,
            quantity,
            why: why(solved, &mut search, &takers, need, quantity),
        })
        .collect()
}

fn why(solved: &Solved, search: &mut Search, takers: &[Vec<usize>], need: usize, unmet: i64) -> Why {
    let lines = lines(solved, search, need);
    let Some(kept_back) = &solved.draft.kept_back else { return taken(solved, &lines, takers, need) };
    match kept_back.missed(need, unmet) {
        0 => taken(solved, &lines, takers, need),
        quantity => Why::KeptBack {
            quantity,
            awaited: kept_back.awaited(solved.draft.scorer.world, &lines),
            rest: (quantity < unmet).then(|| Box::new(taken(solved, &lines, takers, need))),
        },
    }
}

/// Why a need stays unmet where nothing is kept back.
fn taken(solved: &Solved, lines: &[usize], takers: &[Vec<usize>], need: usize) -> Why {
    let world = solved.draft.scorer.world;
    if lines.is_empty() {
        let exclusions = Exclusions::of(&solved.draft.scorer, need);
        return match exclusions.foremost() {
            None => Why::NoService,
            Some((constraint, services)) => {
                Why::Excluded { constraint, services, of: exclusions.excluded.len() }
            }
        };
    }
    let takers = with_pools(solved, lines).into_iter().flat_map(|line| &takers[line]).copied();
    let mut by: Vec<usize> = takers.filter(|other| *other != need).collect();
    if by.is_empty() {
        let offered = lines.iter().map(|line| world.lines[*line].capacity.left()).sum();
        return Why::NotEnough { offered };
    }
    let urgency = |need: usize| world.needs[need].urgency;
    by.sort_unstable_by_key(|other| (Reverse(urgency(*other)), *other));
    by.dedup();
    let more_urgent = by.iter().all(|other| urgency(*other) > urgency(need));
    Why::Taken { by, more_urgent }
}

/// Lines with all others that use up what their units can do in all.
fn with_pools(solved: &Solved, lines: &[usize]) -> Vec<usize> {
    let Problem { supplies, pools, .. } = &solved.draft.problem;
    if pools.is_empty() {
        return lines.to_vec();
    }
    let used_up: BTreeSet<u32> =
        lines.iter().map(|line| supplies[*line].pool).filter(|pool| *pool != NONE).collect();
    let shares = |line: &usize| lines.contains(line) || used_up.contains(&supplies[*line].pool);
    (0..supplies.len()).filter(shares).collect()
}

/// All lines that may serve a need, those that are no candidates too.
fn lines(solved: &Solved, search: &mut Search, need: usize) -> Vec<usize> {
    let candidates = &solved.draft.candidates;
    if candidates.beyond(need).is_none() {
        return candidates.of(need).map(|pair| candidates.line(pair)).collect();
    }
    let mut all = Everything::default();
    search.visit(need, &mut all);
    all.0.into_iter().map(|(line, _)| line as usize).collect()
}

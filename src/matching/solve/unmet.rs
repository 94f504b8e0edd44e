//! Why something stays unmet.

use super::Placement;
use crate::domain::fit::Constraint;
use crate::domain::text::text_enum;
use crate::matching::candidates::Candidates;
use crate::matching::world::World;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

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
        /// Places in [`World::needs`] of those that have it, the most urgent first.
        by: Vec<usize>,
        /// Whether all of them are more urgent.
        more_urgent: bool,
    },
    /// See [`UnmetReason::NotEnough`].
    NotEnough {
        /// What all that could serve it has left together.
        offered: i64,
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
        }
    }
}

/// What stays unmet of a need, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmet {
    /// The place of the need in [`World::needs`].
    pub need: usize,
    /// How much of it.
    pub quantity: i64,
    /// Why.
    pub why: Why,
}

/// Says for each need with something unmet why it is so.
pub(super) fn explain(
    world: &World,
    candidates: &Candidates,
    placements: &[Placement],
    unmet: &[u32],
) -> Vec<Unmet> {
    let mut takers: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for placed in placements {
        takers.entry(placed.candidate.line).or_default().push(placed.candidate.need);
    }
    let left = unmet.iter().enumerate().filter(|(_, quantity)| **quantity > 0);
    left.map(|(need, quantity)| Unmet {
        need,
        quantity: i64::from(*quantity),
        why: why(world, candidates, &takers, need),
    })
    .collect()
}

fn why(world: &World, candidates: &Candidates, takers: &BTreeMap<usize, Vec<usize>>, need: usize) -> Why {
    let lines: BTreeSet<usize> = candidates.of(need).map(|pair| candidates.pairs[pair].line).collect();
    if lines.is_empty() {
        return match candidates.foremost(need) {
            None => Why::NoService,
            Some((constraint, services)) => {
                Why::Excluded { constraint, services, of: candidates.excluded[need].len() }
            }
        };
    }
    let takers = lines.iter().filter_map(|line| takers.get(line)).flatten().copied();
    let others: BTreeSet<usize> = takers.filter(|other| *other != need).collect();
    if others.is_empty() {
        let offered = lines.iter().map(|line| world.lines[*line].capacity.left()).sum();
        return Why::NotEnough { offered };
    }
    let urgency = |need: usize| world.needs[need].urgency;
    let more_urgent = others.iter().all(|other| urgency(*other) > urgency(need));
    let mut by: Vec<usize> = others.into_iter().collect();
    by.sort_by_key(|other| (Reverse(urgency(*other)), *other));
    Why::Taken { by, more_urgent }
}

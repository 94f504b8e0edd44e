//! Two matchings side by side: who gains and who loses.

use super::solve::Matching;
use super::world::World;
use crate::domain::id::{NeedId, ServiceId};
use crate::domain::need::Need;
use std::collections::BTreeMap;

/// Who gains and who loses from one matching to another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    /// The matching as it is.
    pub before: Totals,
    /// The matching as it would be.
    pub after: Totals,
    /// Needs of which more would be served, the largest share first.
    pub gains: Vec<Change>,
    /// Needs of which less would be served, the largest share first.
    pub losses: Vec<Change>,
    /// Needs that would be served as much as now, by others, by id.
    pub moves: Vec<Change>,
}

/// A matching in a few numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// How many needs there are.
    pub needs: usize,
    /// How many are served in full.
    pub served: usize,
    /// How many are served in part.
    pub partly_served: usize,
    /// How many are not served at all.
    pub unmet: usize,
}

/// A need that would be served otherwise than now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The need, as it would be.
    pub need: Need,
    /// What serves it now, and how much of it, by service.
    pub before: Vec<(ServiceId, i64)>,
    /// What would serve it, and how much of it, by service.
    pub after: Vec<(ServiceId, i64)>,
}

impl Change {
    /// How much more of it would be served; negative where it is less.
    #[must_use]
    pub fn difference(&self) -> i64 {
        total(&self.after) - total(&self.before)
    }

    /// That share of the need, in thousandths.
    pub(super) fn share(&self) -> i64 {
        self.difference() * 1_000 / self.need.left().max(1)
    }
}

fn total(served: &[(ServiceId, i64)]) -> i64 {
    served.iter().map(|(_, quantity)| quantity).sum()
}

/// How much of each need each service serves.
pub type Servings = BTreeMap<NeedId, BTreeMap<ServiceId, i64>>;

/// How much of each need each service serves in a matching.
#[must_use]
pub fn servings(world: &World, matching: &Matching) -> Servings {
    let mut servings = Servings::new();
    for placed in &matching.placements {
        let need = world.needs[placed.candidate.need].id;
        let service = world.offers[placed.candidate.offer].service.id;
        *servings.entry(need).or_default().entry(service).or_default() += placed.quantity;
    }
    servings
}

impl Totals {
    /// A matching in a few numbers.
    #[must_use]
    pub fn of(world: &World, servings: &Servings) -> Self {
        let mut totals = Self { needs: world.needs.len(), ..Self::default() };
        for need in &world.needs {
            match servings.get(&need.id).map_or(0, |served| served.values().sum()) {
                0 => totals.unmet += 1,
                served if served < need.left() => totals.partly_served += 1,
                _ => totals.served += 1,
            }
        }
        totals
    }
}

/// Compares the matching of a world with that of another.
#[must_use]
pub fn compare(before: (&World, &Matching), after: (&World, &Matching)) -> Comparison {
    let servings = |(world, matching)| servings(world, matching);
    compare_servings((before.0, &servings(before)), (after.0, &servings(after)))
}

/// Compares what serves what in a world with what does in another. A need that is in one of the two only counts as not
/// served in the other.
#[must_use]
pub fn compare_servings(before: (&World, &Servings), after: (&World, &Servings)) -> Comparison {
    let mut comparison = Comparison {
        before: Totals::of(before.0, before.1),
        after: Totals::of(after.0, after.1),
        ..Comparison::default()
    };
    let needs: BTreeMap<NeedId, &Need> =
        before.0.needs.iter().chain(&after.0.needs).map(|need| (need.id, need)).collect();
    for (id, need) in needs {
        let of = |servings: &Servings| -> Vec<(ServiceId, i64)> {
            servings.get(&id).into_iter().flatten().map(|(service, quantity)| (*service, *quantity)).collect()
        };
        let (before, after) = (of(before.1), of(after.1));
        if before == after {
            continue;
        }
        let change = Change { need: need.clone(), before, after };
        match change.difference() {
            0 => comparison.moves.push(change),
            1.. => comparison.gains.push(change),
            _ => comparison.losses.push(change),
        }
    }
    comparison.gains.sort_by_key(|change| (-change.share(), change.need.id));
    comparison.losses.sort_by_key(|change| (change.share(), change.need.id));
    comparison
}

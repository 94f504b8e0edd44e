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

impl Totals {
    /// A matching in a few numbers.
    #[must_use]
    pub fn of(world: &World, matching: &Matching) -> Self {
        let mut touched: Vec<bool> = vec![false; world.needs.len()];
        for placed in &matching.placements {
            touched[placed.candidate.need] = true;
        }
        let partly_served = matching.unmet.iter().filter(|unmet| touched[unmet.need]).count();
        Self {
            needs: world.needs.len(),
            served: world.needs.len() - matching.unmet.len(),
            partly_served,
            unmet: matching.unmet.len() - partly_served,
        }
    }
}

/// Compares the matching of a world with that of another. A need that is in one of the two only counts as not served in
/// the other.
#[must_use]
pub fn compare(before: (&World, &Matching), after: (&World, &Matching)) -> Comparison {
    let (now, then) = (servings(before), servings(after));
    let mut comparison = Comparison {
        before: Totals::of(before.0, before.1),
        after: Totals::of(after.0, after.1),
        ..Comparison::default()
    };
    let needs: BTreeMap<NeedId, &Need> =
        before.0.needs.iter().chain(&after.0.needs).map(|need| (need.id, need)).collect();
    for (id, need) in needs {
        let of = |servings: &BTreeMap<NeedId, BTreeMap<ServiceId, i64>>| -> Vec<(ServiceId, i64)> {
            servings.get(&id).into_iter().flatten().map(|(service, quantity)| (*service, *quantity)).collect()
        };
        let change = Change { need: need.clone(), before: of(&now), after: of(&then) };
        match change.difference() {
            0 if change.before == change.after => {}
            0 => comparison.moves.push(change),
            1.. => comparison.gains.push(change),
            _ => comparison.losses.push(change),
        }
    }
    comparison.gains.sort_by_key(|change| (-change.share(), change.need.id));
    comparison.losses.sort_by_key(|change| (change.share(), change.need.id));
    comparison
}

/// How much of each need each service serves.
fn servings((world, matching): (&World, &Matching)) -> BTreeMap<NeedId, BTreeMap<ServiceId, i64>> {
    let mut servings: BTreeMap<NeedId, BTreeMap<ServiceId, i64>> = BTreeMap::new();
    for placed in &matching.placements {
        let need = world.needs[placed.candidate.need].id;
        let service = world.offers[placed.candidate.offer].service.id;
        *servings.entry(need).or_default().entry(service).or_default() += placed.quantity;
    }
    servings
}

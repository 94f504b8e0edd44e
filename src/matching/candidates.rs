//! Which services may serve a need at all, and which constraints exclude the rest.

use super::world::{Offer, World};
use crate::domain::availability::Span;
use crate::domain::directive::DirectiveKind;
use crate::domain::fit::{Constraint, Pair};
use crate::domain::id::{CapacityId, CategoryId, NeedId, ServiceId};
use crate::domain::need::Need;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// A need and a line of capacity that may serve it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// The place of the need in [`World::needs`].
    pub need: usize,
    /// The place of the service in [`World::offers`].
    pub offer: usize,
    /// The place of the line in [`World::lines`].
    pub line: usize,
    /// The first occasion within what both sides allow.
    pub first: Span,
}

/// Every candidate, by need, service and line, and what was excluded for each need.
#[derive(Debug, Clone, Default)]
pub struct Candidates {
    /// The pairs.
    pub pairs: Vec<Candidate>,
    /// By need: where its pairs end in `pairs`.
    ends: Vec<usize>,
    /// By need: the services of its category that constraints excluded, by their places.
    pub excluded: Vec<BTreeMap<usize, Constraint>>,
    /// By need: how many services each constraint excluded, those of other categories included.
    pub exclusions: Vec<BTreeMap<Constraint, usize>>,
}

impl Candidates {
    /// Where the pairs of a need stand.
    #[must_use]
    pub fn of(&self, need: usize) -> Range<usize> {
        let first = need.checked_sub(1).map_or(0, |before| self.ends[before]);
        first..self.ends[need]
    }

    /// Finds every pair that the constraints leave.
    #[must_use]
    pub fn find(world: &World) -> Self {
        let index = Index::new(world);
        let mut found = Self::default();
        for (place, need) in world.needs.iter().enumerate() {
            let filed = index.filed(need);
            let mut exclusions = BTreeMap::from([(Constraint::Category, world.offers.len() - filed.len())]);
            let mut excluded = BTreeMap::new();
            for offer in filed {
                match index.lines(need, &world.offers[offer]) {
                    Ok(lines) => found.pairs.extend(lines.into_iter().map(|(line, first)| Candidate {
                        need: place,
                        offer,
                        line,
                        first,
                    })),
                    Err(constraint) => {
                        *exclusions.entry(constraint).or_default() += 1;
                        excluded.insert(offer, constraint);
                    }
                }
            }
            exclusions.retain(|_, services| *services > 0);
            found.ends.push(found.pairs.len());
            found.excluded.push(excluded);
            found.exclusions.push(exclusions);
        }
        found
    }

    /// The constraint that excluded the most services of a need's own category, and how many; of equals the one that is
    /// looked at last, which is the nearest to a match.
    #[must_use]
    pub fn foremost(&self, need: usize) -> Option<(Constraint, usize)> {
        let counted = self.exclusions[need].iter().map(|(constraint, services)| (*constraint, *services));
        counted
            .filter(|(constraint, _)| *constraint != Constraint::Category)
            .max_by_key(|(constraint, services)| (*services, *constraint))
    }
}

/// Services by category, and what the rows say of needs, by need.
struct Index<'w> {
    world: &'w World,
    by_category: BTreeMap<CategoryId, Vec<usize>>,
    forbidden: BTreeSet<(NeedId, ServiceId)>,
    joined: BTreeMap<NeedId, Vec<CapacityId>>,
}

impl<'w> Index<'w> {
    fn new(world: &'w World) -> Self {
        let mut by_category: BTreeMap<CategoryId, Vec<usize>> = BTreeMap::new();
        for (place, offer) in world.offers.iter().enumerate() {
            by_category.entry(offer.service.category_id).or_default().push(place);
        }
        let prohibitions = world.directives.iter().filter(|given| given.kind == DirectiveKind::Prohibition);
        let mut joined: BTreeMap<NeedId, Vec<CapacityId>> = BTreeMap::new();
        for (need, line) in &world.joined {
            joined.entry(*need).or_default().push(*line);
        }
        Self {
            world,
            by_category,
            forbidden: prohibitions.map(|given| (given.need_id, given.service_id)).collect(),
            joined,
        }
    }

    /// The services filed under the need's category or a wider one, by place.
    fn filed(&self, need: &Need) -> Vec<usize> {
        let categories = self.world.categories.upwards(need.category_id);
        let mut filed: Vec<usize> =
            categories.filter_map(|category| self.by_category.get(&category.id)).flatten().copied().collect();
        filed.sort_unstable();
        filed
    }

    /// The service's lines that may serve the need, or the first constraint that excludes the last of them.
    fn lines(&self, need: &Need, offer: &Offer) -> Result<Vec<(usize, Span)>, Constraint> {
        let around =
            |areas: &BTreeSet<_>| self.world.areas.upwards(need.area_id).any(|area| areas.contains(&area.id));
        let pair = Pair {
            now: self.world.now,
            need,
            service: &offer.service,
            rules: &offer.rules,
            is_of_category: true,
            is_covered: around(&offer.coverage),
            is_checked_in: self.world.check_ins.get(&offer.service.unit_id).is_some_and(around),
            is_forbidden: self.forbidden.contains(&(need.id, offer.service.id)),
            joined: self.joined.get(&need.id).map_or(&[], Vec::as_slice),
        };
        let lines = self.world.lines[offer.lines.clone()].iter().map(|line| &line.capacity);
        let fitting: BTreeMap<CapacityId, Span> =
            pair.lines(lines)?.into_iter().map(|(line, first)| (line.id, first)).collect();
        let first = |line: usize| fitting.get(&self.world.lines[line].capacity.id).copied();
        Ok(offer.lines.clone().filter_map(|line| Some((line, first(line)?))).collect())
    }
}

//! What the hard constraints exclude, told for one need when somebody asks.

use super::score::Scorer;
use crate::domain::fit::Constraint;
use crate::domain::id::CapacityId;
use std::collections::BTreeMap;

/// The services that may not serve a need.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exclusions {
    /// Those of the need's own category that constraints exclude, by their places.
    pub excluded: BTreeMap<usize, Constraint>,
    /// How many each constraint excludes, those of other categories included.
    pub counts: BTreeMap<Constraint, usize>,
}

impl Exclusions {
    /// Looks at every service of a world.
    #[must_use]
    pub fn of(scorer: &Scorer, need: usize) -> Self {
        let index = &scorer.index;
        let filed: Vec<u32> = index
            .categories
            .upwards(index.cell(scorer.world, need).category)
            .flat_map(|category| index.filed.of(category))
            .copied()
            .collect();
        let mut counts = BTreeMap::from([(Constraint::Category, scorer.world.offers.len() - filed.len())]);
        let mut excluded = BTreeMap::new();
        for offer in filed {
            if let Some(constraint) = scorer.constraint(need, offer as usize) {
                *counts.entry(constraint).or_default() += 1;
                excluded.insert(offer as usize, constraint);
            }
        }
        counts.retain(|_, services| *services > 0);
        Self { excluded, counts }
    }

    /// The constraint that excluded the most services of the need's own category, and how many; of equals the one that is
    /// looked at last, which is the nearest to a match.
    #[must_use]
    pub fn foremost(&self) -> Option<(Constraint, usize)> {
        let counted = self.counts.iter().map(|(constraint, services)| (*constraint, *services));
        counted
            .filter(|(constraint, _)| *constraint != Constraint::Category)
            .max_by_key(|(constraint, services)| (*services, *constraint))
    }
}

impl Scorer<'_> {
    /// The first constraint that keeps a service from serving a need; `None` where it may.
    pub(super) fn exclusion(&self, need: usize, offer: usize) -> Option<Constraint> {
        let category = self.index.categories.number(self.world.offers[offer].service.category_id);
        let mut wider = self.index.categories.upwards(self.index.cell(self.world, need).category);
        if wider.any(|above| above == category) {
            self.constraint(need, offer)
        } else {
            Some(Constraint::Category)
        }
    }

    /// The first constraint that keeps a service of its category from serving a need.
    pub(super) fn constraint(&self, need: usize, offer: usize) -> Option<Constraint> {
        let world = self.world;
        let asked = &world.needs[need];
        let lines = || world.lines[world.offers[offer].lines.clone()].iter().map(|line| &line.capacity);
        let joined: Vec<CapacityId> =
            lines().map(|line| line.id).filter(|line| world.joined.contains(&(asked.id, *line))).collect();
        let is_forbidden = self.index.forbidden(need).iter().any(|(_, of)| *of as usize == offer);
        world.pair(asked, offer, is_forbidden, &joined).lines(lines()).err()
    }
}

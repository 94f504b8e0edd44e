//! The best answer for all needs of an area at once, as a preview that changes nothing.

use super::parts::Quantity;
use super::planned::PlannedMatch;
use super::settings::MatchingSettings;
use super::unmet::{CapacityLeft, UnmetNeed, UnplacedPin};
use crate::domain::service::Measure;
use crate::graph::error::{id, optional_id, told};
use crate::graph::loader;
use crate::matching::settings::Settings;
use crate::matching::solve::{self, solve};
use crate::matching::world::World;
use crate::store::application::unsolved;
use crate::store::{settings, world};
use async_graphql::{Context, Error, ID, Object};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The matching, to be previewed.
#[derive(Default)]
pub struct MatchingQuery;

#[Object]
impl MatchingQuery {
    /// The best answer for all open needs of an area and everything below it at once, under the capacities of all
    /// services that reach it. It changes nothing. For those who work in the area's street.
    async fn matching(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The area.")] area_id: ID,
        #[graphql(desc = "Only needs of this category and below it.")] category_id: Option<ID>,
    ) -> Result<Matching, Error> {
        let area = id(ctx, "areaId", &area_id)?;
        let category = optional_id(ctx, "categoryId", category_id.as_ref())?;
        let loaders = loader(ctx)?.loader();
        let now = loaders.store.clock.now();
        let mut conn = loaders.store.read().await.map_err(|error| told(ctx, &error))?;
        let previewed = world::preview(&mut conn, &loaders.viewer, now, area, category).await;
        let (street, world) = previewed.map_err(|error| told(ctx, &error))?;
        let settings = settings::of(&mut conn, street, &loaders.store.settings).await;
        let settings = settings.map_err(|error| told(ctx, &error))?;
        let solved = solve(&world, &settings, &mut ()).map_err(|error| told(ctx, &unsolved(&error)))?;
        Ok(Matching(Arc::new(Solved { world, settings, solved })))
    }
}

/// A world, how it is matched, and its best answer.
pub(super) struct Solved {
    pub world: World,
    pub settings: Settings,
    pub solved: solve::Matching,
}

/// The best answer for all open needs of an area at once. Nothing has been changed.
pub struct Matching(Arc<Solved>);

/// The best answer for all open needs of an area at once. Nothing has been changed.
#[Object]
impl Matching {
    /// What the world was: send it with `applyMatching`, which then refuses where something has moved.
    async fn fingerprint(&self) -> String {
        self.0.world.fingerprint(&self.0.settings).encode()
    }

    /// How it was matched: as its street has laid down, or as is usual.
    async fn settings(&self) -> MatchingSettings {
        self.0.settings.clone().into()
    }

    /// The scores of all matches, each times its quantity: a whole number that may be larger than an `Int`.
    async fn total(&self) -> f64 {
        points(self.0.solved.total)
    }

    /// What the answer costs: for each unit of quantity what it lacks in score, or the penalty of what stays unmet.
    async fn cost(&self) -> f64 {
        points(self.0.solved.certificate.primal)
    }

    /// What any answer costs at least, proven by prices without trusting the solver: equal to `cost`.
    async fn proven_cost(&self) -> f64 {
        points(self.0.solved.certificate.dual)
    }

    /// How many needs were matched.
    async fn need_count(&self) -> usize {
        self.0.world.needs.len()
    }

    /// How many of them are served in full.
    async fn served_count(&self) -> usize {
        self.0.world.needs.len() - self.0.solved.unmet.len()
    }

    /// How many of them are served in part.
    async fn partly_served_count(&self) -> usize {
        let served: BTreeSet<usize> =
            self.0.solved.placements.iter().map(|placed| placed.candidate.need).collect();
        self.0.solved.unmet.iter().filter(|unmet| served.contains(&unmet.need)).count()
    }

    /// How many of them are not served at all.
    async fn unmet_count(&self) -> usize {
        let served: BTreeSet<usize> =
            self.0.solved.placements.iter().map(|placed| placed.candidate.need).collect();
        self.0.world.needs.len() - served.len()
    }

    /// How much is served.
    async fn served(&self) -> Vec<Quantity> {
        let placements = self.0.solved.placements.iter();
        self.sum(placements.map(|placed| (placed.candidate.need, placed.quantity)))
    }

    /// How much stays unmet.
    async fn unmet_quantities(&self) -> Vec<Quantity> {
        self.sum(self.0.solved.unmet.iter().map(|unmet| (unmet.need, unmet.quantity)))
    }

    /// What it would bring together.
    async fn matches(&self) -> Vec<PlannedMatch> {
        let count = self.0.solved.placements.len();
        (0..count).map(|place| PlannedMatch::new(&self.0, place)).collect()
    }

    /// What stays unmet, and why.
    async fn unmet(&self) -> Vec<UnmetNeed> {
        (0..self.0.solved.unmet.len()).map(|place| UnmetNeed::new(&self.0, place)).collect()
    }

    /// Pins that could not be honoured in full, and why.
    async fn unplaced_pins(&self) -> Vec<UnplacedPin> {
        let count = self.0.solved.refused_pins.len();
        (0..count).map(|place| UnplacedPin::new(&self.0, place)).collect()
    }

    /// What it would leave of each line of capacity.
    async fn capacities(&self) -> Vec<CapacityLeft> {
        (0..self.0.world.lines.len()).map(|line| CapacityLeft::new(&self.0, line)).collect()
    }
}

impl Matching {
    fn sum(&self, quantities: impl Iterator<Item = (usize, i64)>) -> Vec<Quantity> {
        let mut sums: BTreeMap<Measure, i64> = BTreeMap::new();
        for (need, quantity) in quantities {
            *sums.entry(self.0.world.needs[need].measure).or_default() += quantity;
        }
        Quantity::list(sums)
    }
}

/// Points of a whole street as a number that every client can hold.
#[expect(clippy::cast_precision_loss, reason = "scores and quantities are far below 2^53")]
fn points(points: i64) -> f64 {
    points as f64
}

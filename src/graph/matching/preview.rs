//! The best answer for all needs of an area at once, as a preview that changes nothing.

use super::parts::{Quantity, ScorePart};
use crate::domain::fit::Constraint;
use crate::domain::id::DirectiveId;
use crate::domain::service::Measure;
use crate::graph::directive::Directive;
use crate::graph::error::{id, lang, optional_id, told};
use crate::graph::loader;
use crate::graph::need::Need;
use crate::graph::page::maybe;
use crate::graph::service::{Capacity, Service};
use crate::matching::explain;
use crate::matching::solve::{self, NextBest, Placement, RefusedPin, Unmet, UnmetReason, Why, solve};
use crate::matching::world::World;
use crate::store::application::unsolved;
use crate::store::world;
use async_graphql::{Context, Error, ID, Object};
use chrono::{DateTime, Utc};
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
        let world = world::preview(&mut conn, &loaders.viewer, now, area, category).await;
        let world = world.map_err(|error| told(ctx, &error))?;
        let solved = solve(&world, &loaders.store.weights).map_err(|error| told(ctx, &unsolved(&error)))?;
        Ok(Matching(Arc::new(Solved { world, solved })))
    }
}

/// A world and its best answer.
struct Solved {
    world: World,
    solved: solve::Matching,
}

/// The best answer for all open needs of an area at once. Nothing has been changed.
pub struct Matching(Arc<Solved>);

/// The best answer for all open needs of an area at once. Nothing has been changed.
#[Object]
impl Matching {
    /// What the world was: send it with `applyMatching`, which then refuses where something has moved.
    async fn fingerprint(&self) -> String {
        self.0.world.fingerprint().encode()
    }

    /// The scores of all matches, each times its quantity.
    async fn total(&self) -> i64 {
        self.0.solved.total
    }

    /// What the answer costs: for each unit of quantity what it lacks in score, or the penalty of what stays unmet.
    async fn cost(&self) -> i64 {
        self.0.solved.certificate.primal
    }

    /// What any answer costs at least, proven by prices without trusting the solver: equal to `cost`.
    async fn proven_cost(&self) -> i64 {
        self.0.solved.certificate.dual
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
        (0..count).map(|place| PlannedMatch { of: self.0.clone(), place }).collect()
    }

    /// What stays unmet, and why.
    async fn unmet(&self) -> Vec<UnmetNeed> {
        (0..self.0.solved.unmet.len()).map(|place| UnmetNeed { of: self.0.clone(), place }).collect()
    }

    /// Pins that could not be honoured in full, and why.
    async fn unplaced_pins(&self) -> Vec<UnplacedPin> {
        let count = self.0.solved.refused_pins.len();
        (0..count).map(|place| UnplacedPin { of: self.0.clone(), place }).collect()
    }

    /// What it would leave of each line of capacity.
    async fn capacities(&self) -> Vec<CapacityLeft> {
        (0..self.0.world.lines.len()).map(|line| CapacityLeft { of: self.0.clone(), line }).collect()
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

/// A match that the answer holds.
pub struct PlannedMatch {
    of: Arc<Solved>,
    place: usize,
}

impl PlannedMatch {
    fn placed(&self) -> &Placement {
        &self.of.solved.placements[self.place]
    }
}

/// A match that the answer holds: not made yet.
#[Object]
impl PlannedMatch {
    /// The need.
    async fn need(&self) -> Need {
        self.of.world.needs[self.placed().candidate.need].clone().into()
    }

    /// The service.
    async fn service(&self) -> Service {
        self.of.world.offers[self.placed().candidate.offer].service.clone().into()
    }

    /// The line of the service's capacity.
    async fn capacity(&self) -> Capacity {
        self.of.world.lines[self.placed().candidate.line].capacity.clone().into()
    }

    /// How much of the need it serves.
    async fn quantity(&self) -> i64 {
        self.placed().quantity
    }

    /// How much of that a pin reserved.
    async fn pinned(&self) -> i64 {
        self.placed().pinned
    }

    /// The first occasion that both sides allow.
    async fn first_starts_at(&self) -> DateTime<Utc> {
        self.placed().candidate.first.0
    }

    /// How well the two fit, from 0 to 10,000.
    async fn score(&self) -> i64 {
        self.placed().score.total
    }

    /// The parts of the score, which add up to it.
    async fn reasons(&self, ctx: &Context<'_>) -> Vec<ScorePart> {
        let (world, placed) = (&self.of.world, self.placed());
        let need = &world.needs[placed.candidate.need];
        let service = &world.offers[placed.candidate.offer].service;
        ScorePart::list(world, need, service, &placed.score, lang(ctx))
    }

    /// Another service for the need; null where there is none.
    async fn next_best(&self, ctx: &Context<'_>) -> Option<NextBestService> {
        let text = explain::next_best(&self.of.world, self.placed())?.text(lang(ctx)).to_owned();
        Some(NextBestService { of: self.of.clone(), next: self.placed().next_best?, text })
    }
}

/// Another service for the need of a planned match.
pub struct NextBestService {
    of: Arc<Solved>,
    next: NextBest,
    text: String,
}

/// Another service for the need of a planned match.
#[Object]
impl NextBestService {
    /// The service.
    async fn service(&self) -> Service {
        self.of.world.offers[self.next.candidate.offer].service.clone().into()
    }

    /// How well it fits, from 0 to 10,000.
    async fn score(&self) -> i64 {
        self.next.score
    }

    /// How many points taking it would cost the whole for each unit of quantity, what it takes from other needs
    /// included. Negative only where a pin forces a worse choice.
    async fn cost(&self) -> i64 {
        self.next.cost
    }

    /// The same in a sentence, in the language of the request.
    async fn text(&self) -> &str {
        &self.text
    }
}

/// Something that stays unmet.
pub struct UnmetNeed {
    of: Arc<Solved>,
    place: usize,
}

impl UnmetNeed {
    fn unmet(&self) -> &Unmet {
        &self.of.solved.unmet[self.place]
    }
}

/// Something that stays unmet.
#[Object]
impl UnmetNeed {
    /// The need.
    async fn need(&self) -> Need {
        self.of.world.needs[self.unmet().need].clone().into()
    }

    /// How much of it.
    async fn quantity(&self) -> i64 {
        self.unmet().quantity
    }

    /// Why, for programs.
    async fn reason(&self) -> UnmetReason {
        self.unmet().why.code()
    }

    /// The constraint that excluded most services of its category, where all of them are excluded.
    async fn constraint(&self) -> Option<Constraint> {
        match self.unmet().why {
            Why::Excluded { constraint, .. } => Some(constraint),
            _ => None,
        }
    }

    /// The needs that have what could serve it, the most urgent first.
    async fn taken_by(&self) -> Vec<Need> {
        let Why::Taken { by, .. } = &self.unmet().why else { return Vec::new() };
        by.iter().map(|need| self.of.world.needs[*need].clone().into()).collect()
    }

    /// Why, in a sentence, in the language of the request.
    async fn text(&self, ctx: &Context<'_>) -> String {
        explain::unmet(&self.of.world, self.unmet()).text(lang(ctx)).to_owned()
    }
}

/// A pin that could not be honoured in full.
pub struct UnplacedPin {
    of: Arc<Solved>,
    place: usize,
}

impl UnplacedPin {
    fn pin(&self) -> &RefusedPin {
        &self.of.solved.refused_pins[self.place]
    }
}

/// A pin that could not be honoured in full.
#[Object]
impl UnplacedPin {
    /// The pin.
    async fn directive(&self, ctx: &Context<'_>) -> Result<Option<Directive>, Error> {
        let pin: DirectiveId = self.pin().directive;
        maybe(ctx, Some(pin)).await
    }

    /// How much of what it reserves could not be placed.
    async fn quantity(&self) -> i64 {
        self.pin().quantity
    }

    /// The constraint that stands against it; null where need or capacity are too small.
    async fn constraint(&self) -> Option<Constraint> {
        self.pin().constraint
    }

    /// Why, in a sentence, in the language of the request.
    async fn text(&self, ctx: &Context<'_>) -> String {
        explain::refused_pin(self.pin()).text(lang(ctx)).to_owned()
    }
}

/// What the answer would leave of a line of capacity.
pub struct CapacityLeft {
    of: Arc<Solved>,
    line: usize,
}

/// What the answer would leave of a line of capacity.
#[Object]
impl CapacityLeft {
    /// The service.
    async fn service(&self) -> Service {
        self.of.world.offer_of(self.line).service.clone().into()
    }

    /// The line as it is now.
    async fn capacity(&self) -> Capacity {
        self.of.world.lines[self.line].capacity.clone().into()
    }

    /// What would be left of it.
    async fn left(&self) -> i64 {
        self.of.solved.left[self.line]
    }
}

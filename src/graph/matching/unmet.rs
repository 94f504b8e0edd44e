//! What the answer would leave: needs, pins, capacity.

use super::preview::Solved;
use crate::domain::fit::Constraint;
use crate::graph::category::Category;
use crate::graph::directive::Directive;
use crate::graph::error::lang;
use crate::graph::need::Need;
use crate::graph::page::{known, maybe};
use crate::graph::service::{Capacity, Service};
use crate::matching::explain;
use crate::matching::solve::{Awaited, RefusedPin, Unmet, UnmetReason, Why};
use async_graphql::{Context, Error, Object};
use chrono::{DateTime, Utc};
use std::sync::Arc;

/// Something that stays unmet.
pub struct UnmetNeed {
    of: Arc<Solved>,
    place: usize,
}

impl UnmetNeed {
    pub(super) fn new(of: &Arc<Solved>, place: usize) -> Self {
        Self { of: of.clone(), place }
    }

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
        let why = match &self.unmet().why {
            Why::KeptBack { rest: Some(rest), .. } => rest,
            why => why,
        };
        let Why::Taken { by, .. } = why else { return Vec::new() };
        by.iter().map(|need| self.of.world.needs[*need].clone().into()).collect()
    }

    /// How much of it would be served today if nothing were kept back for what is expected.
    async fn kept_back(&self) -> i64 {
        match self.unmet().why {
            Why::KeptBack { quantity, .. } => quantity,
            _ => 0,
        }
    }

    /// For whom that is kept back, the most first.
    async fn awaited(&self) -> Vec<AwaitedNeeds> {
        let Why::KeptBack { awaited, .. } = &self.unmet().why else { return Vec::new() };
        awaited.iter().copied().map(AwaitedNeeds).collect()
    }

    /// Why, in a sentence, in the language of the request.
    async fn text(&self, ctx: &Context<'_>) -> String {
        explain::unmet(&self.of.world, self.unmet()).text(lang(ctx)).to_owned()
    }
}

/// Needs of one category that are expected.
pub struct AwaitedNeeds(Awaited);

/// Needs of one category that are expected, as they came a year ago, and for which something is kept back.
#[Object]
impl AwaitedNeeds {
    /// Their category.
    async fn category(&self, ctx: &Context<'_>) -> Result<Category, Error> {
        known(ctx, self.0.category).await
    }

    /// How many there are.
    async fn need_count(&self) -> usize {
        self.0.needs
    }

    /// How much is kept back for them.
    async fn quantity(&self) -> i64 {
        self.0.quantity
    }

    /// When the first of them is expected.
    async fn starts_at(&self) -> DateTime<Utc> {
        self.0.from
    }
}

/// A pin that could not be honoured in full.
pub struct UnplacedPin {
    of: Arc<Solved>,
    place: usize,
}

impl UnplacedPin {
    pub(super) fn new(of: &Arc<Solved>, place: usize) -> Self {
        Self { of: of.clone(), place }
    }

    fn pin(&self) -> &RefusedPin {
        &self.of.solved.refused_pins[self.place]
    }
}

/// A pin that could not be honoured in full.
#[Object]
impl UnplacedPin {
    /// The pin.
    async fn directive(&self, ctx: &Context<'_>) -> Result<Option<Directive>, Error> {
        maybe(ctx, Some(self.pin().directive)).await
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
        explain::refused_pin(&self.of.world, self.pin()).text(lang(ctx)).to_owned()
    }
}

/// What the answer would leave of a line of capacity.
pub struct CapacityLeft {
    of: Arc<Solved>,
    line: usize,
}

impl CapacityLeft {
    pub(super) fn new(of: &Arc<Solved>, line: usize) -> Self {
        Self { of: of.clone(), line }
    }
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

    /// How much of that is kept back for what is expected.
    async fn kept_back(&self) -> i64 {
        self.of.solved.reserve.as_ref().map_or(0, |reserve| reserve.kept[self.line])
    }
}

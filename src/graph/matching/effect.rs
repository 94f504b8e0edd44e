//! What to ask for next, and what an offer is worth: each with its true effect, which has been solved.

use super::comparison::{NeedChange, Worlds};
use super::preview::{Solved, points};
use crate::domain::service::Measure;
use crate::graph::category::Category;
use crate::graph::error::lang;
use crate::graph::limits::annotation::list_size;
use crate::graph::page::known;
use crate::matching::advice::{Ask, Effect};
use crate::matching::explain;
use async_graphql::{Context, Error, Object};
use chrono::{DateTime, Utc};
use std::sync::Arc;

/// Something that the street should ask partner units for.
pub struct MatchingAsk {
    of: Arc<Solved>,
    ask: Ask,
}

impl MatchingAsk {
    pub(super) fn list(of: &Arc<Solved>, asks: Vec<Ask>) -> Vec<Self> {
        asks.into_iter().map(|ask| Self { of: of.clone(), ask }).collect()
    }
}

/// Something that the street should ask partner units for (征集建议): just as much of it as would be used.
#[Object]
impl MatchingAsk {
    /// What it would be filed under.
    async fn category(&self, ctx: &Context<'_>) -> Result<Category, Error> {
        known(ctx, self.ask.service.category).await
    }

    /// What it would be counted in.
    async fn measure(&self) -> Measure {
        self.ask.service.measure
    }

    /// How much of it.
    async fn quantity(&self) -> i64 {
        self.ask.service.quantity
    }

    /// From when.
    async fn starts_at(&self) -> DateTime<Utc> {
        self.ask.service.starts_at
    }

    /// Until when, itself outside.
    async fn ends_at(&self) -> DateTime<Utc> {
        self.ask.service.ends_at
    }

    /// What one more unit of it is worth at most, in points.
    async fn price(&self) -> f64 {
        points(self.ask.price)
    }

    /// What would come of it.
    async fn effect(&self, ctx: &Context<'_>) -> MatchingEffect {
        let text = explain::worth(&self.ask.effect).text(lang(ctx)).to_owned();
        MatchingEffect { effect: self.ask.effect.clone(), worlds: Some([self.of.clone()].into()), text }
    }

    /// What to ask for and what would come of it in a sentence, in the language of the request.
    async fn text(&self, ctx: &Context<'_>) -> String {
        explain::ask(&self.of.world, &self.ask).text(lang(ctx)).to_owned()
    }
}

/// What would come of a service that is not there yet.
pub struct MatchingEffect {
    effect: Effect,
    /// `None` where the reader is not told of others' matches.
    worlds: Option<Worlds>,
    text: String,
}

impl MatchingEffect {
    pub(super) fn new(effect: Effect, worlds: Option<Worlds>, text: String) -> Self {
        Self { effect, worlds, text }
    }
}

/// What would come of a service that is not there yet: matched again with it, not estimated.
#[Object]
impl MatchingEffect {
    /// How much of it would be used.
    async fn used(&self) -> i64 {
        self.effect.used
    }

    /// By how much less the whole would cost, in points.
    async fn gain(&self) -> f64 {
        points(self.effect.gain)
    }

    /// How many people more would be reached; null where nothing of the kind has been delivered yet.
    async fn people(&self) -> Option<i64> {
        self.effect.people
    }

    /// How many needs would be served more.
    async fn gain_count(&self) -> usize {
        self.effect.comparison.gains.len()
    }

    /// How many needs would be served less.
    async fn loss_count(&self) -> usize {
        self.effect.comparison.losses.len()
    }

    /// Needs of which more would be served, the largest share first. A unit's liaison is not told.
    #[graphql(directive = list_size::apply(Some(50), None))]
    async fn gains(&self) -> Option<Vec<NeedChange>> {
        Some(NeedChange::list(&self.effect.comparison.gains, self.worlds.as_ref()?))
    }

    /// Needs of which less would be served, the largest share first. A unit's liaison is not told.
    #[graphql(directive = list_size::apply(Some(50), None))]
    async fn losses(&self) -> Option<Vec<NeedChange>> {
        Some(NeedChange::list(&self.effect.comparison.losses, self.worlds.as_ref()?))
    }

    /// The same in a sentence, in the language of the request.
    async fn text(&self) -> &str {
        &self.text
    }
}

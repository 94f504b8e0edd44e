//! What the answer would bring together.

use super::parts::ScorePart;
use super::preview::Solved;
use crate::graph::error::lang;
use crate::graph::matches::Match;
use crate::graph::need::Need;
use crate::graph::page::maybe;
use crate::graph::service::{Capacity, Service};
use crate::matching::explain;
use crate::matching::solve::{NextBest, Placement};
use async_graphql::{Context, Error, Object};
use chrono::{DateTime, Utc};
use std::sync::Arc;

/// A match that the answer holds.
pub struct PlannedMatch {
    of: Arc<Solved>,
    place: usize,
}

impl PlannedMatch {
    pub(super) fn new(of: &Arc<Solved>, place: usize) -> Self {
        Self { of: of.clone(), place }
    }

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

    /// The line of the service's capacity, without what is only suggested and may be moved.
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

    /// The suggested match that it leaves as it is; null where it is new.
    async fn suggested(&self, ctx: &Context<'_>) -> Result<Option<Match>, Error> {
        let kept = self.placed().suggested.map(|place| self.of.world.suggested[place].id);
        maybe(ctx, kept).await
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

    /// The best service for the need of those that do not serve it here; null where there is none.
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

use crate::domain::run::{NextBest, Planned};
use crate::domain::service::Capacity as Line;
use crate::graph::error::lang;
use crate::graph::matches::{Match, MatchReason};
use crate::graph::need::Need;
use crate::graph::page::{Node, maybe, parts};
use crate::graph::service::{Capacity, Service};
use crate::store::run::PlannedOf;
use async_graphql::{Context, Error, ID, Object};

/// A need and a service that a matching run would bring together.
pub struct MatchingRunMatch(Planned);

impl From<Planned> for MatchingRunMatch {
    fn from(row: Planned) -> Self {
        Self(row)
    }
}

impl Node for MatchingRunMatch {
    type Row = Planned;
    type List = PlannedOf;
}

/// A need and a service that a matching run would bring together: not made yet.
#[Object]
impl MatchingRunMatch {
    /// The global id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The need as it is now; null where it was only supposed.
    async fn need(&self, ctx: &Context<'_>) -> Result<Option<Need>, Error> {
        maybe(ctx, Some(self.0.need_id)).await
    }

    /// The need's title when the run was computed.
    async fn need_title(&self) -> &str {
        &self.0.need_title
    }

    /// The service as it is now; null where it was only supposed.
    async fn service(&self, ctx: &Context<'_>) -> Result<Option<Service>, Error> {
        maybe(ctx, Some(self.0.service_id)).await
    }

    /// The service's title when the run was computed.
    async fn service_title(&self) -> &str {
        &self.0.service_title
    }

    /// The line of the service's capacity as it is now; null where it was only supposed or is gone.
    async fn capacity(&self, ctx: &Context<'_>) -> Result<Option<Capacity>, Error> {
        let lines = parts::<Line>(ctx, self.0.service_id).await?;
        Ok(lines.into_iter().find(|line| line.id == self.0.capacity_id).map(Capacity::from))
    }

    /// How much of the need it serves.
    async fn quantity(&self) -> i64 {
        self.0.quantity
    }

    /// How much of that a pin reserved.
    async fn pinned(&self) -> i64 {
        self.0.pinned
    }

    /// The suggested match that it leaves as it is; null where it is new.
    async fn suggested(&self, ctx: &Context<'_>) -> Result<Option<Match>, Error> {
        maybe(ctx, self.0.match_id).await
    }

    /// How well the two fit, from 0 to 10,000.
    async fn score(&self) -> i64 {
        self.0.score
    }

    /// The parts of the score, which add up to it.
    async fn reasons(&self, ctx: &Context<'_>) -> Vec<MatchReason> {
        self.0.reasons.iter().map(|reason| MatchReason::told(reason, lang(ctx))).collect()
    }

    /// The best service for the need of those that do not serve it here; null where there is none.
    async fn next_best(&self) -> Option<MatchingRunNextBest> {
        self.0.next_best.clone().map(MatchingRunNextBest)
    }
}

/// Another service for the need of a match that a run would make.
pub struct MatchingRunNextBest(NextBest);

/// Another service for the need of a match that a run would make.
#[Object]
impl MatchingRunNextBest {
    /// The service as it is now; null where it was only supposed.
    async fn service(&self, ctx: &Context<'_>) -> Result<Option<Service>, Error> {
        maybe(ctx, Some(self.0.service)).await
    }

    /// The service's title when the run was computed.
    async fn service_title(&self) -> &str {
        &self.0.title
    }

    /// How well it fits, from 0 to 10,000.
    async fn score(&self) -> i64 {
        self.0.score
    }

    /// How many points taking it would cost the whole for each unit of quantity, what it takes from other needs
    /// included. Negative only where a pin forces a worse choice.
    async fn cost(&self) -> i64 {
        self.0.cost
    }

    /// The same in a sentence, in the language of the request.
    async fn text(&self, ctx: &Context<'_>) -> &str {
        lang(ctx).pick(&self.0.zh, &self.0.en)
    }
}

//! Matches in the graph, with what was delivered and what came of it.

mod answer;
mod fulfilment;
mod mutation;
mod query;
mod rating;
mod work;

pub use answer::MatchAnswerMutation;
pub use fulfilment::Fulfilment;
pub use mutation::MatchMutation;
pub use query::{MatchFilter, MatchOrder, MatchQuery};
pub use rating::Rating;
pub use work::MatchWorkMutation;

use super::error::{told, told_shared};
use super::event::{Event, history};
use super::loaders::ById;
use super::need::Need;
use super::page::{Connection, Node, PageArgs, known, maybe, parts};
use super::service::{Capacity, Service};
use super::unit::PartnerUnit;
use super::{Asked, loader};
use crate::domain::id::Id as _;
use crate::domain::matches::{self, Initiator, MatchAction, MatchState, Reason, Side};
use crate::domain::text::Lang;
use crate::domain::viewer::Scope;
use crate::domain::{need, service};
use crate::store::error::Error as StoreError;
use crate::store::matches::{Fulfilments, Matches, Ratings};
use async_graphql::{Context, Error, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};

/// A match (对接): one need and one service brought together, with a quantity and a window.
pub struct Match(matches::Match);

impl From<matches::Match> for Match {
    fn from(row: matches::Match) -> Self {
        Self(row)
    }
}

impl Node for Match {
    type Row = matches::Match;
    type List = Matches;
}

/// A part of a match's score.
#[derive(SimpleObject)]
pub struct MatchReason {
    /// Which part of the score.
    part: String,
    /// The points that it gave.
    points: i64,
    /// What they were given for, in the language of the request.
    text: String,
}

impl MatchReason {
    /// A kept part of a score, in a language.
    #[must_use]
    pub fn told(reason: &Reason, lang: Lang) -> Self {
        let text = lang.pick(&reason.zh, &reason.en).clone();
        Self { part: reason.part.clone(), points: reason.points, text }
    }
}

/// A coordinator standing in for one side.
#[derive(SimpleObject)]
pub struct MatchStandIn {
    /// The side.
    side: Side,
    /// Why.
    reason: String,
}

/// A match (对接): one need and one service brought together, with a quantity and a window.
#[Object]
impl Match {
    /// The global id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Where it stands in its life.
    async fn state(&self) -> MatchState {
        self.0.state
    }

    /// What you can do to it now: what its state allows and your part has the right to.
    async fn possible_actions(&self, ctx: &Context<'_>) -> Result<Vec<MatchAction>, Error> {
        let viewer = &ctx.data::<Asked>()?.viewer;
        let need = loader(ctx)?.load_one(ById::<need::Need>(self.0.need_id)).await;
        let Some(need) = need.map_err(told_shared(ctx))?.filter(|_| viewer.may(Scope::Write)) else {
            return Ok(Vec::new());
        };
        Ok(self.0.possible_for(self.0.standing(&need, viewer)).collect())
    }

    /// Who brought the two together.
    async fn initiator(&self) -> Initiator {
        self.0.initiator
    }

    /// The need; null where you may not see it.
    async fn need(&self, ctx: &Context<'_>) -> Result<Option<Need>, Error> {
        maybe(ctx, Some(self.0.need_id)).await
    }

    /// The service; null where you may not see it.
    async fn service(&self, ctx: &Context<'_>) -> Result<Option<Service>, Error> {
        maybe(ctx, Some(self.0.service_id)).await
    }

    /// The line of the service's capacity that it draws on.
    async fn capacity(&self, ctx: &Context<'_>) -> Result<Option<Capacity>, Error> {
        let lines = parts::<service::Capacity>(ctx, self.0.service_id).await?;
        Ok(lines.into_iter().find(|line| line.id == self.0.capacity_id).map(Capacity::from))
    }

    /// The unit that offers the service.
    async fn unit(&self, ctx: &Context<'_>) -> Result<PartnerUnit, Error> {
        known(ctx, self.0.unit_id).await
    }

    /// The unit that asks; null where an area asks.
    async fn asking_unit(&self, ctx: &Context<'_>) -> Result<Option<PartnerUnit>, Error> {
        maybe(ctx, self.0.asking_unit_id).await
    }

    /// How much was agreed on, in the need's measure.
    async fn quantity(&self) -> i64 {
        self.0.quantity
    }

    /// How much of that is delivered.
    async fn delivered(&self) -> i64 {
        self.0.delivered
    }

    /// How much of that was given back to the need and the service.
    async fn released(&self) -> i64 {
        self.0.released
    }

    /// How much of that is still to be delivered.
    async fn left(&self) -> i64 {
        self.0.left()
    }

    /// When it is to happen; until a date is set, the window that both sides have in common.
    async fn starts_at(&self) -> DateTime<Utc> {
        self.0.starts_at
    }

    /// Until when.
    async fn ends_at(&self) -> DateTime<Utc> {
        self.0.ends_at
    }

    /// How well the two fit, from 0 to 10,000; null where nobody computed it.
    async fn score(&self) -> Option<i64> {
        self.0.score
    }

    /// The parts of the score, as the matching gave them.
    #[expect(clippy::unused_async, reason = "the graph takes asynchronous resolvers only")]
    async fn reasons(&self, ctx: &Context<'_>) -> Result<Vec<MatchReason>, Error> {
        let lang = ctx.data::<Asked>()?.lang;
        let unreadable = |_| told(ctx, &StoreError::Corrupt(format!("the reasons of {}", self.0.id)));
        let reasons = self.0.reasons().map_err(unreadable)?;
        Ok(reasons.iter().map(|reason| MatchReason::told(reason, lang)).collect())
    }

    /// When the asking side confirmed.
    async fn asking_confirmed_at(&self) -> Option<DateTime<Utc>> {
        self.0.asking_confirmed_at
    }

    /// When the offering side confirmed.
    async fn offering_confirmed_at(&self) -> Option<DateTime<Utc>> {
        self.0.offering_confirmed_at
    }

    /// The side that a coordinator stood in for, and why; null where both sides spoke for themselves.
    async fn stand_in(&self) -> Option<MatchStandIn> {
        let reason = self.0.stand_in_reason.clone()?;
        Some(MatchStandIn { side: self.0.stand_in_side?, reason })
    }

    /// Why it was declined, called off or not done, or why a coordinator confirmed the delivery.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// By when it has to be answered; after that it expires and gives its quantity back.
    async fn respond_by(&self) -> DateTime<Utc> {
        self.0.respond_by
    }

    /// When both sides had confirmed.
    async fn accepted_at(&self) -> Option<DateTime<Utc>> {
        self.0.accepted_at
    }

    /// The delivered parts, in the order in which they were recorded.
    async fn fulfilments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the beginning: 20 unless told, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end: 100 at most.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Fulfilment>, Error> {
        let page = PageArgs::new(first, after, last, before);
        Connection::of(ctx, self.0.id.uuid(), Fulfilments, page).await
    }

    /// The asking side's verdict; null until it is given.
    async fn rating(&self, ctx: &Context<'_>) -> Result<Option<Rating>, Error> {
        let only = PageArgs { first: Some(1), ..PageArgs::default() };
        Ok(Connection::of(ctx, self.0.id.uuid(), Ratings, only).await?.into_first())
    }

    /// What happened to it, from the first to the last.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the beginning: 20 unless told, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end: 100 at most.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Event>, Error> {
        history(ctx, self.0.id, PageArgs::new(first, after, last, before)).await
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

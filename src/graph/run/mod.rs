//! Matching runs in the graph: asked for, followed, read and applied.

mod apply;
mod comparison;
mod mutation;
mod planned;
mod query;
mod subscription;
mod unmet;

pub use apply::MatchingRunApplyMutation;
pub use comparison::MatchingRunComparison;
pub use mutation::MatchingRunMutation;
pub use planned::MatchingRunMatch;
pub use query::MatchingRunQuery;
pub use subscription::MatchingRunSubscription;
pub use unmet::MatchingRunUnmet;

use super::Asked;
use super::area::Area;
use super::category::Category;
use super::error::{lang, told};
use super::matching::{MatchingForesight, MatchingSettings, SuggestionMove};
use super::page::{Connection, Node, PageArgs, known, maybe};
use crate::domain::id::Id as _;
use crate::domain::run::{self, MatchingRunAction, MatchingRunFailure, MatchingRunState};
use crate::domain::text::TextEnum as _;
use crate::domain::viewer::{Role, Scope};
use crate::store::run::{self as store, PlannedOf, Runs, UnmetOf};
use async_graphql::{Context, Error, ID, Object};
use chrono::{DateTime, Utc};

/// A matching run (匹配任务): a matching of an area that is computed in the background.
pub struct MatchingRun(run::MatchingRun);

impl From<run::MatchingRun> for MatchingRun {
    fn from(row: run::MatchingRun) -> Self {
        Self(row)
    }
}

impl Node for MatchingRun {
    type Row = run::MatchingRun;
    type List = Runs;
}

/// A matching run (匹配任务): a matching of an area that is computed in the background.
#[Object]
impl MatchingRun {
    /// The global id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Where it stands.
    async fn state(&self) -> MatchingRunState {
        self.0.state
    }

    /// What you can do to it now: what its state allows and your part has the right to.
    #[expect(clippy::unused_async, reason = "the graph takes asynchronous resolvers only")]
    async fn possible_actions(&self, ctx: &Context<'_>) -> Result<Vec<MatchingRunAction>, Error> {
        let viewer = &ctx.data::<Asked>()?.viewer;
        let granted = viewer.may(Scope::Write) && viewer.coordinates(self.0.street_id);
        let makes_sense =
            |action: &MatchingRunAction| *action != MatchingRunAction::Apply || self.0.what_if.is_none();
        Ok(self.0.state.possible().filter(|action| granted && makes_sense(action)).collect())
    }

    /// The area whose needs are matched, with everything below it.
    async fn area(&self, ctx: &Context<'_>) -> Result<Area, Error> {
        known(ctx, self.0.area_id).await
    }

    /// Only needs of this category and below it are matched; null for all.
    async fn category(&self, ctx: &Context<'_>) -> Result<Option<Category>, Error> {
        maybe(ctx, self.0.category_id).await
    }

    /// Whether it only supposes something: then it shows what would be, and cannot be applied.
    async fn is_supposed(&self) -> bool {
        self.0.what_if.is_some()
    }

    /// How it is matched: as its street had laid down when it was asked for.
    #[expect(clippy::unused_async, reason = "the graph takes asynchronous resolvers only")]
    async fn settings(&self, ctx: &Context<'_>) -> Result<MatchingSettings, Error> {
        Ok(store::settings(&self.0).map_err(|error| told(ctx, &error))?.into())
    }

    /// How far it is, from 0 to 1.
    async fn progress(&self) -> f64 {
        f64::from(i32::try_from(self.0.progress).unwrap_or_default()) / 1000.0
    }

    /// Why it was given up, for programs; null where it was not.
    async fn failure(&self) -> Option<MatchingRunFailure> {
        self.0.failure
    }

    /// Why it was given up, in the language of the request.
    async fn failure_text(&self, ctx: &Context<'_>) -> Option<&'static str> {
        self.0.failure.map(|failure| failure.label(lang(ctx)))
    }

    /// What the world was that it was computed from; null until it is done.
    async fn fingerprint(&self) -> Option<&str> {
        self.0.fingerprint.as_deref()
    }

    /// How many needs were matched; null until it is done.
    async fn need_count(&self) -> Option<i64> {
        self.0.need_count
    }

    /// How many of them are served in full; null until it is done.
    async fn served_count(&self) -> Option<i64> {
        self.0.served_count
    }

    /// How many of them are served in part; null until it is done.
    async fn partly_served_count(&self) -> Option<i64> {
        self.0.partly_served_count
    }

    /// The scores of all matches, each times its quantity: a whole number that may be larger than an `Int`. Null until it
    /// is done.
    async fn total(&self) -> Option<f64> {
        self.0.total.map(points)
    }

    /// What is kept back for what is expected, and what that costs; null until it is done, and where nothing is expected or
    /// the street did not look ahead.
    async fn foresight(&self) -> Option<MatchingForesight> {
        let (expected, cost) = (self.0.expected_count?, self.0.foresight_cost?);
        Some(MatchingForesight {
            expected_count: expected.try_into().unwrap_or_default(),
            cost: points(cost),
        })
    }

    /// What the answer costs: for each unit of quantity what it lacks in score, or the penalty of what stays unmet, and what
    /// it costs to move suggestions. Null until it is done.
    async fn cost(&self) -> Option<f64> {
        self.0.cost.map(points)
    }

    /// What any answer costs at least, proven by prices without trusting the solver; where something is kept back for what is
    /// expected, any that keeps as much back and serves what cannot wait as this one does. Null until it is done.
    async fn proven_cost(&self) -> Option<f64> {
        self.0.proven_cost.map(points)
    }

    /// How many suggestions that nobody has answered yet it leaves as they are; null until it is done.
    async fn kept_count(&self) -> Option<i64> {
        self.0.kept_count
    }

    /// The suggestions that nobody has answered yet and that it moves, since that is worth more than it costs; empty until it
    /// is done.
    async fn moves(&self) -> Vec<SuggestionMove> {
        self.0.moves.iter().flatten().cloned().map(SuggestionMove::from).collect()
    }

    /// How many points the whole would lose if none of them moved, beyond what moving costs. Null until it is done, and
    /// where that was not worked out, since a need has terms of its own.
    async fn move_gain(&self) -> Option<f64> {
        self.0.move_gain.map(points)
    }

    /// Who would gain and who would lose beside the matching as it was; null until it is done, and where nothing is supposed.
    async fn comparison(&self) -> Option<MatchingRunComparison> {
        self.0.comparison.clone().map(|beside| MatchingRunComparison::from(*beside))
    }

    /// What it would bring together; empty until it is done.
    async fn matches(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the beginning: 20 unless told, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end: 100 at most.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<MatchingRunMatch>, Error> {
        Connection::of(ctx, self.0.id.uuid(), PlannedOf, PageArgs::new(first, after, last, before)).await
    }

    /// What stays unmet, and why; empty until it is done.
    async fn unmet(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the beginning: 20 unless told, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end: 100 at most.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<MatchingRunUnmet>, Error> {
        Connection::of(ctx, self.0.id.uuid(), UnmetOf, PageArgs::new(first, after, last, before)).await
    }

    /// The part that whoever asked for it played.
    async fn role(&self) -> Role {
        self.0.role
    }

    /// When it was asked for.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When a hub first took it on; null while it waits.
    async fn started_at(&self) -> Option<DateTime<Utc>> {
        self.0.started_at
    }

    /// When it was over; null while it waits or is computed. 30 days later it is forgotten.
    async fn finished_at(&self) -> Option<DateTime<Utc>> {
        self.0.finished_at
    }

    /// When something of it was last put before people; null where nothing was.
    async fn applied_at(&self) -> Option<DateTime<Utc>> {
        self.0.applied_at
    }
}

/// Points of a whole street as a number that every client can hold.
#[expect(clippy::cast_precision_loss, reason = "scores and quantities are far below 2^53")]
fn points(points: i64) -> f64 {
    points as f64
}

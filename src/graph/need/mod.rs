//! Needs in the graph.

mod mutation;
mod query;
mod steps;

pub use mutation::{NeedMutation, NeedPayload};
pub use query::{NeedFilter, NeedOrder, NeedQuery};
pub use steps::NeedStepMutation;

use super::area::Area;
use super::category::Category;
use super::contact::{self, Contact};
use super::directive::{self, Directive};
use super::event::{Event, history};
use super::matches::{Match, MatchFilter, MatchOrder};
use super::matching::{self, Candidates};
use super::page::{Connection, Node, PageArgs, known, maybe};
use super::unit::PartnerUnit;
use super::{Asked, loader};
use crate::domain::id::Id as _;
use crate::domain::need::{self, NeedAction, NeedState, Outcome, Source, Urgency};
use crate::domain::service::{Measure, TargetGroup};
use crate::domain::viewer::Scope;
use crate::graph::limits::annotation::{cost, list_size};
use crate::store::directive::Directives;
use crate::store::matches::MatchesOf;
use crate::store::need::{Needs, NeedsOf};
use async_graphql::{Context, Error, ID, Object};
use chrono::{DateTime, Utc};

/// A need (需求): what a community, a compound, a resident through staff, or a unit asks for.
pub struct Need(need::Need);

impl From<need::Need> for Need {
    fn from(row: need::Need) -> Self {
        Self(row)
    }
}

impl Node for Need {
    type Row = need::Need;
    type List = Needs;
}

/// A need (需求): what a community, a compound, a resident through staff, or a unit asks for.
#[Object]
impl Need {
    /// The global id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Where it stands in its life.
    async fn state(&self) -> NeedState {
        self.0.state
    }

    /// What you can do to it now: what its state allows and your part has the right to.
    #[expect(clippy::unused_async, reason = "the graph takes asynchronous resolvers only")]
    async fn possible_actions(&self, ctx: &Context<'_>) -> Result<Vec<NeedAction>, Error> {
        let viewer = &ctx.data::<Asked>()?.viewer;
        let granted = |action: &NeedAction| viewer.may(Scope::Write) && self.0.may(viewer, *action);
        Ok(self.0.state.possible().filter(granted).collect())
    }

    /// The title.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// An English gloss of the title.
    async fn title_en(&self) -> Option<&str> {
        self.0.title_en.as_deref()
    }

    /// What it is, in a few sentences.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// Who needs it.
    async fn target_groups(&self) -> Vec<TargetGroup> {
        self.0.target_groups.iter().collect()
    }

    /// How pressing it is.
    async fn urgency(&self) -> Urgency {
        self.0.urgency
    }

    /// How the hub came to know of it.
    async fn source(&self) -> Source {
        self.0.source
    }

    /// What its quantities are counted in.
    async fn measure(&self) -> Measure {
        self.0.measure
    }

    /// How much is asked for.
    async fn quantity(&self) -> i64 {
        self.0.quantity
    }

    /// How much of that live matches hold or have delivered.
    async fn claimed(&self) -> i64 {
        self.0.claimed
    }

    /// How much of that is delivered.
    async fn delivered(&self) -> i64 {
        self.0.delivered
    }

    /// How much can still be claimed: the quantity less what is claimed.
    async fn left(&self) -> i64 {
        self.0.left()
    }

    /// The least that one claim takes of it, unless it takes all that is left; null for any quantity.
    async fn smallest_lot(&self) -> Option<i64> {
        self.0.terms.smallest_lot
    }

    /// How many services may serve it together; null for any number.
    async fn most_services(&self) -> Option<i64> {
        self.0.terms.most_services
    }

    /// From when it is wanted.
    async fn starts_at(&self) -> DateTime<Utc> {
        self.0.starts_at
    }

    /// Until when it is wanted, itself outside: the deadline.
    async fn ends_at(&self) -> DateTime<Utc> {
        self.0.ends_at
    }

    /// Whether the deadline has passed while it still waits for something to be delivered.
    #[expect(clippy::unused_async, reason = "the graph takes asynchronous resolvers only")]
    async fn overdue(&self, ctx: &Context<'_>) -> Result<bool, Error> {
        Ok(self.0.is_overdue(now(ctx)?))
    }

    /// When it was found to be real (核实).
    async fn verified_at(&self) -> Option<DateTime<Utc>> {
        self.0.verified_at
    }

    /// How many whole days ago it was verified; null before that.
    #[expect(clippy::unused_async, reason = "the graph takes asynchronous resolvers only")]
    async fn age_days(&self, ctx: &Context<'_>) -> Result<Option<i64>, Error> {
        Ok(self.0.age_days(now(ctx)?))
    }

    /// Why it was returned, merged, withdrawn or taken up again.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// What the asking side said came of it, once it is closed.
    async fn outcome(&self) -> Option<Outcome> {
        self.0.outcome
    }

    /// How often it was taken up again (重办).
    async fn reopened(&self) -> i64 {
        self.0.reopened
    }

    /// The street that it lies in.
    async fn street(&self, ctx: &Context<'_>) -> Result<Area, Error> {
        known(ctx, self.0.street_id).await
    }

    /// The community that it lies in; null where the street itself asks.
    async fn community(&self, ctx: &Context<'_>) -> Result<Option<Area>, Error> {
        maybe(ctx, self.0.community_id).await
    }

    /// The area that it arose in: the street, the community, or a compound or grid of it.
    async fn area(&self, ctx: &Context<'_>) -> Result<Area, Error> {
        known(ctx, self.0.area_id).await
    }

    /// What it is filed under.
    async fn category(&self, ctx: &Context<'_>) -> Result<Category, Error> {
        known(ctx, self.0.category_id).await
    }

    /// The unit that asks; null where the area itself asks.
    async fn asking_unit(&self, ctx: &Context<'_>) -> Result<Option<PartnerUnit>, Error> {
        maybe(ctx, self.0.asking_unit_id).await
    }

    /// Whom to reach about it; in full to the asking side, the street's coordinator and the units that serve it.
    async fn contact(&self, ctx: &Context<'_>) -> Result<Option<Contact>, Error> {
        contact::of_need(ctx, &self.0).await
    }

    /// The need that it was made part of (并案); null where it was not, or where you may not see that one.
    async fn merged_into(&self, ctx: &Context<'_>) -> Result<Option<Need>, Error> {
        maybe(ctx, self.0.merged_into_id).await
    }

    /// The needs that were made part of this one (并案).
    async fn merged_needs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The order: the newest first unless told.")] order_by: Option<NeedOrder>,
        #[graphql(desc = "So many from the beginning: 20 unless told, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end: 100 at most.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Need>, Error> {
        let listing = NeedFilter::default().list(ctx, NeedsOf::MergedInto, order_by)?;
        Connection::of(ctx, self.0.id.uuid(), listing, PageArgs::new(first, after, last, before)).await
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

    /// Its matches, as far as you may see them.
    async fn matches(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them.")] filter: Option<MatchFilter>,
        #[graphql(desc = "The order: the newest first unless told.")] order_by: Option<MatchOrder>,
        #[graphql(desc = "So many from the beginning: 20 unless told, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end: 100 at most.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Match>, Error> {
        let listing = filter.unwrap_or_default().list(ctx, MatchesOf::Need, order_by)?;
        Connection::of(ctx, self.0.id.uuid(), listing, PageArgs::new(first, after, last, before)).await
    }

    /// The services that suit it best, with the reasons, and how many others were excluded by what. Empty where nothing
    /// of it can be claimed.
    #[graphql(directive = cost::apply("200".into()), directive = list_size::apply(Some(10), Some(vec!["first".into()])))]
    async fn candidates(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many: 10 unless told, 100 at most.")] first: Option<i32>,
    ) -> Result<Candidates, Error> {
        matching::of_need(ctx, self.0.id, first).await
    }

    /// The pins and prohibitions that hold of it, the newest first. For those who work in its street.
    async fn directives(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the beginning: 20 unless told, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end: 100 at most.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Directive>, Error> {
        directive::of(ctx, self.0.id, Directives::Need, PageArgs::new(first, after, last, before)).await
    }

    /// Counts the changes that people made; send it back with an edit so that nobody else's is overwritten.
    async fn version(&self) -> i64 {
        self.0.version
    }

    /// When it was added.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

fn now(ctx: &Context<'_>) -> Result<DateTime<Utc>, Error> {
    Ok(loader(ctx)?.loader().store.clock.now())
}

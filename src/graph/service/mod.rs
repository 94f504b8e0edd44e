//! Services in the graph.

mod mutation;
mod parts;
mod query;

pub use mutation::{CapacityInput, ServiceMutation};
pub use parts::{Availability, Capacity, Occurrence};
pub use query::{ServiceFilter, ServiceOrder, ServiceQuery};

use super::area::Area;
use super::category::Category;
use super::error::{lang, refused, told};
use super::event::{Event, history};
use super::matches::{Match, MatchFilter, MatchOrder};
use super::matching::{self, Candidates};
use super::page::{Connection, Node, PageArgs, known, parts};
use super::unit::PartnerUnit;
use super::{Asked, loader};
use crate::domain::availability;
use crate::domain::check;
use crate::domain::id::Id as _;
use crate::domain::service::{
    self, AvailabilityRule, Mode, ServiceAction, ServiceState, TargetGroup, is_exhausted,
};
use crate::domain::viewer::Scope;
use crate::store::error::Error as StoreError;
use crate::store::matches::MatchesOf;
use crate::store::service::{CoveredArea, Services};
use async_graphql::{Context, Error, ID, Object};
use chrono::{DateTime, Utc};

/// A service (服务/资源): a standing offer of a unit.
pub struct Service(service::Service);

impl From<service::Service> for Service {
    fn from(row: service::Service) -> Self {
        Self(row)
    }
}

impl Node for Service {
    type Row = service::Service;
    type List = Services;
}

/// Occurrences that are computed at most.
const MAX_DATES: i64 = 10;

/// A service (服务/资源): a standing offer of a unit.
#[Object]
impl Service {
    /// The global id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Where it stands in its life.
    async fn state(&self) -> ServiceState {
        self.0.state
    }

    /// What you can do to it now: what its state allows and your part has the right to.
    #[expect(clippy::unused_async, reason = "the graph takes asynchronous resolvers only")]
    async fn possible_actions(&self, ctx: &Context<'_>) -> Result<Vec<ServiceAction>, Error> {
        let viewer = &ctx.data::<Asked>()?.viewer;
        let granted = |action: &ServiceAction| viewer.may(Scope::Write) && self.0.grants(viewer, *action);
        Ok(self.0.state.possible().filter(granted).collect())
    }

    /// What it consists of.
    async fn mode(&self) -> Mode {
        self.0.mode
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

    /// Whom it is for.
    async fn target_groups(&self) -> Vec<TargetGroup> {
        self.0.target_groups.iter().collect()
    }

    /// What one has to bring along to be served.
    async fn eligibility(&self) -> Option<&str> {
        self.0.eligibility.as_deref()
    }

    /// How many days ahead it has to be asked for.
    async fn lead_time_days(&self) -> i64 {
        self.0.lead_time_days
    }

    /// The unit that offers it; for a service that is only supposed perhaps one that is yet to be found.
    async fn unit(&self, ctx: &Context<'_>) -> Result<PartnerUnit, Error> {
        match PartnerUnit::to_be_found(&self.0) {
            Some(supposed) => Ok(supposed),
            None => known(ctx, self.0.unit_id).await,
        }
    }

    /// What it is filed under.
    async fn category(&self, ctx: &Context<'_>) -> Result<Category, Error> {
        known(ctx, self.0.category_id).await
    }

    /// The areas that it covers, each with everything below it.
    async fn coverage(&self, ctx: &Context<'_>) -> Result<Vec<Area>, Error> {
        let covered = parts::<CoveredArea>(ctx, self.0.id).await?;
        Ok(covered.into_iter().map(|covered| covered.area.into()).collect())
    }

    /// How much there is of it, line by line, in the order of their windows.
    async fn capacities(&self, ctx: &Context<'_>) -> Result<Vec<Capacity>, Error> {
        let lines = parts::<service::Capacity>(ctx, self.0.id).await?;
        Ok(lines.into_iter().map(Capacity::from).collect())
    }

    /// Whether nothing is left of it in any line that has not ended. Derived from the lines, never set.
    async fn exhausted(&self, ctx: &Context<'_>) -> Result<bool, Error> {
        let lines = parts::<service::Capacity>(ctx, self.0.id).await?;
        Ok(is_exhausted(&lines, loader(ctx)?.loader().store.clock.now()))
    }

    /// The rules that say when it can be had; without any, at any time.
    async fn availability(&self, ctx: &Context<'_>) -> Result<Vec<Availability>, Error> {
        let rules = parts::<AvailabilityRule>(ctx, self.0.id).await?;
        Ok(rules.into_iter().map(Availability::from).collect())
    }

    /// The next dates by its rules alone, even where nothing is left of it; empty where it has no rules.
    async fn next_dates(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many: from 1 to 10.", default = 5)] first: i32,
    ) -> Result<Vec<Occurrence>, Error> {
        let in_range = check::number("first", first.into(), 1, MAX_DATES);
        let first = in_range.map_err(|refusal| refused(lang(ctx), &refusal))?;
        let rules = parts::<AvailabilityRule>(ctx, self.0.id).await?;
        let rules: Result<Vec<_>, _> = rules.iter().map(AvailabilityRule::rule).collect();
        let corrupt = |error| told(ctx, &StoreError::Corrupt(format!("{}: {error}", self.0.id)));
        let now = loader(ctx)?.loader().store.clock.now();
        let spans = availability::upcoming(&rules.map_err(corrupt)?, now, first.try_into()?);
        Ok(spans.into_iter().map(Occurrence::from).collect())
    }

    /// The matches of it, as far as you may see them.
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
        let listing = filter.unwrap_or_default().list(ctx, MatchesOf::Service, order_by)?;
        Connection::of(ctx, self.0.id.uuid(), listing, PageArgs::new(first, after, last, before)).await
    }

    /// The needs that it suits best, with the reasons, and how many others were excluded by what. Empty where it is not
    /// on offer. Null for all but its unit and those who work in the unit's street.
    async fn candidates(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many: 10 unless told, 100 at most.")] first: Option<i32>,
    ) -> Result<Option<Candidates>, Error> {
        matching::of_service(ctx, &self.0, first).await
    }

    /// What happened to it, from the first to the last; empty for all but its unit and those who work in the unit's street.
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

    /// Counts the edits; send it back with an edit so that nobody else's is overwritten.
    async fn version(&self) -> i64 {
        self.0.version
    }

    /// When it was added.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

//! Matches, to be read.

use super::Match;
use crate::domain::matches::{Initiator, MatchState, Side};
use crate::graph::error::{id, optional_id, told};
use crate::graph::mutation::at_most;
use crate::graph::page::{Connection, PageArgs, one};
use crate::store::matches::{self, Matches, MatchesOf};
use async_graphql::{Context, Enum, Error, ID, InputObject, Object};

/// What matches can be ordered by.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MatchOrder {
    /// The newest first.
    #[default]
    Newest,
    /// The one that has to be answered first.
    RespondBy,
}

impl From<MatchOrder> for matches::MatchOrder {
    fn from(order: MatchOrder) -> Self {
        match order {
            MatchOrder::Newest => Self::Newest,
            MatchOrder::RespondBy => Self::RespondBy,
        }
    }
}

/// Which matches to list; what is left out lets all through. Lists have at most 100 entries.
#[derive(InputObject, Default)]
pub struct MatchFilter {
    /// Only those whose need lies in this area or anywhere below it.
    area: Option<ID>,
    /// Only those in these states.
    states: Option<Vec<MatchState>>,
    /// Only those whose service this unit offers.
    unit: Option<ID>,
    /// Only those of this need.
    need: Option<ID>,
    /// Only those of this service.
    service: Option<ID>,
    /// Only those that came about in this way.
    initiator: Option<Initiator>,
    /// Only those that wait for this side's answer.
    awaiting: Option<Side>,
}

impl MatchFilter {
    /// The list that this filter means.
    ///
    /// # Errors
    /// `BAD_ID` where an id is none of this hub, `LIMIT_REACHED` where a list is too long.
    pub fn list(
        self,
        ctx: &Context<'_>,
        of: MatchesOf,
        order_by: Option<MatchOrder>,
    ) -> Result<Matches, Error> {
        let states = self.states.unwrap_or_default();
        at_most("filter.states", &states).map_err(|error| told(ctx, &error))?;
        Ok(Matches {
            of,
            area: optional_id(ctx, "filter.area", self.area.as_ref())?,
            states,
            unit: optional_id(ctx, "filter.unit", self.unit.as_ref())?,
            need: optional_id(ctx, "filter.need", self.need.as_ref())?,
            service: optional_id(ctx, "filter.service", self.service.as_ref())?,
            initiator: self.initiator,
            awaiting: self.awaiting,
            order: order_by.unwrap_or_default().into(),
        })
    }
}

/// Matches, to be read.
#[derive(Default)]
pub struct MatchQuery;

#[Object]
impl MatchQuery {
    /// The match with this id; null where there is none or you may not see it.
    #[graphql(name = "match")]
    async fn one(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: ID,
    ) -> Result<Option<Match>, Error> {
        one(ctx, self::id(ctx, "id", &id)?).await
    }

    /// Matches, as far as you may see them.
    async fn matches(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.")] filter: Option<MatchFilter>,
        #[graphql(desc = "The order: the newest first unless told.")] order_by: Option<MatchOrder>,
        #[graphql(desc = "So many from the beginning: 20 unless told, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end: 100 at most.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Match>, Error> {
        let listing = filter.unwrap_or_default().list(ctx, MatchesOf::All, order_by)?;
        Connection::root(ctx, listing, PageArgs::new(first, after, last, before)).await
    }
}

//! Partner units in the graph.

mod mutation;
mod query;

pub use mutation::{ContactInput, UnitMutation};
pub use query::{UnitOrder, UnitQuery};

use super::area::Area;
use super::matches::{Match, MatchFilter, MatchOrder};
use super::need::{Need, NeedFilter, NeedOrder};
use super::page::{Connection, Node, PageArgs, maybe};
use crate::domain::id::Id as _;
use crate::domain::unit::{self, UnitKind};
use crate::store::matches::MatchesOf;
use crate::store::need::NeedsOf;
use crate::store::unit::Units;
use async_graphql::{Context, Error, ID, Object};
use chrono::{DateTime, Utc};

/// A partner unit (共建单位): an organisation that offers services, asks for some, or both.
pub struct PartnerUnit(unit::PartnerUnit);

impl From<unit::PartnerUnit> for PartnerUnit {
    fn from(row: unit::PartnerUnit) -> Self {
        Self(row)
    }
}

impl Node for PartnerUnit {
    type Row = unit::PartnerUnit;
    type List = Units;
}

/// A partner unit (共建单位): an organisation that offers services, asks for some, or both.
#[Object]
impl PartnerUnit {
    /// The global id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// What kind of organisation it is.
    async fn kind(&self) -> UnitKind {
        self.0.kind
    }

    /// The name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// An English gloss of the name.
    async fn name_en(&self) -> Option<&str> {
        self.0.name_en.as_deref()
    }

    /// The unified social credit code (GB 32100), 18 characters.
    async fn credit_code(&self) -> Option<&str> {
        self.0.credit_code.as_deref()
    }

    /// The address.
    async fn address(&self) -> Option<&str> {
        self.0.address.as_deref()
    }

    /// The street that registered it.
    async fn street(&self, ctx: &Context<'_>) -> Result<Option<Area>, Error> {
        maybe(ctx, Some(self.0.street_id)).await
    }

    /// The matches whose service it offers, as far as you may see them.
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
        let list = filter.unwrap_or_default().list(ctx, MatchesOf::Unit, order_by)?;
        Connection::of(ctx, self.0.id.uuid(), list, PageArgs::new(first, after, last, before)).await
    }

    /// Counts the edits; send it back with an edit so that nobody else's is overwritten.
    async fn version(&self) -> i64 {
        self.0.version
    }

    /// When it was registered.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// The needs that it asks for, as far as you may see them.
    async fn needs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.")] filter: Option<NeedFilter>,
        #[graphql(desc = "The order: the newest first unless told.")] order_by: Option<NeedOrder>,
        #[graphql(desc = "So many from the beginning: 20 unless told, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end: 100 at most.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Need>, Error> {
        let listing = filter.unwrap_or_default().list(ctx, NeedsOf::AskingUnit, order_by)?;
        Connection::of(ctx, self.0.id.uuid(), listing, PageArgs::new(first, after, last, before)).await
    }
}

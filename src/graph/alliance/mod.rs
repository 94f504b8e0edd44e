//! Alliances in the graph.

mod mutation;
mod query;

pub use mutation::AllianceMutation;
pub use query::AllianceQuery;

use super::area::Area;
use super::page::{Connection, Node, PageArgs, known};
use super::unit::{PartnerUnit, UnitOrder};
use crate::domain::alliance;
use crate::domain::id::Id as _;
use crate::store::alliance::Alliances;
use crate::store::unit::{Units, UnitsOf};
use async_graphql::{Context, Error, ID, Object};
use chrono::{DateTime, Utc};

/// An alliance (共同体): units that act together under one name.
pub struct Alliance(alliance::Alliance);

impl From<alliance::Alliance> for Alliance {
    fn from(row: alliance::Alliance) -> Self {
        Self(row)
    }
}

impl Node for Alliance {
    type Row = alliance::Alliance;
    type List = Alliances;
}

/// An alliance (共同体): units that act together under one name.
#[Object]
impl Alliance {
    /// The global id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// An English gloss of the name.
    async fn name_en(&self) -> Option<&str> {
        self.0.name_en.as_deref()
    }

    /// What it is for.
    async fn purpose(&self) -> Option<&str> {
        self.0.purpose.as_deref()
    }

    /// The street that coordinates it.
    async fn street(&self, ctx: &Context<'_>) -> Result<Area, Error> {
        known(ctx, self.0.street_id).await
    }

    /// The units that belong to it.
    async fn members(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The order: the newest first unless told.")] order_by: Option<UnitOrder>,
        #[graphql(desc = "So many from the beginning: 20 unless told, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end: 100 at most.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<PartnerUnit>, Error> {
        let listing =
            Units { of: UnitsOf::Alliance, order: order_by.unwrap_or_default().into(), ..Units::default() };
        Connection::of(ctx, self.0.id.uuid(), listing, PageArgs::new(first, after, last, before)).await
    }

    /// When it was founded on the hub.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

//! Areas in the graph.

mod mutation;
mod place;
mod query;

pub use mutation::{AreaMutation, AreaPayload};
pub use place::{AreaPlaceMutation, Place, PlaceInput};
pub use query::AreaQuery;

use super::directive::{self, Directive};
use super::matching::{self, MatchingSettings};
use super::need::{Need, NeedFilter, NeedOrder};
use super::page::{Connection, Node, PageArgs, maybe};
use super::service::{Service, ServiceFilter, ServiceOrder};
use super::unit::{PartnerUnit, UnitOrder};
use crate::domain::area::{self, AreaKind};
use crate::domain::id::Id as _;
use crate::store::area::Areas;
use crate::store::directive::Directives;
use crate::store::need::NeedsOf;
use crate::store::service::ServicesOf;
use crate::store::unit::{Units, UnitsOf};
use async_graphql::{Context, Error, ID, Object};

/// A node of the administrative tree (区划): from provinces down to communities, compounds and grids.
pub struct Area(area::Area);

impl From<area::Area> for Area {
    fn from(row: area::Area) -> Self {
        Self(row)
    }
}

impl Node for Area {
    type Row = area::Area;
    type List = Areas;
}

/// A node of the administrative tree (区划): from provinces down to communities, compounds and grids.
#[Object]
impl Area {
    /// The global id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The level in the tree.
    async fn kind(&self) -> AreaKind {
        self.0.kind
    }

    /// The official division code of 2, 4, 6 or 9 digits, where one exists.
    async fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// An English gloss of the name.
    async fn name_en(&self) -> Option<&str> {
        self.0.name_en.as_deref()
    }

    /// Where its middle is; null where nobody has said so.
    async fn place(&self) -> Option<Place> {
        Place::of(self.0.place)
    }

    /// The area that it lies in; null for a province.
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<Area>, Error> {
        maybe(ctx, self.0.parent_id).await
    }

    /// The street that it is or lies in; null above the streets.
    async fn street(&self, ctx: &Context<'_>) -> Result<Option<Area>, Error> {
        maybe(ctx, self.0.street_id).await
    }

    /// The areas directly inside it, in the order in which they were added.
    async fn children(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the beginning: 20 unless told, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end: 100 at most.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Area>, Error> {
        let listing = Areas { inside: true, ..Areas::default() };
        Connection::of(ctx, self.0.id.uuid(), listing, PageArgs::new(first, after, last, before)).await
    }

    /// The units that have checked in (报到) at this very area.
    async fn units(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The order: the newest first unless told.")] order_by: Option<UnitOrder>,
        #[graphql(desc = "So many from the beginning: 20 unless told, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end: 100 at most.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<PartnerUnit>, Error> {
        let listing =
            Units { of: UnitsOf::Area, order: order_by.unwrap_or_default().into(), ..Units::default() };
        Connection::of(ctx, self.0.id.uuid(), listing, PageArgs::new(first, after, last, before)).await
    }

    /// The needs that arose in this very area, as far as you may see them. For everything below it ask `needs` with a
    /// filter.
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
        let listing = filter.unwrap_or_default().list(ctx, NeedsOf::Area, order_by)?;
        Connection::of(ctx, self.0.id.uuid(), listing, PageArgs::new(first, after, last, before)).await
    }

    /// The services that cover it, by naming it or an area that it lies in.
    async fn services(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones: those listed and paused unless told.")] filter: Option<ServiceFilter>,
        #[graphql(desc = "The order: the newest first unless told.")] order_by: Option<ServiceOrder>,
        #[graphql(desc = "So many from the beginning: 20 unless told, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end: 100 at most.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Service>, Error> {
        let listing = filter.unwrap_or_default().list(ctx, ServicesOf::Area, order_by)?;
        Connection::of(ctx, self.0.id.uuid(), listing, PageArgs::new(first, after, last, before)).await
    }

    /// How needs of this street are matched; null for what is no street. For those who work in it.
    async fn matching_settings(&self, ctx: &Context<'_>) -> Result<Option<MatchingSettings>, Error> {
        if self.0.kind != AreaKind::Street {
            return Ok(None);
        }
        matching::of_street(ctx, self.0.id).await
    }

    /// The pins and prohibitions that hold in this street, the newest first. For those who work in it.
    async fn directives(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the beginning: 20 unless told, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end: 100 at most.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Directive>, Error> {
        directive::of(ctx, self.0.id, Directives::Street, PageArgs::new(first, after, last, before)).await
    }
}

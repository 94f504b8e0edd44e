use super::PartnerUnit;
use crate::domain::unit::UnitKind;
use crate::graph::error::{id, optional_id};
use crate::graph::page::{Connection, PageArgs, one};
use crate::store::unit::{self, Units, UnitsOf};
use async_graphql::{Context, Enum, Error, ID, InputObject, Object};

/// What units can be ordered by.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UnitOrder {
    /// The newest first.
    #[default]
    Newest,
    /// By name.
    Name,
}

impl From<UnitOrder> for unit::UnitOrder {
    fn from(order: UnitOrder) -> Self {
        match order {
            UnitOrder::Newest => Self::Newest,
            UnitOrder::Name => Self::Name,
        }
    }
}

/// Which units to list; what is left out lets all through.
#[derive(InputObject, Default)]
pub struct UnitFilter {
    /// Only those checked in at this area or anywhere below it.
    area: Option<ID>,
    /// Only these kinds.
    kinds: Option<Vec<UnitKind>>,
    /// Only members of this alliance.
    alliance: Option<ID>,
    /// Only those in whose name or address all these words occur.
    text: Option<String>,
}

/// Partner units, to be read.
#[derive(Default)]
pub struct UnitQuery;

#[Object]
impl UnitQuery {
    /// The partner unit with this id.
    async fn unit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: ID,
    ) -> Result<Option<PartnerUnit>, Error> {
        one(ctx, self::id(ctx, "id", &id)?).await
    }

    /// Partner units.
    async fn units(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.")] filter: Option<UnitFilter>,
        #[graphql(desc = "The order: the newest first unless told.")] order_by: Option<UnitOrder>,
        #[graphql(desc = "So many from the beginning: 20 unless told, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end: 100 at most.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<PartnerUnit>, Error> {
        let filter = filter.unwrap_or_default();
        let listing = Units {
            of: UnitsOf::All,
            area: optional_id(ctx, "filter.area", filter.area.as_ref())?,
            kinds: filter.kinds.unwrap_or_default(),
            alliance: optional_id(ctx, "filter.alliance", filter.alliance.as_ref())?,
            text: filter.text,
            order: order_by.unwrap_or_default().into(),
        };
        Connection::root(ctx, listing, PageArgs::new(first, after, last, before)).await
    }
}

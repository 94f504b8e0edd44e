use super::Alliance;
use crate::graph::error::{id, optional_id};
use crate::graph::page::{Connection, PageArgs, one};
use crate::store::alliance::Alliances;
use async_graphql::{Context, Error, ID, InputObject, Object};

/// Which alliances to list; what is left out lets all through.
#[derive(InputObject, Default)]
pub struct AllianceFilter {
    /// Only those that this street coordinates.
    street: Option<ID>,
    /// Only those in whose names all these words occur.
    text: Option<String>,
}

/// Alliances, to be read.
#[derive(Default)]
pub struct AllianceQuery;

#[Object]
impl AllianceQuery {
    /// The alliance with this id.
    async fn alliance(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: ID,
    ) -> Result<Option<Alliance>, Error> {
        one(ctx, self::id(ctx, "id", &id)?).await
    }

    /// Alliances, the newest first.
    async fn alliances(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.")] filter: Option<AllianceFilter>,
        #[graphql(desc = "So many from the beginning: 20 unless told, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end: 100 at most.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Alliance>, Error> {
        let filter = filter.unwrap_or_default();
        let listing = Alliances {
            of_units: false,
            street: optional_id(ctx, "filter.street", filter.street.as_ref())?,
            text: filter.text,
        };
        Connection::root(ctx, listing, PageArgs::new(first, after, last, before)).await
    }
}

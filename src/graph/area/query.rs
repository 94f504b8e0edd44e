use super::Area;
use crate::domain::area::AreaKind;
use crate::graph::error::{id, optional_id};
use crate::graph::page::{Connection, PageArgs, one};
use crate::store::area::Areas;
use async_graphql::{Context, Error, ID, InputObject, Object};

/// Which areas to list; what is left out lets all through.
#[derive(InputObject, Default)]
pub struct AreaFilter {
    /// Only this area and everything below it, at any distance.
    below: Option<ID>,
    /// Only these levels.
    kinds: Option<Vec<AreaKind>>,
    /// Only the one with this official code.
    code: Option<String>,
    /// Only those in whose name these words occur.
    text: Option<String>,
}

/// Areas, to be read.
#[derive(Default)]
pub struct AreaQuery;

#[Object]
impl AreaQuery {
    /// The area with this id.
    async fn area(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: ID,
    ) -> Result<Option<Area>, Error> {
        one(ctx, self::id(ctx, "id", &id)?).await
    }

    /// Areas, in the order in which they were added.
    async fn areas(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.")] filter: Option<AreaFilter>,
        #[graphql(desc = "So many from the beginning: 20 unless told, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end: 100 at most.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Area>, Error> {
        let filter = filter.unwrap_or_default();
        let listing = Areas {
            inside: false,
            below: optional_id(ctx, "filter.below", filter.below.as_ref())?,
            kinds: filter.kinds.unwrap_or_default(),
            code: filter.code,
            text: filter.text,
        };
        Connection::root(ctx, listing, PageArgs::new(first, after, last, before)).await
    }
}

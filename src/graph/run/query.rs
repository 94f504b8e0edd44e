use super::MatchingRun;
use crate::domain::run::MatchingRunState;
use crate::graph::error::{id, optional_id, told};
use crate::graph::mutation::at_most;
use crate::graph::page::{Connection, PageArgs, one};
use crate::store::run::Runs;
use async_graphql::{Context, Error, ID, Object};

/// Matching runs, to be read.
#[derive(Default)]
pub struct MatchingRunQuery;

#[Object]
impl MatchingRunQuery {
    /// The matching run with this id; null where there is none or you may not see it.
    async fn matching_run(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: ID,
    ) -> Result<Option<MatchingRun>, Error> {
        one(ctx, self::id(ctx, "id", &id)?).await
    }

    /// Matching runs, as far as you may see them, the newest first. For those who work in their street.
    async fn matching_runs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those of this area and everything below it.")] area_id: Option<ID>,
        #[graphql(desc = "Only those in these states.")] states: Option<Vec<MatchingRunState>>,
        #[graphql(desc = "So many from the beginning: 20 unless told, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end: 100 at most.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<MatchingRun>, Error> {
        let states = states.unwrap_or_default();
        at_most("states", &states).map_err(|error| told(ctx, &error))?;
        let listing = Runs { area: optional_id(ctx, "areaId", area_id.as_ref())?, states };
        Connection::root(ctx, listing, PageArgs::new(first, after, last, before)).await
    }
}

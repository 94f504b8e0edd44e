use super::{Subgraph, Supergraph};
use crate::domain::subgraph::SubgraphState;
use crate::graph::error::{optional_id, told};
use crate::graph::mutation::at_most;
use crate::graph::page::{Connection, PageArgs};
use crate::store::subgraph::{Subgraphs, Supergraphs};
use async_graphql::{Context, Error, ID, Object};

/// The values of a filter, which are few.
pub(super) fn few<T>(ctx: &Context<'_>, values: Option<Vec<T>>) -> Result<Vec<T>, Error> {
    let values = values.unwrap_or_default();
    at_most("states", &values).map_err(|error| told(ctx, &error))?;
    Ok(values)
}

/// Reading subgraphs and the versions of the graph of all.
#[derive(Default)]
pub struct SubgraphQuery;

#[Object]
impl SubgraphQuery {
    /// Partners' own graphs, by name: a unit's for its liaison, a street's for those who work there.
    async fn subgraphs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those of this unit.")] unit_id: Option<ID>,
        #[graphql(desc = "Only those in these states.")] states: Option<Vec<SubgraphState>>,
        #[graphql(desc = "So many from the beginning: 20 unless told, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end: 100 at most.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Subgraph>, Error> {
        let unit = optional_id(ctx, "unitId", unit_id.as_ref())?;
        let wanted = Subgraphs { unit, states: few(ctx, states)?, name: None };
        Connection::root(ctx, wanted, PageArgs::new(first, after, last, before)).await
    }

    /// The subgraph of a name; null where there is none or you may not see it.
    async fn subgraph(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its name.")] name: String,
    ) -> Result<Option<Subgraph>, Error> {
        let list = Subgraphs { name: Some(name), ..Subgraphs::default() };
        Ok(Connection::root(ctx, list, only()).await?.into_first())
    }

    /// Versions of the graph of all, the newest first: for everybody who plays a part.
    async fn supergraphs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the beginning: 20 unless told, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end: 100 at most.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Supergraph>, Error> {
        Connection::root(ctx, Supergraphs::default(), PageArgs::new(first, after, last, before)).await
    }

    /// A version of the graph of all; null where there is none, or none yet.
    async fn supergraph(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which version; left out, the one that is live.")] number: Option<i64>,
    ) -> Result<Option<Supergraph>, Error> {
        let list = Supergraphs { number, is_live: number.is_none() };
        Ok(Connection::root(ctx, list, only()).await?.into_first())
    }
}

fn only() -> PageArgs {
    PageArgs { first: Some(1), ..PageArgs::default() }
}

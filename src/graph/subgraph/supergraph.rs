use super::{Subgraph, SubgraphPublication};
use crate::domain::subgraph::{self, SupergraphCause};
use crate::domain::viewer::Actor;
use crate::graph::error::{told, told_shared};
use crate::graph::limits::annotation::cost;
use crate::graph::loaders::TextOf;
use crate::graph::page::{Node, maybe, parts};
use crate::graph::{Asked, loader};
use crate::store::error::Error as StoreError;
use crate::store::subgraph::{MemberOf, Supergraphs};
use async_graphql::{Context, Error, ID, Object};
use chrono::{DateTime, Utc};

/// The text of a schema that a row refers to.
pub(super) async fn text(ctx: &Context<'_>, hash: &str) -> Result<String, Error> {
    let found = loader(ctx)?.load_one(TextOf(hash.to_owned())).await.map_err(told_shared(ctx))?;
    let missing = || StoreError::Corrupt(format!("the schema {hash} is referred to and missing"));
    found.ok_or_else(|| told(ctx, &missing()))
}

/// A version of the graph of all (总图): the hub and the subgraphs that had joined it.
pub struct Supergraph(subgraph::Supergraph);

impl From<subgraph::Supergraph> for Supergraph {
    fn from(row: subgraph::Supergraph) -> Self {
        Self(row)
    }
}

impl Node for Supergraph {
    type Row = subgraph::Supergraph;
    type List = Supergraphs;
}

/// A version of the graph of all (总图): the hub and the subgraphs that had joined it.
#[Object]
impl Supergraph {
    /// The global id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Counts the versions, from 1.
    async fn number(&self) -> i64 {
        self.0.number
    }

    /// Why it was made.
    async fn cause(&self) -> SupergraphCause {
        self.0.cause
    }

    /// Whose joining, renewal or leaving it was; null where it was none, or you may not see whose.
    async fn subgraph(&self, ctx: &Context<'_>) -> Result<Option<Subgraph>, Error> {
        maybe(ctx, self.0.subgraph_id).await
    }

    /// The version that was gone back to; null where none was.
    async fn restored(&self) -> Option<i64> {
        self.0.restored
    }

    /// What of the subgraphs was part of it, as far as you may see them; the hub's own part goes without saying.
    async fn members(&self, ctx: &Context<'_>) -> Result<Vec<SubgraphPublication>, Error> {
        let members = parts::<MemberOf>(ctx, self.0.id).await?;
        Ok(members.into_iter().map(|member| SubgraphPublication(member.publication)).collect())
    }

    /// What clients see of it.
    #[graphql(directive = cost::apply("20".into()))]
    async fn api_sdl(&self, ctx: &Context<'_>) -> Result<String, Error> {
        text(ctx, &self.0.api_hash).await
    }

    /// What a gateway works by, the partners' addresses included; null for all but the administrator.
    #[graphql(directive = cost::apply("20".into()))]
    async fn sdl(&self, ctx: &Context<'_>) -> Result<Option<String>, Error> {
        if ctx.data::<Asked>()?.viewer.actor != Actor::Administrator {
            return Ok(None);
        }
        text(ctx, &self.0.sdl_hash).await.map(Some)
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

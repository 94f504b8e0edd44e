use super::Subgraph;
use super::parts::{SchemaChange, SubgraphProblem};
use super::supergraph::text;
use crate::domain::subgraph::{Publication, SubgraphPublicationState};
use crate::graph::limits::annotation::cost;
use crate::graph::page::{Node, maybe};
use crate::store::subgraph::Publications;
use async_graphql::{Context, Error, ID, Object};
use chrono::{DateTime, Utc};

/// A publication (子图发布): a schema that was submitted for a subgraph.
pub struct SubgraphPublication(pub(super) Publication);

impl From<Publication> for SubgraphPublication {
    fn from(row: Publication) -> Self {
        Self(row)
    }
}

impl Node for SubgraphPublication {
    type Row = Publication;
    type List = Publications;
}

/// A publication (子图发布): a schema that was submitted for a subgraph.
#[Object]
impl SubgraphPublication {
    /// The global id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The subgraph.
    async fn subgraph(&self, ctx: &Context<'_>) -> Result<Option<Subgraph>, Error> {
        maybe(ctx, Some(self.0.subgraph_id)).await
    }

    /// Counts the subgraph's publications, from 1.
    async fn number(&self) -> i64 {
        self.0.number
    }

    /// Where it stands.
    async fn state(&self) -> SubgraphPublicationState {
        self.0.state
    }

    /// Where it is asked, or would be.
    async fn url(&self) -> &str {
        &self.0.url
    }

    /// The schema.
    #[graphql(directive = cost::apply("20".into()))]
    async fn sdl(&self, ctx: &Context<'_>) -> Result<String, Error> {
        text(ctx, &self.0.sdl_hash).await
    }

    /// What was wrong with it when it was submitted; empty where nothing was.
    async fn problems(&self) -> Vec<SubgraphProblem> {
        self.0.problems.iter().cloned().map(SubgraphProblem).collect()
    }

    /// What it would have broken then for those who ask the live graph. When it is approved, that is looked at again.
    async fn breaking_changes(&self) -> Vec<SchemaChange> {
        self.0.breaking.iter().cloned().map(SchemaChange).collect()
    }

    /// The fields that it adds to the roots and to the hub's types, as `Type.field`.
    async fn adds(&self) -> &[String] {
        &self.0.adds
    }

    /// The fields of the hub that are sent to the partner, since its own fields require them, as `Type.field`.
    async fn reads(&self) -> &[String] {
        &self.0.reads
    }

    /// Why it was declined; null where it was not.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// When it was submitted.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it was approved or declined; null where it was neither.
    async fn decided_at(&self) -> Option<DateTime<Utc>> {
        self.0.decided_at
    }
}

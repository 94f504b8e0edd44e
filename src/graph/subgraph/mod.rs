//! Partners' own graphs in the graph: registered, checked, published, approved, and the versions of the graph of all.

mod health;
mod mutation;
mod parts;
mod publication;
mod query;
mod supergraph;

pub use mutation::{SubgraphMutation, SupergraphMutation};
pub use publication::SubgraphPublication;
pub use query::SubgraphQuery;
pub use supergraph::Supergraph;

use super::error::told_shared;
use super::loader;
use super::loaders::HealthOf;
use super::page::{Connection, Node, PageArgs, known};
use super::unit::PartnerUnit;
use crate::domain::id::Id as _;
use crate::domain::subgraph::{self, Namespace, SubgraphPublicationState, SubgraphState};
use crate::store::subgraph::{Publications, Subgraphs};
use async_graphql::{Context, Error, ID, Object};
use chrono::{DateTime, Utc};
use health::SubgraphHealth;
use parts::SchemaChange;

/// A subgraph (子图): a partner's own graph that joins this one.
pub struct Subgraph(subgraph::Subgraph);

impl From<subgraph::Subgraph> for Subgraph {
    fn from(row: subgraph::Subgraph) -> Self {
        Self(row)
    }
}

impl Node for Subgraph {
    type Row = subgraph::Subgraph;
    type List = Subgraphs;
}

impl Subgraph {
    /// The newest publication in a state.
    async fn newest(
        &self,
        ctx: &Context<'_>,
        state: SubgraphPublicationState,
    ) -> Result<Option<SubgraphPublication>, Error> {
        let list = Publications { states: vec![state] };
        let page = PageArgs { first: Some(1), ..PageArgs::default() };
        Ok(Connection::<SubgraphPublication>::of(ctx, self.0.id.uuid(), list, page).await?.into_first())
    }
}

/// A subgraph (子图): a partner's own graph that joins this one.
#[Object]
impl Subgraph {
    /// The global id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Its name, after which everything is called that it brings. It stays its own for ever.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What the names of its types begin with: `Library_`.
    async fn type_prefix(&self) -> Option<String> {
        Namespace::new(&self.0.name).ok().map(|own| own.kinds().to_owned())
    }

    /// What the names of the fields begin with that it adds to the roots and to the hub's units, services and needs:
    /// `library_`.
    async fn field_prefix(&self) -> Option<String> {
        Namespace::new(&self.0.name).ok().map(|own| own.fields().to_owned())
    }

    /// The unit whose it is.
    async fn unit(&self, ctx: &Context<'_>) -> Result<PartnerUnit, Error> {
        known(ctx, self.0.unit_id).await
    }

    /// Where it stands.
    async fn state(&self) -> SubgraphState {
        self.0.state
    }

    /// Where it is asked: the address that was submitted last.
    async fn url(&self) -> &str {
        &self.0.url
    }

    /// What of it is live; null where nothing is.
    async fn live(&self, ctx: &Context<'_>) -> Result<Option<SubgraphPublication>, Error> {
        self.newest(ctx, SubgraphPublicationState::Live).await
    }

    /// What waits for a coordinator; null where nothing does.
    async fn waiting(&self, ctx: &Context<'_>) -> Result<Option<SubgraphPublication>, Error> {
        self.newest(ctx, SubgraphPublicationState::Waiting).await
    }

    /// All that was published for it, the newest first.
    async fn publications(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those in these states.")] states: Option<Vec<SubgraphPublicationState>>,
        #[graphql(desc = "So many from the beginning: 20 unless told, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end: 100 at most.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<SubgraphPublication>, Error> {
        let wanted = Publications { states: query::few(ctx, states)? };
        Connection::of(ctx, self.0.id.uuid(), wanted, PageArgs::new(first, after, last, before)).await
    }

    /// When its endpoint was last looked at; null where it never was.
    async fn polled_at(&self) -> Option<DateTime<Utc>> {
        self.0.polled_at
    }

    /// Why looking at it failed, for programs: `TIMEOUT`, `HTTP_503`, …; null where it did not.
    async fn poll_failure(&self) -> Option<&str> {
        self.0.poll_failure.as_deref()
    }

    /// Since when its endpoint tells another schema than the one that is live; null where it tells the same.
    async fn drifted_at(&self) -> Option<DateTime<Utc>> {
        self.0.drifted_at
    }

    /// What of that would break those who ask it; empty where it only has more.
    async fn drift(&self) -> Vec<SchemaChange> {
        self.0.drift.iter().cloned().map(SchemaChange).collect()
    }

    /// How its endpoint answers, as each gateway that runs now tells; empty where none does.
    async fn health(&self, ctx: &Context<'_>) -> Result<Vec<SubgraphHealth>, Error> {
        let told = loader(ctx)?.load_one(HealthOf(self.0.id)).await.map_err(told_shared(ctx))?;
        Ok(told.unwrap_or_default().into_iter().map(SubgraphHealth).collect())
    }

    /// When it was registered.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

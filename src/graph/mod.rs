//! The graph: one folder for each entity, resolvers of a few lines that hand on to the store and the matching.

pub mod area;
pub mod category;
pub mod error;
pub mod limits;
pub mod loaders;
pub mod mutation;
pub mod node;
pub mod page;
pub mod unit;

use crate::domain::text::Lang;
use crate::domain::viewer::Viewer;
use crate::store::Store;
use async_graphql::dataloader::DataLoader;
use async_graphql::{Context, EmptySubscription, Error, MergedObject, Request, Response};
use loaders::Loaders;

/// Who is asking, and in which language they are answered.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Who.
    pub viewer: Viewer,
    /// In which language.
    pub lang: Lang,
}

/// What can be read.
#[derive(MergedObject, Default)]
pub struct Query(node::NodeQuery, area::AreaQuery, category::CategoryQuery, unit::UnitQuery);

/// What can be changed. Every mutation takes one input and answers with a payload: the changed object and, where it was
/// refused, the reasons.
#[derive(MergedObject, Default)]
pub struct Mutation(area::AreaMutation, unit::UnitMutation);

/// The schema of the hub.
pub type Schema = async_graphql::Schema<Query, Mutation, EmptySubscription>;

/// The schema, without anything to answer from: enough to print it.
#[must_use]
pub fn schema() -> async_graphql::SchemaBuilder<Query, Mutation, EmptySubscription> {
    async_graphql::Schema::build(Query::default(), Mutation::default(), EmptySubscription)
}

/// Answers one request.
pub async fn execute(schema: &Schema, store: &Store, asked: Asked, request: Request) -> Response {
    loaders::drive(store.clone(), asked.viewer.clone(), |loader| {
        schema.execute(request.data(loader).data(asked))
    })
    .await
}

/// What loads for this request.
pub(crate) fn loader<'a>(ctx: &Context<'a>) -> Result<&'a DataLoader<Loaders>, Error> {
    ctx.data()
}

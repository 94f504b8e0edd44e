//! The graph: one folder for each entity, resolvers of a few lines that hand on to the store and the matching.

pub mod account;
pub mod alliance;
pub mod area;
pub mod beyond;
pub mod broken;
pub mod category;
pub mod contact;
pub mod directive;
pub mod drive;
pub mod entity;
pub mod error;
pub mod event;
pub mod flow;
pub mod limits;
pub mod loaders;
pub mod matches;
pub mod matching;
pub mod mutation;
pub mod need;
pub mod node;
pub mod page;
pub mod rules;
pub mod run;
pub mod service;
pub mod subgraph;
pub mod token;
pub mod told_once;
pub mod unit;

use crate::domain::text::Lang;
use crate::domain::viewer::Viewer;
use crate::store::Store;
use async_graphql::dataloader::DataLoader;
use async_graphql::{Context, Error, MergedObject, MergedSubscription, Request, Response, SDLExportOptions};
use futures_util::FutureExt as _;
use futures_util::stream::{BoxStream, StreamExt as _};
use limits::Payer;
use loaders::Loaders;
use std::panic::AssertUnwindSafe;

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
pub struct Query(
    node::NodeQuery,
    area::AreaQuery,
    category::CategoryQuery,
    unit::UnitQuery,
    need::NeedQuery,
    matches::MatchQuery,
    alliance::AllianceQuery,
    service::ServiceQuery,
    matching::MatchingQuery,
    matching::OfferWorthQuery,
    run::MatchingRunQuery,
    flow::FlowQuery,
    event::AuditQuery,
    account::AccountQuery,
    subgraph::SubgraphQuery,
    entity::EntityQuery,
);

/// What can be changed. Every mutation takes one input and answers with a payload: the changed object and, where it was
/// refused, the reasons.
#[derive(MergedObject, Default)]
pub struct Mutation(
    area::AreaMutation,
    area::AreaPlaceMutation,
    unit::UnitMutation,
    unit::UnitCapacityMutation,
    need::NeedMutation,
    need::NeedStepMutation,
    matches::MatchMutation,
    matches::MatchAnswerMutation,
    matches::MatchWorkMutation,
    alliance::AllianceMutation,
    service::ServiceMutation,
    matching::MatchingMutation,
    matching::MatchingSettingsMutation,
    run::MatchingRunMutation,
    run::MatchingRunApplyMutation,
    directive::DirectiveMutation,
    contact::ContactMutation,
    account::AccountMutation,
    account::OwnAccountMutation,
    token::TokenMutation,
    subgraph::SubgraphMutation,
    subgraph::SupergraphMutation,
);

/// What can be followed while it happens.
#[derive(MergedSubscription, Default)]
pub struct Subscription(event::EventSubscription, run::MatchingRunSubscription);

/// The schema of the hub.
pub type Schema = async_graphql::Schema<Query, Mutation, Subscription>;

/// The schema, without anything to answer from: enough to print it.
#[must_use]
pub fn schema() -> async_graphql::SchemaBuilder<Query, Mutation, Subscription> {
    async_graphql::Schema::build(Query::default(), Mutation::default(), Subscription::default())
        .extension(rules::Rules)
}

/// The schema of the hub as a subgraph: what it brings to the graph of all.
#[must_use]
pub fn subgraph_sdl() -> String {
    schema().finish().sdl_with_options(SDLExportOptions::new().federation().compose_directive())
}

/// Answers one request.
pub async fn execute(schema: &Schema, store: &Store, asked: Asked, request: Request) -> Response {
    let request = paid(store, &asked, request);
    run(schema, store, asked, request).await
}

/// Answers a subscription, one answer for each change and no sooner than it is asked for; anything else as [`execute`]
/// does. Dropping it ends it.
#[must_use]
pub fn stream(
    schema: &Schema,
    store: &Store,
    asked: Asked,
    request: Request,
) -> BoxStream<'static, Response> {
    let request = paid(store, &asked, request);
    follow(schema, store, asked, request)
}

/// Answers a request that is paid for.
async fn run(schema: &Schema, store: &Store, asked: Asked, request: Request) -> Response {
    let lang = asked.lang;
    let run = drive::request(store.clone(), asked.viewer.clone(), |loader| {
        schema.execute(request.data(loader).data(asked))
    });
    complete(lang, AssertUnwindSafe(run).catch_unwind().await)
}

/// Follows a request that is paid for.
fn follow(schema: &Schema, store: &Store, asked: Asked, request: Request) -> BoxStream<'static, Response> {
    let lang = asked.lang;
    let run = drive::subscription(store.clone(), asked.viewer.clone(), |loader| {
        schema.execute_stream(request.data(loader).data(asked))
    });
    AssertUnwindSafe(run).catch_unwind().map(move |run| complete(lang, run)).boxed()
}

/// The request with whoever pays for it: the hub's own are free.
fn paid(store: &Store, asked: &Asked, request: Request) -> Request {
    match asked.viewer.key().map(Payer::Signed).or_else(|| store.client().map(Payer::Address)) {
        Some(payer) => request.data(payer),
        None => request,
    }
}

/// The response as a client gets it: every error has a code, and a panic is one too.
fn complete(lang: Lang, run: std::thread::Result<Response>) -> Response {
    let mut response = run.unwrap_or_else(|_| broken::answer(lang));
    response.errors.iter_mut().for_each(|error| error::complete(lang, error));
    response
}

/// What loads for this request.
pub(crate) fn loader<'a>(ctx: &Context<'a>) -> Result<&'a DataLoader<Loaders>, Error> {
    ctx.data()
}

//! What makes the graph a subgraph (Apollo Federation 2): every entity is found by its key, so that other graphs can refer
//! to it, and gateways can come back for more of it. Whoever asks sees what they see everywhere else; a key of nothing, or
//! of something hidden from them, is null and leaves the other keys' answers alone.

use super::account::Account;
use super::alliance::Alliance;
use super::area::Area;
use super::category::Category;
use super::directive::Directive;
use super::error::told_shared;
use super::event::Event;
use super::loader;
use super::loaders::ByCode;
use super::matches::{Fulfilment, Match, Rating};
use super::need::Need;
use super::page::Node;
use super::run::{MatchingRun, MatchingRunMatch, MatchingRunUnmet};
use super::service::Service;
use super::subgraph::{Subgraph, SubgraphPublication, Supergraph};
use super::token::ApiToken;
use super::unit::PartnerUnit;
use crate::store::entity::{Coded, Entity};
use async_graphql::{Context, Error, ID, Object};

/// Entities by their keys.
#[derive(Default)]
pub struct EntityQuery;

#[Object]
impl EntityQuery {
    #[graphql(entity)]
    async fn area(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Area>, Error> {
        by_id(ctx, &id).await
    }

    #[graphql(entity)]
    async fn area_by_code(&self, ctx: &Context<'_>, code: String) -> Result<Option<Area>, Error> {
        by_code(ctx, code).await
    }

    #[graphql(entity)]
    async fn category(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Category>, Error> {
        by_id(ctx, &id).await
    }

    #[graphql(entity)]
    async fn category_by_code(&self, ctx: &Context<'_>, code: String) -> Result<Option<Category>, Error> {
        by_code(ctx, code).await
    }

    #[graphql(entity)]
    async fn partner_unit(&self, ctx: &Context<'_>, id: ID) -> Result<Option<PartnerUnit>, Error> {
        by_id(ctx, &id).await
    }

    #[graphql(entity)]
    async fn service(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Service>, Error> {
        by_id(ctx, &id).await
    }

    #[graphql(entity)]
    async fn need(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Need>, Error> {
        by_id(ctx, &id).await
    }

    #[graphql(entity)]
    async fn r#match(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Match>, Error> {
        by_id(ctx, &id).await
    }

    #[graphql(entity)]
    async fn fulfilment(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Fulfilment>, Error> {
        by_id(ctx, &id).await
    }

    #[graphql(entity)]
    async fn rating(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Rating>, Error> {
        by_id(ctx, &id).await
    }

    #[graphql(entity)]
    async fn alliance(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Alliance>, Error> {
        by_id(ctx, &id).await
    }

    #[graphql(entity)]
    async fn directive(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Directive>, Error> {
        by_id(ctx, &id).await
    }

    #[graphql(entity)]
    async fn event(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Event>, Error> {
        by_id(ctx, &id).await
    }

    #[graphql(entity)]
    async fn matching_run(&self, ctx: &Context<'_>, id: ID) -> Result<Option<MatchingRun>, Error> {
        by_id(ctx, &id).await
    }

    #[graphql(entity)]
    async fn matching_run_match(&self, ctx: &Context<'_>, id: ID) -> Result<Option<MatchingRunMatch>, Error> {
        by_id(ctx, &id).await
    }

    #[graphql(entity)]
    async fn matching_run_unmet(&self, ctx: &Context<'_>, id: ID) -> Result<Option<MatchingRunUnmet>, Error> {
        by_id(ctx, &id).await
    }

    #[graphql(entity)]
    async fn account(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Account>, Error> {
        by_id(ctx, &id).await
    }

    #[graphql(entity)]
    async fn subgraph(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Subgraph>, Error> {
        by_id(ctx, &id).await
    }

    #[graphql(entity)]
    async fn publication(&self, ctx: &Context<'_>, id: ID) -> Result<Option<SubgraphPublication>, Error> {
        by_id(ctx, &id).await
    }

    #[graphql(entity)]
    async fn supergraph(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Supergraph>, Error> {
        by_id(ctx, &id).await
    }

    #[graphql(entity)]
    async fn api_token(&self, ctx: &Context<'_>, id: ID) -> Result<Option<ApiToken>, Error> {
        by_id(ctx, &id).await
    }
}

/// A text that is no id of such a thing names nothing: it comes from another graph, whose mistake shall not cost the
/// asker the rest of the answer.
async fn by_id<N: Node>(ctx: &Context<'_>, id: &ID) -> Result<Option<N>, Error> {
    match id.parse::<<N::Row as Entity>::Id>() {
        Ok(id) => super::page::one(ctx, id).await,
        Err(_) => Ok(None),
    }
}

async fn by_code<N: Node<Row: Coded>>(ctx: &Context<'_>, code: String) -> Result<Option<N>, Error> {
    let row = loader(ctx)?.load_one(ByCode::<N::Row>::new(code)).await.map_err(told_shared(ctx))?;
    Ok(row.map(N::from))
}

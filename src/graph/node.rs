//! Look-ups by global id, whatever the id names.

use super::account::Account;
use super::alliance::Alliance;
use super::area::Area;
use super::category::Category;
use super::directive::Directive;
use super::error::{lang, refused};
use super::event::Event;
use super::limits::annotation::list_size;
use super::matches::{Fulfilment, Match, Rating};
use super::need::Need;
use super::page::one;
use super::run::{MatchingRun, MatchingRunMatch, MatchingRunUnmet};
use super::service::Service;
use super::subgraph::{Subgraph, SubgraphPublication, Supergraph};
use super::token::ApiToken;
use super::unit::PartnerUnit;
use crate::domain::check;
use crate::domain::id::{Id, Kind, split};
use crate::domain::refusal::Refusal;
use async_graphql::{Context, Error, ID, Interface, Object};
use uuid::Uuid;

/// Anything with a global id.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "The global id: opaque, and the same for ever."))]
pub enum Node {
    /// An area.
    Area(Area),
    /// A category.
    Category(Category),
    /// A partner unit.
    PartnerUnit(PartnerUnit),
    /// A need.
    Need(Need),
    /// A match.
    Match(Match),
    /// A delivered part of a match.
    Fulfilment(Fulfilment),
    /// A verdict on a match.
    Rating(Rating),
    /// An alliance.
    Alliance(Alliance),
    /// A service.
    Service(Service),
    /// A pin or a prohibition for the matching.
    Directive(Directive),
    /// An entry of the trail.
    Event(Event),
    /// A matching that is computed in the background.
    MatchingRun(MatchingRun),
    /// A match that a matching run would make.
    MatchingRunMatch(MatchingRunMatch),
    /// Something that a matching run would leave unmet.
    MatchingRunUnmet(MatchingRunUnmet),
    /// Somebody who signs in.
    Account(Account),
    /// A token for a program.
    ApiToken(ApiToken),
    /// A partner's own graph.
    Subgraph(Subgraph),
    /// A schema that was submitted for a subgraph.
    SubgraphPublication(SubgraphPublication),
    /// A version of the graph of all.
    Supergraph(Supergraph),
}

/// Ids that one request may look up at once.
const MAX_IDS: i64 = 100;

/// Look-ups by global id.
#[derive(Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// Whatever has this global id; null where there is nothing or you may not see it.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id.")] id: ID,
    ) -> Result<Option<Node>, Error> {
        load(ctx, &id).await
    }

    /// Whatever has these global ids, in the same order, null where there is nothing or you may not see it. At most 100.
    #[graphql(directive = list_size::apply(Some(100), Some(vec!["ids".into()])))]
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global ids.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>, Error> {
        let count = i64::try_from(ids.len()).unwrap_or(i64::MAX);
        check::number("ids", count, 0, MAX_IDS).map_err(|refusal| refused(lang(ctx), &refusal))?;
        futures_util::future::try_join_all(ids.iter().map(|id| load(ctx, id))).await
    }
}

async fn load(ctx: &Context<'_>, id: &ID) -> Result<Option<Node>, Error> {
    let (kind, uuid) = split(id).map_err(|bad| refused(lang(ctx), &Refusal::from(bad).at("id")))?;
    Ok(match kind {
        Kind::Area => find::<Area>(ctx, uuid).await?.map(Node::Area),
        Kind::Category => find::<Category>(ctx, uuid).await?.map(Node::Category),
        Kind::Unit => find::<PartnerUnit>(ctx, uuid).await?.map(Node::PartnerUnit),
        Kind::Need => find::<Need>(ctx, uuid).await?.map(Node::Need),
        Kind::Match => find::<Match>(ctx, uuid).await?.map(Node::Match),
        Kind::Fulfilment => find::<Fulfilment>(ctx, uuid).await?.map(Node::Fulfilment),
        Kind::Rating => find::<Rating>(ctx, uuid).await?.map(Node::Rating),
        Kind::Alliance => find::<Alliance>(ctx, uuid).await?.map(Node::Alliance),
        Kind::Service => find::<Service>(ctx, uuid).await?.map(Node::Service),
        Kind::Directive => find::<Directive>(ctx, uuid).await?.map(Node::Directive),
        Kind::Event => find::<Event>(ctx, uuid).await?.map(Node::Event),
        Kind::Run => find::<MatchingRun>(ctx, uuid).await?.map(Node::MatchingRun),
        Kind::Planned => find::<MatchingRunMatch>(ctx, uuid).await?.map(Node::MatchingRunMatch),
        Kind::Unmet => find::<MatchingRunUnmet>(ctx, uuid).await?.map(Node::MatchingRunUnmet),
        Kind::Account => find::<Account>(ctx, uuid).await?.map(Node::Account),
        Kind::Token => find::<ApiToken>(ctx, uuid).await?.map(Node::ApiToken),
        Kind::Subgraph => find::<Subgraph>(ctx, uuid).await?.map(Node::Subgraph),
        Kind::Publication => find::<SubgraphPublication>(ctx, uuid).await?.map(Node::SubgraphPublication),
        Kind::Supergraph => find::<Supergraph>(ctx, uuid).await?.map(Node::Supergraph),
        _ => None,
    })
}

async fn find<N: super::page::Node>(ctx: &Context<'_>, uuid: Uuid) -> Result<Option<N>, Error> {
    one(ctx, Id::new(uuid)).await
}

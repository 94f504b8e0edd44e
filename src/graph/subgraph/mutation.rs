use super::parts::SubgraphCheck;
use super::{Subgraph, SubgraphPublication, Supergraph};
use crate::domain::id::{Id as _, PublicationId, SubgraphId};
use crate::domain::refusal::Code;
use crate::domain::subgraph::{Findings, Namespace};
use crate::federation::{Checked, Federation, Prepared, Schema};
use crate::graph::limits::annotation::cost;
use crate::graph::mutation::{Answer, Mutation, MutationError, mutate, parse, payload, step};
use crate::graph::told_once::Aside;
use crate::graph::{Asked, loader};
use crate::store::Store;
use crate::store::conn::Tx;
use crate::store::error::{Error as StoreError, Result as Done};
use crate::store::subgraph::{self, Submitted};
use async_graphql::{Context, Error, ID, InputObject, Object, TypeName};
use std::borrow::Cow;
use uuid::Uuid;

payload! {
    /// What became of a change to a subgraph.
    SubgraphPayload, subgraph: Subgraph
}

payload! {
    /// What became of a publication.
    SubgraphPublicationPayload, publication: SubgraphPublication
}

payload! {
    /// What became of a change to the graph of all.
    SupergraphPayload, supergraph: Supergraph
}

/// What working something out before the transaction needs.
fn desk<'a>(ctx: &Context<'a>) -> Done<(&'a Federation, &'a Store, &'a Asked)> {
    let missing = |error: Error| StoreError::Corrupt(error.message);
    let store = &loader(ctx).map_err(missing)?.loader().store;
    Ok((ctx.data().map_err(missing)?, store, ctx.data().map_err(missing)?))
}

/// A partner's own graph to be registered.
#[derive(InputObject, Debug)]
pub struct RegisterSubgraphInput {
    /// The unit whose it is.
    unit_id: ID,
    /// Its name, for ever: words of lower-case letters and digits joined by hyphens, at most 40 characters. Everything
    /// that it brings is called after it: types `Library_…`, fields `library_…`.
    name: String,
    /// Where it is asked: an https address.
    url: String,
    /// A key of your own choice, by which a repeated request has the effect of one.
    idempotency_key: Option<String>,
    #[graphql(skip)]
    looked_at: Aside<(String, i64)>,
}

impl Mutation for RegisterSubgraphInput {
    const NAME: &'static str = "RegisterSubgraph";
    const CODES: &'static [Code] = &[Code::AlreadyExists, Code::Unreachable];

    fn key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn prepare(&mut self, ctx: &Context<'_>) -> Done<()> {
        let (federation, _, _) = desk(ctx)?;
        let url = federation.endpoint(&self.url)?.url.to_string();
        self.looked_at.tell((url, federation.settings().subgraphs));
        Ok(())
    }

    async fn work(&self, tx: &mut Tx) -> Done<Uuid> {
        let unit = parse("unitId", &self.unit_id)?;
        let name = Namespace::new(&self.name)?;
        let (url, most) = self.looked_at.take().ok_or(StoreError::Overtaken)?;
        Ok(subgraph::register(tx, unit, &name, &url, most).await?.uuid())
    }
}

/// A schema to be checked.
#[derive(InputObject, Debug)]
pub struct CheckSubgraphInput {
    /// The subgraph.
    id: ID,
    /// Where it would be asked; left out, where it is registered.
    url: Option<String>,
    /// The schema; left out, the hub asks the endpoint for it.
    sdl: Option<String>,
    #[graphql(skip)]
    checked: Aside<Checked>,
}

impl Mutation for CheckSubgraphInput {
    const NAME: &'static str = "CheckSubgraph";
    const CODES: &'static [Code] = &[Code::Unreachable];

    fn key(&self) -> Option<&str> {
        None
    }

    async fn prepare(&mut self, ctx: &Context<'_>) -> Done<()> {
        let (federation, store, asked) = desk(ctx)?;
        let schema = Schema { url: self.url.clone(), sdl: self.sdl.clone() };
        self.checked.tell(federation.check(store, &asked.viewer, parse("id", &self.id)?, &schema).await?);
        Ok(())
    }

    async fn work(&self, _: &mut Tx) -> Done<Uuid> {
        Ok(parse::<SubgraphId>("id", &self.id)?.uuid())
    }
}

/// What checking a schema found.
pub struct CheckSubgraphPayload(Answer<CheckSubgraphInput>, Option<Findings>);

impl TypeName for CheckSubgraphPayload {
    fn type_name() -> Cow<'static, str> {
        "CheckSubgraphPayload".into()
    }
}

/// What checking a schema found.
#[Object(name_type)]
impl CheckSubgraphPayload {
    /// What was found; null where it could not be checked.
    async fn check(&self) -> Option<SubgraphCheck> {
        self.1.clone().map(SubgraphCheck)
    }

    /// Why it could not be checked; empty where it was.
    async fn errors(&self, ctx: &Context<'_>) -> Vec<MutationError<CheckSubgraphInput>> {
        self.0.errors(ctx)
    }
}

/// A schema to be published.
#[derive(InputObject, Debug)]
pub struct PublishSubgraphInput {
    /// The subgraph.
    id: ID,
    /// Where it is asked from now on; left out, where it is registered.
    url: Option<String>,
    /// The schema; left out, the hub asks the endpoint for it.
    sdl: Option<String>,
    /// A key of your own choice, by which a repeated request has the effect of one.
    idempotency_key: Option<String>,
    #[graphql(skip)]
    checked: Aside<Checked>,
}

impl Mutation for PublishSubgraphInput {
    const NAME: &'static str = "PublishSubgraph";
    const CODES: &'static [Code] = &[Code::Unreachable];

    fn key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn prepare(&mut self, ctx: &Context<'_>) -> Done<()> {
        let (federation, store, asked) = desk(ctx)?;
        let schema = Schema { url: self.url.clone(), sdl: self.sdl.clone() };
        self.checked.tell(federation.check(store, &asked.viewer, parse("id", &self.id)?, &schema).await?);
        Ok(())
    }

    async fn work(&self, tx: &mut Tx) -> Done<Uuid> {
        let Checked { url, sdl, found } = self.checked.take().ok_or(StoreError::Overtaken)?;
        Ok(subgraph::publish(tx, parse("id", &self.id)?, &Submitted { url, sdl, found }).await?.uuid())
    }
}

/// A publication to be approved.
#[derive(InputObject, Debug)]
pub struct ApproveSubgraphInput {
    /// The publication that waits.
    id: ID,
    /// Whether it may break those who ask the live graph; unless told, it may not.
    accept_breaking: Option<bool>,
    /// A key of your own choice, by which a repeated request has the effect of one.
    idempotency_key: Option<String>,
    #[graphql(skip)]
    prepared: Aside<Prepared>,
}

impl Mutation for ApproveSubgraphInput {
    const NAME: &'static str = "ApproveSubgraph";
    const CODES: &'static [Code] =
        &[Code::IllegalTransition, Code::BreakingChange, Code::BadSchema, Code::Outdated];

    fn key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn prepare(&mut self, ctx: &Context<'_>) -> Done<()> {
        let (federation, store, asked) = desk(ctx)?;
        self.prepared.tell(federation.approval(store, &asked.viewer, parse("id", &self.id)?).await?);
        Ok(())
    }

    async fn work(&self, tx: &mut Tx) -> Done<Uuid> {
        let id: PublicationId = parse("id", &self.id)?;
        let prepared = self.prepared.take().ok_or(StoreError::Overtaken)?;
        prepared.require(self.accept_breaking.unwrap_or_default())?;
        Ok(subgraph::approve(tx, id, prepared.composed.as_ref()).await?.uuid())
    }
}

step! {
    /// A publication to be declined.
    DeclineSubgraphInput = "DeclineSubgraph" {
        /// The publication that waits.
        id: PublicationId,
        /// Why, at most 4,000 characters: whoever published it reads it.
        reason: String,
    }
    |input, tx, id| subgraph::decline(tx, id, &input.reason)
}

/// A subgraph that is to leave.
#[derive(InputObject, Debug)]
pub struct WithdrawSubgraphInput {
    /// The subgraph.
    id: ID,
    /// Why, at most 4,000 characters.
    reason: String,
    /// A key of your own choice, by which a repeated request has the effect of one.
    idempotency_key: Option<String>,
    #[graphql(skip)]
    prepared: Aside<Prepared>,
}

impl Mutation for WithdrawSubgraphInput {
    const NAME: &'static str = "WithdrawSubgraph";
    const CODES: &'static [Code] = &[Code::IllegalTransition, Code::BadSchema, Code::Outdated];

    fn key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn prepare(&mut self, ctx: &Context<'_>) -> Done<()> {
        let (federation, store, asked) = desk(ctx)?;
        self.prepared.tell(federation.withdrawal(store, &asked.viewer, parse("id", &self.id)?).await?);
        Ok(())
    }

    async fn work(&self, tx: &mut Tx) -> Done<Uuid> {
        let prepared = self.prepared.take().ok_or(StoreError::Overtaken)?;
        prepared.require(true)?;
        let id = parse("id", &self.id)?;
        Ok(subgraph::withdraw(tx, id, &self.reason, prepared.composed.as_ref()).await?.uuid())
    }
}

/// An earlier version of the graph of all to go back to.
#[derive(InputObject, Debug)]
pub struct RollbackSupergraphInput {
    /// Its number.
    number: i64,
    /// A key of your own choice, by which a repeated request has the effect of one.
    idempotency_key: Option<String>,
    #[graphql(skip)]
    prepared: Aside<Prepared>,
}

impl Mutation for RollbackSupergraphInput {
    const NAME: &'static str = "RollbackSupergraph";
    const CODES: &'static [Code] = &[Code::BadSchema, Code::Outdated];

    fn key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn prepare(&mut self, ctx: &Context<'_>) -> Done<()> {
        let (federation, store, asked) = desk(ctx)?;
        self.prepared.tell(federation.return_to(store, &asked.viewer, self.number).await?);
        Ok(())
    }

    async fn work(&self, tx: &mut Tx) -> Done<Uuid> {
        let prepared = self.prepared.take().ok_or(StoreError::Overtaken)?;
        prepared.require(true)?;
        let composed = prepared.composed.ok_or(StoreError::Overtaken)?;
        Ok(subgraph::rollback(tx, self.number, &composed).await?.uuid())
    }
}

/// Subgraphs, to be registered, checked, published, approved and withdrawn.
#[derive(Default)]
pub struct SubgraphMutation;

#[Object]
impl SubgraphMutation {
    /// Registers a unit's own graph, so that it can be published. For the unit's liaison and its street's coordinator.
    async fn register_subgraph(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose it is, what it is called and where it is asked.")]
        input: RegisterSubgraphInput,
    ) -> Result<SubgraphPayload<RegisterSubgraphInput>, Error> {
        Ok(SubgraphPayload(mutate(ctx, input).await?))
    }

    /// Checks a schema as publishing it would, and writes nothing. For the unit's liaison and its street's coordinator.
    #[graphql(directive = cost::apply("500".into()))]
    async fn check_subgraph(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which subgraph, and its schema.")] input: CheckSubgraphInput,
    ) -> Result<CheckSubgraphPayload, Error> {
        let checked = input.checked.clone();
        let answer = mutate(ctx, input).await?;
        let found = checked.for_answer(&answer);
        Ok(CheckSubgraphPayload(answer, found.map(|checked| checked.found)))
    }

    /// Publishes a schema. Where it is sound it waits for the coordinator, in place of one that waited before; where it
    /// is not, it is kept with its problems, and what is live stays live. What is live or waits already is not published
    /// again. For the unit's liaison and its street's coordinator.
    #[graphql(directive = cost::apply("500".into()))]
    async fn publish_subgraph(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which subgraph, and its schema.")] input: PublishSubgraphInput,
    ) -> Result<SubgraphPublicationPayload<PublishSubgraphInput>, Error> {
        Ok(SubgraphPublicationPayload(mutate(ctx, input).await?))
    }

    /// Takes a subgraph out of the live graph, or gives its registration up. Its name stays its own, and it may publish
    /// again. For the unit's liaison and its street's coordinator.
    #[graphql(directive = cost::apply("500".into()))]
    async fn withdraw_subgraph(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which subgraph, and why.")] input: WithdrawSubgraphInput,
    ) -> Result<SubgraphPayload<WithdrawSubgraphInput>, Error> {
        Ok(SubgraphPayload(mutate(ctx, input).await?))
    }
}

/// The graph of all, to be added to and gone back with.
#[derive(Default)]
pub struct SupergraphMutation;

#[Object]
impl SupergraphMutation {
    /// Approves a publication that waits: it becomes part of the live graph at once, on every replica. What would break
    /// those who ask the live graph is refused, unless that is accepted. For the coordinator of the unit's street.
    #[graphql(directive = cost::apply("500".into()))]
    async fn approve_subgraph(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which publication.")] input: ApproveSubgraphInput,
    ) -> Result<SubgraphPublicationPayload<ApproveSubgraphInput>, Error> {
        Ok(SubgraphPublicationPayload(mutate(ctx, input).await?))
    }

    /// Declines a publication that waits. For the coordinator of the unit's street.
    async fn decline_subgraph(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which publication, and why.")] input: DeclineSubgraphInput,
    ) -> Result<SubgraphPublicationPayload<DeclineSubgraphInput>, Error> {
        Ok(SubgraphPublicationPayload(mutate(ctx, input).await?))
    }

    /// Goes back to an earlier version of the graph of all, by making another with the same members. For the
    /// administrator; for a coordinator where it changes nothing but the subgraphs of their own street.
    #[graphql(directive = cost::apply("500".into()))]
    async fn rollback_supergraph(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which version.")] input: RollbackSupergraphInput,
    ) -> Result<SupergraphPayload<RollbackSupergraphInput>, Error> {
        Ok(SupergraphPayload(mutate(ctx, input).await?))
    }
}

use super::Directive;
use crate::domain::directive::DirectiveKind;
use crate::domain::id::{DirectiveId, Id as _};
use crate::domain::refusal::Code;
use crate::graph::mutation::{Mutation, mutate, parse, payload, step};
use crate::store::conn::Tx;
use crate::store::directive::{self, NewDirective};
use crate::store::error::Result as Done;
use async_graphql::{Context, Error, ID, InputObject, Object};
use uuid::Uuid;

payload! {
    /// What became of a change to a directive.
    DirectivePayload, directive: Directive
}

/// A need and a service that every matching shall bring together.
#[derive(InputObject, Debug)]
pub struct PinMatchInput {
    /// The need.
    need_id: ID,
    /// The service.
    service_id: ID,
    /// How much of the need to reserve; left out, all of it.
    quantity: Option<i64>,
    /// Why, at most 4,000 characters.
    reason: String,
    /// A key of your own choice, by which a repeated request has the effect of one.
    idempotency_key: Option<String>,
}

impl Mutation for PinMatchInput {
    const NAME: &'static str = "PinMatch";
    const CODES: &'static [Code] = &[Code::AlreadyExists];

    fn key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn work(&self, tx: &mut Tx) -> Done<Uuid> {
        let new = NewDirective {
            kind: DirectiveKind::Pin,
            need: parse("needId", &self.need_id)?,
            service: parse("serviceId", &self.service_id)?,
            quantity: self.quantity,
            reason: self.reason.clone(),
        };
        Ok(directive::give(tx, new).await?.uuid())
    }
}

/// A need and a service that nothing shall bring together.
#[derive(InputObject, Debug)]
pub struct ForbidMatchInput {
    /// The need.
    need_id: ID,
    /// The service.
    service_id: ID,
    /// Why, at most 4,000 characters.
    reason: String,
    /// A key of your own choice, by which a repeated request has the effect of one.
    idempotency_key: Option<String>,
}

impl Mutation for ForbidMatchInput {
    const NAME: &'static str = "ForbidMatch";
    const CODES: &'static [Code] = &[Code::AlreadyExists];

    fn key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn work(&self, tx: &mut Tx) -> Done<Uuid> {
        let new = NewDirective {
            kind: DirectiveKind::Prohibition,
            need: parse("needId", &self.need_id)?,
            service: parse("serviceId", &self.service_id)?,
            quantity: None,
            reason: self.reason.clone(),
        };
        Ok(directive::give(tx, new).await?.uuid())
    }
}

step! {
    /// A pin or a prohibition to be lifted.
    LiftDirectiveInput = "LiftDirective" {
        /// The directive.
        id: DirectiveId,
        /// Why, at most 4,000 characters.
        reason: String,
    }
    |input, tx, id| directive::lift(tx, id, &input.reason)
}

/// Pins and prohibitions, to be given and lifted.
#[derive(Default)]
pub struct DirectiveMutation;

#[Object]
impl DirectiveMutation {
    /// Makes every matching bring a need and a service together, as far as hard constraints, need and capacity go. For
    /// the coordinator of the need's street.
    async fn pin_match(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which pair, how much, and why.")] input: PinMatchInput,
    ) -> Result<DirectivePayload<PinMatchInput>, Error> {
        Ok(DirectivePayload(mutate(ctx, input).await?))
    }

    /// Keeps every matching and every claim from bringing a need and a service together. What was agreed on before
    /// stays. For the coordinator of the need's street.
    async fn forbid_match(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which pair, and why.")] input: ForbidMatchInput,
    ) -> Result<DirectivePayload<ForbidMatchInput>, Error> {
        Ok(DirectivePayload(mutate(ctx, input).await?))
    }

    /// Lifts a pin or a prohibition. For the coordinator of its street.
    async fn lift_directive(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which directive, and why.")] input: LiftDirectiveInput,
    ) -> Result<DirectivePayload<LiftDirectiveInput>, Error> {
        Ok(DirectivePayload(mutate(ctx, input).await?))
    }
}

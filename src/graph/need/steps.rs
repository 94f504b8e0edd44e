//! The steps of a need's life that people take.

use super::mutation::NeedPayload;
use crate::domain::id::{Id as _, NeedId};
use crate::domain::need::Outcome;
use crate::domain::refusal::Code;
use crate::graph::mutation::{Mutation, mutate, parse, step};
use crate::store::conn::Tx;
use crate::store::error::Result as Done;
use crate::store::need;
use async_graphql::{Context, Error, ID, InputObject, Object};
use uuid::Uuid;

step! {
    /// A need to be handed in.
    SubmitNeedInput = "SubmitNeed" {
        /// The need.
        id: NeedId,
    }
    |_input, tx, id| need::submit(tx, id)
}

step! {
    /// A need that was found to be real.
    VerifyNeedInput = "VerifyNeed" {
        /// The need.
        id: NeedId,
    }
    |_input, tx, id| need::verify(tx, id)
}

step! {
    /// A need to be completed by whoever handed it in.
    ReturnNeedInput = "ReturnNeed" {
        /// The need.
        id: NeedId,
        /// What is missing or wrong, at most 4,000 characters.
        reason: String,
    }
    |input, tx, id| need::return_(tx, id, &input.reason)
}

step! {
    /// A need to be made part of another.
    MergeNeedInput = "MergeNeed" [BadInput] {
        /// The need.
        id: NeedId,
        /// The other need: of the same street, and not merged, withdrawn or closed itself.
        into_id: ID,
        /// Why the two are one, at most 4,000 characters.
        reason: String,
    }
    |input, tx, id| need::merge(tx, id, parse("intoId", &input.into_id)?, &input.reason)
}

step! {
    /// A need to be offered.
    OpenNeedInput = "OpenNeed" {
        /// The need.
        id: NeedId,
    }
    |_input, tx, id| need::open(tx, id)
}

step! {
    /// A need that is not asked for any more.
    WithdrawNeedInput = "WithdrawNeed" {
        /// The need.
        id: NeedId,
        /// Why, at most 4,000 characters.
        reason: String,
    }
    |input, tx, id| need::withdraw(tx, id, &input.reason)
}

step! {
    /// A need to be closed.
    CloseNeedInput = "CloseNeed" [OwnWork] {
        /// The need.
        id: NeedId,
        /// What came of it.
        outcome: Outcome,
    }
    |input, tx, id| need::close(tx, id, input.outcome)
}

step! {
    /// A need to be taken up again.
    ReopenNeedInput = "ReopenNeed" {
        /// The need.
        id: NeedId,
        /// How much is still to be served: it is added to the need's quantity.
        quantity: i64,
        /// Why, at most 4,000 characters.
        reason: String,
    }
    |input, tx, id| need::reopen(tx, id, input.quantity, &input.reason)
}

/// Needs, to be moved through their life.
#[derive(Default)]
pub struct NeedStepMutation;

#[Object]
impl NeedStepMutation {
    /// Hands a draft or a returned need in (提交). For the asking side and the street's coordinator.
    async fn submit_need(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which need.")] input: SubmitNeedInput,
    ) -> Result<NeedPayload<SubmitNeedInput>, Error> {
        Ok(NeedPayload(mutate(ctx, input).await?))
    }

    /// Finds a submitted need to be real (核实). For the street's coordinator.
    async fn verify_need(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which need.")] input: VerifyNeedInput,
    ) -> Result<NeedPayload<VerifyNeedInput>, Error> {
        Ok(NeedPayload(mutate(ctx, input).await?))
    }

    /// Sends a submitted or verified need back to be completed (退回). For the street's coordinator.
    async fn return_need(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which need, and why.")] input: ReturnNeedInput,
    ) -> Result<NeedPayload<ReturnNeedInput>, Error> {
        Ok(NeedPayload(mutate(ctx, input).await?))
    }

    /// Makes a need that nobody has claimed part of another (并案): it can neither be claimed nor moved afterwards. The
    /// other one keeps its quantity; edit it where it should grow. For the street's coordinator.
    async fn merge_need(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which need, into which, and why.")] input: MergeNeedInput,
    ) -> Result<NeedPayload<MergeNeedInput>, Error> {
        Ok(NeedPayload(mutate(ctx, input).await?))
    }

    /// Offers a verified need to the units of its area to be claimed. For the street's coordinator.
    async fn open_need(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which need.")] input: OpenNeedInput,
    ) -> Result<NeedPayload<OpenNeedInput>, Error> {
        Ok(NeedPayload(mutate(ctx, input).await?))
    }

    /// Gives a need up (撤回) of which no live match holds anything. For the asking side and the street's coordinator.
    async fn withdraw_need(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which need, and why.")] input: WithdrawNeedInput,
    ) -> Result<NeedPayload<WithdrawNeedInput>, Error> {
        Ok(NeedPayload(mutate(ctx, input).await?))
    }

    /// Closes a delivered need with what came of it (销号). For the asking side and the street's coordinator, never for
    /// the unit that delivered.
    async fn close_need(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which need, and what came of it.")] input: CloseNeedInput,
    ) -> Result<NeedPayload<CloseNeedInput>, Error> {
        Ok(NeedPayload(mutate(ctx, input).await?))
    }

    /// Takes a delivered or closed need up again (重办). For the asking side and the street's coordinator.
    async fn reopen_need(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which need, how much, and why.")] input: ReopenNeedInput,
    ) -> Result<NeedPayload<ReopenNeedInput>, Error> {
        Ok(NeedPayload(mutate(ctx, input).await?))
    }
}

//! Claiming from either side, and the ways out.

use super::Match;
use crate::domain::id::{Id as _, MatchId};
use crate::domain::matches::Side;
use crate::domain::refusal::Code;
use crate::graph::mutation::{Mutation, mutate, parse, parse_optional, payload, step};
use crate::store::conn::Tx;
use crate::store::error::Result as Done;
use crate::store::matches::{self, Proposal};
use async_graphql::{Context, Error, ID, InputObject, Object};
use uuid::Uuid;

payload! {
    /// What became of a change to a match.
    MatchPayload, r#match: Match
}

/// A match that one side proposes to the other (双向认领).
#[derive(InputObject, Debug)]
pub struct ProposeMatchInput {
    /// The need.
    need_id: ID,
    /// The service.
    service_id: ID,
    /// The side that you propose it for: `OFFERING` to claim the need, `ASKING` to ask for the service.
    side: Side,
    /// How much, in the need's measure: at most what is left of the need and of the capacity.
    quantity: i64,
    /// The line of the service's capacity; left out, the first that fits and has enough left.
    capacity_id: Option<ID>,
    /// For how many hours it waits for the other side's answer: from 1 to 720; left out, as long as is usual here.
    respond_in_hours: Option<i64>,
    /// A key of your own choice, by which a repeated request has the effect of one.
    idempotency_key: Option<String>,
}

impl Mutation for ProposeMatchInput {
    const NAME: &'static str = "ProposeMatch";
    const CODES: &'static [Code] = &[
        Code::IllegalTransition,
        Code::DoesNotFit,
        Code::NotEnoughNeed,
        Code::BelowSmallestLot,
        Code::TooManyServices,
        Code::NotEnoughCapacity,
        Code::AlreadyExists,
        Code::Forbidden,
    ];

    fn key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn work(&self, tx: &mut Tx) -> Done<Uuid> {
        let proposal = Proposal {
            need: parse("needId", &self.need_id)?,
            service: parse("serviceId", &self.service_id)?,
            side: self.side,
            capacity: parse_optional("capacityId", self.capacity_id.as_ref())?,
            quantity: self.quantity,
            respond_in_hours: self.respond_in_hours,
        };
        Ok(matches::propose(tx, proposal).await?.uuid())
    }
}

step! {
    /// A match to be turned down.
    DeclineMatchInput = "DeclineMatch" {
        /// The match.
        id: MatchId,
        /// Why, at most 4,000 characters.
        reason: String,
    }
    |input, tx, id| matches::decline(tx, id, &input.reason)
}

step! {
    /// A match to be called off.
    CancelMatchInput = "CancelMatch" {
        /// The match.
        id: MatchId,
        /// Why, at most 4,000 characters.
        reason: String,
    }
    |input, tx, id| matches::cancel(tx, id, &input.reason)
}

step! {
    /// A match to which the unit did not come.
    ReportNoShowInput = "ReportNoShow" {
        /// The match.
        id: MatchId,
        /// What happened, at most 4,000 characters.
        reason: String,
    }
    |input, tx, id| matches::no_show(tx, id, &input.reason)
}

step! {
    /// A match that was begun and could not be done.
    FailMatchInput = "FailMatch" {
        /// The match.
        id: MatchId,
        /// Why, at most 4,000 characters.
        reason: String,
    }
    |input, tx, id| matches::fail(tx, id, &input.reason)
}

/// Matches, to be made and to be left.
#[derive(Default)]
pub struct MatchMutation;

#[Object]
impl MatchMutation {
    /// Claims a need with a service, or asks for a service (双向认领). The quantity is held until the other side answers or
    /// the time to answer is over. For the liaison of the service's unit, or the asking side.
    async fn propose_match(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to bring together.")] input: ProposeMatchInput,
    ) -> Result<MatchPayload<ProposeMatchInput>, Error> {
        Ok(MatchPayload(mutate(ctx, input).await?))
    }

    /// Turns a suggested or proposed match down; its quantity is given back. For both sides and the street's coordinator.
    async fn decline_match(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which match, and why.")] input: DeclineMatchInput,
    ) -> Result<MatchPayload<DeclineMatchInput>, Error> {
        Ok(MatchPayload(mutate(ctx, input).await?))
    }

    /// Calls a match off that is not delivered yet; what is not delivered is given back. For both sides and the street's
    /// coordinator.
    async fn cancel_match(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which match, and why.")] input: CancelMatchInput,
    ) -> Result<MatchPayload<CancelMatchInput>, Error> {
        Ok(MatchPayload(mutate(ctx, input).await?))
    }

    /// Reports that the unit did not come (爽约); what is not delivered is given back. For the asking side and the street's
    /// coordinator.
    async fn report_no_show(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which match, and what happened.")] input: ReportNoShowInput,
    ) -> Result<MatchPayload<ReportNoShowInput>, Error> {
        Ok(MatchPayload(mutate(ctx, input).await?))
    }

    /// Reports that what was begun could not be done; what is not delivered is given back. For both sides.
    async fn fail_match(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which match, and why.")] input: FailMatchInput,
    ) -> Result<MatchPayload<FailMatchInput>, Error> {
        Ok(MatchPayload(mutate(ctx, input).await?))
    }
}

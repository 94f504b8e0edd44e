//! Doing what was agreed.

use super::Fulfilment;
use super::mutation::MatchPayload;
use crate::domain::id::{Id as _, MatchId};
use crate::domain::refusal::Code;
use crate::graph::mutation::{Mutation, mutate, parse, payload, step};
use crate::store::conn::Tx;
use crate::store::error::Result as Done;
use crate::store::matches::{self, NewFulfilment};
use async_graphql::{Context, Error, ID, InputObject, Object};
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

payload! {
    /// What became of a delivered part.
    FulfilmentPayload, fulfilment: Fulfilment
}

step! {
    /// A date for an accepted match.
    ScheduleMatchInput = "ScheduleMatch" [BadTime] {
        /// The match.
        id: MatchId,
        /// When it begins: not in the past, and within the need's and the capacity's windows.
        starts_at: DateTime<Utc>,
        /// When it ends.
        ends_at: DateTime<Utc>,
    }
    |input, tx, id| matches::schedule(tx, id, input.starts_at, input.ends_at)
}

step! {
    /// A delivered part of a match.
    RecordFulfilmentInput = "RecordFulfilment" [BadTime, OverDelivery] {
        /// The match.
        id: MatchId,
        /// The day it was delivered: not in the future.
        delivered_on: NaiveDate,
        /// How much, in the need's measure: at most what is left of the match.
        quantity: i64,
        /// How many people it reached: from 0 to 10,000,000.
        people_reached: i64,
        /// What shows it, at most 4,000 characters: a note, a link to a picture.
        evidence: Option<String>,
    }
    |input, tx, id| {
        let part = NewFulfilment {
            delivered_on: input.delivered_on,
            quantity: input.quantity,
            people_reached: input.people_reached,
            evidence: input.evidence.clone(),
        };
        matches::record(tx, id, part)
    }
}

step! {
    /// A match of which all is delivered that will be.
    DeliverMatchInput = "DeliverMatch" [NothingDelivered] {
        /// The match.
        id: MatchId,
    }
    |_input, tx, id| matches::deliver(tx, id)
}

/// Matches, to be carried out.
#[derive(Default)]
pub struct MatchWorkMutation;

#[Object]
impl MatchWorkMutation {
    /// Sets the date of an accepted match, or moves it. For the offering side and the street's coordinator.
    async fn schedule_match(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which match, and when.")] input: ScheduleMatchInput,
    ) -> Result<MatchPayload<ScheduleMatchInput>, Error> {
        Ok(MatchPayload(mutate(ctx, input).await?))
    }

    /// Records a delivered part of an accepted match. For the offering side and the street's coordinator.
    async fn record_fulfilment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was delivered.")] input: RecordFulfilmentInput,
    ) -> Result<FulfilmentPayload<RecordFulfilmentInput>, Error> {
        Ok(FulfilmentPayload(mutate(ctx, input).await?))
    }

    /// Says that a match is done (办理完毕); the asking side is asked to confirm. For the offering side.
    async fn deliver_match(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which match.")] input: DeliverMatchInput,
    ) -> Result<MatchPayload<DeliverMatchInput>, Error> {
        Ok(MatchPayload(mutate(ctx, input).await?))
    }
}

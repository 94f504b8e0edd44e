//! Saying yes, and the verdict.

use super::Rating;
use super::mutation::MatchPayload;
use crate::domain::id::{Id as _, MatchId};
use crate::domain::matches::Side;
use crate::domain::refusal::Code;
use crate::graph::mutation::{Mutation, mutate, parse, payload, step};
use crate::store::conn::Tx;
use crate::store::error::Result as Done;
use crate::store::matches::{self, NewRating, StandIn};
use async_graphql::{Context, Error, ID, InputObject, Object};
use uuid::Uuid;

payload! {
    /// What became of a rating.
    RatingPayload, rating: Rating
}

/// A coordinator standing in for a side: for one side of a match only.
#[derive(InputObject, Debug)]
pub struct StandInInput {
    /// The side.
    side: Side,
    /// Why, at most 4,000 characters; kept with the match.
    reason: String,
}

impl From<&StandInInput> for StandIn {
    fn from(input: &StandInInput) -> Self {
        Self { side: input.side, reason: input.reason.clone() }
    }
}

step! {
    /// A match to be confirmed by one side.
    AcceptMatchInput = "AcceptMatch" [AlreadyConfirmed, StandInRefused] {
        /// The match.
        id: MatchId,
        /// For a coordinator: the side that they stand in for. The sides themselves leave it out.
        stand_in: Option<StandInInput>,
    }
    |input, tx, id| async move {
        let stand_in = input.stand_in.as_ref().map(StandIn::from);
        matches::accept(tx, id, stand_in.as_ref()).await
    }
}

step! {
    /// A delivered match to be confirmed.
    ConfirmMatchInput = "ConfirmMatch" [StandInRefused, OwnWork] {
        /// The match.
        id: MatchId,
        /// For a coordinator: why they confirm in place of the asking side. The asking side leaves it out.
        reason: Option<String>,
    }
    |input, tx, id| matches::confirm(tx, id, input.reason.as_deref())
}

step! {
    /// A verdict on what was delivered.
    RateMatchInput = "RateMatch" [BadInput, AlreadyExists, OwnWork] {
        /// The match.
        id: MatchId,
        /// Whether it solved what was asked for.
        solved: bool,
        /// Whether the asking side is satisfied.
        satisfied: bool,
        /// From 1 to 5 stars.
        stars: i64,
        /// In their words, at most 4,000 characters. A coordinator notes here what was said on the telephone.
        comment: Option<String>,
        /// Whether this was learnt by calling back (回访). A coordinator rates only after that.
        #[graphql(default)]
        called_back: bool,
    }
    |input, tx, id| {
        let rating = NewRating {
            solved: input.solved,
            satisfied: input.satisfied,
            stars: input.stars,
            comment: input.comment.clone(),
            called_back: input.called_back,
        };
        matches::rate(tx, id, rating)
    }
}

/// Matches, to be agreed to and judged.
#[derive(Default)]
pub struct MatchAnswerMutation;

#[Object]
impl MatchAnswerMutation {
    /// Confirms one side of a match; once both have confirmed it is accepted, and the two may reach each other. For both
    /// sides, and for the street's coordinator in place of one of them.
    async fn accept_match(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which match.")] input: AcceptMatchInput,
    ) -> Result<MatchPayload<AcceptMatchInput>, Error> {
        Ok(MatchPayload(mutate(ctx, input).await?))
    }

    /// Agrees that a match is done; what was not delivered of it is given back. For the asking side, and for the street's
    /// coordinator in its place.
    async fn confirm_match(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which match.")] input: ConfirmMatchInput,
    ) -> Result<MatchPayload<ConfirmMatchInput>, Error> {
        Ok(MatchPayload(mutate(ctx, input).await?))
    }

    /// Rates a delivered match, once. For the asking side, and for the street's coordinator who called it back.
    async fn rate_match(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The verdict.")] input: RateMatchInput,
    ) -> Result<RatingPayload<RateMatchInput>, Error> {
        Ok(RatingPayload(mutate(ctx, input).await?))
    }
}

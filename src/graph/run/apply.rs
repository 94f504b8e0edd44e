use super::MatchingRun;
use crate::domain::id::Id;
use crate::domain::refusal::Code;
use crate::graph::limits::annotation::cost;
use crate::graph::matches::Match;
use crate::graph::matching::{MatchingPairInput, parse_pairs, taken};
use crate::graph::mutation::{Answer, Mutation, MutationError, mutate, parse, parse_all};
use crate::graph::page::maybe;
use crate::store::conn::Tx;
use crate::store::error::Result as Done;
use crate::store::run::{self, Part};
use async_graphql::{Context, Error, ID, InputObject, Object};
use uuid::Uuid;

/// A matching run to be turned into suggested matches.
#[derive(InputObject, Debug)]
pub struct ApplyMatchingRunInput {
    /// The run.
    id: ID,
    /// Take only what serves these needs; left out, all. At most 100.
    need_ids: Option<Vec<ID>>,
    /// Take only these pairs; left out, all. At most 100.
    pairs: Option<Vec<MatchingPairInput>>,
    /// For how many hours the matches wait for an answer, from 1 to 720; left out, as long as is usual.
    respond_in_hours: Option<i64>,
    /// A key of your own choice, by which a repeated request has the effect of one.
    idempotency_key: Option<String>,
}

impl Mutation for ApplyMatchingRunInput {
    const NAME: &'static str = "ApplyMatchingRun";
    const CODES: &'static [Code] = &[
        Code::WorldMoved,
        Code::IllegalTransition,
        Code::BadInput,
        Code::BelowSmallestLot,
        Code::TooManyServices,
        Code::NotEnoughCapacity,
    ];

    fn key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn work(&self, tx: &mut Tx) -> Done<Uuid> {
        let part = Part {
            needs: self.need_ids.as_deref().map(|needs| parse_all("needIds", needs)).transpose()?,
            pairs: self.pairs.as_deref().map(parse_pairs).transpose()?,
            respond_in_hours: self.respond_in_hours,
        };
        Ok(run::apply(tx, parse("id", &self.id)?, &part).await?.uuid())
    }
}

/// What became of a matching run that was to be turned into matches.
pub struct ApplyMatchingRunPayload(Answer<ApplyMatchingRunInput>);

/// What became of a matching run that was to be turned into matches.
#[Object]
impl ApplyMatchingRunPayload {
    /// The run as it is now; null where the mutation was refused.
    async fn run(&self, ctx: &Context<'_>) -> Result<Option<MatchingRun>, Error> {
        maybe(ctx, self.0.changed.map(Id::new)).await
    }

    /// The suggested matches; null where the mutation was refused.
    async fn matches(&self, ctx: &Context<'_>) -> Result<Option<Vec<Match>>, Error> {
        taken(ctx, self.0.changed).await
    }

    /// What stands against it; empty where it was done.
    async fn errors(&self, ctx: &Context<'_>) -> Vec<MutationError<ApplyMatchingRunInput>> {
        self.0.errors(ctx)
    }
}

/// Matching runs, to be applied.
#[derive(Default)]
pub struct MatchingRunApplyMutation;

#[Object]
impl MatchingRunApplyMutation {
    /// Puts the chosen part of what a matching run found before both sides as suggested matches, all of them or none, and
    /// nothing where anything has moved since it was computed. For the street's coordinator.
    #[graphql(directive = cost::apply("500".into()))]
    async fn apply_matching_run(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which run, and which part of it.")] input: ApplyMatchingRunInput,
    ) -> Result<ApplyMatchingRunPayload, Error> {
        Ok(ApplyMatchingRunPayload(mutate(ctx, input).await?))
    }
}

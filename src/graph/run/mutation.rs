use super::MatchingRun;
use crate::domain::id::Id as _;
use crate::domain::refusal::Code;
use crate::graph::limits::annotation::cost;
use crate::graph::matching::WhatIfInput;
use crate::graph::mutation::{Mutation, mutate, parse, parse_optional, payload};
use crate::store::conn::Tx;
use crate::store::error::{Result as Done, inside};
use crate::store::run::{self, NewRun};
use async_graphql::{Context, Error, ID, InputObject, Object};
use uuid::Uuid;

payload! {
    /// What became of a change to a matching run.
    MatchingRunPayload, run: MatchingRun
}

/// A matching to be computed in the background.
#[derive(InputObject, Debug)]
pub struct StartMatchingInput {
    /// The area whose needs are matched, with everything below it.
    area_id: ID,
    /// Only needs of this category and below it; left out, all.
    category_id: Option<ID>,
    /// What is supposed to be otherwise than it is; then the run shows what would be, and cannot be applied.
    what_if: Option<WhatIfInput>,
    /// A key of your own choice, by which a repeated request has the effect of one.
    idempotency_key: Option<String>,
}

impl Mutation for StartMatchingInput {
    const NAME: &'static str = "StartMatching";
    const CODES: &'static [Code] = &[Code::BadInput];

    fn key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn work(&self, tx: &mut Tx) -> Done<Uuid> {
        let what_if = self.what_if.as_ref().map(WhatIfInput::read).transpose();
        let new = NewRun {
            area: parse("areaId", &self.area_id)?,
            category: parse_optional("categoryId", self.category_id.as_ref())?,
            what_if: what_if.map_err(|error| inside("whatIf", error))?,
        };
        Ok(run::start(tx, &new).await?.uuid())
    }
}

/// A matching run to be called off.
#[derive(InputObject, Debug)]
pub struct CancelMatchingInput {
    /// The run.
    id: ID,
    /// A key of your own choice, by which a repeated request has the effect of one.
    idempotency_key: Option<String>,
}

impl Mutation for CancelMatchingInput {
    const NAME: &'static str = "CancelMatching";
    const CODES: &'static [Code] = &[Code::IllegalTransition];

    fn key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn work(&self, tx: &mut Tx) -> Done<Uuid> {
        Ok(run::cancel(tx, parse("id", &self.id)?).await?.uuid())
    }
}

/// Matching runs, to be asked for and called off.
#[derive(Default)]
pub struct MatchingRunMutation;

#[Object]
impl MatchingRunMutation {
    /// Has a matching computed in the background, for areas that take longer than a preview may: follow it with
    /// `matchingRunChanged`. At most 5 of a street are under way at once. For the street's coordinator.
    #[graphql(directive = cost::apply("500".into()))]
    async fn start_matching(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which area.")] input: StartMatchingInput,
    ) -> Result<MatchingRunPayload<StartMatchingInput>, Error> {
        Ok(MatchingRunPayload(mutate(ctx, input).await?))
    }

    /// Calls a matching run off that waits or is being computed. For the street's coordinator.
    async fn cancel_matching(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which run.")] input: CancelMatchingInput,
    ) -> Result<MatchingRunPayload<CancelMatchingInput>, Error> {
        Ok(MatchingRunPayload(mutate(ctx, input).await?))
    }
}

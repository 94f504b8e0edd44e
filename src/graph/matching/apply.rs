//! Turning a matching, or a part of it, into suggested matches.

use crate::domain::id::{NeedId, ServiceId};
use crate::domain::refusal::Code;
use crate::graph::error::told;
use crate::graph::limits::annotation::cost;
use crate::graph::loader;
use crate::graph::matches::Match;
use crate::graph::mutation::{
    Answer, Mutation, MutationError, at_most, mutate, parse, parse_all, parse_optional,
};
use crate::store::application::{self, Application};
use crate::store::conn::Tx;
use crate::store::error::Result as Done;
use async_graphql::{Context, Error, ID, InputObject, Object};
use uuid::Uuid;

/// A need and a service of a matching.
#[derive(InputObject, Debug)]
pub struct MatchingPairInput {
    /// The need.
    need_id: ID,
    /// The service.
    service_id: ID,
}

/// A matching to be turned into suggested matches.
#[derive(InputObject, Debug)]
pub struct ApplyMatchingInput {
    /// The area whose needs are matched.
    area_id: ID,
    /// Only needs of this category and below it: the same as for the preview.
    category_id: Option<ID>,
    /// Take only what serves these needs; left out, all. At most 100.
    need_ids: Option<Vec<ID>>,
    /// Take only these pairs; left out, all. At most 100.
    pairs: Option<Vec<MatchingPairInput>>,
    /// The preview's fingerprint: where something has moved since then, nothing is done.
    fingerprint: Option<String>,
    /// For how many hours the matches wait for an answer, from 1 to 720; left out, as long as is usual.
    respond_in_hours: Option<i64>,
    /// A key of your own choice, by which a repeated request has the effect of one.
    idempotency_key: Option<String>,
}

impl ApplyMatchingInput {
    fn application(&self) -> Done<Application> {
        let needs = self.need_ids.as_deref().map(|needs| parse_all("needIds", needs)).transpose()?;
        Ok(Application {
            area: parse("areaId", &self.area_id)?,
            category: parse_optional("categoryId", self.category_id.as_ref())?,
            needs,
            pairs: self.pairs.as_deref().map(parse_pairs).transpose()?,
            fingerprint: self.fingerprint.clone(),
            respond_in_hours: self.respond_in_hours,
        })
    }
}

/// The pairs that an input list names.
///
/// # Errors
/// `BAD_ID` where an id is none of this hub, `LIMIT_REACHED` where the list is too long.
pub fn parse_pairs(pairs: &[MatchingPairInput]) -> Done<Vec<(NeedId, ServiceId)>> {
    parse_pairs_of("pairs", pairs)
}

/// The pairs that an input list of another name holds.
pub(super) fn parse_pairs_of(list: &str, pairs: &[MatchingPairInput]) -> Done<Vec<(NeedId, ServiceId)>> {
    at_most(list, pairs)?;
    let parse_pair = |(place, pair): (usize, &MatchingPairInput)| {
        let field = |name: &str| format!("{list}.{place}.{name}");
        Ok((parse(&field("needId"), &pair.need_id)?, parse(&field("serviceId"), &pair.service_id)?))
    };
    pairs.iter().enumerate().map(parse_pair).collect()
}

impl Mutation for ApplyMatchingInput {
    const NAME: &'static str = "ApplyMatching";
    const CODES: &'static [Code] =
        &[Code::WorldMoved, Code::BelowSmallestLot, Code::TooManyServices, Code::NotEnoughCapacity];

    fn key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn work(&self, tx: &mut Tx) -> Done<Uuid> {
        application::apply(tx, &self.application()?).await
    }
}

/// What became of a matching that was to be turned into matches.
pub struct ApplyMatchingPayload(Answer<ApplyMatchingInput>);

/// What became of a matching that was to be turned into matches.
#[Object]
impl ApplyMatchingPayload {
    /// The suggested matches; null where the mutation was refused.
    async fn matches(&self, ctx: &Context<'_>) -> Result<Option<Vec<Match>>, Error> {
        taken(ctx, self.0.changed).await
    }

    /// What stands against it; empty where it was done.
    async fn errors(&self, ctx: &Context<'_>) -> Vec<MutationError<ApplyMatchingInput>> {
        self.0.errors(ctx)
    }
}

/// The matches that were taken from one matching.
///
/// # Errors
/// Where the store fails.
pub async fn taken(ctx: &Context<'_>, matching: Option<Uuid>) -> Result<Option<Vec<Match>>, Error> {
    let Some(matching) = matching else { return Ok(None) };
    let loaders = loader(ctx)?.loader();
    let mut conn = loaders.store.read().await.map_err(|error| told(ctx, &error))?;
    let taken = application::taken(&mut conn, &loaders.viewer, matching).await;
    let taken = taken.map_err(|error| told(ctx, &error))?;
    Ok(Some(taken.into_iter().map(Match::from).collect()))
}

/// The matching, to be applied.
#[derive(Default)]
pub struct MatchingMutation;

#[Object]
impl MatchingMutation {
    /// Matches an area again, exactly as the preview does, and puts the chosen part before both sides as suggested
    /// matches, all of them or none. For the street's coordinator.
    #[graphql(directive = cost::apply("2000".into()))]
    async fn apply_matching(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which area, and which part of its matching.")] input: ApplyMatchingInput,
    ) -> Result<ApplyMatchingPayload, Error> {
        Ok(ApplyMatchingPayload(mutate(ctx, input).await?))
    }
}

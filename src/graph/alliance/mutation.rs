use super::Alliance;
use crate::domain::id::Id as _;
use crate::domain::refusal::Code;
use crate::graph::mutation::{Mutation, mutate, parse, payload};
use crate::store::alliance::{self, NewAlliance};
use crate::store::conn::Tx;
use async_graphql::{Context, Error, ID, InputObject, Object};
use uuid::Uuid;

payload! {
    /// What became of a change to an alliance.
    AlliancePayload, alliance: Alliance
}

/// An alliance to be created.
#[derive(InputObject, Debug)]
pub struct CreateAllianceInput {
    /// The street that coordinates it.
    street_id: ID,
    /// Its name, at most 120 characters, not yet taken in the street.
    name: String,
    /// An English gloss of the name.
    name_en: Option<String>,
    /// What it is for, at most 4,000 characters.
    purpose: Option<String>,
    /// A key of your own choice, by which a repeated request has the effect of one.
    idempotency_key: Option<String>,
}

impl Mutation for CreateAllianceInput {
    const NAME: &'static str = "CreateAlliance";
    const CODES: &'static [Code] = &[Code::BadInput, Code::AlreadyExists];

    fn key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn work(&self, tx: &mut Tx) -> crate::store::error::Result<Uuid> {
        let new = NewAlliance {
            street: parse("streetId", &self.street_id)?,
            name: self.name.clone(),
            name_en: self.name_en.clone(),
            purpose: self.purpose.clone(),
        };
        Ok(alliance::create(tx, new).await?.uuid())
    }
}

/// A unit to become a member of an alliance.
#[derive(InputObject, Debug)]
pub struct JoinAllianceInput {
    /// The alliance.
    alliance_id: ID,
    /// The unit: registered by the alliance's street, or checked in there.
    unit_id: ID,
    /// A key of your own choice, by which a repeated request has the effect of one.
    idempotency_key: Option<String>,
}

impl Mutation for JoinAllianceInput {
    const NAME: &'static str = "JoinAlliance";
    const CODES: &'static [Code] = &[Code::BadInput];

    fn key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn work(&self, tx: &mut Tx) -> crate::store::error::Result<Uuid> {
        let unit = parse("unitId", &self.unit_id)?;
        Ok(alliance::join(tx, parse("allianceId", &self.alliance_id)?, unit).await?.uuid())
    }
}

/// A unit whose membership in an alliance is to end.
#[derive(InputObject, Debug)]
pub struct LeaveAllianceInput {
    /// The alliance.
    alliance_id: ID,
    /// The unit.
    unit_id: ID,
    /// A key of your own choice, by which a repeated request has the effect of one.
    idempotency_key: Option<String>,
}

impl Mutation for LeaveAllianceInput {
    const NAME: &'static str = "LeaveAlliance";
    const CODES: &'static [Code] = &[];

    fn key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn work(&self, tx: &mut Tx) -> crate::store::error::Result<Uuid> {
        let unit = parse("unitId", &self.unit_id)?;
        Ok(alliance::leave(tx, parse("allianceId", &self.alliance_id)?, unit).await?.uuid())
    }
}

/// Alliances, to be changed.
#[derive(Default)]
pub struct AllianceMutation;

#[Object]
impl AllianceMutation {
    /// Creates an alliance. For the street's coordinator.
    async fn create_alliance(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to create.")] input: CreateAllianceInput,
    ) -> Result<AlliancePayload<CreateAllianceInput>, Error> {
        Ok(AlliancePayload(mutate(ctx, input).await?))
    }

    /// Makes a unit a member; where it is one already, nothing changes. For the coordinator of the alliance's street.
    async fn join_alliance(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which unit, and where.")] input: JoinAllianceInput,
    ) -> Result<AlliancePayload<JoinAllianceInput>, Error> {
        Ok(AlliancePayload(mutate(ctx, input).await?))
    }

    /// Ends a membership; where there is none, nothing changes. For the coordinator of the alliance's street.
    async fn leave_alliance(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which unit, and where.")] input: LeaveAllianceInput,
    ) -> Result<AlliancePayload<LeaveAllianceInput>, Error> {
        Ok(AlliancePayload(mutate(ctx, input).await?))
    }
}

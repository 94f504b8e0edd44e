//! Contacts in the graph: masked for all but those who may reach the person.

use super::error::told_shared;
use super::loader;
use super::mutation::{Mutation, mutate, parse};
use super::need::NeedPayload;
use super::unit::UnitPayload;
use crate::domain::id::ContactId;
use crate::domain::id::Id as _;
use crate::domain::need::Need;
use crate::domain::refusal::Code;
use crate::domain::unit::PartnerUnit;
use crate::store::conn::Tx;
use crate::store::contact::{self, Owner, Shown};
use crate::store::error::Result as Done;
use async_graphql::{Context, Error, ID, InputObject, Object};
use uuid::Uuid;

/// A person to be reached. In full for the person's own side and street, and for the other side of a match once both
/// have confirmed it; else masked. Every read in full is kept in the trail.
pub struct Contact(Shown);

/// A person to be reached. In full for the person's own side and street, and for the other side of a match once both
/// have confirmed it; else masked. Every read in full is kept in the trail.
#[Object]
impl Contact {
    /// What the person is called; masked, the first character of it.
    async fn name(&self) -> &str {
        &self.0.contact.name
    }

    /// The telephone number; masked, the last two digits of it.
    async fn phone(&self) -> &str {
        &self.0.contact.phone
    }

    /// Whether name and number are masked.
    async fn masked(&self) -> bool {
        self.0.masked
    }
}

/// The contact of a need, batched.
///
/// # Errors
/// Where the store fails.
pub async fn of_need(ctx: &Context<'_>, need: &Need) -> Result<Option<Contact>, Error> {
    of(ctx, need.contact_id, Owner::Need(need.id)).await
}

/// The liaison of a unit, batched.
///
/// # Errors
/// Where the store fails.
pub async fn of_unit(ctx: &Context<'_>, unit: &PartnerUnit) -> Result<Option<Contact>, Error> {
    of(ctx, unit.contact_id, Owner::Unit(unit.id)).await
}

async fn of(ctx: &Context<'_>, contact: Option<ContactId>, owner: Owner) -> Result<Option<Contact>, Error> {
    if contact.is_none() {
        return Ok(None);
    }
    Ok(loader(ctx)?.load_one(owner).await.map_err(told_shared(ctx))?.map(Contact))
}

/// A need whose contact is to be erased.
#[derive(InputObject, Debug)]
pub struct EraseNeedContactInput {
    /// The need.
    id: ID,
    /// A key of your own choice, by which a repeated request has the effect of one.
    idempotency_key: Option<String>,
}

impl Mutation for EraseNeedContactInput {
    const NAME: &'static str = "EraseNeedContact";
    const CODES: &'static [Code] = &[];

    fn key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn work(&self, tx: &mut Tx) -> Done<Uuid> {
        Ok(contact::erase_of_need(tx, parse("id", &self.id)?).await?.uuid())
    }
}

/// A unit whose liaison is to be erased.
#[derive(InputObject, Debug)]
pub struct EraseUnitLiaisonInput {
    /// The unit.
    id: ID,
    /// A key of your own choice, by which a repeated request has the effect of one.
    idempotency_key: Option<String>,
}

impl Mutation for EraseUnitLiaisonInput {
    const NAME: &'static str = "EraseUnitLiaison";
    const CODES: &'static [Code] = &[];

    fn key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn work(&self, tx: &mut Tx) -> Done<Uuid> {
        Ok(contact::erase_of_unit(tx, parse("id", &self.id)?).await?.uuid())
    }
}

/// Erasing people.
#[derive(Default)]
pub struct ContactMutation;

#[Object]
impl ContactMutation {
    /// Erases name and number of a need's contact for good: for the need's asking side and the street's coordinator. The
    /// trail keeps that it was done, and by whom.
    async fn erase_need_contact(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: EraseNeedContactInput,
    ) -> Result<NeedPayload<EraseNeedContactInput>, Error> {
        Ok(NeedPayload(mutate(ctx, input).await?))
    }

    /// Erases name and number of a unit's liaison for good: for the unit and its street's coordinator. The trail keeps that
    /// it was done, and by whom.
    async fn erase_unit_liaison(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: EraseUnitLiaisonInput,
    ) -> Result<UnitPayload<EraseUnitLiaisonInput>, Error> {
        Ok(UnitPayload(mutate(ctx, input).await?))
    }
}

//! Contacts in the graph: masked for all but those who may reach the person.

use super::error::told_shared;
use super::loader;
use crate::domain::id::ContactId;
use crate::domain::need::Need;
use crate::domain::unit::PartnerUnit;
use crate::store::contact::{Owner, Shown};
use async_graphql::{Context, Error, Object};

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

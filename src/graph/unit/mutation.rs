use super::PartnerUnit;
use crate::domain::id::Id as _;
use crate::domain::refusal::Code;
use crate::domain::unit::UnitKind;
use crate::graph::area::PlaceInput;
use crate::graph::mutation::{Mutation, mutate, parse, parse_all, payload};
use crate::store::conn::Tx;
use crate::store::contact::NewContact;
use crate::store::error::Result as Done;
use crate::store::unit::{self, UnitFacts};
use async_graphql::{Context, Error, ID, InputObject, Object};
use chrono::NaiveDate;
use uuid::Uuid;

payload! {
    /// What became of a change to a unit.
    UnitPayload, unit: PartnerUnit
}

/// A person to be reached. Personal data: shown in full to few, and every such read is kept in the trail.
#[derive(InputObject, Debug, Clone)]
pub struct ContactInput {
    /// What the person is called, at most 40 characters.
    pub name: String,
    /// A telephone number of 5 to 20 digits.
    pub phone: String,
}

impl From<&ContactInput> for NewContact {
    fn from(input: &ContactInput) -> Self {
        Self { name: input.name.clone(), phone: input.phone.clone() }
    }
}

/// What is told of a unit.
#[derive(InputObject, Debug)]
pub struct UnitFactsInput {
    /// What kind of organisation it is.
    kind: UnitKind,
    /// Its name, at most 120 characters, not yet taken in the street.
    name: String,
    /// An English gloss of the name.
    name_en: Option<String>,
    /// Its unified social credit code (GB 32100), 18 characters.
    credit_code: Option<String>,
    /// Its address, at most 120 characters.
    address: Option<String>,
    /// Where it is; left out, nobody knows.
    place: Option<PlaceInput>,
    /// Its liaison (联络员); left out, the one before stays.
    liaison: Option<ContactInput>,
}

impl UnitFactsInput {
    fn facts(&self) -> Done<UnitFacts> {
        Ok(UnitFacts {
            kind: self.kind,
            name: self.name.clone(),
            name_en: self.name_en.clone(),
            credit_code: self.credit_code.clone(),
            address: self.address.clone(),
            place: PlaceInput::read("facts.place", self.place.as_ref())?,
            liaison: self.liaison.as_ref().map(Into::into),
        })
    }
}

/// A unit to be registered.
#[derive(InputObject, Debug)]
pub struct RegisterUnitInput {
    /// The street that registers it.
    street_id: ID,
    /// What is told of it.
    facts: UnitFactsInput,
    /// The areas at which it checks in (报到): it acts on the needs there and below. At most 100.
    area_ids: Vec<ID>,
    /// The day it checked in.
    checked_in_on: NaiveDate,
    /// A key of your own choice, by which a repeated request has the effect of one.
    idempotency_key: Option<String>,
}

impl Mutation for RegisterUnitInput {
    const NAME: &'static str = "RegisterUnit";
    const CODES: &'static [Code] = &[Code::BadInput, Code::AlreadyExists];

    fn key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn work(&self, tx: &mut Tx) -> crate::store::error::Result<Uuid> {
        let street = parse("streetId", &self.street_id)?;
        let areas = parse_all("areaIds", &self.area_ids)?;
        Ok(unit::register(tx, street, self.facts.facts()?, &areas, self.checked_in_on).await?.uuid())
    }
}

/// A unit to be edited.
#[derive(InputObject, Debug)]
pub struct UpdateUnitInput {
    /// The unit.
    id: ID,
    /// The version that you have read; left out, whatever is there is overwritten.
    version: Option<i64>,
    /// What is told of it from now on.
    facts: UnitFactsInput,
    /// A key of your own choice, by which a repeated request has the effect of one.
    idempotency_key: Option<String>,
}

impl Mutation for UpdateUnitInput {
    const NAME: &'static str = "UpdateUnit";
    const CODES: &'static [Code] = &[Code::BadInput, Code::AlreadyExists, Code::Outdated];

    fn key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn work(&self, tx: &mut Tx) -> crate::store::error::Result<Uuid> {
        Ok(unit::update(tx, parse("id", &self.id)?, self.version, self.facts.facts()?).await?.uuid())
    }
}

/// A unit to be checked in.
#[derive(InputObject, Debug)]
pub struct CheckInUnitInput {
    /// The unit.
    id: ID,
    /// The area.
    area_id: ID,
    /// The day it checked in.
    checked_in_on: NaiveDate,
    /// A key of your own choice, by which a repeated request has the effect of one.
    idempotency_key: Option<String>,
}

impl Mutation for CheckInUnitInput {
    const NAME: &'static str = "CheckInUnit";
    const CODES: &'static [Code] = &[];

    fn key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn work(&self, tx: &mut Tx) -> crate::store::error::Result<Uuid> {
        let area = parse("areaId", &self.area_id)?;
        Ok(unit::check_in(tx, parse("id", &self.id)?, area, self.checked_in_on).await?.uuid())
    }
}

/// Partner units, to be changed.
#[derive(Default)]
pub struct UnitMutation;

#[Object]
impl UnitMutation {
    /// Registers a unit in a street and checks it in. For the street's coordinator.
    async fn register_unit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to register.")] input: RegisterUnitInput,
    ) -> Result<UnitPayload<RegisterUnitInput>, Error> {
        Ok(UnitPayload(mutate(ctx, input).await?))
    }

    /// Edits a unit. For its liaison and the street's coordinator.
    async fn update_unit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to edit.")] input: UpdateUnitInput,
    ) -> Result<UnitPayload<UpdateUnitInput>, Error> {
        Ok(UnitPayload(mutate(ctx, input).await?))
    }

    /// Checks a unit in at one more area (报到). For the area's coordinator.
    async fn check_in_unit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which unit, and where.")] input: CheckInUnitInput,
    ) -> Result<UnitPayload<CheckInUnitInput>, Error> {
        Ok(UnitPayload(mutate(ctx, input).await?))
    }
}

use super::Need;
use crate::domain::id::Id as _;
use crate::domain::need::{Source, Terms, Urgency};
use crate::domain::refusal::Code;
use crate::domain::service::{Measure, TargetGroup};
use crate::graph::mutation::{Mutation, at_most, mutate, parse, parse_optional, payload};
use crate::graph::unit::ContactInput;
use crate::store::conn::Tx;
use crate::store::error::Result as Done;
use crate::store::need::{self, NeedFacts};
use async_graphql::{Context, Error, ID, InputObject, Object};
use chrono::{DateTime, Utc};
use uuid::Uuid;

payload! {
    /// What became of a change to a need.
    NeedPayload, need: Need
}

/// What is told of a need.
#[derive(InputObject, Debug)]
pub struct NeedFactsInput {
    /// What it is filed under.
    category_id: ID,
    /// Its title, at most 120 characters.
    title: String,
    /// An English gloss of the title, at most 120 characters.
    title_en: Option<String>,
    /// What it is, at most 4,000 characters. No names and numbers of people: these belong into the contact.
    description: Option<String>,
    /// Who needs it: at least one group.
    target_groups: Vec<TargetGroup>,
    /// How pressing it is.
    urgency: Urgency,
    /// How the hub came to know of it.
    source: Source,
    /// What it is counted in.
    measure: Measure,
    /// How much is asked for: from 1 to 1,000,000,000, and never less than what is claimed.
    quantity: i64,
    /// The least that one claim takes of it, from 1 to the quantity, unless it takes all that is left; left out, any quantity.
    smallest_lot: Option<i64>,
    /// How many services may serve it together, at least 1; left out, any number.
    most_services: Option<i64>,
    /// From when it is wanted.
    starts_at: DateTime<Utc>,
    /// Until when it is wanted, itself outside: the deadline.
    ends_at: DateTime<Utc>,
    /// Whom to reach about it; left out, the one before stays.
    contact: Option<ContactInput>,
}

impl NeedFactsInput {
    fn facts(&self) -> Done<NeedFacts> {
        at_most("facts.targetGroups", &self.target_groups)?;
        Ok(NeedFacts {
            category: parse("facts.categoryId", &self.category_id)?,
            title: self.title.clone(),
            title_en: self.title_en.clone(),
            description: self.description.clone(),
            target_groups: self.target_groups.iter().copied().collect(),
            urgency: self.urgency,
            source: self.source,
            measure: self.measure,
            quantity: self.quantity,
            terms: Terms { smallest_lot: self.smallest_lot, most_services: self.most_services },
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            contact: self.contact.as_ref().map(Into::into),
        })
    }
}

/// A need to be added as a draft.
#[derive(InputObject, Debug)]
pub struct CreateNeedInput {
    /// The area that it arises in: a street or anything below one.
    area_id: ID,
    /// The unit that asks; left out, the area itself asks.
    asking_unit_id: Option<ID>,
    /// What is told of it.
    facts: NeedFactsInput,
    /// A key of your own choice, by which a repeated request has the effect of one.
    idempotency_key: Option<String>,
}

impl Mutation for CreateNeedInput {
    const NAME: &'static str = "CreateNeed";
    const CODES: &'static [Code] = &[Code::BadInput, Code::BadTime];

    fn key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn work(&self, tx: &mut Tx) -> Done<Uuid> {
        let area = parse("areaId", &self.area_id)?;
        let asking_unit = parse_optional("askingUnitId", self.asking_unit_id.as_ref())?;
        Ok(need::add(tx, area, asking_unit, self.facts.facts()?).await?.uuid())
    }
}

/// A need to be edited.
#[derive(InputObject, Debug)]
pub struct UpdateNeedInput {
    /// The need.
    id: ID,
    /// The version that you have read; left out, whatever is there is overwritten.
    version: Option<i64>,
    /// What is told of it from now on. Once it is verified, category, target groups, source, measure and start stay.
    facts: NeedFactsInput,
    /// A key of your own choice, by which a repeated request has the effect of one.
    idempotency_key: Option<String>,
}

impl Mutation for UpdateNeedInput {
    const NAME: &'static str = "UpdateNeed";
    const CODES: &'static [Code] = &[Code::BadInput, Code::BadTime, Code::IllegalTransition, Code::Outdated];

    fn key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn work(&self, tx: &mut Tx) -> Done<Uuid> {
        let id = parse("id", &self.id)?;
        Ok(need::update(tx, id, self.version, self.facts.facts()?).await?.uuid())
    }
}

/// What is told of needs, to be changed.
#[derive(Default)]
pub struct NeedMutation;

#[Object]
impl NeedMutation {
    /// Adds a need as a draft. For a unit's liaison where the unit asks and has checked in there, the community's staff
    /// where the community asks, and the street's coordinator.
    async fn create_need(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to add.")] input: CreateNeedInput,
    ) -> Result<NeedPayload<CreateNeedInput>, Error> {
        Ok(NeedPayload(mutate(ctx, input).await?))
    }

    /// Edits a need that nothing has been delivered in full of. For the asking side and the street's coordinator.
    async fn update_need(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to edit.")] input: UpdateNeedInput,
    ) -> Result<NeedPayload<UpdateNeedInput>, Error> {
        Ok(NeedPayload(mutate(ctx, input).await?))
    }
}

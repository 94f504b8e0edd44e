use super::availability::AvailabilityInput;
use super::capacity::CapacityInput;
use crate::domain::id::Id as _;
use crate::domain::refusal::Code;
use crate::domain::service::{Mode, TargetGroup};
use crate::graph::mutation::{Mutation, at_most, parse, parse_all};
use crate::store::conn::Tx;
use crate::store::error::Result;
use crate::store::service::{self, NewAvailability, NewCapacity, ServiceFacts};
use async_graphql::{ID, InputObject};
use uuid::Uuid;

/// What is told of a service.
#[derive(InputObject, Debug)]
pub struct ServiceFactsInput {
    /// What it is filed under.
    category_id: ID,
    /// What it consists of.
    mode: Mode,
    /// Its title, at most 120 characters.
    title: String,
    /// An English gloss of the title.
    title_en: Option<String>,
    /// What it is, in a few sentences: at most 4,000 characters.
    description: Option<String>,
    /// Whom it is for: at least one group.
    target_groups: Vec<TargetGroup>,
    /// What one has to bring along to be served.
    eligibility: Option<String>,
    /// The areas that it covers, each with everything below it: from 1 to 100.
    coverage_ids: Vec<ID>,
    /// How many days ahead it has to be asked for: from 0 to 366.
    #[graphql(default = 0)]
    lead_time_days: i64,
}

impl ServiceFactsInput {
    fn parse(&self) -> Result<ServiceFacts> {
        at_most("facts.targetGroups", &self.target_groups)?;
        Ok(ServiceFacts {
            category: parse("facts.categoryId", &self.category_id)?,
            mode: self.mode,
            title: self.title.clone(),
            title_en: self.title_en.clone(),
            description: self.description.clone(),
            target_groups: self.target_groups.iter().copied().collect(),
            eligibility: self.eligibility.clone(),
            coverage: parse_all("facts.coverageIds", &self.coverage_ids)?,
            lead_time_days: self.lead_time_days,
        })
    }
}

/// A service to be added.
#[derive(InputObject, Debug)]
pub struct CreateServiceInput {
    /// The unit that offers it.
    unit_id: ID,
    /// What is told of it.
    facts: ServiceFactsInput,
    /// Its lines of capacity, at most 100.
    #[graphql(default)]
    capacities: Vec<CapacityInput>,
    /// The rules that say when it can be had, at most 20; none where it can be had at any time.
    #[graphql(default)]
    availability: Vec<AvailabilityInput>,
    /// A key of your own choice, by which a repeated request has the effect of one.
    idempotency_key: Option<String>,
}

impl Mutation for CreateServiceInput {
    const NAME: &'static str = "CreateService";
    const CODES: &'static [Code] = &[Code::BadInput, Code::BadTime];

    fn key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn work(&self, tx: &mut Tx) -> Result<Uuid> {
        let unit = parse("unitId", &self.unit_id)?;
        let capacities: Vec<NewCapacity> = self.capacities.iter().map(Into::into).collect();
        let availability: Vec<NewAvailability> = self.availability.iter().map(Into::into).collect();
        Ok(service::add(tx, unit, self.facts.parse()?, &capacities, &availability).await?.uuid())
    }
}

/// A service to be edited.
#[derive(InputObject, Debug)]
pub struct UpdateServiceInput {
    /// The service.
    id: ID,
    /// The version that you have read; left out, whatever is there is overwritten.
    version: Option<i64>,
    /// What is told of it from now on.
    facts: ServiceFactsInput,
    /// A key of your own choice, by which a repeated request has the effect of one.
    idempotency_key: Option<String>,
}

impl Mutation for UpdateServiceInput {
    const NAME: &'static str = "UpdateService";
    const CODES: &'static [Code] = &[Code::BadInput, Code::IllegalTransition, Code::Outdated];

    fn key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn work(&self, tx: &mut Tx) -> Result<Uuid> {
        Ok(service::update(tx, parse("id", &self.id)?, self.version, self.facts.parse()?).await?.uuid())
    }
}

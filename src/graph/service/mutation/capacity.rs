use crate::domain::id::{Id as _, ServiceId};
use crate::domain::refusal::Code;
use crate::domain::service::Measure;
use crate::graph::mutation::{Mutation, parse};
use crate::store::conn::Tx;
use crate::store::service::{self, CapacityEdit, NewCapacity};
use async_graphql::{ID, InputObject};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A line of capacity to be added.
#[derive(InputObject, Debug)]
pub struct CapacityInput {
    /// When its window begins.
    starts_at: DateTime<Utc>,
    /// When its window ends, itself outside.
    ends_at: DateTime<Utc>,
    /// What it is counted in. A need and a service meet only in the same measure.
    measure: Measure,
    /// How much there is: from 1 to 1,000,000,000.
    total: i64,
}

impl From<&CapacityInput> for NewCapacity {
    fn from(input: &CapacityInput) -> Self {
        Self {
            starts_at: input.starts_at,
            ends_at: input.ends_at,
            measure: input.measure,
            total: input.total,
        }
    }
}

/// A line of capacity to be added to a service.
#[derive(InputObject, Debug)]
pub struct AddCapacityInput {
    /// The service. It has at most 100 lines.
    service_id: ID,
    /// The line.
    capacity: CapacityInput,
    /// A key of your own choice, by which a repeated request has the effect of one.
    idempotency_key: Option<String>,
}

impl Mutation for AddCapacityInput {
    const NAME: &'static str = "AddCapacity";
    const CODES: &'static [Code] = &[Code::BadTime, Code::IllegalTransition];

    fn key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn work(&self, tx: &mut Tx) -> crate::store::error::Result<Uuid> {
        let service: ServiceId = parse("serviceId", &self.service_id)?;
        service::add_capacity(tx, service, &(&self.capacity).into()).await?;
        Ok(service.uuid())
    }
}

/// A line of capacity to be changed.
#[derive(InputObject, Debug)]
pub struct UpdateCapacityInput {
    /// The line.
    id: ID,
    /// How much there is in all from now on; left out, as before.
    total: Option<i64>,
    /// When its window begins from now on; left out, as before.
    starts_at: Option<DateTime<Utc>>,
    /// When its window ends from now on, itself outside; left out, as before.
    ends_at: Option<DateTime<Utc>>,
    /// A key of your own choice, by which a repeated request has the effect of one.
    idempotency_key: Option<String>,
}

impl Mutation for UpdateCapacityInput {
    const NAME: &'static str = "UpdateCapacity";
    const CODES: &'static [Code] = &[Code::BadTime, Code::NotEnoughCapacity, Code::IllegalTransition];

    fn key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn work(&self, tx: &mut Tx) -> crate::store::error::Result<Uuid> {
        let edit = CapacityEdit { total: self.total, starts_at: self.starts_at, ends_at: self.ends_at };
        Ok(service::update_capacity(tx, parse("id", &self.id)?, edit).await?.uuid())
    }
}

/// A line of capacity to be removed.
#[derive(InputObject, Debug)]
pub struct RemoveCapacityInput {
    /// The line.
    id: ID,
    /// A key of your own choice, by which a repeated request has the effect of one.
    idempotency_key: Option<String>,
}

impl Mutation for RemoveCapacityInput {
    const NAME: &'static str = "RemoveCapacity";
    const CODES: &'static [Code] = &[Code::BadInput, Code::IllegalTransition];

    fn key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn work(&self, tx: &mut Tx) -> crate::store::error::Result<Uuid> {
        Ok(service::remove_capacity(tx, parse("id", &self.id)?).await?.uuid())
    }
}

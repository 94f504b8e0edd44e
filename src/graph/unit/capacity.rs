//! What a unit can do in all, whatever its services.

use super::mutation::UnitPayload;
use crate::domain::id::Id as _;
use crate::domain::refusal::Code;
use crate::domain::service::Measure;
use crate::domain::unit;
use crate::graph::mutation::{Mutation, mutate, parse};
use crate::graph::service::CapacityInput;
use crate::store::conn::Tx;
use crate::store::error::Result as Done;
use crate::store::service::CapacityEdit;
use crate::store::unit_capacity;
use async_graphql::{Context, Error, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A line of what a unit can do in all (单位总容量), whatever its services: every claim in its window counts in it.
#[derive(SimpleObject)]
pub struct UnitCapacity {
    /// The global id.
    id: ID,
    /// When the window begins.
    starts_at: DateTime<Utc>,
    /// When the window ends, itself outside.
    ends_at: DateTime<Utc>,
    /// What it is counted in.
    measure: Measure,
    /// How much there is in all.
    total: i64,
    /// How much is held by suggestions and proposals that are not answered yet.
    held: i64,
    /// How much is promised or already used.
    committed: i64,
    /// How much is left.
    left: i64,
}

impl From<unit::UnitCapacity> for UnitCapacity {
    fn from(row: unit::UnitCapacity) -> Self {
        Self {
            id: row.id.to_string().into(),
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            measure: row.measure,
            total: row.total,
            held: row.held,
            committed: row.committed,
            left: row.left(),
        }
    }
}

/// A line of what a unit can do in all, to be added.
#[derive(InputObject, Debug)]
pub struct AddUnitCapacityInput {
    /// The unit. It has at most 100 lines, and those of one measure do not overlap.
    unit_id: ID,
    /// The line. What was claimed before is not counted in it.
    capacity: CapacityInput,
    /// A key of your own choice, by which a repeated request has the effect of one.
    idempotency_key: Option<String>,
}

impl Mutation for AddUnitCapacityInput {
    const NAME: &'static str = "AddUnitCapacity";
    const CODES: &'static [Code] = &[Code::BadTime, Code::AlreadyExists];

    fn key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn work(&self, tx: &mut Tx) -> Done<Uuid> {
        let unit = parse("unitId", &self.unit_id)?;
        Ok(unit_capacity::add(tx, unit, &(&self.capacity).into()).await?.uuid())
    }
}

/// A line of what a unit can do in all, to be changed.
#[derive(InputObject, Debug)]
pub struct UpdateUnitCapacityInput {
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

impl Mutation for UpdateUnitCapacityInput {
    const NAME: &'static str = "UpdateUnitCapacity";
    const CODES: &'static [Code] = &[Code::BadTime, Code::NotEnoughCapacity, Code::AlreadyExists];

    fn key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn work(&self, tx: &mut Tx) -> Done<Uuid> {
        let edit = CapacityEdit { total: self.total, starts_at: self.starts_at, ends_at: self.ends_at };
        Ok(unit_capacity::update(tx, parse("id", &self.id)?, edit).await?.uuid())
    }
}

/// A line of what a unit can do in all, to be removed.
#[derive(InputObject, Debug)]
pub struct RemoveUnitCapacityInput {
    /// The line.
    id: ID,
    /// A key of your own choice, by which a repeated request has the effect of one.
    idempotency_key: Option<String>,
}

impl Mutation for RemoveUnitCapacityInput {
    const NAME: &'static str = "RemoveUnitCapacity";
    const CODES: &'static [Code] = &[Code::BadInput];

    fn key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn work(&self, tx: &mut Tx) -> Done<Uuid> {
        Ok(unit_capacity::remove(tx, parse("id", &self.id)?).await?.uuid())
    }
}

/// What units can do in all, to be changed.
#[derive(Default)]
pub struct UnitCapacityMutation;

#[Object]
impl UnitCapacityMutation {
    /// Lays down what a unit can do in all within a window: every claim on its services in that window counts there from
    /// then on, and none goes beyond. For the unit's liaison and its street's coordinator.
    async fn add_unit_capacity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which unit, when, and how much.")] input: AddUnitCapacityInput,
    ) -> Result<UnitPayload<AddUnitCapacityInput>, Error> {
        Ok(UnitPayload(mutate(ctx, input).await?))
    }

    /// Changes what a unit can do in all. While some of it is held or committed, the total stays at least that, and the
    /// window can only grow. For the unit's liaison and its street's coordinator.
    async fn update_unit_capacity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: UpdateUnitCapacityInput,
    ) -> Result<UnitPayload<UpdateUnitCapacityInput>, Error> {
        Ok(UnitPayload(mutate(ctx, input).await?))
    }

    /// Removes a line that no match has ever counted in. For the unit's liaison and its street's coordinator.
    async fn remove_unit_capacity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to remove.")] input: RemoveUnitCapacityInput,
    ) -> Result<UnitPayload<RemoveUnitCapacityInput>, Error> {
        Ok(UnitPayload(mutate(ctx, input).await?))
    }
}

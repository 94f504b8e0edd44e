//! Services: standing offers with their capacity, their availability and the areas they cover.

mod availability;
mod capacity;
mod coverage;
mod facts;
mod lifecycle;
mod listing;

pub use availability::{NewAvailability, set_availability};
pub use capacity::{CapacityEdit, NewCapacity, add_capacity, remove_capacity, update_capacity};
pub use coverage::CoveredArea;
pub use facts::{ServiceFacts, update};
pub use lifecycle::advance;
pub use listing::{ServiceOrder, Services, ServicesOf};

use super::conn::Tx;
use super::entity::{Entity, get, lock};
use super::error::{Result, at, inside};
use super::scope;
use super::sql::{Sql, sql};
use crate::domain::event::EventKind;
use crate::domain::id::{ServiceId, UnitId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::service::{Service, ServiceState, TargetGroups};
use crate::domain::unit::PartnerUnit;
use crate::domain::viewer::Viewer;
use serde_json::json;

impl Entity for Service {
    type Id = ServiceId;
    const TABLE: &'static str = "service";
    const ALIAS: &'static str = "s";

    fn scope(sql: &mut Sql, viewer: &Viewer) {
        scope::services(sql, viewer);
    }

    fn id(&self) -> ServiceId {
        self.id
    }
}

/// Adds a service as a draft of its unit.
///
/// # Errors
/// A refusal where a fact is wrong or the category or an area is unknown; denied to all but the unit's liaison and its
/// street's coordinator.
pub async fn add(
    tx: &mut Tx,
    unit: UnitId,
    facts: ServiceFacts,
    capacities: &[NewCapacity],
    availability: &[NewAvailability],
) -> Result<ServiceId> {
    tx.require_write()?;
    let unit: PartnerUnit = get(&mut tx.conn, &tx.viewer, unit).await.map_err(|error| at("unitId", error))?;
    tx.require(tx.viewer.speaks_for(unit.id) || tx.viewer.coordinates(Some(unit.street_id)))?;
    let checked = facts.check(tx).await.map_err(|error| inside("facts", error))?;
    let id: ServiceId = tx.id();
    let now = tx.now;
    tx.execute(sql!(
        "INSERT INTO service (id, unit_id, street_id, category_id, state, mode, title, title_en, description,
            target_groups, eligibility, lead_time_days, search, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        id,
        unit.id,
        unit.street_id,
        facts.category,
        ServiceState::Draft,
        facts.mode,
        checked.title.clone(),
        checked.title_en,
        checked.description,
        facts.target_groups,
        checked.eligibility,
        facts.lead_time_days,
        checked.search,
        now
    ))
    .await?;
    coverage::set(tx, id, &checked.coverage).await?;
    let added = json!({
        "title": checked.title, "unit": unit.id, "state": ServiceState::Draft, "category": facts.category,
        "mode": facts.mode, "coverage": checked.coverage, "availability": availability,
    });
    tx.event(id, Some(unit.street_id), EventKind::Added, added);
    capacity::add_all(tx, id, unit.street_id, capacities).await?;
    availability::add_all(tx, id, availability).await?;
    Ok(id)
}

/// The service, held for a change by those who may change it.
async fn own(tx: &mut Tx, id: ServiceId) -> Result<Service> {
    tx.require_write()?;
    let service: Service = lock(tx, id).await?;
    tx.require(service.is_run_by(&tx.viewer))?;
    Ok(service)
}

/// The service, held for an edit of what it offers.
async fn editable(tx: &mut Tx, id: ServiceId) -> Result<Service> {
    let service = own(tx, id).await?;
    service.state.require_editable()?;
    Ok(service)
}

/// Refuses an empty set of target groups.
pub(super) fn require_groups(groups: TargetGroups) -> std::result::Result<(), Refusal> {
    if groups.is_empty() {
        return Err(Refusal::new(
            Code::BadInput,
            "请至少选择一类服务对象。",
            "Choose at least one target group.",
        )
        .at("targetGroups"));
    }
    Ok(())
}

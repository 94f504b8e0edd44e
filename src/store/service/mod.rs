//! Services: standing offers with their capacity, their availability and the areas they cover.

mod lifecycle;

pub use lifecycle::advance;

use super::conn::Tx;
use super::entity::{Entity, get, lock};
use super::error::{Result, at};
use super::scope;
use super::sql::{Sql, sql};
use crate::domain::availability::Rule;
use crate::domain::category::Category;
use crate::domain::check::{self, BODY_CHARS, TITLE_CHARS};
use crate::domain::event::EventKind;
use crate::domain::festival::Festival;
use crate::domain::id::{AreaId, AvailabilityId, CapacityId, CategoryId, ServiceId, UnitId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::service::{Measure, Mode, Service, ServiceState, TargetGroups};
use crate::domain::unit::PartnerUnit;
use crate::domain::viewer::Viewer;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
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

/// What is told of a service when it is added or edited.
#[derive(Debug, Clone)]
pub struct ServiceFacts {
    /// What it is filed under.
    pub category: CategoryId,
    /// What it consists of.
    pub mode: Mode,
    /// Its title.
    pub title: String,
    /// An English gloss of the title.
    pub title_en: Option<String>,
    /// What it is, in a few sentences.
    pub description: Option<String>,
    /// Whom it is for.
    pub target_groups: TargetGroups,
    /// What one has to bring along to be served.
    pub eligibility: Option<String>,
    /// The areas that it covers, with everything below them.
    pub coverage: Vec<AreaId>,
    /// How many days ahead it has to be asked for.
    pub lead_time_days: i64,
}

/// A line of capacity to be added.
#[derive(Debug, Clone)]
pub struct NewCapacity {
    /// When its window begins.
    pub starts_at: DateTime<Utc>,
    /// When its window ends, itself outside.
    pub ends_at: DateTime<Utc>,
    /// What it is counted in.
    pub measure: Measure,
    /// How much there is.
    pub total: i64,
}

/// A rule of availability to be added.
#[derive(Debug, Clone)]
pub struct NewAvailability {
    /// A recurrence as RFC 5545 writes it; `None` for a festival.
    pub rrule: Option<String>,
    /// The festival; `None` for a recurrence.
    pub festival: Option<Festival>,
    /// The first day it applies.
    pub starts_on: NaiveDate,
    /// The last day it applies.
    pub ends_on: Option<NaiveDate>,
    /// The local time of day at which it begins.
    pub start_time: NaiveTime,
    /// How long it lasts, in minutes.
    pub minutes: i64,
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
    let title = check::title("title", &facts.title, TITLE_CHARS)?;
    let title_en = check::body("titleEn", facts.title_en.as_deref(), TITLE_CHARS)?;
    let description = check::body("description", facts.description.as_deref(), BODY_CHARS)?;
    let eligibility = check::body("eligibility", facts.eligibility.as_deref(), BODY_CHARS)?;
    let lead_time_days = check::number("leadTimeDays", facts.lead_time_days, 0, 366)?;
    require_groups(facts.target_groups)?;
    let category: Category =
        get(&mut tx.conn, &tx.viewer, facts.category).await.map_err(|error| at("categoryId", error))?;
    let search = super::search_text([
        Some(&title),
        title_en.as_ref(),
        description.as_ref(),
        Some(&category.name),
        Some(&category.synonyms),
    ]);
    let id: ServiceId = tx.id();
    let now = tx.now;
    tx.execute(sql!(
        "INSERT INTO service (id, unit_id, street_id, category_id, state, mode, title, title_en, description,
            target_groups, eligibility, lead_time_days, search, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        id,
        unit.id,
        unit.street_id,
        category.id,
        ServiceState::Draft,
        facts.mode,
        title.clone(),
        title_en,
        description,
        facts.target_groups,
        eligibility,
        lead_time_days,
        search,
        now
    ))
    .await?;
    tx.event(
        id,
        Some(unit.street_id),
        EventKind::Added,
        json!({ "title": title, "unit": unit.id, "state": ServiceState::Draft }),
    );
    set_coverage(tx, id, &facts.coverage).await?;
    for (place, capacity) in capacities.iter().enumerate() {
        add_capacity(tx, id, unit.street_id, &format!("capacities.{place}"), capacity).await?;
    }
    for (place, rule) in availability.iter().enumerate() {
        add_availability(tx, id, unit.street_id, &format!("availability.{place}"), rule).await?;
    }
    Ok(id)
}

/// The service, held for a change by those who may change it: its unit's liaison and its street's coordinator.
async fn own(tx: &mut Tx, id: ServiceId) -> Result<Service> {
    tx.require_write()?;
    let service: Service = lock(tx, id).await?;
    tx.require(tx.viewer.speaks_for(service.unit_id) || tx.viewer.coordinates(Some(service.street_id)))?;
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

async fn set_coverage(tx: &mut Tx, id: ServiceId, areas: &[AreaId]) -> Result<()> {
    let found = super::entity::by_ids::<crate::domain::area::Area>(&mut tx.conn, &tx.viewer, areas).await?;
    if areas.is_empty() || areas.iter().any(|area| !found.contains_key(area)) {
        return Err(Refusal::new(
            Code::NotFound,
            "请选择服务覆盖的区划；其中有的不存在。",
            "Name the areas that it covers; some of these are unknown.",
        )
        .at("coverageIds")
        .into());
    }
    tx.execute(sql!("DELETE FROM coverage WHERE service_id = $1", id)).await?;
    let mut insert = Sql::default();
    insert
        .push("INSERT INTO coverage (service_id, area_id) VALUES ")
        .rows(found.keys().map(|area| vec![id.into(), (*area).into()]));
    tx.execute(insert).await?;
    Ok(())
}

async fn add_capacity(
    tx: &mut Tx,
    service: ServiceId,
    street: AreaId,
    field: &str,
    new: &NewCapacity,
) -> Result<CapacityId> {
    check::window(&format!("{field}.endsAt"), new.starts_at, new.ends_at)?;
    let total = check::quantity(&format!("{field}.total"), new.total)?;
    let id: CapacityId = tx.id();
    tx.execute(sql!(
        "INSERT INTO capacity (id, service_id, starts_at, ends_at, measure, total) VALUES ($1, $2, $3, $4, $5, $6)",
        id,
        service,
        new.starts_at,
        new.ends_at,
        new.measure,
        total
    ))
    .await?;
    tx.event(
        id,
        Some(street),
        EventKind::Added,
        json!({ "service": service, "measure": new.measure, "total": total }),
    );
    Ok(id)
}

async fn add_availability(
    tx: &mut Tx,
    service: ServiceId,
    street: AreaId,
    field: &str,
    new: &NewAvailability,
) -> Result<AvailabilityId> {
    Rule::new(new.rrule.as_deref(), new.festival, new.starts_on, new.ends_on, new.start_time, new.minutes)
        .map_err(|error| Refusal::from(error).at(field))?;
    let id: AvailabilityId = tx.id();
    tx.execute(sql!(
        "INSERT INTO availability (id, service_id, rrule, festival, starts_on, ends_on, start_time, minutes)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        id,
        service,
        new.rrule.clone(),
        new.festival,
        new.starts_on,
        new.ends_on,
        new.start_time,
        new.minutes
    ))
    .await?;
    tx.event(
        id,
        Some(street),
        EventKind::Added,
        json!({ "service": service, "rrule": new.rrule, "festival": new.festival }),
    );
    Ok(id)
}

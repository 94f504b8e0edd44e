//! Bringing a whole made-up town into a fresh database, many rows to a statement. Nothing is checked and nobody is told:
//! what people enter goes through the entities' own functions.

use super::conn::Tx;
use super::error::Result;
use super::sql::{Sql, Value};
use crate::domain::area::Area;
use crate::domain::id::{AreaId, UnitId};
use crate::domain::need::Need;
use crate::domain::service::{AvailabilityRule, Capacity, Service};
use crate::domain::unit::PartnerUnit;
use std::collections::HashMap;

/// Values that one statement binds at most; SQLite allows 32,766.
const MOST_VALUES: usize = 32_000;

/// The rows of a town, parents before their children.
#[derive(Debug, Clone, Default)]
pub struct Town {
    /// The areas.
    pub areas: Vec<Area>,
    /// The units.
    pub units: Vec<PartnerUnit>,
    /// Where they have checked in.
    pub check_ins: Vec<(UnitId, AreaId)>,
    /// Their services.
    pub services: Vec<Service>,
    /// The areas that these cover.
    pub coverage: Vec<(crate::domain::id::ServiceId, AreaId)>,
    /// Their lines of capacity.
    pub capacities: Vec<Capacity>,
    /// When they can be had.
    pub availability: Vec<AvailabilityRule>,
    /// The needs.
    pub needs: Vec<Need>,
}

/// Adds a town to a database that has nothing of it yet.
///
/// # Errors
/// Where the database fails or some of it is there already.
pub async fn add(tx: &mut Tx, town: &Town) -> Result<()> {
    add_places(tx, town).await?;
    add_offers(tx, town).await?;
    let needs = town.needs.iter().map(need);
    insert(
        tx,
        "need (id, street_id, community_id, area_id, category_id, asking_unit_id, state, title, target_groups, urgency, \
         urgency_rank, source, measure, quantity, starts_at, ends_at, verified_at, search, created_at)",
        needs,
    )
    .await?;
    // Without figures of how the rows are spread, PostgreSQL plans as if the tables were empty.
    tx.execute(Sql::new("ANALYZE", vec![])).await?;
    Ok(())
}

async fn add_places(tx: &mut Tx, town: &Town) -> Result<()> {
    let areas = town.areas.iter().map(|area| {
        vec![
            area.id.into(),
            area.parent_id.into(),
            area.street_id.into(),
            area.community_id.into(),
            area.kind.into(),
            area.name.clone().into(),
            area.created_at.into(),
        ]
    });
    insert(tx, "area (id, parent_id, street_id, community_id, kind, name, created_at)", areas).await?;
    insert(tx, "area_tree (ancestor_id, area_id, distance)", tree(&town.areas).into_iter()).await?;
    let units = town.units.iter().map(|unit| {
        vec![
            unit.id.into(),
            unit.street_id.into(),
            unit.kind.into(),
            unit.name.clone().into(),
            unit.name.to_lowercase().into(),
            unit.created_at.into(),
        ]
    });
    insert(tx, "partner_unit (id, street_id, kind, name, search, created_at)", units).await?;
    let on = tx.now.date_naive();
    let check_ins = town.check_ins.iter().map(|(unit, area)| vec![(*unit).into(), (*area).into(), on.into()]);
    insert(tx, "check_in (unit_id, area_id, checked_in_on)", check_ins).await
}

async fn add_offers(tx: &mut Tx, town: &Town) -> Result<()> {
    insert(
        tx,
        "service (id, unit_id, street_id, category_id, state, mode, title, target_groups, lead_time_days, search, \
         created_at, listed_at)",
        town.services.iter().map(service),
    )
    .await?;
    let coverage = town.coverage.iter().map(|(service, area)| vec![(*service).into(), (*area).into()]);
    insert(tx, "coverage (service_id, area_id)", coverage).await?;
    let lines = town.capacities.iter().map(|line| {
        vec![
            line.id.into(),
            line.service_id.into(),
            line.starts_at.into(),
            line.ends_at.into(),
            line.measure.into(),
            line.total.into(),
        ]
    });
    insert(tx, "capacity (id, service_id, starts_at, ends_at, measure, total)", lines).await?;
    let rules = town.availability.iter().map(|rule| {
        vec![
            rule.id.into(),
            rule.service_id.into(),
            rule.rrule.clone().into(),
            rule.festival.into(),
            rule.starts_on.into(),
            rule.ends_on.into(),
            rule.start_time.into(),
            rule.minutes.into(),
        ]
    });
    let columns = "availability (id, service_id, rrule, festival, starts_on, ends_on, start_time, minutes)";
    insert(tx, columns, rules).await
}

/// Every area with every area it lies in.
fn tree(areas: &[Area]) -> Vec<Vec<Value>> {
    let parents: HashMap<AreaId, Option<AreaId>> =
        areas.iter().map(|area| (area.id, area.parent_id)).collect();
    let upwards = |area: AreaId| {
        std::iter::successors(Some(area), |below| parents.get(below).copied().flatten()).zip(0_i64..)
    };
    let rows = areas.iter().flat_map(|area| {
        upwards(area.id).map(|(above, steps)| vec![above.into(), area.id.into(), steps.into()])
    });
    rows.collect()
}

fn service(row: &Service) -> Vec<Value> {
    vec![
        row.id.into(),
        row.unit_id.into(),
        row.street_id.into(),
        row.category_id.into(),
        row.state.into(),
        row.mode.into(),
        row.title.clone().into(),
        row.target_groups.into(),
        row.lead_time_days.into(),
        row.title.to_lowercase().into(),
        row.created_at.into(),
        Some(row.created_at).into(),
    ]
}

fn need(row: &Need) -> Vec<Value> {
    vec![
        row.id.into(),
        row.street_id.into(),
        row.community_id.into(),
        row.area_id.into(),
        row.category_id.into(),
        row.asking_unit_id.into(),
        row.state.into(),
        row.title.clone().into(),
        row.target_groups.into(),
        row.urgency.into(),
        (row.urgency as i64).into(),
        row.source.into(),
        row.measure.into(),
        row.quantity.into(),
        row.starts_at.into(),
        row.ends_at.into(),
        row.verified_at.into(),
        row.title.to_lowercase().into(),
        row.created_at.into(),
    ]
}

/// Inserts rows into `table (columns)`, as many to a statement as the databases allow.
pub(super) async fn insert(tx: &mut Tx, table: &str, rows: impl Iterator<Item = Vec<Value>>) -> Result<()> {
    let mut rows = rows.peekable();
    while let Some(row) = rows.peek() {
        let most = (MOST_VALUES / row.len().max(1)).clamp(1, 1_000);
        let mut sql = Sql::default();
        sql.push("INSERT INTO ").push(table).push(" VALUES ").rows(rows.by_ref().take(most));
        tx.execute(sql).await?;
    }
    Ok(())
}

//! Lines of capacity: how much of a service there is within a window.

use super::editable;
use crate::domain::check;
use crate::domain::event::EventKind;
use crate::domain::id::{AreaId, CapacityId, Id, ServiceId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::service::{Capacity, Measure};
use crate::store::conn::Tx;
use crate::store::error::{Result, at, inside};
use crate::store::part::Part;
use crate::store::sql::sql;
use chrono::{DateTime, Utc};
use serde_json::json;
use uuid::Uuid;

/// Lines that a service has at most.
const MAX_LINES: usize = 100;

impl Part for Capacity {
    const SELECT: &'static str = "SELECT * FROM capacity WHERE service_id IN ";
    const ORDER: &'static str = " ORDER BY starts_at, id";

    fn parent(&self) -> Uuid {
        self.service_id.uuid()
    }
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

/// What a line of capacity is to be from now on; `None` leaves what is there.
#[derive(Debug, Clone, Copy, Default)]
pub struct CapacityEdit {
    /// When its window begins.
    pub starts_at: Option<DateTime<Utc>>,
    /// When its window ends, itself outside.
    pub ends_at: Option<DateTime<Utc>>,
    /// How much there is in all.
    pub total: Option<i64>,
}

/// Adds a line of capacity to a service.
///
/// # Errors
/// A refusal where the window or the total are wrong, the service is retired or has too many lines; denied to all but
/// the unit's liaison and its street's coordinator.
pub async fn add_capacity(tx: &mut Tx, service: ServiceId, new: &NewCapacity) -> Result<CapacityId> {
    let service = editable(tx, service).await.map_err(|error| at("serviceId", error))?;
    let (lines,): (i64,) =
        tx.one(sql!("SELECT COUNT(*) FROM capacity WHERE service_id = $1", service.id)).await?;
    check::at_most("serviceId", usize::try_from(lines).unwrap_or(MAX_LINES).saturating_add(1), MAX_LINES)?;
    add(tx, service.id, service.street_id, new).await.map_err(|error| inside("capacity", error))
}

/// Adds the first lines of a new service.
pub(super) async fn add_all(
    tx: &mut Tx,
    service: ServiceId,
    street: AreaId,
    lines: &[NewCapacity],
) -> Result<()> {
    check::at_most("capacities", lines.len(), MAX_LINES)?;
    for (place, line) in lines.iter().enumerate() {
        let named = |error| inside("capacities", inside(&place.to_string(), error));
        add(tx, service, street, line).await.map_err(named)?;
    }
    Ok(())
}

async fn add(tx: &mut Tx, service: ServiceId, street: AreaId, new: &NewCapacity) -> Result<CapacityId> {
    check::window("endsAt", new.starts_at, new.ends_at)?;
    let total = check::quantity("total", new.total)?;
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
    let added = json!({
        "service": service, "measure": new.measure, "total": total,
        "starts_at": new.starts_at, "ends_at": new.ends_at,
    });
    tx.event(id, Some(street), EventKind::Added, added);
    Ok(id)
}

/// Changes how much there is in a line, or its window. While some of it is held or committed, the total stays at least
/// that and the window can only grow, so what was agreed on stays possible.
///
/// # Errors
/// A refusal where the edit is wrong, takes away what is in use or the service is retired; denied to all but the unit's
/// liaison and its street's coordinator.
pub async fn update_capacity(tx: &mut Tx, id: CapacityId, edit: CapacityEdit) -> Result<ServiceId> {
    let (street, line) = own_line(tx, id).await?;
    let (starts_at, ends_at) =
        (edit.starts_at.unwrap_or(line.starts_at), edit.ends_at.unwrap_or(line.ends_at));
    check::window("endsAt", starts_at, ends_at)?;
    let total = check::quantity("total", edit.total.unwrap_or(line.total))?;
    let used = line.held + line.committed;
    if total < used {
        return Err(below_use(&line).into());
    }
    if used > 0 && (starts_at > line.starts_at || ends_at < line.ends_at) {
        return Err(Refusal::new(
            Code::BadTime,
            "容量已有预留或占用，时间段只能延长，不能缩短。",
            "Some of this capacity is held or committed, so its window can grow but not shrink.",
        )
        .at(if starts_at > line.starts_at { "startsAt" } else { "endsAt" })
        .into());
    }
    tx.execute(sql!(
        "UPDATE capacity SET starts_at = $1, ends_at = $2, total = $3 WHERE id = $4",
        starts_at,
        ends_at,
        total,
        id
    ))
    .await?;
    let before = json!({ "total": line.total, "starts_at": line.starts_at, "ends_at": line.ends_at });
    let after = json!({ "total": total, "starts_at": starts_at, "ends_at": ends_at });
    let counted = json!({ "service": line.service_id, "before": before, "after": after });
    tx.event(id, Some(street), EventKind::Counted, counted);
    Ok(line.service_id)
}

/// Removes a line that no match has ever drawn on.
///
/// # Errors
/// A refusal where a match draws or drew on it or the service is retired; denied to all but the unit's liaison and its
/// street's coordinator.
pub async fn remove_capacity(tx: &mut Tx, id: CapacityId) -> Result<ServiceId> {
    let (street, line) = own_line(tx, id).await?;
    let removed = tx
        .execute(sql!(
            "DELETE FROM capacity WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM match WHERE capacity_id = $1)",
            id
        ))
        .await?;
    if removed == 0 {
        return Err(Refusal::new(
            Code::BadInput,
            "已有对接用过这份容量，不能删除；可以把总量改小。",
            "Matches draw or drew on this capacity, so it stays; its total can be lowered instead.",
        )
        .at("id")
        .into());
    }
    let counted = json!({ "service": line.service_id, "before": { "total": line.total }, "after": null });
    tx.event(id, Some(street), EventKind::Counted, counted);
    Ok(line.service_id)
}

/// The line with its service's street, both held for a change. The service is locked first, as everywhere.
async fn own_line(tx: &mut Tx, id: CapacityId) -> Result<(AreaId, Capacity)> {
    let unknown = || Refusal::not_found(CapacityId::KIND).at("id");
    let found: Option<(ServiceId,)> =
        tx.optional(sql!("SELECT service_id FROM capacity WHERE id = $1", id)).await?;
    let (service,) = found.ok_or_else(unknown)?;
    let service = editable(tx, service).await.map_err(|error| match error {
        crate::store::error::Error::Refused(refusal) if refusal.code == Code::NotFound => unknown().into(),
        other => other,
    })?;
    let line = tx.lock(sql!("SELECT * FROM capacity WHERE id = $1", id)).await?.ok_or_else(unknown)?;
    Ok((service.street_id, line))
}

fn below_use(line: &Capacity) -> Refusal {
    let Capacity { held, committed, .. } = line;
    Refusal::new(
        Code::NotEnoughCapacity,
        format!("总量不能低于已用数量：预留{held}，已承诺{committed}。"),
        format!("The total cannot fall below what is in use: {held} held and {committed} committed."),
    )
    .at("total")
}

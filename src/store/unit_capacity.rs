//! What units can do in all, whatever their services: lines that every claim on their services counts in.

use super::conn::Tx;
use super::entity::lock;
use super::error::{Error, Result, at};
use super::part::Part;
use super::service::{CapacityEdit, NewCapacity};
use super::sql::{Sql, sql};
use crate::domain::availability::Span;
use crate::domain::check;
use crate::domain::event::EventKind;
use crate::domain::id::{AreaId, Id as _, MatchId, UnitCapacityId, UnitId};
use crate::domain::matches::Load;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::service::Measure;
use crate::domain::text::{Lang, TextEnum as _};
use crate::domain::unit::{PartnerUnit, UnitCapacity};
use chrono::{DateTime, Utc};
use serde_json::json;
use uuid::Uuid;

/// Lines that a unit has at most.
const MAX_LINES: usize = 100;

impl Part for UnitCapacity {
    const SELECT: &'static str = "SELECT * FROM unit_capacity WHERE unit_id IN ";
    const ORDER: &'static str = " ORDER BY starts_at, id";

    fn parent(&self) -> Uuid {
        self.unit_id.uuid()
    }
}

/// Adds a line to a unit. What was claimed before is not counted in it.
///
/// # Errors
/// A refusal where window or total are wrong, a line of the same measure overlaps it or there are too many; denied to all
/// but the unit's liaison and its street's coordinator.
pub async fn add(tx: &mut Tx, unit: UnitId, new: &NewCapacity) -> Result<UnitId> {
    let unit = own(tx, unit).await.map_err(|error| at("unitId", error))?;
    let lines = lines(tx, unit.id).await?;
    check::at_most("unitId", lines.len() + 1, MAX_LINES)?;
    check::window("capacity.endsAt", new.starts_at, new.ends_at)?;
    let total = check::quantity("capacity.total", new.total)?;
    require_apart(&lines, new.measure, (new.starts_at, new.ends_at))
        .map_err(|refusal| refusal.at("capacity.startsAt"))?;
    let id: UnitCapacityId = tx.id();
    tx.execute(sql!(
        "INSERT INTO unit_capacity (id, unit_id, starts_at, ends_at, measure, total) VALUES ($1, $2, $3, $4, $5, $6)",
        id,
        unit.id,
        new.starts_at,
        new.ends_at,
        new.measure,
        total
    ))
    .await?;
    let added = json!({
        "unit": unit.id, "measure": new.measure, "total": total,
        "starts_at": new.starts_at, "ends_at": new.ends_at,
    });
    tx.event(id, Some(unit.street_id), EventKind::Added, added);
    Ok(unit.id)
}

/// Changes how much a unit can do in a line, or the line's window. While some of it is held or committed, the total stays
/// at least that and the window can only grow.
///
/// # Errors
/// A refusal where the edit is wrong, takes away what is in use or overlaps another line; denied to all but the unit's
/// liaison and its street's coordinator.
pub async fn update(tx: &mut Tx, id: UnitCapacityId, edit: CapacityEdit) -> Result<UnitId> {
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
    let mut others = lines(tx, line.unit_id).await?;
    others.retain(|other| other.id != id);
    require_apart(&others, line.measure, (starts_at, ends_at)).map_err(|refusal| refusal.at("startsAt"))?;
    tx.execute(sql!(
        "UPDATE unit_capacity SET starts_at = $1, ends_at = $2, total = $3 WHERE id = $4",
        starts_at,
        ends_at,
        total,
        id
    ))
    .await?;
    let before = json!({ "total": line.total, "starts_at": line.starts_at, "ends_at": line.ends_at });
    let after = json!({ "total": total, "starts_at": starts_at, "ends_at": ends_at });
    let counted = json!({ "unit": line.unit_id, "before": before, "after": after });
    tx.event(id, Some(street), EventKind::Counted, counted);
    Ok(line.unit_id)
}

/// Removes a line that no match has ever counted in.
///
/// # Errors
/// A refusal where a match counts or counted in it; denied to all but the unit's liaison and its street's coordinator.
pub async fn remove(tx: &mut Tx, id: UnitCapacityId) -> Result<UnitId> {
    let (street, line) = own_line(tx, id).await?;
    let removed = tx
        .execute(sql!(
            "DELETE FROM unit_capacity WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM match WHERE unit_capacity_id = $1)",
            id
        ))
        .await?;
    if removed == 0 {
        return Err(Refusal::new(
            Code::BadInput,
            "已有对接用过这份容量，不能删除；可以把总量改大。",
            "Matches count or counted in this capacity, so it stays; its total can be raised instead.",
        )
        .at("id")
        .into());
    }
    let counted = json!({ "unit": line.unit_id, "before": { "total": line.total }, "after": null });
    tx.event(id, Some(street), EventKind::Counted, counted);
    Ok(line.unit_id)
}

/// The line that a claim on one of the unit's services counts in: the first of its measure in its window that has enough
/// left; `None` where the unit has laid down nothing for that time.
pub(super) async fn line_for(
    tx: &mut Tx,
    unit: UnitId,
    measure: Measure,
    window: Span,
    quantity: i64,
) -> Result<Option<UnitCapacityId>> {
    // Held before the service's own line, as everywhere, so that none is removed meanwhile.
    tx.hold(sql!("SELECT id FROM unit_capacity WHERE unit_id = $1 ORDER BY id", unit)).await?;
    let lines = lines(tx, unit).await?;
    Ok(choose(&lines, measure, window, quantity)?.map(|place| lines[place].id))
}

/// The place of the line in which a claim counts, among the lines of its unit in the order of their windows; `None` where
/// the unit has laid down nothing for that time.
pub(super) fn choose(
    lines: &[UnitCapacity],
    measure: Measure,
    window: Span,
    quantity: i64,
) -> std::result::Result<Option<usize>, Refusal> {
    let counts =
        |line: &UnitCapacity| line.measure == measure && overlap((line.starts_at, line.ends_at), window);
    let fitting = || lines.iter().enumerate().filter(|(_, line)| counts(line));
    let Some(left) = fitting().map(|(_, line)| line.left()).max() else { return Ok(None) };
    if let Some((place, _)) = fitting().find(|(_, line)| line.left() >= quantity) {
        return Ok(Some(place));
    }
    let (zh, en) = (measure.label(Lang::Zh), measure.label(Lang::En));
    Err(Refusal::new(
        Code::NotEnoughCapacity,
        format!("该单位在所需时段内总共只能再承担{left}{zh}，不足{quantity}。"),
        format!("The unit can do only {left} {en} more in all at that time, fewer than {quantity}."),
    )
    .at("quantity"))
}

/// Moves quantity in a line. The condition holds it within its bounds whoever else claims at the same time. False where
/// it does not have that much.
pub(super) async fn settle(tx: &mut Tx, id: UnitCapacityId, by: MatchId, change: Load) -> Result<bool> {
    let moved: Option<(i64, i64, AreaId)> = tx
        .optional(sql!(
            "UPDATE unit_capacity SET held = held + $1, committed = committed + $2
             WHERE id = $3 AND held + $1 >= 0 AND committed + $2 >= 0 AND held + $1 + committed + $2 <= total
             RETURNING held, committed,
                (SELECT street_id FROM partner_unit WHERE partner_unit.id = unit_capacity.unit_id)",
            change.held,
            change.committed,
            id
        ))
        .await?;
    let Some((held, committed, street)) = moved else { return Ok(false) };
    let before = Load { held: held - change.held, committed: committed - change.committed };
    tell_moved(tx, (id, by), street, before, Load { held, committed });
    Ok(true)
}

/// Tells the trail what a match has moved in a line.
pub(super) fn tell_moved(
    tx: &mut Tx,
    (id, by): (UnitCapacityId, MatchId),
    street: AreaId,
    before: Load,
    after: Load,
) {
    let data = json!({
        "match": by,
        "before": { "held": before.held, "committed": before.committed },
        "after": { "held": after.held, "committed": after.committed },
    });
    tx.event(id, Some(street), EventKind::Counted, data);
}

async fn lines(tx: &mut Tx, unit: UnitId) -> Result<Vec<UnitCapacity>> {
    let mut sql = Sql::default();
    sql.push(UnitCapacity::SELECT).list([unit]).push(UnitCapacity::ORDER);
    tx.all(sql).await
}

/// The unit, held for a change by those who may change it.
async fn own(tx: &mut Tx, id: UnitId) -> Result<PartnerUnit> {
    tx.require_write()?;
    let unit: PartnerUnit = lock(tx, id).await?;
    tx.require(tx.viewer.speaks_for(id) || tx.viewer.coordinates(Some(unit.street_id)))?;
    Ok(unit)
}

/// The line with its unit's street, both held for a change.
async fn own_line(tx: &mut Tx, id: UnitCapacityId) -> Result<(AreaId, UnitCapacity)> {
    let unknown = || Error::from(Refusal::not_found(UnitCapacityId::KIND).at("id"));
    let found: Option<(UnitId,)> =
        tx.optional(sql!("SELECT unit_id FROM unit_capacity WHERE id = $1", id)).await?;
    let (unit,) = found.ok_or_else(unknown)?;
    let unit = own(tx, unit).await?;
    let line = tx.lock(sql!("SELECT * FROM unit_capacity WHERE id = $1", id)).await?.ok_or_else(unknown)?;
    Ok((unit.street_id, line))
}

/// Refuses lines of one measure that overlap: each claim counts in one of them.
fn require_apart(
    lines: &[UnitCapacity],
    measure: Measure,
    window: (DateTime<Utc>, DateTime<Utc>),
) -> std::result::Result<(), Refusal> {
    let clashes =
        |line: &&UnitCapacity| line.measure == measure && overlap((line.starts_at, line.ends_at), window);
    match lines.iter().find(clashes) {
        None => Ok(()),
        Some(_) => Err(Refusal::new(
            Code::AlreadyExists,
            "该单位同一计量单位在这段时间内已有总容量，请修改原有的一条。",
            "The unit has a line of this measure for a part of this time already; change that one.",
        )),
    }
}

fn overlap(one: Span, other: Span) -> bool {
    one.0 < other.1 && other.0 < one.1
}

fn below_use(line: &UnitCapacity) -> Refusal {
    let UnitCapacity { held, committed, .. } = line;
    Refusal::new(
        Code::NotEnoughCapacity,
        format!("总量不能低于已用数量：预留{held}，已承诺{committed}。"),
        format!("The total cannot fall below what is in use: {held} held and {committed} committed."),
    )
    .at("total")
}

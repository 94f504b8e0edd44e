//! Writing what became of a match, with all that follows: its line of capacity, its need, the trail.

use super::super::bulk;
use super::super::conn::Tx;
use super::super::error::{Error, Result};
use super::super::need;
use super::super::sql::sql;
use super::super::unit_capacity;
use crate::domain::event::EventKind;
use crate::domain::id::{AreaId, MatchId};
use crate::domain::matches::{Load, Match, MatchAction};
use crate::domain::refusal::{Code, Refusal};
use serde_json::json;

/// Adds a match that was just made, its quantity held. The need is locked.
pub(super) async fn add(tx: &mut Tx, new: &Match) -> Result<MatchId> {
    add_rows(tx, std::slice::from_ref(new)).await?;
    tell_added(tx, new);
    follow(tx, Load::default(), new).await
}

/// Writes matches that were just made, and nothing else.
pub(super) async fn add_rows(tx: &mut Tx, new: &[Match]) -> Result<()> {
    let row = |new: &Match| {
        vec![
            new.id.into(),
            new.need_id.into(),
            new.service_id.into(),
            new.capacity_id.into(),
            new.unit_id.into(),
            new.asking_unit_id.into(),
            new.street_id.into(),
            new.state.into(),
            new.initiator.into(),
            new.quantity.into(),
            new.starts_at.into(),
            new.ends_at.into(),
            new.score.into(),
            new.reasons.clone().into(),
            new.asking_confirmed_at.into(),
            new.offering_confirmed_at.into(),
            new.respond_by.into(),
            new.matching_id.into(),
            new.created_at.into(),
            new.unit_capacity_id.into(),
        ]
    };
    bulk::insert(
        tx,
        "match (id, need_id, service_id, capacity_id, unit_id, asking_unit_id, street_id, state, initiator, quantity, \
         starts_at, ends_at, score, reasons, asking_confirmed_at, offering_confirmed_at, respond_by, matching_id, \
         created_at, unit_capacity_id)",
        new.iter().map(row),
    )
    .await
}

/// Tells the trail of a match that was just made.
pub(super) fn tell_added(tx: &mut Tx, new: &Match) {
    let data = json!({
        "state": new.state,
        "initiator": new.initiator,
        "need": new.need_id,
        "service": new.service_id,
        "capacity": new.capacity_id,
        "unit": new.unit_id,
        "quantity": new.quantity,
        "respond_by": new.respond_by,
    });
    tx.event(new.id, Some(new.street_id), EventKind::Added, data);
}

/// Writes what an action changed. The need is locked.
pub(super) async fn keep(tx: &mut Tx, before: &Match, after: &Match, action: MatchAction) -> Result<MatchId> {
    let _: (MatchId,) = tx
        .one(sql!(
            "UPDATE match SET state = $1, delivered = $2, released = $3, starts_at = $4, ends_at = $5,
                asking_confirmed_at = $6, offering_confirmed_at = $7, stand_in_side = $8, stand_in_reason = $9,
                reason = $10, accepted_at = $11
             WHERE id = $12 AND state = $13 AND delivered = $14 AND released = $15 RETURNING id",
            after.state,
            after.delivered,
            after.released,
            after.starts_at,
            after.ends_at,
            after.asking_confirmed_at,
            after.offering_confirmed_at,
            after.stand_in_side,
            after.stand_in_reason.clone(),
            after.reason.clone(),
            after.accepted_at,
            before.id,
            before.state,
            before.delivered,
            before.released
        ))
        .await?;
    trail(tx, before, after, action);
    follow(tx, before.load(), after).await
}

/// Brings the line of capacity and the need in line with a match.
async fn follow(tx: &mut Tx, before: Load, after: &Match) -> Result<MatchId> {
    settle(tx, before, after).await?;
    need::recount(tx, after.need_id).await?;
    Ok(after.id)
}

/// Moves quantity in a line of capacity and in the unit's own, if it counts there. The condition holds it within its bounds whoever else claims at the same time.
async fn settle(tx: &mut Tx, before: Load, after: &Match) -> Result<()> {
    let load = after.load();
    let (held, committed) = (load.held - before.held, load.committed - before.committed);
    if (held, committed) == (0, 0) {
        return Ok(());
    }
    if let Some(line) = after.unit_capacity_id
        && !unit_capacity::settle(tx, line, after.id, Load { held, committed }).await?
    {
        return Err(if held + committed > 0 { taken() } else { unsettled(&line, after) });
    }
    let moved: Option<(i64, i64, AreaId)> = tx
        .optional(sql!(
            "UPDATE capacity SET held = held + $1, committed = committed + $2
             WHERE id = $3 AND held + $1 >= 0 AND committed + $2 >= 0 AND held + $1 + committed + $2 <= total
             RETURNING held, committed, (SELECT street_id FROM service WHERE service.id = capacity.service_id)",
            held,
            committed,
            after.capacity_id
        ))
        .await?;
    let Some((now_held, now_committed, street)) = moved else {
        return Err(if held + committed > 0 { taken() } else { unsettled(&after.capacity_id, after) });
    };
    let before = Load { held: now_held - held, committed: now_committed - committed };
    tell_moved(tx, after, street, before, Load { held: now_held, committed: now_committed });
    Ok(())
}

/// Tells the trail what a match has moved in its line of capacity.
pub(super) fn tell_moved(tx: &mut Tx, of: &Match, street: AreaId, before: Load, after: Load) {
    let data = json!({
        "match": of.id,
        "before": { "held": before.held, "committed": before.committed },
        "after": { "held": after.held, "committed": after.committed },
    });
    tx.event(of.capacity_id, Some(street), EventKind::Counted, data);
}

pub(super) fn taken() -> Error {
    Refusal::new(
        Code::NotEnoughCapacity,
        "容量刚被他人占用，请刷新后重试。",
        "Somebody else has just taken this capacity; look again at what is left.",
    )
    .at("quantity")
    .into()
}

fn unsettled(line: &impl std::fmt::Display, row: &Match) -> Error {
    Error::Corrupt(format!("{line} does not hold what {} gives back", row.id))
}

/// Tells the trail what became of a match: its state and its quantities, before and after.
fn trail(tx: &mut Tx, before: &Match, after: &Match, action: MatchAction) {
    let kind = if before.state == after.state { EventKind::Counted } else { EventKind::Moved };
    let quantities = |row: &Match| json!({ "quantity": row.quantity, "delivered": row.delivered, "released": row.released });
    let mut data = json!({
        "action": action,
        "from": before.state,
        "to": after.state,
        "before": quantities(before),
        "after": quantities(after),
    });
    if after.reason != before.reason {
        data["reason"] = json!(after.reason);
    }
    if after.stand_in_side != before.stand_in_side {
        data["stand_in"] = json!({ "side": after.stand_in_side, "reason": after.stand_in_reason });
    }
    if (before.starts_at, before.ends_at) != (after.starts_at, after.ends_at) {
        data["window"] = json!([after.starts_at, after.ends_at]);
    }
    tx.event(after.id, Some(after.street_id), kind, data);
}

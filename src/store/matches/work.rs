//! Doing what was agreed: a date, the delivered parts, and the word that it is done.

use super::super::conn::Tx;
use super::super::error::Result;
use super::super::sql::sql;
use super::{hold_for, settle};
use crate::domain::check::{self, BODY_CHARS};
use crate::domain::event::EventKind;
use crate::domain::id::{FulfilmentId, MatchId};
use crate::domain::matches::{Match, MatchAction};
use crate::domain::need::Need;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::service::Capacity;
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;

/// The most people that one delivered part can reach.
const MAX_PEOPLE: i64 = 10_000_000;

/// A delivered part, as somebody reports it.
#[derive(Debug, Clone)]
pub struct NewFulfilment {
    /// The day it was delivered.
    pub delivered_on: NaiveDate,
    /// How much, in the need's measure.
    pub quantity: i64,
    /// How many people it reached.
    pub people_reached: i64,
    /// What shows it.
    pub evidence: Option<String>,
}

/// Sets the date of an accepted match, or moves it.
///
/// # Errors
/// A refusal where the state does not allow it or the window lies in the past or outside the need's or the capacity's;
/// denied to all but the offering side and the street's coordinator.
pub async fn schedule(
    tx: &mut Tx,
    id: MatchId,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
) -> Result<MatchId> {
    let held = hold_for(tx, id, MatchAction::Schedule).await?;
    let after = Match { starts_at, ends_at, ..held.before.after(MatchAction::Schedule)? };
    check::window("endsAt", starts_at, ends_at)?;
    let line: Capacity =
        tx.one(sql!("SELECT * FROM capacity WHERE id = $1", held.before.capacity_id)).await?;
    require_within(tx.now, &held.need, &line, &after)?;
    settle::keep(tx, &held.before, &after, MatchAction::Schedule).await
}

fn require_within(
    now: DateTime<Utc>,
    need: &Need,
    line: &Capacity,
    planned: &Match,
) -> std::result::Result<(), Refusal> {
    let inside = |starts_at, ends_at| starts_at <= planned.starts_at && planned.ends_at <= ends_at;
    let (zh, en) = match () {
        () if planned.starts_at < now => ("排期不能早于现在。", "The date must not lie in the past."),
        () if !inside(need.starts_at, need.ends_at) => {
            ("排期应在需求的时间范围之内。", "The date must lie within the need's window.")
        }
        () if !inside(line.starts_at, line.ends_at) => {
            ("排期应在服务容量的时间范围之内。", "The date must lie within the capacity's window.")
        }
        () => return Ok(()),
    };
    Err(Refusal::new(Code::BadTime, zh, en).at("startsAt"))
}

/// Records a delivered part.
///
/// # Errors
/// A refusal where the state does not allow it, a fact is wrong or more is delivered than was agreed; denied to all but
/// the offering side and the street's coordinator.
pub async fn record(tx: &mut Tx, id: MatchId, new: NewFulfilment) -> Result<FulfilmentId> {
    let held = hold_for(tx, id, MatchAction::Record).await?;
    let moved = held.before.after(MatchAction::Record)?;
    let delivered_on = check::past_day("deliveredOn", new.delivered_on, tx.now)?;
    let quantity = check::quantity("quantity", new.quantity)?;
    let people_reached = check::number("peopleReached", new.people_reached, 0, MAX_PEOPLE)?;
    let evidence = check::body("evidence", new.evidence.as_deref(), BODY_CHARS)?;
    require_agreed(&held.before, quantity)?;
    let fulfilment: FulfilmentId = tx.id();
    let now = tx.now;
    tx.execute(sql!(
        "INSERT INTO fulfilment (id, match_id, delivered_on, quantity, people_reached, evidence, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        fulfilment,
        id,
        delivered_on,
        quantity,
        people_reached,
        evidence,
        now
    ))
    .await?;
    let data = json!({
        "match": id,
        "delivered_on": delivered_on,
        "quantity": quantity,
        "people_reached": people_reached,
    });
    tx.event(fulfilment, Some(held.before.street_id), EventKind::Added, data);
    let after = Match { delivered: held.before.delivered + quantity, ..moved };
    settle::keep(tx, &held.before, &after, MatchAction::Record).await?;
    Ok(fulfilment)
}

fn require_agreed(agreed: &Match, quantity: i64) -> std::result::Result<(), Refusal> {
    let left = agreed.left();
    if quantity <= left {
        return Ok(());
    }
    Err(Refusal::new(
        Code::OverDelivery,
        format!("这次对接只剩{left}未办，不能登记{quantity}；多办的请另行认领。"),
        format!(
            "Only {left} of what was agreed are left to deliver, not {quantity}; claim more for the rest."
        ),
    )
    .at("quantity"))
}

/// Says that a match is done.
///
/// # Errors
/// A refusal where the state does not allow it or nothing is delivered; denied to all but the offering side.
pub async fn deliver(tx: &mut Tx, id: MatchId) -> Result<MatchId> {
    let held = hold_for(tx, id, MatchAction::Deliver).await?;
    if held.before.state.is_agreed() && held.before.delivered == 0 {
        return Err(Refusal::new(
            Code::NothingDelivered,
            "还没有办理记录，请先登记至少一次办理。",
            "Nothing is delivered yet; record at least one part first.",
        )
        .into());
    }
    let after = held.before.after(MatchAction::Deliver)?;
    settle::keep(tx, &held.before, &after, MatchAction::Deliver).await
}

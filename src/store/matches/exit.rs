//! The ways out of a match: each gives back what is not delivered, once.

use super::super::Store;
use super::super::conn::Tx;
use super::super::error::Result;
use super::super::sql::Sql;
use super::{hold, hold_for, settle};
use crate::domain::check;
use crate::domain::id::{Id as _, MatchId};
use crate::domain::matches::{Match, MatchAction, MatchState};
use crate::domain::viewer::{Actor, Viewer};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Overdue matches that are looked up at once.
const BATCH: i64 = 100;

/// Says no to a match that waits for an answer.
///
/// # Errors
/// A refusal where the state does not allow it or there is no reason; denied to all but the two sides and the street's
/// coordinator.
pub async fn decline(tx: &mut Tx, id: MatchId, reason: &str) -> Result<MatchId> {
    leave(tx, id, MatchAction::Decline, reason).await
}

/// Calls a match off.
///
/// # Errors
/// A refusal where the state does not allow it or there is no reason; denied to all but the two sides and the street's
/// coordinator.
pub async fn cancel(tx: &mut Tx, id: MatchId, reason: &str) -> Result<MatchId> {
    leave(tx, id, MatchAction::Cancel, reason).await
}

/// Reports that the unit did not come.
///
/// # Errors
/// A refusal where the state does not allow it or there is no reason; denied to all but the asking side and the street's
/// coordinator.
pub async fn no_show(tx: &mut Tx, id: MatchId, reason: &str) -> Result<MatchId> {
    leave(tx, id, MatchAction::ReportNoShow, reason).await
}

/// Reports that what was begun could not be done.
///
/// # Errors
/// A refusal where the state does not allow it or there is no reason; denied to all but the two sides.
pub async fn fail(tx: &mut Tx, id: MatchId, reason: &str) -> Result<MatchId> {
    leave(tx, id, MatchAction::Fail, reason).await
}

async fn leave(tx: &mut Tx, id: MatchId, action: MatchAction, reason: &str) -> Result<MatchId> {
    let held = hold_for(tx, id, action).await?;
    let moved = held.before.after(action)?;
    let after = Match { reason: Some(check::reason("reason", reason)?), ..moved };
    settle::keep(tx, &held.before, &after, action).await
}

/// Gives back what matches hold that nobody answered in time (超时释放), and says how many there were. Each is looked at
/// again under its need's lock, in a transaction of its own: so several hubs may do this at once, and one match that
/// others keep busy is left to the next round.
///
/// # Errors
/// Where the database fails.
pub async fn expire(store: &Store) -> Result<u64> {
    let (now, mut expired, mut last) = (store.clock.now(), 0, Uuid::nil());
    loop {
        let batch = overdue(store, now, last).await?;
        let Some(end) = batch.last() else { return Ok(expired) };
        last = end.uuid();
        for id in batch {
            match expire_one(store, id).await {
                Ok(done) => expired += u64::from(done),
                Err(error) if error.is_transient() => {}
                Err(error) => return Err(error),
            }
        }
    }
}

async fn overdue(store: &Store, now: DateTime<Utc>, after: Uuid) -> Result<Vec<MatchId>> {
    let mut sql = Sql::default();
    sql.push("SELECT id FROM match WHERE state IN ").list(MatchState::AWAITING);
    sql.push(" AND respond_by <= ").bind(now).push(" AND id > ").bind(after);
    sql.push(" ORDER BY id LIMIT ").bind(BATCH);
    let rows: Vec<(MatchId,)> = store.read().await?.all(sql).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

async fn expire_one(store: &Store, id: MatchId) -> Result<bool> {
    let mut tx = store.begin(&Viewer::local(Actor::Administrator)).await?;
    let before = hold(&mut tx, id).await?.before;
    let Ok(after) = before.after(MatchAction::Expire) else { return Ok(false) };
    if before.respond_by > tx.now {
        return Ok(false);
    }
    settle::keep(&mut tx, &before, &after, MatchAction::Expire).await?;
    tx.commit().await?;
    Ok(true)
}

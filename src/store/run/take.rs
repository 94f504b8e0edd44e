//! Taking a run on, telling how far it is, and giving it back: each by condition, so that of several hubs one succeeds.

use super::moved;
use crate::domain::event::EventKind;
use crate::domain::run::{MatchingRun, MatchingRunFailure, MatchingRunState};
use crate::domain::viewer::{Actor, Viewer};
use crate::store::Store;
use crate::store::conn::Tx;
use crate::store::error::Result;
use crate::store::sql::{Sql, sql};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use uuid::Uuid;

/// Seconds of silence after which a hub is taken for dead.
const SILENCE: i64 = 20;
/// How often a run is taken on: one that ends its hub each time shall not end them all.
const MAX_TRIES: i64 = 3;

/// Begins a transaction in the name of the hub itself.
pub(in crate::store) async fn begin(store: &Store) -> Result<Tx> {
    store.begin(&Viewer::local(Actor::Administrator)).await
}

/// Takes on the run that has waited longest: one that is queued, or one whose hub has fallen silent.
pub(super) async fn take(store: &Store, hub: Uuid) -> Result<Option<MatchingRun>> {
    let now = store.clock.now();
    if store.read().await?.optional::<MatchingRun>(waiting(now)).await?.is_none() {
        return Ok(None);
    }
    let mut tx = begin(store).await?;
    let now = tx.now;
    let mut sql = waiting(now);
    if tx.is_postgres() {
        sql.push(" FOR UPDATE SKIP LOCKED");
    }
    let Some(run) = tx.optional::<MatchingRun>(sql).await? else { return Ok(None) };
    if run.tries >= MAX_TRIES {
        fail(&mut tx, &run, MatchingRunFailure::Abandoned).await?;
        tx.commit().await?;
        return Ok(None);
    }
    let taken = tx
        .one(sql!(
            "UPDATE matching_run SET state = $1, hub = $2, heard_at = $3, started_at = COALESCE(started_at, $3),
                tries = tries + 1, progress = 0 WHERE id = $4 RETURNING *",
            MatchingRunState::Running,
            hub,
            now,
            run.id
        ))
        .await?;
    moved(&mut tx, &run, MatchingRunState::Running);
    tx.commit().await?;
    Ok(Some(taken))
}

fn waiting(now: DateTime<Utc>) -> Sql {
    let mut sql = Sql::default();
    sql.push("SELECT * FROM matching_run WHERE state = ").bind(MatchingRunState::Queued);
    sql.push(" OR (state = ").bind(MatchingRunState::Running);
    sql.push(" AND heard_at < ").bind(now - TimeDelta::seconds(SILENCE));
    sql.push(") ORDER BY created_at, id LIMIT 1");
    sql
}

/// Tells that the hub lives and how far the run is, in thousandths. False where the run is the hub's no more.
pub(super) async fn tell(store: &Store, run: &MatchingRun, progress: i64) -> Result<bool> {
    let mut tx = begin(store).await?;
    let now = tx.now;
    let told = tx
        .execute(sql!(
            "UPDATE matching_run SET heard_at = $1, progress = $2 WHERE id = $3 AND hub = $4 AND state = $5",
            now,
            progress,
            run.id,
            run.hub,
            MatchingRunState::Running
        ))
        .await?;
    if told > 0 && progress != run.progress {
        let data = json!({ "before": { "progress": run.progress }, "after": { "progress": progress } });
        tx.event(run.id, run.street_id, EventKind::Counted, data);
    }
    tx.commit().await?;
    Ok(told > 0)
}

/// Holds a run that the hub has computed; `None` where it is the hub's no more.
pub(super) async fn hold(tx: &mut Tx, run: &MatchingRun) -> Result<Option<MatchingRun>> {
    tx.lock(sql!(
        "SELECT * FROM matching_run WHERE id = $1 AND hub = $2 AND state = $3",
        run.id,
        run.hub,
        MatchingRunState::Running
    ))
    .await
}

/// Gives a run back, for another hub or for a later start of this one.
pub(super) async fn give_back(store: &Store, run: &MatchingRun) -> Result<()> {
    let mut tx = begin(store).await?;
    let Some(run) = hold(&mut tx, run).await? else { return Ok(()) };
    tx.execute(sql!(
        "UPDATE matching_run SET state = $1, hub = NULL, heard_at = NULL, progress = 0, tries = tries - 1 WHERE id = $2",
        MatchingRunState::Queued,
        run.id
    ))
    .await?;
    moved(&mut tx, &run, MatchingRunState::Queued);
    tx.commit().await
}

/// Gives a run up.
pub(super) async fn fail(tx: &mut Tx, run: &MatchingRun, failure: MatchingRunFailure) -> Result<()> {
    let now = tx.now;
    tx.execute(sql!(
        "UPDATE matching_run SET state = $1, failure = $2, finished_at = $3 WHERE id = $4",
        MatchingRunState::Failed,
        failure,
        now,
        run.id
    ))
    .await?;
    moved(tx, run, MatchingRunState::Failed);
    Ok(())
}

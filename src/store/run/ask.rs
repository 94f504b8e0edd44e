//! Asking for a run, and calling it off.

use super::moved;
use crate::domain::area::Area;
use crate::domain::category::Category;
use crate::domain::event::EventKind;
use crate::domain::id::{AreaId, CategoryId, RunId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::run::{MatchingRun, MatchingRunAction, MatchingRunState};
use crate::matching::what_if::WhatIf;
use crate::store::conn::Tx;
use crate::store::entity::{get, lock};
use crate::store::error::{Result, at};
use crate::store::settings;
use crate::store::sql::{Sql, sql};
use serde_json::json;

/// Runs of one street that may wait or be computed at once.
const MAX_OPEN: i64 = 5;

/// A run to be computed.
#[derive(Debug, Clone)]
pub struct NewRun {
    /// The area whose needs are matched, with everything below it.
    pub area: AreaId,
    /// Only needs of this category and below it.
    pub category: Option<CategoryId>,
    /// What is supposed; `None` to match as things are.
    pub what_if: Option<WhatIf>,
}

/// Queues a run; the settings that hold now are kept with it.
///
/// # Errors
/// A refusal where area or category are unknown or the street has too many runs under way; denied to all but the street's
/// coordinator.
pub async fn start(tx: &mut Tx, new: &NewRun) -> Result<RunId> {
    tx.require_write()?;
    // Held, so that those who ask at once are counted one after the other.
    let area: Area = lock(tx, new.area).await.map_err(|error| at("areaId", error))?;
    tx.require(tx.viewer.coordinates(area.street_id))?;
    if let Some(category) = new.category {
        get::<Category>(&mut tx.conn, &tx.viewer, category).await.map_err(|error| at("categoryId", error))?;
    }
    require_room(tx, area.street_id).await?;
    let usual = tx.settings.clone();
    let settings = settings::of(&mut tx.conn, area.street_id, &usual).await?;
    let id: RunId = tx.id();
    let (now, role, pseudonym) = (tx.now, tx.viewer.role(), tx.viewer.pseudonym());
    tx.execute(sql!(
        "INSERT INTO matching_run (id, street_id, area_id, category_id, state, settings, what_if, role, token_id,
            created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        id,
        area.street_id,
        area.id,
        new.category,
        MatchingRunState::Queued,
        json!(settings),
        new.what_if.as_ref().map(|what_if| json!(what_if)),
        role,
        pseudonym,
        now
    ))
    .await?;
    let data = json!({ "state": MatchingRunState::Queued, "area": area.id, "category": new.category, "matching": settings,
        "supposed": new.what_if.is_some() });
    tx.event(id, area.street_id, EventKind::Added, data);
    Ok(id)
}

async fn require_room(tx: &mut Tx, street: Option<AreaId>) -> Result<()> {
    let mut sql = Sql::default();
    sql.push("SELECT COUNT(*) FROM matching_run WHERE state IN ").list(MatchingRunState::OPEN);
    match street {
        Some(street) => sql.push(" AND street_id = ").bind(street),
        None => sql.push(" AND street_id IS NULL"),
    };
    let (open,): (i64,) = tx.one(sql).await?;
    if open < MAX_OPEN {
        return Ok(());
    }
    Err(Refusal::new(
        Code::LimitReached,
        format!("同时最多{MAX_OPEN}个匹配任务，请等待完成或取消其中一个。"),
        format!("At most {MAX_OPEN} matching runs are under way at once; wait for one or call one off."),
    )
    .at("areaId")
    .into())
}

/// Calls a run off. The hub that computes it stops when it hears of it.
///
/// # Errors
/// A refusal where it is unknown or over; denied to all but the street's coordinator.
pub async fn cancel(tx: &mut Tx, id: RunId) -> Result<RunId> {
    tx.require_write()?;
    let run: MatchingRun = lock(tx, id).await.map_err(|error| at("id", error))?;
    tx.require(tx.viewer.coordinates(run.street_id))?;
    run.state.require(MatchingRunAction::Cancel)?;
    let now = tx.now;
    tx.execute(sql!(
        "UPDATE matching_run SET state = $1, finished_at = $2 WHERE id = $3",
        MatchingRunState::Cancelled,
        now,
        id
    ))
    .await?;
    moved(tx, &run, MatchingRunState::Cancelled);
    Ok(id)
}

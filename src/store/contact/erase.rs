//! Erasing a person: the contents go, the trail says that they went and who had it done, and stays whole.

use super::super::Store;
use super::super::conn::Tx;
use super::super::entity::{get, lock};
use super::super::error::{Result, at};
use super::super::sql::sql;
use crate::domain::event::EventKind;
use crate::domain::id::{AreaId, ContactId, Id, NeedId, UnitId};
use crate::domain::need::{Need, NeedAction};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::unit::PartnerUnit;
use serde_json::json;
use std::sync::atomic::Ordering;

/// Erases the contact of a need.
///
/// # Errors
/// A refusal where the need is unknown or has no contact; denied to all but its asking side and the street's coordinator.
pub async fn erase_of_need(tx: &mut Tx, id: NeedId) -> Result<NeedId> {
    tx.require_write()?;
    get::<Need>(&mut tx.conn, &tx.viewer, id).await.map_err(|error| at("id", error))?;
    let need: Need = lock(tx, id).await?;
    tx.require(need.may(&tx.viewer, NeedAction::Edit))?;
    erase(tx, id, Some(need.street_id), need.contact_id).await
}

/// Erases the liaison of a unit.
///
/// # Errors
/// A refusal where the unit is unknown or has no liaison; denied to all but the unit and its street's coordinator.
pub async fn erase_of_unit(tx: &mut Tx, id: UnitId) -> Result<UnitId> {
    tx.require_write()?;
    let unit: PartnerUnit = lock(tx, id).await.map_err(|error| at("id", error))?;
    tx.require(tx.viewer.speaks_for(id) || tx.viewer.coordinates(Some(unit.street_id)))?;
    erase(tx, id, Some(unit.street_id), unit.contact_id).await
}

async fn erase<I: Id>(tx: &mut Tx, of: I, street: Option<AreaId>, contact: Option<ContactId>) -> Result<I> {
    let Some(contact) = contact else {
        return Err(Refusal::new(
            Code::NotFound,
            "这里没有联系人信息，无需抹除。",
            "There is no contact here, so there is nothing to erase.",
        )
        .at("id")
        .into());
    };
    // Whoever it was the contact of refers to nothing from here on: the key says ON DELETE SET NULL.
    tx.execute(sql!("DELETE FROM contact WHERE id = $1", contact)).await?;
    tx.erased.store(true, Ordering::Release);
    tx.event(of, street, EventKind::ContactErased, json!({ "contact": contact }));
    Ok(of)
}

/// Also takes what was erased out of what the database has put aside: SQLite's log, PostgreSQL's dead rows. Does nothing
/// where nothing was erased since the last time.
///
/// # Errors
/// Where the database fails.
pub async fn clear_away(store: &Store) -> Result<()> {
    if !store.erased.swap(false, Ordering::AcqRel) {
        return Ok(());
    }
    let done = store.clear_away().await;
    if done.is_err() {
        store.erased.store(true, Ordering::Release);
    }
    done
}

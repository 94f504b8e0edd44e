//! How streets want their needs matched; what a street has not laid down is as the hub's configuration says.

use super::conn::{Conn, Tx};
use super::entity::lock;
use super::error::{Error, Result, at};
use super::sql::{Sql, sql};
use crate::domain::area::Area;
use crate::domain::event::EventKind;
use crate::domain::id::AreaId;
use crate::domain::refusal::{Code, Refusal};
use crate::matching::settings::Settings;
use chrono::{DateTime, Utc};
use serde_json::json;
use std::collections::HashMap;

/// What a street has laid down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own {
    /// How it wants its needs matched.
    pub settings: Settings,
    /// Since when.
    pub set_at: DateTime<Utc>,
}

#[derive(sqlx::FromRow)]
struct Row {
    street_id: AreaId,
    settings: serde_json::Value,
    set_at: DateTime<Utc>,
}

/// What these streets have laid down; one that has laid down nothing is missing.
///
/// # Errors
/// Where the database fails or holds what cannot be read.
pub async fn of_streets(
    conn: &mut Conn,
    streets: impl IntoIterator<Item = AreaId>,
) -> Result<HashMap<AreaId, Own>> {
    let mut sql = Sql::default();
    sql.push("SELECT street_id, settings, set_at FROM matching_settings WHERE street_id IN ").list(streets);
    conn.all::<Row>(sql).await?.into_iter().map(own).collect()
}

/// How the needs of a street are matched. What lies above the streets is matched as usual.
///
/// # Errors
/// As [`of_streets`].
pub async fn of(conn: &mut Conn, street: Option<AreaId>, usual: &Settings) -> Result<Settings> {
    let Some(street) = street else { return Ok(usual.clone()) };
    let own = of_streets(conn, [street]).await?.remove(&street);
    Ok(own.map_or_else(|| usual.clone(), |own| own.settings))
}

fn own(row: Row) -> Result<(AreaId, Own)> {
    let settings = serde_json::from_value(row.settings)
        .map_err(|error| Error::Corrupt(format!("the settings of {}: {error}", row.street_id)))?;
    Ok((row.street_id, Own { settings, set_at: row.set_at }))
}

/// Lays down how a street wants its needs matched: what `edit` makes of how they are matched now.
///
/// # Errors
/// A refusal where the area is unknown or no street, or where the edit refuses; denied to all but its coordinator.
pub async fn set(
    tx: &mut Tx,
    street: AreaId,
    edit: impl FnOnce(Settings) -> std::result::Result<Settings, Refusal>,
) -> Result<AreaId> {
    tx.require_write()?;
    // Held, so that of two who lay down at once the later one builds on the earlier.
    let area: Area = lock(tx, street).await.map_err(|error| at("streetId", error))?;
    tx.require(tx.viewer.coordinates(area.street_id))?;
    if area.street_id != Some(area.id) {
        return Err(Refusal::new(Code::BadInput, "这不是街道。", "This area is not a street.")
            .at("streetId")
            .into());
    }
    let usual = tx.settings.clone();
    let before = of(&mut tx.conn, Some(street), &usual).await?;
    let after = edit(before.clone())?;
    let now = tx.now;
    tx.execute(sql!(
        "INSERT INTO matching_settings (street_id, settings, set_at) VALUES ($1, $2, $3)
         ON CONFLICT (street_id) DO UPDATE SET settings = excluded.settings, set_at = excluded.set_at",
        street,
        json!(after),
        now
    ))
    .await?;
    tx.event(
        street,
        Some(street),
        EventKind::Edited,
        json!({ "before": { "matching": before }, "after": { "matching": after } }),
    );
    Ok(street)
}

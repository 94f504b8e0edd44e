//! Alliances: units that act together, coordinated by a street.

use super::conn::Tx;
use super::entity::{Entity, get, lock};
use super::error::{Result, at};
use super::page::{Key, KeyKind, Listing, Order};
use super::sql::{Sql, sql};
use crate::domain::alliance::Alliance;
use crate::domain::area::Area;
use crate::domain::check::{self, BODY_CHARS, TITLE_CHARS};
use crate::domain::event::EventKind;
use crate::domain::id::{AllianceId, AreaId, UnitId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::unit::PartnerUnit;
use crate::domain::viewer::Viewer;
use serde_json::json;

impl Entity for Alliance {
    type Id = AllianceId;
    const TABLE: &'static str = "alliance";
    const ALIAS: &'static str = "al";

    fn scope(_: &mut Sql, _: &Viewer) {}

    fn id(&self) -> AllianceId {
        self.id
    }
}

/// Which alliances a list holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Alliances {
    /// Only those of each of many units.
    pub of_units: bool,
    /// Only those that this street coordinates.
    pub street: Option<AreaId>,
    /// Only those in whose names these words occur.
    pub text: Option<String>,
}

impl Listing for Alliances {
    type Row = Alliance;

    fn join(&self) -> &'static str {
        if self.of_units { " JOIN alliance_member AS parent ON parent.alliance_id = al.id" } else { "" }
    }

    fn filter(&self, sql: &mut Sql) {
        if let Some(street) = self.street {
            sql.push(" AND al.street_id = ").bind(street);
        }
        if let Some(text) = &self.text {
            sql.search("LOWER(al.name || ' ' || COALESCE(al.name_en, ''))", text);
        }
    }

    fn parent(&self) -> Option<&'static str> {
        self.of_units.then_some("parent.unit_id")
    }

    fn order(&self) -> Order {
        Order { name: "newest", column: "al.created_at", kind: KeyKind::Time, descending: true }
    }

    fn key(&self, row: &Alliance) -> Key {
        Key::Time(row.created_at)
    }
}

/// What is told of an alliance when it is created.
#[derive(Debug, Clone)]
pub struct NewAlliance {
    /// The street that coordinates it.
    pub street: AreaId,
    /// Its name.
    pub name: String,
    /// An English gloss of the name.
    pub name_en: Option<String>,
    /// What it is for.
    pub purpose: Option<String>,
}

/// Creates an alliance without members.
///
/// # Errors
/// A refusal where a text is wrong, the street is unknown or the name is taken; denied to all but the street's
/// coordinator.
pub async fn create(tx: &mut Tx, new: NewAlliance) -> Result<AllianceId> {
    tx.require_write()?;
    let area: Area =
        get(&mut tx.conn, &tx.viewer, new.street).await.map_err(|error| at("streetId", error))?;
    tx.require(tx.viewer.coordinates(Some(area.id)))?;
    if area.street_id != Some(area.id) {
        return Err(Refusal::new(Code::BadInput, "这不是街道。", "This area is not a street.")
            .at("streetId")
            .into());
    }
    let name = check::title("name", &new.name, TITLE_CHARS)?;
    let name_en = check::body("nameEn", new.name_en.as_deref(), TITLE_CHARS)?;
    let purpose = check::body("purpose", new.purpose.as_deref(), BODY_CHARS)?;
    let (id, now): (AllianceId, _) = (tx.id(), tx.now);
    let added = tx
        .execute(sql!(
            "INSERT INTO alliance (id, street_id, name, name_en, purpose, created_at)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
            id,
            area.id,
            name.clone(),
            name_en,
            purpose,
            now
        ))
        .await?;
    if added == 0 {
        return Err(Refusal::new(
            Code::AlreadyExists,
            "本街道已有同名共同体。",
            "The street has an alliance of this name already.",
        )
        .at("name")
        .into());
    }
    tx.event(id, Some(area.id), EventKind::Added, json!({ "name": name }));
    Ok(id)
}

/// Makes a unit a member that the street registered or that has checked in there. Doing so twice changes nothing.
///
/// # Errors
/// A refusal where one of the two is unknown or the unit has nothing to do with the street; denied to all but the
/// street's coordinator.
pub async fn join(tx: &mut Tx, id: AllianceId, unit: UnitId) -> Result<AllianceId> {
    let (alliance, unit) = both(tx, id, unit).await?;
    if unit.street_id != alliance.street_id && !acts_below(tx, unit.id, alliance.street_id).await? {
        return Err(Refusal::new(
            Code::BadInput,
            "该单位既未在本街道登记，也未在本街道报到。",
            "The street has not registered this unit, nor has the unit checked in there.",
        )
        .at("unitId")
        .into());
    }
    let now = tx.now;
    let joined = tx
        .execute(sql!(
            "INSERT INTO alliance_member (alliance_id, unit_id, joined_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            id,
            unit.id,
            now
        ))
        .await?;
    if joined > 0 {
        tx.event(id, Some(alliance.street_id), EventKind::Edited, json!({ "joined": unit.id }));
    }
    Ok(id)
}

/// Ends a unit's membership. Where it is no member, nothing changes.
///
/// # Errors
/// A refusal where one of the two is unknown; denied to all but the street's coordinator.
pub async fn leave(tx: &mut Tx, id: AllianceId, unit: UnitId) -> Result<AllianceId> {
    let (alliance, unit) = both(tx, id, unit).await?;
    let left = tx
        .execute(sql!("DELETE FROM alliance_member WHERE alliance_id = $1 AND unit_id = $2", id, unit.id))
        .await?;
    if left > 0 {
        tx.event(id, Some(alliance.street_id), EventKind::Edited, json!({ "left": unit.id }));
    }
    Ok(id)
}

/// The alliance, held for a change by its street's coordinator, and the unit.
async fn both(tx: &mut Tx, id: AllianceId, unit: UnitId) -> Result<(Alliance, PartnerUnit)> {
    tx.require_write()?;
    let alliance: Alliance = lock(tx, id).await.map_err(|error| at("allianceId", error))?;
    tx.require(tx.viewer.coordinates(Some(alliance.street_id)))?;
    let unit = get(&mut tx.conn, &tx.viewer, unit).await.map_err(|error| at("unitId", error))?;
    Ok((alliance, unit))
}

async fn acts_below(tx: &mut Tx, unit: UnitId, street: AreaId) -> Result<bool> {
    let mut sql = Sql::default();
    sql.push("SELECT unit_id FROM check_in WHERE unit_id = ").bind(unit).push(" AND area_id IN ");
    super::area::below(&mut sql, street);
    sql.push(" LIMIT 1");
    Ok(tx.optional::<(UnitId,)>(sql).await?.is_some())
}

//! Partner units: registered by a street, checked in wherever they act.

use super::conn::{Conn, Tx};
use super::contact::{self, NewContact};
use super::entity::{Entity, lock};
use super::error::{Result, at};
use super::page::{Key, KeyKind, Listing, Order};
use super::part::Part;
use super::sql::{Sql, sql};
use crate::domain::area::Area;
use crate::domain::check::{self, TITLE_CHARS};
use crate::domain::credit_code;
use crate::domain::event::{EventKind, changed};
use crate::domain::id::{AllianceId, AreaId, ContactId, Id as _, UnitId};
use crate::domain::place::Place;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::unit::{PartnerUnit, UnitKind};
use crate::domain::viewer::Viewer;
use chrono::NaiveDate;
use serde_json::{Value, json};
use uuid::Uuid;

impl Entity for PartnerUnit {
    type Id = UnitId;
    const TABLE: &'static str = "partner_unit";
    const ALIAS: &'static str = "u";

    fn scope(_: &mut Sql, _: &Viewer) {}

    fn id(&self) -> UnitId {
        self.id
    }
}

/// Where and when a unit checked in.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct CheckIn {
    unit_id: UnitId,
    /// The day.
    pub checked_in_on: NaiveDate,
    /// The area.
    #[sqlx(flatten)]
    pub area: Area,
}

impl Part for CheckIn {
    const SELECT: &'static str = "SELECT check_in.unit_id, check_in.checked_in_on, a.* FROM check_in
         JOIN area AS a ON a.id = check_in.area_id WHERE check_in.unit_id IN ";
    const ORDER: &'static str = " ORDER BY check_in.checked_in_on, a.created_at, a.id";

    fn parent(&self) -> Uuid {
        self.unit_id.uuid()
    }
}

/// Whose units a list holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum UnitsOf {
    /// Nobody's in particular.
    #[default]
    All,
    /// The members of each of many alliances.
    Alliance,
    /// Those checked in at each of many areas.
    Area,
}

/// What units can be ordered by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum UnitOrder {
    /// The newest first.
    #[default]
    Newest,
    /// By name.
    Name,
}

/// Which units a list holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Units {
    /// Whose.
    pub of: UnitsOf,
    /// Only those checked in at this area or below it.
    pub area: Option<AreaId>,
    /// Only these kinds; empty for all.
    pub kinds: Vec<UnitKind>,
    /// Only members of this alliance.
    pub alliance: Option<AllianceId>,
    /// Only those in whose name or address these words occur.
    pub text: Option<String>,
    /// The order.
    pub order: UnitOrder,
}

impl Listing for Units {
    type Row = PartnerUnit;

    fn join(&self) -> &'static str {
        match self.of {
            UnitsOf::All => "",
            UnitsOf::Alliance => " JOIN alliance_member AS parent ON parent.unit_id = u.id",
            UnitsOf::Area => " JOIN check_in AS parent ON parent.unit_id = u.id",
        }
    }

    fn filter(&self, sql: &mut Sql) {
        if let Some(area) = self.area {
            sql.push(" AND u.id IN (SELECT unit_id FROM check_in WHERE area_id IN ");
            super::area::below(sql, area);
            sql.push(")");
        }
        if !self.kinds.is_empty() {
            sql.push(" AND u.kind IN ").list(self.kinds.iter().copied());
        }
        if let Some(alliance) = self.alliance {
            sql.push(" AND u.id IN (SELECT unit_id FROM alliance_member WHERE alliance_id = ")
                .bind(alliance)
                .push(")");
        }
        if let Some(text) = &self.text {
            sql.search("u.search", text);
        }
    }

    fn parent(&self) -> Option<&'static str> {
        match self.of {
            UnitsOf::All => None,
            UnitsOf::Alliance => Some("parent.alliance_id"),
            UnitsOf::Area => Some("parent.area_id"),
        }
    }

    fn order(&self) -> Order {
        match self.order {
            UnitOrder::Newest => {
                Order { name: "newest", column: "u.created_at", kind: KeyKind::Time, descending: true }
            }
            UnitOrder::Name => {
                Order { name: "name", column: "u.name", kind: KeyKind::Text, descending: false }
            }
        }
    }

    fn key(&self, row: &PartnerUnit) -> Key {
        match self.order {
            UnitOrder::Newest => Key::Time(row.created_at),
            UnitOrder::Name => Key::Text(row.name.clone()),
        }
    }
}

/// What is told of a unit when it is registered or edited.
#[derive(Debug, Clone)]
pub struct UnitFacts {
    /// What kind of organisation it is.
    pub kind: UnitKind,
    /// Its name.
    pub name: String,
    /// An English gloss of the name.
    pub name_en: Option<String>,
    /// Its unified social credit code.
    pub credit_code: Option<String>,
    /// Its address.
    pub address: Option<String>,
    /// Where it is.
    pub place: Place,
    /// Its liaison; `None` leaves what is known.
    pub liaison: Option<NewContact>,
}

struct Checked {
    name: String,
    name_en: Option<String>,
    credit_code: Option<String>,
    address: Option<String>,
    search: String,
}

impl UnitFacts {
    fn check(&self) -> std::result::Result<Checked, Refusal> {
        let name = check::title("name", &self.name, TITLE_CHARS)?;
        let name_en = check::body("nameEn", self.name_en.as_deref(), TITLE_CHARS)?;
        let address = check::body("address", self.address.as_deref(), TITLE_CHARS)?;
        let credit_code = self.credit_code.as_deref().filter(|code| !code.trim().is_empty());
        let credit_code = credit_code.map(credit_code::check).transpose()?;
        let search = super::search_text([Some(&name), name_en.as_ref(), address.as_ref()]);
        Ok(Checked { name, name_en, credit_code, address, search })
    }
}

/// The units with this name, in whatever street; ten of them are enough to see that a name says too little.
///
/// # Errors
/// Where the database fails.
pub async fn by_name(conn: &mut Conn, name: &str) -> Result<Vec<PartnerUnit>> {
    conn.all(sql!("SELECT * FROM partner_unit WHERE name = $1 ORDER BY id LIMIT 10", name)).await
}

/// Registers a unit in a street and checks it in at areas.
///
/// # Errors
/// A refusal where a fact is wrong, an area is unknown or the name is taken; denied to all but the street's coordinator.
pub async fn register(
    tx: &mut Tx,
    street: AreaId,
    facts: UnitFacts,
    areas: &[AreaId],
    on: NaiveDate,
) -> Result<UnitId> {
    tx.require_write()?;
    tx.require(tx.viewer.coordinates(Some(street)))?;
    let area: Area =
        super::entity::get(&mut tx.conn, &tx.viewer, street).await.map_err(|error| at("streetId", error))?;
    if area.street_id != Some(area.id) {
        return Err(Refusal::new(Code::BadInput, "这不是街道。", "This area is not a street.")
            .at("streetId")
            .into());
    }
    let checked = facts.check().map_err(|refusal| refusal.inside("facts"))?;
    let contact = contact::replace(tx, None, facts.liaison.as_ref(), "facts.liaison").await?;
    let id: UnitId = tx.id();
    let now = tx.now;
    let added = tx
        .execute(sql!(
            "INSERT INTO partner_unit
                (id, street_id, kind, name, name_en, credit_code, address, contact_id, search, created_at, latitude,
                 longitude)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING",
            id,
            street,
            facts.kind,
            checked.name.clone(),
            checked.name_en,
            checked.credit_code,
            checked.address,
            contact,
            checked.search,
            now,
            facts.place.latitude,
            facts.place.longitude
        ))
        .await?;
    if added == 0 {
        return Err(name_taken());
    }
    tx.event(id, Some(street), EventKind::Added, json!({ "name": checked.name, "kind": facts.kind }));
    for area in areas {
        check_in(tx, id, *area, on).await?;
    }
    Ok(id)
}

/// Edits a unit that nobody else has edited since `version`.
///
/// # Errors
/// A refusal where a fact is wrong or somebody was faster; denied to all but its liaison and the street's coordinator.
pub async fn update(tx: &mut Tx, id: UnitId, version: Option<i64>, facts: UnitFacts) -> Result<UnitId> {
    let unit = own(tx, id).await?;
    super::require_version(version, unit.version)?;
    let checked = facts.check().map_err(|refusal| refusal.inside("facts"))?;
    let contact: Option<ContactId> =
        contact::replace(tx, unit.contact_id, facts.liaison.as_ref(), "facts.liaison").await?;
    let edited = edited(&unit, &facts, &checked);
    let written = tx
        .execute(sql!(
            "UPDATE partner_unit SET kind = $1, name = $2, name_en = $3, credit_code = $4, address = $5,
                contact_id = $6, search = $7, latitude = $8, longitude = $9, version = version + 1 WHERE id = $10",
            facts.kind,
            checked.name.clone(),
            checked.name_en,
            checked.credit_code,
            checked.address,
            contact,
            checked.search,
            facts.place.latitude,
            facts.place.longitude,
            id
        ))
        .await;
    match written {
        Err(error) if error.is_duplicate() => return Err(name_taken()),
        other => other?,
    };
    tx.event(id, Some(unit.street_id), EventKind::Edited, edited);
    Ok(id)
}

/// What the trail keeps of an edit.
fn edited(before: &PartnerUnit, facts: &UnitFacts, checked: &Checked) -> Value {
    changed(
        json!({
            "name": before.name,
            "name_en": before.name_en,
            "kind": before.kind,
            "credit_code": before.credit_code,
            "place": before.place.known(),
        }),
        json!({
            "name": checked.name,
            "name_en": checked.name_en,
            "kind": facts.kind,
            "credit_code": checked.credit_code,
            "place": facts.place.known(),
        }),
        &[("address", before.address != checked.address), ("liaison", facts.liaison.is_some())],
    )
}

/// Checks a unit in at an area (报到): it may act on the needs there. Doing so twice changes nothing.
///
/// # Errors
/// A refusal where unit or area are unknown; denied to all but the coordinator of both the unit's and the area's street.
pub async fn check_in(tx: &mut Tx, id: UnitId, area: AreaId, on: NaiveDate) -> Result<UnitId> {
    tx.require_write()?;
    let unit: PartnerUnit = lock(tx, id).await?;
    let area: Area =
        super::entity::get(&mut tx.conn, &tx.viewer, area).await.map_err(|error| at("areaIds", error))?;
    tx.require(tx.viewer.coordinates(area.street_id))?;
    let added = tx
        .execute(sql!(
            "INSERT INTO check_in (unit_id, area_id, checked_in_on) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            id,
            area.id,
            on
        ))
        .await?;
    if added > 0 {
        tx.event(
            id,
            Some(unit.street_id),
            EventKind::Edited,
            json!({ "checked_in": { "area": area.id, "on": on } }),
        );
    }
    Ok(id)
}

/// The unit, held for a change by those who may change it.
async fn own(tx: &mut Tx, id: UnitId) -> Result<PartnerUnit> {
    tx.require_write()?;
    let unit: PartnerUnit = lock(tx, id).await?;
    tx.require(tx.viewer.speaks_for(id) || tx.viewer.coordinates(Some(unit.street_id)))?;
    Ok(unit)
}

fn name_taken() -> super::error::Error {
    Refusal::new(Code::AlreadyExists, "本街道已有同名单位。", "The street has a unit of this name already.")
        .at("facts.name")
        .into()
}

/// Whether a unit has checked in at an area or at one that the area lies in: it acts on needs there only.
///
/// # Errors
/// Where the database fails.
pub async fn acts_in(conn: &mut Conn, unit: UnitId, area: AreaId) -> Result<bool> {
    let found: Option<(i64,)> = conn
        .optional(sql!(
            "SELECT up.distance FROM area_tree AS up JOIN check_in ON check_in.area_id = up.ancestor_id
             WHERE up.area_id = $1 AND check_in.unit_id = $2 LIMIT 1",
            area,
            unit
        ))
        .await?;
    Ok(found.is_some())
}

//! Areas: the tree, kept with every area's ancestors so that "everything below" is one look-up.

use super::conn::{Conn, Tx};
use super::entity::{Entity, get, lock};
use super::error::{Error, Result, at};
use super::page::{Key, KeyKind, Listing, Order};
use super::sql::{Sql, sql};
use crate::domain::area::{Area, AreaKind};
use crate::domain::check::{self, TITLE_CHARS};
use crate::domain::event::EventKind;
use crate::domain::id::AreaId;
use crate::domain::place::Place;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::text::{Lang, TextEnum};
use crate::domain::viewer::Viewer;
use serde_json::json;

impl Entity for Area {
    type Id = AreaId;
    const TABLE: &'static str = "area";
    const ALIAS: &'static str = "a";

    fn scope(_: &mut Sql, _: &Viewer) {}

    fn id(&self) -> AreaId {
        self.id
    }
}

/// Which areas a list holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Areas {
    /// Only those directly inside the parent, for many parents at once.
    pub inside: bool,
    /// Only this area and those below it, at any distance.
    pub below: Option<AreaId>,
    /// Only these levels; empty for all.
    pub kinds: Vec<AreaKind>,
    /// Only the one with this official code.
    pub code: Option<String>,
    /// Only those whose name holds this text.
    pub text: Option<String>,
}

impl Listing for Areas {
    type Row = Area;

    fn filter(&self, sql: &mut Sql) {
        if let Some(below) = self.below {
            sql.push(" AND a.id IN ");
            self::below(sql, below);
        }
        if !self.kinds.is_empty() {
            sql.push(" AND a.kind IN ").list(self.kinds.iter().copied());
        }
        if let Some(code) = &self.code {
            sql.push(" AND a.code = ").bind(code.as_str());
        }
        if let Some(text) = &self.text {
            sql.search("LOWER(a.name)", text);
        }
    }

    fn parent(&self) -> Option<&'static str> {
        self.inside.then_some("a.parent_id")
    }

    fn order(&self) -> Order {
        Order { name: "created", column: "a.created_at", kind: KeyKind::Time, descending: false }
    }

    fn key(&self, row: &Area) -> Key {
        Key::Time(row.created_at)
    }
}

/// Appends the ids of an area and of everything below it, as a sub-select.
pub fn below(sql: &mut Sql, area: AreaId) {
    sql.push("(SELECT below.area_id FROM area_tree AS below WHERE below.ancestor_id = ").bind(area).push(")");
}

/// The area with an official division code.
///
/// # Errors
/// Where the database fails.
pub async fn by_code(conn: &mut Conn, code: &str) -> Result<Option<Area>> {
    conn.optional(sql!("SELECT * FROM area WHERE code = $1", code)).await
}

/// The areas with this name, wherever they lie; ten of them are enough to see that a name says too little.
///
/// # Errors
/// Where the database fails.
pub async fn by_name(conn: &mut Conn, name: &str) -> Result<Vec<Area>> {
    conn.all(sql!("SELECT * FROM area WHERE name = $1 ORDER BY id LIMIT 10", name)).await
}

/// Whether an area lies in another, or is it.
///
/// # Errors
/// Where the database fails.
pub async fn lies_in(conn: &mut Conn, area: AreaId, ancestor: AreaId) -> Result<bool> {
    let found: Option<(i64,)> = conn
        .optional(sql!(
            "SELECT distance FROM area_tree WHERE ancestor_id = $1 AND area_id = $2",
            ancestor,
            area
        ))
        .await?;
    Ok(found.is_some())
}

/// An area to be added.
#[derive(Debug, Clone)]
pub struct NewArea {
    /// The area that it lies in.
    pub parent: AreaId,
    /// Its level.
    pub kind: AreaKind,
    /// Its name.
    pub name: String,
    /// An English gloss of the name.
    pub name_en: Option<String>,
    /// Where its middle is.
    pub place: Place,
}

/// Adds an area below a street: a community, a compound, a grid or a zone. Areas with official codes are imported.
///
/// # Errors
/// A refusal where the parent is unknown, the level does not fit into it or the name is taken; denied to all but the
/// street's coordinator.
pub async fn add(tx: &mut Tx, new: NewArea) -> Result<AreaId> {
    tx.require_write()?;
    let parent: Area = get(&mut tx.conn, &tx.viewer, new.parent).await?;
    tx.require(tx.viewer.coordinates(parent.street_id))?;
    if parent.street_id.is_none() || !new.kind.may_lie_in(parent.kind) {
        return Err(Refusal::new(
            Code::BadInput,
            format!("{}不能设在{}之下。", new.kind.label(Lang::Zh), parent.kind.label(Lang::Zh)),
            format!("A {} cannot lie in a {}.", new.kind.label(Lang::En), parent.kind.label(Lang::En)),
        )
        .at("kind")
        .into());
    }
    let id: AreaId = tx.id();
    let name = check::title("name", &new.name, TITLE_CHARS)?;
    let name_en = check::body("nameEn", new.name_en.as_deref(), TITLE_CHARS)?;
    let community = if new.kind == AreaKind::Community { Some(id) } else { parent.community_id };
    let now = tx.now;
    let added = tx
        .execute(sql!(
            "INSERT INTO area (id, parent_id, street_id, community_id, kind, name, name_en, created_at, latitude, longitude)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
            id,
            parent.id,
            parent.street_id,
            community,
            new.kind,
            name.clone(),
            name_en,
            now,
            new.place.latitude,
            new.place.longitude
        ))
        .await?;
    if added == 0 {
        return Err(Refusal::new(
            Code::AlreadyExists,
            "同级已有同名区划。",
            "There is an area of this name here already.",
        )
        .at("name")
        .into());
    }
    tx.execute(sql!(
        "INSERT INTO area_tree (ancestor_id, area_id, distance)
         SELECT ancestor_id, $1, distance + 1 FROM area_tree WHERE area_id = $2 UNION ALL SELECT $1, $1, 0",
        id,
        parent.id
    ))
    .await?;
    tx.event(
        id,
        parent.street_id,
        EventKind::Added,
        json!({ "name": name, "kind": new.kind, "parent": parent.id }),
    );
    Ok(id)
}

/// Says where the middle of an area is, or that nobody knows.
///
/// # Errors
/// A refusal where the area is unknown; denied to all but the street's coordinator, above the streets to the administrator.
pub async fn set_place(tx: &mut Tx, id: AreaId, place: Place) -> Result<AreaId> {
    tx.require_write()?;
    let area: Area = lock(tx, id).await.map_err(|error| at("id", error))?;
    tx.require(tx.viewer.coordinates(area.street_id))?;
    tx.execute(sql!(
        "UPDATE area SET latitude = $1, longitude = $2 WHERE id = $3",
        place.latitude,
        place.longitude,
        id
    ))
    .await?;
    let told = |place: Place| json!({ "place": place.known() });
    let data = json!({ "before": told(area.place), "after": told(place) });
    tx.event(id, area.street_id, EventKind::Edited, data);
    Ok(id)
}

/// An area with an official division code, to be imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodedArea {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its level.
    pub kind: AreaKind,
    /// The code of the area that it lies in.
    pub parent: Option<String>,
}

/// Brings in areas of one level, whose parents are there already: new ones are added, known ones renamed. Gives back how
/// many rows were added or renamed.
///
/// # Errors
/// A refusal where a parent is unknown; denied to all but the administrator.
pub async fn import_level(tx: &mut Tx, areas: &[CodedArea]) -> Result<u64> {
    tx.require_write()?;
    tx.require(tx.viewer.coordinates(None))?;
    let mut changed = 0;
    for chunk in areas.chunks(1_000) {
        changed += import_chunk(tx, chunk).await?;
    }
    Ok(changed)
}

async fn import_chunk(tx: &mut Tx, chunk: &[CodedArea]) -> Result<u64> {
    let parents = ids_of_codes(tx, chunk.iter().filter_map(|area| area.parent.as_deref())).await?;
    let known = ids_of_codes(tx, chunk.iter().map(|area| area.code.as_str())).await?;
    let mut rows = Vec::new();
    let mut tree = Vec::new();
    let now = tx.now;
    for area in chunk {
        let parent = match &area.parent {
            Some(code) => Some(*parents.get(code.as_str()).ok_or_else(|| unknown_parent(area))?),
            None => None,
        };
        let id = known.get(area.code.as_str()).copied().unwrap_or_else(|| tx.id());
        let street = (area.kind == AreaKind::Street).then_some(id);
        rows.push(vec![
            id.into(),
            parent.into(),
            street.into(),
            area.kind.into(),
            area.code.as_str().into(),
            area.name.as_str().into(),
            now.into(),
        ]);
        if !known.contains_key(area.code.as_str()) {
            tree.push((id, parent));
        }
    }
    let mut insert = Sql::default();
    insert
        .push("INSERT INTO area (id, parent_id, street_id, kind, code, name, created_at) VALUES ")
        .rows(rows)
        .push(" ON CONFLICT (code) DO UPDATE SET name = excluded.name WHERE area.name <> excluded.name");
    let changed = tx.execute(insert).await?;
    plant(tx, &tree).await?;
    Ok(changed)
}

/// Enters new areas of one level into the tree below their parents.
async fn plant(tx: &mut Tx, added: &[(AreaId, Option<AreaId>)]) -> Result<()> {
    if added.is_empty() {
        return Ok(());
    }
    let mut selves = Sql::default();
    selves
        .push("INSERT INTO area_tree (ancestor_id, area_id, distance) VALUES ")
        .rows(added.iter().map(|(id, _)| vec![(*id).into(), (*id).into(), 0.into()]));
    tx.execute(selves).await?;
    let mut above = Sql::default();
    above
        .push(
            "INSERT INTO area_tree (ancestor_id, area_id, distance)
             SELECT up.ancestor_id, area.id, up.distance + 1 FROM area
             JOIN area_tree AS up ON up.area_id = area.parent_id WHERE area.id IN ",
        )
        .list(added.iter().map(|(id, _)| *id));
    tx.execute(above).await?;
    Ok(())
}

async fn ids_of_codes<'a>(
    tx: &mut Tx,
    codes: impl Iterator<Item = &'a str>,
) -> Result<std::collections::HashMap<String, AreaId>> {
    let codes: std::collections::BTreeSet<&str> = codes.collect();
    let mut sql = Sql::default();
    sql.push("SELECT code, id FROM area WHERE code IN ").list(codes);
    Ok(tx.all::<(String, AreaId)>(sql).await?.into_iter().collect())
}

fn unknown_parent(area: &CodedArea) -> Error {
    let (code, parent) = (&area.code, area.parent.as_deref().unwrap_or_default());
    Refusal::new(
        Code::BadInput,
        format!("区划{code}的上级{parent}不存在。"),
        format!("The area {code} lies in {parent}, which is unknown."),
    )
    .into()
}

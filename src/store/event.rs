//! The trail: what happened, in the order in which it was committed. Its numbers have no gaps, so whoever has seen
//! everything up to one number goes on from there and misses nothing.

use super::conn::Conn;
use super::entity::{Entity, get};
use super::error::{Error, Result};
use super::page::{Cursor, Key, KeyKind, Listing, Order, bad_cursor};
use super::scope;
use super::sql::{Sql, sql};
use crate::domain::area::Area;
use crate::domain::event::Event;
use crate::domain::id::{AreaId, EventId, Id, Kind, RunId, UnitId};
use crate::domain::matches::Match;
use crate::domain::need::Need;
use crate::domain::run::MatchingRun;
use crate::domain::unit::PartnerUnit;
use crate::domain::viewer::{Actor, Scope, Viewer};

/// The order of the trail.
const TRAIL: Order = Order { name: "trail", column: "e.seq", kind: KeyKind::Int, descending: false };

impl Entity for Event {
    type Id = EventId;
    const TABLE: &'static str = "event";
    const ALIAS: &'static str = "e";

    fn scope(sql: &mut Sql, viewer: &Viewer) {
        scope::events(sql, viewer);
    }

    fn id(&self) -> EventId {
        self.id
    }
}

/// What happened to each of many things of one kind, from the first to the last.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct History {
    /// What kind of things they are.
    pub of: Kind,
}

impl Listing for History {
    type Row = Event;

    fn filter(&self, sql: &mut Sql) {
        sql.push(" AND e.subject = ").bind(self.of);
    }

    fn parent(&self) -> Option<&'static str> {
        Some("e.subject_id")
    }

    fn order(&self) -> Order {
        TRAIL
    }

    fn key(&self, row: &Event) -> Key {
        Key::Int(row.seq)
    }
}

/// The event's place in the trail: the same as in a history.
#[must_use]
pub fn cursor(event: &Event) -> Cursor {
    Cursor { order: TRAIL.name.to_owned(), key: Key::Int(event.seq), id: event.id.uuid() }
}

/// The number to go on from: that of a cursor, or the last one there is.
///
/// # Errors
/// A refusal where the cursor is none of this trail; else where the database fails.
pub async fn start(conn: &mut Conn, after: Option<&str>) -> Result<i64> {
    let last = last_seq(conn).await?;
    let Some(after) = after else { return Ok(last) };
    match Cursor::decode(after).map_err(|refusal| refusal.at("after"))? {
        Cursor { order, key: Key::Int(seq), .. } if order == TRAIL.name && seq <= last => Ok(seq),
        _ => Err(bad_cursor().at("after").into()),
    }
}

/// The number of the last event.
///
/// # Errors
/// Where the database fails.
pub async fn last_seq(conn: &mut Conn) -> Result<i64> {
    let (seq,) = conn.one(sql!("SELECT seq FROM event_head WHERE id = 1")).await?;
    Ok(seq)
}

/// Whose changes are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Those of an area and everything below it.
    Area(AreaId),
    /// Those that concern a unit.
    Unit(UnitId),
    /// Those of one matching run.
    Run(RunId),
}

/// Something whose changes can be followed.
pub trait Followed: Entity {
    /// Appends the condition that a row is among what is wanted.
    fn wanted(sql: &mut Sql, wanted: Wanted);
}

impl Followed for Need {
    fn wanted(sql: &mut Sql, wanted: Wanted) {
        match wanted {
            Wanted::Area(area) => {
                sql.push(" AND n.area_id IN ");
                super::area::below(sql, area);
            }
            Wanted::Unit(unit) => {
                sql.push(" AND (n.asking_unit_id = ").bind(unit).push(" OR n.area_id IN ");
                scope::checked_in_areas(sql, unit);
                sql.push(")");
            }
            Wanted::Run(_) => {
                sql.push(" AND 1 = 0");
            }
        }
    }
}

impl Followed for Match {
    fn wanted(sql: &mut Sql, wanted: Wanted) {
        match wanted {
            Wanted::Area(area) => {
                sql.push(" AND EXISTS (SELECT 1 FROM need AS n WHERE n.id = m.need_id AND n.area_id IN ");
                super::area::below(sql, area);
                sql.push(")");
            }
            Wanted::Unit(unit) => {
                sql.push(" AND (m.unit_id = ").bind(unit);
                sql.push(" OR m.asking_unit_id = ").bind(unit).push(")");
            }
            Wanted::Run(_) => {
                sql.push(" AND 1 = 0");
            }
        }
    }
}

impl Followed for MatchingRun {
    fn wanted(sql: &mut Sql, wanted: Wanted) {
        match wanted {
            Wanted::Run(run) => sql.push(" AND r.id = ").bind(run),
            Wanted::Area(_) | Wanted::Unit(_) => sql.push(" AND 1 = 0"),
        };
    }
}

/// Lets through whoever may follow what is wanted: an area where they act, a unit that they speak for, a run that they
/// may see. What they are told is scoped row by row all the same; so staff may follow any unit, and hear of it from
/// their own street.
///
/// # Errors
/// A refusal where the area, the unit or the run is unknown; denied to all others.
pub async fn require_wanted(conn: &mut Conn, viewer: &Viewer, wanted: Wanted) -> Result<()> {
    let granted = match wanted {
        Wanted::Area(area) => acts_in(conn, viewer, area).await?,
        Wanted::Unit(unit) => {
            get::<PartnerUnit>(conn, viewer, unit)
                .await
                .map_err(|error| super::error::at("unitId", error))?;
            match viewer.actor {
                Actor::Public => false,
                Actor::Liaison { unit: own } => own == unit,
                Actor::Staff { .. } | Actor::Coordinator { .. } | Actor::Administrator => true,
            }
        }
        Wanted::Run(run) => {
            get::<MatchingRun>(conn, viewer, run).await.map_err(|error| super::error::at("id", error))?;
            true
        }
    };
    if granted && viewer.may(Scope::Read) { Ok(()) } else { Err(Error::Denied(viewer.role())) }
}

async fn acts_in(conn: &mut Conn, viewer: &Viewer, area: AreaId) -> Result<bool> {
    let area: Area = get(conn, viewer, area).await.map_err(|error| super::error::at("areaId", error))?;
    Ok(match viewer.actor {
        Actor::Public => false,
        Actor::Liaison { unit } => super::unit::acts_in(conn, unit, area.id).await?,
        Actor::Staff { street, .. } | Actor::Coordinator { street } => area.street_id == Some(street),
        Actor::Administrator => true,
    })
}

/// The next changes after a number, as far as they are wanted and the viewer may see what was changed.
///
/// # Errors
/// Where the database fails.
pub async fn after<E: Followed>(
    conn: &mut Conn,
    viewer: &Viewer,
    wanted: Wanted,
    seq: i64,
    limit: i64,
) -> Result<Vec<Event>> {
    let (table, alias) = (E::TABLE, E::ALIAS);
    let mut sql = Sql::default();
    sql.push(&format!("SELECT e.* FROM event AS e JOIN {table} AS {alias} ON {alias}.id = e.subject_id"));
    sql.push(" WHERE e.seq > ").bind(seq);
    sql.push(" AND e.subject = ").bind(E::Id::KIND);
    E::wanted(&mut sql, wanted);
    E::scope(&mut sql, viewer);
    sql.push(" ORDER BY e.seq LIMIT ").bind(limit);
    conn.all(sql).await
}

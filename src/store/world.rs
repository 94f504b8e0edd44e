//! What the matching looks at, read in a number of statements that does not depend on how much there is.

use super::conn::{Conn, Tx};
use super::entity::{Entity as _, get};
use super::error::{Error, Result};
use super::sql::Sql;
use super::{Store, settings};
use crate::domain::area::Area;
use crate::domain::availability::Rule;
use crate::domain::directive::Directive;
use crate::domain::id::{AreaId, CapacityId, CategoryId, NeedId, ServiceId, UnitId};
use crate::domain::matches::{MatchState, Suggested};
use crate::domain::need::{Need, NeedState};
use crate::domain::place::Place;
use crate::domain::service::{AvailabilityRule, Measure, Service, ServiceState};
use crate::domain::viewer::Viewer;
use crate::matching::foreseen::{DAYS_BACK, Foreseen, foresee};
use crate::matching::settings::{Foresight, Settings};
use crate::matching::what_if::WhatIf;
use crate::matching::world::{Reached, Record, Served, Snapshot, Unit, World};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::{BTreeSet, HashSet};

/// Which needs a world holds, and with them the services that reach their places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// Those of an area and everything below it, perhaps of one category and everything below that.
    Area {
        /// The area.
        area: AreaId,
        /// The category; `None` for all.
        category: Option<CategoryId>,
    },
    /// As an area, with what is suggested and not answered yet free to be moved: what a matching looks at.
    Afresh {
        /// The area.
        area: AreaId,
        /// The category; `None` for all.
        category: Option<CategoryId>,
        /// Whether what is expected there is read too.
        ahead: bool,
    },
    /// These needs.
    Needs(Vec<NeedId>),
    /// Those in the places that these services cover, and no other services.
    Services(Vec<ServiceId>),
}

/// The needs of each area as a JSON list of lists, their values in the order in which [`Need`] declares its fields.
const NEEDS_AS_JSON: &str = "SELECT json_group_array(json_array(
        hex(n.id), hex(n.street_id), NULLIF(hex(n.community_id), ''), hex(n.area_id), hex(n.category_id),
        NULLIF(hex(n.asking_unit_id), ''), n.state, n.title, n.title_en, n.description, n.target_groups, n.urgency,
        n.source, n.measure, n.quantity, json_array(n.smallest_lot, n.most_services), n.claimed, n.delivered,
        n.starts_at, n.ends_at, NULLIF(hex(n.contact_id), ''), NULLIF(hex(n.merged_into_id), ''), n.reason, n.outcome,
        n.reopened, n.verified_at, n.version, n.created_at
    )) FROM need AS n WHERE ";

/// The states in which a match keeps its need and its line of capacity from being joined by another.
const JOINED: [MatchState; 6] = [
    MatchState::Suggested,
    MatchState::Proposed,
    MatchState::Accepted,
    MatchState::Scheduled,
    MatchState::InProgress,
    MatchState::Delivered,
];

/// The world that a viewer sees: needs with something left to claim that they may see, and services on offer. Directives
/// and matches bind everybody, so they are read for everybody; what is told of them is the graph's matter.
///
/// # Errors
/// Where the database fails or holds what cannot be read.
pub async fn load(conn: &mut Conn, viewer: &Viewer, now: DateTime<Utc>, reach: &Reach) -> Result<World> {
    let from = Reader { viewer, reach };
    let needs = from.read_needs(conn, Reader::needs).await?;
    let foreseen = if from.is_ahead() { from.foreseen(conn, now).await? } else { Vec::new() };
    let places = Places::of(&needs);
    let ahead = Places::of(foreseen.iter().map(|one| &one.need));
    let mut world = World::new(Snapshot {
        now,
        services: conn.all(from.of_services("SELECT s.* FROM service AS s WHERE ", "")).await?,
        capacities: conn.all(from.by_service("SELECT * FROM capacity WHERE service_id IN ")).await?,
        unit_capacities: conn.all(from.by_unit("SELECT * FROM unit_capacity WHERE unit_id IN ", "")).await?,
        rules: from.rules(conn).await?,
        coverage: conn
            .all(from.by_service("SELECT service_id, area_id FROM coverage WHERE service_id IN "))
            .await?,
        units: from.units(conn).await?,
        check_ins: conn
            .all(from.by_unit("SELECT unit_id, area_id FROM check_in WHERE unit_id IN ", ""))
            .await?,
        areas: places.areas(conn).await?,
        categories: super::category::all(conn).await?,
        directives: places.directives(conn).await?,
        joined: places.joined(conn).await?,
        suggested: if from.is_afresh() { places.suggested(conn).await? } else { Vec::new() },
        communities: places.communities(conn).await?,
        reached: places.reached(conn).await?,
        foreseen_areas: if foreseen.is_empty() { Vec::new() } else { ahead.areas(conn).await? },
        foreseen,
        needs,
    });
    if from.is_afresh() {
        world.free();
    }
    Ok(world)
}

/// The world of an area, perhaps of one category only, for the people who work there, and how it is matched. What is
/// expected is part of it where that counts, or would count under what is supposed.
///
/// # Errors
/// A refusal where there is no such area; denied to all who do not work in its street.
pub async fn preview(
    store: &Store,
    viewer: &Viewer,
    area: AreaId,
    category: Option<CategoryId>,
    what_if: Option<&WhatIf>,
) -> Result<(World, Settings)> {
    let mut conn = store.read().await?;
    let area: Area = get(&mut conn, viewer, area).await?;
    if !viewer.works_in(area.street_id) {
        return Err(Error::Denied(viewer.role()));
    }
    let settings = settings::of(&mut conn, area.street_id, &store.settings).await?;
    let reach = Reach::Afresh { area: area.id, category, ahead: looks_ahead(&settings, what_if) };
    Ok((load(&mut conn, viewer, store.clock.now(), &reach).await?, settings))
}

/// Whether what is expected counts, or would count under what is supposed.
#[must_use]
pub fn looks_ahead(settings: &Settings, what_if: Option<&WhatIf>) -> bool {
    let supposed = what_if.and_then(|what_if| what_if.foresight);
    settings.foresight.looks_ahead() || supposed.is_some_and(Foresight::looks_ahead)
}

/// The world that the caller is about to change: its needs, services and lines of capacity, those of its units first, are kept from others'
/// changes, in this order and by id, until the transaction ends.
///
/// # Errors
/// As [`load`].
pub async fn lock(tx: &mut Tx, reach: &Reach) -> Result<World> {
    let viewer = tx.viewer.clone();
    let from = Reader { viewer: &viewer, reach };
    tx.hold(from.of_needs("SELECT n.id FROM need AS n WHERE ", " ORDER BY n.id")).await?;
    tx.hold(from.of_services("SELECT s.id FROM service AS s WHERE ", " ORDER BY s.id")).await?;
    tx.hold(from.by_unit("SELECT id FROM unit_capacity WHERE unit_id IN ", " ORDER BY id")).await?;
    let mut lines = from.by_service("SELECT id FROM capacity WHERE service_id IN ");
    lines.push(" ORDER BY id");
    tx.hold(lines).await?;
    let now = tx.now;
    load(&mut tx.conn, &viewer, now, reach).await
}

/// Writes the statements of one world.
struct Reader<'r> {
    viewer: &'r Viewer,
    reach: &'r Reach,
}

impl Reader<'_> {
    fn is_afresh(&self) -> bool {
        matches!(self.reach, Reach::Afresh { .. })
    }

    fn is_ahead(&self) -> bool {
        matches!(self.reach, Reach::Afresh { ahead: true, .. })
    }

    /// A statement about the needs, aliased `n`.
    fn of_needs(&self, select: &str, rest: &str) -> Sql {
        let mut sql = Sql::default();
        sql.push(select);
        self.needs(&mut sql);
        sql.push(rest);
        sql
    }

    /// What is expected, from the needs of the past that were found to be real and neither withdrawn nor merged.
    async fn foreseen(&self, conn: &mut Conn, now: DateTime<Utc>) -> Result<Vec<Foreseen>> {
        let since = now - TimeDelta::days(DAYS_BACK);
        let past = self.read_needs(conn, move |from, sql| {
            sql.push("n.state IN ").list(NeedState::PUBLISHED).push(" AND n.verified_at >= ").bind(since);
            from.around(sql);
        });
        Ok(foresee(past.await?, now))
    }

    /// Every need that is wanted. `SQLite` hands over each value of each row by itself and from one thread to another, which for the
    /// needs of a city costs several times what reading them does: there the needs of an area come as one document.
    async fn read_needs(&self, conn: &mut Conn, wanted: impl Fn(&Self, &mut Sql)) -> Result<Vec<Need>> {
        let of_needs = |select: &str, rest: &str| {
            let mut sql = Sql::default();
            sql.push(select);
            wanted(self, &mut sql);
            sql.push(rest);
            sql
        };
        if conn.is_postgres() {
            return conn.all(of_needs("SELECT n.* FROM need AS n WHERE ", "")).await;
        }
        let by_area: Vec<(String,)> = conn.all(of_needs(NEEDS_AS_JSON, " GROUP BY n.area_id")).await?;
        let mut needs = Vec::new();
        for (document,) in by_area {
            let read: Vec<Need> = serde_json::from_str(&document)
                .map_err(|error| Error::Corrupt(format!("the needs of an area: {error}")))?;
            needs.extend(read);
        }
        Ok(needs)
    }

    /// A statement about the services, aliased `s`.
    fn of_services(&self, select: &str, rest: &str) -> Sql {
        let mut sql = Sql::default();
        sql.push(select);
        self.services(&mut sql);
        sql.push(rest);
        sql
    }

    /// A statement about what belongs to the services.
    fn by_service(&self, select: &str) -> Sql {
        self.of_services(&format!("{select}(SELECT s.id FROM service AS s WHERE "), ")")
    }

    /// A statement about what belongs to the units that offer the services.
    fn by_unit(&self, select: &str, rest: &str) -> Sql {
        self.of_services(&format!("{select}(SELECT s.unit_id FROM service AS s WHERE "), &format!("){rest}"))
    }

    fn needs(&self, sql: &mut Sql) {
        sql.push("(n.claimed < n.quantity AND n.state IN ").list(NeedState::CLAIMABLE);
        if self.is_afresh() {
            sql.push(" OR n.id IN (SELECT m.need_id FROM match AS m WHERE m.state = ");
            sql.bind(MatchState::Suggested).push(")");
        }
        sql.push(")");
        self.around(sql);
    }

    /// Needs that the viewer may see, within reach.
    fn around(&self, sql: &mut Sql) {
        Need::scope(sql, self.viewer);
        match self.reach {
            Reach::Area { area, category } | Reach::Afresh { area, category, .. } => {
                sql.push(" AND n.area_id IN ");
                super::area::below(sql, *area);
                if let Some(category) = category {
                    sql.push(" AND n.category_id IN ");
                    super::category::below(sql, *category);
                }
            }
            Reach::Needs(needs) => {
                sql.push(" AND n.id IN ").list(needs.iter().copied());
            }
            Reach::Services(services) => {
                sql.push(
                    " AND n.area_id IN (SELECT below.area_id FROM coverage JOIN area_tree AS below \
                     ON below.ancestor_id = coverage.area_id WHERE coverage.service_id IN ",
                );
                sql.list(services.iter().copied()).push(")");
            }
        }
    }

    fn services(&self, sql: &mut Sql) {
        sql.push("s.state = ").bind(ServiceState::Listed);
        Service::scope(sql, self.viewer);
        match self.reach {
            Reach::Area { area, .. } | Reach::Afresh { area, .. } => {
                sql.push(" AND s.id IN (SELECT service_id FROM coverage WHERE area_id IN ");
                super::area::below(sql, *area);
                sql.push(" OR area_id IN (SELECT ancestor_id FROM area_tree WHERE area_id = ")
                    .bind(*area)
                    .push("))");
            }
            Reach::Needs(needs) => {
                sql.push(
                    " AND s.id IN (SELECT coverage.service_id FROM coverage \
                     JOIN area_tree AS up ON up.ancestor_id = coverage.area_id \
                     JOIN need ON need.area_id = up.area_id WHERE need.id IN ",
                );
                sql.list(needs.iter().copied()).push(")");
            }
            Reach::Services(services) => {
                sql.push(" AND s.id IN ").list(services.iter().copied());
            }
        }
    }

    async fn rules(&self, conn: &mut Conn) -> Result<Vec<(ServiceId, Rule)>> {
        let rows: Vec<AvailabilityRule> =
            conn.all(self.by_service("SELECT * FROM availability WHERE service_id IN ")).await?;
        rows.into_iter().map(|row| Ok((row.service_id, rule(&row)?))).collect()
    }

    async fn units(&self, conn: &mut Conn) -> Result<Vec<Unit>> {
        let rows: Vec<UnitRow> = conn
            .all(self.by_unit(
                "SELECT u.id, u.name, u.name_en, u.latitude, u.longitude,
                    (SELECT COUNT(*) FROM match AS m WHERE m.unit_id = u.id AND m.state = 'confirmed') AS confirmed,
                    (SELECT COUNT(*) FROM match AS m WHERE m.unit_id = u.id AND m.state = 'no_show') AS no_shows
                 FROM partner_unit AS u WHERE u.id IN ",
                "",
            ))
            .await?;
        Ok(rows.into_iter().map(UnitRow::unit).collect())
    }
}

/// Where the needs of a world lie. Whatever else is read about them is found by their streets and areas, which are few,
/// and kept where it is about them.
struct Places {
    needs: HashSet<NeedId>,
    streets: BTreeSet<AreaId>,
    areas: BTreeSet<AreaId>,
}

impl Places {
    fn of<'n>(needs: impl IntoIterator<Item = &'n Need>) -> Self {
        let mut places = Self { needs: HashSet::new(), streets: BTreeSet::new(), areas: BTreeSet::new() };
        for need in needs {
            places.needs.insert(need.id);
            places.streets.insert(need.street_id);
            places.areas.insert(need.area_id);
        }
        places
    }

    /// A statement about the needs' streets.
    fn by_street(&self, select: &str) -> Sql {
        let mut sql = Sql::default();
        sql.push(select).push(" IN ").list(self.streets.iter().copied());
        sql
    }

    async fn areas(&self, conn: &mut Conn) -> Result<Vec<Area>> {
        let mut sql = Sql::default();
        sql.push("SELECT * FROM area WHERE id IN (SELECT ancestor_id FROM area_tree WHERE area_id IN ");
        sql.list(self.areas.iter().copied()).push(")");
        conn.all(sql).await
    }

    async fn directives(&self, conn: &mut Conn) -> Result<Vec<Directive>> {
        let mut sql = self.by_street("SELECT * FROM directive WHERE street_id");
        sql.push(" AND lifted_at IS NULL");
        let mut given: Vec<Directive> = conn.all(sql).await?;
        given.retain(|given| self.needs.contains(&given.need_id));
        Ok(given)
    }

    async fn joined(&self, conn: &mut Conn) -> Result<Vec<(NeedId, CapacityId)>> {
        let mut sql = self.by_street("SELECT need_id, capacity_id FROM match WHERE street_id");
        sql.push(" AND state IN ").list(JOINED);
        let mut joined: Vec<(NeedId, CapacityId)> = conn.all(sql).await?;
        joined.retain(|(need, _)| self.needs.contains(need));
        Ok(joined)
    }

    async fn suggested(&self, conn: &mut Conn) -> Result<Vec<Suggested>> {
        let mut sql = self.by_street(
            "SELECT id, need_id, capacity_id, unit_capacity_id, quantity FROM match WHERE street_id",
        );
        sql.push(" AND state = ").bind(MatchState::Suggested);
        let mut suggested: Vec<Suggested> = conn.all(sql).await?;
        suggested.retain(|one| self.needs.contains(&one.need_id));
        Ok(suggested)
    }

    async fn communities(&self, conn: &mut Conn) -> Result<Vec<(AreaId, Served)>> {
        let mut sql = self.by_street(
            "SELECT COALESCE(community_id, street_id), COUNT(*),
                CAST(SUM(CASE WHEN claimed < quantity THEN 1 ELSE 0 END) AS BIGINT)
             FROM need WHERE street_id",
        );
        sql.push(" AND state IN ").list(NeedState::PUBLISHED);
        sql.push(" GROUP BY COALESCE(community_id, street_id)");
        let rows: Vec<(AreaId, i64, i64)> = conn.all(sql).await?;
        Ok(rows.into_iter().map(|(place, asked, waiting)| (place, Served { asked, waiting })).collect())
    }

    async fn reached(&self, conn: &mut Conn) -> Result<Vec<((CategoryId, Measure), Reached)>> {
        let mut sql = self.by_street(
            "SELECT asked.category_id, asked.measure, CAST(SUM(f.quantity) AS BIGINT) AS quantity,
                CAST(SUM(f.people_reached) AS BIGINT) AS people
             FROM fulfilment AS f JOIN match AS m ON m.id = f.match_id JOIN need AS asked ON asked.id = m.need_id
             WHERE m.street_id",
        );
        sql.push(" GROUP BY asked.category_id, asked.measure");
        let rows: Vec<ReachedRow> = conn.all(sql).await?;
        let reached = |row: &ReachedRow| Reached { quantity: row.quantity, people: row.people };
        Ok(rows.iter().map(|row| ((row.category_id, row.measure), reached(row))).collect())
    }
}

#[derive(sqlx::FromRow)]
struct ReachedRow {
    category_id: CategoryId,
    measure: Measure,
    quantity: i64,
    people: i64,
}

#[derive(sqlx::FromRow)]
struct UnitRow {
    id: UnitId,
    name: String,
    name_en: Option<String>,
    #[sqlx(flatten)]
    place: Place,
    confirmed: i64,
    no_shows: i64,
}

impl UnitRow {
    fn unit(self) -> Unit {
        let record = Record { confirmed: self.confirmed, no_shows: self.no_shows };
        Unit { id: self.id, name: self.name, name_en: self.name_en, place: self.place, record }
    }
}

/// The rule that a row holds. It was checked when it was written.
fn rule(row: &AvailabilityRule) -> Result<Rule> {
    row.rule().map_err(|error| Error::Corrupt(format!("{}: {error}", row.id)))
}

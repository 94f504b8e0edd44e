//! What flowed through an area in a period: services downwards to the communities, needs upwards from them.

use super::conn::Conn;
use super::entity::get;
use super::error::{Error, Result};
use super::scope;
use super::sql::Sql;
use crate::domain::area::Area;
use crate::domain::day::midnight;
use crate::domain::id::{AreaId, CategoryId, UnitId};
use crate::domain::need::{NeedState, Source};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::service::Measure;
use crate::domain::viewer::Viewer;
use chrono::{DateTime, Days, NaiveDate, Utc};

/// The longest period, in days.
const MAX_DAYS: i64 = 3_660;

/// Days of a period, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    from: NaiveDate,
    to: NaiveDate,
}

impl Period {
    /// A period of at most ten years.
    ///
    /// # Errors
    /// [`Code::BadTime`] where it ends before it starts or is longer.
    pub fn new(from: NaiveDate, to: NaiveDate) -> std::result::Result<Self, Refusal> {
        if (0..MAX_DAYS).contains(&(to - from).num_days()) {
            return Ok(Self { from, to });
        }
        Err(Refusal::new(
            Code::BadTime,
            format!("结束日期不能早于开始日期，且最长{MAX_DAYS}天。"),
            format!("The period must not end before it starts, and have at most {MAX_DAYS} days."),
        )
        .at("to"))
    }

    /// The moments at which it begins and ends, in China.
    fn moments(self) -> (DateTime<Utc>, DateTime<Utc>) {
        (midnight(self.from), midnight(self.to.checked_add_days(Days::new(1)).unwrap_or(self.to)))
    }
}

/// What one unit delivered of one category to one place, in one measure.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Delivered {
    /// The unit.
    pub unit_id: UnitId,
    /// Its name.
    pub unit_name: String,
    /// An English gloss of its name.
    pub unit_name_en: Option<String>,
    /// The root of the need's category.
    pub category_id: CategoryId,
    /// The root's Chinese name.
    pub category_name: String,
    /// The root's English name.
    pub category_name_en: String,
    /// The need's community, or its street where the street itself asked.
    pub place_id: AreaId,
    /// The place's name.
    pub place_name: String,
    /// An English gloss of its name.
    pub place_name_en: Option<String>,
    /// What it is counted in.
    pub measure: Measure,
    /// How many deliveries.
    pub deliveries: i64,
    /// How much.
    pub quantity: i64,
    /// How many people they reached.
    pub people: i64,
}

/// What one place asked for, from one source, as it stands now, in one measure.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Asked {
    /// The need's community, or its street where the street itself asked.
    pub place_id: AreaId,
    /// The place's name.
    pub place_name: String,
    /// An English gloss of its name.
    pub place_name_en: Option<String>,
    /// How the hub came to know.
    pub source: Source,
    /// Where the needs stand.
    pub state: NeedState,
    /// What they are counted in.
    pub measure: Measure,
    /// How many needs.
    pub needs: i64,
    /// How much they ask for.
    pub quantity: i64,
}

/// What flowed both ways.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flow {
    /// What came down.
    pub delivered: Vec<Delivered>,
    /// What went up.
    pub asked: Vec<Asked>,
}

/// What flowed through an area and everything below it. A unit sees its own deliveries and what it asked for itself.
///
/// # Errors
/// A refusal where there is no such area; denied to the public and to other streets.
pub async fn load(conn: &mut Conn, viewer: &Viewer, area: AreaId, period: Period) -> Result<Flow> {
    let area: Area = get(conn, viewer, area).await?;
    if viewer.unit().is_none() && !viewer.works_in(area.street_id) {
        return Err(Error::Denied(viewer.role()));
    }
    Ok(Flow {
        delivered: conn.all(delivered(viewer, area.id, period)).await?,
        asked: conn.all(asked(viewer, area.id, period)).await?,
    })
}

fn delivered(viewer: &Viewer, area: AreaId, period: Period) -> Sql {
    let mut sql = Sql::default();
    sql.push(
        "SELECT m.unit_id, u.name AS unit_name, u.name_en AS unit_name_en,
            c.id AS category_id, c.name AS category_name, c.name_en AS category_name_en,
            place.id AS place_id, place.name AS place_name, place.name_en AS place_name_en, n.measure,
            COUNT(*) AS deliveries, CAST(SUM(x.quantity) AS BIGINT) AS quantity,
            CAST(SUM(x.people_reached) AS BIGINT) AS people
         FROM fulfilment AS x JOIN match AS m ON m.id = x.match_id
         JOIN need AS n ON n.id = m.need_id
         JOIN partner_unit AS u ON u.id = m.unit_id
         JOIN category_tree AS up ON up.category_id = n.category_id
         JOIN category AS c ON c.id = up.ancestor_id AND c.parent_id IS NULL
         JOIN area AS place ON place.id = COALESCE(n.community_id, n.street_id)
         WHERE x.delivered_on >= ",
    );
    sql.bind(period.from).push(" AND x.delivered_on <= ").bind(period.to).push(" AND n.area_id IN ");
    super::area::below(&mut sql, area);
    scope::matches(&mut sql, viewer);
    if let Some(unit) = viewer.unit() {
        sql.push(" AND m.unit_id = ").bind(unit);
    }
    sql.push(
        " GROUP BY m.unit_id, u.name, u.name_en, c.id, c.name, c.name_en, place.id, place.name, place.name_en, n.measure",
    );
    sql
}

fn asked(viewer: &Viewer, area: AreaId, period: Period) -> Sql {
    let (from, to) = period.moments();
    let mut sql = Sql::default();
    sql.push(
        "SELECT place.id AS place_id, place.name AS place_name, place.name_en AS place_name_en,
            n.source, n.state, n.measure, COUNT(*) AS needs, CAST(SUM(n.quantity) AS BIGINT) AS quantity
         FROM need AS n JOIN area AS place ON place.id = COALESCE(n.community_id, n.street_id)
         WHERE n.created_at >= ",
    );
    sql.bind(from).push(" AND n.created_at < ").bind(to).push(" AND n.area_id IN ");
    super::area::below(&mut sql, area);
    scope::needs(&mut sql, viewer);
    if let Some(unit) = viewer.unit() {
        sql.push(" AND n.asking_unit_id = ").bind(unit);
    }
    sql.push(" GROUP BY place.id, place.name, place.name_en, n.source, n.state, n.measure");
    sql
}

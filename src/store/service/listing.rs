//! Lists of services.

use crate::domain::id::{AllianceId, AreaId, CategoryId, UnitId};
use crate::domain::service::{Mode, Service, ServiceState, TargetGroups};
use crate::store::page::{Key, KeyKind, Listing, Order};
use crate::store::sql::Sql;
use crate::store::{area, category};
use chrono::{DateTime, Utc};

/// Whose services a list holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum ServicesOf {
    /// Nobody's in particular.
    #[default]
    All,
    /// Those of each of many units.
    Unit,
    /// Those filed under each of many categories itself.
    Category,
    /// Those that cover each of many areas, by naming it or an area that it lies in.
    Area,
}

/// What services can be ordered by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum ServiceOrder {
    /// The newest first.
    #[default]
    Newest,
    /// By title.
    Title,
}

/// Which services a list holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Services {
    /// Whose.
    pub of: ServicesOf,
    /// Only those that cover this area or a part of it.
    pub area: Option<AreaId>,
    /// Only those filed under this category or below it.
    pub category: Option<CategoryId>,
    /// Only these modes; empty for all.
    pub modes: Vec<Mode>,
    /// Only these states; empty for all.
    pub states: Vec<ServiceState>,
    /// Only those of this unit.
    pub unit: Option<UnitId>,
    /// Only those of this alliance's members.
    pub alliance: Option<AllianceId>,
    /// Only those for any of these groups; empty for all.
    pub target_groups: TargetGroups,
    /// Only those in whose title, description or category these words occur.
    pub text: Option<String>,
    /// Only those with a line of capacity that ends after this moment.
    pub from: Option<DateTime<Utc>>,
    /// Only those with a line of capacity that starts before this moment; with `from`, the same line.
    pub until: Option<DateTime<Utc>>,
    /// The order.
    pub order: ServiceOrder,
}

impl Services {
    fn filter_by_place(&self, sql: &mut Sql) {
        if let Some(area) = self.area {
            sql.push(
                " AND s.id IN (SELECT covered.service_id FROM coverage AS covered WHERE covered.area_id IN ",
            );
            area::below(sql, area);
            sql.push(
                " OR covered.area_id IN (SELECT up.ancestor_id FROM area_tree AS up WHERE up.area_id = ",
            );
            sql.bind(area).push("))");
        }
        if let Some(category) = self.category {
            sql.push(" AND s.category_id IN ");
            category::below(sql, category);
        }
        if let Some(unit) = self.unit {
            sql.push(" AND s.unit_id = ").bind(unit);
        }
        if let Some(alliance) = self.alliance {
            sql.push(" AND s.unit_id IN (SELECT unit_id FROM alliance_member WHERE alliance_id = ")
                .bind(alliance)
                .push(")");
        }
    }

    fn filter_by_window(&self, sql: &mut Sql) {
        if self.from.is_none() && self.until.is_none() {
            return;
        }
        sql.push(" AND s.id IN (SELECT line.service_id FROM capacity AS line WHERE 1 = 1");
        if let Some(from) = self.from {
            sql.push(" AND line.ends_at > ").bind(from);
        }
        if let Some(until) = self.until {
            sql.push(" AND line.starts_at < ").bind(until);
        }
        sql.push(")");
    }
}

impl Listing for Services {
    type Row = Service;

    fn join(&self) -> &'static str {
        match self.of {
            ServicesOf::All | ServicesOf::Unit | ServicesOf::Category => "",
            // A service may name both an area and one inside it: it is listed once all the same.
            ServicesOf::Area => {
                " JOIN (SELECT DISTINCT covered.service_id, inside.area_id FROM coverage AS covered
                     JOIN area_tree AS inside ON inside.ancestor_id = covered.area_id) AS parent
                   ON parent.service_id = s.id"
            }
        }
    }

    fn filter(&self, sql: &mut Sql) {
        self.filter_by_place(sql);
        self.filter_by_window(sql);
        if !self.modes.is_empty() {
            sql.push(" AND s.mode IN ").list(self.modes.iter().copied());
        }
        if !self.states.is_empty() {
            sql.push(" AND s.state IN ").list(self.states.iter().copied());
        }
        if !self.target_groups.is_empty() {
            sql.push(" AND (s.target_groups & ").bind(self.target_groups).push(") <> 0");
        }
        if let Some(text) = &self.text {
            sql.search("s.search", text);
        }
    }

    fn parent(&self) -> Option<&'static str> {
        match self.of {
            ServicesOf::All => None,
            ServicesOf::Unit => Some("s.unit_id"),
            ServicesOf::Category => Some("s.category_id"),
            ServicesOf::Area => Some("parent.area_id"),
        }
    }

    fn order(&self) -> Order {
        match self.order {
            ServiceOrder::Newest => {
                Order { name: "newest", column: "s.created_at", kind: KeyKind::Time, descending: true }
            }
            ServiceOrder::Title => {
                Order { name: "title", column: "s.title", kind: KeyKind::Text, descending: false }
            }
        }
    }

    fn key(&self, row: &Service) -> Key {
        match self.order {
            ServiceOrder::Newest => Key::Time(row.created_at),
            ServiceOrder::Title => Key::Text(row.title.clone()),
        }
    }
}

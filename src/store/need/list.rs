//! Lists of needs.

use crate::domain::id::{AreaId, CategoryId, UnitId};
use crate::domain::need::{Need, NeedState, Source, Urgency};
use crate::domain::service::{Measure, TargetGroups};
use crate::store::page::{Key, KeyKind, Listing, Order};
use crate::store::sql::{Sql, Value};
use crate::store::{area, category};
use chrono::{DateTime, Utc};

/// Whose needs a list holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum NeedsOf {
    /// Nobody's in particular.
    #[default]
    All,
    /// Those that arose in each of many areas, themselves only.
    Area,
    /// Those filed under each of many categories, themselves only.
    Category,
    /// Those that each of many units asks for.
    AskingUnit,
    /// Those that were merged into each of many needs.
    MergedInto,
}

/// What needs can be ordered by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum NeedOrder {
    /// The newest first.
    #[default]
    Newest,
    /// The most urgent first, of equally urgent ones the newest.
    Urgency,
    /// The one that is wanted soonest first.
    Deadline,
}

/// Which needs a list holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Needs {
    /// Whose.
    pub of: NeedsOf,
    /// Only those of this area and everything below it.
    pub area: Option<AreaId>,
    /// Only those filed under this category or a narrower one.
    pub category: Option<CategoryId>,
    /// Only those that this unit asks for.
    pub asking_unit: Option<UnitId>,
    /// Only these urgencies; empty for all.
    pub urgencies: Vec<Urgency>,
    /// Only these states; empty for all.
    pub states: Vec<NeedState>,
    /// Only these sources; empty for all.
    pub sources: Vec<Source>,
    /// Only these measures; empty for all.
    pub measures: Vec<Measure>,
    /// Only those of any of these groups; empty for all.
    pub target_groups: TargetGroups,
    /// Only those whose window goes on after this moment.
    pub wanted_from: Option<DateTime<Utc>>,
    /// Only those whose window begins before this moment.
    pub wanted_until: Option<DateTime<Utc>>,
    /// Only those in whose texts or category these words occur.
    pub text: Option<String>,
    /// The order.
    pub order: NeedOrder,
}

impl Listing for Needs {
    type Row = Need;

    fn filter(&self, sql: &mut Sql) {
        self.filter_place(sql);
        self.filter_kind(sql);
        if let Some(from) = self.wanted_from {
            sql.push(" AND n.ends_at > ").bind(from);
        }
        if let Some(until) = self.wanted_until {
            sql.push(" AND n.starts_at < ").bind(until);
        }
        if let Some(text) = &self.text {
            sql.search("n.search", text);
        }
    }

    fn parent(&self) -> Option<&'static str> {
        match self.of {
            NeedsOf::All => None,
            NeedsOf::Area => Some("n.area_id"),
            NeedsOf::Category => Some("n.category_id"),
            NeedsOf::AskingUnit => Some("n.asking_unit_id"),
            NeedsOf::MergedInto => Some("n.merged_into_id"),
        }
    }

    fn order(&self) -> Order {
        match self.order {
            NeedOrder::Newest => {
                Order { name: "newest", column: "n.created_at", kind: KeyKind::Time, descending: true }
            }
            NeedOrder::Urgency => {
                Order { name: "urgency", column: "n.urgency_rank", kind: KeyKind::Int, descending: true }
            }
            NeedOrder::Deadline => {
                Order { name: "deadline", column: "n.ends_at", kind: KeyKind::Time, descending: false }
            }
        }
    }

    fn key(&self, row: &Need) -> Key {
        match self.order {
            NeedOrder::Newest => Key::Time(row.created_at),
            NeedOrder::Urgency => Key::Int(row.urgency as i64),
            NeedOrder::Deadline => Key::Time(row.ends_at),
        }
    }
}

impl Needs {
    fn filter_place(&self, sql: &mut Sql) {
        if let Some(area) = self.area {
            sql.push(" AND n.area_id IN ");
            area::below(sql, area);
        }
        if let Some(category) = self.category {
            sql.push(" AND n.category_id IN ");
            category::below(sql, category);
        }
        if let Some(unit) = self.asking_unit {
            sql.push(" AND n.asking_unit_id = ").bind(unit);
        }
    }

    fn filter_kind(&self, sql: &mut Sql) {
        one_of(sql, "n.urgency", &self.urgencies);
        one_of(sql, "n.state", &self.states);
        one_of(sql, "n.source", &self.sources);
        one_of(sql, "n.measure", &self.measures);
        if !self.target_groups.is_empty() {
            sql.push(" AND (n.target_groups & ").bind(self.target_groups).push(") <> 0");
        }
    }
}

/// Appends the condition that a column has one of some values, if there are any.
fn one_of<T: Into<Value> + Copy>(sql: &mut Sql, column: &str, values: &[T]) {
    if !values.is_empty() {
        sql.push(" AND ").push(column).push(" IN ").list(values.iter().copied());
    }
}

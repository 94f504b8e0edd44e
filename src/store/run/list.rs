//! Lists of runs, and of what they found.

use crate::domain::id::AreaId;
use crate::domain::run::{MatchingRun, MatchingRunState, Planned, Unmet};
use crate::store::area;
use crate::store::page::{Key, KeyKind, Listing, Order};
use crate::store::sql::Sql;

/// Which runs a list holds, the newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Runs {
    /// Only those of this area and of everything below it.
    pub area: Option<AreaId>,
    /// Only these states; empty for all.
    pub states: Vec<MatchingRunState>,
}

impl Listing for Runs {
    type Row = MatchingRun;

    fn filter(&self, sql: &mut Sql) {
        if let Some(area) = self.area {
            sql.push(" AND r.area_id IN ");
            area::below(sql, area);
        }
        if !self.states.is_empty() {
            sql.push(" AND r.state IN ").list(self.states.iter().copied());
        }
    }

    fn parent(&self) -> Option<&'static str> {
        None
    }

    fn order(&self) -> Order {
        Order { name: "newest", column: "r.created_at", kind: KeyKind::Time, descending: true }
    }

    fn key(&self, row: &MatchingRun) -> Key {
        Key::Time(row.created_at)
    }
}

/// The order of a result.
const RESULT: Order = Order { name: "result", column: "x.ordinal", kind: KeyKind::Int, descending: false };

/// What each of many runs brings together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PlannedOf;

impl Listing for PlannedOf {
    type Row = Planned;

    fn filter(&self, _: &mut Sql) {}

    fn parent(&self) -> Option<&'static str> {
        Some("x.run_id")
    }

    fn order(&self) -> Order {
        RESULT
    }

    fn key(&self, row: &Planned) -> Key {
        Key::Int(row.ordinal)
    }
}

/// What each of many runs leaves unmet.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UnmetOf;

impl Listing for UnmetOf {
    type Row = Unmet;

    fn filter(&self, _: &mut Sql) {}

    fn parent(&self) -> Option<&'static str> {
        Some("x.run_id")
    }

    fn order(&self) -> Order {
        RESULT
    }

    fn key(&self, row: &Unmet) -> Key {
        Key::Int(row.ordinal)
    }
}

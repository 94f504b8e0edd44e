//! Lists of matches, and of what hangs on them.

use super::super::area;
use super::super::page::{Key, KeyKind, Listing, Order};
use super::super::sql::Sql;
use crate::domain::id::{AreaId, NeedId, ServiceId, UnitId};
use crate::domain::matches::{Fulfilment, Initiator, Match, MatchState, Rating, Side};

/// Whose matches a list holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum MatchesOf {
    /// Nobody's in particular.
    #[default]
    All,
    /// Those of each of many needs.
    Need,
    /// Those of each of many services.
    Service,
    /// Those whose service each of many units offers.
    Unit,
}

/// What matches can be ordered by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum MatchOrder {
    /// The newest first.
    #[default]
    Newest,
    /// The one that has to be answered first.
    RespondBy,
}

/// Which matches a list holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Matches {
    /// Whose.
    pub of: MatchesOf,
    /// Only those whose need lies in this area or below it.
    pub area: Option<AreaId>,
    /// Only those in these states; empty for all.
    pub states: Vec<MatchState>,
    /// Only those whose service this unit offers.
    pub unit: Option<UnitId>,
    /// Only those of this need.
    pub need: Option<NeedId>,
    /// Only those of this service.
    pub service: Option<ServiceId>,
    /// Only those that came about in this way.
    pub initiator: Option<Initiator>,
    /// Only those that wait for this side's answer.
    pub awaiting: Option<Side>,
    /// The order.
    pub order: MatchOrder,
}

impl Listing for Matches {
    type Row = Match;

    fn filter(&self, sql: &mut Sql) {
        if let Some(area) = self.area {
            sql.push(" AND m.need_id IN (SELECT asked.id FROM need AS asked WHERE asked.area_id IN ");
            area::below(sql, area);
            sql.push(")");
        }
        if !self.states.is_empty() {
            sql.push(" AND m.state IN ").list(self.states.iter().copied());
        }
        if let Some(unit) = self.unit {
            sql.push(" AND m.unit_id = ").bind(unit);
        }
        if let Some(need) = self.need {
            sql.push(" AND m.need_id = ").bind(need);
        }
        if let Some(service) = self.service {
            sql.push(" AND m.service_id = ").bind(service);
        }
        if let Some(initiator) = self.initiator {
            sql.push(" AND m.initiator = ").bind(initiator);
        }
        if let Some(side) = self.awaiting {
            sql.push(" AND m.state IN ").list(MatchState::AWAITING);
            sql.push(match side {
                Side::Asking => " AND m.asking_confirmed_at IS NULL",
                Side::Offering => " AND m.offering_confirmed_at IS NULL",
            });
        }
    }

    fn parent(&self) -> Option<&'static str> {
        match self.of {
            MatchesOf::All => None,
            MatchesOf::Need => Some("m.need_id"),
            MatchesOf::Service => Some("m.service_id"),
            MatchesOf::Unit => Some("m.unit_id"),
        }
    }

    fn order(&self) -> Order {
        match self.order {
            MatchOrder::Newest => {
                Order { name: "newest", column: "m.created_at", kind: KeyKind::Time, descending: true }
            }
            MatchOrder::RespondBy => {
                Order { name: "respond_by", column: "m.respond_by", kind: KeyKind::Time, descending: false }
            }
        }
    }

    fn key(&self, row: &Match) -> Key {
        Key::Time(match self.order {
            MatchOrder::Newest => row.created_at,
            MatchOrder::RespondBy => row.respond_by,
        })
    }
}

/// The delivered parts of each of many matches, in the order in which they were recorded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Fulfilments;

impl Listing for Fulfilments {
    type Row = Fulfilment;

    fn filter(&self, _: &mut Sql) {}

    fn parent(&self) -> Option<&'static str> {
        Some("x.match_id")
    }

    fn order(&self) -> Order {
        Order { name: "recorded", column: "x.created_at", kind: KeyKind::Time, descending: false }
    }

    fn key(&self, row: &Fulfilment) -> Key {
        Key::Time(row.created_at)
    }
}

/// The rating of each of many matches.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Ratings;

impl Listing for Ratings {
    type Row = Rating;

    fn filter(&self, _: &mut Sql) {}

    fn parent(&self) -> Option<&'static str> {
        Some("x.match_id")
    }

    fn order(&self) -> Order {
        Order { name: "given", column: "x.created_at", kind: KeyKind::Time, descending: false }
    }

    fn key(&self, row: &Rating) -> Key {
        Key::Time(row.created_at)
    }
}

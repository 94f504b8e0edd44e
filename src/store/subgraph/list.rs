//! Lists of subgraphs, of what was submitted for them, and of the versions of the graph of all.

use crate::domain::id::UnitId;
use crate::domain::subgraph::{Publication, Subgraph, SubgraphPublicationState, SubgraphState, Supergraph};
use crate::store::page::{Key, KeyKind, Listing, Order};
use crate::store::sql::Sql;

/// Which subgraphs a list holds, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Subgraphs {
    /// Only those of this unit.
    pub unit: Option<UnitId>,
    /// Only those in these states; empty for all.
    pub states: Vec<SubgraphState>,
    /// Only the one of this name.
    pub name: Option<String>,
}

impl Listing for Subgraphs {
    type Row = Subgraph;

    fn filter(&self, sql: &mut Sql) {
        if let Some(unit) = self.unit {
            sql.push(" AND sg.unit_id = ").bind(unit);
        }
        if !self.states.is_empty() {
            sql.push(" AND sg.state IN ").list(self.states.iter().copied());
        }
        if let Some(name) = &self.name {
            sql.push(" AND sg.name = ").bind(name.as_str());
        }
    }

    fn parent(&self) -> Option<&'static str> {
        None
    }

    fn order(&self) -> Order {
        Order { name: "name", column: "sg.name", kind: KeyKind::Text, descending: false }
    }

    fn key(&self, row: &Subgraph) -> Key {
        Key::Text(row.name.clone())
    }
}

/// What was submitted for each of many subgraphs, the newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Publications {
    /// Only those in these states; empty for all.
    pub states: Vec<SubgraphPublicationState>,
}

impl Listing for Publications {
    type Row = Publication;

    fn filter(&self, sql: &mut Sql) {
        if !self.states.is_empty() {
            sql.push(" AND p.state IN ").list(self.states.iter().copied());
        }
    }

    fn parent(&self) -> Option<&'static str> {
        Some("p.subgraph_id")
    }

    fn order(&self) -> Order {
        Order { name: "newest", column: "p.number", kind: KeyKind::Int, descending: true }
    }

    fn key(&self, row: &Publication) -> Key {
        Key::Int(row.number)
    }
}

/// Versions of the graph of all, the newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Supergraphs {
    /// Only this version.
    pub number: Option<i64>,
    /// Only the one that is live.
    pub is_live: bool,
}

impl Listing for Supergraphs {
    type Row = Supergraph;

    fn filter(&self, sql: &mut Sql) {
        if let Some(number) = self.number {
            sql.push(" AND su.number = ").bind(number);
        }
        if self.is_live {
            sql.push(" AND su.number = (SELECT number FROM supergraph_head WHERE id = 1)");
        }
    }

    fn parent(&self) -> Option<&'static str> {
        None
    }

    fn order(&self) -> Order {
        Order { name: "newest", column: "su.number", kind: KeyKind::Int, descending: true }
    }

    fn key(&self, row: &Supergraph) -> Key {
        Key::Int(row.number)
    }
}

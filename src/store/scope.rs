//! Who sees which rows, said once. Every read of a scoped table appends one of these conditions, so a row that a viewer
//! may not see is missing from lists, counts, filters, nested fields and look-ups alike.
//!
//! The directory (areas, categories, units, alliances, services that are or were on offer) is public; all else belongs
//! to a street and to the units concerned.

use super::sql::Sql;
use crate::domain::id::{Id as _, Kind, UnitId};
use crate::domain::need::NeedState;
use crate::domain::viewer::{Actor, Role, Viewer};

/// Services, aliased `s`: public once they have been on offer; before that for their unit and their street. A draft that
/// is retired without ever having been on offer stays theirs.
pub fn services(sql: &mut Sql, viewer: &Viewer) {
    let own = match viewer.actor {
        Actor::Administrator => return,
        Actor::Public => None,
        Actor::Liaison { unit } => Some(("s.unit_id = ", unit.uuid())),
        Actor::Staff { street, .. } | Actor::Coordinator { street } => {
            Some(("s.street_id = ", street.uuid()))
        }
    };
    sql.push(" AND (s.listed_at IS NOT NULL");
    if let Some((column, id)) = own {
        sql.push(" OR ").push(column).bind(id);
    }
    sql.push(")");
}

/// Needs, aliased `n`: for the street they lie in, for the unit that asks, and once published for the units that have
/// checked in around them or serve them.
pub fn needs(sql: &mut Sql, viewer: &Viewer) {
    match viewer.actor {
        Actor::Administrator => {}
        Actor::Public => {
            sql.push(" AND 1 = 0");
        }
        Actor::Staff { street, .. } | Actor::Coordinator { street } => {
            sql.push(" AND n.street_id = ").bind(street);
        }
        Actor::Liaison { unit } => {
            sql.push(" AND (n.asking_unit_id = ").bind(unit);
            sql.push(" OR (n.state IN ").list(NeedState::PUBLISHED);
            sql.push(" AND n.area_id IN ");
            checked_in_areas(sql, unit);
            sql.push(")");
            sql.push(" OR n.id IN (SELECT served.need_id FROM match AS served WHERE served.unit_id = ");
            sql.bind(unit).push("))");
        }
    }
}

/// The areas that a unit acts in: those where it has checked in, and all below them.
pub fn checked_in_areas(sql: &mut Sql, unit: UnitId) {
    sql.push(
        "(SELECT below.area_id FROM check_in \
         JOIN area_tree AS below ON below.ancestor_id = check_in.area_id WHERE check_in.unit_id = ",
    );
    sql.bind(unit).push(")");
}

/// Matches, aliased `m`: for the street of the need and for the two units concerned.
pub fn matches(sql: &mut Sql, viewer: &Viewer) {
    match viewer.actor {
        Actor::Administrator => {}
        Actor::Public => {
            sql.push(" AND 1 = 0");
        }
        Actor::Staff { street, .. } | Actor::Coordinator { street } => {
            sql.push(" AND m.street_id = ").bind(street);
        }
        Actor::Liaison { unit } => {
            sql.push(" AND (m.unit_id = ").bind(unit).push(" OR m.asking_unit_id = ").bind(unit).push(")");
        }
    }
}

/// Rows aliased `x` that hang on a match by `match_id`.
pub fn of_matches(sql: &mut Sql, viewer: &Viewer) {
    if viewer.actor == Actor::Administrator {
        return;
    }
    sql.push(" AND x.match_id IN (SELECT m.id FROM match AS m WHERE 1 = 1");
    matches(sql, viewer);
    sql.push(")");
}

/// Entries of the trail, aliased `e`: for those who see the need or the match that they tell of, and for the unit and
/// those who work in its street where they tell of a unit or a service. What befell other things is nobody's to read here.
pub fn events(sql: &mut Sql, viewer: &Viewer) {
    sql.push(" AND ((e.subject = ").bind(Kind::Need);
    sql.push(" AND EXISTS (SELECT 1 FROM need AS n WHERE n.id = e.subject_id");
    needs(sql, viewer);
    sql.push(")) OR (e.subject = ").bind(Kind::Match);
    sql.push(" AND EXISTS (SELECT 1 FROM match AS m WHERE m.id = e.subject_id");
    matches(sql, viewer);
    sql.push("))");
    for (kind, table) in [(Kind::Unit, "partner_unit"), (Kind::Service, "service")] {
        sql.push(" OR (e.subject = ").bind(kind);
        sql.push(" AND EXISTS (SELECT 1 FROM ").push(table).push(" AS o WHERE o.id = e.subject_id");
        own_affairs(sql, viewer, if kind == Kind::Unit { "o.id" } else { "o.unit_id" });
        sql.push("))");
    }
    sql.push(")");
}

/// What a unit does about itself and its services, aliased `o`: for the unit, and for those who work in its street.
fn own_affairs(sql: &mut Sql, viewer: &Viewer, unit_column: &str) {
    match viewer.actor {
        Actor::Administrator => {}
        Actor::Public => {
            sql.push(" AND 1 = 0");
        }
        Actor::Staff { street, .. } | Actor::Coordinator { street } => {
            sql.push(" AND o.street_id = ").bind(street);
        }
        Actor::Liaison { unit } => {
            sql.push(" AND ").push(unit_column).push(" = ").bind(unit);
        }
    }
}

/// Matching runs, aliased `r`: for the street they lie in; above the streets for the administrator alone.
pub fn runs(sql: &mut Sql, viewer: &Viewer) {
    match viewer.actor {
        Actor::Administrator => {}
        Actor::Staff { street, .. } | Actor::Coordinator { street } => {
            sql.push(" AND r.street_id = ").bind(street);
        }
        Actor::Public | Actor::Liaison { .. } => {
            sql.push(" AND 1 = 0");
        }
    }
}

/// Rows aliased `x` that hang on a matching run by `run_id`.
pub fn of_runs(sql: &mut Sql, viewer: &Viewer) {
    if viewer.actor == Actor::Administrator {
        return;
    }
    sql.push(" AND x.run_id IN (SELECT r.id FROM matching_run AS r WHERE 1 = 1");
    runs(sql, viewer);
    sql.push(")");
}

/// Directives, aliased `d`: for the street they hold in.
pub fn directives(sql: &mut Sql, viewer: &Viewer) {
    match viewer.actor {
        Actor::Administrator => {}
        Actor::Staff { street, .. } | Actor::Coordinator { street } => {
            sql.push(" AND d.street_id = ").bind(street);
        }
        Actor::Public | Actor::Liaison { .. } => {
            sql.push(" AND 1 = 0");
        }
    }
}

/// Subgraphs, aliased `sg`: for their unit and for those who work in its street.
pub fn subgraphs(sql: &mut Sql, viewer: &Viewer) {
    match viewer.actor {
        Actor::Administrator => {}
        Actor::Public => {
            sql.push(" AND 1 = 0");
        }
        Actor::Staff { street, .. } | Actor::Coordinator { street } => {
            sql.push(" AND sg.street_id = ").bind(street);
        }
        Actor::Liaison { unit } => {
            sql.push(" AND sg.unit_id = ").bind(unit);
        }
    }
}

/// Publications, aliased `p`: for those who see their subgraph.
pub fn publications(sql: &mut Sql, viewer: &Viewer) {
    if viewer.actor == Actor::Administrator {
        return;
    }
    sql.push(" AND p.subgraph_id IN (SELECT sg.id FROM subgraph AS sg WHERE 1 = 1");
    subgraphs(sql, viewer);
    sql.push(")");
}

/// Versions of the graph of all, aliased `su`: for everybody who plays a part. What clients see of it is public.
pub fn supergraphs(sql: &mut Sql, viewer: &Viewer) {
    if viewer.actor == Actor::Public {
        sql.push(" AND 1 = 0");
    }
}

/// Accounts, aliased `ac`: one's own, and for a coordinator those that act in their street.
pub fn accounts(sql: &mut Sql, viewer: &Viewer) {
    if viewer.actor == Actor::Administrator {
        return;
    }
    sql.push(" AND (ac.id = ").bind(viewer.account());
    if let Actor::Coordinator { street } = viewer.actor {
        sql.push(
            " OR ac.id IN (SELECT own.account_id FROM account_grant AS own WHERE own.revoked_at IS NULL",
        );
        sql.push(" AND own.street_id = ").bind(street).push(")");
    }
    sql.push(")");
}

/// Grants, aliased `g`: those of one's own account, and for a coordinator those in their street.
pub fn grants(sql: &mut Sql, viewer: &Viewer) {
    if viewer.actor == Actor::Administrator {
        return;
    }
    sql.push(" AND (g.account_id = ").bind(viewer.account());
    if let Actor::Coordinator { street } = viewer.actor {
        sql.push(" OR g.street_id = ").bind(street);
    }
    sql.push(")");
}

/// Sessions, aliased `s`: those of one's own account; all of them for the administrator.
pub fn sessions(sql: &mut Sql, viewer: &Viewer) {
    if viewer.actor != Actor::Administrator {
        sql.push(" AND s.account_id = ").bind(viewer.account());
    }
}

/// Tokens, aliased `t`: the one at hand, and for a coordinator those of their street's liaisons and staff.
pub fn tokens(sql: &mut Sql, viewer: &Viewer) {
    if viewer.actor == Actor::Administrator {
        return;
    }
    sql.push(" AND (t.id = ").bind(viewer.token());
    if let Actor::Coordinator { street } = viewer.actor {
        sql.push(" OR (t.street_id = ").bind(street);
        sql.push(" AND t.role IN ").list([Role::Liaison, Role::Staff]).push(")");
    }
    sql.push(")");
}

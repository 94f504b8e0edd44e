//! Who sees which contact in full: the rule is part of the statement, and whatever it shows is in the trail before
//! anybody reads it.

use crate::domain::contact::Contact;
use crate::domain::event::EventKind;
use crate::domain::id::{AreaId, Id, NeedId, UnitId};
use crate::domain::matches::MatchState;
use crate::domain::text::TextEnum;
use crate::domain::viewer::{Actor, Scope, Viewer};
use crate::store::Store;
use crate::store::error::Result;
use crate::store::scope;
use crate::store::sql::Sql;
use serde_json::json;
use std::collections::HashMap;
use std::fmt;
use uuid::Uuid;

/// What a contact is to be reached about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Owner {
    /// A unit: the contact is its liaison.
    Unit(UnitId),
    /// A need.
    Need(NeedId),
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unit(id) => id.fmt(f),
            Self::Need(id) => id.fmt(f),
        }
    }
}

/// A contact as far as a viewer may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The contact, masked or in full.
    pub contact: Contact,
    /// Whether it is masked.
    pub masked: bool,
}

#[derive(sqlx::FromRow)]
struct Found {
    owner_id: Uuid,
    owner_street_id: AreaId,
    is_open: bool,
    #[sqlx(flatten)]
    contact: Contact,
}

/// The contacts of units and needs, by what they are of. Each is masked but for those who may see it in full; every
/// contact that is shown in full is in the trail first, and stays masked where the trail cannot be written.
///
/// # Errors
/// Where the contacts cannot be read.
pub async fn show(store: &Store, viewer: &Viewer, owners: &[Owner]) -> Result<HashMap<Owner, Shown>> {
    let found = find(store, viewer, owners).await?;
    let logged = match log(store, viewer, &found).await {
        Ok(()) => true,
        Err(error) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "contacts stay masked: no trail of the reads"
            );
            false
        }
    };
    let shown = found.into_iter().map(|(owner, Found { is_open, contact, .. })| {
        let masked = !(is_open && logged);
        let contact = if masked { contact.masked() } else { contact };
        (owner, Shown { contact, masked })
    });
    Ok(shown.collect())
}

async fn find(store: &Store, viewer: &Viewer, owners: &[Owner]) -> Result<Vec<(Owner, Found)>> {
    let mut units = Vec::new();
    let mut needs = Vec::new();
    for owner in owners {
        match owner {
            Owner::Unit(id) => units.push(*id),
            Owner::Need(id) => needs.push(*id),
        }
    }
    let mut conn = store.read().await?;
    let mut found = Vec::with_capacity(owners.len());
    if !units.is_empty() {
        let rows: Vec<Found> = conn.all(of_units(viewer, &units)).await?;
        found.extend(rows.into_iter().map(|row| (Owner::Unit(UnitId::new(row.owner_id)), row)));
    }
    if !needs.is_empty() {
        let rows: Vec<Found> = conn.all(of_needs(viewer, &needs)).await?;
        found.extend(rows.into_iter().map(|row| (Owner::Need(NeedId::new(row.owner_id)), row)));
    }
    Ok(found)
}

/// Puts every read in full into the trail.
async fn log(store: &Store, viewer: &Viewer, found: &[(Owner, Found)]) -> Result<()> {
    if !found.iter().any(|(_, found)| found.is_open) {
        return Ok(());
    }
    let mut tx = store.begin(viewer).await?;
    for (owner, Found { owner_street_id, contact, .. }) in found.iter().filter(|(_, found)| found.is_open) {
        let read = json!({ "of": owner.to_string() });
        tx.event(contact.id, Some(*owner_street_id), EventKind::ContactRead, read);
    }
    tx.commit().await
}

/// A unit's liaison is shown to the unit itself, to its street, and to whoever agreed with it on something they asked
/// for.
fn of_units(viewer: &Viewer, ids: &[UnitId]) -> Sql {
    let mut sql = Sql::default();
    sql.push("SELECT u.id AS owner_id, u.street_id AS owner_street_id, ct.id, ct.name, ct.phone, COALESCE(");
    match reader(viewer) {
        Actor::Public => sql.push("1 = 0"),
        Actor::Administrator => sql.push("1 = 1"),
        Actor::Liaison { unit } => {
            sql.push("u.id = ").bind(unit).push(" OR ");
            served(&mut sql, "u.id = m.unit_id AND m.asking_unit_id = ").bind(unit).push(")")
        }
        Actor::Staff { community, .. } => {
            served(&mut sql, "u.id = m.unit_id AND m.asking_unit_id IS NULL AND n.community_id = ");
            sql.bind(community).push(")")
        }
        Actor::Coordinator { street } => {
            sql.push("u.street_id = ").bind(street).push(" OR ");
            served(
                &mut sql,
                "u.id = m.unit_id AND m.asking_unit_id IS NULL AND n.community_id IS NULL AND n.street_id = ",
            );
            sql.bind(street).push(")")
        }
    };
    sql.push(", FALSE) AS is_open FROM partner_unit AS u JOIN contact AS ct ON ct.id = u.contact_id WHERE u.id IN ");
    sql.list(ids.iter().copied());
    sql
}

/// A need's contact is shown to its asking side, to its street, and to the units that agreed to serve it.
fn of_needs(viewer: &Viewer, ids: &[NeedId]) -> Sql {
    let mut sql = Sql::default();
    sql.push("SELECT n.id AS owner_id, n.street_id AS owner_street_id, ct.id, ct.name, ct.phone, COALESCE(");
    match reader(viewer) {
        Actor::Public => sql.push("1 = 0"),
        Actor::Administrator => sql.push("1 = 1"),
        Actor::Liaison { unit } => {
            sql.push("n.asking_unit_id = ").bind(unit).push(" OR EXISTS (SELECT 1 FROM match AS m WHERE ");
            agreed(&mut sql).push(" AND m.need_id = n.id AND m.unit_id = ").bind(unit).push(")")
        }
        Actor::Staff { community, .. } => {
            sql.push("n.asking_unit_id IS NULL AND n.community_id = ").bind(community)
        }
        Actor::Coordinator { street } => sql.push("n.street_id = ").bind(street),
    };
    sql.push(", FALSE) AS is_open FROM need AS n JOIN contact AS ct ON ct.id = n.contact_id WHERE n.id IN ");
    sql.list(ids.iter().copied());
    scope::needs(&mut sql, viewer);
    sql
}

/// Whose rights count: nobody's, where the token does not carry the scope.
fn reader(viewer: &Viewer) -> Actor {
    if viewer.may(Scope::Contacts) { viewer.actor } else { Actor::Public }
}

/// Appends, up to the last value, that an agreed match brings the two together.
fn served<'a>(sql: &'a mut Sql, which: &str) -> &'a mut Sql {
    sql.push("EXISTS (SELECT 1 FROM match AS m JOIN need AS n ON n.id = m.need_id WHERE ");
    agreed(sql).push(" AND ").push(which)
}

fn agreed(sql: &mut Sql) -> &mut Sql {
    let agreed = MatchState::ALL.iter().copied().filter(|state| state.is_agreed());
    sql.push("m.state IN ").list(agreed)
}

//! Rows that belong to a parent and are few: lines of capacity, rules of availability. They are loaded whole, for many
//! parents in one statement.

use super::conn::{Conn, Row};
use super::error::Result;
use super::sql::Sql;
use crate::domain::viewer::Viewer;
use std::collections::HashMap;
use uuid::Uuid;

/// A row that is loaded with all its siblings.
pub trait Part: Row + Clone + Sync + 'static {
    /// Begins the statement, up to and including the column with the parent's id and ` IN `.
    const SELECT: &'static str;
    /// Ends it: the order.
    const ORDER: &'static str;
    /// Appends the conditions under which the viewer sees a row.
    fn scope(_: &mut Sql, _: &Viewer) {}
    /// The parent's id.
    fn parent(&self) -> Uuid;
}

/// The parts of many parents, by parent; a parent without parts is missing.
///
/// # Errors
/// Where the database fails.
pub async fn of_parents<P: Part>(
    conn: &mut Conn,
    viewer: &Viewer,
    parents: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, Vec<P>>> {
    let mut sql = Sql::default();
    sql.push(P::SELECT).list(parents);
    P::scope(&mut sql, viewer);
    sql.push(P::ORDER);
    let mut found: HashMap<Uuid, Vec<P>> = HashMap::new();
    for row in conn.all::<P>(sql).await? {
        found.entry(row.parent()).or_default().push(row);
    }
    Ok(found)
}

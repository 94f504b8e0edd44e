//! Looking up entities by their ids, as far as the viewer may see them.

use super::conn::{Conn, Row, Tx};
use super::error::Result;
use super::sql::{Sql, Value};
use crate::domain::id::Id;
use crate::domain::refusal::Refusal;
use crate::domain::viewer::Viewer;
use std::collections::HashMap;

/// A table whose rows have ids and a rule of who sees them.
pub trait Entity: Row + Clone + Sync + 'static {
    /// Names its rows.
    type Id: Id;
    /// The table.
    const TABLE: &'static str;
    /// The alias of the table in every statement.
    const ALIAS: &'static str;

    /// Appends the conditions under which the viewer sees a row.
    fn scope(sql: &mut Sql, viewer: &Viewer);
    /// The row's id.
    fn id(&self) -> Self::Id;
}

/// An entity that has an official code beside its id, in the column `code`: what the world outside the hub calls it by.
pub trait Coded: Entity {
    /// The code, where it has one.
    fn code(&self) -> Option<&str>;
}

fn select<E: Entity>(viewer: &Viewer, ids: &[E::Id]) -> Sql {
    select_where::<E, _>(viewer, "id", ids.iter().map(|id| id.uuid()))
}

fn select_where<E: Entity, V: Into<Value>>(
    viewer: &Viewer,
    column: &str,
    values: impl IntoIterator<Item = V>,
) -> Sql {
    let (table, alias) = (E::TABLE, E::ALIAS);
    let mut sql = Sql::default();
    sql.push(&format!("SELECT {alias}.* FROM {table} AS {alias} WHERE {alias}.{column} IN "));
    sql.list(values);
    E::scope(&mut sql, viewer);
    sql
}

/// The entities with these ids that the viewer may see, by id.
///
/// # Errors
/// Where the database fails.
pub async fn by_ids<E: Entity>(conn: &mut Conn, viewer: &Viewer, ids: &[E::Id]) -> Result<HashMap<E::Id, E>> {
    let rows: Vec<E> = conn.all(select::<E>(viewer, ids)).await?;
    Ok(rows.into_iter().map(|row| (row.id(), row)).collect())
}

/// The entities with these codes that the viewer may see, by code.
///
/// # Errors
/// Where the database fails.
pub async fn by_codes<E: Coded>(
    conn: &mut Conn,
    viewer: &Viewer,
    codes: &[&str],
) -> Result<HashMap<String, E>> {
    let rows: Vec<E> = conn.all(select_where::<E, _>(viewer, "code", codes.iter().copied())).await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.code()?.to_owned(), row))).collect())
}

/// The entity with this id.
///
/// # Errors
/// A refusal where there is none that the viewer may see; else where the database fails.
pub async fn get<E: Entity>(conn: &mut Conn, viewer: &Viewer, id: E::Id) -> Result<E> {
    let found = conn.optional(select::<E>(viewer, &[id])).await?;
    found.ok_or_else(|| Refusal::not_found(E::Id::KIND).into())
}

/// The entity with this id, kept from others' changes until the transaction ends. Where several are locked, needs come
/// before services and capacities, and those of one kind in the order of their ids: so transactions never wait in a circle.
///
/// # Errors
/// A refusal where there is none that the caller may see; else where the database fails.
pub async fn lock<E: Entity>(tx: &mut Tx, id: E::Id) -> Result<E> {
    let sql = select::<E>(&tx.viewer, &[id]);
    tx.lock(sql).await?.ok_or_else(|| Refusal::not_found(E::Id::KIND).into())
}

//! Pages of any entity, for one parent or for many at once: keyset cursors, one statement whatever the number of
//! parents, and counts to go with them.

use super::conn::Conn;
use super::entity::Entity;
use super::error::Result;
use super::sql::{Sql, Value};
use crate::domain::id::Id as _;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::viewer::Viewer;
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::hash::Hash;
use uuid::Uuid;

/// The value by which a list is ordered, beside the id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Key {
    /// Ordered by a text.
    Text(String),
    /// Ordered by a number.
    Int(i64),
    /// Ordered by a moment.
    Time(DateTime<Utc>),
}

/// What kind of value a list is ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// See [`Key::Text`].
    Text,
    /// See [`Key::Int`].
    Int,
    /// See [`Key::Time`].
    Time,
}

impl Key {
    fn kind(&self) -> KeyKind {
        match self {
            Self::Text(_) => KeyKind::Text,
            Self::Int(_) => KeyKind::Int,
            Self::Time(_) => KeyKind::Time,
        }
    }
}

impl From<Key> for Value {
    fn from(key: Key) -> Self {
        match key {
            Key::Text(text) => text.into(),
            Key::Int(number) => number.into(),
            Key::Time(time) => time.into(),
        }
    }
}

/// A place in a list: it stays valid while rows come and go.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Cursor {
    pub(super) order: String,
    pub(super) key: Key,
    pub(super) id: Uuid,
}

impl Cursor {
    /// The cursor as clients hold it.
    #[must_use]
    pub fn encode(&self) -> String {
        BASE64_URL_SAFE_NO_PAD
            .encode(serde_json::to_vec(&(&self.order, &self.key, self.id)).unwrap_or_default())
    }

    /// Reads a cursor back.
    ///
    /// # Errors
    /// [`Code::BadInput`] where the text is no cursor of this hub.
    pub fn decode(text: &str) -> std::result::Result<Self, Refusal> {
        let read = || {
            let json = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
            let (order, key, id) = serde_json::from_slice(&json).ok()?;
            Some(Self { order, key, id })
        };
        read().ok_or_else(bad_cursor)
    }
}

pub(super) fn bad_cursor() -> Refusal {
    Refusal::new(
        Code::BadInput,
        "游标无效：请使用同一列表、同一排序返回的游标。",
        "This cursor is not valid: use one that the same list in the same order returned.",
    )
}

/// Which part of a list is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Window {
    /// How many rows at most.
    pub limit: i64,
    /// The place to go on from; `None` for the beginning, or for the end when going backwards.
    pub from: Option<Cursor>,
    /// Whether to go backwards, from the end.
    pub backwards: bool,
}

/// How a list is ordered: by a column, then by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Order {
    /// A name that cursors carry, so that they are not used with another order.
    pub name: &'static str,
    /// The column.
    pub column: &'static str,
    /// What the column holds, and so what a cursor has to.
    pub kind: KeyKind,
    /// Whether the largest comes first.
    pub descending: bool,
}

/// A kind of list of an entity: a filter, an order and perhaps the parents that its rows belong to. Who sees which
/// rows is the entity's own matter.
pub trait Listing: Clone + Eq + Hash + Send + Sync + 'static {
    /// A row of it.
    type Row: Entity;

    /// Joins that the filter or the parent need.
    fn join(&self) -> &'static str {
        ""
    }
    /// Appends the filter's conditions, each with its ` AND `.
    fn filter(&self, sql: &mut Sql);
    /// The column that holds the parent's id, where the list belongs to a parent.
    fn parent(&self) -> Option<&'static str>;
    /// How it is ordered.
    fn order(&self) -> Order;
    /// The value of the ordering column in a row.
    fn key(&self, row: &Self::Row) -> Key;

    /// Appends `FROM … WHERE …` with all that the viewer may see and the filter lets through.
    fn source(&self, viewer: &Viewer, sql: &mut Sql) {
        sql.push("FROM ").push(Self::Row::TABLE).push(" AS ").push(Self::Row::ALIAS);
        sql.push(self.join()).push(" WHERE 1 = 1");
        Self::Row::scope(sql, viewer);
        self.filter(sql);
    }
}

/// A part of a list.
#[derive(Debug, Clone)]
pub struct Slice<T> {
    /// The rows, each with its cursor, in the order of the list.
    pub rows: Vec<(Cursor, T)>,
    /// Whether the list goes on after them.
    pub has_next: bool,
    /// Whether the list has more before them.
    pub has_previous: bool,
}

impl<T> Default for Slice<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), has_next: false, has_previous: false }
    }
}

#[derive(sqlx::FromRow)]
struct Placed<T> {
    parent_key: Uuid,
    #[sqlx(flatten)]
    row: T,
}

/// The same part of the lists of many parents, by parent. A list that belongs to no parent has the nil id for one.
///
/// # Errors
/// A refusal where the cursor is of another list; else where the database fails.
pub async fn slices<L: Listing>(
    conn: &mut Conn,
    viewer: &Viewer,
    list: &L,
    window: &Window,
    parents: &[Uuid],
) -> Result<HashMap<Uuid, Slice<L::Row>>> {
    let order = list.order();
    let fits = |cursor: &Cursor| cursor.order == order.name && cursor.key.kind() == order.kind;
    if window.from.as_ref().is_some_and(|cursor| !fits(cursor)) {
        return Err(bad_cursor().into());
    }
    let rows: Vec<Placed<L::Row>> = conn.all(statement(viewer, list, window, parents)).await?;
    let mut slices: HashMap<Uuid, Slice<L::Row>> = HashMap::new();
    for Placed { parent_key, row } in rows {
        let cursor = Cursor { order: order.name.to_owned(), key: list.key(&row), id: row.id().uuid() };
        let parent = if list.parent().is_some() { parent_key } else { Uuid::nil() };
        slices.entry(parent).or_default().rows.push((cursor, row));
    }
    for slice in slices.values_mut() {
        let more = slice.rows.len() > usize::try_from(window.limit).unwrap_or(usize::MAX);
        if more {
            slice.rows.pop();
        }
        let before = window.from.is_some();
        (slice.has_previous, slice.has_next) = if window.backwards { (more, before) } else { (before, more) };
        if window.backwards {
            slice.rows.reverse();
        }
    }
    Ok(slices)
}

fn statement<L: Listing>(viewer: &Viewer, list: &L, window: &Window, parents: &[Uuid]) -> Sql {
    let order = list.order();
    let alias = L::Row::ALIAS;
    let downwards = order.descending != window.backwards;
    let direction = if downwards { "DESC" } else { "ASC" };
    let by = format!("{column} {direction}, {alias}.id {direction}", column = order.column);
    let mut sql = Sql::default();
    match list.parent() {
        None => {
            sql.push(&format!("SELECT {alias}.*, {alias}.id AS parent_key "));
        }
        Some(parent) => {
            sql.push(&format!(
                "SELECT * FROM (SELECT {alias}.*, {parent} AS parent_key, \
                 ROW_NUMBER() OVER (PARTITION BY {parent} ORDER BY {by}) AS place "
            ));
        }
    }
    list.source(viewer, &mut sql);
    if let Some(cursor) = &window.from {
        let beyond = if downwards { "<" } else { ">" };
        sql.push(&format!(" AND ({}, {alias}.id) {beyond} (", order.column));
        sql.bind(cursor.key.clone()).push(", ").bind(cursor.id).push(")");
    }
    match list.parent() {
        None => sql.push(&format!(" ORDER BY {by} LIMIT ")).bind(window.limit + 1),
        Some(parent) => sql
            .push(&format!(" AND {parent} IN "))
            .list(parents.iter().copied())
            .push(") AS placed WHERE place <= ")
            .bind(window.limit + 1)
            .push(" ORDER BY parent_key, place"),
    };
    sql
}

/// How many rows the lists of many parents have in all, by parent; a parent without rows is missing.
///
/// # Errors
/// Where the database fails.
pub async fn counts<L: Listing>(
    conn: &mut Conn,
    viewer: &Viewer,
    list: &L,
    parents: &[Uuid],
) -> Result<HashMap<Uuid, i64>> {
    let mut sql = Sql::default();
    let Some(parent) = list.parent() else {
        sql.push("SELECT COUNT(*) ");
        list.source(viewer, &mut sql);
        let (count,): (i64,) = conn.one(sql).await?;
        return Ok(HashMap::from([(Uuid::nil(), count)]));
    };
    sql.push(&format!("SELECT {parent}, COUNT(*) "));
    list.source(viewer, &mut sql);
    sql.push(&format!(" AND {parent} IN "))
        .list(parents.iter().copied())
        .push(&format!(" GROUP BY {parent}"));
    Ok(conn.all::<(Uuid, i64)>(sql).await?.into_iter().collect())
}

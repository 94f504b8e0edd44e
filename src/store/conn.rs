//! A connection to either database, and the transaction in which all changes are made.

use super::chain;
use super::error::{Error, Result};
use super::news;
use super::reader::Reader;
use super::session::SignIn;
use super::sql::{Sql, Value};
use crate::clock::Clock;
use crate::domain::event::EventKind;
use crate::domain::event::entry::{Entry, Told};
use crate::domain::event::origin::Origin;
use crate::domain::id::{AreaId, Id};
use crate::domain::viewer::{Role, Scope, Viewer};
use crate::matching::settings::Settings;
use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, FromRow, Postgres, Sqlite, Transaction};
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tokio::sync::watch;
use uuid::Uuid;

/// A row of either database.
pub trait Row: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

impl<T> Row for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

/// A connection, inside a transaction or not. Given up while it reads, it ends the statement in the database too.
pub struct Conn {
    pub(super) link: Link,
    pub(super) statements: Arc<AtomicU64>,
}

pub(super) enum Link {
    Sqlite(Reader<Sqlite>),
    SqliteTx(Transaction<'static, Sqlite>),
    Postgres(Reader<Postgres>),
    PostgresTx(Transaction<'static, Postgres>),
}

/// Runs one body on whichever database the connection leads to.
macro_rules! on {
    ($conn:expr, |$link:ident| $body:expr) => {
        match &mut $conn.link {
            Link::Sqlite(link) => {
                let $link = &mut **link;
                $body
            }
            Link::SqliteTx(link) => {
                let $link = &mut **link;
                $body
            }
            Link::Postgres(link) => {
                let $link = &mut **link;
                $body
            }
            Link::PostgresTx(link) => {
                let $link = &mut **link;
                $body
            }
        }
    };
}

/// Values of a statement that are many: such statements are seldom the same twice, so they are not kept prepared.
const MANY: usize = 200;

macro_rules! bind_all {
    ($query:expr, $values:expr) => {{
        let mut query = $query.persistent($values.len() <= MANY);
        for value in $values {
            query = match value {
                Value::Uuid(value) => query.bind(value),
                Value::Text(value) => query.bind(value),
                Value::Int(value) => query.bind(value),
                Value::Bool(value) => query.bind(value),
                Value::Time(value) => query.bind(value),
                Value::Date(value) => query.bind(value),
                Value::TimeOfDay(value) => query.bind(value),
                Value::Json(value) => query.bind(value),
            };
        }
        query
    }};
}

impl Conn {
    /// Every row that the statement returns.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn all<T: Row>(&mut self, sql: Sql) -> Result<Vec<T>> {
        let sql = self.numbered(sql);
        self.begin();
        let rows = on!(self, |link| bind_all!(sqlx::query_as(AssertSqlSafe(sql.text)), sql.values)
            .fetch_all(link)
            .await);
        self.set_busy(false);
        Ok(rows?)
    }

    /// The row that the statement returns, if any.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn optional<T: Row>(&mut self, sql: Sql) -> Result<Option<T>> {
        let sql = self.numbered(sql);
        self.begin();
        let row = on!(self, |link| bind_all!(sqlx::query_as(AssertSqlSafe(sql.text)), sql.values)
            .fetch_optional(link)
            .await);
        self.set_busy(false);
        Ok(row?)
    }

    /// The row that the statement returns.
    ///
    /// # Errors
    /// Where the database fails or there is no row.
    pub async fn one<T: Row>(&mut self, sql: Sql) -> Result<T> {
        self.optional(sql).await?.ok_or(Error::Database(sqlx::Error::RowNotFound))
    }

    /// How many rows the statement changed.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn execute(&mut self, sql: Sql) -> Result<u64> {
        let sql = self.numbered(sql);
        self.begin();
        let done = on!(self, |link| bind_all!(sqlx::query(AssertSqlSafe(sql.text)), sql.values)
            .execute(link)
            .await
            .map(|done| done.rows_affected()));
        self.set_busy(false);
        Ok(done?)
    }

    /// Whether this is PostgreSQL: for the few places where the databases truly differ.
    #[must_use]
    pub fn is_postgres(&self) -> bool {
        matches!(self.link, Link::Postgres(_) | Link::PostgresTx(_))
    }

    /// `SQLite` takes `$1` for a name and looks for it among all others, so its time grows with the square of the values.
    /// A bare `?` has no name.
    fn numbered(&self, mut sql: Sql) -> Sql {
        if sql.values.len() > MANY && !self.is_postgres() {
            sql.text = bare(&sql.text, sql.values.len()).unwrap_or(sql.text);
        }
        sql
    }

    fn begin(&mut self) {
        self.statements.fetch_add(1, Ordering::Relaxed);
        self.set_busy(true);
    }

    /// Within a transaction a statement that is given up runs to its end, and is then rolled back with the rest.
    fn set_busy(&mut self, is_busy: bool) {
        match &mut self.link {
            Link::Sqlite(link) => link.set_busy(is_busy),
            Link::Postgres(link) => link.set_busy(is_busy),
            Link::SqliteTx(_) | Link::PostgresTx(_) => {}
        }
    }
}

/// The same text with `?` in place of `$1`, `$2`, …, where these stand in order and each once.
fn bare(text: &str, values: usize) -> Option<String> {
    let mut parts = text.split('$');
    let mut bare = parts.next()?.to_owned();
    let mut count = 0;
    for (number, part) in (1_usize..).zip(parts) {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        if part[..digits].parse() != Ok(number) {
            return None;
        }
        bare.push('?');
        bare.push_str(&part[digits..]);
        count = number;
    }
    (count == values).then_some(bare)
}

/// The transaction in which a caller changes something: who, when, and the events that will be appended with it.
/// Dropped without [`Tx::commit`], it changes nothing.
pub struct Tx {
    pub(super) conn: Conn,
    pub(super) wake: watch::Sender<i64>,
    /// Who makes the change.
    pub viewer: Viewer,
    /// When.
    pub now: DateTime<Utc>,
    pub(super) clock: Clock,
    pub(super) respond_hours: i64,
    pub(super) settings: Arc<Settings>,
    pub(super) sign_in: SignIn,
    pub(super) events: Vec<Entry>,
    pub(super) origin: Arc<Origin>,
    pub(super) erased: Arc<AtomicBool>,
}

impl Deref for Tx {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        &self.conn
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.conn
    }
}

impl Tx {
    /// A new id.
    #[must_use]
    pub fn id<I: Id>(&self) -> I {
        I::new(self.clock.id())
    }

    /// Refuses a caller who is nobody in particular: for changes to one's own account, which take no role.
    ///
    /// # Errors
    /// [`Error::Denied`] where the caller is the public.
    pub fn require_known(&self) -> Result<()> {
        self.require(self.viewer.role() != Role::Public || self.viewer.principal.is_some())
    }

    /// Refuses a caller who may not make changes.
    ///
    /// # Errors
    /// [`Error::Denied`] where the caller is the public or the token cannot write.
    pub fn require_write(&self) -> Result<()> {
        self.require(self.viewer.role() != Role::Public && self.viewer.may(Scope::Write))
    }

    /// Refuses a caller who lacks a right.
    ///
    /// # Errors
    /// [`Error::Denied`] where `granted` is false.
    pub fn require(&self, granted: bool) -> Result<()> {
        if granted { Ok(()) } else { Err(Error::Denied(self.viewer.role())) }
    }

    /// Reads one row and keeps others from changing it until the transaction ends. SQLite has one writer at a time, so
    /// there it is held already.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn lock<T: Row>(&mut self, mut sql: Sql) -> Result<Option<T>> {
        if self.is_postgres() {
            sql.push(" FOR UPDATE");
        }
        self.optional(sql).await
    }

    /// Keeps others from changing rows until the transaction ends. The statement reads their ids and orders them by these,
    /// so that transactions never wait in a circle. `SQLite` has one writer at a time, so there all is held already.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn hold(&mut self, mut sql: Sql) -> Result<()> {
        if self.is_postgres() {
            sql.push(" FOR UPDATE");
            self.all::<(Uuid,)>(sql).await?;
        }
        Ok(())
    }

    /// Appends an event to the trail with the rest of the transaction.
    pub fn event<I: Id>(&mut self, id: I, street: Option<AreaId>, kind: EventKind, data: serde_json::Value) {
        let told = Told { street, subject: I::KIND, subject_id: id.uuid(), kind, data };
        self.events.push(Entry::new(self.clock.id(), self.now, &self.viewer, &self.origin, &told));
    }

    /// Makes the changes lasting, the events with them, and wakes whoever waits for events.
    ///
    /// # Errors
    /// Where the database fails; then nothing was changed.
    pub async fn commit(mut self) -> Result<()> {
        let last = chain::append(&mut self).await?;
        match self.conn.link {
            Link::SqliteTx(tx) => tx.commit().await?,
            Link::PostgresTx(tx) => tx.commit().await?,
            Link::Sqlite(_) | Link::Postgres(_) => {}
        }
        if let Some(last) = last {
            news::advance(&self.wake, last);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_lose_their_numbers_only_where_they_stand_in_order() {
        assert_eq!(bare("($1, $2), ($3)", 3).as_deref(), Some("(?, ?), (?)"));
        assert_eq!(bare("'x'", 0).as_deref(), Some("'x'"));
        for (text, values) in [("$2, $1", 2), ("$1, $1", 1), ("$1", 2), ("$x", 1), ("$1 $", 1)] {
            assert_eq!(bare(text, values), None, "{text}");
        }
    }
}

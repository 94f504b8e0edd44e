//! How the database is: for those who run a hub.

use super::conn::Conn;
use super::error::Result;
use super::sql::sql;
use super::{MIGRATIONS, Store};
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;

/// The history of the tables, compared with the one that this program brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migrations {
    /// Those that the database has still to go through.
    pub missing: Vec<i64>,
    /// Those that only a newer hub knows.
    pub unknown: Vec<i64>,
}

impl Migrations {
    /// Whether the tables are exactly those of this program.
    #[must_use]
    pub fn are_current(&self) -> bool {
        self.missing.is_empty() && self.unknown.is_empty()
    }
}

impl Store {
    /// Looks at the history of the tables.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn migrations(&self) -> Result<Migrations> {
        let mut conn = self.read().await?;
        let own: BTreeSet<i64> = MIGRATIONS.iter().map(|migration| migration.version).collect();
        let done = done(&mut conn).await?;
        Ok(Migrations {
            missing: own.difference(&done).copied().collect(),
            unknown: done.difference(&own).copied().collect(),
        })
    }
}

/// What the database went through; nothing where it was never migrated.
async fn done(conn: &mut Conn) -> Result<BTreeSet<i64>> {
    let rows = conn.all(sql!("SELECT version FROM _sqlx_migrations WHERE success")).await;
    match rows {
        Err(error) if error.lacks_table() => Ok(BTreeSet::new()),
        rows => Ok(rows?.into_iter().map(|(version,): (i64,)| version).collect()),
    }
}

/// How much there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Counts {
    /// Areas.
    pub areas: i64,
    /// Categories.
    pub categories: i64,
    /// Partner units.
    pub units: i64,
    /// Tokens that work.
    pub tokens: i64,
}

/// Counts what there is.
///
/// # Errors
/// Where the database fails.
pub async fn counts(conn: &mut Conn, now: DateTime<Utc>) -> Result<Counts> {
    conn.one(sql!(
        "SELECT (SELECT COUNT(*) FROM area) AS areas, (SELECT COUNT(*) FROM category) AS categories,
            (SELECT COUNT(*) FROM partner_unit) AS units,
            (SELECT COUNT(*) FROM token WHERE revoked_at IS NULL AND expires_at > $1) AS tokens",
        now
    ))
    .await
}

/// The settings on which lasting and fast writes depend, by name.
///
/// # Errors
/// Where the database fails.
pub async fn settings(conn: &mut Conn) -> Result<Vec<(&'static str, String)>> {
    if conn.is_postgres() {
        let (version, synchronous): (String, String) = conn
            .one(sql!("SELECT current_setting('server_version'), current_setting('synchronous_commit')"))
            .await?;
        return Ok(vec![("server_version", version), ("synchronous_commit", synchronous)]);
    }
    let (journal,): (String,) = conn.one(sql!("PRAGMA journal_mode")).await?;
    let (synchronous,): (i64,) = conn.one(sql!("PRAGMA synchronous")).await?;
    let (keys,): (i64,) = conn.one(sql!("PRAGMA foreign_keys")).await?;
    let (version,): (String,) = conn.one(sql!("SELECT sqlite_version()")).await?;
    Ok(vec![
        ("sqlite_version", version),
        ("journal_mode", journal),
        ("synchronous", synchronous.to_string()),
        ("foreign_keys", keys.to_string()),
    ])
}

/// What time it is for the database: a server of its own may disagree with this machine.
///
/// # Errors
/// Where the database fails.
pub async fn clock(conn: &mut Conn) -> Result<Option<DateTime<Utc>>> {
    if !conn.is_postgres() {
        return Ok(None);
    }
    let (now,): (DateTime<Utc>,) = conn.one(sql!("SELECT now()")).await?;
    Ok(Some(now))
}

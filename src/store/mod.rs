//! All the SQL there is: one store on SQLite or PostgreSQL, and free functions for each entity.

pub mod account;
pub mod alliance;
pub mod application;
pub mod area;
pub mod bulk;
pub mod category;
pub mod chain;
pub mod conn;
pub mod contact;
pub mod directive;
pub mod entity;
pub mod error;
pub mod event;
pub mod flow;
pub mod grant;
pub mod guess;
pub mod health;
pub mod idempotency;
pub mod matches;
pub mod need;
pub mod news;
pub mod page;
pub mod part;
pub mod password;
pub mod principal;
pub mod prospect;
mod reader;
pub mod refusals;
pub mod run;
pub mod scope;
pub mod service;
pub mod session;
pub mod settings;
pub mod signing_key;
pub mod sql;
pub mod subgraph;
pub mod subject;
pub mod token;
pub mod unit;
pub mod unit_capacity;
pub mod world;

use crate::clock::Clock;
use crate::domain::event::origin::Origin;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::viewer::{Actor, Viewer};
use crate::matching::settings::Settings;
use conn::{Conn, Link, Tx};
use error::{Error, Result};
use reader::Reader;
use session::SignIn;
use sqlx::Executor as _;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::watch;

/// The tables' history, the same for both databases.
static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

/// Connections that a hub opens at most for reading.
const READERS: u32 = 16;

/// Lower-case text in which the words of a search are looked for.
fn search_text<'a>(parts: impl IntoIterator<Item = Option<&'a String>>) -> String {
    let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
    parts.join("\n").to_lowercase()
}

/// Refuses an edit of something that somebody else has edited since it was read.
fn require_version(read: Option<i64>, now: i64) -> std::result::Result<(), Refusal> {
    if read.is_none_or(|read| read == now) {
        return Ok(());
    }
    Err(Refusal::new(
        Code::Outdated,
        format!("内容已被他人更新（当前版本{now}），请重新载入后再改。"),
        format!("Somebody else has edited this (it is at version {now}); load it again."),
    )
    .at("version"))
}

/// The hub's memory: one of the two databases, the clock, and the news of what was committed.
#[derive(Clone)]
pub struct Store {
    db: Db,
    /// Where the time of every change and every new id come from.
    pub clock: Clock,
    /// For how many hours a match waits for an answer where nobody says otherwise.
    pub respond_hours: i64,
    /// How needs are matched where their street has not laid down anything else.
    pub settings: Arc<Settings>,
    /// How people sign in.
    pub sign_in: SignIn,
    seen: principal::Seen,
    statements: Arc<AtomicU64>,
    wake: watch::Sender<i64>,
    origin: Arc<Origin>,
    refusals: Arc<refusals::Refusals>,
    /// Whether something was erased that the database still has put aside.
    erased: Arc<AtomicBool>,
}

#[derive(Clone)]
enum Db {
    /// SQLite has one writer at a time: one connection writes, the others read.
    Sqlite {
        writer: SqlitePool,
        readers: SqlitePool,
    },
    Postgres(PgPool),
}

impl Store {
    /// Opens the database of a URL: `sqlite:<file>`, `sqlite::memory:` or `postgres://…`. An SQLite file is created
    /// where there is none.
    ///
    /// # Errors
    /// Where the URL is not understood or the database cannot be reached.
    pub async fn open(url: &str, clock: Clock) -> Result<Self> {
        let db = if url.starts_with("sqlite:") {
            Self::open_sqlite(url).await?
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let options = PgConnectOptions::from_str(url)?.application_name("gongjian");
            Db::Postgres(
                PgPoolOptions::new()
                    .max_connections(READERS)
                    .acquire_timeout(Duration::from_secs(10))
                    .test_before_acquire(false)
                    .after_connect(|connection, _| {
                        Box::pin(async move {
                            // Not every system can; where it cannot, what is given up runs to its end.
                            if let Err(error) = connection.execute(reader::LOOK_AFTER_CLIENTS).await {
                                tracing::debug!(%error, "PostgreSQL does not look after its clients here");
                            }
                            Ok(())
                        })
                    })
                    .connect_with(options)
                    .await?,
            )
        } else {
            let scheme = url.split(':').next().unwrap_or_default();
            return Err(Error::Database(sqlx::Error::Configuration(
                format!("unknown database {scheme:?}; use sqlite:<file>, sqlite::memory: or postgres://…")
                    .into(),
            )));
        };
        let store = Self {
            db,
            clock,
            respond_hours: matches::DEFAULT_RESPOND_HOURS,
            settings: Arc::default(),
            sign_in: SignIn::default(),
            seen: principal::Seen::default(),
            statements: Arc::default(),
            wake: watch::Sender::new(0),
            origin: Arc::default(),
            refusals: Arc::default(),
            erased: Arc::default(),
        };
        match store.catch_up().await {
            Err(error) if error.lacks_table() => {}
            other => other?,
        }
        Ok(store)
    }

    async fn open_sqlite(url: &str) -> Result<Db> {
        let options = SqliteConnectOptions::from_str(url)?
            .create_if_missing(true)
            .foreign_keys(true)
            // What is deleted is overwritten: an erased contact is in no free page.
            .pragma("secure_delete", "ON")
            .synchronous(SqliteSynchronous::Full)
            // In KiB, and grown only as it is used: with the usual two megabytes, work on many rows reads and writes the
            // same pages over and over.
            .pragma("cache_size", "-65536")
            .busy_timeout(Duration::from_secs(10));
        // A database in memory lives in its connection, which therefore reads, writes and never ends.
        if url.contains(":memory:") {
            let pool = SqlitePoolOptions::new()
                .max_connections(1)
                .idle_timeout(None)
                .max_lifetime(None)
                .connect_with(options)
                .await?;
            return Ok(Db::Sqlite { writer: pool.clone(), readers: pool });
        }
        let options = options.journal_mode(SqliteJournalMode::Wal);
        let writer = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
        let readers =
            SqlitePoolOptions::new().max_connections(READERS).connect_lazy_with(options.read_only(true));
        Ok(Db::Sqlite { writer, readers })
    }

    /// Brings the tables and the standard categories up to date.
    ///
    /// # Errors
    /// Where the database fails or holds tables of a newer hub.
    pub async fn migrate(&self) -> Result<()> {
        match &self.db {
            Db::Sqlite { writer, .. } => MIGRATIONS.run(writer).await?,
            Db::Postgres(pool) => MIGRATIONS.run(pool).await?,
        }
        let mut tx = self.begin(&Viewer::local(Actor::Administrator)).await?;
        chain::adopt(&mut tx).await?;
        chain::guard(&mut tx).await?;
        category::seed(&mut tx).await?;
        tx.commit().await
    }

    /// A connection to read with.
    ///
    /// # Errors
    /// Where none is free in time.
    pub async fn read(&self) -> Result<Conn> {
        let link = match &self.db {
            Db::Sqlite { readers, .. } => Link::Sqlite(Reader::sqlite(readers.acquire().await?).await?),
            Db::Postgres(pool) => Link::Postgres(Reader::postgres(pool.acquire().await?)),
        };
        Ok(Conn { link, statements: self.statements.clone() })
    }

    /// A transaction in which the viewer changes something.
    ///
    /// # Errors
    /// Where no connection is free in time.
    pub async fn begin(&self, viewer: &Viewer) -> Result<Tx> {
        let link = match &self.db {
            Db::Sqlite { writer, .. } => Link::SqliteTx(writer.begin_with("BEGIN IMMEDIATE").await?),
            Db::Postgres(pool) => Link::PostgresTx(pool.begin().await?),
        };
        Ok(Tx {
            conn: Conn { link, statements: self.statements.clone() },
            wake: self.wake.clone(),
            viewer: viewer.clone(),
            now: self.clock.now(),
            clock: self.clock.clone(),
            respond_hours: self.respond_hours,
            settings: self.settings.clone(),
            sign_in: self.sign_in,
            events: Vec::new(),
            origin: self.origin.clone(),
            erased: self.erased.clone(),
        })
    }

    /// The same store for a request from somewhere: its events tell from where.
    #[must_use]
    pub fn asked_from(&self, origin: Origin) -> Self {
        Self { origin: Arc::new(origin), ..self.clone() }
    }

    /// The address of the client whose request this is the store of.
    #[must_use]
    pub fn client(&self) -> Option<IpAddr> {
        self.origin.client
    }

    /// The same store by another clock.
    #[must_use]
    pub fn with_clock(&self, clock: Clock) -> Self {
        Self { clock, ..self.clone() }
    }

    async fn clear_away(&self) -> Result<()> {
        match &self.db {
            Db::Sqlite { writer, .. } => {
                sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(writer).await?;
            }
            Db::Postgres(pool) => {
                sqlx::query("VACUUM contact").execute(pool).await?;
            }
        }
        Ok(())
    }

    /// How many statements were run so far: tests hold it constant per request.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Closes every connection, SQLite's log written back into its file.
    pub async fn close(&self) {
        match &self.db {
            Db::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Db::Postgres(pool) => pool.close().await,
        }
    }
}

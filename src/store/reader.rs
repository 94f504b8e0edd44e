//! A connection that reads. Dropped in the middle of a statement, because nobody waits for the answer any more, it ends the
//! statement in the database too; the framework alone would let it run to its end.

use sqlx::pool::PoolConnection;
use sqlx::{Database, Postgres, Sqlite};
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Steps of `SQLite`'s machine between two looks at whether anybody still waits: well below a millisecond.
const STEPS: i32 = 20_000;
/// Makes PostgreSQL look once a second whether the client of a running statement is still there.
pub(super) const LOOK_AFTER_CLIENTS: &str = "SET client_connection_check_interval = '1s'";

/// A connection out of a pool, and whether a statement runs on it.
pub(super) struct Reader<D: Database> {
    connection: PoolConnection<D>,
    is_busy: bool,
    /// Shared with what watches the statements of the connection, where something does.
    is_abandoned: Arc<AtomicBool>,
}

impl Reader<Sqlite> {
    pub async fn sqlite(mut connection: PoolConnection<Sqlite>) -> sqlx::Result<Self> {
        let is_abandoned = Arc::new(AtomicBool::new(false));
        let watched = is_abandoned.clone();
        connection.lock_handle().await?.set_progress_handler(STEPS, move || !watched.load(Ordering::Relaxed));
        Ok(Self { connection, is_busy: false, is_abandoned })
    }
}

impl Reader<Postgres> {
    pub fn postgres(connection: PoolConnection<Postgres>) -> Self {
        Self { connection, is_busy: false, is_abandoned: Arc::default() }
    }
}

impl<D: Database> Reader<D> {
    pub fn set_busy(&mut self, is_busy: bool) {
        self.is_busy = is_busy;
    }
}

impl<D: Database> Deref for Reader<D> {
    type Target = D::Connection;

    fn deref(&self) -> &D::Connection {
        &self.connection
    }
}

impl<D: Database> DerefMut for Reader<D> {
    fn deref_mut(&mut self) -> &mut D::Connection {
        &mut self.connection
    }
}

impl<D: Database> Drop for Reader<D> {
    fn drop(&mut self) {
        if self.is_busy {
            self.is_abandoned.store(true, Ordering::Relaxed);
            // What was running may still be ending: the next reader gets a fresh connection.
            self.connection.close_on_drop();
        }
    }
}

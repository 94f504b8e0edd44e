//! News of what was committed: told at once within this process, and by the database where another process commits.
//! News only say how far the trail goes; whoever waits for them reads the trail itself, so no news are ever missed.

use super::error::{Error, Result};
use super::{Db, Store, event};
use sqlx::postgres::{PgListener, PgPool, PgPoolOptions};
use std::time::Duration;
use tokio::sync::watch;

/// Where PostgreSQL notifies of commits, with the number of the last event.
pub(super) const CHANNEL: &str = "gongjian_event";

/// How often the trail of an SQLite file is looked at: SQLite tells nobody that another process has written.
const POLL: Duration = Duration::from_secs(1);
/// How long PostgreSQL may be quiet before the trail is looked at all the same: a connection can die unnoticed.
const QUIET: Duration = Duration::from_secs(30);
/// How long to wait after a first failure; each further one doubles it.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// How long to wait at most.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Moves the news forward, never back.
pub(super) fn advance(wake: &watch::Sender<i64>, last: i64) {
    wake.send_if_modified(|seen| std::mem::replace(seen, last.max(*seen)) < last);
}

impl Store {
    /// The number of the last event that this process knows of, and the news of later ones.
    #[must_use]
    pub fn news(&self) -> watch::Receiver<i64> {
        self.wake.subscribe()
    }

    /// Brings news of what other processes commit to the same database, until it is dropped or the store is closed.
    /// It mends a lost connection by itself, and then looks at the trail for what it did not hear.
    pub async fn listen(&self) {
        let mut pause = FIRST_PAUSE;
        loop {
            let lost = match &self.db {
                Db::Sqlite { .. } => self.poll(&mut pause).await,
                Db::Postgres(pool) => self.hear(pool, &mut pause).await,
            };
            match lost {
                Ok(()) => {}
                Err(Error::Database(sqlx::Error::PoolClosed)) => return,
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "no news from the database");
                }
            }
            tokio::time::sleep(pause).await;
            pause = LONGEST_PAUSE.min(pause * 2);
        }
    }

    async fn poll(&self, pause: &mut Duration) -> Result<()> {
        loop {
            self.catch_up().await?;
            *pause = FIRST_PAUSE;
            tokio::time::sleep(POLL).await;
        }
    }

    /// Hears PostgreSQL's notifications until the connection, its own and no reader's, is lost.
    async fn hear(&self, pool: &PgPool, pause: &mut Duration) -> Result<()> {
        let options = (*pool.connect_options()).clone();
        let own = PgPoolOptions::new().max_connections(1).connect_with(options).await?;
        let mut listener = PgListener::connect_with(&own).await?;
        listener.eager_reconnect(false);
        listener.listen(CHANNEL).await?;
        loop {
            self.catch_up().await?;
            *pause = FIRST_PAUSE;
            match tokio::time::timeout(QUIET, listener.try_recv()).await {
                Ok(Ok(None)) => return Ok(()),
                Ok(Err(error)) => return Err(error.into()),
                Ok(Ok(Some(_))) | Err(_) => {}
            }
        }
    }

    /// Looks how far the trail goes.
    pub(super) async fn catch_up(&self) -> Result<()> {
        let mut conn = self.read().await?;
        advance(&self.wake, event::last_seq(&mut conn).await?);
        Ok(())
    }
}

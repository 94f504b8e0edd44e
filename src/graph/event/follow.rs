//! Following the trail for one subscriber, as fast as they read and no faster: whoever is slow keeps a place in the
//! trail, not a queue.

use crate::domain::event::Event;
use crate::domain::id::Id as _;
use crate::domain::viewer::{Role, Viewer};
use crate::store::Store;
use crate::store::conn::Conn;
use crate::store::entity::by_ids;
use crate::store::error::{Error, Result};
use crate::store::event::{self, Followed, Wanted};
use crate::store::principal;
use futures_util::stream::{self, Stream};
use std::collections::VecDeque;
use tokio::sync::watch;

/// Changes that are read at once.
const BATCH: usize = 100;

/// A place in the trail, and what was read from there.
struct Follower {
    store: Store,
    viewer: Viewer,
    wanted: Wanted,
    news: watch::Receiver<i64>,
    /// Everything up to this number has been read.
    seen: i64,
    /// What was read and not yet delivered.
    read: VecDeque<Event>,
    /// Whether there was no more to read.
    at_end: bool,
}

/// Every wanted change from now on, or after a cursor, with the thing as it is when it is delivered.
///
/// # Errors
/// A refusal where what is wanted is unknown or the cursor is none of ours; denied where the viewer may not follow it.
pub async fn follow<E: Followed>(
    store: &Store,
    viewer: &Viewer,
    wanted: Wanted,
    after: Option<&str>,
) -> Result<impl Stream<Item = Result<(Event, E)>> + Send + use<E>> {
    let news = store.news();
    let mut conn = store.read().await?;
    event::require_wanted(&mut conn, viewer, wanted).await?;
    let seen = event::start(&mut conn, after).await?;
    let (store, viewer) = (store.clone(), viewer.clone());
    let follower = Follower { store, viewer, wanted, news, seen, read: VecDeque::new(), at_end: false };
    Ok(stream::try_unfold(follower, |mut follower| async move {
        let next = follower.next().await?;
        Ok(Some((next, follower)))
    }))
}

impl Follower {
    async fn next<E: Followed>(&mut self) -> Result<(Event, E)> {
        loop {
            let Some(event) = self.read.pop_front() else {
                self.read_on::<E>().await?;
                continue;
            };
            let mut conn = self.store.read().await?;
            self.require_valid(&mut conn).await?;
            let id = E::Id::new(event.subject_id);
            // What the subscriber may not see any more by now is not told of.
            if let Some(row) = by_ids::<E>(&mut conn, &self.viewer, &[id]).await?.remove(&id) {
                return Ok((event, row));
            }
        }
    }

    /// Reads the next changes; where there are none, waits for news first.
    async fn read_on<E: Followed>(&mut self) -> Result<()> {
        // The store at hand keeps its news open, so there is always a next.
        if self.at_end && self.news.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
        // All that the news tell of is committed, so it is read now or not wanted.
        let told = *self.news.borrow_and_update();
        let mut conn = self.store.read().await?;
        let limit = i64::try_from(BATCH).unwrap_or(i64::MAX);
        self.read = event::after::<E>(&mut conn, &self.viewer, self.wanted, self.seen, limit).await?.into();
        self.at_end = self.read.len() < BATCH;
        self.seen = self.read.back().map_or(self.seen, |last| last.seq);
        if self.at_end {
            self.seen = self.seen.max(told);
            self.require_valid(&mut conn).await?;
        }
        Ok(())
    }

    /// Turns away whoever's token or session has ended while they were following.
    async fn require_valid(&self, conn: &mut Conn) -> Result<()> {
        let valid = principal::is_valid(conn, &self.viewer, self.store.clock.now()).await?;
        if valid { Ok(()) } else { Err(Error::Denied(Role::Public)) }
    }
}

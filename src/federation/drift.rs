//! Looking at live partners' endpoints once in a while: whether they still say what is live.

use super::{Federation, breaking_texts, fetch};
use crate::domain::subgraph::SchemaChange;
use crate::domain::viewer::{Actor, Viewer};
use crate::store::Store;
use crate::store::error::Result;
use crate::store::subgraph::poll::{self, Due, Seen};
use crate::store::subgraph::{hash, texts};
use chrono::TimeDelta;

impl Federation {
    /// Looks at the endpoints of live subgraphs that nobody has looked at for long, and gives back how many these were.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn poll(&self, store: &Store) -> Result<usize> {
        let minutes = self.settings().poll_minutes;
        if minutes <= 0 {
            return Ok(0);
        }
        let due = poll::take(store, TimeDelta::minutes(minutes)).await?;
        for one in &due {
            let seen = self.look(store, one).await?;
            let mut tx = store.begin(&Viewer::local(Actor::Administrator)).await?;
            poll::told(&mut tx, one, &seen).await?;
            tx.commit().await?;
        }
        Ok(due.len())
    }

    async fn look(&self, store: &Store, due: &Due) -> Result<Seen> {
        let told = match self.reach().parse(&due.url) {
            Ok(endpoint) => fetch::sdl(self.reach(), self.settings(), &endpoint).await,
            Err(why) => Err(why.into()),
        };
        let told = match told {
            Ok(told) => told,
            Err(failed) => return Ok(Seen::Failed(failed.code())),
        };
        if hash(&told) == due.sdl_hash {
            return Ok(Seen::Same);
        }
        let live = texts(&mut store.read().await?, &[&due.sdl_hash]).await?;
        let live = live.into_values().next().unwrap_or_default();
        if live.split_whitespace().eq(told.split_whitespace()) {
            return Ok(Seen::Same);
        }
        let changes = match super::syntax::read(&told, self.settings()) {
            Ok(_) => breaking_texts(live, told).await.unwrap_or_default(),
            Err(problem) => {
                vec![SchemaChange { path: String::new(), zh: problem.zh, en: problem.en }]
            }
        };
        Ok(Seen::Otherwise(changes))
    }
}

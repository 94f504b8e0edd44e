//! Whoever is known by a token or a session: whether they still are who they were, and when they were last seen.

use super::conn::Conn;
use super::error::Result;
use super::sql::sql;
use super::{Store, session, token};
use crate::domain::viewer::{Principal, Viewer};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::timeout;
use uuid::Uuid;

/// How exactly it is known when somebody was last seen.
const OFTEN: TimeDelta = TimeDelta::minutes(1);
/// How long a request waits for that to be written down.
const PATIENCE: Duration = Duration::from_millis(250);
/// How many are remembered at most.
const MANY: usize = 10_000;

/// Who was seen lately, so that it is written down once a minute and not with every request.
pub(super) type Seen = Arc<Mutex<HashMap<Uuid, DateTime<Utc>>>>;

/// Whether a viewer still is who they were: their token or session works, and lets them do what it did.
///
/// # Errors
/// Where the database fails.
pub async fn is_valid(conn: &mut Conn, viewer: &Viewer, now: DateTime<Utc>) -> Result<bool> {
    let found = match viewer.principal {
        None => return Ok(true),
        Some(Principal::Token(id)) => token::by_id(conn, id).await?.and_then(|token| token.viewer(now)),
        Some(Principal::Session { id, .. }) => session::viewer(conn, id, now).await?,
    };
    Ok(found.as_ref() == Some(viewer))
}

/// Writes down that a viewer was seen, once a minute. Where the database is busy it is left for the next minute.
pub async fn touch(store: &Store, viewer: &Viewer) {
    let (Some(principal), Some(key)) = (viewer.principal, viewer.key()) else { return };
    let now = store.clock.now();
    {
        let mut seen = store.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.get(&key).is_some_and(|last| now - *last < OFTEN) {
            return;
        }
        if seen.len() >= MANY {
            seen.retain(|_, last| now - *last < OFTEN);
        }
        seen.insert(key, now);
    }
    match timeout(PATIENCE, write(store, viewer, principal, now)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "it was not kept who was seen");
        }
        Err(_) => tracing::debug!("the database was too busy to keep who was seen"),
    }
}

async fn write(store: &Store, viewer: &Viewer, principal: Principal, now: DateTime<Utc>) -> Result<()> {
    let mut tx = store.begin(viewer).await?;
    match principal {
        Principal::Token(id) => {
            tx.execute(sql!("UPDATE token SET used_at = $1 WHERE id = $2", now, id)).await?;
        }
        Principal::Session { id, .. } => {
            let idle = now + store.sign_in.idle();
            tx.execute(sql!("UPDATE session SET used_at = $1, idle_at = $2 WHERE id = $3", now, idle, id))
                .await?;
        }
    }
    tx.commit().await
}

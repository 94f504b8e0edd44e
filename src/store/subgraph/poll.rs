//! Looking at partners' endpoints: whether they still say what is live. Of several hubs on one database, one looks.

use crate::domain::event::EventKind;
use crate::domain::id::SubgraphId;
use crate::domain::subgraph::{SchemaChange, Subgraph, SubgraphPublicationState, SubgraphState};
use crate::store::Store;
use crate::store::conn::Tx;
use crate::store::error::{Error, Result};
use crate::store::run::begin;
use crate::store::sql::sql;
use chrono::TimeDelta;
use serde_json::json;

/// What looking at an endpoint found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// It says what is live.
    Same,
    /// It says something else.
    Otherwise(Vec<SchemaChange>),
    /// It does not answer as it should: a code.
    Failed(String),
}

/// A live subgraph that is to be looked at, and the hash of what is live.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Due {
    /// The subgraph.
    pub id: SubgraphId,
    /// Where it is asked.
    pub url: String,
    /// The hash of its live schema.
    pub sdl_hash: String,
}

/// Takes on the live subgraphs that were not looked at for so long: each is taken on by one hub.
///
/// # Errors
/// Where the database fails.
pub async fn take(store: &Store, every: TimeDelta) -> Result<Vec<Due>> {
    let before = store.clock.now() - every;
    let due: Vec<Due> = store
        .read()
        .await?
        .all(sql!(
            "SELECT sg.id, p.url, p.sdl_hash FROM subgraph AS sg JOIN publication AS p
                ON p.subgraph_id = sg.id AND p.state = $1
             WHERE sg.state = $2 AND (sg.polled_at IS NULL OR sg.polled_at <= $3) ORDER BY sg.id",
            SubgraphPublicationState::Live,
            SubgraphState::Live,
            before
        ))
        .await?;
    let mut taken = Vec::new();
    for one in due {
        let mut tx = begin(store).await?;
        let now = tx.now;
        let own = tx
            .execute(sql!(
                "UPDATE subgraph SET polled_at = $1 WHERE id = $2 AND (polled_at IS NULL OR polled_at <= $3)",
                now,
                one.id,
                before
            ))
            .await?;
        tx.commit().await?;
        if own > 0 {
            taken.push(one);
        }
    }
    Ok(taken)
}

/// Keeps what looking at an endpoint found, unless something else has become live meanwhile.
///
/// # Errors
/// Where the database fails.
pub async fn told(tx: &mut Tx, due: &Due, seen: &Seen) -> Result<()> {
    let held: Option<Subgraph> = tx
        .lock(sql!(
            "SELECT * FROM subgraph WHERE id = $1 AND EXISTS
                (SELECT 1 FROM publication AS p WHERE p.subgraph_id = subgraph.id AND p.state = $2 AND p.sdl_hash = $3)",
            due.id,
            SubgraphPublicationState::Live,
            due.sdl_hash.clone()
        ))
        .await?;
    let Some(subgraph) = held else { return Ok(()) };
    let now = tx.now;
    let (failure, drifted_at, drift) = match seen {
        Seen::Same => (None, None, Vec::new()),
        Seen::Otherwise(changes) => (None, Some(subgraph.drifted_at.unwrap_or(now)), changes.clone()),
        Seen::Failed(code) => (Some(code.clone()), subgraph.drifted_at, subgraph.drift.clone()),
    };
    if (&failure, drifted_at, &drift) == (&subgraph.poll_failure, subgraph.drifted_at, &subgraph.drift) {
        return Ok(());
    }
    let kept = serde_json::to_value(&drift).map_err(|error| Error::Corrupt(error.to_string()))?;
    tx.execute(sql!(
        "UPDATE subgraph SET poll_failure = $1, drifted_at = $2, drift = $3 WHERE id = $4",
        failure.clone(),
        drifted_at,
        kept,
        due.id
    ))
    .await?;
    let told = |drifted: bool, failure: &Option<String>| json!({ "drifted": drifted, "failure": failure });
    let (before, after) =
        (told(subgraph.drifted_at.is_some(), &subgraph.poll_failure), told(drifted_at.is_some(), &failure));
    if before != after {
        let data = json!({ "before": before, "after": after });
        tx.event(due.id, Some(subgraph.street_id), EventKind::Edited, data);
    }
    Ok(())
}

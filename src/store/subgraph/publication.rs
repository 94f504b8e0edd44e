//! Submitting a schema, and declining one.

use super::{held, require_short, text};
use crate::domain::check;
use crate::domain::event::EventKind;
use crate::domain::id::{PublicationId, SubgraphId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::subgraph::{Findings, Publication, Subgraph, SubgraphPublicationState as State};
use crate::domain::text::{Lang, TextEnum as _};
use crate::store::conn::Tx;
use crate::store::entity::{get, lock};
use crate::store::error::{Error, Result, at};
use crate::store::sql::sql;
use chrono::TimeDelta;
use serde_json::{Value, json};

/// How many schemas may be submitted for one subgraph within a day.
const MOST_A_DAY: i64 = 100;

/// A schema that is submitted, with what its check found.
#[derive(Debug, Clone)]
pub struct Submitted {
    /// Where it would be asked.
    pub url: String,
    /// The schema.
    pub sdl: String,
    /// What its check found.
    pub found: Findings,
}

/// Submits a schema: it waits for a coordinator, in place of one that waited before; or it is kept with its problems,
/// and nothing else changes. What is live or waits already is not submitted again. For those who look after the subgraph.
///
/// # Errors
/// A refusal where the subgraph is unknown or too much was submitted today; denied to all others.
pub async fn publish(tx: &mut Tx, id: SubgraphId, new: &Submitted) -> Result<PublicationId> {
    let subgraph = held(tx, id).await?;
    require_short(&new.url)?;
    let sdl_hash = text::keep(tx, &new.sdl).await?;
    if new.found.problems.is_empty()
        && let Some((same,)) = tx
            .optional::<(PublicationId,)>(sql!(
                "SELECT id FROM publication WHERE subgraph_id = $1 AND sdl_hash = $2 AND url = $3 AND state IN ($4, $5)
                 ORDER BY number DESC LIMIT 1",
                id,
                sdl_hash.clone(),
                new.url.as_str(),
                State::Waiting,
                State::Live
            ))
            .await?
    {
        return Ok(same);
    }
    require_few(tx, id).await?;
    let state = if new.found.problems.is_empty() { State::Waiting } else { State::Invalid };
    if state == State::Waiting {
        retire_waiting(tx, &subgraph).await?;
        tx.execute(sql!("UPDATE subgraph SET url = $1 WHERE id = $2", new.url.as_str(), id)).await?;
    }
    let publication = insert(tx, id, new, sdl_hash, state).await?;
    let data = json!({ "state": state, "url": new.url, "problems": new.found.problems.len() });
    tx.event(publication, Some(subgraph.street_id), EventKind::Added, data);
    Ok(publication)
}

async fn insert(
    tx: &mut Tx,
    subgraph: SubgraphId,
    new: &Submitted,
    sdl_hash: String,
    state: State,
) -> Result<PublicationId> {
    let publication: PublicationId = tx.id();
    let (now, role, found) = (tx.now, tx.viewer.role(), &new.found);
    tx.execute(sql!(
        "INSERT INTO publication
            (id, subgraph_id, number, state, url, sdl_hash, problems, breaking, adds, reads, role, created_at)
         VALUES ($1, $2, (SELECT COALESCE(MAX(number), 0) + 1 FROM publication WHERE subgraph_id = $2),
            $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        publication,
        subgraph,
        state,
        new.url.as_str(),
        sdl_hash,
        json(&found.problems)?,
        json(&found.breaking)?,
        json(&found.adds)?,
        json(&found.reads)?,
        role,
        now
    ))
    .await?;
    Ok(publication)
}

fn json<T: serde::Serialize>(value: &T) -> Result<Value> {
    serde_json::to_value(value).map_err(|error| Error::Corrupt(error.to_string()))
}

async fn require_few(tx: &mut Tx, id: SubgraphId) -> Result<()> {
    let since = tx.now - TimeDelta::days(1);
    let (count,): (i64,) = tx
        .one(sql!("SELECT COUNT(*) FROM publication WHERE subgraph_id = $1 AND created_at > $2", id, since))
        .await?;
    if count < MOST_A_DAY {
        return Ok(());
    }
    Err(Refusal::new(
        Code::LimitReached,
        format!("同一子图24小时内最多发布{MOST_A_DAY}次，请明天再试。"),
        format!("A subgraph is published {MOST_A_DAY} times within 24 hours at most; try again tomorrow."),
    )
    .into())
}

/// What waits for a coordinator waits no more.
pub(super) async fn retire_waiting(tx: &mut Tx, subgraph: &Subgraph) -> Result<()> {
    let waiting: Vec<(PublicationId,)> = tx
        .all(sql!(
            "UPDATE publication SET state = $1 WHERE subgraph_id = $2 AND state = $3 RETURNING id",
            State::Retired,
            subgraph.id,
            State::Waiting
        ))
        .await?;
    for (id,) in waiting {
        moved(tx, id, subgraph, State::Waiting, State::Retired);
    }
    Ok(())
}

/// Declines a schema that waits, for a reason. For the street's coordinator.
///
/// # Errors
/// A refusal where it is unknown, does not wait or no reason is given; denied to all others.
pub async fn decline(tx: &mut Tx, id: PublicationId, reason: &str) -> Result<PublicationId> {
    let (publication, subgraph) = waiting(tx, id).await?;
    let reason = check::reason("reason", reason)?;
    let now = tx.now;
    tx.execute(sql!(
        "UPDATE publication SET state = $1, reason = $2, decided_at = $3 WHERE id = $4",
        State::Declined,
        reason.clone(),
        now,
        publication.id
    ))
    .await?;
    let data = json!({ "from": State::Waiting, "to": State::Declined, "reason": reason });
    tx.event(id, Some(subgraph.street_id), EventKind::Moved, data);
    Ok(id)
}

/// A publication that waits, held with its subgraph, and only for those who may decide on it.
pub(super) async fn waiting(tx: &mut Tx, id: PublicationId) -> Result<(Publication, Subgraph)> {
    tx.require_write()?;
    let viewer = tx.viewer.clone();
    let seen: Publication = get(tx, &viewer, id).await.map_err(|error| at("id", error))?;
    let subgraph: Subgraph = lock(tx, seen.subgraph_id).await?;
    tx.require(tx.viewer.coordinates(Some(subgraph.street_id)))?;
    let publication: Publication = lock(tx, id).await?;
    if publication.state == State::Waiting {
        return Ok((publication, subgraph));
    }
    let state = publication.state;
    Err(Refusal::new(
        Code::IllegalTransition,
        format!("该发布处于“{}”状态，只有待批准的发布才能批准或不批准。", state.label(Lang::Zh)),
        format!("This publication is {}; only one that waits can be decided on.", state.label(Lang::En)),
    )
    .at("id")
    .into())
}

/// Tells the trail that a publication has come to another state.
pub(super) fn moved(tx: &mut Tx, id: PublicationId, subgraph: &Subgraph, from: State, to: State) {
    tx.event(id, Some(subgraph.street_id), EventKind::Moved, json!({ "from": from, "to": to }));
}

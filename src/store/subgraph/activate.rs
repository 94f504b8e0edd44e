//! Making another version of the graph of all live: by approving, by leaving, by going back, by the hub's own change.

use super::publication::{moved, retire_waiting, waiting};
use super::supergraph::{self, head};
use super::{held, text};
use crate::domain::check;
use crate::domain::event::EventKind;
use crate::domain::id::{AreaId, PublicationId, SubgraphId, SupergraphId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::subgraph::{
    Member, Subgraph, SubgraphPublicationState as State, SubgraphState, SupergraphCause as Cause,
};
use crate::domain::viewer::Viewer;
use crate::store::conn::Tx;
use crate::store::error::{Error, Result};
use crate::store::sql::sql;
use serde_json::json;

/// A graph of all that is not live yet, and what it was worked out from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Composed {
    /// The version that was live then; 0 for none.
    pub base: i64,
    /// What a gateway works by.
    pub sdl: String,
    /// What clients see.
    pub api: String,
    /// The hub's own part.
    pub hub: String,
    /// The others' parts.
    pub members: Vec<PublicationId>,
}

/// Why a version is made, and for whom.
struct Why {
    cause: Cause,
    subgraph: Option<SubgraphId>,
    street: Option<AreaId>,
    restored: Option<i64>,
}

/// Approves a schema that waits and makes it live. For the street's coordinator.
///
/// # Errors
/// [`Error::Overtaken`] where another version has become live meanwhile, or nothing was composed with it since it did not
/// wait then; a refusal where it is unknown or does not wait; denied to all others.
pub async fn approve(tx: &mut Tx, id: PublicationId, composed: Option<&Composed>) -> Result<PublicationId> {
    // Held before anything else, so that transactions never wait in a circle.
    head(tx).await?;
    let (publication, subgraph) = waiting(tx, id).await?;
    let composed = composed.ok_or(Error::Overtaken)?;
    let now = tx.now;
    tx.execute(sql!("UPDATE publication SET decided_at = $1 WHERE id = $2", now, publication.id)).await?;
    let why = Why {
        cause: Cause::Approved,
        subgraph: Some(subgraph.id),
        street: Some(subgraph.street_id),
        restored: None,
    };
    activate(tx, composed, &why).await?;
    Ok(id)
}

/// Takes a subgraph out of the live graph, or gives its registration up, for a reason. What waits is not approved any
/// more. For those who look after it.
///
/// # Errors
/// [`Error::Overtaken`] where another version has become live meanwhile, or where it is live and nothing was composed
/// without it; a refusal where it is unknown or has left; denied to all others.
pub async fn withdraw(
    tx: &mut Tx,
    id: SubgraphId,
    reason: &str,
    composed: Option<&Composed>,
) -> Result<SubgraphId> {
    head(tx).await?;
    let subgraph = held(tx, id).await?;
    let reason = check::reason("reason", reason)?;
    retire_waiting(tx, &subgraph).await?;
    match (subgraph.state, composed) {
        (SubgraphState::Withdrawn, _) => {
            return Err(Refusal::new(
                Code::IllegalTransition,
                "该子图已退出。重新发布并经批准后可再次接入。",
                "This subgraph has left already. Publish again to come back.",
            )
            .at("id")
            .into());
        }
        (SubgraphState::Live, None) => return Err(Error::Overtaken),
        (SubgraphState::Live, Some(composed)) => {
            let why = Why {
                cause: Cause::Withdrawn,
                subgraph: Some(id),
                street: Some(subgraph.street_id),
                restored: None,
            };
            activate(tx, composed, &why).await?;
        }
        (SubgraphState::Registered, _) => {
            let state = SubgraphState::Withdrawn;
            tx.execute(sql!("UPDATE subgraph SET state = $1 WHERE id = $2", state, id)).await?;
        }
    }
    let data = json!({ "from": subgraph.state, "to": SubgraphState::Withdrawn, "reason": reason });
    tx.event(id, Some(subgraph.street_id), EventKind::Moved, data);
    Ok(id)
}

/// Goes back to an earlier version: another version with the members of that one. For the administrator, and for a
/// coordinator where it concerns the subgraphs of their own street alone.
///
/// # Errors
/// [`Error::Overtaken`] where another version has become live meanwhile; a refusal where there is no such version or it
/// is live; denied to all others.
pub async fn rollback(tx: &mut Tx, number: i64, composed: &Composed) -> Result<SupergraphId> {
    tx.require_write()?;
    let now = head(tx).await?;
    if now != composed.base {
        return Err(Error::Overtaken);
    }
    let missing = || {
        Refusal::new(
            Code::NotFound,
            format!("没有可以回退到的第{number}版。"),
            format!("There is no version {number} to go back to."),
        )
        .at("number")
    };
    if number == now {
        return Err(missing().into());
    }
    let target = supergraph::by_number(tx, number).await?.ok_or_else(missing)?;
    let then = supergraph::members(tx, target.id).await?;
    let live = match supergraph::by_number(tx, now).await? {
        Some(live) => supergraph::members(tx, live.id).await?,
        None => Vec::new(),
    };
    tx.require(may_move(&tx.viewer, &then, &live))?;
    let street = tx.viewer.street();
    let why = Why { cause: Cause::RolledBack, subgraph: None, street, restored: Some(number) };
    activate(tx, composed, &why).await
}

/// Whether a viewer may change what is live from one set of members to another: they coordinate the street of each that
/// comes, leaves or changes.
fn may_move(viewer: &Viewer, then: &[Member], live: &[Member]) -> bool {
    let lacks =
        |set: &[Member], one: &Member| !set.iter().any(|two| two.publication_id == one.publication_id);
    let coming = then.iter().filter(|one| lacks(live, one));
    let leaving = live.iter().filter(|one| lacks(then, one));
    let concerned: Vec<&Member> = coming.chain(leaving).collect();
    match concerned.as_slice() {
        [] => viewer.coordinates(None),
        some => some.iter().all(|member| viewer.coordinates(Some(member.street_id))),
    }
}

/// Makes the first version, or one with the hub's own part as it is now. For the hub itself.
///
/// # Errors
/// [`Error::Overtaken`] where another version has become live meanwhile.
pub async fn adopt(tx: &mut Tx, composed: &Composed) -> Result<SupergraphId> {
    let cause = if composed.base == 0 { Cause::Founded } else { Cause::HubChanged };
    activate(tx, composed, &Why { cause, subgraph: None, street: None, restored: None }).await
}

async fn activate(tx: &mut Tx, composed: &Composed, why: &Why) -> Result<SupergraphId> {
    if head(tx).await? != composed.base {
        return Err(Error::Overtaken);
    }
    let number = composed.base + 1;
    let id: SupergraphId = tx.id();
    let (now, role) = (tx.now, tx.viewer.role());
    let sdl = text::keep(tx, &composed.sdl).await?;
    let api = text::keep(tx, &composed.api).await?;
    let hub = text::keep(tx, &composed.hub).await?;
    tx.execute(sql!(
        "INSERT INTO supergraph (id, number, cause, subgraph_id, restored, sdl_hash, api_hash, hub_hash, role, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        id,
        number,
        why.cause,
        why.subgraph,
        why.restored,
        sdl,
        api,
        hub,
        role,
        now
    ))
    .await?;
    for member in &composed.members {
        tx.execute(sql!(
            "INSERT INTO supergraph_member (supergraph_id, publication_id) VALUES ($1, $2)",
            id,
            *member
        ))
        .await?;
    }
    tx.execute(sql!("UPDATE supergraph_head SET number = $1 WHERE id = 1", number)).await?;
    move_publications(tx, id).await?;
    move_subgraphs(tx, id).await?;
    let data = json!({ "number": number, "cause": why.cause, "restored": why.restored });
    tx.event(id, why.street, EventKind::Added, data);
    Ok(id)
}

#[derive(sqlx::FromRow)]
struct Moving {
    id: PublicationId,
    state: State,
    subgraph_id: SubgraphId,
}

/// The publications that are part of the version are live, and no others.
async fn move_publications(tx: &mut Tx, version: SupergraphId) -> Result<()> {
    let leaving: Vec<Moving> = tx
        .all(sql!(
            "SELECT id, state, subgraph_id FROM publication WHERE state = $1 AND id NOT IN
                (SELECT publication_id FROM supergraph_member WHERE supergraph_id = $2) ORDER BY id",
            State::Live,
            version
        ))
        .await?;
    let coming: Vec<Moving> = tx
        .all(sql!(
            "SELECT id, state, subgraph_id FROM publication WHERE state <> $1 AND id IN
                (SELECT publication_id FROM supergraph_member WHERE supergraph_id = $2) ORDER BY id",
            State::Live,
            version
        ))
        .await?;
    for (moving, to) in [(leaving, State::Retired), (coming, State::Live)] {
        for one in moving {
            tx.execute(sql!("UPDATE publication SET state = $1 WHERE id = $2", to, one.id)).await?;
            let subgraph: Subgraph =
                tx.one(sql!("SELECT * FROM subgraph WHERE id = $1", one.subgraph_id)).await?;
            if to == State::Live {
                // What its endpoint said otherwise was said of the one before.
                let url = sql!(
                    "UPDATE subgraph SET drifted_at = NULL, drift = $1,
                        url = (SELECT url FROM publication WHERE id = $2) WHERE id = $3",
                    json!([]),
                    one.id,
                    subgraph.id
                );
                tx.execute(url).await?;
            }
            moved(tx, one.id, &subgraph, one.state, to);
        }
    }
    Ok(())
}

/// The subgraphs of the live publications are live, and no others.
async fn move_subgraphs(tx: &mut Tx, version: SupergraphId) -> Result<()> {
    tx.execute(sql!(
        "UPDATE subgraph SET state = $1 WHERE state <> $1 AND id IN (SELECT p.subgraph_id FROM publication AS p
            JOIN supergraph_member AS m ON m.publication_id = p.id WHERE m.supergraph_id = $2)",
        SubgraphState::Live,
        version
    ))
    .await?;
    tx.execute(sql!(
        "UPDATE subgraph SET state = $1 WHERE state = $2 AND id NOT IN (SELECT p.subgraph_id FROM publication AS p
            JOIN supergraph_member AS m ON m.publication_id = p.id WHERE m.supergraph_id = $3)",
        SubgraphState::Withdrawn,
        SubgraphState::Live,
        version
    ))
    .await?;
    Ok(())
}

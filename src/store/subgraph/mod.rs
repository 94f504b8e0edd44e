//! Partners' own graphs that join the hub's: registered, published, approved, live, looked after.
//!
//! What is live is one row, `supergraph_head`. Whoever makes another version live holds that row and says which version
//! theirs was worked out from; where another one has become live meanwhile, nothing is changed and they work it out
//! again. So two who change the graph at once lose nothing of each other's.

mod activate;
pub mod health;
mod list;
pub mod poll;
mod publication;
mod supergraph;
mod text;

pub use activate::{Composed, adopt, approve, rollback, withdraw};
pub use list::{Publications, Subgraphs, Supergraphs};
pub use publication::{Submitted, decline, publish};
pub use supergraph::{MemberOf, by_number, head, live, live_number, members};
pub use text::{hash, texts};

use super::conn::{Conn, Tx};
use super::entity::{Entity, lock};
use super::error::{Result, at};
use super::scope;
use super::sql::{Sql, sql};
use crate::domain::event::EventKind;
use crate::domain::id::{PublicationId, SubgraphId, SupergraphId, UnitId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::subgraph::{Namespace, Publication, Subgraph, SubgraphState, Supergraph};
use crate::domain::unit::PartnerUnit;
use crate::domain::viewer::Viewer;
use serde_json::json;

/// The longest address of an endpoint, in bytes.
const LONGEST_URL: usize = 512;

impl Entity for Subgraph {
    type Id = SubgraphId;
    const TABLE: &'static str = "subgraph";
    const ALIAS: &'static str = "sg";

    fn scope(sql: &mut Sql, viewer: &Viewer) {
        scope::subgraphs(sql, viewer);
    }

    fn id(&self) -> SubgraphId {
        self.id
    }
}

impl Entity for Publication {
    type Id = PublicationId;
    const TABLE: &'static str = "publication";
    const ALIAS: &'static str = "p";

    fn scope(sql: &mut Sql, viewer: &Viewer) {
        scope::publications(sql, viewer);
    }

    fn id(&self) -> PublicationId {
        self.id
    }
}

impl Entity for Supergraph {
    type Id = SupergraphId;
    const TABLE: &'static str = "supergraph";
    const ALIAS: &'static str = "su";

    fn scope(sql: &mut Sql, viewer: &Viewer) {
        scope::supergraphs(sql, viewer);
    }

    fn id(&self) -> SupergraphId {
        self.id
    }
}

/// Whether a viewer looks after a subgraph: its unit's liaison, its street's coordinator, the administrator.
#[must_use]
pub fn looks_after(viewer: &Viewer, subgraph: &Subgraph) -> bool {
    viewer.speaks_for(subgraph.unit_id) || viewer.coordinates(Some(subgraph.street_id))
}

/// Registers a partner's graph under a name that stays its own. For the unit's liaison and the street's coordinator.
///
/// # Errors
/// A refusal where the unit is unknown, the name is taken or there are `most` already; denied to all others.
pub async fn register(
    tx: &mut Tx,
    unit: UnitId,
    name: &Namespace,
    url: &str,
    most: i64,
) -> Result<SubgraphId> {
    tx.require_write()?;
    let unit: PartnerUnit = lock(tx, unit).await.map_err(|error| at("unitId", error))?;
    tx.require(tx.viewer.speaks_for(unit.id) || tx.viewer.coordinates(Some(unit.street_id)))?;
    require_short(url)?;
    let (count,): (i64,) =
        tx.one(sql!("SELECT COUNT(*) FROM subgraph WHERE state <> $1", SubgraphState::Withdrawn)).await?;
    if count >= most {
        return Err(Refusal::new(
            Code::LimitReached,
            format!("枢纽最多接入{most}个子图，现已登记{count}个。请联系管理员。"),
            format!("The hub takes {most} subgraphs at most, and has {count}. Ask its administrator."),
        )
        .into());
    }
    let id: SubgraphId = tx.id();
    let now = tx.now;
    let added = tx
        .execute(sql!(
            "INSERT INTO subgraph (id, name, unit_id, street_id, url, state, drift, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
            id,
            name.name(),
            unit.id,
            unit.street_id,
            url,
            SubgraphState::Registered,
            json!([]),
            now
        ))
        .await?;
    if added == 0 {
        return Err(Refusal::new(
            Code::AlreadyExists,
            format!("名称 {} 已被登记，请换一个。", name.name()),
            format!("The name {} is taken; choose another.", name.name()),
        )
        .at("name")
        .into());
    }
    let data = json!({ "state": SubgraphState::Registered, "name": name.name(), "url": url });
    tx.event(id, Some(unit.street_id), EventKind::Added, data);
    Ok(id)
}

fn require_short(url: &str) -> std::result::Result<(), Refusal> {
    if url.len() <= LONGEST_URL {
        return Ok(());
    }
    Err(Refusal::new(
        Code::BadText,
        format!("接口地址最长{LONGEST_URL}字节。"),
        format!("An endpoint's address has {LONGEST_URL} bytes at most."),
    )
    .at("url"))
}

/// The subgraph of a name, as far as the viewer may see it.
///
/// # Errors
/// Where the database fails.
pub async fn by_name(conn: &mut Conn, viewer: &Viewer, name: &str) -> Result<Option<Subgraph>> {
    let mut sql = Sql::default();
    sql.push("SELECT sg.* FROM subgraph AS sg WHERE sg.name = ").bind(name);
    Subgraph::scope(&mut sql, viewer);
    conn.optional(sql).await
}

/// The subgraph, held, and only for those who look after it.
async fn held(tx: &mut Tx, id: SubgraphId) -> Result<Subgraph> {
    tx.require_write()?;
    let subgraph: Subgraph = lock(tx, id).await.map_err(|error| at("id", error))?;
    tx.require(looks_after(&tx.viewer, &subgraph))?;
    Ok(subgraph)
}

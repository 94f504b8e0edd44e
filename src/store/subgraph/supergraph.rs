//! What is live, and what was.

use crate::domain::id::{Id as _, SupergraphId};
use crate::domain::subgraph::{Member, Publication, Supergraph};
use crate::domain::viewer::Viewer;
use crate::store::conn::{Conn, Tx};
use crate::store::error::Result;
use crate::store::part::Part;
use crate::store::scope;
use crate::store::sql::{Sql, sql};
use uuid::Uuid;

/// The number of the live version; `None` before the first.
///
/// # Errors
/// Where the database fails.
pub async fn live_number(conn: &mut Conn) -> Result<Option<i64>> {
    let (number,): (i64,) = conn.one(sql!("SELECT number FROM supergraph_head WHERE id = 1")).await?;
    Ok((number > 0).then_some(number))
}

/// The number of the live version, 0 before the first: held, so that nobody else makes another live.
///
/// # Errors
/// Where the database fails.
pub async fn head(tx: &mut Tx) -> Result<i64> {
    let held: Option<(i64,)> = tx.lock(sql!("SELECT number FROM supergraph_head WHERE id = 1")).await?;
    Ok(held.map_or(0, |(number,)| number))
}

/// The live version; `None` before the first.
///
/// # Errors
/// Where the database fails.
pub async fn live(conn: &mut Conn) -> Result<Option<Supergraph>> {
    conn.optional(sql!(
        "SELECT su.* FROM supergraph AS su JOIN supergraph_head AS head ON head.number = su.number WHERE head.id = 1"
    ))
    .await
}

/// The version of a number.
///
/// # Errors
/// Where the database fails.
pub async fn by_number(conn: &mut Conn, number: i64) -> Result<Option<Supergraph>> {
    conn.optional(sql!("SELECT * FROM supergraph WHERE number = $1", number)).await
}

/// Whose subgraphs are part of a version beside the hub's own, by name.
///
/// # Errors
/// Where the database fails.
pub async fn members(conn: &mut Conn, of: SupergraphId) -> Result<Vec<Member>> {
    conn.all(sql!(
        "SELECT sg.id AS subgraph_id, sg.name, sg.unit_id, sg.street_id, p.id AS publication_id, p.url, p.sdl_hash
         FROM supergraph_member AS m JOIN publication AS p ON p.id = m.publication_id
         JOIN subgraph AS sg ON sg.id = p.subgraph_id WHERE m.supergraph_id = $1 ORDER BY sg.name",
        of
    ))
    .await
}

/// A publication that is part of a version.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct MemberOf {
    supergraph_id: SupergraphId,
    /// The publication.
    #[sqlx(flatten)]
    pub publication: Publication,
}

impl Part for MemberOf {
    const SELECT: &'static str = "SELECT m.supergraph_id, p.* FROM supergraph_member AS m
         JOIN publication AS p ON p.id = m.publication_id WHERE m.supergraph_id IN ";
    const ORDER: &'static str = " ORDER BY p.created_at, p.id";

    fn scope(sql: &mut Sql, viewer: &Viewer) {
        scope::publications(sql, viewer);
    }

    fn parent(&self) -> Uuid {
        self.supergraph_id.uuid()
    }
}

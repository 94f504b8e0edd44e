//! How partners' endpoints answer, as each running gateway tells.

use crate::domain::id::SubgraphId;
use crate::domain::subgraph::{HeardHealth, PartnerHealth};
use crate::store::Store;
use crate::store::conn::Conn;
use crate::store::error::Result;
use crate::store::run::begin;
use crate::store::sql::{Sql, sql};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashMap;
use uuid::Uuid;

/// Seconds for which what a gateway told counts.
const FRESH: i64 = 60;
/// The longest code of a failure, in characters.
const LONGEST: usize = 200;

/// Keeps what a gateway tells, in place of what it told before.
///
/// # Errors
/// Where the database fails.
pub async fn tell(store: &Store, replica: Uuid, told: &[PartnerHealth]) -> Result<()> {
    let mut tx = begin(store).await?;
    let now = tx.now;
    for one in told {
        let last: Option<String> = one.last_failure.as_ref().map(|code| code.chars().take(LONGEST).collect());
        tx.execute(sql!(
            "INSERT INTO subgraph_health (subgraph_id, replica, heard_at, circuit, requests, failures, p50_millis,
                p99_millis, last_failure, last_failure_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
             ON CONFLICT (subgraph_id, replica) DO UPDATE SET heard_at = excluded.heard_at, circuit = excluded.circuit,
                requests = excluded.requests, failures = excluded.failures, p50_millis = excluded.p50_millis,
                p99_millis = excluded.p99_millis, last_failure = excluded.last_failure,
                last_failure_at = excluded.last_failure_at",
            one.subgraph,
            replica,
            now,
            one.circuit,
            one.requests,
            one.failures,
            one.p50_millis,
            one.p99_millis,
            last,
            one.last_failure_at
        ))
        .await?;
    }
    let old = now - TimeDelta::days(1);
    tx.execute(sql!("DELETE FROM subgraph_health WHERE heard_at < $1", old)).await?;
    tx.commit().await
}

/// Forgets what a gateway told: it stops.
///
/// # Errors
/// Where the database fails.
pub async fn forget(store: &Store, replica: Uuid) -> Result<()> {
    let mut tx = begin(store).await?;
    tx.execute(sql!("DELETE FROM subgraph_health WHERE replica = $1", replica)).await?;
    tx.commit().await
}

/// What all gateways told lately of these subgraphs, which the caller has to have seen.
///
/// # Errors
/// Where the database fails.
pub async fn of(
    conn: &mut Conn,
    now: DateTime<Utc>,
    subgraphs: &[SubgraphId],
) -> Result<HashMap<SubgraphId, Vec<HeardHealth>>> {
    let mut sql = Sql::default();
    sql.push("SELECT * FROM subgraph_health WHERE subgraph_id IN ").list(subgraphs.iter().copied());
    sql.push(" AND heard_at > ").bind(now - TimeDelta::seconds(FRESH)).push(" ORDER BY replica");
    let mut found: HashMap<SubgraphId, Vec<HeardHealth>> = HashMap::new();
    for row in conn.all::<HeardHealth>(sql).await? {
        found.entry(row.subgraph_id).or_default().push(row);
    }
    Ok(found)
}

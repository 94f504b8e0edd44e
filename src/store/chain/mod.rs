//! The chain of events: appended in the order of commits, each with a hash over itself and the one before.

mod guard;
mod verify;

pub use guard::guard;
pub use verify::verify;

use super::conn::{Conn, Tx};
use super::error::Result;
use super::news;
use super::sql::{Sql, Value, sql};
use crate::domain::event::entry::{Entry, GENESIS, Head};

/// Events that one statement writes or reads.
const ROWS: usize = 500;

/// Numbers and chains the transaction's events and writes them. The head is taken last of all: whoever commits next
/// waits for it, so the numbers have no gaps, and numbers and hashes follow the order of commits.
pub(super) async fn append(tx: &mut Tx) -> Result<Option<i64>> {
    let mut events = std::mem::take(&mut tx.events);
    if events.is_empty() {
        return Ok(None);
    }
    let mut head = hold(tx).await?;
    for event in &mut events {
        head.seq += 1;
        let hash = event.chain(head.seq, &head.hash).to_owned();
        head.hash = hash;
    }
    let mut events = events.into_iter().map(values).peekable();
    while events.peek().is_some() {
        let mut insert = Sql::default();
        insert
            .push(
                "INSERT INTO event (seq, id, at, role, actor_id, behalf_id, address, request, street_id, subject, \
                 subject_id, kind, data, hash) VALUES ",
            )
            .rows(events.by_ref().take(ROWS));
        tx.execute(insert).await?;
    }
    move_head(tx, &head).await?;
    Ok(Some(head.seq))
}

/// The end of the chain, kept from others until the transaction ends.
async fn hold(tx: &mut Tx) -> Result<Head> {
    let head = tx.lock(sql!("SELECT seq, hash FROM event_head WHERE id = 1")).await?;
    head.ok_or(super::error::Error::Database(sqlx::Error::RowNotFound))
}

/// Moves the end of the chain, and on PostgreSQL tells the other hubs.
async fn move_head(tx: &mut Tx, head: &Head) -> Result<()> {
    let mut moved = Sql::default();
    let telling = tx.is_postgres();
    moved.push(if telling { "WITH head AS (" } else { "" });
    moved.push("UPDATE event_head SET seq = ").bind(head.seq).push(", hash = ").bind(head.hash.clone());
    moved.push(" WHERE id = 1");
    if telling {
        moved
            .push(" RETURNING seq) SELECT pg_notify(")
            .bind(news::CHANNEL)
            .push(", CAST(seq AS TEXT)) FROM head");
    }
    tx.execute(moved).await?;
    Ok(())
}

fn values(event: Entry) -> Vec<Value> {
    vec![
        event.seq.into(),
        event.id.into(),
        event.at.into(),
        event.role.into(),
        event.actor_id.into(),
        event.behalf_id.into(),
        event.address.into(),
        event.request.into(),
        event.street_id.into(),
        event.subject.into(),
        event.subject_id.into(),
        event.kind.into(),
        event.data.into(),
        event.hash.into(),
    ]
}

/// The end of the chain: what can be published, so that nobody can cut off or write anew what came before.
///
/// # Errors
/// Where the database fails.
pub async fn head(conn: &mut Conn) -> Result<Head> {
    conn.one(sql!("SELECT seq, hash FROM event_head WHERE id = 1")).await
}

/// The events after a number, in order.
async fn after(conn: &mut Conn, seq: i64, limit: usize) -> Result<Vec<Entry>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    conn.all(sql!("SELECT * FROM event WHERE seq > $1 ORDER BY seq LIMIT $2", seq, limit)).await
}

/// Chains the events of a trail from before there was a chain. One that is chained stays as it is.
pub(super) async fn adopt(tx: &mut Tx) -> Result<()> {
    let end = hold(tx).await?;
    if end.seq == 0 || end.hash != GENESIS {
        return Ok(());
    }
    let mut head = Head { seq: 0, hash: GENESIS.to_owned() };
    loop {
        let events = after(tx, head.seq, ROWS).await?;
        if events.is_empty() {
            return move_head(tx, &Head { seq: end.seq, ..head }).await;
        }
        for event in events {
            head = Head { seq: event.seq, hash: event.hash_after(&head.hash) };
            tx.execute(sql!(
                "UPDATE event SET hash = $1 WHERE seq = $2 AND hash IS NULL",
                head.hash.clone(),
                head.seq
            ))
            .await?;
        }
    }
}

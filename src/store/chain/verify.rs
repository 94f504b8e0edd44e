//! Reading the chain from its beginning, a few rows at a time: what was edited, removed, put in or cut off.

use super::super::conn::Conn;
use super::super::error::{Error, Result};
use super::{after, head};
use crate::domain::event::entry::{Entry, GENESIS, Head};
use crate::domain::event::verdict::{Fault, Verdict, Wrong};

/// Rows that are read at once.
const ROWS: usize = 2_000;

/// Reads the whole chain, and holds it against heads that were published. Events that are appended meanwhile are read
/// too.
///
/// # Errors
/// Where the database fails.
pub async fn verify(conn: &mut Conn, published: &[Head], mut told: impl FnMut(i64)) -> Result<Verdict> {
    let mut published = published.to_vec();
    published.sort_by_key(|head| head.seq);
    let mut chain = Chain {
        sound: Head { seq: 0, hash: GENESIS.to_owned() },
        published: published.into_iter().peekable(),
    };
    let mut from = i64::MIN;
    let fault = loop {
        if let Some(fault) = chain.published_fault() {
            break Some(fault);
        }
        let rows = match read(conn, from).await? {
            Ok(rows) => rows,
            Err(fault) => break Some(fault),
        };
        if rows.is_empty() {
            let end = head(conn).await?;
            if end.seq > chain.sound.seq && !super::after(conn, chain.sound.seq, 1).await?.is_empty() {
                continue;
            }
            break chain.end_fault(&end);
        }
        if let Some(fault) = rows.iter().find_map(|row| chain.take(row).err()) {
            break Some(fault);
        }
        from = chain.sound.seq;
        told(from);
    };
    Ok(Verdict { sound: chain.sound, fault })
}

/// The next rows; or the fault, where a row cannot even be read. Then the rows before it are read one by one.
async fn read(conn: &mut Conn, from: i64) -> Result<std::result::Result<Vec<Entry>, Fault>> {
    for limit in [ROWS, 1] {
        match after(conn, from, limit).await {
            Ok(rows) => return Ok(Ok(rows)),
            Err(Error::Database(sqlx::Error::ColumnDecode { .. })) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Err(Fault { seq: from.max(0) + 1, wrong: Wrong::Edited }))
}

struct Chain {
    sound: Head,
    published: std::iter::Peekable<std::vec::IntoIter<Head>>,
}

impl Chain {
    /// Takes the next row, where it follows.
    fn take(&mut self, row: &Entry) -> std::result::Result<(), Fault> {
        let next = self.sound.seq + 1;
        if row.seq < next {
            return Err(Fault { seq: row.seq, wrong: Wrong::Inserted });
        }
        if row.seq > next {
            return Err(Fault { seq: next, wrong: Wrong::Removed });
        }
        if row.hash.as_deref() != Some(&row.hash_after(&self.sound.hash)) {
            return Err(Fault { seq: next, wrong: Wrong::Edited });
        }
        self.sound = Head { seq: row.seq, hash: row.hash.clone().unwrap_or_default() };
        self.published_fault().map_or(Ok(()), Err)
    }

    /// Whether what was published stood where the chain is by now, and was another.
    fn published_fault(&mut self) -> Option<Fault> {
        while let Some(head) = self.published.next_if(|head| head.seq <= self.sound.seq) {
            if head.seq == self.sound.seq && head.hash != self.sound.hash {
                return Some(Fault { seq: head.seq, wrong: Wrong::Rewritten });
            }
        }
        None
    }

    /// What is wrong with the end.
    fn end_fault(&mut self, end: &Head) -> Option<Fault> {
        let last = self.sound.seq;
        if end.seq > last || self.published.peek().is_some() {
            return Some(Fault { seq: last + 1, wrong: Wrong::CutOff });
        }
        if end.seq < last {
            return Some(Fault { seq: end.seq + 1, wrong: Wrong::Inserted });
        }
        (end.hash != self.sound.hash).then_some(Fault { seq: last, wrong: Wrong::Rewritten })
    }
}

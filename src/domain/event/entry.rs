//! The chain: what the hash of an event covers, byte by byte, the same on both databases.
//!
//! The hash of an event is SHA-256, in lower-case hexadecimal, over: the line `gongjian-event-1` and a line feed, the
//! hash of the event before it, and the columns in the order of [`Entry`] from `seq` to `data`. The hash before and
//! each column are one byte 1, the length of what follows in 8 bytes, and that: numbers in 8 bytes, a moment as the
//! seconds since 1970 in 8 bytes and the nanoseconds in 4, an id in its 16 bytes, text in UTF-8. All numbers begin with
//! the highest byte. A missing column is one byte 0. The first event follows [`GENESIS`].

use super::EventKind;
use super::origin::Origin;
use crate::domain::id::{AreaId, Kind};
use crate::domain::text::TextEnum as _;
use crate::domain::viewer::Viewer;
use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};
use std::fmt::{self, Write as _};
use std::str::FromStr;
use uuid::Uuid;

/// The hash that the first event follows.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// What is hashed begins with this; another way to write events down would have another name.
const VERSION: &[u8] = b"gongjian-event-1\n";

/// An event as its row is: what the chain is made of, whatever it may mean.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Entry {
    /// Its place.
    pub seq: i64,
    /// Its id.
    pub id: Uuid,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// The part that whoever did it played.
    pub role: String,
    /// Their pseudonym.
    pub actor_id: Option<Uuid>,
    /// On whose behalf.
    pub behalf_id: Option<Uuid>,
    /// From where.
    pub address: Option<String>,
    /// In which request.
    pub request: Option<String>,
    /// The street that it concerns.
    pub street_id: Option<Uuid>,
    /// What kind of thing it happened to.
    pub subject: String,
    /// The thing.
    pub subject_id: Uuid,
    /// What happened.
    pub kind: String,
    /// What it tells: JSON.
    pub data: String,
    /// Its hash; `None` until it is chained.
    pub hash: Option<String>,
}

/// What happened to what.
#[derive(Debug)]
pub struct Told {
    /// The street that it concerns.
    pub street: Option<AreaId>,
    /// What kind of thing it happened to.
    pub subject: Kind,
    /// The thing.
    pub subject_id: Uuid,
    /// What happened.
    pub kind: EventKind,
    /// What was before and after.
    pub data: serde_json::Value,
}

impl Entry {
    /// An event without its place and its hash.
    #[must_use]
    pub fn new(id: Uuid, at: DateTime<Utc>, viewer: &Viewer, origin: &Origin, told: &Told) -> Self {
        Self {
            seq: 0,
            id,
            at,
            role: viewer.role().as_str().to_owned(),
            actor_id: viewer.pseudonym(),
            behalf_id: viewer.behalf(),
            address: origin.address.clone(),
            request: origin.request.clone(),
            street_id: told.street.map(crate::domain::id::Id::uuid),
            subject: told.subject.as_str().to_owned(),
            subject_id: told.subject_id,
            kind: told.kind.as_str().to_owned(),
            data: told.data.to_string(),
            hash: None,
        }
    }

    /// The hash that it has after an event with the hash `before`.
    #[must_use]
    pub fn hash_after(&self, before: &str) -> String {
        let mut hash = Hash(Sha256::new());
        hash.0.update(VERSION);
        hash.part(before.as_bytes());
        hash.part(&self.seq.to_be_bytes());
        hash.part(self.id.as_bytes());
        let mut at = [0; 12];
        at[..8].copy_from_slice(&self.at.timestamp().to_be_bytes());
        at[8..].copy_from_slice(&self.at.timestamp_subsec_nanos().to_be_bytes());
        hash.part(&at);
        hash.part(self.role.as_bytes());
        hash.optional(self.actor_id.as_ref().map(|id| &id.as_bytes()[..]));
        hash.optional(self.behalf_id.as_ref().map(|id| &id.as_bytes()[..]));
        hash.optional(self.address.as_ref().map(String::as_bytes));
        hash.optional(self.request.as_ref().map(String::as_bytes));
        hash.optional(self.street_id.as_ref().map(|id| &id.as_bytes()[..]));
        hash.part(self.subject.as_bytes());
        hash.part(self.subject_id.as_bytes());
        hash.part(self.kind.as_bytes());
        hash.part(self.data.as_bytes());
        hash.hex()
    }

    /// Puts it into its place after an event with the hash `before`.
    pub fn chain(&mut self, seq: i64, before: &str) -> &str {
        self.seq = seq;
        let hash = self.hash_after(before);
        self.hash.insert(hash)
    }
}

struct Hash(Sha256);

impl Hash {
    fn part(&mut self, bytes: &[u8]) {
        self.0.update([1]);
        self.0.update((bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
    }

    fn optional(&mut self, bytes: Option<&[u8]>) {
        match bytes {
            Some(bytes) => self.part(bytes),
            None => self.0.update([0]),
        }
    }

    fn hex(self) -> String {
        let digest = self.0.finalize();
        digest.iter().fold(String::with_capacity(64), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

/// The end of the trail: published, it vouches for all that was there.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Head {
    /// The number of the last event; 0 where there is none.
    pub seq: i64,
    /// Its hash.
    pub hash: String,
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.seq, self.hash)
    }
}

/// A text that is not `<number>:<hash>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not <number>:<64 hexadecimal digits>")]
pub struct BadHead;

impl FromStr for Head {
    type Err = BadHead;

    fn from_str(text: &str) -> Result<Self, BadHead> {
        let (seq, hash) = text.trim().split_once(':').ok_or(BadHead)?;
        let seq = seq.parse().ok().filter(|seq| *seq >= 0).ok_or(BadHead)?;
        let hex = |byte: u8| byte.is_ascii_hexdigit();
        if hash.len() != GENESIS.len() || !hash.bytes().all(hex) {
            return Err(BadHead);
        }
        Ok(Self { seq, hash: hash.to_ascii_lowercase() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::viewer::Actor;

    fn entry() -> Entry {
        let told = Told {
            street: None,
            subject: Kind::Need,
            subject_id: Uuid::from_u128(7),
            kind: EventKind::Added,
            data: serde_json::json!({ "title": "反诈讲座" }),
        };
        let viewer = Viewer::local(Actor::Administrator);
        let mut entry =
            Entry::new(Uuid::from_u128(1), DateTime::UNIX_EPOCH, &viewer, &Origin::default(), &told);
        entry.chain(1, GENESIS);
        entry
    }

    #[test]
    fn the_first_hash_is_what_the_words_above_say() {
        let entry = entry();
        let mut bytes = b"gongjian-event-1\n".to_vec();
        let part = |bytes: &mut Vec<u8>, part: &[u8]| {
            bytes.push(1);
            bytes.extend((part.len() as u64).to_be_bytes());
            bytes.extend(part);
        };
        part(&mut bytes, GENESIS.as_bytes());
        part(&mut bytes, &[0, 0, 0, 0, 0, 0, 0, 1]);
        part(&mut bytes, &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        part(&mut bytes, &[0; 12]);
        part(&mut bytes, b"administrator");
        bytes.extend([0; 5]);
        part(&mut bytes, b"need");
        part(&mut bytes, &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7]);
        part(&mut bytes, b"added");
        part(&mut bytes, "{\"title\":\"反诈讲座\"}".as_bytes());
        let digest = Sha256::digest(&bytes);
        let hex = digest.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        assert_eq!(entry.hash.as_deref(), Some(hex.as_str()));
    }

    #[test]
    fn every_column_counts_and_none_runs_into_the_next() {
        let whole = entry();
        let other = |change: fn(&mut Entry)| {
            let mut entry = whole.clone();
            change(&mut entry);
            entry.hash_after(GENESIS)
        };
        let changes: [fn(&mut Entry); 17] = [
            |entry| entry.seq = 2,
            |entry| entry.id = Uuid::from_u128(2),
            |entry| entry.at += chrono::TimeDelta::nanoseconds(1),
            |entry| entry.role = "coordinator".into(),
            |entry| entry.actor_id = Some(Uuid::nil()),
            |entry| entry.behalf_id = Some(Uuid::nil()),
            |entry| entry.address = Some(String::new()),
            |entry| entry.request = Some(String::new()),
            |entry| entry.street_id = Some(Uuid::nil()),
            |entry| entry.subject = "match".into(),
            |entry| entry.subject_id = Uuid::from_u128(8),
            |entry| entry.kind = "edited".into(),
            |entry| entry.data.push(' '),
            |entry| (entry.address, entry.request) = (Some("a".into()), Some("b".into())),
            |entry| (entry.address, entry.request) = (Some("ab".into()), Some(String::new())),
            |entry| (entry.address, entry.request) = (Some(String::new()), Some("ab".into())),
            |entry| (entry.kind, entry.data) = ("adde".into(), format!("d{}", entry.data)),
        ];
        let mut hashes: Vec<String> = changes.into_iter().map(other).collect();
        hashes.push(whole.hash_after(GENESIS));
        hashes.push(whole.hash_after(&hashes[0].clone()));
        let all = hashes.len();
        hashes.sort();
        hashes.dedup();
        assert_eq!(hashes.len(), all);
    }

    #[test]
    fn a_head_reads_back() {
        let head = Head { seq: 7, hash: entry().hash.unwrap() };
        assert_eq!(head.to_string().parse(), Ok(head));
        for bad in ["", "7", "7:", "-1:00", "x:y", &format!("1:{GENESIS}0"), &format!("1:{}g", &GENESIS[1..])]
        {
            assert_eq!(bad.parse::<Head>(), Err(BadHead), "{bad}");
        }
    }
}

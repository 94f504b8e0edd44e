//! Keys by which the gateway signs who asks: shared by all hubs on one database, followed by a new one every month.

use super::Store;
use super::conn::{Conn, Tx};
use super::error::{Error, Result};
use super::sql::sql;
use crate::domain::viewer::{Actor, Viewer};
use chrono::{DateTime, TimeDelta, Utc};
use std::fmt;

/// After how many days a key is followed by another.
const DAYS: i64 = 30;
/// For how many hours a key that was followed is still published: longer than anything that it signed is good.
const STILL: i64 = 24;
/// Minutes that a key is published before it signs anything: longer than partners keep what is published.
const BEFORE: i64 = 15;

/// A secret of 32 bytes. It is not shown.
#[derive(Clone, PartialEq, Eq, sqlx::Type)]
#[sqlx(transparent)]
pub struct Secret(String);

impl Secret {
    fn new() -> Result<Self> {
        let mut bytes = [0_u8; 32];
        getrandom::fill(&mut bytes).map_err(|error| Error::Corrupt(format!("no randomness: {error}")))?;
        Ok(Self(bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))))
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> [u8; 32] {
        let digit = |place: usize| {
            self.0.as_bytes().get(place).map_or(0, |digit| (*digit as char).to_digit(16).unwrap_or(0))
        };
        std::array::from_fn(|place| u8::try_from(digit(place * 2) * 16 + digit(place * 2 + 1)).unwrap_or(0))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// A key.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct SigningKey {
    /// Which one: they are counted.
    pub number: i64,
    /// What it is made of.
    pub seed: Secret,
    /// Since when it is published.
    pub created_at: DateTime<Utc>,
}

/// The keys that are good now.
#[derive(Debug, Clone)]
pub struct Keys {
    /// Those that are published, the newest first.
    pub published: Vec<SigningKey>,
    /// The one that signs.
    pub signing: SigningKey,
    /// What makes the names by which partners know people.
    pub salt: Secret,
}

#[derive(sqlx::FromRow)]
struct Salt {
    salt: Secret,
}

/// The keys that are good now; makes the first, and the next where the newest is old.
///
/// # Errors
/// Where the database fails or the machine has no randomness.
pub async fn current(store: &Store) -> Result<Keys> {
    let now = store.clock.now();
    let known = read(&mut store.read().await?, now).await?;
    if let Some(keys) =
        known.filter(|keys| keys.published.iter().any(|key| key.created_at > now - TimeDelta::days(DAYS)))
    {
        return Ok(keys);
    }
    let mut tx = store.begin(&Viewer::local(Actor::Administrator)).await?;
    follow(&mut tx, now).await?;
    let keys = read(&mut tx, now).await?;
    tx.commit().await?;
    keys.ok_or_else(|| Error::Corrupt("a signing key was made and is not there".to_owned()))
}

async fn read(conn: &mut Conn, now: DateTime<Utc>) -> Result<Option<Keys>> {
    let published: Vec<SigningKey> = conn.all(sql!("SELECT * FROM signing_key ORDER BY number DESC")).await?;
    let salt: Option<Salt> = conn.optional(sql!("SELECT salt FROM subject_salt")).await?;
    let known = |key: &&SigningKey| key.created_at <= now - TimeDelta::minutes(BEFORE);
    let signing = published.iter().find(known).or_else(|| published.last());
    Ok(signing.cloned().zip(salt).map(|(signing, Salt { salt })| Keys { published, signing, salt }))
}

/// Makes the next key, unless another hub has just done so, and forgets those that nobody needs.
async fn follow(tx: &mut Tx, now: DateTime<Utc>) -> Result<()> {
    tx.execute(sql!(
        "INSERT INTO signing_key (number, seed, created_at)
         SELECT COALESCE(MAX(number), 0) + 1, $1, $2 FROM signing_key
         HAVING MAX(created_at) IS NULL OR MAX(created_at) <= $3
         ON CONFLICT DO NOTHING",
        Secret::new()?.0,
        now,
        now - TimeDelta::days(DAYS)
    ))
    .await?;
    tx.execute(sql!(
        "INSERT INTO subject_salt (id, salt) VALUES (1, $1) ON CONFLICT DO NOTHING",
        Secret::new()?.0
    ))
    .await?;
    tx.execute(sql!(
        "DELETE FROM signing_key WHERE EXISTS
         (SELECT 1 FROM signing_key AS next WHERE next.number = signing_key.number + 1 AND next.created_at <= $1)",
        now - TimeDelta::hours(STILL)
    ))
    .await?;
    Ok(())
}

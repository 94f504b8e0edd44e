//! Guesses at passwords, counted before they are looked at: however many come at once, no more are let through.

use super::Store;
use super::conn::Tx;
use super::error::Result;
use super::sql::sql;
use crate::domain::viewer::Viewer;
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use chrono::TimeDelta;
use sha2::{Digest as _, Sha256};

/// For how long guesses are counted together.
pub const MINUTES: i64 = 15;

/// What guesses are counted by, and how many are let through in [`MINUTES`].
#[derive(Debug, Clone)]
pub struct Counter {
    key: String,
    most: i64,
}

impl Counter {
    /// By the account that is guessed at, whether there is one or not.
    #[must_use]
    pub fn of_login(store: &Store, login: &str) -> Self {
        Self::new("login", login, store.sign_in.guesses_per_account)
    }

    /// By the address that guesses come from.
    #[must_use]
    pub fn of_address(store: &Store, address: &str) -> Self {
        Self::new("address", address, store.sign_in.guesses_per_address)
    }

    fn new(kind: &str, of: &str, most: i64) -> Self {
        let key = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(format!("{kind}:{of}")));
        Self { key, most }
    }
}

/// Counts a guess; whether it may be looked at.
///
/// # Errors
/// Where the database fails.
pub async fn count(store: &Store, counters: &[Counter]) -> Result<bool> {
    let mut tx = store.begin(&Viewer::public()).await?;
    let (now, oldest) = (tx.now, tx.now - TimeDelta::minutes(MINUTES));
    let mut allowed = true;
    for counter in counters {
        let (count,): (i64,) = tx
            .one(sql!(
                "INSERT INTO guess (key, since, count) VALUES ($1, $2, 1) ON CONFLICT (key) DO UPDATE SET
                    count = CASE WHEN guess.since <= $3 THEN 1 ELSE guess.count + 1 END,
                    since = CASE WHEN guess.since <= $3 THEN $2 ELSE guess.since END
                 RETURNING count",
                counter.key.clone(),
                now,
                oldest
            ))
            .await?;
        allowed &= count <= counter.most;
    }
    tx.commit().await?;
    Ok(allowed)
}

/// Takes back the guess that was right.
///
/// # Errors
/// Where the database fails.
pub async fn take_back(tx: &mut Tx, counters: &[Counter]) -> Result<()> {
    for counter in counters {
        tx.execute(sql!("UPDATE guess SET count = count - 1 WHERE key = $1", counter.key.clone())).await?;
    }
    Ok(())
}

/// Forgets what is not counted any more.
///
/// # Errors
/// Where the database fails.
pub async fn forget_old(tx: &mut Tx) -> Result<u64> {
    let oldest = tx.now - TimeDelta::minutes(MINUTES);
    tx.execute(sql!("DELETE FROM guess WHERE since <= $1", oldest)).await
}

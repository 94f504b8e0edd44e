//! Idempotency keys: a repeated request with the same key has the effect, and the answer, of one.

use super::conn::Tx;
use super::error::Result;
use super::sql::sql;
use crate::domain::refusal::{Code, Refusal};
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// A request that carries an idempotency key.
#[derive(Debug, Clone)]
pub struct Keyed {
    /// A hash of the key: what clients put into their keys is kept nowhere.
    key: String,
    /// The operation's name.
    operation: &'static str,
    /// A hash of the key and the whole input: whoever does not know the key cannot try out inputs.
    request: String,
}

impl Keyed {
    /// A request with its key, an operation and the input that it came with.
    ///
    /// # Errors
    /// [`Code::BadText`] where the key is empty or longer than 128 characters.
    pub fn new(key: &str, operation: &'static str, input: &str) -> std::result::Result<Self, Refusal> {
        let key = crate::domain::check::title("idempotencyKey", key, 128)?;
        let request = hash(&format!("{key}\n{input}"));
        Ok(Self { key: hash(&key), operation, request })
    }
}

fn hash(text: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(text.as_bytes()))
}

/// Takes the key for this transaction; or gives back what the request did when it came before. A twin that comes at the
/// same time waits here until the first one has ended, before it has done anything, and finds the first one's answer.
///
/// # Errors
/// [`Code::KeyReused`] where the key came with another request; else where the database fails.
pub async fn take(tx: &mut Tx, keyed: &Keyed) -> Result<Option<Uuid>> {
    let (owner, now) = (owner(tx), tx.now);
    let taken = tx
        .execute(sql!(
            "INSERT INTO idempotency (owner, key, operation, request, created_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT DO NOTHING",
            owner,
            keyed.key.clone(),
            keyed.operation,
            keyed.request.clone(),
            now
        ))
        .await?;
    if taken > 0 {
        return Ok(None);
    }
    let (operation, request, result): (String, String, Option<Uuid>) = tx
        .one(sql!(
            "SELECT operation, request, result FROM idempotency WHERE owner = $1 AND key = $2",
            owner,
            keyed.key.clone()
        ))
        .await?;
    if operation == keyed.operation && request == keyed.request {
        return Ok(result);
    }
    Err(Refusal::new(
        Code::KeyReused,
        "这个幂等键已用于另一个请求，请换一个。",
        "This idempotency key was used with another request; choose a new one.",
    )
    .at("idempotencyKey")
    .into())
}

/// Keeps what the request did, with the rest of its transaction.
///
/// # Errors
/// Where the database fails.
pub async fn keep(tx: &mut Tx, keyed: &Keyed, result: Uuid) -> Result<()> {
    let owner = owner(tx);
    tx.execute(sql!(
        "UPDATE idempotency SET result = $1 WHERE owner = $2 AND key = $3",
        result,
        owner,
        keyed.key.clone()
    ))
    .await?;
    Ok(())
}

/// Forgets keys that are older than a day and more.
///
/// # Errors
/// Where the database fails.
pub async fn forget_old(tx: &mut Tx) -> Result<u64> {
    let oldest = tx.now - chrono::TimeDelta::hours(48);
    tx.execute(sql!("DELETE FROM idempotency WHERE created_at < $1", oldest)).await
}

fn owner(tx: &Tx) -> Uuid {
    tx.viewer.pseudonym().unwrap_or_default()
}

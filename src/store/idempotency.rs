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
    /// The key, as the client chose it.
    pub key: String,
    /// The operation's name.
    pub operation: &'static str,
    /// A hash of the whole input.
    pub request: String,
}

impl Keyed {
    /// A request with its key, an operation and the input that it came with.
    ///
    /// # Errors
    /// [`Code::BadText`] where the key is empty or longer than 128 characters.
    pub fn new(key: &str, operation: &'static str, input: &str) -> std::result::Result<Self, Refusal> {
        let key = crate::domain::check::title("idempotencyKey", key, 128)?;
        let request = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(input.as_bytes()));
        Ok(Self { key, operation, request })
    }
}

/// What the request did when it came before, if it did.
///
/// # Errors
/// [`Code::KeyReused`] where the key came with another request; else where the database fails.
pub async fn before(tx: &mut Tx, keyed: &Keyed) -> Result<Option<Uuid>> {
    let owner = owner(tx);
    let found: Option<(String, String, Uuid)> = tx
        .optional(sql!(
            "SELECT operation, request, result FROM idempotency WHERE owner = $1 AND key = $2",
            owner,
            keyed.key.clone()
        ))
        .await?;
    match found {
        None => Ok(None),
        Some((operation, request, result)) if operation == keyed.operation && request == keyed.request => {
            Ok(Some(result))
        }
        Some(_) => Err(Refusal::new(
            Code::KeyReused,
            "这个幂等键已用于另一个请求，请换一个。",
            "This idempotency key was used with another request; choose a new one.",
        )
        .at("idempotencyKey")
        .into()),
    }
}

/// Keeps what the request did, with the rest of its transaction. A twin that came at the same time fails here on the
/// key, does nothing, and finds the first one's answer when it is tried again.
///
/// # Errors
/// Where the database fails, the twin's duplicate key included.
pub async fn keep(tx: &mut Tx, keyed: &Keyed, result: Uuid) -> Result<()> {
    let (owner, now) = (owner(tx), tx.now);
    tx.execute(sql!(
        "INSERT INTO idempotency (owner, key, operation, request, result, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        owner,
        keyed.key.clone(),
        keyed.operation,
        keyed.request.clone(),
        result,
        now
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

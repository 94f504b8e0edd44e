//! Passwords: hashed with Argon2id, off the threads that serve, and never more at once than memory is set aside for.

use super::error::{Error, Result};
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// Hashes that are computed at once; each takes 19 MiB.
static ROOM: Semaphore = Semaphore::const_new(4);

/// A hash of nobody's password, by which an unknown name takes as long as a known one.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$Z29uZ2ppYW4tbm9ib2R5$tcz7sDJfPVZ5aXWbQ9qBrq3QTqcqvUSkz6sQ8tQ3bO8";

/// The hash of a password, as it is kept.
///
/// # Errors
/// Where the machine has no randomness or memory.
pub async fn hash(password: String) -> Result<String> {
    run(move || {
        let hash: argon2::password_hash::Result<PasswordHash> =
            Argon2::default().hash_password(password.as_bytes());
        hash.map(|hash| hash.to_string()).map_err(|error| Error::Corrupt(format!("no hash: {error}")))
    })
    .await?
}

/// Whether this is the password of a hash. Without a hash it is not, and takes as long.
///
/// # Errors
/// Where the machine has no memory.
pub async fn verify(hash: Option<String>, password: String) -> Result<bool> {
    run(move || {
        let known = hash.is_some();
        let fits = PasswordHash::new(hash.as_deref().unwrap_or(NOBODY))
            .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok());
        known && fits
    })
    .await
}

/// A password that is good once: 120 random bits.
///
/// # Errors
/// Where the machine has no randomness.
pub fn one_time() -> Result<String> {
    random::<15>()
}

/// So many random bytes as text.
pub(super) fn random<const BYTES: usize>() -> Result<String> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).map_err(|error| Error::Corrupt(format!("no randomness: {error}")))?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

async fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let failed = |what: &str| Error::Corrupt(format!("no hash: {what}"));
    // The permit goes with the work: whoever does not wait for the answer frees no room.
    let room = ROOM.acquire().await.map_err(|_| failed("closed"))?;
    spawn_blocking(move || {
        let done = work();
        drop(room);
        done
    })
    .await
    .map_err(|_| failed("the work was ended"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_its_own_hash_only() {
        let hash = hash("correct horse battery".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        for (hash, password, fits) in [
            (Some(hash.clone()), "correct horse battery", true),
            (Some(hash), "correct horse batterz", false),
            (Some("nonsense".into()), "correct horse battery", false),
            (None, "correct horse battery", false),
        ] {
            assert_eq!(verify(hash, password.into()).await.unwrap(), fits);
        }
        let nobody = PasswordHash::new(NOBODY).unwrap();
        assert_eq!(
            argon2::Params::try_from(&nobody).unwrap().m_cost(),
            argon2::Params::default().m_cost(),
            "an unknown name costs what a known one does"
        );
    }
}

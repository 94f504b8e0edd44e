//! Schemas as texts: kept once, whoever has them.

use crate::store::conn::{Conn, Tx};
use crate::store::error::Result;
use crate::store::sql::{Sql, sql};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;

/// The hash by which a text is found.
#[must_use]
pub fn hash(text: &str) -> String {
    use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(text.as_bytes()))
}

/// Keeps a text, and gives back its hash.
pub(super) async fn keep(tx: &mut Tx, text: &str) -> Result<String> {
    let hash = hash(text);
    tx.execute(sql!(
        "INSERT INTO schema_text (hash, text) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        hash.clone(),
        text
    ))
    .await?;
    Ok(hash)
}

/// The texts with these hashes.
///
/// # Errors
/// Where the database fails.
pub async fn texts(conn: &mut Conn, hashes: &[&str]) -> Result<HashMap<String, String>> {
    let mut sql = Sql::default();
    sql.push("SELECT hash, text FROM schema_text WHERE hash IN ").list(hashes.iter().copied());
    let rows: Vec<(String, String)> = conn.all(sql).await?;
    Ok(rows.into_iter().collect())
}

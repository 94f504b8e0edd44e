//! API tokens: prefixed, kept as hashes, scoped, expiring, revocable.

use super::conn::{Conn, Tx};
use super::entity::{Entity, lock};
use super::error::{Error, Result, at};
use super::page::{Key, KeyKind, Listing, Order};
use super::sql::{Sql, sql};
use super::{grant, password, scope};
use crate::domain::check::{self, TITLE_CHARS};
use crate::domain::event::EventKind;
use crate::domain::id::TokenId;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::text::TextEnum as _;
use crate::domain::viewer::{Actor, Scope, Token, Viewer};
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use sha2::{Digest, Sha256};

/// What every secret begins with, so that leaked ones can be searched for.
pub const PREFIX: &str = "gjh_";
/// The longest life of a token.
const MAX_DAYS: i64 = 3_660;
/// For how many hours a secret works at most after it was replaced.
const MAX_OVERLAP_HOURS: i64 = 24 * 30;

/// A token to be made.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// What it is for.
    pub name: String,
    /// Whom its bearer acts for.
    pub actor: Actor,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// For how many days it works.
    pub days: i64,
}

/// Makes a token. The secret is given back here, once, and kept nowhere.
///
/// # Errors
/// A refusal where the name, the days, or the ids of the actor are wrong; denied to whoever may not appoint the actor or
/// lacks one of the scopes.
pub async fn create(tx: &mut Tx, new: NewToken) -> Result<(TokenId, String)> {
    tx.require_write()?;
    let limits = grant::limits(tx, new.actor).await?;
    tx.require(new.scopes.iter().all(|scope| tx.viewer.may(*scope)))?;
    let name = check::title("name", &new.name, TITLE_CHARS)?;
    let expires_at = expiry(tx, new.days).await?;
    if new.scopes.is_empty() {
        let told = Refusal::new(Code::BadInput, "请至少选择一项权限。", "Give it one scope at least.");
        return Err(told.at("scopes").into());
    }
    let secret = secret()?;
    let id: TokenId = tx.id();
    let now = tx.now;
    let scopes: Vec<&str> = new.scopes.iter().map(|scope| scope.as_str()).collect();
    tx.execute(sql!(
        "INSERT INTO token
            (id, name, prefix, hash, role, street_id, community_id, unit_id, scopes, expires_at, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        id,
        name,
        beginning(&secret),
        hash(&secret),
        limits.role,
        limits.street,
        limits.community,
        limits.unit,
        scopes.join(" "),
        expires_at,
        now
    ))
    .await?;
    let data = json!({ "role": limits.role, "scopes": scopes, "days": new.days });
    tx.event(id, limits.street, EventKind::Added, data);
    Ok((id, secret))
}

/// When a token ends that works for so many days: never after the one that makes it.
async fn expiry(tx: &mut Tx, days: i64) -> Result<DateTime<Utc>> {
    let days = check::number("days", days, 1, MAX_DAYS)?;
    let wanted = tx.now + TimeDelta::days(days);
    let Some(own) = tx.viewer.token() else { return Ok(wanted) };
    let own = by_id(tx, own).await?.ok_or(Error::Denied(tx.viewer.role()))?;
    Ok(wanted.min(own.expires_at))
}

/// Gives a token a new secret; the one before works for so many hours more, so that portals can change over. Whoever
/// manages the token may let it work for so many days from now on; its bearer may not.
///
/// # Errors
/// A refusal where it cannot be seen, has ended, or hours or days are out of range; denied to all but its bearer and
/// whoever manages it.
pub async fn rotate(tx: &mut Tx, id: TokenId, hours: i64, days: Option<i64>) -> Result<String> {
    tx.require_write()?;
    let token: Token = lock(tx, id).await.map_err(|error| at("id", error))?;
    tx.require(manages(&tx.viewer, &token) || (tx.viewer.token() == Some(id) && days.is_none()))?;
    if token.viewer(tx.now).is_none() {
        let told = Refusal::new(
            Code::IllegalTransition,
            "令牌已失效，请新建一个。",
            "The token has ended; make a new one.",
        );
        return Err(told.at("id").into());
    }
    let hours = check::number("overlapHours", hours, 0, MAX_OVERLAP_HOURS)?;
    let expires_at = match days {
        Some(days) => expiry(tx, days).await?,
        None => token.expires_at,
    };
    let secret = secret()?;
    let until = tx.now + TimeDelta::hours(hours);
    tx.execute(sql!(
        "UPDATE token SET previous_hash = hash, previous_until = $1, hash = $2, prefix = $3, expires_at = $4 WHERE id = $5",
        until,
        hash(&secret),
        beginning(&secret),
        expires_at,
        id
    ))
    .await?;
    tx.event(
        id,
        token.street_id,
        EventKind::Edited,
        json!({ "secret": "rotated", "overlapHours": hours, "days": days }),
    );
    Ok(secret)
}

/// Whether a viewer looks after a token: they could have made it.
fn manages(viewer: &Viewer, token: &Token) -> bool {
    viewer.may(Scope::Identity)
        && viewer.may_appoint(token.role, token.street_id)
        && token.scopes().iter().all(|scope| viewer.may(*scope))
}

impl Entity for Token {
    type Id = TokenId;
    const TABLE: &'static str = "token";
    const ALIAS: &'static str = "t";

    fn scope(sql: &mut Sql, viewer: &Viewer) {
        scope::tokens(sql, viewer);
    }

    fn id(&self) -> TokenId {
        self.id
    }
}

/// Tokens, the newest first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Tokens;

impl Listing for Tokens {
    type Row = Token;

    fn filter(&self, _: &mut Sql) {}

    fn parent(&self) -> Option<&'static str> {
        None
    }

    fn order(&self) -> Order {
        Order { name: "newest", column: "t.created_at", kind: KeyKind::Time, descending: true }
    }

    fn key(&self, row: &Token) -> Key {
        Key::Time(row.created_at)
    }
}

/// The token whose secret this is, or was until lately.
///
/// # Errors
/// Where the database fails.
pub async fn by_secret(conn: &mut Conn, secret: &str, now: DateTime<Utc>) -> Result<Option<Token>> {
    if !secret.starts_with(PREFIX) || secret.len() > 128 {
        return Ok(None);
    }
    conn.optional(sql!(
        "SELECT * FROM token WHERE hash = $1 OR (previous_hash = $1 AND previous_until > $2)",
        hash(secret),
        now
    ))
    .await
}

/// The token with this id.
///
/// # Errors
/// Where the database fails.
pub async fn by_id(conn: &mut Conn, id: TokenId) -> Result<Option<Token>> {
    conn.optional(sql!("SELECT * FROM token WHERE id = $1", id)).await
}

/// Every token, the newest first.
///
/// # Errors
/// Where the database fails.
pub async fn all(conn: &mut Conn) -> Result<Vec<Token>> {
    conn.all(sql!("SELECT * FROM token ORDER BY id DESC")).await
}

/// Makes a token stop working at once, both its secrets.
///
/// # Errors
/// A refusal where it cannot be seen; denied to all but its bearer and whoever may appoint like it.
pub async fn revoke(tx: &mut Tx, id: TokenId) -> Result<TokenId> {
    tx.require_write()?;
    let token: Token = lock(tx, id).await.map_err(|error| at("id", error))?;
    let appoints = tx.viewer.may(Scope::Identity) && tx.viewer.may_appoint(token.role, token.street_id);
    tx.require(appoints || tx.viewer.token() == Some(id))?;
    let now: DateTime<Utc> = tx.now;
    tx.execute(sql!(
        "UPDATE token SET revoked_at = COALESCE(revoked_at, $1), previous_hash = NULL, previous_until = NULL WHERE id = $2",
        now,
        id
    ))
    .await?;
    tx.event(id, token.street_id, EventKind::Moved, json!({ "state": "revoked" }));
    Ok(id)
}

fn secret() -> Result<String> {
    Ok(format!("{PREFIX}{}", password::random::<24>()?))
}

fn beginning(secret: &str) -> &str {
    &secret[..PREFIX.len() + 6]
}

/// A secret of enough randomness needs no slow hash.
pub(super) fn hash(secret: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(secret.as_bytes()))
}

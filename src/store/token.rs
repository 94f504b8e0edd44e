//! API tokens: prefixed, kept as hashes, scoped, expiring, revocable.

use super::conn::{Conn, Tx};
use super::error::Result;
use super::sql::sql;
use crate::domain::area::Area;
use crate::domain::check::{self, TITLE_CHARS};
use crate::domain::event::EventKind;
use crate::domain::id::{AreaId, Kind, TokenId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::text::TextEnum;
use crate::domain::unit::PartnerUnit;
use crate::domain::viewer::{Actor, Scope, Token};
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use sha2::{Digest, Sha256};

/// What every secret begins with, so that leaked ones can be searched for.
pub const PREFIX: &str = "gjh_";
/// The longest life of a token.
const MAX_DAYS: i64 = 3_660;

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
/// A refusal where the name, the days, or the ids of the actor are wrong; denied to all but the administrator.
pub async fn create(tx: &mut Tx, new: NewToken) -> Result<(TokenId, String)> {
    tx.require_write()?;
    tx.require(tx.viewer.actor == Actor::Administrator)?;
    let name = check::title("name", &new.name, TITLE_CHARS)?;
    let days = check::number("days", new.days, 1, MAX_DAYS)?;
    let (role, street, community, unit) = limits(tx, new.actor).await?;
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
        &secret[..PREFIX.len() + 6],
        hash(&secret),
        role,
        street,
        community,
        unit,
        scopes.join(" "),
        now + TimeDelta::days(days),
        now
    ))
    .await?;
    tx.event(id, street, EventKind::Added, json!({ "role": role, "scopes": scopes, "days": days }));
    Ok((id, secret))
}

type Limits =
    (crate::domain::viewer::Role, Option<AreaId>, Option<AreaId>, Option<crate::domain::id::UnitId>);

/// The columns of an actor, checked against what is there.
async fn limits(tx: &mut Tx, actor: Actor) -> Result<Limits> {
    let role = crate::domain::viewer::Viewer::local(actor).role();
    let viewer = tx.viewer.clone();
    Ok(match actor {
        Actor::Public | Actor::Administrator => (role, None, None, None),
        Actor::Liaison { unit } => {
            let unit: PartnerUnit = super::entity::get(tx, &viewer, unit).await?;
            (role, Some(unit.street_id), None, Some(unit.id))
        }
        Actor::Coordinator { street } => {
            let area: Area = super::entity::get(tx, &viewer, street).await?;
            (role, Some(level(area.street_id == Some(area.id), area.id, "街道", "street")?), None, None)
        }
        Actor::Staff { community, .. } => {
            let area: Area = super::entity::get(tx, &viewer, community).await?;
            let community = level(area.community_id == Some(area.id), area.id, "社区", "community")?;
            (role, area.street_id, Some(community), None)
        }
    })
}

fn level(fits: bool, area: AreaId, zh: &str, en: &str) -> Result<AreaId> {
    if fits {
        return Ok(area);
    }
    Err(Refusal::new(Code::BadInput, format!("这不是{zh}。"), format!("This area is not a {en}."))
        .at("area")
        .into())
}

/// The token whose secret this is.
///
/// # Errors
/// Where the database fails.
pub async fn by_secret(conn: &mut Conn, secret: &str) -> Result<Option<Token>> {
    if !secret.starts_with(PREFIX) || secret.len() > 128 {
        return Ok(None);
    }
    conn.optional(sql!("SELECT * FROM token WHERE hash = $1", hash(secret))).await
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

/// Makes a token stop working at once.
///
/// # Errors
/// A refusal where there is no such token; denied to all but the administrator.
pub async fn revoke(tx: &mut Tx, id: TokenId) -> Result<()> {
    tx.require_write()?;
    tx.require(tx.viewer.actor == Actor::Administrator)?;
    let now: DateTime<Utc> = tx.now;
    let found = tx
        .execute(sql!("UPDATE token SET revoked_at = COALESCE(revoked_at, $1) WHERE id = $2", now, id))
        .await?;
    if found == 0 {
        return Err(Refusal::not_found(Kind::Token).at("id").into());
    }
    tx.event(id, None, EventKind::Moved, json!({ "state": "revoked" }));
    Ok(())
}

fn secret() -> Result<String> {
    let mut bytes = [0; 24];
    getrandom::fill(&mut bytes)
        .map_err(|error| super::error::Error::Corrupt(format!("no randomness: {error}")))?;
    Ok(format!("{PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(bytes)))
}

fn hash(secret: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(secret.as_bytes()))
}

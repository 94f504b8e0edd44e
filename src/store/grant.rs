//! Grants: the parts that accounts play, given and taken back by those who may appoint.

use super::conn::{Conn, Tx};
use super::entity::get;
use super::error::{Error, Result, at};
use super::part::Part;
use super::scope;
use super::sql::{Sql, sql};
use crate::domain::account::Grant;
use crate::domain::area::Area;
use crate::domain::event::EventKind;
use crate::domain::id::{AccountId, AreaId, GrantId, Id as _, Kind, UnitId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::unit::PartnerUnit;
use crate::domain::viewer::{Actor, Role, Scope, Viewer};
use serde_json::json;
use uuid::Uuid;

impl Part for Grant {
    const SELECT: &'static str =
        "SELECT g.id, g.account_id, g.role, g.street_id, g.community_id, g.unit_id, g.created_at
         FROM account_grant AS g WHERE g.revoked_at IS NULL AND g.account_id IN ";
    const ORDER: &'static str = " ORDER BY g.id";

    fn scope(sql: &mut Sql, viewer: &Viewer) {
        scope::grants(sql, viewer);
    }

    fn parent(&self) -> Uuid {
        self.account_id.uuid()
    }
}

/// Where somebody is to act, as it is kept.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The part.
    pub role: Role,
    /// The street.
    pub street: Option<AreaId>,
    /// The community of community staff.
    pub community: Option<AreaId>,
    /// The unit of a liaison.
    pub unit: Option<UnitId>,
}

/// The limits of an actor, checked against what is there and against what the caller may let others do.
///
/// # Errors
/// A refusal where the area or the unit are unknown or of the wrong kind; denied to whoever may not appoint it.
pub async fn limits(tx: &mut Tx, actor: Actor) -> Result<Limits> {
    let role = actor.role();
    let viewer = tx.viewer.clone();
    let mut found = Limits { role, street: None, community: None, unit: None };
    match actor {
        Actor::Public | Actor::Administrator => {}
        Actor::Liaison { unit } => {
            let unit: PartnerUnit = get(tx, &viewer, unit).await.map_err(|error| at("unitId", error))?;
            (found.street, found.unit) = (Some(unit.street_id), Some(unit.id));
        }
        Actor::Coordinator { street } => {
            let area: Area = get(tx, &viewer, street).await.map_err(|error| at("areaId", error))?;
            found.street = Some(level(area.street_id == Some(area.id), area.id, "街道", "street")?);
        }
        Actor::Staff { community, .. } => {
            let area: Area = get(tx, &viewer, community).await.map_err(|error| at("areaId", error))?;
            found.street = area.street_id;
            found.community = Some(level(area.community_id == Some(area.id), area.id, "社区", "community")?);
        }
    }
    tx.require(tx.viewer.may(Scope::Identity) && tx.viewer.may_appoint(role, found.street))?;
    Ok(found)
}

fn level(fits: bool, area: AreaId, zh: &str, en: &str) -> Result<AreaId> {
    if fits {
        return Ok(area);
    }
    let told = Refusal::new(Code::BadInput, format!("这不是{zh}。"), format!("This area is not a {en}."));
    Err(told.at("areaId").into())
}

/// The grants that an account has, whoever asks.
///
/// # Errors
/// Where the database fails.
pub async fn of_account(conn: &mut Conn, account: AccountId) -> Result<Vec<Grant>> {
    let mut sql = Sql::default();
    sql.push(Grant::SELECT).list([account]).push(Grant::ORDER);
    conn.all(sql).await
}

/// Lets an account play a part.
///
/// # Errors
/// A refusal where the account cannot be seen or plays the part already; denied to whoever may not appoint it.
pub async fn give(tx: &mut Tx, account: AccountId, actor: Actor) -> Result<GrantId> {
    let limits = limits(tx, actor).await?;
    super::account::hold(tx, account).await?;
    if of_account(tx, account).await?.iter().any(|grant| grant.actor() == Some(actor)) {
        let told =
            Refusal::new(Code::AlreadyExists, "该账号已有此授权。", "The account has this grant already.");
        return Err(told.into());
    }
    put(tx, account, limits).await
}

/// Keeps a grant whose limits were checked.
pub(super) async fn put(tx: &mut Tx, account: AccountId, limits: Limits) -> Result<GrantId> {
    let id: GrantId = tx.id();
    let now = tx.now;
    tx.execute(sql!(
        "INSERT INTO account_grant (id, account_id, role, street_id, community_id, unit_id, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        id,
        account,
        limits.role,
        limits.street,
        limits.community,
        limits.unit,
        now
    ))
    .await?;
    let data = json!({ "account": account, "role": limits.role, "community": limits.community, "unit": limits.unit });
    tx.event(id, limits.street, EventKind::Added, data);
    Ok(id)
}

/// Takes a grant back; sessions that act by it act for nobody from then on.
///
/// # Errors
/// A refusal where it cannot be seen; denied to whoever may not give it.
pub async fn take_back(tx: &mut Tx, id: GrantId) -> Result<AccountId> {
    let mut sql = Sql::default();
    sql.push(
        "SELECT g.id, g.account_id, g.role, g.street_id, g.community_id, g.unit_id, g.created_at
         FROM account_grant AS g WHERE g.revoked_at IS NULL AND g.id = ",
    );
    sql.bind(id);
    scope::grants(&mut sql, &tx.viewer);
    let grant: Option<Grant> = tx.lock(sql).await?;
    let missing = || Error::from(Refusal::not_found(Kind::Grant).at("id"));
    let grant = grant.ok_or_else(missing)?;
    tx.require(tx.viewer.may(Scope::Identity) && tx.viewer.may_appoint(grant.role, grant.street_id))?;
    let now = tx.now;
    tx.execute(sql!("UPDATE account_grant SET revoked_at = $1 WHERE id = $2", now, id)).await?;
    let data =
        json!({ "before": { "revoked": false }, "after": { "revoked": true }, "account": grant.account_id });
    tx.event(id, grant.street_id, EventKind::Edited, data);
    Ok(grant.account_id)
}

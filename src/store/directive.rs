//! Directives: pins and prohibitions, given and lifted by coordinators with a reason.

use super::conn::Tx;
use super::entity::{Entity, get, lock};
use super::error::{Result, at};
use super::page::{Key, KeyKind, Listing, Order};
use super::scope;
use super::sql::{Sql, sql};
use crate::domain::check;
use crate::domain::directive::{Directive, DirectiveKind};
use crate::domain::event::EventKind;
use crate::domain::id::{DirectiveId, NeedId, ServiceId};
use crate::domain::need::Need;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::service::Service;
use crate::domain::viewer::Viewer;
use serde_json::json;

impl Entity for Directive {
    type Id = DirectiveId;
    const TABLE: &'static str = "directive";
    const ALIAS: &'static str = "d";

    fn scope(sql: &mut Sql, viewer: &Viewer) {
        scope::directives(sql, viewer);
    }

    fn id(&self) -> DirectiveId {
        self.id
    }
}

/// Whose directives a list holds: those that hold, each, of many needs or of many streets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Directives {
    /// Of needs.
    Need,
    /// Of streets.
    Street,
}

impl Listing for Directives {
    type Row = Directive;

    fn filter(&self, sql: &mut Sql) {
        sql.push(" AND d.lifted_at IS NULL");
    }

    fn parent(&self) -> Option<&'static str> {
        Some(match self {
            Self::Need => "d.need_id",
            Self::Street => "d.street_id",
        })
    }

    fn order(&self) -> Order {
        Order { name: "newest", column: "d.created_at", kind: KeyKind::Time, descending: true }
    }

    fn key(&self, row: &Directive) -> Key {
        Key::Time(row.created_at)
    }
}

/// A directive to be given.
#[derive(Debug, Clone)]
pub struct NewDirective {
    /// What it says.
    pub kind: DirectiveKind,
    /// The need.
    pub need: NeedId,
    /// The service.
    pub service: ServiceId,
    /// How much of the need a pin reserves; `None` for all of it.
    pub quantity: Option<i64>,
    /// Why.
    pub reason: String,
}

/// Gives a directive.
///
/// # Errors
/// A refusal where need or service are unknown, the quantity is more than the need asks for or the pair has a directive
/// already; denied to all but the coordinator of the need's street.
pub async fn give(tx: &mut Tx, new: NewDirective) -> Result<DirectiveId> {
    tx.require_write()?;
    let need: Need = lock(tx, new.need).await.map_err(|error| at("needId", error))?;
    tx.require(tx.viewer.coordinates(Some(need.street_id)))?;
    let service: Service =
        get(&mut tx.conn, &tx.viewer, new.service).await.map_err(|error| at("serviceId", error))?;
    let reason = check::reason("reason", &new.reason)?;
    if let Some(quantity) = new.quantity {
        check::number("quantity", quantity, 1, need.quantity)?;
    }
    let id: DirectiveId = tx.id();
    let now = tx.now;
    let given = tx
        .execute(sql!(
            "INSERT INTO directive (id, street_id, kind, need_id, service_id, quantity, reason, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
            id,
            need.street_id,
            new.kind,
            need.id,
            service.id,
            new.quantity,
            reason.clone(),
            now
        ))
        .await?;
    if given == 0 {
        return Err(Refusal::new(
            Code::AlreadyExists,
            "这对需求和服务已有人工指定，请先解除。",
            "This need and this service have a directive already; lift it first.",
        )
        .into());
    }
    tx.event(
        id,
        Some(need.street_id),
        EventKind::Added,
        json!({ "kind": new.kind, "need": need.id, "service": service.id, "quantity": new.quantity, "reason": reason }),
    );
    Ok(id)
}

/// Lifts a directive.
///
/// # Errors
/// A refusal where it is unknown or lifted already; denied to all but the coordinator of its street.
pub async fn lift(tx: &mut Tx, id: DirectiveId, reason: &str) -> Result<DirectiveId> {
    tx.require_write()?;
    let directive: Directive = lock(tx, id).await.map_err(|error| at("id", error))?;
    tx.require(tx.viewer.coordinates(Some(directive.street_id)))?;
    let reason = check::reason("reason", reason)?;
    let now = tx.now;
    let lifted = tx
        .execute(sql!("UPDATE directive SET lifted_at = $1 WHERE id = $2 AND lifted_at IS NULL", now, id))
        .await?;
    if lifted == 0 {
        return Err(Refusal::new(
            Code::IllegalTransition,
            "这项指定已经解除。",
            "It has been lifted already.",
        )
        .at("id")
        .into());
    }
    tx.event(
        id,
        Some(directive.street_id),
        EventKind::Edited,
        json!({ "before": { "lifted": false }, "after": { "lifted": true }, "reason": reason }),
    );
    Ok(id)
}

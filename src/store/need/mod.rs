//! Needs: from the first draft to the closing.

mod facts;
mod lifecycle;
mod list;
mod recount;

pub use facts::{NeedFacts, add, update};
pub use lifecycle::{close, merge, open, reopen, return_, submit, verify, withdraw};
pub use list::{NeedOrder, Needs, NeedsOf};
pub use recount::recount;

use super::conn::Tx;
use super::entity::Entity;
use super::scope;
use super::sql::Sql;
use crate::domain::event::EventKind;
use crate::domain::id::NeedId;
use crate::domain::need::Need;
use crate::domain::viewer::Viewer;
use serde_json::json;

impl Entity for Need {
    type Id = NeedId;
    const TABLE: &'static str = "need";
    const ALIAS: &'static str = "n";

    fn scope(sql: &mut Sql, viewer: &Viewer) {
        scope::needs(sql, viewer);
    }

    fn id(&self) -> NeedId {
        self.id
    }
}

/// Tells the trail what became of a need: its state and its quantities, before and after.
pub(super) fn trail(tx: &mut Tx, before: &Need, after: &Need) {
    let kind = if before.state == after.state { EventKind::Counted } else { EventKind::Moved };
    let quantities = |need: &Need| json!({ "quantity": need.quantity, "claimed": need.claimed, "delivered": need.delivered });
    let mut data = json!({
        "from": before.state,
        "to": after.state,
        "before": quantities(before),
        "after": quantities(after),
    });
    if after.reason != before.reason {
        data["reason"] = json!(after.reason);
    }
    if let Some(into) = after.merged_into_id {
        data["into"] = json!(into);
    }
    if let Some(outcome) = after.outcome {
        data["outcome"] = json!(outcome);
    }
    tx.event(after.id, Some(after.street_id), kind, data);
}

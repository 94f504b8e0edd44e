//! A service's way from the draft over the review to the offer, and off it again.

use super::own;
use crate::domain::event::EventKind;
use crate::domain::id::ServiceId;
use crate::domain::service::{ServiceAction, ServiceState};
use crate::store::conn::Tx;
use crate::store::error::Result;
use crate::store::sql::sql;
use serde_json::json;

/// Moves a service that nobody else has edited since `version` to where the action leads. Matches that are under way
/// stay as they are: what was promised is kept, only new claims find no offer.
///
/// # Errors
/// A refusal where its state does not allow the action or somebody was faster. Denied to all but the coordinator of the
/// unit's street and, for anything but the review, the unit's liaison.
pub async fn advance(
    tx: &mut Tx,
    id: ServiceId,
    action: ServiceAction,
    version: Option<i64>,
) -> Result<ServiceId> {
    let service = own(tx, id).await?;
    tx.require(service.grants(&tx.viewer, action))?;
    crate::store::require_version(version, service.version)?;
    let after = service.state.after(action)?;
    let listed_at = (after == ServiceState::Listed).then_some(tx.now);
    tx.execute(sql!(
        "UPDATE service SET state = $1, listed_at = COALESCE(listed_at, $2), version = version + 1 WHERE id = $3",
        after,
        listed_at,
        id
    ))
    .await?;
    let moved = json!({ "action": action, "from": service.state, "to": after });
    tx.event(id, Some(service.street_id), EventKind::Moved, moved);
    Ok(id)
}

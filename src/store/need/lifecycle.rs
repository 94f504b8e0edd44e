//! The life of a need in people's hands. What becomes of it through its matches is [`super::recount`]'s matter.

use super::trail;
use crate::domain::check;
use crate::domain::id::NeedId;
use crate::domain::matches::{Hold, MatchState};
use crate::domain::need::{Need, NeedAction, NeedState, Outcome};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::text::{Lang, TextEnum};
use crate::store::conn::Tx;
use crate::store::entity::lock;
use crate::store::error::{Result, at};
use crate::store::sql::{Sql, sql};

/// Hands a draft or a returned need in (提交).
///
/// # Errors
/// A refusal where the state does not allow it; denied to all but the asking side and the street's coordinator.
pub async fn submit(tx: &mut Tx, id: NeedId) -> Result<NeedId> {
    let (before, state) = begin(tx, id, NeedAction::Submit).await?;
    let after = Need { state, reason: None, ..before.clone() };
    keep(tx, &before, &after).await
}

/// Finds a submitted need to be real (核实).
///
/// # Errors
/// A refusal where the state does not allow it; denied to all but the street's coordinator.
pub async fn verify(tx: &mut Tx, id: NeedId) -> Result<NeedId> {
    let (before, state) = begin(tx, id, NeedAction::Verify).await?;
    let after = Need { state, verified_at: Some(tx.now), ..before.clone() };
    keep(tx, &before, &after).await
}

/// Sends a need back to be completed (退回).
///
/// # Errors
/// A refusal where the state does not allow it or there is no reason; denied to all but the street's coordinator.
pub async fn return_(tx: &mut Tx, id: NeedId, reason: &str) -> Result<NeedId> {
    let (before, state) = begin(tx, id, NeedAction::Return).await?;
    let reason = Some(check::reason("reason", reason)?);
    let after = Need { state, reason, verified_at: None, ..before.clone() };
    keep(tx, &before, &after).await
}

/// Offers a verified need to be claimed.
///
/// # Errors
/// A refusal where the state does not allow it; denied to all but the street's coordinator.
pub async fn open(tx: &mut Tx, id: NeedId) -> Result<NeedId> {
    let (before, state) = begin(tx, id, NeedAction::Open).await?;
    let after = Need { state, ..before.clone() };
    keep(tx, &before, &after).await
}

/// Makes a need that nobody has claimed part of another one of the same street (并案). It cannot be claimed afterwards.
///
/// # Errors
/// A refusal where the state does not allow it, the other need cannot take it up or there is no reason; denied to all
/// but the street's coordinator.
pub async fn merge(tx: &mut Tx, id: NeedId, into: NeedId, reason: &str) -> Result<NeedId> {
    if into < id {
        hold(tx, into, "intoId").await?;
    }
    let (before, state) = begin(tx, id, NeedAction::Merge).await?;
    let target = hold(tx, into, "intoId").await?;
    require_target(&before, &target)?;
    let reason = Some(check::reason("reason", reason)?);
    let after = Need { state, reason, merged_into_id: Some(into), ..before.clone() };
    keep(tx, &before, &after).await
}

fn require_target(need: &Need, target: &Need) -> Result<()> {
    let refuse = |zh: String, en: String| Err(Refusal::new(Code::BadInput, zh, en).at("intoId").into());
    if need.id == target.id {
        return refuse("需求不能并入自身。".into(), "A need cannot be merged into itself.".into());
    }
    if need.street_id != target.street_id {
        return refuse(
            "只能并入同一街道的需求。".into(),
            "A need can be merged only into one of the same street.".into(),
        );
    }
    if matches!(target.state, NeedState::Merged | NeedState::Withdrawn | NeedState::Closed) {
        return refuse(
            format!("目标需求{}，不能再并入其他需求。", target.state.label(Lang::Zh)),
            format!("The other need is {}, so nothing can be merged into it.", target.state.label(Lang::En)),
        );
    }
    Ok(())
}

/// Gives a need up (撤回).
///
/// # Errors
/// A refusal where the state does not allow it, matches still hold a quantity or there is no reason; denied to all but
/// the asking side and the street's coordinator.
pub async fn withdraw(tx: &mut Tx, id: NeedId, reason: &str) -> Result<NeedId> {
    let (before, state) = begin(tx, id, NeedAction::Withdraw).await?;
    let reason = Some(check::reason("reason", reason)?);
    require_no_hold(tx, id).await?;
    let after = Need { state, reason, ..before.clone() };
    keep(tx, &before, &after).await
}

async fn require_no_hold(tx: &mut Tx, id: NeedId) -> Result<()> {
    let live = MatchState::ALL.iter().copied().filter(|state| state.hold() != Hold::Released);
    let mut sql = Sql::default();
    sql.push(
        "SELECT COUNT(*), CAST(COALESCE(SUM(quantity - delivered), 0) AS BIGINT) FROM match WHERE need_id = ",
    )
    .bind(id)
    .push(" AND state IN ")
    .list(live);
    let (count, quantity): (i64, i64) = tx.one(sql).await?;
    if count == 0 {
        return Ok(());
    }
    Err(Refusal::new(
        Code::IllegalTransition,
        format!("还有{count}个进行中的对接（未办数量{quantity}），请先婉拒、取消或办结这些对接，再撤回。"),
        format!(
            "Matches under way: {count}, with {quantity} still to be delivered. Decline, cancel or finish them first."
        ),
    )
    .into())
}

/// Closes a delivered need with what came of it (销号).
///
/// # Errors
/// A refusal where the state does not allow it or the caller speaks for a unit that delivered; denied to all but the
/// asking side and the street's coordinator.
pub async fn close(tx: &mut Tx, id: NeedId, outcome: Outcome) -> Result<NeedId> {
    tx.require_write()?;
    require_not_own_work(tx, id).await?;
    let (before, state) = begin(tx, id, NeedAction::Close).await?;
    let after = Need { state, outcome: Some(outcome), reason: None, ..before.clone() };
    keep(tx, &before, &after).await
}

async fn require_not_own_work(tx: &mut Tx, id: NeedId) -> Result<()> {
    let Some(unit) = tx.viewer.unit() else { return Ok(()) };
    let (own,): (i64,) = tx
        .one(sql!(
            "SELECT COUNT(*) FROM match WHERE need_id = $1 AND unit_id = $2 AND delivered > 0",
            id,
            unit
        ))
        .await?;
    if own == 0 {
        return Ok(());
    }
    Err(Refusal::new(
        Code::OwnWork,
        "承办单位不能为自己办理的需求销号。",
        "The unit that delivered a need cannot close it.",
    )
    .into())
}

/// Takes a delivered or closed need up again (重办) with a quantity still to be served.
///
/// # Errors
/// A refusal where the state does not allow it, the quantity is out of range or there is no reason; denied to all but
/// the asking side and the street's coordinator.
pub async fn reopen(tx: &mut Tx, id: NeedId, quantity: i64, reason: &str) -> Result<NeedId> {
    let (before, state) = begin(tx, id, NeedAction::Reopen).await?;
    let most = check::MAX_QUANTITY - before.quantity;
    let quantity = before.quantity + check::number("quantity", quantity, 1, most)?;
    let reason = Some(check::reason("reason", reason)?);
    let reopened = before.reopened + 1;
    let open = Need { state, quantity, reason, reopened, outcome: None, ..before.clone() };
    let after = Need { state: open.served_state(false), ..open };
    keep(tx, &before, &after).await
}

/// The need, held for a change.
pub(super) async fn hold(tx: &mut Tx, id: NeedId, field: &str) -> Result<Need> {
    lock(tx, id).await.map_err(|error| at(field, error))
}

/// The need, held for an action by those who may take it, and where the action leads.
pub(super) async fn begin(tx: &mut Tx, id: NeedId, action: NeedAction) -> Result<(Need, NeedState)> {
    tx.require_write()?;
    let need = hold(tx, id, "id").await?;
    tx.require(need.may(&tx.viewer, action))?;
    let state = need.state.after(action)?;
    Ok((need, state))
}

/// Writes what an action changed.
async fn keep(tx: &mut Tx, before: &Need, after: &Need) -> Result<NeedId> {
    let _: (i64,) = tx
        .one(sql!(
            "UPDATE need SET state = $1, quantity = $2, reason = $3, outcome = $4, merged_into_id = $5,
                reopened = $6, verified_at = $7, version = version + 1
             WHERE id = $8 AND state = $9 RETURNING version",
            after.state,
            after.quantity,
            after.reason.clone(),
            after.outcome,
            after.merged_into_id,
            after.reopened,
            after.verified_at,
            before.id,
            before.state
        ))
        .await?;
    trail(tx, before, after);
    Ok(after.id)
}

//! Saying yes: to a match, and to what was delivered.

use super::super::conn::Tx;
use super::super::error::{Error, Result};
use super::{Held, hold, hold_for, settle};
use crate::domain::check;
use crate::domain::id::MatchId;
use crate::domain::matches::{Match, MatchAction, MatchState, Side};
use crate::domain::refusal::{Code, Refusal};

/// A coordinator acting in place of one side.
#[derive(Debug, Clone)]
pub struct StandIn {
    /// The side.
    pub side: Side,
    /// Why, kept with the match.
    pub reason: String,
}

/// Confirms one side of a match: the first confirmation of a suggestion proposes it, the second one accepts it.
///
/// # Errors
/// A refusal where the state does not allow it, the time to answer is over, the side has confirmed already or a
/// coordinator may not stand in; denied to all but the two sides and the street's coordinator.
pub async fn accept(tx: &mut Tx, id: MatchId, stand_in: Option<&StandIn>) -> Result<MatchId> {
    let held = hold_for(tx, id, MatchAction::Accept).await?;
    let first = held.before.state == MatchState::Suggested;
    let action = if first { MatchAction::Propose } else { MatchAction::Accept };
    let mut after = held.before.after(action)?;
    let side = confirming(tx, &held, &mut after, stand_in)?;
    if after.confirmed_at(side).is_some() {
        return Err(already_confirmed());
    }
    if held.before.respond_by <= tx.now {
        return Err(too_late());
    }
    match side {
        Side::Asking => after.asking_confirmed_at = Some(tx.now),
        Side::Offering => after.offering_confirmed_at = Some(tx.now),
    }
    after.accepted_at = Some(tx.now).filter(|_| after.state == MatchState::Accepted);
    settle::keep(tx, &held.before, &after, action).await
}

/// Agrees that a match is done; what was not delivered is given back.
///
/// # Errors
/// A refusal where the state does not allow it, where the caller is the unit that delivered, or where a coordinator
/// gives no reason or stood in for the other side before; denied to all but the asking side and the street's
/// coordinator.
pub async fn confirm(tx: &mut Tx, id: MatchId, reason: Option<&str>) -> Result<MatchId> {
    let held = hold(tx, id).await?;
    held.require_not_own_work()?;
    tx.require(held.standing.may(MatchAction::Confirm))?;
    let mut after = held.before.after(MatchAction::Confirm)?;
    if held.standing.side != Some(Side::Asking) {
        let reason = reason.ok_or_else(|| {
            refuse_stand_in(
                "协调员代需求方确认办结，须写明理由。",
                "To confirm in place of the asking side, say why.",
            )
            .at("reason")
        })?;
        let reason = check::reason("reason", reason)?;
        stand_in_for(&mut after, Side::Asking, &reason).map_err(|refusal| refusal.at("reason"))?;
        after.reason = Some(reason);
    }
    settle::keep(tx, &held.before, &after, MatchAction::Confirm).await
}

/// The side that the caller confirms: their own, or the one that they stand in for.
fn confirming(tx: &Tx, held: &Held, after: &mut Match, stand_in: Option<&StandIn>) -> Result<Side> {
    match (stand_in, held.standing.side) {
        (None, Some(own)) => Ok(own),
        (None, None) => Err(refuse_stand_in(
            "协调员须注明代哪一方确认以及理由。",
            "A coordinator has to say for which side they stand in, and why.",
        )
        .at("standIn")
        .into()),
        (Some(stand_in), _) => {
            tx.require(held.standing.coordinates)?;
            let reason = check::reason("standIn.reason", &stand_in.reason)?;
            stand_in_for(after, stand_in.side, &reason).map_err(|refusal| refusal.at("standIn.side"))?;
            Ok(stand_in.side)
        }
    }
}

/// Notes that a coordinator stands in for a side; for the other one nobody may stand in from then on.
fn stand_in_for(after: &mut Match, side: Side, reason: &str) -> std::result::Result<(), Refusal> {
    if after.stand_in_side.is_some_and(|before| before != side) {
        return Err(refuse_stand_in(
            "协调员已代另一方确认过，不能再代这一方。",
            "A coordinator has stood in for the other side already, so nobody may stand in for this one.",
        ));
    }
    if after.stand_in_side.is_none() {
        after.stand_in_side = Some(side);
        after.stand_in_reason = Some(reason.to_owned());
    }
    Ok(())
}

fn refuse_stand_in(zh: &str, en: &str) -> Refusal {
    Refusal::new(Code::StandInRefused, zh, en)
}

fn already_confirmed() -> Error {
    Refusal::new(
        Code::AlreadyConfirmed,
        "这一方已经确认，现在等待另一方确认。",
        "This side has confirmed already; the other one is asked now.",
    )
    .into()
}

fn too_late() -> Error {
    Refusal::new(
        Code::IllegalTransition,
        "答复期限已过，名额即将释放；现在可以：重新提出对接。",
        "The time to answer is over and the quantity is being given back; possible now: propose it again.",
    )
    .into()
}

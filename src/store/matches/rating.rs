//! The asking side's verdict on what was delivered (评价/回访).

use super::super::conn::Tx;
use super::super::error::Result;
use super::super::sql::sql;
use super::{Held, hold};
use crate::domain::check::{self, BODY_CHARS};
use crate::domain::event::EventKind;
use crate::domain::id::{MatchId, RatingId};
use crate::domain::matches::{MatchState, Side};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::text::{Lang, TextEnum as _};
use serde_json::json;

/// A verdict, as somebody gives it.
#[derive(Debug, Clone)]
pub struct NewRating {
    /// Whether it solved what was asked for.
    pub solved: bool,
    /// Whether the asking side is satisfied.
    pub satisfied: bool,
    /// From 1 to 5 stars.
    pub stars: i64,
    /// In their words.
    pub comment: Option<String>,
    /// Whether this was learnt by calling back.
    pub called_back: bool,
}

/// Rates what was delivered, once.
///
/// # Errors
/// A refusal where nothing is delivered yet, a fact is wrong, there is a rating already, a coordinator did not call back
/// or the caller is the unit that delivered; denied to all but the asking side and the street's coordinator.
pub async fn rate(tx: &mut Tx, id: MatchId, new: NewRating) -> Result<RatingId> {
    let held = hold(tx, id).await?;
    held.require_not_own_work()?;
    tx.require(held.standing.side == Some(Side::Asking) || held.standing.coordinates)?;
    require_done(held.before.state)?;
    let stars = check::number("stars", new.stars, 1, 5)?;
    let comment = check::body("comment", new.comment.as_deref(), BODY_CHARS)?;
    require_call_back(&held, new.called_back, comment.is_some())?;
    require_first(tx, id).await?;
    let rating: RatingId = tx.id();
    let now = tx.now;
    tx.execute(sql!(
        "INSERT INTO rating (id, match_id, solved, satisfied, stars, comment, called_back, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        rating,
        id,
        new.solved,
        new.satisfied,
        stars,
        comment,
        new.called_back,
        now
    ))
    .await?;
    let data = json!({
        "match": id,
        "solved": new.solved,
        "satisfied": new.satisfied,
        "stars": stars,
        "called_back": new.called_back,
    });
    tx.event(rating, Some(held.before.street_id), EventKind::Added, data);
    Ok(rating)
}

fn require_done(state: MatchState) -> std::result::Result<(), Refusal> {
    if matches!(state, MatchState::Delivered | MatchState::Confirmed) {
        return Ok(());
    }
    Err(Refusal::new(
        Code::IllegalTransition,
        format!("当前状态为“{}”，办理完毕后才能评价。", state.label(Lang::Zh)),
        format!("It is {}; it can be rated once it is delivered.", state.label(Lang::En)),
    ))
}

/// A coordinator speaks for the asking side only after having called back, and says what was heard.
fn require_call_back(held: &Held, called_back: bool, has_comment: bool) -> std::result::Result<(), Refusal> {
    let missing = match held.standing.side {
        Some(Side::Asking) => None,
        _ if !called_back => Some("calledBack"),
        _ if !has_comment => Some("comment"),
        _ => None,
    };
    let Some(field) = missing else { return Ok(()) };
    Err(Refusal::new(
        Code::BadInput,
        "协调员须在回访需求方之后评价，并写明回访所得。",
        "A coordinator rates only after calling the asking side back, and notes what was said.",
    )
    .at(field))
}

async fn require_first(tx: &mut Tx, id: MatchId) -> Result<()> {
    let found: Option<(RatingId,)> =
        tx.optional(sql!("SELECT id FROM rating WHERE match_id = $1", id)).await?;
    if found.is_none() {
        return Ok(());
    }
    Err(Refusal::new(Code::AlreadyExists, "这次对接已经评价过。", "This match has been rated already.")
        .into())
}

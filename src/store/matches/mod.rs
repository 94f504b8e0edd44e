//! Matches: from the suggestion or the claim to what was delivered and what came of it.
//!
//! Whoever changes a match locks its need first: so whatever happens to the matches of one need happens in a row, and
//! a line of capacity, which many needs share, is changed last and by condition.

mod answer;
mod exit;
mod fitting;
mod list;
mod many;
mod offer;
mod rating;
mod settle;
mod work;

pub use answer::{StandIn, accept, confirm};
pub use exit::{cancel, decline, expire, fail, no_show};
pub use list::{Fulfilments, MatchOrder, Matches, MatchesOf, Ratings};
pub use many::suggest_all;
pub use offer::{DEFAULT_RESPOND_HOURS, Proposal, Suggestion, propose, suggest};
pub use rating::{NewRating, rate};
pub use work::{NewFulfilment, deliver, record, schedule};

use super::conn::Tx;
use super::entity::{Entity, get, lock};
use super::error::{Result, at};
use super::scope;
use super::sql::Sql;
use crate::domain::id::{FulfilmentId, MatchId, RatingId};
use crate::domain::matches::{Fulfilment, Match, MatchAction, Rating, Side, Standing};
use crate::domain::need::Need;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::viewer::Viewer;

impl Entity for Match {
    type Id = MatchId;
    const TABLE: &'static str = "match";
    const ALIAS: &'static str = "m";

    fn scope(sql: &mut Sql, viewer: &Viewer) {
        scope::matches(sql, viewer);
    }

    fn id(&self) -> MatchId {
        self.id
    }
}

impl Entity for Fulfilment {
    type Id = FulfilmentId;
    const TABLE: &'static str = "fulfilment";
    const ALIAS: &'static str = "x";

    fn scope(sql: &mut Sql, viewer: &Viewer) {
        scope::of_matches(sql, viewer);
    }

    fn id(&self) -> FulfilmentId {
        self.id
    }
}

impl Entity for Rating {
    type Id = RatingId;
    const TABLE: &'static str = "rating";
    const ALIAS: &'static str = "x";

    fn scope(sql: &mut Sql, viewer: &Viewer) {
        scope::of_matches(sql, viewer);
    }

    fn id(&self) -> RatingId {
        self.id
    }
}

/// A match held for a change, with its need.
struct Held {
    before: Match,
    need: Need,
    standing: Standing,
}

/// Holds a match for a change until the transaction ends.
async fn hold(tx: &mut Tx, id: MatchId) -> Result<Held> {
    tx.require_write()?;
    let viewer = tx.viewer.clone();
    let seen: Match = get(tx, &viewer, id).await.map_err(|error| at("id", error))?;
    let need: Need = lock(tx, seen.need_id).await?;
    // Another may have changed the match while the need was theirs.
    let before: Match = get(tx, &viewer, id).await?;
    let standing = before.standing(&need, &viewer);
    Ok(Held { before, need, standing })
}

/// Holds a match for an action by those who may take it.
async fn hold_for(tx: &mut Tx, id: MatchId, action: MatchAction) -> Result<Held> {
    let held = hold(tx, id).await?;
    tx.require(held.standing.may(action))?;
    Ok(held)
}

impl Held {
    /// Keeps the unit that delivered from judging its own work.
    fn require_not_own_work(&self) -> std::result::Result<(), Refusal> {
        if self.standing.side != Some(Side::Offering) {
            return Ok(());
        }
        Err(Refusal::new(
            Code::OwnWork,
            "承办单位不能确认或评价自己办理的事项，请由需求方进行。",
            "The unit that delivered cannot confirm or rate its own work; that is for the asking side.",
        ))
    }
}

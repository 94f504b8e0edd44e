//! What matches make of a need: its quantities and, from them, its state.

use super::trail;
use crate::domain::id::{Id as _, NeedId};
use crate::domain::matches::MatchState;
use crate::domain::need::Need;
use crate::domain::refusal::Refusal;
use crate::domain::text::TextEnum as _;
use crate::store::conn::Tx;
use crate::store::error::Result;
use crate::store::sql::{Sql, sql};

/// Counts again how much of a need is claimed and delivered, and moves it where that puts it. To be called after every
/// change to one of its matches, the need being locked already.
///
/// # Errors
/// Where there is no such need or the database fails: it holds that no more is claimed than is asked for.
pub async fn recount(tx: &mut Tx, id: NeedId) -> Result<()> {
    let held: Option<Need> = tx.lock(sql!("SELECT * FROM need WHERE id = $1", id)).await?;
    let before = held.ok_or_else(|| Refusal::not_found(NeedId::KIND))?;
    let (claimed, delivered, begun) = served(tx, id).await?;
    let counted = Need { claimed, delivered, ..before.clone() };
    let after = Need { state: counted.served_state(begun > 0), ..counted };
    if after == before {
        return Ok(());
    }
    tx.execute(sql!(
        "UPDATE need SET state = $1, claimed = $2, delivered = $3 WHERE id = $4",
        after.state,
        claimed,
        delivered,
        id
    ))
    .await?;
    trail(tx, &before, &after);
    Ok(())
}

/// What all matches of a need hold or have delivered, what they have delivered, and how many have begun.
async fn served(tx: &mut Tx, id: NeedId) -> Result<(i64, i64, i64)> {
    let begun = MatchState::ALL.iter().copied().filter(|state| state.is_begun());
    let mut sql = Sql::default();
    sql.push(
        "SELECT CAST(COALESCE(SUM(quantity - released), 0) AS BIGINT), CAST(COALESCE(SUM(delivered), 0) AS BIGINT), \
         COUNT(CASE WHEN state IN ",
    )
    .list(begun)
    .push(" THEN 1 END) FROM match WHERE need_id = ")
    .bind(id);
    tx.one(sql).await
}

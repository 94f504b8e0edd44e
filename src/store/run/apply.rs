//! Putting what a run found before both sides, as long as nothing has moved since.

use crate::domain::area::Area;
use crate::domain::event::EventKind;
use crate::domain::id::{Id as _, MatchId, NeedId, RunId, ServiceId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::run::{MatchingRun, MatchingRunAction, Move, Planned};
use crate::domain::text::{Lang, TextEnum as _};
use crate::matching::fingerprint::WorldPart;
use crate::matching::world::World;
use crate::store::application::{replace, together};
use crate::store::conn::Tx;
use crate::store::entity::{get, lock};
use crate::store::error::{Error, Result, at};
use crate::store::matches::Suggestion;
use crate::store::sql::sql;
use crate::store::world::{self, Reach, looks_ahead};
use serde_json::json;
use std::collections::BTreeSet;

/// Which part of a run's result is taken.
#[derive(Debug, Clone, Default)]
pub struct Part {
    /// Only what serves these needs; `None` for all.
    pub needs: Option<Vec<NeedId>>,
    /// Only these pairs; `None` for all.
    pub pairs: Option<Vec<(NeedId, ServiceId)>>,
    /// For how many hours the matches wait for an answer.
    pub respond_in_hours: Option<i64>,
}

/// Makes suggested matches of what a run found, all of the chosen part or nothing. They carry the run's id.
///
/// # Errors
/// A refusal where the run is unknown, is not done or only supposes something, where anything has moved since it was
/// computed, or where the part is not in its result; denied to all but the street's coordinator.
pub async fn apply(tx: &mut Tx, id: RunId, part: &Part) -> Result<RunId> {
    tx.require_write()?;
    let run: MatchingRun = lock(tx, id).await.map_err(|error| at("id", error))?;
    tx.require(tx.viewer.coordinates(run.street_id))?;
    run.state.require(MatchingRunAction::Apply).map_err(|refusal| refusal.at("id"))?;
    if run.what_if.is_some() {
        return Err(supposed().into());
    }
    let (world, moved) = (unmoved(tx, &run).await?, run.moves.clone().unwrap_or_default());
    let planned: Vec<Planned> =
        tx.all(sql!("SELECT * FROM matching_run_match WHERE run_id = $1 ORDER BY ordinal", id)).await?;
    let (chosen, withdrawn) = choose(&world, planned, &moved, part)?;
    let (count, withdrawn_count) = (chosen.len(), withdrawn.len());
    let new = chosen.into_iter().map(|planned| suggestion(planned, part)).collect();
    let reach = Reach::Area { area: run.area_id, category: run.category_id };
    replace(tx, world, &reach, &withdrawn, new).await.map_err(|error| match error {
        // Nothing that the run was computed from has moved but the time.
        Error::Refused(refusal) if refusal.code == Code::DoesNotFit => too_late().into(),
        other => other,
    })?;
    let now = tx.now;
    tx.execute(sql!("UPDATE matching_run SET applied_at = $1 WHERE id = $2", now, id)).await?;
    tx.event(id, run.street_id, EventKind::Edited, json!({ "applied": count, "withdrawn": withdrawn_count }));
    Ok(id)
}

/// Keeps the world of the run from others' changes, and refuses where it is not the one that was computed from.
async fn unmoved(tx: &mut Tx, run: &MatchingRun) -> Result<World> {
    let viewer = tx.viewer.clone();
    let area: Area = get(&mut tx.conn, &viewer, run.area_id).await?;
    let settings = super::settings(run)?;
    let ahead = looks_ahead(&settings, None);
    let world = world::lock(tx, &Reach::Afresh { area: area.id, category: run.category_id, ahead }).await?;
    let before = run.fingerprint.as_deref().unwrap_or_default();
    match world.fingerprint(&settings).moved_since(before) {
        moved if moved.is_empty() => Ok(world),
        moved => Err(since_then(&moved).into()),
    }
}

fn since_then(moved: &[WorldPart]) -> Refusal {
    let list = |lang: Lang| {
        moved.iter().map(|part| part.label(lang)).collect::<Vec<_>>().join(lang.pick("、", ", "))
    };
    Refusal::new(
        Code::WorldMoved,
        format!("计算之后有变化：{}。请重新计算。", list(Lang::Zh)),
        format!("Since it was computed these have moved: {}. Compute it again.", list(Lang::En)),
    )
    .at("id")
}

fn too_late() -> Refusal {
    Refusal::new(
        Code::WorldMoved,
        "计算之后过了太久，有的服务已来不及安排。请重新计算。",
        "Since it was computed too much time has passed for some of the services. Compute it again.",
    )
    .at("id")
}

fn supposed() -> Refusal {
    Refusal::new(
        Code::BadInput,
        "这是假设情形的计算结果，不能采用；请按现状重新计算。",
        "This run only supposes something, so it cannot be applied; compute one from how things are.",
    )
    .at("id")
}

/// What the caller chose: every need and every pair that they name must be in the result.
/// With them come the suggestions that make room for it.
fn choose(
    world: &World,
    planned: Vec<Planned>,
    moved: &[Move],
    part: &Part,
) -> Result<(Vec<Planned>, Vec<MatchId>)> {
    let pair = |row: &Planned| (row.need_id, row.service_id);
    let fresh = || planned.iter().filter(|row| row.match_id.is_none());
    for (place, need) in part.needs.iter().flatten().enumerate() {
        let is_found = fresh().any(|row| row.need_id == *need);
        if !is_found && !moved.iter().any(|one| one.need_id == *need) {
            return Err(not_found(&format!("needIds.{place}")));
        }
    }
    for (place, wanted) in part.pairs.iter().flatten().enumerate() {
        if !fresh().any(|row| pair(row) == *wanted) {
            return Err(not_found(&format!("pairs.{place}")));
        }
    }
    let is_chosen = |row: &Planned| {
        part.needs.as_ref().is_none_or(|needs| needs.contains(&row.need_id))
            && part.pairs.as_ref().is_none_or(|pairs| pairs.contains(&pair(row)))
    };
    let draws = |row: &Planned| (row.need_id, row.capacity_id);
    let mut wanted: BTreeSet<_> = fresh().filter(|row| is_chosen(row)).map(draws).collect();
    let new: Vec<_> = fresh().map(draws).collect();
    let moving: Vec<_> = moved.iter().map(|one| (one.need_id, one.capacity_id)).collect();
    // A suggestion that is only withdrawn is chosen by its need.
    if part.pairs.is_none() {
        let is_named = |need: &NeedId| part.needs.as_ref().is_none_or(|needs| needs.contains(need));
        wanted.extend(moving.iter().filter(|(need, _)| is_named(need)));
    }
    let whole = together(world, &wanted, &new, &moving);
    let is_taken = |row: &Planned| row.match_id.is_none() && (is_chosen(row) || whole.contains(&row.need_id));
    let withdrawn = moved.iter().filter(|one| whole.contains(&one.need_id)).map(|one| one.match_id).collect();
    Ok((planned.into_iter().filter(is_taken).collect(), withdrawn))
}

fn not_found(field: &str) -> Error {
    Refusal::new(Code::NotFound, "该任务的结果中没有这一项。", "The result of this run does not hold this.")
        .at(field)
        .into()
}

fn suggestion(planned: Planned, part: &Part) -> Suggestion {
    Suggestion {
        need: planned.need_id,
        service: planned.service_id,
        capacity: planned.capacity_id,
        quantity: planned.quantity,
        score: planned.score,
        reasons: planned.reasons,
        matching: planned.run_id.uuid(),
        respond_in_hours: part.respond_in_hours,
    }
}

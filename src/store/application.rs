//! Turning a matching, or a part of it, into suggested matches.

use super::conn::{Conn, Tx};
use super::entity::{Entity as _, get};
use super::error::{Error, Result, at};
use super::matches::{Suggestion, suggest_all};
use super::settings;
use super::sql::sql;
use super::world::{self, Reach};
use crate::domain::area::Area;
use crate::domain::id::{AreaId, CategoryId, NeedId, ServiceId};
use crate::domain::matches::Match;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::text::{Lang, TextEnum as _};
use crate::domain::viewer::Viewer;
use crate::matching::explain;
use crate::matching::settings::Settings;
use crate::matching::solve::{Matching, Placement, Unsolved, solve};
use crate::matching::world::World;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Which part of a matching is taken.
#[derive(Debug, Clone)]
pub struct Application {
    /// The area whose needs are matched, with everything below it.
    pub area: AreaId,
    /// Only needs of this category and below it.
    pub category: Option<CategoryId>,
    /// Only what serves these needs; `None` for all.
    pub needs: Option<Vec<NeedId>>,
    /// Only these pairs; `None` for all.
    pub pairs: Option<Vec<(NeedId, ServiceId)>>,
    /// What the world was when the caller saw the preview; `None` where they did not care to say.
    pub fingerprint: Option<String>,
    /// For how many hours the matches wait for an answer.
    pub respond_in_hours: Option<i64>,
}

/// Matches an area again, from what is there now and kept from others' changes, and puts the chosen part before both
/// sides. Gives back the id that all these matches carry.
///
/// # Errors
/// A refusal where something has moved since the preview or a chosen part is in the matching no more; denied to all but
/// the street's coordinator.
pub async fn apply(tx: &mut Tx, new: &Application) -> Result<Uuid> {
    tx.require_write()?;
    let area: Area = get(&mut tx.conn, &tx.viewer, new.area).await.map_err(|error| at("areaId", error))?;
    tx.require(tx.viewer.coordinates(area.street_id))?;
    let world = world::lock(tx, &Reach::Area { area: area.id, category: new.category }).await?;
    let usual = tx.settings.clone();
    let settings = settings::of(&mut tx.conn, area.street_id, &usual).await?;
    require_unmoved(&world, &settings, new)?;
    let matching = solve(&world, &settings, &mut ()).map_err(|error| unsolved(&error))?;
    let chosen = choose(&world, &matching, new)?;
    let id = tx.clock.id();
    let suggestions = chosen.into_iter().map(|placed| suggestion(&world, placed, new, id)).collect();
    suggest_all(tx, &world, suggestions).await?;
    Ok(id)
}

/// The matches that were taken from one matching at once.
///
/// # Errors
/// Where the database fails.
pub async fn taken(conn: &mut Conn, viewer: &Viewer, id: Uuid) -> Result<Vec<Match>> {
    let mut sql = sql!("SELECT m.* FROM match AS m WHERE m.matching_id = $1", id);
    Match::scope(&mut sql, viewer);
    sql.push(" ORDER BY m.id");
    conn.all(sql).await
}

/// A world that could not be solved is our own fault.
#[must_use]
pub fn unsolved(error: &Unsolved) -> Error {
    Error::Corrupt(format!("a matching failed: {error}: {error:?}"))
}

fn require_unmoved(
    world: &World,
    settings: &Settings,
    new: &Application,
) -> std::result::Result<(), Refusal> {
    let Some(before) = &new.fingerprint else { return Ok(()) };
    let moved = world.fingerprint(settings).moved_since(before);
    if moved.is_empty() {
        return Ok(());
    }
    let list = |lang: Lang| {
        moved.iter().map(|part| part.label(lang)).collect::<Vec<_>>().join(lang.pick("、", ", "))
    };
    Err(Refusal::new(
        Code::WorldMoved,
        format!("预览之后有变化：{}。请重新预览。", list(Lang::Zh)),
        format!("Since the preview these have moved: {}. Look at a new one.", list(Lang::En)),
    )
    .at("fingerprint"))
}

/// The placements that the caller chose: every need and every pair that they name must be among them.
fn choose<'m>(world: &World, matching: &'m Matching, new: &Application) -> Result<Vec<&'m Placement>> {
    let need = |placed: &Placement| world.needs[placed.candidate.need].id;
    let pair = |placed: &Placement| (need(placed), world.offers[placed.candidate.offer].service.id);
    let needs = matching.placements.iter().map(need).collect();
    require_all(new.needs.as_deref(), &needs, "needIds")?;
    let pairs = matching.placements.iter().map(pair).collect();
    require_all(new.pairs.as_deref(), &pairs, "pairs")?;
    let is_chosen = |placed: &&Placement| {
        new.needs.as_ref().is_none_or(|needs| needs.contains(&need(placed)))
            && new.pairs.as_ref().is_none_or(|pairs| pairs.contains(&pair(placed)))
    };
    Ok(matching.placements.iter().filter(is_chosen).collect())
}

fn require_all<T: Ord>(
    wanted: Option<&[T]>,
    found: &BTreeSet<T>,
    field: &str,
) -> std::result::Result<(), Refusal> {
    let missing = wanted.unwrap_or_default().iter().position(|wanted| !found.contains(wanted));
    missing.map_or(Ok(()), |place| Err(gone(&format!("{field}.{place}"))))
}

fn gone(field: &str) -> Refusal {
    Refusal::new(
        Code::WorldMoved,
        "当前的匹配结果中没有这一项，情况可能已变化，请重新预览。",
        "The matching as it is now does not hold this; something may have moved, so look at a new preview.",
    )
    .at(field)
}

fn suggestion(world: &World, placed: &Placement, new: &Application, matching: Uuid) -> Suggestion {
    let need = &world.needs[placed.candidate.need];
    let service = &world.offers[placed.candidate.offer].service;
    Suggestion {
        need: need.id,
        service: service.id,
        capacity: world.lines[placed.candidate.line].capacity.id,
        quantity: placed.quantity,
        score: placed.score.total,
        reasons: explain::reasons(world, need, service, &placed.score),
        matching,
        respond_in_hours: new.respond_in_hours,
    }
}

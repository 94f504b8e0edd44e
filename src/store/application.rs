//! Turning a matching, or a part of it, into suggested matches.

use super::conn::{Conn, Tx};
use super::entity::{Entity as _, get};
use super::error::{Error, Result, at};
use super::matches::{Suggestion, cancel, suggest_all};
use super::settings;
use super::sql::sql;
use super::world::{self, Reach, looks_ahead};
use crate::domain::area::Area;
use crate::domain::id::{AreaId, CapacityId, CategoryId, MatchId, NeedId, ServiceId, UnitId};
use crate::domain::matches::Match;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::text::{Lang, TextEnum as _};
use crate::domain::viewer::Viewer;
use crate::matching::explain;
use crate::matching::settings::Settings;
use crate::matching::solve::{Matching, Moved, Placement, Unsolved, solve};
use crate::matching::world::World;
use std::collections::{BTreeSet, HashMap};
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
    let usual = tx.settings.clone();
    let settings = settings::of(&mut tx.conn, area.street_id, &usual).await?;
    let ahead = looks_ahead(&settings, None);
    let world = world::lock(tx, &Reach::Afresh { area: area.id, category: new.category, ahead }).await?;
    require_unmoved(&world, &settings, new)?;
    let matching = solve(&world, &settings, &mut ()).map_err(|error| unsolved(&error))?;
    let (chosen, withdrawn) = choose(&world, &matching, new)?;
    let id = tx.clock.id();
    let suggestions = chosen.into_iter().map(|placed| suggestion(&world, placed, new, id)).collect();
    let reach = Reach::Area { area: area.id, category: new.category };
    replace(tx, world, &reach, &withdrawn, suggestions).await?;
    Ok(id)
}

/// What people read of a suggestion that was cancelled since another matching moves it.
const MOVED: &str = "重新匹配后另有安排。Moved by a new matching.";

/// Cancels suggestions that nobody has answered and puts others before both sides, in a world that was locked afresh;
/// `reach` is the same, with what is suggested as it stands.
///
/// # Errors
/// As [`suggest_all`].
pub(super) async fn replace(
    tx: &mut Tx,
    afresh: World,
    reach: &Reach,
    withdrawn: &[MatchId],
    new: Vec<Suggestion>,
) -> Result<()> {
    for id in withdrawn {
        cancel(tx, *id, MOVED).await?;
    }
    if afresh.suggested.is_empty() {
        return suggest_all(tx, &afresh, new).await;
    }
    // What stays suggested holds its part again.
    drop(afresh);
    let (viewer, now) = (tx.viewer.clone(), tx.now);
    let world = world::load(&mut tx.conn, &viewer, now, reach).await?;
    suggest_all(tx, &world, new).await
}

/// The needs whose suggestions make room for what is wanted: their own move with it, and so do those of the units that it
/// draws on, and what serves these needs instead draws on others in turn. All are given by need and line of capacity:
/// what is wanted, all that is new, and the suggestions that move.
pub(super) fn together(
    world: &World,
    wanted: &BTreeSet<(NeedId, CapacityId)>,
    new: &[(NeedId, CapacityId)],
    moving: &[(NeedId, CapacityId)],
) -> BTreeSet<NeedId> {
    let units: HashMap<CapacityId, UnitId> = world
        .lines
        .iter()
        .zip(0..)
        .map(|(line, place)| (line.capacity.id, world.offer_of(place).service.unit_id))
        .collect();
    let unit = |line: &CapacityId| units.get(line).copied();
    let mut whole: BTreeSet<NeedId> = BTreeSet::new();
    loop {
        let takes = |pair: &&(NeedId, CapacityId)| wanted.contains(pair) || whole.contains(&pair.0);
        let (needs, drawn_on): (BTreeSet<NeedId>, BTreeSet<Option<UnitId>>) =
            new.iter().filter(takes).map(|(need, line)| (*need, unit(line))).unzip();
        let asked: BTreeSet<NeedId> = wanted.iter().map(|(need, _)| *need).chain(needs).collect();
        let makes_room = |(need, line): &&(NeedId, CapacityId)| {
            !whole.contains(need) && (asked.contains(need) || drawn_on.contains(&unit(line)))
        };
        let further: Vec<NeedId> = moving.iter().filter(makes_room).map(|(need, _)| *need).collect();
        if further.is_empty() {
            return whole;
        }
        whole.extend(further);
    }
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

/// The new placements that the caller chose: every need and every pair that they name must be among the matching's. With
/// them come the suggestions that make room for them.
fn choose<'m>(
    world: &World,
    matching: &'m Matching,
    new: &Application,
) -> Result<(Vec<&'m Placement>, Vec<MatchId>)> {
    let need = |placed: &Placement| world.needs[placed.candidate.need].id;
    let pair = |placed: &Placement| (need(placed), world.offers[placed.candidate.offer].service.id);
    let moved = &matching.moves.moved;
    let moved_needs = moved.iter().map(|moved| world.needs[moved.held.need].id);
    let fresh = || matching.placements.iter().filter(|placed| placed.suggested.is_none());
    let needs = fresh().map(need).chain(moved_needs).collect();
    require_all(new.needs.as_deref(), &needs, "needIds")?;
    let pairs = fresh().map(pair).collect();
    require_all(new.pairs.as_deref(), &pairs, "pairs")?;
    let is_chosen = |placed: &&Placement| {
        new.needs.as_ref().is_none_or(|needs| needs.contains(&need(placed)))
            && new.pairs.as_ref().is_none_or(|pairs| pairs.contains(&pair(placed)))
    };
    let draws = |placed: &Placement| (need(placed), world.lines[placed.candidate.line].capacity.id);
    let mut wanted: BTreeSet<_> = fresh().filter(is_chosen).map(draws).collect();
    let moving = |moved: &Moved| {
        let suggested = &world.suggested[moved.held.place];
        (suggested.need_id, suggested.capacity_id)
    };
    let moving: Vec<_> = moved.iter().map(moving).collect();
    // A suggestion that is only withdrawn is chosen by its need.
    let is_named = |need: &NeedId| new.needs.as_ref().is_none_or(|needs| needs.contains(need));
    if new.pairs.is_none() {
        wanted.extend(moving.iter().filter(|(need, _)| is_named(need)));
    }
    let offered: Vec<_> = fresh().map(draws).collect();
    let whole = together(world, &wanted, &offered, &moving);
    let withdrawn = moved.iter().map(|moved| &world.suggested[moved.held.place]);
    let withdrawn = withdrawn.filter(|one| whole.contains(&one.need_id)).map(|one| one.id).collect();
    let is_taken = |placed: &&Placement| is_chosen(placed) || whole.contains(&need(placed));
    Ok((fresh().filter(is_taken).collect(), withdrawn))
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

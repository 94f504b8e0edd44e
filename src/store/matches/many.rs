//! Many suggestions at once: the same as one after the other, in a number of statements that hardly grows with them.

use super::super::conn::Tx;
use super::super::error::{Error, Result};
use super::super::need::trail;
use super::super::sql::{Sql, Value};
use super::super::unit_capacity;
use super::{Suggestion, fitting, offer, settle};
use crate::domain::check;
use crate::domain::directive::DirectiveKind;
use crate::domain::id::{AreaId, CapacityId, Id, NeedId, ServiceId, UnitId};
use crate::domain::matches::{Load, Match, MatchState};
use crate::domain::need::Need;
use crate::domain::refusal::Refusal;
use crate::domain::service::Capacity;
use crate::domain::text::TextEnum as _;
use crate::domain::unit::UnitCapacity;
use crate::matching::world::World;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use uuid::Uuid;

/// Rows that one statement changes at most.
const ROWS: usize = 1_000;

/// Puts matches before both sides, all of them or none. Everything that they touch is in the world, which was read after
/// its needs, services and lines were locked in this transaction.
///
/// # Errors
/// As [`suggest`](super::suggest).
pub async fn suggest_all(tx: &mut Tx, world: &World, mut new: Vec<Suggestion>) -> Result<()> {
    tx.require_write()?;
    // What is no whole lot of a need may only complete it, so it comes last.
    new.sort_by_key(|one| (one.need, is_small(world, one)));
    let mut batch = Batch::begin(tx, world, &new).await?;
    for suggestion in new {
        batch.take(tx, &suggestion)?;
    }
    batch.write(tx).await
}

/// Whether it is less than the smallest lot of its need.
fn is_small(world: &World, new: &Suggestion) -> bool {
    let lot = place_of_need(world, new.need).and_then(|need| world.needs[need].terms.smallest_lot);
    lot.is_some_and(|lot| new.quantity < lot)
}

/// What the suggestions so far have made of the world.
struct Batch<'w> {
    world: &'w World,
    forbidden: BTreeSet<(NeedId, ServiceId)>,
    /// Needs that somebody has begun to serve.
    begun: BTreeSet<NeedId>,
    matches: Vec<Match>,
    /// By place: the needs as they are by now.
    needs: BTreeMap<usize, Need>,
    /// By place: the lines as they are by now.
    lines: BTreeMap<usize, Capacity>,
    joined: BTreeSet<(NeedId, CapacityId)>,
    /// What units can do in all, by unit and window, as it is by now.
    unit_lines: Vec<UnitCapacity>,
    /// Of needs that want few services: those that serve them.
    serving: BTreeSet<(NeedId, ServiceId)>,
}

impl<'w> Batch<'w> {
    async fn begin(tx: &mut Tx, world: &'w World, new: &[Suggestion]) -> Result<Self> {
        let prohibitions = world.directives.iter().filter(|given| given.kind == DirectiveKind::Prohibition);
        // Whatever has begun holds some of its need.
        let places: BTreeSet<usize> = new.iter().filter_map(|new| place_of_need(world, new.need)).collect();
        let claimed = places.iter().map(|place| &world.needs[*place]).filter(|need| need.claimed > 0);
        let claimed: Vec<&Need> = claimed.collect();
        let exacting = claimed.iter().filter(|need| need.terms.most_services.is_some());
        Ok(Self {
            world,
            forbidden: prohibitions.map(|given| (given.need_id, given.service_id)).collect(),
            serving: serving(tx, &exacting.map(|need| need.id).collect::<Vec<_>>()).await?,
            begun: begun(tx, &claimed.iter().map(|need| need.id).collect::<Vec<_>>()).await?,
            matches: Vec::with_capacity(new.len()),
            needs: BTreeMap::new(),
            lines: BTreeMap::new(),
            joined: BTreeSet::new(),
            unit_lines: world.unit_capacities.clone(),
        })
    }

    /// Checks a suggestion against all that came before it, and notes what it changes.
    fn take(&mut self, tx: &mut Tx, new: &Suggestion) -> Result<()> {
        let unknown = |refusal: Refusal, field| refusal.at(field);
        let world = self.world;
        let need = place_of_need(world, new.need)
            .ok_or_else(|| unknown(Refusal::not_found(NeedId::KIND), "needId"))?;
        let offer = world
            .offers
            .binary_search_by_key(&new.service, |offer| offer.service.id)
            .map_err(|_| unknown(Refusal::not_found(ServiceId::KIND), "serviceId"))?;
        let line = world.offers[offer]
            .lines
            .clone()
            .find(|line| world.lines[*line].capacity.id == new.capacity)
            .ok_or_else(|| unknown(Refusal::not_found(CapacityId::KIND), "capacityId"))?;
        let before = self.needs.get(&need).unwrap_or(&world.needs[need]).clone();
        tx.require(tx.viewer.coordinates(Some(before.street_id)))?;
        let made = self.draw_up(tx, &before, offer, line, new)?;
        self.keep(tx, need, &before, line, made);
        Ok(())
    }

    fn draw_up(&self, tx: &Tx, need: &Need, offer: usize, line: usize, new: &Suggestion) -> Result<Match> {
        let world = self.world;
        let service = &world.offers[offer].service;
        let quantity = check::quantity("quantity", new.quantity)?;
        let respond_by = offer::respond_by(tx, new.respond_in_hours)?;
        offer::require_on_offer(service)?;
        offer::require_left(need, quantity)?;
        need.require_lot(quantity).map_err(|refusal| refusal.at("quantity"))?;
        self.require_room(need, service.id)?;
        let capacity = self.lines.get(&line).unwrap_or(&world.lines[line].capacity);
        let pair_ids = (need.id, capacity.id);
        let is_joined = world.joined.contains(&pair_ids) || self.joined.contains(&pair_ids);
        let joined = [capacity.id];
        let pair = world.pair(
            need,
            offer,
            self.forbidden.contains(&(need.id, service.id)),
            &joined[usize::from(!is_joined)..],
        );
        let (line, window) = fitting::first(&pair, [capacity], Some(new.capacity), quantity)?;
        let own = self.unit_lines(service.unit_id);
        let unit_line = unit_capacity::choose(&self.unit_lines[own.clone()], need.measure, window, quantity)?;
        Ok(Match {
            unit_capacity_id: unit_line.map(|place| self.unit_lines[own.start + place].id),
            score: Some(new.score),
            reasons: Some(json!(new.reasons)),
            matching_id: Some(new.matching),
            ..offer::drawn_up(tx, need, service, line, window, quantity, respond_by)
        })
    }

    /// Where the lines of a unit stand.
    fn unit_lines(&self, unit: UnitId) -> Range<usize> {
        let first = self.unit_lines.partition_point(|line| line.unit_id < unit);
        first..self.unit_lines.partition_point(|line| line.unit_id <= unit)
    }

    /// Refuses one service too many.
    fn require_room(&self, need: &Need, service: ServiceId) -> Result<()> {
        let least = ServiceId::new(Uuid::nil());
        let serving = self.serving.range((need.id, least)..).take_while(|(of, _)| *of == need.id);
        let others = serving.filter(|(_, one)| *one != service).count();
        let others = i64::try_from(others).unwrap_or(i64::MAX);
        Ok(need.require_room(others).map_err(|refusal| refusal.at("serviceId"))?)
    }

    /// Notes a match with all that follows, and tells the trail in the order in which it would have happened.
    fn keep(&mut self, tx: &mut Tx, need: usize, before: &Need, line: usize, made: Match) {
        let (world, load) = (self.world, made.load());
        settle::tell_added(tx, &made);
        self.count_in_unit(tx, &made, world.offer_of(line).service.street_id);
        let capacity = self.lines.entry(line).or_insert_with(|| world.lines[line].capacity.clone());
        let was = Load { held: capacity.held, committed: capacity.committed };
        capacity.held += load.held;
        capacity.committed += load.committed;
        let is = Load { held: capacity.held, committed: capacity.committed };
        settle::tell_moved(tx, &made, world.offer_of(line).service.street_id, was, is);
        let counted = Need { claimed: before.claimed + made.quantity, ..before.clone() };
        let state = counted.served_state(self.begun.contains(&before.id));
        let after = Need { state, ..counted };
        trail(tx, before, &after);
        self.joined.insert((made.need_id, made.capacity_id));
        if before.terms.most_services.is_some() {
            self.serving.insert((made.need_id, made.service_id));
        }
        self.needs.insert(need, after);
        self.matches.push(made);
    }

    /// Notes what a match takes of what its unit can do in all.
    fn count_in_unit(&mut self, tx: &mut Tx, made: &Match, street: AreaId) {
        let Some(id) = made.unit_capacity_id else { return };
        let Some(line) = self.unit_lines.iter_mut().find(|line| line.id == id) else { return };
        let was = Load { held: line.held, committed: line.committed };
        line.held += made.load().held;
        line.committed += made.load().committed;
        let is = Load { held: line.held, committed: line.committed };
        unit_capacity::tell_moved(tx, (id, made.id), street, was, is);
    }

    /// What the matches take of what units can do in all.
    fn moved_in_units(&self) -> Vec<Vec<Value>> {
        let lines = self.unit_lines.iter().zip(&self.world.unit_capacities);
        lines
            .filter(|(now, before)| now != before)
            .map(|(now, before)| {
                vec![
                    now.id.into(),
                    (now.held - before.held).into(),
                    (now.committed - before.committed).into(),
                ]
            })
            .collect()
    }

    async fn write(self, tx: &mut Tx) -> Result<()> {
        settle::add_rows(tx, &self.matches).await?;
        let moved = |(place, now): (&usize, &Capacity)| {
            let before = &self.world.lines[*place].capacity;
            vec![now.id.into(), (now.held - before.held).into(), (now.committed - before.committed).into()]
        };
        let missed = update(
            tx,
            "WITH moved (id, held, committed) AS (VALUES ",
            self.moved_in_units(),
            ") UPDATE unit_capacity SET held = unit_capacity.held + moved.held, \
             committed = unit_capacity.committed + moved.committed FROM moved WHERE unit_capacity.id = moved.id \
             AND unit_capacity.held + moved.held + unit_capacity.committed + moved.committed <= unit_capacity.total",
        )
        .await?;
        if missed {
            return Err(settle::taken());
        }
        // The condition holds each line within its bounds, as for a single match.
        let missed = update(
            tx,
            "WITH moved (id, held, committed) AS (VALUES ",
            self.lines.iter().map(moved).collect(),
            ") UPDATE capacity SET held = capacity.held + moved.held, committed = capacity.committed + moved.committed \
             FROM moved WHERE capacity.id = moved.id \
             AND capacity.held + moved.held + capacity.committed + moved.committed <= capacity.total",
        )
        .await?;
        if missed {
            return Err(settle::taken());
        }
        let counted = |(place, now): (&usize, &Need)| {
            let before = &self.world.needs[*place];
            vec![now.id.into(), before.claimed.into(), now.claimed.into(), now.state.into()]
        };
        let missed = update(
            tx,
            "WITH counted (id, before, claimed, state) AS (VALUES ",
            self.needs.iter().map(counted).collect(),
            ") UPDATE need SET claimed = counted.claimed, state = counted.state \
             FROM counted WHERE need.id = counted.id AND need.claimed = counted.before",
        )
        .await?;
        if missed { Err(Error::Corrupt("a locked need has moved".to_owned())) } else { Ok(()) }
    }
}

/// Runs a statement for all rows, and says whether it changed fewer than there are.
async fn update(tx: &mut Tx, before: &str, rows: Vec<Vec<Value>>, after: &str) -> Result<bool> {
    for rows in rows.chunks(ROWS) {
        let mut sql = Sql::default();
        sql.push(before).rows(rows.iter().cloned()).push(after);
        if tx.execute(sql).await? != rows.len() as u64 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Those of some needs that a match has begun to serve.
async fn begun(tx: &mut Tx, needs: &[NeedId]) -> Result<BTreeSet<NeedId>> {
    let states = MatchState::ALL.iter().copied().filter(|state| state.is_begun());
    let mut found = BTreeSet::new();
    for needs in needs.chunks(ROWS) {
        let mut sql = Sql::default();
        sql.push("SELECT DISTINCT need_id FROM match WHERE need_id IN ").list(needs.iter().copied());
        sql.push(" AND state IN ").list(states.clone());
        found.extend(tx.all::<(NeedId,)>(sql).await?.into_iter().map(|(need,)| need));
    }
    Ok(found)
}

/// The services that serve some needs.
async fn serving(tx: &mut Tx, needs: &[NeedId]) -> Result<BTreeSet<(NeedId, ServiceId)>> {
    let mut found = BTreeSet::new();
    for needs in needs.chunks(ROWS) {
        let mut sql = Sql::default();
        sql.push("SELECT DISTINCT need_id, service_id FROM match WHERE released < quantity AND need_id IN ");
        sql.list(needs.iter().copied());
        found.extend(tx.all::<(NeedId, ServiceId)>(sql).await?);
    }
    Ok(found)
}

fn place_of_need(world: &World, id: NeedId) -> Option<usize> {
    world.needs.binary_search_by_key(&id, |need| need.id).ok()
}

//! What would be if: a world with services or needs added or left out, other capacities, pins, prohibitions or settings.
//!
//! A supposition makes a new world, which is matched just as the real one is. So whatever is told of it has been solved.

use super::settings::{Fairness, Foresight, Settings};
use super::weights::Weights;
use super::world::{Record, Snapshot, Unit, World};
use crate::domain::check;
use crate::domain::directive::{Directive, DirectiveKind};
use crate::domain::id::{AreaId, CapacityId, CategoryId, DirectiveId, Id, Kind, NeedId, ServiceId, UnitId};
use crate::domain::need::{Need, NeedState, Source, Terms, Urgency};
use crate::domain::place::Place;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::service::{Capacity, Measure, Mode, Service, ServiceState, TargetGroups};
use crate::domain::text::{Lang, TextEnum as _};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What the unit is called that the street has yet to find, in Chinese and in English.
pub const TO_BE_FOUND: (&str, &str) = ("待征集单位", "a unit to be found");
/// The most entries that one list of a supposition may have.
pub const MOST: usize = 100;

/// What is supposed to be otherwise than it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhatIf {
    /// Services that nobody offers yet.
    pub services: Vec<SupposedService>,
    /// Needs that nobody has yet.
    pub needs: Vec<SupposedNeed>,
    /// Lines of capacity, each with what would be left of it.
    pub capacities: Vec<(CapacityId, i64)>,
    /// Services that would not be on offer.
    pub without_services: Vec<ServiceId>,
    /// Needs that would not be asked for.
    pub without_needs: Vec<NeedId>,
    /// Pairs that would be pinned.
    pub pins: Vec<SupposedPin>,
    /// Pairs that would be forbidden.
    pub prohibitions: Vec<(NeedId, ServiceId)>,
    /// Other weights; `None` for those of the street.
    pub weights: Option<Weights>,
    /// Another step of the dial; `None` for the street's.
    pub fairness: Option<Fairness>,
    /// Another foresight; `None` for the street's.
    #[serde(default)]
    pub foresight: Option<Foresight>,
}

/// A service that nobody offers yet, to be had at any time of its window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupposedService {
    /// Its title.
    pub title: String,
    /// The unit that would offer it; `None` for one that the street has yet to find.
    pub unit: Option<UnitId>,
    /// What it would be filed under.
    pub category: CategoryId,
    /// The area that it would cover, with everything below.
    pub area: AreaId,
    /// What it would be counted in.
    pub measure: Measure,
    /// How much of it there would be.
    pub quantity: i64,
    /// Whom it would be for.
    pub target_groups: TargetGroups,
    /// From when it could be had.
    pub starts_at: DateTime<Utc>,
    /// Until when, itself outside.
    pub ends_at: DateTime<Utc>,
}

/// A need that nobody has yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupposedNeed {
    /// Its title.
    pub title: String,
    /// What it would be filed under.
    pub category: CategoryId,
    /// The area that it would arise in.
    pub area: AreaId,
    /// What it would be counted in.
    pub measure: Measure,
    /// How much would be asked for.
    pub quantity: i64,
    /// Who would need it.
    pub target_groups: TargetGroups,
    /// How pressing it would be.
    pub urgency: Urgency,
    /// From when it would be wanted.
    pub starts_at: DateTime<Utc>,
    /// Until when, itself outside.
    pub ends_at: DateTime<Utc>,
}

/// A pair that would be pinned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupposedPin {
    /// The need.
    pub need: NeedId,
    /// The service.
    pub service: ServiceId,
    /// How much of the need it would reserve; `None` for all of it.
    pub quantity: Option<i64>,
}

/// The id of a supposed thing: the last ids there are, so that it comes after all real ones.
#[must_use]
pub fn supposed_id<I: Id>(place: usize) -> I {
    I::new(Uuid::from_u128(u128::MAX - place as u128))
}

impl WhatIf {
    /// The world and the settings as they would be.
    ///
    /// # Errors
    /// A refusal that names the field where it names what is not in this world or makes no sense.
    pub fn apply(&self, world: &World, settings: &Settings) -> Result<(World, Settings), Refusal> {
        self.check_sizes()?;
        let mut rows = Snapshot::from(world.clone());
        self.leave_out(&mut rows)?;
        self.change_capacities(&mut rows)?;
        for (place, service) in self.services.iter().enumerate() {
            service.add_to(&mut rows, place).map_err(|refusal| refusal.inside_entry("services", place))?;
        }
        for (place, need) in self.needs.iter().enumerate() {
            need.add_to(&mut rows, place).map_err(|refusal| refusal.inside_entry("needs", place))?;
        }
        self.direct(&mut rows)?;
        let settings = Settings {
            weights: self.weights.clone().unwrap_or_else(|| settings.weights.clone()),
            fairness: self.fairness.unwrap_or(settings.fairness),
            stability: settings.stability,
            foresight: self.foresight.unwrap_or(settings.foresight),
        };
        Ok((World::new(rows), settings))
    }

    fn check_sizes(&self) -> Result<(), Refusal> {
        check::at_most("services", self.services.len(), MOST)?;
        check::at_most("needs", self.needs.len(), MOST)?;
        check::at_most("capacities", self.capacities.len(), MOST)?;
        check::at_most("withoutServices", self.without_services.len(), MOST)?;
        check::at_most("withoutNeeds", self.without_needs.len(), MOST)?;
        check::at_most("pins", self.pins.len(), MOST)?;
        check::at_most("prohibitions", self.prohibitions.len(), MOST)
    }

    fn leave_out(&self, rows: &mut Snapshot) -> Result<(), Refusal> {
        for (place, service) in self.without_services.iter().enumerate() {
            let found = rows.services.iter().position(|one| one.id == *service);
            rows.services.remove(found.ok_or_else(|| missing(Kind::Service, "withoutServices", place))?);
        }
        for (place, need) in self.without_needs.iter().enumerate() {
            let found = rows.needs.iter().position(|one| one.id == *need);
            rows.needs.remove(found.ok_or_else(|| missing(Kind::Need, "withoutNeeds", place))?);
        }
        Ok(())
    }

    fn change_capacities(&self, rows: &mut Snapshot) -> Result<(), Refusal> {
        for (place, (line, left)) in self.capacities.iter().enumerate() {
            let field = format!("capacities.{place}.left");
            let left = check::number(&field, *left, 0, check::MAX_QUANTITY)?;
            let found = rows.capacities.iter_mut().find(|one| one.id == *line);
            let found = found.ok_or_else(|| missing(Kind::Capacity, "capacities", place))?;
            found.total = found.held + found.committed + left;
        }
        Ok(())
    }

    fn direct(&self, rows: &mut Snapshot) -> Result<(), Refusal> {
        for (place, pin) in self.pins.iter().enumerate() {
            if let Some(quantity) = pin.quantity {
                check::quantity(&format!("pins.{place}.quantity"), quantity)?;
            }
            let pair = known(rows, (pin.need, pin.service), "pins", place)?;
            overrule(rows, DirectiveKind::Pin, pair, pin.quantity);
        }
        for (place, pair) in self.prohibitions.iter().enumerate() {
            let pair = known(rows, *pair, "prohibitions", place)?;
            overrule(rows, DirectiveKind::Prohibition, pair, None);
        }
        Ok(())
    }
}

impl SupposedService {
    /// Adds the service to a world's rows, with one line of capacity and, where there is none, a unit that has checked in.
    pub(super) fn add_to(&self, rows: &mut Snapshot, place: usize) -> Result<(), Refusal> {
        let title = check::title("title", &self.title, check::TITLE_CHARS)?;
        let total = check::quantity("quantity", self.quantity)?;
        check::window("endsAt", self.starts_at, self.ends_at)?;
        require(rows.categories.iter().any(|one| one.id == self.category), Kind::Category, "categoryId")?;
        let area = rows.areas.iter().find(|one| one.id == self.area);
        let street_id = area.ok_or_else(|| Refusal::not_found(Kind::Area).at("areaId"))?.street_id;
        let unit_id = match self.unit {
            Some(unit) => {
                require(rows.units.iter().any(|one| one.id == unit), Kind::Unit, "unitId")?;
                unit
            }
            None => unit_to_be_found(rows, self.area),
        };
        let id: ServiceId = supposed_id(place);
        rows.services.push(Service {
            id,
            unit_id,
            street_id: street_id.unwrap_or(self.area),
            category_id: self.category,
            state: ServiceState::Listed,
            mode: Mode::Activity,
            title,
            title_en: None,
            description: None,
            target_groups: self.target_groups,
            eligibility: None,
            lead_time_days: 0,
            version: 1,
            created_at: rows.now,
        });
        rows.coverage.push((id, self.area));
        rows.capacities.push(Capacity {
            id: supposed_id(place),
            service_id: id,
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            measure: self.measure,
            total,
            held: 0,
            committed: 0,
        });
        Ok(())
    }
}

/// The unit that the street has yet to find: one for all that is supposed, checked in wherever it is needed.
fn unit_to_be_found(rows: &mut Snapshot, area: AreaId) -> UnitId {
    let id: UnitId = supposed_id(0);
    if !rows.units.iter().any(|unit| unit.id == id) {
        let record = Record::default();
        let (name, name_en) = (TO_BE_FOUND.0.to_owned(), Some(TO_BE_FOUND.1.to_owned()));
        rows.units.push(Unit { id, name, name_en, place: Place::default(), record });
    }
    rows.check_ins.push((id, area));
    id
}

impl SupposedNeed {
    fn add_to(&self, rows: &mut Snapshot, place: usize) -> Result<(), Refusal> {
        let title = check::title("title", &self.title, check::TITLE_CHARS)?;
        let quantity = check::quantity("quantity", self.quantity)?;
        check::window("endsAt", self.starts_at, self.ends_at)?;
        require(rows.categories.iter().any(|one| one.id == self.category), Kind::Category, "categoryId")?;
        let area = rows.areas.iter().find(|one| one.id == self.area);
        let area = area.ok_or_else(|| Refusal::not_found(Kind::Area).at("areaId"))?;
        let street_id = area.street_id.ok_or_else(|| Refusal::not_found(Kind::Area).at("areaId"))?;
        let community_id = area.community_id;
        rows.needs.push(Need {
            id: supposed_id(place),
            street_id,
            community_id,
            area_id: self.area,
            category_id: self.category,
            asking_unit_id: None,
            state: NeedState::Open,
            title,
            title_en: None,
            description: None,
            target_groups: self.target_groups,
            urgency: self.urgency,
            source: Source::SelfReported,
            measure: self.measure,
            quantity,
            terms: Terms::default(),
            claimed: 0,
            delivered: 0,
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            contact_id: None,
            merged_into_id: None,
            reason: None,
            outcome: None,
            reopened: 0,
            verified_at: Some(rows.now),
            version: 1,
            created_at: rows.now,
        });
        Ok(())
    }
}

/// Puts a directive in place of what was laid down for the pair so far.
fn overrule(
    rows: &mut Snapshot,
    kind: DirectiveKind,
    (need, service): (NeedId, ServiceId),
    quantity: Option<i64>,
) {
    rows.directives.retain(|given| (given.need_id, given.service_id) != (need, service));
    let street_id = rows.needs.iter().find(|one| one.id == need).map(|one| one.street_id);
    let place = rows.directives.len();
    rows.directives.extend(street_id.map(|street_id| Directive {
        id: supposed_id::<DirectiveId>(place),
        street_id,
        kind,
        need_id: need,
        service_id: service,
        quantity,
        reason: String::new(),
        created_at: rows.now,
        lifted_at: None,
    }));
}

/// The pair, if both are in this world.
fn known(
    rows: &Snapshot,
    pair: (NeedId, ServiceId),
    list: &str,
    place: usize,
) -> Result<(NeedId, ServiceId), Refusal> {
    let missing = |kind| missing(kind, list, place);
    if !rows.needs.iter().any(|one| one.id == pair.0) {
        return Err(missing(Kind::Need));
    }
    if !rows.services.iter().any(|one| one.id == pair.1) {
        return Err(missing(Kind::Service));
    }
    Ok(pair)
}

fn missing(kind: Kind, list: &str, place: usize) -> Refusal {
    let zh = format!("本次匹配范围内没有这个{}。", kind.label(Lang::Zh));
    let en = format!("There is no such {} in what is matched here.", kind.label(Lang::En));
    Refusal::new(Code::NotFound, zh, en).at(&format!("{list}.{place}"))
}

fn require(known: bool, kind: Kind, field: &str) -> Result<(), Refusal> {
    if known { Ok(()) } else { Err(Refusal::not_found(kind).at(field)) }
}

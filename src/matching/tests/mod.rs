//! A small world: a street with two communities, a compound in the first, a library and a bank.

mod constraints;
mod foresight;
mod moves;
mod properties;
mod reasons;
mod scores;
mod search;
mod suppositions;
mod terms;

use super::candidates::{Candidate, Candidates};
use super::exclusions::Exclusions;
use super::score::Scorer;
use super::settings::Settings;
use super::solve::{Matching, solve};
use super::weights::Weights;
use super::world::{Reached, Record, Served, Snapshot, Unit, World};
use crate::domain::area::{Area, AreaKind};
use crate::domain::category::Category;
use crate::domain::directive::{Directive, DirectiveKind};
use crate::domain::id::{CapacityId, Id, NeedId, ServiceId};
use crate::domain::need::{Need, NeedState, Source, Terms, Urgency};
use crate::domain::place::Place;
use crate::domain::service::{Capacity, Measure, Mode, Service, ServiceState, TargetGroup};
use chrono::{DateTime, TimeDelta, TimeZone as _, Utc};
use uuid::Uuid;

const STREET: u128 = 1;
const COMMUNITY: u128 = 2;
const OTHER_COMMUNITY: u128 = 3;
const COMPOUND: u128 = 4;
const SAFETY: u128 = 10;
const ANTI_FRAUD: u128 = 11;
const CULTURE: u128 = 12;
const LIBRARY: u128 = 20;
const BANK: u128 = 21;

fn id<I: Id>(number: u128) -> I {
    I::new(Uuid::from_u128(number))
}

/// A Monday morning in Changsha.
fn monday() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 2, 1, 0, 0).single().unwrap_or_default()
}

fn area(number: u128, parent: Option<u128>, kind: AreaKind, name: &str) -> Area {
    Area {
        id: id(number),
        parent_id: parent.map(id),
        street_id: Some(id(STREET)),
        community_id: None,
        kind,
        code: None,
        name: name.into(),
        name_en: None,
        place: Place::default(),
        created_at: monday(),
    }
}

fn category(number: u128, parent: Option<u128>, name: &str, synonyms: &str) -> Category {
    Category {
        id: id(number),
        parent_id: parent.map(id),
        code: format!("c{number}"),
        name: name.into(),
        name_en: format!("category {number}"),
        synonyms: synonyms.into(),
    }
}

/// The places, categories and units, without any need or service.
fn empty() -> Snapshot {
    let unit = |number, name: &str| Unit {
        id: id(number),
        name: name.into(),
        name_en: None,
        place: Place::default(),
        record: Record::default(),
    };
    Snapshot {
        now: monday(),
        areas: vec![
            area(STREET, None, AreaKind::Street, "朝阳街道"),
            area(COMMUNITY, Some(STREET), AreaKind::Community, "人民新村社区"),
            area(OTHER_COMMUNITY, Some(STREET), AreaKind::Community, "二里牌社区"),
            area(COMPOUND, Some(COMMUNITY), AreaKind::Compound, "人民新村二期"),
        ],
        categories: vec![
            category(SAFETY, None, "平安安全", "安全 平安"),
            category(ANTI_FRAUD, Some(SAFETY), "反诈防骗", "反诈 诈骗 防骗"),
            category(CULTURE, None, "文化文艺", "文化 文艺"),
        ],
        units: vec![unit(LIBRARY, "图书馆"), unit(BANK, "银行")],
        check_ins: vec![(id(LIBRARY), id(STREET)), (id(BANK), id(STREET))],
        communities: vec![(id(COMMUNITY), Served { asked: 4, waiting: 2 })],
        ..Snapshot::default()
    }
}

/// Five sessions against fraud for a community in the next four weeks.
pub(in crate::matching) fn need(number: u128) -> Need {
    Need {
        id: id(number),
        street_id: id(STREET),
        community_id: Some(id(COMMUNITY)),
        area_id: id(COMMUNITY),
        category_id: id(ANTI_FRAUD),
        asking_unit_id: None,
        state: NeedState::Open,
        title: "老年人反诈讲座".into(),
        title_en: None,
        description: None,
        target_groups: [TargetGroup::Elderly].into_iter().collect(),
        urgency: Urgency::Normal,
        source: Source::Visit,
        measure: Measure::Sessions,
        quantity: 5,
        terms: Terms::default(),
        claimed: 0,
        delivered: 0,
        starts_at: monday(),
        ends_at: monday() + TimeDelta::days(28),
        contact_id: None,
        merged_into_id: None,
        reason: None,
        outcome: None,
        reopened: 0,
        verified_at: None,
        version: 1,
        created_at: monday(),
    }
}

/// Talks against fraud for elderly people, all over the street.
fn service(number: u128, unit: u128) -> Service {
    Service {
        id: id(number),
        unit_id: id(unit),
        street_id: id(STREET),
        category_id: id(ANTI_FRAUD),
        state: ServiceState::Listed,
        mode: Mode::Expertise,
        title: "反诈讲座进社区".into(),
        title_en: None,
        description: None,
        target_groups: [TargetGroup::Elderly].into_iter().collect(),
        eligibility: None,
        lead_time_days: 0,
        version: 1,
        created_at: monday(),
    }
}

fn line(number: u128, service: u128, total: i64) -> Capacity {
    Capacity {
        id: id(number),
        service_id: id(service),
        starts_at: monday() - TimeDelta::days(30),
        ends_at: monday() + TimeDelta::days(300),
        measure: Measure::Sessions,
        total,
        held: 0,
        committed: 0,
    }
}

impl Snapshot {
    fn with_need(mut self, need: Need) -> Self {
        self.needs.push(need);
        self
    }

    /// Adds a service that covers the street, with one line of capacity whose number is 100 more than its own.
    fn with_service(mut self, service: Service, total: i64) -> Self {
        let number = service.id.uuid().as_u128();
        self.coverage.push((service.id, id(STREET)));
        self.capacities.push(line(number + 100, number, total));
        self.services.push(service);
        self
    }

    fn with_directive(
        mut self,
        kind: DirectiveKind,
        need: u128,
        service: u128,
        quantity: Option<i64>,
    ) -> Self {
        self.directives.push(Directive {
            id: id(900 + self.directives.len() as u128),
            street_id: id(STREET),
            kind,
            need_id: id(need),
            service_id: id(service),
            quantity,
            reason: "试一试".into(),
            created_at: monday(),
            lifted_at: None,
        });
        self
    }

    fn world(&self) -> World {
        World::new(self.clone())
    }

    /// Every candidate.
    fn candidates(&self) -> Vec<Candidate> {
        let (world, weights) = (self.world(), Weights::default());
        let scorer = Scorer::new(&world, &weights);
        let found = Candidates::all(&scorer);
        (0..found.len()).map(|pair| scorer.candidate(found.need(pair), found.line(pair))).collect()
    }

    /// What constraints exclude for the first need.
    fn exclusions(&self) -> Exclusions {
        Exclusions::of(&Scorer::new(&self.world(), &Weights::default()), 0)
    }

    fn solved(&self) -> Matching {
        solve(&self.world(), &Settings::default(), &mut ()).expect("a solvable world")
    }
}

/// Which need gets how much of which service, by their numbers.
fn served(rows: &Snapshot) -> Vec<(u128, u128, i64)> {
    let (world, matching) = (rows.world(), rows.solved());
    let number = |placed: &super::solve::Placement| {
        let need: NeedId = world.needs[placed.candidate.need].id;
        let service: ServiceId = world.offers[placed.candidate.offer].service.id;
        (need.uuid().as_u128(), service.uuid().as_u128(), placed.quantity)
    };
    matching.placements.iter().map(number).collect()
}

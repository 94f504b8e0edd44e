//! A made-up town as large as a street, a district, a city or a metropolis, the same for the same seed: areas of very
//! different need, a few categories that most ask for, services that are scarce and services that nobody wants.

use super::random::Random;
use crate::domain::area::{Area, AreaKind};
use crate::domain::category::Category;
use crate::domain::id::{AreaId, CategoryId, Id, UnitId};
use crate::domain::need::{Need, NeedState, Source, Terms, Urgency};
use crate::domain::place;
use crate::domain::service::{
    AvailabilityRule, Capacity, Measure, Mode, Service, ServiceState, TargetGroup, TargetGroups,
};
use crate::domain::text::TextEnum as _;
use crate::domain::unit::{PartnerUnit, UnitKind};
use crate::store::bulk::Town;
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use uuid::Uuid;

/// Communities of a street.
const COMMUNITIES: usize = 8;
/// Services of a unit, on average.
const SERVICES_OF_UNIT: usize = 3;

/// How large a town is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Needs.
    pub needs: usize,
    /// Services.
    pub services: usize,
    /// Districts.
    pub districts: usize,
    /// Streets of each district.
    pub streets: usize,
}

/// What the town is made of while it is made.
struct Builder<'b> {
    random: Random,
    now: DateTime<Utc>,
    categories: Vec<Filing<'b>>,
    /// By community: the areas it lies in, from itself up to the city, and how much is asked for there.
    places: Vec<Place>,
    town: Town,
}

struct Place {
    /// Community, street, district, city.
    up: [AreaId; 4],
    pressure: u32,
}

/// A leaf of the category tree, with what is above it and how it is counted.
struct Filing<'b> {
    own: &'b Category,
    above: CategoryId,
    measure: Measure,
    words: Vec<&'b str>,
}

/// Makes a town. All of its rows are on offer and open.
pub fn build(size: Size, seed: u64, now: DateTime<Utc>, categories: &[Category]) -> Town {
    let mut builder = Builder {
        random: Random::new(seed),
        now,
        categories: filings(categories),
        places: Vec::new(),
        town: Town::default(),
    };
    builder.areas(size);
    builder.units(size.services.div_ceil(SERVICES_OF_UNIT));
    for place in 0..size.services {
        builder.service(place);
    }
    for place in 0..size.needs {
        builder.need(place);
    }
    builder.town
}

/// Ids that count up, of the form that the hub's own have.
fn id<I: Id>(place: usize) -> I {
    let kind = I::KIND as u128;
    I::new(Uuid::from_u128(0x0199_0000_0000_7000_8000_0000_0000_0000 | kind << 48 | place as u128))
}

fn filings(categories: &[Category]) -> Vec<Filing<'_>> {
    let leaves = categories.iter().filter_map(|own| Some((own, own.parent_id?)));
    let measures = [Measure::Sessions, Measure::Visits, Measure::Hours, Measure::Sessions, Measure::Items];
    leaves
        .zip(measures.iter().cycle())
        .map(|((own, above), measure)| {
            let words = own.synonyms.split(' ').filter(|word| !word.is_empty());
            Filing { own, above, measure: *measure, words: words.collect() }
        })
        .collect()
}

impl Builder<'_> {
    fn areas(&mut self, size: Size) {
        let province = self.area(None, AreaKind::Province, "样例省".into(), None, None);
        let city = self.area(Some(province), AreaKind::City, "样例市".into(), None, None);
        for district in 1..=size.districts {
            let district = self.area(Some(city), AreaKind::District, format!("第{district}区"), None, None);
            for street in 1..=size.streets {
                let own = id(self.town.areas.len());
                let street =
                    self.area(Some(district), AreaKind::Street, format!("第{street}街道"), Some(own), None);
                for community in 1..=COMMUNITIES {
                    let own = Some(id(self.town.areas.len()));
                    let name = format!("第{community}社区");
                    let community = self.area(Some(street), AreaKind::Community, name, Some(street), own);
                    let pressure = self.random.between(40, 160);
                    self.places.push(Place { up: [community, street, district, city], pressure });
                }
            }
        }
    }

    fn area(
        &mut self,
        parent: Option<AreaId>,
        kind: AreaKind,
        name: String,
        street: Option<AreaId>,
        community: Option<AreaId>,
    ) -> AreaId {
        let area = Area {
            id: id(self.town.areas.len()),
            parent_id: parent,
            street_id: street,
            community_id: community,
            kind,
            code: None,
            name,
            name_en: None,
            place: place::Place::default(),
            created_at: self.now,
        };
        let own = area.id;
        self.town.areas.push(area);
        own
    }

    fn community(&mut self) -> usize {
        self.random.below(u32::try_from(self.places.len()).unwrap_or(u32::MAX)) as usize
    }

    fn units(&mut self, count: usize) {
        for place in 0..count {
            let community = self.community();
            let level = self.level();
            let at = &self.places[community];
            let unit: UnitId = id(place);
            self.town.check_ins.push((unit, at.up[level.max(1)]));
            self.town.units.push(PartnerUnit {
                id: unit,
                street_id: at.up[1],
                kind: *self.random.pick(UnitKind::ALL),
                name: format!("样例单位{}", place + 1),
                name_en: None,
                credit_code: None,
                address: None,
                place: place::Place::default(),
                contact_id: None,
                version: 1,
                created_at: self.now,
            });
        }
    }

    /// How far up an offer reaches: its community, its street, its district, or the whole city.
    fn level(&mut self) -> usize {
        match self.random.below(100) {
            0..=9 => 0,
            10..=34 => 1,
            35..=89 => 2,
            _ => 3,
        }
    }

    fn service(&mut self, place: usize) {
        let unit = place / SERVICES_OF_UNIT % self.town.units.len();
        let (unit_id, reach) = self.town.check_ins[unit];
        // A service reaches as far as its unit has checked in, or less far.
        let inside: Vec<usize> = (0..16).map(|_| self.community()).collect();
        let lies_in = |place: &&usize| self.places[**place].up.contains(&reach);
        let home = inside.iter().find(lies_in).copied().or_else(|| self.home_of(reach)).unwrap_or_default();
        let level = self.level();
        let most = self.places[home].up.iter().position(|area| *area == reach).unwrap_or(1);
        let area = self.places[home].up[level.min(most)];
        let filed = self.random.below(u32::try_from(self.categories.len()).unwrap_or(1)) as usize;
        let wide = self.random.in_hundred(30);
        let title = self.service_title(filed);
        let filing = &self.categories[filed];
        let (category_id, measure) = (if wide { filing.above } else { filing.own.id }, filing.measure);
        let service = Service {
            id: id(place),
            unit_id,
            street_id: self.town.units[unit].street_id,
            category_id,
            state: ServiceState::Listed,
            mode: *self.random.pick(Mode::ALL),
            title,
            title_en: None,
            description: None,
            target_groups: self.served_groups(),
            eligibility: None,
            lead_time_days: i64::from(*self.random.pick(&[0, 0, 1, 2, 3, 7])),
            version: 1,
            created_at: self.now,
        };
        self.town.coverage.push((service.id, area));
        self.lines(&service, measure);
        self.rule(&service);
        self.town.services.push(service);
    }

    fn home_of(&self, reach: AreaId) -> Option<usize> {
        self.places.iter().position(|place| place.up.contains(&reach))
    }

    fn service_title(&mut self, filed: usize) -> String {
        let endings = ["进社区", "志愿服务", "公益课堂", "便民活动", "上门服务", "讲座", "体验活动", "专场"];
        let word = *self.random.pick(&self.categories[filed].words);
        format!("{}{word}{}", self.categories[filed].own.name, self.random.pick(&endings))
    }

    fn served_groups(&mut self) -> TargetGroups {
        if self.random.in_hundred(60) {
            return [TargetGroup::Everyone].into_iter().collect();
        }
        let groups = self.random.between(1, 4);
        (0..groups).map(|_| *self.random.pick(TargetGroup::ALL)).collect()
    }

    /// One line for the year, or one for each half of it: most are small, a few are large.
    fn lines(&mut self, service: &Service, measure: Measure) {
        let halves = i64::from(self.random.between(1, 2));
        let measure = if self.random.in_hundred(8) { Measure::People } else { measure };
        for half in 0..halves {
            let total = match self.random.below(10) {
                0..=5 => self.random.between(5, 30),
                6..=8 => self.random.between(30, 120),
                _ => self.random.between(120, 600),
            };
            let days = 364 / halves;
            let starts_at = self.now + TimeDelta::days(days * half - 20);
            self.town.capacities.push(Capacity {
                id: id(self.town.capacities.len()),
                service_id: service.id,
                starts_at,
                ends_at: starts_at + TimeDelta::days(days),
                measure,
                total: (i64::from(total) / halves).max(1),
                held: 0,
                committed: 0,
            });
        }
    }

    /// Two services in five can be had at any time, the others by a rule.
    fn rule(&mut self, service: &Service) {
        if self.random.in_hundred(40) {
            return;
        }
        let patterns = [
            "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
            "FREQ=WEEKLY;BYDAY=SA,SU",
            "FREQ=WEEKLY;BYDAY=WE",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=SA",
            "FREQ=MONTHLY;BYMONTHDAY=15",
            "FREQ=MONTHLY;BYDAY=1SA",
            "FREQ=DAILY",
        ];
        let hour = self.random.between(8, 19);
        self.town.availability.push(AvailabilityRule {
            id: id(self.town.availability.len()),
            service_id: service.id,
            rrule: Some((*self.random.pick(&patterns)).to_owned()),
            festival: None,
            starts_on: (self.now - TimeDelta::days(self.random.below(60).into())).date_naive(),
            ends_on: None,
            start_time: NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default(),
            minutes: i64::from(*self.random.pick(&[60, 90, 120, 240])),
        });
    }

    fn need(&mut self, place: usize) {
        let community = loop {
            let community = self.community();
            if self.random.below(160) < self.places[community].pressure {
                break community;
            }
        };
        let categories = u32::try_from(self.categories.len()).unwrap_or(1);
        // 37 has no factor in common with the number of leaves, so the likely ones lie all over the tree.
        let filed = (self.random.skewed(categories) * 37 % categories) as usize;
        let quantity = match self.random.below(100) {
            0..=74 => self.random.between(1, 3),
            75..=96 => self.random.between(4, 20),
            _ => self.random.between(21, 100),
        };
        let starts_at = self.now + TimeDelta::hours(i64::from(self.random.below(24 * 7 * 10)) - 48);
        let urgency = match self.random.below(10) {
            0 => Urgency::Urgent,
            1..=2 => Urgency::High,
            3..=7 => Urgency::Normal,
            _ => Urgency::Low,
        };
        let groups = [*self.random.pick(TargetGroup::ALL)].into_iter().collect();
        let title = self.need_title(filed, groups);
        let (at, filing) = (&self.places[community], &self.categories[filed]);
        self.town.needs.push(Need {
            id: id(place),
            street_id: at.up[1],
            community_id: Some(at.up[0]),
            area_id: at.up[0],
            category_id: filing.own.id,
            asking_unit_id: None,
            state: NeedState::Open,
            title,
            title_en: None,
            description: None,
            target_groups: groups,
            urgency,
            source: *self.random.pick(Source::ALL),
            measure: filing.measure,
            quantity: quantity.into(),
            terms: Terms::default(),
            claimed: 0,
            delivered: 0,
            starts_at,
            ends_at: starts_at + TimeDelta::days(self.random.between(7, 42).into()),
            contact_id: None,
            merged_into_id: None,
            reason: None,
            outcome: None,
            reopened: 0,
            verified_at: Some(self.now),
            version: 1,
            created_at: self.now,
        });
    }

    fn need_title(&mut self, filed: usize, groups: TargetGroups) -> String {
        let openings = ["希望", "想请人", "需要", "申请", "盼望", "能否安排"];
        let endings = ["服务", "一次", "进小区", "帮忙", "指导", "活动", "上门", "讲座"];
        let whom = groups.iter().next().map_or("居民", |group| group.label(crate::domain::text::Lang::Zh));
        let word = *self.random.pick(&self.categories[filed].words);
        let opening = *self.random.pick(&openings);
        format!("{whom}{opening}{word}{}", self.random.pick(&endings))
    }
}

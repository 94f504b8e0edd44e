//! How well a candidate fits, from 0 to 10,000: the sum of parts that are whole numbers.

use super::candidates::Candidate;
use super::index::{Index, short};
use super::likeness::{Corpus, FULL};
use super::points::Points;
use super::weights::Weights;
use super::world::{Offer, Record, Served, World};
use crate::domain::area::Area;
use crate::domain::category::Category;
use crate::domain::day::local_day;
use crate::domain::id::{AreaId, CategoryId};
use crate::domain::need::Need;
use crate::domain::service::TargetGroup;
use crate::domain::text::{TextEnum, text_enum};
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::HashMap;

/// The score of a candidate that fits in every respect.
pub const BEST: i64 = 10_000;

text_enum! {
    /// A part of the score.
    pub enum ScoreAspect {
        /// How near the two are in the tree of categories.
        Category = "category", "类别", "category";
        /// How near the service is: in metres where it is known where both sides are, else in the tree of areas.
        Nearness = "nearness", "远近", "nearness";
        /// How soon it can be had.
        Time = "time", "时间", "time";
        /// How well it is aimed at those who need it.
        TargetGroup = "target_group", "服务对象", "target group";
        /// How alike the two texts are.
        Likeness = "likeness", "文字相近", "likeness";
        /// How the unit kept its word so far.
        Record = "record", "履约记录", "record";
        /// How much of the community still waits.
        Equity = "equity", "均衡", "equity";
    }
}

/// What a part of the score was given for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// The service is filed so many steps above the need.
    Category {
        /// The steps; 0 where both have the same category.
        steps: usize,
    },
    /// The service covers, or its unit has checked in at, an area so many steps above the need's.
    Nearness {
        /// The steps; 0 where it is the need's own area.
        steps: usize,
        /// That area.
        area: AreaId,
    },
    /// The unit is so far away.
    Distance {
        /// Metres as the crow flies.
        metres: i64,
        /// The area from whose middle they are counted: the need's own, or the nearest above it that has one.
        area: AreaId,
    },
    /// The first occasion comes after so many days.
    Time {
        /// The local day.
        day: NaiveDate,
        /// Days from the first on which the need could be served.
        wait: i64,
    },
    /// How the service's target groups and the need's go together.
    TargetGroup(Aim),
    /// How much of the need's title the service's text holds, in thousandths.
    Likeness(u32),
    /// How the unit kept its word so far.
    Record(Record),
    /// How far the community is served.
    Equity(Served),
}

/// How a service's target groups and a need's go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aim {
    /// It is for just those who need it.
    Exact,
    /// It is for those who need it, among others.
    Among,
    /// It is for everyone.
    Everyone,
}

/// A part of a score, with what it was given for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Which part.
    pub kind: ScoreAspect,
    /// The points.
    pub points: i64,
    /// What they were given for.
    pub fact: Fact,
}

/// The score of a candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Score {
    /// The parts, in the order of their declaration.
    pub parts: Vec<Part>,
    /// Their sum.
    pub total: i64,
}

/// Scores the pairs of one world. A score depends on the pair alone, not on what else is in the world.
pub struct Scorer<'w> {
    /// The world.
    pub world: &'w World,
    weights: &'w Weights,
    pub(super) index: Index,
    pub(super) points: Points,
    pub(super) texts: Texts,
}

impl<'w> Scorer<'w> {
    /// Numbers a world and reads its texts.
    #[must_use]
    pub fn new(world: &'w World, weights: &'w Weights) -> Self {
        Self {
            world,
            weights,
            index: Index::new(world),
            points: Points::new(world, weights),
            texts: Texts::new(world),
        }
    }

    /// The score of a candidate.
    #[must_use]
    pub fn score(&self, candidate: &Candidate) -> Score {
        let (need, offer) = (&self.world.needs[candidate.need], &self.world.offers[candidate.offer]);
        let parts: Vec<Part> = ScoreAspect::ALL
            .iter()
            .map(|kind| {
                let (share, fact) = match kind {
                    ScoreAspect::Category => self.category(need, offer),
                    ScoreAspect::Nearness => self.nearness(need, offer),
                    ScoreAspect::Time => self.time(need, candidate.first.0),
                    ScoreAspect::TargetGroup => target_group(need, offer),
                    ScoreAspect::Likeness => self.likeness(candidate),
                    ScoreAspect::Record => {
                        (record(self.world, offer), Fact::Record(record_of(self.world, offer)))
                    }
                    ScoreAspect::Equity => (equity(self.world, need), Fact::Equity(served(self.world, need))),
                };
                Part { kind: *kind, points: share.points(self.weights.most(*kind)), fact }
            })
            .collect();
        Score { total: parts.iter().map(|part| part.points).sum(), parts }
    }

    fn category(&self, need: &Need, offer: &Offer) -> (Share, Fact) {
        let steps = self.world.categories.steps_up(need.category_id, offer.service.category_id).unwrap_or(2);
        (Share::quarters(category_quarters(steps)), Fact::Category { steps })
    }

    /// In metres between the need's area and the unit where both are known; else counted to the nearest area that the
    /// service covers or its unit has checked in at.
    fn nearness(&self, need: &Need, offer: &Offer) -> (Share, Fact) {
        let unit = self.world.units.get(&offer.service.unit_id);
        if let Some((area, unit)) = self.world.placed(need.area_id).zip(unit)
            && let Some(metres) = area.place.metres_to(unit.place)
        {
            return (nearness_by_metres(metres), Fact::Distance { metres, area: area.id });
        }
        let check_ins = self.world.check_ins.get(&offer.service.unit_id);
        let near = |area: &Area| {
            offer.coverage.contains(&area.id) || check_ins.is_some_and(|areas| areas.contains(&area.id))
        };
        let nearest = self.world.areas.upwards(need.area_id).enumerate().find(|(_, area)| near(area));
        let (steps, area) = nearest.map_or((4, need.area_id), |(steps, area)| (steps, area.id));
        (Share::quarters(nearness_quarters(steps)), Fact::Nearness { steps, area })
    }

    /// As much as is left of the days on which the need could be served. Whole local days, so that a score stands
    /// still for a day.
    fn time(&self, need: &Need, first: DateTime<Utc>) -> (Share, Fact) {
        let (from, day) = (local_day(need.starts_at.max(self.world.now)), local_day(first));
        let days = (local_day(need.ends_at) - from).num_days() + 1;
        let wait = (day - from).num_days();
        (Share::of(days - wait, days), Fact::Time { day, wait })
    }

    fn likeness(&self, candidate: &Candidate) -> (Share, Fact) {
        let query = self.texts.corpus.query(&self.world.needs[candidate.need].title);
        let likeness = self.texts.corpus.likeness_of(&query, self.texts.of_offer[candidate.offer] as usize);
        (Share::of(likeness.into(), FULL.into()), Fact::Likeness(likeness))
    }
}

/// The services' texts.
pub(super) struct Texts {
    pub corpus: Corpus,
    /// By service: its text in the corpus. Services whose texts are the same share it.
    pub of_offer: Vec<u32>,
}

impl Texts {
    fn new(world: &World) -> Self {
        let category = |category: &Category| format!("{} {}", category.name, category.synonyms);
        let mut corpus = Corpus::new(world.categories.iter().map(category));
        let mut known: HashMap<(CategoryId, &str), u32> = HashMap::new();
        let of_offer = world
            .offers
            .iter()
            .map(|Offer { service, .. }| {
                *known.entry((service.category_id, &service.title)).or_insert_with(|| {
                    let filed = world.categories.get(service.category_id).map(category).unwrap_or_default();
                    corpus.add(&format!("{} {filed}", service.title));
                    short(corpus.len() - 1)
                })
            })
            .collect();
        Self { corpus, of_offer }
    }
}

/// The share of a part's points that a fact earns.
#[derive(Debug, Clone, Copy)]
pub(super) struct Share {
    of: i64,
    all: i64,
}

impl Share {
    /// Kept between none and all, so that no fact can make a score leave its range.
    pub fn of(of: i64, all: i64) -> Self {
        let all = all.max(1);
        Self { of: of.clamp(0, all), all }
    }

    /// So many quarters.
    pub fn quarters(of: i64) -> Self {
        Self::of(of, 4)
    }

    /// The points, where all of it has so many.
    pub fn points(&self, most: i64) -> i64 {
        most * self.of / self.all
    }
}

/// All of it in the need's own category, half of it one step above, a quarter further up.
pub(super) fn category_quarters(steps: usize) -> i64 {
    [4, 2].get(steps).copied().unwrap_or(1)
}

/// A quarter less with each step up.
pub(super) fn nearness_quarters(steps: usize) -> i64 {
    4_i64.saturating_sub(i64::try_from(steps).unwrap_or(4)).max(0)
}

/// So far away half of it is left: what the fifteen-minute circle (十五分钟生活圈) of a community takes in on foot.
const HALF_AT_METRES: i64 = 1_000;

/// Half of it at 1,000 metres, a third at 2,000, a quarter at 3,000: the nearer of two units always has the more, and a
/// further metre counts the less the further away both are.
pub(super) fn nearness_by_metres(metres: i64) -> Share {
    Share::of(HALF_AT_METRES, HALF_AT_METRES.saturating_add(metres))
}

/// The share of kept words, a broken one counting twice; half of it for a unit without any.
pub(super) fn record(world: &World, offer: &Offer) -> Share {
    let record = record_of(world, offer);
    let kept = record.confirmed + 1;
    Share::of(kept, kept + 2 * record.no_shows + 1)
}

fn record_of(world: &World, offer: &Offer) -> Record {
    world.units.get(&offer.service.unit_id).map(|unit| unit.record).unwrap_or_default()
}

/// The share of the community's needs that still wait.
pub(super) fn equity(world: &World, need: &Need) -> Share {
    let served = served(world, need);
    Share::of(served.waiting, served.asked)
}

fn served(world: &World, need: &Need) -> Served {
    let place = need.community_id.unwrap_or(need.street_id);
    world.communities.get(&place).copied().unwrap_or_default()
}

/// All of it for a service for just those who need it, three quarters where others are served too, a quarter where
/// simply everyone is.
fn target_group(need: &Need, offer: &Offer) -> (Share, Fact) {
    let (offered, needed) = (offer.service.target_groups, need.target_groups);
    let (quarters, aim) = match () {
        () if offered == needed => (4, Aim::Exact),
        () if !offered.contains(TargetGroup::Everyone) => (3, Aim::Among),
        () if needed.contains(TargetGroup::Everyone) => (4, Aim::Exact),
        () => (1, Aim::Everyone),
    };
    (Share::quarters(quarters), Fact::TargetGroup(aim))
}

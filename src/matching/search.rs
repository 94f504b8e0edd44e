//! The search through all pairs that the hard constraints leave, the needs of a cell one after the other.
//!
//! What a cell's needs share is looked up once: which services are filed and cover and have checked in where it takes,
//! and what that is worth. For each need the cheap constraints and parts of the score come first; the dear ones (time,
//! then likeness) are worked out only while the pair can still be of interest.

use super::index::{Cell, Index, LineFacts, short};
use super::likeness::Query;
use super::score::Scorer;
use super::world::World;
use crate::domain::availability::any_within;
use crate::domain::availability::calendar::{self, Known, Times, nanos};
use crate::domain::day::local_day;
use crate::domain::id::{CapacityId, Id as _};
use crate::domain::need::Need;
use chrono::{DateTime, NaiveDate};
use std::cmp::Reverse;
use uuid::Uuid;

/// What a search looks for.
pub(super) trait Goal {
    /// The least score at which any line is of interest.
    fn least(&self) -> i32;
    /// The least score at which this line is of interest.
    fn least_of(&self, line: u32) -> i32;
    /// A pair that may go together, with its score, which is at least the least.
    fn found(&mut self, line: u32, score: i32);
    /// A pair that may go together was passed over, since its score is less than the least.
    fn passed_over(&mut self);
}

/// Every pair, with its score.
#[derive(Default)]
pub(super) struct Everything(pub Vec<(u32, i32)>);

impl Goal for Everything {
    fn least(&self) -> i32 {
        i32::MIN
    }

    fn least_of(&self, _: u32) -> i32 {
        i32::MIN
    }

    fn found(&mut self, line: u32, score: i32) {
        self.0.push((line, score));
    }

    fn passed_over(&mut self) {}
}

/// A line of capacity as the needs of a cell see it.
struct Entry {
    /// What category, nearness and record are worth.
    points: i32,
    line: u32,
    unit: u32,
    text: u32,
    groups: i64,
    serves: i64,
    times: Times,
    from: i64,
    to: i64,
}

/// A need as the lines of its cell see it.
struct Asked<'w> {
    need: &'w Need,
    place: usize,
    unit: u32,
    groups: i64,
    from: i64,
    to: i64,
    /// The first local day on which it could be served, and how many there are.
    first_day: i64,
    days: i64,
    /// Whether single pairs of it are forbidden or joined already.
    has_exceptions: bool,
    points: i32,
}

/// A search in progress. It is cheapest where needs come cell by cell, as [`Index::order`] has them.
pub(super) struct Search<'s, 'w> {
    scorer: &'s Scorer<'w>,
    cell: Option<Cell>,
    entries: Vec<Entry>,
    /// By area: how many steps it lies above the cell's, or more than any.
    steps: Vec<u8>,
    query: Query,
}

/// An area that does not lie above the cell's.
const AWAY: u8 = u8::MAX;

impl<'s, 'w> Search<'s, 'w> {
    pub fn new(scorer: &'s Scorer<'w>) -> Self {
        let steps = vec![AWAY; scorer.index.areas.len()];
        Self { scorer, cell: None, entries: Vec::new(), steps, query: Query::default() }
    }

    /// Shows a goal all lines that may serve a need.
    pub fn visit(&mut self, need: usize, goal: &mut impl Goal) {
        let Scorer { world, index, points, texts, .. } = self.scorer;
        self.enter(index.cell(world, need));
        let asked = Asked::new(self.scorer, need);
        let (likeness, time) = (points.most_likeness(), points.most_time());
        let most = likeness + time + points.most_target_group();
        let mut is_read = false;
        for entry in &self.entries {
            let earned = entry.points + asked.points;
            if earned + most < goal.least() {
                goal.passed_over();
                break;
            }
            if asked.groups & !entry.serves != 0 || asked.unit == entry.unit {
                continue;
            }
            let least = goal.least_of(entry.line);
            let earned = earned + points.target_group(entry.groups, asked.groups);
            if earned + time + likeness < least {
                goal.passed_over();
                continue;
            }
            let Some(day) = asked.first_day_of(self.scorer, entry) else { continue };
            if asked.has_exceptions && asked.excepts(self.scorer, entry.line) {
                continue;
            }
            let earned = earned + points.time(day - asked.first_day, asked.days);
            if earned + likeness < least {
                goal.passed_over();
                continue;
            }
            if !is_read {
                texts.corpus.read(&asked.need.title, &mut self.query);
                is_read = true;
            }
            let score = earned + points.likeness(texts.corpus.likeness_of(&self.query, entry.text as usize));
            if score < least { goal.passed_over() } else { goal.found(entry.line, score) }
        }
    }

    /// Looks up what is within reach of a cell, the most promising first.
    fn enter(&mut self, cell: Cell) {
        if self.cell == Some(cell) {
            return;
        }
        self.cell = Some(cell);
        self.entries.clear();
        let index = &self.scorer.index;
        for (area, steps) in index.areas.upwards(cell.area).zip(0..) {
            self.steps[area as usize] = steps;
        }
        for (category_steps, category) in index.categories.upwards(cell.category).enumerate() {
            for area in index.areas.upwards(cell.area) {
                for offer in index.covering(category, area) {
                    self.take(*offer, category_steps, area, cell);
                }
            }
        }
        for area in index.areas.upwards(cell.area) {
            self.steps[area as usize] = AWAY;
        }
        self.entries.sort_unstable_by_key(|entry| (Reverse(entry.points), entry.line));
    }

    /// Takes in a service that covers an area above the cell's, unless it covers a nearer one too.
    fn take(&mut self, offer: u32, category_steps: usize, area: u32, cell: Cell) {
        let Index { offers, coverage, check_ins, lines, area_places, unit_places, .. } = &self.scorer.index;
        let facts = &offers[offer as usize];
        let nearest = |areas: &[u32]| areas.iter().map(|area| self.steps[*area as usize]).min();
        let steps = self.steps[area as usize];
        if nearest(coverage.of(offer)) != Some(steps) {
            return;
        }
        let Some(check_in) = nearest(check_ins.of(facts.unit)).filter(|steps| *steps != AWAY) else { return };
        let metres = area_places[cell.area as usize].metres_to(unit_places[facts.unit as usize]);
        let steps = steps.min(check_in).into();
        let points = self.scorer.points.of_offer(offer, category_steps, steps, metres);
        let own = facts.lines.clone().map(|line| (line, &lines[line as usize]));
        let fitting = own.filter(|(_, line)| line.is_open && line.measure == cell.measure);
        self.entries.extend(fitting.map(|(line, LineFacts { from, to, .. })| Entry {
            points,
            line,
            unit: facts.unit,
            text: self.scorer.texts.of_offer[offer as usize],
            groups: facts.groups,
            serves: facts.serves,
            times: facts.times,
            from: facts.ready.max(*from),
            to: *to,
        }));
    }
}

impl<'w> Asked<'w> {
    fn new(scorer: &Scorer<'w>, place: usize) -> Self {
        let world: &'w World = scorer.world;
        let need = &world.needs[place];
        let from = need.starts_at.max(world.now);
        let first_day = days_of_epoch(local_day(from));
        let mut joined = world.joined.range((need.id, CapacityId::new(Uuid::nil()))..);
        Self {
            need,
            place,
            unit: scorer.index.unit(need.asking_unit_id),
            groups: need.target_groups.bits(),
            from: nanos(from),
            to: nanos(need.ends_at),
            first_day,
            days: days_of_epoch(local_day(need.ends_at)) - first_day + 1,
            has_exceptions: joined.next().is_some_and(|(of, _)| *of == need.id)
                || !scorer.index.forbidden(place).is_empty(),
            points: scorer.points.of_need(world, need),
        }
    }

    /// The local day of the first occasion that both sides allow.
    fn first_day_of(&self, scorer: &Scorer, entry: &Entry) -> Option<i64> {
        let (from, to) = (self.from.max(entry.from), self.to.min(entry.to));
        match scorer.index.calendar.first(entry.times, from, to) {
            Known::At(start) => Some(calendar::local_day(start)),
            Known::Never => None,
            Known::Beyond => {
                let (from, to) = scorer.window(self.place, entry.line as usize);
                let rules = &scorer.world.offer_of(entry.line as usize).rules;
                any_within(rules, from, to).map(|(start, _)| days_of_epoch(local_day(start)))
            }
        }
    }

    /// Whether the pair is forbidden or joined already.
    fn excepts(&self, scorer: &Scorer, line: u32) -> bool {
        let offer = scorer.index.lines[line as usize].offer;
        scorer.index.forbidden(self.place).binary_search(&(short(self.place), offer)).is_ok()
            || scorer.world.joined.contains(&(self.need.id, scorer.world.lines[line as usize].capacity.id))
    }
}

fn days_of_epoch(day: NaiveDate) -> i64 {
    (day - DateTime::UNIX_EPOCH.date_naive()).num_days()
}

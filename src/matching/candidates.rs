//! Which services may serve a need at all: hard constraints, and which of them excluded the rest.

use super::world::{Offer, World};
use crate::domain::availability::{Span, any_within};
use crate::domain::directive::DirectiveKind;
use crate::domain::id::{CategoryId, NeedId, ServiceId};
use crate::domain::need::Need;
use crate::domain::service::Capacity;
use crate::domain::text::text_enum;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::{BTreeMap, BTreeSet};

text_enum! {
    /// What keeps a service from serving a need. A service is counted under the first that excludes it.
    pub enum Constraint {
        /// It is filed under another category, neither the need's nor a wider one.
        Category = "category", "类别不符", "another category";
        /// It is counted in another measure.
        Measure = "measure", "计量单位不同", "another measure";
        /// It is not for all who need it.
        TargetGroup = "target_group", "服务对象不符", "for other groups";
        /// It does not cover the place.
        Coverage = "coverage", "服务范围不含该区划", "covers other areas";
        /// Its unit has not checked in (报到) around the place.
        CheckIn = "check_in", "单位未在该区划报到", "unit not checked in there";
        /// It cannot be had when it is wanted.
        Time = "time", "时间对不上", "no common time";
        /// It has to be asked for further ahead.
        LeadTime = "lead_time", "预约时间不足", "too short notice";
        /// All of it is taken.
        Capacity = "capacity", "容量已用完", "no capacity left";
        /// A unit never serves a need of its own.
        OwnUnit = "own_unit", "不能服务本单位的需求", "the unit's own need";
        /// A live match joins the two already.
        AlreadyMatched = "already_matched", "已有进行中的对接", "matched already";
        /// A coordinator has forbidden the pair.
        Prohibition = "prohibition", "已被禁止对接", "forbidden pair";
    }
}

/// A need and a line of capacity that may serve it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// The place of the need in [`World::needs`].
    pub need: usize,
    /// The place of the service in [`World::offers`].
    pub offer: usize,
    /// The place of the line in [`World::lines`].
    pub line: usize,
    /// The first occasion within what both sides allow.
    pub first: Span,
}

/// How many services each constraint excluded for one need.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exclusions(BTreeMap<Constraint, usize>);

impl Exclusions {
    /// The constraints that excluded any service with how many, in the order in which they are looked at.
    pub fn iter(&self) -> impl Iterator<Item = (Constraint, usize)> {
        self.0.iter().map(|(constraint, count)| (*constraint, *count))
    }

    fn count(&mut self, constraint: Constraint, services: usize) {
        if services > 0 {
            *self.0.entry(constraint).or_default() += services;
        }
    }
}

/// Every candidate, by need, service and line, and what was excluded for each need.
#[derive(Debug, Clone, Default)]
pub struct Candidates {
    /// The pairs.
    pub pairs: Vec<Candidate>,
    /// By need: where its pairs end in `pairs`.
    ends: Vec<usize>,
    /// By need: the services that constraints excluded.
    pub excluded: Vec<BTreeMap<usize, Constraint>>,
    /// By need: how many services each constraint excluded, those of other categories included.
    pub exclusions: Vec<Exclusions>,
}

impl Candidates {
    /// Where the pairs of a need stand.
    #[must_use]
    pub fn of(&self, need: usize) -> std::ops::Range<usize> {
        let first = need.checked_sub(1).map_or(0, |before| self.ends[before]);
        first..self.ends[need]
    }

    /// Finds every pair that the constraints leave.
    #[must_use]
    pub fn find(world: &World) -> Self {
        let index = Index::new(world);
        let mut found = Self::default();
        for (place, need) in world.needs.iter().enumerate() {
            let filed = index.filed(need);
            let mut exclusions = Exclusions::default();
            exclusions.count(Constraint::Category, world.offers.len() - filed.len());
            let mut excluded = BTreeMap::new();
            for offer in filed {
                match index.lines(need, &world.offers[offer]) {
                    Ok(lines) => found.pairs.extend(lines.into_iter().map(|(line, first)| Candidate {
                        need: place,
                        offer,
                        line,
                        first,
                    })),
                    Err(constraint) => {
                        exclusions.count(constraint, 1);
                        excluded.insert(offer, constraint);
                    }
                }
            }
            found.ends.push(found.pairs.len());
            found.excluded.push(excluded);
            found.exclusions.push(exclusions);
        }
        found
    }
}

/// Services by category, and the pairs that people have forbidden.
struct Index<'w> {
    world: &'w World,
    by_category: BTreeMap<CategoryId, Vec<usize>>,
    forbidden: BTreeSet<(NeedId, ServiceId)>,
}

impl<'w> Index<'w> {
    fn new(world: &'w World) -> Self {
        let mut by_category: BTreeMap<CategoryId, Vec<usize>> = BTreeMap::new();
        for (place, offer) in world.offers.iter().enumerate() {
            by_category.entry(offer.service.category_id).or_default().push(place);
        }
        let forbidden = world
            .directives
            .iter()
            .filter(|directive| directive.kind == DirectiveKind::Prohibition)
            .map(|directive| (directive.need_id, directive.service_id))
            .collect();
        Self { world, by_category, forbidden }
    }

    /// The services filed under the need's category or a wider one, by place.
    fn filed(&self, need: &Need) -> Vec<usize> {
        let categories = self.world.categories.upwards(need.category_id);
        let mut filed: Vec<usize> =
            categories.filter_map(|category| self.by_category.get(&category.id)).flatten().copied().collect();
        filed.sort_unstable();
        filed
    }

    /// The service's lines that may serve the need, or the first constraint that excludes the last of them.
    fn lines(&self, need: &Need, offer: &Offer) -> Result<Vec<(usize, Span)>, Constraint> {
        let service = &offer.service;
        let lines = remaining(offer.lines.clone().collect(), Constraint::Measure, |line| {
            self.capacity(*line).measure == need.measure
        })?;
        require(service.target_groups.serve(need.target_groups), Constraint::TargetGroup)?;
        let around = |area| self.world.areas.steps_up(need.area_id, area).is_some();
        require(offer.coverage.iter().any(|area| around(*area)), Constraint::Coverage)?;
        let check_ins = self.world.check_ins.get(&service.unit_id);
        require(check_ins.is_some_and(|areas| areas.iter().any(|area| around(*area))), Constraint::CheckIn)?;
        let lines = remaining(lines, Constraint::Time, |line| {
            self.first_from(self.world.now, need, offer, *line).is_some()
        })?;
        let ready = self.world.now + TimeDelta::days(service.lead_time_days);
        let lines: Vec<(usize, Span)> = lines
            .into_iter()
            .filter_map(|line| Some((line, self.first_from(ready, need, offer, line)?)))
            .collect();
        let lines = remaining(lines, Constraint::LeadTime, |_| true)?;
        let lines = remaining(lines, Constraint::Capacity, |(line, _)| self.capacity(*line).left() > 0)?;
        require(need.asking_unit_id != Some(service.unit_id), Constraint::OwnUnit)?;
        let lines = remaining(lines, Constraint::AlreadyMatched, |(line, _)| {
            !self.world.joined.contains(&(need.id, self.capacity(*line).id))
        })?;
        require(!self.forbidden.contains(&(need.id, service.id)), Constraint::Prohibition)?;
        Ok(lines)
    }

    fn capacity(&self, line: usize) -> &Capacity {
        &self.world.lines[line].capacity
    }

    /// The first occasion from a moment on at which both the need and the line allow it.
    fn first_from(&self, from: DateTime<Utc>, need: &Need, offer: &Offer, line: usize) -> Option<Span> {
        let line = self.capacity(line);
        let from = from.max(need.starts_at).max(line.starts_at);
        any_within(&offer.rules, from, need.ends_at.min(line.ends_at))
    }
}

fn require(kept: bool, constraint: Constraint) -> Result<(), Constraint> {
    if kept { Ok(()) } else { Err(constraint) }
}

fn remaining<T>(
    mut lines: Vec<T>,
    constraint: Constraint,
    keep: impl FnMut(&T) -> bool,
) -> Result<Vec<T>, Constraint> {
    lines.retain(keep);
    if lines.is_empty() { Err(constraint) } else { Ok(lines) }
}

/// The constraint that excluded the most services of the right category; of equals the one looked at last, which is
/// the nearest to a match.
#[must_use]
pub fn foremost(exclusions: &Exclusions) -> Option<(Constraint, usize)> {
    exclusions
        .iter()
        .filter(|(constraint, _)| *constraint != Constraint::Category)
        .max_by_key(|(constraint, count)| (*count, *constraint))
}

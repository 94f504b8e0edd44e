//! A world in numbers: places instead of ids, flat arrays instead of trees and maps, so that a search through many
//! pairs touches little memory.

use super::tree::{Branch, Tree};
use super::world::World;
use crate::domain::availability::calendar::{Calendar, Times, nanos};
use crate::domain::directive::DirectiveKind;
use crate::domain::fit;
use crate::domain::id::{AreaId, CategoryId, UnitId};
use crate::domain::place::Place;
use crate::domain::service::{Measure, TargetGroup, TargetGroups};
use crate::domain::text::TextEnum as _;
use chrono::TimeDelta;
use std::collections::HashMap;
use std::hash::Hash;
use std::ops::Range;

/// The number of what is not there.
pub(super) const NONE: u32 = u32::MAX;

/// A place in a list as the short number that is kept of it. No list of a world is longer than memory allows by far.
pub(super) fn short(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(NONE)
}

/// The nodes of a tree by numbers.
#[derive(Debug)]
pub(super) struct Numbered<I> {
    numbers: HashMap<I, u32>,
    parents: Vec<u32>,
}

impl<I: Copy + Eq + Hash> Numbered<I> {
    fn new<T: Branch<Id = I>>(tree: &Tree<T>) -> Self
    where
        I: Ord,
    {
        let numbers: HashMap<I, u32> = tree.iter().map(Branch::id).zip(0..).collect();
        let number = |id: I| numbers.get(&id).copied().unwrap_or(NONE);
        let parents = tree.iter().map(|node| node.parent().map_or(NONE, number)).collect();
        Self { numbers, parents }
    }

    /// The number of a node, or [`NONE`].
    pub fn number(&self, id: I) -> u32 {
        self.numbers.get(&id).copied().unwrap_or(NONE)
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.parents.len()
    }

    /// The node and all above it, upwards.
    pub fn upwards(&self, node: u32) -> impl Iterator<Item = u32> {
        let known = |node: u32| Some(node).filter(|node| (*node as usize) < self.parents.len());
        std::iter::successors(known(node), move |node| known(self.parents[*node as usize]))
    }
}

/// Lists of different lengths, one after the other.
#[derive(Debug, Default)]
pub(super) struct Lists {
    items: Vec<u32>,
    ends: Vec<u32>,
}

impl Lists {
    fn push(&mut self, items: impl IntoIterator<Item = u32>) {
        self.items.extend(items);
        self.ends.push(short(self.items.len()));
    }

    /// One of the lists.
    pub fn of(&self, place: u32) -> &[u32] {
        let place = place as usize;
        let first = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.items[first as usize..self.ends[place] as usize]
    }
}

/// What decides which services are within reach of a need; needs of one cell share them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cell {
    pub area: u32,
    pub category: u32,
    pub measure: Measure,
}

/// What a search asks of a service.
#[derive(Debug)]
pub(super) struct OfferFacts {
    pub unit: u32,
    /// The groups that it is for.
    pub groups: i64,
    /// The groups that it serves: those, the narrower ones, and all of them where it is for everyone; bits that are no
    /// group keep nobody away.
    pub serves: i64,
    /// The earliest moment at which it can be had when it is asked for now.
    pub ready: i64,
    pub times: Times,
    pub lines: Range<u32>,
}

/// What a search asks of a line of capacity.
#[derive(Debug)]
pub(super) struct LineFacts {
    pub offer: u32,
    pub measure: Measure,
    /// Whether anything is left of it.
    pub is_open: bool,
    pub from: i64,
    pub to: i64,
}

/// A world in numbers.
#[derive(Debug)]
pub(super) struct Index {
    pub areas: Numbered<AreaId>,
    pub categories: Numbered<CategoryId>,
    pub offers: Vec<OfferFacts>,
    pub lines: Vec<LineFacts>,
    pub calendar: Calendar,
    /// The areas that each service covers.
    pub coverage: Lists,
    /// Where each unit has checked in.
    pub check_ins: Lists,
    /// Where each unit is.
    pub unit_places: Vec<Place>,
    /// By area: where its needs arise.
    pub area_places: Vec<Place>,
    /// The services filed under each category.
    pub filed: Lists,
    /// The services filed under a category that cover an area, by the two.
    covering: HashMap<(u32, u32), Range<u32>>,
    covering_offers: Vec<u32>,
    units: HashMap<UnitId, u32>,
    /// Needs and services by place that people have forbidden to go together, sorted.
    forbidden: Vec<(u32, u32)>,
    /// The needs' places, cell by cell.
    pub order: Vec<u32>,
}

impl Index {
    /// Numbers a world.
    pub fn new(world: &World) -> Self {
        let (areas, categories) = (Numbered::new(&world.areas), Numbered::new(&world.categories));
        let end = world.needs.iter().map(|need| need.ends_at).max().unwrap_or(world.now);
        let mut index = Self {
            areas,
            categories,
            offers: Vec::with_capacity(world.offers.len()),
            lines: Vec::with_capacity(world.lines.len()),
            calendar: Calendar::new(world.now, end),
            coverage: Lists::default(),
            check_ins: Lists::default(),
            unit_places: Vec::new(),
            area_places: world.areas.iter().map(|area| place(world, area.id)).collect(),
            filed: Lists::default(),
            covering: HashMap::new(),
            covering_offers: Vec::new(),
            units: HashMap::new(),
            forbidden: Vec::new(),
            order: Vec::new(),
        };
        index.number_offers(world);
        index.file(world);
        index.forbidden = forbidden(world);
        let mut order: Vec<(Cell, u32)> =
            (0..world.needs.len()).map(|need| (index.cell(world, need), short(need))).collect();
        order.sort_unstable();
        index.order = order.into_iter().map(|(_, need)| need).collect();
        index
    }

    fn number_offers(&mut self, world: &World) {
        let all_groups = TargetGroup::ALL.iter().copied().collect::<TargetGroups>().bits();
        for offer in &world.offers {
            let service = &offer.service;
            let known = self.units.len();
            let unit = *self.units.entry(service.unit_id).or_insert(short(known));
            if self.units.len() > known {
                let at = world.check_ins.get(&service.unit_id).into_iter().flatten();
                self.check_ins.push(known_places(at.map(|area| self.areas.number(*area))));
                self.unit_places
                    .push(world.units.get(&service.unit_id).map_or_else(Place::default, |unit| unit.place));
            }
            self.coverage.push(known_places(offer.coverage.iter().map(|area| self.areas.number(*area))));
            let ready = world.now.checked_add_signed(TimeDelta::days(service.lead_time_days));
            self.offers.push(OfferFacts {
                unit,
                groups: service.target_groups.bits(),
                serves: fit::served(service.target_groups).bits() | !all_groups,
                ready: ready.map_or(i64::MAX, nanos),
                times: self.calendar.add(&offer.rules),
                lines: short(offer.lines.start)..short(offer.lines.end),
            });
        }
        self.lines.extend(world.lines.iter().map(|line| LineFacts {
            offer: short(line.offer),
            measure: line.capacity.measure,
            is_open: line.capacity.left() > 0,
            from: nanos(line.capacity.starts_at),
            to: nanos(line.capacity.ends_at),
        }));
    }

    /// Files every service under its category, and under that and each area that it covers.
    fn file(&mut self, world: &World) {
        let mut by_category: Vec<(u32, u32)> = world
            .offers
            .iter()
            .zip(0..)
            .map(|(offer, place)| (self.categories.number(offer.service.category_id), place))
            .filter(|(category, _)| *category != NONE)
            .collect();
        by_category.sort_unstable();
        let mut filed = by_category.iter().peekable();
        for category in 0..short(self.categories.len()) {
            let own = std::iter::from_fn(|| filed.next_if(|(under, _)| *under == category));
            self.filed.push(own.map(|(_, offer)| *offer));
        }
        let mut covering: Vec<(u32, u32, u32)> = by_category
            .iter()
            .flat_map(|(category, offer)| {
                self.coverage.of(*offer).iter().map(|area| (*category, *area, *offer))
            })
            .collect();
        covering.sort_unstable();
        for same in covering.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            let first = short(self.covering_offers.len());
            self.covering_offers.extend(same.iter().map(|(_, _, offer)| *offer));
            self.covering.insert((same[0].0, same[0].1), first..short(self.covering_offers.len()));
        }
    }

    /// The cell of a need.
    pub fn cell(&self, world: &World, need: usize) -> Cell {
        let need = &world.needs[need];
        let category = self.categories.number(need.category_id);
        Cell { area: self.areas.number(need.area_id), category, measure: need.measure }
    }

    /// The services filed under just this category that cover just this area.
    pub fn covering(&self, category: u32, area: u32) -> &[u32] {
        let range = self.covering.get(&(category, area)).cloned().unwrap_or_default();
        &self.covering_offers[range.start as usize..range.end as usize]
    }

    /// The number of a unit that offers something, or [`NONE`].
    pub fn unit(&self, id: Option<UnitId>) -> u32 {
        id.and_then(|id| self.units.get(&id)).copied().unwrap_or(NONE)
    }

    /// The services that a need must not be served by, with its own place.
    pub fn forbidden(&self, need: usize) -> &[(u32, u32)] {
        let need = short(need);
        let first = self.forbidden.partition_point(|(of, _)| *of < need);
        let end = self.forbidden.partition_point(|(of, _)| *of <= need);
        &self.forbidden[first..end]
    }
}

/// Where the needs of an area arise.
fn place(world: &World, area: AreaId) -> Place {
    world.placed(area).map(|area| area.place).unwrap_or_default()
}

fn known_places(areas: impl Iterator<Item = u32>) -> impl Iterator<Item = u32> {
    areas.filter(|area| *area != NONE)
}

fn forbidden(world: &World) -> Vec<(u32, u32)> {
    let prohibitions = world.directives.iter().filter(|given| given.kind == DirectiveKind::Prohibition);
    let mut pairs: Vec<(u32, u32)> = prohibitions
        .filter_map(|given| {
            let need = world.needs.binary_search_by_key(&given.need_id, |need| need.id).ok()?;
            let offer =
                world.offers.binary_search_by_key(&given.service_id, |offer| offer.service.id).ok()?;
            Some((short(need), short(offer)))
        })
        .collect();
    pairs.sort_unstable();
    pairs
}

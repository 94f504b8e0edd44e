//! What the matching looks at: the needs and services of an area at one moment, in an order that does not depend on
//! how they were loaded.

use super::foreseen::Foreseen;
use super::tree::Tree;
use crate::domain::area::Area;
use crate::domain::availability::Rule;
use crate::domain::category::Category;
use crate::domain::directive::Directive;
use crate::domain::fit::Pair;
use crate::domain::id::{AreaId, CapacityId, CategoryId, NeedId, ServiceId, UnitId};
use crate::domain::matches::Suggested;
use crate::domain::need::Need;
use crate::domain::place::Place;
use crate::domain::service::{Capacity, Measure, Service};
use crate::domain::unit::UnitCapacity;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// The rows of a world, in any order.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// The present.
    pub now: DateTime<Utc>,
    /// Needs with something left to claim.
    pub needs: Vec<Need>,
    /// Services on offer.
    pub services: Vec<Service>,
    /// Their lines of capacity.
    pub capacities: Vec<Capacity>,
    /// What the units that offer them can do in all.
    pub unit_capacities: Vec<UnitCapacity>,
    /// Their rules of availability.
    pub rules: Vec<(ServiceId, Rule)>,
    /// The areas that they cover, with everything below.
    pub coverage: Vec<(ServiceId, AreaId)>,
    /// The units that offer them.
    pub units: Vec<Unit>,
    /// Where those units have checked in.
    pub check_ins: Vec<(UnitId, AreaId)>,
    /// The areas of the needs and all above these.
    pub areas: Vec<Area>,
    /// Every category.
    pub categories: Vec<Category>,
    /// What people have laid down for these needs.
    pub directives: Vec<Directive>,
    /// The needs and lines of capacity that a live match joins already.
    pub joined: Vec<(NeedId, CapacityId)>,
    /// What is suggested and nobody has answered yet.
    pub suggested: Vec<Suggested>,
    /// How far the communities of the needs are served; what the street itself asks for counts under the street.
    pub communities: Vec<(AreaId, Served)>,
    /// How many people were reached so far by what was delivered of a category, in the streets of the needs.
    pub reached: Vec<((CategoryId, Measure), Reached)>,
    /// What is expected, where anybody asked for that.
    pub foreseen: Vec<Foreseen>,
    /// The areas of that and all above these.
    pub foreseen_areas: Vec<Area>,
}

/// What is known of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Its id.
    pub id: UnitId,
    /// Its name.
    pub name: String,
    /// An English gloss of the name.
    pub name_en: Option<String>,
    /// Where it is.
    pub place: Place,
    /// How it kept its word so far.
    pub record: Record,
}

/// How a unit kept its word so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Record {
    /// Matches that the asking side confirmed as done.
    pub confirmed: i64,
    /// Matches to which the unit did not come.
    pub no_shows: i64,
}

/// How far the needs of a community are served.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Served {
    /// Needs that were published.
    pub asked: i64,
    /// Those of them with something left to claim.
    pub waiting: i64,
}

/// What was delivered of a category so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reached {
    /// How much.
    pub quantity: i64,
    /// How many people it reached.
    pub people: i64,
}

/// A service on offer, with what belongs to it.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The service.
    pub service: Service,
    /// Where its lines stand in [`World::lines`].
    pub lines: Range<usize>,
    /// When it can be had; at any time where there is no rule.
    pub rules: Vec<Rule>,
    /// The areas that it covers.
    pub coverage: BTreeSet<AreaId>,
}

/// A line of capacity.
#[derive(Debug, Clone)]
pub struct Line {
    /// The place of its service in [`World::offers`].
    pub offer: usize,
    /// The line itself.
    pub capacity: Capacity,
}

/// The needs and services of an area at one moment.
#[derive(Debug, Clone, Default)]
pub struct World {
    /// The present.
    pub now: DateTime<Utc>,
    /// Needs with something left to claim, by id.
    pub needs: Vec<Need>,
    /// Services on offer, by id.
    pub offers: Vec<Offer>,
    /// Lines of capacity, by service and id.
    pub lines: Vec<Line>,
    /// The units that offer the services.
    pub units: BTreeMap<UnitId, Unit>,
    /// What those units can do in all, by unit, window and id.
    pub unit_capacities: Vec<UnitCapacity>,
    /// Where those units have checked in.
    pub check_ins: BTreeMap<UnitId, BTreeSet<AreaId>>,
    /// The areas of the needs and all above these.
    pub areas: Tree<Area>,
    /// Every category.
    pub categories: Tree<Category>,
    /// What people have laid down for these needs, by id.
    pub directives: Vec<Directive>,
    /// The needs and lines of capacity that a live match joins already.
    pub joined: BTreeSet<(NeedId, CapacityId)>,
    /// What is suggested and nobody has answered yet, by need and line: where it may be moved, it holds nothing here.
    pub suggested: Vec<Suggested>,
    /// How far the communities of the needs are served.
    pub communities: BTreeMap<AreaId, Served>,
    /// How many people were reached so far by what was delivered of a category.
    pub reached: BTreeMap<(CategoryId, Measure), Reached>,
    /// What is expected, where anybody asked for that, by id.
    pub foreseen: Vec<Foreseen>,
    /// The areas of that and all above these.
    pub foreseen_areas: Tree<Area>,
}

impl World {
    /// Puts the rows of a world in order.
    #[must_use]
    pub fn new(mut rows: Snapshot) -> Self {
        rows.needs.sort_unstable_by_key(|need| need.id);
        rows.directives.sort_unstable_by_key(|directive| directive.id);
        rows.services.sort_unstable_by_key(|service| service.id);
        rows.capacities.sort_unstable_by_key(|line| (line.service_id, line.id));
        rows.unit_capacities.sort_unstable_by_key(|line| (line.unit_id, line.starts_at, line.id));
        rows.suggested.sort_unstable_by_key(|one| (one.need_id, one.capacity_id));
        rows.foreseen.sort_unstable_by_key(|one| one.need.id);
        let mut rules: BTreeMap<ServiceId, Vec<Rule>> = grouped(rows.rules);
        let mut coverage: BTreeMap<ServiceId, BTreeSet<AreaId>> = grouped(rows.coverage);
        let mut lines = Vec::with_capacity(rows.capacities.len());
        let mut capacities = rows.capacities.into_iter().peekable();
        let mut offers = Vec::with_capacity(rows.services.len());
        for (offer, service) in rows.services.into_iter().enumerate() {
            let first = lines.len();
            while let Some(capacity) = capacities.next_if(|line| line.service_id <= service.id) {
                if capacity.service_id == service.id {
                    lines.push(Line { offer, capacity });
                }
            }
            offers.push(Offer {
                lines: first..lines.len(),
                rules: rules.remove(&service.id).unwrap_or_default(),
                coverage: coverage.remove(&service.id).unwrap_or_default(),
                service,
            });
        }
        Self {
            now: rows.now,
            needs: rows.needs,
            offers,
            lines,
            units: rows.units.into_iter().map(|unit| (unit.id, unit)).collect(),
            unit_capacities: rows.unit_capacities,
            check_ins: grouped(rows.check_ins),
            areas: rows.areas.into_iter().collect(),
            categories: rows.categories.into_iter().collect(),
            directives: rows.directives,
            joined: rows.joined.into_iter().collect(),
            suggested: rows.suggested,
            communities: rows.communities.into_iter().collect(),
            reached: rows.reached.into_iter().collect(),
            foreseen: rows.foreseen,
            foreseen_areas: rows.foreseen_areas.into_iter().collect(),
        }
    }

    /// The area whose middle stands for where a need arises: its own, or the nearest above it of which that is known. The
    /// street is the last: the middle of a whole district says nothing of how far anybody has to go.
    #[must_use]
    pub fn placed(&self, area: AreaId) -> Option<&Area> {
        let within = self.areas.upwards(area).take_while(|area| area.street_id.is_some());
        let mut within = within;
        within.find(|area| area.place.known().is_some())
    }

    /// How many people so much of a category reaches, from what was delivered so far: `None` where nothing was. What is
    /// counted in people is so many.
    #[must_use]
    pub fn people(&self, category: CategoryId, measure: Measure, quantity: i64) -> Option<i64> {
        if matches!(measure, Measure::Visits | Measure::Seats | Measure::People) {
            return Some(quantity);
        }
        let reached = self.reached.get(&(category, measure))?;
        Some(quantity.saturating_mul(reached.people) / reached.quantity.max(1))
    }

    /// A need of this world, as it is or with another quantity, and one of its services, with all that decides whether
    /// they may go together.
    #[must_use]
    pub fn pair<'p>(
        &'p self,
        need: &'p Need,
        offer: usize,
        is_forbidden: bool,
        joined: &'p [CapacityId],
    ) -> Pair<'p> {
        let Offer { service, rules, coverage, .. } = &self.offers[offer];
        let around =
            |areas: &BTreeSet<AreaId>| self.areas.upwards(need.area_id).any(|area| areas.contains(&area.id));
        Pair {
            now: self.now,
            need,
            service,
            rules,
            is_of_category: self.categories.steps_up(need.category_id, service.category_id).is_some(),
            is_covered: around(coverage),
            is_checked_in: self.check_ins.get(&service.unit_id).is_some_and(around),
            is_forbidden,
            joined,
        }
    }

    /// The service that a line of capacity belongs to.
    #[must_use]
    pub fn offer_of(&self, line: usize) -> &Offer {
        &self.offers[self.lines[line].offer]
    }
}

/// The rows that a world was made of.
impl From<World> for Snapshot {
    fn from(world: World) -> Self {
        let mut rows = Self {
            now: world.now,
            needs: world.needs,
            capacities: world.lines.into_iter().map(|line| line.capacity).collect(),
            units: world.units.into_values().collect(),
            unit_capacities: world.unit_capacities,
            check_ins: flattened(world.check_ins),
            areas: world.areas.into_nodes().collect(),
            categories: world.categories.into_nodes().collect(),
            directives: world.directives,
            joined: world.joined.into_iter().collect(),
            suggested: world.suggested,
            communities: world.communities.into_iter().collect(),
            reached: world.reached.into_iter().collect(),
            foreseen: world.foreseen,
            foreseen_areas: world.foreseen_areas.into_nodes().collect(),
            ..Self::default()
        };
        for offer in world.offers {
            let id = offer.service.id;
            rows.rules.extend(offer.rules.into_iter().map(|rule| (id, rule)));
            rows.coverage.extend(offer.coverage.into_iter().map(|area| (id, area)));
            rows.services.push(offer.service);
        }
        rows
    }
}

fn flattened<K: Copy, V>(groups: BTreeMap<K, BTreeSet<V>>) -> Vec<(K, V)> {
    groups.into_iter().flat_map(|(key, values)| values.into_iter().map(move |value| (key, value))).collect()
}

fn grouped<K: Ord, V, G: Default + Extend<V>>(rows: Vec<(K, V)>) -> BTreeMap<K, G> {
    let mut groups: BTreeMap<K, G> = BTreeMap::new();
    for (key, value) in rows {
        groups.entry(key).or_default().extend([value]);
    }
    groups
}

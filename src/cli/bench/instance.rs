//! Made-up instances of the assignment alone, from a street to a metropolis, the same for the same seed: what is asked
//! of every solver side by side. They have the structure of a hub's (trees of categories and areas, places, weeks,
//! groups, scarce and idle services) with finer costs and penalties than a hub's scores.

pub mod file;
mod pairs;

use super::random::{Random, mix};
use crate::matching::assign::{Demand, NONE, Pair, Problem, Supply};
use pairs::{Best, Shelves};
use std::time::Duration;

/// Branches of the tree of categories at each level.
const TOPS: u32 = 6;
const MIDS: u32 = 5;
const LEAVES: u32 = 4;
const ALL_LEAVES: u32 = TOPS * MIDS * LEAVES;
/// Communities of a street.
const COMMUNITIES: u32 = 8;
/// Weeks in which something is offered or wanted, a bit each.
const WEEKS: u32 = 12;

/// How large an instance is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    pub needs: u32,
    pub services: u32,
    pub districts: u32,
    pub streets: u32,
    /// Candidates of each need.
    pub kept: usize,
}

/// A place in metres.
#[derive(Debug, Clone, Copy)]
struct Spot {
    x: i32,
    y: i32,
}

/// The areas, numbered from the city down.
struct Areas {
    size: Size,
    centres: Vec<Spot>,
    /// By community: how much is asked for there.
    pressure: Vec<u32>,
}

struct Service {
    category: u32,
    area: u32,
    /// The district that it is at home in, wherever it reaches.
    home: u32,
    spot: Spot,
    groups: u8,
    weeks: u16,
    quality: i32,
    most_per_need: u32,
    capacity: u32,
}

struct Need {
    leaf: u32,
    community: u32,
    spot: Spot,
    groups: u8,
    weeks: u16,
    quantity: u32,
    penalty: i32,
}

/// An instance, and what looking for its pairs took.
pub struct Instance {
    pub problem: Problem,
    pub pairs_cpu: Duration,
}

/// Makes an instance.
pub fn build(size: Size, seed: u64) -> Instance {
    build_year(size, seed, 0)
}

/// Makes an instance of the same places and services in another year: other needs of the same kind.
pub fn build_year(size: Size, seed: u64, year: u32) -> Instance {
    let mut random = Random::new(seed);
    let areas = Areas::new(size, &mut random);
    let services: Vec<Service> = (0..size.services).map(|_| service(&areas, &mut random)).collect();
    if year > 0 {
        random = Random::new(mix(seed ^ mix(year.into())));
    }
    let needs: Vec<Need> = (0..size.needs).map(|_| need(&areas, &mut random)).collect();
    let started = super::measure::cpu();
    let demand = |need: &Need| Demand { quantity: need.quantity, penalty: need.penalty, group: NONE };
    let supply = |service: &Service| Supply { capacity: service.capacity, pool: NONE };
    // No two needs of any years stand at the same place, or they would be alike to the same services.
    let first = u64::from(year) * u64::from(size.needs);
    let (pairs, ends) = best_pairs(&areas, &services, &needs, first);
    let problem = Problem {
        demands: needs.iter().map(demand).collect(),
        supplies: services.iter().map(supply).collect(),
        pairs,
        ends,
        ..Problem::default()
    };
    Instance { problem, pairs_cpu: super::measure::cpu().saturating_sub(started) }
}

/// The best pairs of all needs, and where those of each end.
fn best_pairs(areas: &Areas, services: &[Service], needs: &[Need], first: u64) -> (Vec<Pair>, Vec<u32>) {
    let kept = areas.size.kept;
    let shelves = Shelves::new(areas, services);
    // Neighbours look at the same shelves, so they come one after the other; each has its pairs in a row of its own.
    let mut order: Vec<usize> = (0..needs.len()).collect();
    order.sort_unstable_by_key(|place| (needs[*place].community, needs[*place].leaf, *place));
    let mut pairs = vec![Pair { supply: 0, cost: 0, at_most: 0 }; needs.len() * kept];
    let mut counts = vec![0; needs.len()];
    let mut best = Best::new(kept);
    for place in order {
        let need = &needs[place];
        shelves.look(areas, need, first + place as u64, &mut best);
        let found = best.pairs();
        counts[place] = found.len();
        for (pair, (supply, score)) in pairs[place * kept..].iter_mut().zip(found) {
            let Service { most_per_need, capacity, .. } = services[supply as usize];
            let at_most = need.quantity.min(most_per_need).min(capacity);
            *pair = Pair { supply, cost: pairs::MOST - score, at_most };
        }
    }
    let mut end = 0;
    let ends = counts.iter().enumerate().map(|(place, count)| {
        pairs.copy_within(place * kept..place * kept + count, end);
        end += count;
        u32::try_from(end).unwrap_or(u32::MAX)
    });
    let ends = ends.collect();
    pairs.truncate(end);
    (pairs, ends)
}

/// The category nodes: all, then tops, then mids, then leaves.
fn categories_of(leaf: u32) -> [u32; 4] {
    let (mid, top) = (leaf / LEAVES, leaf / (MIDS * LEAVES));
    [1 + TOPS + TOPS * MIDS + leaf, 1 + TOPS + mid, 1 + top, 0]
}

impl Areas {
    fn new(size: Size, random: &mut Random) -> Self {
        let communities = size.districts * size.streets * COMMUNITIES;
        // Districts lie on a grid of 10 km, their streets on one of 2.5 km, communities anywhere in these.
        let centre = |community: u32| {
            let (district, street) =
                (community / (COMMUNITIES * size.streets), community / COMMUNITIES % size.streets);
            let at = |far: u32, near: u32| (far * 10_000 + near * 2_500).cast_signed();
            (at(district % 8, street % 4), at(district / 8, street / 4))
        };
        let centres =
            (0..communities).map(centre).map(|(x, y)| Spot { x, y }.scattered(random, 2_500)).collect();
        let pressure = (0..communities).map(|_| random.between(40, 160)).collect();
        Self { size, centres, pressure }
    }

    /// Community, street, district, city.
    fn upwards(&self, community: u32) -> [u32; 4] {
        let Size { districts, streets, .. } = self.size;
        let street = community / COMMUNITIES;
        [1 + districts + districts * streets + community, 1 + districts + street, 1 + street / streets, 0]
    }

    /// How many areas there are.
    fn count(&self) -> u32 {
        let Size { districts, streets, .. } = self.size;
        1 + districts + districts * streets * (1 + COMMUNITIES)
    }

    fn any(&self, random: &mut Random) -> u32 {
        random.below(u32::try_from(self.centres.len()).unwrap_or(u32::MAX))
    }
}

impl Spot {
    /// Somewhere from here to so many metres further.
    fn scattered(self, random: &mut Random, metres: u32) -> Self {
        let mut shift = || random.below(metres).cast_signed();
        Self { x: self.x + shift(), y: self.y + shift() }
    }
}

fn weeks(random: &mut Random, least: u32, most: u32) -> u16 {
    let (first, count) = (random.below(WEEKS), random.between(least, most));
    (0..count).fold(0, |weeks, week| weeks | 1 << ((first + week) % WEEKS))
}

fn service(areas: &Areas, random: &mut Random) -> Service {
    let categories = categories_of(random.below(ALL_LEAVES));
    let community = areas.any(random);
    let category = match random.below(100) {
        0..=39 => categories[0],
        40..=74 => categories[1],
        75..=94 => categories[2],
        _ => categories[3],
    };
    let up = areas.upwards(community);
    let area = match random.below(100) {
        0..=19 => up[0],
        20..=59 => up[1],
        60..=94 => up[2],
        _ => up[3],
    };
    let capacity = match random.below(10) {
        0..=5 => random.between(5, 30),
        6..=8 => random.between(30, 120),
        _ => random.between(120, 600),
    };
    let for_all = random.below(3) == 0;
    Service {
        category,
        area,
        home: up[2],
        spot: areas.centres[community as usize].scattered(random, 1_000),
        groups: if for_all { u8::MAX } else { u8::try_from(random.between(1, 255)).unwrap_or(u8::MAX) },
        weeks: weeks(random, 3, WEEKS),
        quality: (random.below(15_001) / 100 * 100).cast_signed(),
        most_per_need: match random.below(10) {
            0 => 2,
            1 => 5,
            2 => 10,
            3 => 50,
            _ => u32::MAX,
        },
        capacity: (capacity * 9 / 10).max(1),
    }
}

fn need(areas: &Areas, random: &mut Random) -> Need {
    let community = loop {
        let community = areas.any(random);
        if random.below(160) < areas.pressure[community as usize] {
            break community;
        }
    };
    let urgency = match random.below(10) {
        0 => 4,
        1..=3 => 2,
        _ => 1,
    };
    let equity = 100 + (areas.pressure[community as usize].cast_signed() - 40) / 3;
    let group = |random: &mut Random| 1 << random.below(8);
    Need {
        // 37 has no factor in common with the number of leaves, so the likely ones lie all over the tree.
        leaf: random.skewed(ALL_LEAVES) * 37 % ALL_LEAVES,
        community,
        spot: areas.centres[community as usize].scattered(random, 600),
        groups: group(random) | if random.below(4) == 0 { group(random) } else { 0 },
        weeks: weeks(random, 1, 6),
        quantity: match random.below(100) {
            0..=74 => random.between(1, 3),
            75..=96 => random.between(4, 20),
            _ => random.between(21, 100),
        },
        penalty: 120_000 * urgency / 100 * equity,
    }
}

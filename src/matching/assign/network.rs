//! The problem in the one order that its keys give it, with costs in which ties are settled.

use std::ops::Range;

use super::problem::{Demand, Problem, Supply};

/// A cost with its tie below it: `cost * 2^64 + tie`.
///
/// An answer is cheapest when no simple cycle of changes makes it cheaper. A cycle has at most `MAX_NODES`
/// arcs, so its ties sum to less than 2^22 * 2^40: they choose between equal costs and never outweigh a
/// difference of one. The costs of a path stay below 2^22 * `MAX_COST` < 2^52, for which an `i128` has ample
/// room.
pub(super) type Weight = i128;

const SCALE_BITS: u32 = 64;
const TIE_BITS: u32 = 40;

/// A cost that has no tie: that of a unit left unmet.
pub(super) fn untied(cost: i64) -> Weight {
    Weight::from(cost) << SCALE_BITS
}

/// The cost of a path without its tie, which may be negative and is below 2^62 either way.
pub(super) fn rounded(weight: Weight) -> i64 {
    let half = 1 << (SCALE_BITS - 1);
    ((weight + half) >> SCALE_BITS) as i64
}

/// What settles a tie between pairs, from the digests of their keys.
pub(super) fn tie(demand_digest: u64, supply_digest: u64) -> u64 {
    // Turning one of the two keeps them from cancelling out where a demand and a supply have the same key.
    mix(demand_digest ^ supply_digest.rotate_left(32)) >> (u64::BITS - TIE_BITS)
}

/// A hash of a key, the same on every machine and in every version.
pub(super) fn digest(key: u128) -> u64 {
    // FNV-1a: its offset basis and its prime.
    let folded = key
        .to_be_bytes()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    mix(folded)
}

/// The finishing steps of `SplitMix64`: every bit of the input sways every bit of the output.
fn mix(bits: u64) -> u64 {
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// Items in the order of their keys, which remember where they stood.
pub(super) struct Sorted<T> {
    pub items: Vec<T>,
    places: Vec<usize>,
}

impl<T> Sorted<T> {
    fn new<K: Ord>(items: impl Iterator<Item = T>, key: impl Fn(&T) -> K) -> Self {
        let mut keyed: Vec<(T, usize)> = items.zip(0..).collect();
        keyed.sort_unstable_by_key(|(item, _)| key(item));
        let (items, places) = keyed.into_iter().unzip();
        Self { items, places }
    }

    /// Values given item by item, put back to where the items stood.
    pub fn restore<V: Copy + Default>(&self, values: &[V]) -> Vec<V> {
        let mut restored = vec![V::default(); self.places.len()];
        for (&place, &value) in self.places.iter().zip(values) {
            restored[place] = value;
        }
        restored
    }

    /// For each place where an item stood, its number now, counted from `first`.
    fn numbers(&self, first: usize) -> Vec<u32> {
        let numbers: Vec<u32> = (0..).skip(first).take(self.places.len()).collect();
        self.restore(&numbers)
    }
}

/// A pair between two nodes, kept small because searches read little else.
pub(super) struct Arc {
    pub weight: Weight,
    pub at_most: u32,
    demand: u32,
    supply: u32,
}

impl Arc {
    /// The node of its demand.
    pub fn demand(&self) -> usize {
        self.demand as usize
    }

    /// The node of its supply.
    pub fn supply(&self) -> usize {
        self.supply as usize
    }
}

/// A graph whose nodes are the demands by key, then the supplies by key. Its arcs stand by demand, then by
/// supply.
pub(super) struct Network {
    pub demands: Sorted<Demand>,
    pub supplies: Sorted<Supply>,
    pub arcs: Sorted<Arc>,
    first_arcs: Vec<usize>,
}

impl Network {
    /// `problem` must have passed its check.
    pub fn new(problem: &Problem) -> Self {
        let demands = Sorted::new(problem.demands.iter().copied(), |demand| demand.key);
        let supplies = Sorted::new(problem.supplies.iter().copied(), |supply| supply.key);
        let arcs = sorted_arcs(problem, &demands, &supplies);
        let first_arcs = first_arcs(&arcs.items, demands.items.len());
        Self { demands, supplies, arcs, first_arcs }
    }

    pub fn nodes(&self) -> usize {
        self.demands.items.len() + self.supplies.items.len()
    }

    /// The place of a node among the supplies, if it is one.
    pub fn supply_at(&self, node: usize) -> Option<usize> {
        node.checked_sub(self.demands.items.len())
    }

    /// The numbers of the arcs that leave a demand.
    pub fn arcs_of(&self, demand: usize) -> Range<usize> {
        self.first_arcs[demand]..self.first_arcs[demand + 1]
    }
}

fn sorted_arcs(problem: &Problem, demands: &Sorted<Demand>, supplies: &Sorted<Supply>) -> Sorted<Arc> {
    let demand_nodes = demands.numbers(0);
    let supply_nodes = supplies.numbers(demands.items.len());
    let demand_digests: Vec<u64> = problem.demands.iter().map(|demand| digest(demand.key)).collect();
    let supply_digests: Vec<u64> = problem.supplies.iter().map(|supply| digest(supply.key)).collect();
    let arcs = problem.pairs.iter().map(|pair| {
        let (demand, supply) = (pair.demand as usize, pair.supply as usize);
        let tie = tie(demand_digests[demand], supply_digests[supply]);
        Arc {
            weight: untied(pair.cost) + Weight::from(tie),
            at_most: pair.at_most,
            demand: demand_nodes[demand],
            supply: supply_nodes[supply],
        }
    });
    Sorted::new(arcs, |arc| (arc.demand, arc.supply))
}

/// Where the arcs of each demand begin, and after the last demand, where they end.
fn first_arcs(arcs: &[Arc], demands: usize) -> Vec<usize> {
    let mut firsts = vec![0; demands + 1];
    for arc in arcs {
        firsts[arc.demand() + 1] += 1;
    }
    for demand in 0..demands {
        firsts[demand + 1] += firsts[demand];
    }
    firsts
}

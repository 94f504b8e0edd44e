//! What never changes: which node stands where, and what leads to it.

use std::ops::Range;

use crate::matching::assign::{NONE, Problem};

/// Nodes are the demands, then the supplies, then the pools, then the groups: so what lies above a node has a
/// higher number, and units on their way out go from lower to higher.
pub(super) struct Topology {
    /// The first supply, the first pool, the first group.
    pub starts: [usize; 3],
    nodes: usize,
    ends: Vec<u32>,
    /// The demand of each pair.
    pub demand_of: Vec<u32>,
    parts: Lists<u32>,
    members: Lists<u32>,
}

impl Topology {
    pub fn new(problem: &Problem) -> Self {
        let supplies = problem.demands.len();
        let pools = supplies + problem.supplies.len();
        let groups = pools + problem.pools.len();
        let demand_of = demand_of(problem);
        let parts = (0..).zip(&problem.supplies).map(|(number, supply)| (supply.pool, number));
        let members = (0..).zip(&problem.demands).map(|(number, demand)| (demand.group, number));
        Self {
            starts: [supplies, pools, groups],
            nodes: groups + problem.groups.len(),
            ends: problem.ends.clone(),
            parts: Lists::new(problem.pools.len(), parts),
            members: Lists::new(problem.groups.len(), members),
            demand_of,
        }
    }

    pub fn nodes(&self) -> usize {
        self.nodes
    }

    pub fn supply(&self, supply: usize) -> usize {
        self.starts[0] + supply
    }

    pub fn pool(&self, pool: usize) -> usize {
        self.starts[1] + pool
    }

    pub fn group(&self, group: usize) -> usize {
        self.starts[2] + group
    }

    /// The pairs of a demand.
    pub fn row(&self, demand: usize) -> Range<usize> {
        let start = demand.checked_sub(1).map_or(0, |before| self.ends[before]);
        start as usize..self.ends[demand] as usize
    }

    /// The supplies of a pool.
    pub fn parts_of(&self, pool: usize) -> &[u32] {
        self.parts.of(pool)
    }

    /// The demands of a group.
    pub fn members_of(&self, group: usize) -> &[u32] {
        self.members.of(group)
    }
}

/// A node, a pair or a place among them, in the size in which many are kept.
#[expect(clippy::cast_possible_truncation, reason = "a checked problem has fewer than 2^30 nodes and pairs")]
#[inline]
pub(super) fn number(index: usize) -> u32 {
    index as u32
}

fn demand_of(problem: &Problem) -> Vec<u32> {
    let mut owners = Vec::with_capacity(problem.pairs.len());
    for (demand, &end) in (0..).zip(&problem.ends) {
        owners.resize(end as usize, demand);
    }
    owners
}

/// One list for each of many owners, all in one piece of memory.
struct Lists<T> {
    ends: Vec<u32>,
    items: Vec<T>,
}

impl<T: Copy> Lists<T> {
    /// Items that name no owner are left out.
    fn new(owners: usize, items: impl Iterator<Item = (u32, T)>) -> Self {
        let mut owned: Vec<(u32, T)> = items.filter(|(owner, _)| *owner != NONE).collect();
        owned.sort_by_key(|(owner, _)| *owner);
        let mut ends = vec![0; owners];
        for (owner, _) in &owned {
            ends[*owner as usize] += 1;
        }
        let mut end = 0;
        for count in &mut ends {
            end += *count;
            *count = end;
        }
        Self { ends, items: owned.into_iter().map(|(_, item)| item).collect() }
    }

    fn of(&self, owner: usize) -> &[T] {
        let start = owner.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.items[start as usize..self.ends[owner] as usize]
    }
}

//! The problem as the solver walks it: only what can matter, each demand's pairs with the cheapest first.
//!
//! Every node but the root has an own arc that leads up, and every pair is an arc from a demand to a supply:
//!
//! ```text
//! demand -> supply -> pool -> root     and, for what stays unmet,     demand -> group -> root
//! ```
//!
//! Without a pool or a group the arc leads to the root straight. Prices are never negative, so a scan of a row
//! can stop where the cost alone is too high. A pair that costs no less than leaving the demand unmet, or that
//! can carry nothing, is left out: an arc without room could be exchanged for another one for ever.

use super::problem::{Group, NONE, Pair, Problem, Step};

/// A pair of a demand.
#[derive(Clone, Copy)]
pub(super) struct Arc {
    /// The supply, and the marks in its top bits.
    head: u32,
    pub(super) cost: i32,
}

impl Arc {
    /// It serves at the most less than the demand asks for.
    const LIMITED: u32 = 1 << 30;
    /// It serves all it may, and is not in the tree.
    const FULL: u32 = 1 << 31;

    pub(super) fn supply(self) -> usize {
        (self.head & !(Self::LIMITED | Self::FULL)) as usize
    }

    pub(super) fn is_limited(self) -> bool {
        self.head & Self::LIMITED != 0
    }

    pub(super) fn is_full(self) -> bool {
        self.head & Self::FULL != 0
    }

    pub(super) fn set_full(&mut self, full: bool) {
        self.head = if full { self.head | Self::FULL } else { self.head & !Self::FULL };
    }
}

/// Where a demand's arcs begin, and how many of them must be looked at whatever they cost: those up to the last
/// that was ever full.
#[derive(Clone, Copy)]
pub(super) struct Row {
    start: u32,
    pub(super) must: u32,
}

pub(super) struct Network<'p> {
    pub(super) problem: &'p Problem,
    rows: Vec<Row>,
    pub(super) arcs: Vec<Arc>,
    /// By arc, how many units it may carry; of no meaning unless the arc is limited.
    pub(super) most: Vec<u32>,
    /// By group, its steps that hold any units.
    steps: Vec<Vec<Step>>,
    /// Whether a supply or pool without capacity made pairs unusable.
    pub(super) has_closed: bool,
}

impl<'p> Network<'p> {
    pub(super) fn new(problem: &'p Problem) -> Self {
        let mut network = Self {
            problem,
            rows: Vec::with_capacity(problem.demands.len() + 1),
            arcs: Vec::with_capacity(problem.pairs.len()),
            most: Vec::with_capacity(problem.pairs.len()),
            steps: problem.groups.iter().map(filled).collect(),
            has_closed: false,
        };
        let mut row = Vec::new();
        for demand in 0..problem.demands.len() {
            network.rows.push(Row { start: id(network.arcs.len()), must: 0 });
            network.add_row(demand, &mut row);
        }
        network.rows.push(Row { start: id(network.arcs.len()), must: 0 });
        network
    }

    fn add_row(&mut self, demand: usize, row: &mut Vec<(u64, u32)>) {
        let asked = &self.problem.demands[demand];
        let worst = self.problem.worst(asked);
        row.clear();
        for pair in &self.problem.pairs[self.problem.row(demand)] {
            if pair.at_most == 0 || pair.cost >= worst {
                continue;
            }
            if self.is_closed(pair.supply as usize) {
                self.has_closed = true;
            } else {
                row.push((key(pair), pair.at_most));
            }
        }
        if asked.quantity == 0 {
            return;
        }
        row.sort_unstable();
        for &(key, at_most) in &*row {
            let limited = if at_most < asked.quantity { Arc::LIMITED } else { 0 };
            let (cost, supply) = unkey(key);
            self.arcs.push(Arc { head: supply | limited, cost });
            self.most.push(at_most);
        }
    }

    /// Whether a supply, or its pool, can give nothing.
    pub(super) fn is_closed(&self, supply: usize) -> bool {
        let supply = &self.problem.supplies[supply];
        supply.capacity == 0
            || self.problem.pools.get(supply.pool as usize).is_some_and(|pool| pool.capacity == 0)
    }

    pub(super) fn row(&self, demand: usize) -> std::ops::Range<usize> {
        self.rows[demand].start as usize..self.rows[demand + 1].start as usize
    }

    pub(super) fn must(&self, demand: usize) -> usize {
        self.rows[demand].must as usize
    }

    /// Marks an arc of a demand as full and not in the tree.
    pub(super) fn fill(&mut self, demand: usize, arc: usize) {
        self.arcs[arc].set_full(true);
        let row = &mut self.rows[demand];
        row.must = row.must.max(id(arc) - row.start + 1);
    }

    pub(super) fn demands(&self) -> usize {
        self.problem.demands.len()
    }

    pub(super) fn supplies(&self) -> usize {
        self.problem.supplies.len()
    }

    pub(super) fn supply_node(&self, supply: usize) -> usize {
        self.demands() + supply
    }

    pub(super) fn pool_node(&self, pool: usize) -> usize {
        self.demands() + self.supplies() + pool
    }

    pub(super) fn group_node(&self, group: usize) -> usize {
        self.demands() + self.supplies() + self.problem.pools.len() + group
    }

    pub(super) fn root(&self) -> usize {
        self.group_node(self.problem.groups.len())
    }

    /// The units that the own arc of a supply or pool carries at the most.
    pub(super) fn capacity(&self, node: usize) -> u32 {
        match node.checked_sub(self.pool_node(0)) {
            Some(pool) => self.problem.pools[pool].capacity,
            None => self.problem.supplies[node - self.demands()].capacity,
        }
    }

    /// The units of a step of a group and the cost of each. Beyond the last step its cost goes on, in steps that
    /// hold as much as a step can.
    pub(super) fn step(&self, group: usize, step: usize) -> (u32, i64) {
        let last = self.problem.groups[group].steps.last();
        self.steps[group].get(step).map_or_else(
            || (u32::MAX, last.map_or(0, |step| i64::from(step.cost))),
            |step| (step.units, i64::from(step.cost)),
        )
    }

    /// Where the own arc of a node leads.
    pub(super) fn above(&self, node: usize) -> usize {
        if let Some(demand) = self.problem.demands.get(node) {
            if demand.group == NONE { self.root() } else { self.group_node(demand.group as usize) }
        } else if let Some(supply) = self.problem.supplies.get(node - self.demands()) {
            if supply.pool == NONE { self.root() } else { self.pool_node(supply.pool as usize) }
        } else {
            self.root()
        }
    }
}

/// The steps that hold any units.
fn filled(group: &Group) -> Vec<Step> {
    group.steps.iter().copied().filter(|step| step.units > 0).collect()
}

/// Orders pairs by their cost, then by their supply. Costs are not negative.
fn key(pair: &Pair) -> u64 {
    u64::from(pair.cost.unsigned_abs()) << 32 | u64::from(pair.supply)
}

#[expect(clippy::cast_possible_truncation, reason = "each half was put there by `key`")]
#[expect(clippy::cast_possible_wrap, reason = "a cost is far below 2^31")]
fn unkey(key: u64) -> (i32, u32) {
    ((key >> 32) as i32, key as u32)
}

/// A place as a number of 32 bits.
#[expect(clippy::cast_possible_truncation, reason = "a checked problem has fewer than 2^30 pairs and nodes")]
pub(super) fn id(place: usize) -> u32 {
    place as u32
}

impl Network<'_> {
    /// What leaving a unit of a demand unmet costs, if its group is still at its first step.
    pub(super) fn penalty_guess(&self, demand: usize) -> i32 {
        let demand = &self.problem.demands[demand];
        let group = self.problem.groups.get(demand.group as usize);
        demand.penalty + group.and_then(|group| group.steps.first()).map_or(0, |step| step.cost)
    }

    /// About a twentieth of what is at stake for a demand on average. Smaller, an auction takes longer; larger,
    /// it leaves more to do.
    pub(super) fn raise(&self) -> i32 {
        let mut stake = 0_i64;
        let mut stakes = 0_i64;
        for (demand, asked) in self.problem.demands.iter().enumerate() {
            let row = self.row(demand);
            if !row.is_empty() {
                stake += i64::from(self.problem.worst(asked) - self.arcs[row.start].cost);
                stakes += 1;
            }
        }
        let part = (stake / (stakes.max(1) * PARTS)).max(1);
        i32::try_from(part).unwrap_or(i32::MAX)
    }
}

const PARTS: i64 = 20;

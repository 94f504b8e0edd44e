//! A flow in the making, the changes that it allows, and the prices that go with it.

use std::collections::BTreeSet;

use super::network::{Network, Weight, untied};

/// A flow and its prices.
///
/// The prices respect every change that is possible: none has a negative reduced cost, which is its cost,
/// plus the price of where it leads, minus the price of where it starts. A supply with units to spare has the
/// price 0.
pub(super) struct Flow<'a> {
    pub network: &'a Network,
    /// Units on each arc.
    pub served: Vec<u32>,
    /// Units left unmet of each demand.
    pub unmet: Vec<u32>,
    /// Units left over of each supply.
    pub spare: Vec<u32>,
    /// The price of each node.
    pub prices: Vec<Weight>,
    /// For each supply, the arcs that take from it.
    takers: Vec<BTreeSet<usize>>,
}

impl<'a> Flow<'a> {
    /// The flow in which nothing is served yet, nor counted as unmet.
    pub fn new(network: &'a Network) -> Self {
        let supplies = &network.supplies.items;
        Self {
            network,
            served: vec![0; network.arcs.items.len()],
            unmet: vec![0; network.demands.items.len()],
            spare: supplies.iter().map(|supply| supply.capacity).collect(),
            prices: vec![0; network.nodes()],
            takers: vec![BTreeSet::new(); supplies.len()],
        }
    }

    /// Visits the changes possible at a node: where each leads, its reduced cost, and its arc.
    ///
    /// A demand can take more from a supply; a supply can take back what it gave to a demand.
    pub fn each_change(&self, node: usize, mut visit: impl FnMut(usize, Weight, usize)) {
        let price = self.prices[node];
        if let Some(supply) = self.network.supply_at(node) {
            for &number in &self.takers[supply] {
                let arc = &self.network.arcs.items[number];
                visit(arc.demand(), self.prices[arc.demand()] - arc.weight - price, number);
            }
        } else {
            for number in self.network.arcs_of(node) {
                let arc = &self.network.arcs.items[number];
                if self.served[number] < arc.at_most {
                    visit(arc.supply(), self.prices[arc.supply()] + arc.weight - price, number);
                }
            }
        }
    }

    /// The reduced cost of ending a path at a node, if that is possible: a demand can leave a unit unmet, a
    /// supply can use one that it has to spare.
    pub fn exit_cost(&self, node: usize) -> Option<Weight> {
        match self.network.supply_at(node) {
            None => Some(untied(self.network.demands.items[node].penalty) - self.prices[node]),
            Some(supply) => (self.spare[supply] > 0).then_some(-self.prices[node]),
        }
    }

    /// How many units the end of a path can take; without limit if they are left unmet.
    pub fn exit_room(&self, node: usize) -> u32 {
        self.network.supply_at(node).map_or(u32::MAX, |supply| self.spare[supply])
    }

    /// How many units can change along an arc that leads to `node`.
    pub fn change_room(&self, number: usize, node: usize) -> u32 {
        let arc = &self.network.arcs.items[number];
        if node == arc.supply() { arc.at_most - self.served[number] } else { self.served[number] }
    }

    /// Ends `units` at a node.
    pub fn exit(&mut self, node: usize, units: u32) {
        match self.network.supply_at(node) {
            None => self.unmet[node] += units,
            Some(supply) => self.spare[supply] -= units,
        }
    }

    /// Changes `units` along an arc that leads to `node`.
    pub fn change(&mut self, number: usize, node: usize, units: u32) {
        let arc = &self.network.arcs.items[number];
        let takers = &mut self.takers[arc.supply() - self.network.demands.items.len()];
        if node == arc.supply() {
            self.served[number] += units;
            takers.insert(number);
        } else {
            self.served[number] -= units;
            if self.served[number] == 0 {
                takers.remove(&number);
            }
        }
    }
}

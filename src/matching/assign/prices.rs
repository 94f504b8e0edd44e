//! The lowest prices of an optimum, which are the same for every optimum of a problem.

use std::{cmp::Reverse, collections::BinaryHeap};

use super::{
    flow::Flow,
    network::{Weight, rounded},
};

/// The lowest prices that are optimal and not negative, in the problem's own costs, node by node.
///
/// What holds a price up is a unit left unmet, whose penalty the demand's price cannot leave; or zero; or the
/// price of another node, through a possible change. How far each can fall is the length of the shortest way
/// from what holds it up, in reduced costs.
pub(super) fn lowest(flow: &Flow) -> Vec<i64> {
    let mut falls: Vec<Weight> = (0..flow.network.nodes()).map(|node| own_fall(flow, node)).collect();
    let mut frontier: BinaryHeap<_> = falls.iter().copied().zip(0..).map(Reverse).collect();
    while let Some(Reverse((fall, node))) = frontier.pop() {
        if fall > falls[node] {
            continue;
        }
        flow.each_change(node, |held, slack, _| {
            if fall + slack < falls[held] {
                falls[held] = fall + slack;
                frontier.push(Reverse((fall + slack, held)));
            }
        });
    }
    flow.prices.iter().zip(falls).map(|(price, fall)| rounded(price - fall)).collect()
}

/// How far the price of a node could fall if there were no other nodes.
fn own_fall(flow: &Flow, node: usize) -> Weight {
    if flow.unmet.get(node).is_some_and(|&units| units > 0) { 0 } else { flow.prices[node] }
}

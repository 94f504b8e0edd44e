//! What units can do in all, as the solver takes it: a capacity above the lines of their services.

use super::{Pins, units};
use crate::matching::assign::{NONE, Pool};
use crate::matching::index::short;
use crate::matching::world::{Line, World};

/// By line the place of its pool, and the pools: what pins leave of each line that a unit has laid down.
///
/// Where a line reaches into several windows of its unit, the one with the most left counts for all of it: never more
/// than a claim could have.
pub(super) fn pools(world: &World, pins: &Pins) -> (Vec<u32>, Vec<Pool>) {
    if world.unit_capacities.is_empty() {
        return (vec![NONE; world.lines.len()], Vec::new());
    }
    let of_lines: Vec<u32> = world.lines.iter().map(|line| pool_of(world, line)).collect();
    let mut left: Vec<i64> = world.unit_capacities.iter().map(|line| line.left().max(0)).collect();
    for (place, pool) in of_lines.iter().enumerate() {
        if let Some(left) = left.get_mut(*pool as usize) {
            *left -= world.lines[place].capacity.left().max(0) - pins.lines[place];
        }
    }
    (of_lines, left.into_iter().map(|left| Pool { capacity: units(left) }).collect())
}

fn pool_of(world: &World, line: &Line) -> u32 {
    let (unit, line) = (world.offers[line.offer].service.unit_id, &line.capacity);
    let first = world.unit_capacities.partition_point(|one| one.unit_id < unit);
    let own = world.unit_capacities.iter().enumerate().skip(first).take_while(|(_, one)| one.unit_id == unit);
    let fitting = own.filter(|(_, one)| {
        one.measure == line.measure && one.starts_at < line.ends_at && line.starts_at < one.ends_at
    });
    // Of equals the first.
    let most = fitting.max_by_key(|(place, one)| (one.left(), std::cmp::Reverse(*place)));
    most.map_or(NONE, |(place, _)| short(place))
}

//! Communities whose unmet quantity costs more the larger its share: the dial of fairness, as the solver takes it.

use super::{Pins, penalty, units};
use crate::domain::id::AreaId;
use crate::domain::need::Urgency;
use crate::domain::service::Measure;
use crate::matching::assign::{Group, NONE, Step};
use crate::matching::fairness::place;
use crate::matching::index::short;
use crate::matching::settings::Fairness;
use crate::matching::world::World;
use std::collections::BTreeMap;

/// Into how many bands the unmet quantity of a community is divided.
const BANDS: u32 = 4;

/// By need the place of its group, and the groups: what a community asks for in one measure, since quantities of
/// different measures cannot be added. None at the first step of the dial.
pub(super) fn groups(world: &World, pins: &Pins, fairness: Fairness) -> (Vec<u32>, Vec<Group>) {
    if fairness == Fairness::default() {
        return (vec![NONE; world.needs.len()], Vec::new());
    }
    let mut places: BTreeMap<(AreaId, Measure), u32> = BTreeMap::new();
    let mut asked: Vec<u64> = Vec::new();
    let mut of_needs = Vec::with_capacity(world.needs.len());
    for (need, left) in world.needs.iter().zip(&pins.needs) {
        let group = *places.entry((place(need), need.measure)).or_insert_with(|| {
            asked.push(0);
            short(asked.len() - 1)
        });
        asked[group as usize] += u64::from(units(*left));
        of_needs.push(group);
    }
    (of_needs, asked.into_iter().map(|asked| group(fairness, asked)).collect())
}

/// Beyond its penalty a unit costs nothing in the first quarter of what a community asks for, and more with every
/// quarter. At the last step of the dial the last quarter costs more than any urgency.
fn group(fairness: Fairness, asked: u64) -> Group {
    let units = u32::try_from(asked.div_ceil(BANDS.into())).unwrap_or(u32::MAX).max(1);
    let each = penalty(Urgency::Low) * i64::from(fairness.step());
    let cost = |band: u32| i32::try_from(each * i64::from(band)).unwrap_or(i32::MAX);
    Group { steps: (0..BANDS).map(|band| Step { units, cost: cost(band) }).collect() }
}

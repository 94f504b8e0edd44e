//! A season in batches: what arrives is answered in few batches, and what was answered is never moved again.
//!
//! A batch that only looks at what is open gives away what later demands would have needed more. So it first
//! learns from a sample of the past how all that is still to come would best be served together with what is
//! open. It learns anew with every batch, from the capacities that are left: what was learned once for the whole
//! season grows stale.
//!
//! What it learns can be used in two ways. Where one batch after the other is sure to come, [`plan`] lets whoever
//! takes a unit pay what it is worth: that waits the most, and brings the most in the end. But the price of a unit says
//! nothing of how many are expected, so for a single answer [`keep_back`] keeps back just as many as the sample has.

#[cfg(test)]
mod tests;

use crate::matching::assign::{AssignError, Demand, MAX_COST, NONE, Pair, Prices, Problem, Watch, assign};

/// Demands of a past period like the one to come, with their pairs to the supplies of today.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    /// The demands, in any order. Their groups are those of today.
    pub demands: Vec<Demand>,
    /// Their pairs, grouped by demand.
    pub pairs: Vec<Pair>,
    /// By demand, where its pairs end in `pairs`.
    pub ends: Vec<u32>,
}

/// How many demands are still to come for those in the sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// So many are to come; 0 if this is the last batch,
    pub demands: u32,
    /// for each so many in the sample; 0 counts as 1.
    pub of: u32,
}

/// What is open and what is expected, served together as well as they can be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outlook {
    /// What supplies, pools and groups are worth in view of what is to come. For a single demand that cannot
    /// wait for the next batch these are the prices to go by.
    pub prices: Prices,
    /// By pair of the sample, how much of the supply it has there, in parts of a unit.
    pub parts: Vec<u32>,
    /// So many parts are a unit.
    pub parts_of_unit: u32,
}

impl Outlook {
    /// A number of parts as units, rounded.
    #[must_use]
    pub fn units(&self, parts: u64) -> u32 {
        let of = u64::from(self.parts_of_unit.max(1));
        u32::try_from((parts + of / 2) / of).unwrap_or(u32::MAX)
    }

    /// By supply, how many units to keep back for what is expected.
    #[must_use]
    pub fn kept(&self, sample: &Sample, supplies: usize) -> Vec<u32> {
        let mut parts = vec![0_u64; supplies];
        for (pair, part) in sample.pairs.iter().zip(&self.parts) {
            parts[pair.supply as usize] += u64::from(*part);
        }
        parts.into_iter().map(|parts| self.units(parts)).collect()
    }
}

/// What to do now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Units to be served through each pair of what is open.
    pub quantities: Vec<u32>,
    /// Units of each open demand for which it is better to wait. They can come again with the next batch.
    pub unmet: Vec<u32>,
    /// What supplies, pools and groups are worth in view of what is to come.
    pub prices: Prices,
}

/// Plans a batch: `open` is what is asked for now, with the capacities that are left.
///
/// # Errors
///
/// [`AssignError`] if `open`, or the sample beside it, is not well formed, or the watch says stop.
pub fn plan(
    open: &Problem,
    sample: &Sample,
    expected: Expected,
    watch: &mut dyn Watch,
) -> Result<Plan, AssignError> {
    open.check()?;
    let Some(outlook) = learn(open, sample, expected, watch)? else {
        let answer = assign(open, None, watch)?;
        return Ok(Plan { quantities: answer.quantities, unmet: answer.unmet, prices: answer.prices });
    };
    let answer = assign(&reserved(open, &outlook.prices), None, watch)?;
    Ok(Plan { quantities: answer.quantities, unmet: answer.unmet, prices: outlook.prices })
}

/// Takes what is kept back out of supplies and their pools; `kept` then says how much there was to take.
pub fn keep_back(problem: &mut Problem, kept: &mut [u32]) {
    for (supply, kept) in problem.supplies.iter_mut().zip(kept) {
        let pool = problem.pools.get_mut(supply.pool as usize);
        let in_pool = pool.as_ref().map_or(u32::MAX, |pool| pool.capacity);
        *kept = (*kept).min(supply.capacity).min(in_pool);
        supply.capacity -= *kept;
        if let Some(pool) = pool {
            pool.capacity -= *kept;
        }
    }
}

/// How what is open and what is expected would best be served together; nothing if nothing is expected.
///
/// # Errors
///
/// [`AssignError`] if the two are not well formed, or the watch says stop.
pub fn learn(
    open: &Problem,
    sample: &Sample,
    expected: Expected,
    watch: &mut dyn Watch,
) -> Result<Option<Outlook>, AssignError> {
    let (of_sample, of_open) = weights(expected);
    if of_sample == 0 || sample.demands.is_empty() {
        return Ok(None);
    }
    let answer = assign(&together(open, sample, of_sample, of_open), None, watch)?;
    let mut prices = answer.prices;
    prices.demands.truncate(open.demands.len());
    let parts = answer.quantities[open.pairs.len()..].to_vec();
    Ok(Some(Outlook { prices, parts, parts_of_unit: of_open }))
}

/// The finest share of a sample that is told apart: with more, units would grow out of bounds.
const FINEST: u32 = 60;

/// How often to count the sample, and how often what is open.
fn weights(expected: Expected) -> (u32, u32) {
    let of = expected.of.max(1);
    if of <= FINEST && expected.demands <= FINEST {
        return (expected.demands, of);
    }
    // The larger of the two becomes the finest; the smaller is rounded, but something stays something.
    let larger = u64::from(of.max(expected.demands));
    let scaled = |count: u32| {
        let part = (u64::from(count) * u64::from(FINEST) + larger / 2) / larger;
        u32::try_from(part).unwrap_or(FINEST).max(count.min(1))
    };
    (scaled(expected.demands), scaled(of))
}

/// All that is open and all of the sample. To take a part of the sample would be to take chances: it is the
/// units that are weighted, so that every demand of the sample counts.
fn together(open: &Problem, sample: &Sample, of_sample: u32, of_open: u32) -> Problem {
    let mut all = open.clone();
    weigh(&mut all.demands, &mut all.pairs, of_open);
    for supply in &mut all.supplies {
        supply.capacity = supply.capacity.saturating_mul(of_open);
    }
    for pool in &mut all.pools {
        pool.capacity = pool.capacity.saturating_mul(of_open);
    }
    for step in all.groups.iter_mut().flat_map(|group| &mut group.steps) {
        step.units = step.units.saturating_mul(of_open);
    }
    let (mut demands, mut pairs) = (sample.demands.clone(), sample.pairs.clone());
    weigh(&mut demands, &mut pairs, of_sample);
    let before = u32::try_from(all.pairs.len()).unwrap_or(u32::MAX);
    all.demands.append(&mut demands);
    all.pairs.append(&mut pairs);
    all.ends.extend(sample.ends.iter().map(|end| before.saturating_add(*end)));
    all
}

fn weigh(demands: &mut [Demand], pairs: &mut [Pair], weight: u32) {
    for demand in demands {
        demand.quantity = demand.quantity.saturating_mul(weight);
    }
    for pair in pairs {
        pair.at_most = pair.at_most.saturating_mul(weight);
    }
}

/// One part in so many is asked on top of what a unit is worth. Who does not pay it waits and may pay it later,
/// while what is given is gone.
const MARGIN: i64 = 20;

/// What is open, where whoever takes a unit must pay what it is worth.
fn reserved(open: &Problem, prices: &Prices) -> Problem {
    let mut reserved = open.clone();
    for pair in &mut reserved.pairs {
        let supply = pair.supply as usize;
        let worth = prices.supplies[supply] + pool_price(open, prices, supply);
        let cost = i64::from(pair.cost) + worth + worth / MARGIN;
        match i32::try_from(cost) {
            Ok(cost) if cost <= MAX_COST => pair.cost = cost,
            // Dearer than leaving anything unmet.
            _ => pair.at_most = 0,
        }
    }
    reserved
}

fn pool_price(open: &Problem, prices: &Prices, supply: usize) -> i64 {
    let pool = open.supplies[supply].pool;
    if pool == NONE { 0 } else { prices.pools[pool as usize] }
}

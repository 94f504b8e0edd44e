//! Who is left behind: the share of needs that stays unmet, by community and by target group, and what it costs to
//! leave nobody far behind.

use super::assign::Watch;
use super::settings::{Fairness, Settings};
use super::solve::{Matching, Unsolved, solve};
use super::stages::Stages;
use super::world::World;
use crate::domain::id::AreaId;
use crate::domain::need::Need;
use crate::domain::service::TargetGroup;
use std::collections::BTreeMap;

/// A share of nothing left out, in thousandths.
pub const WHOLE: i64 = 1_000;

/// How the needs of some fare. Every need counts as one, whatever it is counted in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    /// How many needs they have.
    pub needs: usize,
    /// How many of these are served in full.
    pub served: usize,
    /// The part of each need that stays unmet, in thousandths, added up.
    unmet: i64,
}

impl Share {
    /// The share of their needs that stays unmet, in thousandths, rounded down.
    #[must_use]
    pub fn unmet(&self) -> i64 {
        self.unmet / i64::try_from(self.needs).unwrap_or(i64::MAX).max(1)
    }

    fn count(&mut self, unmet: i64) {
        self.needs += 1;
        self.served += usize::from(unmet == 0);
        self.unmet += unmet;
    }
}

/// The share of unmet needs, by community and by target group. A need of several target groups counts in each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shares {
    /// Of all.
    pub all: Share,
    /// By community, or street where the street itself asks.
    pub communities: BTreeMap<AreaId, Share>,
    /// By target group.
    pub groups: BTreeMap<TargetGroup, Share>,
}

impl Shares {
    /// The largest share that any community is left with, in thousandths.
    #[must_use]
    pub fn worst(&self) -> i64 {
        self.communities.values().map(Share::unmet).max().unwrap_or_default()
    }
}

/// The community that a need counts for, or the street where the street itself asks.
#[must_use]
pub fn place(need: &Need) -> AreaId {
    need.community_id.unwrap_or(need.street_id)
}

/// How the needs of a world fare in its matching.
#[must_use]
pub fn shares(world: &World, matching: &Matching) -> Shares {
    let mut left = vec![0; world.needs.len()];
    for unmet in &matching.unmet {
        left[unmet.need] = unmet.quantity;
    }
    let mut shares = Shares::default();
    for (need, left) in world.needs.iter().zip(left) {
        let unmet = left * WHOLE / need.left().max(1);
        shares.all.count(unmet);
        shares.communities.entry(place(need)).or_default().count(unmet);
        for group in need.target_groups.iter() {
            shares.groups.entry(group).or_default().count(unmet);
        }
    }
    shares
}

/// A step of the dial, and what comes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DialStep {
    /// The step.
    pub fairness: Fairness,
    /// How the needs fare.
    pub shares: Shares,
    /// What it costs the whole beside the first step, in points: score lost, and urgent needs set back.
    pub cost: i64,
}

/// Every step of the dial, solved.
///
/// # Errors
/// As [`solve`].
pub fn dial(world: &World, settings: &Settings, watch: &mut dyn Watch) -> Result<Vec<DialStep>, Unsolved> {
    let (count, mut stages) = (Fairness::all().count(), Stages::of(watch));
    let mut steps: Vec<DialStep> = Vec::new();
    let mut first = None;
    for fairness in Fairness::all() {
        let matching = solve(world, &Settings { fairness, ..settings.clone() }, stages.one_of(count))?;
        let cost = matching.cost;
        let first = *first.get_or_insert(cost);
        steps.push(DialStep { fairness, shares: shares(world, &matching), cost: cost - first });
    }
    Ok(steps)
}

//! The parts of a score as whole points, worked out once for all that they depend on. They are those of
//! [`Scorer::score`](super::score::Scorer::score), which also says what they were given for.

use super::score::{self, ScoreAspect, Share};
use super::weights::Weights;
use super::world::World;
use crate::domain::need::Need;
use crate::domain::service::TargetGroup;

/// Points of the parts of all scores of a world.
#[derive(Debug)]
pub(super) struct Points {
    /// By steps up from the need's category.
    category: [i32; 3],
    /// By steps up from the need's area.
    nearness: [i32; 5],
    /// All of it.
    most_nearness: i64,
    /// By quarters.
    target_group: [i32; 5],
    /// By service: its unit's.
    record: Vec<i32>,
    time: i64,
    likeness: i64,
    equity: i64,
}

impl Points {
    pub fn new(world: &World, weights: &Weights) -> Self {
        let most = |part| weights.most(part);
        let quarters = |part, of| whole(most(part), &Share::quarters(of));
        let record = most(ScoreAspect::Record);
        Self {
            category: [0, 1, 2].map(|steps| quarters(ScoreAspect::Category, score::category_quarters(steps))),
            nearness: [0, 1, 2, 3, 4]
                .map(|steps| quarters(ScoreAspect::Nearness, score::nearness_quarters(steps))),
            most_nearness: most(ScoreAspect::Nearness),
            target_group: [0, 1, 2, 3, 4].map(|of| quarters(ScoreAspect::TargetGroup, of)),
            record: world.offers.iter().map(|offer| whole(record, &score::record(world, offer))).collect(),
            time: most(ScoreAspect::Time),
            likeness: most(ScoreAspect::Likeness),
            equity: most(ScoreAspect::Equity),
        }
    }

    /// What is the same for all needs of a cell: the metres to the unit count where they are known, else the steps.
    pub fn of_offer(&self, offer: u32, category_steps: usize, area_steps: usize, metres: Option<i64>) -> i32 {
        let last = self.category.len() - 1;
        let nearness = match metres {
            Some(metres) => whole(self.most_nearness, &score::nearness_by_metres(metres)),
            None => self.nearness[area_steps.min(self.nearness.len() - 1)],
        };
        self.category[category_steps.min(last)] + nearness + self.record[offer as usize]
    }

    /// What is the same for all services of a need.
    pub fn of_need(&self, world: &World, need: &Need) -> i32 {
        whole(self.equity, &score::equity(world, need))
    }

    /// See [`score::target_group`].
    pub fn target_group(&self, offered: i64, needed: i64) -> i32 {
        let everyone = 1 << TargetGroup::Everyone as u8;
        let quarters = match () {
            () if offered == needed => 4,
            () if offered & everyone == 0 => 3,
            () if needed & everyone != 0 => 4,
            () => 1,
        };
        self.target_group[quarters]
    }

    /// The points for a wait of some days where there are so many.
    pub fn time(&self, wait: i64, days: i64) -> i32 {
        whole(self.time, &Share::of(days - wait, days))
    }

    /// The points for a likeness.
    pub fn likeness(&self, likeness: u32) -> i32 {
        whole(self.likeness, &Share::of(likeness.into(), super::likeness::FULL.into()))
    }

    /// The most that a likeness gives.
    pub fn most_likeness(&self) -> i32 {
        self.likeness(super::likeness::FULL)
    }

    /// The most that a day gives.
    pub fn most_time(&self) -> i32 {
        self.time(0, 1)
    }

    /// The most that target groups give.
    pub fn most_target_group(&self) -> i32 {
        self.target_group[4]
    }
}

/// Scores are small, whatever the weights: together the parts have at most 10,000 points.
fn whole(most: i64, share: &Share) -> i32 {
    i32::try_from(share.points(most)).unwrap_or_default()
}

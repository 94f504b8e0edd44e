//! How much each part of a score counts.

use super::score::{BEST, ScoreAspect};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How many points each part has at most: together [`BEST`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<ScoreAspect, i64>", into = "BTreeMap<ScoreAspect, i64>")]
pub struct Weights(BTreeMap<ScoreAspect, i64>);

/// Why weights were refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadWeights {
    /// A part has fewer points than none.
    #[error("the weight of {0:?} is negative")]
    Negative(ScoreAspect),
    /// They do not add up.
    #[error("the weights add up to {0} instead of {BEST}")]
    Sum(i128),
}

impl Default for Weights {
    fn default() -> Self {
        Self(
            [
                (ScoreAspect::Category, 3_000),
                (ScoreAspect::Nearness, 1_500),
                (ScoreAspect::Time, 1_500),
                (ScoreAspect::TargetGroup, 1_200),
                (ScoreAspect::Likeness, 1_500),
                (ScoreAspect::Record, 800),
                (ScoreAspect::Equity, 500),
            ]
            .into(),
        )
    }
}

impl TryFrom<BTreeMap<ScoreAspect, i64>> for Weights {
    type Error = BadWeights;

    fn try_from(weights: BTreeMap<ScoreAspect, i64>) -> Result<Self, BadWeights> {
        if let Some((part, _)) = weights.iter().find(|(_, most)| **most < 0) {
            return Err(BadWeights::Negative(*part));
        }
        let sum: i128 = weights.values().map(|most| i128::from(*most)).sum();
        if sum == i128::from(BEST) { Ok(Self(weights)) } else { Err(BadWeights::Sum(sum)) }
    }
}

impl From<Weights> for BTreeMap<ScoreAspect, i64> {
    fn from(weights: Weights) -> Self {
        weights.0
    }
}

impl Weights {
    /// The points that a part has at most; none where it is not named.
    #[must_use]
    pub fn most(&self, part: ScoreAspect) -> i64 {
        self.0.get(&part).copied().unwrap_or_default()
    }
}

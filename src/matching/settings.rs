//! How a street wants its needs matched.

use super::weights::Weights;
use serde::{Deserialize, Serialize};

/// How a street wants its needs matched. Kept with every computed matching, so that it can be repeated exactly.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// How much each part of a score counts.
    pub weights: Weights,
    /// How much it counts that nobody is left far behind.
    pub fairness: Fairness,
    /// What it costs to move what was suggested and not answered yet.
    pub stability: Stability,
    /// How much what is expected from last year counts beside what is asked for now.
    pub foresight: Foresight,
}

/// How many points a unit of quantity costs that is taken away from where it was suggested, in the points of a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Stability(i32);

/// A cost that is too low or too high.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("moving a suggestion costs from 0 to {most} points, not {0}", most = Stability::MOST)]
pub struct BadStability(i64);

impl Stability {
    /// The highest cost: more than leaving an urgent need unmet at the last step of the dial, so that nothing moves.
    pub const MOST: i64 = 1_000_000;

    /// The points.
    #[must_use]
    pub fn points(self) -> i32 {
        self.0
    }
}

/// A twentieth of the best score: a suggestion moves where a need can be served that went without, and for a service that
/// clearly fits better, but not back and forth between two that are much alike.
impl Default for Stability {
    fn default() -> Self {
        Self(500)
    }
}

impl TryFrom<i64> for Stability {
    type Error = BadStability;

    fn try_from(points: i64) -> Result<Self, BadStability> {
        let known = i32::try_from(points).ok().filter(|_| (0..=Self::MOST).contains(&points));
        known.map(Self).ok_or(BadStability(points))
    }
}

impl From<Stability> for i64 {
    fn from(stability: Stability) -> Self {
        stability.0.into()
    }
}

/// How much the needs of a year ago, which are expected to come again, count beside those of today, in hundredths.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Foresight(u8);

/// A foresight that is too low or too high.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("foresight goes from 0 to {most} percent, not to {0}", most = Foresight::MOST)]
pub struct BadForesight(i64);

impl Foresight {
    /// What is expected counts as much as what is asked for.
    pub const MOST: u8 = 100;

    /// How many hundredths.
    #[must_use]
    pub fn percent(self) -> u8 {
        self.0
    }

    /// Whether what is expected counts at all.
    #[must_use]
    pub fn looks_ahead(self) -> bool {
        self.0 > 0
    }
}

impl TryFrom<i64> for Foresight {
    type Error = BadForesight;

    fn try_from(percent: i64) -> Result<Self, BadForesight> {
        let known = u8::try_from(percent).ok().filter(|percent| *percent <= Self::MOST);
        known.map(Self).ok_or(BadForesight(percent))
    }
}

impl From<Foresight> for i64 {
    fn from(foresight: Foresight) -> Self {
        foresight.0.into()
    }
}

/// The dial between the most needs served and nobody left far behind: the higher, the more it costs to leave a
/// community with a larger share of its needs unmet than others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Fairness(u8);

/// A step that the dial does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the fairness dial goes from 0 to {most}, not to {0}", most = Fairness::MOST)]
pub struct BadFairness(i64);

impl Fairness {
    /// The last step of the dial: nobody left far behind.
    pub const MOST: u8 = 4;

    /// Every step of the dial.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..=Self::MOST).map(Self)
    }

    /// The step.
    #[must_use]
    pub fn step(self) -> u8 {
        self.0
    }
}

impl TryFrom<i64> for Fairness {
    type Error = BadFairness;

    fn try_from(step: i64) -> Result<Self, BadFairness> {
        u8::try_from(step).ok().filter(|step| *step <= Self::MOST).map(Self).ok_or(BadFairness(step))
    }
}

impl From<Fairness> for i64 {
    fn from(fairness: Fairness) -> Self {
        fairness.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_read_back_and_refuse_what_the_dial_does_not_have() {
        let settings = Settings { fairness: Fairness(3), foresight: Foresight(60), ..Settings::default() };
        let text = serde_json::to_string(&settings).expect("text");
        assert_eq!(serde_json::from_str::<Settings>(&text).ok(), Some(settings));
        assert_eq!(serde_json::from_str::<Settings>("{}").ok(), Some(Settings::default()));
        for bad in [
            r#"{"fairness": 5}"#,
            r#"{"fairness": -1}"#,
            r#"{"stability": 1000001}"#,
            r#"{"stability": -1}"#,
            r#"{"foresight": 101}"#,
            r#"{"foresight": -1}"#,
            r#"{"fair": 1}"#,
        ] {
            assert!(serde_json::from_str::<Settings>(bad).is_err(), "{bad}");
        }
        assert_eq!(Fairness::all().map(Fairness::step).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
    }
}

//! Matching runs (匹配任务): matchings of an area that are computed in the background.

use super::id::{
    AreaId, CapacityId, CategoryId, MatchId, NeedId, PlannedId, RunId, ServiceId, TokenId, UnmetId,
};
use super::matches::Reason;
use super::need::illegal;
use super::refusal::Refusal;
use super::text::text_enum;
use super::viewer::Role;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

text_enum! {
    /// Where a matching run stands.
    pub enum MatchingRunState {
        /// Waiting for a hub to take it on.
        Queued = "queued", "排队中", "queued";
        /// Being computed.
        Running = "running", "计算中", "running";
        /// Computed, and proven.
        Done = "done", "已完成", "done";
        /// Called off before it was computed.
        Cancelled = "cancelled", "已取消", "cancelled";
        /// Given up: the failure says why.
        Failed = "failed", "失败", "failed";
    }
}

text_enum! {
    /// What people can do to a matching run.
    pub enum MatchingRunAction {
        /// Call it off.
        Cancel = "cancel", "取消", "cancel";
        /// Put what it brings together before both sides.
        Apply = "apply", "采用", "apply";
    }
}

text_enum! {
    /// Why a matching run was given up.
    pub enum MatchingRunFailure {
        /// Its result is larger than the hub keeps: match a smaller area, or one category.
        TooLarge = "too_large", "结果过大，请缩小区划或限定类别", "the result is too large: match a smaller area, or one category";
        /// The hubs that took it on went away, again and again.
        Abandoned = "abandoned", "计算进程多次中断", "the hubs that computed it went away, again and again";
        /// What was supposed does not go together with how things are.
        BadSupposition = "bad_supposition", "假设与现状不符", "what was supposed does not go together with how things are";
        /// It could not be solved or not be proven: our own fault.
        Unsolved = "unsolved", "系统未能求解，请告知管理员", "it could not be solved; please tell the administrator";
    }
}

impl MatchingRunState {
    /// The states from which it goes on.
    pub const OPEN: [Self; 2] = [Self::Queued, Self::Running];

    /// Whether nothing changes it any more.
    #[must_use]
    pub fn is_over(self) -> bool {
        !Self::OPEN.contains(&self)
    }

    /// What can be done in this state.
    pub fn possible(self) -> impl Iterator<Item = MatchingRunAction> {
        let action = match self {
            Self::Queued | Self::Running => Some(MatchingRunAction::Cancel),
            Self::Done => Some(MatchingRunAction::Apply),
            Self::Cancelled | Self::Failed => None,
        };
        action.into_iter()
    }

    /// Refuses what the state does not allow.
    ///
    /// # Errors
    /// [`super::refusal::Code::IllegalTransition`], naming this state and what is possible.
    pub fn require(self, action: MatchingRunAction) -> Result<(), Refusal> {
        if self.possible().any(|possible| possible == action) {
            return Ok(());
        }
        Err(illegal(self, action, self.possible()))
    }
}

/// A matching of an area, computed in the background.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct MatchingRun {
    /// Its id.
    pub id: RunId,
    /// The street that it lies in; `None` above the streets.
    pub street_id: Option<AreaId>,
    /// The area whose needs are matched, with everything below it.
    pub area_id: AreaId,
    /// Only needs of this category and below it.
    pub category_id: Option<CategoryId>,
    /// Where it stands.
    pub state: MatchingRunState,
    /// How it is matched.
    pub settings: Value,
    /// What is supposed; `None` where it is matched as things are.
    pub what_if: Option<Value>,
    /// What the world was that it was computed from.
    pub fingerprint: Option<String>,
    /// How far it is, in thousandths.
    pub progress: i64,
    /// The part that whoever asked for it played.
    pub role: Role,
    /// Their pseudonym.
    pub token_id: Option<TokenId>,
    /// The hub that computes it.
    pub hub: Option<Uuid>,
    /// When that hub was last heard of.
    pub heard_at: Option<DateTime<Utc>>,
    /// How often a hub has taken it on.
    pub tries: i64,
    /// Why it was given up.
    pub failure: Option<MatchingRunFailure>,
    /// How many needs were matched.
    pub need_count: Option<i64>,
    /// How many of them are served in full.
    pub served_count: Option<i64>,
    /// How many of them are served in part.
    pub partly_served_count: Option<i64>,
    /// The scores of all that it brings together, each times its quantity.
    pub total: Option<i64>,
    /// What the answer costs.
    pub cost: Option<i64>,
    /// What any answer costs at least.
    pub proven_cost: Option<i64>,
    /// How many suggestions that nobody has answered yet it leaves as they are.
    pub kept_count: Option<i64>,
    /// How many points the whole would lose if it moved none of them, beyond what moving costs.
    pub move_gain: Option<i64>,
    /// The suggestions that it moves.
    #[sqlx(json(nullable))]
    pub moves: Option<Vec<Move>>,
    /// How many needs were expected; `None` where it did not look ahead.
    pub expected_count: Option<i64>,
    /// How many points it costs more than the best answer that keeps nothing back for them.
    pub foresight_cost: Option<i64>,
    /// What it is beside the matching as it was; `None` where nothing is supposed.
    #[sqlx(json(nullable))]
    pub comparison: Option<Box<Beside>>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When a hub first took it on.
    pub started_at: Option<DateTime<Utc>>,
    /// When it was over.
    pub finished_at: Option<DateTime<Utc>>,
    /// When something of it was last put before people.
    pub applied_at: Option<DateTime<Utc>>,
}

/// A need and a service that a run brings together.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Planned {
    /// Its id.
    pub id: PlannedId,
    /// The run.
    pub run_id: RunId,
    /// Its place in the result.
    pub ordinal: i64,
    /// The need.
    pub need_id: NeedId,
    /// The need's title at that time.
    pub need_title: String,
    /// The service.
    pub service_id: ServiceId,
    /// The service's title at that time.
    pub service_title: String,
    /// The line of the service's capacity.
    pub capacity_id: CapacityId,
    /// How much of the need it serves.
    pub quantity: i64,
    /// How much of that a pin reserved.
    pub pinned: i64,
    /// The suggestion that it leaves as it is; `None` where it is new.
    pub match_id: Option<MatchId>,
    /// How well the two fit.
    pub score: i64,
    /// The parts of the score.
    #[sqlx(json)]
    pub reasons: Vec<Reason>,
    /// What to take instead.
    #[sqlx(json(nullable))]
    pub next_best: Option<NextBest>,
}

/// A suggestion that nobody has answered yet and that a matching moves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// The match.
    pub match_id: MatchId,
    /// Its need.
    pub need_id: NeedId,
    /// The need's title at that time.
    pub need_title: String,
    /// Its service.
    pub service_id: ServiceId,
    /// The service's title at that time.
    pub service_title: String,
    /// The line of capacity that it draws on.
    pub capacity_id: CapacityId,
    /// How much of the need it serves.
    pub quantity: i64,
    /// How much the same line serves in the answer.
    pub left: i64,
    /// How many points the whole would lose if it stayed, beyond what moving it costs.
    pub gain: Option<i64>,
    /// The same in a sentence, in Chinese.
    pub zh: String,
    /// The same in a sentence, in English.
    pub en: String,
}

/// A matching as it would be beside the matching as it was, as it is kept with a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beside {
    /// The matching as it was.
    pub before: Figures,
    /// The matching as it would be.
    pub after: Figures,
    /// Needs of which more would be served.
    pub gains: Changes,
    /// Needs of which less would be served.
    pub losses: Changes,
    /// Needs that would be served as much, by others.
    pub moves: Changes,
}

/// A matching in a few numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// How many needs there are.
    pub needs: i64,
    /// How many are served in full.
    pub served: i64,
    /// How many are served in part.
    pub partly_served: i64,
    /// How many are not served at all.
    pub unmet: i64,
}

/// Needs that would be served otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// How many there are.
    pub count: i64,
    /// The first of them.
    pub first: Vec<Changed>,
}

/// A need that would be served otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// The need.
    pub need_id: NeedId,
    /// The need's title at that time.
    pub need_title: String,
    /// How much more of it would be served; negative where it is less.
    pub difference: i64,
    /// The same in a sentence, in Chinese.
    pub zh: String,
    /// The same in a sentence, in English.
    pub en: String,
}

/// Another service for a need, as it is kept with a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextBest {
    /// The service.
    pub service: ServiceId,
    /// The service's title at that time.
    pub title: String,
    /// How well it fits.
    pub score: i64,
    /// What taking it would cost the whole.
    pub cost: i64,
    /// The same in a sentence, in Chinese.
    pub zh: String,
    /// The same in a sentence, in English.
    pub en: String,
}

/// Something that a run leaves unmet.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Unmet {
    /// Its id.
    pub id: UnmetId,
    /// The run.
    pub run_id: RunId,
    /// Its place in the result.
    pub ordinal: i64,
    /// The need.
    pub need_id: NeedId,
    /// The need's title at that time.
    pub need_title: String,
    /// How much of it.
    pub quantity: i64,
    /// Why, for programs.
    pub reason: String,
    /// Why, in Chinese.
    pub zh: String,
    /// Why, in English.
    pub en: String,
}

#[cfg(test)]
mod tests {
    use super::super::refusal::Code;
    use super::super::text::TextEnum as _;
    use super::*;

    #[test]
    fn what_is_over_cannot_be_called_off_and_only_what_is_done_applied() {
        for state in MatchingRunState::ALL {
            let refused = |action| state.require(action).err().map(|refusal| refusal.code);
            let cancel = state.is_over().then_some(Code::IllegalTransition);
            assert_eq!(refused(MatchingRunAction::Cancel), cancel);
            let apply = (*state != MatchingRunState::Done).then_some(Code::IllegalTransition);
            assert_eq!(refused(MatchingRunAction::Apply), apply);
        }
    }
}

//! Matches (对接/认领): one need and one service brought together, what was delivered, and what came of it.

use super::id::{AreaId, CapacityId, FulfilmentId, MatchId, NeedId, RatingId, ServiceId, UnitId};
use super::refusal::Refusal;
use super::text::{TextEnum, text_enum};
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;

text_enum! {
    /// Where a match stands in its life.
    pub enum MatchState {
        /// The matching found it and a coordinator put it before both sides.
        Suggested = "suggested", "已推荐", "suggested";
        /// One side has confirmed and the other is asked.
        Proposed = "proposed", "待确认", "proposed";
        /// Both sides have confirmed.
        Accepted = "accepted", "已确认", "accepted";
        /// A date is set.
        Scheduled = "scheduled", "已排期", "scheduled";
        /// A part is delivered.
        InProgress = "in_progress", "办理中", "in progress";
        /// The unit says that it is done.
        Delivered = "delivered", "已办理", "delivered";
        /// The asking side says so too.
        Confirmed = "confirmed", "已确认办结", "confirmed";
        /// One side said no.
        Declined = "declined", "已婉拒", "declined";
        /// Nobody answered in time (超时释放).
        Expired = "expired", "超时释放", "expired";
        /// Called off.
        Cancelled = "cancelled", "已取消", "cancelled";
        /// The unit did not come.
        NoShow = "no_show", "爽约", "no-show";
        /// It was begun and could not be done.
        Failed = "failed", "未办成", "failed";
    }
}

text_enum! {
    /// What can be done to a match.
    pub enum MatchAction {
        /// Confirm one's own side, the other being still to confirm.
        Propose = "propose", "提出对接", "propose";
        /// Confirm the second side.
        Accept = "accept", "确认对接", "accept";
        /// Say no.
        Decline = "decline", "婉拒", "decline";
        /// Nobody answered in time.
        Expire = "expire", "超时释放", "expire";
        /// Set a date.
        Schedule = "schedule", "排期", "schedule";
        /// Record a delivered part.
        Record = "record", "登记办理", "record";
        /// Say that it is done.
        Deliver = "deliver", "办理完毕", "deliver";
        /// Agree that it is done.
        Confirm = "confirm", "确认办结", "confirm";
        /// Call it off.
        Cancel = "cancel", "取消", "cancel";
        /// Report that the unit did not come.
        ReportNoShow = "report_no_show", "登记爽约", "report a no-show";
        /// Report that it could not be done.
        Fail = "fail", "登记未办成", "fail";
    }
}

text_enum! {
    /// One of the two sides of a match.
    pub enum Side {
        /// Whoever needs it.
        Asking = "asking", "需求方", "asking side";
        /// Whoever offers it.
        Offering = "offering", "服务方", "offering side";
    }
}

text_enum! {
    /// Who brought the two together.
    pub enum Initiator {
        /// The asking side asked for the service.
        Asking = "asking", "需求方", "asking side";
        /// The offering side claimed the need.
        Offering = "offering", "服务方", "offering side";
        /// A coordinator took it from the matching.
        Matching = "matching", "匹配推荐", "matching";
    }
}

impl Side {
    /// The other side.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Asking => Self::Offering,
            Self::Offering => Self::Asking,
        }
    }
}

/// How a match holds its quantity of the service's capacity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// Counted as held: not answered yet.
    Held,
    /// Counted as committed: promised or used.
    Committed,
    /// What was delivered stays committed; the rest is given back.
    Released,
}

impl MatchState {
    /// The states in which a match holds quantity of its need and its service.
    pub const LIVE: [Self; 7] = [
        Self::Suggested,
        Self::Proposed,
        Self::Accepted,
        Self::Scheduled,
        Self::InProgress,
        Self::Delivered,
        Self::Confirmed,
    ];
    /// The states in which an answer is awaited, and after whose deadline a match expires.
    pub const AWAITING: [Self; 2] = [Self::Suggested, Self::Proposed];

    /// Where an action leads from here.
    ///
    /// # Errors
    /// [`Code::IllegalTransition`](super::refusal::Code::IllegalTransition), naming this state and what is possible.
    pub fn after(self, action: MatchAction) -> Result<Self, Refusal> {
        self.leads_to(action).ok_or_else(|| super::need::illegal(self, action, self.possible()))
    }

    /// What can be done in this state.
    pub fn possible(self) -> impl Iterator<Item = MatchAction> {
        MatchAction::ALL.iter().copied().filter(move |action| self.leads_to(*action).is_some())
    }

    /// How it holds its quantity in this state.
    #[must_use]
    pub fn hold(self) -> Hold {
        match self {
            Self::Suggested | Self::Proposed => Hold::Held,
            Self::Accepted | Self::Scheduled | Self::InProgress | Self::Delivered => Hold::Committed,
            Self::Confirmed
            | Self::Declined
            | Self::Expired
            | Self::Cancelled
            | Self::NoShow
            | Self::Failed => Hold::Released,
        }
    }

    /// Whether both sides had confirmed when it came here: its parties may then see each other's contacts.
    #[must_use]
    pub fn is_agreed(self) -> bool {
        matches!(
            self,
            Self::Accepted | Self::Scheduled | Self::InProgress | Self::Delivered | Self::Confirmed
        )
    }

    /// Whether somebody has begun.
    #[must_use]
    pub fn is_begun(self) -> bool {
        matches!(self, Self::InProgress | Self::Delivered | Self::Confirmed)
    }

    fn leads_to(self, action: MatchAction) -> Option<Self> {
        use MatchAction as A;
        match (self, action) {
            (Self::Suggested, A::Propose) => Some(Self::Proposed),
            (Self::Proposed, A::Accept) => Some(Self::Accepted),
            (Self::Suggested | Self::Proposed, A::Decline) => Some(Self::Declined),
            (Self::Suggested | Self::Proposed, A::Expire) => Some(Self::Expired),
            (Self::Accepted | Self::Scheduled, A::Schedule) => Some(Self::Scheduled),
            (Self::Accepted | Self::Scheduled | Self::InProgress, A::Record) => Some(Self::InProgress),
            (Self::InProgress, A::Deliver) => Some(Self::Delivered),
            (Self::Delivered, A::Confirm) => Some(Self::Confirmed),
            (
                Self::Suggested | Self::Proposed | Self::Accepted | Self::Scheduled | Self::InProgress,
                A::Cancel,
            ) => Some(Self::Cancelled),
            (Self::Accepted | Self::Scheduled | Self::InProgress, A::ReportNoShow) => Some(Self::NoShow),
            (Self::InProgress, A::Fail) => Some(Self::Failed),
            _ => None,
        }
    }
}

/// One need and one service, brought together.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Match {
    /// Its id.
    pub id: MatchId,
    /// The need.
    pub need_id: NeedId,
    /// The service.
    pub service_id: ServiceId,
    /// The line of the service's capacity that it draws on.
    pub capacity_id: CapacityId,
    /// The unit that offers the service.
    pub unit_id: UnitId,
    /// The unit that asks, where it is a unit.
    pub asking_unit_id: Option<UnitId>,
    /// The street that the need lies in.
    pub street_id: AreaId,
    /// Where it stands in its life.
    pub state: MatchState,
    /// Who brought the two together.
    pub initiator: Initiator,
    /// How much was agreed on.
    pub quantity: i64,
    /// How much of that is delivered.
    pub delivered: i64,
    /// How much of that was given back.
    pub released: i64,
    /// When it is to happen; at first the window that both sides have in common.
    pub starts_at: DateTime<Utc>,
    /// Until when.
    pub ends_at: DateTime<Utc>,
    /// How well the two fit, from 0 to 10,000; `None` where nobody computed it.
    pub score: Option<i64>,
    /// The parts of the score, as the matching gave them.
    pub reasons: Option<Value>,
    /// When the asking side confirmed.
    pub asking_confirmed_at: Option<DateTime<Utc>>,
    /// When the offering side confirmed.
    pub offering_confirmed_at: Option<DateTime<Utc>>,
    /// The side that a coordinator stood in for.
    pub stand_in_side: Option<Side>,
    /// Why a coordinator stood in.
    pub stand_in_reason: Option<String>,
    /// Why it was declined, cancelled or failed.
    pub reason: Option<String>,
    /// By when it has to be answered.
    pub respond_by: DateTime<Utc>,
    /// When both sides had confirmed.
    pub accepted_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

impl Match {
    /// How much it holds of its need and its service: what was agreed less what was given back.
    #[must_use]
    pub fn kept(&self) -> i64 {
        self.quantity - self.released
    }

    /// When a side confirmed.
    #[must_use]
    pub fn confirmed_at(&self, side: Side) -> Option<DateTime<Utc>> {
        match side {
            Side::Asking => self.asking_confirmed_at,
            Side::Offering => self.offering_confirmed_at,
        }
    }
}

/// A delivered part of a match.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Fulfilment {
    /// Its id.
    pub id: FulfilmentId,
    /// The match.
    pub match_id: MatchId,
    /// The day it was delivered.
    pub delivered_on: NaiveDate,
    /// How much, in the need's measure.
    pub quantity: i64,
    /// How many people it reached.
    pub people_reached: i64,
    /// What shows it: a note, a link to a picture.
    pub evidence: Option<String>,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
}

/// The asking side's verdict on a match.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Rating {
    /// Its id.
    pub id: RatingId,
    /// The match.
    pub match_id: MatchId,
    /// Whether it solved what was asked for.
    pub solved: bool,
    /// Whether the asking side is satisfied.
    pub satisfied: bool,
    /// From 1 to 5 stars.
    pub stars: i64,
    /// In their words.
    pub comment: Option<String>,
    /// Whether this was learnt by calling back (回访).
    pub called_back: bool,
    /// When it was given.
    pub created_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_released_is_released_for_good() {
        for state in MatchState::ALL.iter().filter(|state| state.hold() == Hold::Released) {
            assert_eq!(state.possible().next(), None, "{state:?} must be an end");
        }
    }

    #[test]
    fn nothing_is_accepted_that_was_not_proposed() {
        let before: Vec<_> =
            MatchState::ALL.iter().filter(|s| s.after(MatchAction::Accept).is_ok()).collect();
        assert_eq!(before, [&MatchState::Proposed]);
    }

    #[test]
    fn only_what_awaits_an_answer_expires() {
        for state in MatchState::ALL {
            assert_eq!(
                state.after(MatchAction::Expire).is_ok(),
                MatchState::AWAITING.contains(state),
                "{state:?}"
            );
        }
    }
}

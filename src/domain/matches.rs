//! Matches (对接/认领): one need and one service brought together, what was delivered, and what came of it.

use super::id::{
    AreaId, CapacityId, FulfilmentId, MatchId, NeedId, RatingId, ServiceId, UnitCapacityId, UnitId,
};
use super::need::Need;
use super::refusal::Refusal;
use super::text::{TextEnum, text_enum};
use super::viewer::Viewer;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

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

impl From<Side> for Initiator {
    fn from(side: Side) -> Self {
        match side {
            Side::Asking => Self::Asking,
            Side::Offering => Self::Offering,
        }
    }
}

/// What a caller is to a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The side that they speak for.
    pub side: Option<Side>,
    /// Whether they coordinate the need's street.
    pub coordinates: bool,
}

impl Standing {
    /// Whether they have the right to an action, wherever the match stands.
    #[must_use]
    pub fn may(self, action: MatchAction) -> bool {
        use MatchAction as A;
        let (asking, offering) = (self.side == Some(Side::Asking), self.side == Some(Side::Offering));
        match action {
            A::Propose | A::Accept | A::Decline | A::Cancel => self.side.is_some() || self.coordinates,
            A::Schedule | A::Record => offering || self.coordinates,
            A::Confirm | A::ReportNoShow => asking || self.coordinates,
            A::Deliver => offering,
            A::Fail => asking || offering,
            A::Expire => false,
        }
    }
}

/// What a match takes of its line of capacity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Load {
    /// Counted as held.
    pub held: i64,
    /// Counted as committed.
    pub committed: i64,
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

/// A part of a match's score, as it is kept with the match and told to people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Which part of the score.
    pub part: String,
    /// The points that it gave.
    pub points: i64,
    /// What they were given for, in Chinese.
    pub zh: String,
    /// What they were given for, in English.
    pub en: String,
}

/// A suggested match that nobody has answered yet.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Suggested {
    /// The match.
    pub id: MatchId,
    /// Its need.
    pub need_id: NeedId,
    /// The line of capacity that it draws on.
    pub capacity_id: CapacityId,
    /// What of all that the unit can do it counts in.
    pub unit_capacity_id: Option<UnitCapacityId>,
    /// How much of the need it serves.
    pub quantity: i64,
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
    /// The line of what its unit can do in all that it counts in; `None` where the unit had laid down none.
    pub unit_capacity_id: Option<UnitCapacityId>,
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
    /// Why it was declined, cancelled or failed, or why a coordinator confirmed the delivery.
    pub reason: Option<String>,
    /// By when it has to be answered.
    pub respond_by: DateTime<Utc>,
    /// When both sides had confirmed.
    pub accepted_at: Option<DateTime<Utc>>,
    /// The matching that it was taken from: all that a coordinator took at once share it.
    pub matching_id: Option<Uuid>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

impl Match {
    /// How much it holds of its need and its service: what was agreed less what was given back.
    #[must_use]
    pub fn kept(&self) -> i64 {
        self.quantity - self.released
    }

    /// How much of it is still to be delivered.
    #[must_use]
    pub fn left(&self) -> i64 {
        self.quantity - self.delivered - self.released
    }

    /// The parts of the score.
    ///
    /// # Errors
    /// Where what is kept cannot be read.
    pub fn reasons(&self) -> Result<Vec<Reason>, serde_json::Error> {
        self.reasons.as_ref().map_or_else(|| Ok(Vec::new()), Deserialize::deserialize)
    }

    /// What it takes of its line of capacity.
    #[must_use]
    pub fn load(&self) -> Load {
        match self.state.hold() {
            Hold::Held => Load { held: self.kept(), committed: 0 },
            Hold::Committed | Hold::Released => Load { held: 0, committed: self.kept() },
        }
    }

    /// The match after an action. Where that ends it, all that is not delivered is given back: once, since nothing leads
    /// on from there.
    ///
    /// # Errors
    /// As [`MatchState::after`].
    pub fn after(&self, action: MatchAction) -> Result<Self, Refusal> {
        let state = self.state.after(action)?;
        let left = if state.hold() == Hold::Released { self.left() } else { 0 };
        Ok(Self { state, released: self.released + left, ..self.clone() })
    }

    /// What a caller is to it.
    #[must_use]
    pub fn standing(&self, need: &Need, viewer: &Viewer) -> Standing {
        let side = match () {
            () if viewer.speaks_for(self.unit_id) => Some(Side::Offering),
            () if need.is_asked_by(viewer) => Some(Side::Asking),
            () => None,
        };
        Standing { side, coordinates: viewer.coordinates(Some(self.street_id)) }
    }

    /// What a caller can do to it now.
    pub fn possible_for(&self, standing: Standing) -> impl Iterator<Item = MatchAction> {
        let is_answered = standing.side.is_some_and(|side| self.confirmed_at(side).is_some());
        self.state.possible().filter(move |action| {
            standing.may(*action) && (*action != MatchAction::Accept || standing.coordinates || !is_answered)
        })
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
    fn what_a_match_takes_of_its_capacity_falls_to_what_it_delivered() {
        for state in MatchState::LIVE {
            for action in state.possible() {
                let before = Match { state, ..some_match() };
                let after = before.after(action).expect("possible");
                let given_back = before.kept() - after.kept();
                match after.state.hold() {
                    Hold::Released => assert_eq!(after.load(), Load { held: 0, committed: after.delivered }),
                    Hold::Held | Hold::Committed => assert_eq!(given_back, 0),
                }
            }
        }
    }

    #[test]
    fn nobody_outside_a_match_may_touch_it() {
        let outside = Standing { side: None, coordinates: false };
        assert!(MatchAction::ALL.iter().all(|action| !outside.may(*action)));
    }

    fn some_match() -> Match {
        use super::super::id::Id as _;
        let id = uuid::Uuid::nil();
        let now = DateTime::UNIX_EPOCH;
        Match {
            id: MatchId::new(id),
            need_id: NeedId::new(id),
            service_id: ServiceId::new(id),
            capacity_id: CapacityId::new(id),
            unit_capacity_id: None,
            unit_id: UnitId::new(id),
            asking_unit_id: None,
            street_id: AreaId::new(id),
            state: MatchState::InProgress,
            initiator: Initiator::Asking,
            quantity: 5,
            delivered: 2,
            released: 0,
            starts_at: now,
            ends_at: now,
            score: None,
            reasons: None,
            asking_confirmed_at: None,
            offering_confirmed_at: None,
            stand_in_side: None,
            stand_in_reason: None,
            reason: None,
            respond_by: now,
            accepted_at: None,
            matching_id: None,
            created_at: now,
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

//! Needs (需求): what a community, a compound, a resident through staff, or a unit asks for.

use super::id::{AreaId, CategoryId, ContactId, NeedId, UnitId};
use super::refusal::{Code, Refusal};
use super::service::{Measure, TargetGroups};
use super::text::{Lang, TextEnum, text_enum};
use super::viewer::{Actor, Viewer};
use chrono::{DateTime, Utc};
use serde::Deserialize;

text_enum! {
    /// How pressing a need is.
    pub enum Urgency {
        /// It can wait.
        Low = "low", "可缓", "low";
        /// As most are.
        Normal = "normal", "一般", "normal";
        /// It should come before others.
        High = "high", "较急", "high";
        /// Somebody suffers while it waits.
        Urgent = "urgent", "紧急", "urgent";
    }
}

text_enum! {
    /// How the hub came to know of a need.
    pub enum Source {
        /// The 12345 hotline.
        Hotline = "hotline", "热线", "hotline";
        /// A visit from door to door.
        Visit = "visit", "走访", "visit";
        /// A meeting.
        Meeting = "meeting", "会议", "meeting";
        /// A deliberation (有事大家议).
        Deliberation = "deliberation", "议事", "deliberation";
        /// Whoever needs it said so.
        SelfReported = "self_reported", "自主申报", "self-reported";
    }
}

text_enum! {
    /// Where a need stands in its life.
    pub enum NeedState {
        /// Being written.
        Draft = "draft", "草稿", "draft";
        /// Handed in (提交).
        Submitted = "submitted", "已提交", "submitted";
        /// Sent back to be completed (退回).
        Returned = "returned", "已退回", "returned";
        /// Found to be real (核实).
        Verified = "verified", "已核实", "verified";
        /// Part of another need (并案).
        Merged = "merged", "已并案", "merged";
        /// Waiting to be claimed (待认领).
        Open = "open", "待认领", "open";
        /// A part of it is claimed.
        PartiallyClaimed = "partially_claimed", "部分认领", "partially claimed";
        /// All of it is claimed.
        Claimed = "claimed", "已认领", "claimed";
        /// All of it is claimed and somebody has begun.
        InService = "in_service", "办理中", "in service";
        /// All of it is delivered (办结).
        Delivered = "delivered", "办结", "delivered";
        /// Done with, with an outcome from the asking side (销号).
        Closed = "closed", "销号", "closed";
        /// Not asked for any more.
        Withdrawn = "withdrawn", "已撤回", "withdrawn";
    }
}

text_enum! {
    /// What people can do to a need. What becomes of it through its matches is not among these.
    pub enum NeedAction {
        /// Edit what is told of it.
        Edit = "edit", "修改", "edit";
        /// Hand it in.
        Submit = "submit", "提交", "submit";
        /// Find it to be real.
        Verify = "verify", "核实", "verify";
        /// Send it back.
        Return = "return", "退回", "return";
        /// Make it part of another.
        Merge = "merge", "并案", "merge";
        /// Offer it to be claimed.
        Open = "open", "开放认领", "open";
        /// Close it with an outcome.
        Close = "close", "销号", "close";
        /// Take it up again with a quantity still to be served.
        Reopen = "reopen", "重办", "reopen";
        /// Not ask for it any more.
        Withdraw = "withdraw", "撤回", "withdraw";
    }
}

text_enum! {
    /// What the asking side says came of a need.
    pub enum Outcome {
        /// It is solved.
        Solved = "solved", "已解决", "solved";
        /// A part of it is solved.
        PartlySolved = "partly_solved", "部分解决", "partly solved";
        /// It is not solved.
        Unsolved = "unsolved", "未解决", "unsolved";
    }
}

impl NeedState {
    /// The states in which a need can be seen by the units of its area.
    pub const PUBLISHED: [Self; 6] =
        [Self::Open, Self::PartiallyClaimed, Self::Claimed, Self::InService, Self::Delivered, Self::Closed];
    /// The states in which some of a need can still be claimed.
    pub const CLAIMABLE: [Self; 2] = [Self::Open, Self::PartiallyClaimed];

    /// Where an action leads from here.
    ///
    /// # Errors
    /// [`Code::IllegalTransition`], naming this state and what is possible.
    pub fn after(self, action: NeedAction) -> Result<Self, Refusal> {
        self.leads_to(action).ok_or_else(|| illegal(self, action, self.possible()))
    }

    /// What can be done in this state.
    pub fn possible(self) -> impl Iterator<Item = NeedAction> {
        NeedAction::ALL.iter().copied().filter(move |action| self.leads_to(*action).is_some())
    }

    /// Whether everything that is told of it may still be edited, since nobody has found it to be real.
    #[must_use]
    pub fn is_unverified(self) -> bool {
        matches!(self, Self::Draft | Self::Submitted | Self::Returned)
    }

    /// Whether its matches move it.
    #[must_use]
    pub fn is_served(self) -> bool {
        matches!(
            self,
            Self::Open | Self::PartiallyClaimed | Self::Claimed | Self::InService | Self::Delivered
        )
    }

    fn leads_to(self, action: NeedAction) -> Option<Self> {
        use NeedAction as A;
        match (self, action) {
            (Self::Delivered | Self::Closed | Self::Merged | Self::Withdrawn, A::Edit | A::Withdraw) => None,
            (state, A::Edit) => Some(state),
            (_, A::Withdraw) => Some(Self::Withdrawn),
            (Self::Draft | Self::Returned, A::Submit) => Some(Self::Submitted),
            (Self::Submitted, A::Verify) => Some(Self::Verified),
            (Self::Submitted | Self::Verified, A::Return) => Some(Self::Returned),
            (Self::Submitted | Self::Verified | Self::Open, A::Merge) => Some(Self::Merged),
            (Self::Verified, A::Open) | (Self::Delivered | Self::Closed, A::Reopen) => Some(Self::Open),
            (Self::Delivered, A::Close) => Some(Self::Closed),
            _ => None,
        }
    }
}

/// A refusal that names the state something is in and what is possible there.
pub(crate) fn illegal<S: TextEnum, A: TextEnum>(
    state: S,
    action: A,
    possible: impl Iterator<Item = A>,
) -> Refusal {
    let possible: Vec<A> = possible.collect();
    let list = |lang: Lang| match possible.as_slice() {
        [] => lang.pick("无", "nothing").to_owned(),
        some => some.iter().map(|action| action.label(lang)).collect::<Vec<_>>().join(lang.pick("、", ", ")),
    };
    Refusal::new(
        Code::IllegalTransition,
        format!(
            "当前状态为“{}”，不能“{}”；现在可以：{}。",
            state.label(Lang::Zh),
            action.label(Lang::Zh),
            list(Lang::Zh)
        ),
        format!(
            "It is {}, so it is not possible to {}; possible now: {}.",
            state.label(Lang::En),
            action.label(Lang::En),
            list(Lang::En)
        ),
    )
}

/// The terms on which a need is served.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Deserialize, sqlx::FromRow)]
pub struct Terms {
    /// The least that one claim takes of it, unless it takes all that is left; `None` for any quantity.
    pub smallest_lot: Option<i64>,
    /// How many services may serve it together; `None` for any number.
    pub most_services: Option<i64>,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, sqlx::FromRow)]
pub struct Need {
    /// Its id.
    pub id: NeedId,
    /// The street that it lies in.
    pub street_id: AreaId,
    /// The community that it lies in; `None` where the street itself asks.
    pub community_id: Option<AreaId>,
    /// The area that it arose in.
    pub area_id: AreaId,
    /// What it is filed under.
    pub category_id: CategoryId,
    /// The unit that asks, where it is a unit.
    pub asking_unit_id: Option<UnitId>,
    /// Where it stands in its life.
    pub state: NeedState,
    /// Its title.
    pub title: String,
    /// An English gloss of the title.
    pub title_en: Option<String>,
    /// What it is, in a few sentences.
    pub description: Option<String>,
    /// Who needs it.
    pub target_groups: TargetGroups,
    /// How pressing it is.
    pub urgency: Urgency,
    /// How the hub came to know of it.
    pub source: Source,
    /// What it is counted in.
    pub measure: Measure,
    /// How much is asked for.
    pub quantity: i64,
    /// The terms on which it is served.
    #[sqlx(flatten)]
    pub terms: Terms,
    /// How much of that live matches hold or have delivered.
    pub claimed: i64,
    /// How much of that is delivered.
    pub delivered: i64,
    /// From when it is wanted.
    pub starts_at: DateTime<Utc>,
    /// Until when it is wanted, itself outside: the deadline.
    pub ends_at: DateTime<Utc>,
    /// Whom to reach about it.
    pub contact_id: Option<ContactId>,
    /// The need that it is part of, where it was merged.
    pub merged_into_id: Option<NeedId>,
    /// Why it was returned, merged, withdrawn or taken up again.
    pub reason: Option<String>,
    /// What the asking side said came of it.
    pub outcome: Option<Outcome>,
    /// How often it was taken up again.
    pub reopened: i64,
    /// When it was verified.
    pub verified_at: Option<DateTime<Utc>>,
    /// Counts the edits, so that two editors do not overwrite each other.
    pub version: i64,
    /// When it was added.
    pub created_at: DateTime<Utc>,
}

impl Need {
    /// How much of it can still be claimed.
    #[must_use]
    pub fn left(&self) -> i64 {
        self.quantity - self.claimed
    }

    /// Refuses a claim that is smaller than the smallest lot. What is left may always be claimed whole.
    ///
    /// # Errors
    /// [`Code::BelowSmallestLot`], naming the lot.
    pub fn require_lot(&self, quantity: i64) -> Result<(), Refusal> {
        let Some(lot) = self.terms.smallest_lot.filter(|lot| quantity < *lot && quantity != self.left())
        else {
            return Ok(());
        };
        let (zh, en) = (self.measure.label(Lang::Zh), self.measure.label(Lang::En));
        Err(Refusal::new(
            Code::BelowSmallestLot,
            format!("该需求每次至少认领{lot}{zh}，或认领全部余量。"),
            format!("Claim at least {lot} {en} of this need at once, or all that is left of it."),
        ))
    }

    /// Refuses one more service where as many serve it as may.
    ///
    /// # Errors
    /// [`Code::TooManyServices`], naming how many may.
    pub fn require_room(&self, serving: i64) -> Result<(), Refusal> {
        let Some(most) = self.terms.most_services.filter(|most| serving >= *most) else { return Ok(()) };
        Err(Refusal::new(
            Code::TooManyServices,
            format!("该需求最多由{most}项服务共同承办，现已有{serving}项。"),
            format!("At most {most} service(s) may share this need, and {serving} do already."),
        ))
    }

    /// Whether the caller is the asking side: the unit's liaison where a unit asks, else the staff of its community,
    /// or the coordinator where the street itself asks.
    #[must_use]
    pub fn is_asked_by(&self, viewer: &Viewer) -> bool {
        match (self.asking_unit_id, viewer.actor) {
            (Some(unit), Actor::Liaison { unit: own }) => unit == own,
            (None, Actor::Staff { community, .. }) => self.community_id == Some(community),
            (None, Actor::Coordinator { street }) => self.community_id.is_none() && self.street_id == street,
            _ => false,
        }
    }

    /// Whether the caller has the right to an action, wherever the need stands.
    #[must_use]
    pub fn may(&self, viewer: &Viewer, action: NeedAction) -> bool {
        let coordinates = viewer.coordinates(Some(self.street_id));
        match action {
            NeedAction::Verify | NeedAction::Return | NeedAction::Merge | NeedAction::Open => coordinates,
            NeedAction::Edit
            | NeedAction::Submit
            | NeedAction::Close
            | NeedAction::Reopen
            | NeedAction::Withdraw => coordinates || self.is_asked_by(viewer),
        }
    }

    /// Whether its deadline has passed while it still waits for something to be delivered.
    #[must_use]
    pub fn is_overdue(&self, now: DateTime<Utc>) -> bool {
        use NeedState as S;
        self.ends_at <= now && !matches!(self.state, S::Delivered | S::Closed | S::Merged | S::Withdrawn)
    }

    /// How many whole days ago it was verified.
    #[must_use]
    pub fn age_days(&self, now: DateTime<Utc>) -> Option<i64> {
        self.verified_at.map(|verified_at| (now - verified_at).num_days())
    }

    /// The state that its matches put it in.
    #[must_use]
    pub fn served_state(&self, begun: bool) -> NeedState {
        match () {
            () if !self.state.is_served() => self.state,
            () if self.delivered >= self.quantity => NeedState::Delivered,
            () if self.claimed >= self.quantity && begun => NeedState::InService,
            () if self.claimed >= self.quantity => NeedState::Claimed,
            () if self.claimed > 0 => NeedState::PartiallyClaimed,
            () => NeedState::Open,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_says_what_is_possible_and_refuses_the_rest() {
        for state in NeedState::ALL {
            let possible: Vec<_> = state.possible().collect();
            for action in NeedAction::ALL {
                match state.after(*action) {
                    Ok(_) => assert!(possible.contains(action)),
                    Err(refusal) => {
                        assert_eq!(refusal.code, Code::IllegalTransition);
                        assert!(refusal.message(Lang::Zh).contains(state.label(Lang::Zh)));
                        assert!(
                            possible.iter().all(|p| refusal.message(Lang::En).contains(p.label(Lang::En)))
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn a_need_is_closed_from_delivered_only_and_reopened_from_there() {
        let closing: Vec<_> = NeedState::ALL.iter().filter(|s| s.after(NeedAction::Close).is_ok()).collect();
        assert_eq!(closing, [&NeedState::Delivered]);
        assert_eq!(NeedState::Closed.after(NeedAction::Reopen), Ok(NeedState::Open));
        assert!(NeedState::Merged.possible().next().is_none());
    }
}

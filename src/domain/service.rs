//! Services (服务/资源): what units offer, how much of it there is, and when.

use super::availability::{RecurrenceError, Rule};
use super::festival::Festival;
use super::id::{AreaId, AvailabilityId, CapacityId, CategoryId, ServiceId, UnitId};
use super::refusal::{Code, Refusal};
use super::text::{TextEnum, text_enum};
use super::viewer::Viewer;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What a service consists of.
    pub enum Mode {
        /// A room or a ground.
        Venue = "venue", "场地", "venue";
        /// Knowledge and skill: talks, advice, treatment.
        Expertise = "expertise", "专业", "expertise";
        /// An event that people come to.
        Activity = "activity", "活动", "activity";
        /// Goods.
        Goods = "goods", "物资", "goods";
        /// Money.
        Money = "money", "资金", "money";
        /// People who lend a hand.
        People = "people", "人力", "people";
    }
}

text_enum! {
    /// What quantities are counted in. A need and a service meet only in the same measure.
    pub enum Measure {
        /// Sessions of a talk, a course, an event.
        Sessions = "sessions", "场次", "sessions";
        /// Visits, of or by somebody.
        Visits = "visits", "人次", "visits";
        /// Seats.
        Seats = "seats", "席位", "seats";
        /// Hours.
        Hours = "hours", "小时", "hours";
        /// Yuan.
        Yuan = "yuan", "元", "yuan";
        /// Items of goods.
        Items = "items", "件", "items";
        /// People.
        People = "people", "人", "people";
    }
}

text_enum! {
    /// Whom a service is for, or who needs something.
    pub enum TargetGroup {
        /// Every resident.
        Everyone = "everyone", "全体居民", "everyone";
        /// Elderly people.
        Elderly = "elderly", "老年人", "elderly people";
        /// Elderly people who live alone.
        LivingAlone = "living_alone", "独居老人", "elderly people who live alone";
        /// Children below school age and in primary school.
        Children = "children", "儿童", "children";
        /// Pupils and young people.
        Pupils = "pupils", "学生", "pupils";
        /// Women.
        Women = "women", "妇女", "women";
        /// People with disabilities.
        Disabled = "disabled", "残疾人", "people with disabilities";
        /// Households with a low income.
        LowIncome = "low_income", "低收入家庭", "low-income households";
        /// Veterans.
        Veterans = "veterans", "退役军人", "veterans";
        /// Party members.
        PartyMembers = "party_members", "党员", "Party members";
        /// People who moved here.
        Migrants = "migrants", "外来人员", "people who moved here";
        /// Shopkeepers.
        Shopkeepers = "shopkeepers", "商户", "shopkeepers";
    }
}

impl TargetGroup {
    /// The wider group that this one is part of, beside everyone.
    #[must_use]
    pub fn wider(self) -> Option<Self> {
        match self {
            Self::LivingAlone => Some(Self::Elderly),
            Self::Children => Some(Self::Pupils),
            _ => None,
        }
    }
}

/// A set of target groups, kept as one bit each in the order of [`TargetGroup::ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, sqlx::Type)]
#[serde(transparent)]
#[sqlx(transparent)]
pub struct TargetGroups(i64);

impl TargetGroups {
    /// The bits, as they are stored.
    #[must_use]
    pub fn bits(self) -> i64 {
        self.0
    }

    /// The groups in the set, in the order of their declaration.
    pub fn iter(self) -> impl Iterator<Item = TargetGroup> {
        TargetGroup::ALL.iter().copied().filter(move |group| self.contains(*group))
    }

    /// Whether the set holds the group.
    #[must_use]
    pub fn contains(self, group: TargetGroup) -> bool {
        self.0 & Self::bit(group) != 0
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    fn bit(group: TargetGroup) -> i64 {
        1 << group as u8
    }
}

impl FromIterator<TargetGroup> for TargetGroups {
    fn from_iter<T: IntoIterator<Item = TargetGroup>>(groups: T) -> Self {
        Self(groups.into_iter().fold(0, |bits, group| bits | Self::bit(group)))
    }
}

text_enum! {
    /// Where a service stands in its life.
    pub enum ServiceState {
        /// Being written by its unit.
        Draft = "draft", "草稿", "draft";
        /// Looked at and found good by the street.
        Reviewed = "reviewed", "已审核", "reviewed";
        /// On offer (上架).
        Listed = "listed", "上架", "listed";
        /// Not on offer for the time being.
        Paused = "paused", "暂停", "paused";
        /// No longer on offer (下架), for good.
        Retired = "retired", "下架", "retired";
    }
}

text_enum! {
    /// What can be done to a service.
    pub enum ServiceAction {
        /// Approve a draft.
        Review = "review", "审核通过", "review";
        /// Put it on offer.
        List = "list", "上架", "list";
        /// Take it off for a while.
        Pause = "pause", "暂停", "pause";
        /// Put it back on offer.
        Resume = "resume", "恢复", "resume";
        /// Take it off for good.
        Retire = "retire", "下架", "retire";
    }
}

impl ServiceState {
    /// Where an action leads from here.
    ///
    /// # Errors
    /// [`Code::IllegalTransition`], naming this state and what is possible.
    pub fn after(self, action: ServiceAction) -> Result<Self, Refusal> {
        self.leads_to(action).ok_or_else(|| super::need::illegal(self, action, self.possible()))
    }

    /// What can be done in this state.
    pub fn possible(self) -> impl Iterator<Item = ServiceAction> {
        ServiceAction::ALL.iter().copied().filter(move |action| self.leads_to(*action).is_some())
    }

    /// Refuses changes to what is off the offer for good.
    ///
    /// # Errors
    /// [`Code::IllegalTransition`] for a retired service.
    pub fn require_editable(self) -> Result<(), Refusal> {
        if self != Self::Retired {
            return Ok(());
        }
        Err(Refusal::new(
            Code::IllegalTransition,
            "服务已下架，不能再修改；如需继续提供，请新建一项服务。",
            "The service is retired and cannot be changed any more; add a new one instead.",
        ))
    }

    fn leads_to(self, action: ServiceAction) -> Option<Self> {
        use ServiceAction as A;
        match (self, action) {
            (Self::Draft, A::Review) => Some(Self::Reviewed),
            (Self::Reviewed, A::List) | (Self::Paused, A::Resume) => Some(Self::Listed),
            (Self::Listed, A::Pause) => Some(Self::Paused),
            (Self::Draft | Self::Reviewed | Self::Listed | Self::Paused, A::Retire) => Some(Self::Retired),
            _ => None,
        }
    }
}

/// A standing offer of a unit.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Service {
    /// Its id.
    pub id: ServiceId,
    /// The unit that offers it.
    pub unit_id: UnitId,
    /// The street that registered the unit.
    pub street_id: AreaId,
    /// What it is filed under.
    pub category_id: CategoryId,
    /// Where it stands in its life.
    pub state: ServiceState,
    /// What it consists of.
    pub mode: Mode,
    /// Its title.
    pub title: String,
    /// An English gloss of the title.
    pub title_en: Option<String>,
    /// What it is, in a few sentences.
    pub description: Option<String>,
    /// Whom it is for.
    pub target_groups: TargetGroups,
    /// What one has to bring along to be served.
    pub eligibility: Option<String>,
    /// How many days ahead it has to be asked for.
    pub lead_time_days: i64,
    /// Counts the edits, so that two editors do not overwrite each other.
    pub version: i64,
    /// When it was added.
    pub created_at: DateTime<Utc>,
}

impl Service {
    /// Whether the caller may edit it: its unit's liaison and its street's coordinator.
    #[must_use]
    pub fn is_run_by(&self, viewer: &Viewer) -> bool {
        viewer.speaks_for(self.unit_id) || viewer.coordinates(Some(self.street_id))
    }

    /// Whether an action is the caller's to take: the review is the street's, all else the unit's as well.
    #[must_use]
    pub fn grants(&self, viewer: &Viewer, action: ServiceAction) -> bool {
        match action {
            ServiceAction::Review => viewer.coordinates(Some(self.street_id)),
            _ => self.is_run_by(viewer),
        }
    }
}

/// One line of a service's capacity: how much of it there is within a window.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Capacity {
    /// Its id.
    pub id: CapacityId,
    /// The service.
    pub service_id: ServiceId,
    /// When the window begins.
    pub starts_at: DateTime<Utc>,
    /// When the window ends, itself outside.
    pub ends_at: DateTime<Utc>,
    /// What it is counted in.
    pub measure: Measure,
    /// How much there is in all.
    pub total: i64,
    /// How much is held by suggestions and proposals that are not answered yet.
    pub held: i64,
    /// How much is promised or already used.
    pub committed: i64,
}

impl Capacity {
    /// How much is left.
    #[must_use]
    pub fn left(&self) -> i64 {
        self.total - self.held - self.committed
    }
}

/// Whether nothing is left in any line that has not ended.
#[must_use]
pub fn is_exhausted(lines: &[Capacity], now: DateTime<Utc>) -> bool {
    !lines.iter().any(|line| now < line.ends_at && line.left() > 0)
}

/// One rule that says when a service can be had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct AvailabilityRule {
    /// Its id.
    pub id: AvailabilityId,
    /// The service.
    pub service_id: ServiceId,
    /// A recurrence as RFC 5545 writes it (`FREQ=WEEKLY;BYDAY=SA,SU`); `None` for a festival.
    pub rrule: Option<String>,
    /// The festival, each year; `None` for a recurrence.
    pub festival: Option<Festival>,
    /// The first day it applies.
    pub starts_on: NaiveDate,
    /// The last day it applies.
    pub ends_on: Option<NaiveDate>,
    /// The local time of day at which it begins.
    pub start_time: NaiveTime,
    /// How long it lasts, in minutes.
    pub minutes: i64,
}

impl AvailabilityRule {
    /// The rule, to be asked for its occurrences.
    ///
    /// # Errors
    /// What is wrong with it: nothing, in a row that was checked when it was kept.
    pub fn rule(&self) -> Result<Rule, RecurrenceError> {
        Rule::new(
            self.rrule.as_deref(),
            self.festival,
            self.starts_on,
            self.ends_on,
            self.start_time,
            self.minutes,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::id::Id as _;
    use super::*;
    use chrono::TimeDelta;
    use uuid::Uuid;

    #[test]
    fn only_what_is_left_in_lines_that_have_not_ended_counts() {
        let now = DateTime::UNIX_EPOCH;
        let line = |ends_in: i64, held: i64, committed: i64| Capacity {
            id: CapacityId::new(Uuid::nil()),
            service_id: ServiceId::new(Uuid::nil()),
            starts_at: now - TimeDelta::days(9),
            ends_at: now + TimeDelta::days(ends_in),
            measure: Measure::Sessions,
            total: 5,
            held,
            committed,
        };
        assert!(is_exhausted(&[], now));
        assert!(is_exhausted(&[line(0, 0, 0), line(1, 2, 3)], now));
        assert!(!is_exhausted(&[line(1, 2, 3), line(1, 2, 2)], now));
    }

    #[test]
    fn every_state_but_the_last_can_be_edited_and_retired() {
        for state in ServiceState::ALL {
            let retired = *state == ServiceState::Retired;
            assert_eq!(state.require_editable().is_err(), retired, "{state:?}");
            assert_eq!(state.after(ServiceAction::Retire).is_err(), retired, "{state:?}");
        }
    }
}

//! What has to hold before a service may serve a need: one set of rules for the matching and for claims.

use super::availability::{Rule, Span, any_within};
use super::id::CapacityId;
use super::need::Need;
use super::refusal::{Code, Refusal};
use super::service::{Capacity, Service, TargetGroup, TargetGroups};
use super::text::{Lang, TextEnum, text_enum};
use chrono::{DateTime, TimeDelta, Utc};

text_enum! {
    /// What keeps a service from serving a need. A service is counted under the first that excludes it.
    pub enum Constraint {
        /// It is filed under another category, neither the need's nor a wider one.
        Category = "category", "类别不符", "another category";
        /// It is counted in another measure.
        Measure = "measure", "计量单位不同", "another measure";
        /// It is not for all who need it.
        TargetGroup = "target_group", "服务对象不符", "for other groups";
        /// It does not cover the place.
        Coverage = "coverage", "服务范围不含该区划", "covers other areas";
        /// Its unit has not checked in (报到) around the place.
        CheckIn = "check_in", "单位未在该区划报到", "unit not checked in there";
        /// It cannot be had when it is wanted.
        Time = "time", "时间对不上", "no common time";
        /// It has to be asked for further ahead.
        LeadTime = "lead_time", "预约时间不足", "too short notice";
        /// All of it is taken.
        Capacity = "capacity", "容量已用完", "no capacity left";
        /// A unit never serves a need of its own.
        OwnUnit = "own_unit", "不能服务本单位的需求", "the unit's own need";
        /// A live match joins the two already.
        AlreadyMatched = "already_matched", "已有进行中的对接", "matched already";
        /// A coordinator has forbidden the pair.
        Prohibition = "prohibition", "已被禁止对接", "forbidden pair";
    }
}

/// A need and a service, with all that decides whether the two may go together.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, looked up elsewhere")]
pub struct Pair<'a> {
    /// The present.
    pub now: DateTime<Utc>,
    /// The need.
    pub need: &'a Need,
    /// The service.
    pub service: &'a Service,
    /// When the service can be had; at any time where there is no rule.
    pub rules: &'a [Rule],
    /// Whether the service is filed under the need's category or a wider one.
    pub is_of_category: bool,
    /// Whether the service covers the need's area or one that it lies in.
    pub is_covered: bool,
    /// Whether the service's unit has checked in at the need's area or at one that it lies in.
    pub is_checked_in: bool,
    /// Whether a coordinator has forbidden the pair.
    pub is_forbidden: bool,
    /// The lines of capacity that a live match joins with the need already.
    pub joined: &'a [CapacityId],
}

impl Pair<'_> {
    /// The lines of the service's capacity that may serve the need, in the order in which they are given, each with the
    /// first occasion that both sides allow.
    ///
    /// # Errors
    /// The first constraint that excludes the service or the last of its lines.
    pub fn lines<'c>(
        &self,
        lines: impl IntoIterator<Item = &'c Capacity>,
    ) -> Result<Vec<(&'c Capacity, Span)>, Constraint> {
        let (need, service) = (self.need, self.service);
        require(self.is_of_category, Constraint::Category)?;
        let lines = remaining(lines, Constraint::Measure, |line| line.measure == need.measure)?;
        require(serves(service.target_groups, need.target_groups), Constraint::TargetGroup)?;
        require(self.is_covered, Constraint::Coverage)?;
        require(self.is_checked_in, Constraint::CheckIn)?;
        let lines = remaining(lines, Constraint::Time, |line| self.first_from(self.now, line).is_some())?;
        let lines = remaining(lines, Constraint::LeadTime, |line| self.first(line).is_some())?;
        let lines = remaining(lines, Constraint::Capacity, |line| line.left() > 0)?;
        require(need.asking_unit_id != Some(service.unit_id), Constraint::OwnUnit)?;
        let lines = remaining(lines, Constraint::AlreadyMatched, |line| !self.joined.contains(&line.id))?;
        require(!self.is_forbidden, Constraint::Prohibition)?;
        Ok(lines.into_iter().filter_map(|line| Some((line, self.first(line)?))).collect())
    }

    /// The window that the need and a line of capacity have in common, as far as the service can still be asked for.
    #[must_use]
    pub fn window(&self, line: &Capacity) -> Span {
        self.window_from(self.ready_at(), line)
    }

    /// The earliest moment at which the service can be had when it is asked for now.
    fn ready_at(&self) -> DateTime<Utc> {
        self.now + TimeDelta::days(self.service.lead_time_days)
    }

    fn first(&self, line: &Capacity) -> Option<Span> {
        self.first_from(self.ready_at(), line)
    }

    fn first_from(&self, from: DateTime<Utc>, line: &Capacity) -> Option<Span> {
        let (from, to) = self.window_from(from, line);
        any_within(self.rules, from, to)
    }

    fn window_from(&self, from: DateTime<Utc>, line: &Capacity) -> Span {
        let from = from.max(self.need.starts_at).max(line.starts_at);
        (from, self.need.ends_at.min(line.ends_at))
    }
}

/// Whether what is for some groups serves all who need it: it is for everyone, or for each group or its wider one.
#[must_use]
pub fn serves(offered: TargetGroups, needed: TargetGroups) -> bool {
    let has = |group: TargetGroup| {
        offered.contains(group) || group.wider().is_some_and(|wider| offered.contains(wider))
    };
    offered.contains(TargetGroup::Everyone) || needed.iter().all(has)
}

/// All groups that what is for some groups serves: what needs nobody else is served by it.
#[must_use]
pub fn served(offered: TargetGroups) -> TargetGroups {
    TargetGroup::ALL.iter().copied().filter(|group| serves(offered, [*group].into_iter().collect())).collect()
}

fn require(kept: bool, constraint: Constraint) -> Result<(), Constraint> {
    if kept { Ok(()) } else { Err(constraint) }
}

fn remaining<'c>(
    lines: impl IntoIterator<Item = &'c Capacity>,
    constraint: Constraint,
    keep: impl Fn(&Capacity) -> bool,
) -> Result<Vec<&'c Capacity>, Constraint> {
    let lines: Vec<&Capacity> = lines.into_iter().filter(|line| keep(line)).collect();
    if lines.is_empty() { Err(constraint) } else { Ok(lines) }
}

impl From<Constraint> for Refusal {
    fn from(constraint: Constraint) -> Self {
        let code = match constraint {
            Constraint::Capacity => Code::NotEnoughCapacity,
            Constraint::AlreadyMatched => Code::AlreadyExists,
            Constraint::Prohibition => Code::Forbidden,
            _ => Code::DoesNotFit,
        };
        Self::new(
            code,
            format!("该服务与需求不能对接：{}。", constraint.label(Lang::Zh)),
            format!("The service and the need cannot go together: {}.", constraint.label(Lang::En)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_for_a_group_its_wider_group_or_everyone() {
        use TargetGroup as G;
        let groups = |groups: &[TargetGroup]| groups.iter().copied().collect::<TargetGroups>();
        for (offered, needed, fits) in [
            (&[G::Everyone][..], &[G::Women, G::Veterans][..], true),
            (&[G::Elderly], &[G::LivingAlone], true),
            (&[G::LivingAlone], &[G::Elderly], false),
            (&[G::Elderly], &[G::Elderly, G::Women], false),
            (&[G::Women], &[G::Everyone], false),
        ] {
            assert_eq!(serves(groups(offered), groups(needed)), fits, "{offered:?} for {needed:?}");
            let missing = groups(needed).bits() & !served(groups(offered)).bits();
            assert_eq!(missing == 0, fits, "{offered:?} for {needed:?}");
        }
    }
}

use super::*;
use crate::domain::availability::Rule;
use crate::domain::fit::Constraint;
use crate::domain::text::TextEnum as _;
use chrono::NaiveDate;

/// One need and one service that fits.
fn fitting() -> Snapshot {
    empty().with_need(need(30)).with_service(service(40, LIBRARY), 10)
}

/// The world of `fitting`, spoilt so that the constraint excludes its service.
fn spoilt(constraint: Constraint) -> Snapshot {
    let mut rows = fitting();
    let (need, service, line) = (&mut rows.needs[0], &mut rows.services[0], &mut rows.capacities[0]);
    match constraint {
        Constraint::Category => service.category_id = id(CULTURE),
        Constraint::Measure => line.measure = Measure::Hours,
        Constraint::TargetGroup => service.target_groups = [TargetGroup::Women].into_iter().collect(),
        Constraint::Coverage => rows.coverage[0].1 = id(OTHER_COMMUNITY),
        Constraint::CheckIn => rows.check_ins[0].1 = id(OTHER_COMMUNITY),
        Constraint::Time => line.ends_at = monday() - TimeDelta::days(1),
        Constraint::LeadTime => service.lead_time_days = 30,
        Constraint::Capacity => (line.held, line.committed) = (4, 6),
        Constraint::OwnUnit => need.asking_unit_id = Some(id(LIBRARY)),
        Constraint::AlreadyMatched => rows.joined.push((id(30), id(140))),
        Constraint::Prohibition => return rows.with_directive(DirectiveKind::Prohibition, 30, 40, None),
    }
    rows
}

#[test]
fn each_constraint_excludes_and_is_named() {
    assert_eq!(fitting().candidates().len(), 1);
    for constraint in Constraint::ALL {
        let rows = spoilt(*constraint);
        assert_eq!(rows.candidates(), [], "{constraint:?}");
        assert_eq!(rows.exclusions().counts, [(*constraint, 1)].into());
    }
}

#[test]
fn a_service_is_counted_once_under_the_first_constraint() {
    let mut rows = spoilt(Constraint::Measure);
    rows.services[0].target_groups = [TargetGroup::Women].into_iter().collect();
    rows.services[0].lead_time_days = 30;
    assert_eq!(rows.exclusions().counts, [(Constraint::Measure, 1)].into());
}

#[test]
fn a_wider_category_and_a_wider_group_serve_and_narrower_ones_do_not() {
    let candidates = |rows: &Snapshot| rows.candidates().len();
    let mut rows = fitting();
    rows.services[0].category_id = id(SAFETY);
    rows.needs[0].target_groups = [TargetGroup::LivingAlone].into_iter().collect();
    assert_eq!(candidates(&rows), 1);
    rows.services[0].target_groups = [TargetGroup::LivingAlone].into_iter().collect();
    rows.needs[0].target_groups = [TargetGroup::Elderly].into_iter().collect();
    assert_eq!(candidates(&rows), 0);
    rows.services[0].target_groups = rows.needs[0].target_groups;
    rows.needs[0].category_id = id(SAFETY);
    rows.services[0].category_id = id(ANTI_FRAUD);
    assert_eq!(candidates(&rows), 0);
}

#[test]
fn the_first_occasion_keeps_to_the_rules_and_to_the_lead_time() {
    let mut rows = fitting();
    let day = NaiveDate::from_ymd_opt(2026, 1, 1).expect("a day");
    let rule =
        Rule::new(Some("FREQ=WEEKLY;BYDAY=SA"), None, day, None, chrono::NaiveTime::MIN, 60).expect("a rule");
    rows.rules.push((id(40), rule));
    let first = |rows: &Snapshot| rows.candidates()[0].first.0;
    assert_eq!(first(&rows).to_rfc3339(), "2026-03-06T16:00:00+00:00");
    rows.services[0].lead_time_days = 7;
    assert_eq!(first(&rows).to_rfc3339(), "2026-03-13T16:00:00+00:00");
}

#[test]
fn one_line_that_fits_is_enough() {
    let mut rows = spoilt(Constraint::Capacity);
    rows.capacities.push(line(150, 40, 3));
    let found = rows.candidates();
    assert_eq!(found.len(), 1);
    assert_eq!(rows.world().lines[found[0].line].capacity.id, id::<CapacityId>(150));
}

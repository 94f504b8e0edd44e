//! What is expected: the needs of the past year, as they would come again.
//!
//! A need comes again a year later, on the same day. One whose title names a lunar festival comes as many days later as that
//! festival does: between 353 and 385. Whatever would have been asked for again by today is not expected any more, and what
//! lies further off than half a year, like today's own needs, says nothing about today's capacity yet.

use super::world::World;
use crate::domain::day::local_day;
use crate::domain::festival::Festival;
use crate::domain::need::{Need, NeedState};
use chrono::{DateTime, Days, Months, TimeDelta, Utc};

/// A need that is expected, its window as it would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreseen {
    /// The need of the past, as it would be asked for again.
    pub need: Need,
    /// When that is expected.
    pub at: DateTime<Utc>,
}

/// How many days back a need may lie that is still to come again.
pub const DAYS_BACK: i64 = 390;

/// How many days ahead anything is expected.
const DAYS_AHEAD: u64 = 183;

/// What is expected after today, from needs of the past.
#[must_use]
pub fn foresee(past: Vec<Need>, now: DateTime<Utc>) -> Vec<Foreseen> {
    let today = local_day(now);
    let last = today.checked_add_days(Days::new(DAYS_AHEAD)).unwrap_or(today);
    let again = past.into_iter().filter_map(again);
    // By whole days, so that what is expected stands still for a day.
    let is_ahead = |one: &Foreseen| {
        let day = local_day(one.at);
        today < day && day <= last && one.need.starts_at < one.need.ends_at
    };
    again.filter(is_ahead).collect()
}

fn again(mut need: Need) -> Option<Foreseen> {
    let later = TimeDelta::days(days_later(&need)?);
    let at = need.verified_at? + later;
    // Nothing can be done for it before it is known.
    need.starts_at = (need.starts_at + later).max(at);
    need.ends_at += later;
    (need.state, need.claimed, need.delivered) = (NeedState::Open, 0, 0);
    Some(Foreseen { need, at })
}

fn days_later(need: &Need) -> Option<i64> {
    let festival = Festival::lunar_in(&need.title).or_else(|| Festival::lunar_in(need.title_en.as_deref()?));
    let lunar = festival.and_then(|festival| festival.days_to_the_next(local_day(need.starts_at)));
    let day = local_day(need.verified_at?);
    lunar.or_else(|| Some((day.checked_add_months(Months::new(12))? - day).num_days()))
}

impl World {
    /// This world with what is expected in place of what is asked for: nobody has laid down or answered anything there.
    #[must_use]
    pub(super) fn ahead(&self) -> Self {
        Self {
            now: self.now,
            needs: self.foreseen.iter().map(|one| one.need.clone()).collect(),
            offers: self.offers.clone(),
            lines: self.lines.clone(),
            units: self.units.clone(),
            check_ins: self.check_ins.clone(),
            areas: self.foreseen_areas.clone(),
            categories: self.categories.clone(),
            communities: self.communities.clone(),
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::need;
    use super::*;
    use chrono::TimeZone as _;

    fn utc(year: i32, month: u32, day: u32) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(year, month, day, 4, 0, 0).single().unwrap_or_default()
    }

    /// A need that was raised on a day and wanted for four weeks from ten days later on.
    fn raised(title: &str, at: DateTime<Utc>) -> Need {
        let starts_at = at + TimeDelta::days(10);
        let ends_at = starts_at + TimeDelta::days(28);
        Need { title: title.into(), verified_at: Some(at), starts_at, ends_at, claimed: 5, ..need(30) }
    }

    #[test]
    fn a_need_comes_again_a_year_later_and_one_for_a_lunar_festival_with_it() {
        let past = vec![
            raised("反诈讲座", utc(2025, 3, 20)),
            raised("中秋慰问演出", utc(2025, 9, 20)),
            raised("元宵灯谜会", utc(2026, 2, 10)),
        ];
        let seen = |now| {
            let seen = foresee(past.clone(), now).into_iter();
            seen.map(|one| (one.at, one.need.starts_at, one.need.claimed)).collect::<Vec<_>>()
        };
        // Mid-autumn is on 6 October 2025 and on 25 September 2026, the lanterns on 3 March 2026 and 20 February 2027.
        let spring = [(utc(2026, 3, 20), utc(2026, 3, 30), 0), (utc(2026, 9, 9), utc(2026, 9, 19), 0)];
        assert_eq!(seen(utc(2026, 3, 15)), spring);
        assert_eq!(seen(utc(2026, 12, 1)), [(utc(2027, 1, 30), utc(2027, 2, 9), 0)]);
    }

    #[test]
    fn what_would_have_come_by_today_is_expected_no_more() {
        let now = utc(2026, 3, 2);
        let at = |past| foresee(vec![past], now).len();
        assert_eq!(at(raised("反诈讲座", utc(2025, 3, 2))), 0);
        assert_eq!(at(raised("反诈讲座", utc(2025, 3, 3))), 1);
        assert_eq!(at(raised("反诈讲座", utc(2025, 9, 1))), 1, "half a year ahead");
        assert_eq!(at(raised("反诈讲座", utc(2025, 9, 2))), 0);
        assert_eq!(at(Need { verified_at: None, ..raised("反诈讲座", utc(2025, 9, 2)) }), 0);
        // The leap month puts the festival later than the day of a year ago.
        assert_eq!(at(raised("新春慰问", utc(2025, 2, 14))), 1);
        assert_eq!(at(raised("春季慰问", utc(2025, 2, 14))), 0);
    }

    #[test]
    fn nothing_is_done_for_a_need_before_it_is_known() {
        let past = Need { starts_at: utc(2025, 1, 1), ..raised("反诈讲座", utc(2025, 4, 2)) };
        let seen = foresee(vec![past], utc(2026, 3, 2));
        assert_eq!(seen[0].need.starts_at, utc(2026, 4, 2));
    }
}

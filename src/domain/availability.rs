//! When a service can be had: on the days of a recurrence or at a festival, from a time of day for some
//! minutes.
//!
//! All days and times of day are China standard time, which is 8 hours ahead of UTC and has no summer time.

pub mod calendar;
mod error;
mod grammar;
mod recurrence;

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

use super::day::UTC_AHEAD;
use super::festival::Festival;
use recurrence::{Series, Until};

pub use error::{Frequency, LONGEST_TEXT, Part, RecurrenceError};
pub use recurrence::{HORIZON_DAYS, Recurrence};

/// The longest occurrence, a week in minutes.
pub const LONGEST_MINUTES: u32 = 7 * 24 * 60;

/// When an occurrence starts and ends.
pub type Span = (DateTime<Utc>, DateTime<Utc>);

/// A checked availability, which occurs at least once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    days: Days,
    starts_on: NaiveDate,
    last_on: Option<NaiveDate>,
    start: NaiveTime,
    length: TimeDelta,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Days {
    Series(Series),
    Festival(Festival),
}

impl Rule {
    /// A rule on the days of a recurrence ([`Recurrence::parse`]; a single day is `FREQ=DAILY;COUNT=1`) or at a
    /// festival of every year, from `starts_on` to `ends_on` (both included, by the day on which an occurrence
    /// starts), from the local time `start` for `minutes`. COUNT counts from `starts_on`, and for about 100 years at
    /// most.
    ///
    /// # Errors
    /// What is wrong with it, [`Never`](RecurrenceError::Never) when no day between the two fits.
    pub fn new(
        recurrence: Option<&str>,
        festival: Option<Festival>,
        starts_on: NaiveDate,
        ends_on: Option<NaiveDate>,
        start: NaiveTime,
        minutes: i64,
    ) -> Result<Self, RecurrenceError> {
        if !(1..=i64::from(LONGEST_MINUTES)).contains(&minutes) {
            return Err(RecurrenceError::BadLength { minutes });
        }
        if let Some(ends_on) = ends_on.filter(|ends_on| *ends_on < starts_on) {
            return Err(RecurrenceError::EndsBeforeStart { starts_on, ends_on });
        }
        let (days, own_end) = match (recurrence, festival) {
            (Some(text), None) => {
                let recurrence = Recurrence::parse(text)?;
                let series = Series::new(&recurrence, starts_on);
                let own_end = own_end(&recurrence, &series, starts_on, start);
                (Days::Series(series), own_end)
            }
            (None, Some(festival)) => (Days::Festival(festival), None),
            _ => return Err(RecurrenceError::NotOnePattern),
        };
        let last_on = [ends_on, own_end].into_iter().flatten().min();
        let rule = Self { days, starts_on, last_on, start, length: TimeDelta::minutes(minutes) };
        if rule.days_from(starts_on).next().is_none() {
            return Err(RecurrenceError::Never);
        }
        Ok(rule)
    }

    /// The occurrences that start in `[from, to)`, ascending. One already under way at `from` is not among
    /// them, for whoever asks wants all of it; one that starts before `to` is, even if it ends later.
    ///
    /// A recurrence is followed for about 100 years from the later of `from` and its first day, a festival until
    /// [`LAST_YEAR`](super::festival::LAST_YEAR).
    pub fn spans_within(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> impl Iterator<Item = Span> {
        let from_day = from.naive_utc().checked_add_signed(UTC_AHEAD).map(|local| local.date());
        from_day
            .into_iter()
            .flat_map(|day| self.days_from(day))
            .filter_map(|day| self.span_on(day))
            .skip_while(move |(start, _)| *start < from)
            .take_while(move |(start, _)| *start < to)
    }

    /// The first of [`spans_within`](Self::spans_within).
    #[must_use]
    pub fn first_within(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Option<Span> {
        self.spans_within(from, to).next()
    }

    /// How many [`spans_within`](Self::spans_within) there are; counting stops at `limit`.
    #[must_use]
    pub fn count_within(&self, from: DateTime<Utc>, to: DateTime<Utc>, limit: usize) -> usize {
        self.spans_within(from, to).take(limit).count()
    }

    fn days_from(&self, day: NaiveDate) -> impl Iterator<Item = NaiveDate> {
        let day = day.max(self.starts_on);
        let (series, festival) = match &self.days {
            Days::Series(series) => (Some(series), None),
            Days::Festival(festival) => (None, Some(*festival)),
        };
        let of_series = series.into_iter().flat_map(move |series| series.days_from(day));
        let of_festival = festival.into_iter().flat_map(move |festival| {
            let next = move |last: &NaiveDate| festival.next_on_or_after(last.succ_opt()?);
            std::iter::successors(festival.next_on_or_after(day), next)
        });
        of_series.chain(of_festival).take_while(|day| self.last_on.is_none_or(|last| *day <= last))
    }

    fn span_on(&self, day: NaiveDate) -> Option<Span> {
        let start = day.and_time(self.start).checked_sub_signed(UTC_AHEAD)?.and_utc();
        Some((start, start.checked_add_signed(self.length)?))
    }
}

/// The last day that COUNT or UNTIL leaves.
fn own_end(rule: &Recurrence, series: &Series, starts_on: NaiveDate, start: NaiveTime) -> Option<NaiveDate> {
    match (rule.until, rule.count) {
        (Some(Until::Day(day)), _) => Some(day),
        (Some(Until::Time(time)), _) if start <= time.time() => Some(time.date()),
        (Some(Until::Time(time)), _) => Some(time.date().pred_opt().unwrap_or(time.date())),
        (None, Some(count)) => series.days_from(starts_on).take(count.into()).last(),
        (None, None) => None,
    }
}

/// The earliest occurrence of any of a service's rules that starts in `[from, to)`.
///
/// A service without rules can be had at any time, which gives all of `[from, to)`.
#[must_use]
pub fn any_within(rules: &[Rule], from: DateTime<Utc>, to: DateTime<Utc>) -> Option<Span> {
    if rules.is_empty() {
        return (from < to).then_some((from, to));
    }
    rules.iter().filter_map(|rule| rule.first_within(from, to)).min()
}

/// The next so many occurrences of a service's rules that start from `from` on, ascending, each once. A service without
/// rules can be had at any time and has none.
#[must_use]
pub fn upcoming(rules: &[Rule], from: DateTime<Utc>, count: usize) -> Vec<Span> {
    let next =
        |rule: &Rule| rule.spans_within(from, DateTime::<Utc>::MAX_UTC).take(count).collect::<Vec<_>>();
    let spans: BTreeSet<Span> = rules.iter().flat_map(next).collect();
    spans.into_iter().take(count).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::text::TextEnum as _;
    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
    }

    fn clock(hour: u32) -> NaiveTime {
        NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default()
    }

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap_or_default()
    }

    #[derive(Debug, Clone)]
    pub(super) struct Availability {
        rrule: Option<&'static str>,
        festival: Option<Festival>,
        starts_on: NaiveDate,
        ends_on: Option<NaiveDate>,
        start: NaiveTime,
        minutes: i64,
    }

    impl Availability {
        pub(super) fn rule(&self) -> Result<Rule, RecurrenceError> {
            Rule::new(self.rrule, self.festival, self.starts_on, self.ends_on, self.start, self.minutes)
        }
    }

    /// Every Saturday and Sunday of 2026, 6 to 8 o'clock local time, which is the evening before in UTC.
    fn weekends() -> Availability {
        Availability {
            rrule: Some("FREQ=WEEKLY;BYDAY=SA,SU"),
            festival: None,
            starts_on: day(2026, 1, 1),
            ends_on: Some(day(2026, 12, 31)),
            start: clock(6),
            minutes: 120,
        }
    }

    fn recurring(rrule: &'static str) -> Availability {
        Availability { rrule: Some(rrule), ..weekends() }
    }

    fn at_festival(festival: Festival) -> Availability {
        Availability { rrule: None, festival: Some(festival), ends_on: None, ..weekends() }
    }

    /// Availabilities of all kinds around 2020 to 2026; some never occur.
    pub(super) fn availability() -> impl Strategy<Value = Availability> {
        let patterns = [
            "FREQ=DAILY",
            "FREQ=DAILY;INTERVAL=3",
            "FREQ=DAILY;COUNT=40",
            "FREQ=WEEKLY;BYDAY=SA,SU",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU",
            "FREQ=WEEKLY;UNTIL=20230601",
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR",
            "FREQ=MONTHLY;BYDAY=-1FR",
            "FREQ=YEARLY;BYMONTH=3,9;BYDAY=SU",
            "FREQ=YEARLY;BYDAY=WE",
        ];
        let pattern = prop_oneof![
            4 => proptest::sample::select(patterns.to_vec()).prop_map(|text| (Some(text), None)),
            1 => proptest::sample::select(Festival::ALL.to_vec()).prop_map(|festival| (None, Some(festival))),
        ];
        let hours = (0_u32..24, 1_i64..2_000);
        (pattern, 0_u64..2_200, proptest::option::of(0_u64..2_200), hours).prop_map(
            |((rrule, festival), first, last, (hour, minutes))| {
                let starts_on = day(2019, 6, 1) + chrono::Days::new(first);
                let ends_on = last.map(|last| starts_on + chrono::Days::new(last));
                Availability { rrule, festival, starts_on, ends_on, start: clock(hour), minutes }
            },
        )
    }

    #[test]
    fn days_and_times_are_local() -> Result<(), RecurrenceError> {
        let saturday = (utc("2026-01-02T22:00:00Z"), utc("2026-01-03T00:00:00Z"));
        let rule = weekends().rule()?;
        assert_eq!(
            rule.first_within(utc("2025-06-01T00:00:00Z"), utc("2027-01-01T00:00:00Z")),
            Some(saturday)
        );
        Ok(())
    }

    #[test]
    fn an_occurrence_counts_where_it_starts() -> Result<(), RecurrenceError> {
        let rule = weekends().rule()?;
        let (start, end) = (utc("2026-01-02T22:00:00Z"), utc("2026-01-03T00:00:00Z"));
        let second = TimeDelta::seconds(1);
        assert_eq!(rule.first_within(start, start + second), Some((start, end)));
        assert_eq!(rule.first_within(start + second, end), None);
        assert_eq!(rule.first_within(start - second, start), None);
        assert_eq!(rule.first_within(end, start), None);
        Ok(())
    }

    #[test]
    fn the_last_day_ends_it() -> Result<(), RecurrenceError> {
        let (from, to) = (utc("2026-12-20T00:00:00Z"), utc("2030-01-01T00:00:00Z"));
        assert_eq!(weekends().rule()?.count_within(from, to, 100), 2);
        assert_eq!(recurring("FREQ=DAILY;UNTIL=20261222").rule()?.count_within(from, to, 100), 2);
        // 6 o'clock local time is 22 o'clock the day before in UTC.
        assert_eq!(recurring("FREQ=DAILY;UNTIL=20261221T220000Z").rule()?.count_within(from, to, 100), 2);
        assert_eq!(recurring("FREQ=DAILY;UNTIL=20261221T215959Z").rule()?.count_within(from, to, 100), 1);
        assert_eq!(recurring("FREQ=DAILY;UNTIL=20270101").rule()?.count_within(from, to, 100), 11);
        Ok(())
    }

    #[test]
    fn a_count_is_counted_from_the_first_day() -> Result<(), RecurrenceError> {
        let rule = recurring("FREQ=WEEKLY;COUNT=3").rule()?;
        let to = utc("2030-01-01T00:00:00Z");
        assert_eq!(rule.count_within(utc("2025-01-01T00:00:00Z"), to, 100), 3);
        assert_eq!(rule.count_within(utc("2026-01-10T00:00:00Z"), to, 100), 1);
        assert_eq!(
            recurring("FREQ=DAILY;COUNT=1").rule()?.count_within(utc("2025-01-01T00:00:00Z"), to, 100),
            1
        );
        Ok(())
    }

    #[test]
    fn counting_stops_at_the_limit() -> Result<(), RecurrenceError> {
        let rule = Availability { ends_on: None, ..recurring("FREQ=DAILY") }.rule()?;
        assert_eq!(rule.count_within(DateTime::UNIX_EPOCH, DateTime::<Utc>::MAX_UTC, 5), 5);
        assert_eq!(rule.count_within(DateTime::UNIX_EPOCH, DateTime::<Utc>::MAX_UTC, 0), 0);
        Ok(())
    }

    #[test]
    fn a_festival_comes_every_year() -> Result<(), RecurrenceError> {
        let rule = at_festival(Festival::DoubleNinth).rule()?;
        let starts: Vec<_> = rule
            .spans_within(utc("2026-01-01T00:00:00Z"), utc("2028-01-01T00:00:00Z"))
            .map(|(start, _)| start)
            .collect();
        assert_eq!(starts, [utc("2026-10-17T22:00:00Z"), utc("2027-10-07T22:00:00Z")]);
        Ok(())
    }

    #[test]
    fn what_cannot_be_is_refused() {
        use RecurrenceError as E;
        let (starts_on, ends_on) = (day(2026, 1, 1), day(2025, 12, 31));
        let too_late = Availability { starts_on: day(2200, 1, 1), ..at_festival(Festival::Lantern) };
        for (availability, error) in [
            (Availability { rrule: None, ..weekends() }, E::NotOnePattern),
            (Availability { festival: Some(Festival::Lantern), ..weekends() }, E::NotOnePattern),
            (Availability { minutes: 0, ..weekends() }, E::BadLength { minutes: 0 }),
            (Availability { minutes: -1, ..weekends() }, E::BadLength { minutes: -1 }),
            (Availability { minutes: 10_081, ..weekends() }, E::BadLength { minutes: 10_081 }),
            (
                Availability { ends_on: Some(ends_on), ..weekends() },
                E::EndsBeforeStart { starts_on, ends_on },
            ),
            (recurring("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29"), E::Never),
            (recurring("FREQ=DAILY;UNTIL=20251231"), E::Never),
            (recurring("FREQ=MONTHLY;INTERVAL=12;BYMONTH=7"), E::Never),
            (too_late, E::Never),
        ] {
            assert_eq!(availability.rule(), Err(error), "{availability:?}");
        }
    }

    #[test]
    fn the_ends_of_the_calendar_are_survived() -> Result<(), RecurrenceError> {
        let (first, last) = (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
        for starts_on in [NaiveDate::MIN, NaiveDate::MAX, day(2026, 1, 1)] {
            for rrule in ["FREQ=DAILY", "FREQ=WEEKLY", "FREQ=MONTHLY", "FREQ=YEARLY"] {
                let availability = Availability { starts_on, ends_on: None, ..recurring(rrule) };
                let Ok(rule) = availability.rule() else { continue };
                let _ = rule.first_within(first, last);
                assert_eq!(rule.first_within(last, last), None);
                assert_eq!(rule.first_within(first, first), None);
            }
        }
        let ancient = Availability { starts_on: NaiveDate::MIN, ends_on: None, ..recurring("FREQ=DAILY") };
        assert_eq!(ancient.rule()?.count_within(first, last, 3), 3);
        assert_eq!(weekends().rule()?.count_within(first, last, 1000), 104);
        Ok(())
    }

    #[test]
    fn of_several_rules_the_earliest_counts_and_without_rules_any_time_does() -> Result<(), RecurrenceError> {
        let (from, to) = (utc("2026-01-01T00:00:00Z"), utc("2026-12-31T00:00:00Z"));
        assert_eq!(any_within(&[], from, to), Some((from, to)));
        assert_eq!(any_within(&[], to, from), None);
        let rules = [at_festival(Festival::Lantern).rule()?, weekends().rule()?];
        assert_eq!(any_within(&rules, from, to), rules[1].first_within(from, to));
        assert_eq!(any_within(&rules[..1], from, utc("2026-01-31T00:00:00Z")), None);
        Ok(())
    }

    #[test]
    fn the_next_occurrences_of_several_rules_come_in_order_and_once() -> Result<(), RecurrenceError> {
        let from = utc("2026-02-28T12:00:00Z");
        let rules = [recurring("FREQ=DAILY;INTERVAL=2").rule()?, weekends().rule()?, weekends().rule()?];
        let starts: Vec<_> = upcoming(&rules, from, 4).into_iter().map(|(start, _)| start).collect();
        let expected =
            ["2026-02-28T22:00:00Z", "2026-03-01T22:00:00Z", "2026-03-03T22:00:00Z", "2026-03-05T22:00:00Z"];
        assert_eq!(starts, expected.map(utc));
        assert_eq!(upcoming(&[], from, 4), []);
        Ok(())
    }

    proptest! {
        #[test]
        fn a_window_cut_in_two_has_as_many_occurrences(
            cuts in [0_i64..900, 0_i64..900, 0_i64..900],
            availability in prop_oneof![
                Just(at_festival(Festival::MidAutumn)),
                Just(recurring("FREQ=MONTHLY;BYDAY=-1FR")),
            ],
            hour in 0_u32..24,
        ) {
            let availability = Availability { start: clock(hour), ends_on: None, ..availability };
            let Ok(rule) = availability.rule() else { return Err(TestCaseError::fail("refused")) };
            let mut cuts = cuts.map(|hours| utc("2026-06-01T00:00:00Z") + TimeDelta::hours(17 * hours));
            cuts.sort_unstable();
            let [from, cut, to] = cuts;
            let count = |from, to| rule.count_within(from, to, usize::MAX);
            prop_assert_eq!(count(from, cut) + count(cut, to), count(from, to));
            prop_assert_eq!(rule.first_within(from, to).is_some(), count(from, to) > 0);
        }
    }
}

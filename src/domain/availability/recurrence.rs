//! The days of a recurrence.
//!
//! A recurrence is read as a question about periods (days, weeks, months or years counted from its first
//! day), so that a search starts in the period of the day it asks about, however long ago the recurrence
//! began. It gives up after [`HORIZON_DAYS`], which bounds its time whatever the text says: a walk from the
//! first day does not end for rules such as every 30 February.

use chrono::{Datelike, Days as DayCount, Months, NaiveDate, NaiveDateTime, Weekday};

use super::error::{Frequency, RecurrenceError};
use super::grammar;

/// How far a search looks, about 100 years. Within 28 years the calendar has shown every kind of year, within
/// 40 even around a year such as 2100, which has no leap day.
pub const HORIZON_DAYS: u64 = 36_600;

/// On which days something recurs: the day parts of RFC 5545, from daily to yearly.
///
/// BYHOUR and its like are refused, for the time of day is no matter of the recurrence, and so is BYWEEKNO.
/// Parts that the frequency needs and the text leaves out come from the first day, as in RFC 5545; other than
/// there, a first day that does not fit the rule is no occurrence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recurrence {
    pub(super) text: String,
    pub(super) frequency: Frequency,
    pub(super) interval: u32,
    pub(super) count: Option<u16>,
    pub(super) until: Option<Until>,
    pub(super) week_start: Weekday,
    pub(super) months: Vec<u16>,
    pub(super) chosen: Chosen,
    pub(super) positions: Vec<i16>,
}

/// The parts that choose days, negative numbers counting from the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chosen {
    pub(super) month_days: Vec<i16>,
    pub(super) year_days: Vec<i16>,
    pub(super) weekdays: Vec<(Option<i16>, Weekday)>,
}

/// The end that the text itself sets, in local time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    /// The last day.
    Day(NaiveDate),
    /// The last moment at which an occurrence may start.
    Time(NaiveDateTime),
}

impl Recurrence {
    /// Reads a text such as `FREQ=WEEKLY;BYDAY=SA,SU`, in upper or lower case, with or without `RRULE:` in
    /// front.
    ///
    /// # Errors
    /// What is wrong with the text, or [`RecurrenceError::Never`] when no calendar has such a day.
    pub fn parse(text: &str) -> Result<Self, RecurrenceError> {
        let recurrence = grammar::read(text)?;
        // Whether any day fits at all is asked without the parts that depend on the first day. This one, a
        // Monday that opens a month and a year, takes no day away that another would give.
        let endless = Self { interval: 1, count: None, until: None, ..recurrence.clone() };
        let monday = NaiveDate::from_ymd_opt(2001, 1, 1).ok_or(RecurrenceError::Never)?;
        match Series::new(&endless, monday).days_from(monday).next() {
            Some(_) => Ok(recurrence),
            None => Err(RecurrenceError::Never),
        }
    }

    /// The text in upper case, without `RRULE:` in front.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// A recurrence with its first day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Series {
    rule: Recurrence,
    first: NaiveDate,
}

impl Series {
    pub(super) fn new(rule: &Recurrence, first: NaiveDate) -> Self {
        let mut rule = rule.clone();
        let Chosen { month_days, year_days, weekdays } = &mut rule.chosen;
        if month_days.is_empty() && year_days.is_empty() && weekdays.is_empty() {
            // At most 31, so the conversion cannot fail.
            let day = i16::try_from(first.day()).unwrap_or(1);
            match rule.frequency {
                Frequency::Daily => {}
                Frequency::Weekly => weekdays.push((None, first.weekday())),
                Frequency::Monthly => month_days.push(day),
                Frequency::Yearly => {
                    month_days.push(day);
                    if rule.months.is_empty() {
                        rule.months.extend(u16::try_from(first.month()));
                    }
                }
            }
        }
        Self { rule, first }
    }

    /// The days from `day` on, ascending, as far as the horizon. The ends that COUNT and UNTIL set are left
    /// to the caller.
    pub(super) fn days_from(&self, day: NaiveDate) -> impl Iterator<Item = NaiveDate> {
        let day = day.max(self.first);
        self.periods_from(day)
            .flat_map(|(start, end)| self.days_within(start, end))
            .filter(move |found| *found >= day)
    }

    /// The weekdays from Monday on, where the rule asks for nothing but weekdays and skips no period: then a day fits by
    /// its weekday alone, however long ago the first one was.
    pub(super) fn weekdays(&self) -> Option<[bool; 7]> {
        let Recurrence { interval, months, chosen, positions, .. } = &self.rule;
        let Chosen { month_days, year_days, weekdays } = chosen;
        let others = months.len() + month_days.len() + year_days.len() + positions.len();
        if *interval != 1 || others > 0 || weekdays.iter().any(|(nth, _)| nth.is_some()) {
            return None;
        }
        let mut on = [weekdays.is_empty(); 7];
        for (_, weekday) in weekdays {
            on[weekday.num_days_from_monday() as usize] = true;
        }
        Some(on)
    }

    /// First and last day of each period of the rule, beginning with the one that `day` is in.
    fn periods_from(&self, day: NaiveDate) -> impl Iterator<Item = (NaiveDate, NaiveDate)> {
        let horizon = day.checked_add_days(DayCount::new(HORIZON_DAYS)).unwrap_or(NaiveDate::MAX);
        let interval = self.rule.interval as usize;
        let nearest = self.periods_until(day).div_ceil(self.rule.interval).saturating_mul(self.rule.interval);
        (nearest..u32::MAX)
            .step_by(interval)
            .map_while(|nth| self.period(nth))
            .take_while(move |(start, _)| *start <= horizon)
    }

    /// How many periods lie between the first day's and that of `day`, which is not before it.
    fn periods_until(&self, day: NaiveDate) -> u32 {
        let years = day.year() - self.first.year();
        let periods = match self.rule.frequency {
            Frequency::Daily => day.num_days_from_ce() - self.first.num_days_from_ce(),
            Frequency::Weekly => {
                let into_week = self.first.weekday().days_since(self.rule.week_start).cast_signed();
                (day.num_days_from_ce() - self.first.num_days_from_ce() + into_week) / 7
            }
            Frequency::Monthly => 12 * years + day.month0().cast_signed() - self.first.month0().cast_signed(),
            Frequency::Yearly => years,
        };
        u32::try_from(periods).unwrap_or(0)
    }

    /// First and last day of the nth period, the first day's being number 0; `None` at the end of the
    /// calendar.
    fn period(&self, nth: u32) -> Option<(NaiveDate, NaiveDate)> {
        let first = self.first;
        match self.rule.frequency {
            Frequency::Daily => {
                let day = first.checked_add_days(DayCount::new(nth.into()))?;
                Some((day, day))
            }
            Frequency::Weekly => {
                let start = first.week(self.rule.week_start).checked_first_day()?;
                let start = start.checked_add_days(DayCount::new(7 * u64::from(nth)))?;
                Some((start, start.checked_add_days(DayCount::new(6))?))
            }
            Frequency::Monthly => {
                let start = first.with_day(1)?.checked_add_months(Months::new(nth))?;
                Some((start, start.with_day(start.num_days_in_month().into())?))
            }
            Frequency::Yearly => {
                let year = first.year().checked_add_unsigned(nth)?;
                Some((NaiveDate::from_ymd_opt(year, 1, 1)?, NaiveDate::from_ymd_opt(year, 12, 31)?))
            }
        }
    }

    /// The days of one period, ascending.
    fn days_within(&self, start: NaiveDate, end: NaiveDate) -> Vec<NaiveDate> {
        let mut days: Vec<NaiveDate> =
            start.iter_days().take_while(|day| *day <= end).filter(|day| self.rule.fits(*day)).collect();
        if !self.rule.positions.is_empty() {
            let length = days.len();
            let mut at = 0..length;
            days.retain(|_| {
                let at = at.next().unwrap_or(length);
                self.rule.positions.iter().any(|position| is_nth(*position, at, length))
            });
        }
        days
    }
}

impl Recurrence {
    fn fits(&self, day: NaiveDate) -> bool {
        let Chosen { month_days, year_days, weekdays } = &self.chosen;
        let month_length = usize::from(day.num_days_in_month());
        let year_length = if day.leap_year() { 366 } else { 365 };
        let (in_month, in_year) = (day.day0() as usize, day.ordinal0() as usize);
        let is_weekday = |nth: Option<i16>, weekday| {
            day.weekday() == weekday
                && nth.is_none_or(|nth| {
                    // Numbers count within months, unless a whole year is asked about.
                    if self.frequency == Frequency::Yearly && self.months.is_empty() {
                        is_nth_week(nth, in_year, year_length)
                    } else {
                        is_nth_week(nth, in_month, month_length)
                    }
                })
        };
        (self.months.is_empty() || self.months.iter().any(|month| u32::from(*month) == day.month()))
            && (month_days.is_empty() || month_days.iter().any(|nth| is_nth(*nth, in_month, month_length)))
            && (year_days.is_empty() || year_days.iter().any(|nth| is_nth(*nth, in_year, year_length)))
            && (weekdays.is_empty() || weekdays.iter().any(|(nth, weekday)| is_weekday(*nth, *weekday)))
    }
}

/// Whether place `at`, counted from 0, is the nth of `length`: the first is 1, the last -1.
fn is_nth(nth: i16, at: usize, length: usize) -> bool {
    let from_either_end = if nth > 0 { at + 1 } else { length - at };
    usize::from(nth.unsigned_abs()) == from_either_end
}

/// Whether the day at place `at` of `length` days is the nth of its weekday.
fn is_nth_week(nth: i16, at: usize, length: usize) -> bool {
    let from_either_end = if nth > 0 { at / 7 } else { (length - 1 - at) / 7 };
    usize::from(nth.unsigned_abs()) == from_either_end + 1
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
    use proptest::prelude::*;

    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
    }

    fn days(
        text: &str,
        first: NaiveDate,
        from: NaiveDate,
        count: usize,
    ) -> Result<Vec<String>, RecurrenceError> {
        let series = Series::new(&Recurrence::parse(text)?, first);
        Ok(series.days_from(from).take(count).map(|day| day.format("%y%m%d").to_string()).collect())
    }

    #[test]
    fn days_come_as_the_rule_says() -> Result<(), RecurrenceError> {
        // A Thursday.
        let first = day(2026, 1, 1);
        for (text, expected) in [
            ("FREQ=DAILY;INTERVAL=10", ["260101", "260111", "260121"]),
            ("FREQ=WEEKLY", ["260101", "260108", "260115"]),
            ("FREQ=WEEKLY;BYDAY=SA,SU", ["260103", "260104", "260110"]),
            ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU", ["260104", "260113", "260118"]),
            ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU", ["260111", "260113", "260125"]),
            ("FREQ=MONTHLY", ["260101", "260201", "260301"]),
            ("FREQ=MONTHLY;BYMONTHDAY=31", ["260131", "260331", "260531"]),
            ("FREQ=MONTHLY;BYMONTHDAY=-1", ["260131", "260228", "260331"]),
            ("FREQ=MONTHLY;BYDAY=-1FR", ["260130", "260227", "260327"]),
            ("FREQ=MONTHLY;BYDAY=SU,1MO", ["260104", "260105", "260111"]),
            ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", ["260130", "260227", "260331"]),
            ("FREQ=YEARLY", ["260101", "270101", "280101"]),
            ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", ["280229", "320229", "360229"]),
            ("FREQ=YEARLY;BYDAY=20MO", ["260518", "270517", "280515"]),
            ("FREQ=YEARLY;BYMONTH=3,9;BYDAY=1SU", ["260301", "260906", "270307"]),
            ("FREQ=YEARLY;BYYEARDAY=-1", ["261231", "271231", "281231"]),
        ] {
            assert_eq!(days(text, first, first, 3)?, expected, "{text}");
        }
        Ok(())
    }

    #[test]
    fn a_search_far_from_the_first_day_keeps_the_rhythm() -> Result<(), RecurrenceError> {
        let first = day(1926, 1, 1);
        let from = day(2026, 1, 2);
        assert_eq!(days("FREQ=WEEKLY;INTERVAL=2", first, from, 2)?, ["260102", "260116"]);
        assert_eq!(days("FREQ=YEARLY;INTERVAL=30", first, from, 2)?, ["460101", "760101"]);
        assert_eq!(days("FREQ=DAILY;INTERVAL=9999", first, from, 1)?, ["350704"]);
        Ok(())
    }

    #[test]
    fn what_no_calendar_has_is_refused() {
        for text in [
            "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=MONTHLY;BYMONTH=4,6,9,11;BYMONTHDAY=31",
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-30",
            "FREQ=YEARLY;BYYEARDAY=60;BYMONTH=7",
            "FREQ=MONTHLY;BYMONTH=2;BYDAY=MO;BYSETPOS=6",
            "FREQ=DAILY;BYDAY=MO;BYSETPOS=2",
            "FREQ=YEARLY;BYMONTH=2;BYDAY=53MO",
        ] {
            assert_eq!(Recurrence::parse(text), Err(RecurrenceError::Never), "{text}");
        }
    }

    #[test]
    fn what_comes_seldom_is_not_refused() {
        for text in [
            "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=SU",
            "FREQ=YEARLY;BYYEARDAY=366;BYDAY=TU",
            "FREQ=YEARLY;BYDAY=53TH",
            "FREQ=MONTHLY;BYDAY=5SA;BYMONTH=2",
            "FREQ=WEEKLY;BYDAY=SU;BYMONTH=1;BYSETPOS=1;INTERVAL=9999",
        ] {
            assert!(Recurrence::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn no_rule_makes_a_search_look_further_than_the_horizon() -> Result<(), RecurrenceError> {
        for text in [
            "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=WEEKLY;BYMONTH=2;BYDAY=MO;BYSETPOS=7",
            "FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2",
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        ] {
            let rule = grammar::read(text)?;
            for from in [NaiveDate::MIN, day(2026, 3, 1), NaiveDate::MAX] {
                let series = Series::new(&rule, NaiveDate::MIN);
                assert_eq!(series.days_from(from).next(), None);
                let days_looked_at = |(start, end): (NaiveDate, NaiveDate)| (end - start).num_days() + 1;
                let looked_at: i64 = series.periods_from(from).map(days_looked_at).sum();
                assert!(looked_at <= 36_600 + 2 * 366, "{text} from {from}: {looked_at} days");
            }
        }
        Ok(())
    }

    /// Rules on which the `rrule` crate and RFC 5545 agree: that crate asks for both kinds of BYDAY at once
    /// to hold, and counts BYSETPOS of the first week from the first day.
    fn rule() -> impl Strategy<Value = String> {
        let some = |values: &'static [&'static str]| {
            proptest::sample::subsequence(values, 0..=3).prop_map(|values| values.join(","))
        };
        let week = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"].as_slice();
        let nth = ["1MO", "-1FR", "2SU", "5TH", "-2WE"].as_slice();
        (
            proptest::sample::select(vec!["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
            1..5_u8,
            some(&["1", "2", "3", "7", "11", "12"]),
            some(&["1", "13", "28", "29", "31", "-1", "-30"]),
            some(&["1", "59", "60", "200", "366", "-1", "-366"]),
            prop_oneof![some(week), some(nth)],
            some(&["1", "2", "-1", "5"]),
            proptest::sample::select(week),
        )
            .prop_map(
                |(frequency, interval, month, month_day, year_day, weekday, position, week_start)| {
                    let weekly = frequency == "WEEKLY";
                    let months = matches!(frequency, "MONTHLY" | "YEARLY");
                    let gathers = !(month.is_empty() && month_day.is_empty() && weekday.is_empty());
                    let mut text = format!("FREQ={frequency};INTERVAL={interval};WKST={week_start}");
                    for (name, value, allowed) in [
                        ("BYMONTH", &month, true),
                        ("BYMONTHDAY", &month_day, !weekly),
                        ("BYYEARDAY", &year_day, frequency == "YEARLY"),
                        ("BYDAY", &weekday, months || !weekday.contains(|c: char| c.is_ascii_digit())),
                        ("BYSETPOS", &position, months && gathers),
                    ] {
                        if allowed && !value.is_empty() {
                            text = format!("{text};{name}={value}");
                        }
                    }
                    text
                },
            )
    }

    proptest! {
        #[test]
        fn days_agree_with_another_implementation(text in rule(), first in 0..4000_u64, skip in 0..1500_u64) {
            let first = day(2020, 1, 1) + DayCount::new(first);
            let from = first + DayCount::new(skip);
            let to = from + DayCount::new(1500);
            let refused = |error: rrule::RRuleError| TestCaseError::fail(format!("{text}: {error}"));
            let theirs: rrule::RRule<rrule::Unvalidated> = text.parse().map_err(refused)?;
            let start = rrule::Tz::UTC.from_utc_datetime(&first.and_time(chrono::NaiveTime::MIN));
            let theirs = theirs.validate(start).map_err(refused)?;
            let theirs = rrule::RRuleSet::new(start).rrule(theirs).limit();
            let theirs: Vec<NaiveDate> = theirs
                .into_iter()
                .map(|time| time.date_naive())
                .skip_while(|day| *day < from)
                .take_while(|day| *day < to)
                .collect();
            let rule = grammar::read(&text).map_err(|error| TestCaseError::fail(format!("{text}: {error}")))?;
            let series = Series::new(&rule, first);
            let ours: Vec<NaiveDate> = series.days_from(from).take_while(|day| *day < to).collect();
            prop_assert_eq!(ours, theirs, "{} from {}", text, first);
        }

        #[test]
        fn a_search_from_any_day_continues_the_one_from_the_first(text in rule(), skip in 0..3000_u64) {
            let first = day(2024, 2, 29);
            let from = first + DayCount::new(skip);
            let Ok(rule) = grammar::read(&text) else { return Err(TestCaseError::fail(text)) };
            let series = Series::new(&rule, first);
            let horizon = first + DayCount::new(HORIZON_DAYS);
            let until = |day: &NaiveDate| *day <= horizon;
            let all = series.days_from(first).skip_while(|day| *day < from).take_while(until).take(5);
            prop_assert!(all.eq(series.days_from(from).take_while(until).take(5)));
        }
    }
}

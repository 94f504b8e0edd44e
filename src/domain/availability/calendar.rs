//! Rules made ready to be asked very often about the same few months: a bit for each day on which they begin.
//!
//! The answers are those of [`any_within`](super::any_within), which stays the one definition; where a question leaves
//! the days that the calendar holds, it says so instead of guessing.

use super::{Days, Rule};
use crate::domain::day::UTC_AHEAD;
use chrono::{DateTime, Datelike as _, Days as DayCount, NaiveDate, NaiveTime, Timelike as _, Utc};

/// The longest time that a calendar holds: two years.
const MOST_DAYS: i64 = 731;
const SECOND: i64 = 1_000_000_000;
const DAY: i64 = 86_400 * SECOND;
const AHEAD: i64 = UTC_AHEAD.num_seconds() * SECOND;

/// A moment in nanoseconds of the epoch; one outside the years 1677 to 2262 stands at their nearer end.
#[must_use]
pub fn nanos(at: DateTime<Utc>) -> i64 {
    at.timestamp_nanos_opt().unwrap_or(if at < DateTime::UNIX_EPOCH { i64::MIN } else { i64::MAX })
}

/// The day in China at a moment, in days of the epoch.
#[must_use]
pub fn local_day(nanos: i64) -> i64 {
    nanos.saturating_add(AHEAD).div_euclid(DAY)
}

/// When occurrences begin, for many sets of rules.
#[derive(Debug, Clone)]
pub struct Calendar {
    first: NaiveDate,
    first_day: i64,
    /// Words of 64 days for each rule.
    words: usize,
    /// By rule: the local time of day in nanoseconds.
    starts: Vec<i64>,
    /// By rule, so many words: the days on which it begins.
    bits: Vec<u64>,
}

/// Where a set of rules stands in its [`Calendar`]; the empty one is that of what can be had at any time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Times {
    first: u32,
    end: u32,
}

/// What a [`Calendar`] knows of the first occurrence within a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// It begins at this moment.
    At(i64),
    /// There is none.
    Never,
    /// The window leaves the days of the calendar, and there is none before: ask the rules themselves.
    Beyond,
}

impl Calendar {
    /// A calendar for windows that lie between two moments, as far as it reaches.
    #[must_use]
    pub fn new(from: DateTime<Utc>, to: DateTime<Utc>) -> Self {
        let first_day = local_day(nanos(from));
        let days = (local_day(nanos(to)) - first_day + 1).clamp(1, MOST_DAYS);
        let epoch = DateTime::UNIX_EPOCH.date_naive();
        let first =
            u64::try_from(first_day).ok().and_then(|days| epoch.checked_add_days(DayCount::new(days)));
        let words = usize::try_from(days).unwrap_or(1).div_ceil(64);
        Self {
            first: first.unwrap_or(epoch),
            first_day: first_day.max(0),
            words,
            starts: vec![],
            bits: vec![],
        }
    }

    /// Takes in a set of rules.
    pub fn add(&mut self, rules: &[Rule]) -> Times {
        let place = |rules: usize| u32::try_from(rules).unwrap_or(u32::MAX);
        let first = place(self.starts.len());
        for rule in rules {
            let begin = self.bits.len();
            self.bits.resize(begin + self.words, 0);
            rule.mark(self.first, &mut self.bits[begin..]);
            self.starts.push(time_of_day(rule.start));
        }
        Times { first, end: place(self.starts.len()) }
    }

    /// When the first occurrence in `[from, to)` begins. Without rules it is `from`.
    #[must_use]
    pub fn first(&self, times: Times, from: i64, to: i64) -> Known {
        if from >= to {
            return if from == i64::MAX { Known::Beyond } else { Known::Never };
        }
        if times.first == times.end {
            return Known::At(from);
        }
        let Ok(day) = usize::try_from(local_day(from) - self.first_day) else { return Known::Beyond };
        let first = (times.first..times.end).filter_map(|rule| self.first_of(rule as usize, day, from)).min();
        match first {
            Some(start) if start < to => Known::At(start),
            None if to > self.begin_of(self.words * 64) => Known::Beyond,
            _ => Known::Never,
        }
    }

    fn first_of(&self, rule: usize, day: usize, from: i64) -> Option<i64> {
        let bits = &self.bits[rule * self.words..][..self.words];
        let start = |day| self.begin_of(day).saturating_add(self.starts[rule]);
        let today = next_bit(bits, day)?;
        match start(today) {
            // Under way or over: the next day's is the first that can be had whole.
            begun if begun < from => next_bit(bits, today + 1).map(start),
            begins => Some(begins),
        }
    }

    fn begin_of(&self, day: usize) -> i64 {
        let days = self.first_day.saturating_add(i64::try_from(day).unwrap_or(i64::MAX));
        days.saturating_mul(DAY).saturating_sub(AHEAD)
    }
}

impl Rule {
    /// Sets the bit of each day on which an occurrence begins, counted from `first`.
    fn mark(&self, first: NaiveDate, bits: &mut [u64]) {
        let days = bits.len() * 64;
        let place = |day: NaiveDate| usize::try_from((day - first).num_days()).ok().filter(|at| *at < days);
        let mut set = |at: usize| bits[at / 64] |= 1 << (at % 64);
        let Some(on) = self.weekdays() else {
            self.days_from(first).map_while(place).for_each(set);
            return;
        };
        let begin = self.starts_on.max(first);
        let Some(from) = place(begin) else { return };
        let until = self.last_on.map_or(days, |last| {
            usize::try_from((last - first).num_days() + 1).unwrap_or_default().min(days)
        });
        let offset = (begin.weekday().num_days_from_monday() as usize + 7 - from % 7) % 7;
        (from..until).filter(|at| on[(at + offset) % 7]).for_each(&mut set);
    }

    /// Which weekdays, from Monday on, a rule has that asks for nothing but those.
    fn weekdays(&self) -> Option<[bool; 7]> {
        match &self.days {
            Days::Series(series) => series.weekdays(),
            Days::Festival(_) => None,
        }
    }
}

fn time_of_day(time: NaiveTime) -> i64 {
    i64::from(time.num_seconds_from_midnight()) * SECOND + i64::from(time.nanosecond())
}

/// The first bit set from a place on.
fn next_bit(bits: &[u64], from: usize) -> Option<usize> {
    let mut word = from / 64;
    let mut left = bits.get(word)? & (u64::MAX << (from % 64));
    while left == 0 {
        word += 1;
        left = *bits.get(word)?;
    }
    Some(word * 64 + left.trailing_zeros() as usize)
}

#[cfg(test)]
mod tests {
    use super::super::{any_within, tests::availability};
    use super::*;
    use chrono::TimeDelta;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_calendar_answers_as_its_rules_do(
            rules in proptest::collection::vec(availability(), 0..3),
            begin in 0_i64..2_000,
            days in 0_i64..900,
            windows in proptest::collection::vec((0_i64..40_000_000, -100_000_i64..50_000_000), 1..12),
        ) {
            let rules: Vec<Rule> = rules.iter().filter_map(|rule| rule.rule().ok()).collect();
            let now = DateTime::UNIX_EPOCH + TimeDelta::days(18_000 + begin) + TimeDelta::seconds(12_345);
            let mut calendar = Calendar::new(now, now + TimeDelta::days(days));
            calendar.add(&[]);
            let times = calendar.add(&rules);
            for (wait, length) in windows {
                let from = now + TimeDelta::seconds(wait);
                let to = from + TimeDelta::seconds(length);
                let exact = any_within(&rules, from, to).map(|(start, _)| nanos(start));
                match calendar.first(times, nanos(from), nanos(to)) {
                    Known::At(start) => prop_assert_eq!(Some(start), exact),
                    Known::Never => prop_assert_eq!(None, exact),
                    Known::Beyond => prop_assert!(to > now + TimeDelta::days(days.min(MOST_DAYS) - 1)),
                }
            }
        }
    }

    #[test]
    fn moments_that_no_calendar_holds_are_left_to_the_rules() {
        let mut calendar = Calendar::new(DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
        let always = calendar.add(&[]);
        assert_eq!(calendar.first(always, 7, 7), Known::Never);
        assert_eq!(calendar.first(always, 7, 8), Known::At(7));
        assert_eq!(nanos(DateTime::<Utc>::MAX_UTC), i64::MAX);
        assert_eq!(nanos(DateTime::<Utc>::MIN_UTC), i64::MIN);
        assert_eq!(local_day(nanos(DateTime::UNIX_EPOCH)), 0);
    }
}

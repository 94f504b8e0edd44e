//! Reading a recurrence: which texts are accepted and what is wrong with the others.

use chrono::{NaiveDate, NaiveDateTime, TimeDelta, Weekday};

use super::error::{Frequency, LONGEST_TEXT, Part, RecurrenceError};
use super::recurrence::{Chosen, Recurrence, Until};
use crate::domain::day::UTC_AHEAD;

/// Reads the parts of a recurrence; whether any day fits is not looked at.
pub(super) fn read(text: &str) -> Result<Recurrence, RecurrenceError> {
    let chars = text.chars().count();
    if chars > LONGEST_TEXT {
        return Err(RecurrenceError::TooLong { chars });
    }
    let text = text.trim().to_ascii_uppercase();
    let text = text.strip_prefix("RRULE:").unwrap_or(&text);
    let mut values = [None; Part::ALL.len()];
    for piece in text.split(';') {
        let (name, value) =
            piece.split_once('=').ok_or_else(|| RecurrenceError::Malformed(piece.to_owned()))?;
        let part = Part::ALL
            .into_iter()
            .find(|part| part.as_str() == name)
            .ok_or_else(|| RecurrenceError::UnknownPart(name.to_owned()))?;
        if values[part as usize].replace(value).is_some() {
            return Err(RecurrenceError::Repeated(part));
        }
    }
    let read = Values(values);
    let frequency = read.frequency()?;
    let recurrence = Recurrence {
        text: text.to_owned(),
        frequency,
        interval: read.one(Part::Interval, |value| number(value, 1, 9999))?.unwrap_or(1).into(),
        count: read.one(Part::Count, |value| number(value, 1, 9999))?,
        until: read.one(Part::Until, until)?,
        week_start: read.one(Part::WeekStart, weekday)?.unwrap_or(Weekday::Mon),
        months: read.list(Part::Month, |value| number(value, 1, 12))?,
        chosen: Chosen {
            month_days: read.list(Part::MonthDay, |value| signed(value, 31))?,
            year_days: read.list(Part::YearDay, |value| signed(value, 366))?,
            weekdays: read.list(Part::Day, |value| nth_weekday(value, frequency))?,
        },
        positions: read.list(Part::Position, |value| signed(value, 366))?,
    };
    read.refuse_contradictions(frequency)?;
    Ok(recurrence)
}

/// By part, the value it has in the text.
struct Values<'a>([Option<&'a str>; Part::ALL.len()]);

impl Values<'_> {
    fn has(&self, part: Part) -> bool {
        self.0[part as usize].is_some()
    }

    fn one<T>(&self, part: Part, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, RecurrenceError> {
        let Some(value) = self.0[part as usize] else {
            return Ok(None);
        };
        match parse(value) {
            None => Err(RecurrenceError::BadValue { part, value: value.to_owned() }),
            parsed => Ok(parsed),
        }
    }

    fn list<T>(&self, part: Part, parse: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, RecurrenceError> {
        let Some(values) = self.0[part as usize] else {
            return Ok(Vec::new());
        };
        let parsed = |value: &str| {
            parse(value).ok_or_else(|| RecurrenceError::BadValue { part, value: value.to_owned() })
        };
        values.split(',').map(parsed).collect()
    }

    fn frequency(&self) -> Result<Frequency, RecurrenceError> {
        let value = self.0[Part::Frequency as usize].ok_or(RecurrenceError::NoFrequency)?;
        match value {
            "DAILY" => Ok(Frequency::Daily),
            "WEEKLY" => Ok(Frequency::Weekly),
            "MONTHLY" => Ok(Frequency::Monthly),
            "YEARLY" => Ok(Frequency::Yearly),
            "HOURLY" | "MINUTELY" | "SECONDLY" => Err(RecurrenceError::TooOften(value.to_owned())),
            _ => Err(RecurrenceError::BadValue { part: Part::Frequency, value: value.to_owned() }),
        }
    }

    fn refuse_contradictions(&self, frequency: Frequency) -> Result<(), RecurrenceError> {
        let meaningless = [
            (Part::MonthDay, frequency == Frequency::Weekly),
            (Part::YearDay, frequency != Frequency::Yearly),
        ];
        for (part, meaningless) in meaningless {
            if meaningless && self.has(part) {
                return Err(RecurrenceError::NotAt { part, frequency });
            }
        }
        if self.has(Part::Count) && self.has(Part::Until) {
            return Err(RecurrenceError::CountAndUntil);
        }
        let gathering = [Part::Month, Part::MonthDay, Part::YearDay, Part::Day];
        if self.has(Part::Position) && !gathering.into_iter().any(|part| self.has(part)) {
            return Err(RecurrenceError::NothingToPickFrom);
        }
        Ok(())
    }
}

/// Digits only: `parse` alone would take a plus sign.
fn number(value: &str, least: u16, most: u16) -> Option<u16> {
    let digits = value.bytes().all(|byte| byte.is_ascii_digit());
    let number = value.parse().ok().filter(|_| digits)?;
    (least..=most).contains(&number).then_some(number)
}

/// A number from 1 to `most`, or from -1 to -`most` when it counts from the end.
fn signed(value: &str, most: u16) -> Option<i16> {
    let (sign, digits) = match value.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, value.strip_prefix('+').unwrap_or(value)),
    };
    Some(sign * i16::try_from(number(digits, 1, most)?).ok()?)
}

fn weekday(value: &str) -> Option<Weekday> {
    Some(match value {
        "MO" => Weekday::Mon,
        "TU" => Weekday::Tue,
        "WE" => Weekday::Wed,
        "TH" => Weekday::Thu,
        "FR" => Weekday::Fri,
        "SA" => Weekday::Sat,
        "SU" => Weekday::Sun,
        _ => return None,
    })
}

/// A weekday, in months and years with its number in front where not all of them are meant.
fn nth_weekday(value: &str, frequency: Frequency) -> Option<(Option<i16>, Weekday)> {
    let (nth, name) = value.split_at_checked(value.len().checked_sub(2)?)?;
    let weekday = weekday(name)?;
    let most = match frequency {
        _ if nth.is_empty() => return Some((None, weekday)),
        Frequency::Monthly => 5,
        Frequency::Yearly => 53,
        Frequency::Daily | Frequency::Weekly => return None,
    };
    Some((Some(signed(nth, most)?), weekday))
}

/// A day, a local time, or with Z a time in UTC.
fn until(value: &str) -> Option<Until> {
    if value.bytes().all(|byte| byte.is_ascii_digit()) && value.len() == 8 {
        return NaiveDate::parse_from_str(value, "%Y%m%d").ok().map(Until::Day);
    }
    let (local, ahead) = match value.strip_suffix('Z') {
        Some(utc) => (utc, UTC_AHEAD),
        None => (value, TimeDelta::zero()),
    };
    if local.len() != 15 {
        return None;
    }
    let time = NaiveDateTime::parse_from_str(local, "%Y%m%dT%H%M%S").ok()?;
    time.checked_add_signed(ahead).map(Until::Time)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bad(part: Part, value: &str) -> RecurrenceError {
        RecurrenceError::BadValue { part, value: value.to_owned() }
    }

    #[test]
    fn what_calendars_write_is_read() {
        for text in [
            "FREQ=WEEKLY;BYDAY=SA,SU",
            "RRULE:FREQ=WEEKLY;BYDAY=SA,SU",
            " freq=weekly;byday=sa,su ",
            "FREQ=MONTHLY;BYDAY=+1MO,-1FR;WKST=SU",
            "FREQ=MONTHLY;BYMONTHDAY=-1",
            "FREQ=YEARLY;INTERVAL=2;BYMONTH=3,9;BYDAY=1SU;COUNT=10",
            "FREQ=YEARLY;BYYEARDAY=100,-1",
            "FREQ=DAILY;UNTIL=20261231",
            "FREQ=DAILY;UNTIL=20261231T235959",
            "FREQ=DAILY;UNTIL=20261231T155959Z",
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        ] {
            assert!(read(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn each_mistake_is_named() {
        use RecurrenceError as E;
        let not_at = |part, frequency| E::NotAt { part, frequency };
        for (text, error) in [
            ("", E::Malformed(String::new())),
            ("每周六", E::Malformed("每周六".to_owned())),
            ("FREQ=WEEKLY;", E::Malformed(String::new())),
            ("INTERVAL=2", E::NoFrequency),
            ("FREQ=HOURLY", E::TooOften("HOURLY".to_owned())),
            ("FREQ=MINUTELY", E::TooOften("MINUTELY".to_owned())),
            ("FREQ=SECONDLY;COUNT=1", E::TooOften("SECONDLY".to_owned())),
            ("FREQ=每周", bad(Part::Frequency, "每周")),
            ("FREQ=DAILY;FREQ=DAILY", E::Repeated(Part::Frequency)),
            ("FREQ=DAILY;BYHOUR=9", E::UnknownPart("BYHOUR".to_owned())),
            ("FREQ=YEARLY;BYWEEKNO=20", E::UnknownPart("BYWEEKNO".to_owned())),
            ("FREQ=DAILY;INTERVAL=0", bad(Part::Interval, "0")),
            ("FREQ=DAILY;INTERVAL=+1", bad(Part::Interval, "+1")),
            ("FREQ=DAILY;COUNT=10000", bad(Part::Count, "10000")),
            ("FREQ=DAILY;COUNT=99999999999999999999", bad(Part::Count, "99999999999999999999")),
            ("FREQ=DAILY;UNTIL=20260230", bad(Part::Until, "20260230")),
            ("FREQ=DAILY;UNTIL=20261231T250000Z", bad(Part::Until, "20261231T250000Z")),
            ("FREQ=DAILY;UNTIL=2026-12-31", bad(Part::Until, "2026-12-31")),
            ("FREQ=MONTHLY;BYMONTHDAY=1,32", bad(Part::MonthDay, "32")),
            ("FREQ=MONTHLY;BYMONTHDAY=0", bad(Part::MonthDay, "0")),
            ("FREQ=MONTHLY;BYMONTHDAY=--1", bad(Part::MonthDay, "--1")),
            ("FREQ=MONTHLY;BYMONTHDAY=", bad(Part::MonthDay, "")),
            ("FREQ=YEARLY;BYMONTH=13", bad(Part::Month, "13")),
            ("FREQ=WEEKLY;BYDAY=六", bad(Part::Day, "六")),
            ("FREQ=WEEKLY;BYDAY=2MO", bad(Part::Day, "2MO")),
            ("FREQ=MONTHLY;BYDAY=6MO", bad(Part::Day, "6MO")),
            ("FREQ=WEEKLY;BYMONTHDAY=1", not_at(Part::MonthDay, Frequency::Weekly)),
            ("FREQ=MONTHLY;BYYEARDAY=1", not_at(Part::YearDay, Frequency::Monthly)),
            ("FREQ=DAILY;COUNT=2;UNTIL=20261231", E::CountAndUntil),
            ("FREQ=MONTHLY;BYSETPOS=1", E::NothingToPickFrom),
        ] {
            assert_eq!(read(text), Err(error), "{text}");
        }
        let long = format!("FREQ=DAILY;BYMONTH=1{}", ",1".repeat(200));
        assert_eq!(read(&long), Err(E::TooLong { chars: 420 }));
    }

    #[test]
    fn an_end_in_utc_is_brought_to_local_time() {
        let local = NaiveDate::from_ymd_opt(2026, 12, 31).and_then(|day| day.and_hms_opt(23, 59, 59));
        assert_eq!(until("20261231T155959Z"), local.map(Until::Time));
        assert_eq!(until("20261231T235959"), local.map(Until::Time));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(
            text in ".{0,60}",
            rule in "(FREQ|BYDAY|BYMONTHDAY|UNTIL|COUNT)=[A-Z0-9,+-;=六]{0,40}",
        ) {
            let _ = (read(&text), read(&rule));
            let _ = read(&format!("FREQ=YEARLY;{rule}"));
        }
    }
}

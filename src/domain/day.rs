//! Days as they are in China, where all of it is 8 hours ahead of UTC the whole year.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

/// How far the clocks of China are ahead of UTC.
pub const UTC_AHEAD: TimeDelta = TimeDelta::hours(8);

/// The moment at which a day begins.
#[must_use]
pub fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc() - UTC_AHEAD
}

/// The day on which a moment lies.
#[must_use]
pub fn local_day(at: DateTime<Utc>) -> NaiveDate {
    (at.naive_utc() + UTC_AHEAD).date()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_its_midnight() {
        let day = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
        let begins = midnight(day);
        assert_eq!(begins.to_rfc3339(), "2026-02-28T16:00:00+00:00");
        assert_eq!(local_day(begins), day);
        assert_eq!(local_day(begins - TimeDelta::nanoseconds(1)), day.pred_opt().unwrap());
    }
}

//! Checks of what people type: each gives the clean value, or a refusal that names the field.

use super::day::local_day;
use super::refusal::{Code, Refusal};
use chrono::{DateTime, Datelike as _, Duration, NaiveDate, Utc};

/// The longest title or name, in characters.
pub const TITLE_CHARS: usize = 120;
/// The longest description, reason or comment, in characters.
pub const BODY_CHARS: usize = 4_000;
/// The largest quantity of anything.
pub const MAX_QUANTITY: i64 = 1_000_000_000;
/// The longest window, in days.
pub const MAX_WINDOW_DAYS: i64 = 3_660;

/// A text of one line that must be there.
///
/// # Errors
/// [`Code::BadText`] where it is empty, longer than `most` characters or holds control characters.
pub fn title(field: &str, text: &str, most: usize) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Refusal::new(Code::BadText, "此项不能为空。", "This must not be empty.").at(field));
    }
    if text.chars().any(char::is_control) {
        return Err(Refusal::new(
            Code::BadText,
            "此项含有无法显示的字符或换行。",
            "This holds line breaks or characters that cannot be shown.",
        )
        .at(field));
    }
    within(field, text, most)
}

/// A text that may be missing or have several lines; an empty one counts as missing.
///
/// # Errors
/// [`Code::BadText`] where it is longer than `most` characters or holds control characters.
pub fn body(field: &str, text: Option<&str>, most: usize) -> Result<Option<String>, Refusal> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        return Err(Refusal::new(
            Code::BadText,
            "此项含有无法显示的字符。",
            "This holds characters that cannot be shown.",
        )
        .at(field));
    }
    within(field, text, most).map(Some)
}

/// A text that must be there, of several lines: a reason.
///
/// # Errors
/// [`Code::BadText`] where it is empty, longer than [`BODY_CHARS`] or holds control characters.
pub fn reason(field: &str, text: &str) -> Result<String, Refusal> {
    body(field, Some(text), BODY_CHARS)?
        .ok_or_else(|| Refusal::new(Code::BadText, "请写明理由。", "Please give a reason.").at(field))
}

fn within(field: &str, text: &str, most: usize) -> Result<String, Refusal> {
    let length = text.chars().count();
    if length > most {
        return Err(Refusal::new(
            Code::BadText,
            format!("最多{most}个字，现在是{length}个字。"),
            format!("At most {most} characters; this has {length}."),
        )
        .at(field));
    }
    Ok(text.to_owned())
}

/// A quantity from 1 to [`MAX_QUANTITY`].
///
/// # Errors
/// [`Code::BadNumber`] where it is outside.
pub fn quantity(field: &str, quantity: i64) -> Result<i64, Refusal> {
    number(field, quantity, 1, MAX_QUANTITY)
}

/// A number within bounds.
///
/// # Errors
/// [`Code::BadNumber`] where it is outside.
pub fn number(field: &str, number: i64, least: i64, most: i64) -> Result<i64, Refusal> {
    if (least..=most).contains(&number) {
        return Ok(number);
    }
    Err(Refusal::new(
        Code::BadNumber,
        format!("应在{least}到{most}之间，现在是{number}。"),
        format!("This must be from {least} to {most}; it is {number}."),
    )
    .at(field))
}

/// A list of at most so many entries.
///
/// # Errors
/// [`Code::LimitReached`] where it has more.
pub fn at_most(field: &str, entries: usize, most: usize) -> Result<(), Refusal> {
    if entries <= most {
        return Ok(());
    }
    Err(Refusal::new(
        Code::LimitReached,
        format!("最多{most}项，现在有{entries}项。"),
        format!("At most {most} entries; this has {entries}."),
    )
    .at(field))
}

/// A window that starts before it ends, between 2000 and 2199 and at most [`MAX_WINDOW_DAYS`] long.
///
/// # Errors
/// [`Code::BadTime`] where it is not.
pub fn window(field: &str, starts_at: DateTime<Utc>, ends_at: DateTime<Utc>) -> Result<(), Refusal> {
    if starts_at >= ends_at {
        return Err(Refusal::new(
            Code::BadTime,
            "结束时间应晚于开始时间。",
            "The window must end after it starts.",
        )
        .at(field));
    }
    let sane = |at: DateTime<Utc>| (2000..2200).contains(&at.year());
    if !sane(starts_at) || !sane(ends_at) || ends_at - starts_at > Duration::days(MAX_WINDOW_DAYS) {
        return Err(Refusal::new(
            Code::BadTime,
            format!("时间应在2000年至2199年之间，且最长{MAX_WINDOW_DAYS}天。"),
            format!("Times must lie between 2000 and 2199, and be at most {MAX_WINDOW_DAYS} days apart."),
        )
        .at(field));
    }
    Ok(())
}

/// A day on which something happened: from 2000 on, and not in the future, where it is 8 hours later than in UTC.
///
/// # Errors
/// [`Code::BadTime`] where it is not.
pub fn past_day(field: &str, day: NaiveDate, now: DateTime<Utc>) -> Result<NaiveDate, Refusal> {
    let today = local_day(now);
    if day.year() >= 2000 && day <= today {
        return Ok(day);
    }
    Err(Refusal::new(
        Code::BadTime,
        format!("日期应在2000年之后，且不晚于今天（{today}）。"),
        format!("The day must lie after 2000 and not after today ({today})."),
    )
    .at(field))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_trimmed_and_measured_in_characters() {
        assert_eq!(title("title", "  反诈讲座 ", 4).as_deref(), Ok("反诈讲座"));
        for bad in ["", "   ", "五个字长了", "换\n行", "\u{0}"] {
            assert_eq!(
                title("title", bad, 4).map_err(|r| (r.code, r.field)),
                Err((Code::BadText, vec!["title".into()]))
            );
        }
        assert_eq!(body("note", Some(" \n"), 4), Ok(None));
    }

    #[test]
    fn what_happened_happened_by_today_in_china() {
        let late_in_utc = "2026-03-02T16:00:00Z".parse().unwrap_or_default();
        let day = |day| NaiveDate::from_ymd_opt(2026, 3, day).unwrap_or_default();
        assert_eq!(past_day("on", day(3), late_in_utc), Ok(day(3)));
        for bad in [day(4), NaiveDate::MIN, NaiveDate::MAX] {
            assert!(past_day("on", bad, late_in_utc).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_quantity_is_positive_and_bounded() {
        for bad in [0, -1, i64::MIN, MAX_QUANTITY + 1] {
            assert!(quantity("quantity", bad).is_err(), "{bad}");
        }
        assert_eq!(quantity("quantity", MAX_QUANTITY), Ok(MAX_QUANTITY));
    }
}

//! What can be wrong with an availability.

use std::fmt;

use chrono::NaiveDate;

use super::super::refusal::{Code, Refusal};
use super::LONGEST_MINUTES;

/// The longest text that is read, in characters.
pub const LONGEST_TEXT: usize = 256;

/// Why an availability is refused. [`Refusal::from`] says it in both languages.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecurrenceError {
    /// The text has more than [`LONGEST_TEXT`] characters.
    #[error("A recurrence has at most {LONGEST_TEXT} characters; this has {chars}.")]
    TooLong {
        /// How many it has.
        chars: usize,
    },
    /// A piece between semicolons is not NAME=VALUE.
    #[error("In the recurrence, {0:?} is not of the form NAME=VALUE.")]
    Malformed(String),
    /// A part that does not exist, or that says more than which days: BYHOUR, BYWEEKNO and the like.
    #[error("In the recurrence, {0:?} is not supported: it can only say on which days.")]
    UnknownPart(String),
    /// A part that stands twice.
    #[error("In the recurrence, {0} stands twice.")]
    Repeated(Part),
    /// There is no FREQ.
    #[error("The recurrence lacks FREQ: DAILY, WEEKLY, MONTHLY or YEARLY.")]
    NoFrequency,
    /// More often than daily.
    #[error("{0:?} is too often: at most daily.")]
    TooOften(String),
    /// A value that the part cannot have.
    #[error("{value:?} cannot be the value of {part}.")]
    BadValue {
        /// The part.
        part: Part,
        /// The value, or the element of its list, that is wrong.
        value: String,
    },
    /// A part that means nothing at this frequency.
    #[error("{part} cannot stand beside FREQ={frequency}.")]
    NotAt {
        /// The part.
        part: Part,
        /// The frequency.
        frequency: Frequency,
    },
    /// COUNT and UNTIL both say when it ends.
    #[error("COUNT and UNTIL exclude each other.")]
    CountAndUntil,
    /// BYSETPOS picks from what the other BY parts gather, and there are none.
    #[error("BYSETPOS needs another BY part.")]
    NothingToPickFrom,
    /// No day fits, such as 30 February or a festival after the last day.
    #[error("No day fits this rule.")]
    Never,
    /// The last day lies before the first.
    #[error("The last day, {ends_on}, lies before the first, {starts_on}.")]
    EndsBeforeStart {
        /// The first day.
        starts_on: NaiveDate,
        /// The last day.
        ends_on: NaiveDate,
    },
    /// It lasts no time, or longer than [`LONGEST_MINUTES`].
    #[error("It must last 1 to {} minutes; it lasts {minutes}.", LONGEST_MINUTES)]
    BadLength {
        /// How long it lasts.
        minutes: i64,
    },
    /// There must be a recurrence or a festival, and not both.
    #[error("Give a recurrence or a festival, one of the two.")]
    NotOnePattern,
}

/// A part of a recurrence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Part {
    /// FREQ
    Frequency,
    /// INTERVAL
    Interval,
    /// COUNT
    Count,
    /// UNTIL
    Until,
    /// WKST
    WeekStart,
    /// BYMONTH
    Month,
    /// BYMONTHDAY
    MonthDay,
    /// BYYEARDAY
    YearDay,
    /// BYDAY
    Day,
    /// BYSETPOS
    Position,
}

impl Part {
    pub(super) const ALL: [Self; 10] = [
        Self::Frequency,
        Self::Interval,
        Self::Count,
        Self::Until,
        Self::WeekStart,
        Self::Month,
        Self::MonthDay,
        Self::YearDay,
        Self::Day,
        Self::Position,
    ];

    /// Its name in the text.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Frequency => "FREQ",
            Self::Interval => "INTERVAL",
            Self::Count => "COUNT",
            Self::Until => "UNTIL",
            Self::WeekStart => "WKST",
            Self::Month => "BYMONTH",
            Self::MonthDay => "BYMONTHDAY",
            Self::YearDay => "BYYEARDAY",
            Self::Day => "BYDAY",
            Self::Position => "BYSETPOS",
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How often a recurrence comes round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frequency {
    /// Every day.
    Daily,
    /// Every week.
    Weekly,
    /// Every month.
    Monthly,
    /// Every year.
    Yearly,
}

impl fmt::Display for Frequency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Daily => "DAILY",
            Self::Weekly => "WEEKLY",
            Self::Monthly => "MONTHLY",
            Self::Yearly => "YEARLY",
        })
    }
}

impl RecurrenceError {
    fn in_chinese(&self) -> String {
        match self {
            Self::TooLong { chars } => format!("重复规则最多{LONGEST_TEXT}个字符，现在是{chars}个。"),
            Self::Malformed(piece) => format!("重复规则中的“{piece}”不是“名称=值”的形式。"),
            Self::UnknownPart(name) => format!("重复规则不支持“{name}”：只能写明哪些日子。"),
            Self::Repeated(part) => format!("重复规则中{part}出现了两次。"),
            Self::NoFrequency => {
                "重复规则缺少FREQ（DAILY每天、WEEKLY每周、MONTHLY每月、YEARLY每年）。".to_owned()
            }
            Self::TooOften(value) => format!("“{value}”过于频繁，最多每天一次。"),
            Self::BadValue { part, value } => format!("“{value}”不能作为{part}的值。"),
            Self::NotAt { part, frequency } => format!("FREQ={frequency}时不能使用{part}。"),
            Self::CountAndUntil => "COUNT和UNTIL只能使用一个。".to_owned(),
            Self::NothingToPickFrom => "BYSETPOS须与其他BY项一起使用。".to_owned(),
            Self::Never => "没有符合这一规则的日子。".to_owned(),
            Self::EndsBeforeStart { starts_on, ends_on } => {
                format!("结束日期{ends_on}早于开始日期{starts_on}。")
            }
            Self::BadLength { minutes } => format!("时长应为1到{LONGEST_MINUTES}分钟，现在是{minutes}分钟。"),
            Self::NotOnePattern => "请填写重复规则或节日，二者填一项。".to_owned(),
        }
    }
}

impl From<RecurrenceError> for Refusal {
    fn from(error: RecurrenceError) -> Self {
        let code = match error {
            RecurrenceError::BadLength { .. } => Code::BadNumber,
            RecurrenceError::NotOnePattern => Code::BadInput,
            _ => Code::BadTime,
        };
        Self::new(code, error.in_chinese(), error.to_string())
    }
}

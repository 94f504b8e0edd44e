//! The demo's data as `chaoyang.toml` tells it.

use crate::domain::area::AreaKind;
use crate::domain::day::midnight;
use crate::domain::festival::Festival;
use crate::domain::need::{Source, Urgency};
use crate::domain::service::{Measure, Mode, TargetGroup};
use crate::domain::unit::UnitKind;
use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, Utc};
use serde::Deserialize;

/// The whole story. Keys name things within it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Story {
    pub area: Vec<Area>,
    pub unit: Vec<Unit>,
    pub alliance: Vec<Alliance>,
    pub service: Vec<Service>,
    pub need: Vec<Need>,
    pub delivered: Vec<Delivered>,
}

/// Whether the report states a thing, or the demo made it up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    Report,
    MadeUp,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Area {
    pub key: String,
    pub parent: Option<String>,
    pub code: Option<String>,
    pub name: String,
    pub name_en: Option<String>,
    pub kind: AreaKind,
    /// Latitude and longitude, in microdegrees.
    pub place: Option<(i64, i64)>,
    pub origin: Origin,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    pub name: String,
    pub phone: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    pub key: String,
    pub name: String,
    pub name_en: Option<String>,
    pub kind: UnitKind,
    pub areas: Vec<String>,
    pub checked_in_days_ago: u64,
    pub address: Option<String>,
    /// Latitude and longitude, in microdegrees.
    pub place: Option<(i64, i64)>,
    pub liaison: Person,
    pub origin: Origin,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alliance {
    pub key: String,
    pub name: String,
    pub name_en: Option<String>,
    pub area: String,
    pub members: Vec<String>,
    pub origin: Origin,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    pub key: String,
    pub unit: String,
    pub category: String,
    pub mode: Mode,
    pub title: String,
    pub title_en: Option<String>,
    pub description: String,
    pub target_groups: Vec<TargetGroup>,
    pub eligibility: Option<String>,
    pub coverage: Vec<String>,
    pub lead_time_days: i64,
    pub origin: Origin,
    pub capacity: Vec<Capacity>,
    #[serde(default)]
    pub availability: Vec<Availability>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capacity {
    pub quantity: i64,
    pub measure: Measure,
    /// 0 for the twelve months that begin with the current one, -1 for the twelve before.
    pub year: i32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Availability {
    pub rrule: Option<String>,
    pub festival: Option<Festival>,
    pub start: String,
    pub minutes: i64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Need {
    pub key: String,
    pub area: String,
    pub category: String,
    pub title: String,
    pub title_en: Option<String>,
    pub description: String,
    pub target_groups: Vec<TargetGroup>,
    pub quantity: i64,
    pub measure: Measure,
    pub urgency: Urgency,
    pub source: Source,
    pub asking_unit: Option<String>,
    pub contact: Option<Person>,
    pub window: Window,
    pub origin: Origin,
}

/// When a need is wanted: days from today, or around the next festival.
#[derive(Debug, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Window {
    Days { from_day: u64, to_day: u64 },
    Festival { festival: Festival, before_days: u64, after_days: u64 },
}

/// A need of the past and how it was delivered.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delivered {
    pub need_title: String,
    pub need_title_en: Option<String>,
    pub area: String,
    pub category: String,
    pub target_groups: Vec<TargetGroup>,
    pub quantity: i64,
    pub measure: Measure,
    pub urgency: Urgency,
    pub source: Source,
    pub asking_unit: Option<String>,
    pub unit: String,
    pub service: String,
    pub people_reached: i64,
    pub on_days_ago: Vec<u64>,
    pub parts: Vec<i64>,
    pub stars: i64,
    pub solved: bool,
    pub origin: Origin,
}

impl Story {
    /// The story that comes with the hub.
    ///
    /// # Errors
    /// Where the file does not read.
    pub fn read() -> Result<Self, toml::de::Error> {
        toml::from_str(include_str!("chaoyang.toml"))
    }

    /// The name of an area or a unit.
    #[must_use]
    pub fn name_of(&self, key: &str) -> Option<&str> {
        let area = self.area.iter().find(|area| area.key == key).map(|area| area.name.as_str());
        area.or_else(|| self.unit.iter().find(|unit| unit.key == key).map(|unit| unit.name.as_str()))
    }

    /// How many of its things the report states, and how many are made up.
    #[must_use]
    pub fn origins(&self) -> (usize, usize) {
        let origins = (self.area.iter().map(|one| one.origin))
            .chain(self.unit.iter().map(|one| one.origin))
            .chain(self.alliance.iter().map(|one| one.origin))
            .chain(self.service.iter().map(|one| one.origin))
            .chain(self.need.iter().map(|one| one.origin))
            .chain(self.delivered.iter().map(|one| one.origin));
        let (report, made_up): (Vec<_>, Vec<_>) = origins.partition(|origin| *origin == Origin::Report);
        (report.len(), made_up.len())
    }
}

impl Availability {
    /// The local time of day at which it begins.
    ///
    /// # Errors
    /// Where the text is no `HH:MM`.
    pub fn start_time(&self) -> chrono::ParseResult<NaiveTime> {
        NaiveTime::parse_from_str(&self.start, "%H:%M")
    }
}

impl Window {
    /// The moments between which it lies, seen from a day; `None` beyond the calendar.
    #[must_use]
    pub fn around(&self, today: NaiveDate) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let (from, to) = match *self {
            Self::Days { from_day, to_day } => {
                (today.checked_add_days(Days::new(from_day))?, today.checked_add_days(Days::new(to_day))?)
            }
            Self::Festival { festival, before_days, after_days } => {
                let soonest = today.checked_add_days(Days::new(before_days + 1))?;
                let day = festival.next_on_or_after(soonest)?;
                (
                    day.checked_sub_days(Days::new(before_days))?,
                    day.checked_add_days(Days::new(after_days + 1))?,
                )
            }
        };
        Some((midnight(from), midnight(to)))
    }
}

/// The twelve months that begin with the current one, or `years` before or after them.
#[must_use]
pub fn rolling_year(today: NaiveDate, years: i32) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let first = today.with_day(1)?;
    let months = Months::new(12 * years.unsigned_abs());
    let from =
        if years < 0 { first.checked_sub_months(months)? } else { first.checked_add_months(months)? };
    Some((midnight(from), midnight(from.checked_add_months(Months::new(12))?)))
}

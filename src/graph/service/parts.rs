//! What belongs to a service: lines of capacity, rules of availability, dates.

use crate::domain::availability::Span;
use crate::domain::festival::Festival;
use crate::domain::service::{self, AvailabilityRule, Measure};
use async_graphql::{ID, SimpleObject};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

/// One line of a service's capacity (容量): how much of it there is within a window.
#[derive(SimpleObject)]
pub struct Capacity {
    /// The global id.
    id: ID,
    /// When the window begins.
    starts_at: DateTime<Utc>,
    /// When the window ends, itself outside.
    ends_at: DateTime<Utc>,
    /// What it is counted in.
    measure: Measure,
    /// How much there is in all.
    total: i64,
    /// How much is held by suggestions and proposals that are not answered yet.
    held: i64,
    /// How much is promised or already used.
    committed: i64,
    /// How much is left.
    left: i64,
}

impl From<service::Capacity> for Capacity {
    fn from(row: service::Capacity) -> Self {
        Self {
            id: row.id.to_string().into(),
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            measure: row.measure,
            total: row.total,
            held: row.held,
            committed: row.committed,
            left: row.left(),
        }
    }
}

/// One rule that says when a service can be had (可用时段). Days and times of day are those of China.
#[derive(SimpleObject)]
pub struct Availability {
    /// The global id.
    id: ID,
    /// A recurrence as RFC 5545 writes it, such as `FREQ=WEEKLY;BYDAY=SA,SU`; null for a festival.
    rrule: Option<String>,
    /// The festival, each year; null for a recurrence.
    festival: Option<Festival>,
    /// The first day it applies.
    starts_on: NaiveDate,
    /// The last day it applies; null where it goes on.
    ends_on: Option<NaiveDate>,
    /// The time of day at which it begins.
    start_time: NaiveTime,
    /// How long it lasts, in minutes.
    minutes: i64,
}

impl From<AvailabilityRule> for Availability {
    fn from(row: AvailabilityRule) -> Self {
        Self {
            id: row.id.to_string().into(),
            rrule: row.rrule,
            festival: row.festival,
            starts_on: row.starts_on,
            ends_on: row.ends_on,
            start_time: row.start_time,
            minutes: row.minutes,
        }
    }
}

/// A date on which a service can be had.
#[derive(SimpleObject)]
pub struct Occurrence {
    /// When it begins.
    starts_at: DateTime<Utc>,
    /// When it ends.
    ends_at: DateTime<Utc>,
}

impl From<Span> for Occurrence {
    fn from((starts_at, ends_at): Span) -> Self {
        Self { starts_at, ends_at }
    }
}

use crate::graph::area::Area;
use crate::store::unit;
use async_graphql::SimpleObject;
use chrono::NaiveDate;

/// Where and when a unit checked in (报到): it acts on the needs there and below.
#[derive(SimpleObject)]
pub struct CheckIn {
    /// The area.
    area: Area,
    /// The day.
    checked_in_on: NaiveDate,
}

impl From<unit::CheckIn> for CheckIn {
    fn from(row: unit::CheckIn) -> Self {
        Self { area: row.area.into(), checked_in_on: row.checked_in_on }
    }
}

use crate::domain::festival::Festival;
use crate::domain::id::Id as _;
use crate::domain::refusal::Code;
use crate::graph::mutation::{Mutation, parse};
use crate::store::conn::Tx;
use crate::store::service::{self, NewAvailability};
use async_graphql::{ID, InputObject};
use chrono::{NaiveDate, NaiveTime};
use uuid::Uuid;

/// A rule that says when a service can be had: a recurrence or a festival. Days and times of day are those of China.
#[derive(InputObject, Debug)]
pub struct AvailabilityInput {
    /// A recurrence as RFC 5545 writes it, such as `FREQ=WEEKLY;BYDAY=SA,SU`; a single day is `FREQ=DAILY;COUNT=1`.
    rrule: Option<String>,
    /// The festival, each year.
    festival: Option<Festival>,
    /// The first day it applies.
    starts_on: NaiveDate,
    /// The last day it applies; left out, it goes on.
    ends_on: Option<NaiveDate>,
    /// The time of day at which it begins.
    start_time: NaiveTime,
    /// How long it lasts, in minutes: a week at most.
    minutes: i64,
}

impl From<&AvailabilityInput> for NewAvailability {
    fn from(input: &AvailabilityInput) -> Self {
        Self {
            rrule: input.rrule.clone(),
            festival: input.festival,
            starts_on: input.starts_on,
            ends_on: input.ends_on,
            start_time: input.start_time,
            minutes: input.minutes,
        }
    }
}

/// The rules of availability that a service is to have.
#[derive(InputObject, Debug)]
pub struct SetAvailabilityInput {
    /// The service.
    service_id: ID,
    /// All its rules from now on, at most 20; none where it can be had at any time.
    availability: Vec<AvailabilityInput>,
    /// A key of your own choice, by which a repeated request has the effect of one.
    idempotency_key: Option<String>,
}

impl Mutation for SetAvailabilityInput {
    const NAME: &'static str = "SetAvailability";
    const CODES: &'static [Code] = &[Code::BadTime, Code::IllegalTransition];

    fn key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn work(&self, tx: &mut Tx) -> crate::store::error::Result<Uuid> {
        let rules: Vec<NewAvailability> = self.availability.iter().map(Into::into).collect();
        Ok(service::set_availability(tx, parse("serviceId", &self.service_id)?, &rules).await?.uuid())
    }
}

//! Rules of availability: when a service can be had.

use super::editable;
use crate::domain::availability::Rule;
use crate::domain::check;
use crate::domain::event::EventKind;
use crate::domain::festival::Festival;
use crate::domain::id::{AvailabilityId, Id as _, ServiceId};
use crate::domain::refusal::Refusal;
use crate::domain::service::AvailabilityRule;
use crate::store::conn::Tx;
use crate::store::error::{Result, at};
use crate::store::part::Part;
use crate::store::sql::{Sql, sql};
use chrono::{NaiveDate, NaiveTime};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

/// Rules that a service has at most.
const MAX_RULES: usize = 20;

impl Part for AvailabilityRule {
    const SELECT: &'static str = "SELECT * FROM availability WHERE service_id IN ";
    const ORDER: &'static str = " ORDER BY starts_on, id";

    fn parent(&self) -> Uuid {
        self.service_id.uuid()
    }
}

/// A rule of availability to be added.
#[derive(Debug, Clone, Serialize)]
pub struct NewAvailability {
    /// A recurrence as RFC 5545 writes it; `None` for a festival.
    pub rrule: Option<String>,
    /// The festival; `None` for a recurrence.
    pub festival: Option<Festival>,
    /// The first day it applies.
    pub starts_on: NaiveDate,
    /// The last day it applies.
    pub ends_on: Option<NaiveDate>,
    /// The local time of day at which it begins.
    pub start_time: NaiveTime,
    /// How long it lasts, in minutes.
    pub minutes: i64,
}

impl NewAvailability {
    fn check(&self) -> std::result::Result<(), Refusal> {
        Rule::new(
            self.rrule.as_deref(),
            self.festival,
            self.starts_on,
            self.ends_on,
            self.start_time,
            self.minutes,
        )?;
        Ok(())
    }
}

/// Puts rules in place of all those that a service had. Without any, it can be had at any time.
///
/// # Errors
/// A refusal where a rule is wrong or never comes true, or the service is retired; denied to all but the unit's liaison
/// and its street's coordinator.
pub async fn set_availability(tx: &mut Tx, id: ServiceId, rules: &[NewAvailability]) -> Result<ServiceId> {
    let service = editable(tx, id).await.map_err(|error| at("serviceId", error))?;
    let before: Vec<AvailabilityRule> =
        tx.all(sql!("DELETE FROM availability WHERE service_id = $1 RETURNING *", id)).await?;
    add_all(tx, id, rules).await?;
    let edited = json!({ "before": { "availability": before }, "after": { "availability": rules } });
    tx.event(id, Some(service.street_id), EventKind::Edited, edited);
    Ok(id)
}

/// Adds the rules of a service that has none.
pub(super) async fn add_all(tx: &mut Tx, service: ServiceId, rules: &[NewAvailability]) -> Result<()> {
    check::at_most("availability", rules.len(), MAX_RULES)?;
    if rules.is_empty() {
        return Ok(());
    }
    let mut rows = Vec::with_capacity(rules.len());
    for (place, rule) in rules.iter().enumerate() {
        rule.check().map_err(|refusal| refusal.at(&format!("availability.{place}")))?;
        let id: AvailabilityId = tx.id();
        rows.push(vec![
            id.into(),
            service.into(),
            rule.rrule.clone().into(),
            rule.festival.into(),
            rule.starts_on.into(),
            rule.ends_on.into(),
            rule.start_time.into(),
            rule.minutes.into(),
        ]);
    }
    let mut insert = Sql::default();
    insert
        .push("INSERT INTO availability (id, service_id, rrule, festival, starts_on, ends_on, start_time, minutes) VALUES ")
        .rows(rows);
    tx.execute(insert).await?;
    Ok(())
}

//! What is supposed to be otherwise than it is, as clients tell it.

use super::apply::{MatchingPairInput, parse_pairs_of};
use super::settings::{ScoreWeightInput, fairness, foresight, weights};
use crate::domain::id::{AreaId, CapacityId, CategoryId, NeedId};
use crate::domain::need::Urgency;
use crate::domain::service::{Measure, TargetGroup};
use crate::graph::mutation::{at_most, parse, parse_all, parse_optional};
use crate::matching::what_if::{SupposedNeed, SupposedPin, SupposedService, WhatIf};
use crate::store::error::Result as Done;
use async_graphql::{ID, InputObject};
use chrono::{DateTime, Utc};

/// What is supposed to be otherwise than it is. Each list has at most 100 entries.
#[derive(InputObject, Debug)]
pub struct WhatIfInput {
    /// Services that nobody offers yet.
    #[graphql(default)]
    services: Vec<SupposedServiceInput>,
    /// Needs that nobody has yet.
    #[graphql(default)]
    needs: Vec<SupposedNeedInput>,
    /// Lines of capacity that would have something else left.
    #[graphql(default)]
    capacities: Vec<SupposedCapacityInput>,
    /// Services that would not be on offer.
    #[graphql(default)]
    without_services: Vec<ID>,
    /// Needs that would not be asked for.
    #[graphql(default)]
    without_needs: Vec<ID>,
    /// Pairs that would be pinned.
    #[graphql(default)]
    pins: Vec<SupposedPinInput>,
    /// Pairs that would be forbidden.
    #[graphql(default)]
    prohibitions: Vec<MatchingPairInput>,
    /// How much each part of a score would count: together 10,000 points; left out, as the street has laid down.
    weights: Option<Vec<ScoreWeightInput>>,
    /// How much it would count that nobody is left far behind, from 0 to 4; left out, as the street has laid down.
    fairness: Option<i64>,
    /// How much the needs of the past year, which are expected to come again, would count beside those of today, in percent
    /// from 0 to 100; left out, as the street has laid down.
    foresight: Option<i64>,
}

/// A service that nobody offers yet, to be had at any time of its window.
#[derive(InputObject, Debug)]
pub struct SupposedServiceInput {
    /// Its title, at most 120 characters.
    title: String,
    /// The unit that would offer it, one with a service in what is matched; left out, one that is yet to be found.
    unit_id: Option<ID>,
    /// What it would be filed under.
    category_id: ID,
    /// The area that it would cover, with everything below.
    area_id: ID,
    /// What it would be counted in.
    measure: Measure,
    /// How much of it there would be: from 1 to 1,000,000,000.
    quantity: i64,
    /// Whom it would be for; left out, everyone.
    target_groups: Option<Vec<TargetGroup>>,
    /// From when it could be had.
    starts_at: DateTime<Utc>,
    /// Until when, itself outside.
    ends_at: DateTime<Utc>,
}

/// A need that nobody has yet.
#[derive(InputObject, Debug)]
pub struct SupposedNeedInput {
    /// Its title, at most 120 characters.
    title: String,
    /// What it would be filed under.
    category_id: ID,
    /// The area that it would arise in: a street or anything below one, where something is asked for already.
    area_id: ID,
    /// What it would be counted in.
    measure: Measure,
    /// How much would be asked for: from 1 to 1,000,000,000.
    quantity: i64,
    /// Who would need it; left out, everyone.
    target_groups: Option<Vec<TargetGroup>>,
    /// How pressing it would be; left out, as most are.
    urgency: Option<Urgency>,
    /// From when it would be wanted.
    starts_at: DateTime<Utc>,
    /// Until when, itself outside.
    ends_at: DateTime<Utc>,
}

/// A line of capacity that would have something else left.
#[derive(InputObject, Debug)]
pub struct SupposedCapacityInput {
    /// The line.
    capacity_id: ID,
    /// What would be left of it, from 0 to 1,000,000,000.
    left: i64,
}

/// A pair that would be pinned.
#[derive(InputObject, Debug)]
pub struct SupposedPinInput {
    /// The need.
    need_id: ID,
    /// The service.
    service_id: ID,
    /// How much of the need it would reserve; left out, all of it.
    quantity: Option<i64>,
}

impl WhatIfInput {
    /// What is supposed.
    ///
    /// # Errors
    /// A refusal that names the field in the input.
    pub fn read(&self) -> Done<WhatIf> {
        at_most("services", &self.services)?;
        at_most("needs", &self.needs)?;
        at_most("capacities", &self.capacities)?;
        at_most("pins", &self.pins)?;
        let entry = |list: &str, place: usize| format!("{list}.{place}.");
        let services = self.services.iter().enumerate();
        let needs = self.needs.iter().enumerate();
        let lines = self.capacities.iter().enumerate();
        let pins = self.pins.iter().enumerate();
        let given = self.weights.as_deref();
        Ok(WhatIf {
            services: services.map(|(at, one)| one.read(&entry("services", at))).collect::<Done<_>>()?,
            needs: needs.map(|(at, one)| one.read(&entry("needs", at))).collect::<Done<_>>()?,
            capacities: lines.map(|(at, one)| one.read(&entry("capacities", at))).collect::<Done<_>>()?,
            without_services: parse_all("withoutServices", &self.without_services)?,
            without_needs: parse_all("withoutNeeds", &self.without_needs)?,
            pins: pins.map(|(at, one)| one.read(&entry("pins", at))).collect::<Done<_>>()?,
            prohibitions: parse_pairs_of("prohibitions", &self.prohibitions)?,
            weights: given.map(|given| weights("weights", given)).transpose()?,
            fairness: self.fairness.map(|step| fairness("fairness", step)).transpose()?,
            foresight: self.foresight.map(|given| foresight("foresight", given)).transpose()?,
        })
    }
}

impl SupposedServiceInput {
    /// The service; `path` comes before the names of its fields.
    ///
    /// # Errors
    /// A refusal that names the field.
    pub fn read(&self, path: &str) -> Done<SupposedService> {
        Ok(SupposedService {
            title: self.title.clone(),
            unit: parse_optional(&format!("{path}unitId"), self.unit_id.as_ref())?,
            category: parse::<CategoryId>(&format!("{path}categoryId"), &self.category_id)?,
            area: parse::<AreaId>(&format!("{path}areaId"), &self.area_id)?,
            measure: self.measure,
            quantity: self.quantity,
            target_groups: groups(self.target_groups.as_deref()),
            starts_at: self.starts_at,
            ends_at: self.ends_at,
        })
    }
}

impl SupposedNeedInput {
    fn read(&self, path: &str) -> Done<SupposedNeed> {
        Ok(SupposedNeed {
            title: self.title.clone(),
            category: parse::<CategoryId>(&format!("{path}categoryId"), &self.category_id)?,
            area: parse::<AreaId>(&format!("{path}areaId"), &self.area_id)?,
            measure: self.measure,
            quantity: self.quantity,
            target_groups: groups(self.target_groups.as_deref()),
            urgency: self.urgency.unwrap_or(Urgency::Normal),
            starts_at: self.starts_at,
            ends_at: self.ends_at,
        })
    }
}

impl SupposedCapacityInput {
    fn read(&self, path: &str) -> Done<(CapacityId, i64)> {
        Ok((parse(&format!("{path}capacityId"), &self.capacity_id)?, self.left))
    }
}

impl SupposedPinInput {
    fn read(&self, path: &str) -> Done<SupposedPin> {
        Ok(SupposedPin {
            need: parse::<NeedId>(&format!("{path}needId"), &self.need_id)?,
            service: parse(&format!("{path}serviceId"), &self.service_id)?,
            quantity: self.quantity,
        })
    }
}

/// The groups that are named; everyone where none is.
fn groups(named: Option<&[TargetGroup]>) -> crate::domain::service::TargetGroups {
    let everyone = [TargetGroup::Everyone];
    named.filter(|named| !named.is_empty()).unwrap_or(&everyone).iter().copied().collect()
}

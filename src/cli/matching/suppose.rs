//! A file of suppositions: what would be if. Needs and services are named by id or by their whole title.

use crate::cli::Desk;
use crate::cli::find::only_one;
use crate::domain::area::Area;
use crate::domain::category::Category;
use crate::domain::day::midnight;
use crate::domain::id::{AreaId, CategoryId, NeedId, ServiceId};
use crate::domain::need::Urgency;
use crate::domain::service::{Measure, TargetGroup};
use crate::matching::settings::{Fairness, Foresight};
use crate::matching::weights::Weights;
use crate::matching::what_if::{SupposedNeed, SupposedPin, SupposedService, WhatIf};
use crate::matching::world::World;
use anyhow::{Context as _, Result};
use chrono::{NaiveDate, TimeDelta};
use serde::Deserialize;
use std::path::Path;

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct Suppositions {
    service: Vec<Supposed>,
    need: Vec<Supposed>,
    capacity: Vec<Left>,
    without: Vec<Without>,
    pin: Vec<Paired>,
    forbid: Vec<Paired>,
    settings: Chosen,
}

/// A service or a need.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Supposed {
    title: String,
    category: String,
    area: Option<String>,
    measure: Measure,
    quantity: i64,
    #[serde(default = "everyone")]
    target_groups: Vec<TargetGroup>,
    #[serde(default = "normal")]
    urgency: Urgency,
    from: NaiveDate,
    until: NaiveDate,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Left {
    service: String,
    left: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Without {
    service: Option<String>,
    need: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Paired {
    need: String,
    service: String,
    quantity: Option<i64>,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct Chosen {
    fairness: Option<Fairness>,
    foresight: Option<Foresight>,
    weights: Option<Weights>,
}

fn everyone() -> Vec<TargetGroup> {
    vec![TargetGroup::Everyone]
}

fn normal() -> Urgency {
    Urgency::Normal
}

/// Reads the suppositions of a file about a world.
pub(super) fn read(desk: &Desk, file: &Path, area: &Area, world: &World) -> Result<WhatIf> {
    let told =
        || desk.pick(format!("设想文件 {}", file.display()), format!("the what-if file {}", file.display()));
    let text = std::fs::read_to_string(file).with_context(told)?;
    let suppositions: Suppositions = toml::from_str(&text).with_context(told)?;
    suppositions.what_if(&Names { desk, area, world }).with_context(told)
}

/// The category with a code or a name.
pub(super) fn category<'c>(
    desk: &Desk,
    wanted: &str,
    known: impl Iterator<Item = &'c Category>,
) -> Result<CategoryId> {
    let is_meant = |category: &&Category| category.code == wanted || category.name == wanted;
    let found: Vec<&Category> = known.filter(is_meant).collect();
    Ok(only_one(desk, wanted, found, |category| format!("{} {}", category.code, category.name), "")?.id)
}

impl Suppositions {
    fn what_if(&self, names: &Names) -> Result<WhatIf> {
        let mut what_if = WhatIf {
            services: self.service.iter().map(|one| one.service(names)).collect::<Result<_>>()?,
            needs: self.need.iter().map(|one| one.need(names)).collect::<Result<_>>()?,
            weights: self.settings.weights.clone(),
            fairness: self.settings.fairness,
            foresight: self.settings.foresight,
            ..WhatIf::default()
        };
        for Left { service, left } in &self.capacity {
            let place = names.service(service)?;
            let lines = names.world.lines[names.world.offers[place].lines.clone()].iter();
            what_if.capacities.extend(lines.map(|line| (line.capacity.id, *left)));
        }
        for Without { service, need } in &self.without {
            what_if
                .without_services
                .extend(service.iter().map(|one| names.service_id(one)).collect::<Result<Vec<_>>>()?);
            what_if
                .without_needs
                .extend(need.iter().map(|one| names.need_id(one)).collect::<Result<Vec<_>>>()?);
        }
        for Paired { need, service, quantity } in &self.pin {
            let (need, service) = (names.need_id(need)?, names.service_id(service)?);
            what_if.pins.push(SupposedPin { need, service, quantity: *quantity });
        }
        for Paired { need, service, .. } in &self.forbid {
            what_if.prohibitions.push((names.need_id(need)?, names.service_id(service)?));
        }
        Ok(what_if)
    }
}

impl Supposed {
    fn service(&self, names: &Names) -> Result<SupposedService> {
        Ok(SupposedService {
            title: self.title.clone(),
            unit: None,
            category: names.category(&self.category)?,
            area: names.area_id(self.area.as_deref())?,
            measure: self.measure,
            quantity: self.quantity,
            target_groups: self.target_groups.iter().copied().collect(),
            starts_at: midnight(self.from),
            ends_at: midnight(self.until) + TimeDelta::days(1),
        })
    }

    fn need(&self, names: &Names) -> Result<SupposedNeed> {
        Ok(SupposedNeed {
            title: self.title.clone(),
            category: names.category(&self.category)?,
            area: names.area_id(self.area.as_deref())?,
            measure: self.measure,
            quantity: self.quantity,
            target_groups: self.target_groups.iter().copied().collect(),
            urgency: self.urgency,
            starts_at: midnight(self.from),
            ends_at: midnight(self.until) + TimeDelta::days(1),
        })
    }
}

/// What the names in the file stand for.
struct Names<'n> {
    desk: &'n Desk,
    area: &'n Area,
    world: &'n World,
}

impl Names<'_> {
    fn area_id(&self, wanted: Option<&str>) -> Result<AreaId> {
        let Some(wanted) = wanted else { return Ok(self.area.id) };
        let is_meant = |area: &&Area| {
            area.name == wanted || area.code.as_deref() == Some(wanted) || area.id.to_string() == wanted
        };
        let found: Vec<&Area> = self.world.areas.iter().filter(is_meant).collect();
        Ok(only_one(self.desk, wanted, found, |area| format!("{} {}", area.id, area.name), "")?.id)
    }

    fn category(&self, wanted: &str) -> Result<CategoryId> {
        category(self.desk, wanted, self.world.categories.iter())
    }

    fn service(&self, wanted: &str) -> Result<usize> {
        let named = self
            .world
            .offers
            .iter()
            .enumerate()
            .filter(|(_, offer)| offer.service.title == wanted || offer.service.id.to_string() == wanted);
        let shown = |(_, offer): &(usize, &crate::matching::world::Offer)| {
            format!("{} {}", offer.service.id, offer.service.title)
        };
        Ok(only_one(self.desk, wanted, named.collect(), shown, "")?.0)
    }

    fn service_id(&self, wanted: &str) -> Result<ServiceId> {
        Ok(self.world.offers[self.service(wanted)?].service.id)
    }

    fn need_id(&self, wanted: &str) -> Result<NeedId> {
        let named =
            self.world.needs.iter().filter(|need| need.title == wanted || need.id.to_string() == wanted);
        Ok(only_one(self.desk, wanted, named.collect(), |need| format!("{} {}", need.id, need.title), "")?.id)
    }
}

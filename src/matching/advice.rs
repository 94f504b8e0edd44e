//! What the street should ask partner units for next, and what an offer is worth before it is made.
//!
//! The prices of an optimum say where to look: a need that stays short has the price of its penalty, and what a new
//! service would save at most is that price less its own cost. The most promising are then supposed and solved, so that
//! what is told of them is their true effect.

use super::assign::Watch;
use super::compare::{Change, Comparison, compare, compare_servings};
use super::settings::Settings;
use super::solve::{Matching, Trial, Unsolved, solve};
use super::stages::Stages;
use super::what_if::{SupposedService, WhatIf, supposed_id};
use super::world::World;
use crate::domain::check::MAX_QUANTITY;
use crate::domain::day::{local_day, midnight};
use crate::domain::id::{AreaId, CategoryId, ServiceId};
use crate::domain::need::{Need, Urgency};
use crate::domain::refusal::Refusal;
use crate::domain::service::{Measure, TargetGroup};
use chrono::{DateTime, Datelike as _, Months, NaiveDate, Utc};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// How many asks are tried for each that is told.
const TRIED: usize = 2;
/// For how many months ahead a street is told what to ask for.
const MONTHS: u32 = 12;

/// Something that the street should ask partner units for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// What to ask for: just as much of it as would be used.
    pub service: SupposedService,
    /// What one more unit of it is worth at most, in points.
    pub price: i64,
    /// What would come of it.
    pub effect: Effect,
}

/// What would come of a service that is not there yet: solved, not estimated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// How much of it would be used.
    pub used: i64,
    /// By how much less the whole would cost, in points.
    pub gain: i64,
    /// Who would gain and who would lose.
    pub comparison: Comparison,
    /// How many people more would be reached; `None` where nothing of the kind has been delivered yet.
    pub people: Option<i64>,
}

/// Why the worth of an offer cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum NoWorth {
    /// The offer makes no sense here.
    #[error("the offer is refused")]
    Refused(Refusal),
    /// The world could not be solved.
    #[error(transparent)]
    Unsolved(#[from] Unsolved),
}

/// What the street should ask for next, the most helpful first: at most so many, each with its true effect.
///
/// # Errors
/// As [`solve`].
pub fn advice(
    world: &World,
    settings: &Settings,
    today: &Matching,
    area: AreaId,
    first: usize,
    watch: &mut dyn Watch,
) -> Result<Vec<Ask>, Unsolved> {
    let mut told = Vec::new();
    let mut promising = promising(world, today, area);
    promising.truncate(first * TRIED);
    let mut stages = Stages::of(watch);
    let mut effects = tried(world, settings, &promising, stages.until(0.5))?;
    let (count, mut rest) = (promising.len(), Stages::of(stages.until(1.0)));
    for (place, (service, price)) in promising.into_iter().enumerate() {
        let effect = match effects.get_mut(place).and_then(Option::take) {
            Some(effect) => Ok(effect),
            None => worth(world, settings, today, &service, rest.one_of(count)),
        };
        match effect {
            Ok(effect) if effect.used > 0 => {
                told.push(Ask {
                    service: SupposedService { quantity: effect.used, ..service },
                    price,
                    effect,
                });
            }
            Ok(_) | Err(NoWorth::Refused(_)) => {}
            Err(NoWorth::Unsolved(error)) => return Err(error),
        }
    }
    told.sort_by_key(|ask| Reverse(ask.effect.help()));
    told.truncate(first);
    Ok(told)
}

/// The effects of services that are not there yet, all tried on one solved world; missing where one has to be solved of
/// its own.
fn tried(
    world: &World,
    settings: &Settings,
    services: &[(SupposedService, i64)],
    watch: &mut dyn Watch,
) -> Result<Vec<Option<Effect>>, Unsolved> {
    let what_if = WhatIf {
        services: services.iter().map(|(service, _)| service.clone()).collect(),
        ..WhatIf::default()
    };
    let Ok((supposed, settings)) = what_if.apply(world, settings) else { return Ok(Vec::new()) };
    let places = (0..services.len()).filter_map(|place| {
        let id: ServiceId = supposed_id(place);
        let offer = supposed.offers.binary_search_by_key(&id, |offer| offer.service.id).ok()?;
        Some(supposed.offers[offer].lines.start)
    });
    let lines: Vec<usize> = places.collect();
    let Some(mut trial) = Trial::new(&supposed, &settings, &lines, watch)? else { return Ok(Vec::new()) };
    let today = trial.today();
    let mut effects = Vec::with_capacity(services.len());
    for ((place, (service, _)), line) in services.iter().enumerate().zip(lines) {
        let outcome = trial.with(line, service.quantity);
        effects.push(outcome.map(|outcome| {
            let id: ServiceId = supposed_id(place);
            let used = outcome.servings.values().filter_map(|served| served.get(&id)).sum();
            let comparison = compare_servings((world, &today.servings), (&supposed, &outcome.servings));
            Effect::new(world, service, used, today.objective - outcome.objective, comparison)
        }));
    }
    Ok(effects)
}

/// What an offer would bring if it were made.
///
/// # Errors
/// Where the offer makes no sense in this world, or the world cannot be solved.
pub fn worth(
    world: &World,
    settings: &Settings,
    today: &Matching,
    offer: &SupposedService,
    watch: &mut dyn Watch,
) -> Result<Effect, NoWorth> {
    let what_if = WhatIf { services: vec![offer.clone()], ..WhatIf::default() };
    let (supposed, settings) = what_if.apply(world, settings).map_err(NoWorth::Refused)?;
    let then = solve(&supposed, &settings, watch)?;
    let id: ServiceId = supposed_id(0);
    let ours = |place: usize| supposed.offers[place].service.id == id;
    let placed = then.placements.iter().filter(|placed| ours(placed.candidate.offer));
    let comparison = compare((world, today), (&supposed, &then));
    let used = placed.map(|placed| placed.quantity).sum();
    let gain = today.certificate.primal - then.certificate.primal;
    Ok(Effect::new(world, offer, used, gain, comparison))
}

impl Effect {
    fn new(world: &World, offer: &SupposedService, used: i64, gain: i64, comparison: Comparison) -> Self {
        let more = comparison.gains.iter().chain(&comparison.losses).map(Change::difference).sum();
        let people = world.people(offer.category, offer.measure, more);
        Self { used, gain, comparison, people }
    }

    /// How much it helps: the share of each need that is served more, weighed by urgency, in thousandths.
    fn help(&self) -> i64 {
        let changes = self.comparison.gains.iter().chain(&self.comparison.losses);
        changes.map(|change| change.share() * weight(change.need.urgency)).sum()
    }
}

fn weight(urgency: Urgency) -> i64 {
    match urgency {
        Urgency::Low => 1,
        Urgency::Normal => 2,
        Urgency::High => 4,
        Urgency::Urgent => 8,
    }
}

/// What the needs of one category and measure lack in one month.
#[derive(Default)]
struct Lack {
    quantity: i64,
    /// What one unit would save at most.
    price: i64,
    /// The share of each need that is lacking, weighed by urgency.
    help: i64,
}

/// Services that nobody offers, each for the month in which it would help most, the most promising first, with the
/// highest price that a need would pay.
fn promising(world: &World, today: &Matching, area: AreaId) -> Vec<(SupposedService, i64)> {
    let mut lacks: BTreeMap<(CategoryId, Measure), BTreeMap<NaiveDate, Lack>> = BTreeMap::new();
    for unmet in &today.unmet {
        let need = &world.needs[unmet.need];
        let months = lacks.entry((need.category_id, need.measure)).or_default();
        for month in months_of(world, need) {
            let lack = months.entry(month).or_default();
            lack.quantity += unmet.quantity;
            lack.price = lack.price.max(today.need_prices[unmet.need]);
            lack.help += unmet.quantity * 1_000 / need.left().max(1) * weight(need.urgency);
        }
    }
    let mut found: Vec<(i64, SupposedService, i64)> = Vec::new();
    for ((category, measure), months) in lacks {
        let best = months.into_iter().max_by_key(|(month, lack)| (lack.help, Reverse(*month)));
        if let Some((month, lack)) = best {
            let service = asked_for(world, area, category, measure, month, lack.quantity);
            found.push((lack.help, service, lack.price));
        }
    }
    found.sort_by_key(|(help, service, _)| (Reverse(*help), service.category, service.measure));
    found.into_iter().map(|(_, service, price)| (service, price)).collect()
}

fn asked_for(
    world: &World,
    area: AreaId,
    category: CategoryId,
    measure: Measure,
    month: NaiveDate,
    quantity: i64,
) -> SupposedService {
    let title = world.categories.get(category).map(|category| category.name.clone()).unwrap_or_default();
    SupposedService {
        title,
        unit: None,
        category,
        area,
        measure,
        quantity: quantity.min(MAX_QUANTITY),
        target_groups: [TargetGroup::Everyone].into_iter().collect(),
        starts_at: midnight(month).max(world.now),
        ends_at: midnight(month + Months::new(1)),
    }
}

/// The first days of the months in which a need could still be served.
fn months_of(world: &World, need: &Need) -> impl Iterator<Item = NaiveDate> + use<> {
    let (now, ends_at) = (world.now, need.ends_at);
    let first = first_of_month(need.starts_at.max(now));
    let last = midnight(first_of_month(now) + Months::new(MONTHS));
    (0..MONTHS)
        .map(move |after| first + Months::new(after))
        .take_while(move |month| midnight(*month) < ends_at.min(last))
}

/// The first day of a moment's month, in China.
fn first_of_month(at: DateTime<Utc>) -> NaiveDate {
    let day = local_day(at);
    day.with_day(1).unwrap_or(day)
}

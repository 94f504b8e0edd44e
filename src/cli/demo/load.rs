//! Brings the story into an empty hub, the past at its own dates and through the hands that would have done it.

use super::story::{Delivered, Person, Story, rolling_year};
use crate::clock::Clock;
use crate::domain::day::{local_day, midnight};
use crate::domain::id::{AreaId, MatchId, NeedId, ServiceId, UnitId};
use crate::domain::matches::Side;
use crate::domain::need::{Need, Outcome, Terms};
use crate::domain::place::Place;
use crate::domain::service::ServiceAction;
use crate::domain::viewer::{Actor, Viewer};
use crate::exchange::areas;
use crate::store::alliance::{self, NewAlliance};
use crate::store::area::{self, NewArea};
use crate::store::contact::NewContact;
use crate::store::entity::get;
use crate::store::matches::{self, NewFulfilment, NewRating, Proposal};
use crate::store::need::{self, NeedFacts};
use crate::store::service::{self, NewAvailability, NewCapacity, ServiceFacts};
use crate::store::unit::{self, UnitFacts};
use crate::store::{Store, category};
use anyhow::{Context as _, Result, anyhow, bail};
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use std::collections::HashMap;

/// The official code of the street.
pub const STREET: &str = "430102002";
/// How many days ago the story begins.
const BEGINNING: u64 = 380;
/// How many days before its first delivery a need of the past was claimed.
const CLAIMED_BEFORE: u64 = 14;

/// The street, and those of it who get a token.
pub struct Street {
    /// The street.
    pub id: AreaId,
    /// A community.
    pub community: AreaId,
    /// A unit that offers.
    pub library: UnitId,
    /// A unit that offers and asks.
    pub school: UnitId,
}

/// The story in the hub: what its keys became.
struct Loaded {
    street: AreaId,
    areas: HashMap<String, AreaId>,
    units: HashMap<String, UnitId>,
    services: HashMap<String, ServiceId>,
}

impl Loaded {
    fn area(&self, key: &str) -> Result<AreaId> {
        self.areas.get(key).copied().with_context(|| format!("no area {key}"))
    }

    fn unit(&self, key: &str) -> Result<UnitId> {
        self.units.get(key).copied().with_context(|| format!("no unit {key}"))
    }

    fn service(&self, key: &str) -> Result<ServiceId> {
        self.services.get(key).copied().with_context(|| format!("no service {key}"))
    }
}

/// Loads the whole story into a hub.
///
/// # Errors
/// Where the story contradicts itself or the database fails; then a part of it may be there.
pub async fn load(store: &Store, tale: &Story) -> Result<Street> {
    let now = store.clock.now();
    let today = local_day(now);
    let past = store.with_clock(Clock::fake(at(today, BEGINNING)?));
    let mut loaded = load_areas(&past, tale).await?;
    load_units(&past, tale, &mut loaded, today).await?;
    load_services(&past, tale, &mut loaded, today).await?;
    load_past(&past, tale, &loaded, today).await?;
    load_needs(store, tale, &loaded, today).await?;
    Ok(Street {
        id: loaded.street,
        community: loaded.area(super::COMMUNITY)?,
        library: loaded.unit(super::LIBRARY)?,
        school: loaded.unit(super::SCHOOL)?,
    })
}

/// Where something is, if the story says so.
fn place(told: Option<(i64, i64)>) -> Result<Place> {
    let Some((latitude, longitude)) = told else { return Ok(Place::default()) };
    Place::new("place", latitude, longitude).map_err(|refusal| anyhow!("a place of the story: {refusal:?}"))
}

/// The ninth hour of a day so many days ago.
fn at(today: NaiveDate, days_ago: u64) -> Result<DateTime<Utc>> {
    let day = today.checked_sub_days(Days::new(days_ago)).context("a day within the calendar")?;
    Ok(midnight(day) + TimeDelta::hours(9))
}

async fn load_areas(store: &Store, tale: &Story) -> Result<Loaded> {
    let mut tx = store.begin(&Viewer::local(Actor::Administrator)).await?;
    let coded = areas::read_from(|file| match file {
        "provinces.csv" => Ok(Box::new(&include_bytes!("areas/provinces.csv")[..])),
        "cities.csv" => Ok(Box::new(&include_bytes!("areas/cities.csv")[..])),
        "areas.csv" => Ok(Box::new(&include_bytes!("areas/areas.csv")[..])),
        _ => Ok(Box::new(&include_bytes!("areas/streets.csv")[..])),
    });
    let Ok(coded) = coded else { bail!("the demo's areas do not read") };
    areas::import(&mut tx, &coded, |_| {}).await?;
    let street = area::by_code(&mut tx, STREET).await?.context("the street is among the areas")?.id;
    let mut areas: HashMap<String, AreaId> = HashMap::new();
    for told in &tale.area {
        let place = place(told.place)?;
        let id = match (&told.code, &told.parent) {
            (Some(code), _) => {
                let id = area::by_code(&mut tx, code).await?.with_context(|| format!("no area {code}"))?.id;
                area::set_place(&mut tx, id, place).await?
            }
            (None, parent) => {
                let parent = parent.as_deref().and_then(|key| areas.get(key)).copied();
                let parent = parent.with_context(|| format!("nowhere for {}", told.key))?;
                let (name, name_en) = (told.name.clone(), told.name_en.clone());
                area::add(&mut tx, NewArea { parent, kind: told.kind, name, name_en, place }).await?
            }
        };
        areas.insert(told.key.clone(), id);
    }
    tx.commit().await?;
    Ok(Loaded { street, areas, units: HashMap::new(), services: HashMap::new() })
}

async fn load_units(store: &Store, tale: &Story, loaded: &mut Loaded, today: NaiveDate) -> Result<()> {
    let mut tx = store.begin(&Viewer::local(Actor::Coordinator { street: loaded.street })).await?;
    for told in &tale.unit {
        let facts = UnitFacts {
            kind: told.kind,
            name: told.name.clone(),
            name_en: told.name_en.clone(),
            credit_code: None,
            address: told.address.clone(),
            place: place(told.place)?,
            liaison: Some(contact(&told.liaison)),
        };
        let areas: Vec<AreaId> = told.areas.iter().map(|key| loaded.area(key)).collect::<Result<_>>()?;
        let on = today.checked_sub_days(Days::new(told.checked_in_days_ago)).context("a day")?;
        let id = unit::register(&mut tx, loaded.street, facts, &areas, on).await?;
        loaded.units.insert(told.key.clone(), id);
    }
    for told in &tale.alliance {
        let new = NewAlliance {
            street: loaded.area(&told.area)?,
            name: told.name.clone(),
            name_en: told.name_en.clone(),
            purpose: None,
        };
        let id = alliance::create(&mut tx, new).await.with_context(|| told.key.clone())?;
        for member in &told.members {
            alliance::join(&mut tx, id, loaded.unit(member)?).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

async fn load_services(store: &Store, tale: &Story, loaded: &mut Loaded, today: NaiveDate) -> Result<()> {
    let mut tx = store.begin(&Viewer::local(Actor::Coordinator { street: loaded.street })).await?;
    let beginning = today.checked_sub_days(Days::new(BEGINNING)).context("a day")?;
    for told in &tale.service {
        let facts = ServiceFacts {
            category: category::id_of(&told.category),
            mode: told.mode,
            title: told.title.clone(),
            title_en: told.title_en.clone(),
            description: Some(told.description.clone()),
            target_groups: told.target_groups.iter().copied().collect(),
            eligibility: told.eligibility.clone(),
            coverage: told.coverage.iter().map(|key| loaded.area(key)).collect::<Result<_>>()?,
            lead_time_days: told.lead_time_days,
        };
        let mut capacities = Vec::new();
        for line in &told.capacity {
            let (starts_at, ends_at) = rolling_year(today, line.year).context("a year")?;
            capacities.push(NewCapacity { starts_at, ends_at, measure: line.measure, total: line.quantity });
        }
        let mut availability = Vec::new();
        for rule in &told.availability {
            availability.push(NewAvailability {
                rrule: rule.rrule.clone(),
                festival: rule.festival,
                starts_on: beginning,
                ends_on: None,
                start_time: rule.start_time()?,
                minutes: rule.minutes,
            });
        }
        let id = service::add(&mut tx, loaded.unit(&told.unit)?, facts, &capacities, &availability).await?;
        service::advance(&mut tx, id, ServiceAction::Review, None).await?;
        service::advance(&mut tx, id, ServiceAction::List, None).await?;
        loaded.services.insert(told.key.clone(), id);
    }
    tx.commit().await?;
    Ok(())
}

/// What happened on one day of the past.
enum Step {
    Claim,
    Record { part: usize },
    Close,
}

/// Tells the past day by day, so that the trail is in the order of time.
async fn load_past(store: &Store, tale: &Story, loaded: &Loaded, today: NaiveDate) -> Result<()> {
    let mut days: Vec<(u64, usize, Step)> = Vec::new();
    for (place, told) in tale.delivered.iter().enumerate() {
        let first = told.on_days_ago.first().copied().context("a delivery has a day")?;
        let last = told.on_days_ago.last().copied().unwrap_or(first);
        days.push((first + CLAIMED_BEFORE, place, Step::Claim));
        let parts = told.on_days_ago.iter().enumerate();
        days.extend(parts.map(|(part, day)| (*day, place, Step::Record { part })));
        days.push((last.saturating_sub(1), place, Step::Close));
    }
    days.sort_by_key(|(days_ago, place, _)| (std::cmp::Reverse(*days_ago), *place));
    let mut claimed: HashMap<usize, (NeedId, MatchId)> = HashMap::new();
    for (days_ago, place, step) in days {
        let past = Past { store, loaded, told: &tale.delivered[place], today };
        store.clock.advance(at(today, days_ago)? - store.clock.now());
        if matches!(step, Step::Claim) {
            claimed.insert(place, past.claim().await?);
            continue;
        }
        let (need, matched) = *claimed.get(&place).context("a delivery is claimed first")?;
        match step {
            Step::Record { part } => past.record(matched, part, days_ago).await?,
            _ => past.close(need, matched).await?,
        }
    }
    Ok(())
}

/// One need of the past, on one of its days.
struct Past<'a> {
    store: &'a Store,
    loaded: &'a Loaded,
    told: &'a Delivered,
    today: NaiveDate,
}

impl Past<'_> {
    /// The coordinator takes the need down, the unit claims it, the asking side accepts.
    async fn claim(&self) -> Result<(NeedId, MatchId)> {
        let last = self.told.on_days_ago.last().copied().unwrap_or_default();
        let facts = NeedFacts {
            category: category::id_of(&self.told.category),
            title: self.told.need_title.clone(),
            title_en: self.told.need_title_en.clone(),
            description: None,
            target_groups: self.told.target_groups.iter().copied().collect(),
            urgency: self.told.urgency,
            source: self.told.source,
            measure: self.told.measure,
            quantity: self.told.quantity,
            terms: Terms::default(),
            starts_at: self.store.clock.now(),
            ends_at: at(self.today, last)? + TimeDelta::days(1),
            contact: None,
        };
        let area = self.loaded.area(&self.told.area)?;
        let asking = self.told.asking_unit.as_deref().map(|key| self.loaded.unit(key)).transpose()?;
        let need = open_need(self.store, self.loaded.street, area, asking, facts).await?;
        let mut tx = self.store.begin(&self.offering()?).await?;
        let proposal = Proposal {
            need,
            service: self.loaded.service(&self.told.service)?,
            side: Side::Offering,
            capacity: None,
            quantity: self.told.quantity,
            respond_in_hours: None,
        };
        let matched =
            matches::propose(&mut tx, proposal).await.with_context(|| self.told.need_title.clone())?;
        tx.commit().await?;
        let mut tx = self.store.begin(&self.asking(need).await?).await?;
        matches::accept(&mut tx, matched, None).await?;
        tx.commit().await?;
        Ok((need, matched))
    }

    async fn record(&self, matched: MatchId, part: usize, days_ago: u64) -> Result<()> {
        let (quantity, parts) = (self.told.parts[part], self.told.quantity);
        // People reached are told for the whole; each part has its share, the last one the rest.
        let before: i64 = self.told.parts[..part].iter().sum();
        let reached = |quantity: i64| self.told.people_reached * quantity / parts.max(1);
        let new = NewFulfilment {
            delivered_on: self.today.checked_sub_days(Days::new(days_ago)).context("a day")?,
            quantity,
            people_reached: reached(before + quantity) - reached(before),
            evidence: None,
        };
        let mut tx = self.store.begin(&self.offering()?).await?;
        matches::record(&mut tx, matched, new).await.with_context(|| self.told.need_title.clone())?;
        Ok(tx.commit().await?)
    }

    /// The unit says that it is done; the asking side agrees, rates and closes.
    async fn close(&self, need: NeedId, matched: MatchId) -> Result<()> {
        let mut tx = self.store.begin(&self.offering()?).await?;
        matches::deliver(&mut tx, matched).await.with_context(|| self.told.need_title.clone())?;
        tx.commit().await?;
        let mut tx = self.store.begin(&self.asking(need).await?).await?;
        matches::confirm(&mut tx, matched, None).await?;
        let rating = NewRating {
            solved: self.told.solved,
            satisfied: self.told.stars >= 4,
            stars: self.told.stars,
            comment: None,
            called_back: false,
        };
        matches::rate(&mut tx, matched, rating).await?;
        let outcome = if self.told.solved { Outcome::Solved } else { Outcome::PartlySolved };
        need::close(&mut tx, need, outcome).await?;
        Ok(tx.commit().await?)
    }

    fn offering(&self) -> Result<Viewer> {
        Ok(Viewer::local(Actor::Liaison { unit: self.loaded.unit(&self.told.unit)? }))
    }

    async fn asking(&self, need: NeedId) -> Result<Viewer> {
        let street = self.loaded.street;
        let coordinator = Viewer::local(Actor::Coordinator { street });
        let mut conn = self.store.read().await?;
        let need: Need = get(&mut conn, &coordinator, need).await?;
        Ok(match (need.asking_unit_id, need.community_id) {
            (Some(unit), _) => Viewer::local(Actor::Liaison { unit }),
            (None, Some(community)) => Viewer::local(Actor::Staff { street, community }),
            (None, None) => coordinator,
        })
    }
}

/// The needs of today: taken down, verified and opened by the coordinator.
async fn load_needs(store: &Store, tale: &Story, loaded: &Loaded, today: NaiveDate) -> Result<()> {
    for told in &tale.need {
        let (starts_at, ends_at) = told.window.around(today).context("a window within the calendar")?;
        let facts = NeedFacts {
            category: category::id_of(&told.category),
            title: told.title.clone(),
            title_en: told.title_en.clone(),
            description: Some(told.description.clone()),
            target_groups: told.target_groups.iter().copied().collect(),
            urgency: told.urgency,
            source: told.source,
            measure: told.measure,
            quantity: told.quantity,
            terms: Terms::default(),
            starts_at,
            ends_at,
            contact: told.contact.as_ref().map(contact),
        };
        let asking = told.asking_unit.as_deref().map(|key| loaded.unit(key)).transpose()?;
        open_need(store, loaded.street, loaded.area(&told.area)?, asking, facts)
            .await
            .with_context(|| told.key.clone())?;
    }
    Ok(())
}

async fn open_need(
    store: &Store,
    street: AreaId,
    area: AreaId,
    asking_unit: Option<UnitId>,
    facts: NeedFacts,
) -> Result<NeedId> {
    let mut tx = store.begin(&Viewer::local(Actor::Coordinator { street })).await?;
    let id = need::add(&mut tx, area, asking_unit, facts).await?;
    need::submit(&mut tx, id).await?;
    need::verify(&mut tx, id).await?;
    need::open(&mut tx, id).await?;
    tx.commit().await?;
    Ok(id)
}

fn contact(told: &Person) -> NewContact {
    NewContact { name: told.name.clone(), phone: told.phone.clone() }
}

//! The services that suit a need best, and the needs that suit a service best.

use super::parts::{Exclusion, ScorePart};
use crate::domain::check;
use crate::domain::id::{AreaId, NeedId, ServiceId, UnitId};
use crate::domain::service;
use crate::domain::viewer::{Role, Viewer};
use crate::graph::error::{lang, refused, told_shared};
use crate::graph::loader;
use crate::graph::loaders::Loaders;
use crate::graph::need::Need;
use crate::graph::page::max_rows;
use crate::graph::service::Service;
use crate::matching::rank::{Ranked, Ranking, by_need, by_offer};
use crate::matching::settings::Settings;
use crate::matching::world::World;
use crate::store::error::Error as StoreError;
use crate::store::settings;
use crate::store::world::{self, Reach};
use async_graphql::dataloader::Loader;
use async_graphql::{Context, Error, Object};
use chrono::{DateTime, Utc};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// A ranking with the world that it is about, shared by all that were ranked at once.
#[derive(Clone)]
pub struct Found {
    world: Arc<World>,
    ranking: Arc<Ranking>,
}

/// Asks for the candidates of a need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CandidatesOfNeed(NeedId);

/// Asks for the candidates of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CandidatesOfService(ServiceId);

impl Loader<CandidatesOfNeed> for Loaders {
    type Value = Found;
    type Error = Arc<StoreError>;

    async fn load(
        &self,
        keys: &[CandidatesOfNeed],
    ) -> Result<HashMap<CandidatesOfNeed, Found>, Arc<StoreError>> {
        let reach = Reach::Needs(keys.iter().map(|key| key.0).collect());
        let world = read(self, &reach).await?;
        let needs: Vec<_> = world.needs.iter().map(|need| CandidatesOfNeed(need.id)).collect();
        let streets = world.needs.iter().map(|need| need.street_id).collect();
        let rankings = ranked(self, streets, |settings| by_need(&world, &settings.weights)).await?;
        Ok(found(world, needs, rankings))
    }
}

impl Loader<CandidatesOfService> for Loaders {
    type Value = Found;
    type Error = Arc<StoreError>;

    async fn load(
        &self,
        keys: &[CandidatesOfService],
    ) -> Result<HashMap<CandidatesOfService, Found>, Arc<StoreError>> {
        let reach = Reach::Services(keys.iter().map(|key| key.0).collect());
        let world = read(self, &reach).await?;
        let services: Vec<_> =
            world.offers.iter().map(|offer| CandidatesOfService(offer.service.id)).collect();
        let streets = world.offers.iter().map(|offer| offer.service.street_id).collect();
        let rankings = ranked(self, streets, |settings| by_offer(&world, &settings.weights)).await?;
        Ok(found(world, services, rankings))
    }
}

async fn read(loaders: &Loaders, reach: &Reach) -> Result<World, StoreError> {
    let mut conn = loaders.store.read().await?;
    world::load(&mut conn, &loaders.viewer, loaders.store.clock.now(), reach).await
}

/// The ranking of each thing as its street wants it. Different wishes are few, so the world is ranked by each.
async fn ranked(
    loaders: &Loaders,
    streets: Vec<AreaId>,
    rank: impl Fn(&Settings) -> Vec<Ranking>,
) -> Result<Vec<Ranking>, StoreError> {
    let mut conn = loaders.store.read().await?;
    let own = settings::of_streets(&mut conn, streets.iter().copied().collect::<BTreeSet<_>>()).await?;
    let usual = &*loaders.store.settings;
    let wanted = |street| own.get(street).map_or(usual, |own| &own.settings);
    let mut rankings = vec![Ranking::default(); streets.len()];
    let mut open: Vec<usize> = (0..streets.len()).collect();
    while let Some(settings) = open.first().map(|first| wanted(&streets[*first])) {
        let mut by_this = rank(settings);
        open.retain(|place| {
            let other = wanted(&streets[*place]) != settings;
            if !other {
                rankings[*place] = std::mem::take(&mut by_this[*place]);
            }
            other
        });
    }
    Ok(rankings)
}

fn found<K: Eq + std::hash::Hash>(world: World, keys: Vec<K>, rankings: Vec<Ranking>) -> HashMap<K, Found> {
    let world = Arc::new(world);
    let found = |ranking| Found { world: world.clone(), ranking: Arc::new(ranking) };
    keys.into_iter().zip(rankings.into_iter().map(found)).collect()
}

/// The services that suit a need.
///
/// # Errors
/// Where `first` is out of range or the store fails.
pub async fn of_need(ctx: &Context<'_>, need: NeedId, first: Option<i32>) -> Result<Candidates, Error> {
    let first = limit(ctx, first)?;
    let loaded = loader(ctx)?.load_one(CandidatesOfNeed(need)).await.map_err(told_shared(ctx))?;
    Ok(Candidates { found: loaded, first, viewer: loader(ctx)?.loader().viewer.clone() })
}

/// The needs that suit a service: for those who work for its unit or in its street, and for nobody else.
///
/// # Errors
/// As [`of_need`].
pub async fn of_service(
    ctx: &Context<'_>,
    service: &service::Service,
    first: Option<i32>,
) -> Result<Option<Candidates>, Error> {
    let first = limit(ctx, first)?;
    let viewer = &loader(ctx)?.loader().viewer;
    if !viewer.speaks_for(service.unit_id) && !viewer.works_in(Some(service.street_id)) {
        return Ok(None);
    }
    let found = loader(ctx)?.load_one(CandidatesOfService(service.id)).await.map_err(told_shared(ctx))?;
    Ok(Some(Candidates { found, first, viewer: viewer.clone() }))
}

/// Candidates that are listed where nobody says how many.
const DEFAULT: i32 = 10;

fn limit(ctx: &Context<'_>, first: Option<i32>) -> Result<usize, Error> {
    let first = check::number("first", first.unwrap_or(DEFAULT).into(), 1, max_rows(ctx).into());
    Ok(first.map_err(|refusal| refused(lang(ctx), &refusal))?.try_into()?)
}

/// What suits a need or a service, the best first, and what does not.
pub struct Candidates {
    /// `None` where nothing is left to be matched.
    found: Option<Found>,
    first: usize,
    viewer: Viewer,
}

/// What suits a need or a service, the best first, and what does not. Empty for a need that cannot be claimed and for a
/// service that is not on offer.
#[Object]
impl Candidates {
    /// The best candidates.
    async fn nodes(&self) -> Vec<Candidate> {
        let Some(Found { world, ranking }) = &self.found else { return Vec::new() };
        let best = ranking.best.iter().take(self.first);
        best.map(|ranked| Candidate::new(world, ranked.clone(), &self.viewer)).collect()
    }

    /// How many candidates there are in all.
    async fn total_count(&self) -> usize {
        self.found.as_ref().map_or(0, |found| found.ranking.best.len())
    }

    /// How many others were excluded, by the constraint that did. A unit's liaison is not told.
    async fn excluded(&self, ctx: &Context<'_>) -> Vec<Exclusion> {
        let found = self.found.as_ref().filter(|_| self.viewer.role() != Role::Liaison);
        found.map(|found| Exclusion::list(&found.ranking.excluded, lang(ctx))).unwrap_or_default()
    }
}

/// A need and a service that suit each other.
pub struct Candidate {
    world: Arc<World>,
    ranked: Ranked,
    is_told: bool,
}

impl Candidate {
    fn new(world: &Arc<World>, ranked: Ranked, viewer: &Viewer) -> Self {
        let unit: UnitId = world.offers[ranked.candidate.offer].service.unit_id;
        let is_told = viewer.role() != Role::Liaison || viewer.speaks_for(unit);
        Self { world: world.clone(), ranked, is_told }
    }
}

/// A need and a service that suit each other: no hard constraint stands between them.
#[Object]
impl Candidate {
    /// The need.
    async fn need(&self) -> Need {
        self.world.needs[self.ranked.candidate.need].clone().into()
    }

    /// The service.
    async fn service(&self) -> Service {
        self.world.offers[self.ranked.candidate.offer].service.clone().into()
    }

    /// How much of the need the service could serve at most, from the one line of its capacity that suits it best.
    async fn quantity(&self) -> i64 {
        let line = &self.world.lines[self.ranked.candidate.line].capacity;
        self.world.needs[self.ranked.candidate.need].left().min(line.left())
    }

    /// The first occasion that both sides allow.
    async fn first_starts_at(&self) -> DateTime<Utc> {
        self.ranked.candidate.first.0
    }

    /// How well the two fit, from 0 to 10,000. A unit's liaison is told for the unit's own services only.
    async fn score(&self) -> Option<i64> {
        self.is_told.then_some(self.ranked.score.total)
    }

    /// The parts of the score. A unit's liaison is told for the unit's own services only.
    async fn reasons(&self, ctx: &Context<'_>) -> Vec<ScorePart> {
        if !self.is_told {
            return Vec::new();
        }
        let need = &self.world.needs[self.ranked.candidate.need];
        let service = &self.world.offers[self.ranked.candidate.offer].service;
        ScorePart::list(&self.world, need, service, &self.ranked.score, lang(ctx))
    }
}

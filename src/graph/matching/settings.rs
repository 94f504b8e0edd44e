//! How a street wants its needs matched: to be read, and to be laid down.

use crate::domain::check;
use crate::domain::id::{AreaId, Id as _};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::text::TextEnum as _;
use crate::graph::area::AreaPayload;
use crate::graph::error::told_shared;
use crate::graph::loader;
use crate::graph::loaders::Loaders;
use crate::graph::mutation::{Mutation, mutate, parse};
use crate::matching::score::{BEST, ScoreAspect};
use crate::matching::settings::{Fairness, Foresight, Settings, Stability};
use crate::matching::weights::Weights;
use crate::store::conn::Tx;
use crate::store::error::{Error as StoreError, Result as Done};
use crate::store::settings::{self, Own};
use async_graphql::dataloader::Loader;
use async_graphql::{Context, Error, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use uuid::Uuid;

/// How needs are matched (匹配设置).
#[derive(SimpleObject)]
pub struct MatchingSettings {
    /// How many points each part of a score has at most: together 10,000.
    weights: Vec<ScoreWeight>,
    /// How much it counts that nobody is left far behind: from 0, the most needs served, to 4.
    fairness: i32,
    /// How many points it costs for each unit of quantity to move what is suggested and not answered yet: the higher, the
    /// less is moved.
    stability: i32,
    /// How much the needs of the past year, which are expected to come again, count beside those of today, in percent: with 0
    /// nothing is kept back for them.
    foresight: i32,
    /// Since when the street has laid this down; null where needs are matched as is usual in this hub, and in what was
    /// computed.
    set_at: Option<DateTime<Utc>>,
}

/// How much one part of a score counts.
#[derive(SimpleObject)]
pub struct ScoreWeight {
    /// Which part.
    part: ScoreAspect,
    /// How many points it gives at most.
    points: i64,
}

impl From<Settings> for MatchingSettings {
    fn from(settings: Settings) -> Self {
        let weight = |part| ScoreWeight { part, points: settings.weights.most(part) };
        Self {
            weights: ScoreAspect::ALL.iter().copied().map(weight).collect(),
            fairness: settings.fairness.step().into(),
            stability: settings.stability.points(),
            foresight: settings.foresight.percent().into(),
            set_at: None,
        }
    }
}

/// Asks what a street has laid down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SettingsOf(AreaId);

impl Loader<SettingsOf> for Loaders {
    type Value = Own;
    type Error = Arc<StoreError>;

    async fn load(&self, keys: &[SettingsOf]) -> Result<HashMap<SettingsOf, Own>, Arc<StoreError>> {
        let mut conn = self.store.read().await?;
        let found = settings::of_streets(&mut conn, keys.iter().map(|key| key.0)).await?;
        Ok(found.into_iter().map(|(street, own)| (SettingsOf(street), own)).collect())
    }
}

/// How a street's needs are matched: for those who work there, and for nobody else.
///
/// # Errors
/// Where the store fails.
pub async fn of_street(ctx: &Context<'_>, street: AreaId) -> Result<Option<MatchingSettings>, Error> {
    let loaders = loader(ctx)?;
    if !loaders.loader().viewer.works_in(Some(street)) {
        return Ok(None);
    }
    let own = loaders.load_one(SettingsOf(street)).await.map_err(told_shared(ctx))?;
    Ok(Some(match own {
        Some(own) => MatchingSettings { set_at: Some(own.set_at), ..own.settings.into() },
        None => Settings::clone(&loaders.loader().store.settings).into(),
    }))
}

/// How many points a part of a score gives at most.
#[derive(InputObject, Debug)]
pub struct ScoreWeightInput {
    /// Which part.
    part: ScoreAspect,
    /// The points, none or more.
    points: i64,
}

/// How a street wants its needs matched.
#[derive(InputObject, Debug)]
pub struct SetMatchingSettingsInput {
    /// The street.
    street_id: ID,
    /// How much each part of a score counts: together 10,000 points; a part that is not named gives none. Left out, as
    /// before.
    weights: Option<Vec<ScoreWeightInput>>,
    /// How much it counts that nobody is left far behind, from 0 to 4; left out, as before.
    fairness: Option<i64>,
    /// How many points it costs for each unit of quantity to move what is suggested and not answered yet, from 0 to
    /// 1,000,000, at which nothing moves; left out, as before.
    stability: Option<i64>,
    /// How much the needs of the past year, which are expected to come again, count beside those of today, in percent from 0
    /// to 100: what they would need more is then kept back from needs that can wait; left out, as before.
    foresight: Option<i64>,
    /// A key of your own choice, by which a repeated request has the effect of one.
    idempotency_key: Option<String>,
}

impl SetMatchingSettingsInput {
    fn edit(&self, before: Settings) -> Result<Settings, Refusal> {
        Ok(Settings {
            weights: self.weights.as_deref().map_or(Ok(before.weights), |given| weights("weights", given))?,
            fairness: self.fairness.map_or(Ok(before.fairness), |step| fairness("fairness", step))?,
            stability: self.stability.map_or(Ok(before.stability), stability)?,
            foresight: self.foresight.map_or(Ok(before.foresight), |given| foresight("foresight", given))?,
        })
    }
}

/// The weights that an input list means.
///
/// # Errors
/// [`Code::BadNumber`] where points are negative or do not add up, [`Code::BadInput`] where a part comes twice.
pub fn weights(field: &str, given: &[ScoreWeightInput]) -> Result<Weights, Refusal> {
    let mut points = BTreeMap::new();
    for (place, weight) in given.iter().enumerate() {
        check::number(&format!("{field}.{place}.points"), weight.points, 0, BEST)?;
        if points.insert(weight.part, weight.points).is_some() {
            return Err(Refusal::new(Code::BadInput, "同一项只能填一次。", "Give each part once.")
                .at(&format!("{field}.{place}.part")));
        }
    }
    let sum: i64 = points.values().sum();
    Weights::try_from(points).map_err(|_| {
        Refusal::new(
            Code::BadNumber,
            format!("各项权重之和应为{BEST}，现在是{sum}。"),
            format!("The weights must add up to {BEST}; they add up to {sum}."),
        )
        .at(field)
    })
}

/// The step of the dial that an input number means.
///
/// # Errors
/// [`Code::BadNumber`] where the dial does not go that far.
pub fn fairness(field: &str, step: i64) -> Result<Fairness, Refusal> {
    let step = check::number(field, step, 0, Fairness::MOST.into())?;
    Ok(Fairness::try_from(step).unwrap_or_default())
}

/// How much what is expected counts, as an input number means it.
///
/// # Errors
/// [`Code::BadNumber`] where it is no percentage.
pub fn foresight(field: &str, percent: i64) -> Result<Foresight, Refusal> {
    let percent = check::number(field, percent, 0, Foresight::MOST.into())?;
    Ok(Foresight::try_from(percent).unwrap_or_default())
}

/// What moving a suggestion costs, as an input number means it.
fn stability(points: i64) -> Result<Stability, Refusal> {
    let points = check::number("stability", points, 0, Stability::MOST)?;
    Ok(Stability::try_from(points).unwrap_or_default())
}

impl Mutation for SetMatchingSettingsInput {
    const NAME: &'static str = "SetMatchingSettings";
    const CODES: &'static [Code] = &[Code::BadInput];

    fn key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn work(&self, tx: &mut Tx) -> Done<Uuid> {
        let street = parse("streetId", &self.street_id)?;
        Ok(settings::set(tx, street, |before| self.edit(before)).await?.uuid())
    }
}

/// How streets want their needs matched, to be laid down.
#[derive(Default)]
pub struct MatchingSettingsMutation;

#[Object]
impl MatchingSettingsMutation {
    /// Lays down how a street wants its needs matched: in candidates, previews, runs and all that is taken from them. For
    /// the street's coordinator.
    async fn set_matching_settings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which street, and how.")] input: SetMatchingSettingsInput,
    ) -> Result<AreaPayload<SetMatchingSettingsInput>, Error> {
        Ok(AreaPayload(mutate(ctx, input).await?))
    }
}

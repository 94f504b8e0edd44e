use super::follow::follow;
use crate::domain::event::{self, EventKind};
use crate::domain::matches::{self, MatchState};
use crate::domain::need::{self, NeedState};
use crate::domain::refusal::{Code, Refusal};
use crate::graph::error::{lang, optional_id, refused, told};
use crate::graph::matches::Match;
use crate::graph::need::Need;
use crate::graph::{Asked, loader};
use crate::store::event::{Followed, Wanted, cursor};
use async_graphql::{Context, Error, ID, SimpleObject, Subscription};
use chrono::{DateTime, Utc};
use futures_util::stream::{Stream, StreamExt as _};

/// Something that happened to a need.
#[derive(SimpleObject)]
pub struct NeedEvent {
    /// The place in the trail: send it as `after` to go on from here, with nothing lost and nothing repeated.
    cursor: String,
    /// When it happened.
    at: DateTime<Utc>,
    /// What happened. A need is offered to be claimed where it moved to `OPEN`.
    kind: EventKind,
    /// The state before; null where it was just added or only edited.
    from: Option<NeedState>,
    /// The state after, the same where only quantities changed; null where it was only edited.
    to: Option<NeedState>,
    /// The need as it is now.
    need: Need,
}

impl From<(event::Event, need::Need)> for NeedEvent {
    fn from((event, need): (event::Event, need::Need)) -> Self {
        Self {
            cursor: cursor(&event).encode(),
            at: event.at,
            kind: event.kind,
            from: event.from_state().and_then(|state| state.parse().ok()),
            to: event.to_state().and_then(|state| state.parse().ok()),
            need: need.into(),
        }
    }
}

/// Something that happened to a match.
#[derive(SimpleObject)]
pub struct MatchEvent {
    /// The place in the trail: send it as `after` to go on from here, with nothing lost and nothing repeated.
    cursor: String,
    /// When it happened.
    at: DateTime<Utc>,
    /// What happened.
    kind: EventKind,
    /// The state before; null where it was just made.
    from: Option<MatchState>,
    /// The state after, the same where only quantities changed.
    to: Option<MatchState>,
    /// The match as it is now.
    #[graphql(name = "match")]
    matched: Match,
}

impl From<(event::Event, matches::Match)> for MatchEvent {
    fn from((event, matched): (event::Event, matches::Match)) -> Self {
        Self {
            cursor: cursor(&event).encode(),
            at: event.at,
            kind: event.kind,
            from: event.from_state().and_then(|state| state.parse().ok()),
            to: event.to_state().and_then(|state| state.parse().ok()),
            matched: matched.into(),
        }
    }
}

/// What happens, to be followed.
#[derive(Default)]
pub struct EventSubscription;

#[Subscription]
impl EventSubscription {
    /// Needs that are added, opened or changed in an area and everything below it, or in reach of a unit: those in the
    /// areas where it has checked in and those that it asks for itself. Give either the area or the unit.
    async fn need_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Follow the needs of this area and everything below it.")] area_id: Option<ID>,
        #[graphql(desc = "Follow the needs in reach of this unit.")] unit_id: Option<ID>,
        #[graphql(
            desc = "The cursor of the last change that you saw: go on after it. Left out: from now on."
        )]
        after: Option<String>,
    ) -> Result<impl Stream<Item = Result<NeedEvent, Error>>, Error> {
        changes::<need::Need, _>(ctx, (area_id, unit_id), after).await
    }

    /// Matches that are made or changed, of needs in an area and everything below it, or of a unit, be it the one that
    /// offers or the one that asks. Give either the area or the unit.
    async fn match_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Follow the matches of needs in this area and everything below it.")]
        area_id: Option<ID>,
        #[graphql(desc = "Follow the matches of this unit.")] unit_id: Option<ID>,
        #[graphql(
            desc = "The cursor of the last change that you saw: go on after it. Left out: from now on."
        )]
        after: Option<String>,
    ) -> Result<impl Stream<Item = Result<MatchEvent, Error>>, Error> {
        changes::<matches::Match, _>(ctx, (area_id, unit_id), after).await
    }
}

async fn changes<'a, E: Followed, T: From<(event::Event, E)>>(
    ctx: &'a Context<'_>,
    of: (Option<ID>, Option<ID>),
    after: Option<String>,
) -> Result<impl Stream<Item = Result<T, Error>> + use<'a, E, T>, Error> {
    let wanted = wanted(ctx, of.0.as_ref(), of.1.as_ref())?;
    let store = &loader(ctx)?.loader().store;
    let viewer = &ctx.data::<Asked>()?.viewer;
    let changes =
        follow::<E>(store, viewer, wanted, after.as_deref()).await.map_err(|error| told(ctx, &error))?;
    Ok(changes.map(move |change| change.map(T::from).map_err(|error| told(ctx, &error))))
}

fn wanted(ctx: &Context<'_>, area: Option<&ID>, unit: Option<&ID>) -> Result<Wanted, Error> {
    match (optional_id(ctx, "areaId", area)?, optional_id(ctx, "unitId", unit)?) {
        (Some(area), None) => Ok(Wanted::Area(area)),
        (None, Some(unit)) => Ok(Wanted::Unit(unit)),
        _ => Err(refused(
            lang(ctx),
            &Refusal::new(
                Code::BadInput,
                "areaId 与 unitId 须填写其中一个，且只能填写一个。",
                "Give either areaId or unitId, and not both.",
            )
            .at("areaId"),
        )),
    }
}

//! Bringing a need and a service together: suggested by a coordinator from the matching, or proposed by either side
//! (双向认领).

use super::super::conn::Tx;
use super::super::entity::lock;
use super::super::error::{Result, at};
use super::super::sql::sql;
use super::super::unit_capacity;
use super::{fitting, settle};
use crate::domain::availability::Span;
use crate::domain::check;
use crate::domain::id::{CapacityId, MatchId, NeedId, ServiceId};
use crate::domain::matches::{Initiator, Match, MatchState, Reason, Side};
use crate::domain::need::Need;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::service::{Service, ServiceState};
use crate::domain::text::{Lang, TextEnum as _};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use uuid::Uuid;

/// For how long a match waits for an answer where nobody says otherwise.
pub const DEFAULT_RESPOND_HOURS: i64 = 72;
/// The longest time that a match may wait for an answer: 30 days.
const MAX_RESPOND_HOURS: i64 = 720;

/// A match that a coordinator takes from the matching.
#[derive(Debug, Clone)]
pub struct Suggestion {
    /// The need.
    pub need: NeedId,
    /// The service.
    pub service: ServiceId,
    /// The line of the service's capacity.
    pub capacity: CapacityId,
    /// How much.
    pub quantity: i64,
    /// How well the two fit, from 0 to 10,000.
    pub score: i64,
    /// The parts of the score.
    pub reasons: Vec<Reason>,
    /// The matching that it is taken from, shared by all that are taken at once.
    pub matching: Uuid,
    /// For how many hours it waits for both sides' answers; `None` for as long as is usual.
    pub respond_in_hours: Option<i64>,
}

/// A match that one side proposes to the other.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// The need.
    pub need: NeedId,
    /// The service.
    pub service: ServiceId,
    /// The side that proposes it.
    pub side: Side,
    /// The line of the service's capacity; `None` for the first that fits and has enough left.
    pub capacity: Option<CapacityId>,
    /// How much.
    pub quantity: i64,
    /// For how many hours it waits for the other side's answer; `None` for as long as is usual.
    pub respond_in_hours: Option<i64>,
}

/// Puts a match before both sides. Whoever makes many in one transaction first locks their needs, then their services,
/// each in the order of their ids.
///
/// # Errors
/// A refusal where the two do not fit or too little is left of either; denied to all but the coordinator of the need's
/// street.
pub async fn suggest(tx: &mut Tx, new: Suggestion) -> Result<MatchId> {
    let (need, service) = begin(tx, new.need, new.service).await?;
    tx.require(tx.viewer.coordinates(Some(need.street_id)))?;
    let made = Match {
        state: MatchState::Suggested,
        initiator: Initiator::Matching,
        score: Some(new.score),
        reasons: Some(json!(new.reasons)),
        matching_id: Some(new.matching),
        ..draw_up(tx, &need, &service, Some(new.capacity), new.quantity, new.respond_in_hours).await?
    };
    settle::add(tx, &made).await
}

/// Proposes a match in the name of one side: the unit claims the need, or the asking side asks for the service.
///
/// # Errors
/// A refusal where the two do not fit or too little is left of either; denied to all but the side that proposes.
pub async fn propose(tx: &mut Tx, new: Proposal) -> Result<MatchId> {
    let (need, service) = begin(tx, new.need, new.service).await?;
    tx.require(match new.side {
        Side::Offering => tx.viewer.speaks_for(service.unit_id),
        Side::Asking => need.is_asked_by(&tx.viewer),
    })?;
    let now = Some(tx.now);
    let made = Match {
        state: MatchState::Proposed,
        initiator: new.side.into(),
        asking_confirmed_at: now.filter(|_| new.side == Side::Asking),
        offering_confirmed_at: now.filter(|_| new.side == Side::Offering),
        ..draw_up(tx, &need, &service, new.capacity, new.quantity, new.respond_in_hours).await?
    };
    settle::add(tx, &made).await
}

/// The need and the service, both locked. The service is locked so that it is not taken off the offer meanwhile.
async fn begin(tx: &mut Tx, need: NeedId, service: ServiceId) -> Result<(Need, Service)> {
    tx.require_write()?;
    let need = lock(tx, need).await.map_err(|error| at("needId", error))?;
    let service = lock(tx, service).await.map_err(|error| at("serviceId", error))?;
    Ok((need, service))
}

/// A match of the two that holds its quantity, with everything checked but who may make it.
async fn draw_up(
    tx: &mut Tx,
    need: &Need,
    service: &Service,
    capacity: Option<CapacityId>,
    quantity: i64,
    respond_in_hours: Option<i64>,
) -> Result<Match> {
    let quantity = check::quantity("quantity", quantity)?;
    let respond_by = respond_by(tx, respond_in_hours)?;
    require_on_offer(service)?;
    require_left(need, quantity)?;
    need.require_lot(quantity).map_err(|refusal| refusal.at("quantity"))?;
    require_room(tx, need, service.id).await?;
    let (line, window) = fitting::line(tx, need, service, capacity, quantity).await?;
    let unit_line = unit_capacity::line_for(tx, service.unit_id, need.measure, window, quantity).await?;
    let drawn_up = drawn_up(tx, need, service, line, window, quantity, respond_by);
    Ok(Match { unit_capacity_id: unit_line, ..drawn_up })
}

/// Until when a match waits for an answer.
pub(super) fn respond_by(
    tx: &Tx,
    respond_in_hours: Option<i64>,
) -> std::result::Result<DateTime<Utc>, Refusal> {
    let hours = respond_in_hours.unwrap_or(tx.respond_hours);
    let hours = check::number("respondInHours", hours, 1, MAX_RESPOND_HOURS)?;
    Ok(tx.now + TimeDelta::hours(hours))
}

/// A match of the two, everything having been checked.
pub(super) fn drawn_up(
    tx: &Tx,
    need: &Need,
    service: &Service,
    line: CapacityId,
    (starts_at, ends_at): Span,
    quantity: i64,
    respond_by: DateTime<Utc>,
) -> Match {
    Match {
        id: tx.id(),
        need_id: need.id,
        service_id: service.id,
        capacity_id: line,
        unit_capacity_id: None,
        unit_id: service.unit_id,
        asking_unit_id: need.asking_unit_id,
        street_id: need.street_id,
        state: MatchState::Suggested,
        initiator: Initiator::Matching,
        quantity,
        delivered: 0,
        released: 0,
        starts_at,
        ends_at,
        score: None,
        reasons: None,
        asking_confirmed_at: None,
        offering_confirmed_at: None,
        stand_in_side: None,
        stand_in_reason: None,
        reason: None,
        respond_by,
        accepted_at: None,
        matching_id: None,
        created_at: tx.now,
    }
}

/// Refuses one service too many. The need is locked, so nobody joins it meanwhile.
async fn require_room(tx: &mut Tx, need: &Need, service: ServiceId) -> Result<()> {
    if need.terms.most_services.is_none() {
        return Ok(());
    }
    let (serving,): (i64,) = tx
        .one(sql!(
            "SELECT COUNT(DISTINCT service_id) FROM match
             WHERE need_id = $1 AND service_id <> $2 AND released < quantity",
            need.id,
            service
        ))
        .await?;
    Ok(need.require_room(serving).map_err(|refusal| refusal.at("serviceId"))?)
}

pub(super) fn require_on_offer(service: &Service) -> std::result::Result<(), Refusal> {
    if service.state == ServiceState::Listed {
        return Ok(());
    }
    let (zh, en) = (service.state.label(Lang::Zh), service.state.label(Lang::En));
    Err(Refusal::new(
        Code::IllegalTransition,
        format!("该服务当前为“{zh}”，上架后才能对接。"),
        format!("The service is {en}; it can be claimed only while it is listed."),
    )
    .at("serviceId"))
}

pub(super) fn require_left(need: &Need, quantity: i64) -> std::result::Result<(), Refusal> {
    if !need.state.is_served() {
        let (zh, en) = (need.state.label(Lang::Zh), need.state.label(Lang::En));
        return Err(Refusal::new(
            Code::IllegalTransition,
            format!("该需求当前为“{zh}”，开放认领后才能对接。"),
            format!("The need is {en}; it can be claimed only while it is open."),
        )
        .at("needId"));
    }
    let left = need.left();
    if quantity <= left {
        return Ok(());
    }
    let (zh, en) = (need.measure.label(Lang::Zh), need.measure.label(Lang::En));
    Err(Refusal::new(
        Code::NotEnoughNeed,
        format!("该需求只剩{left}{zh}可认领，不足{quantity}。"),
        format!("Only {left} {en} of the need are left to claim, fewer than {quantity}."),
    )
    .at("quantity"))
}

//! Finding the line of capacity with which a service serves a need, or why there is none.

use super::super::conn::Tx;
use super::super::error::{Error, Result};
use super::super::sql::{Sql, sql};
use super::super::unit;
use crate::domain::availability::{Rule, Span};
use crate::domain::directive::DirectiveKind;
use crate::domain::fit::{Constraint, Pair};
use crate::domain::id::{CapacityId, Id as _, NeedId, ServiceId};
use crate::domain::matches::{Hold, MatchState};
use crate::domain::need::Need;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::service::{AvailabilityRule, Capacity, Service};
use crate::domain::text::{Lang, TextEnum as _};

/// The line to draw on and the window that both sides have in common: the line that was asked for, or the first that
/// fits and has enough left.
pub(super) async fn line(
    tx: &mut Tx,
    need: &Need,
    service: &Service,
    wanted: Option<CapacityId>,
    quantity: i64,
) -> Result<(CapacityId, Span)> {
    let lines = lines(tx, service.id, wanted).await?;
    let rules = rules(tx, service.id).await?;
    let (is_of_category, is_covered, is_forbidden) = relations(tx, need, service).await?;
    let pair = Pair {
        now: tx.now,
        need,
        service,
        rules: &rules,
        is_of_category,
        is_covered,
        is_checked_in: unit::acts_in(tx, service.unit_id, need.area_id).await?,
        is_forbidden,
        joined: &joined(tx, need.id).await?,
    };
    Ok(first(&pair, &lines, wanted, quantity)?)
}

/// The first of some lines that fits and has enough left, and the window that both sides have in common.
pub(super) fn first<'c>(
    pair: &Pair,
    lines: impl IntoIterator<Item = &'c Capacity>,
    wanted: Option<CapacityId>,
    quantity: i64,
) -> std::result::Result<(CapacityId, Span), Refusal> {
    let fitting = pair.lines(lines).map_err(|constraint| refusal(constraint, wanted))?;
    let enough = fitting.iter().find(|(line, _)| line.left() >= quantity);
    let (line, _) = enough.ok_or_else(|| {
        let left = fitting.iter().map(|(line, _)| line.left()).max().unwrap_or_default();
        not_enough(pair.need, left, quantity)
    })?;
    Ok((line.id, pair.window(line)))
}

fn refusal(constraint: Constraint, wanted: Option<CapacityId>) -> Refusal {
    let of_the_line = matches!(
        constraint,
        Constraint::Measure | Constraint::Time | Constraint::Capacity | Constraint::AlreadyMatched
    );
    let field = if of_the_line && wanted.is_some() { "capacityId" } else { "serviceId" };
    Refusal::from(constraint).at(field)
}

fn not_enough(need: &Need, left: i64, quantity: i64) -> Refusal {
    let (zh, en) = (need.measure.label(Lang::Zh), need.measure.label(Lang::En));
    Refusal::new(
        Code::NotEnoughCapacity,
        format!("该服务在所需时段内只剩{left}{zh}，不足{quantity}。"),
        format!("Only {left} {en} of the service are left at that time, fewer than {quantity}."),
    )
    .at("quantity")
}

/// The service's lines in the order in which they begin, or the one that was asked for.
async fn lines(tx: &mut Tx, service: ServiceId, wanted: Option<CapacityId>) -> Result<Vec<Capacity>> {
    let lines: Vec<Capacity> =
        tx.all(sql!("SELECT * FROM capacity WHERE service_id = $1 ORDER BY starts_at, id", service)).await?;
    let Some(wanted) = wanted else { return Ok(lines) };
    let lines: Vec<Capacity> = lines.into_iter().filter(|line| line.id == wanted).collect();
    if lines.is_empty() {
        return Err(Refusal::not_found(CapacityId::KIND).at("capacityId").into());
    }
    Ok(lines)
}

async fn rules(tx: &mut Tx, service: ServiceId) -> Result<Vec<Rule>> {
    let rows: Vec<AvailabilityRule> =
        tx.all(sql!("SELECT * FROM availability WHERE service_id = $1 ORDER BY id", service)).await?;
    let unreadable = |row: &AvailabilityRule| Error::Corrupt(format!("{} cannot be read", row.id));
    rows.iter().map(|row| row.rule().map_err(|_| unreadable(row))).collect()
}

/// Whether the service's category, its coverage and the coordinators' directives let it serve the need: the first two
/// must, the third must not forbid it.
async fn relations(tx: &mut Tx, need: &Need, service: &Service) -> Result<(bool, bool, bool)> {
    tx.one(sql!(
        "SELECT
            EXISTS (SELECT 1 FROM category_tree WHERE ancestor_id = $1 AND category_id = $2),
            EXISTS (SELECT 1 FROM coverage JOIN area_tree ON area_tree.ancestor_id = coverage.area_id
                WHERE coverage.service_id = $3 AND area_tree.area_id = $4),
            EXISTS (SELECT 1 FROM directive
                WHERE service_id = $3 AND need_id = $5 AND kind = $6 AND lifted_at IS NULL)",
        service.category_id,
        need.category_id,
        service.id,
        need.area_id,
        need.id,
        DirectiveKind::Prohibition
    ))
    .await
}

/// The lines that a match of the need draws on which is not done with.
async fn joined(tx: &mut Tx, need: NeedId) -> Result<Vec<CapacityId>> {
    let unfinished = MatchState::ALL.iter().copied().filter(|state| state.hold() != Hold::Released);
    let mut sql = Sql::default();
    sql.push("SELECT capacity_id FROM match WHERE need_id = ")
        .bind(need)
        .push(" AND state IN ")
        .list(unfinished);
    Ok(tx.all::<(CapacityId,)>(sql).await?.into_iter().map(|(id,)| id).collect())
}

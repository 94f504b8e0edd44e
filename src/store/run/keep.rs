//! Keeping what came of a run.

use super::take::fail;
use crate::domain::event::EventKind;
use crate::domain::id::{Id as _, PlannedId, UnmetId};
use crate::domain::run::{self, Beside, MatchingRun, MatchingRunFailure, MatchingRunState, NextBest};
use crate::matching::compare::{Change, Comparison, Totals};
use crate::matching::explain::{self, Sentence};
use crate::matching::settings::Settings;
use crate::matching::solve::{Matching, Placement, Unmet};
use crate::matching::world::World;
use crate::store::conn::Tx;
use crate::store::error::Result;
use crate::store::sql::{Sql, Value, sql};
use serde_json::json;
use std::collections::BTreeSet;

/// Rows that a result has at most.
const MAX_ROWS: usize = 200_000;
/// Changes of a kind that are kept with a run that supposes something.
const CHANGES: usize = 100;
/// Rows that are written at once.
const CHUNK: usize = 500;

/// A result beside what it was found from.
pub(super) struct Found {
    pub(super) world: World,
    pub(super) settings: Settings,
    pub(super) fingerprint: String,
    pub(super) solved: Matching,
    /// What it is beside the matching as it is, where something was supposed.
    pub(super) comparison: Option<Comparison>,
}

/// Writes the result of a run that is held, unless it is too large to be kept.
pub(super) async fn keep(tx: &mut Tx, run: &MatchingRun, found: &Found) -> Result<()> {
    if found.solved.placements.len() + found.solved.unmet.len() + found.solved.moves.moved.len() > MAX_ROWS {
        return fail(tx, run, MatchingRunFailure::TooLarge).await;
    }
    let figures = Figures::of(found);
    let (now, solved) = (tx.now, &found.solved);
    tx.execute(sql!(
        "UPDATE matching_run SET state = $1, fingerprint = $2, progress = 1000, need_count = $3, served_count = $4,
            partly_served_count = $5, total = $6, cost = $7, proven_cost = $8, finished_at = $9, kept_count = $10,
            move_gain = $11, moves = $12, expected_count = $13, foresight_cost = $14,
            comparison = $15 WHERE id = $16",
        MatchingRunState::Done,
        found.fingerprint.clone(),
        figures.needs,
        figures.served,
        figures.partly_served,
        solved.total,
        solved.certificate.primal,
        solved.certificate.dual,
        now,
        figures.kept,
        solved.moves.gain,
        json!(explain::moves(&found.world, solved)),
        solved.reserve.as_ref().map(|reserve| count(reserve.expected)),
        solved.reserve.as_ref().map(|reserve| reserve.cost),
        found.comparison.as_ref().map(|comparison| json!(beside(comparison))),
        run.id
    ))
    .await?;
    keep_planned(tx, run, found).await?;
    keep_unmet(tx, run, found).await?;
    let data = json!({
        "from": run.state, "to": MatchingRunState::Done, "fingerprint": found.fingerprint, "needs": figures.needs,
        "served": figures.served, "partly_served": figures.partly_served, "cost": solved.certificate.primal,
        "matching": found.settings,
    });
    tx.event(run.id, run.street_id, EventKind::Moved, data);
    Ok(())
}

fn beside(comparison: &Comparison) -> Beside {
    let figures = |totals: Totals| run::Figures {
        needs: count(totals.needs),
        served: count(totals.served),
        partly_served: count(totals.partly_served),
        unmet: count(totals.unmet),
    };
    Beside {
        before: figures(comparison.before),
        after: figures(comparison.after),
        gains: changes(&comparison.gains),
        losses: changes(&comparison.losses),
        moves: changes(&comparison.moves),
    }
}

fn changes(all: &[Change]) -> run::Changes {
    let changed = |change: &Change| {
        let Sentence { zh, en } = explain::change(change);
        let (need_id, need_title) = (change.need.id, change.need.title.clone());
        run::Changed { need_id, need_title, difference: change.difference(), zh, en }
    };
    run::Changes { count: count(all.len()), first: all.iter().take(CHANGES).map(changed).collect() }
}

struct Figures {
    needs: i64,
    served: i64,
    partly_served: i64,
    kept: i64,
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl Figures {
    fn of(found: &Found) -> Self {
        let begun: BTreeSet<usize> =
            found.solved.placements.iter().map(|placed| placed.candidate.need).collect();
        let unmet = &found.solved.unmet;
        Self {
            needs: count(found.world.needs.len()),
            served: count(found.world.needs.len()) - count(unmet.len()),
            kept: count(found.solved.moves.kept.len()),
            partly_served: count(unmet.iter().filter(|unmet| begun.contains(&unmet.need)).count()),
        }
    }
}

async fn keep_planned(tx: &mut Tx, run: &MatchingRun, found: &Found) -> Result<()> {
    let placed: Vec<(i64, &Placement)> = (0..).zip(&found.solved.placements).collect();
    for chunk in placed.chunks(CHUNK) {
        let rows: Vec<Vec<Value>> =
            chunk.iter().map(|(place, placed)| planned(tx, run, &found.world, *place, placed)).collect();
        let mut insert = Sql::default();
        insert
            .push(
                "INSERT INTO matching_run_match (id, run_id, ordinal, need_id, need_title, service_id, service_title,
                    capacity_id, quantity, pinned, match_id, score, reasons, next_best) VALUES ",
            )
            .rows(rows);
        tx.execute(insert).await?;
    }
    Ok(())
}

fn planned(tx: &Tx, run: &MatchingRun, world: &World, place: i64, placed: &Placement) -> Vec<Value> {
    let need = &world.needs[placed.candidate.need];
    let service = &world.offers[placed.candidate.offer].service;
    vec![
        tx.id::<PlannedId>().uuid().into(),
        run.id.into(),
        place.into(),
        need.id.into(),
        need.title.clone().into(),
        service.id.into(),
        service.title.clone().into(),
        world.lines[placed.candidate.line].capacity.id.into(),
        placed.quantity.into(),
        placed.pinned.into(),
        placed.suggested.map(|place| world.suggested[place].id).into(),
        placed.score.total.into(),
        json!(explain::reasons(world, need, service, &placed.score)).into(),
        next_best(world, placed).map(|next| json!(next)).into(),
    ]
}

fn next_best(world: &World, placed: &Placement) -> Option<NextBest> {
    let (next, told) = (placed.next_best?, explain::next_best(world, placed)?);
    let service = &world.offers[next.candidate.offer].service;
    Some(NextBest {
        service: service.id,
        title: service.title.clone(),
        score: next.score,
        cost: next.cost,
        zh: told.zh,
        en: told.en,
    })
}

async fn keep_unmet(tx: &mut Tx, run: &MatchingRun, found: &Found) -> Result<()> {
    let left: Vec<(i64, &Unmet)> = (0..).zip(&found.solved.unmet).collect();
    for chunk in left.chunks(CHUNK) {
        let rows: Vec<Vec<Value>> =
            chunk.iter().map(|(place, left)| unmet(tx, run, &found.world, *place, left)).collect();
        let mut insert = Sql::default();
        insert
            .push(
                "INSERT INTO matching_run_unmet (id, run_id, ordinal, need_id, need_title, quantity, reason, zh, en) VALUES ",
            )
            .rows(rows);
        tx.execute(insert).await?;
    }
    Ok(())
}

fn unmet(tx: &Tx, run: &MatchingRun, world: &World, place: i64, left: &Unmet) -> Vec<Value> {
    let need = &world.needs[left.need];
    let why = explain::unmet(world, left);
    vec![
        tx.id::<UnmetId>().uuid().into(),
        run.id.into(),
        place.into(),
        need.id.into(),
        need.title.clone().into(),
        left.quantity.into(),
        left.why.code().into(),
        why.zh.into(),
        why.en.into(),
    ]
}

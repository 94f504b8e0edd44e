//! Matching runs: matchings of an area that are computed in the background, by any hub on the database.
//!
//! A run belongs to the hub that took it on last. Whatever that hub writes to it is conditional on that, so a hub that
//! was taken for dead and is not, or a run that was called off meanwhile, changes nothing.

mod apply;
mod ask;
mod keep;
mod list;
mod solver;
mod take;
mod work;

pub use apply::{Part, apply};
pub use ask::{NewRun, cancel, start};
pub use list::{PlannedOf, Runs, UnmetOf};
pub(super) use take::begin;
pub use work::{carry_out_next, work};

use super::conn::Tx;
use super::entity::Entity;
use super::error::{Error, Result};
use super::scope;
use super::sql::{Sql, sql};
use crate::domain::event::EventKind;
use crate::domain::id::{PlannedId, RunId, UnmetId};
use crate::domain::run::{MatchingRun, MatchingRunState, Planned, Unmet};
use crate::domain::viewer::Viewer;
use crate::matching::settings::Settings;
use crate::matching::what_if::WhatIf;
use chrono::TimeDelta;
use serde_json::json;

/// Days after which a run that is over is forgotten.
const KEPT_DAYS: i64 = 30;

impl Entity for MatchingRun {
    type Id = RunId;
    const TABLE: &'static str = "matching_run";
    const ALIAS: &'static str = "r";

    fn scope(sql: &mut Sql, viewer: &Viewer) {
        scope::runs(sql, viewer);
    }

    fn id(&self) -> RunId {
        self.id
    }
}

impl Entity for Planned {
    type Id = PlannedId;
    const TABLE: &'static str = "matching_run_match";
    const ALIAS: &'static str = "x";

    fn scope(sql: &mut Sql, viewer: &Viewer) {
        scope::of_runs(sql, viewer);
    }

    fn id(&self) -> PlannedId {
        self.id
    }
}

impl Entity for Unmet {
    type Id = UnmetId;
    const TABLE: &'static str = "matching_run_unmet";
    const ALIAS: &'static str = "x";

    fn scope(sql: &mut Sql, viewer: &Viewer) {
        scope::of_runs(sql, viewer);
    }

    fn id(&self) -> UnmetId {
        self.id
    }
}

/// How a run is matched.
///
/// # Errors
/// [`Error::Corrupt`] where that cannot be read.
pub fn settings(run: &MatchingRun) -> Result<Settings> {
    serde_json::from_value(run.settings.clone())
        .map_err(|error| Error::Corrupt(format!("the settings of {}: {error}", run.id)))
}

/// What a run supposes.
///
/// # Errors
/// [`Error::Corrupt`] where that cannot be read.
fn what_if(run: &MatchingRun) -> Result<Option<WhatIf>> {
    let read = |kept| serde_json::from_value(kept);
    run.what_if
        .clone()
        .map(read)
        .transpose()
        .map_err(|error| Error::Corrupt(format!("what {} supposes: {error}", run.id)))
}

/// Forgets runs that have been over for long, with their results. What was taken from them stays.
///
/// # Errors
/// Where the database fails.
pub async fn forget_old(tx: &mut Tx) -> Result<u64> {
    let oldest = tx.now - TimeDelta::days(KEPT_DAYS);
    tx.execute(sql!("DELETE FROM matching_run WHERE finished_at < $1", oldest)).await
}

/// Tells the trail that a run has come to another state.
fn moved(tx: &mut Tx, before: &MatchingRun, to: MatchingRunState) {
    let data = json!({ "from": before.state, "to": to });
    tx.event(before.id, before.street_id, EventKind::Moved, data);
}

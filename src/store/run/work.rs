//! Computing runs: one at a time for each hub, beside the requests that it answers.

use super::keep::{Found, keep};
use super::solver::{NotSolved, Signals, StopOnDrop, solve};
use super::take::{begin, fail, give_back, hold, take, tell};
use super::{settings, what_if};
use crate::domain::run::{MatchingRun, MatchingRunFailure};
use crate::domain::viewer::{Actor, Viewer};
use crate::matching::compare::compare;
use crate::matching::settings::Settings;
use crate::matching::what_if::WhatIf;
use crate::matching::world::World;
use crate::store::Store;
use crate::store::error::Result;
use crate::store::world::{self, Reach, looks_ahead};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinHandle};
use tokio::time::{MissedTickBehavior, interval};
use uuid::Uuid;

/// How often a hub tells that it lives and how far it is.
const TELL: Duration = Duration::from_secs(1);
/// How often a hub looks for runs whose hub has fallen silent; of new ones it hears at once.
const LOOK: Duration = Duration::from_secs(5);

/// Computes runs until `stopping` turns true; the one that is under way then is given back.
pub async fn work(store: Store, mut stopping: watch::Receiver<bool>) {
    let hub = store.clock.id();
    let mut news = store.news();
    while !*stopping.borrow() {
        match next(&store, hub, &mut stopping).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a matching run was not computed");
                tokio::time::sleep(TELL).await;
            }
        }
        tokio::select! {
            _ = stopping.wait_for(|stopping| *stopping) => {}
            _ = news.changed() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// Computes the next run that waits for a hub, and says whether there was one.
///
/// # Errors
/// Where the database fails.
pub async fn carry_out_next(store: &Store) -> Result<bool> {
    let (_stop, mut stopping) = watch::channel(false);
    next(store, store.clock.id(), &mut stopping).await
}

async fn next(store: &Store, hub: Uuid, stopping: &mut watch::Receiver<bool>) -> Result<bool> {
    let Some(run) = take(store, hub).await? else { return Ok(false) };
    carry_out(store, run, stopping).await?;
    Ok(true)
}

/// What came of a run; `None` where it was stopped.
type Computed = std::result::Result<Option<Found>, NotSolved>;

/// Solves a world as it is; and as it is supposed to be, beside that.
fn compute(today: World, settings: Settings, what_if: Option<&WhatIf>, signals: &Signals) -> Computed {
    let fingerprint = today.fingerprint(&settings).encode();
    let Some(what_if) = what_if else {
        let solved = solve(&today, &settings, signals, 0.0..1.0)?;
        let found = |solved| Found { world: today, settings, fingerprint, solved, comparison: None };
        return Ok(solved.map(found));
    };
    let (world, supposed) = what_if.apply(&today, &settings).map_err(NotSolved::Refused)?;
    let Some(now) = solve(&today, &settings, signals, 0.0..0.5)? else { return Ok(None) };
    let Some(solved) = solve(&world, &supposed, signals, 0.5..1.0)? else { return Ok(None) };
    let comparison = Some(compare((&today, &now), (&world, &solved)));
    Ok(Some(Found { world, settings: supposed, fingerprint, solved, comparison }))
}

async fn carry_out(store: &Store, run: MatchingRun, stopping: &mut watch::Receiver<bool>) -> Result<()> {
    let (settings, what_if) = (settings(&run)?, what_if(&run)?);
    let world = read(store, &run, looks_ahead(&settings, what_if.as_ref())).await?;
    let signals = Signals::default();
    let _stop = StopOnDrop(signals.clone());
    let solver = signals.clone();
    // Off the threads that answer requests: it keeps one busy for as long as it takes.
    let computing = tokio::task::spawn_blocking(move || compute(world, settings, what_if.as_ref(), &solver));
    match wait(store, run, computing, &signals, stopping).await? {
        Waited::Over(over) => {
            let (run, computed) = *over;
            finish(store, &run, computed).await
        }
        Waited::Stopping(run) => give_back(store, &run).await,
        Waited::Lost => Ok(()),
    }
}

/// What the run is matched against, as its street's coordinator sees it.
async fn read(store: &Store, run: &MatchingRun, ahead: bool) -> Result<World> {
    let actor = run.street_id.map_or(Actor::Administrator, |street| Actor::Coordinator { street });
    let reach = Reach::Afresh { area: run.area_id, category: run.category_id, ahead };
    let mut conn = store.read().await?;
    world::load(&mut conn, &Viewer::local(actor), store.clock.now(), &reach).await
}

/// How waiting for the solver ended.
enum Waited {
    /// It is over, or it broke down.
    Over(Box<(MatchingRun, std::result::Result<Computed, JoinError>)>),
    /// This hub stops, so it was stopped.
    Stopping(Box<MatchingRun>),
    /// The run is this hub's no more, so it was stopped.
    Lost,
}

async fn wait(
    store: &Store,
    mut run: MatchingRun,
    mut computing: JoinHandle<Computed>,
    signals: &Signals,
    stopping: &mut watch::Receiver<bool>,
) -> Result<Waited> {
    let mut often = interval(TELL);
    often.set_missed_tick_behavior(MissedTickBehavior::Delay);
    often.tick().await;
    loop {
        tokio::select! {
            computed = &mut computing => return Ok(Waited::Over(Box::new((run, computed)))),
            _ = stopping.wait_for(|stopping| *stopping) => {
                signals.stop();
                return Ok(Waited::Stopping(Box::new(run)));
            }
            _ = often.tick() => {}
        }
        let progress = signals.progress();
        match tell(store, &run, progress).await {
            Ok(true) => run.progress = progress,
            Ok(false) => return Ok(Waited::Lost),
            // Whoever cannot tell for long loses the run to another hub, and then hears of it here.
            Err(error) if error.is_transient() => {}
            Err(error) => return Err(error),
        }
    }
}

/// Keeps what came of a run, or why nothing did.
async fn finish(
    store: &Store,
    run: &MatchingRun,
    computed: std::result::Result<Computed, JoinError>,
) -> Result<()> {
    let mut tx = begin(store).await?;
    let Some(held) = hold(&mut tx, run).await? else { return Ok(()) };
    match computed {
        Ok(Ok(None)) => return Ok(()),
        Ok(Ok(Some(found))) => keep(&mut tx, &held, &found).await?,
        Ok(Err(NotSolved::Refused(refusal))) => {
            tracing::info!(run = %run.id, ?refusal, "what a matching run supposes does not hold any more");
            fail(&mut tx, &held, MatchingRunFailure::BadSupposition).await?;
        }
        Ok(Err(NotSolved::Unsolved(error))) => {
            tracing::error!(run = %run.id, error = &error as &dyn std::error::Error, "a matching run failed");
            fail(&mut tx, &held, MatchingRunFailure::Unsolved).await?;
        }
        Err(error) => {
            tracing::error!(run = %run.id, error = &error as &dyn std::error::Error, "a matching run broke down");
            fail(&mut tx, &held, MatchingRunFailure::Unsolved).await?;
        }
    }
    tx.commit().await
}

//! All that a hub does for a matching, from the open needs in its database to the suggested matches in it.

use super::matching::{Part, Report, Scale};
use super::measure::{Begun, Stages, peak_mib};
use super::town::{self, Size};
use crate::cli::Desk;
use crate::clock::Clock;
use crate::domain::category::Category;
use crate::domain::id::AreaId;
use crate::domain::service::AvailabilityRule;
use crate::domain::unit::PartnerUnit;
use crate::domain::viewer::{Actor, Viewer};
use crate::matching::assign::{assign, certify};
use crate::matching::candidates::KEPT;
use crate::matching::solve::{Draft, Solved};
use crate::matching::world::{Record, Served, Snapshot, Unit, World};
use crate::store::application::{self, Application};
use crate::store::bulk::{self, Town};
use crate::store::world::{self, Reach};
use crate::store::{Store, category};
use anyhow::{Context as _, Result};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::path::PathBuf;

fn size(scale: Scale) -> Size {
    let (needs, services, districts, streets) = match scale {
        Scale::Street => (500, 100, 1, 1),
        Scale::District => (20_000, 2_000, 1, 15),
        Scale::City => (200_000, 20_000, 10, 15),
        Scale::Metro => (1_000_000, 100_000, 50, 15),
    };
    Size { needs, services, districts, streets }
}

/// A database that is gone when it is dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("gongjian-bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }

    fn url(&self) -> String {
        format!("sqlite:{}", self.0.join("hub.db").display())
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Brings a town into a fresh database and matches all of it. A metropolis, larger than any hub, stays in memory.
pub async fn measure(desk: &Desk, scale: Scale, seed: u64) -> Result<Report> {
    if scale == Scale::Metro {
        return in_memory(desk, scale, seed);
    }
    let scratch = Scratch::new()?;
    let store = Store::open(&scratch.url(), Clock::system()).await.map_err(|error| desk.failed(&error))?;
    let measured = on(desk, &store, scale, seed).await;
    store.close().await;
    measured
}

async fn on(desk: &Desk, store: &Store, scale: Scale, seed: u64) -> Result<Report> {
    let area = fill(store, scale, seed).await?;
    let viewer = Viewer::local(Actor::Administrator);
    let mut stages = Stages::default();
    let begun = Begun::now("load");
    let mut conn = store.read().await?;
    let world =
        world::load(&mut conn, &viewer, store.clock.now(), &Reach::Area { area, category: None }).await?;
    stages.end(&begun);
    drop(conn);
    let (pairs, objective) = solve(desk, &world, &mut stages)?;
    let (needs, services) = (world.needs.len(), world.offers.len());
    drop(world);
    let begun = Begun::now("end to end");
    let mut tx = store.begin(&viewer).await?;
    let all = Application {
        area,
        category: None,
        needs: None,
        pairs: None,
        fingerprint: None,
        respond_in_hours: None,
    };
    application::apply(&mut tx, &all).await.map_err(|error| desk.failed(&error))?;
    tx.commit().await?;
    stages.end(&begun);
    let memory_mib = peak_mib();
    let solver = "gongjian".into();
    Ok(Report {
        scale,
        part: Part::Hub,
        solver,
        needs,
        services,
        pairs,
        objective,
        stages: stages.0,
        memory_mib,
    })
}

fn in_memory(desk: &Desk, scale: Scale, seed: u64) -> Result<Report> {
    let now = Clock::system().now();
    let categories = category::standard()?;
    let world = World::new(snapshot(town::build(size(scale), seed, now, &categories), categories, now)?);
    let mut stages = Stages::default();
    let (pairs, objective) = solve(desk, &world, &mut stages)?;
    let (needs, services) = (world.needs.len(), world.offers.len());
    let (solver, memory_mib) = ("gongjian".into(), peak_mib());
    Ok(Report {
        scale,
        part: Part::Hub,
        solver,
        needs,
        services,
        pairs,
        objective,
        stages: stages.0,
        memory_mib,
    })
}

/// A town as its database would give it.
fn snapshot(town: Town, categories: Vec<Category>, now: DateTime<Utc>) -> Result<Snapshot> {
    let mut communities: BTreeMap<AreaId, Served> = BTreeMap::new();
    for need in &town.needs {
        let served = communities.entry(need.community_id.unwrap_or(need.street_id)).or_default();
        (served.asked, served.waiting) = (served.asked + 1, served.waiting + 1);
    }
    let unit = |unit: PartnerUnit| Unit {
        id: unit.id,
        name: unit.name,
        name_en: unit.name_en,
        place: unit.place,
        record: Record::default(),
    };
    let rule = |row: &AvailabilityRule| Ok((row.service_id, row.rule()?));
    Ok(Snapshot {
        now,
        rules: town.availability.iter().map(rule).collect::<Result<_>>()?,
        needs: town.needs,
        services: town.services,
        capacities: town.capacities,
        coverage: town.coverage,
        units: town.units.into_iter().map(unit).collect(),
        check_ins: town.check_ins,
        areas: town.areas,
        categories,
        communities: communities.into_iter().collect(),
        ..Snapshot::default()
    })
}

/// Makes a town and brings it in; the area is all of it.
async fn fill(store: &Store, scale: Scale, seed: u64) -> Result<AreaId> {
    store.migrate().await?;
    let town = town::build(size(scale), seed, store.clock.now(), &category::standard()?);
    let mut tx = store.begin(&Viewer::local(Actor::Administrator)).await?;
    bulk::add(&mut tx, &town).await?;
    tx.commit().await?;
    Ok(town.areas.first().context("an area")?.id)
}

fn solve(desk: &Desk, world: &World, stages: &mut Stages) -> Result<(usize, i64)> {
    let settings = &desk.config.matching;
    let mut draft = stages.run("candidates", || Draft::new(world, settings, KEPT));
    let first = stages.run("solve", || assign(&draft.problem, None, &mut ()))?;
    let answer = stages.run("price out", || draft.price_out(first, &mut ()))?;
    let certificate = stages.run("prove", || certify(&draft.problem, &answer))?;
    let (pairs, objective) = (draft.problem.pairs.len(), certificate.primal);
    let solved = Solved { draft, answer, certificate };
    let matching = stages.run("explain", || solved.matching())?;
    drop(matching);
    Ok((pairs, objective))
}

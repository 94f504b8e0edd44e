//! What goes on beside the requests: another supergraph, other keys.

use crate::engine::Engine;
use crate::partner::State;
use crate::source::Source;
use crate::token::Signer;
use gongjian_hub::domain::subgraph::{PartnerHealth, SubgraphCircuit};
use gongjian_hub::federation;
use gongjian_hub::store::Store;
use gongjian_hub::store::error::Result;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

/// How often new keys are looked for: within the time that one is published before it signs.
const KEYS: Duration = Duration::from_mins(1);
/// How often the database is asked which graph is live.
const LOOK: Duration = Duration::from_secs(1);
/// How often it is told how partners do.
const TELL: Duration = Duration::from_secs(10);

/// Goes over to whatever supergraph the operator puts in the place of the one before.
pub async fn text(engine: Arc<Engine>, source: Source) {
    loop {
        sleep(source.pause()).await;
        match source.read().await {
            Ok(sdl) => match engine.swap(&sdl) {
                Ok(true) => tracing::info!("another supergraph is served"),
                Ok(false) => {}
                Err(error) => warn("the supergraph is none; the one before is served on", &error),
            },
            Err(error) => warn("the supergraph cannot be had; the one before is served on", &error),
        }
    }
}

/// Looks for new keys.
pub async fn keys(signer: Arc<Signer>, store: Store) {
    loop {
        sleep(KEYS).await;
        if let Err(error) = signer.refresh(&store).await {
            warn("the signing keys cannot be read; those from before are used on", &error);
        }
    }
}

/// Goes over to whatever graph is live in the database: looked at every second, and at once after each change.
pub async fn registry(engine: Arc<Engine>, store: Store) {
    let mut news = store.news();
    let mut served = None;
    loop {
        match federation::live_number(&store).await {
            Ok(number) if number != served => match take(&engine, &store).await {
                Ok(taken) => served = taken,
                Err(error) => warn("the live graph cannot be read; the one before is served on", &error),
            },
            Ok(_) => {}
            Err(error) => warn("the database does not say which graph is live", &error),
        }
        // Where nothing is told any more, looking is enough.
        let _ = timeout(LOOK, news.changed()).await;
    }
}

/// Serves the graph that is live now, and gives back its number.
async fn take(engine: &Engine, store: &Store) -> Result<Option<i64>> {
    let Some(live) = federation::live(store).await? else { return Ok(None) };
    match engine.swap(&live.sdl) {
        Ok(true) => tracing::info!(number = live.number, "another graph is served"),
        Ok(false) => {}
        // It was composed and approved: trying it again will not make it better.
        Err(error) => warn("the live graph cannot be planned over; the one before is served on", &error),
    }
    let kept = |name: &str, url: &str| {
        live.partners.iter().any(|partner| partner.name == name && partner.url == url)
    };
    engine.partners().keep(kept);
    Ok(Some(live.number))
}

/// Tells the graph how partners do, for as long as this gateway runs.
pub async fn health(engine: Arc<Engine>, store: Store) {
    let replica = store.clock.id();
    loop {
        sleep(TELL).await;
        if let Err(error) = tell(&engine, &store, replica).await {
            warn("how partners do cannot be told", &error);
        }
    }
}

async fn tell(engine: &Engine, store: &Store, replica: Uuid) -> Result<()> {
    let figures = engine.partners().figures();
    if figures.is_empty() {
        return Ok(());
    }
    let Some(live) = federation::live(store).await? else { return Ok(()) };
    let told: Vec<PartnerHealth> = figures
        .into_iter()
        .filter_map(|(name, figures)| {
            let partner = live.partners.iter().find(|partner| partner.name == name)?;
            Some(PartnerHealth {
                subgraph: partner.id,
                circuit: match figures.state {
                    State::Closed => SubgraphCircuit::Closed,
                    State::Open => SubgraphCircuit::Open,
                    State::HalfOpen => SubgraphCircuit::HalfOpen,
                },
                requests: figures.requests,
                failures: figures.failures,
                p50_millis: figures.p50_millis,
                p99_millis: figures.p99_millis,
                last_failure: figures.last_failure.map(|(trouble, _)| trouble.code().to_owned()),
                last_failure_at: figures.last_failure.map(|(_, at)| at),
            })
        })
        .collect();
    federation::health::tell(store, replica, &told).await
}

fn warn(what: &str, error: &(dyn Error + 'static)) {
    tracing::warn!(error, "{what}");
}

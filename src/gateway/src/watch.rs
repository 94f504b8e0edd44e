//! What goes on beside the requests: another supergraph, other keys.

use crate::engine::Engine;
use crate::source::Source;
use crate::token::Signer;
use gongjian_hub::store::Store;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::sleep;

/// How often new keys are looked for: within the time that one is published before it signs.
const KEYS: Duration = Duration::from_secs(60);

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

fn warn(what: &str, error: &dyn Error) {
    tracing::warn!(error, "{what}");
}

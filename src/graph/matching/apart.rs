//! What takes long, done off the threads that answer requests, and ended when nobody waits for it any more.

use crate::graph::error::told;
use crate::graph::limits::Limits;
use crate::matching::assign::Watch;
use crate::store::error::Error as StoreError;
use async_graphql::{Context, Error};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::Semaphore;

/// Room for what takes long, so that it leaves the machine some breath.
pub struct Solves(Arc<Semaphore>);

impl Solves {
    /// So many at the same time.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self(Arc::new(Semaphore::new(limits.solves.max(1))))
    }
}

/// Runs what takes long apart, once there is room. Its watch ends it when the request is dropped.
///
/// # Errors
/// Where it breaks down: our own fault.
pub(super) async fn apart<T: Send + 'static>(
    ctx: &Context<'_>,
    work: impl FnOnce(&mut dyn Watch) -> T + Send + 'static,
) -> Result<T, Error> {
    let room = match ctx.data_opt::<Solves>() {
        Some(solves) => solves.0.clone().acquire_owned().await.ok(),
        None => None,
    };
    let waiting = Waiting(Arc::new(AtomicBool::new(true)));
    let mut watched = Watched(waiting.0.clone());
    let done = tokio::task::spawn_blocking(move || {
        let done = work(&mut watched);
        drop(room);
        done
    });
    let done = done.await;
    drop(waiting);
    done.map_err(|error| told(ctx, &StoreError::Corrupt(format!("a matching broke down: {error}"))))
}

/// Somebody waits, until this is dropped.
struct Waiting(Arc<AtomicBool>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

/// Goes on while somebody waits.
struct Watched(Arc<AtomicBool>);

impl Watch for Watched {
    fn progress(&mut self, _: f32) -> ControlFlow<()> {
        if self.0.load(Ordering::Relaxed) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }
}

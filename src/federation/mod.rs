//! Partners' own graphs join the hub's: what they submit is read, held against what they may bring, put together with
//! what is live, and compared with it. What is live lies in the store; a gateway serves it.

pub mod address;
mod compose;
mod diff;
pub mod drift;
mod fetch;
mod hub;
mod live;
mod ownership;
mod prepare;
mod settings;
mod syntax;

pub use crate::store::subgraph::health;
pub use diff::breaking;
pub use fetch::Failed;
pub use live::{Live, Partner, live, live_number};
pub use prepare::{Checked, Prepared, Schema};
pub use settings::Settings;

use crate::domain::subgraph::{Namespace, Problem, SchemaChange};
use crate::store::error::{Error, Result};
use crate::store::subgraph::hash;
use address::Reach;
use async_graphql::parser::parse_schema;
use compose::{Graph, Part, compose};
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared, ready};
use hub::Hub;
use moka::sync::Cache;
use ownership::{Judged, judge};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// What the hub's own part is called in the graph of all.
pub const HUB: &str = "hub";
/// Where the hub's own part lies: nowhere, since whoever serves the graph of all asks it in the same process.
pub const HUB_URL: &str = "http://hub.invalid/graphql";

/// How many graphs are put together at the same time.
const AT_ONCE: usize = 2;
/// How many are put together or wait for that.
const WAITING: usize = 16;
/// How many graphs that were put together lately are remembered: checked, then submitted, then approved.
const REMEMBERED: u64 = 8;

/// What came of putting graphs together.
type Composition = std::result::Result<Arc<Graph>, Vec<Problem>>;
/// The same, while it is under way and afterwards.
type Composing = Shared<BoxFuture<'static, Composition>>;

/// What it takes to let other graphs join.
#[derive(Clone)]
pub struct Federation(Arc<Inner>);

struct Inner {
    settings: Settings,
    reach: Reach,
    own: Own,
    turns: Semaphore,
    places: Arc<Semaphore>,
    lately: Cache<Vec<Part>, Composing>,
}

/// The hub's own part.
struct Own {
    sdl: String,
    hash: String,
    hub: Hub,
}

impl Federation {
    /// As it is set up, with the hub's own part: its schema as a subgraph.
    #[must_use]
    pub fn new(settings: Settings, hub_sdl: String) -> Self {
        Self(Arc::new(Inner {
            reach: Reach::new(&settings.inside),
            own: Own { hash: hash(&hub_sdl), hub: Hub::new(&hub_sdl), sdl: hub_sdl },
            turns: Semaphore::new(AT_ONCE),
            places: Arc::new(Semaphore::new(WAITING)),
            lately: Cache::new(REMEMBERED),
            settings,
        }))
    }

    /// How it is set up.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Which addresses may be asked.
    #[must_use]
    pub fn reach(&self) -> &Reach {
        &self.0.reach
    }

    /// Puts the hub's own part and others together. Whoever waits may give up: what comes of it is remembered, and two who
    /// want the same wait for the same.
    async fn compose(&self, mut parts: Vec<Part>) -> Composition {
        parts.sort_by(|one, two| one.name.cmp(&two.name));
        parts.insert(0, Part { name: HUB.into(), url: HUB_URL.into(), sdl: self.0.own.sdl.clone() });
        let composing = self.0.lately.get_with(parts.clone(), || self.begin(parts.clone()));
        let done = composing.await;
        if done.is_err() {
            self.0.lately.invalidate(&parts);
        }
        done
    }

    fn begin(&self, parts: Vec<Part>) -> Composing {
        let Ok(place) = self.0.places.clone().try_acquire_owned() else {
            return ready(Err(vec![compose::busy()])).boxed().shared();
        };
        let inner = self.0.clone();
        let composing = tokio::spawn(async move {
            let _place = place;
            let _turn = inner.turns.acquire().await;
            compose(&parts, &inner.settings).await.map(Arc::new)
        });
        composing.map(|done| done.unwrap_or_else(|error| Err(vec![compose::broken(&error)]))).boxed().shared()
    }

    /// Reads a schema and holds it against what its partner may bring, beside the threads that answer requests.
    async fn judge(&self, sdl: &str, own: &Namespace) -> Result<Judged> {
        let (inner, sdl, own) = (self.0.clone(), sdl.to_owned(), own.clone());
        off_thread(move || match syntax::read(&sdl, &inner.settings) {
            Ok(document) => judge(&document, &inner.own.hub, &own),
            Err(problem) => Judged { problems: vec![problem], ..Judged::default() },
        })
        .await
    }
}

/// What in a new text of a schema breaks those who ask an old one.
async fn breaking_texts(old: String, new: String) -> Result<Vec<SchemaChange>> {
    off_thread(move || {
        let read = |text: &str| {
            parse_schema(text).map_err(|error| Error::Corrupt(format!("a composed schema: {error}")))
        };
        Ok(breaking(&read(&old)?, &read(&new)?))
    })
    .await?
}

async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Error::Corrupt(format!("a check broke down: {error}")))
}

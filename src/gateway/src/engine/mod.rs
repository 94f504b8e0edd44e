//! Answers requests over the supergraph: the hub's graph and those of its partner units.

mod graph;
mod hooks;
mod hub;
mod prepare;
mod remote;
mod run;

pub use graph::BadSupergraph;

use crate::partner::Partners;
use crate::token::Signer;
use async_graphql::{Response, ServerError};
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream, StreamExt as _};
use gongjian_hub::domain::text::Lang;
use gongjian_hub::graph::Schema;
use gongjian_hub::graph::beyond::{Beyond, Errand};
use gongjian_hub::graph::error::coded;
use graph::Graph;
use hive_router::ArcSwap;
use hive_router::executor::plugin_trait::RouterPluginBoxed;
use hooks::{Hooks, Trip};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// What the gateway bears with.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Requests that it works on at the same time; others wait.
    pub requests: usize,
    /// Bytes that partners may answer to one request, all together.
    pub bytes: usize,
    /// Calls of partners for one request.
    pub calls: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { requests: 256, bytes: 8 << 20, calls: 100 }
    }
}

/// The gateway.
pub struct Engine {
    live: ArcSwap<Option<Arc<Graph>>>,
    /// The hub's own graph; without it, a supergraph that the hub is no part of.
    hub: Option<Schema>,
    partners: Partners,
    signer: Arc<Signer>,
    hooks: Arc<Vec<RouterPluginBoxed>>,
    limits: Limits,
    room: Semaphore,
}

impl Engine {
    /// A gateway that knows no supergraph yet.
    #[must_use]
    pub fn new(hub: Option<Schema>, partners: Partners, signer: Arc<Signer>, limits: Limits) -> Arc<Self> {
        Arc::new(Self {
            live: ArcSwap::from_pointee(None),
            hub,
            partners,
            signer,
            hooks: Arc::new(vec![Box::new(Hooks)]),
            limits,
            room: Semaphore::new(limits.requests),
        })
    }

    /// Goes over to another supergraph; requests that are under way end on the one that they began on. The same text again
    /// changes nothing, and gives back false.
    ///
    /// # Errors
    /// Where it is no supergraph. The one before serves on.
    pub fn swap(&self, sdl: &str) -> Result<bool, BadSupergraph> {
        if self.graph().is_some_and(|live| live.is(sdl)) {
            return Ok(false);
        }
        let graph = Graph::new(sdl)?;
        self.live.store(Arc::new(Some(Arc::new(graph))));
        Ok(true)
    }

    /// The partners, and how they do.
    #[must_use]
    pub fn partners(&self) -> &Partners {
        &self.partners
    }

    fn graph(&self) -> Option<Arc<Graph>> {
        self.live.load_full().as_ref().clone()
    }

    async fn answer(self: Arc<Self>, errand: Errand) -> Response {
        let lang = errand.asked.lang;
        let Some(graph) = self.graph() else { return Response::from_errors(vec![not_yet(lang)]) };
        let Ok(_room) = self.room.acquire().await else { return Response::from_errors(vec![not_yet(lang)]) };
        let prepared = match graph.prepare(lang, &errand.query, errand.operation_name.as_deref()).await {
            Ok(prepared) => prepared,
            Err(errors) => return Response::from_errors(errors),
        };
        if prepared.is_subscription() {
            // The door says it in its own words.
            return Response::from_errors(vec![ServerError::new(
                "Subscriptions are not supported on this transport.",
                None,
            )]);
        }
        let trip = Trip::new(self.clone(), errand);
        run::once(&graph, &prepared, &Arc::new(trip)).await
    }

    fn follow(self: Arc<Self>, errand: Errand) -> BoxStream<'static, Response> {
        let lang = errand.asked.lang;
        let graph = self.graph();
        let begin = async move {
            let refused = |errors| stream::once(async { Response::from_errors(errors) }).boxed();
            let Some(graph) = graph else { return refused(vec![not_yet(lang)]) };
            match graph.prepare(lang, &errand.query, errand.operation_name.as_deref()).await {
                Err(errors) => refused(errors),
                Ok(prepared) if prepared.is_subscription() => {
                    let trip = Arc::new(Trip::new(self, errand));
                    run::events(graph, prepared, trip)
                }
                Ok(_) => stream::once(self.answer(errand)).boxed(),
            }
        };
        stream::once(begin).flatten().boxed()
    }
}

impl Beyond for Handle {
    fn takes_all(&self) -> bool {
        self.0.hub.is_none()
    }

    fn execute(&self, errand: Errand) -> BoxFuture<'static, Response> {
        Box::pin(self.0.clone().answer(errand))
    }

    fn stream(&self, errand: Errand) -> BoxStream<'static, Response> {
        self.0.clone().follow(errand)
    }

    fn keys(&self) -> String {
        self.0.signer.published()
    }
}

/// The gateway, as the hub's door knows it.
pub struct Handle(pub Arc<Engine>);

fn not_yet(lang: Lang) -> ServerError {
    coded(
        "NO_SUPERGRAPH",
        lang.pick("网关尚未就绪，请稍后再试。", "The gateway is not ready yet; try again in a moment."),
    )
}

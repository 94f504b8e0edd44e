//! Where the engine lets us in: who runs a step of a plan, and what is known before the first.

use super::Engine;
use super::hub::HubExecutor;
use super::remote::RemoteExecutor;
use gongjian_hub::federation::HUB;
use gongjian_hub::graph::beyond::Errand;
use hive_router::async_trait;
use hive_router::executor::executors::common::SubgraphExecutor as _;
use hive_router::executor::hooks::on_execute::{OnExecuteStartHookPayload, OnExecuteStartHookResult};
use hive_router::executor::hooks::on_plugin_init::{OnPluginInitPayload, OnPluginInitResult};
use hive_router::executor::hooks::on_subgraph_execute::{
    OnSubgraphExecuteStartHookPayload, OnSubgraphExecuteStartHookResult,
};
use hive_router::executor::plugin_trait::{RouterPlugin, StartHookPayload as _};
use hive_router::executor::response::subgraph_response::SubgraphResponse;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

/// One request on its way through a plan.
pub struct Trip {
    pub(super) engine: Arc<Engine>,
    pub(super) errand: Errand,
    /// Bytes that partners have answered so far.
    pub(super) bytes: AtomicUsize,
    /// Calls of partners so far.
    pub(super) calls: AtomicUsize,
}

impl Trip {
    pub(super) fn new(engine: Arc<Engine>, errand: Errand) -> Self {
        Self { engine, errand, bytes: AtomicUsize::new(0), calls: AtomicUsize::new(0) }
    }
}

/// What is known before the first step of a plan: an event that a subscription brought.
pub(super) struct Known(pub Option<SubgraphResponse<'static>>);

/// What the engine calls.
pub(super) struct Hooks;

#[async_trait]
impl RouterPlugin for Hooks {
    type Config = ();

    fn plugin_name() -> &'static str {
        "gongjian"
    }

    fn on_plugin_init(payload: OnPluginInitPayload<Self>) -> OnPluginInitResult<Self> {
        payload.initialize_plugin(Self)
    }

    async fn on_execute<'exec>(
        &'exec self,
        mut payload: OnExecuteStartHookPayload<'exec>,
    ) -> OnExecuteStartHookResult<'exec> {
        if let Some(mut known) = payload.context.get_mut::<Known>()
            && let Some(event) = known.0.as_mut()
        {
            payload.data = std::mem::take(&mut event.data);
            payload.errors.extend(event.errors.take().unwrap_or_default());
        }
        payload.proceed()
    }

    async fn on_subgraph_execute<'exec>(
        &'exec self,
        mut payload: OnSubgraphExecuteStartHookPayload<'exec>,
    ) -> OnSubgraphExecuteStartHookResult<'exec> {
        let trip = payload.context.get_ref::<Arc<Trip>>().map(|trip| Arc::clone(&trip));
        if let Some(trip) = trip {
            let address = payload.executor.endpoint().clone();
            payload.executor = match &trip.engine.hub {
                Some(schema) if payload.subgraph_name == HUB => {
                    HubExecutor { schema: schema.clone(), address, trip }.to_boxed_arc()
                }
                _ => RemoteExecutor { name: payload.subgraph_name.to_owned(), address, trip }.to_boxed_arc(),
            };
        }
        payload.proceed()
    }
}

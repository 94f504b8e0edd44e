//! The hub's own part of a plan, in process.

use super::hooks::Trip;
use async_graphql::{Request, Response};
use futures_util::stream::BoxStream;
use gongjian_hub::graph::{Schema, beyond};
use hive_router::async_trait;
use hive_router::executor::executors::common::{SubgraphExecutionRequest, SubgraphExecutor};
use hive_router::executor::executors::error::SubgraphExecutorError;
use hive_router::executor::executors::http::build_request_body;
use hive_router::executor::plugin_context::PluginRequestState;
use hive_router::executor::response::subgraph_response::SubgraphResponse;
use http::Uri;
use std::sync::Arc;
use std::time::Duration;

type Answers = BoxStream<'static, Result<SubgraphResponse<'static>, SubgraphExecutorError>>;

/// Runs steps of a plan on the hub's own graph, as whoever asks.
pub(super) struct HubExecutor {
    pub schema: Schema,
    pub address: Uri,
    pub trip: Arc<Trip>,
}

/// A step of a plan, as the hub's graph takes it.
pub(super) fn request(step: &SubgraphExecutionRequest<'_>) -> Result<Request, SubgraphExecutorError> {
    let body = build_request_body(step)?;
    serde_json::from_slice(&body).map_err(|_| SubgraphExecutorError::MalformedResponse(None))
}

/// What the hub's graph answers, as the engine takes it.
pub(super) fn answer(response: &Response) -> Result<SubgraphResponse<'static>, SubgraphExecutorError> {
    let body = serde_json::to_vec(response).map_err(|_| SubgraphExecutorError::MalformedResponse(None))?;
    SubgraphResponse::deserialize_from_bytes(body.into(), None)
}

#[async_trait]
impl SubgraphExecutor for HubExecutor {
    fn executor_name(&self) -> &'static str {
        "hub"
    }

    fn endpoint(&self) -> &Uri {
        &self.address
    }

    async fn execute<'a>(
        &self,
        step: SubgraphExecutionRequest<'a>,
        _: Option<Duration>,
        _: Option<&'a PluginRequestState<'a>>,
    ) -> Result<SubgraphResponse<'static>, SubgraphExecutorError> {
        let request = request(&step)?;
        // The document's own fields were priced with it; more of entities that partners name was not.
        let free = step.raw_variable_values.is_none();
        let errand = &self.trip.errand;
        let asked = errand.asked.clone();
        answer(&beyond::inside(&self.schema, &errand.store, asked, request, free).await)
    }

    async fn subscribe<'a>(
        &self,
        _: SubgraphExecutionRequest<'a>,
        _: Option<Duration>,
    ) -> Result<Answers, SubgraphExecutorError> {
        // What begins a subscription is run apart from the plan, see [`super::run::events`].
        Err(SubgraphExecutorError::HttpCallbackNoSingle)
    }
}

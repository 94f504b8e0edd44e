//! One supergraph, and what is worked out from it once and for all.

use super::prepare::Prepared;
use hive_router::DashMap;
use hive_router::config::log::LoggingConfig;
use hive_router::config::override_subgraph_urls::OverrideSubgraphUrlsConfig;
use hive_router::config::subscriptions::SupergraphSubscriptionsConfig;
use hive_router::config::telemetry::tracing::TracingPropagationConfig;
use hive_router::config::traffic_shaping::SupergraphTrafficShapingConfig;
use hive_router::executor::SubgraphExecutorMap;
use hive_router::executor::hooks::on_supergraph_load::{Supergraph, SupergraphBuildError, SupergraphOptions};
use hive_router::graphql_tools::validation::rules::{
    ValidationOptions, default_rules_validation_plan_with_options,
};
use hive_router::graphql_tools::validation::validate::ValidationPlan;
use hive_router::telemetry::TelemetryContext;
use moka::sync::Cache;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Plans that are kept.
const PLANS: u64 = 1_024;
/// Plans that are worked out at the same time: each takes a processor.
const PLANNERS: usize = 2;

/// A supergraph that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadSupergraph {
    /// It is no supergraph, or cannot be planned over.
    #[error("the supergraph cannot be read: {0}")]
    Unreadable(#[from] SupergraphBuildError),
    /// A subgraph in it has an address that is none.
    #[error("the supergraph names an address that is none: {0}")]
    Address(String),
}

/// A supergraph in use.
pub struct Graph {
    text: [u8; 32],
    pub(super) supergraph: Supergraph,
    pub(super) rules: ValidationPlan,
    pub(super) executors: Arc<SubgraphExecutorMap>,
    /// Plans that are worked out at the same time.
    pub(super) planners: Semaphore,
    pub(super) plans: Cache<(String, Option<String>), Arc<Prepared>>,
}

impl Graph {
    /// Reads a supergraph.
    ///
    /// # Errors
    /// Where it is none.
    pub fn new(sdl: &str) -> Result<Self, BadSupergraph> {
        let supergraph = Supergraph::from_sdl("hub", sdl, SupergraphOptions::default())?;
        let telemetry = TelemetryContext::from_propagation_config(
            &TracingPropagationConfig::default(),
            &LoggingConfig::default(),
        );
        // The engine's own executors are never called: the hooks put others in their place.
        let executors = SubgraphExecutorMap::from_http_endpoint_map(
            &supergraph.planner.supergraph.subgraph_endpoint_map,
            SupergraphTrafficShapingConfig::default(),
            OverrideSubgraphUrlsConfig::default(),
            SupergraphSubscriptionsConfig::default(),
            None,
            Arc::new(telemetry),
            Arc::new(DashMap::new()),
        )
        .map_err(|error| BadSupergraph::Address(error.to_string()))?;
        Ok(Self {
            text: Sha256::digest(sdl).into(),
            supergraph,
            rules: default_rules_validation_plan_with_options(ValidationOptions::default()),
            executors: Arc::new(executors),
            planners: Semaphore::new(PLANNERS),
            plans: Cache::new(PLANS),
        })
    }

    /// Whether it was read from this text.
    pub fn is(&self, sdl: &str) -> bool {
        self.text[..] == Sha256::digest(sdl)[..]
    }
}

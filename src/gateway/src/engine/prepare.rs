//! From a document to a plan: read, held against the schema, brought into the planner's form and planned, once for each
//! document and supergraph.

use super::graph::Graph;
use async_graphql::{Pos, ServerError, Variables};
use gongjian_hub::domain::text::Lang;
use gongjian_hub::graph::error::coded;
use hive_router::executor::execution::plan::CoerceVariablesPayload;
use hive_router::executor::introspection::partition::partition_operation;
use hive_router::executor::projection::plan::ProjectionPlan;
use hive_router::executor::variables::collect_variables_with_options;
use hive_router::graphql_tools::validation::rules::ValidationOptions;
use hive_router::graphql_tools::validation::validate::validate;
use hive_router::query_planner::ast::normalization::normalize_operation;
use hive_router::query_planner::ast::operation::OperationDefinition;
use hive_router::query_planner::graph::PlannerOverrideContext;
use hive_router::query_planner::planner::plan_nodes::QueryPlan;
use hive_router::query_planner::planner::query_plan::QUERY_PLAN_KIND;
use hive_router::query_planner::state::supergraph_state::OperationKind;
use hive_router::query_planner::utils::cancellation::CancellationToken;
use hive_router::query_planner::utils::parsing::safe_parse_operation;
use hive_router::sonic_rs;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// How long a plan may take to be found.
const PATIENCE: Duration = Duration::from_secs(2);

/// A document that is ready to run.
pub struct Prepared {
    pub(super) plan: Arc<QueryPlan>,
    pub(super) operation: Arc<OperationDefinition>,
    pub(super) introspection: Option<Arc<OperationDefinition>>,
    pub(super) projection: Arc<ProjectionPlan>,
    pub(super) root: String,
    pub(super) kind: OperationKind,
    pub(super) name: Option<String>,
}

impl Prepared {
    /// Whether it is followed rather than answered once.
    pub fn is_subscription(&self) -> bool {
        matches!(self.kind, OperationKind::Subscription)
    }

    /// The variables that a client sent, as the document says that they are.
    ///
    /// # Errors
    /// Where they are not.
    pub fn variables(
        &self,
        graph: &Graph,
        lang: Lang,
        sent: &Variables,
    ) -> Result<CoerceVariablesPayload, ServerError> {
        let sent = serde_json::to_vec(sent).unwrap_or_default();
        let mut sent: HashMap<String, sonic_rs::Value> = sonic_rs::from_slice(&sent).unwrap_or_default();
        let read = collect_variables_with_options(
            &self.operation,
            &mut sent,
            &graph.supergraph.metadata,
            ValidationOptions::default(),
        );
        let variables_map = read.map_err(|error| invalid(lang, error.to_string()))?;
        Ok(CoerceVariablesPayload { variables_map })
    }
}

impl Graph {
    /// Makes a document ready to run.
    ///
    /// # Errors
    /// What is wrong with it.
    pub async fn prepare(
        self: &Arc<Self>,
        lang: Lang,
        query: &str,
        name: Option<&str>,
    ) -> Result<Arc<Prepared>, Vec<ServerError>> {
        let key = (query.to_owned(), name.map(ToOwned::to_owned));
        if let Some(prepared) = self.plans.get(&key) {
            return Ok(prepared);
        }
        let _planner = self.planners.acquire().await;
        let graph = self.clone();
        let work = tokio::task::spawn_blocking(move || {
            let prepared = Arc::new(graph.work_out(lang, &key.0, key.1.as_deref())?);
            graph.plans.insert(key, prepared.clone());
            Ok(prepared)
        });
        work.await.unwrap_or_else(|error| Err(vec![unplanned(lang, &error.to_string())]))
    }

    fn work_out(&self, lang: Lang, query: &str, name: Option<&str>) -> Result<Prepared, Vec<ServerError>> {
        let supergraph = &self.supergraph;
        let document = safe_parse_operation(query).map_err(|error| vec![invalid(lang, error.to_string())])?;
        let wrong = validate(&supergraph.planner.consumer_schema.document, &document, &self.rules);
        if !wrong.is_empty() {
            let told = wrong.into_iter().map(|error| ServerError {
                locations: error
                    .locations
                    .iter()
                    .map(|at| Pos { line: at.line, column: at.column })
                    .collect(),
                ..invalid(lang, error.message)
            });
            return Err(told.collect());
        }
        let planned = normalize_operation(&supergraph.planner.supergraph, &document, name);
        let normal = planned.map_err(|error| vec![invalid(lang, error.to_string())])?;
        let name = normal.operation_name.clone();
        let kind = normal.operation.operation_kind.clone().unwrap_or(OperationKind::Query);
        let (root, projection) = ProjectionPlan::from_operation(&normal.operation, &supergraph.metadata);
        let root = root.to_string();
        let parts = partition_operation(normal.operation);
        let plan = if parts.downstream_operation.selection_set.is_empty() {
            QueryPlan { kind: QUERY_PLAN_KIND, node: None }
        } else {
            let patience = CancellationToken::with_timeout(PATIENCE);
            let planned = supergraph.planner.plan_from_normalized_operation(
                &parts.downstream_operation,
                PlannerOverrideContext::default(),
                &patience,
            );
            planned.map_err(|error| vec![unplanned(lang, &error.to_string())])?.into_executable()
        };
        Ok(Prepared {
            plan: Arc::new(plan),
            operation: Arc::new(parts.downstream_operation),
            introspection: parts.introspection_operation.map(Arc::new),
            projection: Arc::new(projection),
            root,
            kind,
            name,
        })
    }
}

fn invalid(lang: Lang, told: String) -> ServerError {
    let message = lang.pick(format!("请求与接口定义不符：{told}"), told);
    coded("GRAPHQL_VALIDATION_FAILED", message)
}

fn unplanned(lang: Lang, error: &str) -> ServerError {
    tracing::warn!(error, "no plan was found for a request");
    coded(
        "NO_PLAN",
        lang.pick(
            "无法为这一请求安排各共建单位的查询步骤，请缩小查询范围。",
            "No way was found to ask the partner units for this; ask for less.",
        ),
    )
}

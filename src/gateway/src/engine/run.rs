//! Runs plans.

use super::graph::Graph;
use super::hooks::{Known, Trip};
use super::hub;
use super::prepare::Prepared;
use async_graphql::{Request, Response, ServerError, Value};
use futures_util::stream::{self, BoxStream, StreamExt as _};
use gongjian_hub::clock::Clock;
use gongjian_hub::domain::text::Lang;
use gongjian_hub::federation::HUB;
use gongjian_hub::graph::beyond;
use gongjian_hub::graph::error::coded;
use hive_router::executor::execution::client_request_details::{
    ClientRequestDetails, JwtRequestDetails, OperationDetails, PathParams,
};
use hive_router::executor::execution::operation_name::OperationNameFactory;
use hive_router::executor::execution::plan::{
    CoerceVariablesPayload, ExecutionResultExtensions, QueryPlanExecutionOpts, QueryPlanExecutionResult,
    execute_query_plan,
};
use hive_router::executor::headers::response::ResponseHeaderSink;
use hive_router::executor::introspection::resolve::IntrospectionContext;
use hive_router::executor::plugin_context::{PluginContext, PluginRequestState, RouterHttpRequest};
use hive_router::executor::request_context::SharedRequestContext;
use hive_router::executor::response::subgraph_response::SubgraphResponse;
use hive_router::ntex;
use hive_router::query_planner::planner::plan_nodes::{FetchNode, PlanNode, QueryPlan, SequenceNode};
use hive_router::query_planner::planner::query_plan::QUERY_PLAN_KIND;
use hive_router::telemetry::traces::spans::graphql::GraphQLOperationSpan;
use http::{Method, Uri};
use std::sync::Arc;

/// Runs a query or a mutation.
pub(super) async fn once(graph: &Graph, prepared: &Prepared, trip: &Arc<Trip>) -> Response {
    let lang = trip.errand.asked.lang;
    match prepared.variables(graph, lang, &trip.errand.variables) {
        Ok(variables) => walk(graph, prepared, &prepared.plan, &Arc::new(variables), trip, None).await,
        Err(refused) => Response::from_errors(vec![refused]),
    }
}

/// Follows a subscription: what begins it brings events, and the rest of the plan is run for each.
pub(super) fn events(
    graph: Arc<Graph>,
    prepared: Arc<Prepared>,
    trip: Arc<Trip>,
) -> BoxStream<'static, Response> {
    let lang = trip.errand.asked.lang;
    let refused = |error| stream::once(async { Response::from_errors(vec![error]) }).boxed();
    let variables = match prepared.variables(&graph, lang, &trip.errand.variables) {
        Ok(variables) => Arc::new(variables),
        Err(error) => return refused(error),
    };
    let Some((begin, rest)) = split(&prepared.plan) else { return refused(broken(lang, "no plan")) };
    let Some(schema) = trip.engine.hub.as_ref().filter(|_| begin.service_name == HUB) else {
        return refused(not_followed(lang));
    };
    let asked = trip.errand.asked.clone();
    let own = beyond::follow(schema, &trip.errand.store, asked, step(begin, &variables));
    let rest = Arc::new(rest);
    own.then(move |event| {
        let (graph, prepared, trip) = (graph.clone(), prepared.clone(), trip.clone());
        let (variables, rest) = (variables.clone(), rest.clone());
        async move {
            if event.data == Value::Null {
                return event;
            }
            match hub::answer(&event) {
                Ok(event) => walk(&graph, &prepared, &rest, &variables, &trip, Some(event)).await,
                Err(error) => Response::from_errors(vec![broken(lang, &error.to_string())]),
            }
        }
    })
    .boxed()
}

/// What begins a subscription, and the rest of its plan.
fn split(plan: &QueryPlan) -> Option<(&FetchNode, QueryPlan)> {
    let with = |node| QueryPlan { kind: QUERY_PLAN_KIND, node };
    match plan.node.as_ref()? {
        PlanNode::Subscription(begin) => Some((&begin.primary, with(None))),
        PlanNode::Sequence(sequence) => match sequence.nodes.split_first()? {
            (PlanNode::Subscription(begin), rest) => {
                let rest = PlanNode::Sequence(SequenceNode { nodes: rest.to_vec() });
                Some((&begin.primary, with(Some(rest))))
            }
            _ => None,
        },
        _ => None,
    }
}

/// The step that begins a subscription, as the hub's graph takes it.
fn step(begin: &FetchNode, variables: &CoerceVariablesPayload) -> Request {
    let used = |name: &str| begin.variable_usages.as_ref().is_some_and(|used| used.contains(name));
    let given = variables.variables().into_iter().flatten().filter(|(name, _)| used(name));
    let given = given.filter_map(|(name, value)| {
        let value = serde_json::from_str::<Value>(&hive_router::sonic_rs::to_string(value).ok()?).ok()?;
        Some((async_graphql::Name::new(name), value))
    });
    let mut request = Request::new(begin.operation.document_str.clone());
    let mut all = async_graphql::Variables::default();
    given.for_each(|(name, value)| {
        all.insert(name, value);
    });
    request.variables = all;
    request
}

/// Runs a plan to its answer.
async fn walk(
    graph: &Graph,
    prepared: &Prepared,
    plan: &QueryPlan,
    variables: &Arc<CoerceVariablesPayload>,
    trip: &Arc<Trip>,
    event: Option<SubgraphResponse<'static>>,
) -> Response {
    let lang = trip.errand.asked.lang;
    // The engine wants to know by which request of HTTP it was asked. It was not.
    let (method, uri) = (Method::POST, Uri::from_static("/graphql"));
    let headers = ntex::http::HeaderMap::new();
    let path = ntex::router::Path::new(uri.clone());
    let context = PluginContext::default();
    context.insert(trip.clone());
    context.insert(Known(event));
    let asked = RouterHttpRequest {
        uri: &uri,
        method: &method,
        version: http::Version::HTTP_11,
        headers: &headers,
        path: "/graphql",
        query_string: "",
        match_info: &path,
    };
    let options = QueryPlanExecutionOpts {
        query_plan: plan,
        operation_for_plan: prepared.operation.clone(),
        projection_plan: prepared.projection.clone(),
        headers_plan: Arc::default(),
        extensions_plan: Arc::default(),
        variable_values: variables.clone(),
        extensions: ExecutionResultExtensions::default(),
        client_request: Arc::new(ClientRequestDetails {
            method: &method,
            url: &uri,
            headers: Arc::new(headers.clone()),
            operation: OperationDetails {
                name: prepared.name.as_deref(),
                query: &trip.errand.query,
                kind: prepared.kind.as_str(),
            },
            jwt: Arc::new(JwtRequestDetails::Unauthenticated),
            path_params: PathParams::default(),
        }),
        introspection_context: Arc::new(IntrospectionContext {
            query: prepared.introspection.clone(),
            schema: graph.supergraph.planner.consumer_schema.document.clone(),
            metadata: graph.supergraph.metadata.clone(),
            variables: variables.clone(),
        }),
        operation_type_name: prepared.root.clone(),
        operation_kind: prepared.kind.clone(),
        executors: graph.executors.clone(),
        jwt_auth_forwarding: None,
        graphql_error_recorder: None,
        demand_control_context: None,
        initial_errors: Vec::new(),
        span: GraphQLOperationSpan::new(),
        plugin_req_state: Some(PluginRequestState {
            plugins: trip.engine.hooks.clone(),
            router_http_request: asked,
            context: Arc::new(context),
            request_context: SharedRequestContext::default(),
        }),
        operation_name_factory: OperationNameFactory::default(),
        response_header_sink: ResponseHeaderSink::default(),
        error_masking_runtime: Arc::new(None),
        connection_fingerprint: None,
    };
    let body = match execute_query_plan(options).await {
        Ok(QueryPlanExecutionResult::Single(output)) => output.body,
        Ok(QueryPlanExecutionResult::Stream(_)) => {
            return Response::from_errors(vec![broken(lang, "a stream")]);
        }
        Err(error) => return Response::from_errors(vec![broken(lang, &error.to_string())]),
    };
    let read = serde_json::from_slice(&body);
    let mut response =
        read.unwrap_or_else(|error| Response::from_errors(vec![broken(lang, &error.to_string())]));
    response.errors.iter_mut().for_each(place);
    response
}

/// Says where an error hurts that came from a step below lists: as far as the first of them.
fn place(error: &mut ServerError) {
    let Some(Value::String(path)) = error.extensions.as_ref().and_then(|all| all.get("affectedPath")) else {
        return;
    };
    if error.path.is_empty() {
        let plain = path.split('.').take_while(|part| !part.starts_with('@'));
        let names = plain.map(|part| part.split('|').next().unwrap_or(part));
        error.path = names.map(|name| async_graphql::PathSegment::Field(name.to_owned())).collect();
    }
}

fn not_followed(lang: Lang) -> ServerError {
    coded(
        "NOT_FOLLOWED",
        lang.pick(
            "共建单位自己的订阅不能经由枢纽，请直接向该单位订阅。",
            "A partner unit's own subscriptions do not pass through the hub; subscribe at the unit.",
        ),
    )
}

/// Our own fault: one line in the log, and an id by which it is found.
fn broken(lang: Lang, error: &str) -> ServerError {
    let id = Clock::system().id().simple().to_string();
    tracing::error!(id, error, "the gateway failed at a request");
    let message = lang.pick(
        format!("网关出错。请把编号 {id} 告诉管理员。"),
        format!("Something went wrong in the gateway. Tell the administrator the id {id}."),
    );
    let mut error = coded("INTERNAL", message);
    error.extensions.get_or_insert_default().set("id", id);
    error
}

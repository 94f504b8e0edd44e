//! A partner's part of a plan.

use super::hooks::Trip;
use crate::partner::{Call, Trouble};
use bytes::Bytes;
use futures_util::stream::BoxStream;
use gongjian_hub::domain::text::Lang;
use hive_router::async_trait;
use hive_router::executor::executors::common::{SubgraphExecutionRequest, SubgraphExecutor};
use hive_router::executor::executors::error::SubgraphExecutorError;
use hive_router::executor::executors::http::build_request_body;
use hive_router::executor::plugin_context::PluginRequestState;
use hive_router::executor::response::graphql_error::{GraphQLError, GraphQLErrorExtensions};
use hive_router::executor::response::subgraph_response::SubgraphResponse;
use http::Uri;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// Errors of a partner that are told, and the letters of each.
const ERRORS: usize = 20;
const LETTERS: usize = 500;

/// Lists and objects inside each other in an answer.
const DEEPEST: usize = 64;

type Answers = BoxStream<'static, Result<SubgraphResponse<'static>, SubgraphExecutorError>>;

/// Runs steps of a plan on a partner's graph, in the name of whoever asks.
pub(super) struct RemoteExecutor {
    pub name: String,
    pub address: Uri,
    pub trip: Arc<Trip>,
}

impl RemoteExecutor {
    async fn call(&self, step: &SubgraphExecutionRequest<'_>) -> Result<SubgraphResponse<'static>, Trouble> {
        let Trip { engine, errand, bytes, calls } = &*self.trip;
        if calls.fetch_add(1, Ordering::Relaxed) >= engine.limits.calls {
            return Err(Trouble::TooMuch);
        }
        let body = build_request_body(step).map_err(|_| Trouble::Unasked)?;
        let partner = engine.partners.get(&self.name, &self.address);
        let call = Call {
            body: body.into(),
            authorization: engine.signer.token(&self.name, &errand.asked.viewer),
            lang: errand.asked.lang,
            // Only what changes nothing may be asked twice.
            again: step.dedupe,
            room: engine.limits.bytes.saturating_sub(bytes.load(Ordering::Relaxed)),
        };
        let read = |answer: Bytes| {
            bytes.fetch_add(answer.len(), Ordering::Relaxed);
            if is_too_deep(&answer) {
                return Err(Trouble::NotGraphQl);
            }
            let read = SubgraphResponse::deserialize_from_bytes(answer, step.custom_scalar_paths);
            read.map_err(|_| Trouble::NotGraphQl)
        };
        let mut response = partner.call(call, read).await?;
        if let Some(errors) = &mut response.errors {
            errors.truncate(ERRORS);
            errors.iter_mut().for_each(tame);
        }
        Ok(response)
    }
}

/// Whether lists and objects stand inside each other deeper than anybody asks: whoever reads them calls themselves for each.
fn is_too_deep(json: &[u8]) -> bool {
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    json.iter().any(|byte| {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_text,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => depth += 1,
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > DEEPEST
    })
}

/// A partner's own error: it speaks for itself, and not in the hub's codes.
fn tame(error: &mut GraphQLError) {
    if let Some((end, _)) = error.message.char_indices().nth(LETTERS) {
        error.message.truncate(end);
    }
    error.locations = None;
    let code = error.extensions.code.take();
    error.extensions = GraphQLErrorExtensions::default();
    error.extensions.code = Some("PARTNER_ERROR".to_owned());
    if let Some(code) = code.filter(|code| code.len() <= 64) {
        error.extensions.extensions.insert("partnerCode".to_owned(), code.as_str().into());
    }
}

/// What the client is told where a partner fails.
fn told(lang: Lang, name: &str, trouble: Trouble) -> GraphQLError {
    GraphQLError::from_message_and_code(trouble.message(lang, name), trouble.code())
}

#[async_trait]
impl SubgraphExecutor for RemoteExecutor {
    fn executor_name(&self) -> &'static str {
        "partner"
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
        Ok(self.call(&step).await.unwrap_or_else(|trouble| {
            let error = told(self.trip.errand.asked.lang, &self.name, trouble);
            SubgraphResponse { errors: Some(vec![error]), ..SubgraphResponse::default() }
        }))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_is_counted_outside_of_texts() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(!is_too_deep(nested(64).as_bytes()) && is_too_deep(nested(65).as_bytes()));
        assert!(!is_too_deep(format!("{{\"a\\\"{}\": 1}}", "[".repeat(100)).as_bytes()));
    }
}

//! What every operation goes through, whichever way it came: it is measured, priced and paid for before the framework looks
//! at it, and ended when it takes too long.

use super::budget::{Budget, Payer};
use super::{Inside, Limits, error};
use crate::domain::text::Lang;
use crate::graph::Asked;
use crate::graph::beyond::Onward;
use crate::graph::error::coded;
use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextExecute, NextParseQuery, NextPrepareRequest,
    NextValidation,
};
use async_graphql::parser::types::{ExecutableDocument, Selection};
use async_graphql::{
    Request, Response, ServerError, ServerResult, ValidationResult, Value, Variables, async_trait, value,
};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::time::timeout;

/// Points that a request costs at least.
const LEAST: u64 = 10;
/// Points that a request costs that is refused: it was read.
const REFUSED: u64 = 100;

/// Stands before every operation.
pub struct Gate {
    limits: Limits,
    budget: Option<Arc<Budget>>,
}

impl Gate {
    /// A gate with full buckets.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        let budget = NonZeroU32::new(limits.budget).zip(NonZeroU32::new(limits.budget_per_second));
        Self { limits, budget: budget.map(|(capacity, speed)| Arc::new(Budget::new(capacity, speed))) }
    }
}

impl ExtensionFactory for Gate {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Passage {
            limits: self.limits,
            budget: self.budget.clone(),
            operation: OnceLock::new(),
            bill: OnceLock::new(),
            is_told: AtomicBool::new(false),
        })
    }
}

/// One operation on its way.
struct Passage {
    limits: Limits,
    budget: Option<Arc<Budget>>,
    operation: OnceLock<String>,
    bill: OnceLock<Value>,
    is_told: AtomicBool,
}

impl Passage {
    /// Takes the points of a request from whoever asks.
    fn pay(&self, lang: Lang, payer: Option<Payer>, points: u64) -> ServerResult<()> {
        let limit = self.limits.cost;
        let Some((budget, payer)) = self.budget.as_ref().zip(payer) else {
            let _ = self.bill.set(value!({ "requested": points, "limit": limit }));
            return Ok(());
        };
        let capacity = budget.capacity.get();
        let full_in = |left: u32| (capacity - left.min(capacity)).div_ceil(budget.per_second.get());
        match budget.spend(payer, points) {
            Ok(left) => {
                let bill = value!({
                    "requested": points, "limit": limit, "remaining": left, "capacity": capacity,
                    "resetSeconds": full_in(left),
                });
                let _ = self.bill.set(bill);
                Ok(())
            }
            Err(wait) => Err(used_up(lang, points, capacity, wait)),
        }
    }

    /// Leaves the request to whoever stands beyond the hub. The error is for nobody to see.
    fn send_on(&self, onward: &Onward) -> ServerError {
        onward.send(self.bill.get().cloned().unwrap_or_default());
        coded("ONWARD", "This request is answered elsewhere.")
    }
}

/// Whether any operation asks about the schema itself.
fn looks_at_the_schema(document: &ExecutableDocument) -> bool {
    let operations = document.operations.iter().map(|(_, operation)| &operation.node.selection_set.node);
    let fragments = document.fragments.values().map(|fragment| &fragment.node.selection_set.node);
    operations.chain(fragments).any(|set| {
        set.items.iter().any(|item| match &item.node {
            Selection::Field(field) => matches!(field.node.name.node.as_str(), "__schema" | "__type"),
            Selection::InlineFragment(_) | Selection::FragmentSpread(_) => false,
        })
    })
}

fn used_up(lang: Lang, points: u64, capacity: u32, wait: Duration) -> ServerError {
    let seconds = wait.as_secs().saturating_add(1);
    let message = lang.pick(
        format!("请求过于频繁：本次需要{points}点（budget，上限{capacity}点），请{seconds}秒后再试。"),
        format!("Too many requests: this one needs {points} points of a budget of {capacity}; try again in {seconds} seconds."),
    );
    let mut error = coded("RATE_LIMITED", message);
    let extensions = error.extensions.get_or_insert_default();
    extensions.set("limit", "budget");
    extensions.set("value", capacity);
    extensions.set("requested", points);
    extensions.set("retryAfter", seconds);
    error
}

fn lang(ctx: &ExtensionContext<'_>) -> Lang {
    ctx.data_opt::<Asked>().map(|asked| asked.lang).unwrap_or_default()
}

#[async_trait::async_trait]
impl Extension for Passage {
    async fn prepare_request(
        &self,
        ctx: &ExtensionContext<'_>,
        request: Request,
        next: NextPrepareRequest<'_>,
    ) -> ServerResult<Request> {
        if let Some(name) = &request.operation_name {
            let _ = self.operation.set(name.clone());
        }
        next.run(ctx, request).await
    }

    /// Stands in for the framework's own reading, whose check of fragments takes exponential time.
    async fn parse_query(
        &self,
        ctx: &ExtensionContext<'_>,
        query: &str,
        variables: &Variables,
        _: NextParseQuery<'_>,
    ) -> ServerResult<ExecutableDocument> {
        let (lang, payer) = (lang(ctx), ctx.data_opt::<Payer>().copied());
        let operation = self.operation.get().map(String::as_str);
        let limits = if ctx.data_opt::<Inside>().is_some() { self.limits.inside() } else { self.limits };
        let read = limits.price(lang, query, variables, &ctx.schema_env.registry, operation);
        let points = read.as_ref().map_or(REFUSED, |(_, cost)| (*cost).max(LEAST));
        self.pay(lang, payer, points)?;
        let (document, _) = read?;
        match ctx.data_opt::<Onward>() {
            // What the graph looks like is for whoever knows all of it to say.
            Some(onward) if looks_at_the_schema(&document) => Err(self.send_on(onward)),
            _ => Ok(document),
        }
    }

    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        next.run(ctx).await.map_err(|mut errors| {
            if let Some(onward) = ctx.data_opt::<Onward>() {
                return vec![self.send_on(onward)];
            }
            error::shorten(lang(ctx), &mut errors, self.limits.errors);
            errors
        })
    }

    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        let patience = Duration::from_secs(self.limits.seconds);
        let mut response = timeout(patience, next.run(ctx, operation))
            .await
            .unwrap_or_else(|_| Response::from_errors(vec![error::late(lang(ctx), self.limits.seconds)]));
        error::shorten(lang(ctx), &mut response.errors, self.limits.errors);
        // A subscription is paid for once, when it begins.
        if let Some(bill) = self.bill.get()
            && !self.is_told.swap(true, Ordering::Relaxed)
        {
            response.extensions.insert("cost".to_owned(), bill.clone());
        }
        response
    }
}

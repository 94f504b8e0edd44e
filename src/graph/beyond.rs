//! Requests that the hub's own graph cannot answer alone: fields of partner units' graphs. Where a gateway stands beyond
//! the hub they are sent on to it; all else is answered here, as if it did not exist.

use super::limits::error::{late, shorten};
use super::limits::{Inside, Limits};
use super::{Asked, Schema, error, paid};
use crate::domain::text::Lang;
use crate::store::Store;
use async_graphql::{Request, Response, Value, Variables};
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream, StreamExt as _};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::time::timeout;

/// One operation, as a client sent it.
#[derive(Clone)]
pub struct Errand {
    /// Who asks, and in which language.
    pub asked: Asked,
    /// The store, which knows from where.
    pub store: Store,
    /// The document, within the limits.
    pub query: String,
    /// Which of its operations is to run.
    pub operation_name: Option<String>,
    /// What it leaves open.
    pub variables: Variables,
}

/// A gateway to the graphs of partner units.
pub trait Beyond: Send + Sync + 'static {
    /// Whether it answers everything, the hub's own fields too.
    fn takes_all(&self) -> bool;

    /// Answers a query or a mutation.
    fn execute(&self, errand: Errand) -> BoxFuture<'static, Response>;

    /// Answers anything, one answer after the other. Dropping it ends it.
    fn stream(&self, errand: Errand) -> BoxStream<'static, Response>;

    /// The keys by which partner units know the hub's tokens, as a JSON Web Key Set.
    fn keys(&self) -> String;
}

/// Goes with a request to the hub's own graph, which sends it on where it knows one of its fields not.
#[derive(Clone, Default)]
pub(crate) struct Onward(Arc<OnceLock<Value>>);

impl Onward {
    /// Sends the request on, paid for as the bill says.
    pub(super) fn send(&self, bill: Value) {
        let _ = self.0.set(bill);
    }
}

/// What a gateway and the hub's own graph answer together.
#[derive(Clone, Copy)]
pub struct Both<'a> {
    /// The gateway.
    pub beyond: &'a Arc<dyn Beyond>,
    /// The hub's own graph.
    pub schema: &'a Schema,
    /// How much one request may ask for.
    pub limits: &'a Limits,
}

impl Both<'_> {
    /// Answers a query or a mutation.
    pub async fn execute(self, store: &Store, asked: Asked, request: Request) -> Response {
        let errand = errand(store, &asked, &request);
        let bill = if self.beyond.takes_all() {
            if let Err(refused) = self.limits.read(asked.lang, &request.query, &request.variables) {
                return Response::from_errors(vec![refused]);
            }
            None
        } else {
            let onward = Onward::default();
            let answer = super::execute(self.schema, store, asked, request.data(onward.clone())).await;
            match onward.0.get() {
                None => return answer,
                Some(bill) => Some(bill.clone()),
            }
        };
        let (lang, seconds) = (errand.asked.lang, self.limits.seconds);
        let answer = timeout(Duration::from_secs(seconds), self.beyond.execute(errand)).await;
        let answer = answer.unwrap_or_else(|_| Response::from_errors(vec![late(lang, seconds)]));
        finished(lang, self.limits.errors, bill, answer)
    }

    /// Answers anything, one answer after the other. Dropping it ends it.
    #[must_use]
    pub fn stream(self, store: &Store, asked: Asked, request: Request) -> BoxStream<'static, Response> {
        let (errand, beyond) = (errand(store, &asked, &request), self.beyond.clone());
        let (lang, most) = (asked.lang, self.limits.errors);
        if beyond.takes_all() {
            return match self.limits.read(lang, &request.query, &request.variables) {
                Err(refused) => stream::once(async { Response::from_errors(vec![refused]) }).boxed(),
                Ok(_) => beyond.stream(errand).map(move |answer| finished(lang, most, None, answer)).boxed(),
            };
        }
        let onward = Onward::default();
        let own = super::stream(self.schema, store, asked, request.data(onward.clone()));
        let either = move |(first, rest)| match onward.0.get() {
            None => stream::iter(first).chain(rest).boxed(),
            Some(bill) => {
                // It is paid for once, when it begins.
                let mut bill = Some(bill.clone());
                let answers = beyond.stream(errand.clone());
                answers.map(move |answer| finished(lang, most, bill.take(), answer)).boxed()
            }
        };
        stream::once(own.into_future()).flat_map(either).boxed()
    }
}

/// The answer as a client gets it.
fn finished(lang: Lang, most_errors: u64, bill: Option<Value>, mut answer: Response) -> Response {
    shorten(lang, &mut answer.errors, most_errors);
    answer.errors.iter_mut().for_each(|error| error::complete(lang, error));
    if let Some(bill) = bill {
        answer.extensions.insert("cost".to_owned(), bill);
    }
    answer
}

/// Answers what the gateway asks of the hub's own graph on behalf of a request: what was priced with that is free, more of
/// entities that partner units name is not.
pub async fn inside(schema: &Schema, store: &Store, asked: Asked, request: Request, free: bool) -> Response {
    let request = request.data(Inside);
    let request = if free { request } else { paid(store, &asked, request) };
    super::run(schema, store, asked, request).await
}

/// Follows the hub's own subscription on behalf of a request that is paid for.
#[must_use]
pub fn follow(
    schema: &Schema,
    store: &Store,
    asked: Asked,
    request: Request,
) -> BoxStream<'static, Response> {
    super::follow(schema, store, asked, request.data(Inside))
}

fn errand(store: &Store, asked: &Asked, request: &Request) -> Errand {
    Errand {
        asked: asked.clone(),
        store: store.clone(),
        query: request.query.clone(),
        operation_name: request.operation_name.clone(),
        variables: request.variables.clone(),
    }
}

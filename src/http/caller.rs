//! Whoever asks, by whatever way: the one place from which the graph is asked.

use super::answer::Failure;
use super::documents::NotRun;
use super::params::{Bad, Params, only_reads};
use super::{Served, auth, lang, whence};
use crate::domain::text::Lang;
use crate::domain::viewer::Viewer;
use crate::graph::beyond::Both;
use crate::graph::{self, Asked};
use async_graphql::{Request, Response, Variables};
use axum::http::HeaderMap;
use futures_util::stream::BoxStream;

const NO_SUBSCRIPTIONS: &str = "Subscriptions are not supported on this transport.";

/// Somebody who is signed in, or the public.
#[derive(Clone)]
pub struct Caller {
    served: Served,
    asked: Asked,
}

impl Caller {
    /// Whoever the headers of a request name.
    ///
    /// # Errors
    /// As [`auth::viewer`].
    pub async fn of(served: &Served, headers: &HeaderMap) -> Result<Self, Failure> {
        let served = whence::asked_from(served.clone(), headers);
        Self::new(&served, lang(headers), auth::given(headers)?.as_deref()).await
    }

    /// Whoever is given, see [`auth::given`], or named by a socket's first message.
    ///
    /// # Errors
    /// As [`auth::viewer`].
    pub async fn new(served: &Served, lang: Lang, given: Option<&str>) -> Result<Self, Failure> {
        let viewer = auth::viewer(&served.store, lang, given).await?;
        Ok(Self { served: served.clone(), asked: Asked { viewer, lang } })
    }

    /// The language in which they are answered.
    pub fn lang(&self) -> Lang {
        self.asked.lang
    }

    /// Whether the two are the same.
    pub fn is(&self, other: &Self) -> bool {
        self.asked.viewer == other.asked.viewer
    }

    /// Whether they have signed in.
    pub fn is_signed_in(&self) -> bool {
        self.asked.viewer != Viewer::public()
    }

    /// Whether they are still who they were: tokens and sessions expire, and are revoked.
    pub async fn is_still_welcome(&self) -> bool {
        auth::still_valid(&self.served.store, &self.asked.viewer).await
    }

    /// Makes a request out of its parts; one that is refused is its own answer.
    ///
    /// # Errors
    /// The parameter that is wrong.
    pub fn request(&self, params: Params) -> Result<Result<Request, Response>, Bad> {
        match self.served.documents.resolve(self.asked.lang, params) {
            Ok(request) => Ok(Ok(request)),
            Err(NotRun::Refused(error)) => Ok(Err(Response::from_errors(vec![error]))),
            Err(NotRun::Bad(bad)) => Err(bad),
        }
    }

    /// Whether a request changes nothing, as all that comes by GET; `follow` where subscriptions are taken.
    pub fn only_reads(&self, request: &Request, follow: bool) -> bool {
        let read = self.served.limits.read(self.asked.lang, &request.query, &Variables::default());
        // What cannot be read is refused when it is run.
        read.map_or(true, |document| only_reads(&document, request.operation_name.as_deref(), follow))
    }

    /// Answers a query or a mutation.
    pub async fn execute(&self, request: Request) -> Response {
        let (store, asked) = (&self.served.store, self.asked.clone());
        let mut answer = match self.both() {
            Some(both) => both.execute(store, asked, request).await,
            None => graph::execute(&self.served.schema, store, asked, request).await,
        };
        // The framework's own words say neither in both languages nor where to go.
        for error in answer.errors.iter_mut().filter(|error| error.message.ends_with(NO_SUBSCRIPTIONS)) {
            self.lang()
                .pick(
                    "订阅请用 WebSocket（/graphql/ws）或事件流（/graphql/stream）。",
                    "Subscribe by WebSocket (/graphql/ws) or server-sent events (/graphql/stream).",
                )
                .clone_into(&mut error.message);
        }
        answer
    }

    /// Answers anything, one answer after the other.
    pub fn stream(&self, request: Request) -> BoxStream<'static, Response> {
        let (store, asked) = (&self.served.store, self.asked.clone());
        match self.both() {
            Some(both) => both.stream(store, asked, request),
            None => graph::stream(&self.served.schema, store, asked, request),
        }
    }

    fn both(&self) -> Option<Both<'_>> {
        let Served { schema, limits, beyond, .. } = &self.served;
        Some(Both { beyond: beyond.as_ref()?, schema, limits })
    }
}

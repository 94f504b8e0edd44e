//! Pins and prohibitions in the graph.

mod mutation;

pub use mutation::DirectiveMutation;

use super::need::Need;
use super::page::{Connection, Node, PageArgs, maybe};
use super::service::Service;
use crate::domain::directive::{self, DirectiveKind};
use crate::domain::id::Id;
use crate::store::directive::Directives;
use async_graphql::{Context, Error, ID, Object};
use chrono::{DateTime, Utc};

/// A directive (人工指定): a coordinator's pin or prohibition of one need and one service.
pub struct Directive(directive::Directive);

impl From<directive::Directive> for Directive {
    fn from(row: directive::Directive) -> Self {
        Self(row)
    }
}

impl Node for Directive {
    type Row = directive::Directive;
    type List = Directives;
}

/// A directive (人工指定): a coordinator's pin or prohibition of one need and one service.
#[Object]
impl Directive {
    /// The global id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// What it says about the pair.
    async fn kind(&self) -> DirectiveKind {
        self.0.kind
    }

    /// The need.
    async fn need(&self, ctx: &Context<'_>) -> Result<Option<Need>, Error> {
        maybe(ctx, Some(self.0.need_id)).await
    }

    /// The service; null where it was taken back to a draft that you may not see.
    async fn service(&self, ctx: &Context<'_>) -> Result<Option<Service>, Error> {
        maybe(ctx, Some(self.0.service_id)).await
    }

    /// How much of the need a pin reserves; null for all of it, and for a prohibition.
    async fn quantity(&self) -> Option<i64> {
        self.0.quantity
    }

    /// Why it was given.
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// When it was given.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it was lifted; null while it holds.
    async fn lifted_at(&self) -> Option<DateTime<Utc>> {
        self.0.lifted_at
    }
}

/// The directives that hold of a parent.
pub(super) async fn of(
    ctx: &Context<'_>,
    parent: impl Id,
    of: Directives,
    page: PageArgs,
) -> Result<Connection<Directive>, Error> {
    Connection::of(ctx, parent.uuid(), of, page).await
}

use crate::domain::account;
use crate::domain::viewer::Role;
use crate::graph::Asked;
use crate::graph::area::Area;
use crate::graph::page::maybe;
use crate::graph::unit::PartnerUnit;
use async_graphql::{Context, Error, ID, Object};
use chrono::{DateTime, Utc};

/// A grant (授权): one part that an account plays, for one street or one unit.
pub struct Grant(account::Grant);

impl From<account::Grant> for Grant {
    fn from(row: account::Grant) -> Self {
        Self(row)
    }
}

/// A grant (授权): one part that an account plays, for one street or one unit.
#[Object]
impl Grant {
    /// The global id.
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The part.
    async fn role(&self) -> Role {
        self.0.role
    }

    /// The street in which it holds: a liaison's, the one that their unit belongs to. Null for the administrator.
    async fn street(&self, ctx: &Context<'_>) -> Result<Option<Area>, Error> {
        maybe(ctx, self.0.street_id).await
    }

    /// The community of community staff.
    async fn community(&self, ctx: &Context<'_>) -> Result<Option<Area>, Error> {
        maybe(ctx, self.0.community_id).await
    }

    /// The unit of a liaison.
    async fn unit(&self, ctx: &Context<'_>) -> Result<Option<PartnerUnit>, Error> {
        maybe(ctx, self.0.unit_id).await
    }

    /// When it was given.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

/// A session (会话): a browser that is signed in.
pub struct Session(account::Session);

impl From<account::Session> for Session {
    fn from(row: account::Session) -> Self {
        Self(row)
    }
}

/// A session (会话): a browser that is signed in.
#[Object]
impl Session {
    /// The global id.
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Whether it is the one that asks.
    #[expect(clippy::unused_async, reason = "the graph takes asynchronous resolvers only")]
    async fn current(&self, ctx: &Context<'_>) -> Result<bool, Error> {
        Ok(ctx.data::<Asked>()?.viewer.session() == Some(self.0.id))
    }

    /// When it began.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it was last used, to the minute.
    async fn used_at(&self) -> DateTime<Utc> {
        self.0.used_at
    }

    /// When it ends, however much it is used.
    async fn expires_at(&self) -> DateTime<Utc> {
        self.0.expires_at
    }
}

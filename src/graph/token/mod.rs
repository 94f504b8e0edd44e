//! Tokens in the graph: what portals and other programs sign in with.

mod mutation;

pub use mutation::TokenMutation;

use super::area::Area;
use super::page::{Node, maybe};
use super::unit::PartnerUnit;
use crate::domain::viewer::{Role, Scope, Token};
use crate::store::token::Tokens;
use async_graphql::{Context, Error, ID, Object};
use chrono::{DateTime, Utc};

/// An API token (令牌): what a portal or another program signs in with. Seen by its bearer, and by whoever may make such.
pub struct ApiToken(Token);

impl From<Token> for ApiToken {
    fn from(row: Token) -> Self {
        Self(row)
    }
}

impl Node for ApiToken {
    type Row = Token;
    type List = Tokens;
}

/// An API token (令牌): what a portal or another program signs in with. Seen by its bearer, and by whoever may make such.
#[Object]
impl ApiToken {
    /// The global id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// What it is for.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The first characters of its secret, by which people tell tokens apart.
    async fn prefix(&self) -> &str {
        &self.0.prefix
    }

    /// The part that its bearer plays.
    async fn role(&self) -> Role {
        self.0.role
    }

    /// The street of a coordinator or of community staff, or the one that a liaison's unit belongs to.
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

    /// What it may be used for.
    async fn scopes(&self) -> Vec<Scope> {
        self.0.scopes()
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it stops working.
    async fn expires_at(&self) -> DateTime<Utc> {
        self.0.expires_at
    }

    /// When it was last used, to the minute; null where it never was.
    async fn used_at(&self) -> Option<DateTime<Utc>> {
        self.0.used_at
    }

    /// Until when the secret before the present one works; null where there is none.
    async fn previous_until(&self) -> Option<DateTime<Utc>> {
        self.0.previous_until
    }

    /// When it was revoked; null where it was not.
    async fn revoked_at(&self) -> Option<DateTime<Utc>> {
        self.0.revoked_at
    }
}

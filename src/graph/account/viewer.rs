use super::Account;
use crate::domain::viewer::{self, Actor, Role, Scope};
use crate::graph::area::Area;
use crate::graph::page::maybe;
use crate::graph::token::ApiToken;
use crate::graph::unit::PartnerUnit;
use async_graphql::{Context, Error, Object};

/// Who is asking, and what they may do.
pub struct Viewer(pub viewer::Viewer);

/// Who is asking, and what they may do.
#[Object]
impl Viewer {
    /// The part that they play.
    async fn role(&self) -> Role {
        self.0.role()
    }

    /// What their token or their session may be used for.
    async fn scopes(&self) -> &[Scope] {
        &self.0.scopes
    }

    /// The street of a coordinator or of community staff.
    async fn street(&self, ctx: &Context<'_>) -> Result<Option<Area>, Error> {
        maybe(ctx, self.0.street()).await
    }

    /// The community of community staff.
    async fn community(&self, ctx: &Context<'_>) -> Result<Option<Area>, Error> {
        let community = match self.0.actor {
            Actor::Staff { community, .. } => Some(community),
            _ => None,
        };
        maybe(ctx, community).await
    }

    /// The unit of a liaison.
    async fn unit(&self, ctx: &Context<'_>) -> Result<Option<PartnerUnit>, Error> {
        maybe(ctx, self.0.unit()).await
    }

    /// The account that they signed in to; null with a token and for the public.
    async fn account(&self, ctx: &Context<'_>) -> Result<Option<Account>, Error> {
        maybe(ctx, self.0.account()).await
    }

    /// The token that they use; null in a session and for the public.
    async fn token(&self, ctx: &Context<'_>) -> Result<Option<ApiToken>, Error> {
        maybe(ctx, self.0.token()).await
    }
}

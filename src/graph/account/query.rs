use super::Account;
use super::viewer::Viewer;
use crate::graph::Asked;
use crate::graph::page::{Connection, PageArgs};
use crate::graph::token::ApiToken;
use crate::store::account::Accounts;
use crate::store::token::Tokens;
use async_graphql::{Context, Error, Object};

/// Who signs in, to be read.
#[derive(Default)]
pub struct AccountQuery;

#[Object]
impl AccountQuery {
    /// Who is asking, and what they may do.
    #[expect(clippy::unused_async, reason = "the graph takes asynchronous resolvers only")]
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Viewer, Error> {
        Ok(Viewer(ctx.data::<Asked>()?.viewer.clone()))
    }

    /// Accounts, by login name: one's own, and those that a coordinator or the administrator looks after.
    async fn accounts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those in whose login or name all these words occur.")] text: Option<String>,
        #[graphql(desc = "So many from the beginning: 20 unless told, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end: 100 at most.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Account>, Error> {
        Connection::root(ctx, Accounts { text }, PageArgs::new(first, after, last, before)).await
    }

    /// API tokens, the newest first: the one at hand, and those that a coordinator or the administrator looks after.
    async fn tokens(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the beginning: 20 unless told, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end: 100 at most.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<ApiToken>, Error> {
        Connection::root(ctx, Tokens, PageArgs::new(first, after, last, before)).await
    }
}

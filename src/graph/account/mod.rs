//! Accounts in the graph: who signs in, what they are granted, where they are signed in, and who the caller is.

mod grant;
mod mutation;
mod own;
mod query;
mod viewer;

pub use mutation::AccountMutation;
pub(super) use mutation::actor;
pub use own::OwnAccountMutation;
pub use query::AccountQuery;

use super::page::{Node, parts};
use crate::domain::account;
use crate::store::account::Accounts;
use async_graphql::{Context, Error, ID, Object};
use chrono::{DateTime, Utc};
use grant::{Grant, Session};

/// An account (账号): somebody who signs in. Seen by its owner, by the coordinators of the streets that it acts in, and by
/// the administrator.
pub struct Account(account::Account);

impl From<account::Account> for Account {
    fn from(row: account::Account) -> Self {
        Self(row)
    }
}

impl Node for Account {
    type Row = account::Account;
    type List = Accounts;
}

/// An account (账号): somebody who signs in. Seen by its owner, by the coordinators of the streets that it acts in, and by
/// the administrator.
#[Object]
impl Account {
    /// The global id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The name to sign in with.
    async fn login(&self) -> &str {
        &self.0.login
    }

    /// What the person is called.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Until when a password that somebody else knows can be changed; null where the password is the person's own.
    async fn password_expires_at(&self) -> Option<DateTime<Utc>> {
        self.0.password_expires_at
    }

    /// Since when nobody can sign in; null where the account is open.
    async fn disabled_at(&self) -> Option<DateTime<Utc>> {
        self.0.disabled_at
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// The parts that it plays, as far as you may see them.
    async fn grants(&self, ctx: &Context<'_>) -> Result<Vec<Grant>, Error> {
        Ok(parts::<account::Grant>(ctx, self.0.id).await?.into_iter().map(Grant::from).collect())
    }

    /// The browsers in which it is signed in: for its owner and the administrator.
    async fn sessions(&self, ctx: &Context<'_>) -> Result<Vec<Session>, Error> {
        Ok(parts::<account::Session>(ctx, self.0.id).await?.into_iter().map(Session::from).collect())
    }
}

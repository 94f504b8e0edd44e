//! What somebody changes about their own account.

use super::mutation::AccountPayload;
use crate::domain::id::{GrantId, Id as _, SessionId};
use crate::domain::refusal::Code;
use crate::graph::Asked;
use crate::graph::loader;
use crate::graph::mutation::{Mutation, mutate, parse, step};
use crate::store::account::{self, Chosen};
use crate::store::conn::Tx;
use crate::store::error::{Error as StoreError, Result as Done};
use crate::store::session;
use async_graphql::{Context, Error, ID, InputObject, Object};
use std::fmt;
use std::sync::Arc;
use uuid::Uuid;

/// A new password for one's own account.
#[derive(InputObject)]
pub struct ChangePasswordInput {
    /// The password that it has now.
    password: String,
    /// The one that it shall have: 12 to 256 characters.
    new_password: String,
    #[graphql(skip)]
    chosen: Option<Arc<Done<Chosen>>>,
}

/// Nothing of it is shown, hashed or kept but what the store keeps.
impl fmt::Debug for ChangePasswordInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChangePasswordInput")
    }
}

impl Mutation for ChangePasswordInput {
    const NAME: &'static str = "ChangePassword";
    const CODES: &'static [Code] = &[Code::BadInput, Code::Outdated];

    fn key(&self) -> Option<&str> {
        None
    }

    async fn work(&self, tx: &mut Tx) -> Done<Uuid> {
        match self.chosen.as_deref() {
            Some(Ok(chosen)) => Ok(account::change_password(tx, chosen).await?.uuid()),
            Some(Err(StoreError::Refused(refusal))) => Err(refusal.clone().into()),
            Some(Err(StoreError::Denied(role))) => Err(StoreError::Denied(*role)),
            Some(Err(error)) => Err(StoreError::Corrupt(error.to_string())),
            None => Err(StoreError::Denied(tx.viewer.role())),
        }
    }
}

step! {
    /// A session to be ended.
    EndSessionInput = "EndSession" {
        /// The session.
        id: SessionId,
    }
    |_input, tx, id| session::end(tx, id)
}

/// The grant by which the session at hand is to act.
#[derive(InputObject, Debug)]
pub struct ActAsInput {
    /// One of the account's own grants.
    grant_id: ID,
    /// A key of your own choice, by which a repeated request has the effect of one.
    idempotency_key: Option<String>,
}

impl Mutation for ActAsInput {
    const NAME: &'static str = "ActAs";
    const CODES: &'static [Code] = &[];

    fn key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn work(&self, tx: &mut Tx) -> Done<Uuid> {
        let grant: GrantId = parse("grantId", &self.grant_id)?;
        Ok(session::act_as(tx, grant).await?.uuid())
    }
}

/// One's own account, to be changed.
#[derive(Default)]
pub struct OwnAccountMutation;

#[Object]
impl OwnAccountMutation {
    /// Gives one's own account a new password, and ends its other sessions. For whoever is in a session.
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The password before, and the new one.")] mut input: ChangePasswordInput,
    ) -> Result<AccountPayload<ChangePasswordInput>, Error> {
        let (store, viewer) = (&loader(ctx)?.loader().store, &ctx.data::<Asked>()?.viewer);
        let chosen = account::choose(store, viewer, &input.password, &input.new_password).await;
        input.chosen = Some(Arc::new(chosen));
        Ok(AccountPayload(mutate(ctx, input).await?))
    }

    /// Ends a session: one's own, or one of an account that one looks after.
    async fn end_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which session.")] input: EndSessionInput,
    ) -> Result<AccountPayload<EndSessionInput>, Error> {
        Ok(AccountPayload(mutate(ctx, input).await?))
    }

    /// Lets the session at hand act by another grant of its account: one at a time, so that it is always clear in whose
    /// name something happened. For whoever is in a session.
    async fn act_as(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "By which grant.")] input: ActAsInput,
    ) -> Result<AccountPayload<ActAsInput>, Error> {
        Ok(AccountPayload(mutate(ctx, input).await?))
    }
}

//! What those who appoint change about accounts.

use super::Account;
use crate::domain::id::{AccountId, AreaId, GrantId, Id as _, UnitId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::viewer::{Actor, Role};
use crate::graph::error;
use crate::graph::mutation::{Mutation, mutate, parse, parse_optional, payload, step};
use crate::graph::told_once::Told;
use crate::store::account::{self, OneTime};
use crate::store::conn::Tx;
use crate::store::error::{Error as StoreError, Result as Done};
use crate::store::grant;
use async_graphql::{Context, Error, ID, InputObject, Object};
use uuid::Uuid;

payload! {
    /// What became of a change to an account.
    AccountPayload, account: Account
}

payload! {
    /// What became of an account, and its one-time password.
    AccountPasswordPayload, account: Account,
    /// The password to hand over, shown this once: with it one signs in and chooses another. Null where the mutation was
    /// refused or repeated.
    one_time_password
}

/// The part that an account or a token is to play, checked as far as it can be without the store.
pub(in crate::graph) fn actor(role: Role, area: Option<&ID>, unit: Option<&ID>) -> Result<Actor, StoreError> {
    let missing = |field: &str| {
        StoreError::from(
            Refusal::new(Code::BadInput, "此身份需要填写这一项。", "This part needs this.").at(field),
        )
    };
    let area: Option<AreaId> = parse_optional("areaId", area)?;
    let unit: Option<UnitId> = parse_optional("unitId", unit)?;
    Ok(match role {
        Role::Public => {
            let told = Refusal::new(Code::BadInput, "公众不需要授权。", "The public needs no grant.");
            return Err(told.at("role").into());
        }
        Role::Liaison => Actor::Liaison { unit: unit.ok_or_else(|| missing("unitId"))? },
        Role::Staff => {
            let community = area.ok_or_else(|| missing("areaId"))?;
            Actor::Staff { street: community, community }
        }
        Role::Coordinator => Actor::Coordinator { street: area.ok_or_else(|| missing("areaId"))? },
        Role::Administrator => Actor::Administrator,
    })
}

/// Somebody who is to sign in.
#[derive(InputObject, Debug)]
pub struct AddAccountInput {
    /// The name to sign in with: 2 to 64 letters, digits and `. _ - @ +`, the same however they are typed.
    login: String,
    /// What the person is called, at most 40 characters.
    name: String,
    /// The first part that they play.
    role: Role,
    /// The street of a coordinator, the community of community staff.
    area_id: Option<ID>,
    /// The unit of a liaison.
    unit_id: Option<ID>,
    /// A key of your own choice, by which a repeated request has the effect of one.
    idempotency_key: Option<String>,
    #[graphql(skip)]
    one_time: Option<OneTime>,
    #[graphql(skip)]
    told: Told,
}

impl Mutation for AddAccountInput {
    const NAME: &'static str = "AddAccount";
    const CODES: &'static [Code] = &[Code::BadInput, Code::AlreadyExists];

    fn key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn work(&self, tx: &mut Tx) -> Done<Uuid> {
        let actor = actor(self.role, self.area_id.as_ref(), self.unit_id.as_ref())?;
        let id = account::add(tx, &self.login, &self.name, actor, self.one_time.as_ref()).await?;
        self.one_time.iter().for_each(|made| self.told.tell(&made.password));
        Ok(id.uuid())
    }
}

/// An account whose password is to be replaced.
#[derive(InputObject, Debug)]
pub struct ResetPasswordInput {
    /// The account.
    id: ID,
    /// A key of your own choice, by which a repeated request has the effect of one.
    idempotency_key: Option<String>,
    #[graphql(skip)]
    one_time: Option<OneTime>,
    #[graphql(skip)]
    told: Told,
}

impl Mutation for ResetPasswordInput {
    const NAME: &'static str = "ResetPassword";
    const CODES: &'static [Code] = &[];

    fn key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn work(&self, tx: &mut Tx) -> Done<Uuid> {
        let one_time = self.one_time.as_ref().ok_or_else(|| StoreError::Corrupt("no password".into()))?;
        let id = account::reset(tx, parse("id", &self.id)?, one_time).await?;
        self.told.tell(&one_time.password);
        Ok(id.uuid())
    }
}

/// A part that an account is to play.
#[derive(InputObject, Debug)]
pub struct GrantRoleInput {
    /// The account.
    account_id: ID,
    /// The part.
    role: Role,
    /// The street of a coordinator, the community of community staff.
    area_id: Option<ID>,
    /// The unit of a liaison.
    unit_id: Option<ID>,
    /// A key of your own choice, by which a repeated request has the effect of one.
    idempotency_key: Option<String>,
}

impl Mutation for GrantRoleInput {
    const NAME: &'static str = "GrantRole";
    const CODES: &'static [Code] = &[Code::BadInput, Code::AlreadyExists];

    fn key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn work(&self, tx: &mut Tx) -> Done<Uuid> {
        let account: AccountId = parse("accountId", &self.account_id)?;
        let actor = actor(self.role, self.area_id.as_ref(), self.unit_id.as_ref())?;
        grant::give(tx, account, actor).await?;
        Ok(account.uuid())
    }
}

step! {
    /// A grant to be taken back.
    RevokeGrantInput = "RevokeGrant" {
        /// The grant.
        id: GrantId,
    }
    |_input, tx, id| grant::take_back(tx, id)
}

step! {
    /// An account that nobody shall sign in to.
    DisableAccountInput = "DisableAccount" {
        /// The account.
        id: AccountId,
    }
    |_input, tx, id| account::set_disabled(tx, id, true)
}

step! {
    /// An account that can be signed in to again.
    EnableAccountInput = "EnableAccount" {
        /// The account.
        id: AccountId,
    }
    |_input, tx, id| account::set_disabled(tx, id, false)
}

/// Accounts, to be made and looked after.
#[derive(Default)]
pub struct AccountMutation;

#[Object]
impl AccountMutation {
    /// Makes an account with its first part and a password that is good once. For the coordinator of the street, as far
    /// as liaisons and staff go, and for the administrator.
    async fn add_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, and what they do.")] mut input: AddAccountInput,
    ) -> Result<AccountPasswordPayload<AddAccountInput>, Error> {
        input.one_time = Some(OneTime::new().await.map_err(|error| error::told(ctx, &error))?);
        let told = input.told.clone();
        let answer = mutate(ctx, input).await?;
        let secret = told.for_answer(&answer);
        Ok(AccountPasswordPayload(answer, secret))
    }

    /// Gives an account a password that is good once in place of its own, and ends its sessions. For whoever may appoint
    /// all that the account does.
    async fn reset_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which account.")] mut input: ResetPasswordInput,
    ) -> Result<AccountPasswordPayload<ResetPasswordInput>, Error> {
        input.one_time = Some(OneTime::new().await.map_err(|error| error::told(ctx, &error))?);
        let told = input.told.clone();
        let answer = mutate(ctx, input).await?;
        let secret = told.for_answer(&answer);
        Ok(AccountPasswordPayload(answer, secret))
    }

    /// Lets an account play a part: a coordinator, those of liaisons and staff in their own street; the administrator, any.
    async fn grant_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which account, and which part.")] input: GrantRoleInput,
    ) -> Result<AccountPayload<GrantRoleInput>, Error> {
        Ok(AccountPayload(mutate(ctx, input).await?))
    }

    /// Takes a grant back: sessions that act by it act for nobody from then on. For whoever may give it.
    async fn revoke_grant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which grant.")] input: RevokeGrantInput,
    ) -> Result<AccountPayload<RevokeGrantInput>, Error> {
        Ok(AccountPayload(mutate(ctx, input).await?))
    }

    /// Lets nobody sign in to an account, and ends its sessions. For whoever may appoint all that the account does.
    async fn disable_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which account.")] input: DisableAccountInput,
    ) -> Result<AccountPayload<DisableAccountInput>, Error> {
        Ok(AccountPayload(mutate(ctx, input).await?))
    }

    /// Lets an account be signed in to again. For whoever may appoint all that the account does.
    async fn enable_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which account.")] input: EnableAccountInput,
    ) -> Result<AccountPayload<EnableAccountInput>, Error> {
        Ok(AccountPayload(mutate(ctx, input).await?))
    }
}

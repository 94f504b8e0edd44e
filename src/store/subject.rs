//! Who signs in by an OpenID provider: accounts there that were linked to accounts here beforehand. Nobody else is let in,
//! whatever the provider says of them.

use super::Store;
use super::conn::Tx;
use super::entity::lock;
use super::error::{Result, at};
use super::session::{self, Begun};
use super::sql::sql;
use crate::domain::account::Account;
use crate::domain::check;
use crate::domain::event::EventKind;
use crate::domain::id::{AccountId, Id as _};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::viewer::{Actor, Viewer};
use serde_json::json;
use uuid::Uuid;

/// What a provider calls somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The provider.
    pub issuer: String,
    /// Its name for the person: the same for ever, and good for nothing else.
    pub subject: String,
}

/// Signs in whoever a provider vouches for; `None` where no open account is linked to them.
///
/// # Errors
/// Where the database fails.
pub async fn sign_in(store: &Store, who: &Subject) -> Result<Option<Begun>> {
    let mut tx = store.begin(&Viewer::public()).await?;
    let account: Option<Account> = tx
        .optional(sql!(
            "SELECT ac.* FROM account AS ac JOIN account_subject AS o ON o.account_id = ac.id
             WHERE o.issuer = $1 AND o.subject = $2",
            who.issuer.clone(),
            who.subject.clone()
        ))
        .await?;
    let id = account.as_ref().map_or(AccountId::new(Uuid::nil()), |account| account.id);
    let begun = if let Some(account) = account.filter(|account| account.disabled_at.is_none()) {
        Some(session::begin(&mut tx, store.sign_in, &account, "oidc").await?)
    } else {
        tx.event(id, None, EventKind::SignInRefused, json!({ "by": "oidc" }));
        None
    };
    tx.commit().await?;
    Ok(begun)
}

/// Links an account of a provider to one here. For the administrator.
///
/// # Errors
/// A refusal where the account is unknown, a text is wrong or somebody is linked already; denied to all others.
pub async fn link(tx: &mut Tx, account: AccountId, who: &Subject) -> Result<AccountId> {
    tx.require_write()?;
    tx.require(tx.viewer.actor == Actor::Administrator)?;
    let account: Account = lock(tx, account).await.map_err(|error| at("accountId", error))?;
    let issuer = check::title("issuer", &who.issuer, 512)?;
    let subject = check::title("subject", &who.subject, 255)?;
    let now = tx.now;
    let linked = tx
        .execute(sql!(
            "INSERT INTO account_subject (issuer, subject, account_id, created_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT DO NOTHING",
            issuer,
            subject,
            account.id,
            now
        ))
        .await?;
    if linked == 0 {
        let told = Refusal::new(
            Code::AlreadyExists,
            "该外部账号已关联，请先解除。",
            "This subject is linked already; unlink it first.",
        );
        return Err(told.at("subject").into());
    }
    tx.event(account.id, None, EventKind::Edited, json!({ "subject": "linked" }));
    Ok(account.id)
}

/// Unlinks all accounts of providers from one here, and ends its sessions. For the administrator.
///
/// # Errors
/// A refusal where the account is unknown; denied to all others.
pub async fn unlink(tx: &mut Tx, account: AccountId) -> Result<AccountId> {
    tx.require_write()?;
    tx.require(tx.viewer.actor == Actor::Administrator)?;
    let account: Account = lock(tx, account).await.map_err(|error| at("accountId", error))?;
    tx.execute(sql!("DELETE FROM account_subject WHERE account_id = $1", account.id)).await?;
    tx.event(account.id, None, EventKind::Edited, json!({ "subject": "unlinked" }));
    session::end_others(tx, account.id, None).await?;
    Ok(account.id)
}

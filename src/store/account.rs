//! Accounts: made and looked after by those who may appoint all that the account does.

use super::conn::{Conn, Tx};
use super::entity::{Entity, get, lock};
use super::error::{Error, Result, at};
use super::page::{Key, KeyKind, Listing, Order};
use super::sql::{Sql, sql};
use super::{Store, grant, guess, password, scope, session};
use crate::domain::account::{self, Account};
use crate::domain::check;
use crate::domain::event::EventKind;
use crate::domain::id::AccountId;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::viewer::{Actor, Scope, Viewer};
use serde_json::json;

/// The longest name of a person, in characters.
const NAME_CHARS: usize = 40;

impl Entity for Account {
    type Id = AccountId;
    const TABLE: &'static str = "account";
    const ALIAS: &'static str = "ac";

    fn scope(sql: &mut Sql, viewer: &Viewer) {
        scope::accounts(sql, viewer);
    }

    fn id(&self) -> AccountId {
        self.id
    }
}

/// Which accounts a list holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Accounts {
    /// Only those in whose login or name these words occur.
    pub text: Option<String>,
}

impl Listing for Accounts {
    type Row = Account;

    fn filter(&self, sql: &mut Sql) {
        if let Some(text) = &self.text {
            sql.search("LOWER(ac.login || ' ' || ac.name)", text);
        }
    }

    fn parent(&self) -> Option<&'static str> {
        None
    }

    fn order(&self) -> Order {
        Order { name: "login", column: "ac.login", kind: KeyKind::Text, descending: false }
    }

    fn key(&self, row: &Account) -> Key {
        Key::Text(row.login.clone())
    }
}

/// A password that is good once, with its hash.
#[derive(Clone)]
pub struct OneTime {
    /// What whoever made it hands over. It is kept nowhere.
    pub password: String,
    hash: String,
}

impl std::fmt::Debug for OneTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OneTime")
    }
}

impl OneTime {
    /// A new one. It takes a while, so it is made before the transaction that keeps it.
    ///
    /// # Errors
    /// Where the machine has no randomness or memory.
    pub async fn new() -> Result<Self> {
        let password = password::one_time()?;
        Ok(Self { hash: password::hash(password.clone()).await?, password })
    }
}

/// Makes an account with its first grant. Its password is good once.
///
/// # Errors
/// A refusal where the login or the name are wrong or taken; denied to whoever may not appoint the actor.
pub async fn add(
    tx: &mut Tx,
    login: &str,
    name: &str,
    actor: Actor,
    one_time: Option<&OneTime>,
) -> Result<AccountId> {
    let limits = grant::limits(tx, actor).await?;
    let login = account::login("login", login)?;
    let name = check::title("name", name, NAME_CHARS)?;
    let id: AccountId = tx.id();
    let now = tx.now;
    let until = now + tx.sign_in.one_time();
    let added = tx
        .execute(sql!(
            "INSERT INTO account (id, login, name, password_hash, password_expires_at, created_at)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
            id,
            login,
            name,
            one_time.map(|one_time| one_time.hash.clone()),
            one_time.map(|_| until),
            now
        ))
        .await?;
    if added == 0 {
        let told = Refusal::new(Code::AlreadyExists, "登录名已被使用。", "This login name is taken.");
        return Err(told.at("login").into());
    }
    tx.event(id, limits.street, EventKind::Added, json!({}));
    grant::put(tx, id, limits).await?;
    Ok(id)
}

/// Whether the caller may do to an account what its owner could: all that it is granted is theirs to grant. Else whoever
/// appoints the liaisons of one street could take over the account of another street's coordinator.
///
/// # Errors
/// Where the database fails.
pub async fn manages(tx: &mut Tx, id: AccountId) -> Result<bool> {
    let viewer = tx.viewer.clone();
    if !viewer.may(Scope::Identity) {
        return Ok(false);
    }
    if viewer.actor == Actor::Administrator {
        return Ok(true);
    }
    let grants = grant::of_account(tx, id).await?;
    Ok(!grants.is_empty() && grants.iter().all(|grant| viewer.may_appoint(grant.role, grant.street_id)))
}

/// Keeps an account from others' changes.
pub(super) async fn hold(tx: &mut Tx, id: AccountId) -> Result<Account> {
    lock(tx, id).await.map_err(|error| at("accountId", error))
}

async fn managed(tx: &mut Tx, id: AccountId) -> Result<Account> {
    let account: Account = lock(tx, id).await.map_err(|error| at("id", error))?;
    let granted = manages(tx, id).await?;
    tx.require(granted)?;
    Ok(account)
}

/// Gives an account a password that is good once, and ends its sessions.
///
/// # Errors
/// A refusal where it cannot be seen; denied to whoever does not manage it.
pub async fn reset(tx: &mut Tx, id: AccountId, one_time: &OneTime) -> Result<AccountId> {
    managed(tx, id).await?;
    let until = tx.now + tx.sign_in.one_time();
    tx.execute(sql!(
        "UPDATE account SET password_hash = $1, password_expires_at = $2 WHERE id = $3",
        one_time.hash.clone(),
        until,
        id
    ))
    .await?;
    tx.event(id, None, EventKind::Edited, json!({ "password": "reset" }));
    session::end_others(tx, id, None).await?;
    Ok(id)
}

/// Lets nobody sign in to an account, and ends its sessions; or lets them again.
///
/// # Errors
/// A refusal where it cannot be seen; denied to whoever does not manage it.
pub async fn set_disabled(tx: &mut Tx, id: AccountId, disabled: bool) -> Result<AccountId> {
    let account = managed(tx, id).await?;
    let since = disabled.then_some(account.disabled_at.unwrap_or(tx.now));
    tx.execute(sql!("UPDATE account SET disabled_at = $1 WHERE id = $2", since, id)).await?;
    if disabled {
        session::end_others(tx, id, None).await?;
    }
    let before = account.disabled_at.is_some();
    tx.event(
        id,
        None,
        EventKind::Edited,
        json!({ "before": { "disabled": before }, "after": { "disabled": disabled } }),
    );
    Ok(id)
}

/// A new password of somebody who showed that they know the one before.
#[derive(Debug, Clone)]
pub struct Chosen {
    account: AccountId,
    before: String,
    hash: String,
}

/// Checks and hashes a new password. It takes a while, so it is done before the transaction that keeps it.
///
/// # Errors
/// A refusal where the password before is wrong or the new one too short; denied outside a session.
pub async fn choose(store: &Store, viewer: &Viewer, before: &str, new: &str) -> Result<Chosen> {
    let id = viewer.account().ok_or(Error::Denied(viewer.role()))?;
    let mut conn = store.read().await?;
    let account: Account = get(&mut conn, viewer, id).await?;
    account::password("newPassword", new, &account.login)?;
    let counters = [guess::Counter::of_login(store, &account.login)];
    let hash: (Option<String>,) =
        conn.one(sql!("SELECT password_hash FROM account WHERE id = $1", id)).await?;
    drop(conn);
    let wrong = |zh: &str, en: &str| Refusal::new(Code::BadInput, zh, en).at("password");
    if !guess::count(store, &counters).await? {
        return Err(
            wrong("尝试次数过多，请过一刻钟再试。", "Too many guesses; try again in 15 minutes.").into()
        );
    }
    if !password::verify(hash.0.clone(), before.to_owned()).await? {
        return Err(wrong("原密码不正确。", "This is not the password that you have.").into());
    }
    let mut tx = store.begin(viewer).await?;
    guess::take_back(&mut tx, &counters).await?;
    tx.commit().await?;
    let new = password::hash(new.to_owned()).await?;
    Ok(Chosen { account: id, before: hash.0.unwrap_or_default(), hash: new })
}

/// Keeps a new password, and ends all other sessions of the account.
///
/// # Errors
/// A refusal where the password was changed in the meantime.
pub async fn change_password(tx: &mut Tx, chosen: &Chosen) -> Result<AccountId> {
    let id = chosen.account;
    let changed = tx
        .execute(sql!(
            "UPDATE account SET password_hash = $1, password_expires_at = NULL
             WHERE id = $2 AND password_hash = $3 AND disabled_at IS NULL",
            chosen.hash.clone(),
            id,
            chosen.before.clone()
        ))
        .await?;
    if changed == 0 {
        let told = Refusal::new(
            Code::Outdated,
            "密码刚刚被更改，请重新登录。",
            "The password was just changed; sign in again.",
        );
        return Err(told.into());
    }
    let session = tx.viewer.session();
    tx.execute(sql!("UPDATE session SET limited = FALSE WHERE id = $1", session)).await?;
    tx.event(id, None, EventKind::Edited, json!({ "password": "changed" }));
    session::end_others(tx, id, session).await?;
    Ok(id)
}

/// The account with this login name.
///
/// # Errors
/// Where the database fails.
pub async fn by_login(conn: &mut Conn, login: &str) -> Result<Option<Account>> {
    conn.optional(sql!("SELECT * FROM account WHERE login = $1", account::folded(login))).await
}

/// Every account, by login name.
///
/// # Errors
/// Where the database fails.
pub async fn all(conn: &mut Conn) -> Result<Vec<Account>> {
    conn.all(sql!("SELECT * FROM account ORDER BY login")).await
}

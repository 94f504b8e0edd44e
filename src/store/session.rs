//! Sessions: browsers that are signed in, kept as hashes of what they show, ended by time, by their account or by whoever
//! manages it.

use super::conn::{Conn, Tx};
use super::error::{Error, Result, at};
use super::part::Part;
use super::sql::{Sql, sql};
use super::token::hash;
use super::{Store, grant, guess, password};
use crate::domain::account::{Account, Grant, PASSWORD_MOST, Session, folded};
use crate::domain::event::EventKind;
use crate::domain::id::{AccountId, AreaId, GrantId, Id, Kind, SessionId, UnitId};
use crate::domain::refusal::Refusal;
use crate::domain::text::TextEnum as _;
use crate::domain::viewer::{Actor, Principal, Role, Scope, Viewer};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

/// How people sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SignIn {
    /// After how many minutes without use a session ends.
    pub idle_minutes: i64,
    /// After how many hours a session ends in any case.
    pub session_hours: i64,
    /// Guesses at the password of one account in 15 minutes.
    pub guesses_per_account: i64,
    /// Guesses from one address in 15 minutes.
    pub guesses_per_address: i64,
    /// For how many days a password works that somebody else knows.
    pub one_time_days: i64,
}

impl Default for SignIn {
    fn default() -> Self {
        Self {
            idle_minutes: 60,
            session_hours: 12,
            guesses_per_account: 20,
            guesses_per_address: 100,
            one_time_days: 7,
        }
    }
}

impl SignIn {
    pub(super) fn idle(&self) -> TimeDelta {
        TimeDelta::minutes(self.idle_minutes.clamp(2, 60 * 24 * 30))
    }

    fn whole(&self) -> TimeDelta {
        TimeDelta::hours(self.session_hours.clamp(1, 24 * 30))
    }

    pub(super) fn one_time(&self) -> TimeDelta {
        TimeDelta::days(self.one_time_days.clamp(1, 365))
    }
}

/// A session that has just begun.
#[derive(Debug, Clone)]
pub struct Begun {
    /// What the browser shows from now on. It is kept nowhere.
    pub secret: String,
    /// Who it is.
    pub viewer: Viewer,
    /// When it ends in any case.
    pub expires_at: DateTime<Utc>,
    /// How long that is.
    pub lasts: TimeDelta,
}

/// What came of an attempt to sign in.
#[derive(Debug, Clone)]
pub enum Attempt {
    /// They are in.
    Begun(Begun),
    /// Name or password are wrong, or nobody signs in to this account any more: which of these is not told.
    Wrong,
    /// There were too many guesses.
    TooMany,
}

#[derive(sqlx::FromRow)]
struct Known {
    password_hash: Option<String>,
    #[sqlx(flatten)]
    account: Account,
}

/// Signs somebody in by name and password. Whatever is wrong, the answer is the same and takes as long.
///
/// # Errors
/// Where the database fails or the machine has no memory for the hash.
pub async fn sign_in(store: &Store, login: &str, password: &str, address: &str) -> Result<Attempt> {
    let login = folded(login);
    let counters = [guess::Counter::of_login(store, &login), guess::Counter::of_address(store, address)];
    if !guess::count(store, &counters).await? {
        return Ok(Attempt::TooMany);
    }
    let known: Option<Known> =
        store.read().await?.optional(sql!("SELECT * FROM account WHERE login = $1", login)).await?;
    let (hash, account) = known.map(|known| (known.password_hash, known.account)).unzip();
    let given: String = password.chars().take(PASSWORD_MOST + 1).collect();
    let fits = password::verify(hash.flatten(), given).await?;
    let now = store.clock.now();
    let open = |account: &Account| {
        account.disabled_at.is_none() && account.password_expires_at.is_none_or(|expires| expires > now)
    };
    let mut tx = store.begin(&Viewer::public()).await?;
    let id = account.as_ref().map_or(AccountId::new(Uuid::nil()), |account| account.id);
    let Some(account) = account.filter(|account| fits && open(account)) else {
        tx.event(id, None, EventKind::SignInRefused, json!({ "by": "password" }));
        tx.commit().await?;
        return Ok(Attempt::Wrong);
    };
    guess::take_back(&mut tx, &counters).await?;
    let begun = begin(&mut tx, store.sign_in, &account, "password").await?;
    tx.commit().await?;
    Ok(Attempt::Begun(begun))
}

/// Begins a session of an account, acting by its highest grant.
///
/// # Errors
/// Where the database fails.
pub async fn begin(tx: &mut Tx, terms: SignIn, account: &Account, by: &str) -> Result<Begun> {
    let grant = grant::of_account(tx, account.id).await?.into_iter().max_by_key(|grant| grant.role);
    let secret = password::random::<32>()?;
    let id: SessionId = tx.id();
    let now = tx.now;
    let expires_at = now + terms.whole();
    let limited = by == "password" && account.password_expires_at.is_some();
    tx.execute(sql!(
        "INSERT INTO session (id, account_id, grant_id, hash, created_at, used_at, idle_at, expires_at, limited)
         VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8)",
        id,
        account.id,
        grant.as_ref().map(|grant| grant.id),
        hash(&secret),
        now,
        now + terms.idle(),
        expires_at,
        limited
    ))
    .await?;
    let actor = grant.as_ref().and_then(Grant::actor).filter(|_| !limited);
    let viewer = seen_as(id, account.id, actor);
    tx.viewer = viewer.clone();
    let street = grant.and_then(|grant| grant.street_id);
    tx.event(account.id, street, EventKind::SignedIn, json!({ "by": by, "session": id }));
    Ok(Begun { secret, viewer, expires_at, lasts: terms.whole() })
}

#[derive(sqlx::FromRow)]
struct Acting {
    id: SessionId,
    account_id: AccountId,
    role: Option<Role>,
    street_id: Option<AreaId>,
    community_id: Option<AreaId>,
    unit_id: Option<UnitId>,
}

impl Acting {
    fn viewer(self) -> Viewer {
        let actor =
            self.role.and_then(|role| Actor::new(role, self.street_id, self.community_id, self.unit_id));
        seen_as(self.id, self.account_id, actor)
    }
}

fn seen_as(id: SessionId, account: AccountId, actor: Option<Actor>) -> Viewer {
    let scopes = if actor.is_some() { Scope::ALL.to_vec() } else { vec![Scope::Read] };
    Viewer {
        actor: actor.unwrap_or(Actor::Public),
        principal: Some(Principal::Session { id, account }),
        scopes,
    }
}

/// Who shows this secret.
///
/// # Errors
/// Where the database fails.
pub async fn by_secret(conn: &mut Conn, secret: &str, now: DateTime<Utc>) -> Result<Option<Viewer>> {
    if secret.len() > 128 {
        return Ok(None);
    }
    acting(conn, "s.hash = ", hash(secret), now).await
}

/// Who is in this session.
///
/// # Errors
/// Where the database fails.
pub async fn viewer(conn: &mut Conn, id: SessionId, now: DateTime<Utc>) -> Result<Option<Viewer>> {
    acting(conn, "s.id = ", id, now).await
}

async fn acting(
    conn: &mut Conn,
    which: &str,
    value: impl Into<super::sql::Value>,
    now: DateTime<Utc>,
) -> Result<Option<Viewer>> {
    let mut sql = Sql::default();
    sql.push(
        "SELECT s.id, s.account_id, g.role, g.street_id, g.community_id, g.unit_id FROM session AS s
         JOIN account AS ac ON ac.id = s.account_id AND ac.disabled_at IS NULL
         LEFT JOIN account_grant AS g ON g.id = s.grant_id AND g.revoked_at IS NULL AND NOT s.limited
         WHERE s.ended_at IS NULL AND s.idle_at > ",
    );
    sql.bind(now).push(" AND s.expires_at > ").bind(now).push(" AND ").push(which).bind(value);
    Ok(conn.optional::<Acting>(sql).await?.map(Acting::viewer))
}

/// Ends a session of one's own, or of an account that one manages.
///
/// # Errors
/// A refusal where there is none.
pub async fn end(tx: &mut Tx, id: SessionId) -> Result<AccountId> {
    let found: Option<Session> =
        tx.optional(sql!("SELECT * FROM session WHERE id = $1 AND ended_at IS NULL", id)).await?;
    let missing = || Error::from(Refusal::not_found(Kind::Session).at("id"));
    let session = found.ok_or_else(missing)?;
    if tx.viewer.account() != Some(session.account_id)
        && !super::account::manages(tx, session.account_id).await?
    {
        return Err(missing());
    }
    end_where(tx, session.account_id, "id = ", id.uuid()).await?;
    Ok(session.account_id)
}

/// Ends every session of an account but one.
///
/// # Errors
/// Where the database fails.
pub async fn end_others(tx: &mut Tx, account: AccountId, but: Option<SessionId>) -> Result<()> {
    end_where(tx, account, "id <> ", but.map_or(Uuid::nil(), Id::uuid)).await
}

async fn end_where(tx: &mut Tx, account: AccountId, which: &str, id: Uuid) -> Result<()> {
    let now = tx.now;
    let mut sql = Sql::default();
    sql.push("UPDATE session SET ended_at = ").bind(now);
    sql.push(" WHERE ended_at IS NULL AND account_id = ").bind(account);
    sql.push(" AND ").push(which).bind(id).push(" RETURNING id");
    for (ended,) in tx.all::<(SessionId,)>(sql).await? {
        tx.event(account, None, EventKind::SignedOut, json!({ "session": ended }));
    }
    Ok(())
}

/// Lets the session at hand act by another grant of its account.
///
/// # Errors
/// A refusal where the account has no such grant; denied outside a session.
pub async fn act_as(tx: &mut Tx, id: GrantId) -> Result<AccountId> {
    let (Some(session), Some(account)) = (tx.viewer.session(), tx.viewer.account()) else {
        return Err(Error::Denied(tx.viewer.role()));
    };
    let grants = grant::of_account(tx, account).await?;
    let wanted = grants.into_iter().find(|grant| grant.id == id);
    let grant = wanted.ok_or_else(|| at("grantId", Refusal::not_found(Kind::Grant).into()))?;
    tx.execute(sql!("UPDATE session SET grant_id = $1 WHERE id = $2", grant.id, session)).await?;
    tx.event(session, grant.street_id, EventKind::Edited, json!({ "grant": grant.id, "role": grant.role }));
    Ok(account)
}

/// Ends sessions whose time is over, and forgets those that ended long ago.
///
/// # Errors
/// Where the database fails.
pub async fn forget_old(tx: &mut Tx) -> Result<u64> {
    let now = tx.now;
    let over =
        "UPDATE session SET ended_at = $1 WHERE ended_at IS NULL AND (expires_at <= $1 OR idle_at <= $1)";
    tx.execute(Sql::new(over, vec![now.into()])).await?;
    let oldest = now - TimeDelta::days(30);
    tx.execute(sql!("DELETE FROM session WHERE expires_at < $1", oldest)).await
}

impl Part for Session {
    const SELECT: &'static str = "SELECT s.* FROM session AS s WHERE s.ended_at IS NULL AND s.account_id IN ";
    const ORDER: &'static str = " ORDER BY s.id";

    fn scope(sql: &mut Sql, viewer: &Viewer) {
        super::scope::sessions(sql, viewer);
    }

    fn parent(&self) -> Uuid {
        self.account_id.uuid()
    }
}

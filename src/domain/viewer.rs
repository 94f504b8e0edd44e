//! Who is asking, and what they may do. Everything that is not granted here is denied.

use super::id::{AccountId, AreaId, Id as _, SessionId, TokenId, UnitId};
use super::text::{TextEnum, text_enum};
use chrono::{DateTime, Utc};
use uuid::Uuid;

text_enum! {
    /// The part that a caller plays.
    pub enum Role {
        /// Nobody in particular: sees the public directory only.
        Public = "public", "公众", "public";
        /// Speaks and acts for one partner unit (联络员).
        Liaison = "liaison", "共建单位联络员", "unit liaison";
        /// Works for one community and speaks for its needs (社区工作者).
        Staff = "staff", "社区工作者", "community staff";
        /// Coordinates one street (街道协调员).
        Coordinator = "coordinator", "街道协调员", "street coordinator";
        /// Runs the platform.
        Administrator = "administrator", "平台管理员", "platform administrator";
    }
}

text_enum! {
    /// What a token may be used for.
    pub enum Scope {
        /// Read what the role may see.
        Read = "read", "读取", "read";
        /// Change what the role may change.
        Write = "write", "办理", "write";
        /// Read contact data that the role may see.
        Contacts = "contacts", "查看联系方式", "contacts";
        /// Manage the accounts, grants and tokens that the role may manage.
        Identity = "identity", "管理账号和令牌", "accounts and tokens";
    }
}

/// Whom a caller acts for. The ids are the limits of what they see and change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Actor {
    /// See [`Role::Public`].
    Public,
    /// See [`Role::Liaison`].
    Liaison {
        /// The unit that they speak for.
        unit: UnitId,
    },
    /// See [`Role::Staff`].
    Staff {
        /// The street that the community belongs to.
        street: AreaId,
        /// The community that they work for.
        community: AreaId,
    },
    /// See [`Role::Coordinator`].
    Coordinator {
        /// The street that they coordinate.
        street: AreaId,
    },
    /// See [`Role::Administrator`].
    Administrator,
}

impl Actor {
    /// The actor of a role with its limits; `None` where one is missing.
    #[must_use]
    pub fn new(
        role: Role,
        street: Option<AreaId>,
        community: Option<AreaId>,
        unit: Option<UnitId>,
    ) -> Option<Self> {
        Some(match role {
            Role::Public => Self::Public,
            Role::Liaison => Self::Liaison { unit: unit? },
            Role::Staff => Self::Staff { street: street?, community: community? },
            Role::Coordinator => Self::Coordinator { street: street? },
            Role::Administrator => Self::Administrator,
        })
    }

    /// The part that it is.
    #[must_use]
    pub fn role(self) -> Role {
        match self {
            Self::Public => Role::Public,
            Self::Liaison { .. } => Role::Liaison,
            Self::Staff { .. } => Role::Staff,
            Self::Coordinator { .. } => Role::Coordinator,
            Self::Administrator => Role::Administrator,
        }
    }
}

/// By what a caller is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Principal {
    /// A token.
    Token(TokenId),
    /// The session of an account.
    Session {
        /// The session.
        id: SessionId,
        /// Whose it is.
        account: AccountId,
    },
}

/// The caller of one request.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Viewer {
    /// Whom they act for.
    pub actor: Actor,
    /// By what they are known; `None` for the public and for the command line.
    pub principal: Option<Principal>,
    /// What the token may be used for; a session, for all.
    pub scopes: Vec<Scope>,
}

impl Viewer {
    /// Somebody without a token.
    #[must_use]
    pub fn public() -> Self {
        Self { actor: Actor::Public, principal: None, scopes: vec![Scope::Read] }
    }

    /// Somebody with every scope, acting without a token: the command line on the hub's own machine.
    #[must_use]
    pub fn local(actor: Actor) -> Self {
        Self { actor, principal: None, scopes: Scope::ALL.to_vec() }
    }

    /// The part they play.
    #[must_use]
    pub fn role(&self) -> Role {
        self.actor.role()
    }

    /// Their pseudonym in the trail, the same whenever they come: the token or the account.
    #[must_use]
    pub fn pseudonym(&self) -> Option<Uuid> {
        self.principal.map(|principal| match principal {
            Principal::Token(id) => id.uuid(),
            Principal::Session { account, .. } => account.uuid(),
        })
    }

    /// What they signed in with: the token or the session.
    #[must_use]
    pub fn key(&self) -> Option<Uuid> {
        self.principal.map(|principal| match principal {
            Principal::Token(id) => id.uuid(),
            Principal::Session { id, .. } => id.uuid(),
        })
    }

    /// The token that they use.
    #[must_use]
    pub fn token(&self) -> Option<TokenId> {
        match self.principal {
            Some(Principal::Token(id)) => Some(id),
            _ => None,
        }
    }

    /// The account that they signed in to.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        match self.principal {
            Some(Principal::Session { account, .. }) => Some(account),
            _ => None,
        }
    }

    /// The session that they are in.
    #[must_use]
    pub fn session(&self) -> Option<SessionId> {
        match self.principal {
            Some(Principal::Session { id, .. }) => Some(id),
            _ => None,
        }
    }

    /// Whether they may let somebody act like this in a street, by a token or a grant: the administrator, anybody; a
    /// coordinator, the liaisons and the staff of their own street.
    #[must_use]
    pub fn may_appoint(&self, role: Role, street: Option<AreaId>) -> bool {
        match self.actor {
            Actor::Administrator => role != Role::Public,
            Actor::Coordinator { street: own } => {
                matches!(role, Role::Liaison | Role::Staff) && street == Some(own)
            }
            _ => false,
        }
    }

    /// Whether their token carries a scope.
    #[must_use]
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }

    /// The unit that they speak for.
    #[must_use]
    pub fn unit(&self) -> Option<UnitId> {
        match self.actor {
            Actor::Liaison { unit } => Some(unit),
            _ => None,
        }
    }

    /// On whose behalf they act: their unit, their community, their street.
    #[must_use]
    pub fn behalf(&self) -> Option<Uuid> {
        match self.actor {
            Actor::Public | Actor::Administrator => None,
            Actor::Liaison { unit } => Some(unit.uuid()),
            Actor::Staff { community, .. } => Some(community.uuid()),
            Actor::Coordinator { street } => Some(street.uuid()),
        }
    }

    /// The street that they belong to.
    #[must_use]
    pub fn street(&self) -> Option<AreaId> {
        match self.actor {
            Actor::Staff { street, .. } | Actor::Coordinator { street } => Some(street),
            _ => None,
        }
    }

    /// Whether they coordinate this street. The administrator coordinates all of them; nobody coordinates what lies
    /// above the streets but the administrator.
    #[must_use]
    pub fn coordinates(&self, street: Option<AreaId>) -> bool {
        match self.actor {
            Actor::Administrator => true,
            Actor::Coordinator { street: own } => street == Some(own),
            _ => false,
        }
    }

    /// Whether they work in this street, as its coordinator or in one of its communities; the administrator works in all
    /// of them and above.
    #[must_use]
    pub fn works_in(&self, street: Option<AreaId>) -> bool {
        self.actor == Actor::Administrator || (street.is_some() && self.street() == street)
    }

    /// Whether they speak for this unit.
    #[must_use]
    pub fn speaks_for(&self, unit: UnitId) -> bool {
        self.unit() == Some(unit)
    }
}

/// A token as it is kept: never the secret itself, only its hash.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Token {
    /// Its id, which is also the pseudonym of whoever uses it.
    pub id: TokenId,
    /// What it is for, in the words of whoever made it.
    pub name: String,
    /// The first characters of the secret, by which people tell tokens apart.
    pub prefix: String,
    /// The part that its bearer plays.
    pub role: Role,
    /// The street of a coordinator or of community staff.
    pub street_id: Option<AreaId>,
    /// The community of community staff.
    pub community_id: Option<AreaId>,
    /// The unit of a liaison.
    pub unit_id: Option<UnitId>,
    /// The scopes, separated by spaces.
    pub scopes: String,
    /// When it stops working.
    pub expires_at: DateTime<Utc>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Until when the secret before this one works, where there is one.
    pub previous_until: Option<DateTime<Utc>>,
    /// When it was last used, to the minute.
    pub used_at: Option<DateTime<Utc>>,
}

impl Token {
    /// The viewer that the token's bearer is at this moment; `None` where it is expired, revoked or incomplete.
    #[must_use]
    pub fn viewer(&self, now: DateTime<Utc>) -> Option<Viewer> {
        if self.revoked_at.is_some() || self.expires_at <= now {
            return None;
        }
        let actor = Actor::new(self.role, self.street_id, self.community_id, self.unit_id)?;
        Some(Viewer { actor, principal: Some(Principal::Token(self.id)), scopes: self.scopes() })
    }

    /// What it may be used for.
    #[must_use]
    pub fn scopes(&self) -> Vec<Scope> {
        self.scopes.split(' ').filter_map(|scope| scope.parse().ok()).collect()
    }
}

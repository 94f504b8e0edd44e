//! Events: one appended for every change. They are the trail, the source of subscriptions, and enough to compute
//! every figure again.

use super::id::{AreaId, EventId, Kind, TokenId};
use super::text::text_enum;
use super::viewer::Role;
use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

text_enum! {
    /// What happened.
    pub enum EventKind {
        /// It was added.
        Added = "added", "新增", "added";
        /// It was edited.
        Edited = "edited", "修改", "edited";
        /// It moved to another state.
        Moved = "moved", "状态变化", "moved";
        /// Its quantities changed.
        Counted = "counted", "数量变化", "counted";
        /// Personal data of it was read.
        ContactRead = "contact_read", "查看联系方式", "contact read";
        /// Somebody signed in to it.
        SignedIn = "signed_in", "登录", "signed in";
        /// Somebody was not let in to it.
        SignInRefused = "sign_in_refused", "登录被拒", "sign-in refused";
        /// Somebody signed out of it.
        SignedOut = "signed_out", "退出登录", "signed out";
    }
}

/// Something that happened, as it is kept.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Event {
    /// Its place in the trail, without gaps and in the order of commits.
    pub seq: i64,
    /// Its id.
    pub id: EventId,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// The part that whoever did it played.
    pub role: Role,
    /// Their pseudonym; `None` for the hub itself and for the public.
    pub token_id: Option<TokenId>,
    /// The street that it concerns.
    pub street_id: Option<AreaId>,
    /// What kind of thing it happened to.
    pub subject: Kind,
    /// The thing it happened to.
    pub subject_id: Uuid,
    /// What happened.
    pub kind: EventKind,
    /// What was before and after; never personal data.
    pub data: Value,
}

impl Event {
    /// The state that the thing was in before, where it moved.
    #[must_use]
    pub fn from_state(&self) -> Option<&str> {
        self.text("from")
    }

    /// The state that the thing came to, or began in.
    #[must_use]
    pub fn to_state(&self) -> Option<&str> {
        self.text("to").or_else(|| self.text("state"))
    }

    /// One of the thing's quantities after it, by name, where it tells of them.
    #[must_use]
    pub fn quantity(&self, name: &str) -> Option<i64> {
        self.data.get("after").unwrap_or(&self.data).get(name)?.as_i64()
    }

    /// The reason that was given.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.text("reason")
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.data.get(name)?.as_str()
    }
}

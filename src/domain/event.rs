//! Events: one appended for every change, every read of personal data, every sign-in and every refusal of a right. They
//! are the trail, the source of subscriptions, and enough to compute every figure again.

pub mod entry;
pub mod origin;
pub mod verdict;
pub mod words;

use super::id::{AreaId, EventId, Kind};
use super::text::text_enum;
use super::viewer::Role;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use std::ops::Deref;
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
        /// Personal data of it was erased.
        ContactErased = "contact_erased", "抹除联系方式", "contact erased";
        /// Something was refused for want of a right: told once a minute for each caller, with how often.
        Denied = "denied", "拒绝越权", "denied";
        /// Somebody signed in to it.
        SignedIn = "signed_in", "登录", "signed in";
        /// Somebody was not let in to it.
        SignInRefused = "sign_in_refused", "登录被拒", "sign-in refused";
        /// Somebody signed out of it.
        SignedOut = "signed_out", "退出登录", "signed out";
    }
}

/// What an event tells: a JSON document, kept as text.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Data(Value);

impl Deref for Data {
    type Target = Value;

    fn deref(&self) -> &Value {
        &self.0
    }
}

impl TryFrom<String> for Data {
    type Error = serde_json::Error;

    fn try_from(text: String) -> Result<Self, serde_json::Error> {
        serde_json::from_str(&text).map(Self)
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
    pub actor_id: Option<Uuid>,
    /// On whose behalf they acted: a liaison's unit, the community of its staff, a coordinator's street.
    pub behalf_id: Option<Uuid>,
    /// From where: the network that the request came from, shortened so that it names no household.
    pub address: Option<String>,
    /// The id of the request.
    pub request: Option<String>,
    /// The street that it concerns.
    pub street_id: Option<AreaId>,
    /// What kind of thing it happened to.
    pub subject: Kind,
    /// The thing it happened to.
    pub subject_id: Uuid,
    /// What happened.
    pub kind: EventKind,
    /// What was before and after; never personal data.
    #[sqlx(try_from = "String")]
    pub data: Data,
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

/// What an edit changed: of two objects with the same fields, those that differ; and the names of what else changed and
/// is not kept here, since it may name people.
#[must_use]
pub fn changed(before: Value, after: Value, also: &[(&str, bool)]) -> Value {
    let (Value::Object(mut before), Value::Object(mut after)) = (before, after) else { return Value::Null };
    let same: Vec<String> = before
        .iter()
        .filter(|(name, value)| after.get(*name) == Some(value))
        .map(|(name, _)| name.clone())
        .collect();
    for name in same {
        before.remove(&name);
        after.remove(&name);
    }
    let mut told = serde_json::json!({ "before": before, "after": after });
    let also: Vec<&str> = also.iter().filter(|(_, changed)| *changed).map(|(name, _)| *name).collect();
    if !also.is_empty() {
        told["also"] = serde_json::json!(also);
    }
    told
}

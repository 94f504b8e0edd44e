//! Directives (人工指定): where people overrule the matching, with a reason that is kept.

use super::id::{AreaId, DirectiveId, NeedId, ServiceId};
use super::text::text_enum;
use chrono::{DateTime, Utc};

text_enum! {
    /// What a directive says about a pair.
    pub enum DirectiveKind {
        /// The pair is part of every matching, as far as need and capacity go.
        Pin = "pin", "指定对接", "pin";
        /// The pair is part of no matching and of no claim.
        Prohibition = "prohibition", "禁止对接", "prohibition";
    }
}

/// A pin or a prohibition of one need and one service.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Directive {
    /// Its id.
    pub id: DirectiveId,
    /// The street that it holds in.
    pub street_id: AreaId,
    /// What it says.
    pub kind: DirectiveKind,
    /// The need.
    pub need_id: NeedId,
    /// The service.
    pub service_id: ServiceId,
    /// How much of the need a pin reserves; `None` for all of it.
    pub quantity: Option<i64>,
    /// Why.
    pub reason: String,
    /// When it was given.
    pub created_at: DateTime<Utc>,
    /// When it was lifted; `None` while it holds.
    pub lifted_at: Option<DateTime<Utc>>,
}

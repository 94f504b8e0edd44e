//! Typed ids. Inside the hub an id is a UUIDv7 that knows its type; outside it is one opaque text,
//! `<kind>_<32 hexadecimal digits>`, so that a wrong id is told from a missing one.

use super::text::text_enum;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

text_enum! {
    /// What kind of thing an id names.
    pub enum Kind {
        /// A node of the administrative tree.
        Area = "area", "区划", "area";
        /// A category of services and needs.
        Category = "category", "类别", "category";
        /// A partner unit.
        Unit = "unit", "共建单位", "partner unit";
        /// Units acting together.
        Alliance = "alliance", "共同体", "alliance";
        /// A standing offer of a unit.
        Service = "service", "服务", "service";
        /// One line of a service's capacity.
        Capacity = "capacity", "容量", "capacity";
        /// One line of what a unit can do in all.
        UnitCapacity = "allowance", "单位总容量", "unit capacity";
        /// One rule that says when a service can be had.
        Availability = "availability", "可用时段", "availability";
        /// What is asked for.
        Need = "need", "需求", "need";
        /// One need and one service, brought together.
        Match = "match", "对接", "match";
        /// A delivered part of a match.
        Fulfilment = "fulfilment", "办理记录", "fulfilment";
        /// The asking side's verdict on a match.
        Rating = "rating", "评价", "rating";
        /// A pin or a prohibition for the matching.
        Directive = "directive", "人工指定", "directive";
        /// A matching that is computed in the background.
        Run = "run", "匹配任务", "matching run";
        /// A need and a service that a matching run brings together.
        Planned = "planned", "拟对接", "planned match";
        /// Something that a matching run leaves unmet.
        Unmet = "unmet", "未满足需求", "unmet need";
        /// A person who can be reached.
        Contact = "contact", "联系人", "contact";
        /// An entry of the trail.
        Event = "event", "事件", "event";
        /// A token with which a caller signs in.
        Token = "token", "令牌", "token";
        /// Somebody who signs in.
        Account = "account", "账号", "account";
        /// One part that an account plays.
        Grant = "grant", "授权", "grant";
        /// A browser that is signed in.
        Session = "session", "会话", "session";
        /// A partner's own graph.
        Subgraph = "subgraph", "子图", "subgraph";
        /// A schema that was submitted for a subgraph.
        Publication = "publication", "子图发布", "publication";
        /// A version of the graph of all.
        Supergraph = "supergraph", "总图版本", "supergraph version";
    }
}

/// An id of one kind of entity.
pub trait Id:
    Copy + Eq + std::hash::Hash + fmt::Display + FromStr<Err = BadId> + Send + Sync + 'static
{
    /// The kind of thing that it names.
    const KIND: Kind;
    /// The id from its UUID.
    fn new(uuid: Uuid) -> Self;
    /// The UUID inside.
    fn uuid(self) -> Uuid;
}

/// A text that is not the id that was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadId {
    /// No id of this hub looks like this.
    #[error("not an id of this hub")]
    Malformed,
    /// A good id, but of something else.
    #[error("the id of another kind of thing: {found:?} where {expected:?} was expected")]
    OtherKind {
        /// What the id names.
        found: Kind,
        /// What it should have named.
        expected: Kind,
    },
}

/// Splits a global id into its kind and its UUID.
///
/// # Errors
/// [`BadId::Malformed`] where the text is no global id.
pub fn split(text: &str) -> Result<(Kind, Uuid), BadId> {
    let (kind, hex) = text.split_once('_').ok_or(BadId::Malformed)?;
    let kind = kind.parse().map_err(|_| BadId::Malformed)?;
    if hex.len() != 32 || hex.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(BadId::Malformed);
    }
    Ok((kind, Uuid::try_parse(hex).map_err(|_| BadId::Malformed)?))
}

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident => $kind:ident;)+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, sqlx::Type)]
        #[serde(transparent)]
        #[sqlx(transparent)]
        pub struct $name(Uuid);

        impl Id for $name {
            const KIND: Kind = Kind::$kind;

            fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }

            fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                use super::text::TextEnum;
                write!(f, "{}_{}", Self::KIND.as_str(), self.0.simple())
            }
        }

        impl FromStr for $name {
            type Err = BadId;

            fn from_str(text: &str) -> Result<Self, BadId> {
                match split(text)? {
                    (Kind::$kind, uuid) => Ok(Self(uuid)),
                    (found, _) => Err(BadId::OtherKind { found, expected: Self::KIND }),
                }
            }
        }
    )+};
}

ids! {
    /// Names an [`Area`](super::area::Area).
    AreaId => Area;
    /// Names a [`Category`](super::category::Category).
    CategoryId => Category;
    /// Names a [`PartnerUnit`](super::unit::PartnerUnit).
    UnitId => Unit;
    /// Names an [`Alliance`](super::alliance::Alliance).
    AllianceId => Alliance;
    /// Names a [`Service`](super::service::Service).
    ServiceId => Service;
    /// Names a [`Capacity`](super::service::Capacity).
    CapacityId => Capacity;
    /// Names a [`UnitCapacity`](super::unit::UnitCapacity).
    UnitCapacityId => UnitCapacity;
    /// Names an [`Availability`](super::service::AvailabilityRule).
    AvailabilityId => Availability;
    /// Names a [`Need`](super::need::Need).
    NeedId => Need;
    /// Names a [`Match`](super::matches::Match).
    MatchId => Match;
    /// Names a [`Fulfilment`](super::matches::Fulfilment).
    FulfilmentId => Fulfilment;
    /// Names a [`Rating`](super::matches::Rating).
    RatingId => Rating;
    /// Names a [`Directive`](super::directive::Directive).
    DirectiveId => Directive;
    /// Names a [`MatchingRun`](super::run::MatchingRun).
    RunId => Run;
    /// Names a [`Planned`](super::run::Planned).
    PlannedId => Planned;
    /// Names an [`Unmet`](super::run::Unmet).
    UnmetId => Unmet;
    /// Names a [`Contact`](super::contact::Contact).
    ContactId => Contact;
    /// Names an [`Event`](super::event::Event).
    EventId => Event;
    /// Names a [`Token`](super::viewer::Token).
    TokenId => Token;
    /// Names an [`Account`](super::account::Account).
    AccountId => Account;
    /// Names a [`Grant`](super::account::Grant).
    GrantId => Grant;
    /// Names a [`Session`](super::account::Session).
    SessionId => Session;
    /// Names a [`Subgraph`](super::subgraph::Subgraph).
    SubgraphId => Subgraph;
    /// Names a [`Publication`](super::subgraph::Publication).
    PublicationId => Publication;
    /// Names a [`Supergraph`](super::subgraph::Supergraph).
    SupergraphId => Supergraph;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_and_refuses_others() {
        let id = NeedId::new(Uuid::from_u128(7));
        assert_eq!(id.to_string().parse::<NeedId>(), Ok(id));
        assert_eq!(
            id.to_string().parse::<ServiceId>(),
            Err(BadId::OtherKind { found: Kind::Need, expected: Kind::Service })
        );
        for bad in ["", "need", "need_", "need_7", "nEEd_00000000000000000000000000000007", "需求_1", "_"] {
            assert_eq!(bad.parse::<NeedId>(), Err(BadId::Malformed), "{bad}");
        }
    }
}

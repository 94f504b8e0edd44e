//! Partner units in the graph.

mod capacity;
mod check_in;
mod mutation;
mod query;

pub use capacity::{UnitCapacity, UnitCapacityMutation};
pub use check_in::CheckIn;
pub use mutation::{ContactInput, UnitMutation, UnitPayload};
pub use query::{UnitOrder, UnitQuery};

use super::alliance::Alliance;
use super::area::{Area, Place};
use super::contact::{self, Contact};
use super::error::lang;
use super::event::{Event, history};
use super::matches::{Match, MatchFilter, MatchOrder};
use super::need::{Need, NeedFilter, NeedOrder};
use super::page::{Connection, Node, PageArgs, known, parts};
use super::service::{Service, ServiceFilter, ServiceOrder};
use crate::domain::credit_code::{self, Verdict};
use crate::domain::id::Id as _;
use crate::domain::place;
use crate::domain::unit::{self, UnitKind};
use crate::matching::what_if::{TO_BE_FOUND, supposed_id};
use crate::store::alliance::Alliances;
use crate::store::matches::MatchesOf;
use crate::store::need::NeedsOf;
use crate::store::service::ServicesOf;
use crate::store::unit::{self as unit_store, Units};
use async_graphql::{Context, Error, ID, Object};
use chrono::{DateTime, Utc};

/// A partner unit (共建单位): an organisation that offers services, asks for some, or both.
pub struct PartnerUnit(unit::PartnerUnit);

impl From<unit::PartnerUnit> for PartnerUnit {
    fn from(row: unit::PartnerUnit) -> Self {
        Self(row)
    }
}

impl PartnerUnit {
    /// The unit that the street has yet to find, where a service is only supposed and names no unit.
    #[must_use]
    pub fn to_be_found(service: &crate::domain::service::Service) -> Option<Self> {
        if service.unit_id != supposed_id(0) {
            return None;
        }
        Some(Self(unit::PartnerUnit {
            id: service.unit_id,
            street_id: service.street_id,
            kind: UnitKind::SocialOrganisation,
            name: TO_BE_FOUND.0.to_owned(),
            name_en: Some(TO_BE_FOUND.1.to_owned()),
            credit_code: None,
            address: None,
            place: place::Place::default(),
            contact_id: None,
            version: 1,
            created_at: service.created_at,
        }))
    }
}

impl Node for PartnerUnit {
    type Row = unit::PartnerUnit;
    type List = Units;
}

/// A partner unit (共建单位): an organisation that offers services, asks for some, or both.
#[Object]
impl PartnerUnit {
    /// The global id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// What kind of organisation it is.
    async fn kind(&self) -> UnitKind {
        self.0.kind
    }

    /// The name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// An English gloss of the name.
    async fn name_en(&self) -> Option<&str> {
        self.0.name_en.as_deref()
    }

    /// The unified social credit code (GB 32100), 18 characters.
    async fn credit_code(&self) -> Option<&str> {
        self.0.credit_code.as_deref()
    }

    /// Where the check character of the credit code does not fit the others, a warning in the request's language: a slip of
    /// the pen, or one of the codes that were issued so. Null where it fits or there is no code.
    async fn credit_code_warning(&self, ctx: &Context<'_>) -> Option<String> {
        let Verdict::WrongCheck(expected) = credit_code::verdict(self.0.credit_code.as_deref()?) else {
            return None;
        };
        Some(lang(ctx).pick(
            format!("校验位与前17位不符（按规则应为{expected}），请核对。"),
            format!(
                "The check character does not fit the others (by the rule it is {expected}); please compare."
            ),
        ))
    }

    /// The address.
    async fn address(&self) -> Option<&str> {
        self.0.address.as_deref()
    }

    /// Where it is; null where nobody has said so.
    async fn place(&self) -> Option<Place> {
        Place::of(self.0.place)
    }

    /// The street that registered it.
    async fn street(&self, ctx: &Context<'_>) -> Result<Area, Error> {
        known(ctx, self.0.street_id).await
    }

    /// The liaison (联络员): the person to be reached.
    async fn liaison(&self, ctx: &Context<'_>) -> Result<Option<Contact>, Error> {
        contact::of_unit(ctx, &self.0).await
    }

    /// Where it has checked in (报到), in the order in which it did.
    async fn check_ins(&self, ctx: &Context<'_>) -> Result<Vec<CheckIn>, Error> {
        Ok(parts::<unit_store::CheckIn>(ctx, self.0.id).await?.into_iter().map(CheckIn::from).collect())
    }

    /// What it can do in all, whatever its services, in the order of the windows; empty where it has laid down nothing.
    async fn capacities(&self, ctx: &Context<'_>) -> Result<Vec<UnitCapacity>, Error> {
        let lines = parts::<unit::UnitCapacity>(ctx, self.0.id).await?;
        Ok(lines.into_iter().map(UnitCapacity::from).collect())
    }

    /// The alliances that it belongs to, the newest first.
    async fn alliances(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the beginning: 20 unless told, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end: 100 at most.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Alliance>, Error> {
        let listing = Alliances { of_units: true, ..Alliances::default() };
        Connection::of(ctx, self.0.id.uuid(), listing, PageArgs::new(first, after, last, before)).await
    }

    /// What it offers.
    async fn services(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones: those listed and paused unless told.")] filter: Option<ServiceFilter>,
        #[graphql(desc = "The order: the newest first unless told.")] order_by: Option<ServiceOrder>,
        #[graphql(desc = "So many from the beginning: 20 unless told, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end: 100 at most.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Service>, Error> {
        let listing = filter.unwrap_or_default().list(ctx, ServicesOf::Unit, order_by)?;
        Connection::of(ctx, self.0.id.uuid(), listing, PageArgs::new(first, after, last, before)).await
    }

    /// The matches whose service it offers, as far as you may see them.
    async fn matches(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them.")] filter: Option<MatchFilter>,
        #[graphql(desc = "The order: the newest first unless told.")] order_by: Option<MatchOrder>,
        #[graphql(desc = "So many from the beginning: 20 unless told, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end: 100 at most.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Match>, Error> {
        let listing = filter.unwrap_or_default().list(ctx, MatchesOf::Unit, order_by)?;
        Connection::of(ctx, self.0.id.uuid(), listing, PageArgs::new(first, after, last, before)).await
    }

    /// What happened to it, from the first to the last; empty for all but itself and those who work in its street.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the beginning: 20 unless told, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end: 100 at most.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Event>, Error> {
        history(ctx, self.0.id, PageArgs::new(first, after, last, before)).await
    }

    /// Counts the edits; send it back with an edit so that nobody else's is overwritten.
    async fn version(&self) -> i64 {
        self.0.version
    }

    /// When it was registered.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// The needs that it asks for, as far as you may see them.
    async fn needs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.")] filter: Option<NeedFilter>,
        #[graphql(desc = "The order: the newest first unless told.")] order_by: Option<NeedOrder>,
        #[graphql(desc = "So many from the beginning: 20 unless told, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end: 100 at most.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Need>, Error> {
        let listing = filter.unwrap_or_default().list(ctx, NeedsOf::AskingUnit, order_by)?;
        Connection::of(ctx, self.0.id.uuid(), listing, PageArgs::new(first, after, last, before)).await
    }
}

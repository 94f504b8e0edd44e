use super::Service;
use crate::domain::check;
use crate::domain::service::{Mode, ServiceState, TargetGroup};
use crate::graph::error::{id, lang, optional_id, refused};
use crate::graph::page::{Connection, PageArgs, one};
use crate::store::service::{self, Services, ServicesOf};
use async_graphql::{Context, Enum, Error, ID, InputObject, Object};
use chrono::{DateTime, Utc};

/// What services can be ordered by.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ServiceOrder {
    /// The newest first.
    #[default]
    Newest,
    /// By title.
    Title,
}

impl From<ServiceOrder> for service::ServiceOrder {
    fn from(order: ServiceOrder) -> Self {
        match order {
            ServiceOrder::Newest => Self::Newest,
            ServiceOrder::Title => Self::Title,
        }
    }
}

/// Which services to list; what is left out lets all through, but for the states.
#[derive(InputObject, Default)]
pub struct ServiceFilter {
    /// Only those that serve this area: they cover it, an area that it lies in, or a part of it.
    area: Option<ID>,
    /// Only those filed under this category or below it.
    category: Option<ID>,
    /// Only these modes.
    modes: Option<Vec<Mode>>,
    /// Only these states, as far as you may see them; left out, those listed and those paused.
    states: Option<Vec<ServiceState>>,
    /// Only those of this unit.
    unit: Option<ID>,
    /// Only those of this alliance's members.
    alliance: Option<ID>,
    /// Only those for any of these groups. What is for everyone is found by EVERYONE, not by each group.
    target_groups: Option<Vec<TargetGroup>>,
    /// Only those in whose title, description or category all these words occur.
    text: Option<String>,
    /// Only those with a line of capacity that reaches beyond this moment.
    from: Option<DateTime<Utc>>,
    /// Only those with a line of capacity that begins before this moment; with `from`, the same line.
    until: Option<DateTime<Utc>>,
}

impl ServiceFilter {
    /// The list that passes the filter.
    ///
    /// # Errors
    /// Where an id is wrong or `until` does not come after `from`.
    pub fn list(
        self,
        ctx: &Context<'_>,
        of: ServicesOf,
        order: Option<ServiceOrder>,
    ) -> Result<Services, Error> {
        if let (Some(from), Some(until)) = (self.from, self.until) {
            check::window("filter.until", from, until).map_err(|refusal| refused(lang(ctx), &refusal))?;
        }
        Ok(Services {
            of,
            area: optional_id(ctx, "filter.area", self.area.as_ref())?,
            category: optional_id(ctx, "filter.category", self.category.as_ref())?,
            modes: self.modes.unwrap_or_default(),
            states: self.states.unwrap_or_else(|| vec![ServiceState::Listed, ServiceState::Paused]),
            unit: optional_id(ctx, "filter.unit", self.unit.as_ref())?,
            alliance: optional_id(ctx, "filter.alliance", self.alliance.as_ref())?,
            target_groups: self.target_groups.into_iter().flatten().collect(),
            text: self.text,
            from: self.from,
            until: self.until,
            order: order.unwrap_or_default().into(),
        })
    }
}

/// Services, to be read.
#[derive(Default)]
pub struct ServiceQuery;

#[Object]
impl ServiceQuery {
    /// The service with this id.
    async fn service(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: ID,
    ) -> Result<Option<Service>, Error> {
        one(ctx, self::id(ctx, "id", &id)?).await
    }

    /// Services: the list of resources (资源清单).
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
        let listing = filter.unwrap_or_default().list(ctx, ServicesOf::All, order_by)?;
        Connection::root(ctx, listing, PageArgs::new(first, after, last, before)).await
    }
}

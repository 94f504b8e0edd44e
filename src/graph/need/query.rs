use super::Need;
use crate::domain::need::{NeedState, Source, Urgency};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::service::{Measure, TargetGroup};
use crate::graph::error::{id, lang, optional_id, refused, told};
use crate::graph::mutation::at_most;
use crate::graph::page::{Connection, PageArgs, one};
use crate::store::need::{self, Needs, NeedsOf};
use async_graphql::{Context, Enum, Error, ID, InputObject, Object};
use chrono::{DateTime, Utc};

/// What needs can be ordered by.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NeedOrder {
    /// The newest first.
    #[default]
    Newest,
    /// The most urgent first, of equally urgent ones the newest.
    Urgency,
    /// The one whose deadline comes soonest first.
    Deadline,
}

impl From<NeedOrder> for need::NeedOrder {
    fn from(order: NeedOrder) -> Self {
        match order {
            NeedOrder::Newest => Self::Newest,
            NeedOrder::Urgency => Self::Urgency,
            NeedOrder::Deadline => Self::Deadline,
        }
    }
}

/// Which needs to list; what is left out or empty lets all through. Lists have at most 100 entries.
#[derive(InputObject, Default)]
pub struct NeedFilter {
    /// Only those of this area and everything below it.
    area: Option<ID>,
    /// Only those filed under this category or a narrower one.
    category: Option<ID>,
    /// Only those that this unit asks for.
    asking_unit: Option<ID>,
    /// Only these urgencies.
    urgencies: Option<Vec<Urgency>>,
    /// Only these states; `OPEN` and `PARTIALLY_CLAIMED` are those of which something can still be claimed.
    states: Option<Vec<NeedState>>,
    /// Only these sources.
    sources: Option<Vec<Source>>,
    /// Only those counted in one of these.
    measures: Option<Vec<Measure>>,
    /// Only those of any of these groups.
    target_groups: Option<Vec<TargetGroup>>,
    /// Only those still wanted after this moment.
    wanted_from: Option<DateTime<Utc>>,
    /// Only those already wanted before this moment.
    wanted_until: Option<DateTime<Utc>>,
    /// Only those in whose texts or category all these words occur.
    text: Option<String>,
}

impl NeedFilter {
    /// The store's list that the filter stands for.
    ///
    /// # Errors
    /// Where an id is none, a list is too long or the window ends before it begins.
    pub fn list(self, ctx: &Context<'_>, of: NeedsOf, order: Option<NeedOrder>) -> Result<Needs, Error> {
        self.check_window().map_err(|refusal| refused(lang(ctx), &refusal))?;
        Ok(Needs {
            of,
            area: optional_id(ctx, "filter.area", self.area.as_ref())?,
            category: optional_id(ctx, "filter.category", self.category.as_ref())?,
            asking_unit: optional_id(ctx, "filter.askingUnit", self.asking_unit.as_ref())?,
            urgencies: some_of(ctx, "filter.urgencies", self.urgencies)?,
            states: some_of(ctx, "filter.states", self.states)?,
            sources: some_of(ctx, "filter.sources", self.sources)?,
            measures: some_of(ctx, "filter.measures", self.measures)?,
            target_groups: self.target_groups.into_iter().flatten().collect(),
            wanted_from: self.wanted_from,
            wanted_until: self.wanted_until,
            text: self.text,
            order: order.unwrap_or_default().into(),
        })
    }

    fn check_window(&self) -> Result<(), Refusal> {
        match (self.wanted_from, self.wanted_until) {
            (Some(from), Some(until)) if from >= until => Err(Refusal::new(
                Code::BadTime,
                "结束时间应晚于开始时间。",
                "The window must end after it starts.",
            )
            .at("filter.wantedUntil")),
            _ => Ok(()),
        }
    }
}

fn some_of<T>(ctx: &Context<'_>, field: &str, values: Option<Vec<T>>) -> Result<Vec<T>, Error> {
    let values = values.unwrap_or_default();
    at_most(field, &values).map_err(|error| told(ctx, &error))?;
    Ok(values)
}

/// Needs, to be read.
#[derive(Default)]
pub struct NeedQuery;

#[Object]
impl NeedQuery {
    /// The need with this id.
    async fn need(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: ID,
    ) -> Result<Option<Need>, Error> {
        one(ctx, self::id(ctx, "id", &id)?).await
    }

    /// Needs, as far as you may see them.
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
        let listing = filter.unwrap_or_default().list(ctx, NeedsOf::All, order_by)?;
        Connection::root(ctx, listing, PageArgs::new(first, after, last, before)).await
    }
}

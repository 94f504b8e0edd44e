//! The trail in the graph: the history of a thing, and what happens while somebody follows it.

mod follow;
mod head;
mod subscription;

pub use follow::follow;
pub use head::AuditQuery;
pub use subscription::EventSubscription;

use super::Asked;
use super::error::lang;
use super::page::{Connection, Node, PageArgs};
use crate::domain::event::words::Change;
use crate::domain::event::{self, EventKind};
use crate::domain::id::Id;
use crate::domain::matches::Side;
use crate::domain::viewer::Role;
use crate::store::event::History;
use async_graphql::{Context, Error, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};

/// An entry of the trail: something that happened to a need, a match, a service or a unit.
pub struct Event(event::Event);

impl From<event::Event> for Event {
    fn from(row: event::Event) -> Self {
        Self(row)
    }
}

impl Node for Event {
    type Row = event::Event;
    type List = History;
}

/// An entry of the trail: something that happened to a need, a match, a service or a unit.
#[Object]
impl Event {
    /// The global id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// When it happened.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }

    /// The part that whoever did it played; the administrator's stands for the hub itself too.
    async fn role(&self) -> Role {
        self.0.role
    }

    /// The whole of it in one sentence, in the language of the request. Whoever did it is told by their part, and to those
    /// who work in the street also by the last digits of their pseudonym, never by name.
    #[expect(clippy::unused_async, reason = "the graph takes asynchronous resolvers only")]
    async fn sentence(&self, ctx: &Context<'_>) -> Result<String, Error> {
        let asked = ctx.data::<Asked>()?;
        Ok(self.0.sentence(asked.lang, asked.viewer.works_in(self.0.street_id)))
    }

    /// What it changed, before and after. Never personal data.
    async fn changes(&self, ctx: &Context<'_>) -> Vec<EventChange> {
        self.0.changes(lang(ctx)).into_iter().map(EventChange::from).collect()
    }

    /// For which side a coordinator stood in, and why; null where nobody did.
    async fn stand_in(&self) -> Option<EventStandIn> {
        let (side, reason) = self.0.stands_in()?;
        Some(EventStandIn { side, reason: reason.to_owned() })
    }

    /// What happened.
    async fn kind(&self) -> EventKind {
        self.0.kind
    }

    /// The state before, by its name in the enum of states, where it tells of it.
    async fn from(&self) -> Option<String> {
        self.0.from_state().map(str::to_ascii_uppercase)
    }

    /// The state after, by its name in the enum of states, where it tells of it.
    async fn to(&self) -> Option<String> {
        self.0.to_state().map(str::to_ascii_uppercase)
    }

    /// The quantities after it; null where it does not tell of them.
    async fn quantities(&self) -> Option<EventQuantities> {
        Some(EventQuantities {
            quantity: self.0.quantity("quantity")?,
            claimed: self.0.quantity("claimed"),
            delivered: self.0.quantity("delivered"),
            released: self.0.quantity("released"),
        })
    }

    /// The reason that was given, where one was.
    async fn reason(&self) -> Option<&str> {
        self.0.reason()
    }
}

/// One thing that an event changed.
#[derive(SimpleObject)]
pub struct EventChange {
    /// Its name, for programs.
    field: String,
    /// Its name, for people, in the language of the request.
    label: String,
    /// What was there before, for people; null where nothing was, or where it is not kept.
    before: Option<String>,
    /// What is there now, for people; null where nothing is, or where it is not kept.
    after: Option<String>,
}

impl From<Change> for EventChange {
    fn from(change: Change) -> Self {
        Self { field: change.field, label: change.label, before: change.before, after: change.after }
    }
}

/// A coordinator acting in place of one side.
#[derive(SimpleObject)]
pub struct EventStandIn {
    /// The side.
    side: Side,
    /// Why.
    reason: String,
}

/// The quantities of a need or a match after an event.
#[derive(SimpleObject)]
pub struct EventQuantities {
    /// How much is asked for, or was agreed on.
    quantity: i64,
    /// How much of a need is claimed.
    claimed: Option<i64>,
    /// How much of it is delivered.
    delivered: Option<i64>,
    /// How much of a match was given back.
    released: Option<i64>,
}

/// A page of what happened to a thing, from the first to the last, batched with the histories of others.
///
/// # Errors
/// Where the arguments are out of range or the store fails.
pub async fn history<I: Id>(ctx: &Context<'_>, of: I, page: PageArgs) -> Result<Connection<Event>, Error> {
    Connection::of(ctx, of.uuid(), History { of: I::KIND }, page).await
}

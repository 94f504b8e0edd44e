//! The trail in the graph: the history of a thing, and what happens while somebody follows it.

mod follow;
mod subscription;

pub use follow::follow;
pub use subscription::EventSubscription;

use super::page::{Connection, Node, PageArgs};
use crate::domain::event::{self, EventKind};
use crate::domain::id::Id;
use crate::domain::viewer::Role;
use crate::store::event::History;
use async_graphql::{Context, Error, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};

/// An entry of the trail: something that happened to a need or a match.
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

/// An entry of the trail: something that happened to a need or a match.
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

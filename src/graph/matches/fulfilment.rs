//! What was delivered.

use super::Match;
use crate::domain::matches;
use crate::graph::page::{Node, maybe};
use crate::store::matches::Fulfilments;
use async_graphql::{Context, Error, ID, Object};
use chrono::{DateTime, NaiveDate, Utc};

/// A delivered part of a match (办理记录).
pub struct Fulfilment(matches::Fulfilment);

impl From<matches::Fulfilment> for Fulfilment {
    fn from(row: matches::Fulfilment) -> Self {
        Self(row)
    }
}

impl Node for Fulfilment {
    type Row = matches::Fulfilment;
    type List = Fulfilments;
}

/// A delivered part of a match (办理记录).
#[Object]
impl Fulfilment {
    /// The global id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The match that it is a part of.
    #[graphql(name = "match")]
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<Match>, Error> {
        maybe(ctx, Some(self.0.match_id)).await
    }

    /// The day it was delivered.
    async fn delivered_on(&self) -> NaiveDate {
        self.0.delivered_on
    }

    /// How much, in the need's measure.
    async fn quantity(&self) -> i64 {
        self.0.quantity
    }

    /// How many people it reached.
    async fn people_reached(&self) -> i64 {
        self.0.people_reached
    }

    /// What shows it: a note, a link to a picture.
    async fn evidence(&self) -> Option<&str> {
        self.0.evidence.as_deref()
    }

    /// When it was recorded.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

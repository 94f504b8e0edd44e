//! What came of it.

use super::Match;
use crate::domain::matches;
use crate::graph::page::{Node, maybe};
use crate::store::matches::Ratings;
use async_graphql::{Context, Error, ID, Object};
use chrono::{DateTime, Utc};

/// The asking side's verdict on a match (评价/回访).
pub struct Rating(matches::Rating);

impl From<matches::Rating> for Rating {
    fn from(row: matches::Rating) -> Self {
        Self(row)
    }
}

impl Node for Rating {
    type Row = matches::Rating;
    type List = Ratings;
}

/// The asking side's verdict on a match (评价/回访).
#[Object]
impl Rating {
    /// The global id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The match that it judges.
    #[graphql(name = "match")]
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<Match>, Error> {
        maybe(ctx, Some(self.0.match_id)).await
    }

    /// Whether it solved what was asked for.
    async fn solved(&self) -> bool {
        self.0.solved
    }

    /// Whether the asking side is satisfied.
    async fn satisfied(&self) -> bool {
        self.0.satisfied
    }

    /// From 1 to 5 stars.
    async fn stars(&self) -> i64 {
        self.0.stars
    }

    /// In their words.
    async fn comment(&self) -> Option<&str> {
        self.0.comment.as_deref()
    }

    /// Whether this was learnt by calling back (回访).
    async fn called_back(&self) -> bool {
        self.0.called_back
    }

    /// When it was given.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

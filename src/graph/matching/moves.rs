//! Suggestions that nobody has answered yet and that an answer moves.

use crate::domain::run::Move;
use crate::graph::error::lang;
use crate::graph::matches::Match;
use crate::graph::need::Need;
use crate::graph::page::maybe;
use crate::graph::service::Service;
use async_graphql::{Context, Error, Object};

/// A suggested match that nobody has answered yet and that the answer moves: applied, it is cancelled.
pub struct SuggestionMove(Move);

impl From<Move> for SuggestionMove {
    fn from(moved: Move) -> Self {
        Self(moved)
    }
}

/// A suggested match that nobody has answered yet and that the answer moves: applied, it is cancelled, and what serves
/// its need instead is suggested anew.
#[Object]
impl SuggestionMove {
    /// The match as it is now.
    #[graphql(name = "match")]
    async fn suggested(&self, ctx: &Context<'_>) -> Result<Option<Match>, Error> {
        maybe(ctx, Some(self.0.match_id)).await
    }

    /// Its need as it is now.
    async fn need(&self, ctx: &Context<'_>) -> Result<Option<Need>, Error> {
        maybe(ctx, Some(self.0.need_id)).await
    }

    /// The need's title when this was computed.
    async fn need_title(&self) -> &str {
        &self.0.need_title
    }

    /// Its service as it is now.
    async fn service(&self, ctx: &Context<'_>) -> Result<Option<Service>, Error> {
        maybe(ctx, Some(self.0.service_id)).await
    }

    /// The service's title when this was computed.
    async fn service_title(&self) -> &str {
        &self.0.service_title
    }

    /// How much it serves.
    async fn quantity(&self) -> i64 {
        self.0.quantity
    }

    /// How much of the need the same line of capacity serves in the answer: 0 where all of it goes elsewhere.
    async fn left(&self) -> i64 {
        self.0.left
    }

    /// How many points the whole would lose if this one stayed as it is, beyond what moving it costs. Null where that was
    /// not worked out: where a need has terms of its own, or beyond the first 100.
    async fn gain(&self) -> Option<i64> {
        self.0.gain
    }

    /// The same in a sentence, in the language of the request.
    async fn text(&self, ctx: &Context<'_>) -> &str {
        lang(ctx).pick(&self.0.zh, &self.0.en)
    }
}

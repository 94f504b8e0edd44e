use crate::domain::run::Unmet;
use crate::graph::error::lang;
use crate::graph::need::Need;
use crate::graph::page::{Node, maybe};
use crate::matching::solve::UnmetReason;
use crate::store::run::UnmetOf;
use async_graphql::{Context, Error, ID, Object};

/// Something that a matching run would leave unmet.
pub struct MatchingRunUnmet(Unmet);

impl From<Unmet> for MatchingRunUnmet {
    fn from(row: Unmet) -> Self {
        Self(row)
    }
}

impl Node for MatchingRunUnmet {
    type Row = Unmet;
    type List = UnmetOf;
}

/// Something that a matching run would leave unmet.
#[Object]
impl MatchingRunUnmet {
    /// The global id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The need as it is now; null where it was only supposed.
    async fn need(&self, ctx: &Context<'_>) -> Result<Option<Need>, Error> {
        maybe(ctx, Some(self.0.need_id)).await
    }

    /// The need's title when the run was computed.
    async fn need_title(&self) -> &str {
        &self.0.need_title
    }

    /// How much of it.
    async fn quantity(&self) -> i64 {
        self.0.quantity
    }

    /// Why, for programs; null where an earlier hub gave a reason that this one does not know.
    async fn reason(&self) -> Option<UnmetReason> {
        self.0.reason.parse().ok()
    }

    /// Why, in a sentence, in the language of the request.
    async fn text(&self, ctx: &Context<'_>) -> &str {
        lang(ctx).pick(&self.0.zh, &self.0.en)
    }
}

use crate::domain::run::{Beside, Changed, Changes, Figures};
use crate::graph::error::lang;
use crate::graph::limits::annotation::list_size;
use crate::graph::matching::MatchingTotals;
use crate::graph::need::Need;
use crate::graph::page::maybe;
use async_graphql::{Context, Error, Object};

/// What a run that only supposes something is beside the matching as it was then.
pub struct MatchingRunComparison(Beside);

impl From<Beside> for MatchingRunComparison {
    fn from(beside: Beside) -> Self {
        Self(beside)
    }
}

/// What a run that only supposes something is beside the matching as it was then: who would gain, and who would lose.
#[Object]
impl MatchingRunComparison {
    /// The matching as it was.
    async fn before(&self) -> MatchingTotals {
        totals(self.0.before)
    }

    /// The matching as it would be.
    async fn after(&self) -> MatchingTotals {
        totals(self.0.after)
    }

    /// How many needs would be served more.
    async fn gain_count(&self) -> i64 {
        self.0.gains.count
    }

    /// The first 100 of them, the largest share first.
    #[graphql(directive = list_size::apply(Some(50), None))]
    async fn gains(&self) -> Vec<MatchingRunChange> {
        MatchingRunChange::list(&self.0.gains)
    }

    /// How many needs would be served less.
    async fn loss_count(&self) -> i64 {
        self.0.losses.count
    }

    /// The first 100 of them, the largest share first.
    #[graphql(directive = list_size::apply(Some(50), None))]
    async fn losses(&self) -> Vec<MatchingRunChange> {
        MatchingRunChange::list(&self.0.losses)
    }

    /// How many needs would be served as much as they were, by others.
    async fn move_count(&self) -> i64 {
        self.0.moves.count
    }

    /// The first 100 of them.
    #[graphql(directive = list_size::apply(Some(50), None))]
    async fn moves(&self) -> Vec<MatchingRunChange> {
        MatchingRunChange::list(&self.0.moves)
    }
}

fn totals(figures: Figures) -> MatchingTotals {
    let number = |figure: i64| usize::try_from(figure).unwrap_or_default();
    MatchingTotals {
        need_count: number(figures.needs),
        served_count: number(figures.served),
        partly_served_count: number(figures.partly_served),
        unmet_count: number(figures.unmet),
    }
}

/// A need that would be served otherwise than it was.
pub struct MatchingRunChange(Changed);

impl MatchingRunChange {
    fn list(changes: &Changes) -> Vec<Self> {
        changes.first.iter().cloned().map(Self).collect()
    }
}

/// A need that would be served otherwise than it was.
#[Object]
impl MatchingRunChange {
    /// The need as it is now; null where it was only supposed.
    async fn need(&self, ctx: &Context<'_>) -> Result<Option<Need>, Error> {
        maybe(ctx, Some(self.0.need_id)).await
    }

    /// The need's title when the run was computed.
    async fn need_title(&self) -> &str {
        &self.0.need_title
    }

    /// How much more of it would be served; negative where it is less.
    async fn difference(&self) -> i64 {
        self.0.difference
    }

    /// The same in a sentence, in the language of the request.
    async fn text(&self, ctx: &Context<'_>) -> &str {
        lang(ctx).pick(&self.0.zh, &self.0.en)
    }
}

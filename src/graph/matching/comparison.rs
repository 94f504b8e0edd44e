//! Two matchings side by side: who gains and who loses.

use super::preview::Solved;
use crate::domain::id::ServiceId;
use crate::graph::error::lang;
use crate::graph::limits::annotation::list_size;
use crate::graph::need::Need;
use crate::graph::service::Service;
use crate::matching::compare::{Change, Comparison, Totals};
use crate::matching::explain;
use async_graphql::{Context, Object, SimpleObject};
use std::sync::Arc;

/// The matching as it would be beside the matching as it is.
pub struct MatchingComparison {
    comparison: Comparison,
    worlds: Worlds,
}

/// The worlds in which the services of a change are looked up.
pub(super) type Worlds = Arc<[Arc<Solved>]>;

impl MatchingComparison {
    pub(super) fn new(comparison: Comparison, worlds: Worlds) -> Self {
        Self { comparison, worlds }
    }
}

/// The matching as it would be beside the matching as it is.
#[Object]
impl MatchingComparison {
    /// The matching as it is.
    async fn before(&self) -> MatchingTotals {
        self.comparison.before.into()
    }

    /// The matching as it would be.
    async fn after(&self) -> MatchingTotals {
        self.comparison.after.into()
    }

    /// Needs of which more would be served, the largest share first.
    #[graphql(directive = list_size::apply(Some(50), None))]
    async fn gains(&self) -> Vec<NeedChange> {
        NeedChange::list(&self.comparison.gains, &self.worlds)
    }

    /// Needs of which less would be served, the largest share first.
    #[graphql(directive = list_size::apply(Some(50), None))]
    async fn losses(&self) -> Vec<NeedChange> {
        NeedChange::list(&self.comparison.losses, &self.worlds)
    }

    /// Needs that would be served as much as now, by others.
    #[graphql(directive = list_size::apply(Some(50), None))]
    async fn moves(&self) -> Vec<NeedChange> {
        NeedChange::list(&self.comparison.moves, &self.worlds)
    }
}

/// A matching in a few numbers.
#[derive(SimpleObject)]
pub struct MatchingTotals {
    /// How many needs there are.
    pub need_count: usize,
    /// How many of them are served in full.
    pub served_count: usize,
    /// How many of them are served in part.
    pub partly_served_count: usize,
    /// How many of them are not served at all.
    pub unmet_count: usize,
}

impl From<Totals> for MatchingTotals {
    fn from(totals: Totals) -> Self {
        Self {
            need_count: totals.needs,
            served_count: totals.served,
            partly_served_count: totals.partly_served,
            unmet_count: totals.unmet,
        }
    }
}

/// A need that would be served otherwise than now.
pub struct NeedChange {
    change: Change,
    worlds: Worlds,
}

impl NeedChange {
    pub(super) fn list(changes: &[Change], worlds: &Worlds) -> Vec<Self> {
        changes.iter().map(|change| Self { change: change.clone(), worlds: worlds.clone() }).collect()
    }

    fn serving(&self, shares: &[(ServiceId, i64)]) -> Vec<ServingShare> {
        let found = |id: ServiceId| {
            let offers = self.worlds.iter().flat_map(|solved| &solved.world.offers);
            offers.map(|offer| &offer.service).find(|service| service.id == id).cloned()
        };
        let share = |(id, quantity): &(ServiceId, i64)| ServingShare {
            service: found(*id).map(Service::from),
            quantity: *quantity,
        };
        shares.iter().map(share).collect()
    }
}

/// A need that would be served otherwise than now.
#[Object]
impl NeedChange {
    /// The need.
    async fn need(&self) -> Need {
        self.change.need.clone().into()
    }

    /// How much more of it would be served; negative where it is less.
    async fn difference(&self) -> i64 {
        self.change.difference()
    }

    /// What serves it now.
    async fn before(&self) -> Vec<ServingShare> {
        self.serving(&self.change.before)
    }

    /// What would serve it.
    async fn after(&self) -> Vec<ServingShare> {
        self.serving(&self.change.after)
    }

    /// The same in a sentence, in the language of the request.
    async fn text(&self, ctx: &Context<'_>) -> String {
        explain::change(&self.change).text(lang(ctx)).to_owned()
    }
}

/// A service and how much of a need it serves.
#[derive(SimpleObject)]
pub struct ServingShare {
    /// The service; null for the one that is to be asked for.
    service: Option<Service>,
    /// How much.
    quantity: i64,
}

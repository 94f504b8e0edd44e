//! Who is left behind, and what it costs to leave nobody far behind.

use super::preview::points;
use crate::domain::id::AreaId;
use crate::domain::service::TargetGroup;
use crate::domain::text::TextEnum as _;
use crate::graph::area::Area;
use crate::graph::error::lang;
use crate::graph::page::known;
use crate::matching::fairness::{DialStep, Share, Shares, WHOLE};
use async_graphql::{Context, Error, Object, SimpleObject};

/// How the needs of some fare. Every need counts as one, whatever it is counted in.
#[derive(SimpleObject)]
pub struct UnmetShare {
    /// How many needs they have.
    need_count: usize,
    /// How many of these are served in full.
    served_count: usize,
    /// The share of their needs that stays unmet, from 0 to 1.
    unmet: f64,
}

impl From<Share> for UnmetShare {
    fn from(share: Share) -> Self {
        Self { need_count: share.needs, served_count: share.served, unmet: part(share.unmet()) }
    }
}

fn part(thousandths: i64) -> f64 {
    points(thousandths) / points(WHOLE)
}

/// The share of needs that stays unmet (公平度), by community and by target group.
pub struct MatchingFairness(Shares);

impl From<Shares> for MatchingFairness {
    fn from(shares: Shares) -> Self {
        Self(shares)
    }
}

/// The share of needs that stays unmet (公平度), by community and by target group.
#[Object]
impl MatchingFairness {
    /// Of all needs.
    async fn all(&self) -> UnmetShare {
        self.0.all.into()
    }

    /// The largest share that any community is left with, from 0 to 1.
    async fn worst(&self) -> f64 {
        part(self.0.worst())
    }

    /// By community; what the street itself asks for counts under the street.
    async fn communities(&self) -> Vec<CommunityShare> {
        let shares = self.0.communities.iter();
        shares.map(|(area, share)| CommunityShare { area: *area, share: *share }).collect()
    }

    /// By target group. A need of several groups counts in each.
    async fn target_groups(&self, ctx: &Context<'_>) -> Vec<TargetGroupShare> {
        let (shares, lang) = (self.0.groups.iter(), lang(ctx));
        let told = |(group, share): (&TargetGroup, &Share)| TargetGroupShare {
            group: *group,
            label: group.label(lang),
            share: (*share).into(),
        };
        shares.map(told).collect()
    }
}

/// How the needs of a community fare.
pub struct CommunityShare {
    area: AreaId,
    share: Share,
}

/// How the needs of a community fare.
#[Object]
impl CommunityShare {
    /// The community, or the street where the street itself asks.
    async fn area(&self, ctx: &Context<'_>) -> Result<Area, Error> {
        known(ctx, self.area).await
    }

    /// How they fare.
    async fn share(&self) -> UnmetShare {
        self.share.into()
    }
}

/// How the needs of a target group fare.
#[derive(SimpleObject)]
pub struct TargetGroupShare {
    /// The group.
    group: TargetGroup,
    /// What it is called, in the language of the request.
    label: &'static str,
    /// How they fare.
    share: UnmetShare,
}

/// A step of the dial between the most needs served and nobody left far behind, and what comes of it.
#[derive(SimpleObject)]
pub struct FairnessStep {
    /// The step, from 0 to 4.
    fairness: i32,
    /// What it costs the whole beside the first step, in points: score lost, and urgent needs set back.
    cost: f64,
    /// How the needs fare.
    shares: MatchingFairness,
}

impl From<DialStep> for FairnessStep {
    fn from(step: DialStep) -> Self {
        Self { fairness: step.fairness.step().into(), cost: points(step.cost), shares: step.shares.into() }
    }
}

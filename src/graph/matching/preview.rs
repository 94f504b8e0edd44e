//! The best answer for all needs of an area at once, as a preview that changes nothing.

use super::apart::apart;
use super::comparison::MatchingComparison;
use super::effect::MatchingAsk;
use super::fairness::{FairnessStep, MatchingFairness};
use super::moves::SuggestionMove;
use super::parts::Quantity;
use super::planned::PlannedMatch;
use super::settings::MatchingSettings;
use super::unmet::{CapacityLeft, UnmetNeed, UnplacedPin};
use super::what_if::WhatIfInput;
use crate::domain::check;
use crate::domain::id::AreaId;
use crate::domain::refusal::Refusal;
use crate::domain::service::Measure;
use crate::graph::error::{id, lang, optional_id, refused, told};
use crate::graph::limits::annotation::{cost, list_size};
use crate::graph::loader;
use crate::matching::advice::advice;
use crate::matching::assign::Watch;
use crate::matching::compare::compare;
use crate::matching::explain;
use crate::matching::fairness::{dial, shares};
use crate::matching::settings::Settings;
use crate::matching::solve::{self, Unsolved, solve};
use crate::matching::what_if::WhatIf;
use crate::matching::world::World;
use crate::store::application::unsolved;
use crate::store::error::inside;
use crate::store::world;
use async_graphql::{Context, Error, ID, Object, SimpleObject};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The matching, to be previewed.
#[derive(Default)]
pub struct MatchingQuery;

#[Object]
impl MatchingQuery {
    /// The best answer for all open needs of an area and everything below it at once, under the capacities of all
    /// services that reach it; or the answer as it would be, where something is supposed. It changes nothing. For those
    /// who work in the area's street.
    #[graphql(directive = cost::apply("2000".into()))]
    async fn matching(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The area.")] area_id: ID,
        #[graphql(desc = "Only needs of this category and below it.")] category_id: Option<ID>,
        #[graphql(
            desc = "What is supposed to be otherwise than it is.",
            directive = cost::apply("2000".into())
        )]
        what_if: Option<WhatIfInput>,
    ) -> Result<Matching, Error> {
        let area = id(ctx, "areaId", &area_id)?;
        let category = optional_id(ctx, "categoryId", category_id.as_ref())?;
        let what_if = what_if.map(|given| given.read()).transpose();
        let what_if = what_if.map_err(|error| told(ctx, &inside("whatIf", error)))?;
        let loaders = loader(ctx)?.loader();
        let previewed =
            world::preview(&loaders.store, &loaders.viewer, area, category, what_if.as_ref()).await;
        let (world, settings) = previewed.map_err(|error| told(ctx, &error))?;
        let solved = apart(ctx, move |watch| Solved::new(world, settings, what_if.as_ref(), watch)).await?;
        let solved = solved.map_err(|error| match error {
            NotSolved::Refused(refusal) => refused(lang(ctx), &refusal.inside("whatIf")),
            NotSolved::Unsolved(error) => told(ctx, &unsolved(&error)),
        })?;
        Ok(Matching { solved: Arc::new(solved), area })
    }
}

/// A world, how it is matched, and its best answer.
#[expect(clippy::struct_field_names, reason = "the answer is what it is about")]
pub(super) struct Solved {
    pub world: World,
    pub settings: Settings,
    pub solved: solve::Matching,
    /// The matching as it is, where something is supposed.
    pub today: Option<Arc<Solved>>,
}

/// Why there is no answer.
enum NotSolved {
    /// What was supposed makes no sense here.
    Refused(Refusal),
    /// Our own fault.
    Unsolved(Unsolved),
}

impl From<Unsolved> for NotSolved {
    fn from(error: Unsolved) -> Self {
        Self::Unsolved(error)
    }
}

impl Solved {
    fn new(
        world: World,
        settings: Settings,
        what_if: Option<&WhatIf>,
        watch: &mut dyn Watch,
    ) -> Result<Self, NotSolved> {
        let solved = solve(&world, &settings, watch)?;
        let today = Self { world, settings, solved, today: None };
        let Some(what_if) = what_if else { return Ok(today) };
        let (world, settings) = what_if.apply(&today.world, &today.settings).map_err(NotSolved::Refused)?;
        let solved = solve(&world, &settings, watch)?;
        Ok(Self { world, settings, solved, today: Some(Arc::new(today)) })
    }
}

/// What looking ahead means for an answer.
#[derive(SimpleObject)]
pub struct MatchingForesight {
    /// How many needs are expected: those of the past year, as they would come again.
    pub expected_count: usize,
    /// How many points the answer costs more than the best one that keeps nothing back.
    pub cost: f64,
}

/// What to ask for is listed so far where nobody says otherwise, and at most.
const ASKS: (i32, i64) = (5, 10);

/// The best answer for all open needs of an area at once. Nothing has been changed.
pub struct Matching {
    solved: Arc<Solved>,
    area: AreaId,
}

/// The best answer for all open needs of an area at once. Nothing has been changed.
#[Object]
impl Matching {
    /// What the world is: send it with `applyMatching`, which then refuses where something has moved. What is only
    /// supposed does not show in it, and cannot be applied.
    async fn fingerprint(&self) -> String {
        let today = self.solved.today.as_ref().unwrap_or(&self.solved);
        today.world.fingerprint(&today.settings).encode()
    }

    /// Who gains and who loses beside the matching as it is; null where nothing is supposed.
    async fn comparison(&self) -> Option<MatchingComparison> {
        let (then, now) = (&self.solved, self.solved.today.as_ref()?);
        let comparison = compare((&now.world, &now.solved), (&then.world, &then.solved));
        Some(MatchingComparison::new(comparison, [then.clone(), now.clone()].into()))
    }

    /// What the street should ask partner units for next, the most helpful first, each matched again to tell its true
    /// effect.
    #[graphql(directive = cost::apply("4000".into()), directive = list_size::apply(Some(5), Some(vec!["first".into()])))]
    async fn advice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many: 5 unless told, 10 at most.")] first: Option<i32>,
    ) -> Result<Vec<MatchingAsk>, Error> {
        let first = check::number("first", first.unwrap_or(ASKS.0).into(), 1, ASKS.1);
        let first = usize::try_from(first.map_err(|refusal| refused(lang(ctx), &refusal))?)?;
        let (solved, area) = (self.solved.clone(), self.area);
        let asks = apart(ctx, move |watch| {
            advice(&solved.world, &solved.settings, &solved.solved, area, first, watch)
        });
        let asks = asks.await?.map_err(|error| told(ctx, &unsolved(&error)))?;
        Ok(MatchingAsk::list(&self.solved, asks))
    }

    /// Who is left behind: the share of needs that stays unmet, by community and by target group.
    async fn fairness(&self) -> MatchingFairness {
        shares(&self.solved.world, &self.solved.solved).into()
    }

    /// Every step of the dial between the most needs served and nobody left far behind, matched, with what it costs.
    #[graphql(directive = cost::apply("4000".into()), directive = list_size::apply(Some(5), None))]
    async fn dial(&self, ctx: &Context<'_>) -> Result<Vec<FairnessStep>, Error> {
        let solved = self.solved.clone();
        let steps = apart(ctx, move |watch| dial(&solved.world, &solved.settings, watch)).await?;
        let steps = steps.map_err(|error| told(ctx, &unsolved(&error)))?;
        Ok(steps.into_iter().map(FairnessStep::from).collect())
    }

    /// How it was matched: as its street has laid down, or as is usual.
    async fn settings(&self) -> MatchingSettings {
        self.solved.settings.clone().into()
    }

    /// The scores of all matches, each times its quantity: a whole number that may be larger than an `Int`.
    async fn total(&self) -> f64 {
        points(self.solved.solved.total)
    }

    /// What is kept back for what is expected, and what that costs today; null where nothing is expected, or the street does
    /// not look ahead.
    async fn foresight(&self) -> Option<MatchingForesight> {
        let reserve = self.solved.solved.reserve.as_ref()?;
        Some(MatchingForesight { expected_count: reserve.expected, cost: points(reserve.cost) })
    }

    /// What the answer costs: for each unit of quantity what it lacks in score, or the penalty of what stays unmet, and what
    /// it costs to move suggestions. What is only expected costs nothing here.
    async fn cost(&self) -> f64 {
        points(self.solved.solved.certificate.primal)
    }

    /// What any answer costs at least, proven by prices without trusting the solver: equal to `cost`. Where something is kept
    /// back for what is expected: any that keeps as much back, and serves what cannot wait as this one does.
    async fn proven_cost(&self) -> f64 {
        points(self.solved.solved.certificate.dual)
    }

    /// How many needs were matched.
    async fn need_count(&self) -> usize {
        self.solved.world.needs.len()
    }

    /// How many of them are served in full.
    async fn served_count(&self) -> usize {
        self.solved.world.needs.len() - self.solved.solved.unmet.len()
    }

    /// How many of them are served in part.
    async fn partly_served_count(&self) -> usize {
        let served: BTreeSet<usize> =
            self.solved.solved.placements.iter().map(|placed| placed.candidate.need).collect();
        self.solved.solved.unmet.iter().filter(|unmet| served.contains(&unmet.need)).count()
    }

    /// How many of them are not served at all.
    async fn unmet_count(&self) -> usize {
        let served: BTreeSet<usize> =
            self.solved.solved.placements.iter().map(|placed| placed.candidate.need).collect();
        self.solved.world.needs.len() - served.len()
    }

    /// How much is served.
    async fn served(&self) -> Vec<Quantity> {
        let placements = self.solved.solved.placements.iter();
        self.sum(placements.map(|placed| (placed.candidate.need, placed.quantity)))
    }

    /// How much stays unmet.
    async fn unmet_quantities(&self) -> Vec<Quantity> {
        self.sum(self.solved.solved.unmet.iter().map(|unmet| (unmet.need, unmet.quantity)))
    }

    /// What it would bring together.
    #[graphql(directive = list_size::apply(Some(100), None))]
    async fn matches(&self) -> Vec<PlannedMatch> {
        let count = self.solved.solved.placements.len();
        (0..count).map(|place| PlannedMatch::new(&self.solved, place)).collect()
    }

    /// How many suggestions that nobody has answered yet it leaves as they are.
    async fn kept_count(&self) -> usize {
        self.solved.solved.moves.kept.len()
    }

    /// The suggestions that nobody has answered yet and that it moves, since that is worth more than it costs.
    async fn moves(&self) -> Vec<SuggestionMove> {
        let moves = explain::moves(&self.solved.world, &self.solved.solved);
        moves.into_iter().map(SuggestionMove::from).collect()
    }

    /// How many points the whole would lose if none of them moved, beyond what moving costs. Null where that was not worked
    /// out, since a need has terms of its own.
    async fn move_gain(&self) -> Option<f64> {
        self.solved.solved.moves.gain.map(points)
    }

    /// What stays unmet, and why.
    #[graphql(directive = list_size::apply(Some(100), None))]
    async fn unmet(&self) -> Vec<UnmetNeed> {
        (0..self.solved.solved.unmet.len()).map(|place| UnmetNeed::new(&self.solved, place)).collect()
    }

    /// Pins that could not be honoured in full, and why.
    async fn unplaced_pins(&self) -> Vec<UnplacedPin> {
        let count = self.solved.solved.refused_pins.len();
        (0..count).map(|place| UnplacedPin::new(&self.solved, place)).collect()
    }

    /// What it would leave of each line of capacity.
    #[graphql(directive = list_size::apply(Some(100), None))]
    async fn capacities(&self) -> Vec<CapacityLeft> {
        (0..self.solved.world.lines.len()).map(|line| CapacityLeft::new(&self.solved, line)).collect()
    }
}

impl Matching {
    fn sum(&self, quantities: impl Iterator<Item = (usize, i64)>) -> Vec<Quantity> {
        let mut sums: BTreeMap<Measure, i64> = BTreeMap::new();
        for (need, quantity) in quantities {
            *sums.entry(self.solved.world.needs[need].measure).or_default() += quantity;
        }
        Quantity::list(sums)
    }
}

/// Points of a whole street as a number that every client can hold.
#[expect(clippy::cast_precision_loss, reason = "scores and quantities are far below 2^53")]
pub(super) fn points(points: i64) -> f64 {
    points as f64
}

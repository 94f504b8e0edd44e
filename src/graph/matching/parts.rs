//! What candidates and previews have in common.

use crate::domain::fit::Constraint;
use crate::domain::need::Need;
use crate::domain::service::{Measure, Service};
use crate::domain::text::{Lang, TextEnum as _};
use crate::matching::explain;
use crate::matching::score::{Score, ScoreAspect};
use crate::matching::world::World;
use async_graphql::SimpleObject;
use std::collections::BTreeMap;

/// A quantity in one measure. Quantities of different measures cannot be added.
#[derive(SimpleObject)]
pub struct Quantity {
    /// What it is counted in.
    measure: Measure,
    /// How much.
    quantity: i64,
}

impl Quantity {
    /// Quantities by measure, those of nothing left out.
    #[must_use]
    pub fn list(quantities: BTreeMap<Measure, i64>) -> Vec<Self> {
        let some = quantities.into_iter().filter(|(_, quantity)| *quantity > 0);
        some.map(|(measure, quantity)| Self { measure, quantity }).collect()
    }
}

/// A part of a score: the parts add up to it.
#[derive(SimpleObject)]
pub struct ScorePart {
    /// Which part.
    part: ScoreAspect,
    /// The points that it gives.
    points: i64,
    /// What they are given for, in the language of the request.
    text: String,
}

impl ScorePart {
    pub(super) fn list(
        world: &World,
        need: &Need,
        service: &Service,
        score: &Score,
        lang: Lang,
    ) -> Vec<Self> {
        let told = |part| explain::part(world, need, service, part).text(lang).to_owned();
        let parts = score.parts.iter();
        parts.map(|part| Self { part: part.kind, points: part.points, text: told(part) }).collect()
    }
}

/// How many a constraint excluded.
#[derive(SimpleObject)]
pub struct Exclusion {
    /// The constraint.
    constraint: Constraint,
    /// What it is called, in the language of the request.
    label: &'static str,
    /// How many it excluded. Each is counted once, under the first constraint that excludes it.
    count: usize,
}

impl Exclusion {
    pub(super) fn list(excluded: &BTreeMap<Constraint, usize>, lang: Lang) -> Vec<Self> {
        let exclusion = |(constraint, count): (&Constraint, &usize)| Self {
            constraint: *constraint,
            label: constraint.label(lang),
            count: *count,
        };
        excluded.iter().map(exclusion).collect()
    }
}

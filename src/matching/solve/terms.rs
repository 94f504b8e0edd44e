//! The terms of needs, smallest lots and few services, as the solver takes them.

use super::{Draft, units};
use crate::matching::assign::{AssignError, Assignment, Certificate, Watch};
use crate::matching::lots::{LotsError, Terms, whole_lots};
use crate::matching::world::World;
use std::collections::BTreeSet;

/// Whether a need asks to be served on terms of its own.
pub(super) fn has_terms(world: &World, need: usize) -> bool {
    let terms = world.needs[need].terms;
    terms.smallest_lot.is_some() || terms.most_services.is_some()
}

/// Changes an answer so that every need is served on its terms. Then it need not be the best, but the certificate says
/// what any answer costs at least.
///
/// # Errors
/// Where the watch says stop.
pub(super) fn keep(
    draft: &Draft,
    answer: Assignment,
    certificate: Certificate,
    watch: &mut dyn Watch,
) -> Result<(Assignment, Certificate), LotsError> {
    let needs = draft.scorer.world.needs.len();
    if !(0..needs).any(|need| has_terms(draft.scorer.world, need)) {
        return Ok((answer, certificate));
    }
    let mut terms: Vec<Terms> = (0..needs).map(|need| terms_of(draft, need)).collect();
    // Suggestions of needs with terms are never moved, so they are none of these.
    terms.resize(draft.problem.demands.len(), Terms::NONE);
    let lots = whole_lots(&draft.problem, &terms, &answer, watch)?;
    // What the terms make dearer is proven over the candidates only, and for terms no stricter than the need's own. Else
    // the answer without terms is the bound: that is proven over all pairs.
    let is_proven = |need| draft.candidates.beyond(need).is_none() && is_literal(draft, need);
    let dual = if (0..needs).all(is_proven) { lots.bound } else { certificate.dual };
    let certificate = Certificate { primal: lots.objective, dual };
    let prices = answer.prices;
    let answer =
        Assignment { quantities: lots.quantities, unmet: lots.unmet, objective: lots.objective, prices };
    Ok((answer, certificate))
}

/// Whether the terms that the solver keeps to are the need's own. It counts each line as a service, so it asks for more
/// where a service has several lines or serves the need already.
fn is_literal(draft: &Draft, need: usize) -> bool {
    if draft.scorer.world.needs[need].terms.most_services.is_none() {
        return true;
    }
    let serving = serving(draft, need);
    let mut seen = BTreeSet::new();
    let mut offers = draft.candidates.of(need).map(|pair| {
        let line = draft.candidates.line(pair);
        draft.scorer.world.lines[line].offer
    });
    offers.all(|offer| !serving.contains(&offer) && seen.insert(offer))
}

/// What a need still accepts: services that serve it already, and those that are pinned, count among its few.
fn terms_of(draft: &Draft, need: usize) -> Terms {
    let world = draft.scorer.world;
    let asked = &world.needs[need];
    let Some(most) = asked.terms.most_services else {
        return Terms { smallest_lot: asked.terms.smallest_lot.map_or(0, units), ..Terms::NONE };
    };
    let services = serving(draft, need);
    let few = i64::try_from(services.len()).unwrap_or(i64::MAX);
    Terms {
        smallest_lot: asked.terms.smallest_lot.map_or(0, units),
        most_services: units(most.saturating_sub(few)),
    }
}

/// The services that serve a need already, or will whatever else comes of it.
fn serving(draft: &Draft, need: usize) -> BTreeSet<usize> {
    let world = draft.scorer.world;
    let asked = &world.needs[need];
    let candidates = draft.candidates.of(need).map(|pair| draft.candidates.line(pair));
    let mut services: BTreeSet<usize> = candidates
        .filter(|line| draft.pins.reserved(need, *line) + draft.settled(need, *line) > 0)
        .map(|line| world.lines[line].offer)
        .collect();
    if asked.claimed > 0 {
        let joined = world.lines.iter().filter(|line| world.joined.contains(&(asked.id, line.capacity.id)));
        services.extend(joined.map(|line| line.offer));
    }
    services
}

impl From<LotsError> for super::Unsolved {
    fn from(error: LotsError) -> Self {
        match error {
            LotsError::Assign(error) => Self::Problem(error),
            LotsError::Flow(violation) => Self::Unproven(violation),
            LotsError::Shape { .. } => Self::Problem(AssignError::StartShape),
        }
    }
}

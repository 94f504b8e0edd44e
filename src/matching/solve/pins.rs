//! Pins: what people reserve is placed before the rest is solved.

use crate::domain::directive::{Directive, DirectiveKind};
use crate::domain::fit::Constraint;
use crate::domain::id::DirectiveId;
use crate::matching::candidates::Candidates;
use crate::matching::score::Score;
use crate::matching::world::World;

/// A pin that could not be honoured in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefusedPin {
    /// The pin.
    pub directive: DirectiveId,
    /// The place of its need in [`World::needs`].
    pub need: usize,
    /// The place of its service in [`World::offers`]; `None` where the service is not on offer around here.
    pub offer: Option<usize>,
    /// How much of what it reserves could not be placed.
    pub quantity: i64,
    /// The constraint that stands against it; `None` where capacity or need are too small for all of it.
    pub constraint: Option<Constraint>,
}

/// What pins reserve, and what they leave.
pub(super) struct Pins {
    /// Reserved through each candidate pair.
    pub pairs: Vec<i64>,
    /// Left of each need.
    pub needs: Vec<i64>,
    /// Left of each line.
    pub lines: Vec<i64>,
    /// Those that could not be honoured in full.
    pub refused: Vec<RefusedPin>,
}

impl Pins {
    /// Places every pin, in the order of their ids: the earlier come first.
    pub(super) fn place(world: &World, candidates: &Candidates, scores: &[Score]) -> Self {
        let mut pins = Self {
            pairs: vec![0; candidates.pairs.len()],
            needs: world.needs.iter().map(|need| need.left().max(0)).collect(),
            lines: world.lines.iter().map(|line| line.capacity.left().max(0)).collect(),
            refused: Vec::new(),
        };
        for directive in world.directives.iter().filter(|directive| directive.kind == DirectiveKind::Pin) {
            let Ok(need) = world.needs.binary_search_by_key(&directive.need_id, |need| need.id) else {
                continue;
            };
            let offer =
                world.offers.binary_search_by_key(&directive.service_id, |offer| offer.service.id).ok();
            if !offer.is_some_and(|offer| joined(world, need, offer)) {
                pins.place_one(candidates, scores, directive, need, offer);
            }
        }
        pins
    }

    fn place_one(
        &mut self,
        candidates: &Candidates,
        scores: &[Score],
        pin: &Directive,
        need: usize,
        offer: Option<usize>,
    ) {
        let mut pairs: Vec<usize> =
            candidates.of(need).filter(|pair| Some(candidates.pairs[*pair].offer) == offer).collect();
        pairs.sort_by_key(|pair| std::cmp::Reverse(scores[*pair].total));
        let refused =
            |quantity, constraint| RefusedPin { directive: pin.id, need, offer, quantity, constraint };
        let mut wanted = pin.quantity.unwrap_or(self.needs[need]);
        if pairs.is_empty() {
            let constraint = offer.and_then(|offer| candidates.excluded[need].get(&offer)).copied();
            self.refused.push(refused(wanted, Some(constraint.unwrap_or(Constraint::Category))));
            return;
        }
        for pair in pairs {
            let line = candidates.pairs[pair].line;
            let placed = wanted.min(self.needs[need]).min(self.lines[line]);
            self.pairs[pair] += placed;
            self.needs[need] -= placed;
            self.lines[line] -= placed;
            wanted -= placed;
        }
        if wanted > 0 {
            self.refused.push(refused(wanted, None));
        }
    }
}

/// Whether a live match joins need and service already: then their pin has had its effect.
fn joined(world: &World, need: usize, offer: usize) -> bool {
    let need = world.needs[need].id;
    let mut lines = world.lines[world.offers[offer].lines.clone()].iter();
    lines.any(|line| world.joined.contains(&(need, line.capacity.id)))
}

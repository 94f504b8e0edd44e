//! Pins: what people reserve is placed before the rest is solved.

use crate::domain::directive::{Directive, DirectiveKind};
use crate::domain::fit::Constraint;
use crate::domain::id::{DirectiveId, NeedId};
use crate::matching::candidates::Candidates;
use crate::matching::score::Scorer;
use crate::matching::world::World;
use std::cmp::Reverse;
use std::collections::HashMap;

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
#[derive(Debug, Clone, Default)]
pub struct Pins {
    /// Reserved of each line for each need, by their places.
    reserved: HashMap<(usize, usize), i64>,
    /// Left of each need.
    pub needs: Vec<i64>,
    /// Left of each line.
    pub lines: Vec<i64>,
    /// Those that could not be honoured in full.
    pub refused: Vec<RefusedPin>,
}

/// The needs that have a pin, sorted.
pub(super) fn pinned(world: &World) -> Vec<NeedId> {
    let mut needs: Vec<NeedId> = pins(world).map(|pin| pin.need_id).collect();
    needs.sort_unstable();
    needs
}

fn pins(world: &World) -> impl Iterator<Item = &Directive> {
    world.directives.iter().filter(|directive| directive.kind == DirectiveKind::Pin)
}

impl Pins {
    /// Places every pin, in the order of their ids: the earlier come first.
    pub(super) fn place(scorer: &Scorer, candidates: &Candidates) -> Self {
        let world = scorer.world;
        let mut placed = Self {
            reserved: HashMap::new(),
            needs: world.needs.iter().map(|need| need.left().max(0)).collect(),
            lines: world.lines.iter().map(|line| line.capacity.left().max(0)).collect(),
            refused: Vec::new(),
        };
        for pin in pins(world) {
            let Ok(need) = world.needs.binary_search_by_key(&pin.need_id, |need| need.id) else {
                continue;
            };
            let offer = world.offers.binary_search_by_key(&pin.service_id, |offer| offer.service.id).ok();
            if !offer.is_some_and(|offer| joined(world, need, offer)) {
                placed.place_one(scorer, candidates, pin, need, offer);
            }
        }
        placed
    }

    /// How much of a line pins reserve for a need.
    #[must_use]
    pub fn reserved(&self, need: usize, line: usize) -> i64 {
        // Most worlds have no pin at all, and this is asked of every pair.
        if self.reserved.is_empty() {
            return 0;
        }
        self.reserved.get(&(need, line)).copied().unwrap_or_default()
    }

    fn place_one(
        &mut self,
        scorer: &Scorer,
        candidates: &Candidates,
        pin: &Directive,
        need: usize,
        offer: Option<usize>,
    ) {
        let of_offer = |pair: &usize| Some(scorer.world.lines[candidates.line(*pair)].offer) == offer;
        let mut pairs: Vec<usize> = candidates.of(need).filter(of_offer).collect();
        pairs.sort_by_key(|pair| Reverse(candidates.score(*pair)));
        let refused =
            |quantity, constraint| RefusedPin { directive: pin.id, need, offer, quantity, constraint };
        let mut wanted = pin.quantity.unwrap_or(self.needs[need]);
        if pairs.is_empty() {
            let excluded = offer.and_then(|offer| scorer.exclusion(need, offer));
            self.refused.push(refused(wanted, Some(excluded.unwrap_or(Constraint::Category))));
            return;
        }
        for pair in pairs {
            let line = candidates.line(pair);
            let placed = wanted.min(self.needs[need]).min(self.lines[line]);
            *self.reserved.entry((need, line)).or_default() += placed;
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

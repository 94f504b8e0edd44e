//! What is suggested and nobody has answered yet: it may be moved, where that is worth what moving costs.
//!
//! A suggestion that may be moved holds nothing in the world: need and capacity are as if it were not there. It is then
//! asked for again, as a demand of its own that costs the more the more of it goes elsewhere. So an answer that moves
//! nothing costs nothing for it, and the optimum moves a suggestion only where the whole gains more than that.

use super::world::World;
use crate::domain::directive::DirectiveKind;
use crate::domain::id::{CapacityId, NeedId, ServiceId};
use crate::domain::matches::Suggested;
use crate::domain::need::{NeedState, Terms};
use std::collections::{BTreeSet, HashMap};

/// A suggestion by its places in a world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// The place in [`World::suggested`].
    pub place: usize,
    /// The place of its need in [`World::needs`].
    pub need: usize,
    /// The place of its line in [`World::lines`].
    pub line: usize,
    /// How much of the need it serves.
    pub quantity: i64,
}

impl World {
    /// Frees what the suggestions hold that may be moved, and forgets the others: those that a pin wants, those of needs
    /// with terms of their own, and those that would not fit any more if they were made now.
    pub fn free(&mut self) {
        let suggested = std::mem::take(&mut self.suggested);
        let pairs = Pairs::of(self);
        let (movable, others): (Vec<Suggested>, _) =
            suggested.into_iter().partition(|one| pairs.may_move(self, one));
        let fixed: BTreeSet<NeedId> = others.iter().map(|one| one.need_id).collect();
        for one in &movable {
            self.release(one, &pairs);
        }
        self.suggested = movable;
        // Needs that were read for the sake of suggestions that stay have nothing left to serve.
        self.needs.retain(|need| need.left() > 0 || !fixed.contains(&need.id));
    }

    fn release(&mut self, one: &Suggested, pairs: &Pairs) {
        let (Some(need), Some(line)) = (place_of(self, one.need_id), pairs.lines.get(&one.capacity_id))
        else {
            return;
        };
        let need = &mut self.needs[need];
        need.claimed -= one.quantity;
        need.state = need.served_state(need.state == NeedState::InService);
        self.lines[*line].capacity.held -= one.quantity;
        self.joined.remove(&(one.need_id, one.capacity_id));
        let of_unit = self.unit_capacities.iter_mut().find(|line| Some(line.id) == one.unit_capacity_id);
        if let Some(line) = of_unit {
            line.held -= one.quantity;
        }
    }

    /// The suggestions that may be moved, by need and line. What is left out of this world is not among them.
    #[must_use]
    pub fn held(&self) -> Vec<Held> {
        if self.suggested.is_empty() {
            return Vec::new();
        }
        let pairs = Pairs::of(self);
        let mut held: Vec<Held> = self
            .suggested
            .iter()
            .enumerate()
            .filter_map(|(place, one)| {
                let need = place_of(self, one.need_id)?;
                let line = *pairs.lines.get(&one.capacity_id)?;
                let may_stay = pairs.fits(self, one).is_some() && !pairs.is_forbidden(self, one, line);
                may_stay.then_some(Held { place, need, line, quantity: one.quantity })
            })
            .collect();
        held.sort_unstable_by_key(|one| (one.need, one.line));
        held
    }
}

fn place_of(world: &World, need: NeedId) -> Option<usize> {
    world.needs.binary_search_by_key(&need, |need| need.id).ok()
}

/// What decides whether a suggestion may be moved, looked up once.
struct Pairs {
    lines: HashMap<CapacityId, usize>,
    pinned: BTreeSet<(NeedId, ServiceId)>,
    forbidden: BTreeSet<(NeedId, ServiceId)>,
}

impl Pairs {
    fn of(world: &World) -> Self {
        let directed = |kind| {
            let given = world.directives.iter().filter(move |given| given.kind == kind);
            given.map(|given| (given.need_id, given.service_id)).collect()
        };
        Self {
            lines: world.lines.iter().enumerate().map(|(place, line)| (line.capacity.id, place)).collect(),
            pinned: directed(DirectiveKind::Pin),
            forbidden: directed(DirectiveKind::Prohibition),
        }
    }

    fn may_move(&self, world: &World, one: &Suggested) -> bool {
        let (Some(need), Some(line)) = (place_of(world, one.need_id), self.lines.get(&one.capacity_id))
        else {
            return false;
        };
        let pair = (one.need_id, world.offer_of(*line).service.id);
        world.needs[need].terms == Terms::default()
            && !self.pinned.contains(&pair)
            && !self.forbidden.contains(&pair)
            && self.fits(world, one).is_some()
    }

    fn is_forbidden(&self, world: &World, one: &Suggested, line: usize) -> bool {
        self.forbidden.contains(&(one.need_id, world.offer_of(line).service.id))
    }

    /// The line of a suggestion, where it would still fit if it were made now.
    fn fits(&self, world: &World, one: &Suggested) -> Option<usize> {
        let (need, line) = (place_of(world, one.need_id)?, *self.lines.get(&one.capacity_id)?);
        let place = &world.lines[line];
        let mut capacity = place.capacity.clone();
        capacity.held = 0;
        let pair = world.pair(&world.needs[need], place.offer, false, &[]);
        pair.lines([&capacity]).is_ok().then_some(line)
    }
}

//! The best way to serve one demand in whole lots at given prices.

/// A supply that could serve the demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Offer {
    /// The pair.
    pub pair: usize,
    /// What each unit saves compared with leaving it unmet.
    pub gain: i64,
    /// The fewest units, if any at all, unless it takes all that is left.
    pub least: u32,
    /// The most units.
    pub most: u32,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Pattern {
    /// Pairs and their units.
    pub units: Vec<(usize, u32)>,
    /// What they gain together.
    pub gain: i64,
    /// What no pattern can exceed: the same as `gain` unless the search was cut short.
    pub ceiling: i64,
}

/// How many sets of offers are tried at most. Real demands need a handful; only a contrived one comes here.
const PATIENCE: u32 = 2_000;

/// Finds the pattern of at most `slots` offers and `quantity` units that gains most.
pub(super) fn best(offers: &mut Vec<Offer>, quantity: u32, slots: u32) -> Pattern {
    offers.retain(|offer| offer.gain > 0 && offer.most > 0);
    offers.sort_unstable_by_key(|offer| (std::cmp::Reverse(offer.gain), offer.pair));
    let mut trial = Trial { offers, quantity, chosen: Vec::new(), best: Pattern::default(), tried: 0 };
    trial.extend(0, slots);
    if trial.tried > PATIENCE {
        trial.best.ceiling = trial.relaxed(0, trial.offers.len());
    } else {
        trial.best.ceiling = trial.best.gain;
    }
    trial.best
}

/// Sets of offers, tried in the order of their gain.
struct Trial<'a> {
    offers: &'a [Offer],
    quantity: u32,
    chosen: Vec<usize>,
    best: Pattern,
    tried: u32,
}

impl Trial<'_> {
    /// Tries what is chosen, and with it each further offer.
    fn extend(&mut self, next: usize, slots: u32) {
        self.tried += 1;
        let (filled, gain) = self.fill_freely();
        if !self.keep() || slots == 0 || filled == self.quantity {
            // Where the units are all placed, an offer of less gain cannot help.
            return;
        }
        for index in next..self.offers.len() {
            let hope = gain + self.offers[index].gain * i64::from(self.quantity - filled);
            if hope <= self.best.gain || self.tried > PATIENCE {
                return;
            }
            self.chosen.push(index);
            self.extend(index + 1, slots - 1);
            self.chosen.pop();
        }
    }

    /// How many units the chosen offers take, and what they gain, if there were no smallest lots.
    fn fill_freely(&self) -> (u32, i64) {
        let mut left = self.quantity;
        let mut gain = 0;
        for &index in &self.chosen {
            let units = self.offers[index].most.min(left);
            gain += self.offers[index].gain * i64::from(units);
            left -= units;
        }
        (self.quantity - left, gain)
    }

    /// Keeps the chosen offers if they are the best so far. False if no further offer can make anything of them.
    fn keep(&mut self) -> bool {
        let Some(last) = self.chosen.len().checked_sub(1) else { return true };
        let lot = self.chosen_at(last).least;
        let (mut reserved, mut largest, mut same, mut small) = (0_u64, 0, true, None);
        for place in 0..=last {
            let Offer { least, most, .. } = self.chosen_at(place);
            reserved += u64::from(least);
            largest = largest.max(least);
            same &= least == lot;
            if most < least && small.replace(place).is_some() {
                // Two that can only take less than a lot.
                return false;
            }
        }
        if let Some(place) = small {
            largest = self.chosen_at(place).least;
            self.fill(Some(place));
        } else {
            self.fill(None);
            // Where all lots are the same, what is left is best taken from the offer of least gain.
            for place in if same { last } else { 0 }..=last {
                self.fill(Some(place));
            }
        }
        reserved - u64::from(largest) < u64::from(self.quantity)
    }

    fn chosen_at(&self, place: usize) -> Offer {
        self.offers[self.chosen[place]]
    }

    /// Takes the best units from just the chosen offers: of each at least a lot; or of one of them less than a lot, and
    /// then all that is left.
    fn fill(&mut self, rest: Option<usize>) {
        let range = |trial: &Self, place: usize| {
            let Offer { least, most, .. } = trial.chosen_at(place);
            if rest == Some(place) { (1, most.min(least - 1)) } else { (least, most) }
        };
        let mut spare = self.quantity;
        for place in 0..self.chosen.len() {
            let (least, most) = range(self, place);
            match spare.checked_sub(least).filter(|_| least <= most) {
                Some(left) => spare = left,
                None => return,
            }
        }
        let (before, mut gain) = (spare, 0);
        for place in 0..self.chosen.len() {
            let (least, most) = range(self, place);
            let more = (most - least).min(spare);
            spare -= more;
            gain += self.chosen_at(place).gain * i64::from(least + more);
        }
        if gain <= self.best.gain || (rest.is_some() && spare > 0) {
            return;
        }
        spare = before;
        let mut units = Vec::with_capacity(self.chosen.len());
        for place in 0..self.chosen.len() {
            let (least, most) = range(self, place);
            let more = (most - least).min(spare);
            spare -= more;
            units.push((self.chosen_at(place).pair, least + more));
        }
        self.best = Pattern { units, gain, ceiling: 0 };
    }

    /// What the offers gain without smallest lots and without a limit to their number.
    fn relaxed(&self, from: usize, to: usize) -> i64 {
        let mut left = self.quantity;
        let mut gain = 0;
        for offer in &self.offers[from..to] {
            let units = offer.most.min(left);
            gain += offer.gain * i64::from(units);
            left -= units;
        }
        gain
    }
}

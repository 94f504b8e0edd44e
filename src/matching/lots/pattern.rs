//! The best way to serve one demand in whole lots at given prices.

/// A supply that could serve the demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Offer {
    /// The pair.
    pub pair: usize,
    /// What each unit saves compared with leaving it unmet.
    pub gain: i64,
    /// The fewest units, if any at all.
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
    offers.retain(|offer| offer.gain > 0 && offer.most > 0 && offer.least <= offer.most.min(quantity));
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

    /// Keeps the chosen offers if they are the best so far. False if their smallest lots are too many.
    fn keep(&mut self) -> bool {
        let offers = self.chosen.iter().map(|&index| &self.offers[index]);
        let reserved = offers.clone().try_fold(0_u32, |sum, offer| sum.checked_add(offer.least));
        let spare = reserved.and_then(|reserved| self.quantity.checked_sub(reserved));
        let Some(mut spare) = spare else { return false };
        let mut pattern = Pattern::default();
        for offer in offers {
            let more = (offer.most - offer.least).min(spare);
            spare -= more;
            let units = offer.least + more;
            pattern.gain += offer.gain * i64::from(units);
            pattern.units.push((offer.pair, units));
        }
        if pattern.gain > self.best.gain {
            self.best = pattern;
        }
        true
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

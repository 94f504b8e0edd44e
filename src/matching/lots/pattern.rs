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
        let offers: Vec<Offer> = self.chosen.iter().map(|&index| self.offers[index]).collect();
        let Some(last) = offers.len().checked_sub(1) else { return true };
        let reserved: u64 = offers.iter().map(|offer| u64::from(offer.least)).sum();
        let mut small = offers.iter().enumerate().filter(|(_, offer)| offer.most < offer.least);
        let (first_small, second_small) = (small.next(), small.next());
        if second_small.is_some() {
            return false;
        }
        let mut found = vec![if first_small.is_none() { self.fill(&offers, None) } else { None }];
        let same = offers.iter().all(|offer| offer.least == offers[last].least);
        let largest = match first_small {
            // Only this one can take less than a lot.
            Some((place, offer)) => {
                found.push(self.fill(&offers, Some(place)));
                offer.least
            }
            // Where all lots are the same, what is left is best taken from the offer of least gain.
            None if same => {
                found.push(self.fill(&offers, Some(last)));
                offers[last].least
            }
            None => {
                found.extend((0..offers.len()).map(|place| self.fill(&offers, Some(place))));
                offers.iter().map(|offer| offer.least).max().unwrap_or_default()
            }
        };
        for pattern in found.into_iter().flatten() {
            if pattern.gain > self.best.gain {
                self.best = pattern;
            }
        }
        reserved - u64::from(largest) < u64::from(self.quantity)
    }

    /// The best units for just these offers, each at least a lot; or less than a lot from one of them, which then has to
    /// take all that is left.
    fn fill(&self, offers: &[Offer], rest: Option<usize>) -> Option<Pattern> {
        let range = |place: usize, offer: &Offer| {
            if rest == Some(place) { (1, offer.most.min(offer.least - 1)) } else { (offer.least, offer.most) }
        };
        let mut spare = self.quantity;
        for (place, offer) in offers.iter().enumerate() {
            let (least, most) = range(place, offer);
            spare = spare.checked_sub(least).filter(|_| least <= most)?;
        }
        let mut pattern = Pattern::default();
        for (place, offer) in offers.iter().enumerate() {
            let (least, most) = range(place, offer);
            let more = (most - least).min(spare);
            spare -= more;
            let units = least + more;
            pattern.gain += offer.gain * i64::from(units);
            pattern.units.push((offer.pair, units));
        }
        (rest.is_none() || spare == 0).then_some(pattern)
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

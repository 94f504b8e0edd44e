//! Numbers that look random and are the same on every machine for the same seed.

/// `SplitMix64`: small, quick, and good enough to make up a city.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// Begins at a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A number from 0 up to, not including, `end`.
    pub fn below(&mut self, end: u32) -> u32 {
        ((u64::from(end) * (self.next() >> 32)) >> 32) as u32
    }

    /// A number between the two, both included.
    pub fn between(&mut self, least: u32, most: u32) -> u32 {
        least + self.below(most - least + 1)
    }

    /// Whether something happens that happens so often in a hundred times.
    pub fn in_hundred(&mut self, times: u32) -> bool {
        self.below(100) < times
    }

    /// One of some things.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(u32::try_from(from.len()).unwrap_or(1)) as usize]
    }

    /// A number below `end`, the smaller the likelier: a few categories make up most of what is asked for.
    pub fn skewed(&mut self, end: u32) -> u32 {
        loop {
            let number = self.below(end);
            if self.below(number + 4) < 4 {
                return number;
            }
        }
    }
}

/// Spreads every bit of a number over all of another.
pub fn mix(bits: u64) -> u64 {
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

//! Many short lists in two vectors.

/// Lists by a number.
pub(super) struct Lists<T> {
    ends: Vec<u32>,
    items: Vec<T>,
}

impl<T: Copy> Lists<T> {
    /// Sorts items into lists, each under a number below `count`.
    pub(super) fn new(count: usize, items: &[(u32, T)]) -> Self {
        let mut ends = vec![0_u32; count + 1];
        for &(key, _) in items {
            ends[key as usize + 1] += 1;
        }
        for list in 0..count {
            ends[list + 1] += ends[list];
        }
        let mut sorted: Vec<T> = items.iter().map(|&(_, item)| item).collect();
        let mut next = ends.clone();
        for &(key, item) in items {
            sorted[next[key as usize] as usize] = item;
            next[key as usize] += 1;
        }
        Self { ends, items: sorted }
    }

    pub(super) fn of(&self, list: usize) -> &[T] {
        &self.items[self.ends[list] as usize..self.ends[list + 1] as usize]
    }
}

impl Lists<u32> {
    /// Who belongs to what: `to` says it for one after the other. Numbers of `count` and above are nothing.
    pub(super) fn members(count: usize, to: impl Iterator<Item = u32>) -> Self {
        let listed: Vec<(u32, u32)> = to.zip(0..).filter(|&(list, _)| (list as usize) < count).collect();
        Self::new(count, &listed)
    }
}

//! Random numbers that depend on nothing but a seed and a place in the run.
//!
//! Every shuffle, crop and dropout mask is drawn from a generator that is seeded anew from (seed, epoch, step). So a
//! run that was killed and resumed draws the same numbers as one that was not, and no generator's state is to be kept.

/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): small, fast, the same on every machine.
#[derive(Clone, Debug)]
pub struct Generator(u64);

/// What a generator is for: the same seed gives different numbers for different purposes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Purpose {
    /// Weights at the start.
    Weights = 1,
    /// Order of the records, and the start of each crop.
    Batches = 2,
    /// Dropout masks.
    Dropout = 3,
    /// Bootstrap draws.
    Bootstrap = 4,
    /// Simulated recordings.
    Simulation = 5,
    /// Random maps that explanations are held against.
    Explanations = 6,
    /// Tokens that are told from the right one.
    Negatives = 8,
    /// Noise, mixing and silenced leads.
    Augmentation = 7,
    /// Folds of data sets that came without.
    Folds = 9,
}

impl Generator {
    /// A generator for one purpose at one place of a run.
    pub fn new(seed: u64, purpose: Purpose, place: u64) -> Generator {
        let mut generator = Generator(seed);
        let first = generator.next() ^ (purpose as u64).wrapping_mul(0xd1b5_4a32_d192_ed03);
        generator = Generator(first);
        let second = generator.next() ^ place.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        generator = Generator(second);
        generator.next();
        generator
    }

    /// The next 64 bits.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    /// A whole number below `end` (0 if `end` is 0); the bias of the multiplication is below 2^-32 for our ranges.
    pub fn below(&mut self, end: usize) -> usize {
        ((u128::from(self.next()) * end as u128) >> 64) as usize
    }

    /// Shuffles in place (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_place_gives_the_same_numbers_and_another_place_others() {
        let draw = |seed, place| Generator::new(seed, Purpose::Batches, place).next();
        assert_eq!(draw(1, 2), draw(1, 2));
        assert_ne!(draw(1, 2), draw(1, 3));
        assert_ne!(draw(1, 2), draw(2, 2));
        let mut items: Vec<usize> = (0..100).collect();
        Generator::new(1, Purpose::Batches, 0).shuffle(&mut items);
        assert_ne!(items, (0..100).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..100).collect::<Vec<_>>());
    }
}

//! Chance that repeats: the same seed gives the same year.

use domain::time::Instant;
use uuid::Uuid;

/// A small generator of pseudo-random numbers (SplitMix64). Never for secrets.
#[derive(Debug, Clone)]
pub(super) struct Chance(u64);

impl Chance {
    /// Begins at a seed.
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to but not including 1.
    pub(super) fn unit(&mut self) -> f64 {
        let high = u32::try_from(self.next() >> 32).unwrap_or(0);
        f64::from(high) / 4_294_967_296.0
    }

    /// True with probability `p`.
    pub(super) fn happens(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// From `low` to `high`, both included.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = high.saturating_sub(low).unsigned_abs().saturating_add(1);
        low + i64::try_from(self.next() % span).unwrap_or(0)
    }

    /// A number from `low` up to `high`.
    pub(super) fn within(&mut self, low: f64, high: f64) -> f64 {
        low + self.unit() * (high - low)
    }

    /// Around 0, rarely beyond ±2: the sum of four uniform numbers, scaled to a deviation of 1.
    pub(super) fn spread(&mut self) -> f64 {
        let sum: f64 = (0..4).map(|_| self.unit()).sum();
        (sum - 2.0) * 3.0_f64.sqrt()
    }

    /// An index below `length`; 0 for an empty list.
    pub(super) fn index(&mut self, length: usize) -> usize {
        let length = u64::try_from(length).unwrap_or(1).max(1);
        usize::try_from(self.next() % length).unwrap_or(0)
    }

    /// An id of the instant (version 7), unguessable to nobody.
    pub(super) fn id<T: From<Uuid>>(&mut self, at: Instant) -> T {
        let mut random = [0; 10];
        random[..8].copy_from_slice(&self.next().to_be_bytes());
        random[8..].copy_from_slice(&self.next().to_be_bytes()[..2]);
        let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid().into()
    }
}

#[cfg(test)]
mod tests {
    use super::Chance;

    #[test]
    fn the_same_seed_gives_the_same_numbers_within_their_bounds() {
        let (mut one, mut two) = (Chance::new(7), Chance::new(7));
        for _ in 0..1000 {
            let (a, b) = (one.between(-3, 3), two.between(-3, 3));
            assert_eq!(a, b);
            assert!((-3..=3).contains(&a));
            assert!((0.0..1.0).contains(&one.unit()));
            two.unit();
        }
    }
}

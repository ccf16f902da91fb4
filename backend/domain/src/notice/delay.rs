//! When a delivery that failed is tried again.

use crate::time::Instant;
use chrono::TimeDelta;

/// Attempts after which a delivery is given up.
pub const MAX_ATTEMPTS: i64 = 8;
/// Wait after the first failure; each further one waits four times as long.
const FIRST: TimeDelta = TimeDelta::seconds(30);
/// Longest wait, whatever was asked for: what lasts longer is not worth waiting for.
const LONGEST: TimeDelta = TimeDelta::hours(12);

/// The instant of the next attempt after `attempts` failures, at the earliest when the receiver asked for it.
/// `None` when it is to be given up.
///
/// `spread` (any number) moves the wait by up to a quarter, so that what failed together does not come back together.
#[must_use]
pub fn next(attempts: i64, now: Instant, asked: Option<TimeDelta>, spread: u8) -> Option<Instant> {
    if attempts >= MAX_ATTEMPTS {
        return None;
    }
    let doublings = u32::try_from(attempts.clamp(1, MAX_ATTEMPTS) - 1).unwrap_or(0) * 2;
    let own = FIRST * 2_i32.pow(doublings.min(20));
    let own = own + own * i32::from(spread) / 1024;
    Some(now + own.max(asked.unwrap_or_default()).min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, MAX_ATTEMPTS, next};
    use crate::time::Instant;
    use chrono::TimeDelta;

    fn now() -> Instant {
        "2026-11-23T02:05:07.120Z".parse().unwrap()
    }

    #[test]
    fn waits_grow_and_end() {
        let waits: Vec<i64> =
            (1..MAX_ATTEMPTS).map(|n| (next(n, now(), None, 0).unwrap() - now()).num_seconds()).collect();
        assert_eq!(waits, [30, 120, 480, 1_920, 7_680, 30_720, 43_200]);
        assert_eq!(next(MAX_ATTEMPTS, now(), None, 0), None);
    }

    #[test]
    fn what_the_receiver_asks_for_is_kept_up_to_a_bound() {
        let asked = |seconds| Some(TimeDelta::seconds(seconds));
        assert_eq!(next(1, now(), asked(90), 0), Some(now() + TimeDelta::seconds(90)));
        assert_eq!(next(1, now(), asked(1), 0), Some(now() + TimeDelta::seconds(30)));
        assert_eq!(next(1, now(), asked(9_000_000), 0), Some(now() + LONGEST));
    }

    #[test]
    fn failures_at_once_come_back_apart() {
        let waits: std::collections::BTreeSet<_> = (0..=255).map(|n| next(1, now(), None, n)).collect();
        assert!(waits.len() > 200, "{}", waits.len());
        let latest = next(1, now(), None, 255).unwrap() - now();
        assert!(latest < TimeDelta::seconds(38), "{latest}");
    }
}

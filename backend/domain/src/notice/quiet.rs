//! Quiet hours: when a message waits for the morning.

use crate::time::{Instant, local_minute};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// Minutes of a day.
pub const DAY_MIN: u16 = 24 * 60;

/// A window of the local day (Asia/Ho_Chi_Minh), which may lie over midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietHours {
    from_min: u16,
    to_min: u16,
}

impl QuietHours {
    /// 22:00 to 05:30, unless the person chose otherwise.
    pub const USUAL: Self = Self { from_min: 22 * 60, to_min: 5 * 60 + 30 };

    /// A window from one minute of the day until before another. `None` when one is no minute of a day or both are
    /// the same: a whole day of silence is not offered, alarms would go unheard.
    #[must_use]
    pub const fn new(from_min: u16, to_min: u16) -> Option<Self> {
        if from_min < DAY_MIN && to_min < DAY_MIN && from_min != to_min {
            Some(Self { from_min, to_min })
        } else {
            None
        }
    }

    /// First quiet minute of the day.
    #[must_use]
    pub const fn from_min(self) -> u16 {
        self.from_min
    }

    /// First minute that is not quiet any more.
    #[must_use]
    pub const fn to_min(self) -> u16 {
        self.to_min
    }

    /// True when the instant lies inside.
    #[must_use]
    pub fn covers(self, at: Instant) -> bool {
        let minute = local_minute(at);
        if self.from_min < self.to_min {
            (self.from_min..self.to_min).contains(&minute)
        } else {
            minute >= self.from_min || minute < self.to_min
        }
    }

    /// When something may be told that is known at `at`: at once outside the window, at its end inside.
    #[must_use]
    pub fn earliest(self, at: Instant) -> Instant {
        if !self.covers(at) {
            return at;
        }
        let minutes = (self.to_min + DAY_MIN - local_minute(at)) % DAY_MIN;
        let whole = at + TimeDelta::minutes(i64::from(minutes));
        // To the start of that minute: the window ends at 05:30:00.
        whole - TimeDelta::milliseconds(whole.timestamp_millis().rem_euclid(60_000))
    }
}

#[cfg(test)]
mod tests {
    use super::{DAY_MIN, QuietHours};
    use crate::time::Instant;
    use proptest::prelude::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn the_usual_night_lies_over_midnight() {
        let night = QuietHours::USUAL;
        // 21:59:59, 22:00, 23:59:59.999, 00:00, 05:29:59 and 05:30 in Hà Nội.
        for (time, quiet) in [
            ("2026-11-23T14:59:59Z", false),
            ("2026-11-23T15:00:00Z", true),
            ("2026-11-23T16:59:59.999Z", true),
            ("2026-11-23T17:00:00Z", true),
            ("2026-11-23T22:29:59Z", true),
            ("2026-11-23T22:30:00Z", false),
        ] {
            assert_eq!(night.covers(at(time)), quiet, "{time}");
        }
        assert_eq!(night.earliest(at("2026-11-23T15:20:10.500Z")), at("2026-11-23T22:30:00Z"));
        assert_eq!(night.earliest(at("2026-11-23T20:00:00Z")), at("2026-11-23T22:30:00Z"));
        assert_eq!(night.earliest(at("2026-11-23T09:00:00.120Z")), at("2026-11-23T09:00:00.120Z"));
    }

    #[test]
    fn a_siesta_lies_inside_a_day() {
        let noon = QuietHours::new(12 * 60, 13 * 60).unwrap();
        assert!(noon.covers(at("2026-11-23T05:30:00Z")) && !noon.covers(at("2026-11-23T06:00:00Z")));
        assert_eq!(noon.earliest(at("2026-11-23T05:00:00Z")), at("2026-11-23T06:00:00Z"));
    }

    #[test]
    fn what_is_no_window_is_refused() {
        for (from, to) in [(0, 0), (DAY_MIN, 60), (60, DAY_MIN), (600, 600)] {
            assert_eq!(QuietHours::new(from, to), None, "{from} {to}");
        }
    }

    proptest! {
        #[test]
        fn nothing_waits_a_day_and_nothing_is_told_inside(
            from in 0..DAY_MIN, to in 0..DAY_MIN, millis in 1_795_395_600_000_i64..1_795_595_600_000_i64,
        ) {
            prop_assume!(from != to);
            let window = QuietHours::new(from, to).unwrap();
            let known = crate::time::from_millis(millis).unwrap();
            let told = window.earliest(known);
            prop_assert!(!window.covers(told));
            prop_assert!(told >= known && told - known < chrono::TimeDelta::hours(24));
        }
    }
}

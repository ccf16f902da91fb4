//! A clock that stands still until a story moves it.

use chrono::{DateTime, TimeDelta, Utc};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// The time of a world, to the millisecond; shared by its server and its phones.
#[derive(Debug, Clone)]
pub struct TestClock(Arc<AtomicI64>);

impl TestClock {
    /// A Monday morning in Hải Phòng: 2026-11-23, 08:00 there.
    #[must_use]
    pub fn monday_morning() -> Self {
        Self(Arc::new(AtomicI64::new(1_795_395_600_000)))
    }

    /// Another clock that shows the same time and goes its own way from now on.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self(Arc::new(AtomicI64::new(self.0.load(Ordering::SeqCst))))
    }

    /// The present.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0.load(Ordering::SeqCst)).unwrap()
    }

    /// Lets time pass.
    pub fn advance(&self, by: TimeDelta) {
        self.0.fetch_add(by.num_milliseconds(), Ordering::SeqCst);
    }

    /// Lets minutes pass.
    pub fn minutes(&self, minutes: i64) {
        self.advance(TimeDelta::minutes(minutes));
    }
}

impl app::ports::Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        Self::now(self)
    }
}

#[cfg(test)]
mod tests {
    use super::TestClock;

    #[test]
    fn the_morning_is_a_monday_in_hanoi() {
        assert_eq!(TestClock::monday_morning().now().to_rfc3339(), "2026-11-23T01:00:00+00:00");
    }
}

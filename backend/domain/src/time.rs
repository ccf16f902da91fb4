//! Instants and local days.
//!
//! An instant is UTC to the millisecond; a day is an Asia/Ho_Chi_Minh day. The zone has had no daylight saving since
//! 1975, so a fixed offset of seven hours is exact for everything this system records.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, SubsecRound, Utc};

/// A UTC instant, truncated to milliseconds by [`instant`].
pub type Instant = DateTime<Utc>;

/// Truncates to milliseconds: what enters the system keeps its value through both databases.
#[must_use]
pub fn instant(at: DateTime<Utc>) -> Instant {
    at.trunc_subsecs(3)
}

/// The instant of a number of milliseconds since 1970, if chrono can hold it.
#[must_use]
pub fn from_millis(millis: i64) -> Option<Instant> {
    DateTime::from_timestamp_millis(millis)
}

/// Offset of Vietnamese time in seconds east of UTC.
const VIETNAM_OFFSET_S: i32 = 7 * 3600;

/// The Vietnamese calendar day an instant belongs to: 00:30 local belongs to that day.
#[must_use]
pub fn local_day(at: Instant) -> NaiveDate {
    match FixedOffset::east_opt(VIETNAM_OFFSET_S) {
        Some(zone) => at.with_timezone(&zone).date_naive(),
        None => at.date_naive(),
    }
}

/// The instant at which a Vietnamese calendar day begins.
#[must_use]
pub fn day_start(day: NaiveDate) -> Instant {
    let midnight = day.and_time(chrono::NaiveTime::MIN).and_utc();
    midnight - chrono::TimeDelta::seconds(i64::from(VIETNAM_OFFSET_S))
}

/// The Vietnamese calendar year an instant belongs to; manifest numbers count per year.
#[must_use]
pub fn local_year(at: Instant) -> i32 {
    local_day(at).year()
}

/// Minutes since the Vietnamese midnight before an instant, 0 to 1439.
#[must_use]
pub fn local_minute(at: Instant) -> u16 {
    let seconds = (at.timestamp() + i64::from(VIETNAM_OFFSET_S)).rem_euclid(24 * 3600);
    u16::try_from(seconds / 60).unwrap_or(0)
}

/// Seconds until the next Vietnamese calendar day begins, at least one.
#[must_use]
pub fn seconds_to_next_day(at: Instant) -> i64 {
    const DAY_S: i64 = 24 * 3600;
    DAY_S - (at.timestamp() + i64::from(VIETNAM_OFFSET_S)).rem_euclid(DAY_S)
}

#[cfg(test)]
mod tests {
    use super::{day_start, from_millis, local_day, local_minute, local_year, seconds_to_next_day};

    #[test]
    fn the_next_day_begins_at_midnight_in_hanoi() {
        let wait = |text: &str| seconds_to_next_day(text.parse().unwrap());
        assert_eq!(wait("2026-11-23T16:59:59.999Z"), 1);
        assert_eq!(wait("2026-11-23T17:00:00Z"), 86_400);
        assert_eq!(wait("2026-11-23T01:00:00Z"), 16 * 3600);
    }

    #[test]
    fn half_past_midnight_in_hanoi_belongs_to_that_day() {
        let at = "2026-12-31T17:30:00Z".parse().unwrap();
        assert_eq!((local_day(at).to_string().as_str(), local_minute(at)), ("2027-01-01", 30));
        assert_eq!(local_year(at), 2027);
    }

    #[test]
    fn a_day_begins_at_its_own_midnight() {
        let start = day_start("2026-11-23".parse().unwrap());
        assert_eq!(start.to_rfc3339(), "2026-11-22T17:00:00+00:00");
        assert_eq!(local_day(start).to_string(), "2026-11-23");
    }

    #[test]
    fn the_last_second_of_a_local_day_stays_in_it() {
        let at = from_millis(
            "2026-11-23T16:59:59.999Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp_millis(),
        );
        assert_eq!(local_day(at.unwrap()).to_string(), "2026-11-23");
    }
}

//! The best fix of an event: its own or a supplement's, and what it is worth (DESIGN §5).

use super::super::event::EventKind;
use super::super::record::{DeviceStanding, RecordedEvent};
use super::super::times::SKEW_LIMIT;
use crate::geo::position::Position;
use crate::id::EventId;
use crate::time::{Instant, instant};
use std::collections::BTreeMap;

/// A fix proves a place only with an accuracy radius of at most this many metres.
pub(super) const GOOD_ACCURACY_M: f64 = 100.0;

/// The best fix that an event has, its own or a supplement's.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fix {
    /// None at all.
    Missing,
    /// The phone says that it is made up.
    Mocked(Position),
    /// From another time than the event's.
    Stale(Position),
    /// Of the right time but too vague.
    Poor(Position),
    /// Of the right time and at most 100 m vague.
    Good(Position),
}

impl Fix {
    /// The best of the event's own fix and those of its supplements; of two good ones the more accurate.
    pub(super) fn best(event: &RecordedEvent, by_id: &BTreeMap<EventId, &RecordedEvent>) -> Self {
        let own = event.payload.position.map(|position| Self::classed(position, event, event));
        let supplements = by_id
            .values()
            .filter(|candidate| supplements(candidate, event))
            .filter_map(|s| s.payload.position.map(|position| Self::classed(position, event, s)));
        // The first of equals wins: the event's own, then the supplement with the lowest id.
        own.into_iter().chain(supplements).fold(Self::Missing, |best, fix| {
            if fix.rank() > best.rank() || fix.rank() == best.rank() && fix.accuracy() < best.accuracy() {
                fix
            } else {
                best
            }
        })
    }

    fn classed(position: Position, event: &RecordedEvent, signed_in: &RecordedEvent) -> Self {
        // A fix that names no time is as old as the event it is signed in.
        let time = position.fix_time.map_or_else(|| signed_in.payload.phone_instant(), instant);
        let position = Position { fix_time: Some(time), ..position };
        if position.mocked {
            Self::Mocked(position)
        } else if !within_limit(time, event) {
            Self::Stale(position)
        } else if position.accuracy_m.is_none_or(|accuracy| accuracy > GOOD_ACCURACY_M) {
            Self::Poor(position)
        } else {
            Self::Good(position)
        }
    }

    const fn rank(&self) -> u8 {
        match self {
            Self::Missing => 0,
            Self::Mocked(_) => 1,
            Self::Stale(_) => 2,
            Self::Poor(_) => 3,
            Self::Good(_) => 4,
        }
    }

    /// The fix, whatever it is worth.
    pub(super) const fn position(&self) -> Option<&Position> {
        match self {
            Self::Missing => None,
            Self::Mocked(position) | Self::Stale(position) | Self::Poor(position) | Self::Good(position) => {
                Some(position)
            }
        }
    }

    /// The fix, if it proves a place.
    pub(super) const fn good(&self) -> Option<&Position> {
        match self {
            Self::Good(position) => Some(position),
            Self::Missing | Self::Mocked(_) | Self::Stale(_) | Self::Poor(_) => None,
        }
    }

    /// The fix, if it is real and of the event's time.
    pub(super) const fn timely(&self) -> Option<&Position> {
        match self {
            Self::Poor(position) | Self::Good(position) => Some(position),
            Self::Missing | Self::Mocked(_) | Self::Stale(_) => None,
        }
    }

    fn accuracy(&self) -> f64 {
        self.position().and_then(|position| position.accuracy_m).unwrap_or(f64::INFINITY)
    }

    /// When the fix was made.
    pub(super) fn time(&self) -> Option<Instant> {
        self.position().and_then(|position| position.fix_time)
    }
}

/// A fix is of the event's time when it is near it by the phone's clock or by the corrected one: phones stamp fixes
/// with their own clock, receivers with the satellites'.
fn within_limit(fix_time: Instant, event: &RecordedEvent) -> bool {
    [event.payload.phone_instant(), event.estimated_time]
        .into_iter()
        .any(|at| fix_time.signed_duration_since(at).abs() <= SKEW_LIMIT)
}

/// True for a supplement of this event by the same device, in good standing, signed within two minutes.
fn supplements(candidate: &RecordedEvent, event: &RecordedEvent) -> bool {
    let apart = candidate.payload.phone_instant().signed_duration_since(event.payload.phone_instant());
    candidate.payload.kind == EventKind::PositionSupplement
        && candidate.payload.supplements == Some(event.payload.id)
        && candidate.device_id == event.device_id
        && candidate.device_standing != DeviceStanding::Revoked
        && apart.abs() <= SKEW_LIMIT
}

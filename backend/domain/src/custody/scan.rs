//! One scan among those that make a state.

use crate::id::EventId;
use crate::time::Instant;
use serde::{Deserialize, Serialize};

/// A scan that moved or confirmed something: which event, and when by its estimated time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scan {
    /// The event.
    pub event_id: EventId,
    /// Its estimated time.
    pub at: Instant,
}

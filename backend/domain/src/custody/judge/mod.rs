//! The checks: what looks wrong with authentic events.
//!
//! One pure function per rule, in one ordered list. They see the facts, the fold and the whole set of events, never a
//! database or a clock, and they never stop an event. A verdict does not depend on the order of arrival.

use super::act::Act;
use super::finding::{EvidenceGrade, Finding};
use super::fold::Folded;
use super::record::RecordedEvent;
use crate::id::EventId;
use crate::manifest::ManifestFacts;
use std::collections::BTreeMap;

/// Everything the checks say about one manifest.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// Findings that hold, sorted by event order, then by code.
    pub findings: Vec<Finding>,
    /// Evidence grade of every event that claims a place.
    pub grades: BTreeMap<EventId, EvidenceGrade>,
}

/// Judges one manifest.
#[must_use]
pub fn judge(facts: &ManifestFacts, acts: &[Act], events: &[RecordedEvent], folded: &Folded) -> Judgement {
    let _ = (facts, acts, events, folded);
    Judgement { findings: Vec::new(), grades: BTreeMap::new() }
}

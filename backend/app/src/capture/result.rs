//! What became of an event, as its sender reads it.

use domain::custody::finding::{EvidenceGrade, FindingCode, Severity};
use domain::id::EventId;
use domain::manifest::ManifestState;
use serde::Serialize;
use serde_json::Value;

/// An id that is stored with another signing input.
pub(super) const ID_CONFLICT: &str = "id_conflict";

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Stored now.
    Recorded,
    /// Stored before, the same bytes.
    Duplicate,
    /// Not an event of a device of ours; the bytes are kept for the authority.
    Refused,
}

/// Result of one event.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct EventResult {
    /// Its place in the batch.
    pub index: usize,
    /// Its id, if it could be read.
    pub id: Option<EventId>,
    /// What became of it.
    pub outcome: Outcome,
    /// State of the manifest afterwards; null where the signer has no part in it.
    pub state: Option<ManifestState>,
    /// Evidence of its place; of a supplement, that of the event it supplements.
    pub evidence_grade: Option<EvidenceGrade>,
    /// Its findings; of a supplement, also those of the event it supplements.
    pub findings: Vec<FindingBrief>,
    /// Why it was refused.
    pub problem: Option<EventProblem>,
}

/// A finding in a result.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct FindingBrief {
    /// Code.
    pub code: FindingCode,
    /// Severity.
    pub severity: Severity,
    /// Evidence, by code.
    #[schema(value_type = Object)]
    pub detail: Value,
}

/// Why an event was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct EventProblem {
    /// `signature`, `device_unknown`, `id_conflict`, `unreadable`, or the rule of the JWS that was broken.
    pub code: String,
    /// What to do, in English.
    pub detail: String,
}

impl EventResult {
    /// Not stored as an event: why, and what to do.
    pub(super) fn refused(index: usize, id: Option<EventId>, code: &str, detail: &str) -> Self {
        Self {
            index,
            id,
            outcome: Outcome::Refused,
            state: None,
            evidence_grade: None,
            findings: Vec::new(),
            problem: Some(EventProblem { code: code.to_owned(), detail: detail.to_owned() }),
        }
    }
}

//! What an event states in its details beside its fields.

use super::event::EventPayload;
use serde_json::Value;

/// The reason that a partial acceptance or a rejection states, else its comment.
#[must_use]
pub fn stated_reason(payload: &EventPayload) -> Option<String> {
    payload
        .details
        .get("reason")
        .and_then(Value::as_str)
        .map(str::to_owned)
        .or_else(|| payload.comment.clone())
}

/// The name under a closing certificate, as written.
pub(super) fn stated_name(payload: &EventPayload) -> Option<String> {
    let name = payload.details.get("name")?.as_str()?.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

//! Capture: signed custody events come in, one result each goes out.
//!
//! `decode` opens and checks what a phone sent, `queue` hands authentic events to the one writer, `commit` judges,
//! folds and writes a whole batch in one transaction. Acknowledged means durable.

mod commit;
mod decode;
mod event;
pub(crate) mod queue;
pub(crate) mod result;

pub use commit::chain;
pub use queue::{CaptureQueue, Limits};
pub use result::{EventProblem, EventResult, FindingBrief, Outcome};

use crate::app::App;
use crate::caller::Caller;
use crate::error::{Error, FieldCode, Result};
use chrono::{DateTime, Utc};
use result::ID_CONFLICT;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::queue::QueueError;

/// Most events of one batch.
pub const MAX_EVENTS: usize = 500;

/// A batch as a phone sends it.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
pub struct Batch {
    /// The phone's clock when it sent this attempt; tells its clock error where an event carries none.
    #[serde(default)]
    pub sent_at: Option<DateTime<Utc>>,
    /// How long the phone's last exchange with the server took, milliseconds, also one it gave up: over 30 s its
    /// `sent_at` tells nothing.
    #[serde(default)]
    pub round_trip_ms: Option<u32>,
    /// Compact JWS, at most 500. What is no text is answered as refused, so that one bad entry never blocks the rest.
    #[schema(value_type = Vec<String>)]
    pub events: Vec<Value>,
}

/// One result for each event, in the order sent.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct BatchResult {
    /// The results.
    pub results: Vec<EventResult>,
    /// Epoch of the server's database. When it is another than the phone knew, the server was restored from a backup:
    /// the phone sends again every acknowledged event that it keeps.
    pub epoch: i64,
}

/// Captures a batch. Whoever carries it is only the courier: the rights are the signers'.
///
/// # Errors
/// [`Error::Fields`] for more than 500 events; [`Error::Busy`] when any event stayed undecided: nothing is lost, the
/// phone sends the batch again.
pub async fn capture(app: &App, caller: &Caller, batch: Batch) -> Result<BatchResult> {
    if batch.events.len() > MAX_EVENTS {
        return Err(Error::field(
            "events",
            FieldCode::OutOfRange,
            "At most 500 events; send the rest in the next batch.",
        ));
    }
    let received_at = app.now();
    let epoch = app.epoch().await?;
    let decoded = decode::decode(app, &batch, received_at).await?;
    let mut results: Vec<Option<EventResult>> = vec![None; batch.events.len()];
    let (mut refused, mut authentic, mut places) = (Vec::new(), Vec::new(), Vec::new());
    for (index, item) in decoded.into_iter().enumerate() {
        match item {
            Ok(event) => {
                authentic.push(event);
                places.push(index);
            }
            Err(refusal) => {
                results[index] = Some(EventResult::refused(index, refusal.id, refusal.code, refusal.detail));
                refused.push(refusal);
            }
        }
    }
    let answers = app.capture.submit_all(authentic).await;
    for (index, answer) in places.into_iter().zip(answers) {
        let result = match answer {
            Ok(result) => EventResult { index, ..result },
            Err(QueueError::Parked) => {
                let detail = "It is kept for the operator, who has been told; keep it on the phone too.";
                EventResult::refused(index, None, "parked", detail)
            }
            Err(QueueError::Busy | QueueError::Closed) => return Err(Error::Busy),
        };
        if let Some(problem) = result.problem.as_ref().filter(|problem| problem.code == ID_CONFLICT) {
            tracing::warn!(event.index = index, code = problem.code, "an event id came with other content");
            refused.push(decode::Refusal::conflict(result.id, &batch.events[index]));
        }
        results[index] = Some(result);
    }
    decode::keep_refused(app, caller, refused, received_at).await?;
    Ok(BatchResult { results: results.into_iter().flatten().collect(), epoch })
}

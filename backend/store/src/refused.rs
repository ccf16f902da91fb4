//! `refused_events`: what was not an authentic event, kept with its bytes for the authority; also what the queue parked.

use crate::{Cursor, Listing, Page, Result, Tx};
use domain::id::PersonId;
use domain::time::Instant;
use sqlx::QueryBuilder;
use uuid::Uuid;

/// Bytes that were refused.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Refused {
    /// Id of this entry.
    pub id: Uuid,
    /// The event id they claim, if readable.
    pub event_id: Option<Uuid>,
    /// The device they claim, if readable.
    pub device_id: Option<Uuid>,
    /// Who brought them.
    pub person_id: Option<PersonId>,
    /// As received.
    pub bytes: Vec<u8>,
    /// Stable code of the reason; `parked` for what no transaction could take.
    pub reason: String,
    /// When.
    pub received_at: Instant,
}

/// Keeps refused bytes.
pub async fn insert(tx: &mut Tx, row: &Refused) -> Result<()> {
    on_tx!(tx, c => sqlx::query(
        "INSERT INTO refused_events (id, event_id, device_id, person_id, bytes, reason, received_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(row.id).bind(row.event_id).bind(row.device_id).bind(row.person_id).bind(&row.bytes).bind(&row.reason)
    .bind(row.received_at)
    .execute(c).await.map(drop))
}

/// A page of refusals, newest first.
pub async fn list(tx: &mut Tx, page: &Page) -> Result<Listing<Refused>> {
    let rows: Vec<Refused> = on_tx!(tx, c => {
        let mut q = QueryBuilder::new(
            "SELECT id, event_id, device_id, person_id, bytes, reason, received_at FROM refused_events WHERE TRUE",
        );
        if let Some((at, id)) = page.after.as_ref().and_then(Cursor::time_and_id) {
            q.push(" AND (received_at, id) < (").push_bind(at).push(", ").push_bind(id).push(")");
        }
        q.push(" ORDER BY received_at DESC, id DESC LIMIT ").push_bind(page.probe());
        q.build_query_as().fetch_all(c).await
    })?;
    Ok(Listing::cut(rows, page, |row| Cursor::at(row.received_at, row.id)))
}

//! `trips`: one vehicle's journey with one or more manifests.

use crate::{Result, Tx};
use domain::id::{OrganisationId, PersonId, TripId};
use domain::plate::Plate;
use domain::time::Instant;

/// A trip.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Trip {
    /// Its id.
    pub id: TripId,
    /// The carrier.
    pub carrier_id: OrganisationId,
    /// The driver, once known.
    pub driver_id: Option<PersonId>,
    /// The plate, once known.
    pub plate: Option<Plate>,
    /// When it was made.
    pub created_at: Instant,
}

/// Makes a trip.
pub async fn insert(tx: &mut Tx, row: &Trip) -> Result<()> {
    on_tx!(tx, c => sqlx::query(
        "INSERT INTO trips (id, carrier_id, driver_id, plate, created_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(row.id).bind(row.carrier_id).bind(row.driver_id).bind(&row.plate).bind(row.created_at)
    .execute(c).await.map(drop))
}

/// Changes carrier, driver and plate.
pub async fn update(tx: &mut Tx, row: &Trip) -> Result<()> {
    on_tx!(tx, c => sqlx::query("UPDATE trips SET carrier_id = $2, driver_id = $3, plate = $4 WHERE id = $1")
        .bind(row.id).bind(row.carrier_id).bind(row.driver_id).bind(&row.plate)
        .execute(c).await.map(|done| done.rows_affected()))
    .and_then(crate::error::one)
}

/// One trip.
pub async fn find(tx: &mut Tx, id: TripId) -> Result<Option<Trip>> {
    on_tx!(tx, c => sqlx::query_as("SELECT id, carrier_id, driver_id, plate, created_at FROM trips WHERE id = $1")
        .bind(id).fetch_optional(c).await)
}

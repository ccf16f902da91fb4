//! `vehicles`: the trucks of carriers, one row per organisation and plate.

use crate::{Cursor, Listing, Page, Result, Tx};
use domain::id::{OrganisationId, VehicleId};
use domain::plate::Plate;
use domain::time::Instant;
use sqlx::QueryBuilder;

macro_rules! columns {
    () => {
        "id, organisation_id, plate, name, kind, created_at"
    };
}

/// A vehicle.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Vehicle {
    /// Its id.
    pub id: VehicleId,
    /// Whose it is.
    pub organisation_id: OrganisationId,
    /// Plate as written; unique in the organisation by its normal form.
    pub plate: Plate,
    /// What its people call it.
    pub name: String,
    /// Kind of vehicle, in its owner's words.
    pub kind: String,
    /// When it was registered.
    pub created_at: Instant,
}

/// Registers a vehicle; a second one of the same normal plate is `vehicles_organisation_id_plate_normal`.
pub async fn insert(tx: &mut Tx, row: &Vehicle) -> Result<()> {
    on_tx!(tx, c => sqlx::query(concat!(
        "INSERT INTO vehicles (", columns!(), ", plate_normal) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    ))
    .bind(row.id).bind(row.organisation_id).bind(&row.plate).bind(&row.name).bind(&row.kind).bind(row.created_at)
    .bind(row.plate.normal())
    .execute(c).await.map(drop))
}

/// A page of vehicles by plate, of one organisation or of all.
pub async fn list(
    tx: &mut Tx,
    organisation: Option<OrganisationId>,
    page: &Page,
) -> Result<Listing<Vehicle>> {
    let rows: Vec<Vehicle> = on_tx!(tx, c => {
        let mut q = QueryBuilder::new(concat!("SELECT ", columns!(), " FROM vehicles WHERE TRUE"));
        if let Some(id) = organisation {
            q.push(" AND organisation_id = ").push_bind(id);
        }
        if let Some(after) = &page.after {
            q.push(" AND (plate_normal, id) > (").push_bind(&after.key).push(", ").push_bind(after.id).push(")");
        }
        q.push(" ORDER BY plate_normal, id LIMIT ").push_bind(page.probe());
        q.build_query_as().fetch_all(c).await
    })?;
    Ok(Listing::cut(rows, page, |row| Cursor { key: row.plate.normal(), id: row.id.0 }))
}

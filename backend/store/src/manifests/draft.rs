//! What the parties agree on: written while the manifest is a draft.

use crate::batch::{Column, Statement};
use crate::{Error, Json, Result, Tx, lines};
use domain::custody::state::Custody;
use domain::id::{ManifestId, OrganisationId, PersonId, RouteId, SiteId, TripId};
use domain::manifest::ManifestState;
use domain::mass::Grams;
use domain::plate::Plate;
use domain::time::{Instant, local_day};
use domain::waste::WasteLine;
use serde_json::Value;
use std::sync::LazyLock;

/// The content of a draft.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// Hands over.
    pub generator_id: OrganisationId,
    /// Where.
    pub generator_site_id: SiteId,
    /// Province of that site.
    pub generator_province: Option<String>,
    /// Moves.
    pub carrier_id: OrganisationId,
    /// Receives.
    pub facility_id: OrganisationId,
    /// Where.
    pub facility_site_id: SiteId,
    /// Province of that site.
    pub facility_province: Option<String>,
    /// Plates.
    pub plates: Vec<Plate>,
    /// Driver, if known.
    pub driver_id: Option<PersonId>,
    /// Planned pickup.
    pub planned_pickup_at: Instant,
    /// Planned delivery.
    pub planned_delivery_at: Instant,
    /// The carrier's named route, if one was chosen.
    pub route_id: Option<RouteId>,
    /// GeoJSON LineString.
    pub route_geometry: Option<Value>,
    /// Half-width of its corridor in metres.
    pub corridor_m: Option<f64>,
    /// Lines.
    pub lines: Vec<WasteLine>,
    /// Names of the parties and sites, for the search; the store adds plates, codes and names of the lines.
    pub search: String,
}

/// A manifest that begins its life.
#[derive(Debug, Clone, PartialEq)]
pub struct NewManifest {
    /// Its id.
    pub id: ManifestId,
    /// Its trip, inserted before.
    pub trip_id: TripId,
    /// Who drafts it.
    pub drafted_by: OrganisationId,
    /// Now.
    pub created_at: Instant,
    /// Its content.
    pub draft: Draft,
}

impl Draft {
    fn declared(&self) -> Grams {
        self.lines.iter().map(|line| line.declared_mass_g).sum()
    }

    fn folded(&self) -> String {
        let mut text = self.search.clone();
        for plate in &self.plates {
            text.extend([" ", plate.0.as_str(), " ", plate.normal().as_str()]);
        }
        for line in &self.lines {
            let digits = line.waste_code.as_str().replace(' ', "");
            text.extend([" ", line.waste_code.as_str(), " ", digits.as_str(), " ", line.waste_name.as_str()]);
        }
        domain::text::fold(&text)
    }
}

/// Writes a new draft with its lines and plates.
pub async fn insert(tx: &mut Tx, new: &NewManifest) -> Result<()> {
    let draft = &new.draft;
    let day = local_day(draft.planned_pickup_at);
    on_tx!(tx, c => sqlx::query(
        "INSERT INTO manifests (id, trip_id, drafted_by, created_at, updated_at, state_since, state, revision, \
             version, agreed_generator, agreed_facility, on_hold, open_findings, last_seq, \
             generator_id, generator_site_id, generator_province, carrier_id, facility_id, facility_site_id, \
             facility_province, plates, expected_plate, expected_plate_normal, driver_id, expected_driver_id, \
             planned_pickup_at, planned_delivery_at, route_id, route_geometry, corridor_m, declared_mass_g, \
             load_day, load_month, folded, custody) \
         VALUES ($1, $2, $3, $4, $4, $4, $5, 0, 1, FALSE, FALSE, FALSE, 0, 0, $6, $7, $8, $9, $10, $11, $12, $13, \
                 $14, $15, $16, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)",
    )
    .bind(new.id).bind(new.trip_id).bind(new.drafted_by).bind(new.created_at).bind(ManifestState::Draft)
    .bind(draft.generator_id).bind(draft.generator_site_id).bind(&draft.generator_province)
    .bind(draft.carrier_id).bind(draft.facility_id).bind(draft.facility_site_id).bind(&draft.facility_province)
    .bind(Json(&draft.plates)).bind(draft.plates.first()).bind(draft.plates.first().map(Plate::normal))
    .bind(draft.driver_id).bind(draft.planned_pickup_at).bind(draft.planned_delivery_at)
    .bind(draft.route_id).bind(draft.route_geometry.as_ref().map(Json)).bind(draft.corridor_m)
    .bind(draft.declared()).bind(day).bind(day.format("%Y-%m").to_string()).bind(draft.folded())
    .bind(Json(Custody::Draft))
    .execute(c).await.map(drop))?;
    insert_plates(tx, new.id, &draft.plates).await?;
    lines::insert(tx, new.id, &draft.lines).await
}

/// Replaces the content of a draft and returns its new version.
///
/// # Errors
/// [`Error::Stale`] when the row is not of this `version` any more, or no draft any more.
pub async fn update_draft(
    tx: &mut Tx,
    id: ManifestId,
    version: i64,
    draft: &Draft,
    at: Instant,
) -> Result<i64> {
    let day = local_day(draft.planned_pickup_at);
    let updated: Option<i64> = on_tx!(tx, c => sqlx::query_scalar(
        "UPDATE manifests SET version = version + 1, updated_at = $3, \
             generator_id = $4, generator_site_id = $5, generator_province = $6, carrier_id = $7, facility_id = $8, \
             facility_site_id = $9, facility_province = $10, plates = $11, expected_plate = $12, \
             expected_plate_normal = $13, driver_id = $14, expected_driver_id = $14, planned_pickup_at = $15, \
             planned_delivery_at = $16, route_id = $17, route_geometry = $18, corridor_m = $19, \
             declared_mass_g = $20, load_day = $21, load_month = $22, folded = $23 \
         WHERE id = $1 AND version = $2 AND state = 'draft' RETURNING version",
    )
    .bind(id).bind(version).bind(at)
    .bind(draft.generator_id).bind(draft.generator_site_id).bind(&draft.generator_province)
    .bind(draft.carrier_id).bind(draft.facility_id).bind(draft.facility_site_id).bind(&draft.facility_province)
    .bind(Json(&draft.plates)).bind(draft.plates.first()).bind(draft.plates.first().map(Plate::normal))
    .bind(draft.driver_id).bind(draft.planned_pickup_at).bind(draft.planned_delivery_at)
    .bind(draft.route_id).bind(draft.route_geometry.as_ref().map(Json)).bind(draft.corridor_m)
    .bind(draft.declared()).bind(day).bind(day.format("%Y-%m").to_string()).bind(draft.folded())
    .fetch_optional(c).await)?;
    let version = updated.ok_or(Error::Stale)?;
    on_tx!(tx, c => sqlx::query("DELETE FROM manifest_plates WHERE manifest_id = $1")
        .bind(id).execute(c).await.map(drop))?;
    insert_plates(tx, id, &draft.plates).await?;
    lines::replace(tx, id, &draft.lines).await?;
    Ok(version)
}

async fn insert_plates(tx: &mut Tx, id: ManifestId, plates: &[Plate]) -> Result<()> {
    static INSERT: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            "INSERT INTO manifest_plates (manifest_id, plate_normal) \
             SELECT manifest_id, plate_normal FROM {input} WHERE TRUE ON CONFLICT DO NOTHING",
            &[("manifest_id", Column::Uuid), ("plate_normal", Column::Text)],
        )
    });
    let rows = plates.iter().map(|plate| vec![id.into(), plate.normal().into()]).collect();
    INSERT.execute(tx, rows).await.map(drop)
}

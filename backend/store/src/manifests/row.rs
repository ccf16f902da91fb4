//! The row, and finding and locking it.

use crate::batch::{Column, Statement, ids};
use crate::tx::Conn;
use crate::{Json, Result, Tx};
use chrono::NaiveDate;
use domain::custody::state::Custody;
use domain::id::{ManifestId, OrganisationId, PersonId, RouteId, SiteId, TripId};
use domain::manifest::{ManifestState, Side};
use domain::mass::Grams;
use domain::party::Role;
use domain::plate::Plate;
use domain::time::Instant;
use serde_json::Value;
use std::sync::LazyLock;

/// A manifest as projected.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Manifest {
    /// Its id.
    pub id: ManifestId,
    /// Its trip.
    pub trip_id: TripId,
    /// The organisation that drafted it; alone sees it as a draft.
    pub drafted_by: OrganisationId,
    /// Hands over.
    pub generator_id: OrganisationId,
    /// Where.
    pub generator_site_id: SiteId,
    /// Moves.
    pub carrier_id: OrganisationId,
    /// Receives.
    pub facility_id: OrganisationId,
    /// Where.
    pub facility_site_id: SiteId,
    /// Province of the generator's site when agreed.
    pub generator_province: Option<String>,
    /// Province of the facility's site when agreed.
    pub facility_province: Option<String>,
    /// Where it stands.
    pub state: ManifestState,
    /// Since when.
    pub state_since: Instant,
    /// Official number, once issued.
    pub number: Option<String>,
    /// Its serial per permit and year.
    pub serial: Option<i64>,
    /// The local year it counts in.
    pub serial_year: Option<i32>,
    /// The permit it counts under.
    pub serial_permit: Option<String>,
    /// Revision in force; 0 before issue.
    pub revision: i32,
    /// Raised by every write: the ETag.
    pub version: i64,
    /// The side that proposed it.
    pub proposed_by: Option<Side>,
    /// The generator has agreed.
    pub agreed_generator: bool,
    /// The facility has agreed.
    pub agreed_facility: bool,
    /// Plates agreed on.
    pub plates: Json<Vec<Plate>>,
    /// Plate expected now, after assignments and changes on the way.
    pub expected_plate: Option<Plate>,
    /// Driver agreed on.
    pub driver_id: Option<PersonId>,
    /// Driver expected now, after assignments and changes on the way.
    pub expected_driver_id: Option<PersonId>,
    /// Planned pickup.
    pub planned_pickup_at: Instant,
    /// Planned delivery.
    pub planned_delivery_at: Instant,
    /// The carrier's named route, if one was chosen.
    pub route_id: Option<RouteId>,
    /// GeoJSON LineString agreed on.
    pub route_geometry: Option<Json<Value>>,
    /// Half-width of its corridor in metres.
    pub corridor_m: Option<f64>,
    /// Six digits that the generator reads out at pickup.
    pub pickup_code: Option<String>,
    /// When the generator confirmed the pickup on its own phone or desk.
    pub confirmed_at: Option<Instant>,
    /// Name of who handed over, as written.
    pub confirmed_by: Option<String>,
    /// The authority holds the load.
    pub on_hold: bool,
    /// SHA-256 of the approved document.
    pub document_digest: Option<Vec<u8>>,
    /// Why it was voided, refused or taken in part.
    pub reason: Option<String>,
    /// Role whose turn it is.
    pub turn_role: Option<Role>,
    /// Organisation whose turn it is; `None` with a role = the authority of the area.
    pub turn_organisation_id: Option<OrganisationId>,
    /// Since when.
    pub turn_since: Option<Instant>,
    /// Until when.
    pub turn_until: Option<Instant>,
    /// Sum of the declared masses.
    pub declared_mass_g: Grams,
    /// Sum of the loaded masses that are known.
    pub loaded_mass_g: Option<Grams>,
    /// Sum of the received masses that are known.
    pub received_mass_g: Option<Grams>,
    /// Sum of the refused masses that are known.
    pub refused_mass_g: Option<Grams>,
    /// Findings neither withdrawn nor closed.
    pub open_findings: i64,
    /// Local day of the pickup; planned until it happened.
    pub load_day: NaiveDate,
    /// When it was drafted.
    pub created_at: Instant,
    /// When the row last changed.
    pub updated_at: Instant,
    /// When it was issued.
    pub issued_at: Option<Instant>,
    /// Estimated time of the pickup.
    pub picked_up_at: Option<Instant>,
    /// The earlier of delivery and arrival.
    pub arrived_at: Option<Instant>,
    /// Acceptance or partial acceptance.
    pub accepted_at: Option<Instant>,
    /// The folded state with its facts; `None` before the first fold.
    pub custody: Option<Json<Custody>>,
    /// Number of its last custody event.
    pub last_seq: i64,
    /// Hash of its chain of events.
    pub chain_hash: Option<Vec<u8>>,
}

/// One manifest.
pub async fn find(tx: &mut Tx, id: ManifestId) -> Result<Option<Manifest>> {
    on_tx!(tx, c => sqlx::query_as(concat!("SELECT ", columns!(), " FROM manifests WHERE id = $1"))
        .bind(id).fetch_optional(c).await)
}

/// Many manifests at once, by id.
pub async fn find_many(tx: &mut Tx, wanted: &[ManifestId]) -> Result<Vec<Manifest>> {
    static FIND: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            concat!(
                "SELECT ",
                columns!(),
                " FROM manifests WHERE id IN (SELECT wanted FROM {input}) ORDER BY id"
            ),
            &[("wanted", Column::Uuid)],
        )
    });
    FIND.fetch(tx, ids(wanted)).await
}

/// Locks manifests until the transaction ends, in the order of their ids so that two batches cannot deadlock.
///
/// Only PostgreSQL needs it: the one SQLite writer holds the whole file.
pub async fn lock(tx: &mut Tx, wanted: &[ManifestId]) -> Result<Vec<Manifest>> {
    static LOCK: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            concat!(
                "SELECT ",
                columns!(),
                " FROM manifests WHERE id IN (SELECT wanted FROM {input}) ORDER BY id FOR UPDATE OF manifests"
            ),
            &[("wanted", Column::Uuid)],
        )
    });
    match tx.conn() {
        Conn::Sqlite(_) => find_many(tx, wanted).await,
        Conn::Postgres(_) => LOCK.fetch(tx, ids(wanted)).await,
    }
}

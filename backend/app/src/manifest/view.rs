//! What callers see of a manifest, its events and its findings.

use crate::capture::result::FindingBrief;
use crate::file::named::{CounterpartyView, EventFileView, FileCounts};
use chrono::{DateTime, Utc};
use domain::custody::finding::{EvidenceGrade, FindingCode, Severity};
use domain::custody::turn::Turn;
use domain::geo::position::Position;
use domain::id::{EventId, FindingId, ManifestId, OrganisationId, PersonId, SiteId, TripId};
use domain::manifest::{ManifestState, Side};
use domain::mass::{Grams, MassBasis};
use domain::plate::Plate;
use domain::waste::{Packaging, PhysicalState, TreatmentMethod};
use serde::Serialize;

/// A party with the place that counts, if there is one.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PartyView {
    /// The organisation.
    pub organisation_id: OrganisationId,
    /// Its name.
    pub name: String,
    /// Its site on this manifest; null for the carrier.
    pub site_id: Option<SiteId>,
    /// Name of that site.
    pub site_name: Option<String>,
    /// Province of that site.
    pub province_code: Option<String>,
    /// Phone of the office.
    pub phone: String,
}

/// A person by id and name.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PersonBrief {
    /// The person.
    pub id: PersonId,
    /// Name.
    pub name: String,
}

/// A manifest in lists.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ManifestSummary {
    /// Its id.
    pub id: ManifestId,
    /// Human number, once issued.
    pub number: Option<String>,
    /// Where it stands.
    pub state: ManifestState,
    /// Since when.
    pub state_since: DateTime<Utc>,
    /// Revision in force.
    pub revision: i32,
    /// Hands over.
    pub generator: PartyView,
    /// Moves.
    pub carrier: PartyView,
    /// Receives.
    pub facility: PartyView,
    /// Plates agreed on.
    pub plates: Vec<Plate>,
    /// Plate expected now.
    pub expected_plate: Option<Plate>,
    /// Driver expected now.
    pub driver: Option<PersonBrief>,
    /// Planned pickup.
    pub planned_pickup_at: DateTime<Utc>,
    /// Planned delivery.
    pub planned_delivery_at: DateTime<Utc>,
    /// Sum of the declared masses, grams.
    pub declared_mass_g: Grams,
    /// Sum of the loaded masses, grams.
    pub loaded_mass_g: Option<Grams>,
    /// Sum of the received masses, grams.
    pub received_mass_g: Option<Grams>,
    /// Findings that hold and are not closed.
    pub open_findings: i64,
    /// True while the authority holds the load.
    pub on_hold: bool,
    /// Whose turn it is.
    pub turn: Option<Turn>,
    /// Last change.
    pub updated_at: DateTime<Utc>,
}

/// A manifest whole.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ManifestView {
    /// As in lists.
    #[serde(flatten)]
    pub summary: ManifestSummary,
    /// Version for If-Match.
    pub version: i64,
    /// The trip it is part of.
    pub trip_id: TripId,
    /// Who drafted it.
    pub drafted_by: OrganisationId,
    /// Which side proposed it.
    pub proposed_by: Option<Side>,
    /// Which sides have agreed.
    pub agreed: AgreedView,
    /// Lines.
    pub lines: Vec<LineView>,
    /// Declared route.
    pub route: Option<RouteView>,
    /// QR text and short code, once issued; for parties.
    pub qr: Option<QrView>,
    /// Six digits that the generator reads out at pickup; for the generator only.
    pub pickup_code: Option<String>,
    /// The generator's own confirmation.
    pub confirmed: Option<ConfirmedView>,
    /// First 16 bytes of the digest of the approved document, lower-case hex.
    pub document_digest: Option<String>,
    /// Reason of a void or a rejection.
    pub reason: Option<String>,
    /// When it was drafted.
    pub created_at: DateTime<Utc>,
    /// When it was issued.
    pub issued_at: Option<DateTime<Utc>>,
    /// When the load was picked up.
    pub picked_up_at: Option<DateTime<Utc>>,
    /// When it arrived.
    pub arrived_at: Option<DateTime<Utc>>,
    /// When the facility decided.
    pub accepted_at: Option<DateTime<Utc>>,
    /// When every accepted gram was treated.
    pub treated_at: Option<DateTime<Utc>>,
    /// The closing certificate (section 8 of the form), once it is signed.
    pub certificate: Option<CertificateView>,
    /// Evidence files that its events name.
    pub files: FileCounts,
    /// What this caller may do now: edit, propose, approve, void, assign, confirm_pickup.
    pub actions: Vec<Action>,
}

/// What a caller may do to a manifest now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Change the draft.
    Edit,
    /// Propose it to the other side.
    Propose,
    /// Agree.
    Approve,
    /// Void.
    Void,
    /// Name driver and plate.
    Assign,
    /// Confirm the pickup for the generator.
    ConfirmPickup,
}

/// Which sides have agreed.
#[derive(Debug, Clone, Copy, Serialize, utoipa::ToSchema)]
pub struct AgreedView {
    /// The generator has.
    pub generator: bool,
    /// The facility has.
    pub facility: bool,
}

/// A line with its three masses side by side.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct LineView {
    /// Number; never reused.
    pub line: i32,
    /// Six digits.
    pub waste_code: String,
    /// Name.
    pub waste_name: String,
    /// False: "chưa đối chiếu".
    pub checked: bool,
    /// Rắn, lỏng, bùn.
    pub physical_state: PhysicalState,
    /// Declared grams.
    pub declared_mass_g: Grams,
    /// Estimated or measured.
    pub mass_basis: MassBasis,
    /// Packages.
    pub packaging: Packaging,
    /// Planned treatment.
    pub treatment_method: TreatmentMethod,
    /// Loaded grams.
    pub loaded_mass_g: Option<Grams>,
    /// Received grams, refused part included.
    pub received_mass_g: Option<Grams>,
    /// Refused grams.
    pub refused_mass_g: Option<Grams>,
    /// Grams treated so far.
    pub treated_mass_g: Option<Grams>,
    /// Grams that the facility still has to treat, once it has accepted.
    pub stock_mass_g: Option<Grams>,
    /// What was treated how and when, in order.
    pub treatments: Vec<TreatmentView>,
}

/// One treatment of a part of a line.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct TreatmentView {
    /// The event that says so.
    pub event_id: EventId,
    /// How; null where the event named no method of the form.
    pub method: Option<TreatmentMethod>,
    /// Grams.
    pub mass_g: Grams,
    /// Local day on which it was done.
    pub performed_on: chrono::NaiveDate,
}

/// The closing certificate.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct CertificateView {
    /// The event whose device signature it is.
    pub event_id: EventId,
    /// When it was signed.
    pub at: DateTime<Utc>,
    /// Name under it, as written.
    pub name: Option<String>,
}

/// A declared route.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RouteView {
    /// Its registry entry, if named.
    pub route_id: Option<domain::id::RouteId>,
    /// Its name, if named.
    pub name: Option<String>,
    /// Which version of that name, from 1.
    pub version: Option<i64>,
    /// GeoJSON LineString.
    #[schema(value_type = crate::registry::shape::GeoLine)]
    pub geometry: serde_json::Value,
    /// Metres to either side.
    pub corridor_m: f64,
}

/// A manifest's code.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct QrView {
    /// Text of the QR.
    pub code: String,
    /// Ten characters and a check character.
    pub short_code: String,
}

/// The generator's confirmation of the pickup.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ConfirmedView {
    /// When.
    pub at: DateTime<Utc>,
    /// Name as written.
    pub by: Option<String>,
}

/// A custody event.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct EventView {
    /// Its id.
    pub id: EventId,
    /// What happened.
    pub kind: domain::custody::event::EventKind,
    /// The phone's clock.
    pub event_time: DateTime<chrono::FixedOffset>,
    /// Corrected by the offset measured at sync.
    pub estimated_time: DateTime<Utc>,
    /// The server's.
    pub record_time: DateTime<Utc>,
    /// Where.
    pub position: Option<Position>,
    /// Why nowhere.
    pub position_missing: Option<domain::custody::event::PositionMissing>,
    /// Evidence of its place.
    pub evidence_grade: Option<EvidenceGrade>,
    /// Plate seen.
    pub plate: Option<Plate>,
    /// Who signed.
    pub person: PersonBrief,
    /// Masses by line.
    pub lines: Vec<domain::custody::event::EventLine>,
    /// Packages counted.
    pub packages: Option<i64>,
    /// The consent of the person who hands over.
    pub counterparty: Option<CounterpartyView>,
    /// Weighing at the gate.
    pub weighing: Option<domain::custody::event::Weighing>,
    /// By kind.
    #[schema(value_type = Object)]
    pub details: serde_json::Map<String, serde_json::Value>,
    /// Remark.
    pub comment: Option<String>,
    /// Evidence files that it names, here or not.
    pub files: Vec<EventFileView>,
    /// Its findings that hold.
    pub findings: Vec<FindingBrief>,
}

/// Standing of a finding, as the contract describes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum FindingStatus {
    /// It holds and nobody has settled it.
    Open,
    /// Judged again, it does not hold.
    Withdrawn,
    /// A person settled it.
    Closed,
}

/// A finding.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct FindingView {
    /// Its id.
    pub id: FindingId,
    /// The manifest.
    pub manifest_id: Option<ManifestId>,
    /// Its number.
    pub manifest_number: Option<String>,
    /// The event it is about.
    pub event_id: Option<EventId>,
    /// What is wrong.
    pub code: FindingCode,
    /// How grave.
    pub severity: Severity,
    /// open, withdrawn or closed.
    #[schema(value_type = FindingStatus)]
    pub status: store::findings::Status,
    /// First instant it is true.
    pub from: DateTime<Utc>,
    /// Last instant it is known to be true.
    pub to: DateTime<Utc>,
    /// Time of the evidence that decided it.
    pub decided_at: DateTime<Utc>,
    /// Evidence, by code.
    #[schema(value_type = Object)]
    pub detail: serde_json::Value,
}

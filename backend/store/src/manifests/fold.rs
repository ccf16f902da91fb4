//! What the fold of acts and events makes of manifests: written for a whole batch in one statement.

use crate::batch::{Column, Statement, Value};
use crate::{Result, Tx};
use chrono::NaiveDate;
use domain::custody::folded::Folded;
use domain::custody::state::Custody;
use domain::id::{ManifestId, PersonId};
use domain::manifest::Side;
use domain::mass::Grams;
use domain::plate::Plate;
use domain::time::{Instant, local_day};
use std::sync::LazyLock;

/// Where a manifest stands after a fold.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// The manifest.
    pub id: ManifestId,
    /// State with its facts.
    pub custody: Custody,
    /// Since when; `None` leaves it (a draft began when it was written).
    pub state_since: Option<Instant>,
    /// Plate expected now.
    pub expected_plate: Option<Plate>,
    /// Driver expected now.
    pub expected_driver_id: Option<PersonId>,
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
    /// Server time of the issue.
    pub issued_at: Option<Instant>,
    /// Estimated time of the pickup.
    pub picked_up_at: Option<Instant>,
    /// The earlier of delivery and arrival.
    pub arrived_at: Option<Instant>,
    /// Acceptance or partial acceptance.
    pub accepted_at: Option<Instant>,
    /// The authority holds the load.
    pub on_hold: bool,
    /// When the generator confirmed the pickup.
    pub confirmed_at: Option<Instant>,
    /// Name of who handed over.
    pub confirmed_by: Option<String>,
    /// Why it was voided, refused or taken in part.
    pub reason: Option<String>,
    /// Whose turn it is.
    pub turn: Option<domain::custody::turn::Turn>,
    /// Number of its last custody event.
    pub last_seq: i64,
    /// Hash of its chain of events.
    pub chain_hash: Option<Vec<u8>>,
    /// Now.
    pub updated_at: Instant,
}

impl Standing {
    /// The projection of a fold over `manifest`, with the chain and findings as they were; change those where the
    /// batch adds events or findings.
    #[must_use]
    pub fn new(manifest: &super::Manifest, folded: &Folded, updated_at: Instant) -> Self {
        let (_, loaded_mass_g, received_mass_g) = folded.totals();
        let refused: Vec<Grams> = folded.lines.iter().filter_map(|line| line.refused_g).collect();
        Self {
            id: manifest.id,
            custody: folded.custody.clone(),
            state_since: folded.state_since,
            expected_plate: folded.expected_plate.clone(),
            expected_driver_id: folded.expected_driver,
            loaded_mass_g,
            received_mass_g,
            refused_mass_g: (!refused.is_empty()).then(|| refused.into_iter().sum()),
            open_findings: manifest.open_findings,
            load_day: local_day(folded.picked_up_at.unwrap_or(manifest.planned_pickup_at)),
            issued_at: folded.issued_at,
            picked_up_at: folded.picked_up_at,
            arrived_at: folded.arrived_at,
            accepted_at: folded.accepted_at,
            on_hold: folded.on_hold(),
            confirmed_at: folded.confirmed.as_ref().map(|confirmed| confirmed.at),
            confirmed_by: folded.confirmed.as_ref().and_then(|confirmed| confirmed.name.clone()),
            reason: folded.reason.clone(),
            turn: folded.turn,
            last_seq: manifest.last_seq,
            chain_hash: manifest.chain_hash.clone(),
            updated_at,
        }
    }

    /// Who proposed and who has agreed, as far as the state tells: once issued, both sides have.
    fn agreement(&self) -> (Option<Side>, bool, bool) {
        match &self.custody {
            Custody::Draft => (None, false, false),
            Custody::Proposed { by, agreed, .. } => (Some(*by), agreed.generator, agreed.facility),
            Custody::Issued { .. }
            | Custody::InTransit { .. }
            | Custody::Stored { .. }
            | Custody::Arrived { .. }
            | Custody::Accepted { .. }
            | Custody::PartlyAccepted { .. }
            | Custody::Rejected { .. }
            | Custody::Treated { .. }
            | Custody::Closed { .. }
            | Custody::Void { .. } => (None, true, true),
        }
    }

    fn row(&self) -> Vec<Value> {
        let (proposed_by, agreed_generator, agreed_facility) = self.agreement();
        let plate = self.expected_plate.as_ref();
        vec![
            self.id.into(),
            self.custody.state().as_str().into(),
            self.state_since.into(),
            // A closed list of plain values: it always serialises.
            serde_json::to_string(&self.custody).ok().into(),
            proposed_by.map(Side::as_str).into(),
            agreed_generator.into(),
            agreed_facility.into(),
            plate.map(|plate| plate.0.clone()).into(),
            plate.map(Plate::normal).into(),
            self.expected_driver_id.into(),
            self.loaded_mass_g.into(),
            self.received_mass_g.into(),
            self.refused_mass_g.into(),
            self.open_findings.into(),
            self.load_day.into(),
            self.load_day.format("%Y-%m").to_string().into(),
            self.issued_at.into(),
            self.picked_up_at.into(),
            self.arrived_at.into(),
            self.accepted_at.into(),
            self.on_hold.into(),
            self.confirmed_at.into(),
            self.confirmed_by.clone().into(),
            self.reason.clone().into(),
            self.turn.map(|turn| turn.role.as_str()).into(),
            self.turn.and_then(|turn| turn.organisation_id).into(),
            self.turn.map(|turn| turn.since).into(),
            self.turn.and_then(|turn| turn.until).into(),
            self.last_seq.into(),
            self.chain_hash.clone().into(),
            self.updated_at.into(),
        ]
    }
}

static UPDATE: LazyLock<Statement> = LazyLock::new(|| {
    Statement::new(
        "UPDATE manifests SET version = version + 1, state = new_state, \
             state_since = coalesce(new_state_since, state_since), custody = new_custody, \
             proposed_by = coalesce(new_proposed_by, proposed_by), agreed_generator = new_agreed_generator, \
             agreed_facility = new_agreed_facility, expected_plate = new_plate, \
             expected_plate_normal = new_plate_normal, expected_driver_id = new_driver, loaded_mass_g = new_loaded, \
             received_mass_g = new_received, refused_mass_g = new_refused, open_findings = new_findings, \
             load_day = new_day, load_month = new_month, issued_at = new_issued_at, \
             picked_up_at = new_picked_up_at, arrived_at = new_arrived_at, accepted_at = new_accepted_at, \
             on_hold = new_on_hold, confirmed_at = new_confirmed_at, confirmed_by = new_confirmed_by, \
             reason = new_reason, turn_role = new_turn_role, turn_organisation_id = new_turn_organisation, \
             turn_since = new_turn_since, turn_until = new_turn_until, last_seq = new_last_seq, \
             chain_hash = new_chain_hash, updated_at = new_updated_at \
         FROM {input} WHERE manifests.id = input.new_id",
        &[
            ("new_id", Column::Uuid),
            ("new_state", Column::Text),
            ("new_state_since", Column::Time),
            ("new_custody", Column::Text),
            ("new_proposed_by", Column::Text),
            ("new_agreed_generator", Column::Bool),
            ("new_agreed_facility", Column::Bool),
            ("new_plate", Column::Text),
            ("new_plate_normal", Column::Text),
            ("new_driver", Column::Uuid),
            ("new_loaded", Column::Int),
            ("new_received", Column::Int),
            ("new_refused", Column::Int),
            ("new_findings", Column::Int),
            ("new_day", Column::Date),
            ("new_month", Column::Text),
            ("new_issued_at", Column::Time),
            ("new_picked_up_at", Column::Time),
            ("new_arrived_at", Column::Time),
            ("new_accepted_at", Column::Time),
            ("new_on_hold", Column::Bool),
            ("new_confirmed_at", Column::Time),
            ("new_confirmed_by", Column::Text),
            ("new_reason", Column::Text),
            ("new_turn_role", Column::Text),
            ("new_turn_organisation", Column::Uuid),
            ("new_turn_since", Column::Time),
            ("new_turn_until", Column::Time),
            ("new_last_seq", Column::Int),
            ("new_chain_hash", Column::Bytes),
            ("new_updated_at", Column::Time),
        ],
    )
});

/// Writes where manifests stand: one statement for the whole batch, every row locked before.
///
/// # Errors
/// [`crate::Error::NotFound`] when one of them does not exist; then the caller rolls back.
pub async fn update_fold(tx: &mut Tx, standings: &[Standing]) -> Result<()> {
    let rows: Vec<_> = standings.iter().map(Standing::row).collect();
    let expected = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    if UPDATE.execute(tx, rows).await? == expected { Ok(()) } else { Err(crate::Error::NotFound) }
}

/// Sets the number and the hash of the last event in manifests' chains, after events were appended outside a fold.
pub async fn update_chain(tx: &mut Tx, chains: &[(ManifestId, i64, Vec<u8>)]) -> Result<()> {
    static UPDATE: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            "UPDATE manifests SET last_seq = new_seq, chain_hash = new_hash FROM {input} \
             WHERE manifests.id = of_manifest",
            &[("of_manifest", Column::Uuid), ("new_seq", Column::Int), ("new_hash", Column::Bytes)],
        )
    });
    let rows = chains.iter().map(|(id, seq, hash)| vec![(*id).into(), (*seq).into(), hash.as_slice().into()]);
    UPDATE.execute(tx, rows.collect()).await.map(drop)
}

/// Counts the open findings of manifests anew, after a person closed one.
pub async fn update_open_findings(tx: &mut Tx, manifests: &[ManifestId], at: Instant) -> Result<()> {
    static COUNT: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            "UPDATE manifests SET version = version + 1, updated_at = input.at, open_findings = \
                 (SELECT count(*) FROM findings f WHERE f.manifest_id = manifests.id AND f.status = 'open') \
             FROM {input} WHERE manifests.id = input.wanted",
            &[("wanted", Column::Uuid), ("at", Column::Time)],
        )
    });
    COUNT.execute(tx, manifests.iter().map(|id| vec![(*id).into(), at.into()]).collect()).await.map(drop)
}

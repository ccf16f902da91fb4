//! Inspections: what was found at the roadside, by truck and by inspector.

use crate::app::App;
use crate::caller::Caller;
use crate::capture::FindingBrief;
use crate::error::Result;
use crate::manifest::view::PersonBrief;
use crate::manifest::{load, show};
use crate::page::{Page, PageQuery};
use crate::sets::distinct;
use chrono::{DateTime, Utc};
use domain::custody::event::EventPayload;
use domain::custody::record::DeviceStanding;
use domain::geo::position::Position;
use domain::id::{EventId, ManifestId};
use domain::party::Role;
use domain::plate::Plate;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use store::events::{Event, InspectionsOf};
use store::findings::Status;
use store::{Tx, events, findings, manifests, people};

/// Who may look.
const LOOKING: [Role; 2] = [Role::Inspector, Role::Authority];

/// One inspection.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct InspectionView {
    /// Its event.
    pub id: EventId,
    /// When it was made, by the corrected clock.
    pub at: DateTime<Utc>,
    /// When the server learned of it.
    pub record_time: DateTime<Utc>,
    /// The truck.
    pub plate: Option<Plate>,
    /// The load that was looked at, if this caller may see it.
    pub manifest: Option<InspectedManifest>,
    /// Who inspected.
    pub person: PersonBrief,
    /// Where.
    pub position: Option<Position>,
    /// Item by item, in the order in which it was filled in.
    pub checklist: Vec<ChecklistItem>,
    /// How many items were not in order.
    pub failed: usize,
    /// Remark.
    pub comment: Option<String>,
    /// Its findings that hold.
    pub findings: Vec<FindingBrief>,
}

/// A manifest in an inspection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct InspectedManifest {
    /// Its id.
    pub id: ManifestId,
    /// Its number.
    pub number: Option<String>,
}

/// One item of the checklist, as signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ChecklistItem {
    /// What was looked at, a word of the checklist.
    pub item: String,
    /// In order.
    pub ok: bool,
    /// What was seen.
    #[serde(default)]
    pub note: Option<String>,
}

/// Inspections of a truck, the last one first; spaces, dots and case do not matter. A page may be shorter than asked
/// for: what somebody else signed as an inspection is left out.
///
/// # Errors
/// [`crate::Error::Forbidden`] for everybody but inspectors and authorities; [`crate::Error::Fields`] for a bad cursor.
pub async fn of_plate(
    app: &App,
    caller: &Caller,
    plate: &str,
    page: PageQuery,
) -> Result<Page<InspectionView>> {
    list(app, caller, InspectionsOf::Plate(&Plate(plate.to_owned()).normal()), page).await
}

/// Inspections that the caller signed, the last one first.
///
/// # Errors
/// As [`of_plate`].
pub async fn own(app: &App, caller: &Caller, page: PageQuery) -> Result<Page<InspectionView>> {
    list(app, caller, InspectionsOf::Person(caller.person_id), page).await
}

async fn list(
    app: &App,
    caller: &Caller,
    of: InspectionsOf<'_>,
    page: PageQuery,
) -> Result<Page<InspectionView>> {
    caller.require_any(&LOOKING)?;
    let page = page.store()?;
    let mut tx = app.db.read("inspection.list").await?;
    let mut listing = events::list_inspections(&mut tx, of, &page).await?;
    listing.items.retain(is_inspectors);
    let around = Around::load(&mut tx, caller, &listing.items).await?;
    drop(tx);
    show::log_looks(app, caller, &around.manifests, "inspections").await?;
    Ok(Page::of(listing, |row| around.view(row)))
}

/// True for what an inspector or an authority signed with a phone in good standing.
fn is_inspectors(row: &Event) -> bool {
    let record = &row.record.0;
    record.device_standing != DeviceStanding::Revoked
        && record.signer.roles.iter().any(|grant| LOOKING.contains(&grant.role))
}

/// What a page of inspections needs besides the events.
struct Around {
    manifests: Vec<manifests::Manifest>,
    people: HashMap<domain::id::PersonId, String>,
    findings: HashMap<EventId, Vec<FindingBrief>>,
}

impl Around {
    async fn load(tx: &mut Tx, caller: &Caller, rows: &[Event]) -> Result<Self> {
        let viewer = load::viewer(tx, caller).await?;
        let ids = distinct(rows.iter().filter_map(|row| row.manifest_id));
        let mut found = manifests::find_many(tx, &ids).await?;
        found.retain(|manifest| load::sees(&viewer, manifest));
        let signers = distinct(rows.iter().map(|row| row.person_id));
        let people =
            people::find_many(tx, &signers).await?.into_iter().map(|row| (row.id, row.name)).collect();
        let mut briefs: HashMap<EventId, Vec<FindingBrief>> = HashMap::new();
        let events = distinct(rows.iter().map(|row| row.id));
        for row in findings::list_of_events(tx, &events).await? {
            if let Some(id) = row.event_id.filter(|_| row.status != Status::Withdrawn) {
                let brief = FindingBrief { code: row.code, severity: row.severity, detail: row.detail.0 };
                briefs.entry(id).or_default().push(brief);
            }
        }
        Ok(Self { manifests: found, people, findings: briefs })
    }

    fn view(&self, row: Event) -> InspectionView {
        let manifest = self.manifests.iter().find(|manifest| Some(manifest.id) == row.manifest_id);
        let payload = row.record.0.payload;
        let checklist = checklist(&payload);
        InspectionView {
            id: row.id,
            at: row.estimated_time,
            record_time: row.record_time,
            manifest: manifest.map(|m| InspectedManifest { id: m.id, number: m.number.clone() }),
            person: PersonBrief {
                id: row.person_id,
                name: self.people.get(&row.person_id).cloned().unwrap_or_default(),
            },
            position: payload.position,
            failed: checklist.iter().filter(|item| !item.ok).count(),
            checklist,
            plate: payload.plate,
            comment: payload.comment,
            findings: self.findings.get(&row.id).cloned().unwrap_or_default(),
        }
    }
}

/// The items that can be read; what else the phone wrote there stays in the event.
fn checklist(payload: &EventPayload) -> Vec<ChecklistItem> {
    let items = payload.details.get("checklist").and_then(serde_json::Value::as_array);
    items
        .into_iter()
        .flatten()
        .filter_map(|item| serde_json::from_value::<ChecklistItem>(item.clone()).ok())
        .collect()
}

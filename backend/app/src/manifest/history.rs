//! Events and findings of a manifest.

use super::load;
use super::view::{EventView, FindingView, PersonBrief};
use crate::app::App;
use crate::caller::Caller;
use crate::capture::FindingBrief;
use crate::error::Result;
use crate::file::named;
use crate::page::Page;
use domain::id::{EventId, ManifestId};
use std::collections::HashMap;
use store::findings::{Status, StoredFinding};
use store::{events, findings, people};

/// Custody events by estimated time, each with its findings that hold.
///
/// # Errors
/// [`crate::Error::NotFound`] for those who may not see the manifest.
pub async fn events(app: &App, caller: &Caller, id: ManifestId) -> Result<Page<EventView>> {
    let mut tx = app.db.read("manifest.events").await?;
    load::visible(&mut tx, caller, id).await?;
    let mut rows = events::list_for(&mut tx, &[id]).await?;
    rows.sort_by_key(|row| (row.estimated_time, row.device_seq, row.id));
    let mut found: HashMap<EventId, Vec<FindingBrief>> = HashMap::new();
    for row in findings::list_for(&mut tx, &[id]).await? {
        if let Some(event_id) = row.event_id.filter(|_| row.status != Status::Withdrawn) {
            let brief = FindingBrief { code: row.code, severity: row.severity, detail: row.detail.0 };
            found.entry(event_id).or_default().push(brief);
        }
    }
    let signers = crate::sets::distinct(rows.iter().map(|row| row.person_id));
    let names: HashMap<_, _> = people::find_many(&mut tx, &signers)
        .await?
        .into_iter()
        .map(|person| (person.id, person.name))
        .collect();
    let ids: Vec<EventId> = rows.iter().map(|row| row.id).collect();
    let mut files = named::of_events(&mut tx, &ids).await?;
    let items = rows
        .into_iter()
        .map(|row| {
            let payload = row.record.0.payload;
            let files = files.remove(&row.id).unwrap_or_default();
            EventView {
                files: files.into_iter().map(|file| named::view(file, &payload)).collect(),
                counterparty: payload
                    .counterparty
                    .as_ref()
                    .map(|told| named::counterparty(told, &payload.files)),
                packages: payload.packages,
                id: row.id,
                kind: row.kind,
                event_time: payload.event_time,
                estimated_time: row.estimated_time,
                record_time: row.record_time,
                position: payload.position,
                position_missing: payload.position_missing,
                evidence_grade: row.evidence_grade,
                plate: payload.plate,
                person: PersonBrief {
                    id: row.person_id,
                    name: names.get(&row.person_id).cloned().unwrap_or_default(),
                },
                lines: payload.lines,
                weighing: payload.weighing,
                details: payload.details,
                comment: payload.comment,
                findings: found.remove(&row.id).unwrap_or_default(),
            }
        })
        .collect();
    Ok(Page::whole(items))
}

/// Findings of a manifest, withdrawn and closed ones included.
///
/// # Errors
/// As [`events`].
pub async fn findings(app: &App, caller: &Caller, id: ManifestId) -> Result<Page<FindingView>> {
    let mut tx = app.db.read("manifest.findings").await?;
    let row = load::visible(&mut tx, caller, id).await?;
    let mut found = findings::list_for(&mut tx, &[id]).await?;
    found.sort_by_key(|finding| (finding.decided_at, finding.code, finding.event_id));
    let number = row.number;
    Ok(Page::whole(found.into_iter().map(|finding| finding_view(finding, number.clone())).collect()))
}

pub(crate) fn finding_view(row: StoredFinding, manifest_number: Option<String>) -> FindingView {
    FindingView {
        id: row.id,
        manifest_id: row.manifest_id,
        manifest_number,
        event_id: row.event_id,
        code: row.code,
        severity: row.severity,
        status: row.status,
        from: row.from_at,
        to: row.to_at,
        decided_at: row.decided_at,
        detail: row.detail.0,
    }
}

//! One batch, one transaction: lock the manifests, load contexts set-wise, judge and fold in memory, insert the events
//! with one statement, write one row per manifest.

use super::event::{AuthenticEvent, ScannedCode};
use super::result::{EventResult, FindingBrief, ID_CONFLICT, Outcome};
use crate::error::Result;
use crate::file::named;
use crate::ledger::{Cause, Ledger, Verdict};
use crate::manifest::sight::Sight;
use crate::ports::Core;
use crate::refold;
use crate::sets::distinct;
use chrono::TimeDelta;
use domain::custody::finding::EvidenceGrade;
use domain::custody::record::{CodeCheck, DeviceStanding, RecordedEvent, SiteCodeCheck};
use domain::custody::step::Effect;
use domain::custody::times::estimate;
use domain::id::{EventId, ManifestId, PersonId};
use domain::party::{RoleGrant, Signer};
use domain::seal::key::sha256;
use domain::time::Instant;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use store::devices::Status;
use store::events::Event;
use store::{Tx, devices, events, grants, seals};

/// How exactly a device's last sign of life is kept: a row of its own for every event would cost more than it tells.
const SEEN_TO: TimeDelta = TimeDelta::minutes(1);

/// Commits a batch; one result each, in order. An error leaves nothing behind.
pub(super) async fn commit(app: &Core, batch: &[AuthenticEvent]) -> Result<Vec<EventResult>> {
    let now = app.now();
    let mut tx = app.db.begin("capture.commit").await?;
    let ids = distinct(batch.iter().map(|event| event.payload.id));
    let mut digests: HashMap<EventId, Vec<u8>> = HashMap::new();
    for stored in events::find_many(&mut tx, &ids).await? {
        digests.insert(stored.id, stored.signing_input_digest);
    }
    let stored_before: HashSet<EventId> = digests.keys().copied().collect();
    let mut fresh: Vec<&AuthenticEvent> = Vec::with_capacity(batch.len());
    for event in batch {
        if let Entry::Vacant(free) = digests.entry(event.payload.id) {
            free.insert(event.signing_input_digest.to_vec());
            fresh.push(event);
        }
    }
    let recorded = record(&mut tx, &fresh, now).await?;
    let manifest_ids = distinct(batch.iter().filter_map(|event| event.payload.manifest_id));
    let arriving: Vec<&RecordedEvent> = recorded.iter().collect();
    let mut ledgers = refold::load(&mut tx, &manifest_ids, &arriving).await?;
    let mut rows = chained(&fresh, recorded, &mut ledgers);
    let verdicts: Vec<Verdict> = ledgers.iter().map(refold::decide).collect();
    insert(&mut tx, &mut rows, &verdicts).await?;
    refold::write(app, &mut tx, &ledgers, &verdicts, Cause::Captured(&stored_now(&rows))).await?;
    let silent =
        |event: &&&AuthenticEvent| event.device.last_seen_at.is_none_or(|seen| now - seen >= SEEN_TO);
    let seen = distinct(fresh.iter().filter(silent).map(|event| event.device.id));
    devices::update_seen(&mut tx, &seen, now).await?;
    tx.commit().await?;
    app.live.changed(ledgers.iter().zip(&verdicts).map(|(l, v)| Sight::after(&l.row, &v.folded)));
    let by_manifest: HashMap<ManifestId, &Verdict> =
        ledgers.iter().zip(&verdicts).map(|(ledger, verdict)| (ledger.row.id, verdict)).collect();
    let mut first_seen: HashSet<EventId> = stored_before;
    Ok(batch.iter().map(|event| result(event, &digests, &by_manifest, &mut first_seen)).collect())
}

/// Builds what is stored of each fresh event: signer's rights at the estimated time, code checks, times.
async fn record(tx: &mut Tx, fresh: &[&AuthenticEvent], now: Instant) -> Result<Vec<RecordedEvent>> {
    let people = distinct(fresh.iter().map(|event| event.device.person_id));
    let mut held: HashMap<PersonId, Vec<grants::Grant>> = HashMap::new();
    for grant in grants::list_for(tx, &people).await? {
        held.entry(grant.person_id).or_default().push(grant);
    }
    let short: Vec<String> = fresh
        .iter()
        .filter_map(|event| match &event.code {
            ScannedCode::Short(code) => Some(code.to_string()),
            ScannedCode::Checked(_) => None,
        })
        .collect();
    let mut by_short: HashMap<String, seals::Seal> = HashMap::new();
    if !short.is_empty() {
        by_short = seals::find_by_short_codes(tx, &short)
            .await?
            .into_iter()
            .map(|s| (s.short_code.clone(), s))
            .collect();
    }
    let recorded = fresh.iter().map(|event| {
        let sent = &event.sent;
        let at = estimate(&event.payload, sent.at, sent.received_at, sent.round_trip).at;
        let rights = held.get(&event.device.person_id).map_or(&[][..], Vec::as_slice);
        RecordedEvent {
            payload: event.payload.clone(),
            device_id: event.device.id,
            signer: Signer { person_id: event.device.person_id, roles: roles_at(rights, at) },
            device_standing: match event.device.status {
                Status::Active => DeviceStanding::Active,
                Status::Revoked => DeviceStanding::Revoked,
            },
            code: match &event.code {
                ScannedCode::Checked(check) => check.clone(),
                ScannedCode::Short(code) => short_code_check(by_short.get(&code.to_string())),
            },
            site_code: event.site_code.clone(),
            estimated_time: at.min(now),
            record_time: now,
        }
    });
    Ok(recorded.collect())
}

/// Rights at an instant. A right given later does not reach back; one that ended later still counts.
fn roles_at(grants: &[grants::Grant], at: Instant) -> Vec<RoleGrant> {
    let mut roles: Vec<RoleGrant> = grants
        .iter()
        .filter(|grant| grant.granted_at <= at && grant.ended_at.is_none_or(|ended| at < ended))
        .map(|grant| RoleGrant { role: grant.role, organisation_id: grant.organisation_id })
        .collect();
    roles.sort_unstable_by_key(|grant| (grant.role, grant.organisation_id));
    roles
}

fn short_code_check(seal: Option<&seals::Seal>) -> CodeCheck {
    match seal {
        Some(seal) => CodeCheck::Authentic {
            manifest_id: seal.manifest_id,
            revision: seal.revision,
            expires_at: seal.expires_at,
        },
        None => CodeCheck::Invalid { reason: "short_code_unknown".to_owned() },
    }
}

/// The rows of the fresh events, chained per manifest and added to their ledgers.
fn chained(fresh: &[&AuthenticEvent], recorded: Vec<RecordedEvent>, ledgers: &mut [Ledger]) -> Vec<Event> {
    let place: HashMap<ManifestId, usize> =
        ledgers.iter().enumerate().map(|(index, ledger)| (ledger.row.id, index)).collect();
    let mut rows = Vec::with_capacity(fresh.len());
    for (event, record) in fresh.iter().zip(recorded) {
        // An event about a manifest that does not exist (yet) here is kept all the same, outside any chain.
        let index = event.payload.manifest_id.and_then(|id| place.get(&id).copied());
        let mut row = row(event, record);
        if let Some(index) = index {
            let ledger = &mut ledgers[index];
            ledger.row.last_seq += 1;
            let chained = chain(ledger.row.chain_hash.as_deref(), &event.jws, row.record_time);
            row.manifest_id = Some(ledger.row.id);
            row.seq = Some(ledger.row.last_seq);
            row.chain_hash = Some(chained.to_vec());
            ledger.row.chain_hash = Some(chained.to_vec());
            ledger.events.push(row.record.0.clone());
        }
        rows.push(row);
    }
    rows
}

/// Inserts rows with the grades that the verdicts give them, so that none is written twice.
async fn insert(tx: &mut Tx, rows: &mut [Event], verdicts: &[Verdict]) -> Result<()> {
    let grades: HashMap<EventId, EvidenceGrade> = verdicts
        .iter()
        .flat_map(|verdict| verdict.judgement.grades.iter().map(|(id, grade)| (*id, *grade)))
        .collect();
    for row in rows.iter_mut() {
        row.evidence_grade = grades.get(&row.id).copied();
    }
    let inserted = events::insert_batch(tx, rows).await?;
    if inserted.len() == rows.len() {
        return named::note(tx, rows).await;
    }
    // Another server process stored one of these ids between our look and our insert: decide the batch again.
    Err(crate::Error::Busy)
}

fn stored_now(rows: &[Event]) -> HashSet<EventId> {
    rows.iter().map(|row| row.id).collect()
}

/// `SHA-256(previous ‖ JWS bytes ‖ record_time in ms, big-endian)`.
#[must_use]
pub fn chain(previous: Option<&[u8]>, jws: &str, record_time: Instant) -> [u8; 32] {
    let mut bytes = Vec::with_capacity(32 + jws.len() + 8);
    bytes.extend_from_slice(previous.unwrap_or_default());
    bytes.extend_from_slice(jws.as_bytes());
    bytes.extend_from_slice(&record_time.timestamp_millis().to_be_bytes());
    sha256(&bytes)
}

fn row(event: &AuthenticEvent, record: RecordedEvent) -> Event {
    let site_id = match &record.site_code {
        SiteCodeCheck::Authentic { site_id, .. } => Some(*site_id),
        SiteCodeCheck::Absent | SiteCodeCheck::Invalid { .. } => None,
    };
    Event {
        id: event.payload.id,
        manifest_id: None,
        seq: None,
        kind: event.payload.kind,
        device_id: event.device.id,
        person_id: event.device.person_id,
        device_seq: event.payload.device_seq,
        site_id,
        plate_normal: event.payload.plate.as_ref().map(domain::plate::Plate::normal),
        event_time: event.payload.phone_instant(),
        event_offset_min: event.payload.event_time.offset().local_minus_utc() / 60,
        estimated_time: record.estimated_time,
        record_time: record.record_time,
        jws: event.jws.clone(),
        signing_input_digest: event.signing_input_digest.to_vec(),
        evidence_grade: None,
        chain_hash: None,
        record: store::Json(record),
    }
}

fn result(
    event: &AuthenticEvent,
    digests: &HashMap<EventId, Vec<u8>>,
    verdicts: &HashMap<ManifestId, &Verdict>,
    first_seen: &mut HashSet<EventId>,
) -> EventResult {
    let id = event.payload.id;
    if digests.get(&id).is_some_and(|digest| digest.as_slice() != event.signing_input_digest) {
        let detail =
            "Another event with this id is stored; the phone must give the event a new id and sign it again.";
        return EventResult::refused(0, Some(id), ID_CONFLICT, detail);
    }
    let outcome = if first_seen.insert(id) { Outcome::Recorded } else { Outcome::Duplicate };
    let mut result = EventResult {
        index: 0,
        id: Some(id),
        outcome,
        state: None,
        evidence_grade: None,
        findings: Vec::new(),
        problem: None,
    };
    let Some(verdict) = event.payload.manifest_id.and_then(|id| verdicts.get(&id)) else { return result };
    // What a supplement changes is the event it names: its phone is told how that one stands now.
    let told = event.payload.supplements.unwrap_or(id);
    match verdict.folded.step(id).map(|step| step.effect) {
        None | Some(Effect::NotEntitled) => return result,
        Some(Effect::DeviceRevoked) => {}
        Some(_) => {
            result.state = Some(verdict.folded.state());
            result.evidence_grade = verdict.judgement.grades.get(&told).copied();
        }
    }
    result.findings = verdict
        .judgement
        .findings
        .iter()
        .filter(|finding| finding.event_id == Some(id) || finding.event_id == Some(told))
        .map(|finding| FindingBrief {
            code: finding.code,
            severity: finding.severity,
            detail: finding.detail.clone(),
        })
        .collect();
    result
}

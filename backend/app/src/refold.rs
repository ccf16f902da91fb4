//! Folding and judging manifests again and writing what came of it. Every act and every captured batch ends here, and
//! a rebuild is nothing else: state, masses, findings and seal status are functions of acts and events.

use crate::error::{Error, Result};
use crate::ledger::{Cause, Ledger, Verdict};
use crate::manifest_facts;
use crate::notice::tell;
use crate::ports::Core;
use crate::rollup;
use crate::sets::distinct;
use domain::custody::act::Act;
use domain::custody::finding::Finding;
use domain::custody::fold::fold;
use domain::custody::judge::judge;
use domain::custody::record::{DeviceStanding, RecordedEvent};
use domain::custody::transition::named_site;
use domain::id::{DeviceId, EventId, ManifestId, PersonId};
use domain::manifest::ManifestState;
use domain::seal::status_list::SealStatus;
use domain::time::Instant;
use std::collections::{BTreeMap, HashMap};
use store::manifests::Standing;
use store::{Tx, acts, devices, events, findings, lines, manifests, seals};

/// Locks and loads manifests set-wise. `arriving` are events of this batch: sites near them matter to the judge.
pub(crate) async fn load(
    tx: &mut Tx,
    ids: &[ManifestId],
    arriving: &[&RecordedEvent],
) -> Result<Vec<Ledger>> {
    let rows = manifests::lock(tx, ids).await?;
    let ids: Vec<ManifestId> = rows.iter().map(|row| row.id).collect();
    let mut acts_of: HashMap<ManifestId, Vec<Act>> = HashMap::new();
    for (id, act) in acts::list_for(tx, &ids).await? {
        acts_of.entry(id).or_default().push(act);
    }
    let mut events_of: HashMap<ManifestId, Vec<RecordedEvent>> = HashMap::new();
    let stored = events::list_for(tx, &ids).await?;
    for event in admitted(tx, stored).await? {
        if let Some(id) = event.manifest_id {
            events_of.entry(id).or_default().push(event.record.0);
        }
    }
    let known = events_of.values().flatten().chain(arriving.iter().copied());
    let (mut points, mut named) = (Vec::new(), Vec::new());
    for event in known {
        points.extend(event.payload.position.map(|at| (at.lat, at.lon)));
        named.extend(named_site(&event.payload));
    }
    let mut facts = manifest_facts::load(tx, &rows, &points, &named).await?;
    rows.into_iter()
        .map(|row| {
            let (facts, masses) =
                facts.remove(&row.id).ok_or_else(|| Error::Internal("a manifest lost its sites".into()))?;
            let acts = acts_of.remove(&row.id).unwrap_or_default();
            let events = events_of.remove(&row.id).unwrap_or_default();
            Ok(Ledger { row, facts, masses, acts, events })
        })
        .collect()
}

/// Folds and judges; pure.
pub(crate) fn decide(ledger: &Ledger) -> Verdict {
    let folded = fold(&ledger.facts, &ledger.acts, &ledger.events);
    let judgement = judge(&ledger.facts, &ledger.acts, &ledger.events, &folded);
    Verdict { folded, judgement }
}

/// Loads, decides and writes manifests.
///
/// # Errors
/// Store failures.
pub(crate) async fn refold(app: &Core, tx: &mut Tx, ids: &[ManifestId], cause: Cause<'_>) -> Result<()> {
    let ledgers = load(tx, ids, &[]).await?;
    let verdicts: Vec<Verdict> = ledgers.iter().map(decide).collect();
    write(app, tx, &ledgers, &verdicts, cause).await
}

/// Writes the projections of manifests, and whom their change is told: one statement a table, however many manifests
/// there are.
pub(crate) async fn write(
    app: &Core,
    tx: &mut Tx,
    ledgers: &[Ledger],
    verdicts: &[Verdict],
    cause: Cause<'_>,
) -> Result<()> {
    let (now, stored) = (app.now(), cause.stored());
    let is_stored_now = |id: &EventId| stored.is_some_and(|stored| stored.contains(id));
    let standings: Vec<Standing> =
        ledgers.iter().zip(verdicts).map(|(l, v)| Standing::new(&l.row, &v.folded, now)).collect();
    manifests::update_fold(tx, &standings).await?;
    let masses: Vec<_> = ledgers
        .iter()
        .zip(verdicts)
        .flat_map(|(l, v)| v.folded.lines.iter().map(|masses| (l.row.id, *masses)))
        .collect();
    lines::update_masses(tx, &masses).await?;
    let of = |verdict: &Verdict| verdict.judgement.grades.clone();
    let grades: Vec<_> = verdicts.iter().flat_map(of).filter(|(id, _)| !is_stored_now(id)).collect();
    events::update_grades(tx, &grades).await?;
    // Findings are about events: a manifest whose every event came just now has none yet.
    let is_new =
        |l: &Ledger| stored.is_some() && l.events.iter().all(|event| is_stored_now(&event.payload.id));
    let judged_before: Vec<_> =
        ledgers.iter().filter(|ledger| !is_new(ledger)).map(|ledger| ledger.row.id).collect();
    let found = write_findings(app, tx, &judged_before, ledgers, verdicts, now).await?;
    rollup::append(app, tx, ledgers, verdicts, &found.open).await?;
    let statuses: Vec<_> = ledgers
        .iter()
        .zip(verdicts)
        .filter(|(ledger, _)| ledger.row.number.is_some())
        .map(|(l, v)| (l, seal_status(v.folded.state(), v.folded.on_hold())))
        .filter(|(l, status)| stored.is_none() || *status != seal_status(l.row.state, l.row.on_hold))
        .map(|(l, status)| (l.row.id, l.row.revision, i16::from(status.value())))
        .collect();
    seals::update_status(tx, &statuses).await?;
    tell::of_changes(app, tx, ledgers, verdicts, &found.raised, cause).await
}

/// What judging again found.
#[derive(Default)]
struct Found {
    /// Findings that did not hold until now.
    raised: HashMap<ManifestId, Vec<Finding>>,
    /// How many findings are open; none where a manifest is not named.
    open: HashMap<ManifestId, i64>,
}

/// Raises new findings of manifests (`judged_before`: those that may have findings), brings back those that hold again,
/// withdraws those that hold no more.
async fn write_findings(
    app: &Core,
    tx: &mut Tx,
    judged_before: &[ManifestId],
    ledgers: &[Ledger],
    verdicts: &[Verdict],
    now: Instant,
) -> Result<Found> {
    let mut held: BTreeMap<(ManifestId, String), findings::StoredFinding> = BTreeMap::new();
    for row in findings::list_for(tx, judged_before).await? {
        if let Some(id) = row.manifest_id {
            held.insert((id, row.key.clone()), row);
        }
    }
    let mut raised = Vec::new();
    let mut found = Found::default();
    for (ledger, verdict) in ledgers.iter().zip(verdicts) {
        for finding in &verdict.judgement.findings {
            let before = held.remove(&(ledger.row.id, finding.key_text()));
            if before.as_ref().is_none_or(|row| row.status == findings::Status::Withdrawn) {
                found.raised.entry(ledger.row.id).or_default().push(finding.clone());
            }
            // A closed finding keeps its closing; every other one that holds is open.
            if before.as_ref().is_none_or(|row| row.status != findings::Status::Closed) {
                *found.open.entry(ledger.row.id).or_default() += 1;
            }
            if before.as_ref().is_none_or(|row| differs(row, finding)) {
                let id = before.map_or_else(|| app.new_id(), |row| Ok(row.id))?;
                let manifest_id = Some(ledger.row.id);
                raised.push(findings::Raised { id, manifest_id, finding: finding.clone(), at: now });
            }
        }
    }
    let gone: Vec<_> =
        held.into_values().filter(|row| row.status == findings::Status::Open).map(|row| row.id).collect();
    if raised.is_empty() && gone.is_empty() {
        return Ok(found);
    }
    findings::upsert_batch(tx, &raised).await?;
    findings::withdraw_batch(tx, &gone, now).await?;
    let ids: Vec<ManifestId> = ledgers.iter().map(|ledger| ledger.row.id).collect();
    manifests::update_open_findings(tx, &ids, now).await?;
    Ok(found)
}

fn differs(row: &findings::StoredFinding, finding: &Finding) -> bool {
    row.status == findings::Status::Withdrawn
        || row.severity != finding.severity
        || row.from_at != finding.from
        || row.to_at != finding.to
        || row.decided_at != finding.decided_at
        || row.detail.0 != finding.detail
}

/// What the status list says of the seal in force.
fn seal_status(state: ManifestState, on_hold: bool) -> SealStatus {
    match state {
        ManifestState::Void => SealStatus::Void,
        _ if on_hold => SealStatus::OnHold,
        ManifestState::Accepted
        | ManifestState::PartlyAccepted
        | ManifestState::Rejected
        | ManifestState::Treated
        | ManifestState::Closed => SealStatus::Completed,
        ManifestState::Draft
        | ManifestState::Proposed
        | ManifestState::Issued
        | ManifestState::InTransit
        | ManifestState::Stored
        | ManifestState::Arrived => SealStatus::Valid,
    }
}

/// Marks the kept events of revoked devices that an organisation admitted since. The stored rows stay as they were.
async fn admitted(tx: &mut Tx, mut stored: Vec<events::Event>) -> Result<Vec<events::Event>> {
    let revoked = |event: &events::Event| event.record.0.device_standing == DeviceStanding::Revoked;
    let ids = distinct(stored.iter().filter(|event| revoked(event)).map(|event| event.device_id));
    if ids.is_empty() {
        return Ok(stored);
    }
    let admitted: HashMap<DeviceId, Instant> = devices::find_many(tx, &ids)
        .await?
        .into_iter()
        .filter_map(|d| Some((d.id, d.admitted_at?)))
        .collect();
    for event in stored.iter_mut().filter(|event| revoked(event)) {
        if admitted.get(&event.device_id).is_some_and(|at| event.record_time <= *at) {
            event.record.0.device_standing = DeviceStanding::Admitted;
        }
    }
    Ok(stored)
}

/// Folds again every manifest that a device has signed for, after its events were admitted.
///
/// # Errors
/// Store failures.
pub(crate) async fn admit(app: &Core, tx: &mut Tx, device_id: DeviceId, by: PersonId) -> Result<()> {
    let ids = events::list_manifests_of_device(tx, device_id).await?;
    refold(app, tx, &ids, Cause::Decided { by: Some(by) }).await
}

//! Writes the loads of the past as live traffic would have written them: the same seals, numbers, chains and folds,
//! only many loads to a transaction.

use super::clock::StoryClock;
use super::load::{Consent, Fate, Load, Scan};
use super::payload::{Codes, payload};
use super::phones::{Phones, SignedEvent};
use super::province::Province;
use anyhow::Context as _;
use app::ports::Core;
use chrono::TimeDelta;
use domain::custody::act::{Act, Decision};
use domain::custody::record::{CodeCheck, DeviceStanding, RecordedEvent, SiteCodeCheck};
use domain::custody::times::estimate;
use domain::id::{ActId, ManifestId, OrganisationId, PersonId, SiteId};
use domain::manifest::Side;
use domain::time::Instant;
use std::collections::HashMap;
use store::events::Event;
use store::manifests::{Draft, NewManifest};
use store::{Json, Tx, acts, devices, events, manifests, seals, trips};

/// Loads of one transaction: few enough that findings are raised within days of what they are about.
const BATCH: usize = 24;
/// Loads after which the terminal hears how far it is.
const SAY_EVERY: usize = 500;
/// From approval to number and seal, milliseconds.
const ISSUE_MS: i64 = 40;
/// Why loads were cancelled.
const VOID_REASONS: [&str; 3] =
    ["Khai nhầm khối lượng, lập chứng từ mới", "Xe hỏng, dời sang ngày khác", "Chưa đủ lượng để chuyển giao"];

/// What telling the past needs.
pub(super) struct Telling<'a> {
    pub(super) core: &'a Core,
    pub(super) clock: &'a StoryClock,
    pub(super) province: &'a Province,
    pub(super) phones: Phones,
    /// Texts of the wall codes, by site.
    pub(super) walls: HashMap<SiteId, String>,
    /// When all of them expire: they were sealed together.
    pub(super) walls_expire_at: Instant,
}

/// Numbers the scans on their phones, then writes the loads in the order of their issue.
///
/// # Errors
/// Seal and store failures.
pub(super) async fn write(telling: &mut Telling<'_>, mut loads: Vec<Load<'_>>) -> anyhow::Result<()> {
    let mut scans: Vec<&mut Scan> = loads.iter_mut().flat_map(|load| load.scans.iter_mut()).collect();
    scans.sort_by_key(|scan| (scan.at, scan.id));
    for scan in scans {
        scan.seq = telling.phones.of(scan.person)?.next_seq();
    }
    let (mut written, mut said) = (0, 0);
    for batch in loads.chunks(BATCH) {
        let mut tx = telling.core.db.begin("demo.history").await?;
        write_batch(telling, &mut tx, batch).await?;
        tx.commit().await?;
        written += batch.len();
        if written / SAY_EVERY > said {
            said = written / SAY_EVERY;
            println!("   {written} of {}", loads.len());
        }
    }
    let mut tx = telling.core.db.begin("demo.seen").await?;
    devices::update_seen(&mut tx, &telling.phones.ids(), telling.core.now()).await?;
    tx.commit().await?;
    Ok(())
}

async fn write_batch(telling: &mut Telling<'_>, tx: &mut Tx, batch: &[Load<'_>]) -> anyhow::Result<()> {
    let (core, province) = (telling.core, telling.province);
    for load in batch {
        let trip = trips::Trip {
            id: load.trip_id,
            carrier_id: load.habit.carrier_id,
            driver_id: Some(load.driver),
            plate: Some(load.plate.clone()),
            created_at: load.created_at,
        };
        trips::insert(tx, &trip).await?;
        manifests::insert(tx, &declared(province, load)?).await?;
    }
    let ids: Vec<ManifestId> = batch.iter().map(|load| load.id).collect();
    let rows: HashMap<ManifestId, manifests::Manifest> =
        manifests::find_many(tx, &ids).await?.into_iter().map(|row| (row.id, row)).collect();
    let (mut made, mut happened, mut chains) = (Vec::new(), Vec::new(), Vec::new());
    for load in batch {
        let row = rows.get(&load.id).context("a load was not written")?;
        telling.clock.set(load.issued_at);
        let permit = province.treatment_permit(row.facility_id)?.to_owned();
        let (issue, seal) = app::manifest::seal_next(core, tx, row, &load.lines, permit).await?;
        manifests::update_issued(tx, &issue).await?;
        let code = app::manifest::qr::seal_link(core, &seal.seal)?;
        seals::insert(tx, &seal).await?;
        made.extend(decisions(core, province, load)?.into_iter().map(|act| (load.id, act)));
        let chained = chain(telling, load, &code, &issue.pickup_code, &seal)?;
        if let Some(last) = chained.last() {
            chains.push((load.id, last.seq.unwrap_or(0), last.chain_hash.clone().unwrap_or_default()));
        }
        happened.extend(chained);
    }
    acts::insert_batch(tx, &made).await?;
    let stored = events::insert_batch(tx, &happened).await?;
    anyhow::ensure!(stored.len() == happened.len(), "an event id came twice");
    manifests::update_chain(tx, &chains).await?;
    telling.clock.set(batch.iter().map(Load::last_recorded_at).max().unwrap_or_else(|| core.now()));
    app::rebuild::fold(core, tx, &ids).await?;
    Ok(())
}

fn declared(province: &Province, load: &Load<'_>) -> anyhow::Result<NewManifest> {
    let (from, to) =
        (province.site(load.habit.generator_site_id)?, province.site(load.habit.facility_site_id)?);
    let route = province.route(load.habit.route_id)?;
    let names = [from.organisation_id, to.organisation_id, load.habit.carrier_id].map(|id| province.name(id));
    let draft = Draft {
        generator_id: from.organisation_id,
        generator_site_id: from.id,
        generator_province: Some(from.province_code.clone()),
        carrier_id: load.habit.carrier_id,
        facility_id: to.organisation_id,
        facility_site_id: to.id,
        facility_province: Some(to.province_code.clone()),
        plates: vec![load.plate.clone()],
        driver_id: None,
        planned_pickup_at: load.planned_pickup_at,
        planned_delivery_at: load.planned_delivery_at,
        route_id: Some(route.id),
        route_geometry: Some(route.geometry.clone()),
        corridor_m: Some(route.properties.corridor_m),
        lines: load.lines.clone(),
        search: format!("{} {} {}", names.join(" "), from.name, to.name),
    };
    let drafted_by = organisation(province, load, load.drafted_by)?;
    Ok(NewManifest { id: load.id, trip_id: load.trip_id, drafted_by, created_at: load.created_at, draft })
}

fn organisation(province: &Province, load: &Load<'_>, side: Side) -> anyhow::Result<OrganisationId> {
    Ok(match side {
        Side::Generator => province.site(load.habit.generator_site_id)?.organisation_id,
        Side::Carrier => load.habit.carrier_id,
        Side::Facility => province.site(load.habit.facility_site_id)?.organisation_id,
    })
}

/// What desks decided: propose, approve, issue, assign, and, as the load went, confirm or void.
fn decisions(core: &Core, province: &Province, load: &Load<'_>) -> anyhow::Result<Vec<Act>> {
    let desk = |side: Side| -> anyhow::Result<(PersonId, OrganisationId)> {
        let organisation_id = organisation(province, load, side)?;
        let role = app::caller::office_role(side);
        Ok((province.holder(role, organisation_id)?.id, organisation_id))
    };
    let act = |side: Side, at: Instant, decision: Decision| -> anyhow::Result<Act> {
        let (person_id, organisation_id) = desk(side)?;
        let id: ActId = core.new_id()?;
        Ok(Act { id, person_id, organisation_id, at, decision })
    };
    let approved_at = load.issued_at - TimeDelta::milliseconds(ISSUE_MS);
    let mut acts = vec![act(load.drafted_by, load.proposed_at, Decision::Propose { side: load.drafted_by })?];
    let last = match load.drafted_by {
        Side::Generator => Side::Facility,
        Side::Facility => Side::Generator,
        Side::Carrier => {
            let between = load.proposed_at + (approved_at - load.proposed_at) / 2;
            acts.push(act(Side::Generator, between, Decision::approval(Side::Generator))?);
            Side::Facility
        }
    };
    acts.push(act(last, approved_at, Decision::approval(last))?);
    acts.push(act(last, load.issued_at, Decision::issue(1))?);
    let assign = Decision::Assign { driver_id: Some(load.driver), plate: Some(load.plate.clone()) };
    acts.push(act(Side::Carrier, load.assigned_at, assign)?);
    if load.fate == Fate::Void {
        let reason = VOID_REASONS[usize::from(load.id.0.as_bytes()[15]) % VOID_REASONS.len()].to_owned();
        let at = load.assigned_at + TimeDelta::minutes(6);
        acts.push(act(Side::Generator, at, Decision::Void { reason })?);
    }
    if let (Consent::Signed, Some(at)) = (load.consent, load.picked_up_at()) {
        let name = Some("Thủ kho".to_owned());
        acts.push(act(Side::Generator, at + TimeDelta::seconds(140), Decision::ConfirmPickup { name })?);
    }
    Ok(acts)
}

/// The signed events of a load in the order in which the server had them, each chained to the one before.
fn chain(
    telling: &mut Telling<'_>,
    load: &Load<'_>,
    code: &str,
    pickup: &str,
    seal: &seals::Seal,
) -> anyhow::Result<Vec<Event>> {
    let mut scans: Vec<&Scan> = load.scans.iter().collect();
    scans.sort_by_key(|scan| (scan.recorded_at, scan.id));
    let mut rows: Vec<Event> = Vec::with_capacity(scans.len());
    for scan in scans {
        let wall = scan.wall.and_then(|id| telling.walls.get(&id)).map(String::as_str);
        let phone = telling.phones.of(scan.person)?;
        let signed =
            phone.sign(telling.core, &payload(load, scan, phone, &Codes { manifest: code, wall, pickup }))?;
        let previous = rows.last().and_then(|row| row.chain_hash.as_deref());
        let hash = app::capture::chain(previous, &signed.jws, scan.recorded_at);
        let record = RecordedEvent {
            device_id: phone.id,
            signer: phone.signer(),
            device_standing: DeviceStanding::Active,
            code: match signed.payload.code {
                None => CodeCheck::Absent,
                Some(_) => CodeCheck::Authentic {
                    manifest_id: load.id,
                    revision: seal.revision,
                    expires_at: seal.expires_at,
                },
            },
            site_code: scan.wall.map_or(SiteCodeCheck::Absent, |site_id| SiteCodeCheck::Authentic {
                site_id,
                expires_at: telling.walls_expire_at,
            }),
            estimated_time: estimate(&signed.payload, None, scan.recorded_at, None).at,
            record_time: scan.recorded_at,
            payload: signed.payload.clone(),
        };
        let seq = i64::try_from(rows.len())? + 1;
        rows.push(row(load, scan, signed, record, seq, hash));
    }
    Ok(rows)
}

fn row(
    load: &Load<'_>,
    scan: &Scan,
    signed: SignedEvent,
    record: RecordedEvent,
    seq: i64,
    chain_hash: [u8; 32],
) -> Event {
    Event {
        id: scan.id,
        manifest_id: Some(load.id),
        seq: Some(seq),
        kind: scan.kind,
        device_id: record.device_id,
        person_id: scan.person,
        device_seq: scan.seq,
        site_id: scan.wall,
        plate_normal: signed.payload.plate.as_ref().map(domain::plate::Plate::normal),
        event_time: signed.payload.phone_instant(),
        event_offset_min: signed.payload.event_time.offset().local_minus_utc() / 60,
        estimated_time: record.estimated_time,
        record_time: record.record_time,
        jws: signed.jws,
        signing_input_digest: signed.signing_input_digest.to_vec(),
        record: Json(record),
        evidence_grade: None,
        chain_hash: Some(chain_hash.to_vec()),
    }
}

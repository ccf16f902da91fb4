//! `custody_events`: the truth. Only ever appended; the id makes a resent event land once.

use crate::batch::{Column, Statement, ids};
use crate::{Cursor, Json, Listing, Page, Result, Tx};
use domain::custody::event::EventKind;
use domain::custody::finding::EvidenceGrade;
use domain::custody::record::RecordedEvent;
use domain::id::{DeviceId, EventId, ManifestId, PersonId, SiteId};
use domain::time::Instant;
use sqlx::QueryBuilder;
use std::sync::LazyLock;

macro_rules! columns {
    () => {
        "id, manifest_id, seq, kind, device_id, person_id, device_seq, site_id, plate_normal, event_time, \
         event_offset_min, estimated_time, record_time, jws, signing_input_digest, record, evidence_grade, chain_hash"
    };
}

/// A custody event as stored.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Event {
    /// Its id, made by the phone.
    pub id: EventId,
    /// The manifest, where there is one.
    pub manifest_id: Option<ManifestId>,
    /// Its number in the manifest's chain, from 1, in record order.
    pub seq: Option<i64>,
    /// What happened.
    pub kind: EventKind,
    /// What signed.
    pub device_id: DeviceId,
    /// Who the device is enrolled for.
    pub person_id: PersonId,
    /// Number of the event on its device.
    pub device_seq: i64,
    /// The site it happened at, as far as known.
    pub site_id: Option<SiteId>,
    /// Plate seen, in normal form.
    pub plate_normal: Option<String>,
    /// The phone's clock.
    pub event_time: Instant,
    /// Zone of the phone's clock, minutes east of UTC.
    pub event_offset_min: i32,
    /// The phone's clock corrected; never after `record_time`.
    pub estimated_time: Instant,
    /// Server time of the commit.
    pub record_time: Instant,
    /// The exact text that was received: header, payload and signature.
    pub jws: String,
    /// SHA-256 of `header.payload`: the same id with another one is refused.
    pub signing_input_digest: Vec<u8>,
    /// What the server read and measured.
    pub record: Json<RecordedEvent>,
    /// How well it proves its place, at first record; the fold of supplements may know better.
    pub evidence_grade: Option<EvidenceGrade>,
    /// SHA-256(previous hash, JWS bytes, record_time).
    pub chain_hash: Option<Vec<u8>>,
}

/// Appends events in one statement and returns the ids that are new; an id that exists already is left out.
///
/// # Errors
/// [`crate::Error::Duplicate`] (`custody_events_manifest_id_seq`) when a chain was not locked.
pub async fn insert_batch(tx: &mut Tx, events: &[Event]) -> Result<Vec<EventId>> {
    static INSERT: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            concat!(
                "INSERT INTO custody_events (",
                columns!(),
                ") SELECT ",
                columns!(),
                " FROM {input} WHERE TRUE ON CONFLICT (id) DO NOTHING RETURNING id"
            ),
            &[
                ("id", Column::Uuid),
                ("manifest_id", Column::Uuid),
                ("seq", Column::Int),
                ("kind", Column::Text),
                ("device_id", Column::Uuid),
                ("person_id", Column::Uuid),
                ("device_seq", Column::Int),
                ("site_id", Column::Uuid),
                ("plate_normal", Column::Text),
                ("event_time", Column::Time),
                ("event_offset_min", Column::Int),
                ("estimated_time", Column::Time),
                ("record_time", Column::Time),
                ("jws", Column::Text),
                ("signing_input_digest", Column::Bytes),
                ("record", Column::Text),
                ("evidence_grade", Column::Text),
                ("chain_hash", Column::Bytes),
            ],
        )
    });
    let mut rows = Vec::with_capacity(events.len());
    for event in events {
        let record =
            serde_json::to_string(&event.record.0).map_err(|error| sqlx::Error::Encode(error.into()))?;
        rows.push(vec![
            event.id.into(),
            event.manifest_id.into(),
            event.seq.into(),
            event.kind.as_str().into(),
            event.device_id.into(),
            event.person_id.into(),
            event.device_seq.into(),
            event.site_id.into(),
            event.plate_normal.clone().into(),
            event.event_time.into(),
            event.event_offset_min.into(),
            event.estimated_time.into(),
            event.record_time.into(),
            event.jws.as_str().into(),
            event.signing_input_digest.as_slice().into(),
            record.into(),
            event.evidence_grade.map(EvidenceGrade::as_str).into(),
            event.chain_hash.clone().into(),
        ]);
    }
    let inserted: Vec<(EventId,)> = INSERT.fetch(tx, rows).await?;
    Ok(inserted.into_iter().map(|(id,)| id).collect())
}

/// Whose inspections.
#[derive(Debug, Clone, Copy)]
pub enum InspectionsOf<'a> {
    /// Of a truck, by its normal plate.
    Plate(&'a str),
    /// Signed by a person.
    Person(PersonId),
}

/// A page of inspections, the last one first.
pub async fn list_inspections(tx: &mut Tx, of: InspectionsOf<'_>, page: &Page) -> Result<Listing<Event>> {
    let rows: Vec<Event> = on_tx!(tx, c => {
        let mut q =
            QueryBuilder::new(concat!("SELECT ", columns!(), " FROM custody_events WHERE kind = 'inspection'"));
        match of {
            InspectionsOf::Plate(plate) => q.push(" AND plate_normal = ").push_bind(plate),
            InspectionsOf::Person(id) => q.push(" AND person_id = ").push_bind(id),
        };
        if let Some((at, id)) = page.after.as_ref().and_then(Cursor::time_and_id) {
            q.push(" AND (estimated_time, id) < (").push_bind(at).push(", ").push_bind(id).push(")");
        }
        q.push(" ORDER BY estimated_time DESC, id DESC LIMIT ").push_bind(page.probe());
        q.build_query_as().fetch_all(c).await
    })?;
    Ok(Listing::cut(rows, page, |row| Cursor::at(row.estimated_time, row.id.0)))
}

/// Many events at once, in no order: which of a batch are known already.
pub async fn find_many(tx: &mut Tx, wanted: &[EventId]) -> Result<Vec<Event>> {
    static FIND: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            concat!("SELECT ", columns!(), " FROM custody_events WHERE id IN (SELECT wanted FROM {input})"),
            &[("wanted", Column::Uuid)],
        )
    });
    FIND.fetch(tx, ids(wanted)).await
}

/// Every event of manifests, in record order within each.
pub async fn list_for(tx: &mut Tx, manifests: &[ManifestId]) -> Result<Vec<Event>> {
    static LIST: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            concat!(
                "SELECT ",
                columns!(),
                " FROM custody_events WHERE manifest_id IN (SELECT wanted FROM {input}) ORDER BY manifest_id, seq"
            ),
            &[("wanted", Column::Uuid)],
        )
    });
    LIST.fetch(tx, ids(manifests)).await
}

/// Manifests that a device signed events of, by id: what to fold again when it is revoked or admitted.
pub async fn list_manifests_of_device(tx: &mut Tx, device: DeviceId) -> Result<Vec<ManifestId>> {
    on_tx!(tx, c => sqlx::query_scalar(
        "SELECT DISTINCT manifest_id FROM custody_events WHERE device_id = $1 AND manifest_id IS NOT NULL \
         ORDER BY manifest_id",
    )
    .bind(device).fetch_all(c).await)
}

/// Sets the evidence grades that later supplements changed. The only column that is not part of the record.
pub async fn update_grades(tx: &mut Tx, grades: &[(EventId, EvidenceGrade)]) -> Result<()> {
    static UPDATE: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            "UPDATE custody_events SET evidence_grade = input.grade FROM {input} \
             WHERE custody_events.id = input.event AND evidence_grade IS DISTINCT FROM input.grade",
            &[("event", Column::Uuid), ("grade", Column::Text)],
        )
    });
    UPDATE
        .execute(tx, grades.iter().map(|(id, grade)| vec![(*id).into(), grade.as_str().into()]).collect())
        .await
        .map(drop)
}

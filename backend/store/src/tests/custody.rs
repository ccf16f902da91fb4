use super::{CLERK, DRIVER, GATE, GENERATOR, PHONE, STORE, at, draft, new_manifest, seeded};
use crate::events::{self, Event};
use crate::findings::{self, Raised, Status};
use crate::refused::{self, Refused};
use crate::testing::both;
use crate::{Json, Page, manifests, map};
use domain::custody::event::{EventKind, EventPayload};
use domain::custody::finding::{EvidenceGrade, Finding, FindingCode, Severity};
use domain::custody::record::{CodeCheck, DeviceStanding, RecordedEvent, SiteCodeCheck};
use domain::id::{EventId, FindingId, ManifestId};
use domain::party::Signer;
use serde_json::json;
use uuid::Uuid;

fn event_id(n: u128) -> EventId {
    EventId(Uuid::from_u128(0x3000 + n))
}

/// A pickup whose comment holds what PostgreSQL's JSONB would refuse.
pub(super) fn event(n: u128, manifest: Option<ManifestId>, seq: Option<i64>) -> Event {
    let payload = json!({
        "id": event_id(n), "kind": "note", "manifest_id": manifest, "device_seq": n,
        "event_time": "2026-11-23T09:05:07.120+07:00", "comment": "lạ \u{0} \" \\ 🚚",
        "position": {"lat": 20.860_000_000_000_003, "lon": 106.68, "accuracy_m": 0.1, "speed_mps": null, "heading_deg": null,
                     "fix_time": "2026-11-23T02:05:00Z"},
        "details": {"z": 1, "a": [1.5e300, -0.0]},
    });
    let payload = EventPayload::read(payload.to_string().as_bytes()).unwrap();
    Event {
        id: event_id(n),
        manifest_id: manifest,
        seq,
        kind: EventKind::Note,
        device_id: PHONE,
        person_id: DRIVER,
        device_seq: i64::try_from(n).unwrap(),
        site_id: Some(STORE),
        plate_normal: Some("15C12345".to_owned()),
        event_time: payload.phone_instant(),
        event_offset_min: 420,
        estimated_time: at(2, 5),
        record_time: at(2, 6),
        jws: "eyJhbGciOiJFUzI1NiJ9.e30.AA".to_owned(),
        signing_input_digest: [0x00, 0xff].repeat(16),
        record: Json(RecordedEvent {
            payload,
            device_id: PHONE,
            signer: Signer { person_id: DRIVER, roles: Vec::new() },
            device_standing: DeviceStanding::Active,
            code: CodeCheck::Absent,
            site_code: SiteCodeCheck::Invalid { reason: "bad_signature".to_owned() },
            estimated_time: at(2, 5),
            record_time: at(2, 6),
        }),
        evidence_grade: Some(EvidenceGrade::B),
        chain_hash: manifest.map(|_| vec![0xab; 32]),
    }
}

fn finding(code: FindingCode, event_id: Option<EventId>) -> Finding {
    Finding {
        code,
        severity: code.default_severity(),
        event_id,
        from: at(2, 0),
        to: at(2, 1),
        decided_at: at(2, 0),
        detail: json!({"distance_m": 412, "reason": "xa \u{0}"}),
    }
}

#[tokio::test]
async fn a_batch_of_events_lands_once_however_often_it_comes() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        let id = new_manifest(&mut tx, 1, draft()).await;
        let batch = [event(1, Some(id), Some(1)), event(2, Some(id), Some(2)), event(3, None, None)];
        let inserted = events::insert_batch(&mut tx, &batch).await.unwrap();
        assert_eq!(inserted, [event_id(1), event_id(2), event_id(3)]);
        let mut again = batch.to_vec();
        again.push(event(4, Some(id), Some(3)));
        again.push(event(4, Some(id), Some(3)));
        assert_eq!(events::insert_batch(&mut tx, &again).await.unwrap(), [event_id(4)]);
        assert!(events::insert_batch(&mut tx, &[]).await.unwrap().is_empty());

        let listed = events::list_for(&mut tx, &[id]).await.unwrap();
        assert_eq!(listed.iter().map(|e| e.seq).collect::<Vec<_>>(), [Some(1), Some(2), Some(3)]);
        assert_eq!(listed[..2], batch[..2], "every field reads back equal");
        let alone = events::find_many(&mut tx, &[event_id(3), event_id(99)]).await.unwrap();
        assert_eq!(alone, batch[2..]);
        assert_eq!(events::list_manifests_of_device(&mut tx, PHONE).await.unwrap(), [id]);
    })
    .await;
}

#[tokio::test]
async fn one_number_of_a_chain_is_taken_once() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        let id = new_manifest(&mut tx, 1, draft()).await;
        events::insert_batch(&mut tx, &[event(1, Some(id), Some(1))]).await.unwrap();
        let clash = events::insert_batch(&mut tx, &[event(2, Some(id), Some(1))]).await.unwrap_err();
        assert!(clash.is_duplicate_of("custody_events_manifest_id_seq"), "{clash:?}");
    })
    .await;
}

#[tokio::test]
async fn a_supplement_changes_the_grade_alone() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        let id = new_manifest(&mut tx, 1, draft()).await;
        let before = event(1, Some(id), Some(1));
        events::insert_batch(&mut tx, std::slice::from_ref(&before)).await.unwrap();
        events::update_grades(&mut tx, &[(event_id(1), EvidenceGrade::A)]).await.unwrap();
        let after = events::find_many(&mut tx, &[event_id(1)]).await.unwrap();
        assert_eq!(after, [Event { evidence_grade: Some(EvidenceGrade::A), ..before }]);
    })
    .await;
}

#[tokio::test]
async fn refused_bytes_are_kept_as_received() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        let row = |n: u128, minute| Refused {
            id: Uuid::from_u128(n),
            event_id: Some(Uuid::from_u128(1)),
            device_id: None,
            person_id: Some(DRIVER),
            bytes: vec![0, 0xff, b'x'],
            reason: "bad_signature".to_owned(),
            received_at: at(3, minute),
        };
        refused::insert(&mut tx, &row(1, 0)).await.unwrap();
        refused::insert(&mut tx, &row(2, 1)).await.unwrap();
        let first = refused::list(&mut tx, &Page::first(1)).await.unwrap();
        assert_eq!(first.items, [row(2, 1)]);
        let second = refused::list(&mut tx, &Page { after: first.next, limit: 1 }).await.unwrap();
        assert_eq!((second.items, second.next), (vec![row(1, 0)], None));
    })
    .await;
}

#[tokio::test]
async fn findings_are_raised_withdrawn_raised_again_and_closed_for_good() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        let id = new_manifest(&mut tx, 1, draft()).await;
        events::insert_batch(&mut tx, &[event(1, Some(id), Some(1)), event(2, None, None)]).await.unwrap();
        let raise = |n: u128, finding: Finding, minute| Raised {
            id: FindingId(Uuid::from_u128(n)),
            manifest_id: Some(id),
            finding,
            at: at(4, minute),
        };
        let far = finding(FindingCode::OutsideGeofence, Some(event_id(1)));
        let missing = finding(FindingCode::PickupMissing, None);
        let alone = Raised {
            manifest_id: None,
            ..raise(3, finding(FindingCode::PositionPoor, Some(event_id(2))), 0)
        };
        let raised = [raise(1, far.clone(), 0), raise(2, missing.clone(), 0), alone];
        findings::upsert_batch(&mut tx, &raised).await.unwrap();
        let listed = findings::list_for(&mut tx, &[id]).await.unwrap();
        assert_eq!(
            listed.iter().map(|row| row.finding()).collect::<Vec<_>>(),
            [far.clone(), missing.clone()]
        );
        assert_eq!((listed[0].status, listed[0].raised_at), (Status::Open, at(4, 0)));
        assert_eq!(findings::list_of_events(&mut tx, &[event_id(2)]).await.unwrap().len(), 1);

        findings::withdraw_batch(&mut tx, &[listed[1].id], at(4, 1)).await.unwrap();
        let one = findings::find(&mut tx, listed[1].id).await.unwrap().unwrap();
        assert_eq!((one.status, one.withdrawn_at), (Status::Withdrawn, Some(at(4, 1))));

        let farther = Finding { detail: json!({"distance_m": 900}), severity: Severity::Info, ..far };
        findings::upsert_batch(&mut tx, &[raise(8, farther.clone(), 2), raise(9, missing, 2)]).await.unwrap();
        let listed = findings::list_for(&mut tx, &[id]).await.unwrap();
        assert_eq!(listed.len(), 2, "the same findings, not new ones");
        assert_eq!(listed[0].finding(), farther);
        assert_eq!(
            (listed[1].status, listed[1].withdrawn_at, listed[1].raised_at),
            (Status::Open, None, at(4, 0))
        );

        assert!(
            findings::update_closed(&mut tx, listed[0].id, CLERK, "đã kiểm tra", at(5, 0)).await.unwrap()
        );
        assert!(!findings::update_closed(&mut tx, listed[0].id, CLERK, "lại", at(5, 1)).await.unwrap());
        findings::withdraw_batch(&mut tx, &[listed[0].id], at(5, 2)).await.unwrap();
        findings::upsert_batch(&mut tx, &[raise(1, farther, 9)]).await.unwrap();
        let closed = findings::find(&mut tx, listed[0].id).await.unwrap().unwrap();
        assert_eq!(
            (closed.status, closed.closed_by, closed.closed_at),
            (Status::Closed, Some(CLERK), Some(at(5, 0)))
        );
        assert_eq!(closed.outcome.as_deref(), Some("đã kiểm tra"));

        manifests::update_open_findings(&mut tx, &[id], at(6, 0)).await.unwrap();
        assert_eq!(manifests::find(&mut tx, id).await.unwrap().unwrap().open_findings, 1);
    })
    .await;
}

#[tokio::test]
async fn findings_are_listed_by_standing_code_severity_and_manifest() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        let id = new_manifest(&mut tx, 1, draft()).await;
        let raised = |n: u128, code, minute| Raised {
            id: FindingId(Uuid::from_u128(n)),
            manifest_id: Some(id),
            finding: finding(code, None),
            at: at(4, minute),
        };
        let codes = [FindingCode::OffRoute, FindingCode::WrongVehicle, FindingCode::ClockSkew];
        let batch: Vec<_> = codes.iter().zip(1_u32..).map(|(code, n)| raised(n.into(), *code, n)).collect();
        findings::upsert_batch(&mut tx, &batch).await.unwrap();
        findings::withdraw_batch(&mut tx, &[FindingId(Uuid::from_u128(3))], at(5, 0)).await.unwrap();
        let all = findings::Filter::default();
        let mine = manifests::Filter { finding: Some(FindingCode::OffRoute), ..manifests::Filter::default() };
        let none =
            manifests::Filter { finding: Some(FindingCode::ClockSkew), ..manifests::Filter::default() };
        for (filter, expected) in [
            (all.clone(), vec![3, 2, 1]),
            (findings::Filter { status: Some(Status::Open), ..all.clone() }, vec![2, 1]),
            (findings::Filter { status: Some(Status::Withdrawn), ..all.clone() }, vec![3]),
            (findings::Filter { code: Some(FindingCode::OffRoute), ..all.clone() }, vec![1]),
            (findings::Filter { severity: Some(Severity::Violation), ..all.clone() }, vec![2]),
            (findings::Filter { manifests: Some(&mine), ..all.clone() }, vec![3, 2, 1]),
            (findings::Filter { manifests: Some(&none), ..all.clone() }, vec![]),
        ] {
            let listing = findings::list(&mut tx, &filter, &Page::default()).await.unwrap();
            let ids: Vec<_> = listing.items.iter().map(|row| row.id.0.as_u128()).collect();
            assert_eq!(ids, expected, "{filter:?}");
        }
        let first = findings::list(&mut tx, &all, &Page::first(2)).await.unwrap();
        let rest = findings::list(&mut tx, &all, &Page { after: first.next, limit: 2 }).await.unwrap();
        assert_eq!(rest.items.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn the_map_shows_scans_findings_and_what_waits() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        let id = new_manifest(&mut tx, 1, draft()).await;
        on_tx!(&mut tx, c => sqlx::query("UPDATE manifests SET state = 'issued', open_findings = 2 WHERE id = $1")
            .bind(id).execute(c).await.map(drop))
        .unwrap();
        events::insert_batch(&mut tx, &[event(1, Some(id), Some(1))]).await.unwrap();
        let sites = map::site_activity(&mut tx, Some("31"), 100).await.unwrap();
        let store = sites.iter().find(|site| site.id == STORE).unwrap();
        assert_eq!((store.organisation_id, store.last_scan_at), (GENERATOR, Some(at(2, 5))));
        assert_eq!((store.open_findings, store.waiting), (2, 1));
        let gate = sites.iter().find(|site| site.id == GATE).unwrap();
        assert_eq!((gate.last_scan_at, gate.open_findings, gate.waiting), (None, 2, 0));
        assert!(map::site_activity(&mut tx, Some("01"), 100).await.unwrap().is_empty());
        assert_eq!(map::site_activity(&mut tx, None, 1).await.unwrap().len(), 1);
    })
    .await;
}

use super::{
    CARRIER, CLERK, DRIVER, FACILITY, GENERATOR, at, draft, line, manifest_id, new_manifest, seeded,
};
use crate::manifests::{self, Filter, Issue, Manifest, Standing};
use crate::testing::both;
use crate::{Error, Page, Tx, acts, counters, lines, trips};
use domain::custody::act::{Act, Decision};
use domain::custody::folded::LineMasses;
use domain::custody::scan::Scan;
use domain::custody::state::{Agreed, Custody, Journey};
use domain::custody::turn::Turn;
use domain::id::{ActId, EventId, ManifestId};
use domain::manifest::{ManifestState, Side};
use domain::mass::Grams;
use domain::party::Role;
use domain::plate::Plate;
use uuid::Uuid;

pub(super) fn in_transit() -> Custody {
    let pickup = Scan { event_id: EventId(Uuid::from_u128(77)), at: at(2, 5) };
    Custody::InTransit {
        since: at(2, 5),
        journey: Journey { leg: 1, pickup: Some(pickup), delivery: None, arrival: None },
    }
}

/// Where `manifest` stands when nothing but the state and the turn changes.
pub(super) fn standing(manifest: &Manifest, custody: Custody, turn: Option<Turn>) -> Standing {
    Standing {
        id: manifest.id,
        state_since: custody.since(),
        custody,
        expected_plate: manifest.expected_plate.clone(),
        expected_driver_id: manifest.expected_driver_id,
        loaded_mass_g: None,
        received_mass_g: None,
        refused_mass_g: None,
        open_findings: 0,
        load_day: manifest.load_day,
        issued_at: None,
        picked_up_at: None,
        arrived_at: None,
        accepted_at: None,
        on_hold: false,
        confirmed_at: None,
        confirmed_by: None,
        reason: None,
        turn,
        last_seq: 0,
        chain_hash: None,
        updated_at: at(3, 0),
    }
}

pub(super) async fn stand(tx: &mut Tx, id: ManifestId, custody: Custody, turn: Option<Turn>) {
    let manifest = manifests::find(tx, id).await.unwrap().unwrap();
    manifests::update_fold(tx, &[standing(&manifest, custody, turn)]).await.unwrap();
}

pub(super) fn issued() -> Custody {
    Custody::Issued { since: at(1, 30), revision: 1 }
}

#[tokio::test]
async fn a_draft_keeps_what_was_written() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        let id = new_manifest(&mut tx, 1, draft()).await;
        let row = manifests::find(&mut tx, id).await.unwrap().unwrap();
        assert_eq!((row.state, row.version, row.revision, row.last_seq), (ManifestState::Draft, 1, 0, 0));
        assert_eq!((row.generator_id, row.carrier_id, row.facility_id), (GENERATOR, CARRIER, FACILITY));
        assert_eq!(row.plates.0, draft().plates);
        assert_eq!(row.expected_plate, Some(Plate("15C-123.45".to_owned())));
        assert_eq!((row.driver_id, row.expected_driver_id), (Some(DRIVER), Some(DRIVER)));
        assert_eq!(row.declared_mass_g, Grams(501_000));
        assert_eq!(row.load_day.to_string(), "2026-11-23");
        assert_eq!(row.route_geometry.map(|route| route.0), draft().route_geometry);
        assert_eq!((row.corridor_m, row.created_at, row.state_since), (Some(200.0), at(1, 1), at(1, 1)));
        assert_eq!(row.custody.map(|custody| custody.0), Some(Custody::Draft));
        let listed = lines::list_for(&mut tx, &[id]).await.unwrap();
        assert_eq!(listed.iter().map(|l| l.declared.clone()).collect::<Vec<_>>(), draft().lines);
        let trip = trips::find(&mut tx, row.trip_id).await.unwrap().unwrap();
        let trip =
            trips::Trip { driver_id: Some(DRIVER), plate: Some(Plate("15C-123.45".to_owned())), ..trip };
        trips::update(&mut tx, &trip).await.unwrap();
        assert_eq!(trips::find(&mut tx, row.trip_id).await.unwrap(), Some(trip));
    })
    .await;
}

#[tokio::test]
async fn a_draft_is_replaced_only_from_the_version_that_was_read() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        let id = new_manifest(&mut tx, 1, draft()).await;
        let mut changed = draft();
        changed.plates = vec![Plate("30H-555.55".to_owned())];
        changed.lines = vec![line(3, "18 01 02", 7)];
        changed.route_geometry = None;
        changed.corridor_m = None;
        assert_eq!(manifests::update_draft(&mut tx, id, 1, &changed, at(1, 50)).await.unwrap(), 2);
        let stale = manifests::update_draft(&mut tx, id, 1, &changed, at(1, 51)).await;
        assert!(matches!(stale, Err(Error::Stale)));
        let row = manifests::find(&mut tx, id).await.unwrap().unwrap();
        assert_eq!((row.version, row.updated_at, row.declared_mass_g), (2, at(1, 50), Grams(7)));
        assert_eq!((row.route_geometry, row.corridor_m), (None, None));
        assert_eq!(lines::list_for(&mut tx, &[id]).await.unwrap()[0].declared, changed.lines[0]);
        stand(&mut tx, id, issued(), None).await;
        assert_eq!(manifests::list_by_plate(&mut tx, "30H55555", 9).await.unwrap().len(), 1);
        assert!(manifests::list_by_plate(&mut tx, "15C12345", 9).await.unwrap().is_empty());
        let late = manifests::update_draft(&mut tx, id, 3, &changed, at(1, 52)).await;
        assert!(matches!(late, Err(Error::Stale)), "no draft any more");
    })
    .await;
}

#[tokio::test]
async fn a_fold_is_written_for_many_manifests_at_once_and_reads_back_equal() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        let first = new_manifest(&mut tx, 1, draft()).await;
        let second = new_manifest(&mut tx, 2, draft()).await;
        let locked = manifests::lock(&mut tx, &[second, first, first]).await.unwrap();
        assert_eq!(locked.iter().map(|m| m.id).collect::<Vec<_>>(), [first, second], "in the order of ids");
        let turn = Turn {
            role: Role::Driver,
            organisation_id: Some(CARRIER),
            since: at(2, 5),
            until: Some(at(6, 0)),
        };
        let moved = Standing {
            expected_plate: Some(Plate("15C-678.90".to_owned())),
            expected_driver_id: None,
            loaded_mass_g: Some(Grams(480_000)),
            received_mass_g: Some(Grams(430_500)),
            refused_mass_g: Some(Grams(0)),
            open_findings: 2,
            load_day: "2026-11-24".parse().unwrap(),
            issued_at: Some(at(1, 30)),
            picked_up_at: Some(at(2, 5)),
            arrived_at: Some(at(5, 0)),
            accepted_at: Some(at(5, 30)),
            on_hold: true,
            confirmed_at: Some(at(2, 6)),
            confirmed_by: Some("Thủ kho".to_owned()),
            reason: Some("ghi chú \" lạ".to_owned()),
            last_seq: 3,
            chain_hash: Some(vec![0xab; 32]),
            ..standing(&locked[0], in_transit(), Some(turn))
        };
        let proposed = Custody::Proposed {
            since: at(1, 20),
            by: Side::Generator,
            agreed: Agreed { generator: true, facility: false },
        };
        let waiting = standing(&locked[1], proposed.clone(), None);
        manifests::update_fold(&mut tx, &[moved.clone(), waiting]).await.unwrap();

        let rows = manifests::find_many(&mut tx, &[first, second]).await.unwrap();
        let row = &rows[0];
        assert_eq!((row.state, row.state_since, row.version), (ManifestState::InTransit, at(2, 5), 2));
        assert_eq!(row.custody.as_ref().map(|custody| &custody.0), Some(&moved.custody));
        assert_eq!((&row.expected_plate, row.expected_driver_id), (&moved.expected_plate, None));
        assert_eq!(row.driver_id, Some(DRIVER), "what was agreed stays");
        assert_eq!((row.loaded_mass_g, row.received_mass_g), (moved.loaded_mass_g, moved.received_mass_g));
        assert_eq!((row.refused_mass_g, row.open_findings), (Some(Grams(0)), 2));
        assert_eq!(row.load_day, moved.load_day);
        assert_eq!((row.issued_at, row.picked_up_at), (moved.issued_at, moved.picked_up_at));
        assert_eq!((row.arrived_at, row.accepted_at), (moved.arrived_at, moved.accepted_at));
        assert_eq!(
            (row.on_hold, row.confirmed_at, &row.confirmed_by),
            (true, moved.confirmed_at, &moved.confirmed_by)
        );
        assert_eq!(
            (&row.reason, row.turn_role, row.turn_organisation_id),
            (&moved.reason, Some(Role::Driver), Some(CARRIER))
        );
        assert_eq!((row.turn_since, row.turn_until), (Some(at(2, 5)), Some(at(6, 0))));
        assert_eq!((row.last_seq, &row.chain_hash, row.updated_at), (3, &moved.chain_hash, at(3, 0)));
        let row = &rows[1];
        assert_eq!((row.state, row.proposed_by), (ManifestState::Proposed, Some(Side::Generator)));
        assert_eq!((row.agreed_generator, row.agreed_facility), (true, false));
        assert_eq!((row.turn_role, row.picked_up_at, &row.chain_hash), (None, None, &None));

        stand(&mut tx, second, issued(), None).await;
        let row = manifests::find(&mut tx, second).await.unwrap().unwrap();
        assert_eq!(row.proposed_by, Some(Side::Generator), "who proposed is not forgotten");
        assert!(row.agreed_generator && row.agreed_facility);
        let nowhere = Standing { id: manifest_id(99), ..moved };
        assert!(matches!(manifests::update_fold(&mut tx, &[nowhere]).await, Err(Error::NotFound)));
        manifests::update_fold(&mut tx, &[]).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn times_written_one_by_one_and_in_batches_are_the_same_text() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        let id = new_manifest(&mut tx, 1, draft()).await;
        for whole in [at(2, 5), "2026-11-23T02:05:00Z".parse().unwrap()] {
            let manifest = manifests::find(&mut tx, id).await.unwrap().unwrap();
            let standing = Standing { picked_up_at: Some(whole), ..standing(&manifest, in_transit(), None) };
            manifests::update_fold(&mut tx, &[standing]).await.unwrap();
            let same: i64 = on_tx!(&mut tx, c => sqlx::query_scalar("SELECT count(*) FROM manifests WHERE picked_up_at = $1")
                .bind(whole).fetch_one(c).await)
            .unwrap();
            assert_eq!(same, 1, "{whole}");
        }
    })
    .await;
}

#[tokio::test]
async fn numbers_raised_after_a_restore_leave_out_what_may_have_been_given() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        assert_eq!(counters::next(&mut tx, "A", 2026).await.unwrap(), 1);
        assert_eq!(counters::next(&mut tx, "A", 2027).await.unwrap(), 1);
        assert_eq!(counters::update_raised(&mut tx, 2026, 500).await.unwrap(), 1);
        assert_eq!(counters::next(&mut tx, "A", 2026).await.unwrap(), 502);
        assert_eq!(counters::next(&mut tx, "A", 2027).await.unwrap(), 2, "another year");
        assert_eq!(counters::next(&mut tx, "B", 2026).await.unwrap(), 501, "unknown until now");
        assert_eq!(counters::update_raised(&mut tx, 2026, 10).await.unwrap(), 2);
        assert_eq!(counters::next(&mut tx, "C", 2026).await.unwrap(), 511);
    })
    .await;
}

#[tokio::test]
async fn issuing_gives_a_number_once() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        let first = new_manifest(&mut tx, 1, draft()).await;
        let second = new_manifest(&mut tx, 2, draft()).await;
        let issue = Issue {
            id: first,
            number: "1/2026/1-2-3.004.VX".to_owned(),
            serial: counters::next(&mut tx, "1-2-3.004.VX", 2026).await.unwrap(),
            serial_year: 2026,
            serial_permit: "1-2-3.004.VX".to_owned(),
            revision: 1,
            pickup_code: "012345".to_owned(),
            document_digest: vec![5; 32],
            at: at(1, 30),
        };
        manifests::update_issued(&mut tx, &issue).await.unwrap();
        let again =
            manifests::update_issued(&mut tx, &Issue { number: "2".to_owned(), ..issue.clone() }).await;
        assert!(matches!(again, Err(Error::Stale)), "a number is given once");
        manifests::update_revision(&mut tx, first, 2, &[6; 32], at(1, 40)).await.unwrap();
        assert!(manifests::update_revision(&mut tx, second, 2, &[6; 32], at(1, 40)).await.is_err());
        let row = manifests::find_by_number(&mut tx, "1/2026/1-2-3.004.VX").await.unwrap().unwrap();
        assert_eq!((row.id, row.serial, row.serial_year, row.revision), (first, Some(1), Some(2026), 2));
        assert_eq!((row.pickup_code.as_deref(), row.document_digest), (Some("012345"), Some(vec![6; 32])));
        let filter = Filter { query: Some("1/2026"), ..Filter::default() };
        assert_eq!(manifests::list(&mut tx, &filter, &Page::default()).await.unwrap().items.len(), 1);
        assert_eq!(counters::next(&mut tx, "1-2-3.004.VX", 2026).await.unwrap(), 2);
        assert_eq!(counters::next(&mut tx, "1-2-3.004.VX", 2027).await.unwrap(), 1);
        let taken =
            manifests::update_issued(&mut tx, &Issue { id: second, serial: 2, ..issue }).await.unwrap_err();
        assert!(taken.is_duplicate_of("manifests_number"), "{taken:?}");
    })
    .await;
}

#[tokio::test]
async fn chains_are_moved_on_set_wise() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        let first = new_manifest(&mut tx, 1, draft()).await;
        let second = new_manifest(&mut tx, 2, draft()).await;
        let chains = [(first, 3, vec![0xab; 32]), (second, 1, vec![0xcd; 32])];
        manifests::update_chain(&mut tx, &chains).await.unwrap();
        let rows = manifests::find_many(&mut tx, &[first, second]).await.unwrap();
        let seen: Vec<_> =
            rows.into_iter().map(|row| (row.id, row.last_seq, row.chain_hash.unwrap())).collect();
        assert_eq!(seen, chains);
    })
    .await;
}

#[tokio::test]
async fn masses_are_written_beside_each_other_for_many_lines_at_once() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        let id = new_manifest(&mut tx, 1, draft()).await;
        let masses = |line, received: Option<i64>| LineMasses {
            line,
            declared_g: Grams(0),
            loaded_g: Some(Grams(470_000)),
            received_g: received.map(Grams),
            refused_g: received.map(|_| Grams(500)),
            treated_g: None,
        };
        lines::update_masses(&mut tx, &[(id, masses(1, Some(430_500))), (id, masses(2, None))])
            .await
            .unwrap();
        let listed = lines::list_for(&mut tx, &[id]).await.unwrap();
        assert_eq!(listed[0].declared.declared_mass_g, Grams(481_000), "never written over");
        assert_eq!(
            (listed[0].received_mass_g, listed[0].refused_mass_g),
            (Some(Grams(430_500)), Some(Grams(500)))
        );
        assert_eq!((listed[1].loaded_mass_g, listed[1].received_mass_g), (Some(Grams(470_000)), None));
        assert_eq!(listed[1].treated_mass_g, None);
    })
    .await;
}

#[tokio::test]
async fn acts_are_kept_in_their_order() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        let id = new_manifest(&mut tx, 1, draft()).await;
        let act = |n, minute, decision| Act {
            id: ActId(Uuid::from_u128(n)),
            person_id: CLERK,
            organisation_id: GENERATOR,
            at: at(1, minute),
            decision,
        };
        let approve = act(1, 20, Decision::approval(Side::Facility));
        let propose = act(2, 10, Decision::Propose { side: Side::Generator });
        let void = act(3, 30, Decision::Void { reason: "Nhầm\u{0}".to_owned() });
        acts::insert(&mut tx, id, &approve).await.unwrap();
        acts::insert_batch(&mut tx, &[(id, propose.clone()), (id, void.clone())]).await.unwrap();
        let listed = acts::list_for(&mut tx, &[id]).await.unwrap();
        assert_eq!(listed, [(id, propose), (id, approve), (id, void)]);
    })
    .await;
}

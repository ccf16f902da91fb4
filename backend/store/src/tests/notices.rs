use super::{
    CARRIER, CLERK, DRIVER, FACILITY, GENERATOR, STRANGER, at, draft, manifest_id, new_manifest,
    organisation, person, seeded,
};
use crate::action_links::{self, Link};
use crate::deliveries::{self, NewDelivery, Outcome, State};
use crate::grants::{self, Grant};
use crate::notices::{self, NewNotice};
use crate::testing::both;
use crate::{Db, Page, Tx, organisations, people};
use domain::custody::finding::FindingCode;
use domain::id::{DeliveryId, ManifestId, NoticeId, OrganisationId, PersonId, SubscriptionId};
use domain::notice::rule::{Audience, Tell};
use domain::notice::{LinkAction, Topic, Way};
use domain::party::{OrganisationKind, Role, RoleGrant};
use domain::time::Instant;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

const GATE_CLERK: PersonId = PersonId(Uuid::from_u128(0x33));
const PROVINCIAL: PersonId = PersonId(Uuid::from_u128(0x51));
const NATIONAL: PersonId = PersonId(Uuid::from_u128(0x52));

fn notice_id(n: u128) -> NoticeId {
    NoticeId(Uuid::from_u128(0x3000 + n))
}

/// Roles for the seeded people, an authority of the province and one of the country, and a manifest.
pub(crate) async fn cast(db: &Db) -> (Tx, ManifestId) {
    let mut tx = seeded(db).await;
    let (province, country) = (OrganisationId(Uuid::from_u128(0x50)), OrganisationId(Uuid::from_u128(0x53)));
    organisations::insert(&mut tx, &organisation(province, OrganisationKind::Authority, "Sở (hư cấu)"))
        .await
        .unwrap();
    let national = organisation(country, OrganisationKind::Authority, "Bộ (hư cấu)");
    organisations::insert(&mut tx, &organisations::Organisation { province_code: None, ..national })
        .await
        .unwrap();
    for (id, name, login) in [
        (GATE_CLERK, "Cổng 1", "gate@example.vn"),
        (PROVINCIAL, "Sở 1", "so@example.vn"),
        (NATIONAL, "Bộ 1", "bo@example.vn"),
    ] {
        people::insert(&mut tx, &person(id, name, login)).await.unwrap();
    }
    for (person_id, role, organisation_id) in [
        (DRIVER, Role::Driver, CARRIER),
        (CLERK, Role::Generator, GENERATOR),
        (GATE_CLERK, Role::Facility, FACILITY),
        (PROVINCIAL, Role::Authority, province),
        (NATIONAL, Role::Authority, country),
    ] {
        let grant = Grant { person_id, role, organisation_id, granted_at: at(0, 0), ended_at: None };
        grants::insert(&mut tx, &grant).await.unwrap();
    }
    let manifest = new_manifest(&mut tx, 1, draft()).await;
    (tx, manifest)
}

fn new(n: u128, audience: Audience, told_at: Instant) -> NewNotice {
    let tell = Tell { id: notice_id(n), topic: Topic::Hold, audience, finding: None, urgent: true };
    NewNotice { tell, manifest_id: manifest_id(1), by: None, at: told_at }
}

fn desk(role: Role, organisation_id: OrganisationId) -> Audience {
    Audience::Desk { role, organisation_id }
}

fn area(provinces: &[&str]) -> Audience {
    Audience::Authorities { provinces: provinces.iter().map(|code| (*code).to_owned()).collect() }
}

async fn told(tx: &mut Tx) -> BTreeSet<(NoticeId, PersonId)> {
    let all = notices::list_since(tx, at(0, 0), 100).await.unwrap();
    all.into_iter().map(|notice| (notice.id, notice.person_id)).collect()
}

#[tokio::test]
async fn an_audience_becomes_the_people_who_hold_the_role_now() {
    both(|db| async move {
        let (mut tx, _) = cast(&db).await;
        let elsewhere = Grant {
            ended_at: Some(at(1, 0)),
            ..grants::held_at(&mut tx, &[DRIVER], at(0, 30)).await.unwrap()[0]
        };
        let left = Grant { person_id: CLERK, role: Role::Facility, organisation_id: FACILITY, ..elsewhere };
        grants::insert(&mut tx, &left).await.unwrap();
        let batch = [
            new(1, desk(Role::Generator, GENERATOR), at(2, 0)),
            new(2, desk(Role::Facility, FACILITY), at(2, 0)),
            new(3, desk(Role::Generator, STRANGER), at(2, 0)),
            new(4, Audience::Driver { person_id: DRIVER, organisation_id: CARRIER }, at(2, 0)),
            new(5, Audience::Driver { person_id: CLERK, organisation_id: CARRIER }, at(2, 0)),
            new(6, area(&["31"]), at(2, 0)),
            new(7, area(&["01", "79"]), at(2, 0)),
            new(8, area(&[]), at(2, 0)),
        ];
        assert_eq!(notices::insert_batch(&mut tx, &batch).await.unwrap(), 6);
        let expected = [
            (notice_id(1), CLERK),
            (notice_id(2), GATE_CLERK),
            (notice_id(4), DRIVER),
            (notice_id(6), PROVINCIAL),
            (notice_id(7), NATIONAL),
            (notice_id(8), NATIONAL),
        ];
        assert_eq!(
            told(&mut tx).await,
            BTreeSet::from(expected),
            "nobody of another organisation, nobody who left"
        );
        assert_eq!(notices::insert_batch(&mut tx, &batch).await.unwrap(), 0, "the same thing is told once");
        assert_eq!(notices::insert_batch(&mut tx, &[]).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn who_did_it_is_not_told() {
    both(|db| async move {
        let (mut tx, _) = cast(&db).await;
        let mut own = new(1, desk(Role::Generator, GENERATOR), at(2, 0));
        own.by = Some(CLERK);
        let mut others = new(2, desk(Role::Facility, FACILITY), at(2, 0));
        others.by = Some(CLERK);
        notices::insert_batch(&mut tx, &[own, others]).await.unwrap();
        assert_eq!(told(&mut tx).await, BTreeSet::from([(notice_id(2), GATE_CLERK)]));
    })
    .await;
}

#[tokio::test]
async fn a_person_reads_their_own_list_page_by_page() {
    both(|db| async move {
        let (mut tx, manifest) = cast(&db).await;
        for n in 1..=3 {
            let mut one = new(n, desk(Role::Generator, GENERATOR), at(2, u32::try_from(n).unwrap()));
            one.tell.finding = Some(FindingCode::Discrepancy);
            notices::insert_batch(&mut tx, &[one]).await.unwrap();
        }
        let first = notices::list(&mut tx, CLERK, false, &Page::first(2)).await.unwrap();
        let ids: Vec<_> = first.items.iter().map(|notice| notice.id).collect();
        assert_eq!(ids, [notice_id(3), notice_id(2)]);
        let newest = &first.items[0];
        assert_eq!(
            (
                newest.role,
                newest.organisation_id,
                newest.manifest_id,
                newest.finding,
                newest.urgent,
                newest.read_at
            ),
            (Role::Generator, GENERATOR, manifest, Some(FindingCode::Discrepancy), true, None)
        );
        let second =
            notices::list(&mut tx, CLERK, false, &Page { after: first.next, limit: 2 }).await.unwrap();
        assert_eq!((second.items.len(), second.next), (1, None));
        assert!(notices::list(&mut tx, GATE_CLERK, false, &Page::first(2)).await.unwrap().items.is_empty());

        assert_eq!(notices::count_unread(&mut tx, CLERK).await.unwrap(), 3);
        assert_eq!(notices::update_read(&mut tx, GATE_CLERK, &[notice_id(1)], at(3, 0)).await.unwrap(), 0);
        assert_eq!(notices::update_read(&mut tx, CLERK, &[notice_id(1)], at(3, 0)).await.unwrap(), 1);
        assert_eq!(notices::update_read(&mut tx, CLERK, &[notice_id(1)], at(4, 0)).await.unwrap(), 0);
        assert_eq!(notices::update_read_until(&mut tx, CLERK, at(2, 2), at(4, 0)).await.unwrap(), 1);
        let unread = notices::list(&mut tx, CLERK, true, &Page::first(9)).await.unwrap();
        assert_eq!(unread.items.iter().map(|notice| notice.id).collect::<Vec<_>>(), [notice_id(3)]);
        let read =
            notices::find_many(&mut tx, &[(notice_id(1), CLERK), (notice_id(2), GATE_CLERK)]).await.unwrap();
        assert_eq!((read.len(), read[0].read_at), (1, Some(at(3, 0))));
        let missed = notices::list_missed(&mut tx, CLERK, at(2, 2), 9).await.unwrap();
        assert_eq!(missed.iter().map(|notice| notice.id).collect::<Vec<_>>(), [notice_id(2), notice_id(3)]);
    })
    .await;
}

#[tokio::test]
async fn whoever_leaves_an_organisation_leaves_its_notices() {
    both(|db| async move {
        let (mut tx, _) = cast(&db).await;
        notices::insert_batch(&mut tx, &[new(1, desk(Role::Generator, GENERATOR), at(2, 0))]).await.unwrap();
        let grant = RoleGrant { role: Role::Generator, organisation_id: GENERATOR };
        grants::update_ended(&mut tx, CLERK, grant, at(3, 0)).await.unwrap();
        assert!(notices::list(&mut tx, CLERK, false, &Page::first(9)).await.unwrap().items.is_empty());
        assert_eq!(notices::count_unread(&mut tx, CLERK).await.unwrap(), 0);
        assert!(notices::find_many(&mut tx, &[(notice_id(1), CLERK)]).await.unwrap().is_empty());
        assert!(notices::list_missed(&mut tx, CLERK, at(0, 0), 9).await.unwrap().is_empty());
    })
    .await;
}

fn delivery(n: u128, way: Way, due_at: Instant) -> NewDelivery {
    NewDelivery {
        id: DeliveryId(Uuid::from_u128(0x4000 + n)),
        notice_id: notice_id(1),
        person_id: CLERK,
        way,
        subscription_id: (way == Way::Push).then_some(SubscriptionId(Uuid::from_u128(0x5000))),
        due_at,
        made_at: at(2, 0),
    }
}

#[tokio::test]
async fn a_delivery_is_claimed_by_one_until_its_lease_ends() {
    both(|db| async move {
        let (mut tx, _) = cast(&db).await;
        let all = [
            delivery(1, Way::Push, at(2, 0)),
            delivery(2, Way::Mail, at(2, 0)),
            delivery(3, Way::Text, at(9, 0)),
        ];
        deliveries::insert_batch(&mut tx, &all).await.unwrap();
        let first = deliveries::update_claimed(&mut tx, at(2, 1), at(2, 2), 1).await.unwrap();
        assert_eq!((first[0].id, first[0].way, first[0].attempts), (all[0].id, Way::Push, 1));
        let second = deliveries::update_claimed(&mut tx, at(2, 1), at(2, 2), 9).await.unwrap();
        assert_eq!(second.iter().map(|row| row.id).collect::<Vec<_>>(), [all[1].id], "the third is not due");
        assert!(deliveries::update_claimed(&mut tx, at(2, 1), at(2, 2), 9).await.unwrap().is_empty());
        let again = deliveries::update_claimed(&mut tx, at(2, 2), at(2, 3), 9).await.unwrap();
        assert_eq!(
            again.iter().map(|row| row.attempts).collect::<Vec<_>>(),
            [2, 2],
            "who claimed them is gone"
        );

        let outcome = |row: &NewDelivery, state, due_at, error| Outcome { id: row.id, state, due_at, error };
        let outcomes = [
            outcome(&all[0], State::Waiting, Some(at(3, 0)), Some("too_many")),
            outcome(&all[1], State::Sent, None, None),
        ];
        deliveries::update_outcomes(&mut tx, &outcomes, at(2, 3)).await.unwrap();
        assert!(deliveries::update_claimed(&mut tx, at(2, 59), at(3, 9), 9).await.unwrap().is_empty());
        let later = deliveries::update_claimed(&mut tx, at(3, 0), at(3, 9), 9).await.unwrap();
        assert_eq!(later.iter().map(|row| row.attempts).collect::<Vec<_>>(), [3]);
        deliveries::update_outcomes(&mut tx, &[outcome(&all[1], State::Dead, None, Some("x"))], at(4, 0))
            .await
            .unwrap();
        let counts: BTreeMap<&str, i64> = deliveries::count_by_state(&mut tx)
            .await
            .unwrap()
            .into_iter()
            .map(|(s, n)| (s.as_str(), n))
            .collect();
        assert_eq!(counts, BTreeMap::from([("sent", 1), ("waiting", 2)]), "what was sent stays sent");
        let gone = [SubscriptionId(Uuid::from_u128(0x5000))];
        assert_eq!(deliveries::update_dropped_of(&mut tx, &gone, at(4, 0)).await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn two_servers_claim_and_spread_each_its_own() {
    both(|db| async move {
        let (mut tx, _) = cast(&db).await;
        let told: Vec<_> = (1..=40).map(|n| new(n, desk(Role::Generator, GENERATOR), at(2, 0))).collect();
        notices::insert_batch(&mut tx, &told).await.unwrap();
        let due: Vec<_> = (1..=40).map(|n| delivery(n, Way::Mail, at(2, 0))).collect();
        deliveries::insert_batch(&mut tx, &due).await.unwrap();
        tx.commit().await.unwrap();
        let mut workers = Vec::new();
        for _ in 0..4 {
            let db = db.clone();
            workers.push(tokio::spawn(async move {
                let (mut spread, mut claimed) = (Vec::new(), Vec::new());
                for _ in 0..20 {
                    let mut tx = db.begin("test.worker").await.unwrap();
                    spread.extend(
                        notices::update_spread(&mut tx, at(2, 1), 3).await.unwrap().iter().map(|n| n.id),
                    );
                    claimed.extend(
                        deliveries::update_claimed(&mut tx, at(2, 1), at(2, 2), 3)
                            .await
                            .unwrap()
                            .iter()
                            .map(|d| d.id),
                    );
                    tx.commit().await.unwrap();
                }
                (spread, claimed)
            }));
        }
        let (mut spread, mut claimed) = (Vec::new(), Vec::new());
        for worker in workers {
            let (own_spread, own_claimed) = worker.await.unwrap();
            spread.extend(own_spread);
            claimed.extend(own_claimed);
        }
        let once = |ids: usize, distinct: usize| assert_eq!((ids, distinct), (40, 40));
        once(spread.len(), spread.iter().collect::<BTreeSet<_>>().len());
        once(claimed.len(), claimed.iter().map(|id| id.0).collect::<BTreeSet<_>>().len());
    })
    .await;
}

#[tokio::test]
async fn old_notices_go_with_their_deliveries_and_links() {
    both(|db| async move {
        let (mut tx, _) = cast(&db).await;
        let both_days = [
            new(1, desk(Role::Generator, GENERATOR), at(2, 0)),
            new(2, desk(Role::Generator, GENERATOR), at(5, 0)),
        ];
        notices::insert_batch(&mut tx, &both_days).await.unwrap();
        deliveries::insert_batch(&mut tx, &[delivery(1, Way::Mail, at(2, 0))]).await.unwrap();
        action_links::insert_batch(&mut tx, &[link(1, 1)]).await.unwrap();
        assert_eq!(notices::delete_older(&mut tx, at(3, 0), 50).await.unwrap(), 1);
        assert_eq!(told(&mut tx).await, BTreeSet::from([(notice_id(2), CLERK)]));
        assert!(deliveries::count_by_state(&mut tx).await.unwrap().is_empty());
        assert_eq!(action_links::find(&mut tx, &[1; 32]).await.unwrap(), None);
        assert_eq!(notices::delete_older(&mut tx, at(3, 0), 50).await.unwrap(), 0);
    })
    .await;
}

fn link(n: u8, notice: u128) -> Link {
    Link {
        token_hash: vec![n; 32],
        action: LinkAction::ConfirmPickup,
        notice_id: notice_id(notice),
        person_id: CLERK,
        role: Role::Generator,
        organisation_id: GENERATOR,
        manifest_id: manifest_id(1),
        created_at: at(2, 0),
        expires_at: at(9, 0),
        used_at: None,
    }
}

#[tokio::test]
async fn a_link_is_used_once_and_a_newer_one_takes_its_place() {
    both(|db| async move {
        let (mut tx, _) = cast(&db).await;
        action_links::insert_batch(&mut tx, &[link(1, 1), link(2, 2)]).await.unwrap();
        assert_eq!(action_links::find(&mut tx, &[1; 32]).await.unwrap(), Some(link(1, 1)));
        assert_eq!(action_links::find(&mut tx, &[7; 32]).await.unwrap(), None);
        action_links::update_used(&mut tx, &[1; 32], at(3, 0)).await.unwrap();
        action_links::update_used(&mut tx, &[1; 32], at(4, 0)).await.unwrap();
        assert!(action_links::update_used(&mut tx, &[7; 32], at(4, 0)).await.is_err());
        action_links::insert_batch(&mut tx, &[link(3, 1), link(4, 2)]).await.unwrap();
        assert_eq!(
            action_links::find(&mut tx, &[1; 32]).await.unwrap().unwrap().used_at,
            Some(at(3, 0)),
            "kept: it did it"
        );
        assert_eq!(
            action_links::find(&mut tx, &[2; 32]).await.unwrap(),
            None,
            "sent again: the first is good no more"
        );
        assert!(action_links::find(&mut tx, &[4; 32]).await.unwrap().is_some());
    })
    .await;
}

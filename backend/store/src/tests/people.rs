use super::{CARRIER, CLERK, DRIVER, FACILITY, GENERATOR, PHONE, at, device, person, seeded};
use crate::grants::{self, Grant};
use crate::invitations::{self, Invitation};
use crate::sessions::{self, Session};
use crate::testing::both;
use crate::{Page, devices, login_delays, people};
use domain::id::{DeviceId, PersonId, SessionId};
use domain::party::{Role, RoleGrant};
use uuid::Uuid;

fn grant(person_id: PersonId, role: Role, organisation_id: domain::id::OrganisationId) -> Grant {
    Grant { person_id, role, organisation_id, granted_at: at(1, 0), ended_at: None }
}

#[tokio::test]
async fn people_sign_in_however_they_write_their_login() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        let driver = person(DRIVER, "Lái xe 1", "0912 000 001");
        assert_eq!(people::find(&mut tx, DRIVER).await.unwrap().as_ref(), Some(&driver));
        for login in ["0912000001", "+84 912 000 001"] {
            assert_eq!(
                people::find_by_login(&mut tx, login).await.unwrap().as_ref(),
                Some(&driver),
                "{login}"
            );
        }
        assert_eq!(people::find_by_login(&mut tx, "nobody").await.unwrap(), None);
        people::update_secret(&mut tx, DRIVER, "$argon2id$…").await.unwrap();
        let driver = people::find(&mut tx, DRIVER).await.unwrap().unwrap();
        assert_eq!(driver.secret_hash.as_deref(), Some("$argon2id$…"));
        assert!(!format!("{driver:?}").contains("argon2"), "secrets are not printed");
        assert_eq!(people::find_many(&mut tx, &[DRIVER, CLERK]).await.unwrap().len(), 2);
        assert!(people::update_secret(&mut tx, PersonId(Uuid::nil()), "x").await.is_err());
        let taken =
            people::insert(&mut tx, &person(PersonId(Uuid::from_u128(99)), "Khác", "0912-000-001")).await;
        assert!(taken.unwrap_err().is_duplicate_of("people_login_folded"));
    })
    .await;
}

#[tokio::test]
async fn roles_are_held_in_organisations_for_a_time() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        for row in [
            grant(DRIVER, Role::Driver, CARRIER),
            grant(CLERK, Role::Generator, GENERATOR),
            grant(CLERK, Role::Facility, FACILITY),
        ] {
            grants::insert(&mut tx, &row).await.unwrap();
        }
        let facility = RoleGrant { role: Role::Facility, organisation_id: FACILITY };
        grants::update_ended(&mut tx, CLERK, facility, at(5, 0)).await.unwrap();
        assert!(grants::update_ended(&mut tx, CLERK, facility, at(6, 0)).await.is_err(), "ended already");

        let all = grants::list_for(&mut tx, &[DRIVER, CLERK]).await.unwrap();
        assert_eq!(all.len(), 3);
        assert_eq!(grants::held_at(&mut tx, &[CLERK], at(0, 59)).await.unwrap(), []);
        let early = grants::held_at(&mut tx, &[CLERK], at(4, 0)).await.unwrap();
        assert_eq!(early.len(), 2);
        let late = grants::held_at(&mut tx, &[CLERK], at(5, 0)).await.unwrap();
        assert_eq!(late[0].role_grant(), RoleGrant { role: Role::Generator, organisation_id: GENERATOR });
        assert_eq!(late.len(), 1);

        let drivers =
            people::Filter { role: Some(Role::Driver), organisation_id: Some(CARRIER), query: Some("LAI") };
        let drivers = people::list(&mut tx, &drivers, &Page::default()).await.unwrap();
        assert_eq!(drivers.items.iter().map(|p| p.id).collect::<Vec<_>>(), [DRIVER]);
        let staff = people::Filter { organisation_id: Some(FACILITY), ..people::Filter::default() };
        assert!(people::list(&mut tx, &staff, &Page::default()).await.unwrap().items.is_empty());
        let first = people::list(&mut tx, &people::Filter::default(), &Page::first(1)).await.unwrap();
        let second = Page { after: first.next, limit: 1 };
        let second = people::list(&mut tx, &people::Filter::default(), &second).await.unwrap();
        assert_eq!((first.items[0].id, second.items[0].id), (DRIVER, CLERK));
    })
    .await;
}

#[tokio::test]
async fn a_token_leads_to_person_device_and_present_roles_in_one_statement() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        grants::insert(&mut tx, &grant(DRIVER, Role::Driver, CARRIER)).await.unwrap();
        let ended = Grant { ended_at: Some(at(2, 0)), ..grant(DRIVER, Role::Facility, FACILITY) };
        grants::insert(&mut tx, &ended).await.unwrap();
        let session = Session {
            id: SessionId(Uuid::from_u128(5)),
            token_hash: vec![9; 32],
            person_id: DRIVER,
            device_id: None,
            created_at: at(1, 0),
            expires_at: at(20, 0),
            ended_at: None,
            last_seen_at: at(1, 0),
        };
        sessions::insert(&mut tx, &session).await.unwrap();
        let signed = sessions::find_by_token_hash(&mut tx, &[9; 32]).await.unwrap().unwrap();
        assert_eq!(signed.session, session);
        assert_eq!((signed.person_name.as_str(), signed.demo, signed.device), ("Lái xe 1", false, None));
        let role = RoleGrant { role: Role::Driver, organisation_id: CARRIER };
        assert_eq!(signed.roles, [(role, "Vận tải An Toàn (hư cấu)".to_owned())]);
        assert_eq!(sessions::find_by_token_hash(&mut tx, &[8; 32]).await.unwrap(), None);

        sessions::update_device(&mut tx, session.id, PHONE).await.unwrap();
        sessions::update_seen(&mut tx, session.id, at(2, 0), at(22, 0)).await.unwrap();
        let signed = sessions::find_by_token_hash(&mut tx, &[9; 32]).await.unwrap().unwrap();
        assert_eq!(signed.device, Some(("Điện thoại 1".to_owned(), devices::Status::Active)));
        assert_eq!((signed.session.last_seen_at, signed.session.expires_at), (at(2, 0), at(22, 0)));

        assert_eq!(sessions::update_ended_of_device(&mut tx, PHONE, at(3, 0)).await.unwrap(), 1);
        sessions::update_ended(&mut tx, session.id, at(4, 0)).await.unwrap();
        let signed = sessions::find_by_token_hash(&mut tx, &[9; 32]).await.unwrap().unwrap();
        assert_eq!(signed.session.ended_at, Some(at(3, 0)));
    })
    .await;
}

#[tokio::test]
async fn a_person_without_roles_still_has_a_session() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        let session = Session {
            id: SessionId(Uuid::from_u128(5)),
            token_hash: vec![9; 32],
            person_id: CLERK,
            device_id: None,
            created_at: at(1, 0),
            expires_at: at(20, 0),
            ended_at: None,
            last_seen_at: at(1, 0),
        };
        sessions::insert(&mut tx, &session).await.unwrap();
        let signed = sessions::find_by_token_hash(&mut tx, &[9; 32]).await.unwrap().unwrap();
        assert!(signed.roles.is_empty());
    })
    .await;
}

#[tokio::test]
async fn failures_count_and_delays_are_forgotten() {
    both(|db| async move {
        let mut tx = db.begin("test").await.unwrap();
        assert_eq!(login_delays::find(&mut tx, "k").await.unwrap(), None);
        assert_eq!(login_delays::insert_failure(&mut tx, "k", at(1, 0)).await.unwrap(), 1);
        assert_eq!(login_delays::insert_failure(&mut tx, "k", at(1, 1)).await.unwrap(), 2);
        login_delays::update_not_before(&mut tx, "k", at(1, 5)).await.unwrap();
        let delay = login_delays::find(&mut tx, "k").await.unwrap().unwrap();
        assert_eq!((delay.failures, delay.not_before), (2, at(1, 5)));
        login_delays::insert_failure(&mut tx, "old", at(0, 0)).await.unwrap();
        assert_eq!(login_delays::delete_older(&mut tx, at(0, 30)).await.unwrap(), 1);
        login_delays::delete(&mut tx, "k").await.unwrap();
        assert_eq!(login_delays::find(&mut tx, "k").await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn an_invitation_sets_one_pin_and_enrols_one_phone() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        let invitation = Invitation {
            code_hash: vec![3; 32],
            person_id: DRIVER,
            organisation_id: CARRIER,
            created_by: CLERK,
            created_at: at(1, 0),
            expires_at: at(9, 0),
            accepted_at: None,
            enrolled_at: None,
        };
        invitations::insert(&mut tx, &invitation).await.unwrap();
        assert_eq!(invitations::find(&mut tx, &[3; 32]).await.unwrap(), Some(invitation));
        assert_eq!(invitations::find(&mut tx, &[4; 32]).await.unwrap(), None);
        assert!(!invitations::update_accepted(&mut tx, &[3; 32], at(9, 0)).await.unwrap(), "expired");
        assert!(invitations::update_accepted(&mut tx, &[3; 32], at(2, 0)).await.unwrap());
        assert!(!invitations::update_accepted(&mut tx, &[3; 32], at(2, 1)).await.unwrap(), "used");
        assert!(invitations::update_enrolled(&mut tx, &[3; 32], at(2, 2)).await.unwrap());
        assert!(!invitations::update_enrolled(&mut tx, &[3; 32], at(2, 3)).await.unwrap(), "used");
        let spent = invitations::find(&mut tx, &[3; 32]).await.unwrap().unwrap();
        assert_eq!((spent.accepted_at, spent.enrolled_at), (Some(at(2, 0)), Some(at(2, 2))));
    })
    .await;
}

#[tokio::test]
async fn devices_are_enrolled_seen_revoked_and_admitted() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        let phone = device(PHONE, DRIVER, 7);
        assert_eq!(devices::find(&mut tx, PHONE).await.unwrap(), Some(phone.clone()));
        assert_eq!(devices::find_by_key(&mut tx, DRIVER, &[7; 64]).await.unwrap(), Some(phone));
        assert_eq!(devices::find_by_key(&mut tx, CLERK, &[7; 64]).await.unwrap(), None);
        let second = DeviceId(Uuid::from_u128(0x23));
        devices::insert(&mut tx, &device(second, DRIVER, 8)).await.unwrap();
        assert_eq!(devices::find_many(&mut tx, &[PHONE, second]).await.unwrap().len(), 2);

        devices::update_certificate(&mut tx, PHONE, "Điện thoại mới", &[4]).await.unwrap();
        devices::update_seen(&mut tx, &[PHONE, second], at(3, 50)).await.unwrap();
        devices::update_seen(&mut tx, &[PHONE, second], at(4, 0)).await.unwrap();
        devices::update_seen(&mut tx, &[PHONE], at(4, 1)).await.unwrap();
        devices::update_revoked(&mut tx, PHONE, at(5, 0), "mất").await.unwrap();
        devices::update_revoked(&mut tx, PHONE, at(6, 0), "khác").await.unwrap();
        devices::update_admitted(&mut tx, PHONE, at(7, 0), CLERK).await.unwrap();
        let phone = devices::find(&mut tx, PHONE).await.unwrap().unwrap();
        assert_eq!((phone.status, phone.revoked_at), (devices::Status::Revoked, Some(at(5, 0))));
        assert_eq!((phone.revoke_reason.as_deref(), phone.last_seen_at), (Some("mất"), Some(at(4, 0))));
        assert_eq!((phone.admitted_at, phone.admitted_by), (Some(at(7, 0)), Some(CLERK)));
        assert_eq!(devices::list_revoked(&mut tx, at(5, 0), 10).await.unwrap(), [PHONE], "kept for its days");
        assert_eq!(devices::list_revoked(&mut tx, at(5, 1), 10).await.unwrap(), []);
        devices::update_revoked(&mut tx, second, at(5, 2), "hỏng").await.unwrap();
        assert_eq!(devices::list_revoked(&mut tx, at(5, 0), 1).await.unwrap(), [second], "the latest first");
        assert_eq!(devices::list_revoked_of(&mut tx, &[CARRIER], at(5, 1)).await.unwrap(), [second]);
        assert_eq!(devices::list_revoked_of(&mut tx, &[CARRIER], at(5, 0)).await.unwrap(), [PHONE, second]);
        assert_eq!(devices::list_revoked_of(&mut tx, &[], at(5, 0)).await.unwrap(), []);
        assert_eq!((phone.name.as_str(), phone.certificate.as_slice()), ("Điện thoại mới", &[4][..]));

        let first = devices::list(&mut tx, Some(CARRIER), Some(DRIVER), &Page::first(1)).await.unwrap();
        let next = Page { after: first.next, limit: 5 };
        let rest = devices::list(&mut tx, None, None, &next).await.unwrap();
        assert_eq!((first.items[0].id, rest.items[0].id), (second, PHONE), "same time: higher id first");
        let again = devices::insert(&mut tx, &device(DeviceId(Uuid::from_u128(0x24)), DRIVER, 7)).await;
        assert!(again.unwrap_err().is_duplicate_of("devices_person_id_public_key"));
    })
    .await;
}

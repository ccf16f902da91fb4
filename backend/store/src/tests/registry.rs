use super::{CARRIER, FACILITY, GATE, GENERATOR, STORE, STRANGER, at, organisation, seeded, site};
use crate::permits::{self, Permit};
use crate::routes::{self, Route, RouteName};
use crate::sites::{SiteVersion, WallCode};
use crate::testing::both;
use crate::vehicles::{self, Vehicle};
use crate::waste_codes::{self, ListedCode};
use crate::{Json, Page, eligibility, meta, organisations, provinces, reference, sites, unlisted};
use domain::id::{OrganisationId, PermitId, RouteId, SiteId, VehicleId};
use domain::mass::Grams;
use domain::party::{OrganisationKind, PermitFacts, PermitKind, Quota, SiteKind, Suspension};
use domain::plate::Plate;
use domain::waste::{TreatmentMethod, WasteCode};
use serde_json::json;
use uuid::Uuid;

fn code(text: &str) -> WasteCode {
    WasteCode::parse(text).unwrap()
}

#[tokio::test]
async fn organisations_are_found_and_listed_by_page() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        let generator = organisation(GENERATOR, OrganisationKind::Generator, "Nhà máy Đúc (hư cấu)");
        assert_eq!(organisations::find(&mut tx, GENERATOR).await.unwrap(), Some(generator.clone()));
        assert_eq!(organisations::find(&mut tx, OrganisationId(Uuid::nil())).await.unwrap(), None);
        let many = organisations::find_many(&mut tx, &[GENERATOR, CARRIER, GENERATOR]).await.unwrap();
        assert_eq!(many.len(), 2);
        assert!(organisations::find_many(&mut tx, &[]).await.unwrap().is_empty());

        let mut page = Page::first(3);
        let first = organisations::list(&mut tx, &organisations::Filter::default(), &page).await.unwrap();
        page.after = first.next.clone();
        let second = organisations::list(&mut tx, &organisations::Filter::default(), &page).await.unwrap();
        let names: Vec<_> = first.items.iter().chain(&second.items).map(|row| row.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "Nhà máy Đúc (hư cấu)",
                "Vận tải An Toàn (hư cấu)",
                "Xử lý Xanh (hư cấu)",
                "Xưởng Khác (hư cấu)"
            ]
        );
        assert_eq!(second.next, None);

        let filter = organisations::Filter {
            kind: Some(OrganisationKind::Generator),
            query: Some("DUC hu"),
            province_code: Some("31"),
        };
        assert_eq!(organisations::list(&mut tx, &filter, &Page::default()).await.unwrap().items, [generator]);
    })
    .await;
}

#[tokio::test]
async fn suspensions_begin_end_and_are_remembered() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        let nobody = OrganisationId(Uuid::nil());
        let none = |outcome| matches!(outcome, Err(crate::Error::NotFound));
        organisations::lock(&mut tx, CARRIER).await.unwrap();
        assert!(none(organisations::lock(&mut tx, nobody).await));
        assert!(none(organisations::suspend(&mut tx, nobody, at(3, 0), "Vi phạm").await));
        assert!(none(organisations::reinstate(&mut tx, CARRIER, at(3, 0)).await), "it may work already");

        organisations::suspend(&mut tx, CARRIER, at(3, 0), "Vi phạm").await.unwrap();
        assert!(
            none(organisations::suspend(&mut tx, CARRIER, at(4, 0), "Nữa").await),
            "it is suspended already"
        );
        let suspended_at =
            async |tx: &mut _| organisations::find(tx, CARRIER).await.unwrap().unwrap().suspended_at;
        assert_eq!(suspended_at(&mut tx).await, Some(at(3, 0)));
        organisations::reinstate(&mut tx, CARRIER, at(5, 0)).await.unwrap();
        assert_eq!(suspended_at(&mut tx).await, None);
        organisations::suspend(&mut tx, CARRIER, at(6, 0), "Tái phạm").await.unwrap();
        organisations::reinstate(&mut tx, CARRIER, at(6, 0)).await.unwrap();
        organisations::suspend(&mut tx, CARRIER, at(6, 0), "Tái phạm").await.unwrap();
        organisations::suspend(&mut tx, FACILITY, at(4, 0), "").await.unwrap();

        let of =
            |organisation_id, from, to| Suspension { organisation_id, suspended_at: from, lifted_at: to };
        let standing = eligibility::list_for(&mut tx, &[CARRIER, FACILITY, GENERATOR]).await.unwrap();
        let expected = [
            of(CARRIER, at(3, 0), Some(at(5, 0))),
            of(FACILITY, at(4, 0), None),
            of(CARRIER, at(6, 0), None),
        ];
        assert_eq!((standing.suspensions.as_slice(), standing.permits.len()), (expected.as_slice(), 0));
        assert_eq!(
            eligibility::list_for(&mut tx, &[STRANGER]).await.unwrap(),
            eligibility::Standing::default()
        );
    })
    .await;
}

#[tokio::test]
async fn sites_keep_their_fence_and_are_listed() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        let store = site(STORE, GENERATOR, SiteKind::Generator, 20.86, 106.68);
        assert_eq!(sites::find(&mut tx, STORE).await.unwrap(), Some(store.clone()));
        assert_eq!(sites::find_many(&mut tx, &[STORE, GATE]).await.unwrap().len(), 2);
        let wide = site(SiteId(Uuid::from_u128(0x32)), FACILITY, SiteKind::TransferStation, 20.0, 106.0);
        sites::insert(&mut tx, &wide).await.unwrap();

        let mut moved = site(STORE, GENERATOR, SiteKind::Generator, 21.5, 105.5);
        moved.name = "Kho mới".to_owned();
        sites::update(&mut tx, &moved, at(4, 0)).await.unwrap();
        assert_eq!(sites::find(&mut tx, STORE).await.unwrap(), Some(moved.clone()));
        let nowhere = sites::Site { id: SiteId(Uuid::nil()), ..moved.clone() };
        assert!(matches!(sites::update(&mut tx, &nowhere, at(4, 0)).await, Err(crate::Error::NotFound)));

        let filter = sites::Filter {
            kind: Some(SiteKind::Generator),
            organisation_id: Some(GENERATOR),
            province_code: Some("31"),
            query: Some("kho MOI"),
        };
        assert_eq!(sites::list(&mut tx, &filter, &Page::default()).await.unwrap().items, [moved]);
        let page = Page::first(1);
        let first = sites::list(&mut tx, &sites::Filter::default(), &page).await.unwrap();
        let rest = Page { after: first.next, limit: 2 };
        let rest = sites::list(&mut tx, &sites::Filter::default(), &rest).await.unwrap();
        assert!(rest.items.len() == 2 && !rest.items.contains(&first.items[0]));
        assert_eq!(rest.next, None);
    })
    .await;
}

/// What a site was from an instant on.
fn version(site: &sites::Site, valid_from: domain::time::Instant) -> SiteVersion {
    SiteVersion {
        site_id: site.id,
        organisation_id: site.organisation_id,
        kind: site.kind,
        valid_from,
        name: site.name.clone(),
        geofence: site.geofence.clone(),
    }
}

#[tokio::test]
async fn sites_are_found_near_a_point_by_any_of_their_versions() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        let gate = site(GATE, FACILITY, SiteKind::Facility, 20.94, 106.31);
        let first = version(&gate, at(0, 0));
        let points = [(20.9415, 106.31), (0.0, 0.0), (20.86, 106.68), (20.9415, 106.31)];
        let near = sites::list_receiving_near(&mut tx, &points, 100.0).await.unwrap();
        assert_eq!(near, std::slice::from_ref(&first), "a generator's store receives nothing");
        for (lat, lon, margin_m) in
            [(20.9415, 106.31, 10.0), (20.94, 106.3115, 10.0), (f64::NAN, 106.31, 1e6)]
        {
            assert!(sites::list_receiving_near(&mut tx, &[(lat, lon)], margin_m).await.unwrap().is_empty());
        }
        for (lat, lon) in [(20.9385, 106.31), (20.94, 106.3085), (20.94, 106.31)] {
            assert_eq!(sites::list_receiving_near(&mut tx, &[(lat, lon)], 100.0).await.unwrap().len(), 1);
        }
        let mut wide = site(SiteId(Uuid::from_u128(0x32)), FACILITY, SiteKind::TransferStation, 20.0, 106.0);
        wide.geofence = Json(json!({"type": "Polygon",
            "coordinates": [[[105.5, 19.5], [106.5, 19.5], [106.5, 20.5], [105.5, 20.5], [105.5, 19.5]]]}));
        sites::insert(&mut tx, &wide).await.unwrap();
        let inside = sites::list_receiving_near(&mut tx, &[(20.4, 106.4)], 1.0).await.unwrap();
        assert_eq!(inside, [version(&wide, at(0, 0))]);

        let moved = site(GATE, FACILITY, SiteKind::Facility, 21.5, 105.5);
        sites::update(&mut tx, &moved, at(5, 0)).await.unwrap();
        let both_versions = [first, version(&moved, at(5, 0))];
        for point in [(20.94, 106.31), (21.5, 105.5)] {
            assert_eq!(sites::list_receiving_near(&mut tx, &[point], 1.0).await.unwrap(), both_versions);
        }
    })
    .await;
}

#[tokio::test]
async fn a_site_has_a_version_for_every_name_and_fence() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        let store = site(STORE, GENERATOR, SiteKind::Generator, 20.86, 106.68);
        let elsewhere = sites::Site { address: "Đường khác".to_owned(), ..store.clone() };
        sites::update(&mut tx, &elsewhere, at(1, 0)).await.unwrap();
        let renamed = sites::Site { name: "Kho mới".to_owned(), ..elsewhere.clone() };
        sites::update(&mut tx, &renamed, at(2, 0)).await.unwrap();
        let moved = site(STORE, GENERATOR, SiteKind::Generator, 21.5, 105.5);
        sites::update(&mut tx, &moved, at(3, 0)).await.unwrap();
        let again = sites::Site { name: "Kho dời".to_owned(), ..moved };
        sites::update(&mut tx, &again, at(3, 0)).await.unwrap();

        let gate = site(GATE, FACILITY, SiteKind::Facility, 20.94, 106.31);
        let listed = sites::list_versions(&mut tx, &[GATE, STORE, STORE]).await.unwrap();
        let expected = [
            version(&store, at(0, 0)),
            version(&renamed, at(2, 0)),
            version(&again, at(3, 0)),
            version(&gate, at(0, 0)),
        ];
        assert_eq!(listed, expected, "an address is no version, and one instant has one");
        assert!(sites::list_versions(&mut tx, &[SiteId(Uuid::nil())]).await.unwrap().is_empty());
    })
    .await;
}

/// The sites of a database from before versions get their first one by the migration itself.
#[tokio::test]
async fn sites_of_before_get_their_first_version() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        let fresh = sites::list_versions(&mut tx, &[STORE, GATE]).await.unwrap();
        assert_eq!(fresh.len(), 2);
        let file = include_str!("../../../../migrations/postgres/0007_site_versions.sql");
        let backfill =
            file.split_inclusive(';').find(|part| part.trim_start().starts_with("INSERT")).unwrap();
        on_tx!(&mut tx, c => sqlx::query("DELETE FROM site_versions").execute(c).await.map(drop)).unwrap();
        assert!(sites::list_versions(&mut tx, &[STORE, GATE]).await.unwrap().is_empty());
        on_tx!(&mut tx, c => sqlx::query(backfill).execute(c).await.map(drop)).unwrap();
        assert_eq!(sites::list_versions(&mut tx, &[STORE, GATE]).await.unwrap(), fresh);
    })
    .await;
}

#[tokio::test]
async fn a_wall_code_is_read_only_by_its_own_function() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        assert!(sites::list_wall_codes(&mut tx, &[STORE]).await.unwrap().is_empty());
        let wall = WallCode { site_id: STORE, bytes: vec![0, 255, 0x27], expires_at: at(9, 0) };
        sites::update_wall_code(&mut tx, &wall).await.unwrap();
        assert_eq!(
            sites::list_wall_codes(&mut tx, &[STORE, GATE]).await.unwrap(),
            std::slice::from_ref(&wall)
        );
        let nowhere = WallCode { site_id: SiteId(Uuid::nil()), ..wall };
        assert!(sites::update_wall_code(&mut tx, &nowhere).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn permits_and_vehicles_belong_to_organisations() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        let permit = Permit {
            id: PermitId(Uuid::from_u128(1)),
            organisation_id: CARRIER,
            kind: PermitKind::Transport,
            number: "1-2-3.001.VX".to_owned(),
            valid_from: at(0, 0),
            valid_to: at(23, 0),
            waste_codes: Json(vec!["17 02 03".to_owned()]),
            plates: Json(vec![Plate("15C-123.45".to_owned())]),
            methods: Json(vec![TreatmentMethod::Incineration]),
            quotas: Json(vec![Quota { waste_code: None, mass_g: Grams(7) }]),
            provinces: Json(vec!["31".to_owned()]),
            created_at: at(0, 0),
        };
        permits::insert(&mut tx, &permit).await.unwrap();
        let listed = permits::list_for(&mut tx, &[CARRIER, FACILITY]).await.unwrap();
        assert_eq!(listed, [permit]);
        organisations::suspend(&mut tx, CARRIER, at(3, 0), "Vi phạm").await.unwrap();
        let standing = eligibility::list_for(&mut tx, &[CARRIER, CARRIER]).await.unwrap();
        assert_eq!(standing.permits, [PermitFacts::from(listed[0].clone())], "with its codes and plates");
        assert_eq!(standing.suspensions.len(), 1);
        assert_eq!(PermitFacts::from(listed[0].clone()).plates, [Plate("15c12345".to_owned())]);

        for (n, plate, organisation_id) in
            [(1, "15C-678.90", CARRIER), (2, "15C-123.45", CARRIER), (3, "15C-123.45", FACILITY)]
        {
            let vehicle = Vehicle {
                id: VehicleId(Uuid::from_u128(n)),
                organisation_id,
                plate: Plate(plate.to_owned()),
                name: format!("Xe {n}"),
                kind: "xe tải".to_owned(),
                created_at: at(0, 0),
            };
            vehicles::insert(&mut tx, &vehicle).await.unwrap();
        }
        let own = vehicles::list(&mut tx, Some(CARRIER), &Page::first(1)).await.unwrap();
        assert_eq!(own.items[0].plate.0, "15C-123.45");
        let rest = vehicles::list(&mut tx, Some(CARRIER), &Page { after: own.next, limit: 5 }).await.unwrap();
        assert_eq!(rest.items[0].plate.0, "15C-678.90");
        assert_eq!(vehicles::list(&mut tx, None, &Page::default()).await.unwrap().items.len(), 3);
    })
    .await;
}

#[tokio::test]
async fn a_plate_is_registered_once_per_organisation_however_it_is_written() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        let vehicle = |n, plate: &str| Vehicle {
            id: VehicleId(Uuid::from_u128(n)),
            organisation_id: CARRIER,
            plate: Plate(plate.to_owned()),
            name: String::new(),
            kind: String::new(),
            created_at: at(0, 0),
        };
        vehicles::insert(&mut tx, &vehicle(1, "15C-123.45")).await.unwrap();
        let again = vehicles::insert(&mut tx, &vehicle(2, "15c 12345")).await.unwrap_err();
        assert!(again.is_duplicate_of("vehicles_organisation_id_plate_normal"), "{again:?}");
    })
    .await;
}

#[tokio::test]
async fn a_changed_route_is_its_next_version() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        let route = |n, name: &str| Route {
            id: RouteId(Uuid::from_u128(n)),
            organisation_id: CARRIER,
            name: name.to_owned(),
            version: 0,
            geometry: Json(json!({"type": "LineString", "coordinates": [[106.68, 20.86], [106.31, 20.94]]})),
            corridor_m: 200.5,
            created_at: at(0, 0),
        };
        assert_eq!(routes::insert(&mut tx, &route(1, "Quốc lộ 5")).await.unwrap(), 1);
        assert_eq!(routes::insert(&mut tx, &route(2, "Quốc lộ 5")).await.unwrap(), 2);
        assert_eq!(routes::insert(&mut tx, &route(3, "Đường 10")).await.unwrap(), 1);
        let newest = routes::list_for(&mut tx, &[CARRIER]).await.unwrap();
        let seen: Vec<_> = newest.iter().map(|r| (r.name.as_str(), r.version)).collect();
        assert_eq!(seen, [("Đường 10", 1), ("Quốc lộ 5", 2)]);
        let old = routes::find(&mut tx, RouteId(Uuid::from_u128(1))).await.unwrap().unwrap();
        assert_eq!(old, Route { version: 1, ..route(1, "Quốc lộ 5") });
        let names = routes::list_names(&mut tx, &[old.id]).await.unwrap();
        assert_eq!(names, [RouteName { id: old.id, name: "Quốc lộ 5".to_owned(), version: 1 }]);
        assert_eq!(routes::list_names(&mut tx, &[old.id, newest[0].id]).await.unwrap().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn reference_tables_load_with_the_same_result_however_often() {
    both(|db| async move {
        reference::load(&db).await.unwrap();
        let mut tx = db.read("test").await.unwrap();
        let listed = provinces::list(&mut tx).await.unwrap();
        assert_eq!(listed.len(), 34);
        assert!(listed.iter().any(|p| p.name_vi.contains("Hải Phòng")));
        assert_eq!(waste_codes::list(&mut tx).await.unwrap().len(), 52);
        assert_eq!(waste_codes::list_groups(&mut tx).await.unwrap().len(), 61);
        assert_eq!(meta::epoch(&mut tx).await.unwrap(), 1);
        drop(tx);
        let mut tx = db.begin("test").await.unwrap();
        meta::update(&mut tx, "epoch", "2").await.unwrap();
        meta::update(&mut tx, "new", "x").await.unwrap();
        assert_eq!(meta::epoch(&mut tx).await.unwrap(), 2);
        assert_eq!(meta::find(&mut tx, "new").await.unwrap().as_deref(), Some("x"));
        assert_eq!(meta::find(&mut tx, "none").await.unwrap(), None);
        assert_eq!(meta::newest_instant(&mut tx).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn codes_are_found_by_digits_and_by_words_without_diacritics() {
    both(|db| async move {
        let mut tx = db.read("test").await.unwrap();
        let by = |found: Vec<ListedCode>| {
            found.into_iter().map(|c| c.code.as_str().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(by(waste_codes::search(&mut tx, "17 02", 9).await.unwrap()), ["17 02 03"]);
        assert_eq!(by(waste_codes::search(&mut tx, "170203*", 9).await.unwrap()), ["17 02 03"]);
        assert_eq!(by(waste_codes::search(&mut tx, "dầu DONG co hop", 9).await.unwrap()), ["17 02 03"]);
        assert!(waste_codes::search(&mut tx, "%", 9).await.unwrap().is_empty());
        assert_eq!(waste_codes::search(&mut tx, "", 5).await.unwrap().len(), 5);
        let many =
            waste_codes::find_many(&mut tx, &[code("18 02 01"), code("99 99 99"), code("17 02 03")]).await;
        assert_eq!(by(many.unwrap()), ["17 02 03", "18 02 01"]);
    })
    .await;
}

#[tokio::test]
async fn the_official_list_replaces_itself_and_survives_the_next_start() {
    both(|db| async move {
        let official = |text: &str, name: &str| ListedCode {
            code: code(text),
            name_vi: name.to_owned(),
            name_en: String::new(),
            ec_code: "13 02 05".to_owned(),
            basel_a: "A3020".to_owned(),
            basel_y: "Y8".to_owned(),
            hazard_properties: "Đ, ĐS, C".to_owned(),
            physical_states: "Lỏng".to_owned(),
            threshold: "**".to_owned(),
            official: true,
            source: "annex".to_owned(),
        };
        let mut tx = db.begin("test").await.unwrap();
        let first = [official("17 02 03", "Dầu chính thức"), official("99 01 01", "Mới")];
        waste_codes::replace_official(&mut tx, &first).await.unwrap();
        tx.commit().await.unwrap();
        reference::load(&db).await.unwrap();
        let mut tx = db.begin("test").await.unwrap();
        let oil = waste_codes::find_many(&mut tx, &[code("17 02 03")]).await.unwrap();
        assert_eq!((oil[0].name_vi.as_str(), oil[0].official), ("Dầu chính thức", true));
        waste_codes::replace_official(&mut tx, &first[..1]).await.unwrap();
        let gone = waste_codes::find_many(&mut tx, &[code("99 01 01")]).await.unwrap();
        assert!(!gone[0].official, "findable still, but not checked any more");
        assert_eq!(waste_codes::search(&mut tx, "chinh thuc", 9).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn typed_names_of_unlisted_codes_queue_once_per_spelling() {
    both(|db| async move {
        let mut tx = db.begin("test").await.unwrap();
        unlisted::insert(&mut tx, &code("98 01 01"), "Bùn lạ", at(1, 0)).await.unwrap();
        unlisted::insert(&mut tx, &code("98 01 01"), "BÙN LẠ", at(2, 0)).await.unwrap();
        unlisted::insert(&mut tx, &code("98 01 02"), "Khác", at(3, 0)).await.unwrap();
        let queue = unlisted::list(&mut tx).await.unwrap();
        assert_eq!(queue.len(), 2);
        assert_eq!((queue[0].name.as_str(), queue[0].times), ("Bùn lạ", 2));
        assert_eq!((queue[0].first_seen_at, queue[0].last_seen_at), (at(1, 0), at(2, 0)));
    })
    .await;
}

#[tokio::test]
async fn an_organisation_of_an_unknown_province_is_a_broken_reference() {
    both(|db| async move {
        let mut tx = db.begin("test").await.unwrap();
        let mut row = organisation(STRANGER, OrganisationKind::Generator, "X");
        row.province_code = Some("00".to_owned());
        let refused = organisations::insert(&mut tx, &row).await.unwrap_err();
        assert!(matches!(refused, crate::Error::Reference(_)), "{refused:?}");
    })
    .await;
}

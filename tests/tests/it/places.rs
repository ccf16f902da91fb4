//! Where a scan was made: exactly the findings that belong there, and the evidence grade that it earns.

use chrono::TimeDelta;
use serde_json::json;
use tests::{Load, Phone, World, on_both};

on_both!(
    a_pickup_three_kilometres_away,
    a_delivery_three_kilometres_away,
    a_delivery_at_another_facility,
    the_gate_of_another_facility,
    fixes_that_prove_nothing,
    the_accuracy_counts_in_favour_of_the_driver,
    codes_of_other_walls,
    a_stale_fix_is_told,
    an_inspection_off_the_route,
    a_load_rests_at_a_transfer_station,
    a_fence_that_moves_judges_no_scan_of_before,
    a_plant_that_moved_was_where_it_was,
);

async fn crew(world: &World) -> (Load, Phone, Phone) {
    (world.issued().await, world.phone_of(&world.cast.driver).await, world.phone_of(&world.cast.gate).await)
}

/// A load that was picked up as it should be.
async fn on_the_road(world: &World) -> (Load, Phone, Phone) {
    let (load, driver, gate) = crew(world).await;
    world.clock.minutes(20);
    let pickup = driver.picks_up(&load).at(&world.places.store).with_wall_code().send().await;
    pickup.recorded("in_transit", "A", &[]);
    world.clock.minutes(55);
    (load, driver, gate)
}

async fn a_pickup_three_kilometres_away(world: World) {
    let (load, driver, _) = crew(&world).await;
    let store = &world.places.store;
    let far = driver.picks_up(&load).north_of(store, 3_000.0).send().await;
    far.recorded("in_transit", "C", &["off_route", "outside_geofence"]);
    let metres = far.detail("outside_geofence")["distance_m"].as_i64().unwrap();
    assert!((2_900..=3_000).contains(&metres), "{metres} m outside the fence");
    assert_eq!(far.detail("off_route")["corridor_m"], 200);

    let load = world.issued().await;
    let along = driver.picks_up(&load).standing(20.84286, 106.74785, 8.0).send().await;
    along.recorded("in_transit", "C", &["outside_geofence"]);

    let load = world.issued().await;
    let coded = driver.picks_up(&load).north_of(store, 3_000.0).with_wall_code_of(store).send().await;
    coded.recorded("in_transit", "B", &["off_route", "outside_geofence"]);
}

async fn a_delivery_three_kilometres_away(world: World) {
    let (load, driver, gate) = on_the_road(&world).await;
    let facility = &world.places.facility;
    let far = driver.delivers(&load).north_of(facility, 3_000.0).send().await;
    far.recorded("arrived", "C", &["off_route", "outside_geofence"]);
    gate.sees_arrive(&load).at(facility).with_wall_code().send().await.recorded("arrived", "A", &[]);
    assert_eq!(world.findings(&load).await, ["off_route", "outside_geofence"]);
}

async fn a_delivery_at_another_facility(world: World) {
    let (load, driver, gate) = on_the_road(&world).await;
    let other = &world.places.other_facility;
    let wrong = driver.delivers(&load).at(other).with_wall_code().send().await;
    wrong.recorded("arrived", "C", &["off_route", "wrong_facility", "wrong_site_code"]);
    assert_eq!(wrong.detail("wrong_facility")["site_name"], json!(other.name));
    // It came on after all: the gate that is the right one says so.
    world.clock.minutes(30);
    gate.sees_arrive(&load).at(&world.places.facility).send().await.recorded("arrived", "B", &[]);
    gate.accepts(&load, 480_000).send().await.recorded("accepted", "", &[]);
}

async fn the_gate_of_another_facility(world: World) {
    let (load, _, gate) = on_the_road(&world).await;
    let other_gate = world.phone_of(&world.cast.other_gate).await;
    let other = &world.places.other_facility;
    let blind = other_gate.sees_arrive(&load).at(other).with("code", json!(null)).send().await;
    blind.recorded_in_silence();
    let seen = other_gate.sees_arrive(&load).at(other).with_wall_code().send().await;
    seen.recorded("in_transit", "C", &["off_route", "wrong_facility", "wrong_site_code"]);
    other_gate.accepts(&load, 480_000).send().await.recorded_in_silence();
    world.cast.other_gate.get(&load.path("")).await.problem(404, "not_found");
    gate.sees_arrive(&load).at(&world.places.facility).send().await.recorded("arrived", "B", &[]);
    let findings = world.findings(&load).await;
    assert_eq!(findings, ["not_entitled", "not_entitled", "off_route", "wrong_facility", "wrong_site_code"]);
}

async fn fixes_that_prove_nothing(world: World) {
    let (load, driver, _) = crew(&world).await;
    let store = &world.places.store;
    let poor = driver.picks_up(&load).standing(20.90, 106.80, 5_000.0).with_wall_code_of(store).send().await;
    poor.recorded("in_transit", "B", &["position_poor"]);
    assert_eq!(poor.detail("position_poor"), &json!({"accuracy_m": 5_000, "limit_m": 100}));

    let load = world.issued().await;
    let silent = driver.picks_up(&load).without_position("timeout").send().await;
    silent.recorded("in_transit", "C", &["position_missing"]);
    assert_eq!(silent.detail("position_missing"), &json!({"reason": "timeout"}));

    let load = world.issued().await;
    let denied = driver.picks_up(&load).without_position("denied").with_wall_code_of(store).send().await;
    denied.recorded("in_transit", "B", &["position_missing"]);

    let load = world.issued().await;
    let made_up = driver.picks_up(&load).at(store).with_wall_code().mocked().send().await;
    made_up.recorded("in_transit", "B", &["position_mocked"]);

    let load = world.issued().await;
    let vague =
        driver.picks_up(&load).at(store).with("position", json!({"lat": store.lat, "lon": store.lon}));
    vague.send().await.recorded("in_transit", "C", &["position_poor"]);
}

async fn the_accuracy_counts_in_favour_of_the_driver(world: World) {
    let (load, driver, _) = crew(&world).await;
    let store = &world.places.store;
    let beside = (store.lat + 130.0 / 111_000.0, store.lon);
    driver.picks_up(&load).standing(beside.0, beside.1, 90.0).with_wall_code_of(store).send().await.recorded(
        "in_transit",
        "B",
        &[],
    );
    let load = world.issued().await;
    let exact =
        driver.picks_up(&load).standing(beside.0, beside.1, 5.0).with_wall_code_of(store).send().await;
    exact.recorded("in_transit", "B", &["outside_geofence"]);
}

async fn codes_of_other_walls(world: World) {
    let (load, driver, _) = crew(&world).await;
    let (store, other) = (&world.places.store, &world.places.other_store);
    let wrong = driver.picks_up(&load).at(store).with_wall_code_of(other).send().await;
    wrong.recorded("in_transit", "B", &["wrong_site_code"]);
    assert_eq!(wrong.detail("wrong_site_code"), &json!({"expected_site_id": store.id, "site_id": other.id}));

    let load = world.issued().await;
    let swapped = driver.picks_up(&load).at(store).with("site_code", json!(load.code)).send().await;
    swapped.recorded("in_transit", "B", &["seal_invalid"]);
    assert_eq!(swapped.detail("seal_invalid"), &json!({"site_code": "wrong_typ"}));

    let load = world.issued().await;
    let photographed =
        driver.picks_up(&load).standing(store.lat + 1.0, store.lon, 8.0).with_wall_code_of(store);
    photographed.send().await.recorded("in_transit", "B", &["off_route", "outside_geofence"]);
}

async fn a_stale_fix_is_told(world: World) {
    let (load, driver, _) = crew(&world).await;
    let old =
        driver.picks_up(&load).at(&world.places.store).with_fix_older_by(TimeDelta::minutes(3)).send().await;
    old.recorded("in_transit", "C", &["clock_skew"]);
    assert_eq!(old.detail("clock_skew"), &json!({"clock_ms": null, "fix_ms": -180_000}));
    let load = world.issued().await;
    let fresh = driver
        .picks_up(&load)
        .at(&world.places.store)
        .with_fix_older_by(TimeDelta::seconds(119))
        .send()
        .await;
    fresh.recorded("in_transit", "B", &[]);
}

async fn an_inspection_off_the_route(world: World) {
    let (load, _, _) = on_the_road(&world).await;
    let inspector = world.phone_of(&world.cast.inspector).await;
    let on_it = inspector.records("inspection", &load).standing(20.8600, 106.7200, 8.0).send().await;
    on_it.recorded("in_transit", "", &[]);
    let off = inspector.records("inspection", &load).standing(20.8600, 106.7600, 8.0).send().await;
    off.recorded("in_transit", "", &["off_route"]);
    let spare = inspector.records("inspection", &load).on_plate(tests::places::FOREIGN_PLATE).send().await;
    spare.recorded("in_transit", "", &["wrong_vehicle"]);
}

async fn a_load_rests_at_a_transfer_station(world: World) {
    let (load, driver, gate) = on_the_road(&world).await;
    let station = &world.places.station;
    let rest = driver
        .records("storing", &load)
        .at(station)
        .with_wall_code()
        .with("details", json!({"site_id": station.id}));
    rest.send().await.recorded("stored", "A", &[]);
    world.clock.minutes(60);
    let second = world.phone_of(&world.cast.second_driver).await;
    // The next leg is another driver's: told, because nobody assigned him.
    let again = second.picks_up(&load).at(station).with_wall_code().unconfirmed().send().await;
    again.recorded("in_transit", "A", &["wrong_driver"]);
    world.clock.minutes(30);
    second.delivers(&load).at(&world.places.facility).with_wall_code().send().await.recorded(
        "arrived",
        "A",
        &[],
    );
    gate.accepts(&load, 481_000).send().await.recorded("accepted", "", &[]);
}

/// The owner moves the fence of a site some kilometres north.
async fn move_north(world: &World, owner: &tests::Person, site: &tests::Place) -> tests::Place {
    world.clock.minutes(1);
    let there = tests::Place { lat: site.lat + 0.03, ..site.clone() };
    let body = json!({"name": "Địa điểm dời", "geofence": tests::places::square(there.lat, there.lon)});
    let _ = owner.patch(&format!("/api/v1/sites/{}", site.id), &body).await.ok();
    world.clock.minutes(1);
    there
}

async fn a_fence_that_moves_judges_no_scan_of_before(world: World) {
    let (store, facility) = (&world.places.store, &world.places.facility);
    let (load, driver, _) = crew(&world).await;
    let (late, other) = (world.issued().await, world.issued().await);
    world.clock.minutes(20);
    driver.picks_up(&load).at(store).with_wall_code().send().await.recorded("in_transit", "A", &[]);
    let kept_on_the_phone = driver.picks_up(&late).at(store).with_wall_code().sign();

    let there = move_north(&world, &world.cast.generator, store).await;
    app::rebuild::rebuild(&world.app).await.unwrap();
    assert!(world.findings(&load).await.is_empty(), "a rebuild judges by the fence of then");
    let events = world.cast.facility.get(&load.path("/events")).await.ok();
    assert_eq!(tests::http::items(&events)[0]["evidence_grade"], "A");

    driver.send(&[&kept_on_the_phone]).await[0].recorded("in_transit", "A", &[]);
    let new = driver.picks_up(&other).at(store).with_wall_code().send().await;
    new.recorded("in_transit", "B", &["outside_geofence"]);

    // A new scan for the first load brings everything about it before the judge once more.
    world.clock.minutes(40);
    driver.delivers(&load).at(facility).with_wall_code().send().await.recorded("arrived", "A", &[]);
    assert!(world.findings(&load).await.is_empty());
    let again = driver.picks_up(&world.issued().await).at(&there).with_wall_code().send().await;
    again.recorded("in_transit", "A", &[]);
}

async fn a_plant_that_moved_was_where_it_was(world: World) {
    let (other, name) = (&world.places.other_facility, &world.places.other_facility.name);
    let (load, driver, _) = on_the_road(&world).await;
    let second = world.issued().await;
    let pickup = driver.picks_up(&second).at(&world.places.store).with_wall_code().send().await;
    pickup.recorded("in_transit", "A", &[]);
    let wrong = driver.delivers(&load).at(other).send().await;
    wrong.recorded("arrived", "C", &["off_route", "wrong_facility"]);
    assert_eq!(wrong.detail("wrong_facility")["site_name"], json!(name));

    move_north(&world, &world.cast.other_gate, other).await;
    app::rebuild::rebuild(&world.app).await.unwrap();
    assert_eq!(world.findings(&load).await, ["off_route", "wrong_facility"]);
    let findings = world.cast.facility.get(&load.path("/findings")).await.ok();
    let kept =
        tests::http::items(&findings).iter().find(|finding| finding["code"] == "wrong_facility").unwrap();
    assert_eq!((&kept["status"], &kept["detail"]["site_name"]), (&json!("open"), &json!(name)));

    let gone = driver.delivers(&second).at(other).send().await;
    gone.recorded("arrived", "C", &["off_route", "outside_geofence"]);
}

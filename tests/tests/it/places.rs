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

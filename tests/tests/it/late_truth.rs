//! Late truth: what is recorded late counts from when it happened, and the end is the same as in order.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::http::items;
use tests::rows::assert_same;
use tests::{Load, World, on_both};

on_both!(
    a_phone_offline_all_trip,
    a_void_raced_by_an_offline_pickup,
    a_pickup_after_the_void_is_out_of_sequence,
    a_phone_that_never_returns,
    a_fix_that_comes_45_seconds_late,
    supplements_that_do_not_count,
    an_assignment_raced_by_an_offline_pickup,
    a_confirmation_before_and_after,
);

/// What the inspector is told of the seal right now.
async fn verdict(world: &World, load: &Load) -> Value {
    world.cast.inspector.post("/api/v1/verify", &json!({"code": load.code})).await.ok()["verdict"].clone()
}

async fn a_phone_offline_all_trip(world: World) {
    let load = world.issued().await;
    let driver = world.phone_of(&world.cast.driver).await;
    let gate = world.phone_of(&world.cast.gate).await;
    let (online, offline) = world.fork().await;

    let (driver, gate) = (driver.in_world(&online), gate.in_world(&online));
    let places = online.places.clone();
    online.clock.minutes(20);
    let pickup =
        driver.picks_up(&load).at(&places.store).with_wall_code().weighing(&[(1, 479_000, 0)]).sign();
    driver.send(&[&pickup]).await[0].recorded("in_transit", "A", &[]);
    online.clock.minutes(55);
    let delivery = driver.delivers(&load).at(&places.facility).with_wall_code().sign();
    driver.send(&[&delivery]).await[0].recorded("arrived", "A", &[]);
    online.clock.minutes(5);
    let arrival = gate.sees_arrive(&load).at(&places.facility).sign();
    gate.send(&[&arrival]).await[0].recorded("arrived", "B", &[]);
    online.clock.minutes(10);
    let acceptance = gate.accepts(&load, 430_500).sign();
    gate.send(&[&acceptance]).await[0].recorded("accepted", "", &["discrepancy"]);

    let (driver, gate) = (driver.in_world(&offline), gate.in_world(&offline));
    // A second behind the scans, which took some milliseconds each.
    offline.clock.advance(TimeDelta::minutes(80) + TimeDelta::seconds(1));
    gate.send(&[&arrival]).await[0].recorded("arrived", "B", &["pickup_missing"]);
    offline.clock.minutes(10);
    gate.send(&[&acceptance]).await[0].recorded("accepted", "", &["discrepancy"]);
    assert_eq!(offline.findings(&load).await, ["discrepancy", "pickup_missing"]);
    assert_eq!(offline.view(&offline.cast.facility, &load).await["lines"][0]["loaded_mass_g"], Value::Null);
    offline.clock.advance(TimeDelta::hours(6));
    let synced = driver.send(&[&pickup, &delivery]).await;
    synced[0].recorded("accepted", "A", &[]);
    synced[1].recorded("accepted", "A", &[]);
    assert_eq!(offline.findings(&load).await, ["discrepancy"]);

    online.clock.advance(TimeDelta::hours(6));
    assert_same(&online.truth().await, &offline.truth().await);
    for person in [&online.cast.generator, &online.cast.facility] {
        let (one, other) =
            (online.view(person, &load).await, offline.view(&offline.here(person), &load).await);
        for field in [
            "state",
            "state_since",
            "picked_up_at",
            "arrived_at",
            "accepted_at",
            "lines",
            "turn",
            "open_findings",
        ] {
            assert_eq!(one[field], other[field], "{field}");
        }
    }
}

async fn a_void_raced_by_an_offline_pickup(world: World) {
    let (cast, places) = (&world.cast, &world.places);
    let load = world.issued().await;
    let driver = world.phone_of(&cast.driver).await;
    let authority = world.phone_of(&cast.authority).await;
    world.clock.minutes(20);
    let pickup = driver.picks_up(&load).at(&places.store).with_wall_code().sign();
    world.clock.minutes(10);
    let void = cast.generator.post(&load.path("/void"), &json!({"reason": "Hoãn chuyến"})).await.ok();
    assert_eq!(void["state"], "void");
    assert_eq!(verdict(&world, &load).await, "void");
    world.clock.minutes(30);
    driver.send(&[&pickup]).await[0].recorded("in_transit", "A", &["picked_up_before_void"]);
    let view = world.view(&cast.generator, &load).await;
    assert_eq!((&view["on_hold"], &view["turn"]["role"]), (&json!(true), &json!("authority")));
    assert_eq!(verdict(&world, &load).await, "on_hold");
    let waiting = cast.authority.get("/api/v1/inbox").await.ok();
    assert_eq!(
        (&items(&waiting)[0]["action"], &items(&waiting)[0]["manifest"]["number"]),
        (&json!("release"), &json!(load.number))
    );

    driver.records("release", &load).send().await.recorded_in_silence();
    authority.records("release", &load).unseen().because("Đã xác minh").send().await.recorded(
        "in_transit",
        "",
        &[],
    );
    assert_eq!(world.view(&cast.generator, &load).await["on_hold"], json!(false));
    assert_eq!(verdict(&world, &load).await, "authentic");
    world.clock.minutes(30);
    driver.delivers(&load).at(&places.facility).with_wall_code().send().await.recorded("arrived", "A", &[]);
}

async fn a_pickup_after_the_void_is_out_of_sequence(world: World) {
    let load = world.issued().await;
    let driver = world.phone_of(&world.cast.driver).await;
    world.clock.minutes(20);
    let _ = world.cast.generator.post(&load.path("/void"), &json!({"reason": "Hoãn chuyến"})).await.ok();
    world.clock.minutes(1);
    let late = driver.picks_up(&load).at(&world.places.store).with_wall_code().send().await;
    late.recorded("void", "A", &["out_of_sequence"]);
    assert_eq!(verdict(&world, &load).await, "void");
}

async fn a_phone_that_never_returns(world: World) {
    let load = world.issued().await;
    let gate = world.phone_of(&world.cast.gate).await;
    world.clock.minutes(80);
    gate.sees_arrive(&load).at(&world.places.facility).with_wall_code().send().await.recorded(
        "arrived",
        "A",
        &["pickup_missing"],
    );
    gate.accepts(&load, 481_000).send().await.recorded("accepted", "", &[]);
    world.clock.advance(TimeDelta::days(20));
    let view = world.here(&world.cast.facility).get(&load.path("")).await.ok();
    assert_eq!(
        (&view["state"], &view["picked_up_at"], &view["open_findings"]),
        (&json!("accepted"), &Value::Null, &json!(1))
    );
}

async fn a_fix_that_comes_45_seconds_late(world: World) {
    let load = world.issued().await;
    let driver = world.phone_of(&world.cast.driver).await;
    let store = &world.places.store;
    let pickup = driver.picks_up(&load).without_position("timeout").with_wall_code_of(store).send().await;
    pickup.recorded("in_transit", "B", &["position_missing"]);
    world.clock.advance(TimeDelta::seconds(45));
    let supplement = driver.supplements(pickup.id.unwrap(), &load).at(store).send().await;
    supplement.recorded("in_transit", "A", &[]);
    let events = world.cast.facility.get(&load.path("/events")).await.ok();
    assert_eq!(
        (&items(&events)[0]["evidence_grade"], &items(&events)[0]["findings"]),
        (&json!("A"), &json!([]))
    );
    assert!(world.findings(&load).await.is_empty(), "the missing position is withdrawn");
    let all = world.cast.facility.get(&load.path("/findings")).await.ok();
    assert_eq!(items(&all)[0]["status"], "withdrawn");
}

async fn supplements_that_do_not_count(world: World) {
    let load = world.issued().await;
    let driver = world.phone_of(&world.cast.driver).await;
    let second = world.phone_of(&world.cast.second_driver).await;
    let store = &world.places.store;
    let pickup = driver.picks_up(&load).without_position("timeout").with_wall_code_of(store).send().await;
    world.clock.advance(TimeDelta::seconds(45));
    // Somebody else's phone knows nothing of where this one stood.
    second.supplements(pickup.id.unwrap(), &load).at(store).send().await.recorded_in_silence();
    world.clock.advance(TimeDelta::seconds(80));
    let late = driver.supplements(pickup.id.unwrap(), &load).at(store).send().await;
    late.recorded("in_transit", "B", &["position_missing"]);
    let events = world.cast.facility.get(&load.path("/events")).await.ok();
    assert_eq!(items(&events)[0]["evidence_grade"], "B", "two minutes and five seconds are too late");
    assert_eq!(world.findings(&load).await, ["not_entitled", "position_missing"]);
}

async fn an_assignment_raced_by_an_offline_pickup(world: World) {
    let cast = &world.cast;
    let load = world.issued().await;
    let driver = world.phone_of(&cast.driver).await;
    world.clock.minutes(20);
    let pickup = driver.picks_up(&load).at(&world.places.store).with_wall_code().sign();
    world.clock.minutes(5);
    let assigned =
        cast.dispatcher.post(&load.path("/assign"), &json!({"driver_id": cast.second_driver.id})).await.ok();
    assert_eq!(assigned["driver"]["id"], json!(cast.second_driver.id));
    world.clock.minutes(5);
    driver.send(&[&pickup]).await[0].recorded("in_transit", "A", &["out_of_sequence"]);
    let view = world.view(&cast.dispatcher, &load).await;
    assert_eq!(view["driver"]["id"], json!(cast.driver.id), "the load is with the driver who has it");
    cast.dispatcher
        .post(&load.path("/assign"), &json!({"plate": "15C-678.90"}))
        .await
        .problem(409, "wrong_state");
}

async fn a_confirmation_before_and_after(world: World) {
    let cast = &world.cast;
    let store = &world.places.store;
    let driver = world.phone_of(&cast.driver).await;
    let before = world.issued().await;
    let _ = cast.generator.post(&before.path("/confirm"), &json!({"name": "Thủ kho 1"})).await.ok();
    let pickup = driver.picks_up(&before).at(store).with_wall_code().confirmed_elsewhere().send().await;
    pickup.recorded("in_transit", "A", &[]);

    let after = world.issued().await;
    let pickup = driver.picks_up(&after).at(store).with_wall_code().confirmed_elsewhere().send().await;
    pickup.recorded("in_transit", "A", &["counterparty_missing"]);
    assert_eq!(pickup.detail("counterparty_missing"), &json!({"reason": "not_signed"}));
    cast.facility.post(&after.path("/confirm"), &json!({})).await.problem(403, "forbidden");
    cast.other_generator.post(&after.path("/confirm"), &json!({})).await.problem(404, "not_found");
    let confirmed = cast.generator.post(&after.path("/confirm"), &json!({})).await.ok();
    assert_eq!(
        (&confirmed["confirmed"]["by"], &confirmed["open_findings"]),
        (&json!(cast.generator.name), &json!(0))
    );
}

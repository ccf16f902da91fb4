//! What looks wrong with an authentic event: recorded, moved where it may move, and told exactly.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::http::items;
use tests::places::{FOREIGN_PLATE, LAPSING_PLATE, SPARE_PLATE, UNPERMITTED_CODE};
use tests::{World, on_both};

on_both!(
    a_change_of_vehicle_within_the_permit,
    a_vehicle_of_nobodys_permit,
    a_driver_nobody_assigned,
    a_handover_names_the_next_driver,
    a_stranger_moves_nothing,
    an_event_that_cannot_follow,
    nobody_confirmed,
    a_clock_that_runs_ahead,
    a_permit_that_lapses_on_the_road,
    a_waste_that_no_permit_lists,
    one_code_used_twice,
    codes_that_are_none,
    a_code_past_its_date,
    a_lost_phone_and_what_it_signed,
    what_is_weighed_adds_up,
    a_hold_stops_the_seal,
);

async fn a_change_of_vehicle_within_the_permit(world: World) {
    let load = world.issued().await;
    let driver = world.phone_of(&world.cast.driver).await;
    let pickup = driver.picks_up(&load).at(&world.places.store).on_plate("15c 678.90").send().await;
    pickup.recorded("in_transit", "B", &["vehicle_changed"]);
    assert_eq!(pickup.body["findings"][0]["severity"], "info");
    let view = world.view(&world.cast.generator, &load).await;
    assert_eq!((&view["plates"], &view["expected_plate"]), (&json!(["15C-123.45"]), &json!("15c 678.90")));
    world.clock.minutes(60);
    let delivery = driver.delivers(&load).at(&world.places.facility).on_plate(SPARE_PLATE).send().await;
    delivery.recorded("arrived", "B", &[]);
}

async fn a_vehicle_of_nobodys_permit(world: World) {
    let load = world.issued().await;
    let driver = world.phone_of(&world.cast.driver).await;
    let pickup = driver.picks_up(&load).at(&world.places.store).on_plate(FOREIGN_PLATE).send().await;
    pickup.recorded("in_transit", "B", &["wrong_vehicle"]);
    assert_eq!(pickup.detail("wrong_vehicle"), &json!({"expected": ["15C-123.45"], "plate": FOREIGN_PLATE}));
    let seen = world.cast.inspector.get("/api/v1/vehicles/by-plate/15c12345/manifests").await.ok();
    assert_eq!(items(&seen)[0]["number"], load.number);
    assert_eq!(world.count("looks").await, 1, "each look is logged");
    world.cast.driver.get("/api/v1/vehicles/by-plate/15c12345/manifests").await.problem(403, "forbidden");
}

async fn a_driver_nobody_assigned(world: World) {
    let load = world.issued().await;
    let (first, second) = (&world.cast.driver, &world.cast.second_driver);
    let phone = world.phone_of(second).await;
    second.get(&load.path("")).await.problem(404, "not_found");
    let pickup = phone.picks_up(&load).at(&world.places.store).with_wall_code().send().await;
    pickup.recorded("in_transit", "A", &["wrong_driver"]);
    assert_eq!(
        pickup.detail("wrong_driver"),
        &json!({"driver_id": second.id, "expected_driver_id": first.id})
    );
    assert_eq!(
        second.get(&load.path("")).await.ok()["driver"]["id"],
        json!(second.id),
        "whoever scans has the load"
    );
    first.get(&load.path("")).await.problem(404, "not_found");
    world.clock.minutes(60);
    phone.delivers(&load).at(&world.places.facility).send().await.recorded("arrived", "B", &[]);
}

async fn a_handover_names_the_next_driver(world: World) {
    let load = world.issued().await;
    let first = world.phone_of(&world.cast.driver).await;
    let second = world.phone_of(&world.cast.second_driver).await;
    first.picks_up(&load).at(&world.places.store).with_wall_code().send().await.recorded(
        "in_transit",
        "A",
        &[],
    );
    world.clock.minutes(30);
    let handover =
        second.records("handover", &load).standing(20.8600, 106.7200, 8.0).on_plate(SPARE_PLATE).send().await;
    handover.recorded("in_transit", "", &["vehicle_changed"]);
    world.clock.minutes(30);
    let delivery = second.delivers(&load).at(&world.places.facility).on_plate(SPARE_PLATE).send().await;
    delivery.recorded("arrived", "B", &[]);
}

async fn a_stranger_moves_nothing(world: World) {
    let load = world.issued().await;
    let stranger = world.phone_of(&world.cast.other_driver).await;
    stranger.picks_up(&load).at(&world.places.store).with_wall_code().send().await.recorded_in_silence();
    let generator = world.phone_of(&world.cast.generator).await;
    generator.picks_up(&load).at(&world.places.store).send().await.recorded_in_silence();
    let driver = world.phone_of(&world.cast.driver).await;
    driver.accepts(&load, 481_000).send().await.recorded_in_silence();
    // Nobody learns by it that there is such a manifest.
    let nowhere = stranger
        .picks_up(&load)
        .with("manifest_id", json!("01a205ea-0000-7000-8000-000000000001"))
        .send()
        .await;
    nowhere.recorded_in_silence();
    let view = world.view(&world.cast.generator, &load).await;
    assert_eq!((&view["state"], &view["open_findings"]), (&json!("issued"), &json!(3)));
    assert_eq!(world.findings(&load).await, ["not_entitled"; 3]);
    assert_eq!(world.count("custody_events").await, 4, "nothing is lost");
}

async fn an_event_that_cannot_follow(world: World) {
    let load = world.issued().await;
    let driver = world.phone_of(&world.cast.driver).await;
    let gate = world.phone_of(&world.cast.gate).await;
    let treated = gate.records("treatment", &load).unseen().weighing(&[(1, 481_000, 0)]).send().await;
    treated.recorded("issued", "", &["out_of_sequence"]);
    driver.picks_up(&load).at(&world.places.store).send().await.recorded("in_transit", "B", &[]);
    world.clock.minutes(60);
    let skipped = gate.accepts(&load, 481_000).send().await;
    skipped.recorded("accepted", "", &["out_of_sequence"]);
    assert_eq!(skipped.detail("out_of_sequence")["reason"], "arrival_skipped");
    assert_eq!(skipped.body["findings"][0]["severity"], "info");
    let treated = gate.records("treatment", &load).unseen().weighing(&[(1, 481_000, 0)]).send().await;
    treated.recorded("treated", "", &[]);
    world.clock.minutes(1);
    let refused = gate.records("rejection", &load).unseen().because("Sai loại").send().await;
    refused.recorded("treated", "", &["out_of_sequence"]);
}

async fn nobody_confirmed(world: World) {
    let driver = world.phone_of(&world.cast.driver).await;
    let store = &world.places.store;
    let load = world.issued().await;
    let wrong = if load.pickup_code == "000000" { "000001" } else { "000000" };
    let pickup = driver.picks_up(&load).at(store).confirmed_with_code(wrong).send().await;
    pickup.recorded("in_transit", "B", &["counterparty_missing"]);
    assert_eq!(pickup.detail("counterparty_missing"), &json!({"reason": "wrong_code"}));

    let load = world.issued().await;
    let pickup = driver.picks_up(&load).at(store).unconfirmed().send().await;
    assert_eq!(
        pickup.recorded("in_transit", "B", &["counterparty_missing"]).detail("counterparty_missing")["reason"],
        "none"
    );

    let load = world.issued().await;
    let pickup = driver
        .picks_up(&load)
        .at(store)
        .with("counterparty", json!({"kind": "glass", "proof": " "}))
        .send()
        .await;
    pickup.recorded("in_transit", "B", &["counterparty_missing"]);
}

async fn a_clock_that_runs_ahead(world: World) {
    let load = world.issued().await;
    let driver = world.phone_of(&world.cast.driver).await.running_ahead(TimeDelta::minutes(10));
    world.clock.minutes(20);
    let pickup = driver.picks_up(&load).at(&world.places.store).with_wall_code();
    let (pickup, now) = (pickup.send().await, world.clock.now());
    pickup.recorded("in_transit", "A", &["clock_skew"]);
    assert_eq!(pickup.detail("clock_skew")["clock_ms"], 600_000);
    let events = world.cast.generator.get(&load.path("/events")).await.ok();
    let estimated: chrono::DateTime<chrono::Utc> =
        items(&events)[0]["estimated_time"].as_str().unwrap().parse().unwrap();
    assert_eq!(estimated, now, "corrected by what the phone showed when it sent");

    let load = world.issued().await;
    let kept =
        driver.picks_up(&load).at(&world.places.store).with_measured_clock(TimeDelta::minutes(-10)).sign();
    let signed_at = world.clock.now();
    world.clock.advance(TimeDelta::hours(5));
    // Sent by a phone that has forgotten when: what it measured at the scan still tells.
    let answer = world.cast.driver.post("/api/v1/field/events", &json!({"events": [kept.jws]})).await.ok();
    assert_eq!(answer["results"][0]["findings"][0]["code"], "clock_skew");
    let events = world.cast.generator.get(&load.path("/events")).await.ok();
    let estimated: chrono::DateTime<chrono::Utc> =
        items(&events)[0]["estimated_time"].as_str().unwrap().parse().unwrap();
    assert_eq!(estimated, signed_at);
}

async fn a_permit_that_lapses_on_the_road(world: World) {
    let mut declaration = world.declaration();
    declaration["carrier_id"] = json!(world.cast.other_dispatcher.organisation_id);
    declaration["driver_id"] = json!(world.cast.other_driver.id);
    declaration["plates"] = json!([LAPSING_PLATE]);
    let load = world.issued_as(&declaration).await;
    let driver = world.phone_of(&world.cast.other_driver).await;
    let gate = world.phone_of(&world.cast.gate).await;
    world.clock.minutes(20);
    let pickup = driver.picks_up(&load).at(&world.places.store).on_plate(LAPSING_PLATE).send().await;
    pickup.recorded("in_transit", "B", &[]);
    world.clock.minutes(60);
    let delivery = driver.delivers(&load).at(&world.places.facility).on_plate(LAPSING_PLATE).send().await;
    delivery.recorded("arrived", "B", &["permit_expired"]);
    assert_eq!(delivery.detail("permit_expired")["permits"][0]["number"], "7-8-9-VT");
    let arrival = gate.sees_arrive(&load).at(&world.places.facility).on_plate(LAPSING_PLATE).send().await;
    arrival.recorded("arrived", "B", &[]);
}

async fn a_waste_that_no_permit_lists(world: World) {
    let mut declaration = world.declaration();
    declaration["lines"][0]["waste_code"] = json!(UNPERMITTED_CODE);
    // Issued under permits that list it and end before the load leaves.
    for (holder, kind) in [(&world.cast.dispatcher, "transport"), (&world.cast.facility, "treatment")] {
        let now = world.clock.now();
        let permit = json!({
            "organisation_id": holder.organisation_id, "kind": kind, "number": "8-8-8", "valid_from": now,
            "valid_to": now + TimeDelta::minutes(15), "waste_codes": [UNPERMITTED_CODE],
        });
        let _ = world.cast.authority.post("/api/v1/permits", &permit).await.expect(201);
    }
    let load = world.issued_as(&declaration).await;
    world.clock.minutes(20);
    let driver = world.phone_of(&world.cast.driver).await;
    let pickup = driver.picks_up(&load).at(&world.places.store).send().await;
    pickup.recorded("in_transit", "B", &["waste_not_permitted"]);
    let told = pickup.detail("waste_not_permitted")["permits"].as_array().unwrap();
    assert_eq!((told.len(), &told[0]["waste_codes"]), (2, &json!([UNPERMITTED_CODE])));
    world.clock.minutes(60);
    driver.delivers(&load).at(&world.places.facility).send().await.recorded("arrived", "B", &[]);
}

async fn one_code_used_twice(world: World) {
    let load = world.issued().await;
    let first = world.phone_of(&world.cast.driver).await;
    let second = world.phone_of(&world.cast.second_driver).await;
    let pickup = first.picks_up(&load).at(&world.places.store).send().await;
    pickup.recorded("in_transit", "B", &[]);
    world.clock.minutes(10);
    let copy = second.picks_up(&load).north_of(&world.places.store, 3_000.0).send().await;
    copy.recorded("in_transit", "C", &["duplicate_use", "off_route", "outside_geofence"]);
    assert_eq!(copy.detail("duplicate_use")["first_event_id"], json!(pickup.id));
    let view = world.view(&world.cast.dispatcher, &load).await;
    assert_eq!(view["driver"]["id"], json!(world.cast.driver.id), "the first has the load");
    // The same driver scanning again at the same place is no second use.
    first.picks_up(&load).at(&world.places.store).send().await.recorded("in_transit", "B", &[]);
}

async fn codes_that_are_none(world: World) {
    let driver = world.phone_of(&world.cast.driver).await;
    let store = &world.places.store;
    let other = world.issued().await;
    let cases = [
        (json!("HTTPS://E-MANIFEST.TEST/Q/AAAA"), "trailing_bytes"),
        (json!("hello"), "not_cose_sign1"),
        (json!("01189998819991197253"), "bad_symbol"),
        (json!("https://example.com/"), "other_link"),
        (json!(store.wall_code), "wrong_typ"),
        (json!(other.code), "other_manifest"),
        (json!(other.short_code), "other_manifest"),
    ];
    for (code, reason) in cases {
        let load = world.issued().await;
        let pickup = driver.picks_up(&load).at(store).with("code", code.clone()).send().await;
        pickup.recorded("in_transit", "B", &["seal_invalid"]);
        assert_eq!(pickup.detail("seal_invalid"), &json!({"code": reason}), "{code}");
    }
    // What we issued is recognised by its bytes; the same words under another signature are not ours.
    let load = world.issued().await;
    let (link, seal) = load.code.rsplit_once('/').unwrap();
    let mut forged = data_encoding::BASE32_NOPAD.decode(seal.as_bytes()).unwrap();
    *forged.last_mut().unwrap() ^= 1;
    let forged = format!("{link}/{}", data_encoding::BASE32_NOPAD.encode(&forged));
    let pickup = driver.picks_up(&load).at(store).with("code", json!(forged)).send().await;
    pickup.recorded("in_transit", "B", &["seal_invalid"]);
    assert_eq!(pickup.detail("seal_invalid"), &json!({"code": "signature"}));

    let load = world.issued().await;
    let typed = driver
        .picks_up(&load)
        .at(store)
        .with("code", json!(load.short_code))
        .with("code_source", json!("typed"));
    typed.send().await.recorded("in_transit", "B", &[]);
}

async fn a_code_past_its_date(world: World) {
    let driver = world.phone_of(&world.cast.driver).await;
    let (late, offline) = (world.issued().await, world.issued().await);
    world.clock.minutes(20);
    let kept = driver.picks_up(&offline).at(&world.places.store).sign();
    world.clock.advance(TimeDelta::days(31));
    let driver = driver.in_world(&world);
    let pickup = driver.picks_up(&late).at(&world.places.store).send().await;
    pickup.recorded("in_transit", "B", &["seal_expired"]);
    driver.send(&[&kept]).await[0].recorded("in_transit", "B", &[]);
    let seen =
        world.here(&world.cast.inspector).post("/api/v1/verify", &json!({"code": late.code})).await.ok();
    assert_eq!(seen["verdict"], "expired");
}

async fn a_lost_phone_and_what_it_signed(world: World) {
    let load = world.issued().await;
    let phone = world.phone_of(&world.cast.driver).await;
    let dispatcher = &world.cast.dispatcher;
    let path = |verb: &str| format!("/api/v1/devices/{}/{verb}", phone.id);
    let reason = json!({"reason": "Mất điện thoại"});
    world.cast.other_dispatcher.post(&path("revoke"), &reason).await.problem(404, "not_found");
    assert_eq!(dispatcher.post(&path("revoke"), &reason).await.ok()["status"], "revoked");
    let pickup = phone.picks_up(&load).at(&world.places.store).with_wall_code().send().await;
    assert_eq!((pickup.outcome.as_str(), &pickup.state, &pickup.grade), ("recorded", &None, &None));
    assert_eq!(pickup.findings(), ["device_revoked"]);
    assert_eq!(world.view(dispatcher, &load).await["state"], "issued", "it moves nothing");

    world.cast.driver.press(&path("admit")).await.problem(403, "forbidden");
    world.cast.other_dispatcher.press(&path("admit")).await.problem(404, "not_found");
    world.clock.minutes(30);
    let admitted = dispatcher.press(&path("admit")).await.ok();
    assert_eq!(admitted["status"], "revoked", "what it signed counts; it stays revoked");
    let view = world.view(dispatcher, &load).await;
    assert_eq!((&view["state"], &view["open_findings"]), (&json!("in_transit"), &json!(0)));
    world.clock.minutes(30);
    let later = phone.delivers(&load).at(&world.places.facility).send().await;
    assert_eq!((later.state.as_deref(), later.findings()), (None, vec!["device_revoked"]));
}

async fn what_is_weighed_adds_up(world: World) {
    let driver = world.phone_of(&world.cast.driver).await;
    let gate = world.phone_of(&world.cast.gate).await;
    let load = world.issued().await;
    driver.picks_up(&load).at(&world.places.store).send().await.recorded("in_transit", "B", &[]);
    world.clock.minutes(60);
    gate.sees_arrive(&load).at(&world.places.facility).send().await.recorded("arrived", "B", &[]);
    let partial = gate
        .records("partial_acceptance", &load)
        .unseen()
        .because("Một thùng rò rỉ")
        .weighing(&[(1, 480_000, 120_000)]);
    partial.send().await.recorded("partly_accepted", "", &[]);
    let view = world.view(&world.cast.generator, &load).await;
    let line = &view["lines"][0];
    let masses = [&line["declared_mass_g"], &line["received_mass_g"], &line["refused_mass_g"]];
    assert_eq!(masses, [&json!(481_000), &json!(480_000), &json!(120_000)]);
    assert_eq!(view["reason"], "Một thùng rò rỉ");

    let load = world.issued().await;
    driver.picks_up(&load).at(&world.places.store).send().await.recorded("in_transit", "B", &[]);
    let odd = gate
        .records("rejection", &load)
        .unseen()
        .because("Sai loại")
        .weighing(&[(1, 100_000, 200_000), (7, 5, 0)]);
    let odd = odd.send().await;
    odd.recorded("rejected", "", &["discrepancy", "out_of_sequence", "unreadable_field"]);
    assert_eq!(world.view(&world.cast.generator, &load).await["received_mass_g"], json!(100_000));
}

async fn a_hold_stops_the_seal(world: World) {
    let load = world.issued().await;
    let inspector = world.phone_of(&world.cast.inspector).await;
    let authority = world.phone_of(&world.cast.authority).await;
    let gate = world.phone_of(&world.cast.gate).await;
    gate.records("hold", &load).unseen().send().await.recorded_in_silence();
    inspector.records("hold", &load).unseen().because("Nghi rò rỉ").send().await.recorded("issued", "", &[]);
    let verdict = async || {
        world.cast.inspector.post("/api/v1/verify", &json!({"code": load.code})).await.ok()["verdict"].clone()
    };
    assert_eq!(verdict().await, "on_hold");
    inspector.records("release", &load).unseen().send().await.recorded_in_silence();
    assert_eq!(verdict().await, "on_hold");
    world.clock.minutes(1);
    authority.records("release", &load).unseen().because("Đã kiểm tra").send().await.recorded(
        "issued",
        "",
        &[],
    );
    assert_eq!(verdict().await, "authentic");
    assert_eq!(world.view(&world.cast.generator, &load).await["on_hold"], Value::Bool(false));
}

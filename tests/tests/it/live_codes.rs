//! The live code on a driver's screen, checked online: what it proves, to whom, and for how long.

use chrono::TimeDelta;
use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD};
use domain::id::{EventId, ManifestId, TripId};
use domain::seal::device::DeviceClaims;
use domain::seal::envelope::Unverified;
use domain::seal::live::Carried;
use serde_json::{Value, json};
use tests::places::{FOREIGN_PLATE, PLATE};
use tests::{Load, Person, World, new_id, on_both};

on_both!(
    a_screen_speaks_for_half_a_minute,
    a_plate_changed_on_the_way_is_seen,
    a_live_code_over_a_void_or_received_load_is_no_good_news,
    a_strangers_phone_proves_nothing_and_learns_nothing,
    a_revoked_phone_shows_nothing_of_worth,
    a_trip_is_named_as_a_whole,
    a_damaged_live_code_is_invalid,
    a_certificate_is_renewed_in_time,
);

fn one(load: &Load) -> Carried {
    Carried::Manifests(vec![load.id])
}

/// What somebody is told of a code.
async fn look(person: &Person, code: &str) -> Value {
    person.post("/api/v1/verify", &json!({"code": code})).await.ok()
}

async fn anybody(world: &World, code: &str) -> Value {
    let request = world.anybody().request(reqwest::Method::POST, "/api/v1/verify");
    tests::http::send(request.json(&json!({"code": code}))).await.ok()
}

fn detail<'a>(checks: &'a Value, name: &str) -> (&'a Value, &'a Value) {
    let found = checks.as_array().unwrap().iter().find(|made| made["check"] == name);
    let found = found.unwrap_or_else(|| panic!("no check {name} in {checks}"));
    (&found["ok"], &found["detail"])
}

fn details(checks: &Value) -> Vec<&str> {
    checks.as_array().unwrap().iter().map(|made| made["detail"].as_str().unwrap()).collect()
}

async fn a_screen_speaks_for_half_a_minute(world: World) {
    let load = world.issued().await;
    let phone = world.phone_of(&world.cast.driver).await;
    world.clock.minutes(20);
    let pickup = phone.picks_up(&load).at(&world.places.store).with_wall_code().sign();

    let before = phone.shows(one(&load), PLATE, pickup.id);
    let seen = look(&world.cast.inspector, &before).await;
    assert_eq!(seen["verdict"], "authentic");
    let manifest = &seen["live"]["manifests"][0];
    assert_eq!(
        details(&manifest["checks"]),
        ["ok", "ok", "ok", "pickup_unknown"],
        "not sent yet: no reproach"
    );

    phone.send(&[&pickup]).await[0].recorded("in_transit", "A", &[]);
    let code = phone.shows(one(&load), PLATE, pickup.id);
    let seen = look(&world.cast.inspector, &code).await;
    assert_eq!((&seen["verdict"], &seen["kind"]), (&json!("authentic"), &json!("live")));
    assert_eq!(details(&seen["checks"]), ["ok"; 8]);
    let live = &seen["live"];
    assert_eq!(live["person_name"], "Lái xe 1");
    assert_eq!((&live["device_id"], &live["plate"]), (&json!(phone.id), &json!("15C12345")));
    assert_eq!(details(&live["manifests"][0]["checks"]), ["ok"; 4]);
    assert_eq!(
        (&seen["manifest"]["number"], &seen["manifest"]["state"]),
        (&json!(load.number), &json!("in_transit"))
    );

    let public = anybody(&world, &code.to_lowercase()).await;
    assert_eq!((&public["verdict"], &public["live"]["person_name"]), (&json!("authentic"), &Value::Null));
    assert_eq!(public["manifest"]["generator_name"], "Cơ khí Đình Vũ (hư cấu)");
    assert!(public["manifest"]["lines"].is_null(), "the public sees little");

    world.clock.advance(TimeDelta::seconds(30));
    let picture = anybody(&world, &code).await;
    assert_eq!((&picture["verdict"], &picture["live"]), (&json!("expired"), &Value::Null));
    assert_eq!(picture["manifest"], Value::Null, "an old picture tells nothing");
    assert_eq!(detail(&picture["checks"], "step"), (&json!(false), &json!("step_past")));
    let ahead = phone.running_ahead(TimeDelta::minutes(1)).shows(one(&load), PLATE, pickup.id);
    let ahead = anybody(&world, &ahead).await;
    assert_eq!(
        (&ahead["verdict"], detail(&ahead["checks"], "step").1),
        (&json!("cannot_tell"), &json!("step_ahead"))
    );
}

async fn a_plate_changed_on_the_way_is_seen(world: World) {
    let load = world.issued().await;
    let phone = world.phone_of(&world.cast.driver).await;
    world.clock.minutes(20);
    let pickup = phone.picks_up(&load).at(&world.places.store).on_plate(FOREIGN_PLATE).sign();
    let seen = look(&world.cast.inspector, &phone.shows(one(&load), FOREIGN_PLATE, pickup.id)).await;
    assert_eq!((&seen["verdict"], &seen["live"]["plate"]), (&json!("authentic"), &json!("29H55555")));
    let checks = &seen["live"]["manifests"][0]["checks"];
    assert_eq!(detail(checks, "plate"), (&json!(false), &json!("other_plate")), "said, not judged");
    let other = new_id::<EventId>(world.clock.now());
    phone.send(&[&pickup]).await;
    let seen = look(&world.cast.inspector, &phone.shows(one(&load), PLATE, other)).await;
    let checks = &seen["live"]["manifests"][0]["checks"];
    assert_eq!(detail(checks, "pickup"), (&json!(false), &json!("other_pickup")));
}

async fn a_live_code_over_a_void_or_received_load_is_no_good_news(world: World) {
    let (gone, received) = (world.issued().await, world.issued().await);
    let phone = world.phone_of(&world.cast.driver).await;
    let gate = world.phone_of(&world.cast.gate).await;
    let never = new_id::<EventId>(world.clock.now());
    let _ = world.cast.generator.post(&gone.path("/void"), &json!({"reason": "Khai nhầm"})).await.ok();
    let seen = look(&world.cast.inspector, &phone.shows(one(&gone), PLATE, never)).await;
    assert_eq!(
        (&seen["verdict"], &seen["live"]["manifests"][0]["verdict"]),
        (&json!("void"), &json!("void"))
    );

    world.clock.minutes(20);
    let pickup = phone.picks_up(&received).at(&world.places.store).with_wall_code().sign();
    phone.send(&[&pickup]).await[0].recorded("in_transit", "A", &[]);
    world.clock.minutes(60);
    gate.sees_arrive(&received).at(&world.places.facility).send().await;
    gate.accepts(&received, 481_000).send().await;
    let both = Carried::Manifests(vec![received.id, gone.id]);
    let seen = look(&world.cast.inspector, &phone.shows(both, PLATE, pickup.id)).await;
    assert_eq!(seen["verdict"], "void", "the gravest of the two");
    let words: Vec<_> =
        seen["live"]["manifests"].as_array().unwrap().iter().map(|one| &one["verdict"]).collect();
    assert_eq!(words, [&json!("completed"), &json!("void")]);
    assert_eq!(seen["manifest"], Value::Null, "no single manifest is meant");
}

async fn a_strangers_phone_proves_nothing_and_learns_nothing(world: World) {
    let load = world.issued().await;
    let stranger = world.phone_of(&world.cast.other_driver).await;
    let never = new_id::<EventId>(world.clock.now());
    let code = stranger.shows(one(&load), PLATE, never);
    let unknown =
        stranger.shows(Carried::Manifests(vec![new_id::<ManifestId>(world.clock.now())]), PLATE, never);
    for person in [&world.cast.other_driver, &world.cast.other_dispatcher] {
        let (known, nothing) = (look(person, &code).await, look(person, &unknown).await);
        assert_eq!((&known["verdict"], &nothing["verdict"]), (&json!("invalid"), &json!("invalid")));
        let told = |seen: &Value| {
            let mut manifest = seen["live"]["manifests"][0].clone();
            manifest["id"] = Value::Null;
            manifest
        };
        assert_eq!(told(&known), told(&nothing), "to them it does not exist");
    }
    let seen = look(&world.cast.inspector, &code).await;
    assert_eq!(seen["verdict"], "authentic", "the screen is genuine …");
    let checks = &seen["live"]["manifests"][0]["checks"];
    assert_eq!(
        detail(checks, "driver"),
        (&json!(false), &json!("other_carrier")),
        "… and of another carrier"
    );
    let second = world.phone_of(&world.cast.second_driver).await;
    let seen = look(&world.cast.inspector, &second.shows(one(&load), PLATE, never)).await;
    assert_eq!(detail(&seen["live"]["manifests"][0]["checks"], "driver").1, "other_driver");
}

async fn a_revoked_phone_shows_nothing_of_worth(world: World) {
    let load = world.issued().await;
    let phone = world.phone_of(&world.cast.driver).await;
    let never = new_id::<EventId>(world.clock.now());
    let pack = |person: &Person| {
        let person = person.clone();
        async move { person.get("/api/v1/field/pack").await.ok() }
    };
    assert_eq!(pack(&world.cast.inspector).await["revoked_devices"], json!([]));
    let tag = world.cast.inspector.get("/api/v1/field/pack").await.header("etag").map(str::to_owned);
    let revoke = format!("/api/v1/devices/{}/revoke", phone.id);
    let _ = world.cast.dispatcher.post(&revoke, &json!({"reason": "Mất điện thoại"})).await.ok();
    let seen = look(&world.cast.inspector, &phone.shows(one(&load), PLATE, never)).await;
    assert_eq!((&seen["verdict"], &seen["live"]), (&json!("invalid"), &Value::Null));
    assert_eq!(detail(&seen["checks"], "device"), (&json!(false), &json!("device_revoked")));
    let after = world.cast.inspector.get("/api/v1/field/pack").await;
    assert_ne!(after.header("etag").map(str::to_owned), tag, "phones hear of it with their next pack");
    for (person, told) in [
        (&world.cast.inspector, json!([phone.id])),
        (&world.cast.gate, json!([phone.id])),
        (&world.cast.driver, json!([])),
    ] {
        assert_eq!(pack(person).await["revoked_devices"], told, "{}", person.name);
    }
    let again = json!({
        "name": "Điện thoại", "public_key": tests::phone::jwk(&phone.key), "code": "",
        "proof": tests::phone::proof(&phone.key, "", world.clock.now()),
    });
    let answer = world.cast.driver.post("/api/v1/devices", &again).await.expect(201);
    assert_eq!(answer["certificate"], phone.certificate, "a revoked phone gets no new certificate");
}

async fn a_trip_is_named_as_a_whole(world: World) {
    let load = world.issued().await;
    let phone = world.phone_of(&world.cast.driver).await;
    world.clock.minutes(20);
    let pickup = phone.picks_up(&load).at(&world.places.store).with_wall_code().sign();
    phone.send(&[&pickup]).await[0].recorded("in_transit", "A", &[]);
    let trip: TripId =
        world.view(&world.cast.driver, &load).await["trip_id"].as_str().unwrap().parse().unwrap();
    let seen = look(&world.cast.inspector, &phone.shows(Carried::Trip(trip), PLATE, pickup.id)).await;
    assert_eq!((&seen["verdict"], &seen["manifest"]["number"]), (&json!("authentic"), &json!(load.number)));
    assert_eq!(details(&seen["live"]["manifests"][0]["checks"]), ["ok"; 4]);
    let nowhere = Carried::Trip(new_id::<TripId>(world.clock.now()));
    let seen = look(&world.cast.inspector, &phone.shows(nowhere, PLATE, pickup.id)).await;
    assert_eq!(seen["verdict"], "invalid", "a trip of nothing");

    let pack = world.cast.inspector.get("/api/v1/field/pack").await.ok();
    let held = pack["manifests"].as_array().unwrap().iter().find(|one| one["id"] == json!(load.id)).unwrap();
    assert_eq!(held["pickup_id"], json!(pickup.id), "what a live code must name is in the pack");
}

async fn a_damaged_live_code_is_invalid(world: World) {
    let load = world.issued().await;
    let phone = world.phone_of(&world.cast.driver).await;
    let code = phone.shows(one(&load), PLATE, new_id::<EventId>(world.clock.now()));
    let bytes = BASE32_NOPAD.decode(code.as_bytes()).unwrap();
    for at in (0..bytes.len()).step_by(7) {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        let seen = anybody(&world, &BASE32_NOPAD.encode(&changed)).await;
        assert_ne!(seen["verdict"], "authentic", "byte {at}");
        assert!(seen["live"].is_null() && seen["manifest"].is_null(), "byte {at}");
    }
    let captured = phone.picks_up(&load).with("code", json!(code)).at(&world.places.store).send().await;
    assert_eq!(captured.findings(), ["seal_invalid"], "a live code is no manifest's code");
}

async fn a_certificate_is_renewed_in_time(world: World) {
    let phone = world.phone_of(&world.cast.driver).await;
    let issued = |text: &str| {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).unwrap();
        Unverified::<DeviceClaims>::decode(&bytes).unwrap().claims().issued_at
    };
    for (days, renewed) in [(44, false), (2, true)] {
        world.clock.advance(TimeDelta::days(days));
        let again = json!({
            "name": "Điện thoại", "public_key": tests::phone::jwk(&phone.key), "code": "",
            "proof": tests::phone::proof(&phone.key, "", world.clock.now()),
        });
        let answer = world.here(&world.cast.driver).post("/api/v1/devices", &again).await.expect(201);
        assert_eq!(answer["id"], json!(phone.id));
        let certificate = answer["certificate"].as_str().unwrap();
        assert_eq!(certificate != phone.certificate, renewed, "after {days} days more");
        if renewed {
            assert_eq!(issued(certificate).timestamp(), world.clock.now().timestamp());
        }
    }
}

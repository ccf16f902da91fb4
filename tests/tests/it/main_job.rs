//! The main job, end to end: declare, seal, scan at pickup and delivery, check, verify at the roadside.

use serde_json::{Value, json};
use tests::http::{Http, items, send};
use tests::{World, on_both};

on_both!(
    a_load_travels_from_declaration_to_acceptance,
    maker_and_checker_are_two_people,
    a_carriers_proposal_needs_both_sides,
    every_problem_of_a_declaration_comes_at_once,
    verdicts_follow_the_load,
    one_changed_character_is_invalid,
    a_void_says_so,
);

async fn verify(client: &Http, code: &str) -> Value {
    send(client.request(reqwest::Method::POST, "/api/v1/verify").json(&json!({"code": code}))).await.ok()
}

async fn a_load_travels_from_declaration_to_acceptance(world: World) {
    let (cast, places) = (&world.cast, &world.places);
    let driver = world.phone_of(&cast.driver).await;
    let gate = world.phone_of(&cast.gate).await;

    let draft = cast.generator.post("/api/v1/manifests", &world.declaration()).await.expect(201);
    assert_eq!(
        (&draft["state"], &draft["number"], &draft["qr"]),
        (&json!("draft"), &Value::Null, &Value::Null)
    );
    let path = format!("/api/v1/manifests/{}", draft["id"].as_str().unwrap());
    cast.facility.get(&path).await.problem(404, "not_found");
    let proposed = cast.generator.press(&format!("{path}/propose")).await.ok();
    assert_eq!((&proposed["state"], &proposed["turn"]["role"]), (&json!("proposed"), &json!("facility")));
    let issued = cast.facility.press(&format!("{path}/approve")).await.ok();
    assert_eq!((&issued["state"], &issued["number"]), (&json!("issued"), &json!("1/2026/1-2-3-XL")));
    assert!(issued["qr"]["code"].as_str().unwrap().starts_with("HTTPS://E-MANIFEST.TEST/Q/"));
    assert!(issued["pickup_code"].is_null(), "only the generator reads the six digits out");

    let load = tests::Load::of(&cast.generator.get(&path).await.ok());
    assert_eq!(load.pickup_code.len(), 6);
    let trip = cast.driver.get(&path).await.ok();
    assert_eq!((&trip["qr"], &trip["pickup_code"]), (&issued["qr"], &Value::Null));

    world.clock.minutes(20);
    let pickup = driver
        .picks_up(&load)
        .at(&places.store)
        .with_wall_code()
        .confirmed_with_code(&load.pickup_code)
        .weighing(&[(1, 479_000, 0)])
        .send()
        .await;
    pickup.recorded("in_transit", "A", &[]);

    world.clock.minutes(55);
    driver.delivers(&load).at(&places.facility).with_wall_code().send().await.recorded("arrived", "A", &[]);
    world.clock.minutes(5);
    gate.sees_arrive(&load).at(&places.facility).send().await.recorded("arrived", "B", &[]);
    world.clock.minutes(10);
    let accepted = gate.accepts(&load, 430_500).send().await;
    accepted.recorded("accepted", "", &["discrepancy"]);
    assert_eq!(
        accepted.detail("discrepancy")["lines"],
        json!([{"line": 1, "declared_mass_g": 481_000, "loaded_mass_g": 479_000, "received_mass_g": 430_500}]),
    );

    for party in
        [&cast.generator, &cast.dispatcher, &cast.driver, &cast.facility, &cast.inspector, &cast.authority]
    {
        let view = party.get(&path).await.ok();
        let line = &view["lines"][0];
        let masses = (&line["declared_mass_g"], &line["loaded_mass_g"], &line["received_mass_g"]);
        assert_eq!(masses, (&json!(481_000), &json!(479_000), &json!(430_500)), "{}", party.name);
        assert_eq!((&view["state"], &view["open_findings"]), (&json!("accepted"), &json!(1)));
    }
    let events = cast.generator.get(&format!("{path}/events")).await.ok();
    let kinds: Vec<_> =
        items(&events).iter().map(|event| (&event["kind"], &event["evidence_grade"])).collect();
    let expected = [
        ("pickup", json!("A")),
        ("delivery", json!("A")),
        ("arrival", json!("B")),
        ("acceptance", Value::Null),
    ];
    assert_eq!(kinds.len(), expected.len());
    for ((kind, grade), (expected_kind, expected_grade)) in kinds.into_iter().zip(&expected) {
        assert_eq!((kind, grade), (&json!(expected_kind), expected_grade));
    }
}

async fn maker_and_checker_are_two_people(world: World) {
    let cast = &world.cast;
    let id = world.proposed(&world.declaration()).await;
    let approve = format!("/api/v1/manifests/{id}/approve");
    // The generator's side has agreed by proposing: nobody of it can agree for the facility.
    cast.generator.press(&approve).await.problem(403, "forbidden");
    cast.generator_chief.press(&approve).await.problem(403, "forbidden");
    cast.dispatcher.press(&approve).await.problem(403, "forbidden");
    cast.other_gate.press(&approve).await.problem(404, "not_found");
    let _ = cast.facility.press(&approve).await.ok();
    cast.gate.press(&approve).await.problem(409, "wrong_state");

    // A person at both desks declares for one; the other side needs somebody else.
    let both = world.person_at_both_desks().await;
    let draft = both.post("/api/v1/manifests", &world.declaration()).await.expect(201);
    let path = format!("/api/v1/manifests/{}", draft["id"].as_str().unwrap());
    let _ = both.press(&format!("{path}/propose")).await.ok();
    both.press(&format!("{path}/approve")).await.problem(409, "same_person");
    assert_eq!(cast.facility.press(&format!("{path}/approve")).await.ok()["state"], "issued");
}

async fn a_carriers_proposal_needs_both_sides(world: World) {
    let cast = &world.cast;
    let draft = cast.dispatcher.post("/api/v1/manifests", &world.declaration()).await.expect(201);
    let path = format!("/api/v1/manifests/{}", draft["id"].as_str().unwrap());
    cast.generator.get(&path).await.problem(404, "not_found");
    let proposed = cast.dispatcher.press(&format!("{path}/propose")).await.ok();
    assert_eq!(proposed["agreed"], json!({"generator": false, "facility": false}));
    cast.dispatcher.press(&format!("{path}/approve")).await.problem(403, "forbidden");
    let half = cast.generator.press(&format!("{path}/approve")).await.ok();
    assert_eq!((&half["state"], &half["number"]), (&json!("proposed"), &Value::Null));
    cast.generator_chief.press(&format!("{path}/approve")).await.problem(403, "forbidden");
    assert_eq!(cast.facility.press(&format!("{path}/approve")).await.ok()["state"], "issued");
}

async fn every_problem_of_a_declaration_comes_at_once(world: World) {
    let cast = &world.cast;
    let mut bad = world.declaration();
    bad["plates"] = json!(["15C-123.45", "15c12345"]);
    bad["planned_delivery_at"] = json!("2026-11-20T00:00:00Z");
    bad["carrier_id"] = json!(cast.generator.organisation_id);
    bad["driver_id"] = json!(cast.other_driver.id);
    bad["facility_site_id"] = json!(world.places.store.id);
    bad["route"] =
        json!({"geometry": {"type": "LineString", "coordinates": [[106.7, 20.8]]}, "corridor_m": 1});
    bad["lines"][0]["waste_code"] = json!("17 02");
    bad["lines"][0]["declared_mass_g"] = json!(-1);
    let problem = cast.generator.post("/api/v1/manifests", &bad).await.problem(422, "invalid_fields");
    let mut paths: Vec<_> =
        problem["errors"].as_array().unwrap().iter().map(|error| error["path"].as_str().unwrap()).collect();
    paths.sort_unstable();
    let expected = [
        "carrier_id",
        "driver_id",
        "facility_site_id",
        "lines[0].declared_mass_g",
        "lines[0].waste_code",
        "planned_delivery_at",
        "plates[1]",
        "route.corridor_m",
        "route.geometry.coordinates",
    ];
    assert_eq!(paths, expected);
    cast.other_generator.post("/api/v1/manifests", &world.declaration()).await.problem(403, "not_party");
    assert_eq!(world.count("manifests").await, 0, "nothing is kept of what was refused");
}

async fn verdicts_follow_the_load(world: World) {
    let (cast, places, public) = (&world.cast, &world.places, world.anybody());
    let load = world.issued().await;
    let driver = world.phone_of(&cast.driver).await;
    let gate = world.phone_of(&cast.gate).await;

    for code in [&load.code, &load.code.to_lowercase(), &format!(" {}\n", load.code), &load.short_code] {
        let seen = verify(&public, code).await;
        assert_eq!(
            (&seen["verdict"], &seen["kind"]),
            (&json!("authentic"), &json!("manifest")),
            "{code}: {seen}"
        );
        assert_eq!(seen["manifest"]["number"], load.number);
        assert!(seen["checks"].as_array().unwrap().iter().all(|check| check["ok"] != false), "{seen}");
    }
    let seen = verify(&public, &load.code).await;
    let mut told: Vec<_> = seen["manifest"].as_object().unwrap().keys().map(String::as_str).collect();
    told.sort_unstable();
    let little = [
        "declared_mass_g",
        "facility_name",
        "generator_name",
        "id",
        "number",
        "plates",
        "state",
        "waste_codes",
    ];
    assert_eq!(told, little, "the public sees little");
    let seen = cast.inspector.post("/api/v1/verify", &json!({"code": load.code})).await.ok();
    assert!(seen["manifest"]["lines"].is_array(), "inspectors see all: {seen}");
    assert_eq!(world.count("looks").await, 1, "each inspector's look is logged");

    let wall = verify(&public, &places.store.wall_code).await;
    assert_eq!((&wall["verdict"], &wall["kind"]), (&json!("authentic"), &json!("site")), "{wall}");
    assert_eq!((&wall["site"]["name"], &wall["manifest"]), (&json!(places.store.name), &Value::Null));

    world.clock.minutes(20);
    driver.picks_up(&load).at(&places.store).with_wall_code().send().await.recorded("in_transit", "A", &[]);
    assert_eq!(verify(&public, &load.code).await["manifest"]["state"], "in_transit");
    world.clock.minutes(60);
    gate.sees_arrive(&load).at(&places.facility).send().await.recorded("arrived", "B", &[]);
    gate.accepts(&load, 480_000).send().await.recorded("accepted", "", &[]);
    assert_eq!(verify(&public, &load.code).await["verdict"], "completed");
}

async fn one_changed_character_is_invalid(world: World) {
    let public = world.anybody();
    let load = world.issued().await;
    let (prefix, sealed) = load.code.split_at("HTTPS://E-MANIFEST.TEST/Q/".len());
    for place in (0..sealed.len()).step_by(sealed.len() / 12) {
        let mut changed = sealed.to_owned();
        let other = if &sealed[place..=place] == "A" { "B" } else { "A" };
        changed.replace_range(place..=place, other);
        let seen = verify(&public, &format!("{prefix}{changed}")).await;
        assert_eq!(
            (&seen["verdict"], &seen["manifest"]),
            (&json!("invalid"), &Value::Null),
            "{place}: {seen}"
        );
        assert!(seen["checks"].as_array().unwrap().iter().any(|check| check["ok"] == false), "{seen}");
    }
    let mut short = load.short_code.clone();
    let last = if short.ends_with('0') { "1" } else { "0" };
    short.replace_range(short.len() - 1.., last);
    assert_eq!(verify(&public, &short).await["verdict"], "invalid");
    let elsewhere = load.code.replace("E-MANIFEST.TEST", "E-MANIFEST.EVIL");
    let seen = verify(&public, &elsewhere).await;
    let host = seen["checks"].as_array().unwrap().iter().find(|check| check["check"] == "host").unwrap();
    assert_eq!(
        (&seen["verdict"], &host["ok"]),
        (&json!("authentic"), &json!(false)),
        "a warning, no verdict: {seen}"
    );
}

async fn a_void_says_so(world: World) {
    let (cast, public) = (&world.cast, world.anybody());
    let load = world.issued().await;
    cast.driver.post(&load.path("/void"), &json!({"reason": "x"})).await.problem(403, "forbidden");
    cast.dispatcher.post(&load.path("/void"), &json!({"reason": "x"})).await.problem(403, "forbidden");
    cast.generator.post(&load.path("/void"), &json!({"reason": " "})).await.problem(422, "invalid_fields");
    world.clock.minutes(5);
    let gone = cast.generator.post(&load.path("/void"), &json!({"reason": "Hoãn chuyến"})).await.ok();
    assert_eq!((&gone["state"], &gone["reason"]), (&json!("void"), &json!("Hoãn chuyến")));
    assert_eq!(gone["number"], load.number, "a void keeps its number");
    assert_eq!(verify(&public, &load.code).await["verdict"], "void");
    assert_eq!(verify(&public, &load.short_code).await["verdict"], "void");
    cast.generator.post(&load.path("/void"), &json!({"reason": "again"})).await.problem(409, "wrong_state");
}

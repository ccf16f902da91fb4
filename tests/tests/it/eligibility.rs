//! Who may enter upon a load: permits and suspensions block the desk, never the road.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::places::{PLATE, WASTE_CODE};
use tests::{Person, World, on_both};

on_both!(
    a_suspended_party_enters_upon_nothing_new,
    a_suspension_between_proposal_and_approval,
    a_load_on_the_road_finishes_with_a_finding,
    who_suspends,
    a_number_needs_a_permit_in_force,
    a_permit_number_names_one_permit_at_a_time,
);

async fn suspend(world: &World, party: &Person) {
    let path = format!("/api/v1/organisations/{}/suspend", party.organisation_id);
    let view = world.cast.authority.post(&path, &json!({"reason": "Vi phạm nhiều lần"})).await.ok();
    assert_eq!((&view["suspended"], view["suspended_at"].is_string()), (&json!(true), true));
}

async fn reinstate(world: &World, party: &Person) {
    let path = format!("/api/v1/organisations/{}/reinstate", party.organisation_id);
    let view = world.cast.authority.press(&path).await.ok();
    assert_eq!((&view["suspended"], &view["suspended_at"]), (&json!(false), &Value::Null));
}

/// The problem of a manifest's step: code and path of each field.
async fn told(person: &Person, id: &str, step: &str) -> Vec<(String, String)> {
    let problem =
        person.press(&format!("/api/v1/manifests/{id}/{step}")).await.problem(422, "invalid_fields");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let errors = problem["errors"].as_array().unwrap();
    errors.iter().map(|error| (text(&error["path"]), text(&error["code"]))).collect()
}

fn field(path: &str, code: &str) -> (String, String) {
    (path.to_owned(), code.to_owned())
}

async fn drafted(world: &World) -> String {
    let draft = world.cast.generator.post("/api/v1/manifests", &world.declaration()).await.expect(201);
    draft["id"].as_str().unwrap().to_owned()
}

async fn a_suspended_party_enters_upon_nothing_new(world: World) {
    let cast = &world.cast;
    let id = drafted(&world).await;
    let parties = [
        (&cast.generator, "generator_site_id"),
        (&cast.dispatcher, "carrier_id"),
        (&cast.facility, "facility_site_id"),
    ];
    for (party, path) in parties {
        suspend(&world, party).await;
        assert_eq!(told(&cast.generator, &id, "propose").await, [field(path, "suspended")]);
        reinstate(&world, party).await;
    }
    for (party, _) in parties {
        suspend(&world, party).await;
    }
    assert_eq!(
        told(&cast.generator, &id, "propose").await,
        parties.map(|(_, path)| field(path, "suspended")),
        "everything at once"
    );
    let view = cast.generator.get(&format!("/api/v1/manifests/{id}")).await.ok();
    assert_eq!(view["state"], "draft", "nothing moved");
    for (party, _) in parties {
        reinstate(&world, party).await;
    }
    let _ = cast.generator.press(&format!("/api/v1/manifests/{id}/propose")).await.ok();
    let _ = cast.facility.press(&format!("/api/v1/manifests/{id}/approve")).await.ok();
}

async fn a_suspension_between_proposal_and_approval(world: World) {
    let cast = &world.cast;
    let id = world.proposed(&world.declaration()).await;
    suspend(&world, &cast.dispatcher).await;
    assert_eq!(told(&cast.facility, &id, "approve").await, [field("carrier_id", "suspended")]);
    suspend(&world, &cast.facility).await;
    assert_eq!(
        told(&cast.facility, &id, "approve").await,
        [field("carrier_id", "suspended"), field("facility_site_id", "suspended")]
    );
    assert_eq!(world.count("seals").await, 0);
    assert_eq!(world.count("number_counters").await, 0, "no number was taken");
    reinstate(&world, &cast.dispatcher).await;
    reinstate(&world, &cast.facility).await;
    let issued = cast.facility.press(&format!("/api/v1/manifests/{id}/approve")).await.ok();
    assert_eq!(issued["number"], "1/2026/1-2-3-XL");
}

async fn a_load_on_the_road_finishes_with_a_finding(world: World) {
    let (load, driver) = (world.issued().await, world.phone_of(&world.cast.driver).await);
    let gate = world.phone_of(&world.cast.gate).await;
    world.clock.minutes(20);
    let pickup = driver.picks_up(&load).at(&world.places.store).with_wall_code().send().await;
    pickup.recorded("in_transit", "A", &[]);
    world.clock.minutes(20);
    let early = driver.records("note", &load).sign();
    suspend(&world, &world.cast.dispatcher).await;
    world.clock.minutes(20);
    driver.send(&[&early]).await[0].recorded("in_transit", "", &[]);
    let delivery = driver.delivers(&load).at(&world.places.facility).with_wall_code().send().await;
    delivery.recorded("arrived", "A", &["party_suspended"]);
    let carrier = json!(world.cast.dispatcher.organisation_id);
    assert_eq!(delivery.detail("party_suspended")["parties"][0]["organisation_id"], carrier);
    gate.sees_arrive(&load).at(&world.places.facility).with_wall_code().send().await.recorded(
        "arrived",
        "A",
        &[],
    );
    gate.accepts(&load, 480_000).send().await.recorded("accepted", "", &[]);

    // Lifting it changes nothing about what happened: a rebuild says the same.
    reinstate(&world, &world.cast.dispatcher).await;
    app::rebuild::rebuild(&world.app).await.unwrap();
    assert_eq!(world.findings(&load).await, ["party_suspended"]);
}

async fn who_suspends(world: World) {
    let cast = &world.cast;
    let path = format!("/api/v1/organisations/{}/suspend", cast.dispatcher.organisation_id);
    let because = json!({"reason": "Vi phạm"});
    for (name, person) in cast.everybody() {
        let answer = person.post(&path, &because).await;
        let may = ["authority", "ministry", "admin"].contains(&name);
        assert_eq!(answer.status, if may { 200 } else { 403 }, "{name}");
    }
    for (body, status, code) in
        [(json!({"reason": " "}), 422, "invalid_fields"), (json!({}), 422, "invalid_fields")]
    {
        cast.authority.post(&path, &body).await.problem(status, code);
    }
    let nowhere = "/api/v1/organisations/01a205ea-0000-7000-8000-000000000001/suspend";
    cast.authority.post(nowhere, &because).await.problem(404, "not_found");
    let rows = world.rows("suspensions").await;
    assert_eq!(
        (rows.len(), &rows[0]["reason"]),
        (1, &json!("Vi phạm")),
        "suspending twice is suspending once"
    );
    let audited = world.rows("audit").await.into_iter().filter(|row| row["action"] == "organisation.suspend");
    assert_eq!(audited.count(), 1);
}

async fn a_number_needs_a_permit_in_force(world: World) {
    let cast = &world.cast;
    let id = world.proposed(&world.declaration()).await;
    world.clock.advance(TimeDelta::days(365));
    // Sessions of a year ago have ended.
    let generator = world.here(&cast.generator);
    assert_eq!(
        told(&cast.facility, &id, "approve").await,
        [field("carrier_id", "permit_expired"), field("facility_site_id", "permit_expired")],
        "the carrier's ended on the same day"
    );
    let carries = json!({
        "organisation_id": cast.dispatcher.organisation_id, "kind": "transport", "number": "9-9-9-VT",
        "valid_from": world.clock.now(), "valid_to": world.clock.now() + TimeDelta::days(365),
        "waste_codes": [WASTE_CODE], "plates": [PLATE],
    });
    let _ = cast.authority.post("/api/v1/permits", &carries).await.expect(201);
    assert_eq!(told(&cast.facility, &id, "approve").await, [field("facility_site_id", "permit_expired")]);
    let permit = json!({
        "organisation_id": cast.facility.organisation_id, "kind": "treatment", "number": "9-9-9-XL",
        "valid_from": world.clock.now(), "valid_to": world.clock.now() + TimeDelta::days(365), "waste_codes": [WASTE_CODE],
    });
    let _ = cast.authority.post("/api/v1/permits", &permit).await.expect(201);
    let issued = cast.facility.press(&format!("/api/v1/manifests/{id}/approve")).await.ok();
    assert_eq!(issued["number"], "1/2027/9-9-9-XL", "counted under the permit in force");

    // A facility that never had one says something else.
    let plain = json!({"kind": "facility", "name": "Cơ sở mới (hư cấu)", "code": "XL-31.0009", "province_code": "31"});
    let plain = cast.authority.post("/api/v1/organisations", &plain).await.expect(201);
    let site = json!({
        "organisation_id": plain["id"], "kind": "facility", "name": "Bãi mới", "province_code": "31",
        "centre": {"lat": 20.95, "lon": 106.65}, "radius_m": 80.0,
    });
    let site = cast.admin.post("/api/v1/sites", &site).await.expect(201);
    let mut declaration = world.declaration();
    declaration["facility_site_id"] = site["id"].clone();
    let draft = generator.post("/api/v1/manifests", &declaration).await.expect(201);
    let draft = draft["id"].as_str().unwrap();
    assert_eq!(told(&generator, draft, "propose").await, [field("facility_site_id", "no_permit")]);
}

async fn a_permit_number_names_one_permit_at_a_time(world: World) {
    let (authority, carrier) = (&world.cast.authority, world.cast.dispatcher.organisation_id);
    let day = |day: i64| world.clock.now() + TimeDelta::days(day);
    let permit = |number: &str, from: i64, to: i64| {
        json!({"organisation_id": carrier, "kind": "transport", "number": number, "valid_from": day(from),
               "valid_to": day(to)})
    };
    // The world's own 4-5-6-VT is in force from a year ago to a year from now.
    let before = world.count("permits").await;
    for (number, from, to) in [("4-5-6-VT", 0, 10), (" 4-5-6-vt ", 364, 900), ("456VT", -900, -364)] {
        let problem =
            authority.post("/api/v1/permits", &permit(number, from, to)).await.problem(422, "invalid_fields");
        let error = &problem["errors"][0];
        assert_eq!((&error["path"], &error["code"]), (&json!("number"), &json!("duplicate")), "{number}");
    }
    assert_eq!(world.count("permits").await, before);
    for (number, from, to) in [("4-5-6-VT", 365, 900), ("4-5-6-VT", -900, -365), ("4-5-7-VT", 0, 10)] {
        let _ = authority.post("/api/v1/permits", &permit(number, from, to)).await.expect(201);
    }
    let mut other = permit("4-5-6-VT", 0, 10);
    other["kind"] = json!("treatment");
    let _ = authority.post("/api/v1/permits", &other).await.expect(201);
    other["organisation_id"] = json!(world.cast.other_dispatcher.organisation_id);
    let _ = authority.post("/api/v1/permits", &other).await.expect(201);

    // Two at once: one of them is told.
    let twice = permit("7-7-7-VT", 0, 10);
    let (one, two) =
        tokio::join!(authority.post("/api/v1/permits", &twice), authority.post("/api/v1/permits", &twice));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 422]);
}

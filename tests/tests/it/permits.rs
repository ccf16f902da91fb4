//! Permits are asked before a load begins, and never stop one that has begun.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::places::{FOREIGN_PLATE, UNPERMITTED_CODE, WASTE_CODE};
use tests::{Load, Person, World, on_both};

on_both!(
    everything_that_stands_in_the_way_is_told_at_once,
    a_permit_that_expired_yesterday,
    a_quota_is_passed_by_one_kilogram,
    two_that_would_share_the_last_kilogram,
    a_scale_that_shows_more_than_the_quota_left,
    treated_by_a_method_that_no_permit_lists,
    what_a_permit_limits_is_checked_and_kept,
);

/// Code and path of each field that stands in the way.
async fn told(person: &Person, id: &str, step: &str) -> Vec<(String, String)> {
    let answer = person.press(&format!("/api/v1/manifests/{id}/{step}")).await;
    let problem = answer.problem(422, "invalid_fields");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let errors = problem["errors"].as_array().unwrap();
    assert!(
        errors.iter().all(|error| error["message"].as_str().is_some_and(|text| text.len() > 20)),
        "{problem}"
    );
    errors.iter().map(|error| (text(&error["path"]), text(&error["code"]))).collect()
}

fn field(path: &str, code: &str) -> (String, String) {
    (path.to_owned(), code.to_owned())
}

async fn draft(world: &World, declaration: &Value) -> String {
    let draft = world.cast.generator.post("/api/v1/manifests", declaration).await.expect(201);
    draft["id"].as_str().unwrap().to_owned()
}

/// A permit of the facility that began last and limits what others do not.
async fn limits(world: &World, more: Value) {
    let now = world.clock.now();
    let mut permit = json!({
        "organisation_id": world.cast.facility.organisation_id, "kind": "treatment", "number": "5-5-5-XL",
        "valid_from": now - TimeDelta::hours(1), "valid_to": now + TimeDelta::days(300),
    });
    permit.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let _ = world.cast.authority.post("/api/v1/permits", &permit).await.expect(201);
}

fn weighing(world: &World, grams: i64) -> Value {
    let mut declaration = world.declaration();
    declaration["lines"][0]["declared_mass_g"] = json!(grams);
    declaration
}

async fn everything_that_stands_in_the_way_is_told_at_once(world: World) {
    let cast = &world.cast;
    let mut declaration = world.declaration();
    declaration["plates"] = json!(["15C-123.45", FOREIGN_PLATE]);
    let mut second = declaration["lines"][0].clone();
    second["waste_code"] = json!(UNPERMITTED_CODE);
    declaration["lines"].as_array_mut().unwrap().push(second);
    let id = draft(&world, &declaration).await;
    let path = format!("/api/v1/organisations/{}/suspend", cast.generator.organisation_id);
    let _ = cast.authority.post(&path, &json!({"reason": "Vi phạm"})).await.ok();
    let expected = [
        field("generator_site_id", "suspended"),
        field("plates[1]", "plate_not_permitted"),
        field("lines[1].waste_code", "waste_not_permitted"),
        field("lines[1].waste_code", "waste_not_permitted"),
    ];
    assert_eq!(
        told(&cast.generator, &id, "propose").await,
        expected,
        "of the carrier's and of the facility's"
    );
    assert_eq!(cast.generator.get(&format!("/api/v1/manifests/{id}")).await.ok()["state"], "draft");
    assert_eq!((world.count("seals").await, world.count("number_counters").await), (0, 0));

    // Methods, and where a permit holds: asked of the approval as of the proposal.
    let _ = cast.authority.press(&path.replace("suspend", "reinstate")).await.ok();
    let id = world.proposed(&world.declaration()).await;
    let narrow = json!({
        "organisation_id": cast.other_gate.organisation_id, "kind": "treatment", "number": "6-6-6-XL",
        "valid_from": world.clock.now() - TimeDelta::hours(1), "valid_to": world.clock.now() + TimeDelta::days(9),
        "methods": ["TĐ"], "provinces": ["01"],
    });
    let _ = cast.authority.post("/api/v1/permits", &narrow).await.expect(201);
    let issued = cast.facility.press(&format!("/api/v1/manifests/{id}/approve")).await.ok();
    assert_eq!(issued["state"], "issued", "another facility's permit is its own");
}

async fn a_permit_that_expired_yesterday(world: World) {
    let cast = &world.cast;
    let (yesterday, load) = (world.clock.now() - TimeDelta::days(1), world.issued().await);
    let id = draft(&world, &{
        let mut declaration = world.declaration();
        declaration["carrier_id"] = json!(cast.other_dispatcher.organisation_id);
        declaration["driver_id"] = json!(cast.other_driver.id);
        declaration["plates"] = json!([]);
        declaration
    })
    .await;
    // The other carrier's permit ends an hour after the world begins.
    world.clock.advance(TimeDelta::hours(25));
    let world = world.on_another_day();
    assert!(yesterday < world.clock.now());
    assert_eq!(told(&world.cast.generator, &id, "propose").await, [field("carrier_id", "permit_expired")]);
    // What has its number moves on: the first carrier's permit is in force, and nothing is found.
    let driver = world.phone_of(&world.cast.driver).await;
    let pickup = driver.picks_up(&load).at(&world.places.store).with_wall_code().send().await;
    pickup.recorded("in_transit", "A", &[]);
}

async fn a_quota_is_passed_by_one_kilogram(world: World) {
    let cast = &world.cast;
    limits(&world, json!({"quotas": [{"waste_code": WASTE_CODE, "mass_g": 1_000_000}]})).await;
    let first = world.issued_as(&weighing(&world, 600_000)).await;
    assert_eq!(first.number, "1/2026/5-5-5-XL");
    let beyond = draft(&world, &weighing(&world, 401_000)).await;
    assert_eq!(
        told(&cast.generator, &beyond, "propose").await,
        [field("lines[0].declared_mass_g", "quota_exceeded")]
    );
    let id = world.proposed(&weighing(&world, 400_000)).await;
    // Received less than declared: what was not received is free again.
    let (driver, gate) = (world.phone_of(&cast.driver).await, world.phone_of(&cast.gate).await);
    world.clock.minutes(20);
    driver.picks_up(&first).at(&world.places.store).with_wall_code().send().await.recorded(
        "in_transit",
        "A",
        &[],
    );
    world.clock.minutes(60);
    gate.sees_arrive(&first).at(&world.places.facility).with_wall_code().send().await.recorded(
        "arrived",
        "A",
        &[],
    );
    gate.accepts(&first, 598_000).send().await.recorded("accepted", "", &[]);
    let issued = cast.facility.press(&format!("/api/v1/manifests/{id}/approve")).await.ok();
    assert_eq!(issued["number"], "2/2026/5-5-5-XL");
    let last = draft(&world, &weighing(&world, 2_000)).await;
    let _ = cast.generator.press(&format!("/api/v1/manifests/{last}/propose")).await.ok();
    // A void gives back what it had taken.
    let void = format!("/api/v1/manifests/{id}/void");
    let _ = cast.generator.post(&void, &json!({"reason": "Hoãn"})).await.ok();
    let again = draft(&world, &weighing(&world, 402_000)).await;
    let _ = cast.generator.press(&format!("/api/v1/manifests/{again}/propose")).await.ok();
    // Next year everything is free.
    world.clock.advance(TimeDelta::days(60));
    let world = world.on_another_day();
    let next = draft(&world, &weighing(&world, 1_000_000)).await;
    let _ = world.cast.generator.press(&format!("/api/v1/manifests/{next}/propose")).await.ok();
}

async fn two_that_would_share_the_last_kilogram(world: World) {
    limits(&world, json!({"quotas": [{"mass_g": 1_000_000}]})).await;
    let (one, two) =
        (world.proposed(&weighing(&world, 600_000)).await, world.proposed(&weighing(&world, 600_000)).await);
    let _ = world.cast.facility.token().await;
    let approve = |id: String| {
        let facility = world.cast.facility.clone();
        tokio::spawn(async move { facility.press(&format!("/api/v1/manifests/{id}/approve")).await })
    };
    let (one, two) = (approve(one), approve(two));
    let mut statuses = [one.await.unwrap().status, two.await.unwrap().status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 422]);
    assert_eq!(world.count("seals").await, 1);
}

async fn decided(world: &World, load: &Load, grams: i64, findings: &[&str]) -> tests::Captured {
    let (driver, gate) = (world.phone_of(&world.cast.driver).await, world.phone_of(&world.cast.gate).await);
    world.clock.minutes(20);
    driver.picks_up(load).at(&world.places.store).with_wall_code().send().await.recorded(
        "in_transit",
        "A",
        &[],
    );
    world.clock.minutes(60);
    gate.sees_arrive(load).at(&world.places.facility).with_wall_code().send().await.recorded(
        "arrived",
        "A",
        &[],
    );
    let accepted = gate.accepts(load, grams).send().await;
    accepted.recorded("accepted", "", findings);
    accepted
}

async fn a_scale_that_shows_more_than_the_quota_left(world: World) {
    limits(&world, json!({"quotas": [{"waste_code": WASTE_CODE, "mass_g": 481_000}]})).await;
    let load = world.issued().await;
    // The load is not trapped: it was issued within the limit, and weighs a gram more.
    let accepted = decided(&world, &load, 481_001, &["quota_exceeded"]).await;
    let told = &accepted.detail("quota_exceeded")["quotas"][0];
    assert_eq!((&told["left_mass_g"], &told["accepted_mass_g"]), (&json!(481_000), &json!(481_001)));
    app::rebuild::rebuild(&world.app).await.unwrap();
    assert_eq!(world.findings(&load).await, ["quota_exceeded"]);
    let next = draft(&world, &weighing(&world, 1)).await;
    let waits = told_of(&world, &next).await;
    assert_eq!(waits, [field("lines[0].declared_mass_g", "quota_exceeded")]);
}

async fn told_of(world: &World, id: &str) -> Vec<(String, String)> {
    told(&world.cast.generator, id, "propose").await
}

async fn treated_by_a_method_that_no_permit_lists(world: World) {
    // From now on the facility has one permit, which lists recycling alone.
    let now = world.clock.now();
    let only = json!({
        "organisation_id": world.cast.facility.organisation_id, "kind": "treatment", "number": "5-5-5-XL",
        "valid_from": now + TimeDelta::days(365), "valid_to": now + TimeDelta::days(700), "methods": ["TC"],
    });
    let _ = world.cast.authority.post("/api/v1/permits", &only).await.expect(201);
    let load = world.issued().await;
    decided(&world, &load, 481_000, &[]).await;
    world.clock.advance(TimeDelta::days(366));
    let world = world.on_another_day();
    let gate = world.phone_on_record(&world.cast.gate, store::devices::Status::Active).await;
    let treats = |grams: i64, method: &str| {
        gate.records("treatment", &load)
            .unseen()
            .with("lines", json!([{"line": 1, "mass_g": grams, "method": method}]))
            // Signed at a desk: the code on the truck has expired long since.
            .with("code", Value::Null)
    };
    let burnt = treats(81_000, "TĐ").send().await;
    burnt.recorded("accepted", "", &["method_not_permitted"]);
    assert_eq!(burnt.detail("method_not_permitted")["methods"], json!(["TĐ"]));
    treats(400_000, "TC").send().await.recorded("treated", "", &[]);
    // A plan with that method is not proposed.
    let mut planned = world.declaration();
    planned["lines"][0]["treatment_method"] = json!("TĐ");
    let id = draft(&world, &planned).await;
    let waits = told_of(&world, &id).await;
    assert_eq!(
        waits,
        [field("carrier_id", "permit_expired"), field("lines[0].treatment_method", "method_not_permitted")]
    );
}

async fn what_a_permit_limits_is_checked_and_kept(world: World) {
    let (authority, now) = (&world.cast.authority, world.clock.now());
    let permit = |more: Value| {
        let mut permit = json!({
            "organisation_id": world.cast.facility.organisation_id, "kind": "treatment", "number": "5-5-5-XL",
            "valid_from": now, "valid_to": now + TimeDelta::days(9),
        });
        permit.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        permit
    };
    let bad = permit(json!({
        "provinces": ["31", "99"],
        "quotas": [{"waste_code": "17 02", "mass_g": 0}, {"mass_g": 10_000_000_000_001_i64}],
    }));
    let problem = authority.post("/api/v1/permits", &bad).await.problem(422, "invalid_fields");
    let paths: Vec<_> = problem["errors"].as_array().unwrap().iter().map(|error| &error["path"]).collect();
    assert_eq!(paths, ["quotas[0].waste_code", "quotas[0].mass_g", "quotas[1].mass_g", "provinces[1]"]);
    let good = permit(json!({
        "provinces": ["31"], "methods": ["TC", "TĐ"], "quotas": [{"waste_code": "170203", "mass_g": 5_000}],
    }));
    let view = authority.post("/api/v1/permits", &good).await.expect(201);
    let expected =
        (&json!(["31"]), &json!(["TC", "TĐ"]), &json!([{"waste_code": "17 02 03", "mass_g": 5_000}]));
    assert_eq!((&view["provinces"], &view["methods"], &view["quotas"]), expected);
}

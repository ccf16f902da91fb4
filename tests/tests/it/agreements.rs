//! Agreements: with one that approves in advance nobody waits; without it, or outside it, two sides say yes.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::http::items;
use tests::places::WASTE_CODE;
use tests::{Load, World, on_both};

on_both!(
    under_an_agreement_a_proposal_is_issued_at_once,
    an_agreement_counts_from_both_sides_yes_until_its_end,
    outside_an_agreement_both_sides_say_yes,
    a_carriers_proposal_is_nobodys_yes,
    who_may_do_what_to_an_agreement,
    copy_four_is_owed_until_the_day_agreed,
);

fn agreement(world: &World) -> Value {
    let now = world.clock.now();
    json!({
        "generator_id": world.cast.generator.organisation_id, "facility_id": world.cast.facility.organisation_id,
        "number": "HĐ-01/2026", "valid_from": now - TimeDelta::days(1), "valid_to": now + TimeDelta::days(90),
        "waste_codes": [WASTE_CODE], "copy4_days": 30, "approves_in_advance": true,
    })
}

/// Written down by the generator and confirmed by the facility; its path.
async fn agreed(world: &World, agreement: &Value) -> String {
    let made = world.cast.generator.post("/api/v1/agreements", agreement).await.expect(201);
    let path = format!("/api/v1/agreements/{}", made["id"].as_str().unwrap());
    let confirmed = world.cast.facility.press(&format!("{path}/confirm")).await.ok();
    assert_eq!((&confirmed["in_force"], &confirmed["may_confirm"]), (&json!(true), &json!(false)));
    path
}

async fn proposed(world: &World, declaration: &Value) -> Value {
    let id = world.proposed(declaration).await;
    world.cast.generator.get(&format!("/api/v1/manifests/{id}")).await.ok()
}

async fn under_an_agreement_a_proposal_is_issued_at_once(world: World) {
    let cast = &world.cast;
    agreed(&world, &agreement(&world)).await;
    let view = proposed(&world, &world.declaration()).await;
    assert_eq!((&view["state"], &view["number"]), (&json!("issued"), &json!("1/2026/1-2-3-XL")));
    assert_eq!(view["agreed"], json!({"generator": true, "facility": true}));
    // Its code is on the driver's phone with the next look.
    let load = Load::of(&view);
    let pack = cast.driver.get("/api/v1/field/pack").await.ok();
    assert_eq!(pack["manifests"][0]["qr"]["code"], load.code);
    // Whoever was not asked is told that it is issued, and that nothing waits for them.
    for (person, topics) in [(&cast.facility, vec!["issued"]), (&cast.driver, vec!["trip_assigned"])] {
        let notices = person.get("/api/v1/notices").await.ok();
        let told: Vec<_> = items(&notices).iter().map(|notice| &notice["topic"]).collect();
        assert_eq!(told, topics, "{}", person.name);
    }
    let acts: Vec<String> = world
        .rows("manifest_acts")
        .await
        .iter()
        .map(|act| act["decision"].as_str().unwrap().to_owned())
        .filter(|decision| decision.contains("\"in_advance\":true"))
        .collect();
    assert_eq!(acts.len(), 1, "it is on record that the agreement said yes: {acts:?}");
    let driver = world.phone_of(&cast.driver).await;
    world.clock.minutes(20);
    driver.picks_up(&load).at(&world.places.store).with_wall_code().send().await.recorded(
        "in_transit",
        "A",
        &[],
    );
    // From the facility's side as well.
    let draft = cast.facility.post("/api/v1/manifests", &world.declaration()).await.expect(201);
    let propose = format!("/api/v1/manifests/{}/propose", draft["id"].as_str().unwrap());
    for _ in 0..2 {
        assert_eq!(cast.facility.press_once("again", &propose).await.ok()["number"], "2/2026/1-2-3-XL");
    }
}

async fn an_agreement_counts_from_both_sides_yes_until_its_end(world: World) {
    let cast = &world.cast;
    let made = cast.generator.post("/api/v1/agreements", &agreement(&world)).await.expect(201);
    assert_eq!((&made["in_force"], &made["confirmed_at"]), (&json!(false), &Value::Null));
    let path = format!("/api/v1/agreements/{}", made["id"].as_str().unwrap());
    assert_eq!(proposed(&world, &world.declaration()).await["state"], "proposed", "nobody has confirmed it");
    let _ = cast.facility.press(&format!("{path}/confirm")).await.ok();
    assert_eq!(proposed(&world, &world.declaration()).await["state"], "issued");
    world.clock.minutes(1);
    let ended = cast.facility.press(&format!("{path}/end")).await.ok();
    assert_eq!((&ended["in_force"], &ended["may_end"]), (&json!(false), &json!(false)));
    assert_eq!(proposed(&world, &world.declaration()).await["state"], "proposed", "it has ended");
    cast.generator.press(&format!("{path}/end")).await.problem(409, "conflict");
    cast.facility.press(&format!("{path}/confirm")).await.problem(409, "conflict");
    // One that has run out, and one that has not begun.
    let (now, day) = (world.clock.now(), TimeDelta::days(1));
    for (from, to) in [(now - day - day, now), (now + day, now + day + day)] {
        let mut other = agreement(&world);
        (other["valid_from"], other["valid_to"]) = (json!(from), json!(to));
        let made = cast.generator.post("/api/v1/agreements", &other).await.expect(201);
        let _ = cast
            .facility
            .press(&format!("/api/v1/agreements/{}/confirm", made["id"].as_str().unwrap()))
            .await
            .ok();
        assert_eq!(proposed(&world, &world.declaration()).await["state"], "proposed");
    }
}

async fn outside_an_agreement_both_sides_say_yes(world: World) {
    let cast = &world.cast;
    agreed(&world, &agreement(&world)).await;
    let mut declaration = world.declaration();
    declaration["lines"][0]["waste_code"] = json!("18 01 01");
    let view = proposed(&world, &declaration).await;
    assert_eq!((&view["state"], &view["turn"]["role"]), (&json!("proposed"), &json!("facility")));
    cast.generator_chief
        .press(&format!("/api/v1/manifests/{}/approve", view["id"].as_str().unwrap()))
        .await
        .problem(403, "forbidden");
    // Nothing goes past a permit because of an agreement.
    let path = format!("/api/v1/organisations/{}/suspend", cast.dispatcher.organisation_id);
    let _ = cast.authority.post(&path, &json!({"reason": "Vi phạm"})).await.ok();
    let draft = cast.generator.post("/api/v1/manifests", &world.declaration()).await.expect(201);
    let propose = format!("/api/v1/manifests/{}/propose", draft["id"].as_str().unwrap());
    cast.generator.press(&propose).await.problem(422, "invalid_fields");
    let _ = cast.authority.press(&path.replace("suspend", "reinstate")).await.ok();
    // One without approval in advance: maker and checker.
    let mut slow = agreement(&world);
    slow["waste_codes"] = json!(["18 01 01"]);
    slow["approves_in_advance"] = json!(false);
    agreed(&world, &slow).await;
    assert_eq!(proposed(&world, &declaration).await["state"], "proposed");
}

async fn a_carriers_proposal_is_nobodys_yes(world: World) {
    let cast = &world.cast;
    agreed(&world, &agreement(&world)).await;
    let draft = cast.dispatcher.post("/api/v1/manifests", &world.declaration()).await.expect(201);
    let path = format!("/api/v1/manifests/{}", draft["id"].as_str().unwrap());
    let view = cast.dispatcher.press(&format!("{path}/propose")).await.ok();
    assert_eq!(
        (&view["state"], &view["agreed"]),
        (&json!("proposed"), &json!({"generator": false, "facility": false}))
    );
    // One side's yes is enough: the other has said it in the agreement.
    assert_eq!(cast.generator.press(&format!("{path}/approve")).await.ok()["state"], "issued");
}

async fn who_may_do_what_to_an_agreement(world: World) {
    let cast = &world.cast;
    let new = agreement(&world);
    for (name, person) in cast.everybody() {
        let answer = person.post("/api/v1/agreements", &new).await;
        let side = ["generator", "generator_chief", "facility", "gate"].contains(&name);
        assert_eq!(answer.status, if side { 201 } else { 403 }, "{name}");
    }
    for (field, value, path) in [
        ("number", json!(" "), "number"),
        ("valid_to", new["valid_from"].clone(), "valid_to"),
        ("copy4_days", json!(0), "copy4_days"),
        ("copy4_days", json!(367), "copy4_days"),
        ("waste_codes", json!(["17 02 03", "17"]), "waste_codes[1]"),
        ("facility_id", json!(cast.dispatcher.organisation_id), "facility_id"),
    ] {
        let mut bad = new.clone();
        bad[field] = value;
        let problem = cast.generator.post("/api/v1/agreements", &bad).await.problem(422, "invalid_fields");
        assert_eq!(problem["errors"][0]["path"], path);
    }
    let made = cast.generator.post("/api/v1/agreements", &new).await.expect(201);
    let path = |verb: &str| format!("/api/v1/agreements/{}/{verb}", made["id"].as_str().unwrap());
    for (name, person) in cast.everybody() {
        let own = ["generator", "generator_chief"].contains(&name);
        let other = ["facility", "gate"].contains(&name);
        if !other {
            let answer = person.press(&path("confirm")).await;
            assert_eq!(answer.status, if own { 403 } else { 404 }, "{name}");
        }
        if !own && !other {
            assert_eq!(person.press(&path("end")).await.status, 404, "{name}");
        }
        let listed =
            items(&person.get("/api/v1/agreements").await.ok()).iter().any(|row| row["id"] == made["id"]);
        assert_eq!(listed, own || other, "{name}");
    }
    // A person at both desks is still one person.
    let both = world.person_at_both_desks().await;
    let own = both.post("/api/v1/agreements", &new).await.expect(201);
    both.press(&format!("/api/v1/agreements/{}/confirm", own["id"].as_str().unwrap()))
        .await
        .problem(409, "same_person");
}

async fn copy_four_is_owed_until_the_day_agreed(world: World) {
    let cast = &world.cast;
    let (driver, gate) = (world.phone_of(&cast.driver).await, world.phone_of(&cast.gate).await);
    agreed(&world, &agreement(&world)).await;
    let under = Load::of(&proposed(&world, &world.declaration()).await);
    let mut declaration = world.declaration();
    declaration["lines"][0]["waste_code"] = json!("18 01 01");
    let without = world.issued_as(&declaration).await;
    for (load, days) in [(under, 30), (without, 183)] {
        world.clock.minutes(20);
        driver.picks_up(&load).at(&world.places.store).with_wall_code().send().await.recorded(
            "in_transit",
            "A",
            &[],
        );
        world.clock.minutes(60);
        gate.sees_arrive(&load).at(&world.places.facility).with_wall_code().send().await.recorded(
            "arrived",
            "A",
            &[],
        );
        gate.accepts(&load, 481_000).send().await.recorded("accepted", "", &[]);
        let view = world.view(&cast.generator, &load).await;
        let at = |value: &Value| value.as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
        assert_eq!(at(&view["turn"]["until"]) - at(&view["accepted_at"]), TimeDelta::days(days));
    }
}

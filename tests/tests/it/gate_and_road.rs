//! The gate's scale and the inspector's day: readings by a scale's own token, holds under review, inspections found
//! again by truck and by inspector.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use tests::http::{items, send};
use tests::places::{FOREIGN_PLATE, PLATE};
use tests::{Answer, World, on_both};

on_both!(
    a_scale_reports_by_itself,
    readings_that_cannot_be,
    an_empty_truck_is_not_heavier_than_the_full_one,
    a_lost_answer_and_two_at_once,
    a_scale_belongs_to_its_facility,
    a_hold_has_a_reason_and_is_reviewed,
    the_trucks_last_check,
);

/// A scale of the facility, and its token.
async fn scale(world: &World) -> (String, String) {
    let new = json!({"site_id": world.places.facility.id, "name": "Cân 1"});
    let scale = world.cast.facility.post("/api/v1/scales", &new).await.expect(201);
    let text = |field: &str| scale[field].as_str().unwrap().to_owned();
    (text("id"), text("token"))
}

async fn report(world: &World, token: &str, readings: &Value) -> Answer {
    let request = world.http().request(Method::POST, "/api/v1/scales/readings").bearer_auth(token);
    send(request.json(&json!({"readings": readings}))).await
}

async fn weighings(world: &World) -> Vec<Value> {
    let path = format!("/api/v1/sites/{}/weighings", world.places.facility.id);
    items(&world.cast.gate.get(&path).await.ok()).to_vec()
}

async fn a_scale_reports_by_itself(world: World) {
    let (id, token) = scale(&world).await;
    let at = world.clock.now();
    let gross =
        json!({"ticket": "0007", "kind": "gross", "mass_g": 9_430_500, "plate": PLATE, "measured_at": at});
    assert_eq!(report(&world, &token, &json!([gross])).await.ok(), json!({"stored": 1, "duplicates": 0}));
    let seen = weighings(&world).await;
    assert_eq!(
        (seen.len(), &seen[0]["net_g"], &seen[0]["tare_g"]),
        (1, &Value::Null, &Value::Null),
        "on its way"
    );
    world.clock.minutes(40);
    let tare =
        json!({"ticket": "0007", "kind": "tare", "mass_g": 9_000_000, "measured_at": world.clock.now()});
    let both = report(&world, &token, &json!([gross, tare, tare])).await.ok();
    assert_eq!(both, json!({"stored": 1, "duplicates": 2}), "the scale sends again what it is not sure of");

    let seen = weighings(&world).await;
    let ticket = &seen[0];
    assert_eq!((seen.len(), &ticket["net_g"], &ticket["source"]), (1, &json!(430_500), &json!("scale")));
    assert_eq!(
        (&ticket["scale_id"], &ticket["scale_name"], &ticket["ticket"], &ticket["plate"]),
        (&json!(id), &json!("Cân 1"), &json!("0007"), &json!(PLATE))
    );
    let stored = world.rows("scales").await;
    assert!(!stored[0].to_string().contains(&token), "only a hash is kept");
    let scales =
        world.cast.gate.get(&format!("/api/v1/sites/{}/scales", world.places.facility.id)).await.ok();
    assert!(items(&scales)[0]["last_seen_at"].is_string() && !scales.to_string().contains(&token));

    // What the scale says is what the gate signs, and the event keeps where it comes from.
    let (load, gate) = (world.issued().await, world.phone_of(&world.cast.gate).await);
    let weighing = json!({"gross_g": ticket["gross_g"], "tare_g": ticket["tare_g"], "net_g": ticket["net_g"],
                          "ticket": ticket["ticket"], "source": ticket["source"]});
    let accepted = gate.accepts(&load, 430_500).with("weighing", weighing).send().await;
    assert_eq!(accepted.state.as_deref(), Some("accepted"));
    let events = world.cast.facility.get(&load.path("/events")).await.ok();
    assert_eq!(items(&events)[0]["weighing"]["source"], "scale");

    world.clock.advance(TimeDelta::hours(36));
    let gate = world.here(&world.cast.gate);
    let path = format!("/api/v1/sites/{}/weighings", world.places.facility.id);
    assert!(items(&gate.get(&path).await.ok()).is_empty(), "the day before yesterday is over");
}

async fn readings_that_cannot_be(world: World) {
    let (_, token) = scale(&world).await;
    let at = world.clock.now();
    let good = json!({"ticket": "1", "kind": "gross", "mass_g": 1, "measured_at": at});
    let with = |field: &str, value: Value| {
        let mut reading = good.clone();
        reading[field] = value;
        reading
    };
    for (reading, path) in [
        (with("ticket", json!(" ")), "readings[0].ticket"),
        (with("ticket", json!("x".repeat(61))), "readings[0].ticket"),
        (with("kind", json!("net")), "readings[0].kind"),
        (with("mass_g", json!(-1)), "readings[0].mass_g"),
        (with("mass_g", json!(200_000_001)), "readings[0].mass_g"),
        (with("mass_g", json!(1.5)), "readings[0].mass_g"),
        (with("ticket", json!("1\u{7}")), "readings[0].ticket"),
        (with("mass_g", json!("1")), "readings[0].mass_g"),
        (with("mass_g", Value::Null), "readings[0].mass_g"),
        (with("mass_g", json!(1e30)), "readings[0].mass_g"),
        (with("plate", json!("?")), "readings[0].plate"),
        (with("plate", json!("15C-123\u{7}.45")), "readings[0].plate"),
        (with("measured_at", json!(at + TimeDelta::minutes(6))), "readings[0].measured_at"),
        (with("measured_at", json!(at - TimeDelta::days(31))), "readings[0].measured_at"),
        (with("measured_at", json!("1970-01-01T00:00:00Z")), "readings[0].measured_at"),
        (with("measured_at", json!("-262143-01-01T00:00:00Z")), "readings[0].measured_at"),
        (with("measured_at", json!("+262142-12-31T23:59:59Z")), "readings[0].measured_at"),
        (with("measured_at", json!("today")), "readings[0].measured_at"),
    ] {
        let problem = report(&world, &token, &json!([reading])).await.problem(422, "invalid_fields");
        assert_eq!(problem["errors"][0]["path"], path, "{reading}");
    }
    for count in [0, 101] {
        let many = vec![good.clone(); count];
        let problem = report(&world, &token, &json!(many)).await.problem(422, "invalid_fields");
        assert_eq!(problem["errors"][0]["path"], "readings");
    }
    for body in ["", "{", "[]", r#"{"readings": [{"ticket": "1", "kind": "gross", "mass_g": NaN}]}"#] {
        let request = world.http().request(Method::POST, "/api/v1/scales/readings").bearer_auth(&token);
        let answer = send(request.header("content-type", "application/json").body(body)).await;
        assert!((400..500).contains(&answer.status), "{body}: {answer:?}");
        assert!(answer.body["code"].is_string(), "a problem with a code: {answer:?}");
    }
    assert_eq!(world.count("scale_readings").await, 0, "all of a post or nothing");
    let blank = report(&world, &token, &json!([with("plate", json!(" "))])).await.ok();
    assert_eq!(blank["stored"], 1, "a scale that knows no plates");
}

async fn an_empty_truck_is_not_heavier_than_the_full_one(world: World) {
    let (_, token) = scale(&world).await;
    let reading = |ticket: &str, kind: &str, mass_g: i64, minute: i64| {
        let at = world.clock.now() + TimeDelta::minutes(minute - 60);
        json!({"ticket": ticket, "kind": kind, "mass_g": mass_g, "measured_at": at})
    };
    let other = reading("2", "gross", 9_000_000, 1);
    let swapped = json!([other, reading("1", "gross", 8_000_000, 1), reading("1", "tare", 9_000_000, 30)]);
    let problem = report(&world, &token, &swapped).await.problem(422, "invalid_fields");
    let paths: Vec<_> =
        problem["errors"].as_array().unwrap().iter().map(|error| error["path"].clone()).collect();
    assert_eq!(paths, ["readings[1].mass_g", "readings[2].mass_g"]);
    assert_eq!(world.count("scale_readings").await, 0);

    // Also when the full truck was kept before; the right reading still comes through, and so does a correction.
    let gross = json!([other, reading("1", "gross", 9_000_000, 1)]);
    assert_eq!(report(&world, &token, &gross).await.ok()["stored"], 2);
    let heavy = json!([reading("1", "tare", 9_000_001, 30)]);
    let problem = report(&world, &token, &heavy).await.problem(422, "invalid_fields");
    assert_eq!(problem["errors"][0]["path"], "readings[0].mass_g");
    let right = json!([reading("1", "tare", 9_000_000, 30)]);
    assert_eq!(report(&world, &token, &right).await.ok()["stored"], 1);
    assert_eq!(weighings(&world).await.iter().find(|seen| seen["ticket"] == "1").unwrap()["net_g"], 0);
    let corrected = json!([reading("1", "gross", 9_430_000, 2)]);
    assert_eq!(report(&world, &token, &corrected).await.ok()["stored"], 1);
    assert_eq!(weighings(&world).await.iter().find(|seen| seen["ticket"] == "1").unwrap()["net_g"], 430_000);
}

async fn a_lost_answer_and_two_at_once(world: World) {
    let (_, token) = scale(&world).await;
    let at = world.clock.now();
    let readings: Vec<Value> = (0..20)
        .map(
            |n| json!({"ticket": n.to_string(), "kind": "gross", "mass_g": 9_000_000 + n, "measured_at": at}),
        )
        .collect();
    let backwards: Value = readings.iter().rev().cloned().collect();
    let readings = Value::Array(readings);
    let (here, there) = tokio::join!(report(&world, &token, &readings), report(&world, &token, &backwards));
    let (here, there) = (here.ok(), there.ok());
    let sum = |field: &str| here[field].as_i64().unwrap() + there[field].as_i64().unwrap();
    assert_eq!((sum("stored"), sum("duplicates")), (20, 20));
    assert_eq!(world.count("scale_readings").await, 20);
}

async fn a_scale_belongs_to_its_facility(world: World) {
    let (id, token) = scale(&world).await;
    let cast = &world.cast;
    let reading = json!([{"ticket": "1", "kind": "gross", "mass_g": 1, "measured_at": world.clock.now()}]);
    let session = cast.gate.token().await;
    for stranger in ["", "x", session] {
        report(&world, stranger, &reading).await.problem(401, "unauthenticated");
    }
    let request = world.http().request(Method::GET, "/api/v1/me").bearer_auth(&token);
    send(request).await.problem(401, "unauthenticated");

    let store = json!({"site_id": world.places.store.id, "name": "Cân"});
    cast.facility.post("/api/v1/scales", &store).await.problem(404, "not_found");
    let problem = cast.admin.post("/api/v1/scales", &store).await.problem(422, "invalid_fields");
    assert_eq!(problem["errors"][0]["path"], "site_id");
    let there = json!({"site_id": world.places.facility.id, "name": "Cân"});
    cast.other_gate.post("/api/v1/scales", &there).await.problem(404, "not_found");
    let path = format!("/api/v1/sites/{}/weighings", world.places.facility.id);
    cast.other_gate.get(&path).await.problem(404, "not_found");

    cast.other_gate.press(&format!("/api/v1/scales/{id}/revoke")).await.problem(404, "not_found");
    let _ = report(&world, &token, &reading).await.ok();
    assert!(cast.facility.press(&format!("/api/v1/scales/{id}/revoke")).await.ok()["revoked_at"].is_string());
    report(&world, &token, &reading).await.problem(401, "unauthenticated");
    assert_eq!(weighings(&world).await.len(), 1, "what it read stays");
}

async fn a_hold_has_a_reason_and_is_reviewed(world: World) {
    let (load, driver) = (world.issued().await, world.phone_of(&world.cast.driver).await);
    let (inspector, officer) =
        (world.phone_of(&world.cast.inspector).await, world.phone_of(&world.cast.authority).await);
    driver.picks_up(&load).at(&world.places.store).send().await.recorded("in_transit", "B", &[]);
    world.clock.minutes(30);
    let hold = inspector.records("hold", &load).unseen().because("Chờ kết quả mẫu").send().await;
    hold.recorded("in_transit", "", &[]);
    let since = world.clock.now();
    let view = world.view(&world.cast.facility, &load).await;
    assert_eq!((&view["on_hold"], &view["turn"]["role"]), (&json!(true), &json!("authority")));
    let until: chrono::DateTime<chrono::Utc> = view["turn"]["until"].as_str().unwrap().parse().unwrap();
    assert_eq!(until - since, TimeDelta::hours(24), "somebody looks again within a day");
    let inbox = world.cast.authority.get("/api/v1/inbox").await.ok();
    assert_eq!((&items(&inbox)[0]["action"], &inbox["counts"]["release"]), (&json!("release"), &json!(1)));

    let release = officer.records("release", &load).unseen().because("Mẫu đạt").send().await;
    release.recorded("in_transit", "", &[]);
    let view = world.view(&world.cast.facility, &load).await;
    assert_eq!((&view["on_hold"], &view["turn"]["role"]), (&json!(false), &json!("driver")));

    // The inspector may name an earlier review; one that says nothing or too much gets the usual day.
    let at = |hours: i64| json!(world.clock.now() + TimeDelta::hours(hours));
    for (review_at, expected) in [(at(4), 4), (at(24 * 8), 24), (at(-1), 24), (json!("tomorrow"), 24)] {
        let details = json!({"reason": "Chờ", "review_at": review_at});
        let held = inspector.records("hold", &load).unseen().with("details", details).send().await;
        assert_eq!(held.state.as_deref(), Some("in_transit"));
        let since = world.clock.now();
        let view = world.view(&world.cast.facility, &load).await;
        let until: chrono::DateTime<chrono::Utc> = view["turn"]["until"].as_str().unwrap().parse().unwrap();
        let hours = (until - since + TimeDelta::minutes(1)).num_hours();
        assert_eq!(hours, expected, "{review_at}");
        let _ = officer.records("release", &load).unseen().because("Xong").send().await;
    }
    let silent = inspector.records("hold", &load).unseen().send().await;
    silent.recorded("in_transit", "", &["unreadable_field"]);
    assert_eq!(silent.detail("unreadable_field")["fields"][0]["path"], "details.reason");
}

async fn the_trucks_last_check(world: World) {
    let cast = &world.cast;
    let (load, driver) = (world.issued().await, world.phone_of(&cast.driver).await);
    let inspector = world.phone_of(&cast.inspector).await;
    driver.picks_up(&load).at(&world.places.store).send().await.recorded("in_transit", "B", &[]);
    world.clock.minutes(10);
    let checklist = json!([
        {"item": "fire_fighting", "ok": true},
        {"item": "warning_signs", "ok": false, "note": "Thiếu bên trái"},
        {"odd": 1},
    ]);
    let details = json!({"checklist": checklist});
    let first = inspector.records("inspection", &load).with("details", details.clone()).send().await;
    assert_eq!(first.state.as_deref(), Some("in_transit"));
    world.clock.minutes(10);
    // A truck without a manifest is inspected by its plate; so is one that somebody else only says he inspected.
    for phone in [&inspector, &driver] {
        let bare = phone.records("inspection", &load).on_plate(PLATE).with("manifest_id", Value::Null);
        let bare = bare.with("code", Value::Null).with("details", json!({"checklist": []})).send().await;
        assert_eq!(bare.outcome, "recorded");
        world.clock.minutes(1);
    }
    let elsewhere = inspector.records("inspection", &load).on_plate(FOREIGN_PLATE).send().await;
    assert_eq!(elsewhere.outcome, "recorded");

    let of_truck = cast.inspector.get("/api/v1/vehicles/by-plate/15c%2012345/inspections").await.ok();
    let seen = items(&of_truck);
    assert_eq!(seen.len(), 2, "{of_truck}");
    assert_eq!((&seen[0]["manifest"], &seen[0]["failed"]), (&Value::Null, &json!(0)), "the last one first");
    assert_eq!((&seen[1]["manifest"]["number"], &seen[1]["failed"]), (&json!(load.number), &json!(1)));
    assert_eq!(seen[1]["checklist"].as_array().unwrap().len(), 2);
    assert_eq!(seen[1]["person"]["name"], json!(cast.inspector.name));
    let looks = world.rows("looks").await;
    assert!(looks.iter().any(|look| look["how"] == "inspections"), "each look is logged");

    let mine = cast.inspector.get("/api/v1/inspections?limit=2").await.ok();
    assert_eq!(items(&mine).len(), 2);
    let cursor = mine["next_cursor"].as_str().unwrap();
    let rest = cast.inspector.get(&format!("/api/v1/inspections?limit=2&cursor={cursor}")).await.ok();
    assert_eq!((items(&rest).len(), &rest["next_cursor"]), (1, &Value::Null));
    let others = cast.authority.get("/api/v1/inspections").await.ok();
    assert!(items(&others).is_empty(), "my own");
    cast.driver.get("/api/v1/inspections").await.problem(403, "forbidden");
    cast.inspector.get("/api/v1/inspections?cursor=x").await.problem(422, "invalid_fields");
}

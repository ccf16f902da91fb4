//! Who is told what, and that nobody else is.

use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tests::http::{items, send};
use tests::{Person, World, on_both};

on_both!(
    each_step_is_told_to_whom_it_concerns,
    a_trip_that_changes_hands_is_told_to_both_drivers,
    what_is_sent_twice_is_told_once,
    a_hold_reaches_the_authority_of_the_area_alone,
    an_unconfirmed_pickup_asks_the_generator,
    what_was_read_stays_read,
    choices_are_checked_and_kept,
    whoever_leaves_hears_no_more,
);

/// Topics told to everybody, oldest first; whoever was told nothing is left out.
async fn told(world: &World) -> BTreeMap<&'static str, Vec<String>> {
    let mut all = BTreeMap::new();
    for (name, person) in world.cast.everybody() {
        let list = person.get("/api/v1/notices").await.ok();
        let mut topics: Vec<String> =
            items(&list).iter().map(|notice| notice["topic"].as_str().unwrap().to_owned()).collect();
        topics.reverse();
        if !topics.is_empty() {
            all.insert(name, topics);
        }
    }
    all
}

/// Reads everything, so that the next look shows what is new.
async fn news(world: &World) -> BTreeMap<&'static str, Vec<String>> {
    let mut all = BTreeMap::new();
    for (name, person) in world.cast.everybody() {
        let list = person.get("/api/v1/notices?unread=true").await.ok();
        let mut topics: Vec<String> =
            items(&list).iter().map(|notice| notice["topic"].as_str().unwrap().to_owned()).collect();
        topics.sort();
        let ids: Vec<&Value> = items(&list).iter().map(|notice| &notice["id"]).collect();
        let read = person.post("/api/v1/notices/read", &json!({"ids": ids})).await.ok();
        assert_eq!(read["unread"], 0, "{name}");
        if !topics.is_empty() {
            all.insert(name, topics);
        }
    }
    all
}

fn expected(people: &[(&'static str, &[&str])]) -> BTreeMap<&'static str, Vec<String>> {
    people.iter().map(|(name, topics)| (*name, topics.iter().map(|t| (*t).to_owned()).collect())).collect()
}

async fn each_step_is_told_to_whom_it_concerns(world: World) {
    let (cast, places) = (&world.cast, &world.places);
    let draft = cast.generator.post("/api/v1/manifests", &world.declaration()).await.expect(201);
    let path = format!("/api/v1/manifests/{}", draft["id"].as_str().unwrap());
    assert_eq!(told(&world).await, expected(&[]), "a draft is its author's own");

    let _ = cast.generator.press(&format!("{path}/propose")).await.ok();
    assert_eq!(news(&world).await, expected(&[("facility", &["your_turn"]), ("gate", &["your_turn"])]));

    let _ = cast.facility.press(&format!("{path}/approve")).await.ok();
    assert_eq!(
        news(&world).await,
        expected(&[
            ("dispatcher", &["issued"]),
            ("driver", &["trip_assigned"]),
            ("gate", &["issued"]),
            ("generator", &["issued"]),
            ("generator_chief", &["issued"]),
        ]),
        "all parties but who approved"
    );

    let load = tests::Load::of(&cast.generator.get(&path).await.ok());
    let (driver, gate) = (world.phone_of(&cast.driver).await, world.phone_of(&cast.gate).await);
    world.clock.minutes(20);
    driver.picks_up(&load).at(&places.store).with_wall_code().send().await.recorded("in_transit", "A", &[]);
    assert_eq!(news(&world).await, expected(&[]), "an ordinary pickup is nobody's news");
    world.clock.minutes(55);
    driver.delivers(&load).at(&places.facility).with_wall_code().send().await.recorded("arrived", "A", &[]);
    assert_eq!(news(&world).await, expected(&[("facility", &["your_turn"]), ("gate", &["your_turn"])]));
    world.clock.minutes(10);
    gate.accepts(&load, 430_500).send().await.recorded("accepted", "", &["discrepancy"]);
    let both: &[&str] = &["accepted", "discrepancy"];
    assert_eq!(
        news(&world).await,
        expected(&[("dispatcher", both), ("generator", both), ("generator_chief", both)])
    );

    let list = cast.generator.get("/api/v1/notices").await.ok();
    let newest = items(&list).iter().find(|notice| notice["topic"] == "discrepancy").unwrap();
    assert_eq!(
        (&newest["finding"], &newest["number"], &newest["role"], &newest["manifest_id"]),
        (&json!("discrepancy"), &json!(load.number), &json!("generator"), &json!(load.id))
    );
    assert!(!newest["read_at"].is_null());
}

async fn a_trip_that_changes_hands_is_told_to_both_drivers(world: World) {
    let cast = &world.cast;
    let load = world.issued().await;
    let _ = news(&world).await;
    world.clock.minutes(1);
    let other = json!({"driver_id": cast.second_driver.id});
    let _ = cast.dispatcher.post(&load.path("/assign"), &other).await.ok();
    assert_eq!(
        news(&world).await,
        expected(&[("driver", &["trip_withdrawn"]), ("second_driver", &["trip_assigned"])])
    );
    world.clock.minutes(1);
    let _ = cast.dispatcher.post(&load.path("/assign"), &json!({"driver_id": cast.driver.id})).await.ok();
    assert_eq!(
        news(&world).await,
        expected(&[("driver", &["trip_assigned"]), ("second_driver", &["trip_withdrawn"])]),
        "given back, it is told again"
    );
    world.clock.minutes(1);
    let _ = cast.generator.post(&load.path("/void"), &json!({"reason": "Hoãn"})).await.ok();
    assert_eq!(
        news(&world).await,
        expected(&[
            ("dispatcher", &["voided"]),
            ("driver", &["trip_withdrawn"]),
            ("facility", &["voided"]),
            ("gate", &["voided"]),
            ("generator_chief", &["voided"]),
        ])
    );
}

async fn what_is_sent_twice_is_told_once(world: World) {
    let (cast, places) = (&world.cast, &world.places);
    let load = world.issued().await;
    let driver = world.phone_of(&cast.driver).await;
    world.clock.minutes(20);
    let pickup = driver.picks_up(&load).at(&places.store).with_wall_code().sign();
    let delivery = driver.delivers(&load).at(&places.other_facility).sign();
    world.clock.minutes(40);
    let _ = driver.send(&[&pickup, &delivery]).await;
    let once = told(&world).await;
    assert!(once["dispatcher"].contains(&"deviation".to_owned()), "at the wrong facility: {once:?}");
    for _ in 0..3 {
        let _ = driver.send(&[&delivery, &pickup, &delivery]).await;
        world.clock.minutes(1);
    }
    assert_eq!(told(&world).await, once);
    // Judged again with more evidence, the finding is the same and so is its notice.
    driver.supplements(delivery.id, &load).at(&places.other_facility).send().await;
    assert_eq!(told(&world).await, once);
}

async fn a_hold_reaches_the_authority_of_the_area_alone(world: World) {
    let (cast, places) = (&world.cast, &world.places);
    let load = world.issued().await;
    let driver = world.phone_of(&cast.driver).await;
    driver.picks_up(&load).at(&places.store).with_wall_code().send().await;
    let _ = news(&world).await;
    let phone = world.phone_of(&cast.inspector).await;
    world.clock.minutes(10);
    phone.records("hold", &load).at(&places.store).because("Nghi vấn khối lượng").send().await;
    let held: &[&str] = &["hold"];
    let parties: Vec<(&str, &[&str])> =
        ["authority", "dispatcher", "driver", "facility", "gate", "generator", "generator_chief"]
            .map(|name| (name, held))
            .into();
    assert_eq!(news(&world).await, expected(&parties), "not the other province's, not the ministry's");
    world.clock.minutes(10);
    let office = world.phone_of(&cast.authority).await;
    office.records("release", &load).unseen().because("Đã kiểm tra").send().await;
    let released = news(&world).await;
    assert_eq!(released.get("driver"), Some(&vec!["released".to_owned()]), "{released:?}");
    assert_eq!(released.get("authority"), None, "who released it knows");
}

async fn an_unconfirmed_pickup_asks_the_generator(world: World) {
    let (cast, places) = (&world.cast, &world.places);
    let load = world.issued().await;
    let _ = news(&world).await;
    let driver = world.phone_of(&cast.driver).await;
    world.clock.minutes(20);
    let pickup = driver.picks_up(&load).at(&places.store).with_wall_code().unconfirmed().send().await;
    pickup.recorded("in_transit", "A", &["counterparty_missing"]);
    assert_eq!(
        news(&world).await,
        expected(&[("generator", &["confirm_pickup"]), ("generator_chief", &["confirm_pickup"])])
    );
    let _ = cast.generator.post(&load.path("/confirm"), &json!({"name": "Người giao"})).await.ok();
    assert_eq!(news(&world).await, expected(&[]));
}

async fn what_was_read_stays_read(world: World) {
    let cast = &world.cast;
    for _ in 0..3 {
        world.clock.minutes(1);
        let _ = world.proposed(&world.declaration()).await;
    }
    let (gate, stranger) = (&cast.gate, &cast.other_gate);
    let first = gate.get("/api/v1/notices?limit=2").await.ok();
    assert_eq!((items(&first).len(), &first["unread"]), (2, &json!(3)));
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = gate.get(&format!("/api/v1/notices?limit=2&cursor={cursor}")).await.ok();
    assert_eq!((items(&rest).len(), &rest["next_cursor"]), (1, &Value::Null));
    let id = &items(&first)[0]["id"];
    let path = format!("/api/v1/notices/{}", id.as_str().unwrap());
    assert_eq!(gate.get(&path).await.ok()["id"], *id);
    stranger.get(&path).await.problem(404, "not_found");
    assert_eq!(stranger.get("/api/v1/notices").await.ok()["items"], json!([]));

    assert_eq!(stranger.post("/api/v1/notices/read", &json!({"ids": [id]})).await.ok()["unread"], 0);
    assert_eq!(gate.get("/api/v1/notices").await.ok()["unread"], 3, "a stranger marks nothing");
    assert_eq!(gate.post("/api/v1/notices/read", &json!({"ids": [id, id]})).await.ok()["unread"], 2);
    let read_at = gate.get(&path).await.ok()["read_at"].clone();
    world.clock.minutes(5);
    let until = &items(&first)[1]["at"];
    assert_eq!(
        gate.post("/api/v1/notices/read", &json!({"ids": [id], "until": until})).await.ok()["unread"],
        0
    );
    assert_eq!(gate.get(&path).await.ok()["read_at"], read_at, "the first reading counts");
    assert_eq!(
        cast.facility.get("/api/v1/notices").await.ok()["unread"],
        3,
        "everybody reads for themselves"
    );

    let many: Vec<&Value> = std::iter::repeat_n(id, 501).collect();
    gate.post("/api/v1/notices/read", &json!({"ids": many})).await.problem(422, "invalid_fields");
    gate.post("/api/v1/notices/read", &json!({"ids": ["x"]})).await.problem(422, "invalid_fields");
    gate.get("/api/v1/notices?cursor=x").await.problem(422, "invalid_fields");
    gate.get("/api/v1/notices?unread=maybe").await.problem(400, "bad_request");
    gate.get("/api/v1/notices/x").await.problem(404, "not_found");
}

async fn choices_are_checked_and_kept(world: World) {
    let person = &world.cast.generator;
    let path = "/api/v1/notices/preferences";
    let usual = person.get(path).await.ok();
    assert_eq!(usual["quiet"], json!({"on": true, "from": "22:00", "to": "05:30"}));
    assert_eq!(
        usual["ways"],
        json!({"push_key": null, "mail": false, "text": false}),
        "nothing is configured here"
    );
    assert_eq!(usual["topics"].as_array().unwrap().len(), 14);

    let change = json!({
        "quiet": {"on": true, "from": "21:00", "to": "06:15"},
        "language": "en",
        "topics": [{"topic": "your_turn", "push": false}, {"topic": "accepted", "push": true, "mail": true}],
    });
    let _ = person.patch(path, &change).await.ok();
    let kept =
        person.patch(path, &json!({"quiet": {"on": false, "from": "21:00", "to": "06:15"}})).await.ok();
    assert_eq!((&kept["language"], &kept["quiet"]["on"]), (&json!("en"), &json!(false)));
    assert_eq!(person.get(path).await.ok(), kept);
    assert_eq!(world.rows("notice_preferences").await.len(), 1);

    for (field, window) in [
        ("quiet.from", json!({"on": true, "from": "24:00", "to": "06:00"})),
        ("quiet.to", json!({"on": true, "from": "22:00", "to": "6:00"})),
        ("quiet.to", json!({"on": true, "from": "22:00", "to": "22:00"})),
        ("quiet.from", json!({"on": true, "from": "", "to": "06:00"})),
    ] {
        let problem = person.patch(path, &json!({"quiet": window})).await.problem(422, "invalid_fields");
        assert_eq!(problem["errors"][0]["path"], field);
    }
    let unknown = json!({"topics": [{"topic": "gossip", "push": true}]});
    person.patch(path, &unknown).await.problem(422, "invalid_fields");
    person.patch(path, &json!({"language": "fr"})).await.problem(422, "invalid_fields");
    assert_eq!(person.get(path).await.ok(), kept, "what was refused changed nothing");
}

async fn whoever_leaves_hears_no_more(world: World) {
    let gate = &world.cast.gate;
    let _ = world.proposed(&world.declaration()).await;
    assert_eq!(gate.get("/api/v1/notices").await.ok()["unread"], 1);
    let mut tx = world.app.db.begin("tests.leave").await.unwrap();
    let grant = domain::party::RoleGrant { role: gate.role, organisation_id: gate.organisation_id };
    store::grants::update_ended(&mut tx, gate.id, grant, world.app.now()).await.unwrap();
    tx.commit().await.unwrap();
    let list = gate.get("/api/v1/notices").await.ok();
    assert_eq!((&list["items"], &list["unread"]), (&json!([]), &json!(0)));
    let _ = world.proposed(&world.declaration()).await;
    assert_eq!(gate.get("/api/v1/notices").await.ok()["unread"], 0);
    signed_out_is_nobody(&world, gate).await;
}

async fn signed_out_is_nobody(world: &World, person: &Person) {
    let again = world.here(person);
    let _ = again.get("/api/v1/notices").await.ok();
    assert_eq!(send(again.request(Method::DELETE, "/api/v1/session").await).await.status, 204);
    again.get("/api/v1/notices").await.problem(401, "unauthenticated");
}

//! A server restored from a backup: phones send again what they keep, and no number comes twice.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::phone::{jwk, proof};
use tests::rows::assert_same;
use tests::{Load, Phone, World, on_both};

on_both!(
    phones_send_again_what_the_backup_lacks,
    no_number_comes_twice,
    a_device_that_the_backup_lacks,
    a_certificate_opens_no_other_door,
);

/// The epoch in the answer to an empty batch.
async fn epoch(world: &World) -> i64 {
    let answer = world.cast.driver.post("/api/v1/field/events", &json!({"events": []})).await.ok();
    answer["epoch"].as_i64().unwrap()
}

async fn raise(world: &World) -> app::restore::Raised {
    let raised = app::restore::raise(&world.app.db, world.app.now(), 1_000).await.unwrap();
    // Long enough for the server to look again.
    world.clock.advance(TimeDelta::seconds(10));
    raised
}

fn serial(load: &Load) -> i64 {
    load.number.split('/').next().unwrap().parse().unwrap()
}

async fn phones_send_again_what_the_backup_lacks(world: World) {
    let load = world.issued().await;
    let driver = world.phone_of(&world.cast.driver).await;
    let gate = world.phone_of(&world.cast.gate).await;
    let places = world.places.clone();
    world.clock.minutes(20);
    let pickup = driver.picks_up(&load).at(&places.store).with_wall_code().sign();
    driver.send(&[&pickup]).await[0].recorded("in_transit", "A", &[]);
    // The backup is taken here.
    let (lost, restored) = world.fork().await;

    let (driver, gate) = (driver.in_world(&lost), gate.in_world(&lost));
    lost.clock.minutes(50);
    let delivery = driver.delivers(&load).at(&places.facility).with_wall_code().sign();
    driver.send(&[&delivery]).await[0].recorded("arrived", "A", &[]);
    let arrival = gate.sees_arrive(&load).at(&places.facility).sign();
    gate.send(&[&arrival]).await[0].recorded("arrived", "B", &[]);
    let acceptance = gate.accepts(&load, 481_000).sign();
    gate.send(&[&acceptance]).await[0].recorded("accepted", "", &[]);

    let (driver, gate) = (driver.in_world(&restored), gate.in_world(&restored));
    restored.clock.advance(TimeDelta::hours(3));
    assert_eq!((epoch(&lost).await, epoch(&restored).await), (1, 1));
    let held = driver.owner.get("/api/v1/field/pack").await;
    let raised = raise(&restored).await;
    assert_eq!((raised.before, raised.epoch > 1), (1, true));
    assert_eq!(epoch(&restored).await, raised.epoch);
    let pack = driver.owner.get("/api/v1/field/pack").await;
    assert_eq!(pack.body["epoch"], raised.epoch);
    assert_ne!(pack.headers["etag"], held.headers["etag"], "a phone that asks for changes learns of it");

    assert_eq!(restored.view(&restored.cast.generator, &load).await["state"], "in_transit");
    gate.send(&[&arrival, &acceptance]).await[1].recorded("accepted", "", &[]);
    let again = driver.send(&[&pickup, &delivery]).await;
    again[0].duplicate("accepted");
    again[1].recorded("accepted", "A", &[]);
    lost.clock.advance(TimeDelta::hours(3) - TimeDelta::minutes(50));
    assert_same(&lost.truth().await, &restored.truth().await);
}

async fn no_number_comes_twice(world: World) {
    let first = world.issued().await;
    let (lost, restored) = world.fork().await;
    let seen = [lost.issued().await, lost.issued().await];
    assert_eq!(serial(&seen[1]), serial(&first) + 2);

    restored.clock.advance(TimeDelta::days(2));
    let raised = raise(&restored).await;
    assert_eq!((raised.numbers, raised.years.as_slice()), (3_000, [2026].as_slice()));
    let next = restored.issued().await;
    assert_eq!(serial(&next), serial(&first) + 3_001);
    // The place in the status list is another one, too: nobody's void shows on a lost seal.
    let place = |rows: Vec<Value>, load: &Load| {
        let id = json!(load.id);
        rows.iter().find(|row| row["manifest_id"] == id).unwrap()["status_index"].as_i64().unwrap()
    };
    let (before, after) = (lost.rows("seals").await, restored.rows("seals").await);
    assert!(place(after, &next) > place(before, &seen[1]));

    // Over New Year, and a permit that the backup did not know.
    restored.clock.advance(TimeDelta::days(40));
    assert_eq!(raise(&restored).await.years, [2026, 2027]);
    let mut tx = restored.app.db.begin("tests.counters").await.unwrap();
    assert_eq!(store::counters::next(&mut tx, "a permit of later", 2027).await.unwrap(), 41_001);
    assert_eq!(store::counters::next(&mut tx, "a permit of later", 2027).await.unwrap(), 41_002);
    let list = store::trust_lists::find_newest(&mut tx).await.unwrap().unwrap();
    assert!(store::trust_lists::next_seq(&mut tx).await.unwrap() > list.seq + 41_000);
}

/// The body of a registration of this phone's key, with the certificate that it holds.
fn again(phone: &Phone) -> Value {
    json!({
        "name": "Điện thoại cũ", "public_key": jwk(&phone.key), "proof": proof(&phone.key, "", phone.now()),
        "certificate": phone.certificate,
    })
}

async fn a_device_that_the_backup_lacks(world: World) {
    let load = world.issued().await;
    let (lost, restored) = world.fork().await;
    let phone = lost.phone_of(&lost.cast.driver).await;
    let pickup = phone.picks_up(&load).at(&lost.places.store).with_wall_code().sign();
    phone.send(&[&pickup]).await[0].recorded("in_transit", "A", &[]);

    let (restored, later) = restored.fork().await;
    restored.clock.advance(TimeDelta::days(1));
    let phone = phone.in_world(&restored);
    phone.send(&[&pickup]).await[0].refused("device_unknown");
    let entered = phone.owner.post("/api/v1/devices", &again(&phone)).await.expect(201);
    assert_eq!(entered["id"], json!(phone.id), "its events name this id");
    phone.send(&[&pickup]).await[0].recorded("in_transit", "A", &[]);
    let next = phone.delivers(&load).at(&restored.places.facility).with_wall_code().send().await;
    next.recorded("arrived", "A", &[]);
    let twice = phone.owner.post("/api/v1/devices", &again(&phone)).await.expect(201);
    assert_eq!(twice["id"], json!(phone.id));

    // After its ninety days a certificate still says whose key that was.
    later.clock.advance(TimeDelta::days(100));
    let phone = phone.in_world(&later);
    assert_eq!(phone.owner.post("/api/v1/devices", &again(&phone)).await.expect(201)["id"], json!(phone.id));
}

async fn a_certificate_opens_no_other_door(world: World) {
    let (lost, restored) = world.fork().await;
    let phone = lost.phone_of(&lost.cast.driver).await.in_world(&restored);
    let other = tests::phone::new_key();
    let mut with_other_key = again(&phone);
    with_other_key["public_key"] = jwk(&other);
    with_other_key["proof"] = json!(proof(&other, "", phone.now()));
    phone.owner.post("/api/v1/devices", &with_other_key).await.problem(403, "forbidden");
    let second = &restored.cast.second_driver;
    second.post("/api/v1/devices", &again(&phone)).await.problem(403, "forbidden");
    let mut cut = again(&phone);
    cut["certificate"] = json!(phone.certificate[..phone.certificate.len() - 8]);
    phone.owner.post("/api/v1/devices", &cut).await.problem(403, "forbidden");
    let mut without = again(&phone);
    without.as_object_mut().unwrap().remove("proof");
    phone.owner.post("/api/v1/devices", &without).await.problem(422, "invalid_fields");
    assert_eq!(restored.count("devices").await, 0);
}

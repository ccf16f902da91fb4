//! The field pack by its changes: what a phone lays over the one it holds equals the whole one.

use serde_json::{Value, json};
use std::collections::BTreeSet;
use tests::{Person, World, on_both};

on_both!(
    nothing_new_is_304,
    only_what_changed_comes,
    what_left_the_pack_goes,
    a_cursor_of_somebody_else_or_of_nobody,
);

async fn whole(person: &Person) -> Value {
    let pack = person.get("/api/v1/field/pack").await.ok();
    assert_eq!(pack["delta"], Value::Null);
    pack
}

async fn since(person: &Person, held: &Value) -> Value {
    let cursor = held["cursor"].as_str().unwrap();
    person.get(&format!("/api/v1/field/pack?since={cursor}")).await.ok()
}

fn drawer(thing: &Value, of: u64) -> u64 {
    let id = thing["id"].as_str().unwrap();
    u64::from_str_radix(&id[id.len() - 2..], 16).unwrap() % of
}

/// What a phone makes of the pack it holds and the changes.
fn laid_over(held: &Value, changes: &Value) -> Value {
    let delta = &changes["delta"];
    assert_eq!(delta["since"], held["cursor"]);
    let mut pack = changes.clone();
    for list in ["manifests", "sites"] {
        let of = delta[list]["of"].as_u64().unwrap();
        let changed: BTreeSet<u64> =
            delta[list]["changed"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).collect();
        let kept =
            held[list].as_array().unwrap().iter().filter(|thing| !changed.contains(&drawer(thing, of)));
        let mut all: Vec<Value> = kept.cloned().collect();
        all.extend(changes[list].as_array().unwrap().iter().cloned());
        pack[list] = json!(all);
    }
    for list in ["status_lists", "waste_codes"] {
        if delta[list] == false {
            assert_eq!(changes[list], json!([]));
            pack[list] = held[list].clone();
        }
    }
    pack
}

/// The pack without its time and signatures, its lists in one order.
fn content(pack: &Value) -> Value {
    let mut content = json!({});
    for field in ["roles", "epoch", "cursor", "trust_list", "root_keys", "waste_codes"] {
        content[field] = pack[field].clone();
    }
    for list in ["manifests", "sites"] {
        let mut things = pack[list].as_array().unwrap().clone();
        things.sort_by_cached_key(|thing| thing["id"].to_string());
        content[list] = json!(things);
    }
    content
}

async fn nothing_new_is_304(world: World) {
    let _ = world.issued().await;
    let driver = &world.cast.driver;
    let pack = driver.get("/api/v1/field/pack").await;
    let tag = pack.headers["etag"].to_str().unwrap();
    let path = format!("/api/v1/field/pack?since={}", pack.body["cursor"].as_str().unwrap());
    let ask = driver.request(reqwest::Method::GET, &path).await.header("if-none-match", tag);
    assert_eq!(tests::http::send(ask).await.status, 304);
    let changes = since(driver, &pack.body).await;
    for list in ["manifests", "sites", "status_lists", "waste_codes"] {
        assert_eq!(changes[list], json!([]), "{list} did not change");
    }
    assert_eq!(content(&laid_over(&pack.body, &changes)), content(&pack.body));
}

async fn only_what_changed_comes(world: World) {
    let inspector = &world.cast.inspector;
    let mut loads = Vec::new();
    for _ in 0..12 {
        loads.push(world.issued().await);
    }
    let held = whole(inspector).await;
    let phone = world.phone_of(&world.cast.driver).await;
    world.clock.minutes(20);
    phone.picks_up(&loads[3]).at(&world.places.store).with_wall_code().send().await;
    let changes = since(inspector, &held).await;
    let of = changes["delta"]["manifests"]["of"].as_u64().unwrap();
    let moved = json!(loads[3].id);
    let sent = changes["manifests"].as_array().unwrap();
    let place = drawer(sent.iter().find(|one| one["id"] == moved).unwrap(), of);
    assert_eq!(changes["delta"]["manifests"]["changed"], json!([place]), "its drawer alone");
    assert_eq!((&changes["sites"], &changes["waste_codes"]), (&json!([]), &json!([])));
    assert_eq!(content(&laid_over(&held, &changes)), content(&whole(inspector).await));

    // A void changes the status list, a new load the manifests; both over a pack that is two changes old.
    let void = json!({"reason": "Hoãn chuyến"});
    let _ = world.cast.generator.post(&loads[5].path("/void"), &void).await.ok();
    let _ = world.issued().await;
    let changes = since(inspector, &held).await;
    assert_eq!(changes["delta"]["status_lists"], true);
    assert_eq!(changes["status_lists"].as_array().unwrap().len(), 1);
    assert_eq!(content(&laid_over(&held, &changes)), content(&whole(inspector).await));
}

async fn what_left_the_pack_goes(world: World) {
    let driver = &world.cast.driver;
    let (mine, other) = (world.issued().await, world.issued().await);
    let held = whole(driver).await;
    let assigned = json!({"driver_id": world.cast.second_driver.id});
    let _ = world.cast.dispatcher.post(&other.path("/assign"), &assigned).await.ok();
    let pack = laid_over(&held, &since(driver, &held).await);
    assert_eq!(content(&pack), content(&whole(driver).await));
    let ids: Vec<&Value> = pack["manifests"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
    assert_eq!(ids, [&json!(mine.id)]);
}

async fn a_cursor_of_somebody_else_or_of_nobody(world: World) {
    let _ = world.issued().await;
    let (driver, gate) = (&world.cast.driver, &world.cast.gate);
    let held = whole(driver).await;
    let pack = laid_over(&held, &since(gate, &held).await);
    assert_eq!(content(&pack), content(&whole(gate).await), "drawers hold what is, whoever held what before");
    for cursor in ["", "AA", "not-a-cursor!", "%F0%9F%9A%9A"] {
        let answer = gate.get(&format!("/api/v1/field/pack?since={cursor}")).await.ok();
        assert_eq!((&answer["delta"], content(&answer)), (&Value::Null, content(&whole(gate).await)));
    }
}

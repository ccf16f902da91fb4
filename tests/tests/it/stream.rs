//! Open streams: who hears what, for how long, and that nothing is lost between two of them.

use reqwest::Method;
use serde_json::{Value, json};
use tests::http::send;
use tests::post::{PushService, Station};
use tests::stream::Stream;
use tests::{Person, World, on_both};

on_both!(
    a_stream_tells_its_own_and_nothing_foreign,
    every_server_tells_what_another_committed,
    what_was_missed_is_told_again,
    a_stream_ends_with_its_session,
    a_stream_follows_the_roles_held_now,
    the_oldest_of_too_many_streams_ends,
    a_server_that_stops_ends_its_streams,
);

async fn server(world: &World) -> Station {
    world.station(&PushService::start().await, |config| config).await
}

/// A stream after its greeting.
async fn open(station: &Station, person: &Person) -> Stream {
    let mut stream = Stream::open(&person.at(&station.http), None).await;
    assert_eq!(stream.news().await.name, "hello");
    stream
}

async fn a_stream_tells_its_own_and_nothing_foreign(world: World) {
    let (station, cast) = (server(&world).await, &world.cast);
    let mut gate = open(&station, &cast.gate).await;
    let mut strangers = Vec::new();
    for person in [
        &cast.other_gate,
        &cast.other_generator,
        &cast.other_dispatcher,
        &cast.other_driver,
        &cast.second_driver,
        &cast.other_authority,
    ] {
        strangers.push(open(&station, person).await);
    }
    let (mut chief, mut inspector) =
        (open(&station, &cast.generator_chief).await, open(&station, &cast.inspector).await);
    let generator = cast.generator.at(&station.http);
    let draft = generator.post("/api/v1/manifests", &world.declaration()).await.expect(201);
    let id = draft["id"].clone();
    let _ = generator.press(&format!("/api/v1/manifests/{}/propose", id.as_str().unwrap())).await.ok();

    let mut heard = [gate.news().await, gate.news().await];
    heard.sort_by(|a, b| a.name.cmp(&b.name));
    assert_eq!(
        (&heard[0].name, &heard[0].data),
        (&"changed".to_owned(), &json!({"manifests": [id], "more": false}))
    );
    let notice = &heard[1];
    assert_eq!(
        (notice.name.as_str(), &notice.data["topic"], &notice.data["manifest_id"], &notice.data["role"]),
        ("notice", &json!("your_turn"), &id, &json!("facility"))
    );
    assert!(notice.id.is_some());
    for seer in [&mut chief, &mut inspector] {
        let said = seer.news().await;
        assert_eq!((said.name.as_str(), &said.data["manifests"]), ("changed", &json!([id])));
        seer.says_nothing(2).await;
    }
    for stranger in &mut strangers {
        stranger.says_nothing(2).await;
    }
    send(world.anybody().request(Method::GET, "/api/v1/stream")).await.problem(401, "unauthenticated");
}

async fn every_server_tells_what_another_committed(world: World) {
    let (one, other) = (server(&world).await, server(&world).await);
    let mut gate = open(&other, &world.cast.gate).await;
    let generator = world.cast.generator.at(&one.http);
    let draft = generator.post("/api/v1/manifests", &world.declaration()).await.expect(201);
    let path = format!("/api/v1/manifests/{}", draft["id"].as_str().unwrap());
    let _ = generator.press(&format!("{path}/propose")).await.ok();
    let mut wanted = vec!["notice"];
    if world.app.db.kind() == tests::both::Kind::Postgres {
        wanted.push("changed");
    }
    while !wanted.is_empty() {
        let said = gate.news().await;
        assert!(said.data.to_string().contains(draft["id"].as_str().unwrap()), "{said:?}");
        wanted.retain(|name| *name != said.name);
    }
}

async fn what_was_missed_is_told_again(world: World) {
    let station = server(&world).await;
    let mut before = open(&station, &world.cast.gate).await;
    let _ = world.proposed(&world.declaration()).await;
    let first = before.news().await;
    drop(before);
    world.clock.minutes(5);
    let missed = world.proposed(&world.declaration()).await;
    let mut after = Stream::open(&world.cast.gate.at(&station.http), first.id.as_deref()).await;
    let hello = after.news().await;
    assert_eq!((hello.name.as_str(), &hello.data), ("hello", &json!({"unread": 2})));
    let mut told = Vec::new();
    while told.last() != Some(&json!(missed)) {
        told.push(after.news().await.data["manifest_id"].clone());
    }
    let again: Vec<&Value> = told.iter().filter(|id| **id == first.data["manifest_id"]).collect();
    assert!(again.len() <= 1 && told.len() <= 2, "at most once more: {told:?}");
    after.says_nothing(2).await;
    // Without an id nothing of the past is told: the list has it.
    open(&station, &world.cast.gate).await.says_nothing(2).await;
    for odd in ["x", "", "99999999999999999999", "-1"] {
        let mut stream = Stream::open(&world.cast.gate.at(&station.http), Some(odd)).await;
        assert_eq!(stream.news().await.name, "hello", "{odd}");
    }
}

async fn a_stream_ends_with_its_session(world: World) {
    let station = server(&world).await;
    let gate = world.cast.gate.at(&station.http);
    let mut stream = Stream::open(&gate, None).await;
    assert_eq!(stream.news().await.name, "hello");
    assert_eq!(send(gate.request(Method::DELETE, "/api/v1/session").await).await.status, 204);
    let _ = world.proposed(&world.declaration()).await;
    while let Some(said) = stream.next().await {
        // What was under way within one heartbeat may still come.
        assert!(["", "notice", "changed"].contains(&said.name.as_str()), "{said:?}");
    }
    let mut second = open(&station, &world.cast.facility).await;
    world.clock.advance(chrono::TimeDelta::hours(13));
    while second.next().await.is_some() {}
}

async fn a_stream_follows_the_roles_held_now(world: World) {
    let station = server(&world).await;
    let mut stream = open(&station, &world.cast.gate).await;
    let mut tx = world.app.db.begin("tests.leave").await.unwrap();
    let gate = &world.cast.gate;
    let grant = domain::party::RoleGrant { role: gate.role, organisation_id: gate.organisation_id };
    store::grants::update_ended(&mut tx, gate.id, grant, world.app.now()).await.unwrap();
    tx.commit().await.unwrap();
    stream.says_nothing(2).await;
    let generator = world.cast.generator.at(&station.http);
    let draft = generator.post("/api/v1/manifests", &world.declaration()).await.expect(201);
    let _ =
        generator.press(&format!("/api/v1/manifests/{}/propose", draft["id"].as_str().unwrap())).await.ok();
    stream.says_nothing(4).await;
}

async fn the_oldest_of_too_many_streams_ends(world: World) {
    let station = server(&world).await;
    let mut first = open(&station, &world.cast.gate).await;
    let mut others = Vec::new();
    for _ in 0..5 {
        others.push(open(&station, &world.cast.gate).await);
    }
    assert_eq!(first.news().await.name, "superseded");
    assert_eq!(first.next().await, None);
    let mut somebody_else = open(&station, &world.cast.facility).await;
    for stream in others.iter_mut().chain([&mut somebody_else]) {
        stream.says_nothing(1).await;
    }
}

async fn a_server_that_stops_ends_its_streams(world: World) {
    let station = server(&world).await;
    let mut stream = open(&station, &world.cast.gate).await;
    station.app.live.close();
    while stream.next().await.is_some() {}
    let mut late = Stream::open(&world.cast.gate.at(&station.http), None).await;
    assert_eq!(late.news().await.name, "hello");
    assert_eq!(late.next().await, None);
}

//! Evidence files: they follow their event or wait for it, come in parts, and open only to those who see the event.

use app::file::sweep::{Swept, sweep};
use chrono::TimeDelta;
use serde_json::{Value, json};
use server::config::Config;
use std::time::Duration;
use tests::http::{Http, items, send};
use tests::{Load, Picture, World, on_both};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

on_both!(
    a_photograph_follows_its_event,
    a_file_may_come_before_its_event,
    a_colleague_may_carry_the_phone,
    what_is_cut_goes_on_where_it_was_cut,
    another_server_goes_on,
    two_who_send_the_same_are_one_object,
    a_hash_alone_opens_nothing,
    names_that_are_no_hashes,
    a_day_has_an_end,
    what_was_abandoned_is_forgotten,
    bytes_that_were_lost_come_again,
    signature_seals_and_ticket_are_told_to_the_parties,
);

/// The files of the only event of a kind, as somebody sees them.
async fn named(world: &World, load: &Load, kind: &str) -> Value {
    let events = world.cast.facility.get(&load.path("/events")).await.ok();
    let event = items(&events).iter().find(|event| event["kind"] == kind).unwrap().clone();
    event["files"].clone()
}

async fn counts(world: &World, load: &Load) -> (i64, i64) {
    let files = world.view(&world.cast.generator, load).await["files"].clone();
    (files["named"].as_i64().unwrap(), files["missing"].as_i64().unwrap())
}

async fn a_photograph_follows_its_event(world: World) {
    let (cast, load) = (&world.cast, world.issued().await);
    let phone = world.phone_of(&cast.driver).await;
    let (photo, ticket) = (Picture::vector("plain.jpg"), Picture::vector("lossy.webp"));
    assert_eq!(counts(&world, &load).await, (0, 0));
    phone.picks_up(&load).at(&world.places.store).naming("load", &[&photo, &ticket]).send().await;
    assert_eq!(counts(&world, &load).await, (2, 2), "the manifest says how many are still on the phone");
    let missing = |hash: &Picture| json!({"sha256": hash.hash, "status": "missing", "subject": "load", "kind": null, "length": null});
    assert_eq!(named(&world, &load, "pickup").await, json!([missing(&photo), missing(&ticket)]));
    for person in [&cast.generator, &cast.driver, &cast.inspector] {
        person.opens(&photo).await.problem(404, "not_found");
    }

    let sent = cast.driver.sends(&photo).await;
    let length = photo.bytes.len();
    assert_eq!(sent.header("upload-offset"), Some(length.to_string().as_str()));
    assert_eq!(sent.header("upload-complete"), Some("?1"));
    let body = json!({"sha256": photo.hash, "offset": length, "length": length, "complete": true});
    assert_eq!(sent.expect(201), body);
    assert_eq!(cast.driver.sends(&photo).await.expect(200), body, "sending it again changes nothing");
    assert_eq!(counts(&world, &load).await, (2, 1));
    let received = json!({"sha256": photo.hash, "status": "received", "subject": "load", "kind": "jpeg", "length": length});
    assert_eq!(named(&world, &load, "pickup").await, json!([received, missing(&ticket)]));

    let looks = world.count("looks").await;
    for (name, person) in cast.everybody() {
        let answer = person.opens(&photo).await;
        let foreign = [
            "other_generator",
            "second_driver",
            "other_dispatcher",
            "other_driver",
            "other_gate",
            "other_authority",
        ];
        if foreign.contains(&name) {
            answer.problem(404, "not_found");
            continue;
        }
        assert_eq!((answer.status, &answer.bytes), (200, &photo.bytes), "{name}");
        for (header, value) in [
            ("content-type", "image/jpeg"),
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", "default-src 'none'; sandbox"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cache-control", "private, no-store"),
        ] {
            assert_eq!(answer.header(header), Some(value), "{name}");
        }
        let disposition = answer.header("content-disposition").unwrap();
        assert_eq!(disposition, format!("attachment; filename=\"{}.jpg\"", &photo.hash.to_string()[..16]));
    }
    assert_eq!(world.count("looks").await, looks + 1, "the inspector's look at it is logged");
    assert_eq!(world.objects().len(), 1);
}

async fn a_file_may_come_before_its_event(world: World) {
    let (cast, load) = (&world.cast, world.issued().await);
    let phone = world.phone_of(&cast.driver).await;
    let photo = Picture::vector("plain.png");
    let _ = cast.driver.sends(&photo).await.expect(201);
    assert_eq!(cast.driver.asks_for(&photo).await.status, 200);
    assert_eq!(cast.generator.asks_for(&photo).await.status, 404, "an upload is its sender's own");
    for person in [&cast.driver, &cast.generator, &cast.admin] {
        person.opens(&photo).await.problem(404, "not_found");
    }
    let event = phone.picks_up(&load).at(&world.places.store).naming("load", &[&photo]).sign();
    for _ in 0..2 {
        phone.send(&[&event]).await;
        assert_eq!(counts(&world, &load).await, (1, 0));
        assert_eq!(cast.generator.opens(&photo).await.status, 200);
    }
}

async fn a_colleague_may_carry_the_phone(world: World) {
    let (cast, load) = (&world.cast, world.issued().await);
    let phone = world.phone_of(&cast.driver).await;
    let photo = Picture::vector("progressive.jpg");
    phone.picks_up(&load).at(&world.places.store).naming("load", &[&photo]).send().await;
    let _ = cast.generator.sends(&photo).await.expect(201);
    assert_eq!(
        counts(&world, &load).await,
        (1, 1),
        "another organisation makes nothing of the driver's arrive"
    );
    cast.facility.opens(&photo).await.problem(404, "not_found");
    let _ = cast.second_driver.sends(&photo).await.expect(201);
    assert_eq!(counts(&world, &load).await, (1, 0));
    assert_eq!(cast.facility.opens(&photo).await.status, 200);
    cast.second_driver.opens(&photo).await.problem(404, "not_found");
}

/// Sends the head of a request and some of its body, then breaks the connection.
async fn cut(http: &Http, token: &str, photo: &Picture, offset: usize, end: usize) {
    let mut stream = TcpStream::connect(http.base().trim_start_matches("http://")).await.unwrap();
    let (length, rest) = (photo.bytes.len(), photo.bytes.len() - offset);
    let head = format!(
        "PUT {} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\nupload-offset: {offset}\r\n\
         upload-length: {length}\r\ncontent-length: {rest}\r\n\r\n",
        photo.path()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&photo.bytes[offset..end]).await.unwrap();
    stream.shutdown().await.unwrap();
    // Whatever it answers, the phone does not hear it.
    let _ = stream.read(&mut [0; 1]).await;
}

/// Where the upload stands, once it stands at `at`.
async fn stands_at(world: &World, photo: &Picture, at: usize) {
    for _ in 0..200 {
        let answer = world.cast.driver.asks_for(photo).await;
        if answer.header("upload-offset") == Some(at.to_string().as_str()) {
            assert_eq!(answer.header("upload-complete"), Some("?0"));
            assert_eq!(answer.header("upload-length"), Some(photo.bytes.len().to_string().as_str()));
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the upload never stood at {at}");
}

async fn what_is_cut_goes_on_where_it_was_cut(world: World) {
    let (cast, load) = (&world.cast, world.issued().await);
    let phone = world.phone_of(&cast.driver).await;
    let photo = Picture::large(700_000, 1);
    phone.picks_up(&load).at(&world.places.store).naming("load", &[&photo]).send().await;
    let token = cast.driver.token().await;
    cut(world.http(), token, &photo, 0, 300_000).await;
    stands_at(&world, &photo, 300_000).await;
    cut(world.http(), token, &photo, 300_000, 300_001).await;
    stands_at(&world, &photo, 300_001).await;
    assert_eq!(counts(&world, &load).await, (1, 1));
    cast.generator.opens(&photo).await.problem(404, "not_found");

    let _ = cast.driver.sends_part(&photo, 300_001, 600_000).await.expect(200);
    let stale = cast.driver.sends_part(&photo, 300_001, 600_000).await;
    assert_eq!(stale.header("upload-offset"), Some("600000"), "a part sent twice is told where to go on");
    stale.problem(409, "upload_offset");
    let _ = cast.driver.sends_part(&photo, 600_000, photo.bytes.len()).await.expect(201);
    assert_eq!(cast.generator.opens(&photo).await.bytes, photo.bytes);
    assert_eq!(world.objects().len(), 1, "the parts are gone: {:?}", world.objects());
    assert_eq!((world.count("file_uploads").await, world.count("file_parts").await), (0, 0));
}

async fn another_server_goes_on(world: World) {
    let photo = Picture::large(90_000, 2);
    let _ = world.cast.driver.sends_part(&photo, 0, 40_000).await.expect(200);
    let other = world.also_served(World::config_in(&world.keys_dir), None).await;
    let driver = world.cast.driver.at(&Http::without_cookies(&other));
    assert_eq!(driver.asks_for(&photo).await.header("upload-offset"), Some("40000"));
    let _ = driver.sends_part(&photo, 40_000, photo.bytes.len()).await.expect(201);
    assert_eq!(world.cast.driver.asks_for(&photo).await.header("upload-complete"), Some("?1"));
}

async fn two_who_send_the_same_are_one_object(world: World) {
    let (cast, load) = (&world.cast, world.issued().await);
    let (driver, gate) = (world.phone_of(&cast.driver).await, world.phone_of(&cast.gate).await);
    let photo = Picture::large(60_000, 4);
    driver.picks_up(&load).at(&world.places.store).naming("load", &[&photo]).send().await;
    gate.sees_arrive(&load).at(&world.places.facility).naming("load", &[&photo]).send().await;
    let _ = cast.driver.sends_part(&photo, 0, 20_000).await.expect(200);
    assert_eq!(cast.gate.asks_for(&photo).await.status, 404, "each phone has an upload of its own");
    let _ = cast.gate.sends(&photo).await.expect(201);
    assert_eq!(named(&world, &load, "pickup").await[0]["status"], "missing");
    assert_eq!(named(&world, &load, "arrival").await[0]["status"], "received");
    let _ = cast.driver.sends_part(&photo, 20_000, photo.bytes.len()).await.expect(201);
    assert_eq!(named(&world, &load, "pickup").await[0]["status"], "received");
    assert_eq!((world.objects().len(), world.count("files").await), (1, 1));
    // At the same moment.
    let other = Picture::large(200_000, 5);
    let (one, two) = tokio::join!(cast.driver.sends(&other), cast.gate.sends(&other));
    let _ = (one.expect(201), two.expect(201));
    assert_eq!((world.objects().len(), world.count("files").await), (2, 2), "{:?}", world.objects());
}

async fn a_hash_alone_opens_nothing(world: World) {
    let (cast, load) = (&world.cast, world.issued().await);
    let phone = world.phone_of(&cast.driver).await;
    let photo = Picture::vector("plain.jpg");
    phone.picks_up(&load).at(&world.places.store).naming("load", &[&photo]).send().await;
    let _ = cast.driver.sends(&photo).await.expect(201);
    // Somebody who heard the hash names it in an event of their own.
    let stranger = world.phone_of(&cast.other_driver).await;
    stranger.records("note", &load).naming("load", &[&photo]).send().await.recorded_in_silence();
    cast.other_driver.opens(&photo).await.problem(404, "not_found");
    assert_eq!(cast.other_driver.asks_for(&photo).await.status, 404);
    // Whoever has the bytes anyway learns nothing by sending them.
    let _ = cast.other_driver.sends(&photo).await.expect(201);
    assert_eq!(cast.other_driver.opens(&photo).await.status, 200);
    cast.other_dispatcher.opens(&photo).await.problem(404, "not_found");
}

async fn names_that_are_no_hashes(world: World) {
    let (cast, load) = (&world.cast, world.issued().await);
    let phone = world.phone_of(&cast.driver).await;
    let good = Picture::vector("plain.jpg");
    let pickup = phone.picks_up(&load).at(&world.places.store).with_wall_code();
    let names = json!(["../../etc/passwd", 7, null, good.hash, good.hash, "a".repeat(64).to_uppercase()]);
    let captured = pickup.with("files", names).with("file_subjects", json!({"x": []})).send().await;
    assert_eq!((captured.outcome.as_str(), captured.state.as_deref()), ("recorded", Some("in_transit")));
    let files = named(&world, &load, "pickup").await;
    assert_eq!(files.as_array().unwrap().len(), 1, "{files}");
    assert_eq!((&files[0]["sha256"], &files[0]["subject"]), (&json!(good.hash), &Value::Null));
    let many: Vec<String> = (0..60).map(|n| Picture::of(vec![n]).hash.to_string()).collect();
    phone.delivers(&load).at(&world.places.facility).with("files", json!(many)).send().await;
    assert_eq!(counts(&world, &load).await, (21, 21));
}

async fn a_day_has_an_end(world: World) {
    let small = Config { file_quota_mb: 1, ..World::config_in(&world.keys_dir) };
    let driver = world.cast.driver.at(&Http::without_cookies(&world.also_served(small, None).await));
    let first = Picture::large(600_000, 6);
    let _ = driver.sends(&first).await.expect(201);
    let second = Picture::large(600_000, 7);
    let refused = driver.sends_part(&second, 0, 100_000).await;
    // 08:00 in Hà Nội: sixteen hours to midnight.
    assert_eq!(refused.header("retry-after"), Some("57600"));
    refused.problem(429, "upload_quota");
    let _ = driver.sends(&first).await.expect(200);
    let _ = driver.sends(&Picture::vector("plain.jpg")).await.expect(201);
    world.clock.advance(TimeDelta::hours(16));
    let _ = driver.sends(&second).await.expect(201);
}

async fn what_was_abandoned_is_forgotten(world: World) {
    let (cast, load) = (&world.cast, world.issued().await);
    let phone = world.phone_of(&cast.driver).await;
    let (kept, lonely, begun) =
        (Picture::vector("plain.jpg"), Picture::vector("plain.png"), Picture::large(50_000, 8));
    phone.picks_up(&load).at(&world.places.store).naming("load", &[&kept]).send().await;
    for picture in [&kept, &lonely] {
        let _ = cast.driver.sends(picture).await.expect(201);
    }
    let _ = cast.driver.sends_part(&begun, 0, 30_000).await.expect(200);
    world.clock.advance(TimeDelta::days(6));
    assert_eq!(sweep(&world.app).await.unwrap(), Swept::default());
    world.clock.advance(TimeDelta::days(2));
    assert_eq!(sweep(&world.app).await.unwrap(), Swept { uploads: 1, files: 0 });
    assert_eq!(world.here(&cast.driver).asks_for(&begun).await.status, 404);
    assert_eq!((world.objects().len(), world.count("file_parts").await), (2, 0));
    world.clock.advance(TimeDelta::days(23));
    assert_eq!(sweep(&world.app).await.unwrap(), Swept { uploads: 0, files: 1 });
    assert_eq!(sweep(&world.app).await.unwrap(), Swept::default());
    assert_eq!(
        (world.objects().len(), world.count("files").await, world.count("file_quotas").await),
        (1, 1, 0)
    );
    assert_eq!(world.here(&cast.generator).opens(&kept).await.bytes, kept.bytes);
    // Whoever comes late sends it again.
    let _ = world.here(&cast.driver).sends(&lonely).await.expect(201);
}

async fn bytes_that_were_lost_come_again(world: World) {
    let (cast, load) = (&world.cast, world.issued().await);
    let phone = world.phone_of(&cast.driver).await;
    let photo = Picture::vector("plain.jpg");
    phone.picks_up(&load).at(&world.places.store).naming("load", &[&photo]).send().await;
    let _ = cast.driver.sends(&photo).await.expect(201);
    let object = world.objects().pop().unwrap();
    let mut changed = photo.bytes.clone();
    changed[900] ^= 1;
    std::fs::write(&object, changed).unwrap();
    cast.generator.opens(&photo).await.problem(500, "internal");
    // As after a restore of the database without the folder.
    std::fs::remove_file(&object).unwrap();
    cast.generator.opens(&photo).await.problem(404, "not_found");
    assert_eq!(cast.driver.asks_for(&photo).await.status, 404, "the phone is told to send it again");
    let _ = cast.driver.sends(&photo).await.expect(201);
    assert_eq!(cast.generator.opens(&photo).await.bytes, photo.bytes);
    assert_eq!(world.objects(), [object]);
}

async fn signature_seals_and_ticket_are_told_to_the_parties(world: World) {
    let (cast, load) = (&world.cast, world.issued().await);
    let (driver, gate) = (world.phone_of(&cast.driver).await, world.phone_of(&cast.gate).await);
    let (signature, ticket) = (Picture::vector("plain.png"), Picture::vector("lossless.webp"));
    let pickup = driver
        .picks_up(&load)
        .at(&world.places.store)
        .with_wall_code()
        .naming("signature", &[&signature])
        .with("counterparty", json!({"kind": "glass", "name": "Người giao 1", "proof": signature.hash}))
        .with("packages", json!(4))
        .with("details", json!({"physical_seals": ["AB 001", "AB 002"]}))
        .with("comment", json!("Bốn phuy, nắp kín."));
    pickup.send().await.recorded("in_transit", "A", &[]);
    let weighing = json!({"gross_g": 5_630_500, "tare_g": 5_200_000, "net_g": 430_500, "ticket": "PC-0815", "source": "typed"});
    world.clock.minutes(60);
    gate.sees_arrive(&load).at(&world.places.facility).send().await;
    gate.accepts(&load, 430_500).with("weighing", weighing.clone()).naming("ticket", &[&ticket]).send().await;
    let _ = (cast.driver.sends(&signature).await.expect(201), cast.gate.sends(&ticket).await.expect(201));

    for person in [&cast.generator, &cast.dispatcher, &cast.driver, &cast.facility, &cast.authority] {
        let events = person.get(&load.path("/events")).await.ok();
        let event = |kind: &str| items(&events).iter().find(|event| event["kind"] == kind).unwrap().clone();
        let pickup = event("pickup");
        let consent =
            json!({"kind": "glass", "name": "Người giao 1", "signature": signature.hash, "strokes": null});
        assert_eq!((&pickup["counterparty"], &pickup["packages"]), (&consent, &json!(4)));
        assert_eq!(pickup["details"]["physical_seals"], json!(["AB 001", "AB 002"]));
        assert_eq!(
            (&pickup["comment"], &pickup["files"][0]["subject"]),
            (&json!("Bốn phuy, nắp kín."), &json!("signature"))
        );
        let accepted = event("acceptance");
        assert_eq!((&accepted["weighing"], &accepted["files"][0]["subject"]), (&weighing, &json!("ticket")));
        assert_eq!(person.opens(&signature).await.bytes, signature.bytes);
        assert_eq!(person.opens(&ticket).await.bytes, ticket.bytes);
    }
}

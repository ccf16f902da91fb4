//! Malformed input: a typed problem, a refused result or a finding each; never a 5xx, nothing stored that should not
//! be, nothing lost that should.

use data_encoding::BASE64URL_NOPAD;
use reqwest::Method;
use ring::rand::SystemRandom;
use serde_json::{Value, json};
use tests::http::{Answer, send};
use tests::phone::new_key;
use tests::{Captured, Load, Phone, World, on_both};

on_both!(
    codes_cut_doubled_and_flipped,
    codes_of_another_kind,
    envelopes_that_are_no_events,
    payloads_that_cannot_be_kept,
    fields_that_cannot_be_read,
    an_id_used_twice,
    bodies_that_are_no_batch,
    five_hundred_and_one,
    bad_items_never_block_good_ones,
    bodies_that_are_too_large,
    queries_that_are_none,
);

/// A JWS with any header and payload, signed by the phone's own key.
fn forged(phone: &Phone, header: &Value, payload: &[u8]) -> String {
    let input = format!(
        "{}.{}",
        BASE64URL_NOPAD.encode(header.to_string().as_bytes()),
        BASE64URL_NOPAD.encode(payload)
    );
    let signature = phone.key.sign(input.as_bytes(), &SystemRandom::new()).unwrap();
    format!("{input}.{}", BASE64URL_NOPAD.encode(&signature))
}

fn payload(world: &World, load: &Load) -> Value {
    json!({
        "id": tests::new_id::<uuid::Uuid>(world.clock.now()),
        "kind": "pickup",
        "manifest_id": load.id,
        "device_seq": 1,
        "event_time": world.clock.now(),
        "position_missing": "denied",
    })
}

async fn verify(world: &World, code: &str) -> Answer {
    let request = world.http().request(Method::POST, "/api/v1/verify").json(&json!({"code": code}));
    send(request).await
}

async fn codes_cut_doubled_and_flipped(world: World) {
    let load = world.issued().await;
    let before = world.counts().await;
    let wall = &world.places.store.wall_code;
    for code in [&load.code, wall] {
        let base32 = code.rsplit('/').next().unwrap();
        for cut in [1, 2, 7, base32.len() / 2, base32.len() - 1] {
            assert_eq!(
                verify(&world, &code[..code.len() - cut]).await.ok()["verdict"],
                "invalid",
                "cut by {cut}"
            );
        }
        let spoiled = [
            format!("{code}{base32}"),
            format!("{base32}{base32}"),
            format!("{code}A"),
            format!("{code}========"),
            format!("{code}?x=1"),
            code.replace("/Q/", "/R/"),
            code.replace("HTTPS", "FTP"),
            code.replacen('A', "0", 3),
            code.chars().rev().collect(),
        ];
        for code in spoiled {
            let seen = verify(&world, &code).await.ok();
            assert_eq!(
                (&seen["verdict"], &seen["manifest"], &seen["site"]),
                (&json!("invalid"), &Value::Null, &Value::Null),
                "{code}"
            );
        }
        let bytes = data_encoding::BASE32_NOPAD.decode(base32.as_bytes()).unwrap();
        for bit in (0..bytes.len() * 8).step_by(61) {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let seen = verify(&world, &data_encoding::BASE32_NOPAD.encode(&flipped)).await.ok();
            assert_eq!(seen["verdict"], "invalid", "bit {bit}");
        }
    }
    for short in [
        "00000-00000-0",
        "ZZZZZ-ZZZZZ-U",
        &load.short_code[..8],
        &format!("{}{}", load.short_code, load.short_code),
    ] {
        assert_eq!(verify(&world, short).await.ok()["verdict"], "invalid", "{short}");
    }
    verify(&world, &format!("{}\u{0}", load.code)).await.problem(400, "bad_json");
    for empty in ["", "   ", &"A".repeat(5_000)] {
        verify(&world, empty).await.problem(422, "invalid_fields");
    }
    assert_eq!(world.counts().await, before, "looking stores nothing");
}

async fn codes_of_another_kind(world: World) {
    let load = world.issued().await;
    let phone = world.phone_of(&world.cast.driver).await;
    let trust = send(world.http().request(Method::GET, "/.well-known/trust-list")).await;
    let status = send(world.http().request(Method::GET, "/status/0")).await;
    let certificate = BASE64URL_NOPAD.decode(phone.certificate.as_bytes()).unwrap();
    for bytes in [&trust.bytes, &status.bytes, &certificate] {
        let text = data_encoding::BASE32_NOPAD.encode(bytes);
        assert_eq!(verify(&world, &text).await.ok()["verdict"], "invalid");
        let pickup = phone
            .picks_up(&load)
            .at(&world.places.store)
            .with("code", json!(text))
            .with("site_code", json!(text));
        let pickup = pickup.send().await;
        assert_eq!(
            (pickup.outcome.as_str(), pickup.findings().contains(&"seal_invalid")),
            ("recorded", true)
        );
    }
}

async fn envelopes_that_are_no_events(world: World) {
    let load = world.issued().await;
    let phone = world.phone_of(&world.cast.driver).await;
    let text = payload(&world, &load).to_string();
    let (bytes, kid) = (text.as_bytes(), phone.id.to_string());
    let header = |extra: Value| {
        let mut header = json!({"alg": "ES256", "kid": kid});
        header.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        header
    };
    let good = forged(&phone, &header(json!({})), bytes);
    let parts: Vec<&str> = good.split('.').collect();
    let other = domain::seal::jws::sign(&kid, bytes, &new_key(), &SystemRandom::new()).unwrap();
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(40), "]".repeat(40));
    let unknown = "01a205ea-0000-7000-8000-000000000001";
    let signature = parts[2];
    let flipped = if signature.starts_with('A') {
        signature.replacen('A', "B", 1)
    } else {
        format!("A{}", &signature[1..])
    };
    let cases = [
        (json!(forged(&phone, &header(json!({"alg": "none"})), bytes)), "algorithm"),
        (json!(format!("{}.{}.", BASE64URL_NOPAD.encode(br#"{"alg":"none"}"#), parts[1])), "algorithm"),
        (json!(forged(&phone, &header(json!({"alg": "HS256"})), bytes)), "algorithm"),
        (json!(forged(&phone, &header(json!({"alg": "es256"})), bytes)), "algorithm"),
        (json!(forged(&phone, &header(json!({"crit": ["b64"], "b64": false})), bytes)), "refused_header"),
        (
            json!(forged(&phone, &header(json!({"jwk": tests::phone::jwk(&phone.key)})), bytes)),
            "refused_header",
        ),
        (json!(forged(&phone, &header(json!({"kid": unknown})), bytes)), "device_unknown"),
        (json!(forged(&phone, &header(json!({"kid": "enrol"})), bytes)), "key_id"),
        (json!(forged(&phone, &header(json!({"kid": null})), bytes)), "key_id"),
        (json!(other), "signature"),
        (json!(format!("{}.{}.{flipped}", parts[0], parts[1])), "signature"),
        (json!(format!("{}.{}.{signature}", parts[0], BASE64URL_NOPAD.encode(b"{}"))), "signature"),
        (json!(format!("{good}.{signature}")), "parts"),
        (json!(format!("{}.{}", parts[0], parts[1])), "parts"),
        (json!(""), "parts"),
        (json!(".."), "header"),
        (json!(format!("{good}=")), "base64"),
        (json!(good.replace('.', " .")), "base64"),
        (json!(&good[..good.len() - 2]), "signature_length"),
        (json!(forged(&phone, &header(json!({})), b"[]")), "payload"),
        (json!(forged(&phone, &header(json!({})), b"")), "payload"),
        (json!(forged(&phone, &header(json!({})), br#"{"id":1,"id":2}"#)), "payload"),
        (json!(forged(&phone, &header(json!({})), br#"{"lat":NaN}"#)), "payload"),
        (json!(forged(&phone, &header(json!({})), b"{\"a\":\"\xff\xfe\"}")), "payload"),
        (json!(forged(&phone, &header(json!({})), deep.as_bytes())), "nesting_too_deep"),
        (
            json!(forged(
                &phone,
                &header(json!({})),
                format!("{{\"a\":\"{}\"}}", "x".repeat(66_000)).as_bytes()
            )),
            "too_large",
        ),
        (json!(42), "unreadable"),
        (Value::Null, "unreadable"),
        (json!({"jws": good}), "unreadable"),
        (json!([good]), "unreadable"),
    ];
    let events: Vec<Value> = cases.iter().map(|(event, _)| event.clone()).collect();
    let results = Captured::all(&phone.post(&events).await.ok());
    for (result, (event, code)) in results.iter().zip(&cases) {
        let told = result.body["problem"]["code"].as_str();
        assert_eq!((result.outcome.as_str(), told), ("refused", Some(*code)), "{event}");
    }
    assert_eq!(world.count("custody_events").await, 0);
    assert_eq!(world.count("refused_events").await, cases.len(), "the bytes are kept for the authority");
    let kept = world.rows("refused_events").await;
    let hex = format!("\\x{}", data_encoding::HEXLOWER.encode(other.as_bytes()));
    assert!(kept.iter().any(|row| row["bytes"] == hex && row["reason"] == "signature"), "as received");
    assert_eq!(
        phone.post(&[json!(good)]).await.ok()["results"][0]["outcome"],
        "recorded",
        "the good one is taken"
    );
}

async fn payloads_that_cannot_be_kept(world: World) {
    let load = world.issued().await;
    let phone = world.phone_of(&world.cast.driver).await;
    let spoil = [
        ("id", Value::Null),
        ("id", json!("not-an-id")),
        ("id", json!(7)),
        ("kind", json!("teleport")),
        ("kind", Value::Null),
        ("manifest_id", Value::Null),
        ("manifest_id", json!("1/2026/1-2-3-XL")),
        ("device_seq", Value::Null),
        ("device_seq", json!(-1)),
        ("device_seq", json!(1.5)),
        ("device_seq", json!(1e30)),
        ("device_seq", json!("1")),
        ("event_time", Value::Null),
        ("event_time", json!("yesterday")),
        ("event_time", json!("2026-11-23T08:00:00")),
        ("event_time", json!("0001-01-01T00:00:00Z")),
        ("event_time", json!("9999-12-31T23:59:59Z")),
        ("event_time", json!(1_795_395_600)),
    ];
    for (field, value) in &spoil {
        let mut bad = payload(&world, &load);
        bad[*field] = value.clone();
        let results = Captured::all(&phone.post(&[json!(phone.sign(&bad))]).await.ok());
        results[0].refused("unreadable");
    }
    assert_eq!((world.count("custody_events").await, world.count("refused_events").await), (0, spoil.len()));
    assert_eq!(world.view(&world.cast.generator, &load).await["state"], "issued");
}

async fn fields_that_cannot_be_read(world: World) {
    let phone = world.phone_of(&world.cast.driver).await;
    let store = &world.places.store;
    let odd = [
        ("position", json!({"lat": 999.0, "lon": 106.0})),
        ("position", json!({"lat": 20.8, "lon": -180.5})),
        ("position", json!({"lat": "NaN", "lon": 106.0})),
        ("position", json!({"lat": null, "lon": null})),
        ("position", json!({"lat": 1e308, "lon": 1e308})),
        ("position", json!({"lat": store.lat, "lon": store.lon, "accuracy_m": -5.0})),
        ("position", json!([20.8, 106.7])),
        ("position", json!("20.8,106.7")),
        ("lines", json!([{"line": 1, "mass_g": -5}])),
        ("lines", json!([{"line": 1, "mass_g": 9_000_000_000_000_000_000_i64}])),
        ("lines", json!([{"line": 99, "mass_g": 5}])),
        ("lines", json!("many")),
        ("plate", json!(["15C"])),
        ("packages", json!(1.5)),
        ("packages", json!(9.9e99)),
        ("counterparty", json!({"kind": "telepathy"})),
        ("weighing", json!({"net_g": "heavy"})),
        ("details", json!([])),
        ("comment", json!({"a": 1})),
        ("files", json!("none")),
        ("clock", json!({"offset_ms": "late"})),
        ("acting", json!({"role": "king", "organisation_id": load_free_id()})),
        ("trip_id", json!("x")),
        ("code", json!(5)),
        ("site_code", json!({})),
        ("position_missing", json!("lazy")),
        ("code_source", json!(1)),
    ];
    for (field, value) in odd {
        let load = world.issued().await;
        let result = phone.picks_up(&load).at(store).with(field, value.clone()).send().await;
        assert_eq!(
            (result.outcome.as_str(), result.state.as_deref()),
            ("recorded", Some("in_transit")),
            "{field}: {value}"
        );
        let fields = result.detail("unreadable_field")["fields"].as_array().unwrap();
        assert!(
            fields.iter().any(|odd| odd["path"].as_str().unwrap().starts_with(field)),
            "{field}: {fields:?}"
        );
    }
    // Extreme but well-formed: kept as they are, without harm.
    for (field, value) in [
        ("clock", json!({"offset_ms": i64::MAX, "measured_at": "2026-11-23T01:00:00Z"})),
        ("clock", json!({"offset_ms": i64::MIN, "measured_at": "2026-11-23T01:00:00Z"})),
        ("comment", json!("x".repeat(20_000))),
        ("comment", json!("\u{0}'; DROP TABLE manifests; --")),
        ("plate", json!("<script>alert(1)</script>")),
        ("weather", json!("unknown fields are ignored")),
        ("device_seq", json!(i64::MAX)),
    ] {
        let load = world.issued().await;
        let result = phone.picks_up(&load).at(store).with(field, value.clone()).send().await;
        assert_eq!(result.outcome, "recorded", "{field}: {value}: {}", result.body);
        let _ = world.view(&world.cast.generator, &load).await;
        let _ = world.cast.generator.get(&load.path("/events")).await.ok();
    }
}

fn load_free_id() -> &'static str {
    "01a205ea-0000-7000-8000-000000000001"
}

async fn an_id_used_twice(world: World) {
    let load = world.issued().await;
    let phone = world.phone_of(&world.cast.driver).await;
    let first = payload(&world, &load);
    let mut second = first.clone();
    second["plate"] = json!("29H-555.55");
    let (one, other) = (phone.sign(&first), phone.sign(&second));
    let results = Captured::all(&phone.post(&[json!(one), json!(other)]).await.ok());
    assert_eq!(results[0].outcome, "recorded");
    results[1].refused("id_conflict");
    Captured::all(&phone.post(&[json!(other)]).await.ok())[0].refused("id_conflict");
    // The same content signed again is the same event: signature bytes are never an id.
    Captured::all(&phone.post(&[json!(phone.sign(&first))]).await.ok())[0].duplicate("in_transit");
    assert_eq!((world.count("custody_events").await, world.count("refused_events").await), (1, 2));
}

async fn bodies_that_are_no_batch(world: World) {
    let driver = &world.cast.driver;
    let path = "/api/v1/field/events";
    let raw = async |kind: &str, body: Vec<u8>| {
        send(driver.request(Method::POST, path).await.header("content-type", kind).body(body)).await
    };
    let before = world.counts().await;
    for body in [
        &b"{"[..],
        b"",
        b"hello",
        b"{\"events\":[\"\xff\xfe\"]}",
        b"\xff\xfe",
        b"{\"events\":[NaN]}",
        b"{\"events\":[]}x",
    ] {
        raw("application/json", body.to_vec()).await.problem(400, "bad_json");
    }
    raw("application/json", "[".repeat(100_000).into_bytes()).await.problem(422, "invalid_fields");
    raw("application/json", format!("{{\"events\":{}", "[".repeat(100_000)).into_bytes())
        .await
        .problem(400, "bad_json");
    for body in [
        json!({}),
        json!([]),
        json!(null),
        json!("x"),
        json!({"events": {}}),
        json!({"events": [], "sent_at": "x"}),
    ] {
        raw("application/json", body.to_string().into_bytes()).await.problem(422, "invalid_fields");
    }
    for kind in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx"] {
        raw(kind, b"{\"events\":[]}".to_vec()).await.problem(415, "unsupported_media_type");
    }
    send(driver.request(Method::PUT, path).await).await.problem(405, "method_not_allowed");
    driver.get("/api/v1/field/nothing").await.problem(404, "not_found");
    let mut after = world.counts().await;
    after.insert("sessions".to_owned(), before["sessions"]);
    assert_eq!(after, before, "nothing of it is kept");
}

async fn five_hundred_and_one(world: World) {
    let phone = world.phone_of(&world.cast.driver).await;
    let garbage = |count: usize| vec![json!("a.b.c"); count];
    phone.post(&garbage(501)).await.problem(422, "invalid_fields");
    assert_eq!(world.count("refused_events").await, 0);
    let answer = phone.post(&garbage(500)).await.ok();
    assert_eq!(answer["results"].as_array().unwrap().len(), 500);
    assert_eq!(world.count("refused_events").await, 500);
}

async fn bad_items_never_block_good_ones(world: World) {
    let load = world.issued().await;
    let phone = world.phone_of(&world.cast.driver).await;
    let good = phone.picks_up(&load).at(&world.places.store).with_wall_code().sign();
    let strange = phone.records("note", &load).with("manifest_id", json!(load_free_id())).sign();
    let results = Captured::all(
        &phone.post(&[json!("x"), json!(good.jws), Value::Null, json!(strange.jws)]).await.ok(),
    );
    results[0].refused("parts");
    results[1].recorded("in_transit", "A", &[]);
    results[2].refused("unreadable");
    results[3].recorded_in_silence();
}

async fn bodies_that_are_too_large(world: World) {
    let driver = &world.cast.driver;
    let large = format!("{{\"events\":[\"{}\"]}}", "x".repeat(10 * 1024 * 1024));
    for path in ["/api/v1/field/events", "/api/v1/manifests"] {
        let request = driver
            .request(Method::POST, path)
            .await
            .header("content-type", "application/json")
            .body(large.clone());
        send(request).await.problem(413, "body_too_large");
    }
    let request =
        world.http().request(Method::POST, "/api/v1/verify").header("content-type", "application/json");
    send(request.body(large)).await.problem(413, "body_too_large");
    // A new connection: the server closes one whose body it did not read.
    assert_eq!(
        world.here(driver).at(&world.anybody()).get("/api/v1/me").await.status,
        200,
        "the server lives on"
    );
}

async fn queries_that_are_none(world: World) {
    let _ = world.issued().await;
    let inspector = &world.cast.inspector;
    for (path, status) in [
        ("/api/v1/manifests?state=flying", 422),
        ("/api/v1/manifests?finding=nothing", 422),
        ("/api/v1/manifests?cursor=%00%ff", 400),
        ("/api/v1/manifests?cursor=abc", 422),
        ("/api/v1/manifests?limit=x", 400),
        ("/api/v1/manifests?from=2026-13-45", 400),
        ("/api/v1/manifests?facility_id=x", 400),
        ("/api/v1/findings?status=x", 400),
        ("/api/v1/findings?code=x", 422),
        ("/api/v1/manifests/x", 404),
        ("/api/v1/manifests/00000000-0000-0000-0000-000000000000/events", 404),
        ("/status/-1", 404),
        ("/status/99999999999999999999", 404),
        ("/status/x", 404),
    ] {
        let answer = inspector.get(path).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{path}");
    }
    for harmless in [
        "?q=%27%20OR%201%3D1%20--",
        "?q=%25%25%5F",
        "?q=",
        "?waste_code=x",
        "?province=%00",
        "?q=%F0%9F%92%A9",
    ] {
        let answer = inspector.get(&format!("/api/v1/manifests{harmless}")).await;
        assert!(answer.status < 500, "{harmless}: {}", answer.text());
    }
}

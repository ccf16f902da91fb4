//! Push messages on their way out of the house, with real keys; and what must never be posted to.

use chrono::TimeDelta;
use domain::notice::delay::MAX_ATTEMPTS;
use reqwest::Method;
use serde_json::{Value, json};
use server::config::Config;
use std::sync::Arc;
use store::deliveries::State;
use tests::http::{items, send};
use tests::post::{Browser, PushService, Station};
use tests::{Person, World, on_both};

on_both!(
    a_push_message_is_signed_encrypted_and_says_little,
    quiet_hours_hold_back_what_can_wait,
    a_browser_that_is_gone_is_forgotten,
    a_service_that_asks_for_time_gets_it,
    what_keeps_failing_is_given_up,
    two_servers_send_nothing_twice,
    what_was_claimed_survives_a_kill,
    what_was_read_is_not_sent,
    endpoints_that_lead_elsewhere_are_refused,
    a_listed_host_that_leads_inside_is_not_knocked_at,
    a_browser_shows_one_persons_notices,
    signing_out_and_losing_the_phone_end_it,
);

const SUBSCRIPTIONS: &str = "/api/v1/push/subscriptions";

async fn station(world: &World, service: &PushService) -> Station {
    world.station(service, |config| config).await
}

pub(crate) async fn subscribed(
    station: &Station,
    service: &PushService,
    person: &Person,
    name: &str,
) -> (Person, Browser) {
    let (person, browser) = (person.at(&station.http), service.browser(name));
    let _ = person.post(SUBSCRIPTIONS, &browser.subscription()).await.expect(201);
    (person, browser)
}

/// Deliveries by their standing.
async fn standing(world: &World) -> Vec<(&'static str, i64)> {
    let mut tx = world.app.db.read("tests.deliveries").await.unwrap();
    let counts = store::deliveries::count_by_state(&mut tx).await.unwrap();
    counts.into_iter().map(|(state, count): (State, i64)| (state.as_str(), count)).collect()
}

async fn a_push_message_is_signed_encrypted_and_says_little(world: World) {
    let service = PushService::start().await;
    let station = station(&world, &service).await;
    let (driver, browser) = subscribed(&station, &service, &world.cast.driver, "phone").await;
    let preferences = driver.get("/api/v1/notices/preferences").await.ok();
    let load = world.issued().await;
    let done = station.round().await;
    assert_eq!((done.sent, done.later, done.dead), (1, 0, 0));
    let messages = service.take();
    let [message] = messages.as_slice() else { panic!("{messages:?}") };
    assert_eq!(message.browser, "phone");

    let (claims, key) = message.signed_claims();
    assert_eq!(
        data_encoding::BASE64URL_NOPAD.encode(&key),
        preferences["ways"]["push_key"],
        "the key it subscribed to"
    );
    assert_eq!(claims["aud"], "http://127.0.0.1");
    assert_eq!(claims["sub"], "https://e-manifest.test");
    let left = claims["exp"].as_i64().unwrap() - world.clock.now().timestamp();
    assert!((1..=24 * 3600).contains(&left), "{left} s");

    assert_eq!(message.header("ttl"), "86400");
    assert_eq!(message.header("urgency"), "high", "the pickup is in ten minutes");
    let told = browser.read(message);
    assert_eq!(message.header("topic"), told["id"].as_str().unwrap().replace('-', ""));
    assert_eq!(
        (&told["topic"], &told["role"], &told["manifest_id"], &told["title"]),
        (&json!("trip_assigned"), &json!("driver"), &json!(load.id), &json!("Chuyến mới"))
    );
    let printed =
        [&load.number, &load.short_code, &load.pickup_code, &world.cast.driver.name].map(String::as_str);
    for secret in printed.into_iter().chain(["15C", "Cơ khí", "Dầu"]) {
        assert!(!told.to_string().contains(secret), "a lock screen shows {secret}: {told}");
    }
    let other = service.browser("other");
    assert!(std::panic::catch_unwind(|| other.read(message)).is_err(), "nobody else can read it");

    assert_eq!(station.round().await.sent, 0, "once is enough");
    let reached = driver.get(SUBSCRIPTIONS).await.ok();
    assert!(!items(&reached)[0]["reached_at"].is_null());
}

async fn quiet_hours_hold_back_what_can_wait(world: World) {
    let service = PushService::start().await;
    let station = station(&world, &service).await;
    let (_, gate) = subscribed(&station, &service, &world.cast.gate, "gate").await;
    let (_, driver) = subscribed(&station, &service, &world.cast.driver, "driver").await;
    world.clock.advance(TimeDelta::hours(15));
    let world = world.on_another_day();
    let id = world.proposed(&world.declaration()).await;
    assert_eq!(station.round().await.sent, 0, "23:00 in Hà Nội: the gate sleeps");
    let _ = world.cast.facility.press(&format!("/api/v1/manifests/{id}/approve")).await.ok();
    let done = station.round().await;
    let woken = service.take();
    assert_eq!((done.sent, woken.len()), (1, 1));
    assert_eq!(driver.read(&woken[0])["topic"], "trip_assigned", "a pickup in ten minutes wakes its driver");
    world.clock.advance(TimeDelta::hours(6) + TimeDelta::minutes(29));
    assert_eq!(station.round().await.sent, 0, "05:29");
    world.clock.minutes(1);
    let done = station.round().await;
    let morning = service.take();
    assert_eq!(done.sent, morning.len());
    let topics: Vec<Value> = morning.iter().map(|message| gate.read(message)["topic"].clone()).collect();
    assert_eq!(topics, [json!("your_turn")], "routine is not pushed at all");

    // Whoever keeps no quiet hours is told at once.
    let at_gate = world.cast.gate.at(&station.http);
    let off = json!({"quiet": {"on": false, "from": "22:00", "to": "05:30"}});
    let _ = at_gate.patch("/api/v1/notices/preferences", &off).await.ok();
    world.clock.advance(TimeDelta::hours(18));
    let world = world.on_another_day();
    let at_gate = world.cast.gate.at(&station.http);
    let _ = world.proposed(&world.declaration()).await;
    assert_eq!(station.round().await.sent, 1);
    // And whoever wants no push for a topic gets none.
    let none = json!({"topics": [{"topic": "your_turn", "push": false}]});
    let _ = at_gate.patch("/api/v1/notices/preferences", &none).await.ok();
    world.clock.minutes(1);
    let _ = world.proposed(&world.declaration()).await;
    assert_eq!(station.round().await.sent, 0);
}

async fn a_browser_that_is_gone_is_forgotten(world: World) {
    let service = PushService::start().await;
    let station = station(&world, &service).await;
    let (gate, _) = subscribed(&station, &service, &world.cast.gate, "old").await;
    let _ = gate.post(SUBSCRIPTIONS, &service.browser("new").subscription()).await.expect(201);
    assert_eq!(items(&gate.get(SUBSCRIPTIONS).await.ok()).len(), 2);
    for status in [410, 404] {
        let _ = world.proposed(&world.declaration()).await;
        world.clock.minutes(1);
        service.answers(&[(status, None)]);
        let done = station.round().await;
        assert_eq!((done.dropped, done.dead, done.later), (1, 0, 0), "{status}");
    }
    assert_eq!(items(&gate.get(SUBSCRIPTIONS).await.ok()).len(), 0);
    let asked = service.take().len();
    assert_eq!(asked, 3, "two browsers, then one");
    let _ = world.proposed(&world.declaration()).await;
    let done = station.round().await;
    assert_eq!(
        (done.spread > 0, done.sent, service.take().len()),
        (true, 0, 0),
        "nobody is left to be asked"
    );
    assert_eq!(standing(&world).await, [("dropped", 2), ("sent", 1)]);
}

async fn a_service_that_asks_for_time_gets_it(world: World) {
    let service = PushService::start().await;
    let station = station(&world, &service).await;
    let _ = subscribed(&station, &service, &world.cast.gate, "gate").await;
    let _ = world.proposed(&world.declaration()).await;
    service.answers(&[(429, Some(300)), (503, None), (500, Some(60))]);
    assert_eq!(station.round().await.later, 1);
    world.clock.advance(TimeDelta::seconds(299));
    assert_eq!(station.round().await, Default::default(), "not before it said");
    world.clock.advance(TimeDelta::seconds(1));
    assert_eq!(station.round().await.later, 1, "503");
    world.clock.advance(TimeDelta::seconds(119));
    assert_eq!(station.round().await, Default::default());
    world.clock.advance(TimeDelta::seconds(40));
    assert_eq!(station.round().await.later, 1, "500 that asks for less than our own wait");
    world.clock.advance(TimeDelta::seconds(479));
    assert_eq!(station.round().await, Default::default());
    world.clock.advance(TimeDelta::seconds(130));
    assert_eq!(station.round().await.sent, 1);
    let ids: std::collections::BTreeSet<String> =
        service.take().iter().map(|message| message.header("topic").to_owned()).collect();
    assert_eq!(ids.len(), 1, "every attempt would take the place of the one before");
}

async fn what_keeps_failing_is_given_up(world: World) {
    let service = PushService::start().await;
    let station = station(&world, &service).await;
    let _ = subscribed(&station, &service, &world.cast.gate, "gate").await;
    let (_, chief) = subscribed(&station, &service, &world.cast.facility, "chief").await;
    let _ = world.proposed(&world.declaration()).await;
    // One is refused for good, the other fails again and again.
    service.answers(&[(400, None), (500, None)]);
    let done = station.round().await;
    assert_eq!((done.dead, done.later), (1, 1));
    for attempt in 2..=MAX_ATTEMPTS {
        service.answers(&[(502, None)]);
        world.clock.advance(TimeDelta::hours(if attempt <= 6 { 3 } else { 13 }));
        let done = station.round().await;
        assert_eq!(
            (done.later, done.dead),
            (usize::from(attempt < MAX_ATTEMPTS), usize::from(attempt == MAX_ATTEMPTS))
        );
    }
    world.clock.advance(TimeDelta::hours(5));
    assert_eq!(station.round().await, Default::default(), "given up");
    assert_eq!(standing(&world).await, [("dead", 2)]);
    drop(chief);
}

async fn two_servers_send_nothing_twice(world: World) {
    let service = PushService::start().await;
    let (one, other) = (station(&world, &service).await, station(&world, &service).await);
    for name in ["a", "b", "c"] {
        let _ = subscribed(&one, &service, &world.cast.gate, name).await;
    }
    for _ in 0..30 {
        world.clock.advance(TimeDelta::seconds(1));
        let _ = world.proposed(&world.declaration()).await;
    }
    let rounds: Vec<_> = [&one, &other, &one, &other]
        .map(|station| {
            let station = station.clone();
            tokio::spawn(async move { station.round().await })
        })
        .into();
    let mut sent = 0;
    for round in rounds {
        sent += round.await.unwrap().sent;
    }
    let seen: Vec<String> =
        service.take().iter().map(|m| format!("{} {}", m.browser, m.header("topic"))).collect();
    let distinct: std::collections::BTreeSet<&String> = seen.iter().collect();
    assert_eq!((sent, seen.len(), distinct.len()), (90, 90, 90));
}

/// A way out that never answers, as a process that is killed in the middle.
struct Stuck(tokio::sync::Notify);

#[async_trait::async_trait]
impl app::notice::post::Post for Stuck {
    async fn carry(&self, _: app::notice::post::Letter) -> app::notice::post::Carried {
        self.0.notify_one();
        std::future::pending().await
    }
}

async fn what_was_claimed_survives_a_kill(world: World) {
    let service = PushService::start().await;
    let station = station(&world, &service).await;
    let (_, browser) = subscribed(&station, &service, &world.cast.gate, "gate").await;
    let id = world.proposed(&world.declaration()).await;
    // Told, and killed before anything was spread: the notice stands in the same commit as the act.
    assert_eq!(world.rows("notices").await.len(), 2);
    let stuck = Arc::new(Stuck(tokio::sync::Notify::new()));
    let post: Arc<dyn app::notice::post::Post> = Arc::<Stuck>::clone(&stuck);
    let app = station.app.clone();
    let dying = tokio::spawn(async move { app::notice::deliver::round(&app, &post).await.map(|_| ()) });
    stuck.0.notified().await;
    dying.abort();
    assert!(dying.await.unwrap_err().is_cancelled());
    assert_eq!(station.round().await, Default::default(), "the lease of the dead holds for a minute");
    world.clock.advance(TimeDelta::seconds(60));
    let done = station.round().await;
    assert_eq!((done.sent, station.round().await.sent), (1, 0));
    let messages = service.take();
    assert_eq!(messages.len(), 1);
    assert_eq!(browser.read(&messages[0])["manifest_id"], id);
}

async fn what_was_read_is_not_sent(world: World) {
    let service = PushService::start().await;
    let station = station(&world, &service).await;
    let (gate, _) = subscribed(&station, &service, &world.cast.gate, "gate").await;
    world.clock.advance(TimeDelta::hours(15));
    let (world, gate) = (world.on_another_day(), gate.at(&station.http));
    let _ = world.proposed(&world.declaration()).await;
    assert_eq!(station.round().await.sent, 0, "it waits for the morning");
    let now = world.clock.now();
    world.clock.minutes(1);
    let _ = gate.post("/api/v1/notices/read", &json!({"until": now})).await.ok();
    let _ = world.proposed(&world.declaration()).await;
    let _ = station.round().await;
    world.clock.advance(TimeDelta::hours(8));
    let done = station.round().await;
    assert_eq!((done.sent, done.dropped), (1, 1), "read at night, not told in the morning");
    world.clock.advance(TimeDelta::hours(16));
    let world = world.on_another_day();
    let _ = world.proposed(&world.declaration()).await;
    let _ = station.round().await;
    world.clock.advance(TimeDelta::hours(49));
    assert_eq!(station.round().await.dropped, 1, "two days late is too late");
}

async fn endpoints_that_lead_elsewhere_are_refused(world: World) {
    let service = PushService::start().await;
    let station = station(&world, &service).await;
    let gate = world.cast.gate.at(&station.http);
    let port = service.origin.rsplit(':').next().unwrap();
    let good = service.browser("x").subscription();
    for endpoint in [
        "http://127.0.0.1/p/x".to_owned(),
        format!("https://127.0.0.1:{port}/p/x"),
        format!("http://localhost:{port}/p/x"),
        format!("http://127.0.0.1:{port}@evil.example/p/x"),
        format!("http://user:secret@127.0.0.1:{port}/p/x"),
        "http://fcm.googleapis.com/fcm/send/x".to_owned(),
        "https://fcm.googleapis.com:8443/x".to_owned(),
        "https://fcm.googleapis.com@10.0.0.1/x".to_owned(),
        "https://fcm.googleapis.com.evil.example/x".to_owned(),
        "https://169.254.169.254/latest/meta-data/".to_owned(),
        "https://[::1]/x".to_owned(),
        "https://2130706433/x".to_owned(),
        "https://10.0.0.1/x".to_owned(),
        "https://intranet/x".to_owned(),
        "file:///etc/passwd".to_owned(),
        "x".to_owned(),
        String::new(),
    ] {
        let mut bad = good.clone();
        bad["endpoint"] = json!(endpoint);
        let problem = gate.post(SUBSCRIPTIONS, &bad).await.problem(422, "invalid_fields");
        assert_eq!(problem["errors"][0]["path"], "endpoint", "{endpoint}");
    }
    for (path, value) in [
        ("p256dh", json!("")),
        (
            "p256dh",
            json!("BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        ),
        ("p256dh", json!("*")),
        ("auth", json!("AAAA")),
    ] {
        let mut bad = good.clone();
        bad["keys"][path] = value;
        let problem = gate.post(SUBSCRIPTIONS, &bad).await.problem(422, "invalid_fields");
        assert_eq!(problem["errors"][0]["path"], format!("keys.{path}"));
    }
    assert_eq!(world.count("push_subscriptions").await, 0);
    // Where nothing is configured nobody can subscribe.
    world.cast.gate.post(SUBSCRIPTIONS, &good).await.problem(422, "invalid_fields");
}

async fn a_listed_host_that_leads_inside_is_not_knocked_at(world: World) {
    let service = PushService::start().await;
    let port: u16 = service.origin.rsplit(':').next().unwrap().parse().unwrap();
    // An operator's list that admits a name of this very machine: the list passes, the address does not.
    let inside = "localhost.localdomain".to_owned();
    let station = world.station(&service, |config| Config { push_hosts: vec![inside], ..config }).await;
    let (gate, _) = subscribed(&station, &service, &world.cast.gate, "gate").await;
    let mut listed = service.browser("x").subscription();
    listed["endpoint"] = json!("https://localhost.localdomain/p/x");
    let _ = gate.post(SUBSCRIPTIONS, &listed).await.expect(201);
    // And rows that were admitted once and are on no list any more, put there behind the server's back.
    let mut tx = world.app.db.begin("tests.behind").await.unwrap();
    let all = store::push_subscriptions::list_for(&mut tx, &[gate.id]).await.unwrap();
    for (index, endpoint) in [
        format!("https://localhost:{port}/p/y"),
        format!("http://127.0.0.1:{port}1/p/z"),
        "http://[::1]/".to_owned(),
    ]
    .into_iter()
    .enumerate()
    {
        let digest = vec![u8::try_from(index).unwrap(); 32];
        let row = store::push_subscriptions::Subscription {
            id: tests::new_id(world.clock.now()),
            endpoint,
            endpoint_digest: digest,
            ..all[0].clone()
        };
        store::push_subscriptions::upsert(&mut tx, &row).await.unwrap();
    }
    tx.commit().await.unwrap();
    let _ = world.proposed(&world.declaration()).await;
    let done = station.round().await;
    assert_eq!((done.sent, done.later, done.dropped), (1, 1, 3), "{done:?}");
    let asked = service.take();
    assert_eq!(asked.iter().map(|message| message.browser.as_str()).collect::<Vec<_>>(), ["gate"]);
    assert_eq!(items(&gate.get(SUBSCRIPTIONS).await.ok()).len(), 2, "what is on no list is forgotten");
}

async fn a_browser_shows_one_persons_notices(world: World) {
    let service = PushService::start().await;
    let station = station(&world, &service).await;
    let (gate, browser) = subscribed(&station, &service, &world.cast.gate, "shared").await;
    let first = items(&gate.get(SUBSCRIPTIONS).await.ok())[0].clone();
    assert_eq!((&first["name"], &first["here"]), (&json!("Chrome, Android"), &json!(true)));
    let again = gate.post(SUBSCRIPTIONS, &browser.subscription()).await.expect(201);
    assert_eq!(again["id"], first["id"], "the same browser is the same subscription");

    let other = world.cast.other_gate.at(&station.http);
    let taken = other.post(SUBSCRIPTIONS, &browser.subscription()).await.expect(201);
    assert_eq!(taken["id"], first["id"]);
    assert_eq!(gate.get(SUBSCRIPTIONS).await.ok()["items"], json!([]));
    let _ = world.proposed(&world.declaration()).await;
    assert_eq!(
        (station.round().await.sent, service.take().len()),
        (0, 0),
        "the gate's notice stays the gate's"
    );

    let path = format!("{SUBSCRIPTIONS}/{}", first["id"].as_str().unwrap());
    send(gate.request(Method::DELETE, &path).await).await.problem(404, "not_found");
    assert_eq!(send(other.request(Method::DELETE, &path).await).await.status, 204);
    send(other.request(Method::DELETE, &path).await).await.problem(404, "not_found");

    for n in 0..12 {
        world.clock.minutes(1);
        let _ =
            other.post(SUBSCRIPTIONS, &service.browser(&format!("n{n}")).subscription()).await.expect(201);
    }
    assert_eq!(items(&other.get(SUBSCRIPTIONS).await.ok()).len(), 8, "the latest stay");
}

async fn signing_out_and_losing_the_phone_end_it(world: World) {
    let service = PushService::start().await;
    let station = station(&world, &service).await;
    let (gate, _) = subscribed(&station, &service, &world.cast.gate, "desk").await;
    assert_eq!(send(gate.request(Method::DELETE, "/api/v1/session").await).await.status, 204);
    assert_eq!(world.count("push_subscriptions").await, 0);

    let phone = world.phone_of(&world.cast.driver).await;
    let driver = &world.cast.driver;
    let token = driver.token().await;
    let subscribe = station.http.request(Method::POST, SUBSCRIPTIONS).bearer_auth(token);
    let _ = send(subscribe.json(&service.browser("phone").subscription())).await.expect(201);
    let load = world.issued().await;
    assert_eq!(station.round().await.sent, 1);
    let lost = json!({"reason": "Mất máy"});
    let _ = world.cast.dispatcher.post(&format!("/api/v1/devices/{}/revoke", phone.id), &lost).await.ok();
    world.clock.minutes(1);
    let other = json!({"driver_id": world.cast.second_driver.id});
    let _ = world.cast.dispatcher.post(&load.path("/assign"), &other).await.ok();
    assert_eq!(station.round().await.sent, 0, "a lost phone hears nothing");
}

//! Signing in: delays that grow, cookies that count only from our own pages, a demo that stays at home.

use reqwest::Method;
use serde_json::json;
use server::config::Config;
use server::headers::DemoReach;
use tests::http::{Answer, Http, send};
use tests::person::PASSWORD;
use tests::{World, on_both};

on_both!(
    guessing_gets_slower,
    a_session_ends,
    a_cookie_counts_only_from_our_own_pages,
    over_https_the_cookie_is_bound_to_the_host,
    the_demo_answers_this_machine_alone,
);

async fn sign_in(http: &Http, login: &str, secret: &str) -> Answer {
    send(http.request(Method::POST, "/api/v1/session").json(&json!({"login": login, "secret": secret}))).await
}

async fn guessing_gets_slower(world: World) {
    let public = world.anybody();
    let login = &world.cast.driver.login;
    let before = world.here(&world.cast.driver);
    let _ = before.get("/api/v1/me").await.ok();
    for _ in 0..4 {
        sign_in(&public, login, "wrong").await.problem(401, "login_failed");
    }
    sign_in(&public, login, "wrong").await.problem(401, "login_failed");
    let delayed = sign_in(&public, login, PASSWORD).await;
    let wait: i64 = delayed.header("retry-after").unwrap().parse().unwrap();
    delayed.problem(429, "login_delayed");
    assert!((1..=10).contains(&wait), "{wait} s");
    assert_eq!(before.get("/api/v1/me").await.status, 200, "who is signed in keeps working");
    let other = sign_in(&public, &world.cast.gate.login, PASSWORD).await;
    assert_eq!(other.status, 200, "others are not delayed");

    // Unknown logins fail and slow down alike: nothing tells which exist.
    for _ in 0..5 {
        sign_in(&public, "nobody@e-manifest.test", "wrong").await.problem(401, "login_failed");
    }
    sign_in(&public, "nobody@e-manifest.test", "wrong").await.problem(429, "login_delayed");

    world.clock.advance(chrono::TimeDelta::seconds(wait));
    let session = sign_in(&public, &login.to_uppercase(), PASSWORD).await.ok();
    assert_eq!(session["person"]["roles"][0]["role"], "driver");
    for _ in 0..4 {
        sign_in(&public, login, "wrong").await.problem(401, "login_failed");
    }
    assert_eq!(sign_in(&public, login, PASSWORD).await.status, 200, "a success forgets earlier failures");
    for (login, secret) in [("", "x"), ("x", ""), (&"x".repeat(1_000), "x"), ("x", &"x".repeat(1_000))] {
        sign_in(&public, login, secret).await.problem(401, "login_failed");
    }
}

async fn a_session_ends(world: World) {
    let person = &world.cast.generator;
    let _ = person.get("/api/v1/me").await.ok();
    world.clock.advance(chrono::TimeDelta::hours(13));
    person.get("/api/v1/me").await.problem(401, "unauthenticated");
    let again = world.here(person);
    let _ = again.get("/api/v1/me").await.ok();
    assert_eq!(send(again.request(Method::DELETE, "/api/v1/session").await).await.status, 204);
    again.get("/api/v1/me").await.problem(401, "unauthenticated");
    let stored = world.rows("sessions").await;
    let token = again.token().await;
    assert!(stored.iter().all(|row| !row.to_string().contains(token)), "only a hash is kept");
}

async fn a_cookie_counts_only_from_our_own_pages(world: World) {
    let browser = world.anybody();
    let answer = sign_in(&browser, &world.cast.generator.login, PASSWORD).await;
    let cookie = answer.header("set-cookie").unwrap().to_owned();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict") && !cookie.contains("Secure"),
        "{cookie}"
    );
    assert_eq!(send(browser.request(Method::GET, "/api/v1/me")).await.status, 200);

    let declare = || browser.request(Method::POST, "/api/v1/manifests").json(&world.declaration());
    send(declare()).await.problem(403, "cross_site");
    send(declare().header("origin", "http://evil.example")).await.problem(403, "cross_site");
    send(declare().header("origin", "null")).await.problem(403, "cross_site");
    for site in ["cross-site", "same-site", "none"] {
        let lying = declare().header("sec-fetch-site", site).header("origin", world.base());
        send(lying).await.problem(403, "cross_site");
    }
    assert_eq!(world.count("manifests").await, 0);
    let _ = send(declare().header("origin", world.base())).await.expect(201);
    let _ = send(declare().header("sec-fetch-site", "same-origin")).await.expect(201);
    let out = browser.request(Method::DELETE, "/api/v1/session").header("sec-fetch-site", "same-origin");
    assert_eq!(send(out).await.status, 204);
    send(browser.request(Method::GET, "/api/v1/me")).await.problem(401, "unauthenticated");
}

async fn over_https_the_cookie_is_bound_to_the_host(world: World) {
    let base = world.also_served(Config { behind_https: true, ..World::config() }, None).await;
    let answer = sign_in(&Http::new(&base), &world.cast.generator.login, PASSWORD).await;
    let cookie = answer.header("set-cookie").unwrap().to_owned();
    assert!(cookie.starts_with("__Host-emanifest=") && cookie.ends_with("; Secure"), "{cookie}");
    assert!(cookie.contains("Path=/;") && !cookie.contains("Domain"), "{cookie}");
    for (name, value) in
        [("x-content-type-options", "nosniff"), ("x-frame-options", "DENY"), ("cache-control", "no-store")]
    {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }
}

async fn the_demo_answers_this_machine_alone(world: World) {
    let demo = Http::new(&world.also_served(World::config(), Some(DemoReach::Loopback)).await);
    let ask = || demo.request(Method::GET, "/api/v1/provinces").bearer_auth("x");
    assert_eq!(send(ask()).await.status, 401);
    for (name, value) in [
        ("host", "emanifest.example.vn"),
        ("host", "192.168.1.2:8080"),
        ("host", "127.0.0.1.example.vn"),
        ("forwarded", "for=1.2.3.4"),
        ("x-forwarded-for", "1.2.3.4"),
        ("x-forwarded-host", "localhost"),
        ("x-real-ip", "127.0.0.1"),
    ] {
        send(ask().header(name, value)).await.problem(403, "forbidden");
    }
    assert_eq!(send(ask().header("host", "localhost:1")).await.status, 401);
    let lan = Http::new(&world.also_served(World::config(), Some(DemoReach::Lan)).await);
    let near = lan.request(Method::GET, "/api/v1/provinces").header("host", "192.168.1.2:8080");
    assert_eq!(send(near).await.status, 401);
}

//! Letters to those who install nothing: e-mail, texts, and the links in them that do one thing once.

use crate::post::subscribed;
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use server::config::{Config, Hidden};
use tests::http::send;
use tests::mailbox::{Gateway, MailServer};
use tests::post::{PushService, Station};
use tests::{Load, World, on_both};

on_both!(
    who_installed_nothing_gets_a_letter_with_a_link,
    a_link_acts_once_and_only_as_its_reader_may,
    approving_by_link_is_the_operators_choice,
    a_text_reaches_who_has_no_address,
);

const ACT: &str = "/api/v1/links/act";

async fn posted(world: &World, service: &PushService, mail: &MailServer, actions: &str) -> Station {
    let link_actions =
        actions.split(',').filter(|word| !word.is_empty()).map(|word| word.parse().unwrap()).collect();
    let url = mail.url.clone();
    world
        .station(service, |config| Config {
            mail_url: Some(Hidden(url)),
            mail_from: "noreply@e-manifest.test".to_owned(),
            link_actions,
            ..config
        })
        .await
}

/// A load whose pickup nobody of the generator confirmed.
async fn unconfirmed(world: &World) -> Load {
    let load = world.issued().await;
    let driver = world.phone_of(&world.cast.driver).await;
    world.clock.minutes(20);
    driver.picks_up(&load).at(&world.places.store).with_wall_code().unconfirmed().send().await;
    load
}

/// The token of the link in a letter.
fn token(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("/act#")?;
    Some(rest.split_whitespace().next().unwrap_or_default().to_owned())
}

async fn who_installed_nothing_gets_a_letter_with_a_link(world: World) {
    let (service, mail) = (PushService::start().await, MailServer::start().await);
    let station = posted(&world, &service, &mail, "confirm_pickup").await;
    let (_, _) = subscribed(&station, &service, &world.cast.generator_chief, "chief").await;
    let load = unconfirmed(&world).await;
    let _ = station.round().await;
    let letters = mail.take();
    let asked: Vec<&str> = letters
        .iter()
        .filter(|letter| letter.text.contains("bàn giao") || token(&letter.text).is_some())
        .map(|letter| letter.to.as_str())
        .collect();
    assert_eq!(asked, ["generator@e-manifest.test"], "the chief has push, nobody else is asked: {letters:?}");
    let letter =
        letters.iter().find(|letter| letter.to == asked[0] && token(&letter.text).is_some()).unwrap();
    for secret in [&load.number, &load.short_code, &load.pickup_code] {
        assert!(!letter.text.contains(secret.as_str()), "{}", letter.text);
    }
    assert!(letter.text.contains("Auto-Submitted: auto-generated"));
    let public = world.anybody();
    let ask = |path: &'static str, body: Value| public.request(Method::POST, path).json(&body);
    let token = token(&letter.text).unwrap();
    let seen = send(ask("/api/v1/links/look", json!({"token": token}))).await.ok();
    assert_eq!(
        (&seen["action"], &seen["possible"], &seen["number"], &seen["plate"]),
        (&json!("confirm_pickup"), &json!(true), &json!(load.number), &json!("15C-123.45"))
    );
    assert_eq!(send(ask(ACT, json!({"token": token, "name": "Chị thủ kho"}))).await.status, 204);
    let view = world.view(&world.cast.generator, &load).await;
    assert_eq!(view["confirmed"]["by"], "Chị thủ kho");
    assert_eq!(world.findings(&load).await, Vec::<String>::new(), "the finding is withdrawn");
    let stored = world.rows("action_links").await;
    assert!(stored.iter().all(|row| !row.to_string().contains(&token)), "only a hash is kept");
}

async fn a_link_acts_once_and_only_as_its_reader_may(world: World) {
    let (service, mail) = (PushService::start().await, MailServer::start().await);
    let station = posted(&world, &service, &mail, "confirm_pickup").await;
    let load = unconfirmed(&world).await;
    let _ = station.round().await;
    let tokens: Vec<String> = mail.take().iter().filter_map(|letter| token(&letter.text)).collect();
    assert_eq!(tokens.len(), 2, "clerk and chief of the generator");
    let ask = async |path: &str, token: &str| {
        send(station.http.request(Method::POST, path).json(&json!({"token": token}))).await
    };
    ask(ACT, "wrong").await.problem(404, "not_found");
    ask(ACT, "").await.problem(404, "not_found");
    ask("/api/v1/links/look", &"x".repeat(5_000)).await.problem(404, "not_found");
    let looked = ask("/api/v1/links/look", &tokens[0]).await.ok();
    assert_eq!(looked["used_at"], Value::Null, "looking uses nothing up");

    let clicks: Vec<_> = (0..6)
        .map(|_| {
            let request = station.http.request(Method::POST, ACT).json(&json!({"token": tokens[0]}));
            tokio::spawn(send(request))
        })
        .collect();
    for click in clicks {
        let status = click.await.unwrap().status;
        assert!([204, 404, 503].contains(&status), "{status}");
    }
    let confirmed: Vec<Value> = world
        .rows("manifest_acts")
        .await
        .into_iter()
        .filter(|act| act["decision"].as_str().unwrap().contains("confirm_pickup"))
        .collect();
    assert_eq!(confirmed.len(), 1, "six clicks at once confirm once");
    ask(ACT, &tokens[0]).await.problem(404, "not_found");
    let spent = ask("/api/v1/links/look", &tokens[0]).await.ok();
    assert_eq!((&spent["possible"], spent["used_at"].is_null()), (&json!(false), false));

    // The other link finds the load confirmed: it may say so again, but only as the person may.
    assert_eq!(ask("/api/v1/links/look", &tokens[1]).await.ok()["possible"], false);
    let mut tx = world.app.db.begin("tests.leave").await.unwrap();
    for person in [&world.cast.generator, &world.cast.generator_chief] {
        let grant = domain::party::RoleGrant { role: person.role, organisation_id: person.organisation_id };
        store::grants::update_ended(&mut tx, person.id, grant, world.app.now()).await.unwrap();
    }
    tx.commit().await.unwrap();
    world.clock.minutes(1);
    ask(ACT, &tokens[1]).await.problem(404, "not_found");
    world.clock.advance(TimeDelta::hours(48));
    ask("/api/v1/links/look", &tokens[1]).await.problem(404, "not_found");
    let world = world.on_another_day();
    assert_eq!(world.view(&world.cast.facility, &load).await["state"], "in_transit");
}

async fn approving_by_link_is_the_operators_choice(world: World) {
    let (service, mail) = (PushService::start().await, MailServer::start().await);
    let careful = posted(&world, &service, &mail, "confirm_pickup").await;
    let first = world.proposed(&world.declaration()).await;
    let _ = careful.round().await;
    let letters = mail.take();
    assert_eq!(
        (letters.len(), letters.iter().filter_map(|l| token(&l.text)).count()),
        (2, 0),
        "told, without a link"
    );
    let bold = posted(&world, &service, &mail, "approve").await;
    world.clock.minutes(1);
    let second = world.proposed(&world.declaration()).await;
    let _ = bold.round().await;
    let letters = mail.take();
    let letter = letters.iter().find(|letter| letter.to == "facility@e-manifest.test").unwrap();
    let act = async |token: String| {
        send(world.http().request(Method::POST, ACT).json(&json!({"token": token}))).await
    };
    assert_eq!(act(token(&letter.text).unwrap()).await.status, 204);
    let state = async |id: &str| {
        world.cast.facility.get(&format!("/api/v1/manifests/{id}")).await.ok()["state"].clone()
    };
    assert_eq!((state(&first).await, state(&second).await), (json!("proposed"), json!("issued")));
    let gate = letters.iter().find(|letter| letter.to == "gate@e-manifest.test").unwrap();
    act(token(&gate.text).unwrap()).await.problem(409, "wrong_state");
}

async fn a_text_reaches_who_has_no_address(world: World) {
    let (service, gateway) = (PushService::start().await, Gateway::start().await);
    let url = gateway.url.clone();
    let station = world
        .station(&service, |config| Config {
            text_url: Some(url),
            text_token: Some(Hidden("geheim".to_owned())),
            text_body: r#"{"phone": "{to}", "content": "{text}", "ref": "{id}"}"#.to_owned(),
            ..config
        })
        .await;
    let mut tx = world.app.db.begin("tests.phone").await.unwrap();
    let person: domain::id::PersonId = tests::new_id(world.clock.now());
    let row = store::people::Person {
        id: person,
        name: "Thủ kho".to_owned(),
        login: "0912 000 111".to_owned(),
        phone: "0912 000 111".to_owned(),
        secret_hash: None,
        demo: false,
        created_at: world.app.now(),
    };
    store::people::insert(&mut tx, &row).await.unwrap();
    let held = store::grants::Grant {
        person_id: person,
        role: domain::party::Role::Generator,
        organisation_id: world.cast.generator.organisation_id,
        granted_at: world.app.now(),
        ended_at: None,
    };
    store::grants::insert(&mut tx, &held).await.unwrap();
    tx.commit().await.unwrap();
    let load = unconfirmed(&world).await;
    let _ = station.round().await;
    let texts = gateway.take();
    let [(authorisation, text)] = texts.as_slice() else { panic!("{texts:?}") };
    assert_eq!((authorisation.as_str(), &text["phone"]), ("Bearer geheim", &json!("+84912000111")));
    let said = text["content"].as_str().unwrap();
    assert!(said.contains("https://") || said.contains("http://"), "{said}");
    assert!(!said.contains(&load.number) && !said.contains("Thủ kho"), "{said}");
    let link = token(said).unwrap();
    assert_eq!(send(station.http.request(Method::POST, ACT).json(&json!({"token": link}))).await.status, 204);
    assert_eq!(world.view(&world.cast.generator, &load).await["confirmed"]["by"], "Thủ kho");
}

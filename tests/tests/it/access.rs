//! Who may ask what: a row for every operation of the contract, tried by everybody of the cast and by nobody.
//!
//! The load belongs to one generator, carrier and facility; whoever has no part in it finds nothing (404), and no
//! answer they get names it.

use crate::access_rows::{Access, Row, rows};
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tests::http::{Answer, head, send};
use tests::{Load, Person, Phone, Picture, World, on_both};

on_both!(
    nobody_is_nobody,
    everybody_tries_everything,
    a_foreign_thing_answers_as_one_that_does_not_exist,
    a_draft_is_its_organisations_alone,
    lists_show_their_own_alone,
);

/// A load on its way, a draft beside it, and what belongs to their parties.
pub(crate) struct Scene {
    pub(crate) world: World,
    pub(crate) load: Load,
    pub(crate) draft: String,
    pub(crate) phone: Phone,
    pub(crate) photo: Picture,
    pub(crate) scale: String,
}

impl Scene {
    async fn set(world: World) -> Self {
        let load = world.issued().await;
        let draft = world.cast.generator.post("/api/v1/manifests", &world.declaration()).await.expect(201);
        let phone = world.phone_of(&world.cast.driver).await;
        let photo = Picture::vector("plain.jpg");
        let far = phone.picks_up(&load).north_of(&world.places.store, 3_000.0).naming("load", &[&photo]);
        assert_eq!(far.send().await.state.as_deref(), Some("in_transit"));
        let _ = world.cast.driver.sends(&photo).await.expect(201);
        let scale = json!({"site_id": world.places.facility.id, "name": "Cân 1"});
        let scale = world.cast.facility.post("/api/v1/scales", &scale).await.expect(201);
        let scale = scale["id"].as_str().unwrap().to_owned();
        Self { load, draft: draft["id"].as_str().unwrap().to_owned(), phone, photo, scale, world }
    }

    async fn ask(&self, row: &Row, person: &Person) -> Answer {
        let path = row.path_in(self);
        answer(row, row.filled(person.request(row.method(), &path).await, self)).await
    }
}

/// Every role is tried from within and, where it is held in a party, from a foreign organisation.
#[test]
fn every_role_is_there_and_foreign() {
    use domain::party::Role;
    for role in Role::ALL {
        let wanted: &[&str] = match role {
            Role::Generator => &["generator", "other_generator"],
            Role::Carrier => &["dispatcher", "other_dispatcher"],
            Role::Driver => &["driver", "second_driver", "other_driver"],
            Role::Facility => &["facility", "gate", "other_gate"],
            Role::Inspector => &["inspector"],
            Role::Authority => &["authority", "other_authority", "ministry"],
            Role::Admin => &["admin"],
        };
        for name in wanted {
            assert!(tests::cast::EVERYBODY.contains(&(*name, *role)), "{name} is no {role} of the cast");
        }
    }
}

/// The answer to a row's request; of an endless one that succeeds, the head.
async fn answer(row: &Row, request: RequestBuilder) -> Answer {
    if row.endless { head(request).await } else { send(request).await }
}

#[test]
fn every_operation_of_the_contract_has_a_row() {
    let document = serde_json::to_value(server::http::contract().1).unwrap();
    let mut operations = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let public = operation["security"].as_array().is_some_and(|all| all.contains(&json!({})));
            operations.insert((method.to_uppercase(), path.clone(), public));
        }
    }
    let known: BTreeSet<_> = rows()
        .iter()
        .map(|row| (row.method.to_owned(), row.path.to_owned(), matches!(row.access, Access::Public(_))))
        .collect();
    let missing: Vec<_> = operations.difference(&known).collect();
    let stale: Vec<_> = known.difference(&operations).collect();
    assert!(missing.is_empty(), "add rows to access_rows.rs: who may call {missing:?}?");
    assert!(stale.is_empty(), "no such operations any more: {stale:?}");
}

async fn nobody_is_nobody(world: World) {
    let scene = Scene::set(world).await;
    for row in rows() {
        let path = row.path_in(&scene);
        let ask = || row.filled(scene.world.http().request(row.method(), &path), &scene);
        let answer = answer(&row, ask()).await;
        match row.access {
            Access::Public(status) => assert_eq!(answer.status, status, "{} {path}", row.method),
            // An answer to HEAD has no body to tell its code.
            Access::SignedIn(_) | Access::Groups(..) if row.method == "HEAD" => {
                assert_eq!(answer.status, 401, "{path}");
            }
            Access::SignedIn(_) | Access::Groups(..) => {
                answer.problem(401, "unauthenticated");
                for token in ["wrong", ""] {
                    send(ask().bearer_auth(token)).await.problem(401, "unauthenticated");
                }
            }
        }
    }
}

async fn everybody_tries_everything(world: World) {
    let scene = Scene::set(world).await;
    for row in rows() {
        for (name, person) in scene.world.cast.everybody() {
            // Whoever signs out needs a new session afterwards.
            let person = if row.method == "DELETE" { scene.world.here(person) } else { person.clone() };
            let answer = scene.ask(&row, &person).await;
            let expected = row.access.status(name);
            assert_eq!(answer.status, expected, "{name}: {} {}: {}", row.method, row.path, answer.text());
            if answer.status >= 400 {
                let problem = answer.header("content-type") == Some("application/problem+json");
                assert!(problem, "{name}: {} {} fails without a problem", row.method, row.path);
            }
            names_nothing_foreign(&scene, name, &row, &answer.text());
        }
    }
}

/// No body tells of the load, its draft, its people or its codes to those who have no part in them.
fn names_nothing_foreign(scene: &Scene, name: &str, row: &Row, text: &str) {
    let drafting = ["generator", "generator_chief"];
    let outside = [
        "other_generator",
        "second_driver",
        "other_dispatcher",
        "other_driver",
        "other_gate",
        "other_authority",
    ];
    let mut secrets: Vec<(&str, String)> = Vec::new();
    if outside.contains(&name) && !row.shows_the_load_to_all {
        secrets.push(("id of the load", scene.load.id.to_string()));
        secrets.push(("number of the load", format!("\"{}\"", scene.load.number)));
        secrets.push(("code of the load", scene.load.code.clone()));
        if name != "second_driver" {
            secrets.push(("name of the driver", scene.world.cast.driver.name.clone()));
            secrets.push(("id of the driver's phone", scene.phone.id.to_string()));
        }
    }
    if !drafting.contains(&name) {
        secrets.push(("draft", scene.draft.clone()));
        secrets.push(("pickup code", format!("\"pickup_code\":\"{}\"", scene.load.pickup_code)));
        if name != "admin" {
            secrets.push(("wall code", scene.world.places.store.wall_code.clone()));
        }
    }
    for (what, secret) in secrets {
        assert!(!text.contains(&secret), "{name}: {} {} tells the {what}", row.method, row.path);
    }
}

async fn a_foreign_thing_answers_as_one_that_does_not_exist(world: World) {
    let scene = Scene::set(world).await;
    let cast = &scene.world.cast;
    let strangers = [
        ("other_generator", &cast.other_generator),
        ("other_dispatcher", &cast.other_dispatcher),
        ("other_driver", &cast.other_driver),
        ("other_gate", &cast.other_gate),
        ("other_authority", &cast.other_authority),
    ];
    for row in rows().into_iter().filter(|row| row.path.contains("{id}")) {
        for (name, stranger) in strangers {
            // Whoever may do it to some organisation learns whether there is this one: their list is public.
            if row.path.contains("/organisations/") && name == "other_authority" {
                continue;
            }
            let foreign = scene.ask(&row, stranger).await;
            let nowhere = row.path.replace("{id}", "01a205ea-0000-7000-8000-000000000001");
            let absent = send(row.filled(stranger.request(row.method(), &nowhere).await, &scene)).await;
            assert_eq!(
                (foreign.status, foreign.body),
                (absent.status, absent.body),
                "{name}: {} {}",
                row.method,
                row.path
            );
        }
    }
}

/// What is foreign is not there: a row that answers strangers otherwise says here why.
#[test]
fn foreign_is_404() {
    for row in rows().into_iter().filter(|row| row.path.contains("{id}")) {
        // Organisations are public knowledge; what only an authority does to them is forbidden to everybody else.
        let expected = if row.path.contains("/organisations/") { 403 } else { 404 };
        for stranger in
            ["other_generator", "other_dispatcher", "other_driver", "other_gate", "other_authority"]
        {
            assert_eq!(row.access.status(stranger), expected, "{stranger}: {} {}", row.method, row.path);
        }
    }
}

async fn a_draft_is_its_organisations_alone(world: World) {
    let scene = Scene::set(world).await;
    for row in rows().into_iter().filter(|row| row.path.contains("/manifests/{id}")) {
        let path = row.path.replace("{id}", &scene.draft);
        for (name, person) in scene.world.cast.everybody() {
            if ["generator", "generator_chief"].contains(&name) {
                continue;
            }
            let answer = send(row.filled(person.request(row.method(), &path).await, &scene)).await;
            assert_eq!(answer.status, 404, "{name}: {} {}: {}", row.method, row.path, answer.text());
        }
    }
    let draft = scene.world.cast.generator.get(&format!("/api/v1/manifests/{}", scene.draft)).await.ok();
    assert_eq!(draft["state"], "draft");
}

async fn lists_show_their_own_alone(world: World) {
    let scene = Scene::set(world).await;
    let cast = &scene.world.cast;
    let ids = |list: Value| -> Vec<String> {
        tests::http::items(&list).iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
    };
    let load = scene.load.id.to_string();
    for (name, person) in cast.everybody() {
        let mut seen = ids(person.get("/api/v1/manifests").await.ok());
        seen.sort();
        let mut expected = match name {
            "generator" | "generator_chief" => vec![load.clone(), scene.draft.clone()],
            "dispatcher" | "driver" | "facility" | "gate" | "inspector" | "authority" | "ministry"
            | "admin" => vec![load.clone()],
            _ => Vec::new(),
        };
        expected.sort();
        assert_eq!(seen, expected, "{name}");
        let findings = person.get("/api/v1/findings").await.ok();
        let told = !tests::http::items(&findings).is_empty();
        assert_eq!(told, expected.contains(&load), "{name}: findings");
    }
}

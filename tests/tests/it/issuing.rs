//! Issuing: numbers without gaps under load, and requests that may be repeated.

use serde_json::{Value, json};
use std::collections::BTreeSet;
use tests::{World, on_both};

on_both!(
    fifty_parallel_approvals_give_fifty_numbers,
    a_number_that_was_not_issued_leaves_no_gap,
    a_repeated_request_does_it_once,
    a_key_belongs_to_one_request,
    a_stale_edit_is_refused,
);

async fn fifty_parallel_approvals_give_fifty_numbers(world: World) {
    let declaration = world.declaration();
    let mut ids = Vec::new();
    for _ in 0..50 {
        ids.push(world.proposed(&declaration).await);
    }
    let _ = world.cast.facility.token().await;
    let approvals: Vec<_> = ids
        .into_iter()
        .map(|id| {
            let facility = world.cast.facility.clone();
            tokio::spawn(async move { facility.press(&format!("/api/v1/manifests/{id}/approve")).await })
        })
        .collect();
    let mut serials = BTreeSet::new();
    for approval in approvals {
        let issued = approval.await.unwrap().ok();
        let number = issued["number"].as_str().unwrap().to_owned();
        let serial: u32 = number.strip_suffix("/2026/1-2-3-XL").unwrap().parse().unwrap();
        serials.insert(serial);
    }
    assert_eq!(serials, (1..=50).collect());
    let seals = world.rows("seals").await;
    for column in ["short_code", "status_index", "digest"] {
        let distinct: BTreeSet<String> = seals.iter().map(|seal| seal[column].to_string()).collect();
        assert_eq!(distinct.len(), 50, "{column}");
    }
}

async fn a_number_that_was_not_issued_leaves_no_gap(world: World) {
    let first = world.issued().await;
    let id = world.proposed(&world.declaration()).await;
    let _ = world
        .cast
        .facility
        .post(&format!("/api/v1/manifests/{id}/void"), &json!({"reason": "Nhầm"}))
        .await
        .ok();
    world.cast.facility.press(&format!("/api/v1/manifests/{id}/approve")).await.problem(409, "wrong_state");
    let _ = world.cast.generator.post(&first.path("/void"), &json!({"reason": "Nhầm"})).await.ok();
    assert_eq!(world.issued().await.number, "2/2026/1-2-3-XL");
    assert_eq!(world.view(&world.cast.generator, &first).await["number"], "1/2026/1-2-3-XL");
}

async fn a_repeated_request_does_it_once(world: World) {
    let (generator, facility) = (&world.cast.generator, &world.cast.facility);
    let declaration = world.declaration();
    let first = generator.post_once("declare-1", "/api/v1/manifests", &declaration).await.expect(201);
    let again = generator.post_once("declare-1", "/api/v1/manifests", &declaration).await.expect(201);
    assert_eq!((&first["id"], world.count("manifests").await), (&again["id"], 1));
    let path = |verb: &str| format!("/api/v1/manifests/{}/{verb}", first["id"].as_str().unwrap());
    for _ in 0..2 {
        assert_eq!(generator.press_once("propose-1", &path("propose")).await.ok()["state"], "proposed");
    }
    for _ in 0..2 {
        assert_eq!(
            facility.press_once("approve-1", &path("approve")).await.ok()["number"],
            "1/2026/1-2-3-XL"
        );
    }
    let reason = json!({"reason": "Hoãn"});
    for _ in 0..2 {
        assert_eq!(generator.post_once("void-1", &path("void"), &reason).await.ok()["state"], "void");
    }
    let acts = world.rows("manifest_acts").await.len();
    assert_eq!(acts, 4, "propose, approve, issue, void");

    // At the same time: one does it, the other hears the same or is asked to come again.
    let requests: Vec<_> = (0..8)
        .map(|_| {
            let (generator, declaration) = (generator.clone(), declaration.clone());
            tokio::spawn(
                async move { generator.post_once("declare-2", "/api/v1/manifests", &declaration).await },
            )
        })
        .collect();
    let mut ids = BTreeSet::new();
    for request in requests {
        let answer = request.await.unwrap();
        match answer.status {
            201 => drop(ids.insert(answer.body["id"].to_string())),
            _ => drop(answer.problem(503, "busy")),
        }
    }
    assert_eq!((ids.len(), world.count("manifests").await), (1, 2));
}

async fn a_key_belongs_to_one_request(world: World) {
    let generator = &world.cast.generator;
    let mut declaration = world.declaration();
    let _ = generator.post_once("k", "/api/v1/manifests", &declaration).await.expect(201);
    declaration["plates"] = json!(["15C-678.90"]);
    generator.post_once("k", "/api/v1/manifests", &declaration).await.problem(409, "idempotency_conflict");
    let _ = world.cast.generator_chief.post_once("k", "/api/v1/manifests", &declaration).await.expect(201);
    generator.post_once("", "/api/v1/manifests", &declaration).await.problem(400, "bad_request");
    generator
        .post_once(&"k".repeat(201), "/api/v1/manifests", &declaration)
        .await
        .problem(400, "bad_request");
    assert_eq!(world.count("manifests").await, 2);
}

async fn a_stale_edit_is_refused(world: World) {
    let (generator, chief) = (&world.cast.generator, &world.cast.generator_chief);
    let answer = generator.post("/api/v1/manifests", &world.declaration()).await;
    let tag = answer.header("etag").unwrap().to_owned();
    let path = format!("/api/v1/manifests/{}", answer.expect(201)["id"].as_str().unwrap());
    let edit = async |who: &tests::Person, plate: &str| {
        let mut declaration = world.declaration();
        declaration["plates"] = json!([plate]);
        let request =
            who.request(reqwest::Method::PATCH, &path).await.header("if-match", &tag).json(&declaration);
        tests::http::send(request).await
    };
    assert_eq!(edit(chief, "15C-678.90").await.ok()["plates"], json!(["15C-678.90"]));
    edit(generator, "15C-111.11").await.problem(412, "stale_version");
    assert_eq!(generator.get(&path).await.ok()["plates"], json!(["15C-678.90"]));
    let _ = generator.press(&format!("{path}/propose")).await.ok();
    generator.patch(&path, &world.declaration()).await.problem(409, "wrong_state");
    let missing: Value = generator.patch(&path, &json!({})).await.problem(422, "invalid_fields");
    assert_eq!(missing["errors"][0]["code"], "required");
}

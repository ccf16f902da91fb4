//! Statistics: what live writing keeps is what a rebuild counts, whatever happens in whatever order.

use chrono::TimeDelta;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};
use store::rollups::{self, Dimension, Filter, Order};
use tests::http::items;
use tests::{Load, Person, Phone, Signed, World, on_both};

on_both!(
    random_lives_are_counted_as_a_rebuild_counts_them,
    a_busy_batch_appends_a_handful_of_rows,
    every_figure_opens_the_list_behind_it,
);

/// What happens to one load.
#[derive(Debug, Clone)]
struct Life {
    /// Minutes between the steps.
    pauses: [i64; 4],
    /// How many steps happen, 0 to 5: pickup, delivery, arrival, decision, treatment.
    steps: usize,
    /// Received kilograms of each line, and refused grams of the first.
    received_kg: i64,
    refused_g: i64,
    /// Somebody cancels it, before or after its pickup is known.
    void: Option<bool>,
    /// Where each step comes in the sending.
    places: [u16; 5],
}

fn life() -> impl Strategy<Value = Life> {
    let refused = prop_oneof![Just(0), 1..400_000_i64, Just(i64::MAX)];
    (
        prop::array::uniform4(1..4_i64),
        0..6_usize,
        300..600_i64,
        refused,
        prop::option::weighted(0.3, any::<bool>()),
        any::<[u16; 5]>(),
    )
        .prop_map(|(pauses, steps, received_kg, refused_g, void, places)| Life {
            pauses,
            steps,
            received_kg,
            refused_g,
            void,
            places,
        })
}

async fn lived(world: &World, load: &Load, life: &Life, phones: &[Phone; 2]) -> Vec<(u16, Signed)> {
    let [driver, gate] = phones;
    let places = &world.places;
    let received_g = life.received_kg * 1_000;
    let refused_g = life.refused_g.min(received_g);
    let mut signed = Vec::new();
    for step in 0..life.steps {
        world.clock.minutes(life.pauses[step.min(3)]);
        let event = match step {
            0 => driver.picks_up(load).at(&places.store).weighing(&[(1, received_g + 500, 0)]),
            1 => driver.delivers(load).at(&places.facility).with_wall_code(),
            2 => gate.sees_arrive(load).at(&places.facility),
            3 => {
                let kind = match refused_g {
                    0 => "acceptance",
                    all if all == received_g => "rejection",
                    _ => "partial_acceptance",
                };
                gate.records(kind, load).unseen().because("Sai loại").weighing(&[(1, received_g, refused_g)])
            }
            _ => gate.records("treatment", load).unseen().weighing(&[(1, received_g - refused_g, 0)]),
        };
        signed.push((life.places[step], event.sign()));
    }
    signed
}

async fn random_lives_are_counted_as_a_rebuild_counts_them(world: World) {
    let seed = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), seed);
    let phones = [world.phone_of(&world.cast.driver).await, world.phone_of(&world.cast.gate).await];
    let (mut waiting, mut voids) = (Vec::new(), Vec::new());
    for n in 0..40 {
        let life = life().new_tree(&mut runner).unwrap().current();
        let load = world.issued().await;
        if life.void == Some(true) {
            voids.push(load.clone());
        }
        waiting.extend(lived(&world, &load, &life, &phones).await);
        if life.void == Some(false) {
            let _ = world.cast.generator.post(&load.path("/void"), &json!({"reason": "Khai nhầm"})).await;
        }
        world.clock.minutes(3);
        if n % 10 == 9 {
            // Everything comes at once, late and in no order.
            waiting.sort_by_key(|(place, _)| *place);
            for chunk in waiting.chunks(13) {
                let batch: Vec<&Signed> = chunk.iter().map(|(_, signed)| signed).collect();
                let _ = phones[0].send(&batch).await;
            }
            waiting.clear();
            for load in voids.drain(..) {
                let _ = world.cast.generator.post(&load.path("/void"), &json!({"reason": "Khai nhầm"})).await;
            }
            if n == 19 {
                assert!(app::rollup::compact(&world.app).await.unwrap() > 0);
            }
        }
    }
    let counted = totals(&world).await;
    assert_eq!(counted.iter().map(|(_, loads)| loads).sum::<i64>(), 40);
    assert!(counted.len() >= 4, "lives end in different states: {counted:?}");
    assert_eq!(app::rollup::rebuild(&world.app).await.unwrap(), 0, "a rebuild finds nothing to mend");
    assert_eq!(totals(&world).await, counted, "nor does compacting change what is read");

    // What is lost or wrong is found and mended.
    let mut tx = world.app.db.begin("test").await.unwrap();
    rollups::clear(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    assert!(totals(&world).await.is_empty());
    assert!(app::rollup::rebuild(&world.app).await.unwrap() > 0);
    assert_eq!(totals(&world).await, counted);
}

async fn totals(world: &World) -> Vec<(String, i64)> {
    let mut tx = world.app.db.read("test").await.unwrap();
    let by = (Some(Dimension::State), None);
    let groups = rollups::groups(&mut tx, by, &Filter::default(), Order::Key, 100).await.unwrap();
    groups.into_iter().map(|group| (group.first, group.measures.manifests)).collect()
}

async fn a_busy_batch_appends_a_handful_of_rows(world: World) {
    let driver = world.phone_of(&world.cast.driver).await;
    let mut loads = Vec::new();
    for _ in 0..16 {
        loads.push(world.issued().await);
    }
    app::rollup::compact(&world.app).await.unwrap();
    assert_eq!(world.count("rollup_deltas").await, 0);
    world.clock.advance(TimeDelta::minutes(20));
    let pickups: Vec<Signed> = loads
        .iter()
        .map(|load| driver.picks_up(load).at(&world.places.store).with_wall_code().sign())
        .collect();
    let _ = driver.send(&pickups.iter().collect::<Vec<_>>()).await;
    let rows = world.rows("rollup_deltas").await;
    let batches: std::collections::BTreeSet<String> =
        rows.iter().map(|row| row["batch_id"].to_string()).collect();
    assert!(rows.len() <= batches.len() * 4, "{} rows in {} batches: {rows:?}", rows.len(), batches.len());
    // The same events again change nothing that counts.
    let _ = driver.send(&pickups.iter().collect::<Vec<_>>()).await;
    assert_eq!(world.count("rollup_deltas").await, rows.len());
}

/// A figure is the sum of the list that its filter opens.
async fn is_behind(person: &Person, figures: &Value) {
    let query: Vec<String> = figures["filter"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| format!("{name}={}", value.as_str().unwrap().replace(' ', "%20")))
        .collect();
    let list = |more: &str| format!("/api/v1/manifests?limit=500&{}{more}", query.join("&"));
    let count = async |more: &str| items(&person.get(&list(more)).await.ok()).len();
    assert_eq!(figures["manifests"], count("").await, "{figures}");
    for (name, more) in
        [("late", "&late=true"), ("discrepant", "&discrepant=true"), ("with_findings", "&finding=any")]
    {
        assert_eq!(figures[name], count(more).await, "{name} of {figures}");
    }
}

async fn every_figure_opens_the_list_behind_it(world: World) {
    let seed = TestRng::from_seed(RngAlgorithm::ChaCha, &[9; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), seed);
    let phones = [world.phone_of(&world.cast.driver).await, world.phone_of(&world.cast.gate).await];
    for _ in 0..8 {
        let life = life().new_tree(&mut runner).unwrap().current();
        let load = world.issued().await;
        let signed = lived(&world, &load, &life, &phones).await;
        let _ = phones[0].send(&signed.iter().map(|(_, signed)| signed).collect::<Vec<_>>()).await;
    }
    for person in [&world.cast.authority, &world.cast.generator, &world.cast.dispatcher, &world.cast.facility]
    {
        let totals = person.get("/api/v1/stats/totals").await.ok();
        assert_eq!(totals["total"]["manifests"], 8);
        assert_eq!(totals["last_year"], Value::Null);
        is_behind(person, &totals["total"]).await;
        for by in
            ["day", "province", "destination", "waste_group", "waste_code", "method", "state", "facility"]
        {
            let groups = person.get(&format!("/api/v1/stats/groups?by={by}")).await.ok();
            assert!(!items(&groups).is_empty(), "{by}");
            for group in items(&groups) {
                is_behind(person, &group["figures"]).await;
            }
        }
        let path = "/api/v1/stats/cross?rows=state&columns=waste_code";
        let cross = person.get(path).await.ok();
        for cell in cross["cells"].as_array().unwrap() {
            is_behind(person, &cell["figures"]).await;
        }
    }
    // Nobody else has a part in them.
    for person in [&world.cast.other_generator, &world.cast.other_authority] {
        let totals = person.get("/api/v1/stats/totals").await.ok();
        assert_eq!(totals["total"]["manifests"], 0);
    }
    let asked = [
        ("/api/v1/stats/groups?by=weather", "by"),
        ("/api/v1/stats/groups?by=state&limit=0", "limit"),
        ("/api/v1/stats/groups?by=state&order=x", "order"),
        ("/api/v1/stats/trend?by=state", "by"),
        ("/api/v1/stats/cross?rows=state&columns=state", "columns"),
        ("/api/v1/stats/totals?waste_code=170203", "waste_code"),
        ("/api/v1/stats/totals?waste_group=1", "waste_group"),
        ("/api/v1/stats/totals?state=lost", "state"),
        ("/api/v1/stats/totals?method=XX", "method"),
        ("/api/v1/stats/totals?from=2026-02-01&to=2026-01-01", "to"),
    ];
    for (path, field) in asked {
        let refused = world.cast.authority.get(path).await;
        let body = refused.problem(422, "invalid_fields");
        assert_eq!(body["errors"][0]["path"], field, "{path}: {body}");
    }
    let month = world.clock.now().format("%Y-%m").to_string();
    let path = format!("/api/v1/stats/trend?by=month&from={month}-01&to={month}-28");
    let trend = world.cast.authority.get(&path).await.ok();
    let points = items(&trend);
    assert_eq!((points.len(), &points[0]["key"]), (1, &json!(month)));
    assert_eq!(points[0]["last_year"]["manifests"], 0);
}

//! After the gate: treated line by line until every gram is accounted for, certified, and copy 4 goes back by itself.

use serde_json::{Value, json};
use tests::http::items;
use tests::{Load, Phone, World, on_both};

on_both!(
    copy_four_goes_back_by_itself,
    more_treated_than_accepted_is_a_gap,
    a_partial_refusal_is_right_to_the_gram,
);

/// A load at the gate, and the gate's phone.
async fn arrived(world: &World) -> (Load, Phone) {
    let mut declaration = world.declaration();
    let mut second = declaration["lines"][0].clone();
    second["declared_mass_g"] = json!(20_000);
    declaration["lines"].as_array_mut().unwrap().push(second);
    let load = world.issued_as(&declaration).await;
    let (driver, gate) = (world.phone_of(&world.cast.driver).await, world.phone_of(&world.cast.gate).await);
    world.clock.minutes(20);
    driver.picks_up(&load).at(&world.places.store).with_wall_code().send().await.recorded(
        "in_transit",
        "A",
        &[],
    );
    world.clock.minutes(60);
    gate.sees_arrive(&load).at(&world.places.facility).with_wall_code().send().await.recorded(
        "arrived",
        "A",
        &[],
    );
    (load, gate)
}

async fn copy_four_goes_back_by_itself(world: World) {
    let (load, gate) = arrived(&world).await;
    let closing = |gate: &Phone| {
        gate.records("closing", &load).unseen().with("details", json!({"name": "Phụ trách xử lý 1"}))
    };
    gate.records("acceptance", &load)
        .unseen()
        .weighing(&[(1, 480_500, 0), (2, 20_001, 0)])
        .send()
        .await
        .recorded("accepted", "", &[]);
    closing(&gate).send().await.recorded("accepted", "", &["out_of_sequence"]);

    world.clock.minutes(24 * 60);
    // Sessions of yesterday have ended.
    let world = world.on_another_day();
    let gate = gate.in_world(&world);
    let first = json!([{"line": 1, "mass_g": 480_500, "method": "TC"}, {"line": 2, "mass_g": 20_000, "method": "TĐ"}]);
    let treated = gate.records("treatment", &load).unseen().with("lines", first);
    treated.with("details", json!({"performed_on": "2026-11-23"})).send().await.recorded("accepted", "", &[]);
    let view = world.view(&world.cast.generator, &load).await;
    assert_eq!(
        (&view["lines"][1]["treated_mass_g"], &view["lines"][1]["stock_mass_g"]),
        (&json!(20_000), &json!(1))
    );
    assert_eq!((&view["treated_at"], &view["certificate"]), (&Value::Null, &Value::Null));
    // The last gram.
    let last = gate
        .records("treatment", &load)
        .unseen()
        .with("lines", json!([{"line": 2, "mass_g": 1, "method": "TĐ"}]));
    last.send().await.recorded("treated", "", &[]);
    assert_eq!(world.view(&world.cast.facility, &load).await["turn"]["role"], "facility");

    let driver = world.phone_of(&world.cast.driver).await;
    driver.records("closing", &load).unseen().send().await.recorded_in_silence();
    closing(&gate).send().await.recorded("closed", "", &[]);
    closing(&gate).send().await.recorded("closed", "", &[]);
    let view = world.view(&world.cast.generator, &load).await;
    assert_eq!((&view["state"], &view["turn"]), (&json!("closed"), &Value::Null));
    assert_eq!(view["certificate"]["name"], "Phụ trách xử lý 1");
    let parts: Vec<_> = view["lines"][1]["treatments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part| (&part["method"], &part["mass_g"], &part["performed_on"]))
        .collect();
    assert_eq!(
        parts,
        [
            (&json!("TĐ"), &json!(20_000), &json!("2026-11-23")),
            (&json!("TĐ"), &json!(1), &json!("2026-11-24")),
        ]
    );
    let certified = world.cast.generator.get(&load.path("/events")).await.ok();
    let signed =
        items(&certified).iter().find(|event| event["id"] == view["certificate"]["event_id"]).unwrap();
    assert_eq!(signed["kind"], "closing");

    // Nobody asked for it: the generator is told that copy 4 is there, and nobody else is.
    for (name, person) in world.cast.everybody() {
        let notices = person.get("/api/v1/notices").await.ok();
        let told = items(&notices).iter().filter(|notice| notice["topic"] == "closed").count();
        assert_eq!(told, usize::from(["generator", "generator_chief"].contains(&name)), "{name}");
    }
    let listed = world.cast.generator.get("/api/v1/manifests?state=closed").await.ok();
    assert_eq!(items(&listed).len(), 1);
}

async fn more_treated_than_accepted_is_a_gap(world: World) {
    let (load, gate) = arrived(&world).await;
    let partial = gate.records("partial_acceptance", &load).unseen().because("Lẫn bao bì");
    partial.weighing(&[(1, 480_500, 80_500), (2, 20_000, 0)]).send().await.recorded(
        "partly_accepted",
        "",
        &[],
    );
    let treats = |line: i32, grams: i64| {
        gate.records("treatment", &load)
            .unseen()
            .with("lines", json!([{"line": line, "mass_g": grams, "method": "TC"}]))
    };
    treats(1, 400_001).send().await.recorded("partly_accepted", "", &["mass_balance_gap"]);
    let done = treats(2, 20_000).send().await;
    done.recorded("treated", "", &[]);
    let view = world.view(&world.cast.facility, &load).await;
    assert_eq!(
        (&view["lines"][0]["treated_mass_g"], &view["lines"][0]["stock_mass_g"]),
        (&json!(400_001), &json!(0))
    );
    treats(1, 1).send().await.recorded("treated", "", &["out_of_sequence"]);
}

async fn a_partial_refusal_is_right_to_the_gram(world: World) {
    let (load, gate) = arrived(&world).await;
    let partial =
        |lines: &[(i32, i64, i64)]| gate.records("partial_acceptance", &load).unseen().weighing(lines);
    let (one, two) = ((1, 480_500, 0), (2, 20_000, 0));
    for (lines, code) in [
        ([one, two], "nothing_refused"),
        ([(1, 480_500, 480_500), (2, 20_000, 20_000)], "all_refused"),
        ([(1, 480_500, 480_501), two], "refused_above_received"),
    ] {
        let said = partial(&lines).because("Lẫn bao bì").send().await;
        said.recorded("arrived", "", &[code]);
        assert_eq!(said.detail(code)["lines"][0]["refused_mass_g"], lines[0].2);
    }
    partial(&[(1, 480_500, 1), two]).send().await.recorded("arrived", "", &["reason_missing"]);
    gate.records("rejection", &load).unseen().weighing(&[one, two]).send().await.recorded(
        "arrived",
        "",
        &["reason_missing"],
    );
    assert_eq!(
        world.view(&world.cast.generator, &load).await["turn"]["role"],
        "facility",
        "it waits for a decision that holds"
    );
    partial(&[(1, 480_500, 1), two]).because("Lẫn bao bì").send().await.recorded("partly_accepted", "", &[]);
    let line = &world.view(&world.cast.generator, &load).await["lines"][0];
    assert_eq!(
        (&line["received_mass_g"], &line["refused_mass_g"], &line["stock_mass_g"]),
        (&json!(480_500), &json!(1), &json!(480_499))
    );
}

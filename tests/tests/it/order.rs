//! Order and repetition: the same batch in any order, any number of times, over several connections, leaves the same
//! rows, states and findings as sent once in order.

use chrono::TimeDelta;
use serde_json::json;
use tests::places::SPARE_PLATE;
use tests::rows::assert_same;
use tests::{Load, Phone, Scan, Signed, World, on_both};

on_both!(ten_shuffles_over_four_connections, one_batch_with_everything_twice);

/// Several trips with all that makes a day: plain ones, odd ones, strangers, supplements, phones with wrong clocks.
struct Day {
    events: Vec<Signed>,
    courier: Phone,
}

async fn day(world: &World) -> Day {
    let (cast, places) = (&world.cast, &world.places);
    let driver = world.phone_of(&cast.driver).await;
    let second = world.phone_of(&cast.second_driver).await.running_ahead(TimeDelta::minutes(7));
    let gate = world.phone_of(&cast.gate).await;
    let stranger = world.phone_of(&cast.other_driver).await;
    let authority = world.phone_of(&cast.authority).await;
    let mut loads: Vec<Load> = Vec::new();
    for _ in 0..4 {
        loads.push(world.issued().await);
    }
    let [plain, odd, twice, held] = &loads[..] else { unreachable!() };
    let mut events = Vec::new();
    let measured = |scan: Scan, phone: &Phone| {
        let ahead = phone.now() - world.clock.now();
        scan.with_measured_clock(-ahead).sign()
    };
    world.clock.minutes(20);
    events.push(measured(
        driver.picks_up(plain).at(&places.store).with_wall_code().weighing(&[(1, 480_500, 0)]),
        &driver,
    ));
    let late_fix =
        measured(driver.picks_up(odd).without_position("timeout").with_wall_code_of(&places.store), &driver);
    world.clock.advance(TimeDelta::seconds(45));
    events.push(measured(driver.supplements(late_fix.id, odd).at(&places.store), &driver));
    events.push(late_fix);
    events.push(measured(
        second.picks_up(twice).at(&places.store).on_plate(SPARE_PLATE).unconfirmed(),
        &second,
    ));
    events.push(measured(driver.picks_up(twice).north_of(&places.store, 3_000.0), &driver));
    events.push(measured(stranger.picks_up(held).at(&places.store), &stranger));
    events.push(measured(
        driver.picks_up(held).at(&places.store).with_wall_code_of(&places.other_store),
        &driver,
    ));
    world.clock.minutes(30);
    events.push(measured(authority.records("hold", held).unseen().because("Nghi rò rỉ"), &authority));
    events.push(measured(
        driver
            .records("storing", odd)
            .at(&places.station)
            .with("details", json!({"site_id": places.station.id})),
        &driver,
    ));
    world.clock.minutes(30);
    for load in [plain, twice, held] {
        events.push(measured(driver.delivers(load).at(&places.facility).with_wall_code(), &driver));
        events.push(measured(gate.sees_arrive(load).at(&places.facility), &gate));
    }
    events.push(measured(driver.delivers(odd).at(&places.other_facility), &driver));
    events.push(measured(authority.records("release", held).unseen().because("Đã kiểm tra"), &authority));
    world.clock.minutes(10);
    events.push(measured(gate.accepts(plain, 430_500), &gate));
    events.push(measured(
        gate.records("partial_acceptance", twice).unseen().because("Rò rỉ").weighing(&[(1, 480_000, 1_000)]),
        &gate,
    ));
    events.push(measured(
        gate.records("rejection", held).unseen().because("Sai loại").weighing(&[(1, 481_000, 481_000)]),
        &gate,
    ));
    world.clock.minutes(10);
    events.push(measured(gate.records("treatment", plain).unseen().weighing(&[(1, 430_500, 0)]), &gate));
    world.clock.minutes(60);
    Day { events, courier: driver }
}

/// Indices in an order that a seed decides.
fn shuffled(count: usize, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    let mut state = seed;
    for last in (1..count).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        order.swap(last, usize::try_from(state >> 33).unwrap() % (last + 1));
    }
    order
}

async fn ten_shuffles_over_four_connections(world: World) {
    let Day { events, courier } = day(&world).await;
    let (once, shuffles) = world.fork().await;
    let in_order = courier.in_world(&once);
    for result in in_order.send(&events.iter().collect::<Vec<_>>()).await {
        assert_eq!(result.outcome, "recorded", "{}", result.body);
    }

    let couriers: Vec<Phone> = (0..4).map(|_| courier.in_world(&shuffles)).collect();
    for courier in &couriers {
        let _ = courier.owner.token().await;
    }
    let mut sending = Vec::new();
    for round in 0..10_u64 {
        let order = shuffled(events.len(), 0xE0_u64 + round);
        let size = 1 + usize::try_from(round).unwrap() * 2;
        for (part, chunk) in order.chunks(size).enumerate() {
            let batch: Vec<Signed> = chunk.iter().map(|index| events[*index].clone()).collect();
            let courier = couriers[part % 4].clone();
            sending.push(tokio::spawn(async move { courier.send(&batch.iter().collect::<Vec<_>>()).await }));
        }
    }
    let (mut recorded, mut duplicates) = (0, 0);
    for results in sending {
        for result in results.await.unwrap() {
            match result.outcome.as_str() {
                "recorded" => recorded += 1,
                "duplicate" => duplicates += 1,
                other => panic!("{other}: {}", result.body),
            }
        }
    }
    assert_eq!((recorded, duplicates), (events.len(), events.len() * 9), "each once, nine times again");
    assert_same(&once.truth().await, &shuffles.truth().await);
    assert_eq!(shuffles.count("refused_events").await, 0);
}

async fn one_batch_with_everything_twice(world: World) {
    let Day { events, courier } = day(&world).await;
    let (once, doubled) = world.fork().await;
    let _ = courier.in_world(&once).send(&events.iter().collect::<Vec<_>>()).await;
    let twice: Vec<&Signed> = events.iter().rev().chain(&events).collect();
    let results = courier.in_world(&doubled).send(&twice).await;
    for (first, again) in results[..events.len()].iter().rev().zip(&results[events.len()..]) {
        assert_eq!((first.outcome.as_str(), again.outcome.as_str()), ("recorded", "duplicate"));
        assert_eq!(
            (&first.state, &first.grade, first.findings()),
            (&again.state, &again.grade, again.findings())
        );
    }
    assert_same(&once.truth().await, &doubled.truth().await);
}

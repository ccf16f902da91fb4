//! The registry: sites and their walls, invitations and phones, permits and vehicles, waste codes.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use tests::http::{Http, items, send};
use tests::phone::{jwk, new_key, proof};
use tests::places::square;
use tests::{Place, World, on_both};

on_both!(
    standing_at_the_store_and_pressing,
    a_store_moves_and_its_wall_code_stays,
    shapes_that_are_no_fence,
    a_wall_code_is_for_its_own_people,
    from_invitation_to_phone,
    an_invitation_is_for_one_phone_and_one_day,
    a_proof_of_possession_proves_it,
    the_official_sheet_loads_whole_or_not_at_all,
    an_unknown_code_is_accepted_and_queued,
    what_exists_already,
);

async fn standing_at_the_store_and_pressing(world: World) {
    let generator = &world.cast.generator;
    let body = json!({
        "organisation_id": generator.organisation_id, "kind": "generator", "name": "Kho mới", "province_code": "31",
        "centre": {"lat": 20.8285, "lon": 106.7725}, "radius_m": 80.0,
    });
    let site = generator.post("/api/v1/sites", &body).await.expect(201);
    assert_eq!((&site["centre"]["lat"], &site["geofence"]["type"]), (&json!(20.8285), &json!("Polygon")));
    assert!(site["geofence"]["coordinates"][0].as_array().unwrap().len() > 8, "a circle in corners");
    let place = Place {
        id: site["id"].as_str().unwrap().parse().unwrap(),
        organisation_id: generator.organisation_id,
        name: "Kho mới".to_owned(),
        lat: 20.8285,
        lon: 106.7725,
        wall_code: site["code"].as_str().unwrap().to_owned(),
    };
    let mut declaration = world.declaration();
    declaration["generator_site_id"] = json!(place.id);
    let load = world.issued_as(&declaration).await;
    let driver = world.phone_of(&world.cast.driver).await;
    let edge = driver.picks_up(&load).north_of(&place, 75.0).with_wall_code_of(&place).send().await;
    edge.recorded("in_transit", "A", &[]);

    for (kind, status) in [("svg", "image/svg+xml"), ("png", "image/png")] {
        let image = generator.get(&format!("/api/v1/sites/{}/code.{kind}", place.id)).await;
        assert_eq!((image.status, image.header("content-type")), (200, Some(status)));
    }
    let label = generator.get(&format!("/api/v1/sites/{}/label.svg", place.id)).await;
    assert!(label.text().contains("Kho mới"));
}

async fn a_store_moves_and_its_wall_code_stays(world: World) {
    let (generator, store) = (&world.cast.generator, &world.places.store);
    let moved = json!({"centre": {"lat": 20.9, "lon": 106.8}, "radius_m": 50.0});
    let after = generator.patch(&format!("/api/v1/sites/{}", store.id), &moved).await.ok();
    let kept = (&after["code"], &after["name"]);
    assert_eq!(kept, (&json!(store.wall_code), &json!(store.name)), "the code on the wall stays");
    assert_eq!(after["centre"]["lat"], 20.9);
}

async fn shapes_that_are_no_fence(world: World) {
    let generator = &world.cast.generator;
    let cases = [
        json!({"centre": {"lat": 20.8, "lon": 106.7}, "radius_m": -1.0}),
        json!({"centre": {"lat": 20.8, "lon": 106.7}, "radius_m": 1e9}),
        json!({"centre": {"lat": 200.0, "lon": 106.7}, "radius_m": 80.0}),
        json!({"centre": {"lat": 20.8, "lon": 106.7}}),
        json!({}),
        json!({"geofence": {"type": "Point", "coordinates": [106.7, 20.8]}}),
        json!({"geofence": {"type": "Polygon", "coordinates": []}}),
        json!({"geofence": {"type": "Polygon", "coordinates": [[[106.7, 20.8], [106.8, 20.8], [106.7, 20.8]]]}}),
        json!({"geofence": {"type": "Polygon", "coordinates": [[[106.7, 20.8], [106.8, 20.9], [106.8, 20.8], [106.7, 20.9], [106.7, 20.8]]]}}),
        json!({"geofence": {"type": "Polygon", "coordinates": [[["x", 20.8], [106.8, 20.8], [106.8, 20.9], ["x", 20.8]]]}}),
        json!({"geofence": "square"}),
    ];
    let before = world.count("sites").await;
    for case in cases {
        let mut body = json!({
            "organisation_id": generator.organisation_id, "kind": "generator", "name": "Kho", "province_code": "31",
        });
        body.as_object_mut().unwrap().extend(case.as_object().unwrap().clone());
        let problem = generator.post("/api/v1/sites", &body).await.problem(422, "invalid_fields");
        assert!(!problem["errors"][0]["path"].as_str().unwrap().is_empty(), "{case}: {problem}");
    }
    let body = json!({"organisation_id": generator.organisation_id, "kind": "generator", "name": "Kho", "province_code": "99",
                      "geofence": square(20.8, 106.7)});
    let problem = generator.post("/api/v1/sites", &body).await.problem(422, "invalid_fields");
    assert_eq!(problem["errors"][0]["path"], "province_code");
    assert_eq!(world.count("sites").await, before);
}

async fn a_wall_code_is_for_its_own_people(world: World) {
    for (name, person) in world.cast.everybody() {
        let sites = person.get("/api/v1/sites").await.ok();
        let own = |site: &&Value| !site["code"].is_null();
        let codes: Vec<_> =
            items(&sites).iter().filter(own).map(|site| site["organisation_id"].clone()).collect();
        let admin = name == "admin";
        assert!(
            admin || codes.iter().all(|id| *id == json!(person.organisation_id)),
            "{name} sees {codes:?}"
        );
        assert_eq!(items(&sites).len(), 5, "{name} may look every site up");
        let owners: Vec<_> =
            items(&sites).iter().map(|site| site["organisation_name"].as_str().unwrap()).collect();
        assert!(owners.iter().all(|owner| owner.ends_with("(hư cấu)")), "{owners:?}");
        let pack = person.get("/api/v1/field/pack").await;
        assert!(!pack.text().contains(&world.places.store.wall_code), "{name}: never in field packs");
    }
    let own = world.cast.gate.get("/api/v1/sites?kind=facility&q=thuy%20nguyen").await.ok();
    assert_eq!(items(&own)[0]["code"], json!(world.places.facility.wall_code));
}

/// A driver whom the dispatcher has just registered, and the invitation's code.
async fn invited(world: &World, phone: &str) -> String {
    let dispatcher = &world.cast.dispatcher;
    let body = json!({"name": "Lái xe mới", "phone": phone, "role": "driver", "organisation_id": dispatcher.organisation_id});
    let person = dispatcher.post("/api/v1/people", &body).await.expect(201);
    let path = format!("/api/v1/people/{}/invitations", person["id"].as_str().unwrap());
    let invitation = dispatcher.press(&path).await.expect(201);
    let code = invitation["code"].as_str().unwrap().to_owned();
    assert_eq!(invitation["url"], format!("http://e-manifest.test/enrol#{code}"));
    assert!(invitation["qr_svg"].as_str().unwrap().contains("<svg"));
    code
}

async fn accept(http: &Http, code: &str, pin: &str) -> tests::Answer {
    send(http.request(Method::POST, "/api/v1/invitations/accept").json(&json!({"code": code, "pin": pin})))
        .await
}

async fn from_invitation_to_phone(world: World) {
    let code = invited(&world, "0912 345 678").await;
    let phone = Http::without_cookies(world.base());
    for weak in ["", "12345", "000000"] {
        accept(&phone, &code, weak).await.problem(422, "invalid_fields");
    }
    let session = accept(&phone, &code.to_lowercase().replace('-', " "), "271828").await.ok();
    let token = session["token"].as_str().unwrap();
    let (key, now) = (new_key(), world.clock.now());
    let register =
        json!({"name": "Redmi", "public_key": jwk(&key), "code": code, "proof": proof(&key, &code, now)});
    let post = || phone.request(Method::POST, "/api/v1/devices").bearer_auth(token).json(&register);
    let device = send(post()).await.expect(201);
    assert_eq!(send(post()).await.expect(201)["id"], device["id"], "the same key is the same phone");
    let me = send(phone.request(Method::GET, "/api/v1/me").bearer_auth(token)).await.ok();
    assert_eq!((&me["device"]["id"], &me["device"]["status"]), (&device["id"], &json!("active")));

    accept(&phone, &code, "314159").await.problem(401, "login_failed");
    let body = json!({"login": "+84 912.345.678", "secret": "271828"});
    let _ = send(phone.request(Method::POST, "/api/v1/session").json(&body)).await.ok();
    let listed = world.cast.dispatcher.get("/api/v1/devices").await.ok();
    assert_eq!(items(&listed)[0]["person_name"], "Lái xe mới");
}

async fn an_invitation_is_for_one_phone_and_one_day(world: World) {
    let code = invited(&world, "0912 345 678").await;
    let phone = Http::without_cookies(world.base());
    let session = accept(&phone, &code, "271828").await.ok();
    let token = session["token"].as_str().unwrap();
    let enrol = async |code: &str| {
        let key = new_key();
        let proof = proof(&key, code, world.clock.now());
        let body = json!({"name": "Redmi", "public_key": jwk(&key), "code": code, "proof": proof});
        send(phone.request(Method::POST, "/api/v1/devices").bearer_auth(token).json(&body)).await
    };
    let _ = enrol(&code).await.expect(201);
    enrol(&code).await.problem(403, "forbidden");
    enrol("").await.problem(403, "forbidden");
    let others = invited(&world, "0912 345 679").await;
    enrol(&others).await.problem(403, "forbidden");
    world.clock.advance(TimeDelta::hours(24));
    accept(&phone, &others, "271828").await.problem(401, "login_failed");
    assert_eq!(world.count("devices").await, 1);
}

async fn a_proof_of_possession_proves_it(world: World) {
    let driver = &world.cast.driver;
    let path = format!("/api/v1/people/{}/invitations", driver.id);
    let invitation = world.cast.dispatcher.press(&path).await.expect(201);
    let code = invitation["code"].as_str().unwrap();
    let (key, now) = (new_key(), world.clock.now());
    let wrong = [
        Value::Null,
        json!("x"),
        json!(proof(&new_key(), code, now)),
        json!(proof(&key, "AAAA-BBBB-CCCC", now)),
        json!(proof(&key, code, now - TimeDelta::hours(1))),
        json!(proof(&key, code, now + TimeDelta::hours(1))),
    ];
    for proof in wrong {
        let body = json!({"name": "Redmi", "public_key": jwk(&key), "code": code, "proof": proof});
        let problem = driver.post("/api/v1/devices", &body).await.problem(422, "invalid_fields");
        assert_eq!(problem["errors"][0]["path"], "proof", "{proof}");
    }
    let mut weak = jwk(&key);
    weak["x"] = json!("AAAA");
    let body = json!({"name": "Redmi", "public_key": weak, "code": code, "proof": proof(&key, code, now)});
    driver.post("/api/v1/devices", &body).await.problem(422, "invalid_fields");
    assert_eq!(world.count("devices").await, 0);
    let body =
        json!({"name": "Redmi", "public_key": jwk(&key), "code": code, "proof": proof(&key, code, now)});
    let _ = driver.post("/api/v1/devices", &body).await.expect(201);
}

async fn the_official_sheet_loads_whole_or_not_at_all(world: World) {
    let authority = &world.cast.ministry;
    let import = async |sheet: &str, kind: &str| {
        let request = authority.request(Method::POST, "/api/v1/waste-codes/import").await;
        send(request.header("content-type", kind).body(sheet.to_owned())).await
    };
    let before = world.rows("waste_codes").await;
    let bad = "Mã CTNH,Tên,Mã EC,Basel A,Basel Y,Tính chất nguy hại,Trạng thái,Ngưỡng\n\
               17 02 03,Dầu động cơ,,,,\"Đ, ĐS\",Lỏng,**\n17 02 0x,Dầu,,,,Đ,Lỏng,**\n17 02 04,,,,,Q,Rắn\n";
    let problem = import(bad, "text/csv").await.problem(422, "invalid_fields");
    let paths: Vec<_> =
        problem["errors"].as_array().unwrap().iter().map(|error| error["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["row 3 · Mã CTNH", "row 4", "row 4 · Tên", "row 4 · Tính chất nguy hại"]);
    import(bad, "text/plain").await.problem(415, "unsupported_media_type");
    import("", "text/csv").await.problem(422, "invalid_fields");
    assert_eq!(world.rows("waste_codes").await, before, "nothing half-loaded");

    let good = "17 02 03,Dầu động cơ thải,13 02 06,A3020,Y8,\"Đ, ĐS, C\",Lỏng,**\n99 99 98,Chất thải lạ,,,,N,Rắn,*\n";
    assert_eq!(import(good, "text/csv; charset=utf-8").await.ok()["loaded"], 2);
    let found = world.cast.generator.get("/api/v1/waste-codes?q=99%2099%2098").await.ok();
    assert_eq!((&items(&found)[0]["code"], &items(&found)[0]["checked"]), (&json!("99 99 98"), &json!(true)));
    let draft = world.cast.generator.post("/api/v1/manifests", &world.declaration()).await.expect(201);
    assert_eq!(draft["lines"][0]["checked"], true);
}

async fn an_unknown_code_is_accepted_and_queued(world: World) {
    let mut declaration = world.declaration();
    declaration["lines"][0]["waste_code"] = json!("999998");
    declaration["lines"][0].as_object_mut().unwrap().remove("name");
    let problem =
        world.cast.generator.post("/api/v1/manifests", &declaration).await.problem(422, "invalid_fields");
    assert_eq!(problem["errors"][0]["path"], "lines[0].name");
    declaration["lines"][0]["name"] = json!("Bùn lạ");
    let load = world.issued_as(&declaration).await;
    let view = world.view(&world.cast.facility, &load).await;
    let line = &view["lines"][0];
    assert_eq!(
        (&line["waste_code"], &line["waste_name"], &line["checked"]),
        (&json!("99 99 98"), &json!("Bùn lạ"), &json!(false))
    );
    let queue = world.cast.authority.get("/api/v1/waste-codes/unlisted").await.ok();
    assert_eq!(
        (&items(&queue)[0]["code"], &items(&queue)[0]["name"]),
        (&json!("99 99 98"), &json!("Bùn lạ"))
    );
}

async fn what_exists_already(world: World) {
    let dispatcher = &world.cast.dispatcher;
    let organisation_id = dispatcher.organisation_id;
    let vehicle = json!({"organisation_id": organisation_id, "plate": "15c 123.45"});
    dispatcher.post("/api/v1/vehicles", &vehicle).await.problem(409, "conflict");
    let person = json!({"name": "Lái xe 9", "login": world.cast.gate.login, "role": "driver", "organisation_id": organisation_id});
    dispatcher.post("/api/v1/people", &person).await.problem(409, "conflict");
    let inspector = json!({"name": "Lái xe 9", "login": "driver9", "role": "inspector", "organisation_id": organisation_id});
    dispatcher.post("/api/v1/people", &inspector).await.problem(403, "forbidden");
    let route = json!({"organisation_id": organisation_id, "name": "Đình Vũ – Thuỷ Nguyên", "geometry": tests::places::route()});
    assert_eq!(dispatcher.post("/api/v1/routes", &route).await.expect(201)["version"], 1);
    let second = dispatcher.post("/api/v1/routes", &route).await.expect(201);
    assert_eq!(second["version"], 2, "the same name is a new version");
    let mut declaration = world.declaration();
    declaration["route"] = json!({"route_id": second["id"]});
    let draft = world.cast.generator.post("/api/v1/manifests", &declaration).await.expect(201);
    let route = &draft["route"];
    assert_eq!((&route["route_id"], &route["corridor_m"]), (&second["id"], &json!(200.0)));
    assert_eq!((&route["name"], &route["version"]), (&second["name"], &json!(2)));
    let drawn = world.cast.generator.post("/api/v1/manifests", &world.declaration()).await.expect(201);
    assert_eq!((&drawn["route"]["route_id"], &drawn["route"]["name"]), (&Value::Null, &Value::Null));
}

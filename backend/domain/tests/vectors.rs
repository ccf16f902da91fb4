//! Holds the readers of this crate to `tests/vectors`; the PWA's readers are held to the same files.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its vectors should stop there")]

#[path = "../examples/make_vectors/project.rs"]
mod project;

use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use domain::seal::device::DeviceClaims;
use domain::seal::envelope::{Claims, Unverified, peek_typ};
use domain::seal::jws::UnverifiedJws;
use domain::seal::key::PublicKey;
use domain::seal::live::{Carried, LiveClaims};
use domain::seal::live_verdict::{Carriage, LiveKnowledge, bind, judge_live};
use domain::seal::manifest::ManifestClaims;
use domain::seal::short_code::ShortCode;
use domain::seal::site::SiteClaims;
use domain::seal::status_list::{StatusList, StatusLookup};
use domain::seal::trust_list::TrustList;
use domain::seal::verdict::{Knowledge, Scan, judge};
use domain::seal::{cbor, qr};
use serde_json::{Value, json};
use std::path::Path;

fn file(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors").join(name);
    serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap()
}

fn cases(name: &str) -> Vec<Value> {
    let file = file(name);
    let cases = file["cases"].as_array().unwrap().clone();
    assert!(!cases.is_empty());
    cases
}

fn bytes(value: &Value) -> Vec<u8> {
    HEXLOWER.decode(value.as_str().unwrap().as_bytes()).unwrap()
}

fn key(name: &str) -> PublicKey {
    PublicKey::from_bytes(&bytes(&file("keys.json")[name]["public"])).unwrap()
}

fn at(value: &Value) -> DateTime<Utc> {
    DateTime::from_timestamp(value.as_i64().unwrap(), 0).unwrap()
}

/// Decodes and projects, or gives the code of the first broken rule.
fn read<T: Claims>(seal: &[u8], project: fn(&T) -> Value) -> Result<(Unverified<T>, Value), &'static str> {
    let unverified = Unverified::<T>::decode(seal).map_err(|error| error.code())?;
    let claims = project(unverified.claims());
    Ok((unverified, claims))
}

fn check<T: Claims>(case: &Value, project: fn(&T) -> Value) {
    let name = &case["name"];
    let seal = bytes(&case["seal"]);
    let decoded = read(&seal, project);
    let code = decoded.as_ref().err().copied();
    assert_eq!(json!(code), case["error"], "{name}");
    let Ok((seal_read, claims)) = decoded else { return };
    assert_eq!(claims, case["claims"], "{name}");
    assert_eq!(HEXLOWER.encode(&seal_read.digest()), case["digest"], "{name}");
    assert!(seal_read.is_signed_by(&key(case["key"].as_str().unwrap())), "{name}");
    assert!(!seal_read.is_signed_by(&key("stranger")), "{name}");
    assert_eq!(peek_typ(&seal).unwrap().as_str(), case["typ"], "{name}");
    // Writing the claims again gives the same payload: encode and decode are inverse.
    let payload = cbor::encode(&seal_read.claims().to_cbor()).unwrap();
    assert!(seal.windows(payload.len()).any(|window| window == payload), "{name}");
}

#[test]
fn envelopes_and_claims() {
    for case in cases("envelopes.json").iter().chain(&cases("claims.json")) {
        match case["typ"].as_str().unwrap() {
            "manifest" => check::<ManifestClaims>(case, project::manifest),
            "site" => check::<SiteClaims>(case, project::site),
            "device" => check::<DeviceClaims>(case, project::device),
            other => panic!("no reader for {other}"),
        }
    }
}

#[test]
fn canonical_cbor() {
    for case in cases("cbor.json") {
        let bytes = bytes(&case["hex"]);
        let decoded = cbor::decode(&bytes);
        assert_eq!(
            json!(decoded.as_ref().err().map(|error| error.code())),
            case["error"],
            "{}",
            case["name"]
        );
        if let Ok(value) = decoded {
            assert_eq!(cbor::encode(&value).unwrap(), bytes, "{}", case["name"]);
        }
    }
}

#[test]
fn texts_of_codes() {
    for case in cases("qr.json") {
        match qr::parse(case["text"].as_str().unwrap()) {
            Ok(code) => {
                assert_eq!(case["error"], Value::Null, "{}", case["name"]);
                assert_eq!((json!(code.host), code.bytes), (case["host"].clone(), bytes(&case["bytes"])));
            }
            Err(error) => assert_eq!(case["error"], error.code(), "{}", case["name"]),
        }
    }
}

#[test]
fn short_codes() {
    for case in cases("short_codes.json") {
        let read = case["text"].as_str().unwrap().parse::<ShortCode>();
        assert_eq!(json!(read.err().map(|error| error.code())), case["error"], "{}", case["name"]);
        if let Ok(code) = read {
            assert_eq!(code.bits().to_string(), case["bits"], "{}", case["name"]);
        }
    }
}

#[test]
fn signed_events() {
    for case in cases("jws.json") {
        let read =
            UnverifiedJws::parse(case["text"].as_str().unwrap()).and_then(|jws| jws.verify(&key("device")));
        let code = read.as_ref().err().map(|error| error.code());
        assert_eq!(json!(code), case["error"], "{}", case["name"]);
        if let Ok(jws) = read {
            assert_eq!(jws.kid(), case["kid"], "{}", case["name"]);
            assert_eq!(jws.signing_input(), case["signing_input"], "{}", case["name"]);
            assert_eq!(jws.payload(), bytes(&case["payload"]), "{}", case["name"]);
        }
    }
}

#[test]
fn status_lists() {
    for case in cases("status_lists.json") {
        let name = &case["name"];
        let decoded = read::<StatusList>(&bytes(&case["seal"]), project::status);
        assert_eq!(json!(decoded.as_ref().err()), case["error"], "{name}");
        let Ok((list, claims)) = decoded else { continue };
        assert_eq!(claims, case["claims"], "{name}");
        assert!(list.is_signed_by(&key("issuer")), "{name}");
        for pair in case["values"].as_array().unwrap() {
            let entry = u32::try_from(pair[0].as_u64().unwrap()).unwrap();
            assert_eq!(json!(list.claims().bits.value(entry)), pair[1], "{name}, entry {entry}");
        }
    }
}

#[test]
fn trust_lists() {
    let cases = cases("trust_lists.json");
    let pinned = [key("root"), key("spare_root")];
    let decode = |case: &Value| Unverified::<TrustList>::decode(&bytes(&case["list"])).unwrap();
    for case in &cases {
        let held =
            case["held"].as_str().map(|name| decode(cases.iter().find(|c| c["name"] == name).unwrap()));
        let held = held.as_ref().map(Unverified::claims);
        let list = decode(case);
        assert_eq!(project::trust(list.claims()), case["claims"], "{}", case["name"]);
        let verified = list.verify_with_roots(&pinned, held, at(&case["now"]));
        assert_eq!(json!(verified.err().map(|error| error.code())), case["error"], "{}", case["name"]);
    }
}

fn lookup(case: &Value) -> StatusLookup {
    let as_of = at(&case["status_as_of"]);
    match case["status"].as_str().unwrap() {
        "older_than_seal" => StatusLookup::OlderThanSeal { as_of },
        "unknown" => StatusLookup::Unknown,
        "none" => StatusLookup::None,
        word => StatusLookup::Known { status: word.parse().unwrap(), as_of },
    }
}

fn verdict<T: Claims>(case: &Value, trust: Option<&TrustList>) -> (Value, bool) {
    let known = Knowledge {
        trust,
        status: lookup(case),
        registered: case["registered"].as_bool(),
        now: at(&case["now"]),
    };
    let (verdict, seal) = judge(&Scan::<T>::read(case["text"].as_str().unwrap()), &known);
    let as_of = verdict.as_of.map(|at| at.timestamp());
    (json!({ "verdict": verdict.verdict, "checks": verdict.checks, "as_of": as_of }), seal.is_some())
}

#[test]
fn verdicts() {
    let lists = cases("trust_lists.json");
    for case in cases("verdicts.json") {
        let list = case["trust"].as_str().map(|name| lists.iter().find(|list| list["name"] == name).unwrap());
        let list = list.map(|list| Unverified::<TrustList>::decode(&bytes(&list["list"])).unwrap());
        let trust = list.as_ref().map(Unverified::claims);
        let (found, has_seal) = match case["kind"].as_str().unwrap() {
            "site" => verdict::<SiteClaims>(&case, trust),
            _ => verdict::<ManifestClaims>(&case, trust),
        };
        let expected =
            json!({ "verdict": case["verdict"], "checks": case["checks"], "as_of": case["as_of"] });
        assert_eq!(found, expected, "{}", case["name"]);
        let future = case["checks"][4]["detail"] == "from_the_future";
        let stands = case["verdict"] != "invalid" && case["checks"][2]["ok"] == true && !future;
        assert_eq!(has_seal, stands, "{}", case["name"]);
    }
}

/// What a live code says, as the vectors write it.
fn say(claims: &LiveClaims) -> Value {
    let certificate = claims.certificate.claims();
    json!({
        "device_id": certificate.device_id.to_string(),
        "person_id": certificate.person_id.to_string(),
        "organisation_id": certificate.organisation_id.to_string(),
        "issuer": certificate.issuer,
        "carried": match &claims.carried {
            Carried::Manifests(ids) => json!({ "manifests": ids.iter().map(ToString::to_string).collect::<Vec<_>>() }),
            Carried::Trip(id) => json!({ "trip": id.to_string() }),
        },
        "plate": claims.plate,
        "pickup": HEXLOWER.encode(&claims.pickup.0),
        "step": claims.step,
    })
}

/// An optional id of a bond.
fn maybe<T: std::str::FromStr>(value: &Value) -> Option<T> {
    value.as_str().map(|text| text.parse().ok().unwrap())
}

fn at_hand(known: &Value) -> Carriage {
    let plates = known["plates"].as_array().unwrap();
    Carriage {
        manifest_id: maybe(&known["manifest_id"]).unwrap(),
        trip_id: maybe(&known["trip_id"]),
        driver_id: maybe(&known["driver_id"]),
        carrier_id: maybe(&known["carrier_id"]),
        plates: plates.iter().map(|plate| plate.as_str().unwrap().to_owned()).collect(),
        pickup: maybe(&known["pickup_id"]),
    }
}

#[test]
fn live_codes() {
    let lists = cases("trust_lists.json");
    for case in cases("live.json") {
        let name = &case["name"];
        let list = case["trust"].as_str().map(|name| lists.iter().find(|list| list["name"] == name).unwrap());
        let list = list.map(|list| Unverified::<TrustList>::decode(&bytes(&list["list"])).unwrap());
        let known = LiveKnowledge {
            trust: list.as_ref().map(Unverified::claims),
            device: case["device"].as_str().unwrap().parse().unwrap(),
            now: at(&case["now"]),
        };
        let scan = Scan::<LiveClaims>::read(case["text"].as_str().unwrap());
        let (verdict, seal) = judge_live(&scan, &known);
        assert_eq!(json!(verdict), json!({ "verdict": case["verdict"], "checks": case["checks"] }), "{name}");
        assert_eq!(seal.is_some(), case["verdict"] == "authentic", "{name}");
        assert_eq!(scan.decoded.as_ref().ok().map(|live| say(live.claims())), claims_of(&case), "{name}");
        let Ok(live) = &scan.decoded else { continue };
        // Writing the claims again gives the same payload: encode and decode are inverse.
        let payload = cbor::encode(&live.claims().to_cbor()).unwrap();
        let whole = qr::parse(case["text"].as_str().unwrap()).unwrap().bytes;
        assert!(whole.windows(payload.len()).any(|window| window == payload), "{name}");
        for bond in case["bonds"].as_array().unwrap() {
            let checks = bind(live.claims(), &at_hand(&bond["known"]));
            assert_eq!(json!(checks), bond["checks"], "{name}: {}", bond["name"]);
        }
    }
}

fn claims_of(case: &Value) -> Option<Value> {
    Some(case["claims"].clone()).filter(|claims| !claims.is_null())
}

//! Live codes: what a screen shows, what the reader knows, the verdict it must give and the bond to a manifest.

use super::claims::{NOW_S, device, id_bytes, id_text, now};
use super::forge::{forge_parts, header_of};
use super::{Keys, Outcome, encoded};
use chrono::Duration;
use coset::cbor::value::Value;
use data_encoding::BASE32_NOPAD;
use domain::seal::cbor;
use domain::seal::device::DeviceClaims;
use domain::seal::envelope::{Unverified, seal};
use ring::rand::SystemRandom;
use serde_json::{Value as Json, json};

const DAY: i64 = 24 * 3600;
const STEP: i64 = NOW_S / 15;
const PRIVATE: i64 = -70_001;

fn ids(which: &[u8]) -> Value {
    Value::Array(which.iter().map(|n| Value::Bytes(id_bytes(*n))).collect())
}

/// The five parts of the private claim, written out here so that the code under test is not its own judge.
struct Shown {
    certificate: Value,
    carried: Value,
    plate: Value,
    pickup: Value,
    step: Value,
}

impl Shown {
    fn payload(self) -> Value {
        let Self { certificate, carried, plate, pickup, step } = self;
        cbor::map(vec![(PRIVATE, Value::Array(vec![certificate, carried, plate, pickup, step]))])
    }
}

/// A certificate by `issuer`, as a live code carries it.
fn certificate(keys: &Keys, issuer: &str, claims: &DeviceClaims) -> Outcome<Value> {
    let sealed = seal(claims, keys.get(issuer)?, &SystemRandom::new())?;
    let signature = *Unverified::<DeviceClaims>::decode(sealed.bytes())?.signature();
    let mut facts = keys.get(issuer)?.kid().0.to_vec();
    facts.extend([id_bytes(0x33), id_bytes(0x44), id_bytes(0x55)].concat());
    facts.extend(claims.public_key.xy());
    facts.extend(signature);
    Ok(Value::Array(vec![
        Value::Text(claims.issuer.clone()),
        Value::from(claims.expires_at.timestamp()),
        Value::from(claims.issued_at.timestamp()),
        Value::Bytes(facts),
    ]))
}

/// The usual screen: one manifest, its plate, a phone certified by `issuer` so long after the vectors begin.
fn by(keys: &Keys, issuer: &str, certified_after_s: i64) -> Outcome<Shown> {
    let mut claims = device(keys)?;
    claims.issued_at = now() + Duration::seconds(certified_after_s);
    claims.expires_at = claims.issued_at + Duration::days(90);
    Ok(Shown {
        certificate: certificate(keys, issuer, &claims)?,
        carried: ids(&[1]),
        plate: Value::Text("15C12345".into()),
        pickup: Value::Bytes(vec![0xB1; 8]),
        step: Value::from(STEP),
    })
}

fn signed_by(keys: &Keys, key: &str, payload: &Value) -> Outcome<Vec<u8>> {
    forge_parts(keys, key, &header_of(keys, key, "live")?, &encoded(payload)?, |_| {})
}

fn shown(keys: &Keys, shown: Shown) -> Outcome<Vec<u8>> {
    signed_by(keys, "device", &shown.payload())
}

type Odd = (&'static str, Option<bool>, &'static str);

struct Case {
    name: &'static str,
    bytes: Vec<u8>,
    trust: Option<&'static str>,
    device: &'static str,
    now: i64,
    verdict: &'static str,
    /// Checks that are not plain `ok`, with their outcome and reason.
    odd: Vec<Odd>,
    /// What it says, when it can be read.
    claims: Json,
    bonds: Vec<Json>,
}

const CHECKS: [&str; 8] =
    ["format", "envelope", "key", "certificate", "validity", "signature", "device", "step"];

fn checks<const N: usize>(names: [&str; N], odd: &[Odd]) -> Vec<Json> {
    let one = |name: &str| {
        let found = odd.iter().find(|(found, ..)| *found == name);
        let (ok, detail) = found.map_or((Some(true), "ok"), |(_, ok, detail)| (*ok, detail));
        json!({ "check": name, "ok": ok, "detail": detail })
    };
    names.iter().map(|name| one(name)).collect()
}

impl Case {
    fn json(self) -> Json {
        json!({
            "name": self.name, "text": BASE32_NOPAD.encode(&self.bytes), "trust": self.trust, "device": self.device,
            "now": self.now, "verdict": self.verdict, "checks": checks(CHECKS, &self.odd),
            "claims": self.claims, "bonds": self.bonds,
        })
    }
}

/// A manifest at hand and the four checks that hold the code against it.
fn bond(name: &str, known: Json, odd: &[Odd]) -> Json {
    json!({ "name": name, "known": known, "checks": checks(["manifest", "driver", "plate", "pickup"], odd) })
}

fn at_hand(manifest: u8, trip: Option<u8>) -> Json {
    json!({
        "manifest_id": id_text(manifest), "trip_id": trip.map(id_text), "driver_id": id_text(0x44),
        "carrier_id": id_text(0x55), "plates": ["15C99999", "15C12345"],
        "pickup_id": "019c0000-0000-7000-b1b1-b1b1b1b1b1b1",
    })
}

fn with(mut known: Json, changes: Json) -> Json {
    if let (Some(known), Json::Object(changes)) = (known.as_object_mut(), changes) {
        known.extend(changes);
    }
    known
}

fn bonds() -> Vec<Json> {
    let known = at_hand(1, Some(9));
    let paper =
        json!({ "trip_id": null, "driver_id": null, "carrier_id": null, "plates": [], "pickup_id": null });
    vec![
        bond("the manifest of the pack", known.clone(), &[]),
        bond(
            "a paper that the pack does not have",
            with(known.clone(), paper),
            &[
                ("driver", None, "driver_unknown"),
                ("plate", None, "plates_unknown"),
                ("pickup", None, "pickup_unknown"),
            ],
        ),
        bond("another manifest", at_hand(3, Some(9)), &[("manifest", Some(false), "other_manifest")]),
        bond(
            "another driver of the carrier",
            with(known.clone(), json!({ "driver_id": id_text(0x45) })),
            &[("driver", Some(false), "other_driver")],
        ),
        bond(
            "another carrier",
            with(known.clone(), json!({ "carrier_id": id_text(0x56) })),
            &[("driver", Some(false), "other_carrier")],
        ),
        bond(
            "a plate that nobody agreed on",
            with(known.clone(), json!({ "plates": ["15C99999"] })),
            &[("plate", Some(false), "other_plate")],
        ),
        bond(
            "another pickup",
            with(known, json!({ "pickup_id": id_text(0xB2) })),
            &[("pickup", Some(false), "other_pickup")],
        ),
    ]
}

fn trip_bonds() -> Vec<Json> {
    vec![
        bond("a manifest of the trip", at_hand(7, Some(9)), &[]),
        bond(
            "a manifest of another trip",
            at_hand(1, Some(8)),
            &[("manifest", Some(false), "other_manifest")],
        ),
        bond("a manifest whose trip is not known", at_hand(1, None), &[("manifest", None, "trip_unknown")]),
    ]
}

fn says(carried: Json, plate: &str, step: i64) -> Json {
    json!({
        "device_id": id_text(0x33), "person_id": id_text(0x44), "organisation_id": id_text(0x55),
        "issuer": super::claims::ISSUER, "carried": carried, "plate": plate, "pickup": "b1b1b1b1b1b1b1b1", "step": step,
    })
}

pub(crate) fn cases(keys: &Keys) -> Outcome<Vec<Json>> {
    let one = || says(json!({ "manifests": [id_text(1)] }), "15C12345", STEP);
    let offline: Odd = ("device", None, "offline");
    let base = |name, bytes: &[u8], verdict, odd: &[Odd]| Case {
        name,
        bytes: bytes.to_vec(),
        trust: Some("usual"),
        device: "unknown",
        now: NOW_S + 7,
        verdict,
        odd: odd.iter().copied().chain([offline]).collect(),
        claims: one(),
        bonds: Vec::new(),
    };
    let genuine = shown(keys, by(keys, "issuer", 0)?)?;
    let known = |device: &'static str, odd: Option<Odd>, case: Case| {
        let mut case = Case { device, ..case };
        case.odd.retain(|(name, ..)| *name != "device");
        case.odd.extend(odd);
        case
    };
    let revoked: Odd = ("device", Some(false), "device_revoked");
    let past: Odd = ("step", Some(false), "step_past");
    let ahead: Odd = ("step", Some(false), "step_ahead");
    let not_checked = |ok, detail| [("key", ok, detail), ("certificate", None, "not_checked")];
    let mut cases = vec![
        Case { bonds: bonds(), ..base("a screen at the roadside", &genuine, "authentic", &[]) },
        Case {
            claims: says(json!({ "manifests": [id_text(1), id_text(2)] }), "80NG12345", STEP),
            bonds: vec![
                bond("the second of two", with(at_hand(2, None), json!({ "plates": ["80NG12345"] })), &[]),
                bond(
                    "neither of two",
                    with(at_hand(3, None), json!({ "plates": ["80NG12345"] })),
                    &[("manifest", Some(false), "other_manifest")],
                ),
            ],
            ..base(
                "two manifests",
                &shown(
                    keys,
                    Shown {
                        carried: ids(&[1, 2]),
                        plate: Value::Text("80NG12345".into()),
                        ..by(keys, "issuer", 0)?
                    },
                )?,
                "authentic",
                &[],
            )
        },
        Case {
            claims: says(json!({ "trip": id_text(9) }), "15C12345", STEP),
            bonds: trip_bonds(),
            ..base(
                "a whole trip",
                &shown(keys, Shown { carried: Value::Bytes(id_bytes(9)), ..by(keys, "issuer", 0)? })?,
                "authentic",
                &[],
            )
        },
        Case {
            claims: says(json!({ "manifests": [id_text(1)] }), "กข1234", STEP),
            ..base(
                "a plate from across the border",
                &shown(keys, Shown { plate: Value::Text("กข1234".into()), ..by(keys, "issuer", 0)? })?,
                "authentic",
                &[],
            )
        },
        known("active", None, base("online and on record", &genuine, "authentic", &[])),
        known("revoked", Some(revoked), base("a revoked phone", &genuine, "invalid", &[])),
        known(
            "not_registered",
            Some(("device", Some(false), "not_registered")),
            base("a phone that is not on record", &genuine, "invalid", &[]),
        ),
    ];
    for (name, now, verdict, odd) in [
        ("the last millisecond's second of the second step after", NOW_S + 29, "authentic", None),
        ("thirty seconds after the step began", NOW_S + 30, "expired", Some(past)),
        ("a picture from yesterday", NOW_S + DAY, "expired", Some(past)),
        ("the reader's clock is 29 seconds slow", NOW_S - 29, "authentic", None),
        ("the reader's clock is 30 seconds slow", NOW_S - 30, "cannot_tell", Some(ahead)),
        ("the reader's clock is four minutes slow", NOW_S - 240, "cannot_tell", Some(ahead)),
    ] {
        cases.push(Case { now, ..base(name, &genuine, verdict, odd.as_slice()) });
    }
    cases.extend(standings(keys, &genuine, &base, &not_checked)?);
    let unread = |failed: &'static str, detail: &'static str| -> Vec<Odd> {
        let at = CHECKS.iter().position(|name| *name == failed).unwrap_or(0);
        let rest = CHECKS[at + 1..].iter().map(|name| (*name, None, "not_read"));
        std::iter::once((failed, Some(false), detail)).chain(rest).collect()
    };
    for (name, bytes, detail) in unreadable(keys, &genuine)? {
        cases.push(Case {
            odd: unread("envelope", detail),
            claims: Json::Null,
            ..base(name, &bytes, "invalid", &[])
        });
    }
    Ok(cases.into_iter().map(Case::json).collect())
}

/// Makes a case of a reader without network: name, bytes, verdict, checks that are not plain `ok`.
type Base<'a> = dyn Fn(&'static str, &[u8], &'static str, &[Odd]) -> Case + 'a;

/// What the trust list says of the issuer, and who signed.
fn standings(
    keys: &Keys,
    genuine: &[u8],
    base: &Base<'_>,
    not_checked: &dyn Fn(Option<bool>, &'static str) -> [Odd; 2],
) -> Outcome<Vec<Case>> {
    let certified = |issuer: &str, after_s| shown(keys, by(keys, issuer, after_s)?);
    let mut changed = genuine.to_vec();
    if let Some(last) = changed.last_mut() {
        *last ^= 1;
    }
    let signature: Odd = ("signature", Some(false), "signature");
    let mut made_up = by(keys, "issuer", 0)?;
    if let Value::Array(parts) = &mut made_up.certificate {
        // The last byte of the issuer's signature.
        if let Some(last) = parts.get_mut(3).and_then(Value::as_bytes_mut).and_then(|facts| facts.last_mut())
        {
            *last ^= 1;
        }
    }
    let payload = by(keys, "issuer", 0)?.payload();
    let stolen = signed_by(keys, "stranger", &payload)?;
    let impostor =
        forge_parts(keys, "stranger", &header_of(keys, "device", "live")?, &encoded(&payload)?, |_| {})?;
    Ok(vec![
        Case {
            trust: None,
            ..base("no trust list", genuine, "cannot_tell", &not_checked(None, "no_trust_list"))
        },
        Case {
            trust: Some("expired"),
            ..base("an expired trust list", genuine, "cannot_tell", &[("key", None, "trust_list_expired")])
        },
        Case {
            trust: Some("empty"),
            ..base("an unknown issuer, offline", genuine, "cannot_tell", &not_checked(None, "key_unknown"))
        },
        base(
            "a certificate by a stranger",
            &certified("stranger", 0)?,
            "cannot_tell",
            &not_checked(None, "key_unknown"),
        ),
        base(
            "a certificate by a retired key",
            &certified("retired", 0)?,
            "invalid",
            &[("key", Some(false), "key_retired")],
        ),
        base(
            "a certificate by a compromised key, offline",
            &certified("compromised", 0)?,
            "cannot_tell",
            &[("key", Some(false), "key_compromised")],
        ),
        base(
            "a certificate that the issuer never signed",
            &shown(keys, made_up)?,
            "invalid",
            &[("key", None, "signer_unproven"), ("certificate", Some(false), "signature")],
        ),
        base(
            "a certificate past its ninety days",
            &certified("issuer", -91 * DAY)?,
            "expired",
            &[("validity", Some(false), "expired")],
        ),
        base(
            "a certificate from the future",
            &certified("issuer", 310)?,
            "cannot_tell",
            &[("validity", Some(false), "from_the_future")],
        ),
        base("one bit of the signature changed", &changed, "invalid", &[signature]),
        base("signed by another phone under its own name", &stolen, "invalid", &[signature]),
        base("signed by another phone under this one's name", &impostor, "invalid", &[signature]),
    ])
}

/// Codes that break a rule of the envelope or of the claims.
fn unreadable(keys: &Keys, genuine: &[u8]) -> Outcome<Vec<(&'static str, Vec<u8>, &'static str)>> {
    let with = |change: &dyn Fn(&mut Shown)| -> Outcome<Vec<u8>> {
        let mut seen = by(keys, "issuer", 0)?;
        change(&mut seen);
        shown(keys, seen)
    };
    let certificate = |at: usize, value: &Value| {
        with(&|seen| {
            if let Value::Array(parts) = &mut seen.certificate
                && let Some(part) = parts.get_mut(at)
            {
                *part = value.clone();
            }
        })
    };
    let text = |text: &str| Value::Text(text.to_owned());
    let as_manifest = forge_parts(
        keys,
        "device",
        &header_of(keys, "device", "manifest")?,
        &encoded(&by(keys, "issuer", 0)?.payload())?,
        |_| {},
    )?;
    Ok(vec![
        ("cut by a byte", genuine[..genuine.len() - 1].to_vec(), "malformed_cbor"),
        ("twice", genuine.repeat(2), "trailing_bytes"),
        ("another kind of seal", as_manifest, "wrong_typ"),
        ("no private claim", signed_by(keys, "device", &cbor::map(Vec::new()))?, "claim_missing"),
        (
            "a private claim of four items",
            signed_by(keys, "device", &cbor::map(vec![(PRIVATE, Value::Array(vec![Value::from(1); 4]))]))?,
            "claim_type",
        ),
        (
            "a certificate in bytes",
            with(&|seen| seen.certificate = Value::Bytes(vec![7; 184]))?,
            "claim_type",
        ),
        ("a certificate without issuer", certificate(0, &text(""))?, "claim_range"),
        ("an issuer of 33 bytes", certificate(0, &text(&"x".repeat(33)))?, "claim_range"),
        ("an expiry in words", certificate(1, &text("2027"))?, "claim_type"),
        ("a certificate from before 1970", certificate(2, &Value::from(-1))?, "claim_range"),
        ("facts of 183 bytes", certificate(3, &Value::Bytes(vec![7; 183]))?, "claim_type"),
        ("nothing carried", with(&|seen| seen.carried = ids(&[]))?, "claim_range"),
        ("three manifests", with(&|seen| seen.carried = ids(&[1, 2, 3]))?, "claim_range"),
        ("a manifest in words", with(&|seen| seen.carried = Value::Array(vec![text("1")]))?, "claim_type"),
        ("a trip of 15 bytes", with(&|seen| seen.carried = Value::Bytes(vec![7; 15]))?, "claim_type"),
        ("no plate", with(&|seen| seen.plate = text(""))?, "claim_range"),
        ("a plate of 25 bytes", with(&|seen| seen.plate = text(&"9".repeat(25)))?, "claim_range"),
        ("a plate in a number", with(&|seen| seen.plate = Value::from(15))?, "claim_type"),
        ("a whole event id", with(&|seen| seen.pickup = Value::Bytes(vec![7; 16]))?, "claim_type"),
        ("a negative step", with(&|seen| seen.step = Value::from(-1))?, "claim_range"),
        (
            "a step after the year 9999",
            with(&|seen| seen.step = Value::from(16_893_486_720_i64))?,
            "claim_range",
        ),
        ("a step in words", with(&|seen| seen.step = text("now"))?, "claim_type"),
    ])
}

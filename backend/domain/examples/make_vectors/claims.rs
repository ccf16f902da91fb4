//! The claims that the vectors are made of, and properly signed seals whose claims break a rule.

use super::{Keys, Outcome, encoded, forge::forge};
use chrono::{DateTime, Duration, Utc};
use coset::cbor::value::Value;
use data_encoding::HEXLOWER;
use domain::id::{DeviceId, ManifestId, OrganisationId, PersonId, SiteId};
use domain::mass::{Grams, MassBasis};
use domain::plate::Plate;
use domain::seal::device::DeviceClaims;
use domain::seal::envelope::Claims;
use domain::seal::manifest::{ManifestClaims, ManifestSeal};
use domain::seal::site::SiteClaims;
use domain::seal::status_list::StatusIndex;
use domain::waste::{Packaging, PhysicalState, TreatmentMethod, WasteCode, WasteLine};
use serde_json::json;
use uuid::Uuid;

pub(crate) const ISSUER: &str = "vn-vectors";
pub(crate) const HOST: &str = "demo.example";

/// 23 November 2026, 08:00 UTC.
pub(crate) const NOW_S: i64 = 1_795_420_800;

pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(NOW_S, 0).unwrap_or_default()
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128((0x019c_0000_0000_7000_u128 << 64) | 0x8000_0000_0000_0000 | n)
}

fn line(code: &str, mass: i64, physical_state: PhysicalState) -> Outcome<WasteLine> {
    Ok(WasteLine {
        line: 1,
        waste_code: WasteCode::parse(code)?,
        waste_name: "Chất thải thử nghiệm".into(),
        checked: true,
        physical_state,
        declared_mass_g: Grams(mass),
        mass_basis: MassBasis::Measured,
        packaging: Packaging { kind: "drum".into(), count: 1 },
        treatment_method: TreatmentMethod::Incineration,
    })
}

/// A manifest of `lines` lines and these plates.
pub(crate) fn manifest(lines: usize, plates: &[&str], number: &str) -> Outcome<ManifestClaims> {
    let all = [
        line("17 02 03", 481_000, PhysicalState::Liquid)?,
        line("01 04 07", 5_000, PhysicalState::Solid)?,
        line("19 06 05", 1_000_000_000, PhysicalState::Sludge)?,
        line("18 01 01", 0, PhysicalState::Solid)?,
        line("17 02 03", 19_000, PhysicalState::Liquid)?,
        line("16 01 06", 700, PhysicalState::Solid)?,
    ];
    let plates: Vec<Plate> = plates.iter().map(|plate| Plate((*plate).to_owned())).collect();
    let seal = ManifestSeal {
        issuer: ISSUER,
        issued_at: now(),
        planned_delivery_at: now() + Duration::hours(5),
        manifest_id: ManifestId(id(1)),
        number,
        revision: 1,
        status: StatusIndex::new(1, 42).ok_or("no such place")?,
        generator_site: SiteId(id(0x11)),
        facility_site: SiteId(id(0x22)),
        plates: &plates,
        lines: all.get(..lines).ok_or("too many lines")?,
        document_digest: [0xD1; 32],
    };
    Ok(seal.claims()?)
}

/// The usual manifest.
pub(crate) fn usual() -> Outcome<ManifestClaims> {
    manifest(1, &["15C-123.45"], "12/2026/1-2-3.001.VX")
}

pub(crate) fn site() -> SiteClaims {
    SiteClaims::new(ISSUER, now(), SiteId(id(0x11)), "Kho chất thải nguy hại số 1 (hư cấu)")
}

pub(crate) fn device(keys: &Keys) -> Outcome<DeviceClaims> {
    let key = *keys.get("device")?.public();
    let (person, organisation) = (PersonId(id(0x44)), OrganisationId(id(0x55)));
    Ok(DeviceClaims::new(ISSUER, now(), DeviceId(id(0x33)), key, person, organisation))
}

const EXP: i64 = 4;
const PRIVATE: i64 = -70_001;

/// Changes one claim of the usual manifest.
fn with(key: i64, value: Option<Value>) -> Outcome<Value> {
    let Value::Map(mut entries) = usual()?.to_cbor() else { return Err("claims are a map".into()) };
    entries.retain(|(found, _)| *found != Value::from(key));
    let mut entries: Vec<(i64, Value)> = entries
        .into_iter()
        .filter_map(|(found, value)| Some((i64::try_from(i128::from(found.as_integer()?)).ok()?, value)))
        .collect();
    entries.extend(value.map(|value| (key, value)));
    Ok(domain::seal::cbor::map(entries))
}

/// Changes one item of the usual manifest's private claim.
fn private(at: usize, value: Value) -> Outcome<Value> {
    let Value::Map(entries) = usual()?.to_cbor() else { return Err("claims are a map".into()) };
    let found = entries.into_iter().find(|(key, _)| *key == Value::from(PRIVATE));
    let Some((_, Value::Array(mut items))) = found else { return Err("no private claim".into()) };
    *items.get_mut(at).ok_or("no such item")? = value;
    with(PRIVATE, Some(Value::Array(items)))
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn one_line(code: u32, mass: i64, state: u8) -> Value {
    Value::Array(vec![Value::from(code), Value::from(mass), Value::from(state)])
}

pub(crate) fn cases(keys: &Keys) -> Outcome<Vec<serde_json::Value>> {
    let bytes = |len: usize| Value::Bytes(vec![7; len]);
    let five = Value::Array(vec![one_line(1, 1, 0); 5]);
    let plates = |n| Value::Array(vec![text("15C12345"); n]);
    let array = |items: usize| Value::Array(vec![Value::from(1); items]);
    let cases = [
        ("no issuer", with(1, None)?, "claim_missing"),
        ("an empty issuer", with(1, Some(text("")))?, "claim_range"),
        ("an issuer of 33 bytes", with(1, Some(text(&"x".repeat(33))))?, "claim_range"),
        ("an issuer of 22 characters and 33 bytes", with(1, Some(text(&"ệ".repeat(11))))?, "claim_range"),
        ("an issuer of bytes", with(1, Some(bytes(4)))?, "claim_type"),
        ("no expiry", with(EXP, None)?, "claim_missing"),
        ("an expiry before 1970", with(EXP, Some(Value::from(-1)))?, "claim_range"),
        ("an expiry after the year 9999", with(EXP, Some(Value::from(253_402_300_800_i64)))?, "claim_range"),
        ("an expiry of 64 bits", with(EXP, Some(Value::from(u64::MAX)))?, "claim_range"),
        ("an expiry in words", with(EXP, Some(text("2026-12-23")))?, "claim_type"),
        ("no day of issue", with(6, None)?, "claim_missing"),
        ("no id", with(7, None)?, "claim_missing"),
        ("an id of 15 bytes", with(7, Some(bytes(15)))?, "claim_type"),
        ("an id in words", with(7, Some(text("019c0000")))?, "claim_type"),
        ("no private claim", with(PRIVATE, None)?, "claim_missing"),
        ("a private claim of six items", with(PRIVATE, Some(array(6)))?, "claim_type"),
        ("a private claim of eight items", with(PRIVATE, Some(array(8)))?, "claim_type"),
        ("a number with a control character", private(0, text("12\n2026"))?, "claim_range"),
        ("a number of 65 bytes", private(0, text(&"9".repeat(65)))?, "claim_range"),
        ("a negative revision", private(1, Value::from(-1))?, "claim_range"),
        ("a revision of 33 bits", private(1, Value::from(1_u64 << 32))?, "claim_range"),
        ("a status index in words", private(2, text("7"))?, "claim_type"),
        ("sites of 15 bytes", private(3, bytes(15))?, "claim_type"),
        ("three plates", private(4, plates(3))?, "claim_range"),
        ("plates in one text", private(4, text("15C12345"))?, "claim_type"),
        ("a negative count of plates", private(4, Value::from(-3))?, "claim_range"),
        ("five lines", private(5, five)?, "claim_range"),
        ("a code of seven digits", private(5, Value::Array(vec![one_line(1_000_000, 1, 0)]))?, "claim_range"),
        ("a negative mass", private(5, Value::Array(vec![one_line(170_203, -1, 0)]))?, "claim_range"),
        (
            "a mass that no browser can count",
            private(5, Value::Array(vec![one_line(170_203, 1 << 53, 0)]))?,
            "claim_range",
        ),
        ("an unknown state", private(5, Value::Array(vec![one_line(170_203, 1, 3)]))?, "claim_range"),
        ("a line of four items", private(5, Value::Array(vec![array(4)]))?, "claim_type"),
        (
            "the rest before a line",
            private(5, Value::Array(vec![array(2), one_line(170_203, 1, 0)]))?,
            "claim_type",
        ),
        ("lines in a map", private(5, Value::Map(Vec::new()))?, "claim_type"),
        ("a digest of 32 bytes", private(6, bytes(32))?, "claim_type"),
        ("claims in an array", array(3), "claim_type"),
    ];
    cases
        .into_iter()
        .map(|(name, payload, error)| {
            let seal = forge(keys, "issuer", &encoded(&payload)?, |_| {})?;
            Ok(json!({ "name": name, "typ": "manifest", "seal": HEXLOWER.encode(&seal), "error": error }))
        })
        .collect()
}

/// Ids of the vectors: 1 the manifest, 2 another, 9 the trip, 0x33 the phone, 0x44 the driver, 0x55 the carrier.
pub(crate) fn id_bytes(n: u8) -> Vec<u8> {
    let mut bytes = vec![0x01, 0x9c, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 0];
    if let Some(last) = bytes.last_mut() {
        *last = n;
    }
    bytes
}

/// The same as text.
pub(crate) fn id_text(n: u8) -> String {
    format!("019c0000-0000-7000-8000-0000000000{n:02x}")
}

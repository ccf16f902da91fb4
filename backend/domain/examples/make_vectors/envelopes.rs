//! Whole seals, good and bad.

use super::claims::{device, manifest, site, usual};
use super::forge::{entry, forge, forge_parts, header, signed, text};
use super::{Keys, Outcome, encoded, project};
use coset::cbor::value::Value;
use data_encoding::HEXLOWER;
use domain::seal::envelope::{Claims, seal};
use domain::seal::key::sha256;
use ring::rand::SystemRandom;
use serde_json::{Value as Json, json};

fn good<T: Claims>(keys: &Keys, name: &str, claims: &T, json: &Json) -> Outcome<Json> {
    let sealed = seal(claims, keys.get("issuer")?, &SystemRandom::new())?;
    let header = encoded(&Value::Map(header(keys, "issuer", T::TYP.as_str())?))?;
    let digest = sha256(&signed(&header, &encoded(&claims.to_cbor())?)?);
    Ok(json!({
        "name": name, "typ": T::TYP.as_str(), "seal": HEXLOWER.encode(sealed.bytes()), "error": null,
        "key": "issuer", "digest": HEXLOWER.encode(&digest), "claims": json,
    }))
}

pub(crate) fn cases(keys: &Keys) -> Outcome<Vec<Json>> {
    let mut cases = Vec::new();
    for (name, claims) in [
        ("one line, one plate", usual()?),
        ("no line, no plate", manifest(0, &[], "1/2026/X")?),
        (
            "four lines, two plates",
            manifest(4, &["15C-123.45", "15RM-001.23"], "9999999/2026/1-2-3-4-5-6.035.VX")?,
        ),
        ("six lines: three groups and the rest", manifest(6, &["15C-123.45"], "12/2026/1-2-3.001.VX")?),
        ("three plates: their count", manifest(1, &["15C-1", "15C-2", "15C-3"], "12/2026/1-2-3.001.VX")?),
        (
            "a number beyond the room: fewer lines",
            manifest(4, &["15C-123.45", "15RM-001.23"], &"Đ".repeat(30))?,
        ),
    ] {
        cases.push(good(keys, name, &claims, &project::manifest(&claims))?);
    }
    cases.push(good(keys, "a wall code", &site(), &project::site(&site()))?);
    let device = device(keys)?;
    cases.push(good(keys, "a device certificate", &device, &project::device(&device))?);
    for (name, typ, seal, error) in bad(keys)? {
        cases.push(json!({ "name": name, "typ": typ, "seal": HEXLOWER.encode(&seal), "error": error }));
    }
    Ok(cases)
}

type Bad = (&'static str, &'static str, Vec<u8>, &'static str);

fn bad(keys: &Keys) -> Outcome<Vec<Bad>> {
    let payload = encoded(&usual()?.to_cbor())?;
    let whole = |spoil: fn(&mut Vec<Value>)| forge(keys, "issuer", &payload, spoil);
    let genuine = whole(|_| {})?;
    let site = encoded(&site().to_cbor())?;
    let site_header = encoded(&Value::Map(header(keys, "issuer", "site")?))?;
    let wall = forge_parts(keys, "issuer", &site_header, &site, |_| {})?;
    let with_payload = |payload: &[u8]| forge(keys, "issuer", payload, |_| {});
    let with_header = |spoil: fn(&mut Vec<(Value, Value)>)| {
        let mut entries = header(keys, "issuer", "manifest")?;
        spoil(&mut entries);
        forge_parts(keys, "issuer", &encoded(&Value::Map(entries))?, &payload, |_| {})
    };
    let header_bytes = |bytes: &[u8]| forge_parts(keys, "issuer", bytes, &payload, |_| {});
    let header = encoded(&Value::Map(header(keys, "issuer", "manifest")?))?;
    let splice = |at: usize, len: usize, with: &[u8]| [&genuine[..at], with, &genuine[at + len..]].concat();
    let untagged = genuine[1..].to_vec();
    let mut cases: Vec<Bad> = vec![
        ("nothing", "manifest", Vec::new(), "malformed_cbor"),
        ("cut by a byte", "manifest", genuine[..genuine.len() - 1].to_vec(), "malformed_cbor"),
        ("cut in the middle", "manifest", genuine[..genuine.len() / 2].to_vec(), "malformed_cbor"),
        ("twice", "manifest", genuine.repeat(2), "trailing_bytes"),
        ("a byte more", "manifest", [&genuine[..], &[0]].concat(), "trailing_bytes"),
        ("untagged", "manifest", untagged.clone(), "not_cose_sign1"),
        ("tagged twice", "manifest", [&[0xD2], &genuine[..]].concat(), "not_cose_sign1"),
        ("the tag of COSE_Mac0", "manifest", [&[0xD1], &untagged[..]].concat(), "unsupported_item"),
        ("the tag in two bytes", "manifest", splice(0, 1, &[0xD8, 0x12]), "not_canonical"),
        (
            "an indefinite array",
            "manifest",
            [&[0xD2, 0x9F], &genuine[2..], &[0xFF]].concat(),
            "not_canonical",
        ),
        ("larger than the limit", "manifest", [&genuine[..], &[0; 1200]].concat(), "too_large"),
        ("three parts", "manifest", whole(|parts| drop(parts.pop()))?, "not_cose_sign1"),
        ("five parts", "manifest", whole(|parts| parts.push(Value::Null))?, "not_cose_sign1"),
        (
            "a header that is no byte string",
            "manifest",
            whole(|p| p[0] = Value::Map(Vec::new()))?,
            "not_cose_sign1",
        ),
        ("no payload", "manifest", whole(|parts| parts[2] = Value::Null)?, "not_cose_sign1"),
        ("a signature in words", "manifest", whole(|parts| parts[3] = text("x"))?, "not_cose_sign1"),
        (
            "an unprotected key id",
            "manifest",
            whole(|p| p[1] = Value::Map(vec![entry(4, Value::Bytes(vec![1; 8]))]))?,
            "unprotected_header",
        ),
        (
            "a critical header",
            "manifest",
            with_header(|h| h.insert(1, entry(2, Value::Array(vec![Value::from(16)]))))?,
            "critical_header",
        ),
        ("EdDSA", "manifest", with_header(|h| h[0].1 = Value::from(-8))?, "algorithm"),
        ("the algorithm in words", "manifest", with_header(|h| h[0].1 = text("ES256"))?, "algorithm"),
        ("no algorithm", "manifest", with_header(|h| drop(h.remove(0)))?, "algorithm"),
        ("no key id", "manifest", with_header(|h| drop(h.remove(1)))?, "key_id"),
        ("a key id of four bytes", "manifest", with_header(|h| h[1].1 = Value::Bytes(vec![1; 4]))?, "key_id"),
        ("no typ", "manifest", with_header(|h| drop(h.pop()))?, "typ"),
        ("an unknown typ", "manifest", with_header(|h| h[2].1 = text("voucher"))?, "typ"),
        ("a typ in a number", "manifest", with_header(|h| h[2].1 = Value::from(61))?, "typ"),
        (
            "an unknown header",
            "manifest",
            with_header(|h| h.push(entry(99, Value::from(1))))?,
            "unknown_header",
        ),
        (
            "an initialisation vector",
            "manifest",
            with_header(|h| h.insert(2, entry(5, Value::Bytes(vec![1]))))?,
            "unknown_header",
        ),
        ("a header out of order", "manifest", with_header(|h| h.swap(0, 1))?, "not_canonical"),
        (
            "a doubled header",
            "manifest",
            with_header(|h| h.insert(0, entry(1, Value::from(-7))))?,
            "duplicate_key",
        ),
        ("an empty header", "manifest", header_bytes(b"")?, "malformed_cbor"),
        ("a header that is an array", "manifest", header_bytes(&[0x80])?, "not_cose_sign1"),
        (
            "an indefinite header",
            "manifest",
            header_bytes(&[&[0xBF], &header[1..], &[0xFF]].concat())?,
            "not_canonical",
        ),
        ("a wall code for a manifest", "manifest", wall.clone(), "wrong_typ"),
        ("a manifest for a wall code", "site", genuine.clone(), "wrong_typ"),
        ("a manifest for a certificate", "device", genuine.clone(), "wrong_typ"),
        ("a payload over the limit", "manifest", with_payload(&[0; 1025])?, "too_large"),
        (
            "a signature of 63 bytes",
            "manifest",
            whole(|parts| parts[3] = Value::Bytes(vec![1; 63]))?,
            "signature_length",
        ),
        (
            "a signature in ASN.1",
            "manifest",
            whole(|parts| parts[3] = Value::Bytes(vec![0x30; 71]))?,
            "signature_length",
        ),
        ("an empty payload", "manifest", with_payload(b"")?, "malformed_cbor"),
        ("a payload and more", "manifest", with_payload(&[&payload[..], &[0]].concat())?, "trailing_bytes"),
        ("a float", "manifest", with_payload(&[0xA1, 0x01, 0xF9, 0x3E, 0x00])?, "unsupported_item"),
        (
            "nine levels",
            "manifest",
            with_payload(&[&[0xA1, 0x01], &[0x81; 8][..], &[0x01]].concat())?,
            "nesting_too_deep",
        ),
    ];
    for (name, hex, error) in [
        ("a long integer", "a20118010401", "not_canonical"),
        ("an indefinite payload", "bf0101ff", "not_canonical"),
        ("claims out of order", "a204010101", "not_canonical"),
        ("a doubled claim", "a201010102", "duplicate_key"),
        ("a doubled claim in two spellings", "a20101180102", "duplicate_key"),
        ("a claim under a key of bytes", "a1410101", "unsupported_item"),
        ("a payload of undefined", "f7", "not_canonical"),
        ("text that is not UTF-8", "a10161ff", "malformed_cbor"),
    ] {
        cases.push((name, "manifest", with_payload(&HEXLOWER.decode(hex.as_bytes())?)?, error));
    }
    Ok(cases)
}

pub(crate) fn cbor_cases() -> Vec<Json> {
    let deep = |n: usize| format!("{}01", "81".repeat(n));
    let (eight, nine, abyss) = (deep(8), deep(9), deep(2000));
    [
        ("zero", "00", None),
        ("minus one", "20", None),
        ("64 bits", "1bffffffffffffffff", None),
        ("a letter of three bytes", "63e1baa1", None),
        ("true, null and empty containers", "84f5f680a0", None),
        ("integer keys in bytewise order, not by length", "a30a011864022003", None),
        ("integer keys by length", "a30a012003186402", Some("not_canonical")),
        ("text keys in order", "a261620162616102", None),
        ("text keys out of order", "a262616102616201", Some("not_canonical")),
        ("eight levels", eight.as_str(), None),
        ("nine levels", nine.as_str(), Some("nesting_too_deep")),
        ("two thousand levels", abyss.as_str(), Some("nesting_too_deep")),
        ("nothing", "", Some("malformed_cbor")),
        ("a text cut short", "63e1ba", Some("malformed_cbor")),
        ("half a letter", "62e1ba", Some("malformed_cbor")),
        ("a length beyond the end", "5affffffff00", Some("malformed_cbor")),
        ("an array that never ends", "9bffffffffffffffff00", Some("malformed_cbor")),
        ("a reserved length", "1c", Some("malformed_cbor")),
        ("a break alone", "ff", Some("malformed_cbor")),
        ("two items", "0001", Some("trailing_bytes")),
        ("an integer in two bytes", "1817", Some("not_canonical")),
        ("an integer in three bytes", "1900ff", Some("not_canonical")),
        ("a negative integer in two bytes", "3817", Some("not_canonical")),
        ("a long text length", "780161", Some("not_canonical")),
        ("a long array length", "980101", Some("not_canonical")),
        ("an indefinite text", "7f6161ff", Some("not_canonical")),
        ("an indefinite map", "bfff", Some("not_canonical")),
        ("undefined", "f7", Some("not_canonical")),
        ("a float", "f93e00", Some("unsupported_item")),
        ("a whole number as a float", "f93c00", Some("unsupported_item")),
        ("not a number", "f97e00", Some("unsupported_item")),
        ("a date", "c11a6a12c780", Some("unsupported_item")),
        ("an array as a key", "a18001", Some("unsupported_item")),
        ("a doubled text key", "a2616101616102", Some("duplicate_key")),
        ("a doubled key deep inside", "81a1616181a201010102", Some("duplicate_key")),
    ]
    .into_iter()
    .map(|(name, hex, error)| json!({ "name": name, "hex": hex, "error": error }))
    .collect()
}

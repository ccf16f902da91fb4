//! COSE_Sign1 by hand, so that every part can be spoilt.

use super::{Keys, Outcome, encoded};
use coset::cbor::value::Value;

const COSE_SIGN1: u64 = 18;

pub(crate) fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

pub(crate) fn entry(key: i64, value: Value) -> (Value, Value) {
    (Value::from(key), value)
}

/// The right protected header for a key and a kind, as entries.
pub(crate) fn header(keys: &Keys, key: &str, typ: &str) -> Outcome<Vec<(Value, Value)>> {
    let kid = keys.get(key)?.kid().0.to_vec();
    Ok(vec![entry(1, Value::from(-7)), entry(4, Value::Bytes(kid)), entry(16, text(typ))])
}

/// The right protected header, encoded.
pub(crate) fn header_of(keys: &Keys, key: &str, typ: &str) -> Outcome<Vec<u8>> {
    encoded(&Value::Map(header(keys, key, typ)?))
}

/// The Sig_structure of RFC 9052 §4.4, written out here so that the code under test is not its own judge.
pub(crate) fn signed(header: &[u8], payload: &[u8]) -> Outcome<Vec<u8>> {
    encoded(&Value::Array(vec![
        text("Signature1"),
        Value::Bytes(header.to_vec()),
        Value::Bytes(Vec::new()),
        Value::Bytes(payload.to_vec()),
    ]))
}

/// Signs header and payload, then lets the caller spoil the four parts.
pub(crate) fn forge_parts(
    keys: &Keys,
    key: &str,
    header: &[u8],
    payload: &[u8],
    spoil: impl FnOnce(&mut Vec<Value>),
) -> Outcome<Vec<u8>> {
    let signature = keys.sign(key, &signed(header, payload)?)?;
    let mut parts = vec![
        Value::Bytes(header.to_vec()),
        Value::Map(Vec::new()),
        Value::Bytes(payload.to_vec()),
        Value::Bytes(signature.to_vec()),
    ];
    spoil(&mut parts);
    encoded(&Value::Tag(COSE_SIGN1, Box::new(Value::Array(parts))))
}

/// A manifest seal with this payload, spoilt after signing.
pub(crate) fn forge(
    keys: &Keys,
    key: &str,
    payload: &[u8],
    spoil: impl FnOnce(&mut Vec<Value>),
) -> Outcome<Vec<u8>> {
    let header = encoded(&Value::Map(header(keys, key, "manifest")?))?;
    forge_parts(keys, key, &header, payload, spoil)
}

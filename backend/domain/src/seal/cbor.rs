//! Canonical CBOR (RFC 8949 §4.2.1): reading refuses everything but the one encoding, writing makes that one.
//!
//! Works on the CBOR value that `coset` re-exports; nothing here knows what a seal means.

use chrono::{DateTime, Utc};
use coset::cbor::{de, ser, value::Value};
use uuid::Uuid;

/// Deepest nesting of arrays, maps and tags; a scalar has depth 0.
pub const MAX_DEPTH: usize = 8;

/// Tag of COSE_Sign1 (RFC 9052 §4.2), the only one that a seal has.
pub const COSE_SIGN1: u64 = 18;

/// Last second of the year 9999, the end of what RFC 3339 can write.
const LAST_SECOND: i64 = 253_402_300_799;

/// Why bytes are not the canonical encoding of one CBOR item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CborError {
    /// The bytes are not CBOR, or end too early.
    #[error("the bytes are not CBOR")]
    Malformed,
    /// Something follows the item.
    #[error("bytes follow the CBOR item")]
    TrailingBytes,
    /// Deeper than [`MAX_DEPTH`].
    #[error("the CBOR is nested too deeply")]
    NestingTooDeep,
    /// A float, a tag other than COSE_Sign1's, an integer beyond 64 bits, or a map key that is neither integer nor text:
    /// no seal has them, and languages differ in reading them.
    #[error("the CBOR has an item that no seal has")]
    UnsupportedItem,
    /// A map names a key twice.
    #[error("a CBOR map has a key twice")]
    DuplicateKey,
    /// Longer than need be, of indefinite length, or a map out of order.
    #[error("the CBOR is not in its canonical form")]
    NotCanonical,
}

impl CborError {
    /// Stable code of the rule.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Malformed => "malformed_cbor",
            Self::TrailingBytes => "trailing_bytes",
            Self::NestingTooDeep => "nesting_too_deep",
            Self::UnsupportedItem => "unsupported_item",
            Self::DuplicateKey => "duplicate_key",
            Self::NotCanonical => "not_canonical",
        }
    }
}

/// Why a canonical payload is not the claims it says it is; each names the claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClaimsError {
    /// The claim is not there.
    #[error("the claim {0} is missing")]
    Missing(&'static str),
    /// The claim is of another CBOR type or length.
    #[error("the claim {0} has the wrong type")]
    WrongType(&'static str),
    /// The claim's value is outside its range.
    #[error("the claim {0} is out of range")]
    OutOfRange(&'static str),
}

impl ClaimsError {
    /// Stable code of the rule.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing(_) => "claim_missing",
            Self::WrongType(_) => "claim_type",
            Self::OutOfRange(_) => "claim_range",
        }
    }
}

/// Encodes a value; canonical when its maps were made by [`map`].
///
/// # Errors
/// [`CborError::Malformed`] if the encoder refuses the value, which it does for none that this crate builds.
pub fn encode(value: &Value) -> Result<Vec<u8>, CborError> {
    let mut bytes = Vec::new();
    ser::into_writer(value, &mut bytes).map_err(|_| CborError::Malformed)?;
    Ok(bytes)
}

/// Decodes exactly one canonical item.
///
/// # Errors
/// One [`CborError`] per rule; the first broken one, in the order of the enum.
pub fn decode(bytes: &[u8]) -> Result<Value, CborError> {
    let mut rest = bytes;
    let value: Value = de::from_reader(&mut rest).map_err(|error| match error {
        de::Error::RecursionLimitExceeded => CborError::NestingTooDeep,
        de::Error::Io(_) | de::Error::Syntax(_) | de::Error::Semantic(..) => CborError::Malformed,
    })?;
    if !rest.is_empty() {
        return Err(CborError::TrailingBytes);
    }
    if depth(&value) > MAX_DEPTH {
        return Err(CborError::NestingTooDeep);
    }
    check_items(&value)?;
    check_maps(&value)?;
    if encode(&value)? != bytes {
        return Err(CborError::NotCanonical);
    }
    Ok(value)
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Map(entries) => 1 + entries.iter().map(|(k, v)| depth(k).max(depth(v))).max().unwrap_or(0),
        Value::Tag(_, inner) => 1 + depth(inner),
        _ => 0,
    }
}

fn check_items(value: &Value) -> Result<(), CborError> {
    match value {
        Value::Bytes(_) | Value::Text(_) | Value::Bool(_) | Value::Null => Ok(()),
        // What fits in major types 0 and 1, and is not a bignum.
        Value::Integer(n) if (-(1 << 64)..1 << 64).contains(&i128::from(*n)) => Ok(()),
        Value::Array(items) => items.iter().try_for_each(check_items),
        Value::Tag(COSE_SIGN1, inner) => check_items(inner),
        Value::Map(entries) => entries.iter().try_for_each(|(key, inner)| match key {
            Value::Integer(_) | Value::Text(_) => check_items(key).and_then(|()| check_items(inner)),
            _ => Err(CborError::UnsupportedItem),
        }),
        _ => Err(CborError::UnsupportedItem),
    }
}

/// Keys must rise in the bytewise order of their encodings.
fn check_maps(value: &Value) -> Result<(), CborError> {
    match value {
        Value::Array(items) => items.iter().try_for_each(check_maps),
        Value::Tag(_, inner) => check_maps(inner),
        Value::Map(entries) => {
            let keys = entries.iter().map(|(key, _)| encode(key)).collect::<Result<Vec<_>, _>>()?;
            let mut sorted = keys.clone();
            sorted.sort_unstable();
            if sorted.windows(2).any(|pair| pair[0] == pair[1]) {
                return Err(CborError::DuplicateKey);
            }
            if sorted != keys {
                return Err(CborError::NotCanonical);
            }
            entries.iter().try_for_each(|(key, inner)| check_maps(key).and_then(|()| check_maps(inner)))
        }
        _ => Ok(()),
    }
}

/// A map with integer keys, in canonical order.
#[must_use]
pub fn map(entries: Vec<(i64, Value)>) -> Value {
    let mut entries = entries;
    // Bytewise order of integer keys: non-negative ones rising, then negative ones from -1 down.
    entries.sort_by_key(|(key, _)| (*key < 0, key.unsigned_abs()));
    Value::Map(entries.into_iter().map(|(key, value)| (Value::from(key), value)).collect())
}

/// An instant as CWT writes it: whole seconds since 1970.
#[must_use]
pub fn seconds(at: DateTime<Utc>) -> Value {
    Value::from(at.timestamp())
}

/// The sixteen bytes of an id.
#[must_use]
pub fn uuid(id: Uuid) -> Value {
    Value::Bytes(id.as_bytes().to_vec())
}

/// The entries of a map with integer keys, taken one by one; keys nobody asks for are left alone, so that an issuer
/// can add claims without breaking phones that do not know them.
#[derive(Debug)]
pub struct MapReader(Vec<(Value, Value)>);

impl MapReader {
    /// Reads a map.
    ///
    /// # Errors
    /// [`ClaimsError::WrongType`] with `what` when the value is no map.
    pub fn new(value: Value, what: &'static str) -> Result<Self, ClaimsError> {
        match value {
            Value::Map(entries) => Ok(Self(entries)),
            _ => Err(ClaimsError::WrongType(what)),
        }
    }

    /// Takes the value of a key, if it is there.
    pub fn take(&mut self, key: i64) -> Option<Value> {
        let key = Value::from(key);
        let at = self.0.iter().position(|(found, _)| *found == key)?;
        Some(self.0.swap_remove(at).1)
    }

    /// Takes the value of a key.
    ///
    /// # Errors
    /// [`ClaimsError::Missing`] with `what`.
    pub fn require(&mut self, key: i64, what: &'static str) -> Result<Value, ClaimsError> {
        self.take(key).ok_or(ClaimsError::Missing(what))
    }

    /// True when every entry was taken.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes a value under a text key, as the status list's inner map has them.
    ///
    /// # Errors
    /// [`ClaimsError::Missing`] with `what`.
    pub fn require_text(&mut self, key: &str, what: &'static str) -> Result<Value, ClaimsError> {
        let at = self
            .0
            .iter()
            .position(|(found, _)| found.as_text() == Some(key))
            .ok_or(ClaimsError::Missing(what))?;
        Ok(self.0.swap_remove(at).1)
    }
}

/// Reads text of 1 to `max_bytes` bytes without control characters.
///
/// # Errors
/// [`ClaimsError`] with `what`.
pub fn text(value: Value, max_bytes: usize, what: &'static str) -> Result<String, ClaimsError> {
    match value {
        Value::Text(text)
            if text.is_empty() || text.len() > max_bytes || text.chars().any(char::is_control) =>
        {
            Err(ClaimsError::OutOfRange(what))
        }
        Value::Text(text) => Ok(text),
        _ => Err(ClaimsError::WrongType(what)),
    }
}

/// Reads an integer from `0` to `max`.
///
/// # Errors
/// [`ClaimsError`] with `what`.
pub fn unsigned(value: &Value, max: u64, what: &'static str) -> Result<u64, ClaimsError> {
    let integer = value.as_integer().ok_or(ClaimsError::WrongType(what))?;
    u64::try_from(integer).ok().filter(|n| *n <= max).ok_or(ClaimsError::OutOfRange(what))
}

/// Reads an instant in whole seconds, from 1970 to the year 9999.
///
/// # Errors
/// [`ClaimsError`] with `what`.
pub fn instant(value: &Value, what: &'static str) -> Result<DateTime<Utc>, ClaimsError> {
    let seconds = unsigned(value, LAST_SECOND.unsigned_abs(), what)?;
    i64::try_from(seconds)
        .ok()
        .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
        .ok_or(ClaimsError::OutOfRange(what))
}

/// Reads a byte string of exactly `N` bytes.
///
/// # Errors
/// [`ClaimsError::WrongType`] with `what`.
pub fn bytes<const N: usize>(value: &Value, what: &'static str) -> Result<[u8; N], ClaimsError> {
    value.as_bytes().and_then(|b| <[u8; N]>::try_from(b.as_slice()).ok()).ok_or(ClaimsError::WrongType(what))
}

/// Reads an array.
///
/// # Errors
/// [`ClaimsError::WrongType`] with `what`.
pub fn array(value: Value, what: &'static str) -> Result<Vec<Value>, ClaimsError> {
    match value {
        Value::Array(items) => Ok(items),
        _ => Err(ClaimsError::WrongType(what)),
    }
}

/// Reads an array of exactly `N` items.
///
/// # Errors
/// [`ClaimsError::WrongType`] with `what`.
pub fn tuple<const N: usize>(value: Value, what: &'static str) -> Result<[Value; N], ClaimsError> {
    array(value, what)?.try_into().map_err(|_| ClaimsError::WrongType(what))
}

#[cfg(test)]
mod tests {
    use super::{CborError, decode, encode, map};
    use coset::cbor::value::Value;
    use data_encoding::HEXLOWER;

    fn refused(hex: &str) -> CborError {
        decode(&HEXLOWER.decode(hex.as_bytes()).unwrap()).unwrap_err()
    }

    #[test]
    fn every_other_spelling_is_refused() {
        assert_eq!(refused("1801"), CborError::NotCanonical, "a long integer");
        assert_eq!(refused("9f01ff"), CborError::NotCanonical, "an indefinite array");
        assert_eq!(refused("5f4101ff"), CborError::NotCanonical, "an indefinite byte string");
        assert_eq!(refused("a202010101"), CborError::NotCanonical, "a map out of order");
        assert_eq!(refused("a201010102"), CborError::DuplicateKey);
        assert_eq!(refused("0101"), CborError::TrailingBytes);
        assert_eq!(refused(""), CborError::Malformed);
        assert_eq!(refused("8201"), CborError::Malformed, "cut short");
        assert_eq!(refused("f93e00"), CborError::UnsupportedItem, "a float");
        assert_eq!(refused("d101"), CborError::UnsupportedItem, "a tag of MAC0");
        assert_eq!(refused("a1410101"), CborError::UnsupportedItem, "a map key of bytes");
        assert_eq!(refused("c249010000000000000000"), CborError::UnsupportedItem, "a bignum");
        assert_eq!(refused("f7"), CborError::NotCanonical, "undefined");
        assert_eq!(refused("61ff"), CborError::Malformed, "text that is not UTF-8");
    }

    #[test]
    fn eight_levels_pass_and_nine_do_not() {
        assert!(decode(&HEXLOWER.decode(b"818181818181818101").unwrap()).is_ok());
        assert_eq!(refused("81818181818181818101"), CborError::NestingTooDeep);
        assert_eq!(refused(&format!("{}01", "81".repeat(5000))), CborError::NestingTooDeep);
    }

    #[test]
    fn keys_come_out_in_bytewise_order() {
        let value = map(vec![
            (-70_001, Value::from(1)),
            (-1, Value::from(2)),
            (6, Value::from(3)),
            (1, Value::from(4)),
        ]);
        let bytes = encode(&value).unwrap();
        assert_eq!(decode(&bytes).unwrap(), value);
        assert_eq!(HEXLOWER.encode(&bytes), "a40104060320023a0001117001");
    }
}

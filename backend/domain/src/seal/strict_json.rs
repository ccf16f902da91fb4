//! JSON objects without doubled keys and without deep nesting: a signed text must have one reading only.

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::fmt;

/// Why bytes are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum JsonError {
    /// Not JSON, not an object, or with a doubled key.
    NotAnObject,
    /// Deeper than allowed.
    NestingTooDeep,
}

/// Reads one JSON object; `nesting_max` counts arrays and objects, the outermost being 1.
pub(super) fn object(bytes: &[u8], nesting_max: usize) -> Result<Map<String, Value>, JsonError> {
    if nesting(bytes) > nesting_max {
        return Err(JsonError::NestingTooDeep);
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = Strict.deserialize(&mut json).map_err(|_| JsonError::NotAnObject)?;
    json.end().map_err(|_| JsonError::NotAnObject)?;
    match value {
        Value::Object(object) => Ok(object),
        _ => Err(JsonError::NotAnObject),
    }
}

/// Deepest nesting of brackets outside strings, found before any parser recurses.
fn nesting(bytes: &[u8]) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without doubled keys")
    }
    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }
    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }
    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }
    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("not a number"))
    }
    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }
    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(Strict)? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(Strict)?;
            if object.insert(key, value).is_some() {
                return Err(A::Error::custom("a doubled key"));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::{JsonError, object};

    #[test]
    fn one_reading_only() {
        let read = object(br#"{"a":[1,-2,3.5,true,null,"\"[{"],"b":{"c":{}}}"#, 3).unwrap();
        assert_eq!(read["a"][5], "\"[{");
        assert_eq!(object(br#"{"a":{"b":1,"b":1}}"#, 9), Err(JsonError::NotAnObject));
        assert_eq!(object(br#"{"a":{"b":{}}}"#, 2), Err(JsonError::NestingTooDeep));
        for text in ["", "7", "[]", "{}x", "{", "{\"a\":1e999}", "{\"a\":01}"] {
            assert_eq!(object(text.as_bytes(), 9), Err(JsonError::NotAnObject), "{text}");
        }
    }
}

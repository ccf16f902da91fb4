//! Compact JWS (RFC 7515) as devices sign custody events: ES256, `kid` = device id, a JSON object inside.

use super::key::{KeyError, PublicKey, SigningKey};
use super::strict_json::{self, JsonError};
use data_encoding::BASE64URL_NOPAD;
use ring::rand::SecureRandom;
use serde_json::{Map, Value};

/// Most bytes of a payload.
pub const PAYLOAD_MAX: usize = 64 * 1024;
/// Deepest nesting of the payload; the object itself is 1.
pub const NESTING_MAX: usize = 16;
/// Most bytes of a header.
const HEADER_MAX: usize = 1024;
/// Longest key id.
const KID_MAX: usize = 64;
/// Header members that would change what is verified or with which key.
const REFUSED: [&str; 7] = ["crit", "b64", "jwk", "x5c", "jku", "x5u", "zip"];

/// Why a text is not a JWS of ours: one variant per rule, checked in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JwsError {
    /// Larger than any event.
    #[error("the signed event is too large")]
    TooLarge,
    /// Not three parts.
    #[error("a signed event has three parts")]
    Parts,
    /// A part is not base64url without padding.
    #[error("a part is not base64url")]
    Base64,
    /// The header is not a JSON object without doubled keys.
    #[error("the header is not a JSON object")]
    Header,
    /// The header has a member that may not be there.
    #[error("the header has a refused member")]
    RefusedHeader,
    /// Not ES256.
    #[error("the algorithm is not ES256")]
    Algorithm,
    /// No key id.
    #[error("the header names no key")]
    KeyId,
    /// Signature not 64 bytes.
    #[error("the signature is not 64 bytes")]
    SignatureLength,
    /// The payload is not a JSON object without doubled keys.
    #[error("the payload is not a JSON object")]
    Payload,
    /// The payload is nested deeper than [`NESTING_MAX`].
    #[error("the payload is nested too deeply")]
    NestingTooDeep,
    /// The key did not make this signature.
    #[error("the signature is not that key's")]
    Signature,
}

impl JwsError {
    /// Stable code of the rule.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::Parts => "parts",
            Self::Base64 => "base64",
            Self::Header => "header",
            Self::RefusedHeader => "refused_header",
            Self::Algorithm => "algorithm",
            Self::KeyId => "key_id",
            Self::SignatureLength => "signature_length",
            Self::Payload => "payload",
            Self::NestingTooDeep => "nesting_too_deep",
            Self::Signature => "signature",
        }
    }
}

/// A JWS that was read but whose signature nobody has checked.
#[derive(Debug, Clone, PartialEq)]
pub struct UnverifiedJws {
    text: String,
    signing_input_len: usize,
    kid: String,
    payload: Vec<u8>,
    object: Map<String, Value>,
    signature: [u8; 64],
}

impl UnverifiedJws {
    /// Reads a compact JWS.
    ///
    /// # Errors
    /// [`JwsError`]: the first broken rule; never [`JwsError::Signature`].
    pub fn parse(text: &str) -> Result<Self, JwsError> {
        if text.len() > (HEADER_MAX + PAYLOAD_MAX) * 4 / 3 + 100 {
            return Err(JwsError::TooLarge);
        }
        let mut parts = text.split('.');
        let (Some(header), Some(payload), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(JwsError::Parts);
        };
        let signing_input_len = header.len() + 1 + payload.len();
        let decode = |part: &str| BASE64URL_NOPAD.decode(part.as_bytes()).map_err(|_| JwsError::Base64);
        let (header, payload, signature) = (decode(header)?, decode(payload)?, decode(signature)?);
        if header.len() > HEADER_MAX || payload.len() > PAYLOAD_MAX {
            return Err(JwsError::TooLarge);
        }
        let kid = read_header(&header)?;
        let signature = <[u8; 64]>::try_from(signature).map_err(|_| JwsError::SignatureLength)?;
        let object = strict_json::object(&payload, NESTING_MAX).map_err(|error| match error {
            JsonError::NotAnObject => JwsError::Payload,
            JsonError::NestingTooDeep => JwsError::NestingTooDeep,
        })?;
        Ok(Self { text: text.to_owned(), signing_input_len, kid, payload, object, signature })
    }

    /// Name of the key that it says signed it: a device id in hyphenated lower case, or `enrol`.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// `header.payload`: two texts with the same are the same event, whatever their signatures.
    #[must_use]
    pub fn signing_input(&self) -> &str {
        &self.text[..self.signing_input_len]
    }

    /// The whole text as received: what is stored.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The payload's bytes.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The payload's JSON object.
    #[must_use]
    pub const fn object(&self) -> &Map<String, Value> {
        &self.object
    }

    /// Checks the signature.
    ///
    /// # Errors
    /// [`JwsError::Signature`].
    pub fn verify(self, key: &PublicKey) -> Result<SignedJws, JwsError> {
        if key.verifies(self.signing_input().as_bytes(), &self.signature) {
            Ok(SignedJws(self))
        } else {
            Err(JwsError::Signature)
        }
    }
}

fn read_header(header: &[u8]) -> Result<String, JwsError> {
    let header = strict_json::object(header, NESTING_MAX).map_err(|_| JwsError::Header)?;
    if REFUSED.iter().any(|member| header.contains_key(*member)) {
        return Err(JwsError::RefusedHeader);
    }
    if header.get("alg").and_then(Value::as_str) != Some("ES256") {
        return Err(JwsError::Algorithm);
    }
    match header.get("kid").and_then(Value::as_str) {
        Some(kid) if !kid.is_empty() && kid.len() <= KID_MAX => Ok(kid.to_owned()),
        _ => Err(JwsError::KeyId),
    }
}

/// A JWS whose signature was checked with the key that the caller chose.
#[derive(Debug, Clone, PartialEq)]
pub struct SignedJws(UnverifiedJws);

impl std::ops::Deref for SignedJws {
    type Target = UnverifiedJws;
    fn deref(&self) -> &UnverifiedJws {
        &self.0
    }
}

/// Builds and signs a compact JWS, as a phone would.
///
/// # Errors
/// [`KeyError::SignerFailed`].
pub fn sign(
    kid: &str,
    payload: &[u8],
    key: &SigningKey,
    random: &dyn SecureRandom,
) -> Result<String, KeyError> {
    let header = serde_json::json!({ "alg": "ES256", "kid": kid }).to_string();
    let input = format!("{}.{}", BASE64URL_NOPAD.encode(header.as_bytes()), BASE64URL_NOPAD.encode(payload));
    let signature = key.sign(input.as_bytes(), random)?;
    Ok(format!("{input}.{}", BASE64URL_NOPAD.encode(&signature)))
}

#[cfg(test)]
mod tests {
    use super::{JwsError, PAYLOAD_MAX, UnverifiedJws, sign};
    use crate::seal::key::SigningKey;
    use data_encoding::BASE64URL_NOPAD;
    use proptest::prelude::*;
    use ring::rand::SystemRandom;

    const KID: &str = "0198c0de-0000-7000-8000-000000000001";

    fn key() -> SigningKey {
        let random = SystemRandom::new();
        SigningKey::from_pkcs8(&SigningKey::generate_pkcs8(&random).unwrap(), &random).unwrap()
    }

    fn forged(header: &str, payload: &str) -> String {
        let part = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
        format!("{}.{}.{}", part(header), part(payload), BASE64URL_NOPAD.encode(&[0; 64]))
    }

    #[test]
    fn a_signed_event_verifies_with_its_key_only() {
        let key = key();
        let text = sign(KID, br#"{"kind":"pickup"}"#, &key, &SystemRandom::new()).unwrap();
        let jws = UnverifiedJws::parse(&text).unwrap();
        assert_eq!((jws.kid(), jws.payload()), (KID, &br#"{"kind":"pickup"}"#[..]));
        assert!(text.starts_with(jws.signing_input()) && jws.text() == text);
        assert_eq!(jws.clone().verify(self::key().public()), Err(JwsError::Signature));
        assert_eq!(jws.verify(key.public()).unwrap().object()["kind"], "pickup");
    }

    #[test]
    fn each_rule_has_its_variant() {
        let good = format!(r#"{{"alg":"ES256","kid":"{KID}","typ":"JOSE"}}"#);
        assert!(UnverifiedJws::parse(&forged(&good, "{}")).is_ok());
        let header = |members: &str| forged(&format!(r#"{{"kid":"{KID}",{members}}}"#), "{}");
        let deep = format!("{{\"a\":{}1{}}}", "[".repeat(16), "]".repeat(16));
        for (text, error) in [
            (String::new(), JwsError::Parts),
            ("a.b".into(), JwsError::Parts),
            (format!("{}.x", forged(&good, "{}")), JwsError::Parts),
            (format!("{}=", forged(&good, "{}")), JwsError::Base64),
            (forged("[]", "{}"), JwsError::Header),
            (header(r#""alg":"ES256","alg":"none""#), JwsError::Header),
            (header(r#""alg":"none""#), JwsError::Algorithm),
            (header(r#""alg":"HS256""#), JwsError::Algorithm),
            (header(r#""alg":"ES256","crit":["b64"],"b64":false"#), JwsError::RefusedHeader),
            (header(r#""alg":"ES256","jwk":{}"#), JwsError::RefusedHeader),
            (forged(r#"{"alg":"ES256"}"#, "{}"), JwsError::KeyId),
            (forged(r#"{"alg":"ES256","kid":7}"#, "{}"), JwsError::KeyId),
            (forged(&good, "[]"), JwsError::Payload),
            (forged(&good, r#"{"id":1,"id":2}"#), JwsError::Payload),
            (forged(&good, "{} {}"), JwsError::Payload),
            (forged(&good, r#"{"lat":NaN}"#), JwsError::Payload),
            (forged(&good, &deep), JwsError::NestingTooDeep),
            (forged(&good, &format!("{{\"a\":\"{}\"}}", "x".repeat(PAYLOAD_MAX))), JwsError::TooLarge),
            ("x".repeat(200_000), JwsError::TooLarge),
        ] {
            assert_eq!(UnverifiedJws::parse(&text).unwrap_err(), error, "{}", &text[..text.len().min(80)]);
        }
        let short = forged(&good, "{}");
        assert_eq!(UnverifiedJws::parse(&short[..short.len() - 2]).unwrap_err(), JwsError::SignatureLength);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn one_changed_character_never_verifies(at in 0_usize..200, with in "[A-Za-z0-9_.=-]") {
            let key = key();
            let text = sign(KID, br#"{"kind":"pickup","device_seq":12}"#, &key, &SystemRandom::new()).unwrap();
            let at = at % text.len();
            let changed = format!("{}{with}{}", &text[..at], &text[at + 1..]);
            prop_assume!(changed != text);
            let verified = UnverifiedJws::parse(&changed).and_then(|jws| jws.verify(key.public()));
            prop_assert!(verified.is_err());
        }
    }
}

//! Texts as cameras, keyboards and phones give them.

use super::{Keys, Outcome};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use serde_json::{Value, json};

pub(crate) fn qr_cases() -> Vec<Value> {
    let good = [
        ("as printed", "HTTPS://DEMO.EXAMPLE/Q/AEBAG", Some("demo.example")),
        ("lower case, as some apps give it", "https://demo.example/q/aebag", Some("demo.example")),
        ("mixed case and white space", "  Https://Demo.Example/Q/aEbAg\r\n", Some("demo.example")),
        ("http and a port, as in the demo", "http://127.0.0.1:8080/Q/AEBAG", Some("127.0.0.1:8080")),
        ("bare base32", "AEBAG", None),
        ("bare base32 in lower case", "aebag ", None),
    ];
    let long_host = format!("https://{}/Q/AEBAG", "a".repeat(54));
    let too_long = "A".repeat(2049);
    let bad = [
        ("nothing", "", "empty"),
        ("white space", " \t\n", "empty"),
        ("a link without a seal", "https://demo.example/Q/", "empty"),
        ("too long", too_long.as_str(), "too_long"),
        ("a link to the front page", "https://demo.example", "other_link"),
        ("a link to another page", "https://demo.example/R/AEBAG", "other_link"),
        ("another scheme", "ftp://demo.example/Q/AEBAG", "other_link"),
        ("a script", "javascript://demo.example/Q/AEBAG", "other_link"),
        ("a user before the host", "https://demo.example@evil.example/Q/AEBAG", "bad_host"),
        ("no host", "https:///Q/AEBAG", "bad_host"),
        ("an empty port", "https://demo.example:/Q/AEBAG", "bad_host"),
        ("a port in words", "https://demo.example:http/Q/AEBAG", "bad_host"),
        ("an empty label", "https://demo..example/Q/AEBAG", "bad_host"),
        ("a hyphen in front", "https://-demo.example/Q/AEBAG", "bad_host"),
        ("a host of 54 characters", long_host.as_str(), "bad_host"),
        ("a query", "https://demo.example/Q/AEBAG?x=1", "bad_symbol"),
        ("a further path", "https://demo.example/Q/AEBAG/", "bad_symbol"),
        ("padding", "https://demo.example/Q/AEBAG===", "bad_symbol"),
        ("a digit that base32 lacks", "AEB0G", "bad_symbol"),
        ("a space inside", "AEB AG", "bad_symbol"),
        ("a Vietnamese letter", "ĐEBAG", "bad_symbol"),
        ("a letter whose upper case is ASCII", "AEBAı", "bad_symbol"),
        ("a length that base32 lacks: one", "A", "bad_length"),
        ("a length that base32 lacks: three", "AEA", "bad_length"),
        ("a length that base32 lacks: six", "AEBAGA", "bad_length"),
        ("stray bits", "AEBAH", "trailing_bits"),
    ];
    let good = good.into_iter().map(|(name, text, host)| json!({ "name": name, "text": text, "error": null, "host": host, "bytes": "010203" }));
    let bad =
        bad.into_iter().map(|(name, text, error)| json!({ "name": name, "text": text, "error": error }));
    good.chain(bad).collect()
}

pub(crate) fn short_code_cases() -> Vec<Value> {
    let good = [
        ("zero", "00000-00000-0", "0"),
        ("as shown", "00000-01111-7", "33825"),
        ("what eyes confuse", "ooooo oIiLl 7", "33825"),
        ("without separators", "00000011117", "33825"),
        ("the largest", "ZZZZZ-ZZZZZ-X", "1125899906842623"),
        ("a check character that is no base32", "00000-0000Z-Z", "31"),
        ("a star", "00000-00010-*", "32"),
        ("a U", "00000-00014-U", "36"),
        ("a u", "00000-00014-u", "36"),
    ];
    let bad = [
        ("nothing", "", "short_code_length"),
        ("without check character", "00000-01111", "short_code_length"),
        ("a character more", "00000-01111-77", "short_code_length"),
        ("a U in the middle", "0000U-01111-7", "short_code_symbol"),
        ("punctuation", "00000-0111!-7", "short_code_symbol"),
        ("a Vietnamese letter", "Đ0000-01111-7", "short_code_symbol"),
        ("one character misread", "00000-01112-7", "short_code_check"),
        ("two characters swapped", "00001-00111-7", "short_code_check"),
    ];
    let good = good
        .into_iter()
        .map(|(name, text, bits)| json!({ "name": name, "text": text, "error": null, "bits": bits }));
    let bad =
        bad.into_iter().map(|(name, text, error)| json!({ "name": name, "text": text, "error": error }));
    good.chain(bad).collect()
}

const KID: &str = "019c0000-0000-7000-8000-000000000033";

fn part(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

/// Signs whatever header and payload are given.
fn signed(keys: &Keys, key: &str, header: &str, payload: &str) -> Outcome<String> {
    let input = format!("{}.{}", part(header.as_bytes()), part(payload.as_bytes()));
    let signature = keys.sign(key, input.as_bytes())?;
    Ok(format!("{input}.{}", part(&signature)))
}

pub(crate) fn jws_cases(keys: &Keys) -> Outcome<Vec<Value>> {
    let header = format!(r#"{{"alg":"ES256","kid":"{KID}"}}"#);
    let with = |members: &str| format!(r#"{{{members},"kid":"{KID}"}}"#);
    let event = r#"{"id":"019c0000-0000-7000-8000-0000000000ee","kind":"pickup","device_seq":12,"lines":[{"line":1,"mass_g":481000}],"comment":"Đã cân \"xong\" [{"}"#;
    let deep = |n: usize| format!(r#"{{"a":{}1{}}}"#, "[".repeat(n), "]".repeat(n));
    let mut cases = Vec::new();
    for (name, header, payload) in [
        ("an event", header.clone(), event.to_owned()),
        ("more header members", with(r#""alg":"ES256","typ":"JOSE","app":"1.0""#), event.to_owned()),
        (
            "members in any order and with spaces",
            format!(r#" {{ "kid" : "{KID}" , "alg" : "ES256" }} "#),
            " {} ".to_owned(),
        ),
        ("a key id that is no device", r#"{"alg":"ES256","kid":"enrol"}"#.to_owned(), "{}".to_owned()),
        ("sixteen levels", header.clone(), deep(15)),
    ] {
        let text = signed(keys, "device", &header, &payload)?;
        let kid = if header.contains("enrol") { "enrol" } else { KID };
        let input = text.rsplit_once('.').map(|(input, _)| input.to_owned());
        let payload = HEXLOWER.encode(payload.as_bytes());
        cases.push(json!({ "name": name, "text": text, "error": null, "kid": kid, "payload": payload, "signing_input": input }));
    }
    let genuine = signed(keys, "device", &header, event)?;
    let mut parts = genuine.split('.');
    let (Some(head), Some(body), Some(signature)) = (parts.next(), parts.next(), parts.next()) else {
        return Err("three parts".into());
    };
    let by_device = |header: &str, payload: &str| signed(keys, "device", header, payload);
    let bad = [
        ("nothing", String::new(), "parts"),
        ("two parts", format!("{head}.{body}"), "parts"),
        ("four parts", format!("{genuine}.x"), "parts"),
        ("padding", format!("{genuine}=="), "base64"),
        ("white space", format!("{genuine}\n"), "base64"),
        ("the other alphabet", format!("{head}.{body}.{}", "+/".repeat(43)), "base64"),
        ("stray bits", format!("{head}.{body}.{}B", &signature[..85]), "base64"),
        ("a header that is an array", by_device("[]", event)?, "header"),
        ("a header that is no JSON", by_device("alg", event)?, "header"),
        ("a doubled header member", by_device(&with(r#""alg":"ES256","alg":"none""#), event)?, "header"),
        ("an empty header", by_device("", event)?, "header"),
        ("crit", by_device(&with(r#""alg":"ES256","crit":["exp"]"#), event)?, "refused_header"),
        ("b64", by_device(&with(r#""alg":"ES256","b64":false"#), event)?, "refused_header"),
        (
            "a key in the header",
            by_device(&with(r#""alg":"ES256","jwk":{"kty":"EC"}"#), event)?,
            "refused_header",
        ),
        (
            "a certificate in the header",
            by_device(&with(r#""alg":"ES256","x5c":[]"#), event)?,
            "refused_header",
        ),
        (
            "a link to a key",
            by_device(&with(r#""alg":"ES256","jku":"https://evil.example""#), event)?,
            "refused_header",
        ),
        ("no algorithm", by_device(&format!(r#"{{"kid":"{KID}"}}"#), event)?, "algorithm"),
        ("none", by_device(&with(r#""alg":"none""#), event)?, "algorithm"),
        ("HS256", by_device(&with(r#""alg":"HS256""#), event)?, "algorithm"),
        ("the algorithm in lower case", by_device(&with(r#""alg":"es256""#), event)?, "algorithm"),
        ("no key id", by_device(r#"{"alg":"ES256"}"#, event)?, "key_id"),
        ("an empty key id", by_device(r#"{"alg":"ES256","kid":""}"#, event)?, "key_id"),
        ("a key id in a number", by_device(r#"{"alg":"ES256","kid":7}"#, event)?, "key_id"),
        ("a signature of 63 bytes", format!("{head}.{body}.{}", part(&[1; 63])), "signature_length"),
        ("no signature", format!("{head}.{body}."), "signature_length"),
        ("a payload that is an array", by_device(&header, "[]")?, "payload"),
        ("a payload that is no JSON", by_device(&header, "{")?, "payload"),
        ("two payloads", by_device(&header, "{}{}")?, "payload"),
        ("a doubled member", by_device(&header, r#"{"kind":"pickup","kind":"note"}"#)?, "payload"),
        (
            "a doubled member in another spelling",
            by_device(&header, r#"{"a":{"kind":1,"k\u0069nd":2}}"#)?,
            "payload",
        ),
        ("not a number", by_device(&header, r#"{"lat":NaN}"#)?, "payload"),
        ("an infinite number", by_device(&header, r#"{"lat":1e999}"#)?, "payload"),
        ("seventeen levels", by_device(&header, &deep(16))?, "nesting_too_deep"),
        (
            "another payload",
            format!("{head}.{}.{signature}", part(event.replace("481000", "481001").as_bytes())),
            "signature",
        ),
        ("another key", signed(keys, "stranger", &header, event)?, "signature"),
        ("a signature of zeros", format!("{head}.{body}.{}", part(&[0; 64])), "signature"),
    ];
    cases.extend(
        bad.into_iter().map(|(name, text, error)| json!({ "name": name, "text": text, "error": error })),
    );
    Ok(cases)
}

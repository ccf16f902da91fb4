//! Trust lists and status lists.

use super::claims::{HOST, ISSUER, now};
use super::{Keys, Outcome, encoded, project};
use chrono::Duration;
use coset::cbor::value::Value as Cbor;
use data_encoding::HEXLOWER;
use domain::seal::cbor;
use domain::seal::envelope::{Claims, seal};
use domain::seal::status_list::{ENTRIES, SealStatus, StatusBits, StatusList, TTL};
use domain::seal::trust_list::{KeyStanding, KeyUse, TrustKey, TrustList};
use ring::rand::SystemRandom;
use serde_json::{Value, json};

/// A trust list of the vectors: its name, who signed it, what it says.
pub(crate) struct NamedList {
    pub(crate) name: &'static str,
    pub(crate) signer: &'static str,
    pub(crate) list: TrustList,
}

/// Every list by name; verdicts.json refers to them.
pub(crate) fn trust_lists(keys: &Keys) -> Outcome<Vec<NamedList>> {
    let year = Duration::days(365);
    let key = |name: &str, usage, standing| -> Outcome<TrustKey> {
        Ok(TrustKey { key: *keys.get(name)?.public(), usage, standing, from: now() - year })
    };
    let yesterday = now() - Duration::days(1);
    let usual = TrustList {
        issuer: ISSUER.into(),
        seq: 7,
        issued_at: yesterday,
        expires_at: now() + Duration::days(60),
        hosts: vec![HOST.into(), "127.0.0.1:8080".into()],
        keys: vec![
            key("issuer", KeyUse::Issuer, KeyStanding::Active)?,
            TrustKey {
                from: now() + Duration::days(1),
                ..key("next_issuer", KeyUse::Issuer, KeyStanding::Active)?
            },
            key("retired", KeyUse::Issuer, KeyStanding::Retired { at: yesterday })?,
            key("compromised", KeyUse::Issuer, KeyStanding::Compromised { at: yesterday })?,
            key("root", KeyUse::Root, KeyStanding::Active)?,
            key("spare_root", KeyUse::Root, KeyStanding::Active)?,
        ],
    };
    let newer = TrustList { seq: 8, issued_at: now() + year, expires_at: now() + year * 2, ..usual.clone() };
    let lost = key("root", KeyUse::Root, KeyStanding::Compromised { at: now() })?;
    let without_root = TrustList { seq: 6, keys: vec![lost], ..usual.clone() };
    let expired = TrustList { expires_at: now() - Duration::hours(1), ..usual.clone() };
    let older = TrustList { seq: 6, ..usual.clone() };
    let empty = TrustList { hosts: Vec::new(), keys: Vec::new(), ..usual.clone() };
    let named = |name, signer, list| NamedList { name, signer, list };
    Ok(vec![
        named("usual", "root", usual.clone()),
        named("by the spare root", "spare_root", usual.clone()),
        named("a year later", "root", newer),
        named("expired", "root", expired),
        named("empty", "root", empty),
        named("older", "root", older),
        named("the root is lost", "spare_root", without_root),
        named("by a stranger", "stranger", usual.clone()),
        named("by an issuer", "issuer", usual),
    ])
}

pub(crate) fn trust_cases(keys: &Keys, lists: &[NamedList]) -> Outcome<Vec<Value>> {
    let case = |name: &str,
                of: &NamedList,
                held: Option<&str>,
                error: Option<&str>,
                spoil: fn(&mut Vec<u8>)|
     -> Outcome<Value> {
        let mut bytes = seal(&of.list, keys.get(of.signer)?, &SystemRandom::new())?.bytes().to_vec();
        spoil(&mut bytes);
        Ok(json!({
            "name": name, "list": HEXLOWER.encode(&bytes), "held": held, "now": now().timestamp(),
            "error": error, "claims": project::trust(&of.list),
        }))
    };
    let keep = |_: &mut Vec<u8>| {};
    let flip = |bytes: &mut Vec<u8>| bytes.iter_mut().last().into_iter().for_each(|byte| *byte ^= 1);
    let mut cases = Vec::new();
    for of in lists {
        let error = match of.name {
            "by a stranger" | "by an issuer" => Some("unknown_root"),
            "a year later" => Some("from_the_future"),
            _ => None,
        };
        cases.push(case(of.name, of, None, error, keep)?);
    }
    let usual = lists.first().ok_or("no usual list")?;
    let older = lists.iter().find(|list| list.name == "older").ok_or("no older list")?;
    cases.push(case("the same number again", usual, Some("by the spare root"), None, keep)?);
    cases.push(case("a lower number", older, Some("usual"), Some("older_than_held"), keep)?);
    cases.push(case(
        "by a root that the list held calls lost",
        usual,
        Some("the root is lost"),
        Some("root_compromised"),
        keep,
    )?);
    cases.push(case("one bit of the signature", usual, None, Some("signature"), flip)?);
    Ok(cases)
}

/// `n` entries with one of each status and a run of completed ones.
fn bits(n: u32) -> StatusBits {
    let mut bits = StatusBits::new(n);
    for entry in 0..n / 2 {
        bits.set(entry, SealStatus::Completed);
    }
    for (entry, status) in [
        (0, SealStatus::Valid),
        (1, SealStatus::Void),
        (2, SealStatus::OnHold),
        (3, SealStatus::Completed),
        (42, SealStatus::Superseded),
        (n - 1, SealStatus::Void),
    ] {
        bits.set(entry, status);
    }
    bits
}

pub(crate) fn status_cases(keys: &Keys) -> Outcome<Vec<Value>> {
    let list = |n| StatusList {
        uri: format!("https://{HOST}/status/0"),
        issued_at: now(),
        expires_at: now() + Duration::days(2),
        ttl: TTL,
        bits: bits(n),
    };
    let sealed = |list: &StatusList| -> Outcome<String> {
        Ok(HEXLOWER.encode(seal(list, keys.get("issuer")?, &SystemRandom::new())?.bytes()))
    };
    let mut cases = Vec::new();
    for (name, n) in [("a hundred entries", 100), ("a full list", ENTRIES)] {
        let list = list(n);
        let entries =
            json!([[0, 0], [1, 1], [2, 2], [3, 3], [42, 12], [n / 2 + 1, 0], [n - 1, 1], [n, null]]);
        cases.push(json!({ "name": name, "seal": sealed(&list)?, "error": null, "claims": project::status(&list), "values": entries }));
    }
    let spoilt = |key: &str, value: Cbor| -> Outcome<Cbor> {
        let mut entries = vec![
            (Cbor::Text("lst".into()), Cbor::Bytes(Vec::new())),
            (Cbor::Text("bits".into()), Cbor::from(4)),
        ];
        entries
            .iter_mut()
            .filter(|(found, _)| found.as_text() == Some(key))
            .for_each(|entry| entry.1 = value.clone());
        let Cbor::Map(claims) = list(100).to_cbor() else { return Err("claims are a map".into()) };
        let claims = claims.into_iter().map(|(key, value)| {
            if key == Cbor::from(65_533) { (key, Cbor::Map(entries.clone())) } else { (key, value) }
        });
        Ok(Cbor::Map(claims.collect()))
    };
    let zlib = zlib(&vec![0; 2_000_000])?;
    let good = zlib_of(&list(100))?;
    for (name, payload, error) in [
        ("two bits", spoilt("bits", Cbor::from(2))?, "claim_range"),
        ("not zlib", spoilt("lst", Cbor::Bytes(vec![1, 2, 3]))?, "claim_range"),
        ("nothing in it", spoilt("lst", Cbor::Bytes(Vec::new()))?, "claim_range"),
        ("zlib cut short", spoilt("lst", Cbor::Bytes(good[..good.len() - 3].to_vec()))?, "claim_range"),
        ("zlib and more", spoilt("lst", Cbor::Bytes([&good[..], &[0]].concat()))?, "claim_range"),
        ("two megabytes of zeros", spoilt("lst", Cbor::Bytes(zlib))?, "claim_range"),
        ("a list in words", spoilt("lst", Cbor::Text("x".into()))?, "claim_type"),
        (
            "no list",
            cbor::map(vec![(2, Cbor::Text("x".into())), (4, Cbor::from(1)), (6, Cbor::from(1))]),
            "claim_missing",
        ),
    ] {
        let header = super::forge::header_of(keys, "issuer", "status")?;
        let bytes = super::forge::forge_parts(keys, "issuer", &header, &encoded(&payload)?, |_| {})?;
        cases.push(json!({ "name": name, "seal": HEXLOWER.encode(&bytes), "error": error }));
    }
    Ok(cases)
}

fn zlib(bytes: &[u8]) -> Outcome<Vec<u8>> {
    use std::io::Write;
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

/// The compressed entries inside a status list's claims.
fn zlib_of(list: &StatusList) -> Outcome<Vec<u8>> {
    let map = |value: Cbor| value.into_map().map_err(|_| "not a map");
    let inner =
        map(list.to_cbor())?.into_iter().find(|(key, _)| *key == Cbor::from(65_533)).ok_or("no list")?.1;
    let lst = map(inner)?.into_iter().find(|(key, _)| key.as_text() == Some("lst")).ok_or("no lst")?.1;
    lst.into_bytes().map_err(|_| "not bytes".into())
}

//! Makes `tests/vectors/*.json`: `cargo run -p domain --example make_vectors [-- FILE…]`, such as `-- live`.
//!
//! ECDSA signatures are random, so every run changes the files that it writes: name those whose format changed, and
//! commit what it wrote. Keys are kept when `keys.json` is there. Expectations are written here by hand, never taken from the code
//! under test; `backend/domain/tests/vectors.rs` and the PWA's tests hold both readers to them.

mod claims;
mod envelopes;
mod forge;
mod lists;
mod live;
mod project;
mod texts;
mod verdicts;

use data_encoding::{BASE64, HEXLOWER};
use domain::seal::cbor;
use domain::seal::key::SigningKey;
use ring::rand::SystemRandom;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};

/// Whatever goes wrong ends the run with its message.
type Outcome<T> = Result<T, Box<dyn Error>>;

const KEY_NAMES: [&str; 8] =
    ["root", "spare_root", "issuer", "next_issuer", "retired", "compromised", "stranger", "device"];

/// The test keys by name.
struct Keys(BTreeMap<&'static str, SigningKey>);

impl Keys {
    fn get(&self, name: &str) -> Outcome<&SigningKey> {
        self.0.get(name).ok_or_else(|| format!("no key {name}").into())
    }

    fn sign(&self, name: &str, message: &[u8]) -> Outcome<[u8; 64]> {
        Ok(self.get(name)?.sign(message, &SystemRandom::new())?)
    }
}

/// Encodes CBOR as it stands, canonical or not.
fn encoded(value: &coset::cbor::value::Value) -> Outcome<Vec<u8>> {
    Ok(cbor::encode(value)?)
}

fn main() -> Outcome<()> {
    let folder = Folder { path: default_folder(), wanted: std::env::args().skip(1).collect() };
    let keys = keys(&folder.path)?;
    let lists = lists::trust_lists(&keys)?;
    write(
        &folder,
        "envelopes",
        "Whole seals, good and bad. `error` is the code of the first broken rule; null: decodes to `claims` with `digest`, and `key` verifies it.",
        envelopes::cases(&keys)?,
    )?;
    write(&folder, "claims", "Properly signed seals whose claims break a rule.", claims::cases(&keys)?)?;
    write(&folder, "cbor", "Single items: canonical or refused.", envelopes::cbor_cases())?;
    write(&folder, "qr", "Texts as cameras and keyboards give them.", texts::qr_cases())?;
    write(&folder, "short_codes", "Short codes; `bits` in decimal text.", texts::short_code_cases())?;
    write(
        &folder,
        "jws",
        "Compact JWS of devices, verified with the key named `device`.",
        texts::jws_cases(&keys)?,
    )?;
    write(
        &folder,
        "status_lists",
        "Status lists by the key named `issuer`, with some of their entries.",
        lists::status_cases(&keys)?,
    )?;
    write(
        &folder,
        "trust_lists",
        "Trust lists against the pinned roots `root` and `spare_root`; `held` names another case.",
        lists::trust_cases(&keys, &lists)?,
    )?;
    write(
        &folder,
        "verdicts",
        "What a reader knows and the verdict it must give; `trust` names a case of trust_lists.json.",
        verdicts::cases(&keys)?,
    )?;
    write(
        &folder,
        "live",
        "Live codes by the key named `device`: what they say, the verdict, and how they stand to manifests at hand.",
        live::cases(&keys)?,
    )
}

/// Where the files lie, and which of them are to be made again; all when none is named.
struct Folder {
    path: PathBuf,
    wanted: Vec<String>,
}

fn default_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors")
}

fn write(folder: &Folder, name: &str, about: &str, cases: Vec<Value>) -> Outcome<()> {
    if !folder.wanted.is_empty() && !folder.wanted.iter().any(|wanted| wanted == name) {
        return Ok(());
    }
    let text = serde_json::to_string_pretty(&json!({ "about": about, "cases": cases }))?;
    std::fs::write(folder.path.join(name).with_extension("json"), text + "\n")?;
    Ok(())
}

fn keys(folder: &Path) -> Outcome<Keys> {
    let random = SystemRandom::new();
    let path = folder.join("keys.json");
    let mut file: Map<String, Value> = match std::fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes)?,
        Err(_) => Map::new(),
    };
    file.insert(
        "about".into(),
        "TEST ONLY: these private keys are public. Never trust them outside the vectors.".into(),
    );
    let mut keys = BTreeMap::new();
    for name in KEY_NAMES {
        let kept = file.get(name).and_then(|key| key["pkcs8"].as_str());
        let document = match kept {
            Some(text) => BASE64.decode(text.as_bytes())?,
            None => SigningKey::generate_pkcs8(&random)?,
        };
        let key = SigningKey::from_pkcs8(&document, &random)?;
        file.insert(
            name.into(),
            json!({
                "pkcs8": BASE64.encode(&document),
                "public": HEXLOWER.encode(key.public().as_bytes()),
                "kid": key.kid().to_string(),
            }),
        );
        keys.insert(name, key);
    }
    std::fs::write(path, serde_json::to_string_pretty(&file)? + "\n")?;
    Ok(Keys(keys))
}

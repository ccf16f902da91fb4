//! What a reader knows, and the verdict it must give.

use super::claims::{HOST, NOW_S, manifest, site, usual};
use super::{Keys, Outcome};
use domain::seal::envelope::{Claims, seal};
use domain::seal::qr;
use ring::rand::SystemRandom;
use serde_json::{Value, json};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// Knowledge of a usual phone, an hour after the seal, with the network away.
struct Case {
    name: &'static str,
    text: String,
    kind: &'static str,
    trust: Option<&'static str>,
    status: &'static str,
    registered: Option<bool>,
    now: i64,
    verdict: &'static str,
    /// Checks that are not plain `ok`, with their outcome and reason.
    odd: Vec<(&'static str, Option<bool>, &'static str)>,
}

const CHECKS: [&str; 8] = ["format", "envelope", "key", "signature", "time", "host", "status", "registered"];

impl Case {
    fn json(self) -> Value {
        let checks = CHECKS.map(|name| {
            let odd = self.odd.iter().find(|(odd, ..)| *odd == name);
            let (ok, detail) = odd.map_or((Some(true), "ok"), |(_, ok, detail)| (*ok, detail));
            json!({ "check": name, "ok": ok, "detail": detail })
        });
        let read = !self
            .odd
            .iter()
            .any(|(name, ok, _)| (*name == "format" || *name == "envelope") && *ok == Some(false));
        let as_of = match self.status {
            _ if !read => None,
            "unknown" => None,
            "none" => self.trust.map(|_| NOW_S - DAY),
            _ => Some(NOW_S + HOUR),
        };
        json!({
            "name": self.name, "text": self.text, "kind": self.kind, "trust": self.trust,
            "status": self.status, "status_as_of": NOW_S + HOUR, "registered": self.registered,
            "now": self.now, "verdict": self.verdict, "checks": checks, "as_of": as_of,
        })
    }
}

pub(crate) fn cases(keys: &Keys) -> Outcome<Vec<Value>> {
    let sealed = |key: &str, bytes: &dyn Fn(&str) -> Outcome<Vec<u8>>| -> Outcome<String> {
        Ok(qr::render(HOST, &bytes(key)?)?)
    };
    let manifest_by = |key: &str| -> Outcome<Vec<u8>> { bytes(keys, key, &usual()?) };
    let genuine = sealed("issuer", &manifest_by)?;
    let wall = qr::render(HOST, &bytes(keys, "issuer", &site())?)?;
    let hour = NOW_S + HOUR;
    let offline = ("registered", None, "offline");
    let base = |name, text: &str, verdict, odd: &[(&'static str, Option<bool>, &'static str)]| Case {
        name,
        text: text.to_owned(),
        kind: "manifest",
        trust: Some("usual"),
        status: "valid",
        registered: None,
        now: hour,
        verdict,
        odd: odd.iter().copied().chain([offline]).collect(),
    };
    let online = |case: Case, registered: bool| {
        let mut case = Case { registered: Some(registered), ..case };
        case.odd.retain(|(name, ..)| *name != "registered");
        if !registered {
            case.odd.push(("registered", Some(false), "not_registered"));
        }
        case
    };
    let unread =
        |failed: &'static str, detail: &'static str| -> Vec<(&'static str, Option<bool>, &'static str)> {
            let at = CHECKS.iter().position(|name| *name == failed).unwrap_or(0);
            let rest = CHECKS[at + 1..].iter().map(|name| (*name, None, "not_read"));
            std::iter::once((failed, Some(false), detail)).chain(rest).collect()
        };
    let unreadable = |name, text: &str, failed, detail| Case {
        odd: unread(failed, detail),
        ..base(name, text, "invalid", &[])
    };
    let key = |ok, detail| [("key", ok, detail), ("signature", None, "not_checked")];
    let mut cases = vec![
        base("an ordinary scan on the road", &genuine, "authentic", &[]),
        base("lower case, as some cameras give it", &genuine.to_lowercase(), "authentic", &[]),
        base(
            "bare base32",
            genuine.rsplit('/').next().unwrap_or_default(),
            "authentic",
            &[("host", None, "no_host")],
        ),
        base(
            "a copy behind a strange host: genuine, with a warning",
            &qr::render("evil.example", &manifest_by("issuer")?)?,
            "authentic",
            &[("host", Some(false), "host_not_listed")],
        ),
        Case {
            status: "older_than_seal",
            ..base(
                "the list is older than the seal",
                &genuine,
                "authentic",
                &[("status", None, "older_than_seal")],
            )
        },
        Case { status: "void", ..base("void", &genuine, "void", &[("status", Some(false), "void")]) },
        Case {
            status: "superseded",
            ..base("superseded", &genuine, "superseded", &[("status", Some(false), "superseded")])
        },
        Case {
            status: "on_hold",
            ..base("on hold", &genuine, "on_hold", &[("status", Some(false), "on_hold")])
        },
        Case {
            status: "completed",
            ..base(
                "used again after the load was received",
                &genuine,
                "completed",
                &[("status", Some(false), "completed")],
            )
        },
        Case {
            now: NOW_S + 31 * DAY,
            ..base("past its day", &genuine, "expired", &[("time", Some(false), "expired")])
        },
        Case {
            now: NOW_S + 30 * DAY + 5 * HOUR + 300,
            ..base("past its day within the clocks' tolerance", &genuine, "authentic", &[])
        },
        Case {
            status: "void",
            now: NOW_S + 31 * DAY,
            ..base(
                "void and past its day",
                &genuine,
                "void",
                &[("time", Some(false), "expired"), ("status", Some(false), "void")],
            )
        },
        Case {
            status: "unknown",
            ..base("no status list", &genuine, "cannot_tell", &[("status", None, "status_unknown")])
        },
        Case {
            trust: None,
            ..base(
                "no trust list",
                &genuine,
                "cannot_tell",
                &[
                    ("key", None, "no_trust_list"),
                    ("signature", None, "not_checked"),
                    ("host", None, "no_trust_list"),
                ],
            )
        },
        Case {
            trust: Some("expired"),
            ..base("an expired trust list", &genuine, "cannot_tell", &[("key", None, "trust_list_expired")])
        },
        Case {
            trust: Some("empty"),
            ..base(
                "an unknown key, offline",
                &genuine,
                "cannot_tell",
                &[&key(None, "key_unknown")[..], &[("host", Some(false), "host_not_listed")]].concat(),
            )
        },
        online(
            Case {
                trust: Some("empty"),
                ..base(
                    "an unknown key, online",
                    &genuine,
                    "invalid",
                    &[&key(Some(false), "key_unknown")[..], &[("host", Some(false), "host_not_listed")]]
                        .concat(),
                )
            },
            true,
        ),
        Case {
            status: "void",
            ..base(
                "an unknown key, void",
                &sealed("stranger", &manifest_by)?,
                "cannot_tell",
                &[&key(None, "key_unknown")[..], &[("status", Some(false), "void")]].concat(),
            )
        },
        base(
            "a key that is not yet in force",
            &sealed("next_issuer", &manifest_by)?,
            "invalid",
            &[("key", Some(false), "key_not_yet_active")],
        ),
        base(
            "sealed after the key was retired",
            &sealed("retired", &manifest_by)?,
            "invalid",
            &[("key", Some(false), "key_retired")],
        ),
        base(
            "a compromised key, offline",
            &sealed("compromised", &manifest_by)?,
            "cannot_tell",
            &[("key", Some(false), "key_compromised")],
        ),
        online(
            base(
                "a compromised key, on record",
                &sealed("compromised", &manifest_by)?,
                "authentic",
                &[("key", Some(true), "compromised_but_registered")],
            ),
            true,
        ),
        online(
            base(
                "a compromised key, not on record",
                &sealed("compromised", &manifest_by)?,
                "invalid",
                &[("key", Some(false), "key_compromised")],
            ),
            false,
        ),
        base(
            "a root key signs no manifest",
            &sealed("root", &manifest_by)?,
            "cannot_tell",
            &key(None, "key_unknown"),
        ),
        online(base("online and on record", &genuine, "authentic", &[]), true),
        online(base("online and not on record", &genuine, "invalid", &[]), false),
        Case { now: NOW_S - 299, ..base("the phone is five minutes slow", &genuine, "authentic", &[]) },
        Case {
            now: NOW_S - 301,
            ..base(
                "the phone is more than five minutes slow",
                &genuine,
                "cannot_tell",
                &[("time", Some(false), "from_the_future")],
            )
        },
        online(
            Case {
                now: NOW_S - 301,
                ..base(
                    "from the future, online",
                    &genuine,
                    "invalid",
                    &[("time", Some(false), "from_the_future")],
                )
            },
            true,
        ),
        Case {
            now: NOW_S - 3 * DAY,
            ..base(
                "the phone's clock is days behind",
                &genuine,
                "cannot_tell",
                &[("key", None, "clock_wrong"), ("time", Some(false), "from_the_future")],
            )
        },
        Case {
            trust: Some("expired"),
            ..base(
                "one bit changed, and the trust list expired",
                &flipped(&genuine, Part::Signature)?,
                "invalid",
                &[("key", None, "signer_unproven"), ("signature", Some(false), "signature")],
            )
        },
        base(
            "one bit of the signature changed",
            &flipped(&genuine, Part::Signature)?,
            "invalid",
            &[("key", None, "signer_unproven"), ("signature", Some(false), "signature")],
        ),
        base(
            "one bit of the digest changed",
            &flipped(&genuine, Part::Digest)?,
            "invalid",
            &[("key", None, "signer_unproven"), ("signature", Some(false), "signature")],
        ),
        Case {
            kind: "site",
            status: "none",
            ..base("a wall code", &wall, "authentic", &[("status", None, "no_status")])
        },
        Case {
            kind: "site",
            status: "none",
            now: NOW_S + 2000 * DAY,
            ..base(
                "a wall code after five years, trust list gone too",
                &wall,
                "cannot_tell",
                &[
                    ("key", None, "trust_list_expired"),
                    ("time", Some(false), "expired"),
                    ("status", None, "no_status"),
                ],
            )
        },
    ];
    cases.push(unreadable("a wall code where a manifest belongs", &wall, "envelope", "wrong_typ"));
    cases.push(unreadable("noise", "xin chào", "format", "bad_symbol"));
    cases.push(unreadable("a link to something else", "https://example.com/", "format", "other_link"));
    cases.push(unreadable(
        "cut by eight characters",
        &genuine[..genuine.len() - 8],
        "envelope",
        "malformed_cbor",
    ));
    cases.push(unreadable(
        "the seal twice",
        &doubled(&manifest_by("issuer")?)?,
        "envelope",
        "trailing_bytes",
    ));
    let long = manifest(4, &["15C-123.45", "15RM-001.23"], "9999999/2026/1-2-3-4-5-6.035.VX")?;
    cases.push(base(
        "the largest ordinary manifest",
        &qr::render(HOST, &bytes(keys, "issuer", &long)?)?,
        "authentic",
        &[],
    ));
    Ok(cases.into_iter().map(Case::json).collect())
}

fn bytes<T: Claims>(keys: &Keys, key: &str, claims: &T) -> Outcome<Vec<u8>> {
    Ok(seal(claims, keys.get(key)?, &SystemRandom::new())?.bytes().to_vec())
}

fn doubled(bytes: &[u8]) -> Outcome<String> {
    Ok(qr::render(HOST, &bytes.repeat(2))?)
}

enum Part {
    Signature,
    /// The last byte of the payload: in the document's digest.
    Digest,
}

/// Flips the lowest bit of one byte.
fn flipped(text: &str, part: Part) -> Outcome<String> {
    let mut bytes = qr::parse(text)?.bytes;
    // The signature is the last 64 bytes behind its two-byte head.
    let from_end = match part {
        Part::Signature => 1,
        Part::Digest => 64 + 2 + 1,
    };
    let at = bytes.len().checked_sub(from_end).ok_or("too short")?;
    *bytes.get_mut(at).ok_or("too short")? ^= 1;
    Ok(qr::render(HOST, &bytes)?)
}

//! Claims as the vectors write them in JSON: instants in seconds, masses in grams, bytes in hex.

use data_encoding::HEXLOWER;
use domain::seal::device::DeviceClaims;
use domain::seal::manifest::{ManifestClaims, SealedPlates};
use domain::seal::site::SiteClaims;
use domain::seal::status_list::StatusList;
use domain::seal::trust_list::{KeyStanding, TrustList};
use serde_json::{Value, json};

/// A manifest's QR.
pub(crate) fn manifest(claims: &ManifestClaims) -> Value {
    let lines = claims.lines.iter().map(|line| {
        json!({
            "waste_code": line.waste_code.as_str(),
            "mass_g": line.mass.0,
            "physical_state": line.physical_state.as_str(),
        })
    });
    json!({
        "issuer": claims.issuer,
        "issued_at": claims.issued_at.timestamp(),
        "expires_at": claims.expires_at.timestamp(),
        "manifest_id": claims.manifest_id.to_string(),
        "number": claims.number,
        "revision": claims.revision,
        "status": { "list": claims.status.list(), "entry": claims.status.entry() },
        "generator_site": HEXLOWER.encode(&claims.generator_site.0),
        "facility_site": HEXLOWER.encode(&claims.facility_site.0),
        "plates": match &claims.plates {
            SealedPlates::Listed(plates) => json!(plates),
            SealedPlates::Count(count) => json!(count),
        },
        "lines": lines.collect::<Vec<_>>(),
        "rest": claims.rest.map(|rest| json!({ "groups": rest.groups, "mass_g": rest.mass.0 })),
        "document_digest": HEXLOWER.encode(&claims.document_digest),
    })
}

/// A wall code.
pub(crate) fn site(claims: &SiteClaims) -> Value {
    json!({
        "issuer": claims.issuer,
        "issued_at": claims.issued_at.timestamp(),
        "expires_at": claims.expires_at.timestamp(),
        "site_id": claims.site_id.to_string(),
        "name": claims.name,
    })
}

/// A device certificate.
pub(crate) fn device(claims: &DeviceClaims) -> Value {
    json!({
        "issuer": claims.issuer,
        "issued_at": claims.issued_at.timestamp(),
        "expires_at": claims.expires_at.timestamp(),
        "device_id": claims.device_id.to_string(),
        "public_key": HEXLOWER.encode(claims.public_key.as_bytes()),
        "person_id": claims.person_id.to_string(),
        "organisation_id": claims.organisation_id.to_string(),
    })
}

/// A status list, without its entries.
pub(crate) fn status(claims: &StatusList) -> Value {
    json!({
        "uri": claims.uri,
        "issued_at": claims.issued_at.timestamp(),
        "expires_at": claims.expires_at.timestamp(),
        "ttl_s": claims.ttl.num_seconds(),
        "entries": claims.bits.len(),
    })
}

/// A trust list.
pub(crate) fn trust(claims: &TrustList) -> Value {
    let keys = claims.keys.iter().map(|key| {
        let (standing, changed) = match key.standing {
            KeyStanding::Active => ("active", None),
            KeyStanding::Retired { at } => ("retired", Some(at.timestamp())),
            KeyStanding::Compromised { at } => ("compromised", Some(at.timestamp())),
        };
        json!({
            "key": HEXLOWER.encode(key.key.as_bytes()),
            "use": key.usage.as_str(),
            "from": key.from.timestamp(),
            "standing": standing,
            "changed_at": changed,
        })
    });
    json!({
        "issuer": claims.issuer,
        "seq": claims.seq,
        "issued_at": claims.issued_at.timestamp(),
        "expires_at": claims.expires_at.timestamp(),
        "hosts": claims.hosts,
        "keys": keys.collect::<Vec<_>>(),
    })
}

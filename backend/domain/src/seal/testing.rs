//! Keys and claims for the tests of this module.

use super::key::{PublicKey, SigningKey};
use super::manifest::ManifestSeal;
use super::status_list::StatusIndex;
use super::trust_list::{KeyStanding, KeyUse, TrustKey, TrustList};
use crate::id::{ManifestId, SiteId};
use crate::mass::{Grams, MassBasis};
use crate::plate::Plate;
use crate::waste::{Packaging, PhysicalState, TreatmentMethod, WasteCode, WasteLine};
use chrono::{DateTime, Duration, Utc};
use ring::rand::SystemRandom;
use uuid::Uuid;

pub(super) fn now() -> DateTime<Utc> {
    "2026-11-23T08:00:00Z".parse().unwrap()
}

pub(super) fn new_key() -> SigningKey {
    let random = SystemRandom::new();
    SigningKey::from_pkcs8(&SigningKey::generate_pkcs8(&random).unwrap(), &random).unwrap()
}

pub(super) fn line(code: &str, mass_g: i64) -> WasteLine {
    WasteLine {
        line: 1,
        waste_code: WasteCode::parse(code).unwrap(),
        waste_name: "Dầu thải".into(),
        checked: true,
        physical_state: PhysicalState::Liquid,
        declared_mass_g: Grams(mass_g),
        mass_basis: MassBasis::Estimated,
        packaging: Packaging { kind: "drum".into(), count: 4 },
        treatment_method: TreatmentMethod::Recycling,
    }
}

pub(super) fn manifest<'a>(plates: &'a [Plate], lines: &'a [WasteLine], number: &'a str) -> ManifestSeal<'a> {
    ManifestSeal {
        issuer: "vn-hai-phong",
        issued_at: now(),
        planned_delivery_at: now() + Duration::hours(6),
        manifest_id: ManifestId(Uuid::from_u128(0x0198_c0de_0000_7000_8000_0000_0000_0001)),
        number,
        revision: 255,
        status: StatusIndex(u32::MAX),
        generator_site: SiteId(Uuid::from_u128(u128::MAX)),
        facility_site: SiteId(Uuid::from_u128(u128::MAX - 1)),
        plates,
        lines,
        document_digest: [0xAB; 32],
    }
}

pub(super) fn trust_key(key: &PublicKey, usage: KeyUse, standing: KeyStanding) -> TrustKey {
    TrustKey { key: *key, usage, standing, from: now() - Duration::days(365) }
}

pub(super) fn trust(keys: Vec<TrustKey>) -> TrustList {
    TrustList {
        issuer: "vn-hai-phong".into(),
        seq: 7,
        issued_at: now() - Duration::days(1),
        expires_at: now() + Duration::days(30),
        hosts: vec!["demo.example".into()],
        keys,
    }
}

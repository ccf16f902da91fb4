//! What one core verifies in a second: a manifest's seal from its QR text, and a signed event.

use super::drive::count;
use anyhow::anyhow;
use chrono::Duration;
use domain::id::{ManifestId, SiteId};
use domain::mass::{Grams, MassBasis};
use domain::plate::Plate;
use domain::seal::envelope::{Unverified, seal};
use domain::seal::jws;
use domain::seal::key::SigningKey;
use domain::seal::manifest::{ManifestClaims, ManifestSeal};
use domain::seal::qr;
use domain::seal::status_list::StatusIndex;
use domain::seal::trust_list::{KeyStanding, KeyUse, TrustKey, TrustList};
use domain::waste::{Packaging, PhysicalState, TreatmentMethod, WasteCode, WasteLine};
use ring::rand::SystemRandom;
use std::time::Instant;
use uuid::Uuid;

/// Seconds of each measurement.
const SECONDS: f64 = 2.0;

/// Verifications a second on one core.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rates {
    /// QR text → base32 → strict CBOR → key → signature → claims.
    pub(crate) seals: f64,
    /// Compact JWS → strict JSON → signature.
    pub(crate) events: f64,
}

/// Measures both.
pub(crate) fn rates() -> anyhow::Result<Rates> {
    let (random, now) = (SystemRandom::new(), server::compose::now());
    let document = SigningKey::generate_pkcs8(&random).map_err(|error| anyhow!("{error}"))?;
    let key = SigningKey::from_pkcs8(&document, &random).map_err(|error| anyhow!("{error}"))?;
    let trust = TrustList {
        issuer: "bench".to_owned(),
        seq: 1,
        issued_at: now - Duration::days(1),
        expires_at: now + Duration::days(1),
        hosts: vec!["bench.example".to_owned()],
        keys: vec![TrustKey {
            key: *key.public(),
            usage: KeyUse::Issuer,
            standing: KeyStanding::Active,
            from: now - Duration::days(1),
        }],
    };
    let lines: Vec<WasteLine> = (1..=4)
        .map(|line| {
            Ok(WasteLine {
                line,
                waste_code: WasteCode::parse(&format!("17020{line}"))?,
                waste_name: String::new(),
                checked: true,
                physical_state: PhysicalState::Liquid,
                declared_mass_g: Grams(481_000),
                mass_basis: MassBasis::Estimated,
                packaging: Packaging { kind: "drum".to_owned(), count: 4 },
                treatment_method: TreatmentMethod::Recycling,
            })
        })
        .collect::<anyhow::Result<_>>()?;
    let document = ManifestSeal {
        issuer: "bench",
        issued_at: now,
        planned_delivery_at: now,
        manifest_id: ManifestId(Uuid::from_u128(1)),
        number: "12345/2026/1-2-3-4.567.VX",
        revision: 1,
        status: StatusIndex::new(0, 1).ok_or_else(|| anyhow!("no status index"))?,
        generator_site: SiteId(Uuid::from_u128(2)),
        facility_site: SiteId(Uuid::from_u128(3)),
        plates: &[Plate("15C-123.45".to_owned())],
        lines: &lines,
        document_digest: [7; 32],
    };
    let sealed = seal(&document.claims()?, &key, &random).map_err(|error| anyhow!("{error}"))?;
    let text = qr::render("bench.example", sealed.bytes())?;
    let payload = format!(r#"{{"kind":"pickup","code":"{text}","site_code":"{}"}}"#, "A".repeat(300));
    let event = jws::sign("bench", payload.as_bytes(), &key, &random).map_err(|error| anyhow!("{error}"))?;
    let seals = per_second(|| {
        let scanned = qr::parse(&text).ok()?;
        Unverified::<ManifestClaims>::decode(&scanned.bytes).ok()?.verify(&trust, now).ok().map(drop)
    })?;
    let events = per_second(|| jws::UnverifiedJws::parse(&event).ok()?.verify(key.public()).ok().map(drop))?;
    Ok(Rates { seals, events })
}

fn per_second(mut one: impl FnMut() -> Option<()>) -> anyhow::Result<f64> {
    let (started, mut done) = (Instant::now(), 0);
    while started.elapsed().as_secs_f64() < SECONDS {
        for _ in 0..100 {
            one().ok_or_else(|| anyhow!("what we sealed does not verify"))?;
        }
        done += 100;
    }
    Ok(count(done) / started.elapsed().as_secs_f64())
}

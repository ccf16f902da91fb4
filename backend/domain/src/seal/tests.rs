//! Properties of whole seals: what is sealed is read back, and nothing else is ever genuine.

use super::device::DeviceClaims;
use super::envelope::{Claims, EnvelopeError, SealError, Typ, Unverified, peek_typ, seal, sealed_len};
use super::key::SigningKey;
use super::manifest::{ManifestClaims, SEALED_MAX, SealedPlates, SiteTail};
use super::qr;
use super::site::SiteClaims;
use super::status_list::{SealStatus, StatusBits, StatusList, StatusLookup, TTL};
use super::testing::{line, manifest, new_key, now, trust, trust_key};
use super::trust_list::{KeyStanding, KeyUse, TrustError, TrustList, VerifyError};
use super::verdict::{CheckName, Knowledge, Scan, Verdict, VerdictWord, judge};
use crate::id::{DeviceId, OrganisationId, PersonId, SiteId};
use crate::mass::Grams;
use crate::plate::Plate;
use crate::waste::WasteLine;
use chrono::Duration;
use proptest::prelude::*;
use qrcode::{EcLevel, QrCode, Version};
use ring::rand::SystemRandom;
use std::sync::LazyLock;
use uuid::Uuid;

/// 31 bytes: seven digits, a year and a permit code of 18.
const LONG_NUMBER: &str = "9999999/2026/1-2-3-4-5-6.035.VX";

fn four_lines() -> Vec<WasteLine> {
    ["17 02 03", "19 12 05", "99 99 99", "16 01 06"].map(|code| line(code, Grams::MAX.0)).into()
}

fn two_plates() -> Vec<Plate> {
    vec![Plate("80-123-NG-45".into()), Plate("15RM-123.45".into())]
}

fn worst() -> ManifestClaims {
    manifest(&two_plates(), &four_lines(), LONG_NUMBER).claims().unwrap()
}

fn sealed<T: Claims>(claims: &T, key: &SigningKey) -> Vec<u8> {
    seal(claims, key, &SystemRandom::new()).unwrap().bytes().to_vec()
}

#[test]
fn the_worst_manifest_fits_a_qr_of_version_14() {
    let claims = worst();
    assert_eq!((claims.lines.len(), claims.rest), (4, None));
    assert_eq!(LONG_NUMBER.len(), 31);
    assert_eq!(claims.issuer.len(), 12);
    let bytes = sealed(&claims, &new_key());
    assert_eq!(bytes.len(), sealed_len(&claims));
    assert!(bytes.len() <= SEALED_MAX, "{} bytes", bytes.len());
    let host = format!("{}.example.vn:65535", "a".repeat(53 - 17));
    assert_eq!(host.len(), qr::HOST_MAX);
    // The longest envelope allowed, not only the longest met.
    let text = qr::render(&host, &[0xA5; SEALED_MAX]).unwrap();
    let code = QrCode::with_error_correction_level(&text, EcLevel::M).unwrap();
    assert_eq!(code.version(), Version::Normal(14));
    let code = QrCode::with_error_correction_level(qr::render(&host, &bytes).unwrap(), EcLevel::M).unwrap();
    assert_eq!(code.version(), Version::Normal(14));
}

#[test]
fn more_than_four_lines_become_three_groups_and_the_rest() {
    let codes = [
        ("17 02 03", 5),
        ("19 12 05", 900),
        ("17 02 03", 1000),
        ("16 01 06", 700),
        ("12 06 05", 3),
        ("13 01 01", 4),
    ];
    let lines = codes.map(|(code, mass)| line(code, mass));
    let claims = manifest(&[], &lines, "12/2026/1-2-3.001.VX").claims().unwrap();
    let kept: Vec<_> = claims.lines.iter().map(|line| (line.waste_code.as_number(), line.mass.0)).collect();
    assert_eq!(kept, [(170_203, 1005), (191_205, 900), (160_106, 700)]);
    let rest = claims.rest.unwrap();
    assert_eq!((rest.groups, rest.mass), (2, Grams(7)));
    assert_eq!(ManifestClaims::from_cbor(claims.to_cbor()).unwrap(), claims);
}

#[test]
fn issuing_never_fails_for_want_of_room() {
    let number = "9".repeat(64);
    let claims = manifest(&two_plates(), &four_lines(), &number).claims().unwrap();
    assert!(sealed_len(&claims) <= SEALED_MAX);
    assert_eq!(
        claims.lines.iter().map(|l| l.mass).sum::<Grams>() + claims.rest.unwrap().mass,
        Grams(4_000_000_000)
    );
    let three = vec![Plate("15C-111.11".into()), Plate("15C-222.22".into()), Plate("15C-333.33".into())];
    assert_eq!(manifest(&three, &[], LONG_NUMBER).claims().unwrap().plates, SealedPlates::Count(3));
    assert!(manifest(&[], &[line("17 02 03", -1)], LONG_NUMBER).claims().is_err());
}

#[test]
fn a_number_or_issuer_out_of_bounds_is_not_sealed() {
    let mut claims = worst();
    claims.issuer = String::new();
    let error = seal(&claims, &new_key(), &SystemRandom::new()).unwrap_err();
    assert_eq!(error.code(), "claim_range");
    assert!(matches!(error, SealError::Envelope(EnvelopeError::Claims(_))));
}

#[test]
fn site_tails_tell_sites_apart() {
    let (a, b) = (SiteId(Uuid::from_u128(1)), SiteId(Uuid::from_u128(2)));
    assert!(SiteTail::from(a).is_of(a) && !SiteTail::from(a).is_of(b));
}

#[test]
fn a_wall_code_never_passes_for_a_manifest() {
    let site = SiteClaims::new("vn-hai-phong", now(), SiteId(Uuid::from_u128(7)), "Kho CTNH số 1");
    let bytes = sealed(&site, &new_key());
    assert_eq!(peek_typ(&bytes), Ok(Typ::Site));
    let error = Unverified::<ManifestClaims>::decode(&bytes).unwrap_err();
    assert_eq!(error, EnvelopeError::WrongTyp { expected: Typ::Manifest, found: Typ::Site });
}

#[test]
fn wall_codes_and_certificates_end_at_their_expiry_and_manifests_do_not() {
    let key = new_key();
    let trust = trust(vec![trust_key(key.public(), KeyUse::Issuer, KeyStanding::Active)]);
    let site = SiteClaims::new("vn-hai-phong", now(), SiteId(Uuid::from_u128(7)), "Kho CTNH số 1");
    let site = Unverified::<SiteClaims>::decode(&sealed(&site, &key)).unwrap();
    assert!(site.verify(&trust, now() + Duration::days(1826)).is_ok());
    assert_eq!(site.verify(&trust, now() + Duration::days(1827)).unwrap_err(), VerifyError::Expired);
    assert_eq!(site.verify(&trust, now() - Duration::minutes(6)).unwrap_err(), VerifyError::FromTheFuture);
    assert!(site.verify(&trust, now() - Duration::minutes(4)).is_ok());
    let ids =
        (DeviceId(Uuid::from_u128(1)), PersonId(Uuid::from_u128(2)), OrganisationId(Uuid::from_u128(3)));
    let device = DeviceClaims::new("vn-hai-phong", now(), ids.0, *new_key().public(), ids.1, ids.2);
    let read = Unverified::<DeviceClaims>::decode(&sealed(&device, &key)).unwrap();
    assert_eq!(read.verify(&trust, now()).unwrap().claims(), &device);
    assert_eq!(read.verify(&trust, now() + Duration::days(91)).unwrap_err(), VerifyError::Expired);
    let manifest = Unverified::<ManifestClaims>::decode(&sealed(&worst(), &key)).unwrap();
    assert!(manifest.verify(&trust, now() + Duration::days(900)).is_ok());
}

#[test]
fn each_standing_of_a_key_has_its_answer() {
    let (key, other) = (new_key(), new_key());
    let seal = Unverified::<ManifestClaims>::decode(&sealed(&worst(), &key)).unwrap();
    let verify =
        |usage, standing| seal.verify(&trust(vec![trust_key(key.public(), usage, standing)]), now()).err();
    let later = now() + Duration::days(1);
    assert_eq!(verify(KeyUse::Issuer, KeyStanding::Active), None);
    assert_eq!(
        verify(KeyUse::Root, KeyStanding::Active),
        Some(VerifyError::KeyUnknown),
        "a root signs no manifest"
    );
    assert_eq!(verify(KeyUse::Issuer, KeyStanding::Retired { at: now() }), None);
    let before = now() - Duration::seconds(1);
    assert_eq!(verify(KeyUse::Issuer, KeyStanding::Retired { at: before }), Some(VerifyError::KeyRetired));
    assert_eq!(
        verify(KeyUse::Issuer, KeyStanding::Compromised { at: later }),
        Some(VerifyError::KeyCompromised)
    );
    let mut young = trust_key(key.public(), KeyUse::Issuer, KeyStanding::Active);
    young.from = later;
    assert_eq!(seal.verify(&trust(vec![young]), now()).err(), Some(VerifyError::KeyNotYetActive));
    let others = trust(vec![trust_key(other.public(), KeyUse::Issuer, KeyStanding::Active)]);
    assert_eq!(seal.verify(&others, now()).err(), Some(VerifyError::KeyUnknown));
}

#[test]
fn a_trust_list_comes_from_a_pinned_root_and_never_goes_back() {
    let (root, spare, stranger) = (new_key(), new_key(), new_key());
    let list = trust(vec![trust_key(root.public(), KeyUse::Root, KeyStanding::Active)]);
    let pinned = [*root.public(), *spare.public()];
    let read =
        |key: &SigningKey, list: &TrustList| Unverified::<TrustList>::decode(&sealed(list, key)).unwrap();
    let verified = read(&root, &list).verify_with_roots(&pinned, None, now()).unwrap();
    assert_eq!(verified.claims(), &list);
    assert!(
        read(&spare, &list).verify_with_roots(&pinned, Some(&list), now()).is_ok(),
        "the same number again"
    );
    let refused = |key: &SigningKey, list: &TrustList, held: &TrustList| {
        read(key, list).verify_with_roots(&pinned, Some(held), now()).unwrap_err()
    };
    assert_eq!(refused(&stranger, &list, &list), TrustError::UnknownRoot);
    let held = TrustList { seq: 8, ..list.clone() };
    assert_eq!(refused(&root, &list, &held), TrustError::OlderThanHeld);
    let lost = KeyStanding::Compromised { at: now() };
    let held = TrustList { keys: vec![trust_key(root.public(), KeyUse::Root, lost)], ..list.clone() };
    assert_eq!(refused(&root, &TrustList { seq: 9, ..list.clone() }, &held), TrustError::RootCompromised);
    let tomorrow = TrustList { issued_at: now() + Duration::days(1), ..list.clone() };
    assert_eq!(refused(&root, &tomorrow, &list), TrustError::FromTheFuture);
}

/// One key and one seal for the properties below: making a key for each case would only test ring.
static GENUINE: LazyLock<(TrustList, Vec<u8>)> = LazyLock::new(|| {
    let key = new_key();
    (trust(vec![trust_key(key.public(), KeyUse::Issuer, KeyStanding::Active)]), sealed(&worst(), &key))
});

fn verdict_on(bytes: &[u8]) -> Verdict {
    let status = StatusLookup::Known { status: SealStatus::Valid, as_of: now() };
    let known = Knowledge { trust: Some(&GENUINE.0), status, registered: None, now: now() };
    let text = qr::render("demo.example", bytes).unwrap();
    let (verdict, seal) = judge(&Scan::<ManifestClaims>::read(&text), &known);
    assert_eq!(seal.is_some(), verdict.verdict == VerdictWord::Authentic);
    assert_eq!(verdict.checks.iter().map(|check| check.check).collect::<Vec<_>>(), CheckName::ALL);
    verdict
}

#[test]
fn the_genuine_seal_is_authentic_and_one_flipped_bit_is_not() {
    assert_eq!(verdict_on(&GENUINE.1).verdict, VerdictWord::Authentic);
    for bit in 0..GENUINE.1.len() * 8 {
        let mut bytes = GENUINE.1.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        assert_ne!(verdict_on(&bytes).verdict, VerdictWord::Authentic, "bit {bit}");
    }
}

proptest! {
    #[test]
    fn cut_doubled_and_changed_bytes_are_never_authentic(from in 0_usize..290, len in 1_usize..40, how in 0_u8..4, with: u8) {
        let mut bytes = GENUINE.1.clone();
        let from = from % bytes.len();
        let to = (from + len).min(bytes.len());
        match how {
            0 => drop(bytes.drain(from..to)),
            1 => { let twice = bytes[from..to].to_vec(); drop(bytes.splice(from..from, twice)); }
            2 => bytes[from..to].fill(with),
            _ => bytes.insert(from, with),
        }
        prop_assume!(bytes != GENUINE.1);
        prop_assert_ne!(verdict_on(&bytes).verdict, VerdictWord::Authentic);
    }

    #[test]
    fn noise_is_refused_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(Unverified::<ManifestClaims>::decode(&bytes).is_err());
        prop_assert!(Unverified::<TrustList>::decode(&bytes).is_err());
        prop_assert!(Unverified::<StatusList>::decode(&bytes).is_err());
        prop_assert!(peek_typ(&bytes).is_err());
    }

    #[test]
    fn manifests_come_back_as_they_went(
        masses in proptest::collection::vec((1_u32..=999_999, 0..=Grams::MAX.0), 0..9),
        plates in proptest::collection::vec("[0-9]{2}[A-Z]-[0-9]{3}\\.[0-9]{2}", 0..4),
        number in "[0-9A-ZĐ/.-]{1,40}", revision: u32, index: u32, digest: [u8; 32],
    ) {
        let lines: Vec<_> = masses.iter().map(|(code, mass)| line(&format!("{code:06}"), *mass)).collect();
        let plates: Vec<_> = plates.into_iter().map(Plate).collect();
        let source = super::manifest::ManifestSeal {
            revision, status: super::status_list::StatusIndex(index), document_digest: digest,
            ..manifest(&plates, &lines, &number)
        };
        let claims = source.claims().unwrap();
        prop_assert!(sealed_len(&claims) <= SEALED_MAX);
        let total = claims.lines.iter().map(|l| l.mass).sum::<Grams>() + claims.rest.map_or(Grams(0), |rest| rest.mass);
        prop_assert_eq!(total, lines.iter().map(|l| l.declared_mass_g).sum::<Grams>());
        prop_assert_eq!(ManifestClaims::from_cbor(claims.to_cbor()).unwrap(), claims);
    }

    #[test]
    fn lists_come_back_as_they_went(seq in 0_u64..1 << 53, standings in proptest::collection::vec(0_u8..3, 0..6)) {
        let keys = standings.iter().map(|n| {
            let standing = match n {
                0 => KeyStanding::Active,
                1 => KeyStanding::Retired { at: now() },
                _ => KeyStanding::Compromised { at: now() },
            };
            trust_key(new_key().public(), if seq % 2 == 0 { KeyUse::Issuer } else { KeyUse::Root }, standing)
        });
        let list = TrustList { seq, ..trust(keys.collect()) };
        prop_assert_eq!(TrustList::from_cbor(list.to_cbor()).unwrap(), list);
    }
}

#[test]
fn a_signed_status_list_is_checked_like_any_seal() {
    let key = new_key();
    let mut bits = StatusBits::new(100);
    bits.set(42, SealStatus::Superseded);
    let list = StatusList {
        uri: "https://demo.example/status/0".into(),
        issued_at: now(),
        expires_at: now() + Duration::days(2),
        ttl: TTL,
        bits,
    };
    let read = Unverified::<StatusList>::decode(&sealed(&list, &key)).unwrap();
    let trusted = trust(vec![trust_key(key.public(), KeyUse::Issuer, KeyStanding::Active)]);
    assert_eq!(read.verify(&trusted, now()).unwrap().claims(), &list);
    assert_eq!(read.verify(&trust(vec![]), now()).unwrap_err(), VerifyError::KeyUnknown);
}

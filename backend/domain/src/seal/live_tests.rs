//! Properties of live codes: they fit, they age, and nothing else is ever one.

use super::device::DeviceClaims;
use super::envelope::{Claims, Sealed, Typ, Unverified, peek_typ, seal};
use super::key::SigningKey;
use super::live::{Carried, LIVE_MAX, LiveClaims, STEP_S, TOLERANCE, step_at};
use super::live_verdict::{
    Carriage, DeviceStanding, LiveCheckName, LiveKnowledge, LiveVerdict, bind, judge_live,
};
use super::testing::{new_key, now, trust, trust_key};
use super::trust_list::{KeyStanding, KeyUse, TrustList};
use super::verdict::{Scan, VerdictWord};
use crate::id::{DeviceId, EventId, ManifestId, OrganisationId, PersonId, TripId};
use crate::plate::Plate;
use chrono::{DateTime, Duration, Utc};
use data_encoding::BASE32_NOPAD;
use proptest::prelude::*;
use qrcode::{EcLevel, QrCode, Version};
use ring::rand::SystemRandom;
use std::sync::LazyLock;
use uuid::Uuid;

fn id(n: u128) -> Uuid {
    Uuid::from_u128((0x0198_c0de_0000_7000_u128 << 64) | 0x8000_0000_0000_0000 | n)
}

const PICKUP: u128 = 0xFEED;

fn manifests(count: u128) -> Carried {
    Carried::Manifests((1..=count).map(|n| ManifestId(id(n))).collect())
}

struct Phone {
    key: SigningKey,
    certificate: Unverified<DeviceClaims>,
}

fn phone(issuer: &str, issuer_key: &SigningKey) -> Phone {
    let key = new_key();
    let (device, person, organisation) = (DeviceId(id(0x33)), PersonId(id(0x44)), OrganisationId(id(0x55)));
    let claims = DeviceClaims::new(issuer, now(), device, *key.public(), person, organisation);
    let certificate = seal(&claims, issuer_key, &SystemRandom::new()).unwrap();
    Phone { key, certificate: Unverified::decode(certificate.bytes()).unwrap() }
}

impl Phone {
    fn shows(&self, carried: Carried, plate: &str, at: DateTime<Utc>) -> Sealed<LiveClaims> {
        let (certificate, plate) = (self.certificate.clone(), Plate(plate.into()));
        let claims = LiveClaims::new(certificate, carried, &plate, EventId(id(PICKUP)), at);
        seal(&claims, &self.key, &SystemRandom::new()).unwrap()
    }
}

fn text(live: &Sealed<LiveClaims>) -> String {
    BASE32_NOPAD.encode(live.bytes())
}

#[test]
fn the_worst_live_codes_fit_a_qr_of_version_15() {
    let longest = BASE32_NOPAD.encode(&[0xA5; LIVE_MAX]);
    let version = |text: &str| QrCode::with_error_correction_level(text, EcLevel::M).unwrap().version();
    assert_eq!(version(&longest), Version::Normal(15), "the longest allowed");
    // Any issuer, and a plate as long as plausible plates are; two manifests under a name that keeps four lines.
    for (issuer, carried, plate) in [
        ("x".repeat(32), manifests(1), "15RM-123456.78"),
        ("vn-hai-phong".into(), manifests(2), "15LĐ-123.45"),
        ("vn-hai-phong".into(), Carried::Trip(TripId(id(9))), "ĐĐĐĐĐĐĐĐĐĐĐĐ"),
    ] {
        let live = phone(&issuer, &new_key()).shows(carried, plate, now());
        assert!(live.bytes().len() <= LIVE_MAX, "{} bytes, {plate}", live.bytes().len());
        assert!(matches!(version(&text(&live)), Version::Normal(1..=15)));
        assert_eq!(peek_typ(live.bytes()), Ok(Typ::Live));
    }
}

#[test]
fn the_certificate_comes_back_byte_for_byte() {
    let issuer = new_key();
    let phone = phone("vn-hai-phong", &issuer);
    let live = phone.shows(manifests(2), "15C-123.45", now());
    let read = Unverified::<LiveClaims>::decode(live.bytes()).unwrap();
    let certificate = &read.claims().certificate;
    assert_eq!(certificate.digest(), phone.certificate.digest());
    assert!(certificate.is_signed_by(issuer.public()));
    assert_eq!(read.claims().plate, "15C12345");
}

/// An issuer, its trust list and a phone, made once: making keys for each case would only test ring.
static SCENE: LazyLock<(TrustList, Phone)> = LazyLock::new(|| {
    let issuer = new_key();
    let trust = trust(vec![trust_key(issuer.public(), KeyUse::Issuer, KeyStanding::Active)]);
    (trust, phone("vn-hai-phong", &issuer))
});

fn verdict_on(bytes: &[u8], device: DeviceStanding, at: DateTime<Utc>) -> LiveVerdict {
    let known = LiveKnowledge { trust: Some(&SCENE.0), device, now: at };
    let (verdict, seal) = judge_live(&Scan::read(&BASE32_NOPAD.encode(bytes)), &known);
    assert_eq!(seal.is_some(), verdict.verdict == VerdictWord::Authentic);
    assert_eq!(verdict.checks.iter().map(|made| made.check).collect::<Vec<_>>(), LiveCheckName::ALL[..8]);
    verdict
}

fn word(bytes: &[u8], at: DateTime<Utc>) -> VerdictWord {
    verdict_on(bytes, DeviceStanding::Unknown, at).verdict
}

#[test]
fn one_flipped_bit_is_not_authentic() {
    let live = SCENE.1.shows(manifests(2), "15C-123.45", now());
    assert_eq!(word(live.bytes(), now()), VerdictWord::Authentic);
    for bit in 0..live.bytes().len() * 8 {
        let mut bytes = live.bytes().to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        assert_ne!(word(&bytes, now()), VerdictWord::Authentic, "bit {bit}");
    }
}

#[test]
fn a_certificate_of_another_phone_is_of_no_use() {
    let thief = Phone { key: new_key(), certificate: SCENE.1.certificate.clone() };
    let live = thief.shows(manifests(1), "15C-123.45", now());
    assert_eq!(word(live.bytes(), now()), VerdictWord::Invalid);
    let made_up = phone("vn-hai-phong", &new_key()).shows(manifests(1), "15C-123.45", now());
    assert_eq!(word(made_up.bytes(), now()), VerdictWord::CannotTell, "offline the issuer may be a new one");
    let online = verdict_on(made_up.bytes(), DeviceStanding::NotRegistered, now());
    assert_eq!(online.verdict, VerdictWord::Invalid);
}

#[test]
fn a_certificate_has_its_days() {
    let later = now() + Duration::days(91);
    let trust = TrustList { expires_at: later + Duration::days(1), ..SCENE.0.clone() };
    let live = SCENE.1.shows(manifests(1), "15C-123.45", later);
    let known = LiveKnowledge { trust: Some(&trust), device: DeviceStanding::Unknown, now: later };
    let (verdict, _) = judge_live(&Scan::read(&text(&live)), &known);
    assert_eq!(verdict.verdict, VerdictWord::Expired);
    assert_eq!((verdict.checks[4].ok, verdict.checks[7].ok), (Some(false), Some(true)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_picture_of_thirty_seconds_is_refused(taken_ms in 0_i64..900_000, older_ms in 0_i64..86_400_000) {
        let taken = now() + Duration::milliseconds(taken_ms);
        let live = SCENE.1.shows(manifests(1), "15C-123.45", taken);
        let shown = taken + TOLERANCE + Duration::milliseconds(older_ms);
        prop_assert_eq!(word(live.bytes(), shown), VerdictWord::Expired);
    }

    #[test]
    fn clocks_may_be_a_step_apart(taken_ms in 0_i64..900_000, apart_ms in -STEP_S * 1000..=STEP_S * 1000) {
        let taken = now() + Duration::milliseconds(taken_ms);
        let live = SCENE.1.shows(manifests(1), "15C-123.45", taken);
        let reader = taken + Duration::milliseconds(apart_ms);
        prop_assert_eq!(word(live.bytes(), reader), VerdictWord::Authentic);
    }

    #[test]
    fn a_code_from_a_clock_ahead_tells_nothing(taken_ms in 0_i64..900_000, ahead_ms in 45_000_i64..86_400_000) {
        let taken = now() + Duration::milliseconds(taken_ms);
        let live = SCENE.1.shows(manifests(1), "15C-123.45", taken);
        let verdict = verdict_on(live.bytes(), DeviceStanding::Unknown, taken - Duration::milliseconds(ahead_ms));
        prop_assert_eq!(verdict.checks[7].detail, "step_ahead");
        prop_assert_ne!(verdict.verdict, VerdictWord::Authentic);
    }

    #[test]
    fn cut_doubled_and_changed_bytes_are_never_authentic(from in 0_usize..375, len in 1_usize..40, how in 0_u8..4, with: u8) {
        static SHOWN: LazyLock<Vec<u8>> =
            LazyLock::new(|| SCENE.1.shows(manifests(2), "15C-123.45", now()).bytes().to_vec());
        let mut bytes = SHOWN.clone();
        let from = from % bytes.len();
        let to = (from + len).min(bytes.len());
        match how {
            0 => drop(bytes.drain(from..to)),
            1 => { let twice = bytes[from..to].to_vec(); drop(bytes.splice(from..from, twice)); }
            2 => bytes[from..to].fill(with),
            _ => bytes.insert(from, with),
        }
        prop_assume!(bytes != *SHOWN);
        prop_assert_ne!(word(&bytes, now()), VerdictWord::Authentic);
    }
}

#[test]
fn steps_begin_every_fifteen_seconds() {
    let at = |s: i64| step_at(DateTime::from_timestamp(s, 0).unwrap());
    assert_eq!((at(0), at(14), at(15), at(-1)), (0, 0, 1, 0));
    let live = SCENE.1.shows(manifests(1), "15C-123.45", now() + Duration::milliseconds(14_999));
    assert_eq!(live.claims().issued_at(), now());
}

#[test]
fn what_a_code_has_to_do_with_a_manifest() {
    let one = SCENE.1.shows(manifests(2), "15C-123.45", now());
    let trip = SCENE.1.shows(Carried::Trip(TripId(id(9))), "15C-123.45", now());
    let known = Carriage {
        manifest_id: ManifestId(id(2)),
        trip_id: Some(TripId(id(9))),
        driver_id: Some(PersonId(id(0x44))),
        carrier_id: Some(OrganisationId(id(0x55))),
        plates: vec!["15C99999".into(), "15C12345".into()],
        pickup: Some(EventId(id(PICKUP))),
    };
    let details = |live: &Sealed<LiveClaims>, known: &Carriage| {
        bind(live.claims(), known).iter().map(|made| made.detail).collect::<Vec<_>>()
    };
    assert_eq!(details(&one, &known), ["ok"; 4]);
    assert_eq!(details(&trip, &known), ["ok"; 4]);
    let paper = Carriage {
        trip_id: None,
        driver_id: None,
        carrier_id: None,
        plates: vec![],
        pickup: None,
        ..known.clone()
    };
    assert_eq!(details(&one, &paper), ["ok", "driver_unknown", "plates_unknown", "pickup_unknown"]);
    assert_eq!(details(&trip, &paper)[0], "trip_unknown");
    let other = Carriage {
        manifest_id: ManifestId(id(3)),
        trip_id: Some(TripId(id(10))),
        driver_id: Some(PersonId(id(0x45))),
        plates: vec!["15C99999".into()],
        pickup: Some(EventId(id(0xBEEF))),
        ..known.clone()
    };
    let strange = ["other_manifest", "other_driver", "other_plate", "other_pickup"];
    assert_eq!(details(&one, &other), strange);
    assert_eq!(details(&trip, &other), strange);
    let carrier = Carriage { carrier_id: Some(OrganisationId(id(0x56))), ..known };
    assert_eq!(details(&one, &carrier)[1], "other_carrier");
}

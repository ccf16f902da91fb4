//! The verdict on a live code: the phone's certificate, the phone's signature, the moment, and what the code has to do
//! with a manifest at hand. One pure function each for phone and server; the PWA has their twins and both run the
//! vectors.

use super::envelope::{Claims, Sealed, Unverified};
use super::live::{Carried, EventTail, LiveClaims};
use super::status_list::StatusLookup;
use super::trust_list::TrustList;
use super::verdict::{self, CheckName, Knowledge, Scan, ScanError, VerdictWord};
use crate::id::{EventId, ManifestId, OrganisationId, PersonId, TripId};
use chrono::{DateTime, Utc};
use serde::Serialize;

words! {
    /// The checks, in the order they are made and shown: eight on the code itself, four on its bond to a manifest.
    pub enum LiveCheckName {
        /// The text is bare base32 or a seal's link.
        Format = "format",
        /// Strict COSE_Sign1 of the right kind with readable claims.
        Envelope = "envelope",
        /// The trust list has the issuer's key, and it was in force when it certified the phone.
        Key = "key",
        /// The issuer's key signed the phone's certificate.
        Certificate = "certificate",
        /// The certificate is neither from the future nor expired.
        Validity = "validity",
        /// The certified phone signed the code.
        Signature = "signature",
        /// The phone is not revoked.
        Device = "device",
        /// The code was made less than two steps ago.
        Step = "step",
        /// The code names the manifest.
        Manifest = "manifest",
        /// The phone is the driver's who carries it.
        Driver = "driver",
        /// The plate that the driver names is one agreed on.
        Plate = "plate",
        /// The pickup that the code names is the one on record.
        Pickup = "pickup",
    }
}

words! {
    /// What the reader knows of the phone that signed.
    pub enum DeviceStanding {
        /// Nothing against it; a reader without network.
        Unknown = "unknown",
        /// On record with this certificate.
        Active = "active",
        /// Revoked.
        Revoked = "revoked",
        /// Not on record, or not with this certificate.
        NotRegistered = "not_registered",
    }
}

/// One check and how it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LiveCheck {
    /// Which.
    pub check: LiveCheckName,
    /// True passed, false failed, none not made for want of knowledge.
    pub ok: Option<bool>,
    /// Stable code of the reason; `ok` when there is nothing to say.
    pub detail: &'static str,
}

/// The word and the eight checks on the code itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LiveVerdict {
    /// `invalid`, `cannot_tell`, `expired` (the certificate, or the code is old) or `authentic`.
    pub verdict: VerdictWord,
    /// All eight in order.
    pub checks: Vec<LiveCheck>,
}

/// What the reader knows.
#[derive(Debug, Clone, Copy)]
pub struct LiveKnowledge<'a> {
    /// The verified trust list, if it holds one.
    pub trust: Option<&'a TrustList>,
    /// What it knows of the phone.
    pub device: DeviceStanding,
    /// Now, corrected by the offset to the server where that is known.
    pub now: DateTime<Utc>,
}

/// Judges a scanned live code. The seal comes back only when it is authentic: there is nothing else to do with one.
#[must_use]
pub fn judge_live(
    scan: &Scan<LiveClaims>,
    known: &LiveKnowledge<'_>,
) -> (LiveVerdict, Option<Sealed<LiveClaims>>) {
    let live = match &scan.decoded {
        Ok(live) => live,
        Err(error) => return (unreadable(*error), None),
    };
    let (certified, mut checks) = certificate(&live.claims().certificate, known);
    let signed = live.is_signed_by(&live.claims().certificate.claims().public_key);
    checks.push(if signed {
        passed(LiveCheckName::Signature)
    } else {
        check(LiveCheckName::Signature, Some(false), "signature")
    });
    let device = match known.device {
        DeviceStanding::Active => passed(LiveCheckName::Device),
        DeviceStanding::Unknown => check(LiveCheckName::Device, None, "offline"),
        DeviceStanding::Revoked => check(LiveCheckName::Device, Some(false), "device_revoked"),
        DeviceStanding::NotRegistered => check(LiveCheckName::Device, Some(false), "not_registered"),
    };
    let claims = live.claims();
    let (past, ahead) = (claims.is_expired(known.now), claims.is_from_the_future(known.now));
    let step = match (past, ahead) {
        (true, _) => check(LiveCheckName::Step, Some(false), "step_past"),
        (_, true) => check(LiveCheckName::Step, Some(false), "step_ahead"),
        _ => passed(LiveCheckName::Step),
    };
    checks.extend([device, step]);
    let verdict = if certified == VerdictWord::Invalid || !signed || device.ok == Some(false) {
        VerdictWord::Invalid
    } else if certified == VerdictWord::CannotTell || ahead {
        VerdictWord::CannotTell
    } else if certified == VerdictWord::Expired || past {
        VerdictWord::Expired
    } else {
        VerdictWord::Authentic
    };
    let seal = (verdict == VerdictWord::Authentic).then(|| live.clone().into_sealed());
    (LiveVerdict { verdict, checks }, seal)
}

/// Judges the certificate like any seal of the issuer and gives its checks their places.
fn certificate(
    certificate: &Unverified<super::device::DeviceClaims>,
    known: &LiveKnowledge<'_>,
) -> (VerdictWord, Vec<LiveCheck>) {
    let registered = match known.device {
        DeviceStanding::Active => Some(true),
        DeviceStanding::NotRegistered => Some(false),
        DeviceStanding::Unknown | DeviceStanding::Revoked => None,
    };
    let scan = Scan { host: None, decoded: Ok(certificate.clone()) };
    let status = StatusLookup::None;
    let (found, _) =
        verdict::judge(&scan, &Knowledge { trust: known.trust, status, registered, now: known.now });
    let checks = found.checks.iter().filter_map(|made| {
        let name = match made.check {
            CheckName::Format => LiveCheckName::Format,
            CheckName::Envelope => LiveCheckName::Envelope,
            CheckName::Key => LiveCheckName::Key,
            CheckName::Signature => LiveCheckName::Certificate,
            CheckName::Time => LiveCheckName::Validity,
            CheckName::Host | CheckName::Status | CheckName::Registered => return None,
        };
        Some(check(name, made.ok, made.detail))
    });
    (found.verdict, checks.collect())
}

const fn check(check: LiveCheckName, ok: Option<bool>, detail: &'static str) -> LiveCheck {
    LiveCheck { check, ok, detail }
}

const fn passed(name: LiveCheckName) -> LiveCheck {
    check(name, Some(true), "ok")
}

/// Invalid, with the checks that could not be made said to be so.
fn unreadable(error: ScanError) -> LiveVerdict {
    let failed = match error {
        ScanError::Format(_) => LiveCheckName::Format,
        ScanError::Envelope(_) => LiveCheckName::Envelope,
    };
    let own = LiveCheckName::ALL.iter().filter(|name| **name <= LiveCheckName::Step);
    let checks = own.map(|name| match name {
        name if *name < failed => passed(*name),
        name if *name == failed => check(failed, Some(false), error.code()),
        name => check(*name, None, "not_read"),
    });
    LiveVerdict { verdict: VerdictWord::Invalid, checks: checks.collect() }
}

/// A manifest at hand, as far as the reader knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carriage {
    /// The manifest.
    pub manifest_id: ManifestId,
    /// Its trip; none when only its code is at hand.
    pub trip_id: Option<TripId>,
    /// Who carries it; none when unknown.
    pub driver_id: Option<PersonId>,
    /// For which carrier; none when unknown.
    pub carrier_id: Option<OrganisationId>,
    /// Plates agreed on or assigned, in normal form; empty when unknown.
    pub plates: Vec<String>,
    /// Its latest pickup on record; none when none is known yet.
    pub pickup: Option<EventId>,
}

/// Holds a live code against a manifest: four checks. Only the first decides whether the code speaks of this manifest;
/// the others are for a person to weigh, as a plate changed on the way may be honest.
#[must_use]
pub fn bind(live: &LiveClaims, known: &Carriage) -> Vec<LiveCheck> {
    let manifest = match &live.carried {
        Carried::Manifests(ids) if ids.contains(&known.manifest_id) => passed(LiveCheckName::Manifest),
        Carried::Trip(trip) if known.trip_id == Some(*trip) => passed(LiveCheckName::Manifest),
        Carried::Trip(_) if known.trip_id.is_none() => check(LiveCheckName::Manifest, None, "trip_unknown"),
        Carried::Manifests(_) | Carried::Trip(_) => {
            check(LiveCheckName::Manifest, Some(false), "other_manifest")
        }
    };
    let certificate = live.certificate.claims();
    let driver = match (known.driver_id, known.carrier_id) {
        (_, Some(carrier)) if carrier != certificate.organisation_id => {
            check(LiveCheckName::Driver, Some(false), "other_carrier")
        }
        (Some(driver), _) if driver != certificate.person_id => {
            check(LiveCheckName::Driver, Some(false), "other_driver")
        }
        (Some(_), _) => passed(LiveCheckName::Driver),
        (None, _) => check(LiveCheckName::Driver, None, "driver_unknown"),
    };
    let plate = if known.plates.is_empty() {
        check(LiveCheckName::Plate, None, "plates_unknown")
    } else if known.plates.contains(&live.plate) {
        passed(LiveCheckName::Plate)
    } else {
        check(LiveCheckName::Plate, Some(false), "other_plate")
    };
    let pickup = match known.pickup {
        None => check(LiveCheckName::Pickup, None, "pickup_unknown"),
        Some(event) if EventTail::from(event) == live.pickup => passed(LiveCheckName::Pickup),
        Some(_) => check(LiveCheckName::Pickup, Some(false), "other_pickup"),
    };
    vec![manifest, driver, plate, pickup]
}

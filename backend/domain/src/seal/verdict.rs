//! The verdict on a scanned seal: every named check, and one word for the person at the roadside.
//!
//! One pure function for phone and server alike; the PWA has its twin and both run the vectors.

use super::envelope::{Claims, EnvelopeError, Sealed, Unverified};
use super::qr::{self, QrError};
use super::status_list::{SealStatus, StatusLookup};
use super::trust_list::{KeyUse, TrustList, VerifyError};
use chrono::{DateTime, Utc};
use serde::Serialize;

words! {
    /// The one word, in order of precedence: the first that applies.
    pub enum VerdictWord {
        /// Not a genuine seal.
        Invalid = "invalid",
        /// This reader does not know enough; ask again with a network.
        CannotTell = "cannot_tell",
        /// Genuine, but the manifest is void.
        Void = "void",
        /// Genuine, but a later revision replaced it.
        Superseded = "superseded",
        /// Genuine, but held by the authority.
        OnHold = "on_hold",
        /// Genuine, but its load was received already.
        Completed = "completed",
        /// Genuine, but past its day.
        Expired = "expired",
        /// Genuine and in force. A copy verifies as well: compare the plate.
        Authentic = "authentic",
    }
}

words! {
    /// The checks, in the order they are made and shown.
    pub enum CheckName {
        /// The text is a seal's link or bare base32.
        Format = "format",
        /// Strict COSE_Sign1 of the right kind with readable claims.
        Envelope = "envelope",
        /// The trust list has the key, and it was in force when it sealed.
        Key = "key",
        /// The key made the signature.
        Signature = "signature",
        /// Neither from the future nor expired.
        Time = "time",
        /// The host in the QR is the installation's. A warning: it changes no verdict.
        Host = "host",
        /// In force: not void, superseded, held, completed.
        Status = "status",
        /// The issue table has it (only with a network).
        Registered = "registered",
    }
}

/// One check and how it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Which.
    pub check: CheckName,
    /// True passed, false failed, none not made for want of knowledge.
    pub ok: Option<bool>,
    /// Stable code of the reason; `ok` when there is nothing to say.
    pub detail: &'static str,
}

/// The word, every check, and how old the knowledge is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The word.
    pub verdict: VerdictWord,
    /// All eight checks in order.
    pub checks: Vec<Check>,
    /// When the status was known; none if it is not known at all.
    pub as_of: Option<DateTime<Utc>>,
}

/// Why a scanned text is no seal of the wanted kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ScanError {
    /// The text.
    #[error("the text is not a seal's")]
    Format(#[source] QrError),
    /// The bytes in it.
    #[error("the code is not a seal of this kind")]
    Envelope(#[source] EnvelopeError),
}

impl ScanError {
    /// Stable code of the rule.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Format(error) => error.code(),
            Self::Envelope(error) => error.code(),
        }
    }
}

/// A scanned text, read as far as it could be.
#[derive(Debug, Clone)]
pub struct Scan<T> {
    /// Host in the text, if it was a link.
    pub host: Option<String>,
    /// The seal, unverified.
    pub decoded: Result<Unverified<T>, ScanError>,
}

impl<T: Claims> Scan<T> {
    /// Reads the text of a QR, a wall code or bare base32.
    #[must_use]
    pub fn read(text: &str) -> Self {
        match qr::parse(text) {
            Ok(code) => Self {
                host: code.host,
                decoded: Unverified::decode(&code.bytes).map_err(ScanError::Envelope),
            },
            Err(error) => Self { host: None, decoded: Err(ScanError::Format(error)) },
        }
    }
}

/// What the reader knows.
#[derive(Debug, Clone, Copy)]
pub struct Knowledge<'a> {
    /// The verified trust list, if it holds one.
    pub trust: Option<&'a TrustList>,
    /// What it knows of the seal's status.
    pub status: StatusLookup,
    /// Whether the issue table has the seal's digest; none offline. A seal that is not on record is invalid.
    pub registered: Option<bool>,
    /// Now, corrected by the offset to the server where that is known.
    pub now: DateTime<Utc>,
}

/// Judges a scan. The seal comes back only when key and signature stand, whatever its status or age.
#[must_use]
pub fn judge<T: Claims>(scan: &Scan<T>, known: &Knowledge<'_>) -> (Verdict, Option<Sealed<T>>) {
    let seal = match &scan.decoded {
        Ok(seal) => seal,
        Err(error) => return (unreadable(*error), None),
    };
    let (key, signature) = key_and_signature(seal, known);
    let time = time(seal, known);
    let host = host(scan.host.as_deref(), known.trust);
    let (status, status_word) = status(known.status);
    let registered = match known.registered {
        None => check(CheckName::Registered, None, "offline"),
        Some(true) => passed(CheckName::Registered),
        Some(false) => check(CheckName::Registered, Some(false), "not_registered"),
    };
    let online = known.registered.is_some();
    let future = time.detail == VerifyError::FromTheFuture.code();
    let verdict = if signature.ok == Some(false)
        || (key.ok == Some(false) && (online || key.detail != VerifyError::KeyCompromised.code()))
        || (future && online)
        || registered.ok == Some(false)
    {
        VerdictWord::Invalid
    } else if key.ok != Some(true) || future || known.status == StatusLookup::Unknown {
        VerdictWord::CannotTell
    } else if let Some(word) = status_word {
        word
    } else if time.ok == Some(false) {
        VerdictWord::Expired
    } else {
        VerdictWord::Authentic
    };
    let stands = !matches!(verdict, VerdictWord::Invalid) && key.ok == Some(true) && !future;
    let checks = vec![
        passed(CheckName::Format),
        passed(CheckName::Envelope),
        key,
        signature,
        time,
        host,
        status,
        registered,
    ];
    let as_of = match known.status {
        StatusLookup::Known { as_of, .. } | StatusLookup::OlderThanSeal { as_of } => Some(as_of),
        StatusLookup::None => known.trust.map(|trust| trust.issued_at),
        StatusLookup::Unknown => None,
    };
    (Verdict { verdict, checks, as_of }, stands.then(|| seal.clone().into_sealed()))
}

const fn check(check: CheckName, ok: Option<bool>, detail: &'static str) -> Check {
    Check { check, ok, detail }
}

const fn passed(name: CheckName) -> Check {
    check(name, Some(true), "ok")
}

/// Invalid, with the checks that could not be made said to be so.
fn unreadable(error: ScanError) -> Verdict {
    let failed = match error {
        ScanError::Format(_) => CheckName::Format,
        ScanError::Envelope(_) => CheckName::Envelope,
    };
    let checks = CheckName::ALL.iter().map(|name| match name {
        name if *name < failed => passed(*name),
        name if *name == failed => check(failed, Some(false), error.code()),
        name => check(*name, None, "not_read"),
    });
    Verdict { verdict: VerdictWord::Invalid, checks: checks.collect(), as_of: None }
}

fn key_and_signature<T: Claims>(seal: &Unverified<T>, known: &Knowledge<'_>) -> (Check, Check) {
    let not_made =
        |detail| (check(CheckName::Key, None, detail), check(CheckName::Signature, None, "not_checked"));
    let Some(trust) = known.trust else { return not_made("no_trust_list") };
    let signer = match trust.signer(seal, KeyUse::Issuer) {
        Ok(signer) => signer,
        // Online the trust list is complete: a key that it does not have is nobody's.
        Err(VerifyError::KeyUnknown) if known.registered.is_none() => {
            return not_made(VerifyError::KeyUnknown.code());
        }
        Err(VerifyError::Signature) => {
            let wrong = check(CheckName::Signature, Some(false), VerifyError::Signature.code());
            return (check(CheckName::Key, None, "signer_unproven"), wrong);
        }
        Err(error) => {
            let (_, signature) = not_made("");
            return (check(CheckName::Key, Some(false), error.code()), signature);
        }
    };
    let key = match signer.vouches_for(seal.claims().issued_at()) {
        Err(VerifyError::KeyCompromised) if known.registered == Some(true) => {
            check(CheckName::Key, Some(true), "compromised_but_registered")
        }
        Err(error) => check(CheckName::Key, Some(false), error.code()),
        Ok(()) if trust.is_from_the_future(known.now) => check(CheckName::Key, None, "clock_wrong"),
        Ok(()) if trust.is_expired(known.now) => check(CheckName::Key, None, "trust_list_expired"),
        Ok(()) => passed(CheckName::Key),
    };
    (key, passed(CheckName::Signature))
}

fn time<T: Claims>(seal: &Unverified<T>, known: &Knowledge<'_>) -> Check {
    if seal.claims().is_from_the_future(known.now) {
        check(CheckName::Time, Some(false), VerifyError::FromTheFuture.code())
    } else if seal.claims().is_expired(known.now) {
        check(CheckName::Time, Some(false), VerifyError::Expired.code())
    } else {
        passed(CheckName::Time)
    }
}

fn host(host: Option<&str>, trust: Option<&TrustList>) -> Check {
    match (host, trust) {
        (None, _) => check(CheckName::Host, None, "no_host"),
        (_, None) => check(CheckName::Host, None, "no_trust_list"),
        (Some(host), Some(trust)) if trust.names_host(host) => passed(CheckName::Host),
        _ => check(CheckName::Host, Some(false), "host_not_listed"),
    }
}

fn status(status: StatusLookup) -> (Check, Option<VerdictWord>) {
    let not_in_force =
        |status: SealStatus, word| (check(CheckName::Status, Some(false), status.as_str()), Some(word));
    match status {
        StatusLookup::Known { status, .. } => match status {
            SealStatus::Valid => (passed(CheckName::Status), None),
            SealStatus::Void => not_in_force(status, VerdictWord::Void),
            SealStatus::OnHold => not_in_force(status, VerdictWord::OnHold),
            SealStatus::Completed => not_in_force(status, VerdictWord::Completed),
            SealStatus::Superseded => not_in_force(status, VerdictWord::Superseded),
        },
        StatusLookup::OlderThanSeal { .. } => (check(CheckName::Status, None, "older_than_seal"), None),
        StatusLookup::Unknown => (check(CheckName::Status, None, "status_unknown"), None),
        StatusLookup::None => (check(CheckName::Status, None, "no_status"), None),
    }
}

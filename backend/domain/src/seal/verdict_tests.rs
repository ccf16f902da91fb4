//! Precedence of the verdicts, cell by cell.

use super::envelope::seal;
use super::key::SigningKey;
use super::manifest::ManifestClaims;
use super::qr;
use super::status_list::{SealStatus, StatusLookup};
use super::testing::{line, manifest, new_key, now, trust, trust_key};
use super::trust_list::{KeyStanding, KeyUse, TrustList};
use super::verdict::{CheckName, Knowledge, Scan, Verdict, VerdictWord, judge};
use chrono::{DateTime, Duration, Utc};
use ring::rand::SystemRandom;

fn scan(key: &SigningKey, host: &str) -> Scan<ManifestClaims> {
    let claims = manifest(&[], &[line("17 02 03", 481_000)], "12/2026/1-2-3.001.VX").claims().unwrap();
    let bytes = seal(&claims, key, &SystemRandom::new()).unwrap().bytes().to_vec();
    Scan::read(&qr::render(host, &bytes).unwrap())
}

fn issuer(key: &SigningKey, standing: KeyStanding) -> TrustList {
    trust(vec![trust_key(key.public(), KeyUse::Issuer, standing)])
}

const fn known(
    trust: Option<&TrustList>,
    status: StatusLookup,
    registered: Option<bool>,
    now: DateTime<Utc>,
) -> Knowledge<'_> {
    Knowledge { trust, status, registered, now }
}

fn valid() -> StatusLookup {
    StatusLookup::Known { status: SealStatus::Valid, as_of: now() }
}

fn detail(verdict: &Verdict, name: CheckName) -> (Option<bool>, &'static str) {
    verdict.checks.iter().find(|check| check.check == name).map(|check| (check.ok, check.detail)).unwrap()
}

#[test]
fn status_comes_before_expiry_and_after_trust() {
    let key = new_key();
    let (scan, trust) = (scan(&key, "demo.example"), issuer(&key, KeyStanding::Active));
    let late = now() + Duration::days(31);
    // The trust list of `late` is a newer one.
    let newer = TrustList { issued_at: late, expires_at: late + Duration::days(30), ..trust.clone() };
    for (status, word) in [
        (SealStatus::Void, VerdictWord::Void),
        (SealStatus::Superseded, VerdictWord::Superseded),
        (SealStatus::OnHold, VerdictWord::OnHold),
        (SealStatus::Completed, VerdictWord::Completed),
    ] {
        let lookup = StatusLookup::Known { status, as_of: now() };
        for (trust, at) in [(&trust, now()), (&newer, late)] {
            let (verdict, seal) = judge(&scan, &known(Some(trust), lookup, None, at));
            assert_eq!((verdict.verdict, verdict.as_of), (word, Some(now())));
            assert!(seal.is_some(), "genuine, whatever its status");
        }
        assert_eq!(judge(&scan, &known(None, lookup, None, now())).0.verdict, VerdictWord::CannotTell);
    }
    let (verdict, _) = judge(&scan, &known(Some(&newer), valid(), None, late));
    assert_eq!(verdict.verdict, VerdictWord::Expired);
    assert_eq!(detail(&verdict, CheckName::Time), (Some(false), "expired"));
}

#[test]
fn what_a_phone_cannot_know_it_does_not_claim() {
    let (key, stranger) = (new_key(), new_key());
    let (scan, trust) = (scan(&key, "demo.example"), issuer(&key, KeyStanding::Active));
    let strangers = issuer(&stranger, KeyStanding::Active);
    let old = TrustList { expires_at: now() - Duration::days(1), ..trust.clone() };
    let early = now() - Duration::days(2);
    for (list, status, at, check, reason) in [
        (None, valid(), now(), CheckName::Key, "no_trust_list"),
        (Some(&strangers), valid(), now(), CheckName::Key, "key_unknown"),
        (Some(&old), valid(), now(), CheckName::Key, "trust_list_expired"),
        (Some(&trust), valid(), early, CheckName::Key, "clock_wrong"),
        (Some(&trust), StatusLookup::Unknown, now(), CheckName::Status, "status_unknown"),
    ] {
        let (verdict, _) = judge(&scan, &known(list, status, None, at));
        assert_eq!(verdict.verdict, VerdictWord::CannotTell, "{reason}");
        assert_eq!(detail(&verdict, check), (None, reason));
    }
    let (verdict, _) = judge(&scan, &known(Some(&trust), valid(), None, now() - Duration::minutes(10)));
    assert_eq!(verdict.verdict, VerdictWord::CannotTell, "offline the phone's clock is the likelier fault");
    let older = StatusLookup::OlderThanSeal { as_of: early };
    let (verdict, _) = judge(&scan, &known(Some(&trust), older, None, now()));
    assert_eq!((verdict.verdict, verdict.as_of), (VerdictWord::Authentic, Some(early)));
}

#[test]
fn online_everything_is_known() {
    let (key, stranger) = (new_key(), new_key());
    let (scan, trust) = (scan(&key, "demo.example"), issuer(&key, KeyStanding::Active));
    let strangers = issuer(&stranger, KeyStanding::Active);
    let word =
        |list, registered, at| judge(&scan, &known(Some(list), valid(), Some(registered), at)).0.verdict;
    assert_eq!(word(&trust, true, now()), VerdictWord::Authentic);
    assert_eq!(word(&trust, false, now()), VerdictWord::Invalid, "every issue is on record");
    assert_eq!(word(&strangers, true, now()), VerdictWord::Invalid);
    assert_eq!(word(&trust, true, now() - Duration::minutes(10)), VerdictWord::Invalid);
}

#[test]
fn a_compromised_key_counts_only_where_the_issue_table_has_it() {
    let key = new_key();
    let scan = scan(&key, "demo.example");
    let trust = issuer(&key, KeyStanding::Compromised { at: now() });
    let word = |registered| judge(&scan, &known(Some(&trust), valid(), registered, now())).0.verdict;
    assert_eq!(word(None), VerdictWord::CannotTell);
    assert_eq!(word(Some(false)), VerdictWord::Invalid);
    assert_eq!(word(Some(true)), VerdictWord::Authentic);
    let retired = issuer(&key, KeyStanding::Retired { at: now() - Duration::days(1) });
    assert_eq!(judge(&scan, &known(Some(&retired), valid(), None, now())).0.verdict, VerdictWord::Invalid);
}

#[test]
fn a_strange_host_warns_and_changes_nothing() {
    let key = new_key();
    let trust = issuer(&key, KeyStanding::Active);
    let (verdict, _) = judge(&scan(&key, "evil.example"), &known(Some(&trust), valid(), None, now()));
    assert_eq!(verdict.verdict, VerdictWord::Authentic);
    assert_eq!(detail(&verdict, CheckName::Host), (Some(false), "host_not_listed"));
}

#[test]
fn what_cannot_be_read_is_invalid_and_says_where() {
    let trust = trust(vec![]);
    let known = known(Some(&trust), StatusLookup::Unknown, None, now());
    let (verdict, seal) = judge(&Scan::<ManifestClaims>::read("xin chào"), &known);
    assert!(seal.is_none());
    assert_eq!(verdict.verdict, VerdictWord::Invalid);
    assert_eq!(detail(&verdict, CheckName::Format), (Some(false), "bad_symbol"));
    let (verdict, _) = judge(&Scan::<ManifestClaims>::read("https://demo.example/Q/AEBAG"), &known);
    assert_eq!(detail(&verdict, CheckName::Format), (Some(true), "ok"));
    assert_eq!(detail(&verdict, CheckName::Envelope), (Some(false), "trailing_bytes"));
    assert_eq!(detail(&verdict, CheckName::Key), (None, "not_read"));
}

//! Verification of a scanned code online: the chain of named checks over the issue table, and what the caller may see.

mod live;

pub use live::{LiveManifest, SeenLive};

use crate::app::App;
use crate::caller::Caller;
use crate::error::{Error, FieldCode, Result};
use crate::manifest::load::{self, Names};
use crate::manifest::view::ManifestView;
use chrono::{DateTime, Duration, Utc};
use domain::geo::position::Position;
use domain::id::{ManifestId, SiteId};
use domain::manifest::ManifestState;
use domain::mass::Grams;
use domain::party::SiteKind;
use domain::plate::Plate;
use domain::seal::envelope::{Typ, peek_typ};
use domain::seal::manifest::ManifestClaims;
use domain::seal::qr;
use domain::seal::short_code::ShortCode;
use domain::seal::site::SiteClaims;
use domain::seal::status_list::{SealStatus, StatusBits, StatusList, StatusLookup};
use domain::seal::verdict::{Check, CheckName, Knowledge, Scan, Verdict, VerdictWord, judge};
use serde::{Deserialize, Serialize};
use store::{Tx, manifests, seals, sites, status};

/// Minutes a signed status list says something.
pub const STATUS_TTL_MINUTES: i64 = 5;
/// Days after which a status list that nobody refreshed says nothing any more.
const STATUS_EXPIRY_DAYS: i64 = 7;

/// A scanned or typed code.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
pub struct VerifyInput {
    /// Text of the QR, bare base32, or a short code.
    pub code: String,
    /// Where it was scanned, for the log of inspections.
    #[serde(default)]
    pub position: Option<Position>,
}

/// The verdict with every sub-check.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Verification {
    /// One word for the person at the roadside.
    #[schema(value_type = String, example = "authentic")]
    pub verdict: VerdictWord,
    /// Every check, in their order.
    pub checks: Vec<CheckView>,
    /// When this was known.
    pub as_of: DateTime<Utc>,
    /// manifest, site or live; null when the code is none of them.
    pub kind: Option<CodeKind>,
    /// What this caller may see of the manifest, or of the only one that a live code names.
    pub manifest: Option<SeenManifest>,
    /// The site of a wall code.
    pub site: Option<SeenSite>,
    /// What an authentic live code says.
    pub live: Option<SeenLive>,
}

/// What a code is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CodeKind {
    /// A manifest's QR or short code.
    Manifest,
    /// A wall code.
    Site,
    /// The live code on a driver's screen.
    Live,
}

/// One check.
#[derive(Debug, Clone, Copy, Serialize, utoipa::ToSchema)]
pub struct CheckView {
    /// format, envelope, key, signature, time, host, status or registered; of a live code format, envelope, key,
    /// certificate, validity, signature, device or step, and manifest, driver, plate or pickup of its bond.
    pub check: &'static str,
    /// True passed, false failed, null could not be made.
    pub ok: Option<bool>,
    /// Stable code; the PWA translates it.
    pub detail: &'static str,
}

/// A manifest as far as the caller may see it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[serde(untagged)]
pub enum SeenManifest {
    /// Parties, drivers of the trip, inspectors and authorities.
    Whole(Box<ManifestView>),
    /// Everybody else.
    Public(PublicManifest),
}

/// What the public may know from a code in hand.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PublicManifest {
    /// Its id.
    pub id: ManifestId,
    /// Human number.
    pub number: Option<String>,
    /// Where it stands.
    pub state: ManifestState,
    /// Planned plates: compare with the truck.
    pub plates: Vec<Plate>,
    /// Who hands over.
    pub generator_name: String,
    /// Who receives.
    pub facility_name: String,
    /// Waste codes.
    pub waste_codes: Vec<String>,
    /// Sum of the declared masses, grams.
    pub declared_mass_g: Grams,
}

/// What a wall code says.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SeenSite {
    /// The site.
    pub id: SiteId,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub kind: Option<SiteKind>,
}

/// Verifies a code. A malformed code is a verdict (`invalid`), not an error.
///
/// # Errors
/// [`Error::Fields`] for an empty code or one longer than any.
pub async fn verify(app: &App, caller: Option<&Caller>, input: VerifyInput) -> Result<Verification> {
    let text = input.code.trim();
    if text.is_empty() || text.len() > 4_096 {
        return Err(Error::field(
            "code",
            FieldCode::BadFormat,
            "Send the text of the QR or the short code under it.",
        ));
    }
    let mut tx = app.db.read("verify.verify").await?;
    if let Ok(short) = text.parse::<ShortCode>() {
        let Some(seal) = seals::find_by_short_code(&mut tx, &short.to_string()).await? else {
            return Ok(unknown_short_code(app.now()));
        };
        let bare = data_encoding::BASE32_NOPAD.encode(&seal.seal);
        return manifest(app, tx, caller, &bare).await;
    }
    match qr::parse(text).ok().and_then(|scanned| peek_typ(&scanned.bytes).ok()) {
        Some(Typ::Site) => site(app, tx, text).await,
        Some(Typ::Live) => live::verify(app, tx, caller, text).await,
        _ => manifest(app, tx, caller, text).await,
    }
}

fn unknown_short_code(now: DateTime<Utc>) -> Verification {
    let check = |check: CheckName, ok, detail| CheckView { check: check.as_str(), ok, detail };
    Verification {
        verdict: VerdictWord::Invalid,
        checks: vec![
            check(CheckName::Format, Some(true), "ok"),
            check(CheckName::Registered, Some(false), "not_registered"),
        ],
        as_of: now,
        kind: None,
        manifest: None,
        site: None,
        live: None,
    }
}

async fn manifest(app: &App, mut tx: Tx, caller: Option<&Caller>, text: &str) -> Result<Verification> {
    let now = app.now();
    let scan = Scan::<ManifestClaims>::read(text);
    let registered = match &scan.decoded {
        Ok(seal) => seals::find_by_digest(&mut tx, &seal.digest()).await?,
        Err(_) => None,
    };
    let status =
        registered.as_ref().and_then(|seal| u8::try_from(seal.status).ok()).and_then(SealStatus::from_value);
    let keys = app.keyring.keys();
    let (verdict, sealed) = judge(
        &scan,
        &Knowledge {
            trust: Some(keys.trust.claims()),
            status: status.map_or(StatusLookup::Unknown, |status| StatusLookup::Known { status, as_of: now }),
            registered: Some(registered.is_some()),
            now,
        },
    );
    let row = match &sealed {
        Some(sealed) => manifests::find(&mut tx, sealed.claims().manifest_id).await?,
        None => None,
    };
    let Some(row) = row else { return Ok(answer(&verdict, now, sealed.map(|_| CodeKind::Manifest), None)) };
    let whole = match caller {
        Some(caller) if load::sees(&load::viewer(&mut tx, caller).await?, &row) => Some(caller),
        _ => None,
    };
    let seen = match whole {
        Some(caller) => SeenManifest::Whole(Box::new(load::view_of(app, &mut tx, caller, &row).await?)),
        None => SeenManifest::Public(public(&mut tx, &row).await?),
    };
    drop(tx);
    if let Some(caller) = whole {
        crate::manifest::show::log_looks(app, caller, &[row], "scanned").await?;
    }
    Ok(answer(&verdict, now, Some(CodeKind::Manifest), Some(seen)))
}

async fn public(tx: &mut Tx, row: &manifests::Manifest) -> Result<PublicManifest> {
    let names = Names::load(tx, std::slice::from_ref(row)).await?.summary(row);
    let lines = store::lines::list_for(tx, &[row.id]).await?;
    Ok(PublicManifest {
        id: row.id,
        number: row.number.clone(),
        state: row.state,
        plates: row.plates.0.clone(),
        generator_name: names.generator.name,
        facility_name: names.facility.name,
        waste_codes: lines.into_iter().map(|line| line.declared.waste_code.as_str().to_owned()).collect(),
        declared_mass_g: row.declared_mass_g,
    })
}

async fn site(app: &App, mut tx: Tx, text: &str) -> Result<Verification> {
    let now = app.now();
    let scan = Scan::<SiteClaims>::read(text);
    let mut registered = false;
    if let Ok(seal) = &scan.decoded {
        let hung = sites::list_wall_codes(&mut tx, &[seal.claims().site_id]).await?;
        let bytes = qr::parse(text).map(|scanned| scanned.bytes).unwrap_or_default();
        registered = hung.iter().any(|code| code.bytes == bytes);
    }
    let keys = app.keyring.keys();
    let known = Knowledge {
        trust: Some(keys.trust.claims()),
        status: StatusLookup::None,
        registered: Some(registered),
        now,
    };
    let (verdict, sealed) = judge(&scan, &known);
    let mut result = answer(&verdict, now, Some(CodeKind::Site), None);
    if let Some(sealed) = sealed {
        let id = sealed.claims().site_id;
        let kind = sites::find(&mut tx, id).await?.map(|site| site.kind);
        result.site = Some(SeenSite { id, name: sealed.claims().name.clone(), kind });
    }
    Ok(result)
}

fn answer(
    verdict: &Verdict,
    now: DateTime<Utc>,
    kind: Option<CodeKind>,
    manifest: Option<SeenManifest>,
) -> Verification {
    let view = |check: &Check| CheckView { check: check.check.as_str(), ok: check.ok, detail: check.detail };
    Verification {
        verdict: verdict.verdict,
        checks: verdict.checks.iter().map(view).collect(),
        as_of: verdict.as_of.unwrap_or(now),
        kind,
        manifest,
        site: None,
        live: None,
    }
}

/// Status list `n`, signed now.
///
/// # Errors
/// [`Error::NotFound`] for a list that does not exist yet.
pub async fn status_list(app: &App, n: i64) -> Result<Vec<u8>> {
    let mut tx = app.db.read("verify.status_list").await?;
    if n < 0 || n >= status::count_lists(&mut tx).await?.max(1) {
        return Err(Error::NotFound);
    }
    sign_status_list(app, &mut tx, n).await
}

/// Builds and signs a status list from the issue table.
pub(crate) async fn sign_status_list(app: &App, tx: &mut Tx, n: i64) -> Result<Vec<u8>> {
    let now = app.now();
    let entries = seals::list_status(tx, n).await?;
    // Every place that was given has its entry: to a phone a seal beyond the end has no status at all.
    let taken = status::count_entries(tx, n).await?;
    let size = u32::try_from(taken).map_err(|_| Error::Internal("status list too large".into()))?;
    let mut bits = StatusBits::new(size);
    for entry in entries {
        let status = u8::try_from(entry.status).ok().and_then(SealStatus::from_value);
        if let (Ok(index), Some(status)) = (u32::try_from(entry.index), status) {
            bits.set(index, status);
        }
    }
    let scheme = if app.settings.https { "https" } else { "http" };
    let list = StatusList {
        uri: format!("{scheme}://{}/status/{n}", app.settings.public_host),
        issued_at: now,
        expires_at: now + Duration::days(STATUS_EXPIRY_DAYS),
        ttl: Duration::minutes(STATUS_TTL_MINUTES),
        bits,
    };
    app.keyring.seal_status(app.random.as_ref(), &list)
}

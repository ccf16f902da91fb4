//! Verification of a live code online: the phone against the register, the manifests against the issue table, and the
//! bond between them. Only a code of this very half minute tells anything about what it names.

use super::{CheckView, CodeKind, SeenManifest, Verification};
use crate::app::App;
use crate::caller::Caller;
use crate::error::Result;
use crate::manifest::load;
use chrono::{DateTime, Utc};
use domain::id::{DeviceId, ManifestId};
use domain::plate::Plate;
use domain::seal::device::DeviceClaims;
use domain::seal::envelope::{Claims, Sealed};
use domain::seal::live::{Carried, LiveClaims};
use domain::seal::live_verdict::{Carriage, DeviceStanding, LiveCheck, LiveKnowledge, bind, judge_live};
use domain::seal::status_list::SealStatus;
use domain::seal::verdict::{Scan, VerdictWord};
use serde::Serialize;
use std::collections::HashMap;
use store::manifests::{self, Manifest};
use store::{Tx, devices, organisations, people, seals};

/// What a live code says, once it is authentic.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SeenLive {
    /// The phone that showed it.
    pub device_id: DeviceId,
    /// Whose phone; for those who may see a manifest on it.
    pub person_name: Option<String>,
    /// For which carrier; for those who may see a manifest on it.
    pub organisation_name: Option<String>,
    /// Plate of the truck, as the driver knows it.
    pub plate: Plate,
    /// Begin of its 15-second step.
    pub shown_at: DateTime<Utc>,
    /// What it says is on the truck.
    pub manifests: Vec<LiveManifest>,
}

/// A manifest that a live code names.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct LiveManifest {
    /// Its id.
    pub id: ManifestId,
    /// Standing of its newest seal: authentic, void, on_hold, completed or superseded; invalid when there is none.
    #[schema(value_type = String)]
    pub verdict: VerdictWord,
    /// manifest, driver, plate and pickup.
    pub checks: Vec<CheckView>,
    /// What this caller may see of it.
    pub manifest: Option<SeenManifest>,
}

/// Verifies a live code.
pub(super) async fn verify(
    app: &App,
    mut tx: Tx,
    caller: Option<&Caller>,
    text: &str,
) -> Result<Verification> {
    let now = app.now();
    let scan = Scan::<LiveClaims>::read(text);
    let device = match &scan.decoded {
        Ok(live) => standing(&mut tx, live.claims().certificate.claims()).await?,
        Err(_) => DeviceStanding::Unknown,
    };
    let keys = app.keyring.keys();
    let (judged, seal) = judge_live(&scan, &LiveKnowledge { trust: Some(keys.trust.claims()), device, now });
    let mut result = Verification {
        verdict: judged.verdict,
        checks: judged.checks.iter().map(check_view).collect(),
        as_of: now,
        kind: scan.decoded.is_ok().then_some(CodeKind::Live),
        manifest: None,
        site: None,
        live: None,
    };
    let Some(seal) = seal else { return Ok(result) };
    let rows = carried(&mut tx, &seal.claims().carried).await?;
    let (seen, looked_at) = seen(app, &mut tx, caller, &seal, &rows).await?;
    drop(tx);
    if let Some(caller) = caller {
        crate::manifest::show::log_looks(app, caller, &looked_at, "scanned").await?;
    }
    // The gravest word wins: a live code over a void manifest is no good news.
    result.verdict =
        seen.manifests.iter().map(|manifest| manifest.verdict).min().unwrap_or(VerdictWord::Invalid);
    if let [only] = seen.manifests.as_slice() {
        result.manifest.clone_from(&only.manifest);
    }
    result.live = Some(seen);
    Ok(result)
}

/// What the register says of the phone; a certificate that was renewed since is as good as the newest.
async fn standing(tx: &mut Tx, certificate: &DeviceClaims) -> Result<DeviceStanding> {
    let Some(device) = devices::find(tx, certificate.device_id).await? else {
        return Ok(DeviceStanding::NotRegistered);
    };
    let same = device.public_key == certificate.public_key.xy()
        && device.person_id == certificate.person_id
        && device.organisation_id == certificate.organisation_id;
    Ok(match device.status {
        devices::Status::Active if same => DeviceStanding::Active,
        devices::Status::Active => DeviceStanding::NotRegistered,
        devices::Status::Revoked => DeviceStanding::Revoked,
    })
}

/// The manifests named, in the order of the code; none in the place of one that does not exist.
async fn carried(tx: &mut Tx, carried: &Carried) -> Result<Vec<(ManifestId, Option<Manifest>)>> {
    match carried {
        Carried::Trip(trip) => {
            let rows = manifests::list_of_trip(tx, *trip).await?;
            Ok(rows.into_iter().map(|row| (row.id, Some(row))).collect())
        }
        Carried::Manifests(ids) => {
            let mut found: HashMap<ManifestId, Manifest> =
                manifests::find_many(tx, ids).await?.into_iter().map(|row| (row.id, row)).collect();
            Ok(ids.iter().map(|id| (*id, found.remove(id))).collect())
        }
    }
}

async fn seen(
    app: &App,
    tx: &mut Tx,
    caller: Option<&Caller>,
    seal: &Sealed<LiveClaims>,
    rows: &[(ManifestId, Option<Manifest>)],
) -> Result<(SeenLive, Vec<Manifest>)> {
    let claims = seal.claims();
    let certificate = claims.certificate.claims();
    let status = statuses(tx, rows).await?;
    let viewer = match caller {
        Some(caller) => Some((caller, load::viewer(tx, caller).await?)),
        None => None,
    };
    let mut manifests = Vec::with_capacity(rows.len());
    let mut looked_at = Vec::new();
    for (id, row) in rows {
        let verdict = status.get(id).copied();
        let whole = row.as_ref().zip(viewer.as_ref()).filter(|(row, (_, viewer))| load::sees(viewer, row));
        // To strangers a manifest of another carrier's does not exist, whatever a phone of their own signs.
        let public =
            row.as_ref().filter(|row| row.carrier_id == certificate.organisation_id && verdict.is_some());
        let manifest = match (whole, public) {
            (Some((row, (caller, _))), _) => {
                looked_at.push(row.clone());
                Some(SeenManifest::Whole(Box::new(load::view_of(app, tx, caller, row).await?)))
            }
            (None, Some(row)) => Some(SeenManifest::Public(super::public(tx, row).await?)),
            (None, None) => None,
        };
        let checks = row.as_ref().filter(|_| manifest.is_some()).map(|row| bind(claims, &carriage(row)));
        manifests.push(LiveManifest {
            id: *id,
            verdict: verdict.filter(|_| manifest.is_some()).unwrap_or(VerdictWord::Invalid),
            checks: checks.iter().flatten().map(check_view).collect(),
            manifest,
        });
    }
    let known = !looked_at.is_empty();
    let person = if known { people::find_many(tx, &[certificate.person_id]).await?.pop() } else { None };
    let carrier =
        if known { organisations::find_many(tx, &[certificate.organisation_id]).await?.pop() } else { None };
    let seen = SeenLive {
        device_id: certificate.device_id,
        person_name: person.map(|person| person.name),
        organisation_name: carrier.map(|carrier| carrier.name),
        plate: Plate(claims.plate.clone()),
        shown_at: claims.issued_at(),
        manifests,
    };
    Ok((seen, looked_at))
}

/// Standing of the newest seal of each manifest.
async fn statuses(
    tx: &mut Tx,
    rows: &[(ManifestId, Option<Manifest>)],
) -> Result<HashMap<ManifestId, VerdictWord>> {
    let ids: Vec<ManifestId> = rows.iter().map(|(id, _)| *id).collect();
    // In the order of their revisions, so that the newest stays.
    let seals = seals::list_for(tx, &ids).await?.into_iter().filter_map(|seal| {
        let status = u8::try_from(seal.status).ok().and_then(SealStatus::from_value)?;
        Some((seal.manifest_id, word(status)))
    });
    Ok(seals.collect())
}

const fn word(status: SealStatus) -> VerdictWord {
    match status {
        SealStatus::Valid => VerdictWord::Authentic,
        SealStatus::Void => VerdictWord::Void,
        SealStatus::OnHold => VerdictWord::OnHold,
        SealStatus::Completed => VerdictWord::Completed,
        SealStatus::Superseded => VerdictWord::Superseded,
    }
}

fn carriage(row: &Manifest) -> Carriage {
    let plates = row.plates.0.iter().chain(&row.expected_plate).map(Plate::normal).collect();
    Carriage {
        manifest_id: row.id,
        trip_id: Some(row.trip_id),
        driver_id: row.expected_driver_id.or(row.driver_id),
        carrier_id: Some(row.carrier_id),
        plates,
        pickup: load::pickup_id(row),
    }
}

const fn check_view(made: &LiveCheck) -> CheckView {
    CheckView { check: made.check.as_str(), ok: made.ok, detail: made.detail }
}

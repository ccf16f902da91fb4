//! The field pack: everything a phone must hold to work a shift offline.

mod delta;

pub use delta::{Drawers, PackDelta};

use crate::app::App;
use crate::caller::Caller;
use crate::error::Result;
use crate::manifest::load;
use crate::manifest::view::{ManifestView, QrView};
use crate::registry::sites::LatLon;
use crate::verify;
use chrono::{DateTime, Duration, Utc};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use delta::Digests;
use domain::id::{DeviceId, EventId, ManifestId, OrganisationId, SiteId};
use domain::party::{Role, SiteKind};
use domain::seal::device::VALID_FOR;
use serde::Serialize;
use std::collections::HashMap;
use store::manifests::{self, Manifest};
use store::{Tx, devices, seals, sites, status, waste_codes};

/// Hours after which the phone says that its pack is old.
const FRESH_HOURS: i64 = 24;
/// Most manifests of one pack: 5,000 open trips stay below 5 MB.
const MAX_MANIFESTS: u16 = 2_000;

/// Most revoked devices of one pack, the latest first.
const MAX_REVOKED: u16 = 5_000;

/// What a phone holds to work offline.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct FieldPack {
    /// When it was made.
    pub as_of: DateTime<Utc>,
    /// After this the phone says "not checked since".
    pub expires_at: DateTime<Utc>,
    /// Epoch of the server's database, as in the answers to events.
    pub epoch: i64,
    /// Says what this pack holds: the phone sends it back as `since` and gets only what changed.
    pub cursor: String,
    /// What is left out because the phone holds it; null when this is the whole pack.
    pub delta: Option<PackDelta>,
    /// Roles it was made for.
    pub roles: Vec<Role>,
    /// base64url of the signed trust list.
    pub trust_list: String,
    /// base64url of the 65-byte root keys; the phone pins them at enrolment.
    pub root_keys: Vec<String>,
    /// Signed status lists.
    pub status_lists: Vec<StatusListView>,
    /// Own trips, expected arrivals, or (inspectors) open trips.
    pub manifests: Vec<PackManifest>,
    /// Sites of those manifests, and those nearby, without wall codes.
    pub sites: Vec<PackSite>,
    /// Waste codes with names.
    pub waste_codes: Vec<PackWasteCode>,
    /// Devices whose certificate may still run but counts no more; for those who check live codes.
    pub revoked_devices: Vec<DeviceId>,
}

/// One signed status list.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct StatusListView {
    /// Its number.
    pub n: i64,
    /// base64url.
    pub list: String,
}

/// A manifest in a pack: the whole view without the pickup code, with what offline verification needs.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PackManifest {
    /// As its parties see it.
    #[serde(flatten)]
    pub view: ManifestView,
    /// SHA-256 of its seal, lower-case hex.
    pub seal_digest: Option<String>,
    /// The short code, to resolve a torn or typed code offline.
    pub short_code: Option<String>,
    /// Its place in the status lists.
    pub status: Option<StatusPlace>,
    /// The pickup event, once it is known: what a live code must name.
    pub pickup_id: Option<EventId>,
}

/// A place in the status lists.
#[derive(Debug, Clone, Copy, Serialize, utoipa::ToSchema)]
pub struct StatusPlace {
    /// List.
    pub list: i64,
    /// Entry.
    pub index: i64,
}

/// A site without its wall code.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PackSite {
    /// Its id.
    pub id: SiteId,
    /// Whose.
    pub organisation_id: OrganisationId,
    /// What it is for.
    pub kind: SiteKind,
    /// Name.
    pub name: String,
    /// Address.
    pub address: String,
    /// Where the pin stands.
    pub centre: LatLon,
    /// GeoJSON Polygon.
    #[schema(value_type = crate::registry::shape::GeoPolygon)]
    pub geofence: serde_json::Value,
}

/// A waste code with its name.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PackWasteCode {
    /// `17 02 03`.
    pub code: String,
    /// Vietnamese name.
    pub name_vi: String,
    /// English name.
    pub name_en: String,
}

/// Places of status lists that are not valid: list, index, status.
type StatusEntries = Vec<(i64, i64, i16)>;

/// The pack of the caller and its entity tag, which changes with the content but not with the time of asking. `since`
/// is the cursor of the pack that the phone holds; one that is not understood gets the whole pack.
///
/// # Errors
/// Store failures.
pub async fn pack(app: &App, caller: &Caller, since: Option<&str>) -> Result<(FieldPack, String)> {
    let now = app.now();
    let epoch = app.epoch().await?;
    let mut tx = app.db.read("field_pack.pack").await?;
    let rows = open_manifests(&mut tx, caller).await?;
    let manifests = pack_manifests(app, &mut tx, caller, &rows).await?;
    let (status_lists, entries) = pack_status_lists(app, &mut tx).await?;
    let sites = pack_sites(&mut tx, &rows).await?;
    let codes = waste_codes::list(&mut tx).await?;
    let revoked_devices = revoked_devices(&mut tx, caller, &rows, now).await?;
    drop(tx);
    let keys = app.keyring.keys();
    let mut pack = FieldPack {
        as_of: now,
        expires_at: now + Duration::hours(FRESH_HOURS),
        epoch,
        cursor: String::new(),
        delta: None,
        roles: roles(caller),
        trust_list: BASE64URL_NOPAD.encode(keys.trust.bytes()),
        root_keys: keys.roots.iter().map(|root| BASE64URL_NOPAD.encode(root.as_bytes())).collect(),
        status_lists,
        manifests,
        sites,
        waste_codes: codes
            .into_iter()
            .map(|c| PackWasteCode {
                code: c.code.as_str().to_owned(),
                name_vi: c.name_vi,
                name_en: c.name_en,
            })
            .collect(),
        revoked_devices,
    };
    let digests = Digests::of(&pack, &entries, now)?;
    pack.cursor = digests.cursor();
    let tag = digests.tag(&(epoch, &pack.roles, &pack.trust_list, &pack.root_keys, &pack.revoked_devices))?;
    let pack = match since.and_then(Digests::read) {
        Some(held) => digests.cut(&held, pack),
        None => pack,
    };
    Ok((pack, tag))
}

async fn pack_manifests(
    app: &App,
    tx: &mut Tx,
    caller: &Caller,
    rows: &[Manifest],
) -> Result<Vec<PackManifest>> {
    let ids: Vec<ManifestId> = rows.iter().map(|row| row.id).collect();
    let mut sealed: HashMap<ManifestId, seals::Seal> = HashMap::new();
    for seal in seals::list_for(tx, &ids).await? {
        let newer = sealed.get(&seal.manifest_id).is_none_or(|held| held.revision < seal.revision);
        if newer {
            sealed.insert(seal.manifest_id, seal);
        }
    }
    let views = load::views(app, tx, caller, rows).await?;
    Ok(views.into_iter().zip(rows).map(|(view, row)| pack_manifest(view, row, &sealed)).collect())
}

/// Whose live codes count no more: any phone's at the roadside, those of the carriers expected at a gate.
async fn revoked_devices(
    tx: &mut Tx,
    caller: &Caller,
    rows: &[Manifest],
    now: DateTime<Utc>,
) -> Result<Vec<DeviceId>> {
    if caller.is(Role::Inspector) {
        return Ok(devices::list_revoked(tx, now - VALID_FOR, MAX_REVOKED).await?);
    }
    if caller.is(Role::Facility) {
        let carriers = crate::sets::distinct(rows.iter().map(|row| row.carrier_id));
        return Ok(devices::list_revoked_of(tx, &carriers, now - VALID_FOR).await?);
    }
    Ok(Vec::new())
}

async fn pack_status_lists(app: &App, tx: &mut Tx) -> Result<(Vec<StatusListView>, StatusEntries)> {
    let (mut lists, mut entries) = (Vec::new(), Vec::new());
    for n in 0..status::count_lists(tx).await?.max(1) {
        let list = verify::sign_status_list(app, tx, n).await?;
        lists.push(StatusListView { n, list: BASE64URL_NOPAD.encode(&list) });
        for entry in seals::list_status(tx, n).await? {
            entries.push((n, entry.index, entry.status));
        }
    }
    Ok((lists, entries))
}

fn roles(caller: &Caller) -> Vec<Role> {
    let mut roles: Vec<Role> = caller.grants.iter().map(|grant| grant.role).collect();
    roles.sort_unstable();
    roles.dedup();
    roles
}

async fn open_manifests(tx: &mut Tx, caller: &Caller) -> Result<Vec<Manifest>> {
    let mut rows: Vec<Manifest> = Vec::new();
    if caller.is(Role::Driver) {
        rows.extend(manifests::list_open_for_driver(tx, caller.person_id).await?);
    }
    for facility in caller.organisations(|role| role == Role::Facility) {
        rows.extend(manifests::list_expected_at(tx, facility, MAX_MANIFESTS).await?);
    }
    let inspectorates = caller.organisations(|role| role == Role::Inspector);
    for area in store::organisations::find_many(tx, &inspectorates).await? {
        let provinces: Vec<String> = area.province_code.into_iter().collect();
        rows.extend(manifests::list_open_in(tx, &provinces, MAX_MANIFESTS).await?);
    }
    rows.sort_by_key(|row| (row.planned_pickup_at, row.id));
    rows.dedup_by_key(|row| row.id);
    Ok(rows)
}

fn pack_manifest(
    mut view: ManifestView,
    row: &Manifest,
    sealed: &HashMap<ManifestId, seals::Seal>,
) -> PackManifest {
    view.pickup_code = None;
    let seal = sealed.get(&view.summary.id);
    PackManifest {
        seal_digest: seal.map(|seal| HEXLOWER.encode(&seal.digest)),
        short_code: seal.map(|seal| seal.short_code.clone()).or_else(|| short_code(view.qr.as_ref())),
        status: seal.map(|seal| StatusPlace { list: seal.status_list, index: seal.status_index }),
        pickup_id: load::pickup_id(row),
        view,
    }
}

fn short_code(qr: Option<&QrView>) -> Option<String> {
    qr.map(|qr| qr.short_code.clone())
}

async fn pack_sites(tx: &mut Tx, rows: &[Manifest]) -> Result<Vec<PackSite>> {
    let ids =
        crate::sets::distinct(rows.iter().flat_map(|row| [row.generator_site_id, row.facility_site_id]));
    let mut found = sites::find_many(tx, &ids).await?;
    found.sort_by_key(|site| site.id);
    Ok(found
        .into_iter()
        .map(|site| PackSite {
            id: site.id,
            organisation_id: site.organisation_id,
            kind: site.kind,
            name: site.name,
            address: site.address,
            centre: LatLon { lat: site.lat_deg, lon: site.lon_deg },
            geofence: site.geofence.0,
        })
        .collect())
}

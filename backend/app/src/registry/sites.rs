//! Sites: fenced places with a wall code.

use super::{RegistryQuery, shape};
use crate::app::App;
use crate::caller::Caller;
use crate::error::{Error, FieldCode, FieldErrors, Result};
use crate::manifest::qr;
use crate::page::Page;
use crate::sets::distinct;
use domain::geo::read;
use domain::id::{OrganisationId, SiteId};
use domain::party::{Role, SiteKind};
use domain::seal::qr::render;
use domain::time::Instant;
use geo_types::{Point, Polygon};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use store::{Tx, organisations, sites};

/// A place on the globe.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LatLon {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
}

/// A site.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SiteView {
    /// Its id.
    pub id: SiteId,
    /// Name.
    pub name: String,
    /// What it is for.
    pub kind: SiteKind,
    /// Whose.
    pub organisation_id: OrganisationId,
    /// Name of that organisation.
    pub organisation_name: String,
    /// Province.
    pub province_code: Option<String>,
    /// Address.
    pub address: String,
    /// Where the pin stands.
    pub centre: LatLon,
    /// GeoJSON Polygon.
    #[schema(value_type = crate::registry::shape::GeoPolygon)]
    pub geofence: serde_json::Value,
    /// Text of the wall code: for its own organisation and admins, else null. Grade A is worth something only because
    /// nobody else can read it off a screen.
    pub code: Option<String>,
}

/// A site to register: a polygon, or the phone's position and a radius.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
pub struct NewSite {
    /// Whose.
    pub organisation_id: OrganisationId,
    /// What it is for.
    pub kind: SiteKind,
    /// Name.
    pub name: String,
    /// Province.
    pub province_code: String,
    /// Address.
    #[serde(default)]
    pub address: String,
    /// Where the pin stands; needed with a radius.
    #[serde(default)]
    pub centre: Option<LatLon>,
    /// Metres around the centre ("stand at the store and press").
    #[serde(default)]
    pub radius_m: Option<f64>,
    /// GeoJSON Polygon; wins over a radius.
    #[serde(default)]
    #[schema(value_type = Option<crate::registry::shape::GeoPolygon>)]
    pub geofence: Option<serde_json::Value>,
}

/// What changes of a site; what is left out stays.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
pub struct SiteChange {
    /// Name.
    #[serde(default)]
    pub name: Option<String>,
    /// Address.
    #[serde(default)]
    pub address: Option<String>,
    /// Where the pin stands; needed with a radius.
    #[serde(default)]
    pub centre: Option<LatLon>,
    /// Metres around the centre.
    #[serde(default)]
    pub radius_m: Option<f64>,
    /// GeoJSON Polygon.
    #[serde(default)]
    #[schema(value_type = Option<crate::registry::shape::GeoPolygon>)]
    pub geofence: Option<serde_json::Value>,
}

/// Sites by name; everybody signed in may look one up to declare with.
///
/// # Errors
/// [`Error::Fields`] for an unknown kind.
pub async fn list(app: &App, caller: &Caller, query: RegistryQuery) -> Result<Page<SiteView>> {
    let filter = sites::Filter {
        kind: RegistryQuery::word(query.kind.as_ref(), "kind")?,
        organisation_id: query.organisation_id,
        province_code: None,
        query: query.q.as_deref(),
    };
    let page = query.page()?;
    let mut tx = app.db.read("sites.list").await?;
    let listing = sites::list(&mut tx, &filter, &page).await?;
    let own: Vec<SiteId> =
        listing.items.iter().filter(|s| may_read_code(caller, s.organisation_id)).map(|s| s.id).collect();
    let codes = wall_codes(app, &mut tx, &own).await?;
    let owners = owners(&mut tx, &listing.items).await?;
    Ok(Page::of(listing, |site| {
        let code = codes.get(&site.id).cloned();
        view(site, &owners, code)
    }))
}

/// Registers a site of the caller's organisation and seals its wall code.
///
/// # Errors
/// [`Error::NotFound`] for other organisations, [`Error::Fields`].
pub async fn create(app: &App, caller: &Caller, input: NewSite) -> Result<SiteView> {
    caller.require_desk(desk_role(input.kind), input.organisation_id)?;
    let mut errors = FieldErrors::default();
    let name = errors.text("name", &input.name, 160).to_owned();
    errors.check(
        input.address.chars().count() <= 300,
        "address",
        FieldCode::TooLong,
        "At most 300 characters.",
    );
    let shape = read_shape(input.geofence.as_ref(), input.centre, input.radius_m, &mut errors);
    let mut tx = app.db.begin("sites.create").await?;
    super::provinces::check(&mut tx, &input.province_code, &mut errors).await?;
    errors.finish()?;
    let (centre, polygon) = shape.ok_or_else(|| {
        Error::field("geofence", FieldCode::Required, "Send a polygon, or centre and radius_m.")
    })?;
    let now = app.now();
    let row = sites::Site {
        id: app.new_id()?,
        organisation_id: input.organisation_id,
        kind: input.kind,
        name,
        province_code: Some(input.province_code),
        address: input.address,
        lat_deg: centre.lat,
        lon_deg: centre.lon,
        geofence: store::Json(shape::polygon_json(&polygon)),
        created_at: now,
    };
    sites::insert(&mut tx, &row).await?;
    let code = seal_wall_code(app, &mut tx, row.id, &row.name, now).await?;
    super::audit(app, &mut tx, caller, Some(row.organisation_id), "site.create", &row.id.to_string()).await?;
    let owners = owners(&mut tx, std::slice::from_ref(&row)).await?;
    tx.commit().await?;
    Ok(view(row, &owners, Some(code)))
}

/// Changes a site of the caller's organisation. The wall code stays valid: it names the site, not its place. Scans made
/// before are judged by what the site was then.
///
/// # Errors
/// [`Error::NotFound`] for others' sites, [`Error::Fields`].
pub async fn change(app: &App, caller: &Caller, id: SiteId, input: SiteChange) -> Result<SiteView> {
    let mut tx = app.db.begin("sites.change").await?;
    let mut row = sites::find(&mut tx, id).await?.ok_or(Error::NotFound)?;
    caller.require_desk(desk_role(row.kind), row.organisation_id)?;
    let mut errors = FieldErrors::default();
    if let Some(name) = &input.name {
        row.name = errors.text("name", name, 160).to_owned();
    }
    if let Some(address) = input.address {
        errors.check(
            address.chars().count() <= 300,
            "address",
            FieldCode::TooLong,
            "At most 300 characters.",
        );
        row.address = address;
    }
    let moved = input.geofence.is_some() || input.radius_m.is_some();
    if moved
        && let Some((centre, polygon)) =
            read_shape(input.geofence.as_ref(), input.centre, input.radius_m, &mut errors)
    {
        (row.lat_deg, row.lon_deg) = (centre.lat, centre.lon);
        row.geofence = store::Json(shape::polygon_json(&polygon));
    }
    errors.finish()?;
    sites::update(&mut tx, &row, app.now()).await?;
    super::audit(app, &mut tx, caller, Some(row.organisation_id), "site.change", &id.to_string()).await?;
    let code = wall_codes(app, &mut tx, &[id]).await?.remove(&id);
    let owners = owners(&mut tx, std::slice::from_ref(&row)).await?;
    tx.commit().await?;
    Ok(view(row, &owners, code))
}

/// The wall code of a site as an SVG code.
///
/// # Errors
/// [`Error::NotFound`] unless the site is the caller's own.
pub async fn code_svg(app: &App, caller: &Caller, id: SiteId) -> Result<String> {
    qr::text_svg(&own_code(app, caller, id).await?.1)
}

/// The wall code of a site as a PNG code.
///
/// # Errors
/// As [`code_svg`].
pub async fn code_png(app: &App, caller: &Caller, id: SiteId) -> Result<Vec<u8>> {
    qr::text_png(&own_code(app, caller, id).await?.1)
}

/// The sheet to fix to the wall.
///
/// # Errors
/// As [`code_svg`].
pub async fn label_svg(app: &App, caller: &Caller, id: SiteId) -> Result<String> {
    let (site, code) = own_code(app, caller, id).await?;
    let rows = [
        (6, true, site.name),
        (4, false, site.address),
        (4, false, "Lái xe quét mã này khi nhận và giao hàng.".to_owned()),
        (4, false, "Không chụp, không sao chép, không mang đi.".to_owned()),
    ];
    qr::label_svg("MÃ ĐỊA ĐIỂM", &code, &rows)
}

async fn own_code(app: &App, caller: &Caller, id: SiteId) -> Result<(sites::Site, String)> {
    let mut tx = app.db.read("sites.own_code").await?;
    let site = sites::find(&mut tx, id).await?.ok_or(Error::NotFound)?;
    if !may_read_code(caller, site.organisation_id) {
        return Err(Error::NotFound);
    }
    let code = wall_codes(app, &mut tx, &[id]).await?.remove(&id).ok_or(Error::NotFound)?;
    Ok((site, code))
}

/// Seals and stores a wall code; gives its text.
///
/// # Errors
/// Seal and store failures.
pub async fn seal_wall_code(app: &App, tx: &mut Tx, id: SiteId, name: &str, now: Instant) -> Result<String> {
    let sealed = app.keyring.seal_site(app.random.as_ref(), id, name, now)?;
    let expires_at = sealed.claims().expires_at;
    sites::update_wall_code(tx, &sites::WallCode { site_id: id, bytes: sealed.bytes().to_vec(), expires_at })
        .await?;
    qr::seal_link(app, sealed.bytes())
}

async fn wall_codes(app: &App, tx: &mut Tx, ids: &[SiteId]) -> Result<HashMap<SiteId, String>> {
    let mut texts = HashMap::new();
    for code in sites::list_wall_codes(tx, ids).await? {
        let text = render(&app.settings.public_host, &code.bytes)
            .map_err(|error| Error::Internal(format!("public host: {}", error.code())))?;
        texts.insert(code.site_id, text);
    }
    Ok(texts)
}

/// Only those who work at the organisation's own desk or gate, and admins: never its visitors, never drivers of others.
fn may_read_code(caller: &Caller, organisation_id: OrganisationId) -> bool {
    caller.belongs_to(organisation_id) || caller.is(Role::Admin)
}

const fn desk_role(kind: SiteKind) -> Role {
    match kind {
        SiteKind::Generator => Role::Generator,
        SiteKind::TransferStation | SiteKind::Facility => Role::Facility,
    }
}

fn read_shape(
    geofence: Option<&serde_json::Value>,
    centre: Option<LatLon>,
    radius_m: Option<f64>,
    errors: &mut FieldErrors,
) -> Option<(LatLon, Polygon<f64>)> {
    let polygon = match (geofence, centre, radius_m) {
        (Some(value), _, _) => read::geofence(value, "geofence"),
        (None, Some(at), Some(radius)) => read::circle(Point::new(at.lon, at.lat), radius, "centre"),
        (None, _, _) => {
            errors.add("geofence", FieldCode::Required, "Send a polygon, or centre and radius_m.");
            return None;
        }
    };
    match polygon {
        Ok(polygon) => {
            let middle = read::centre(&polygon).map(|point| LatLon { lat: point.y(), lon: point.x() });
            Some((centre.or(middle)?, polygon))
        }
        Err(found) => {
            errors.extend(shape::problems(found));
            None
        }
    }
}

/// Names of the organisations that sites belong to.
async fn owners(tx: &mut Tx, rows: &[sites::Site]) -> Result<HashMap<OrganisationId, String>> {
    let ids = distinct(rows.iter().map(|row| row.organisation_id));
    let found = organisations::find_many(tx, &ids).await?;
    Ok(found.into_iter().map(|organisation| (organisation.id, organisation.name)).collect())
}

fn view(row: sites::Site, owners: &HashMap<OrganisationId, String>, code: Option<String>) -> SiteView {
    SiteView {
        id: row.id,
        name: row.name,
        kind: row.kind,
        organisation_id: row.organisation_id,
        organisation_name: owners.get(&row.organisation_id).cloned().unwrap_or_default(),
        province_code: row.province_code,
        address: row.address,
        centre: LatLon { lat: row.lat_deg, lon: row.lon_deg },
        geofence: row.geofence.0,
        code,
    }
}

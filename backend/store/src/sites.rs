//! `sites`: fenced places of organisations.
//!
//! The wall code is not part of [`Site`]: only a site's own organisation and admins may read it, so it has a
//! function of its own and cannot slip into an answer.
//!
//! `site_versions` has a row for every name and fence that a site ever had; [`insert`] and [`update`] keep it. Lists and
//! maps show the present one from `sites`; scans are judged by the version in force when they were made.

use crate::batch::{Column, Statement, ids};
use crate::search::pattern;
use crate::{Cursor, Json, Listing, Page, Result, Tx};
use domain::id::{OrganisationId, SiteId};
use domain::party::SiteKind;
use domain::time::Instant;
use serde_json::Value;
use sqlx::QueryBuilder;
use std::sync::LazyLock;

macro_rules! columns {
    () => {
        "id, organisation_id, kind, name, province_code, address, lat_deg, lon_deg, geofence, created_at"
    };
}

/// A site.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Site {
    /// Its id.
    pub id: SiteId,
    /// Whose it is.
    pub organisation_id: OrganisationId,
    /// What it is for.
    pub kind: SiteKind,
    /// Name as its organisation writes it.
    pub name: String,
    /// Province it lies in.
    pub province_code: Option<String>,
    /// Address.
    pub address: String,
    /// Latitude of its centre, degrees.
    pub lat_deg: f64,
    /// Longitude of its centre, degrees.
    pub lon_deg: f64,
    /// GeoJSON Polygon.
    pub geofence: Json<Value>,
    /// When it was registered.
    pub created_at: Instant,
}

/// A site as the checks see it, in one of its versions.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct SiteVersion {
    /// The site.
    pub site_id: SiteId,
    /// Whose it is.
    pub organisation_id: OrganisationId,
    /// What it is for.
    pub kind: SiteKind,
    /// It holds for what happens after this instant; a site's first version for everything before it, too.
    pub valid_from: Instant,
    /// Name in this version.
    pub name: String,
    /// GeoJSON Polygon.
    pub geofence: Json<Value>,
}

/// The signed code on the wall of a site.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct WallCode {
    /// The site.
    #[sqlx(rename = "id")]
    pub site_id: SiteId,
    /// The signed bytes.
    #[sqlx(rename = "wall_code")]
    pub bytes: Vec<u8>,
    /// When it stops counting.
    #[sqlx(rename = "wall_code_expires_at")]
    pub expires_at: Instant,
}

/// Which sites; every `None` lets all pass.
#[derive(Debug, Clone, Default)]
pub struct Filter<'a> {
    /// Of this kind.
    pub kind: Option<SiteKind>,
    /// Of this organisation.
    pub organisation_id: Option<OrganisationId>,
    /// In this province.
    pub province_code: Option<&'a str>,
    /// With these words in the name or address.
    pub query: Option<&'a str>,
}

impl Site {
    fn folded(&self) -> String {
        domain::text::fold(&format!("{} {}", self.name, self.address))
    }

    /// The smallest box around the fence and the centre.
    fn bounds(&self) -> Bounds {
        let mut bounds = Bounds { min: (self.lat_deg, self.lon_deg), max: (self.lat_deg, self.lon_deg) };
        bounds.include(self.geofence.get("coordinates").unwrap_or(&Value::Null));
        bounds
    }
}

struct Bounds {
    min: (f64, f64),
    max: (f64, f64),
}

impl Bounds {
    /// Takes in every position of a GeoJSON coordinate tree.
    fn include(&mut self, coordinates: &Value) {
        let Some(list) = coordinates.as_array() else { return };
        if let (Some(lon), Some(lat)) =
            (list.first().and_then(Value::as_f64), list.get(1).and_then(Value::as_f64))
        {
            self.min = (self.min.0.min(lat), self.min.1.min(lon));
            self.max = (self.max.0.max(lat), self.max.1.max(lon));
            return;
        }
        list.iter().for_each(|inner| self.include(inner));
    }
}

/// Registers a site.
pub async fn insert(tx: &mut Tx, row: &Site) -> Result<()> {
    let bounds = row.bounds();
    on_tx!(tx, c => sqlx::query(concat!(
        "INSERT INTO sites (", columns!(), ", min_lat_deg, max_lat_deg, min_lon_deg, max_lon_deg, folded) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    ))
    .bind(row.id).bind(row.organisation_id).bind(row.kind).bind(&row.name).bind(&row.province_code)
    .bind(&row.address).bind(row.lat_deg).bind(row.lon_deg).bind(&row.geofence).bind(row.created_at)
    .bind(bounds.min.0).bind(bounds.max.0).bind(bounds.min.1).bind(bounds.max.1).bind(row.folded())
    .execute(c).await.map(drop))?;
    insert_version(tx, row, row.created_at).await
}

/// Writes what the site is from now on. Two changes of one instant are one: nothing can have happened in between.
async fn insert_version(tx: &mut Tx, row: &Site, valid_from: Instant) -> Result<()> {
    let bounds = row.bounds();
    on_tx!(tx, c => sqlx::query(
        "INSERT INTO site_versions (site_id, valid_from, kind, name, lat_deg, lon_deg, geofence, \
                                    min_lat_deg, max_lat_deg, min_lon_deg, max_lon_deg) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
         ON CONFLICT (site_id, valid_from) DO UPDATE SET \
             name = excluded.name, lat_deg = excluded.lat_deg, lon_deg = excluded.lon_deg, \
             geofence = excluded.geofence, min_lat_deg = excluded.min_lat_deg, max_lat_deg = excluded.max_lat_deg, \
             min_lon_deg = excluded.min_lon_deg, max_lon_deg = excluded.max_lon_deg",
    )
    .bind(row.id).bind(valid_from).bind(row.kind).bind(&row.name).bind(row.lat_deg).bind(row.lon_deg)
    .bind(&row.geofence).bind(bounds.min.0).bind(bounds.max.0).bind(bounds.min.1).bind(bounds.max.1)
    .execute(c).await.map(drop))
}

/// Changes name, province, address, centre and fence; organisation, kind and wall code stay. A new name or place is a
/// version from `at` on.
///
/// # Errors
/// [`crate::Error::NotFound`] when there is none of this id.
pub async fn update(tx: &mut Tx, row: &Site, at: Instant) -> Result<()> {
    let before = find(tx, row.id).await?.ok_or(crate::Error::NotFound)?;
    if (&before.name, before.lat_deg, before.lon_deg, &before.geofence)
        != (&row.name, row.lat_deg, row.lon_deg, &row.geofence)
    {
        insert_version(tx, row, at).await?;
    }
    let bounds = row.bounds();
    on_tx!(tx, c => sqlx::query(
        "UPDATE sites SET name = $2, province_code = $3, address = $4, lat_deg = $5, lon_deg = $6, geofence = $7, \
         min_lat_deg = $8, max_lat_deg = $9, min_lon_deg = $10, max_lon_deg = $11, folded = $12 WHERE id = $1",
    )
    .bind(row.id).bind(&row.name).bind(&row.province_code).bind(&row.address).bind(row.lat_deg).bind(row.lon_deg)
    .bind(&row.geofence).bind(bounds.min.0).bind(bounds.max.0).bind(bounds.min.1).bind(bounds.max.1)
    .bind(row.folded())
    .execute(c).await.map(|done| done.rows_affected()))
    .and_then(crate::error::one)
}

/// Hangs a new code on the wall; the old one counts no more.
pub async fn update_wall_code(tx: &mut Tx, code: &WallCode) -> Result<()> {
    on_tx!(tx, c => sqlx::query("UPDATE sites SET wall_code = $2, wall_code_expires_at = $3 WHERE id = $1")
        .bind(code.site_id).bind(&code.bytes).bind(code.expires_at)
        .execute(c).await.map(|done| done.rows_affected()))
    .and_then(crate::error::one)
}

/// One site.
pub async fn find(tx: &mut Tx, id: SiteId) -> Result<Option<Site>> {
    on_tx!(tx, c => sqlx::query_as(concat!("SELECT ", columns!(), " FROM sites WHERE id = $1"))
        .bind(id).fetch_optional(c).await)
}

/// Many sites at once, in no order.
pub async fn find_many(tx: &mut Tx, wanted: &[SiteId]) -> Result<Vec<Site>> {
    static FIND: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            concat!("SELECT ", columns!(), " FROM sites WHERE id IN (SELECT wanted FROM {input})"),
            &[("wanted", Column::Uuid)],
        )
    });
    FIND.fetch(tx, ids(wanted)).await
}

/// The wall codes of sites that have one. Only for their own organisation and admins.
pub async fn list_wall_codes(tx: &mut Tx, wanted: &[SiteId]) -> Result<Vec<WallCode>> {
    static FIND: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            "SELECT id, wall_code, wall_code_expires_at FROM sites \
             WHERE wall_code IS NOT NULL AND id IN (SELECT wanted FROM {input})",
            &[("wanted", Column::Uuid)],
        )
    });
    FIND.fetch(tx, ids(wanted)).await
}

/// A page of sites by name.
pub async fn list(tx: &mut Tx, filter: &Filter<'_>, page: &Page) -> Result<Listing<Site>> {
    let rows: Vec<Site> = on_tx!(tx, c => {
        let mut q = QueryBuilder::new(concat!("SELECT ", columns!(), " FROM sites WHERE TRUE"));
        if let Some(kind) = filter.kind {
            q.push(" AND kind = ").push_bind(kind);
        }
        if let Some(id) = filter.organisation_id {
            q.push(" AND organisation_id = ").push_bind(id);
        }
        if let Some(code) = filter.province_code {
            q.push(" AND province_code = ").push_bind(code);
        }
        if let Some(query) = filter.query {
            q.push(" AND folded LIKE ").push_bind(pattern(query)).push(" ESCAPE '!'");
        }
        if let Some(after) = &page.after {
            q.push(" AND (folded, id) > (").push_bind(&after.key).push(", ").push_bind(after.id).push(")");
        }
        q.push(" ORDER BY folded, id LIMIT ").push_bind(page.probe());
        q.build_query_as().fetch_all(c).await
    })?;
    Ok(Listing::cut(rows, page, |row| Cursor { key: row.folded(), id: row.id.0 }))
}

/// Metres in a degree of latitude; a degree of longitude is never longer.
const METRES_PER_DEGREE: f64 = 111_320.0;

macro_rules! versions_of {
    ($which:literal) => {
        concat!(
            "SELECT v.site_id, s.organisation_id, s.kind, v.valid_from, v.name, v.geofence \
             FROM site_versions v JOIN sites s ON s.id = v.site_id WHERE v.site_id IN (",
            $which,
            ") ORDER BY v.site_id, v.valid_from"
        )
    };
}

/// Every version of these sites, each site's together, oldest first.
pub async fn list_versions(tx: &mut Tx, wanted: &[SiteId]) -> Result<Vec<SiteVersion>> {
    static LIST: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(versions_of!("SELECT wanted FROM {input}"), &[("wanted", Column::Uuid)])
    });
    LIST.fetch(tx, ids(wanted)).await
}

/// Every version of the transfer stations and facilities whose box, in one of them, comes within `margin_m` metres of
/// one of the points (latitude, longitude in degrees); each site's together, oldest first.
///
/// A coarse sieve for `wrong_facility`, run for every batch of events: the exact fence of the right version decides
/// afterwards. The boxes are driven from the points; the tallest box bounds the range of the index on their southern
/// edge.
pub async fn list_receiving_near(
    tx: &mut Tx,
    points: &[(f64, f64)],
    margin_m: f64,
) -> Result<Vec<SiteVersion>> {
    static NEAR: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            versions_of!(
                "SELECT n.site_id FROM {input} JOIN site_versions n ON n.kind <> 'generator' \
                     AND n.min_lat_deg <= north AND n.max_lat_deg >= south \
                     AND n.min_lon_deg <= east AND n.max_lon_deg >= west \
                     AND n.min_lat_deg >= south - (SELECT max(r.max_lat_deg - r.min_lat_deg) FROM site_versions r \
                                                   WHERE r.kind <> 'generator')"
            ),
            &[
                ("south", Column::Real),
                ("north", Column::Real),
                ("west", Column::Real),
                ("east", Column::Real),
            ],
        )
    });
    let mut points: Vec<(f64, f64)> =
        points.iter().copied().filter(|(lat, lon)| lat.is_finite() && lon.is_finite()).collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    points.dedup();
    let rows = points
        .iter()
        .map(|(lat, lon)| {
            let up = margin_m / METRES_PER_DEGREE;
            let aside = up / lat.to_radians().cos().max(0.01);
            vec![(lat - up).into(), (lat + up).into(), (lon - aside).into(), (lon + aside).into()]
        })
        .collect();
    NEAR.fetch(tx, rows).await
}

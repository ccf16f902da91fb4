//! `routes`: named, versioned routes of carriers. A change is a new version; old manifests keep theirs.

use crate::batch::{Column, Statement, ids};
use crate::{Json, Result, Tx};
use domain::id::{OrganisationId, RouteId};
use domain::time::Instant;
use serde_json::Value;
use std::sync::LazyLock;

macro_rules! columns {
    () => {
        "id, organisation_id, name, version, geometry, corridor_m, created_at"
    };
}

/// A version of a route.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Route {
    /// Id of this version.
    pub id: RouteId,
    /// The carrier.
    pub organisation_id: OrganisationId,
    /// Name, the same through all versions.
    pub name: String,
    /// Version, from 1.
    pub version: i64,
    /// GeoJSON LineString.
    pub geometry: Json<Value>,
    /// Half-width of the corridor in metres.
    pub corridor_m: f64,
    /// When this version was drawn.
    pub created_at: Instant,
}

/// What a version of a route is called.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct RouteName {
    /// Id of the version.
    pub id: RouteId,
    /// Name.
    pub name: String,
    /// Version, from 1.
    pub version: i64,
}

/// Adds a route, or the next version of the route of that name; `row.version` is not read. Returns the version.
///
/// # Errors
/// [`crate::Error::Duplicate`] when two people draw the same route at once.
pub async fn insert(tx: &mut Tx, row: &Route) -> Result<i64> {
    on_tx!(tx, c => sqlx::query_scalar(
        "INSERT INTO routes (id, organisation_id, name, version, geometry, corridor_m, created_at, folded) \
         VALUES ($1, $2, $3, \
                 (SELECT coalesce(max(version), 0) + 1 FROM routes WHERE organisation_id = $2 AND name = $3), \
                 $4, $5, $6, $7) RETURNING version",
    )
    .bind(row.id).bind(row.organisation_id).bind(&row.name).bind(&row.geometry).bind(row.corridor_m)
    .bind(row.created_at).bind(domain::text::fold(&row.name))
    .fetch_one(c).await)
}

/// One version of a route.
pub async fn find(tx: &mut Tx, id: RouteId) -> Result<Option<Route>> {
    on_tx!(tx, c => sqlx::query_as(concat!("SELECT ", columns!(), " FROM routes WHERE id = $1"))
        .bind(id).fetch_optional(c).await)
}

/// What many versions are called, without their lines; in no order.
pub async fn list_names(tx: &mut Tx, wanted: &[RouteId]) -> Result<Vec<RouteName>> {
    static FIND: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            "SELECT id, name, version FROM routes WHERE id IN (SELECT wanted FROM {input})",
            &[("wanted", Column::Uuid)],
        )
    });
    FIND.fetch(tx, ids(wanted)).await
}

/// The newest version of each route of the carriers, by name.
pub async fn list_for(tx: &mut Tx, carriers: &[OrganisationId]) -> Result<Vec<Route>> {
    static LIST: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            concat!(
                "SELECT ",
                columns!(),
                " FROM routes WHERE organisation_id IN (SELECT wanted FROM {input}) \
                 AND version = (SELECT max(r.version) FROM routes r \
                                WHERE r.organisation_id = routes.organisation_id AND r.name = routes.name) \
                 ORDER BY folded, id"
            ),
            &[("wanted", Column::Uuid)],
        )
    });
    LIST.fetch(tx, ids(carriers)).await
}

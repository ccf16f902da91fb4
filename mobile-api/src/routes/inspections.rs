//! Inspections of a truck and of an inspector.

use crate::extract::{Path, Query, SignedIn};
use crate::problem::{Problem, ProblemBody};
use app::App;
use app::inspection::InspectionView;
use app::page::{Page, PageQuery};
use axum::extract::State;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_own_inspections)).routes(routes!(list_inspections_of_plate))
}

/// Inspections that the caller signed, the last one first; for inspectors and authorities.
#[utoipa::path(get, path = "/api/v1/inspections", tag = "inspections", params(PageQuery),
    responses((status = 200, body = Page<InspectionView>), (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn list_own_inspections(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<Page<InspectionView>>, Problem> {
    Ok(axum::Json(app::inspection::own(&app, &caller, page).await?))
}

/// Inspections of a truck, the last one first: its last check. For inspectors and authorities; looks are logged.
#[utoipa::path(get, path = "/api/v1/vehicles/by-plate/{plate}/inspections", tag = "inspections",
    params(("plate" = String, Path), PageQuery),
    responses((status = 200, body = Page<InspectionView>), (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn list_inspections_of_plate(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Path(plate): Path<String>,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<Page<InspectionView>>, Problem> {
    Ok(axum::Json(app::inspection::of_plate(&app, &caller, &plate, page).await?))
}

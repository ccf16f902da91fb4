//! Enrolled phones and desks: their keys and certificates.

use crate::extract::{Json, Path, Query, SignedIn};
use crate::problem::{Problem, ProblemBody};
use app::App;
use app::device::{DeviceView, NewDevice, RegisteredDevice, Revocation};
use app::page::{Page, PageQuery};
use axum::extract::State;
use domain::id::DeviceId;
use http::StatusCode;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_devices, register_device))
        .routes(routes!(revoke_device))
        .routes(routes!(admit_device))
}

/// Registers this phone's public key and returns its certificate; the same key again gives the same device.
#[utoipa::path(post, path = "/api/v1/devices", tag = "devices", request_body = NewDevice, responses(
    (status = 201, body = RegisteredDevice), (status = 403, body = ProblemBody, description = "the invitation is missing or spent"),
    (status = 422, body = ProblemBody)))]
async fn register_device(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Json(device): Json<NewDevice>,
) -> Result<(StatusCode, axum::Json<RegisteredDevice>), Problem> {
    Ok((StatusCode::CREATED, axum::Json(app::device::register(&app, &caller, device).await?)))
}

/// Devices of the caller's organisations.
#[utoipa::path(get, path = "/api/v1/devices", tag = "devices", params(PageQuery), responses((status = 200, body = Page<DeviceView>)))]
async fn list_devices(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<Page<DeviceView>>, Problem> {
    Ok(axum::Json(app::device::list(&app, &caller, page).await?))
}

/// Revokes a device: what it signs from now on is kept and moves nothing until admitted.
#[utoipa::path(post, path = "/api/v1/devices/{id}/revoke", tag = "devices", params(("id" = DeviceId, Path)), request_body = Revocation,
    responses((status = 200, body = DeviceView), (status = 404, body = ProblemBody)))]
async fn revoke_device(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Path(id): Path<DeviceId>,
    Json(revocation): Json<Revocation>,
) -> Result<axum::Json<DeviceView>, Problem> {
    Ok(axum::Json(app::device::revoke(&app, &caller, id, revocation).await?))
}

/// Admits what a revoked device signed: its kept events count after all. The device stays revoked.
#[utoipa::path(post, path = "/api/v1/devices/{id}/admit", tag = "devices", params(("id" = DeviceId, Path)),
    responses((status = 200, body = DeviceView), (status = 404, body = ProblemBody)))]
async fn admit_device(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Path(id): Path<DeviceId>,
) -> Result<axum::Json<DeviceView>, Problem> {
    Ok(axum::Json(app::device::admit(&app, &caller, id).await?))
}

//! Manifests: declare, agree, issue, assign, void, look.

use crate::extract::{Json, Path, Query, SignedIn, etag, if_match};
use crate::idempotency::{OnceJson, OnceKey};
use crate::problem::{Problem, ProblemBody};
use app::App;
use app::manifest::declaration::Declaration;
use app::manifest::list::ManifestQuery;
use app::manifest::view::{EventView, FindingView, ManifestSummary, ManifestView};
use app::manifest::{assign, confirm, void};
use app::page::Page;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::id::ManifestId;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_manifests, declare_manifest))
        .routes(routes!(find_manifest, edit_manifest))
        .routes(routes!(propose_manifest))
        .routes(routes!(approve_manifest))
        .routes(routes!(void_manifest))
        .routes(routes!(assign_manifest))
        .routes(routes!(confirm_pickup))
        .routes(routes!(list_manifest_events))
        .routes(routes!(list_manifest_findings))
        .routes(routes!(manifest_qr_svg))
        .routes(routes!(manifest_qr_png))
        .routes(routes!(manifest_label_svg))
}

/// Manifests the caller may see, newest first.
#[utoipa::path(get, path = "/api/v1/manifests", tag = "manifests", params(ManifestQuery),
    responses((status = 200, body = Page<ManifestSummary>), (status = 400, body = ProblemBody)))]
async fn list_manifests(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Query(query): Query<ManifestQuery>,
) -> Result<axum::Json<Page<ManifestSummary>>, Problem> {
    Ok(axum::Json(app::manifest::list::list(&app, &caller, query).await?))
}

/// Declares a manifest: a draft of the caller's organisation. Idempotent by Idempotency-Key.
#[utoipa::path(post, path = "/api/v1/manifests", tag = "manifests", request_body = Declaration,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = ManifestView), (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn declare_manifest(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    OnceJson { value, once }: OnceJson<Declaration>,
) -> Result<Response, Problem> {
    let view = app::manifest::declare::declare(&app, &caller, value, once.as_ref()).await?;
    let mut response = tagged(view);
    *response.status_mut() = StatusCode::CREATED;
    Ok(response)
}

/// One manifest; 404 for those who are no party to it.
#[utoipa::path(get, path = "/api/v1/manifests/{id}", tag = "manifests", params(("id" = ManifestId, Path)),
    responses((status = 200, body = ManifestView), (status = 404, body = ProblemBody)))]
async fn find_manifest(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Path(id): Path<ManifestId>,
) -> Result<Response, Problem> {
    Ok(tagged(app::manifest::find(&app, &caller, id).await?))
}

/// Changes a draft; If-Match guards against somebody else's change.
#[utoipa::path(patch, path = "/api/v1/manifests/{id}", tag = "manifests", params(("id" = ManifestId, Path), ("If-Match" = Option<String>, Header)),
    request_body = Declaration, responses((status = 200, body = ManifestView), (status = 404, body = ProblemBody),
    (status = 409, body = ProblemBody), (status = 412, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn edit_manifest(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Path(id): Path<ManifestId>,
    headers: HeaderMap,
    Json(input): Json<Declaration>,
) -> Result<Response, Problem> {
    Ok(tagged(app::manifest::declare::edit(&app, &caller, id, if_match(&headers), input).await?))
}

/// Proposes a draft to the other side.
#[utoipa::path(post, path = "/api/v1/manifests/{id}/propose", tag = "manifests", params(("id" = ManifestId, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = ManifestView), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn propose_manifest(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Path(id): Path<ManifestId>,
    OnceKey(once): OnceKey,
) -> Result<Response, Problem> {
    Ok(tagged(app::manifest::agree::propose(&app, &caller, id, once.as_ref()).await?))
}

/// Approves for the caller's side; the last approval issues: number, seal, QR.
#[utoipa::path(post, path = "/api/v1/manifests/{id}/approve", tag = "manifests", params(("id" = ManifestId, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = ManifestView), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn approve_manifest(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Path(id): Path<ManifestId>,
    OnceKey(once): OnceKey,
) -> Result<Response, Problem> {
    Ok(tagged(app::manifest::agree::approve(&app, &caller, id, once.as_ref()).await?))
}

/// Voids a manifest that has not been picked up.
#[utoipa::path(post, path = "/api/v1/manifests/{id}/void", tag = "manifests", params(("id" = ManifestId, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = void::Voiding,
    responses((status = 200, body = ManifestView), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
async fn void_manifest(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Path(id): Path<ManifestId>,
    OnceJson { value, once }: OnceJson<void::Voiding>,
) -> Result<Response, Problem> {
    Ok(tagged(void::void(&app, &caller, id, value, once.as_ref()).await?))
}

/// The carrier's dispatcher names driver and plate.
#[utoipa::path(post, path = "/api/v1/manifests/{id}/assign", tag = "manifests", params(("id" = ManifestId, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = assign::Assignment,
    responses((status = 200, body = ManifestView), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn assign_manifest(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Path(id): Path<ManifestId>,
    OnceJson { value, once }: OnceJson<assign::Assignment>,
) -> Result<Response, Problem> {
    Ok(tagged(assign::assign(&app, &caller, id, value, once.as_ref()).await?))
}

/// The generator confirms the pickup on its own phone or desk.
#[utoipa::path(post, path = "/api/v1/manifests/{id}/confirm", tag = "manifests", params(("id" = ManifestId, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = confirm::Confirmation,
    responses((status = 200, body = ManifestView), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
async fn confirm_pickup(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Path(id): Path<ManifestId>,
    OnceJson { value, once }: OnceJson<confirm::Confirmation>,
) -> Result<Response, Problem> {
    Ok(tagged(confirm::confirm(&app, &caller, id, value, once.as_ref()).await?))
}

/// Custody events of a manifest by estimated time, with their findings.
#[utoipa::path(get, path = "/api/v1/manifests/{id}/events", tag = "manifests", params(("id" = ManifestId, Path)),
    responses((status = 200, body = Page<EventView>), (status = 404, body = ProblemBody)))]
async fn list_manifest_events(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Path(id): Path<ManifestId>,
) -> Result<axum::Json<Page<EventView>>, Problem> {
    Ok(axum::Json(app::manifest::history::events(&app, &caller, id).await?))
}

/// Findings of a manifest, withdrawn ones included.
#[utoipa::path(get, path = "/api/v1/manifests/{id}/findings", tag = "manifests", params(("id" = ManifestId, Path)),
    responses((status = 200, body = Page<FindingView>), (status = 404, body = ProblemBody)))]
async fn list_manifest_findings(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Path(id): Path<ManifestId>,
) -> Result<axum::Json<Page<FindingView>>, Problem> {
    Ok(axum::Json(app::manifest::history::findings(&app, &caller, id).await?))
}

/// The QR of an issued manifest as SVG.
#[utoipa::path(get, path = "/api/v1/manifests/{id}/qr.svg", tag = "manifests", params(("id" = ManifestId, Path)),
    responses((status = 200, body = String, content_type = "image/svg+xml"), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
async fn manifest_qr_svg(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Path(id): Path<ManifestId>,
) -> Result<Response, Problem> {
    Ok(image("image/svg+xml", app::manifest::qr::svg(&app, &caller, id).await?.into_bytes()))
}

/// The QR of an issued manifest as PNG.
#[utoipa::path(get, path = "/api/v1/manifests/{id}/qr.png", tag = "manifests", params(("id" = ManifestId, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "image/png"), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
async fn manifest_qr_png(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Path(id): Path<ManifestId>,
) -> Result<Response, Problem> {
    Ok(image("image/png", app::manifest::qr::png(&app, &caller, id).await?))
}

/// The label to print: QR, short code, number, parties, waste.
#[utoipa::path(get, path = "/api/v1/manifests/{id}/label.svg", tag = "manifests", params(("id" = ManifestId, Path)),
    responses((status = 200, body = String, content_type = "image/svg+xml"), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
async fn manifest_label_svg(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Path(id): Path<ManifestId>,
) -> Result<Response, Problem> {
    Ok(image("image/svg+xml", app::manifest::qr::label(&app, &caller, id).await?.into_bytes()))
}

fn tagged(view: ManifestView) -> Response {
    let tag = etag(view.version);
    let mut response = axum::Json(view).into_response();
    if let Ok(value) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, value);
    }
    response
}

/// An image of ours: never sniffed, never cached by others.
pub fn image(kind: &'static str, bytes: Vec<u8>) -> Response {
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'"),
    );
    response
}

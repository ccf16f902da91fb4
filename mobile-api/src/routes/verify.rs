//! Verification of a scanned code, and the signed lists that let phones verify by themselves.

use crate::extract::{Json, MaybeSignedIn, Path, SignedIn};
use crate::problem::{Problem, ProblemBody};
use app::App;
use app::manifest::list::PlateLook;
use app::verify::{Verification, VerifyInput};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(verify_code))
        .routes(routes!(list_manifests_by_plate))
        .routes(routes!(read_trust_list))
        .routes(routes!(read_status_list))
}

/// Verifies the text of a scanned or typed code. Public callers see little, parties their manifest, inspectors all.
#[utoipa::path(post, path = "/api/v1/verify", tag = "verify", security((), ("bearer" = [])), request_body = VerifyInput,
    responses((status = 200, body = Verification), (status = 400, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn verify_code(
    State(app): State<App>,
    MaybeSignedIn(caller): MaybeSignedIn,
    Json(input): Json<VerifyInput>,
) -> Result<axum::Json<Verification>, Problem> {
    Ok(axum::Json(app::verify::verify(&app, caller.as_ref(), input).await?))
}

/// Manifests on a plate, for inspectors and authorities; each look is logged.
#[utoipa::path(get, path = "/api/v1/vehicles/by-plate/{plate}/manifests", tag = "verify", params(("plate" = String, Path)),
    responses((status = 200, body = PlateLook), (status = 403, body = ProblemBody)))]
async fn list_manifests_by_plate(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Path(plate): Path<String>,
) -> Result<axum::Json<PlateLook>, Problem> {
    Ok(axum::Json(app::manifest::list::by_plate(&app, &caller, &plate).await?))
}

/// The trust list: COSE_Sign1 signed by the root key.
#[utoipa::path(get, path = "/.well-known/trust-list", tag = "verify", security(()),
    responses((status = 200, body = Vec<u8>, content_type = "application/cose")))]
async fn read_trust_list(State(app): State<App>) -> Result<Response, Problem> {
    Ok(cose(app.keyring.trust_list_bytes(), 300))
}

/// Status list `n`: COSE_Sign1 around an IETF Token Status List, signed per time to live.
#[utoipa::path(get, path = "/status/{n}", tag = "verify", security(()), params(("n" = i64, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/cose"), (status = 404, body = ProblemBody)))]
async fn read_status_list(State(app): State<App>, Path(n): Path<i64>) -> Result<Response, Problem> {
    Ok(cose(app::verify::status_list(&app, n).await?, 60))
}

fn cose(bytes: Vec<u8>, max_age_s: u32) -> Response {
    let mut response = bytes.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/cose"));
    if let Ok(value) = HeaderValue::from_str(&format!("public, max-age={max_age_s}")) {
        response.headers_mut().insert(header::CACHE_CONTROL, value);
    }
    response
}

//! Weighbridges: registered by a facility, read by its gate, posting under a token of their own.

use crate::extract::{Bearer, Json, Path, SignedIn};
use crate::problem::{Problem, ProblemBody};
use app::App;
use app::page::Page;
use app::scale::{Kept, NewScale, Readings, RegisteredScale, ScaleView, WeighingView};
use axum::extract::State;
use domain::id::{ScaleId, SiteId};
use http::StatusCode;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(create_scale))
        .routes(routes!(list_scales))
        .routes(routes!(revoke_scale))
        .routes(routes!(record_readings))
        .routes(routes!(list_weighings))
}

/// Registers a scale at a site of the caller's facility; its token is shown this once.
#[utoipa::path(post, path = "/api/v1/scales", tag = "scales", request_body = NewScale,
    responses((status = 201, body = RegisteredScale), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn create_scale(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Json(input): Json<NewScale>,
) -> Result<(StatusCode, axum::Json<RegisteredScale>), Problem> {
    Ok((StatusCode::CREATED, axum::Json(app::scale::create(&app, &caller, input).await?)))
}

/// Scales of an own site, with when each was heard of last.
#[utoipa::path(get, path = "/api/v1/sites/{id}/scales", tag = "scales", params(("id" = SiteId, Path)),
    responses((status = 200, body = Page<ScaleView>), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
async fn list_scales(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Path(id): Path<SiteId>,
) -> Result<axum::Json<Page<ScaleView>>, Problem> {
    Ok(axum::Json(app::scale::list(&app, &caller, id).await?))
}

/// Ends a scale's token; what it read stays.
#[utoipa::path(post, path = "/api/v1/scales/{id}/revoke", tag = "scales", params(("id" = ScaleId, Path)),
    responses((status = 200, body = ScaleView), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
async fn revoke_scale(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Path(id): Path<ScaleId>,
) -> Result<axum::Json<ScaleView>, Problem> {
    Ok(axum::Json(app::scale::revoke(&app, &caller, id).await?))
}

/// Keeps what a scale reads: gross and tare by ticket, 1 to 100 at once, safe to repeat. By the scale's own token.
#[utoipa::path(post, path = "/api/v1/scales/readings", tag = "scales", request_body = Readings,
    responses((status = 200, body = Kept), (status = 401, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn record_readings(
    State(app): State<App>,
    Bearer(token): Bearer,
    Json(input): Json<Readings>,
) -> Result<axum::Json<Kept>, Problem> {
    Ok(axum::Json(app::scale::record(&app, &token, input).await?))
}

/// Weighings of the last 36 hours at an own site: gross, tare and net by ticket, the latest first.
#[utoipa::path(get, path = "/api/v1/sites/{id}/weighings", tag = "scales", params(("id" = SiteId, Path)),
    responses((status = 200, body = Page<WeighingView>), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
async fn list_weighings(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Path(id): Path<SiteId>,
) -> Result<axum::Json<Page<WeighingView>>, Problem> {
    Ok(axum::Json(app::scale::weighings(&app, &caller, id).await?))
}

//! Sites and their wall codes.

use app::App;
use app::page::Page;
use app::registry::RegistryQuery;
use app::registry::sites::{NewSite, SiteChange, SiteView};
use axum::Json as Answer;
use axum::extract::State;
use axum::response::Response;
use domain::id::SiteId;
use http::StatusCode;
use mobile_api::extract::{Json, Path, Query, SignedIn};
use mobile_api::problem::{Problem, ProblemBody};
use mobile_api::routes::manifests::image;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_sites, create_site))
        .routes(routes!(change_site))
        .routes(routes!(site_code_svg))
        .routes(routes!(site_code_png))
        .routes(routes!(site_label_svg))
}

/// Sites by name; the wall code's text only for the own organisation.
#[utoipa::path(get, path = "/api/v1/sites", tag = "registry", params(RegistryQuery),
    responses((status = 200, body = Page<SiteView>), (status = 422, body = ProblemBody)))]
async fn list_sites(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Query(query): Query<RegistryQuery>,
) -> Result<Answer<Page<SiteView>>, Problem> {
    Ok(Answer(app::registry::sites::list(&app, &caller, query).await?))
}

/// Registers a site: a polygon, or the phone's position and a radius.
#[utoipa::path(post, path = "/api/v1/sites", tag = "registry", request_body = NewSite,
    responses((status = 201, body = SiteView), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn create_site(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Json(input): Json<NewSite>,
) -> Result<(StatusCode, Answer<SiteView>), Problem> {
    Ok((StatusCode::CREATED, Answer(app::registry::sites::create(&app, &caller, input).await?)))
}

/// Changes name, address or geofence of an own site.
#[utoipa::path(patch, path = "/api/v1/sites/{id}", tag = "registry", params(("id" = SiteId, Path)), request_body = SiteChange,
    responses((status = 200, body = SiteView), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn change_site(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Path(id): Path<SiteId>,
    Json(input): Json<SiteChange>,
) -> Result<Answer<SiteView>, Problem> {
    Ok(Answer(app::registry::sites::change(&app, &caller, id, input).await?))
}

/// The wall code as SVG.
#[utoipa::path(get, path = "/api/v1/sites/{id}/code.svg", tag = "registry", params(("id" = SiteId, Path)),
    responses((status = 200, body = String, content_type = "image/svg+xml"), (status = 404, body = ProblemBody)))]
async fn site_code_svg(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Path(id): Path<SiteId>,
) -> Result<Response, Problem> {
    Ok(image("image/svg+xml", app::registry::sites::code_svg(&app, &caller, id).await?.into_bytes()))
}

/// The wall code as PNG.
#[utoipa::path(get, path = "/api/v1/sites/{id}/code.png", tag = "registry", params(("id" = SiteId, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "image/png"), (status = 404, body = ProblemBody)))]
async fn site_code_png(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Path(id): Path<SiteId>,
) -> Result<Response, Problem> {
    Ok(image("image/png", app::registry::sites::code_png(&app, &caller, id).await?))
}

/// The sheet to fix to the wall.
#[utoipa::path(get, path = "/api/v1/sites/{id}/label.svg", tag = "registry", params(("id" = SiteId, Path)),
    responses((status = 200, body = String, content_type = "image/svg+xml"), (status = 404, body = ProblemBody)))]
async fn site_label_svg(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Path(id): Path<SiteId>,
) -> Result<Response, Problem> {
    Ok(image("image/svg+xml", app::registry::sites::label_svg(&app, &caller, id).await?.into_bytes()))
}

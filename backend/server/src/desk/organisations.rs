//! Organisations and provinces.

use app::App;
use app::page::Page;
use app::registry::RegistryQuery;
use app::registry::organisations::{NewOrganisation, OrganisationView};
use app::registry::provinces::ProvinceView;
use axum::Json as Answer;
use axum::extract::State;
use http::StatusCode;
use mobile_api::extract::{Json, Query, SignedIn};
use mobile_api::problem::{Problem, ProblemBody};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(provinces))
}

/// Organisations by name.
#[utoipa::path(get, path = "/api/v1/organisations", tag = "registry", params(RegistryQuery),
    responses((status = 200, body = Page<OrganisationView>), (status = 422, body = ProblemBody)))]
async fn list(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Query(query): Query<RegistryQuery>,
) -> Result<Answer<Page<OrganisationView>>, Problem> {
    Ok(Answer(app::registry::organisations::list(&app, &caller, query).await?))
}

/// Registers an organisation; for authorities.
#[utoipa::path(post, path = "/api/v1/organisations", tag = "registry", request_body = NewOrganisation,
    responses((status = 201, body = OrganisationView), (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn create(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Json(input): Json<NewOrganisation>,
) -> Result<(StatusCode, Answer<OrganisationView>), Problem> {
    Ok((StatusCode::CREATED, Answer(app::registry::organisations::create(&app, &caller, input).await?)))
}

/// The 34 provinces.
#[utoipa::path(get, path = "/api/v1/provinces", tag = "registry", responses((status = 200, body = Page<ProvinceView>)))]
async fn provinces(
    State(app): State<App>,
    SignedIn(_caller): SignedIn,
) -> Result<Answer<Page<ProvinceView>>, Problem> {
    Ok(Answer(app::registry::provinces::list(&app).await?))
}

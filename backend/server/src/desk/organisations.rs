//! Organisations and provinces.

use app::App;
use app::page::Page;
use app::registry::RegistryQuery;
use app::registry::organisations::{NewOrganisation, NewSuspension, OrganisationView};
use app::registry::provinces::ProvinceView;
use axum::Json as Answer;
use axum::extract::State;
use domain::id::OrganisationId;
use http::StatusCode;
use mobile_api::extract::{Json, Path, Query, SignedIn};
use mobile_api::problem::{Problem, ProblemBody};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_organisations, create_organisation))
        .routes(routes!(suspend_organisation))
        .routes(routes!(reinstate_organisation))
        .routes(routes!(list_provinces))
}

/// Organisations by name.
#[utoipa::path(get, path = "/api/v1/organisations", tag = "registry", params(RegistryQuery),
    responses((status = 200, body = Page<OrganisationView>), (status = 422, body = ProblemBody)))]
async fn list_organisations(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Query(query): Query<RegistryQuery>,
) -> Result<Answer<Page<OrganisationView>>, Problem> {
    Ok(Answer(app::registry::organisations::list(&app, &caller, query).await?))
}

/// Registers an organisation; for authorities.
#[utoipa::path(post, path = "/api/v1/organisations", tag = "registry", request_body = NewOrganisation,
    responses((status = 201, body = OrganisationView), (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn create_organisation(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Json(input): Json<NewOrganisation>,
) -> Result<(StatusCode, Answer<OrganisationView>), Problem> {
    Ok((StatusCode::CREATED, Answer(app::registry::organisations::create(&app, &caller, input).await?)))
}

/// Suspends an organisation: no new loads in its name, what is on the road finishes. For the authority of its area.
#[utoipa::path(post, path = "/api/v1/organisations/{id}/suspend", tag = "registry", params(("id" = OrganisationId, Path)),
    request_body = NewSuspension, responses((status = 200, body = OrganisationView), (status = 403, body = ProblemBody),
    (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn suspend_organisation(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Path(id): Path<OrganisationId>,
    Json(input): Json<NewSuspension>,
) -> Result<Answer<OrganisationView>, Problem> {
    Ok(Answer(app::registry::organisations::suspend(&app, &caller, id, input).await?))
}

/// Lets a suspended organisation work again. For the authority of its area.
#[utoipa::path(post, path = "/api/v1/organisations/{id}/reinstate", tag = "registry", params(("id" = OrganisationId, Path)),
    responses((status = 200, body = OrganisationView), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
async fn reinstate_organisation(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Path(id): Path<OrganisationId>,
) -> Result<Answer<OrganisationView>, Problem> {
    Ok(Answer(app::registry::organisations::reinstate(&app, &caller, id).await?))
}

/// The 34 provinces.
#[utoipa::path(get, path = "/api/v1/provinces", tag = "registry", responses((status = 200, body = Page<ProvinceView>)))]
async fn list_provinces(
    State(app): State<App>,
    SignedIn(_caller): SignedIn,
) -> Result<Answer<Page<ProvinceView>>, Problem> {
    Ok(Answer(app::registry::provinces::list(&app).await?))
}

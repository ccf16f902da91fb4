//! People and their invitations.

use app::App;
use app::invitation::Invitation;
use app::page::Page;
use app::registry::RegistryQuery;
use app::registry::people::{NewPerson, PersonRow};
use axum::Json as Answer;
use axum::extract::State;
use domain::id::PersonId;
use http::StatusCode;
use mobile_api::extract::{Json, Path, Query, SignedIn};
use mobile_api::problem::{Problem, ProblemBody};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_people, create_person)).routes(routes!(invite_person))
}

/// People of one organisation at whose desk the caller sits.
#[utoipa::path(get, path = "/api/v1/people", tag = "registry", params(RegistryQuery),
    responses((status = 200, body = Page<PersonRow>), (status = 422, body = ProblemBody)))]
async fn list_people(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Query(query): Query<RegistryQuery>,
) -> Result<Answer<Page<PersonRow>>, Problem> {
    Ok(Answer(app::registry::people::list(&app, &caller, query).await?))
}

/// Registers a person of the caller's organisation.
#[utoipa::path(post, path = "/api/v1/people", tag = "registry", request_body = NewPerson,
    responses((status = 201, body = PersonRow), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
    (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn create_person(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Json(input): Json<NewPerson>,
) -> Result<(StatusCode, Answer<PersonRow>), Problem> {
    Ok((StatusCode::CREATED, Answer(app::registry::people::create(&app, &caller, input).await?)))
}

/// Invites a person: a single-use code of 24 hours, as text and QR.
#[utoipa::path(post, path = "/api/v1/people/{id}/invitations", tag = "registry", params(("id" = PersonId, Path)),
    responses((status = 201, body = Invitation), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
async fn invite_person(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Path(id): Path<PersonId>,
) -> Result<(StatusCode, Answer<Invitation>), Problem> {
    Ok((StatusCode::CREATED, Answer(app::invitation::invite(&app, &caller, id).await?)))
}

//! Agreements of generators and facilities.

use app::App;
use app::agreement::{AgreementView, NewAgreement};
use app::page::Page;
use axum::Json as Answer;
use axum::extract::State;
use domain::id::AgreementId;
use http::StatusCode;
use mobile_api::extract::{Json, Path, SignedIn};
use mobile_api::problem::{Problem, ProblemBody};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_agreements, create_agreement))
        .routes(routes!(confirm_agreement))
        .routes(routes!(end_agreement))
}

/// Agreements of the caller's organisations, the latest first.
#[utoipa::path(get, path = "/api/v1/agreements", tag = "registry", responses((status = 200, body = Page<AgreementView>)))]
async fn list_agreements(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
) -> Result<Answer<Page<AgreementView>>, Problem> {
    Ok(Answer(app::agreement::list(&app, &caller).await?))
}

/// Writes an agreement down for one of its sides; it counts once the other has confirmed it.
#[utoipa::path(post, path = "/api/v1/agreements", tag = "registry", request_body = NewAgreement,
    responses((status = 201, body = AgreementView), (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn create_agreement(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Json(input): Json<NewAgreement>,
) -> Result<(StatusCode, Answer<AgreementView>), Problem> {
    Ok((StatusCode::CREATED, Answer(app::agreement::create(&app, &caller, input).await?)))
}

/// The other side stands by an agreement.
#[utoipa::path(post, path = "/api/v1/agreements/{id}/confirm", tag = "registry", params(("id" = AgreementId, Path)),
    responses((status = 200, body = AgreementView), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
    (status = 409, body = ProblemBody)))]
async fn confirm_agreement(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Path(id): Path<AgreementId>,
) -> Result<Answer<AgreementView>, Problem> {
    Ok(Answer(app::agreement::confirm(&app, &caller, id).await?))
}

/// Either side ends an agreement; what was issued under it stays.
#[utoipa::path(post, path = "/api/v1/agreements/{id}/end", tag = "registry", params(("id" = AgreementId, Path)),
    responses((status = 200, body = AgreementView), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
async fn end_agreement(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Path(id): Path<AgreementId>,
) -> Result<Answer<AgreementView>, Problem> {
    Ok(Answer(app::agreement::end(&app, &caller, id).await?))
}

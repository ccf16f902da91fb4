//! Links in e-mails and texts that do one thing once. The token is posted: it never stands in a path that is logged.

use crate::extract::Json;
use crate::problem::{Problem, ProblemBody};
use app::App;
use app::notice::link::{LinkToken, LinkView};
use axum::extract::State;
use http::StatusCode;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(look_at_link)).routes(routes!(act_by_link))
}

/// What a link is about; uses nothing up.
#[utoipa::path(post, path = "/api/v1/links/look", tag = "notices", security(()), request_body = LinkToken,
    responses((status = 200, body = LinkView), (status = 404, body = ProblemBody)))]
async fn look_at_link(
    State(app): State<App>,
    Json(input): Json<LinkToken>,
) -> Result<axum::Json<LinkView>, Problem> {
    Ok(axum::Json(app::notice::link::look(&app, input).await?))
}

/// Does what the link is for, once, in the name of the person it was sent to.
#[utoipa::path(post, path = "/api/v1/links/act", tag = "notices", security(()), request_body = LinkToken,
    responses((status = 204), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
    (status = 422, body = ProblemBody)))]
async fn act_by_link(State(app): State<App>, Json(input): Json<LinkToken>) -> Result<StatusCode, Problem> {
    app::notice::link::act(&app, input).await?;
    Ok(StatusCode::NO_CONTENT)
}

//! What the caller is told: the list, what was read, and how to be told.

use crate::extract::{Json, Path, Query, SignedIn};
use crate::problem::{Problem, ProblemBody};
use app::App;
use app::notice::list::{NoticeList, NoticeQuery, Read, Unread};
use app::notice::preferences::{PreferencesChange, PreferencesView};
use app::notice::view::NoticeView;
use axum::extract::State;
use domain::id::NoticeId;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_notices))
        .routes(routes!(read_notices))
        .routes(routes!(notice_preferences, change_notice_preferences))
        .routes(routes!(find_notice))
}

/// What the caller was told in the roles held now, the latest first, and how much of it is unread.
#[utoipa::path(get, path = "/api/v1/notices", tag = "notices", params(NoticeQuery),
    responses((status = 200, body = NoticeList), (status = 422, body = ProblemBody)))]
async fn list_notices(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Query(query): Query<NoticeQuery>,
) -> Result<axum::Json<NoticeList>, Problem> {
    Ok(axum::Json(app::notice::list::list(&app, &caller, query).await?))
}

/// One notice of the caller: where a link in a message leads.
#[utoipa::path(get, path = "/api/v1/notices/{id}", tag = "notices", params(("id" = NoticeId, Path)),
    responses((status = 200, body = NoticeView), (status = 404, body = ProblemBody)))]
async fn find_notice(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Path(id): Path<NoticeId>,
) -> Result<axum::Json<NoticeView>, Problem> {
    Ok(axum::Json(app::notice::list::find(&app, &caller, id).await?))
}

/// Marks notices of the caller as read, by their ids or up to an instant.
#[utoipa::path(post, path = "/api/v1/notices/read", tag = "notices", request_body = Read,
    responses((status = 200, body = Unread), (status = 422, body = ProblemBody)))]
async fn read_notices(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Json(input): Json<Read>,
) -> Result<axum::Json<Unread>, Problem> {
    Ok(axum::Json(app::notice::list::read(&app, &caller, input).await?))
}

/// How the caller wants to be told, and what is possible here.
#[utoipa::path(get, path = "/api/v1/notices/preferences", tag = "notices",
    responses((status = 200, body = PreferencesView)))]
async fn notice_preferences(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
) -> Result<axum::Json<PreferencesView>, Problem> {
    Ok(axum::Json(app::notice::preferences::show(&app, &caller).await?))
}

/// Changes how the caller is told; what is left out stays.
#[utoipa::path(patch, path = "/api/v1/notices/preferences", tag = "notices", request_body = PreferencesChange,
    responses((status = 200, body = PreferencesView), (status = 422, body = ProblemBody)))]
async fn change_notice_preferences(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Json(input): Json<PreferencesChange>,
) -> Result<axum::Json<PreferencesView>, Problem> {
    Ok(axum::Json(app::notice::preferences::change(&app, &caller, input).await?))
}

//! Browsers that take push messages.

use crate::extract::{Json, Path, SignedIn};
use crate::problem::{Problem, ProblemBody};
use app::App;
use app::notice::subscription::{NewSubscription, SubscriptionView};
use app::page::Page;
use axum::extract::State;
use domain::id::SubscriptionId;
use http::StatusCode;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_subscriptions, subscribe_browser))
        .routes(routes!(unsubscribe_browser))
}

/// The caller's browsers.
#[utoipa::path(get, path = "/api/v1/push/subscriptions", tag = "notices",
    responses((status = 200, body = Page<SubscriptionView>)))]
async fn list_subscriptions(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
) -> Result<axum::Json<Page<SubscriptionView>>, Problem> {
    Ok(axum::Json(app::notice::subscription::list(&app, &caller).await?))
}

/// Turns push messages on for this browser; the same browser again gives the same subscription.
#[utoipa::path(post, path = "/api/v1/push/subscriptions", tag = "notices", request_body = NewSubscription,
    responses((status = 201, body = SubscriptionView), (status = 422, body = ProblemBody)))]
async fn subscribe_browser(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Json(input): Json<NewSubscription>,
) -> Result<(StatusCode, axum::Json<SubscriptionView>), Problem> {
    let kept = app::notice::subscription::subscribe(&app, &caller, input).await?;
    Ok((StatusCode::CREATED, axum::Json(kept)))
}

/// Turns push messages off for one of the caller's browsers.
#[utoipa::path(delete, path = "/api/v1/push/subscriptions/{id}", tag = "notices", params(("id" = SubscriptionId, Path)),
    responses((status = 204), (status = 404, body = ProblemBody)))]
async fn unsubscribe_browser(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Path(id): Path<SubscriptionId>,
) -> Result<StatusCode, Problem> {
    app::notice::subscription::unsubscribe(&app, &caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

//! Signing in and out: a bearer token for programs, an HttpOnly cookie for the PWA, set by the same call.

use crate::address::Address;
use crate::extract::{COOKIE_HTTP, COOKIE_HTTPS, Json, SignedIn};
use crate::problem::{Problem, ProblemBody};
use app::App;
use app::session::{Login, Me, SignedInSession};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(sign_in, sign_out))
        .routes(routes!(read_me))
        .routes(routes!(accept_invitation))
}

/// Signs in with login (or phone number) and secret (password or PIN).
#[utoipa::path(post, path = "/api/v1/session", tag = "session", security(()), request_body = Login, responses(
    (status = 200, body = SignedInSession), (status = 401, body = ProblemBody, description = "login_failed"),
    (status = 429, body = ProblemBody, description = "login_delayed")))]
async fn sign_in(
    State(app): State<App>,
    Address(address): Address,
    Json(login): Json<Login>,
) -> Result<Response, Problem> {
    let session = app::session::sign_in(&app, login, &address).await?;
    Ok(with_cookie(&app, session))
}

/// Signs out: the token is worth nothing from now on.
#[utoipa::path(delete, path = "/api/v1/session", tag = "session", responses((status = 204), (status = 401, body = ProblemBody)))]
async fn sign_out(State(app): State<App>, SignedIn(caller): SignedIn) -> Result<Response, Problem> {
    app::session::sign_out(&app, &caller).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().insert(header::SET_COOKIE, cookie(&app, "", 0));
    Ok(response)
}

/// Who the caller is.
#[utoipa::path(get, path = "/api/v1/me", tag = "session", responses((status = 200, body = Me), (status = 401, body = ProblemBody)))]
async fn read_me(State(app): State<App>, SignedIn(caller): SignedIn) -> Result<axum::Json<Me>, Problem> {
    Ok(axum::Json(app::session::me(&app, &caller).await?))
}

/// Accepts a dispatcher's invitation and sets the PIN; then the phone registers its key with the same code.
#[utoipa::path(post, path = "/api/v1/invitations/accept", tag = "session", security(()), request_body = app::invitation::Acceptance,
    responses((status = 200, body = SignedInSession), (status = 401, body = ProblemBody, description = "login_failed"),
    (status = 422, body = ProblemBody)))]
async fn accept_invitation(
    State(app): State<App>,
    Address(address): Address,
    Json(acceptance): Json<app::invitation::Acceptance>,
) -> Result<Response, Problem> {
    let session = app::invitation::accept(&app, acceptance, &address).await?;
    Ok(with_cookie(&app, session))
}

fn with_cookie(app: &App, session: SignedInSession) -> Response {
    let seconds = (session.expires_at - app.now()).num_seconds().max(0);
    let value = cookie(app, &session.token, seconds);
    let mut response = axum::Json(session).into_response();
    response.headers_mut().insert(header::SET_COOKIE, value);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn cookie(app: &App, token: &str, seconds: i64) -> HeaderValue {
    let text = if app.settings.https {
        format!("{COOKIE_HTTPS}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict; Secure")
    } else {
        format!("{COOKIE_HTTP}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict")
    };
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

//! The whole HTTP surface: contract routes, office routes, health, metrics, documentation, PWA; and the layers around.

use crate::headers::{self, DemoReach};
use crate::{desk, ops, pwa};
use app::App;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{StatusCode, header};
use http_body_util::BodyExt as _;
use mobile_api::problem::Problem;
use std::time::Duration;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_swagger_ui::SwaggerUi;

/// Largest body: 500 events with their glass signatures fit.
const MAX_BODY: usize = 4 * 1024 * 1024;
/// Where bodies are evidence files, which have a limit of their own.
const FILES: &str = "/api/v1/field/files/";
/// Most that is read of a body that is too large.
const MAX_SWALLOWED: usize = 64 * 1024 * 1024;
/// Longest a request may take; a phone on a bad line tries again.
const TIMEOUT: Duration = Duration::from_secs(30);

#[derive(OpenApi)]
#[openapi(
    info(title = "E-manifest", description = "Electronic manifests of hazardous waste: declare, seal, scan, check, verify.", license(name = "Apache-2.0")),
    security(("bearer" = [])),
    tags((name = "session"), (name = "devices"), (name = "manifests"), (name = "field"), (name = "verify"), (name = "notices"), (name = "registry"), (name = "insight"))
)]
struct Document;

/// The contract: every route with its handler, and the OpenAPI document made of them.
pub fn contract() -> (Router<App>, utoipa::openapi::OpenApi) {
    let (router, mut document) = OpenApiRouter::with_openapi(Document::openapi())
        .merge(mobile_api::routes::router())
        .merge(desk::router())
        .split_for_parts();
    let bearer = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
    document.components.get_or_insert_default().add_security_scheme("bearer", bearer);
    (router, document)
}

/// Everything this server answers.
pub fn router(app: App, demo: Option<DemoReach>) -> Router {
    let (contract, document) = contract();
    let api = contract
        .method_not_allowed_fallback(method_not_allowed)
        .merge(ops::router())
        .merge(SwaggerUi::new("/docs").url("/openapi.json", document))
        .route("/api/{*rest}", axum::routing::any(no_route))
        .fallback(get(pwa::serve));
    let router = api
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn(read_to_the_end))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, TIMEOUT))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(CompressionLayer::new())
        .layer(from_fn(ops::trace))
        .layer(from_fn(headers::secure))
        .with_state(app);
    match demo {
        Some(reach) => router.layer(from_fn_with_state(reach, headers::demo_only_here)),
        None => router,
    }
}

/// Answers 413 to a body that says it is too large only after reading it: a client that is still sending when the
/// connection closes sees a reset and not the answer.
async fn read_to_the_end(request: Request, next: Next) -> Response {
    let length =
        request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let limit = if request.uri().path().starts_with(FILES) { domain::file::MAX_BYTES } else { MAX_BODY };
    if length.is_none_or(|length: usize| length <= limit) {
        return next.run(request).await;
    }
    let mut body = request.into_body();
    let mut left = MAX_SWALLOWED;
    while let Some(Ok(frame)) = body.frame().await {
        left = left.saturating_sub(frame.data_ref().map_or(0, axum::body::Bytes::len));
        if left == 0 {
            break;
        }
    }
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "Send less at once.").into_response()
}

async fn no_route(request: Request) -> Problem {
    let detail = format!("There is no {} {} in this API; see /docs.", request.method(), request.uri().path());
    Problem::new(StatusCode::NOT_FOUND, "not_found", detail)
}

async fn method_not_allowed() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "See /docs for the methods of this path.",
    )
}

/// A panic in a handler ends that request only, with a problem instead of a broken connection.
fn panicked(panic: Box<dyn std::any::Any + Send + 'static>) -> Response {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("unknown");
    tracing::error!(panic = text, "a handler panicked");
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "The fault is ours and is on record.")
        .into_response()
}

//! What phones send from the field, and what they carry into it.

use crate::extract::{Json, Query, SignedIn};
use crate::problem::{Problem, ProblemBody};
use app::App;
use app::capture::{Batch, BatchResult};
use app::field_pack::FieldPack;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(capture_events)).routes(routes!(read_field_pack))
}

/// Captures up to 500 signed custody events; one result each, in order. Idempotent by event id.
#[utoipa::path(post, path = "/api/v1/field/events", tag = "field", request_body = Batch, responses(
    (status = 200, body = BatchResult), (status = 413, body = ProblemBody), (status = 422, body = ProblemBody),
    (status = 503, body = ProblemBody, description = "some stayed undecided: send the batch again")))]
async fn capture_events(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Json(batch): Json<Batch>,
) -> Result<axum::Json<BatchResult>, Problem> {
    Ok(axum::Json(app::capture::capture(&app, &caller, batch).await?))
}

/// Which pack the phone holds.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Held {
    /// `cursor` of the pack that the phone holds: the answer leaves out what did not change. One that is not
    /// understood gets the whole pack.
    #[serde(default)]
    since: Option<String>,
}

/// Everything this role needs to work a shift offline, or what changed of it.
#[utoipa::path(get, path = "/api/v1/field/pack", tag = "field",
    params(Held, ("If-None-Match" = Option<String>, Header, description = "ETag of the pack the phone holds")),
    responses((status = 200, body = FieldPack), (status = 304, description = "unchanged")))]
async fn read_field_pack(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Query(held): Query<Held>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (pack, tag) = app::field_pack::pack(&app, &caller, held.since.as_deref()).await?;
    let tag = format!("\"{tag}\"");
    let unchanged = headers.get(header::IF_NONE_MATCH).is_some_and(|v| v.as_bytes() == tag.as_bytes());
    let mut response =
        if unchanged { StatusCode::NOT_MODIFIED.into_response() } else { axum::Json(pack).into_response() };
    if let Ok(value) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, value);
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    Ok(response)
}

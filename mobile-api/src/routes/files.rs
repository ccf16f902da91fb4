//! Evidence files: sent in parts, read through events.

use crate::extract::{Path, SignedIn};
use crate::problem::{Problem, ProblemBody, UPLOAD_OFFSET};
use app::App;
use app::file::read::Evidence;
use app::file::upload::{self, UploadView};
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use domain::file::{FileHash, MAX_BYTES};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use http_body_util::BodyExt as _;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};
use utoipa_axum::{router::OpenApiRouter, routes};

const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
/// `?1` once the file is kept, a structured boolean (RFC 9651).
const UPLOAD_COMPLETE: HeaderName = HeaderName::from_static("upload-complete");

/// How long one request may take to bring its bytes; what has come by then is kept, and the phone goes on from there.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(read_file, find_upload, send_file))
}

/// How the caller's upload of a file stands.
#[utoipa::path(head, path = "/api/v1/field/files/{sha256}", tag = "field",
    params(("sha256" = FileHash, Path, description = "SHA-256 of the whole file, lower-case hex")),
    responses((status = 200, description = "Upload-Offset and Upload-Length in bytes; Upload-Complete is ?1 once the file is kept"),
        (status = 404, description = "the caller has sent nothing of it")))]
async fn find_upload(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Path(sha256): Path<FileHash>,
) -> Result<Response, Problem> {
    let view = upload::find(&app, &caller, sha256).await?;
    let mut response = StatusCode::OK.into_response();
    told(&mut response, &view);
    Ok(response)
}

/// Sends a file, whole or from where its upload stands. Idempotent: what is kept already is said to be kept.
///
/// JPEG, PNG, WebP or PDF by content, at most 10 MiB, without metadata. A part that is cut is kept as far as it came:
/// ask with HEAD where to go on. The event that names the file may arrive before or after it.
#[utoipa::path(put, path = "/api/v1/field/files/{sha256}", tag = "field",
    params(("sha256" = FileHash, Path, description = "SHA-256 of the whole file, lower-case hex"),
        ("Upload-Offset" = Option<u64>, Header, description = "where this part begins; 0 unless said"),
        ("Upload-Length" = Option<u64>, Header, description = "bytes of the whole file; those of this body unless said")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = UploadView, description = "more is to come, or it was kept before"),
        (status = 201, body = UploadView, description = "kept"),
        (status = 409, body = ProblemBody, description = "the upload stands elsewhere: Upload-Offset says where"),
        (status = 413, body = ProblemBody), (status = 415, body = ProblemBody), (status = 422, body = ProblemBody),
        (status = 429, body = ProblemBody), (status = 503, body = ProblemBody)))]
async fn send_file(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Path(sha256): Path<FileHash>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let size = number(&headers, &header::CONTENT_LENGTH)?;
    let offset = number(&headers, &UPLOAD_OFFSET)?.unwrap_or(0);
    let Some(length) = number(&headers, &UPLOAD_LENGTH)?.or(size.filter(|_| offset == 0)) else {
        return Err(bad("Say the whole length in Upload-Length."));
    };
    let opening = match upload::open(&app, &caller, sha256, offset, length).await {
        Ok(opening) => opening,
        Err(error) => {
            // A phone that is still sending when the connection closes sees a reset and not the answer.
            receive(body, MAX_BYTES).await;
            return Err(error.into());
        }
    };
    let kept_before = opening.is_kept();
    // In a task of its own: when the connection breaks, the request's own future goes with it, and so would the bytes.
    let taking = tokio::spawn(async move {
        let bytes = receive(body, opening.room()).await;
        upload::take(&app, &caller, opening, bytes).await
    });
    let view = taking.await.map_err(|error| app::Error::Internal(format!("upload: {error}")))??;
    let status = if view.complete && !kept_before { StatusCode::CREATED } else { StatusCode::OK };
    let mut response = (status, axum::Json(view)).into_response();
    told(&mut response, &view);
    Ok(response)
}

/// A file, through an event that the caller may see; always a download.
#[utoipa::path(get, path = "/api/v1/field/files/{sha256}", tag = "field",
    params(("sha256" = FileHash, Path, description = "SHA-256 of the file, lower-case hex")),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = 404, body = ProblemBody)))]
async fn read_file(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Path(sha256): Path<FileHash>,
) -> Result<Response, Problem> {
    Ok(download(app::file::read::read(&app, &caller, sha256).await?))
}

/// The bytes as a download that no browser interprets as anything else, wherever it is opened.
fn download(evidence: Evidence) -> Response {
    let name = format!("{}.{}", &evidence.sha256.to_string()[..16], evidence.kind.ending());
    let mut response = evidence.bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(evidence.kind.media_type()));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    let fixed = [
        (header::CACHE_CONTROL, "private, no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The body as far as it comes: to its end, to the cut of the connection, to the end of our patience, or one byte
/// beyond its room.
async fn receive(mut body: Body, room: usize) -> Bytes {
    let until = Instant::now() + PATIENCE;
    let mut bytes = BytesMut::new();
    while let Ok(Some(Ok(frame))) = timeout_at(until, body.frame()).await {
        let Ok(data) = frame.into_data() else { continue };
        bytes.extend_from_slice(&data);
        if bytes.len() > room.min(MAX_BYTES) {
            break;
        }
    }
    bytes.freeze()
}

fn told(response: &mut Response, view: &UploadView) {
    response.headers_mut().insert(UPLOAD_OFFSET, HeaderValue::from(view.offset));
    response.headers_mut().insert(UPLOAD_LENGTH, HeaderValue::from(view.length));
    let complete = HeaderValue::from_static(if view.complete { "?1" } else { "?0" });
    response.headers_mut().insert(UPLOAD_COMPLETE, complete);
}

/// A header of decimal digits, if it is there, and once.
fn number(headers: &HeaderMap, name: &HeaderName) -> Result<Option<u64>, Problem> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let text = value.to_str().unwrap_or_default();
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(number) if digits && values.next().is_none() => Ok(Some(number)),
        _ => Err(bad(&format!("{name} is one whole number of bytes."))),
    }
}

fn bad(detail: &str) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "bad_request", detail)
}

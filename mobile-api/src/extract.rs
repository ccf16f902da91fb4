//! Extractors: JSON bodies with field paths, paths that answer 404, the caller, and same-origin proof for cookies.

use crate::problem::Problem;
use app::{App, Caller, FieldCode, FieldError};
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode, header};
use serde::de::DeserializeOwned;

/// Name of the session cookie on HTTPS; the prefix binds it to this host and path.
pub const COOKIE_HTTPS: &str = "__Host-emanifest";
/// Name of the session cookie on plain HTTP, which only the demo on loopback uses.
pub const COOKIE_HTTP: &str = "emanifest";

/// How JSON writes the character NUL.
const NUL_ESCAPE: &[u8] = b"\\u0000";

/// A JSON body; a type error names the field by its path.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        require_json(request.headers())?;
        let bytes = Bytes::from_request(request, state).await?;
        read_json(&bytes).map(Self)
    }
}

/// Ok when the body says that it is JSON.
///
/// # Errors
/// `unsupported_media_type` otherwise: a form of another site can send text, but not this content type.
pub fn require_json(headers: &HeaderMap) -> Result<(), Problem> {
    let essence =
        headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).and_then(|v| v.split(';').next());
    if essence.is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json")) {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type",
        "Send Content-Type: application/json.",
    ))
}

/// Reads JSON; `bad_json` for what is no JSON, `invalid_fields` with the path for what is JSON of another shape.
///
/// # Errors
/// The problem to answer with.
pub fn read_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // No text of ours holds a NUL, and PostgreSQL could not store one.
    if bytes.windows(NUL_ESCAPE.len()).any(|window| window == NUL_ESCAPE) {
        return Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "bad_json",
            "Leave out the character NUL (\\u0000).",
        ));
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        if inner.is_data() {
            let path = if path == "." { String::new() } else { path };
            let text = inner.to_string();
            let missing = text.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
            let (path, code) = match missing {
                Some(field) if path.is_empty() => (field.to_owned(), FieldCode::Required),
                Some(field) => (format!("{path}.{field}"), FieldCode::Required),
                None => (path, FieldCode::BadFormat),
            };
            Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "invalid_fields",
                "Mend the fields listed in errors and send again.",
            )
            .with_errors(vec![FieldError::new(path, code, text)])
        } else {
            Problem::new(StatusCode::BAD_REQUEST, "bad_json", inner.to_string())
        }
    })?;
    json.end().map_err(|error| Problem::new(StatusCode::BAD_REQUEST, "bad_json", error.to_string()))?;
    Ok(value)
}

/// A path parameter; one that does not parse names nothing and answers 404.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        if parts.uri.path().contains("%00") {
            return Err(app::Error::NotFound.into());
        }
        let axum::extract::Path(value) = axum::extract::Path::<T>::from_request_parts(parts, state).await?;
        Ok(Self(value))
    }
}

/// Query parameters.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        if parts.uri.query().is_some_and(|query| query.contains("%00")) {
            return Err(Problem::new(
                StatusCode::BAD_REQUEST,
                "bad_request",
                "Leave out the character NUL (%00).",
            ));
        }
        let axum::extract::Query(value) = axum::extract::Query::<T>::from_request_parts(parts, state).await?;
        Ok(Self(value))
    }
}

/// The signed-in caller. A handler that does not take it serves the public.
///
/// Programs send `Authorization: Bearer`; the PWA's cookie counts for writes only with a same-origin proof.
#[derive(Debug, Clone)]
pub struct SignedIn(pub Caller);

impl FromRequestParts<App> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let token = token(parts)?.ok_or(app::Error::Unauthenticated)?;
        Ok(Self(app::session::authenticate(app, &token).await?))
    }
}

/// The caller if there is one: public routes show more to those who may see more.
#[derive(Debug, Clone)]
pub struct MaybeSignedIn(pub Option<Caller>);

impl FromRequestParts<App> for MaybeSignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Some(token) = token(parts)? else { return Ok(Self(None)) };
        match app::session::authenticate(app, &token).await {
            Ok(caller) => Ok(Self(Some(caller))),
            Err(app::Error::Unauthenticated) => Ok(Self(None)),
            Err(error) => Err(error.into()),
        }
    }
}

/// A bearer token that is no session's: what it opens says the use-case.
#[derive(Clone)]
pub struct Bearer(pub String);

impl std::fmt::Debug for Bearer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Bearer(…)")
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Bearer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        bearer(&parts.headers)?.map(Self).ok_or_else(|| app::Error::Unauthenticated.into())
    }
}

/// The bearer token of a request; an Authorization header of another kind is refused.
fn bearer(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let bearer = value
        .to_str()
        .ok()
        .and_then(|v| v.split_once(' '))
        .filter(|(kind, _)| kind.eq_ignore_ascii_case("bearer"));
    match bearer {
        Some((_, token)) => Ok(Some(token.trim().to_owned())),
        None => Err(app::Error::Unauthenticated.into()),
    }
}

/// The session token of a request: bearer first, then the cookie.
fn token(parts: &Parts) -> Result<Option<String>, Problem> {
    if let Some(token) = bearer(&parts.headers)? {
        return Ok(Some(token));
    }
    let Some(token) = cookie(&parts.headers) else { return Ok(None) };
    if !matches!(parts.method, Method::GET | Method::HEAD) && !same_origin(&parts.headers) {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "cross_site",
            "Send the request from the application itself.",
        ));
    }
    Ok(Some(token))
}

fn cookie(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(';'))
        .find_map(|pair| {
            let (name, value) = pair.trim().split_once('=')?;
            (name == COOKIE_HTTPS || name == COOKIE_HTTP).then(|| value.to_owned())
        })
}

/// True when the browser itself says that the request comes from our own pages.
fn same_origin(headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin";
    }
    let host = headers.get(header::HOST).and_then(|v| v.to_str().ok());
    let origin = headers.get(header::ORIGIN).and_then(|v| v.to_str().ok());
    match (host, origin.and_then(|o| o.split_once("://"))) {
        (Some(host), Some((_, authority))) => authority.eq_ignore_ascii_case(host),
        _ => false,
    }
}

/// Entity tag of a versioned resource.
#[must_use]
pub fn etag(version: i64) -> String {
    format!("\"{version}\"")
}

/// The version that `If-Match` names, if the header is there and well-formed.
#[must_use]
pub fn if_match(headers: &HeaderMap) -> Option<i64> {
    headers.get(header::IF_MATCH)?.to_str().ok()?.trim_matches('"').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{read_json, same_origin};
    use http::{HeaderMap, HeaderValue};

    #[derive(Debug, serde::Deserialize)]
    #[expect(dead_code, reason = "only its shape is tested")]
    struct Outer {
        lines: Vec<Inner>,
    }

    #[derive(Debug, serde::Deserialize)]
    #[expect(dead_code, reason = "only its shape is tested")]
    struct Inner {
        mass_g: i64,
    }

    #[test]
    fn a_type_error_names_its_path() {
        let problem = read_json::<Outer>(br#"{"lines":[{"mass_g":1},{"mass_g":"x"}]}"#).unwrap_err().body();
        assert_eq!((problem.status, problem.errors[0].path.as_str()), (422, "lines[1].mass_g"));
        let problem = read_json::<Outer>(br#"{"lines":[{}]}"#).unwrap_err().body();
        assert_eq!(problem.errors[0].path, "lines[0].mass_g");
    }

    #[test]
    fn what_is_no_json_is_bad_json_however_deep() {
        assert_eq!(read_json::<Outer>(b"{").unwrap_err().body().code, "bad_json");
        let deep = "[".repeat(100_000);
        assert_eq!(read_json::<serde_json::Value>(deep.as_bytes()).unwrap_err().body().code, "bad_json");
        assert_eq!(read_json::<Outer>(br#"{"lines":[]} x"#).unwrap_err().body().code, "bad_json");
        assert_eq!(read_json::<String>(br#""a\u0000b""#).unwrap_err().body().code, "bad_json");
    }

    #[test]
    fn cookies_count_only_from_our_own_pages() {
        let mut headers = HeaderMap::new();
        assert!(!same_origin(&headers));
        headers.insert("host", HeaderValue::from_static("127.0.0.1:8080"));
        headers.insert("origin", HeaderValue::from_static("http://127.0.0.1:8080"));
        assert!(same_origin(&headers));
        headers.insert("origin", HeaderValue::from_static("http://evil.example"));
        assert!(!same_origin(&headers));
        headers.insert("sec-fetch-site", HeaderValue::from_static("same-origin"));
        assert!(same_origin(&headers));
    }
}

//! Idempotency-Key: extractors that give a use-case the key and the digest of the request it came with.

use crate::extract::read_json;
use crate::problem::Problem;
use app::idempotency::Once;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use domain::seal::key::sha256;
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

/// The key of a request without a body.
#[derive(Debug, Clone)]
pub struct OnceKey(pub Option<Once>);

impl<S: Send + Sync> FromRequestParts<S> for OnceKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let request = format!("{} {}\n", parts.method, parts.uri.path());
        Ok(Self(once(&parts.headers, request.as_bytes())?))
    }
}

/// A JSON body with the key it came with.
#[derive(Debug, Clone)]
pub struct OnceJson<T> {
    /// The body.
    pub value: T,
    /// The key, if there is one.
    pub once: Option<Once>,
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for OnceJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        crate::extract::require_json(request.headers())?;
        let headers = request.headers().clone();
        let mut signed = format!("{} {}\n", request.method(), request.uri().path()).into_bytes();
        let body = Bytes::from_request(request, state).await?;
        signed.extend_from_slice(&body);
        Ok(Self { value: read_json(&body)?, once: once(&headers, &signed)? })
    }
}

fn once(headers: &HeaderMap, request: &[u8]) -> Result<Option<Once>, Problem> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    match value.to_str() {
        Ok(key) if (1..=200).contains(&key.len()) => {
            Ok(Some(Once { key: key.to_owned(), request_digest: sha256(request) }))
        }
        _ => Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "bad_request",
            "Idempotency-Key is 1 to 200 visible characters.",
        )),
    }
}

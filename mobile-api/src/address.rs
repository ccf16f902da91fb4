//! The address a request comes from, for login delays.

use crate::problem::Problem;
use axum::extract::{ConnectInfo, FromRequestParts};
use http::request::Parts;
use std::net::SocketAddr;

/// The peer's address as text; `unknown` where the listener does not tell (in-process tests).
///
/// Forwarded headers are not read: a trusted proxy is a later setting, and believing them from anybody would let an
/// attacker choose a fresh address for each attempt.
#[derive(Debug, Clone)]
pub struct Address(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Address {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let info = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Ok(Self(info.map_or_else(|| "unknown".to_owned(), |ConnectInfo(address)| address.ip().to_string())))
    }
}

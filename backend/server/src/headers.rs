//! Headers that every answer carries, and the Host rule of the demo.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use mobile_api::problem::Problem;
use std::net::Ipv4Addr;

/// Adds the security headers that hold for pages and programs alike.
pub async fn secure(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let fixed: [(HeaderName, &'static str); 5] = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(self), geolocation=(self), microphone=()"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // JSON and problems are private unless a route says otherwise.
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    }
    response
}

/// What the demo answers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DemoReach {
    /// Only this machine: a Host that is not loopback and any Forwarded header are refused.
    Loopback,
    /// The local network, by `--lan`: the Host is a private address; any Forwarded header is refused.
    Lan,
}

/// Refuses a demo that somebody put behind a proxy or a name: its secrets lie in a file.
pub async fn demo_only_here(State(reach): State<DemoReach>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let forwarded = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip"];
    let host = headers.get(header::HOST).and_then(|v| v.to_str().ok()).or_else(|| request.uri().host());
    let reaches = match reach {
        DemoReach::Loopback => is_loopback,
        DemoReach::Lan => is_near,
    };
    if forwarded.iter().any(|name| headers.contains_key(*name)) || !host.is_some_and(reaches) {
        let detail = match reach {
            DemoReach::Loopback => {
                "The demo answers on 127.0.0.1 and localhost only; start it with --lan for phones nearby."
            }
            DemoReach::Lan => "The demo answers on a private address of the local network only.",
        };
        return Problem::new(StatusCode::FORBIDDEN, "forbidden", detail).into_response();
    }
    next.run(request).await
}

fn name(host: &str) -> &str {
    match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    }
}

/// True for a literal address that is not routed on the internet: a name could be anybody's (DNS rebinding).
fn is_near(host: &str) -> bool {
    name(host)
        .parse::<Ipv4Addr>()
        .is_ok_and(|ip| ip.is_private() || ip.is_link_local() || ip.is_loopback() || ip.is_documentation())
}

fn is_loopback(host: &str) -> bool {
    let name = name(host);
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::{is_loopback, is_near};

    #[test]
    fn only_loopback_names_count() {
        for host in ["127.0.0.1:8080", "localhost", "LOCALHOST:1", "[::1]:8080"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["192.168.1.2:8080", "example.vn", "127.0.0.1.example.vn", "[2001:db8::1]", ""] {
            assert!(!is_loopback(host), "{host}");
        }
    }

    #[test]
    fn only_private_addresses_are_near() {
        for host in ["192.168.1.7:8443", "10.0.0.2", "172.20.10.3:8443"] {
            assert!(is_near(host), "{host}");
        }
        for host in ["8.8.8.8", "example.vn", "192.168.1.7.example.vn", "172.32.0.1:8443", ""] {
            assert!(!is_near(host), "{host}");
        }
    }
}

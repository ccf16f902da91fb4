//! The PWA inside the binary: static files with the right types, caching and a strict content security policy.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, Uri, header};
use rust_embed::{EmbeddedFile, RustEmbed};

/// Built by `npm run build` in `pwa/`; a build without it serves an explanation instead.
#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../pwa/dist"]
#[allow_missing = true]
struct Files;

/// Held by a test and by the PWA's own checks: no inline script, no foreign host, Trusted Types. The two hashes are the
/// style sheets that the chart library puts into its pictures; no other inline style is let through.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' \
    'sha256-rCZUQsEQJf1DmnfnMZmlj08XC7qbIZySA6bEtitbQ00=' 'sha256-jSYQUrW7J0b3jPqhZP9C2Xh1PyJKHKXd4s0fpGGKrww='; \
    img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; media-src 'self' blob:; \
    font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'";

/// Serves a file of the PWA, or its shell for every screen's path.
pub async fn serve(uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    if let Some(file) = Files::get(path).filter(|_| !path.is_empty()) {
        return respond(path, file);
    }
    // A missing asset must not answer with the shell: the service worker would cache it as the asset.
    if path.starts_with("assets/") || path.rsplit('/').next().is_some_and(|name| name.contains('.')) {
        return StatusCode::NOT_FOUND.into_response();
    }
    match Files::get("index.html") {
        Some(file) => respond("index.html", file),
        None => (StatusCode::SERVICE_UNAVAILABLE, "The PWA is not part of this build: run scripts/run.")
            .into_response(),
    }
}

fn respond(path: &str, file: EmbeddedFile) -> Response {
    let mut response = Body::from(file.data.into_owned()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(path)));
    // Hashed assets never change; everything else is asked for again so that an update arrives.
    let caching =
        if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    let tag = data_encoding::HEXLOWER.encode(&file.metadata.sha256_hash()[..16]);
    if let Ok(value) = HeaderValue::from_str(&format!("\"{tag}\"")) {
        headers.insert(header::ETAG, value);
    }
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}

fn content_type(path: &str) -> &'static str {
    // Browsers refuse modules and wasm of any other type; the guess for .mjs differs between systems.
    match path.rsplit('.').next() {
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("webmanifest") => "application/manifest+json",
        Some("html") => "text/html; charset=utf-8",
        _ => mime_guess::from_path(path).first_raw().unwrap_or("application/octet-stream"),
    }
}

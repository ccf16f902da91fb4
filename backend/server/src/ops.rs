//! Health, metrics and request logs.

use crate::compose;
use crate::config::Config;
use crate::doctor::{self, Light};
use app::App;
use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderValue, StatusCode, header};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Routes for whoever runs the server.
pub fn router() -> Router<App> {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
}

/// The process answers.
async fn healthz() -> &'static str {
    "ok"
}

/// The database answers too.
async fn readyz(State(app): State<App>) -> Response {
    let answer = async {
        let mut tx = app.db.read("ops.readyz").await?;
        store::meta::epoch(&mut tx).await
    };
    match answer.await {
        Ok(epoch) => format!("ready, epoch {epoch}").into_response(),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer").into_response()
        }
    }
}

async fn metrics() -> Response {
    let text = recorder().map(PrometheusHandle::render).unwrap_or_default();
    ([(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; version=0.0.4"))], text).into_response()
}

/// How often the installation is examined.
const EXAMINE_EVERY: Duration = Duration::from_secs(600);

/// Examines the installation from time to time: `doctor_light` is 0 green, 1 yellow, 2 red for each check, and what is
/// not green is logged with what to do, so that a certificate's or key's end is known a month before.
pub async fn watch(config: Config) {
    let mut told = Vec::new();
    let mut clock = tokio::time::interval(EXAMINE_EVERY);
    loop {
        clock.tick().await;
        let checks = doctor::examine(&config, compose::now()).await;
        for check in &checks {
            let light = match check.light {
                Light::Green => 0.0,
                Light::Yellow => 1.0,
                Light::Red => 2.0,
            };
            metrics::gauge!("doctor_light", "check" => check.name).set(light);
            let to_do = check.to_do.as_ref().map_or("", |to_do| to_do.en.as_str());
            if check.light != Light::Green && !told.contains(&(check.name, check.light)) {
                tracing::warn!(
                    check = check.name,
                    seen = check.seen.en,
                    to_do,
                    "the installation needs its operator"
                );
            }
        }
        told = checks.iter().map(|check| (check.name, check.light)).collect();
    }
}

/// The process-wide metrics recorder, installed at first use.
pub fn recorder() -> Option<&'static PrometheusHandle> {
    static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    RECORDER.get_or_init(|| PrometheusBuilder::new().install_recorder().ok()).as_ref()
}

/// Logs and measures each request by its route, never by its path: paths can hold codes and plates.
pub async fn trace(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("other", MatchedPath::as_str).to_owned();
    let response = next.run(request).await;
    let (status, seconds) = (response.status().as_u16(), started.elapsed().as_secs_f64());
    let labels = [("method", method.to_string()), ("route", route.clone()), ("status", status.to_string())];
    metrics::histogram!("http_request_seconds", &labels).record(seconds);
    if status >= 500 {
        tracing::warn!(http.method = %method, http.route = route, http.status = status, seconds, "request failed");
    } else {
        tracing::debug!(http.method = %method, http.route = route, http.status = status, seconds, "request");
    }
    response
}

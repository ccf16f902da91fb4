//! The stream that tells an open page that something changed (server-sent events).

use crate::extract::SignedIn;
use crate::problem::{Problem, ProblemBody};
use app::App;
use app::live::{Event, Stream};
use axum::extract::State;
use axum::response::sse;
use axum::response::{IntoResponse, Response, Sse};
use futures_util::stream::unfold;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use std::convert::Infallible;
use std::time::Duration;
use utoipa_axum::{router::OpenApiRouter, routes};

/// How long a browser waits before it comes again.
const RETRY: Duration = Duration::from_secs(5);

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(open_stream))
}

/// Events for the caller, as server-sent events: `hello` with the number of unread notices, `notice` with a notice,
/// `changed` with the ids of manifests that changed (or `more`: look at everything), `superseded` before the server
/// ends the oldest of too many streams. Comments in between show that it lives; it ends with the session.
#[utoipa::path(get, path = "/api/v1/stream", tag = "notices",
    params(("Last-Event-ID" = Option<String>, Header, description = "id of the last event the client had: it hears what it missed, perhaps twice")),
    responses((status = 200, body = String, content_type = "text/event-stream"), (status = 401, body = ProblemBody)))]
async fn open_stream(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let stream = app::live::open(&app, caller, last).await?;
    let events = unfold(stream, async |mut stream: Stream| {
        let event = stream.next().await?;
        Some((Ok::<_, Infallible>(written(event)), stream))
    });
    let mut response = Sse::new(events).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    // A proxy that gathers an answer before passing it on would hold everything back.
    response
        .headers_mut()
        .insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(response)
}

fn written(event: Event) -> sse::Event {
    match event {
        Event::Heartbeat => sse::Event::default().comment(""),
        Event::Message { id, name, data } => {
            let event = sse::Event::default().event(name).data(data.to_string());
            let event = if name == "hello" { event.retry(RETRY) } else { event };
            match id {
                Some(id) => event.id(id),
                None => event,
            }
        }
    }
}

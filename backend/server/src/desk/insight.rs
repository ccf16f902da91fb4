//! What waits, what looks wrong, how much there is, and where.

use app::App;
use app::finding::FindingQuery;
use app::inbox::InboxView;
use app::manifest::view::FindingView;
use app::page::Page;
use app::stats::{
    Cross, CrossQuery, Groups, GroupsQuery, StatsFilter, Summary, SummaryQuery, Totals, Trend, TrendQuery,
};
use axum::Json as Answer;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use mobile_api::extract::{Query, SignedIn};
use mobile_api::problem::{Problem, ProblemBody};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(read_inbox))
        .routes(routes!(list_findings))
        .routes(routes!(read_summary))
        .routes(routes!(read_totals))
        .routes(routes!(read_trend))
        .routes(routes!(list_groups))
        .routes(routes!(read_cross))
        .routes(routes!(map_sites))
        .routes(routes!(map_provinces))
        .routes(routes!(map_roads))
}

/// Whose turn is it: what waits for the caller.
#[utoipa::path(get, path = "/api/v1/inbox", tag = "insight", responses((status = 200, body = InboxView)))]
async fn read_inbox(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
) -> Result<Answer<InboxView>, Problem> {
    Ok(Answer(app::inbox::list(&app, &caller).await?))
}

/// Findings of the manifests the caller may see, newest first.
#[utoipa::path(get, path = "/api/v1/findings", tag = "insight", params(FindingQuery),
    responses((status = 200, body = Page<FindingView>), (status = 422, body = ProblemBody)))]
async fn list_findings(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Query(query): Query<FindingQuery>,
) -> Result<Answer<Page<FindingView>>, Problem> {
    Ok(Answer(app::finding::list(&app, &caller, query).await?))
}

/// Loads and masses by one dimension.
#[utoipa::path(get, path = "/api/v1/stats/summary", tag = "insight", params(SummaryQuery),
    responses((status = 200, body = Summary), (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn read_summary(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Query(query): Query<SummaryQuery>,
) -> Result<Answer<Summary>, Problem> {
    Ok(Answer(app::stats::summary(&app, &caller, query).await?))
}

/// Figures of what is asked for, beside those of the same days a year before.
#[utoipa::path(get, path = "/api/v1/stats/totals", tag = "insight", params(StatsFilter),
    responses((status = 200, body = Totals), (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn read_totals(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Query(filter): Query<StatsFilter>,
) -> Result<Answer<Totals>, Problem> {
    Ok(Answer(app::stats::totals(&app, &caller, filter).await?))
}

/// Figures by day, month or year, each beside that of a year before.
#[utoipa::path(get, path = "/api/v1/stats/trend", tag = "insight", params(StatsFilter, TrendQuery),
    responses((status = 200, body = Trend), (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn read_trend(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Query(filter): Query<StatsFilter>,
    Query(query): Query<TrendQuery>,
) -> Result<Answer<Trend>, Problem> {
    Ok(Answer(app::stats::trend(&app, &caller, filter, query).await?))
}

/// Figures by one dimension; with an order and a limit, the list of the most.
#[utoipa::path(get, path = "/api/v1/stats/groups", tag = "insight", params(StatsFilter, GroupsQuery),
    responses((status = 200, body = Groups), (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn list_groups(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Query(filter): Query<StatsFilter>,
    Query(query): Query<GroupsQuery>,
) -> Result<Answer<Groups>, Problem> {
    Ok(Answer(app::stats::groups(&app, &caller, filter, query).await?))
}

/// Figures by any two dimensions; province by destination are the flows.
#[utoipa::path(get, path = "/api/v1/stats/cross", tag = "insight", params(StatsFilter, CrossQuery),
    responses((status = 200, body = Cross), (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn read_cross(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Query(filter): Query<StatsFilter>,
    Query(query): Query<CrossQuery>,
) -> Result<Answer<Cross>, Problem> {
    Ok(Answer(app::stats::cross(&app, &caller, filter, query).await?))
}

/// Sites with last scan, open findings and waiting loads, as GeoJSON points.
#[utoipa::path(get, path = "/api/v1/map/sites", tag = "insight",
    responses((status = 200, body = Object, content_type = "application/geo+json"), (status = 403, body = ProblemBody)))]
async fn map_sites(State(app): State<App>, SignedIn(caller): SignedIn) -> Result<Response, Problem> {
    let layer = app::map::sites(&app, &caller).await?;
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static("application/geo+json"))], layer.to_string())
        .into_response())
}

/// Outlines of the provinces as TopoJSON, for display only.
#[utoipa::path(get, path = "/api/v1/map/provinces", tag = "insight", responses((status = 200, body = Object)))]
async fn map_provinces(SignedIn(_caller): SignedIn) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=86400")),
    ];
    (headers, app::map::PROVINCES).into_response()
}

/// Roads drawn behind the demo, as GeoJSON.
#[utoipa::path(get, path = "/api/v1/map/roads", tag = "insight",
    responses((status = 200, body = Object, content_type = "application/geo+json")))]
async fn map_roads(State(app): State<App>, SignedIn(_caller): SignedIn) -> Result<Response, Problem> {
    let layer = app::map::roads(&app)?;
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static("application/geo+json"))], layer.to_string())
        .into_response())
}

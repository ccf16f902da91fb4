//! Permits, vehicles, named routes, waste codes.

use app::App;
use app::page::{Page, PageQuery};
use app::registry::RegistryQuery;
use app::registry::permits::{NewPermit, PermitView};
use app::registry::routes::{NamedRouteView, NewRoute};
use app::registry::vehicles::{NewVehicle, VehicleView};
use app::registry::waste_codes::{Imported, UnlistedCodeView, WasteCodeQuery, WasteCodeView};
use app::trip::TripView;
use axum::Json as Answer;
use axum::body::Bytes;
use axum::extract::State;
use http::{HeaderMap, StatusCode, header};
use mobile_api::extract::{Json, Query, SignedIn};
use mobile_api::problem::{Problem, ProblemBody};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_permits, create_permit))
        .routes(routes!(list_vehicles, create_vehicle))
        .routes(routes!(list_routes, create_route))
        .routes(routes!(list_trips))
        .routes(routes!(list_waste_codes))
        .routes(routes!(list_unlisted_waste_codes))
        .routes(routes!(import_waste_codes))
}

/// Permits of an organisation.
#[utoipa::path(get, path = "/api/v1/permits", tag = "registry", params(RegistryQuery),
    responses((status = 200, body = Page<PermitView>), (status = 422, body = ProblemBody)))]
async fn list_permits(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Query(query): Query<RegistryQuery>,
) -> Result<Answer<Page<PermitView>>, Problem> {
    Ok(Answer(app::registry::permits::list(&app, &caller, query).await?))
}

/// Registers a permit; for authorities.
#[utoipa::path(post, path = "/api/v1/permits", tag = "registry", request_body = NewPermit,
    responses((status = 201, body = PermitView), (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn create_permit(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Json(input): Json<NewPermit>,
) -> Result<(StatusCode, Answer<PermitView>), Problem> {
    Ok((StatusCode::CREATED, Answer(app::registry::permits::create(&app, &caller, input).await?)))
}

/// Vehicles, by plate.
#[utoipa::path(get, path = "/api/v1/vehicles", tag = "registry", params(RegistryQuery),
    responses((status = 200, body = Page<VehicleView>), (status = 422, body = ProblemBody)))]
async fn list_vehicles(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Query(query): Query<RegistryQuery>,
) -> Result<Answer<Page<VehicleView>>, Problem> {
    Ok(Answer(app::registry::vehicles::list(&app, &caller, query).await?))
}

/// Registers a vehicle of the caller's carrier.
#[utoipa::path(post, path = "/api/v1/vehicles", tag = "registry", request_body = NewVehicle,
    responses((status = 201, body = VehicleView), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
    (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn create_vehicle(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Json(input): Json<NewVehicle>,
) -> Result<(StatusCode, Answer<VehicleView>), Problem> {
    Ok((StatusCode::CREATED, Answer(app::registry::vehicles::create(&app, &caller, input).await?)))
}

/// Trips planned or under way, newest first; one is made by itself for a single manifest.
#[utoipa::path(get, path = "/api/v1/trips", tag = "registry", params(PageQuery),
    responses((status = 200, body = Page<TripView>), (status = 422, body = ProblemBody)))]
async fn list_trips(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Query(page): Query<PageQuery>,
) -> Result<Answer<Page<TripView>>, Problem> {
    Ok(Answer(app::trip::list(&app, &caller, page).await?))
}

/// Named routes of a carrier.
#[utoipa::path(get, path = "/api/v1/routes", tag = "registry", params(RegistryQuery),
    responses((status = 200, body = Page<NamedRouteView>), (status = 422, body = ProblemBody)))]
async fn list_routes(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Query(query): Query<RegistryQuery>,
) -> Result<Answer<Page<NamedRouteView>>, Problem> {
    Ok(Answer(app::registry::routes::list(&app, &caller, query).await?))
}

/// Registers a route of the caller's carrier; the same name again makes a new version.
#[utoipa::path(post, path = "/api/v1/routes", tag = "registry", request_body = NewRoute,
    responses((status = 201, body = NamedRouteView), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn create_route(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Json(input): Json<NewRoute>,
) -> Result<(StatusCode, Answer<NamedRouteView>), Problem> {
    Ok((StatusCode::CREATED, Answer(app::registry::routes::create(&app, &caller, input).await?)))
}

/// Waste codes by words or digits.
#[utoipa::path(get, path = "/api/v1/waste-codes", tag = "registry", params(WasteCodeQuery),
    responses((status = 200, body = Page<WasteCodeView>), (status = 400, body = ProblemBody)))]
async fn list_waste_codes(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Query(query): Query<WasteCodeQuery>,
) -> Result<Answer<Page<WasteCodeView>>, Problem> {
    Ok(Answer(app::registry::waste_codes::search(&app, &caller, query).await?))
}

/// Codes that declarants typed because the list lacks them; for authorities.
#[utoipa::path(get, path = "/api/v1/waste-codes/unlisted", tag = "registry",
    responses((status = 200, body = Page<UnlistedCodeView>), (status = 403, body = ProblemBody)))]
async fn list_unlisted_waste_codes(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
) -> Result<Answer<Page<UnlistedCodeView>>, Problem> {
    Ok(Answer(app::registry::waste_codes::unlisted(&app, &caller).await?))
}

/// Imports the official 8-column sheet as CSV; all of it or nothing. For authorities.
#[utoipa::path(post, path = "/api/v1/waste-codes/import", tag = "registry", request_body(content = String, content_type = "text/csv"),
    responses((status = 200, body = Imported), (status = 403, body = ProblemBody), (status = 415, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn import_waste_codes(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    headers: HeaderMap,
    sheet: Bytes,
) -> Result<Answer<Imported>, Problem> {
    let is_csv =
        headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/csv"));
    if !is_csv {
        let detail = "Send Content-Type: text/csv.";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail));
    }
    Ok(Answer(app::registry::waste_codes::import(&app, &caller, &sheet).await?))
}

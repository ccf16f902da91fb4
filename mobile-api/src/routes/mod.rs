//! The routes phones and programs call, one file per noun. Each handler extracts, calls one use-case, converts.

pub mod devices;
pub mod field;
pub mod files;
pub mod inspections;
pub mod links;
pub mod manifests;
pub mod notices;
pub mod push;
pub mod scales;
pub mod session;
pub mod stream;
pub mod verify;

use app::App;
use utoipa_axum::router::OpenApiRouter;

/// Every route of this crate, with its place in the OpenAPI document.
#[must_use]
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(session::router())
        .merge(devices::router())
        .merge(manifests::router())
        .merge(field::router())
        .merge(files::router())
        .merge(scales::router())
        .merge(inspections::router())
        .merge(verify::router())
        .merge(notices::router())
        .merge(push::router())
        .merge(links::router())
        .merge(stream::router())
}

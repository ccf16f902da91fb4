//! Routes of the offices: registry, inbox, findings, statistics, map. One file per noun, as in the layers below.

mod agreements;
mod insight;
mod organisations;
mod people;
mod registry;
mod sites;

use app::App;
use utoipa_axum::router::OpenApiRouter;

/// Every office route, with its place in the OpenAPI document.
#[must_use]
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(agreements::router())
        .merge(organisations::router())
        .merge(people::router())
        .merge(registry::router())
        .merge(sites::router())
        .merge(insight::router())
}

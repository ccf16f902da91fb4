//! Trips: one vehicle, its driver, its manifests. A trip is made by itself for a single manifest.

use crate::app::App;
use crate::caller::Caller;
use crate::error::Result;
use crate::manifest::load::{self, Names};
use crate::manifest::view::{ManifestSummary, PersonBrief};
use crate::page::{Page, PageQuery};
use domain::id::{OrganisationId, TripId};
use domain::manifest::ManifestState;
use domain::plate::Plate;
use serde::Serialize;
use store::manifests::{Filter, list as list_manifests};

/// A trip that is planned or under way.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct TripView {
    /// Its id.
    pub id: TripId,
    /// Who moves.
    pub carrier_id: OrganisationId,
    /// Plate expected now.
    pub plate: Option<Plate>,
    /// Driver expected now.
    pub driver: Option<PersonBrief>,
    /// Its manifests.
    pub manifests: Vec<ManifestSummary>,
}

/// Open trips of the manifests the caller may see, newest first.
///
/// # Errors
/// [`crate::Error::Fields`] for a malformed cursor.
pub async fn list(app: &App, caller: &Caller, page: PageQuery) -> Result<Page<TripView>> {
    let page = page.store()?;
    let mut tx = app.db.read("trip.list").await?;
    let viewer = load::viewer(&mut tx, caller).await?;
    let open = [
        ManifestState::Proposed,
        ManifestState::Issued,
        ManifestState::InTransit,
        ManifestState::Stored,
        ManifestState::Arrived,
    ];
    let filter = Filter { viewer: Some(&viewer), states: open.to_vec(), ..Filter::default() };
    let listing = list_manifests(&mut tx, &filter, &page).await?;
    let names = Names::load(&mut tx, &listing.items).await?;
    drop(tx);
    crate::manifest::show::log_looks(app, caller, &listing.items, "listed").await?;
    let mut trips: Vec<TripView> = Vec::new();
    for row in &listing.items {
        let summary = names.summary(row);
        match trips.iter_mut().find(|trip| trip.id == row.trip_id) {
            Some(trip) => trip.manifests.push(summary),
            None => trips.push(TripView {
                id: row.trip_id,
                carrier_id: row.carrier_id,
                plate: summary.expected_plate.clone(),
                driver: summary.driver.clone(),
                manifests: vec![summary],
            }),
        }
    }
    Ok(Page { items: trips, next_cursor: listing.next.map(|cursor| cursor.to_string()) })
}

//! Lists of manifests.

use super::load::{self, Names};
use super::view::ManifestSummary;
use crate::app::App;
use crate::caller::Caller;
use crate::error::{Error, FieldCode, Result};
use crate::page::{Page, store_page};
use crate::registry::RegistryQuery;
use chrono::{DateTime, Days, NaiveDate, Utc};
use domain::custody::finding::FindingCode;
use domain::id::OrganisationId;
use domain::manifest::{ManifestState, Side};
use domain::party::Role;
use domain::plate::Plate;
use domain::time::day_start;
use serde::{Deserialize, Serialize};
use store::manifests::{Filter, Viewer, list as list_rows, list_by_plate};

/// Which manifests; everything may be left out.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ManifestQuery {
    /// One state, or several with commas.
    pub state: Option<String>,
    /// Words to find in numbers, names, plates and codes; accents and case ignored.
    pub q: Option<String>,
    /// First day of the load (Hà Nội), YYYY-MM-DD.
    pub from: Option<NaiveDate>,
    /// Last day of the load.
    pub to: Option<NaiveDate>,
    /// First day of the issue (Hà Nội): what statistics count by.
    pub issued_from: Option<NaiveDate>,
    /// Last day of the issue.
    pub issued_to: Option<NaiveDate>,
    /// true: issued at all, void afterwards or not.
    pub issued: Option<bool>,
    /// Province of the generator's site; empty: in none that is known.
    pub province: Option<String>,
    /// Province of the facility's site; empty: in none that is known.
    pub destination: Option<String>,
    /// Six-digit waste code.
    pub waste_code: Option<String>,
    /// Group of waste codes, two digits.
    pub waste_group: Option<String>,
    /// Treatment method of a line.
    pub method: Option<String>,
    /// Generator.
    pub generator_id: Option<OrganisationId>,
    /// Carrier.
    pub carrier_id: Option<OrganisationId>,
    /// Facility.
    pub facility_id: Option<OrganisationId>,
    /// true: arrived after the planned delivery.
    pub late: Option<bool>,
    /// true: a line was received outside the tolerance of its declared mass.
    pub discrepant: Option<bool>,
    /// A code of an open finding, or `any`.
    pub finding: Option<String>,
    /// Cursor from the last page.
    pub cursor: Option<String>,
    /// Items wanted, 1 to 500.
    pub limit: Option<i64>,
}

/// What an inspector finds on a plate.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PlateLook {
    /// Time of the answer: the primary store was read then.
    pub as_of: DateTime<Utc>,
    /// Newest first.
    pub items: Vec<ManifestSummary>,
}

impl ManifestQuery {
    /// The store's filter, for this viewer.
    pub(crate) fn filter<'a>(&'a self, viewer: &'a Viewer) -> Result<Filter<'a>> {
        let states = self
            .state
            .iter()
            .flat_map(|states| states.split(','))
            .map(|state| {
                let known = state.trim().parse::<ManifestState>();
                known.map_err(|_| {
                    Error::field("state", FieldCode::Unknown, "Use the states listed in the documentation.")
                })
            })
            .collect::<Result<Vec<_>>>()?;
        let any = self.finding.as_deref() == Some("any");
        let finding: Option<FindingCode> =
            RegistryQuery::word(self.finding.as_ref().filter(|_| !any), "finding")?;
        Ok(Filter {
            viewer: Some(viewer),
            states,
            parties: [
                (Side::Generator, self.generator_id),
                (Side::Carrier, self.carrier_id),
                (Side::Facility, self.facility_id),
            ]
            .into_iter()
            .filter_map(|(side, id)| Some((side, id?)))
            .collect(),
            query: self.q.as_deref(),
            from: self.from,
            to: self.to,
            issued: self.issued.unwrap_or(false),
            issued_from: self.issued_from.map(day_start),
            issued_before: self.issued_to.and_then(|day| day.checked_add_days(Days::new(1))).map(day_start),
            province: self.province.as_deref(),
            destination: self.destination.as_deref(),
            waste_code: self.waste_code.as_deref(),
            waste_group: self.waste_group.as_deref(),
            method: RegistryQuery::word(self.method.as_ref(), "method")?,
            late: self.late.unwrap_or(false),
            discrepant: self.discrepant.unwrap_or(false),
            finding,
            with_open_findings: any,
        })
    }
}

/// Manifests the caller may see, newest first.
///
/// # Errors
/// [`Error::Fields`] for unknown words in the query.
pub async fn list(app: &App, caller: &Caller, query: ManifestQuery) -> Result<Page<ManifestSummary>> {
    let page = store_page(query.cursor.as_deref(), query.limit)?;
    let mut tx = app.db.read("manifest.list").await?;
    let viewer = load::viewer(&mut tx, caller).await?;
    let listing = list_rows(&mut tx, &query.filter(&viewer)?, &page).await?;
    let names = Names::load(&mut tx, &listing.items).await?;
    drop(tx);
    let how = if query.q.is_some() { "searched" } else { "listed" };
    super::show::log_looks(app, caller, &listing.items, how).await?;
    Ok(Page::of(listing, |row| names.summary(&row)))
}

/// Manifests on a plate; spaces, dots and case do not matter.
///
/// # Errors
/// [`Error::Forbidden`] for everybody but inspectors and authorities.
pub async fn by_plate(app: &App, caller: &Caller, plate: &str) -> Result<PlateLook> {
    caller.require_any(&[Role::Inspector, Role::Authority])?;
    let mut tx = app.db.read("manifest.by_plate").await?;
    let as_of = app.now();
    let mut rows = list_by_plate(&mut tx, &Plate(plate.to_owned()).normal(), 100).await?;
    let viewer = load::viewer(&mut tx, caller).await?;
    rows.retain(|row| load::sees(&viewer, row));
    let names = Names::load(&mut tx, &rows).await?;
    drop(tx);
    super::show::log_looks(app, caller, &rows, "plate").await?;
    Ok(PlateLook { as_of, items: rows.iter().map(|row| names.summary(row)).collect() })
}

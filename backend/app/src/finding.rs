//! Findings across manifests: what looks wrong and is not yet answered.

use crate::app::App;
use crate::caller::Caller;
use crate::error::Result;
use crate::manifest::load::viewer;
use crate::manifest::view::FindingView;
use crate::page::{Page, store_page};
use crate::registry::RegistryQuery;
use crate::sets::distinct;
use serde::Deserialize;
use std::collections::HashMap;
use store::{findings, manifests};

/// Which findings; everything may be left out.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FindingQuery {
    /// open, withdrawn or closed.
    #[param(value_type = Option<String>)]
    pub status: Option<findings::Status>,
    /// A code.
    pub code: Option<String>,
    /// info, warning or violation.
    pub severity: Option<String>,
    /// Cursor from the last page.
    pub cursor: Option<String>,
    /// Items wanted, 1 to 500.
    pub limit: Option<i64>,
}

/// Findings of the manifests the caller may see, newest first.
///
/// # Errors
/// [`crate::Error::Fields`] for unknown words in the query.
pub async fn list(app: &App, caller: &Caller, query: FindingQuery) -> Result<Page<FindingView>> {
    let page = store_page(query.cursor.as_deref(), query.limit)?;
    let mut tx = app.db.read("finding.list").await?;
    let viewer = viewer(&mut tx, caller).await?;
    let of = manifests::Filter { viewer: Some(&viewer), ..manifests::Filter::default() };
    let filter = findings::Filter {
        status: query.status,
        code: RegistryQuery::word(query.code.as_ref(), "code")?,
        severity: RegistryQuery::word(query.severity.as_ref(), "severity")?,
        manifests: Some(&of),
    };
    let listing = findings::list(&mut tx, &filter, &page).await?;
    let ids = distinct(listing.items.iter().filter_map(|finding| finding.manifest_id));
    let numbers: HashMap<_, _> =
        manifests::find_many(&mut tx, &ids).await?.into_iter().map(|row| (row.id, row.number)).collect();
    Ok(Page::of(listing, |row| {
        let number = row.manifest_id.and_then(|id| numbers.get(&id).cloned().flatten());
        crate::manifest::history::finding_view(row, number)
    }))
}

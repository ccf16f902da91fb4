//! The registry: who and what may appear on a manifest. One file per noun.

pub mod organisations;
pub mod people;
pub mod permits;
pub mod provinces;
pub mod routes;
pub mod shape;
pub mod sites;
pub mod vehicles;
pub mod waste_codes;

use crate::app::App;
use crate::caller::Caller;
use crate::error::Result;
use domain::id::OrganisationId;
use serde::Deserialize;
use store::Tx;

/// Filters shared by registry lists.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RegistryQuery {
    /// Only of this organisation.
    pub organisation_id: Option<OrganisationId>,
    /// Only of this kind.
    pub kind: Option<String>,
    /// Only people with this role.
    pub role: Option<String>,
    /// Words to find, accents and case ignored.
    pub q: Option<String>,
    /// Cursor from the last page.
    pub cursor: Option<String>,
    /// Items wanted, 1 to 500.
    pub limit: Option<i64>,
}

impl RegistryQuery {
    pub(crate) fn page(&self) -> Result<store::Page> {
        crate::page::store_page(self.cursor.as_deref(), self.limit)
    }

    /// Reads the kind filter as one of a closed list; an unknown word finds nothing rather than everything.
    pub(crate) fn word<T: std::str::FromStr>(text: Option<&String>, path: &str) -> Result<Option<T>> {
        text.map(|t| {
            t.parse().map_err(|_| {
                crate::Error::field(
                    path,
                    crate::FieldCode::Unknown,
                    "Use one of the words listed in the documentation.",
                )
            })
        })
        .transpose()
    }
}

/// Writes the audit line of a change, in the same transaction.
pub(crate) async fn audit(
    app: &App,
    tx: &mut Tx,
    caller: &Caller,
    organisation_id: Option<OrganisationId>,
    action: &str,
    subject: &str,
) -> Result<()> {
    store::audit::insert(
        tx,
        &store::audit::Entry {
            id: app.new_id()?,
            at: app.now(),
            person_id: Some(caller.person_id),
            organisation_id,
            action: action.to_owned(),
            subject: subject.to_owned(),
            detail: String::new(),
        },
    )
    .await?;
    Ok(())
}

//! Who may see a manifest: the same rule as the store's lists, for a row at hand.

use domain::custody::folded::Folded;
use domain::id::{ManifestId, OrganisationId, PersonId};
use domain::manifest::ManifestState;
use store::manifests::{Manifest, Viewer};

/// What decides who may see a manifest.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Sight {
    /// The manifest.
    pub(crate) manifest_id: ManifestId,
    /// While it is a draft: the only organisation that sees it.
    draft_of: Option<OrganisationId>,
    parties: [OrganisationId; 3],
    driver: Option<PersonId>,
    provinces: [Option<String>; 2],
}

impl Sight {
    /// Of a row as it stands.
    pub(crate) fn of(row: &Manifest) -> Self {
        Self::with(row, row.state, row.expected_driver_id)
    }

    /// Of a row as a fold leaves it.
    pub(crate) fn after(row: &Manifest, folded: &Folded) -> Self {
        Self::with(row, folded.state(), folded.expected_driver)
    }

    fn with(row: &Manifest, state: ManifestState, driver: Option<PersonId>) -> Self {
        Self {
            manifest_id: row.id,
            draft_of: (state == ManifestState::Draft).then_some(row.drafted_by),
            parties: [row.generator_id, row.carrier_id, row.facility_id],
            driver,
            provinces: [row.generator_province.clone(), row.facility_province.clone()],
        }
    }

    /// True when this viewer may see the manifest; the same rule as the store's lists.
    pub(crate) fn seen_by(&self, viewer: &Viewer) -> bool {
        if let Some(author) = self.draft_of {
            return viewer.organisations.contains(&author);
        }
        viewer.everything
            || self.provinces.iter().flatten().any(|province| viewer.provinces.contains(province))
            || self.parties.iter().any(|id| viewer.organisations.contains(id))
            || (viewer.driver.is_some() && self.driver == viewer.driver)
    }
}

//! Whether the parties may enter upon a load: asked when it is proposed, approved and issued.

use super::load;
use crate::error::{Error, FieldCode, FieldErrors, Result};
use domain::eligibility::{self, Obstacle, Reason};
use domain::id::OrganisationId;
use domain::manifest::Side;
use domain::time::Instant;
use store::Tx;
use store::manifests::Manifest;

/// Nothing stands in the way of proposing.
///
/// # Errors
/// [`Error::Fields`] naming every party that is suspended.
pub(super) async fn to_propose(tx: &mut Tx, row: &Manifest, at: Instant) -> Result<()> {
    let parties = parties(row);
    let standing = store::eligibility::list_for(tx, &parties.map(|(_, id)| id)).await?;
    told(&eligibility::to_propose(&parties, &standing.suspensions, at))
}

/// Nothing stands in the way of approving and issuing; gives the number of the permit that the manifest counts under.
///
/// # Errors
/// [`Error::Fields`] naming every party that is suspended, and the facility without a permit in force.
pub(super) async fn to_issue(tx: &mut Tx, row: &Manifest, at: Instant) -> Result<String> {
    let parties = parties(row);
    let standing = store::eligibility::list_for(tx, &parties.map(|(_, id)| id)).await?;
    told(&eligibility::to_issue(&parties, &standing.suspensions, &standing.permits, at))?;
    let permit = eligibility::numbering_permit(&standing.permits, row.facility_id, at);
    permit
        .map(|permit| permit.number.clone())
        .ok_or_else(|| Error::Internal("no permit, and nobody said so".into()))
}

fn parties(row: &Manifest) -> [(Side, OrganisationId); 3] {
    let parties = load::parties(row);
    [Side::Generator, Side::Carrier, Side::Facility].map(|side| (side, parties.of(side)))
}

fn told(obstacles: &[Obstacle]) -> Result<()> {
    let mut errors = FieldErrors::default();
    for obstacle in obstacles {
        let path = match obstacle.side {
            Side::Generator => "generator_site_id",
            Side::Carrier => "carrier_id",
            Side::Facility => "facility_site_id",
        };
        let (code, message) = match obstacle.reason {
            Reason::Suspended => (
                FieldCode::Suspended,
                "The authority has suspended this party; name another, or wait until it may work again.",
            ),
            Reason::NoPermit => (
                FieldCode::NoPermit,
                "This facility has no permit to treat waste; name another, or have its permit registered.",
            ),
            Reason::PermitExpired => (
                FieldCode::PermitExpired,
                "No permit of this facility is in force today; name another, or have the new one registered.",
            ),
        };
        errors.add(path, code, message);
    }
    errors.finish()
}

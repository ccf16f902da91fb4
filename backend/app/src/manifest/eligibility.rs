//! Whether the parties may enter upon a load: asked when it is proposed, approved and issued.

use super::load;
use crate::error::{Error, FieldCode, FieldErrors, Result};
use domain::eligibility::{self, Obstacle, Place, Plan, Reason};
use domain::id::OrganisationId;
use domain::manifest::Side;
use domain::party::Quota;
use domain::time::{Instant, local_year};
use domain::waste::WasteLine;
use store::Tx;
use store::manifests::Manifest;

/// What a manifest is issued under.
pub(super) struct Cover {
    /// Number of facility 1's permit.
    pub permit: String,
    /// What it still allows this year, this manifest included, where it limits that.
    pub left: Vec<Quota>,
}

/// Nothing stands in the way of proposing, approving and issuing; gives what the manifest would be issued under. Where
/// the permit has yearly limits, its facility's manifests are issued one after the other from here on: of two that
/// would share the last kilogram one is told.
///
/// # Errors
/// [`Error::Fields`] with everything that stands in the way: parties suspended or without a permit in force, codes,
/// methods, plates and places that permits leave out, kilograms beyond the year's limit.
pub(super) async fn check(tx: &mut Tx, row: &Manifest, lines: &[WasteLine], at: Instant) -> Result<Cover> {
    let parties = parties(row);
    let standing = store::eligibility::list_for(tx, &parties.map(|(_, id)| id)).await?;
    let permit = eligibility::numbering_permit(&standing.permits, row.facility_id, at);
    let mut used = Vec::new();
    if let Some(permit) = permit.filter(|permit| !permit.quotas.is_empty()) {
        store::organisations::lock(tx, row.facility_id).await?;
        used = store::permits::list_used(tx, &permit.number, local_year(at)).await?;
    }
    let plan = Plan {
        parties: &parties,
        plates: &row.plates.0,
        lines,
        provinces: [row.generator_province.as_deref(), row.facility_province.as_deref()],
    };
    told(&eligibility::obstacles(&plan, &standing.suspensions, &standing.permits, &used, at))?;
    let permit = permit.ok_or_else(|| Error::Internal("no permit, and nobody said so".into()))?;
    Ok(Cover { permit: permit.number.clone(), left: eligibility::left(permit, &used) })
}

fn parties(row: &Manifest) -> [(Side, OrganisationId); 3] {
    let parties = load::parties(row);
    [Side::Generator, Side::Carrier, Side::Facility].map(|side| (side, parties.of(side)))
}

fn told(obstacles: &[Obstacle]) -> Result<()> {
    let mut errors = FieldErrors::default();
    for obstacle in obstacles {
        let (code, message) = words(obstacle.reason);
        errors.add(path(obstacle), code, message);
    }
    errors.finish()
}

/// The field at which it can be put right.
fn path(obstacle: &Obstacle) -> String {
    match (obstacle.place, obstacle.reason) {
        (Place::Side(Side::Generator), _) => "generator_site_id".to_owned(),
        (Place::Side(Side::Carrier), _) => "carrier_id".to_owned(),
        (Place::Side(Side::Facility), _) => "facility_site_id".to_owned(),
        (Place::Plate(index), _) => format!("plates[{index}]"),
        (Place::Line(index), Reason::MethodNotPermitted) => format!("lines[{index}].treatment_method"),
        (Place::Line(index), Reason::QuotaExceeded) => format!("lines[{index}].declared_mass_g"),
        (Place::Line(index), _) => format!("lines[{index}].waste_code"),
    }
}

const fn words(reason: Reason) -> (FieldCode, &'static str) {
    match reason {
        Reason::Suspended => (
            FieldCode::Suspended,
            "The authority has suspended this party; name another, or wait until it may work again.",
        ),
        Reason::NoPermit => (
            FieldCode::NoPermit,
            "This party has no permit for its part; name another, or have its permit registered.",
        ),
        Reason::PermitExpired => (
            FieldCode::PermitExpired,
            "No permit of this party is in force today; name another, or have the new one registered.",
        ),
        Reason::WasteNotPermitted => (
            FieldCode::WasteNotPermitted,
            "The permits of carrier and facility must both list this code; choose parties whose permits do.",
        ),
        Reason::MethodNotPermitted => (
            FieldCode::MethodNotPermitted,
            "The facility's permit does not list this method; choose another method or facility.",
        ),
        Reason::PlateNotPermitted => (
            FieldCode::PlateNotPermitted,
            "The carrier's permit does not list this plate; choose a truck of its permit.",
        ),
        Reason::QuotaExceeded => (
            FieldCode::QuotaExceeded,
            "With this the facility would receive more than its permit allows this year.",
        ),
        Reason::OutsideTerritory => (
            FieldCode::OutsideTerritory,
            "The permits of this party do not hold where the load begins or ends.",
        ),
    }
}

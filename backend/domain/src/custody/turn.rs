//! "Whose turn is it": what waits, for whom, since when, until when.

use super::state::Custody;
use crate::agreement::COPY_4_DAYS;
use crate::id::{OrganisationId, PersonId};
use crate::manifest::ManifestFacts;
use crate::party::Role;
use crate::time::Instant;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// The party that everybody else waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Turn {
    /// In which role.
    pub role: Role,
    /// Of which organisation; absent for the authority of the area.
    pub organisation_id: Option<OrganisationId>,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub since: Instant,
    /// Until when, where something planned says so.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Instant>,
}

/// Whose turn it is; nobody's for a draft (it is its author's own) and for what is done. `held` is a hold's beginning
/// and its review, `copy4_days` what an agreement says of the return of copy 4.
#[must_use]
pub fn turn(
    facts: &ManifestFacts,
    custody: &Custody,
    held: Option<(Instant, Instant)>,
    expected_driver: Option<PersonId>,
    copy4_days: Option<i32>,
) -> Option<Turn> {
    if let Some((since, review_at)) = held {
        return Some(Turn { role: Role::Authority, organisation_id: None, since, until: Some(review_at) });
    }
    let waits = |role, organisation_id, since, until| {
        Some(Turn { role, organisation_id: Some(organisation_id), since, until })
    };
    let pickup = Some(facts.planned_pickup_at);
    let delivery = Some(facts.planned_delivery_at);
    match custody {
        Custody::Draft => None,
        Custody::Proposed { since, agreed, .. } => {
            if agreed.generator {
                waits(Role::Facility, facts.facility_id, *since, pickup)
            } else {
                waits(Role::Generator, facts.generator_id, *since, pickup)
            }
        }
        Custody::Issued { since, .. } => {
            let role = if expected_driver.is_some() { Role::Driver } else { Role::Carrier };
            waits(role, facts.carrier_id, *since, pickup)
        }
        Custody::InTransit { since, .. } => waits(Role::Driver, facts.carrier_id, *since, delivery),
        Custody::Stored { since, .. } => waits(Role::Carrier, facts.carrier_id, *since, delivery),
        Custody::Arrived { since, .. } => waits(Role::Facility, facts.facility_id, *since, None),
        // Copy 4 is owed from the acceptance on, until a day that the agreement sets.
        Custody::Accepted { since, receipt, .. }
        | Custody::PartlyAccepted { since, receipt, .. }
        | Custody::Treated { since, receipt, .. } => {
            let days = copy4_days.unwrap_or(COPY_4_DAYS);
            let until = receipt.scan.at + TimeDelta::days(i64::from(days));
            waits(Role::Facility, facts.facility_id, *since, Some(until))
        }
        Custody::Rejected { since, .. } => waits(Role::Generator, facts.generator_id, *since, None),
        Custody::Closed { .. } | Custody::Void { .. } => None,
    }
}

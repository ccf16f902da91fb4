//! Eligibility: who may enter upon a new load. It stands in the way of proposing, approving and issuing, never of a
//! load that has its number: what happens to that one is judged by findings (`custody::judge::permit`).

use crate::id::OrganisationId;
use crate::manifest::Side;
use crate::party::{PermitFacts, PermitKind, Suspension};
use crate::time::Instant;

words! {
    /// Why a party may not enter upon a load.
    pub enum Reason {
        /// The authority has suspended it.
        Suspended = "suspended",
        /// It has no permit to treat waste at all.
        NoPermit = "no_permit",
        /// None of its permits to treat waste is in force.
        PermitExpired = "permit_expired",
    }
}

/// What stands in the way, and on which side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Obstacle {
    /// The side.
    pub side: Side,
    /// Why.
    pub reason: Reason,
}

/// Sides that are suspended at an instant: with one of them nothing is proposed.
#[must_use]
pub fn to_propose(
    parties: &[(Side, OrganisationId)],
    suspensions: &[Suspension],
    at: Instant,
) -> Vec<Obstacle> {
    let suspended = |id: OrganisationId| suspensions.iter().any(|s| s.organisation_id == id && s.holds(at));
    parties
        .iter()
        .filter(|(_, id)| suspended(*id))
        .map(|(side, _)| Obstacle { side: *side, reason: Reason::Suspended })
        .collect()
}

/// What stands in the way of approving and issuing: everything of [`to_propose`], and a facility 1 without a permit to
/// treat waste in force, under which the manifest would get its number.
#[must_use]
pub fn to_issue(
    parties: &[(Side, OrganisationId)],
    suspensions: &[Suspension],
    permits: &[PermitFacts],
    at: Instant,
) -> Vec<Obstacle> {
    let mut obstacles = to_propose(parties, suspensions, at);
    let Some((side, facility)) = parties.iter().find(|(side, _)| *side == Side::Facility) else {
        return obstacles;
    };
    if numbering_permit(permits, *facility, at).is_none() {
        let held = treating(permits, *facility).next().is_some();
        let reason = if held { Reason::PermitExpired } else { Reason::NoPermit };
        obstacles.push(Obstacle { side: *side, reason });
    }
    obstacles
}

/// The permit under which facility 1 gets manifests numbered at an instant: of those in force the one that began last.
#[must_use]
pub fn numbering_permit(
    permits: &[PermitFacts],
    facility: OrganisationId,
    at: Instant,
) -> Option<&PermitFacts> {
    treating(permits, facility)
        .filter(|permit| permit.valid_from <= at && at < permit.valid_to)
        .max_by_key(|permit| (permit.valid_from, &permit.number))
}

fn treating(permits: &[PermitFacts], facility: OrganisationId) -> impl Iterator<Item = &PermitFacts> {
    permits
        .iter()
        .filter(move |permit| permit.organisation_id == facility && permit.kind == PermitKind::Treatment)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const GENERATOR: OrganisationId = OrganisationId(Uuid::from_u128(1));
    const CARRIER: OrganisationId = OrganisationId(Uuid::from_u128(2));
    const FACILITY: OrganisationId = OrganisationId(Uuid::from_u128(3));
    const PARTIES: [(Side, OrganisationId); 3] =
        [(Side::Generator, GENERATOR), (Side::Carrier, CARRIER), (Side::Facility, FACILITY)];

    fn day(day: u32) -> Instant {
        format!("2026-11-{day:02}T01:00:00Z").parse().unwrap()
    }

    fn permit(organisation_id: OrganisationId, kind: PermitKind, number: &str, from: u32) -> PermitFacts {
        PermitFacts {
            organisation_id,
            kind,
            number: number.to_owned(),
            valid_from: day(from),
            valid_to: day(from + 10),
            waste_codes: Vec::new(),
            plates: Vec::new(),
        }
    }

    #[test]
    fn a_suspension_holds_from_its_instant_to_its_end() {
        let suspensions =
            [Suspension { organisation_id: CARRIER, suspended_at: day(5), lifted_at: Some(day(7)) }];
        let found = |at| to_propose(&PARTIES, &suspensions, at);
        assert_eq!(found(day(4)), []);
        for at in [day(5), day(6)] {
            assert_eq!(found(at), [Obstacle { side: Side::Carrier, reason: Reason::Suspended }]);
        }
        assert_eq!(found(day(7)), []);
        let open = [Suspension { organisation_id: GENERATOR, suspended_at: day(5), lifted_at: None }];
        assert_eq!(to_propose(&PARTIES, &open, day(30)).len(), 1);
        let stranger = [Suspension { organisation_id: OrganisationId(Uuid::nil()), ..open[0] }];
        assert_eq!(to_propose(&PARTIES, &stranger, day(30)), []);
    }

    #[test]
    fn a_number_needs_a_permit_in_force() {
        let treatment = |number, from| permit(FACILITY, PermitKind::Treatment, number, from);
        let reasons = |permits: &[PermitFacts]| {
            to_issue(&PARTIES, &[], permits, day(12)).into_iter().map(|o| o.reason).collect::<Vec<_>>()
        };
        assert_eq!(reasons(&[]), [Reason::NoPermit]);
        let others =
            [permit(FACILITY, PermitKind::Transport, "1", 5), permit(CARRIER, PermitKind::Treatment, "2", 5)];
        assert_eq!(reasons(&others), [Reason::NoPermit]);
        assert_eq!(reasons(&[treatment("1", 1)]), [Reason::PermitExpired]);
        assert_eq!(
            reasons(&[treatment("1", 2)]),
            [Reason::PermitExpired],
            "it ends at the first instant after it"
        );
        assert_eq!(reasons(&[treatment("1", 13)]), [Reason::PermitExpired], "not begun");
        assert_eq!(reasons(&[treatment("1", 1), treatment("2", 12)]), []);
        let permits = [treatment("9", 3), treatment("1", 6), treatment("2", 6), treatment("3", 13)];
        assert_eq!(numbering_permit(&permits, FACILITY, day(12)).map(|p| p.number.as_str()), Some("2"));
    }

    #[test]
    fn every_obstacle_is_told_at_once() {
        let all = [GENERATOR, CARRIER, FACILITY].map(|organisation_id| Suspension {
            organisation_id,
            suspended_at: day(1),
            lifted_at: None,
        });
        assert_eq!(to_issue(&PARTIES, &all, &[], day(2)).len(), 4);
    }
}

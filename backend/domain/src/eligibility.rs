//! Eligibility: who may enter upon a new load. It stands in the way of proposing, approving and issuing, never of a
//! load that has its number: what happens to that one is judged by findings (`custody::judge::permit`).

use crate::id::OrganisationId;
use crate::manifest::Side;
use crate::mass::Grams;
use crate::party::{PermitFacts, PermitKind, Quota, Suspension};
use crate::plate::Plate;
use crate::time::Instant;
use crate::waste::{TreatmentMethod, WasteLine};

words! {
    /// Why a party may not enter upon a load.
    pub enum Reason {
        /// The authority has suspended it.
        Suspended = "suspended",
        /// It has no permit for its part at all.
        NoPermit = "no_permit",
        /// None of its permits for its part is in force.
        PermitExpired = "permit_expired",
        /// Its permits in force do not list the waste code.
        WasteNotPermitted = "waste_not_permitted",
        /// Its permits in force do not list the treatment method.
        MethodNotPermitted = "method_not_permitted",
        /// Its permits in force do not list the plate.
        PlateNotPermitted = "plate_not_permitted",
        /// More than its permit lets it receive this year.
        QuotaExceeded = "quota_exceeded",
        /// Its permits in force do not hold where the load begins or ends.
        OutsideTerritory = "outside_territory",
    }
}

/// What is to be put right: a side, a plate or a line, by their places in the declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The party.
    Side(Side),
    /// The plate of this index.
    Plate(usize),
    /// The line of this index.
    Line(usize),
}

/// What stands in the way, where, and whose standing it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Obstacle {
    /// Where it can be put right.
    pub place: Place,
    /// Whose permits or suspension.
    pub side: Side,
    /// Why.
    pub reason: Reason,
}

/// A manifest as far as the standing of its parties is asked about it.
#[derive(Debug, Clone, Copy)]
pub struct Plan<'a> {
    /// The three sides.
    pub parties: &'a [(Side, OrganisationId)],
    /// Plates planned.
    pub plates: &'a [Plate],
    /// Lines declared.
    pub lines: &'a [WasteLine],
    /// Provinces in which it begins and ends, by code, where known.
    pub provinces: [Option<&'a str>; 2],
}

/// What was received, or is on its way, under a permit in a year: grams by waste code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    /// Printed form.
    pub waste_code: String,
    /// Grams.
    pub mass_g: Grams,
}

/// Everything that stands in the way of proposing, approving and issuing at an instant. `used` is what counts against
/// the permit of [`numbering_permit`] in the local year of `at`, without this manifest.
#[must_use]
pub fn obstacles(
    plan: &Plan<'_>,
    suspensions: &[Suspension],
    permits: &[PermitFacts],
    used: &[Used],
    at: Instant,
) -> Vec<Obstacle> {
    let mut found: Vec<Obstacle> = suspended(plan.parties, suspensions, at)
        .map(|side| Obstacle { place: Place::Side(side), side, reason: Reason::Suspended })
        .collect();
    for (side, id) in plan.parties {
        match side {
            // A generator needs no permit to hand over.
            Side::Generator => {}
            Side::Carrier => held(plan, permits, (*side, *id, PermitKind::Transport), at, &mut found),
            Side::Facility => {
                held(plan, permits, (*side, *id, PermitKind::Treatment), at, &mut found);
                if let Some(permit) = numbering_permit(permits, *id, at) {
                    beyond_quota(plan, permit, used, &mut found);
                }
            }
        }
    }
    found
}

fn suspended(
    parties: &[(Side, OrganisationId)],
    suspensions: &[Suspension],
    at: Instant,
) -> impl Iterator<Item = Side> {
    let holds = move |id: OrganisationId| suspensions.iter().any(|s| s.organisation_id == id && s.holds(at));
    parties.iter().filter(move |(_, id)| holds(*id)).map(|(side, _)| *side)
}

/// What the permits of one party leave out.
fn held(
    plan: &Plan<'_>,
    permits: &[PermitFacts],
    (side, id, kind): (Side, OrganisationId, PermitKind),
    at: Instant,
    found: &mut Vec<Obstacle>,
) {
    let mut add = |place, reason| found.push(Obstacle { place, side, reason });
    let all: Vec<&PermitFacts> =
        permits.iter().filter(|permit| permit.organisation_id == id && permit.kind == kind).collect();
    let valid: Vec<&PermitFacts> =
        all.iter().copied().filter(|permit| permit.valid_from <= at && at < permit.valid_to).collect();
    if valid.is_empty() {
        add(Place::Side(side), if all.is_empty() { Reason::NoPermit } else { Reason::PermitExpired });
        return;
    }
    let here = |permit: &&&PermitFacts| {
        let inside = |code: &&str| permit.provinces.iter().any(|province| province == code);
        permit.provinces.is_empty() || plan.provinces.iter().flatten().all(|code| inside(&&**code))
    };
    let local: Vec<&PermitFacts> = valid.iter().filter(here).copied().collect();
    if local.is_empty() {
        add(Place::Side(side), Reason::OutsideTerritory);
        return;
    }
    if kind == PermitKind::Transport {
        for (index, plate) in plan.plates.iter().enumerate() {
            if !local.iter().any(|permit| permit.plates.is_empty() || permit.plates.contains(plate)) {
                add(Place::Plate(index), Reason::PlateNotPermitted);
            }
        }
    }
    for (index, line) in plan.lines.iter().enumerate() {
        let code = line.waste_code.as_str();
        let lists = |permit: &&&PermitFacts| {
            permit.waste_codes.is_empty() || permit.waste_codes.iter().any(|listed| listed == code)
        };
        let mut listing = local.iter().filter(lists).peekable();
        if listing.peek().is_none() {
            add(Place::Line(index), Reason::WasteNotPermitted);
        } else if kind == PermitKind::Treatment
            && !listing.any(|permit| allows(permit, line.treatment_method))
        {
            add(Place::Line(index), Reason::MethodNotPermitted);
        }
    }
}

/// True when a permit lets waste be treated so.
#[must_use]
pub fn allows(permit: &PermitFacts, method: TreatmentMethod) -> bool {
    permit.methods.is_empty() || permit.methods.contains(&method)
}

/// Lines by which a yearly limit is passed, counted in their order.
fn beyond_quota(plan: &Plan<'_>, permit: &PermitFacts, used: &[Used], found: &mut Vec<Obstacle>) {
    for left in left(permit, used) {
        let mut sum = Grams(0);
        for (index, line) in plan.lines.iter().enumerate() {
            if !left.counts(line.waste_code.as_str()) {
                continue;
            }
            sum = sum + line.declared_mass_g;
            let obstacle =
                Obstacle { place: Place::Line(index), side: Side::Facility, reason: Reason::QuotaExceeded };
            if sum > left.mass_g && !found.contains(&obstacle) {
                found.push(obstacle);
            }
        }
    }
}

/// What a permit still allows this year, limit by limit; nothing where it is used up.
#[must_use]
pub fn left(permit: &PermitFacts, used: &[Used]) -> Vec<Quota> {
    let spent = |quota: &Quota| -> Grams {
        used.iter().filter(|used| quota.counts(&used.waste_code)).map(|used| used.mass_g).sum()
    };
    permit
        .quotas
        .iter()
        .map(|quota| Quota {
            waste_code: quota.waste_code.clone(),
            mass_g: Grams((quota.mass_g.0 - spent(quota).0).max(0)),
        })
        .collect()
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
mod tests;

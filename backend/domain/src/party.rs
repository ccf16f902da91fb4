//! Parties: organisations, their sites and permits, and the roles of people in them.

use crate::id::{OrganisationId, PersonId, SiteId};
use crate::mass::Grams;
use crate::plate::Plate;
use crate::time::Instant;
use crate::waste::TreatmentMethod;
use serde::{Deserialize, Serialize};

words! {
    /// What a person may do, always *in* an organisation.
    pub enum Role {
        /// Clerk of a waste generator.
        Generator = "generator",
        /// Dispatcher of a carrier.
        Carrier = "carrier",
        /// Driver of a carrier.
        Driver = "driver",
        /// Gate or office of a facility.
        Facility = "facility",
        /// Checks at the roadside.
        Inspector = "inspector",
        /// Oversees a province or the country.
        Authority = "authority",
        /// Runs the installation.
        Admin = "admin",
    }
}

words! {
    /// What an organisation is.
    pub enum OrganisationKind {
        /// Hands waste over.
        Generator = "generator",
        /// Moves it.
        Carrier = "carrier",
        /// Receives and treats it.
        Facility = "facility",
        /// Checks and oversees.
        Authority = "authority",
    }
}

words! {
    /// What a site is for.
    pub enum SiteKind {
        /// A generator's store.
        Generator = "generator",
        /// A place where waste rests between legs.
        TransferStation = "transfer_station",
        /// Where waste is received and treated.
        Facility = "facility",
    }
}

words! {
    /// What a permit allows.
    pub enum PermitKind {
        /// Moving hazardous waste.
        Transport = "transport",
        /// Receiving and treating it.
        Treatment = "treatment",
    }
}

/// A role held in an organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RoleGrant {
    /// The role.
    pub role: Role,
    /// Where it is held.
    pub organisation_id: OrganisationId,
}

/// What the checks need to know of a site.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SiteFacts {
    /// The site.
    pub id: SiteId,
    /// Its organisation.
    pub organisation_id: OrganisationId,
    /// What it is for.
    pub kind: SiteKind,
    /// Its first version, which also holds for everything before the site was registered.
    pub first: SiteVersion,
    /// Its later versions, oldest first.
    pub later: Vec<SiteVersion>,
}

/// Name and fence of a site from an instant on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SiteVersion {
    /// What happens after this instant is judged by this version, until the next.
    pub valid_from: Instant,
    /// Name as the organisation writes it.
    pub name: String,
    /// Geofence: outer ring first, then holes; longitude/latitude in degrees (WGS 84).
    pub geofence: geo_types::Polygon<f64>,
}

impl SiteFacts {
    /// The version in force at an instant: the last one made before it. A fence that moves later changes no verdict
    /// about what had happened by then, in whatever order the server learns of it.
    #[must_use]
    pub fn at(&self, instant: Instant) -> &SiteVersion {
        self.later.iter().rev().find(|version| version.valid_from < instant).unwrap_or(&self.first)
    }
}

/// What the checks need to know of a permit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PermitFacts {
    /// Whose permit.
    pub organisation_id: OrganisationId,
    /// What it allows.
    pub kind: PermitKind,
    /// Its official number.
    pub number: String,
    /// First instant it is valid.
    pub valid_from: Instant,
    /// First instant it is valid no more.
    pub valid_to: Instant,
    /// Waste codes in normal form (`17 02 03`); empty = all codes.
    pub waste_codes: Vec<String>,
    /// Plates allowed to move waste under it; empty for treatment permits.
    pub plates: Vec<Plate>,
    /// Treatment methods allowed; empty = all.
    pub methods: Vec<TreatmentMethod>,
    /// What may be received under it in a local year; empty = no limit.
    pub quotas: Vec<Quota>,
    /// Provinces in which it holds, by code; empty = everywhere.
    pub provinces: Vec<String>,
}

/// The most that may be received in a local year under a permit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Quota {
    /// Of this waste code in printed form; of all codes together without one.
    #[serde(default)]
    pub waste_code: Option<String>,
    /// Grams a local year.
    pub mass_g: Grams,
}

impl Quota {
    /// True when waste of this code counts against it.
    #[must_use]
    pub fn counts(&self, waste_code: &str) -> bool {
        self.waste_code.as_deref().is_none_or(|code| code == waste_code)
    }
}

impl PermitFacts {
    /// True when both say that they are the same permit at the same time: same holder, kind and number (letters and
    /// digits alone count), with validities that overlap.
    ///
    /// One after the other they are an extension. At one instant a number may stand for one list of codes and plates
    /// only: with two of them nobody could say which one was printed on the paper that a truck carries.
    #[must_use]
    pub fn doubles(&self, other: &Self) -> bool {
        let plain = |number: &str| -> String {
            crate::text::fold(number).chars().filter(|c| c.is_alphanumeric()).collect()
        };
        (self.organisation_id, self.kind) == (other.organisation_id, other.kind)
            && plain(&self.number) == plain(&other.number)
            && self.valid_from < other.valid_to
            && other.valid_from < self.valid_to
    }
}

/// A time in which the authority had suspended an organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspension {
    /// Whom.
    pub organisation_id: OrganisationId,
    /// First instant of it.
    pub suspended_at: Instant,
    /// First instant after it; none while it lasts.
    pub lifted_at: Option<Instant>,
}

impl Suspension {
    /// True when it is in force at that instant.
    #[must_use]
    pub fn holds(&self, at: Instant) -> bool {
        self.suspended_at <= at && self.lifted_at.is_none_or(|lifted| at < lifted)
    }
}

/// Who signed an event, with the rights held at its estimated time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signer {
    /// The person the device is enrolled for.
    pub person_id: PersonId,
    /// Every role held at the estimated time of the event.
    pub roles: Vec<RoleGrant>,
}

#[cfg(test)]
mod tests {
    use super::{PermitFacts, PermitKind};
    use crate::id::OrganisationId;
    use uuid::Uuid;

    fn permit(number: &str, from: u32, to: u32) -> PermitFacts {
        let day = |day: u32| format!("2026-11-{day:02}T00:00:00Z").parse().unwrap();
        PermitFacts {
            organisation_id: OrganisationId(Uuid::from_u128(1)),
            kind: PermitKind::Transport,
            number: number.to_owned(),
            valid_from: day(from),
            valid_to: day(to),
            waste_codes: Vec::new(),
            plates: Vec::new(),
            methods: Vec::new(),
            quotas: Vec::new(),
            provinces: Vec::new(),
        }
    }

    #[test]
    fn a_number_is_one_permit_at_a_time() {
        let held = permit("1-2-3.456 VX", 10, 20);
        for (number, from, to) in
            [("1-2-3.456 VX", 10, 20), ("1-2-3.456vx", 19, 25), ("123456VX", 1, 11), ("1-2-3.456 VX", 12, 13)]
        {
            let other = permit(number, from, to);
            assert!(held.doubles(&other) && other.doubles(&held), "{number} {from}-{to}");
        }
        for (number, from, to) in
            [("1-2-3.456 VX", 20, 25), ("1-2-3.456 VX", 1, 10), ("1-2-3.457 VX", 10, 20)]
        {
            assert!(!held.doubles(&permit(number, from, to)), "{number} {from}-{to}");
        }
        let treatment = PermitFacts { kind: PermitKind::Treatment, ..held.clone() };
        let of_another = PermitFacts { organisation_id: OrganisationId(Uuid::nil()), ..held.clone() };
        assert!(!held.doubles(&treatment) && !held.doubles(&of_another));
    }
}

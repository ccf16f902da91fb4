//! Parties: organisations, their sites and permits, and the roles of people in them.

use crate::id::{OrganisationId, PersonId, SiteId};
use crate::plate::Plate;
use crate::time::Instant;
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
    /// Name as the organisation writes it.
    pub name: String,
    /// Geofence: outer ring first, then holes; longitude/latitude in degrees (WGS 84).
    pub geofence: geo_types::Polygon<f64>,
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
}

/// Who signed an event, with the rights held at its estimated time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signer {
    /// The person the device is enrolled for.
    pub person_id: PersonId,
    /// Every role held at the estimated time of the event.
    pub roles: Vec<RoleGrant>,
}

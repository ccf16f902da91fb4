//! Who calls, and what that person may do where.

use crate::error::{Error, Result};
use domain::id::{DeviceId, OrganisationId, PersonId, SessionId};
use domain::manifest::Side;
use domain::party::{Role, RoleGrant};

/// A signed-in person with the roles held now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The person.
    pub person_id: PersonId,
    /// Name for screens.
    pub name: String,
    /// The session used.
    pub session_id: SessionId,
    /// Hash of the token, as stored.
    pub token_hash: Vec<u8>,
    /// The phone or desk the session was opened on, once enrolled.
    pub device_id: Option<DeviceId>,
    /// A demo person: may register devices without an invitation.
    pub demo: bool,
    /// Roles held now.
    pub grants: Vec<RoleGrant>,
}

/// The three organisations of a manifest; what a caller is to it follows from them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parties {
    /// Hands over.
    pub generator_id: OrganisationId,
    /// Moves.
    pub carrier_id: OrganisationId,
    /// Receives.
    pub facility_id: OrganisationId,
}

impl Parties {
    /// The organisation of a side.
    #[must_use]
    pub const fn of(&self, side: Side) -> OrganisationId {
        match side {
            Side::Generator => self.generator_id,
            Side::Carrier => self.carrier_id,
            Side::Facility => self.facility_id,
        }
    }
}

/// The office role that acts for a side.
#[must_use]
pub const fn office_role(side: Side) -> Role {
    match side {
        Side::Generator => Role::Generator,
        Side::Carrier => Role::Carrier,
        Side::Facility => Role::Facility,
    }
}

impl Caller {
    /// True when the caller holds the role in that organisation.
    #[must_use]
    pub fn holds(&self, role: Role, organisation_id: OrganisationId) -> bool {
        self.grants.contains(&RoleGrant { role, organisation_id })
    }

    /// True when the caller holds the role anywhere.
    #[must_use]
    pub fn is(&self, role: Role) -> bool {
        self.grants.iter().any(|grant| grant.role == role)
    }

    /// True when the caller may see every manifest: inspectors (each look is logged), authorities, admins.
    #[must_use]
    pub fn oversees(&self) -> bool {
        self.is(Role::Inspector) || self.is(Role::Authority) || self.is(Role::Admin)
    }

    /// Organisations in which the caller works at a desk or gate (not as a driver).
    #[must_use]
    pub fn desks(&self) -> Vec<OrganisationId> {
        self.organisations(|role| matches!(role, Role::Generator | Role::Carrier | Role::Facility))
    }

    /// Organisations in which the caller holds a role that `wanted` names.
    pub fn organisations(&self, wanted: impl Fn(Role) -> bool) -> Vec<OrganisationId> {
        let mut ids: Vec<_> =
            self.grants.iter().filter(|g| wanted(g.role)).map(|g| g.organisation_id).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// True when the caller belongs to the organisation in any role.
    #[must_use]
    pub fn belongs_to(&self, organisation_id: OrganisationId) -> bool {
        self.grants.iter().any(|grant| grant.organisation_id == organisation_id)
    }

    /// The sides of a manifest for which the caller sits at the desk.
    #[must_use]
    pub fn sides(&self, parties: &Parties) -> Vec<Side> {
        Side::ALL.iter().copied().filter(|side| self.holds(office_role(*side), parties.of(*side))).collect()
    }

    /// Ok when the caller holds one of the roles anywhere.
    ///
    /// # Errors
    /// [`Error::Forbidden`] otherwise.
    pub fn require_any(&self, roles: &[Role]) -> Result<()> {
        if roles.iter().any(|role| self.is(*role)) { Ok(()) } else { Err(Error::Forbidden) }
    }

    /// Ok when the caller may change the registry of an organisation: holds `role` there, or is an admin.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when the caller belongs there in another role; [`Error::NotFound`] when not at all.
    pub fn require_desk(&self, role: Role, organisation_id: OrganisationId) -> Result<()> {
        if self.holds(role, organisation_id) || self.is(Role::Admin) {
            Ok(())
        } else if self.belongs_to(organisation_id) {
            Err(Error::Forbidden)
        } else {
            Err(Error::NotFound)
        }
    }
}

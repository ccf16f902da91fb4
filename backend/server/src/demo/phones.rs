//! The phones of the demo's past: real keys, real signatures; the private halves are gone when the telling ends.

use super::chance::Chance;
use super::province::{Person, Province};
use anyhow::Context as _;
use app::ports::Core;
use domain::custody::event::EventPayload;
use domain::id::{DeviceId, PersonId};
use domain::party::{Role, RoleGrant, Signer};
use domain::seal::jws;
use domain::seal::key::{SigningKey, sha256};
use domain::time::Instant;
use serde_json::Value;
use std::collections::HashMap;
use store::{Tx, devices};

/// One enrolled phone with its key.
pub(super) struct Phone {
    pub(super) id: DeviceId,
    pub(super) grant: RoleGrant,
    person_id: PersonId,
    key: SigningKey,
    seq: i64,
}

/// An event as a phone sends it, with what the server reads of it.
pub(super) struct SignedEvent {
    pub(super) jws: String,
    pub(super) payload: EventPayload,
    pub(super) signing_input_digest: [u8; 32],
}

impl Phone {
    /// The next number of an event on this phone.
    pub(super) const fn next_seq(&mut self) -> i64 {
        self.seq += 1;
        self.seq
    }

    /// Who signs with it.
    pub(super) fn signer(&self) -> Signer {
        Signer { person_id: self.person_id, roles: vec![self.grant] }
    }

    /// Signs a payload and reads it back as the server would.
    ///
    /// # Errors
    /// When the payload is no custody event: a fault of this build.
    pub(super) fn sign(&self, core: &Core, payload: &Value) -> anyhow::Result<SignedEvent> {
        let bytes = serde_json::to_vec(payload)?;
        let jws = jws::sign(&self.id.to_string(), &bytes, &self.key, core.random.as_ref())
            .map_err(|error| anyhow::anyhow!("{error}"))?;
        let signed = jws.rsplit_once('.').map_or("", |(input, _)| input);
        let signing_input_digest = sha256(signed.as_bytes());
        let payload = EventPayload::read(&bytes).map_err(|error| anyhow::anyhow!("{error}"))?;
        Ok(SignedEvent { jws, payload, signing_input_digest })
    }
}

/// The phones, by person.
pub(super) struct Phones(HashMap<PersonId, Phone>);

impl Phones {
    /// Enrols a phone for everybody who signs in the field.
    ///
    /// # Errors
    /// Seal and store failures.
    pub(super) async fn enrol(
        core: &Core,
        tx: &mut Tx,
        province: &Province,
        chance: &mut Chance,
        now: Instant,
    ) -> anyhow::Result<Self> {
        let mut phones = HashMap::new();
        for person in &province.people {
            let Some(grant) = person.acting().filter(|grant| signs(grant.role)) else { continue };
            let phone = Self::phone(core, person, grant, chance.id(now))?;
            let certificate = core.keyring.certify(
                core.random.as_ref(),
                phone.id,
                phone.key.public(),
                person.id,
                grant.organisation_id,
                now,
            )?;
            let row = devices::Device {
                id: phone.id,
                person_id: person.id,
                organisation_id: grant.organisation_id,
                name: "Điện thoại mẫu".to_owned(),
                public_key: phone.key.public().xy().to_vec(),
                certificate,
                status: devices::Status::Active,
                created_at: now,
                last_seen_at: None,
                revoked_at: None,
                revoke_reason: None,
                admitted_at: None,
                admitted_by: None,
            };
            devices::insert(tx, &row).await?;
            phones.insert(person.id, phone);
        }
        Ok(Self(phones))
    }

    fn phone(core: &Core, person: &Person, grant: RoleGrant, id: DeviceId) -> anyhow::Result<Phone> {
        let random = core.random.as_ref();
        let document = SigningKey::generate_pkcs8(random).map_err(|error| anyhow::anyhow!("{error}"))?;
        let key = SigningKey::from_pkcs8(&document, random).map_err(|error| anyhow::anyhow!("{error}"))?;
        Ok(Phone { id, grant, person_id: person.id, key, seq: 0 })
    }

    /// The phone of a person.
    ///
    /// # Errors
    /// When the person has none.
    pub(super) fn of(&mut self, person: PersonId) -> anyhow::Result<&mut Phone> {
        self.0.get_mut(&person).with_context(|| format!("{person} has no phone"))
    }

    /// Ids of all phones.
    pub(super) fn ids(&self) -> Vec<DeviceId> {
        self.0.values().map(|phone| phone.id).collect()
    }
}

/// Roles that sign in the field; the others decide at desks.
const fn signs(role: Role) -> bool {
    match role {
        Role::Driver | Role::Facility | Role::Inspector | Role::Authority => true,
        Role::Generator | Role::Carrier | Role::Admin => false,
    }
}

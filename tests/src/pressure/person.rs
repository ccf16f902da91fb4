//! People who are signed in, and the keys of their phones.

use super::phone::Phone;
use anyhow::anyhow;
use app::App;
use data_encoding::BASE64URL_NOPAD;
use domain::id::{DeviceId, OrganisationId, PersonId};
use domain::party::Role;
use domain::seal::key::{SigningKey, sha256};
use domain::time::Instant;
use ring::rand::SystemRandom;
use std::sync::atomic::AtomicI64;
use store::{Tx, devices, grants, people, sessions};

/// A person with one role and an open session.
#[derive(Debug, Clone)]
pub struct Person {
    /// The person.
    pub id: PersonId,
    /// Where the role is held.
    pub organisation_id: OrganisationId,
    /// Bearer token of the session.
    pub token: String,
}

/// Registers a person with a role and opens a session.
///
/// # Errors
/// Store failures.
pub async fn register(
    app: &App,
    tx: &mut Tx,
    name: &str,
    role: Role,
    organisation_id: OrganisationId,
    since: Instant,
) -> anyhow::Result<Person> {
    let id: PersonId = app.new_id()?;
    let row = people::Person {
        id,
        name: name.to_owned(),
        login: format!("{}@load.example", id.0.simple()),
        phone: String::new(),
        secret_hash: None,
        demo: false,
        created_at: since,
    };
    people::insert(tx, &row).await?;
    let grant = grants::Grant { person_id: id, role, organisation_id, granted_at: since, ended_at: None };
    grants::insert(tx, &grant).await?;
    let token = BASE64URL_NOPAD.encode(&app.random_bytes::<32>()?);
    let session = sessions::Session {
        id: app.new_id()?,
        token_hash: sha256(token.as_bytes()).to_vec(),
        person_id: id,
        device_id: None,
        created_at: since,
        expires_at: app.now() + chrono::Duration::days(1),
        ended_at: None,
        last_seen_at: since,
    };
    sessions::insert(tx, &session).await?;
    Ok(Person { id, organisation_id, token })
}

/// Registers a person together with an enrolled phone.
///
/// # Errors
/// Store failures.
pub async fn enrol(
    app: &App,
    tx: &mut Tx,
    name: &str,
    role: Role,
    organisation_id: OrganisationId,
    since: Instant,
) -> anyhow::Result<Phone> {
    let person = register(app, tx, name, role, organisation_id, since).await?;
    let random = SystemRandom::new();
    let document = SigningKey::generate_pkcs8(&random).map_err(|error| anyhow!("{error}"))?;
    let key = SigningKey::from_pkcs8(&document, &random).map_err(|error| anyhow!("{error}"))?;
    let id: DeviceId = app.new_id()?;
    let certificate = app.keyring.certify(app, id, key.public(), person.id, organisation_id, since)?;
    let row = devices::Device {
        id,
        person_id: person.id,
        organisation_id,
        name: name.to_owned(),
        public_key: key.public().xy().to_vec(),
        certificate,
        status: devices::Status::Active,
        created_at: since,
        last_seen_at: None,
        revoked_at: None,
        revoke_reason: None,
        admitted_at: None,
        admitted_by: None,
    };
    devices::insert(tx, &row).await?;
    Ok(Phone { person, device_id: id, key, seq: AtomicI64::new(1) })
}

//! People who are signed in, and the keys of their phones.

use super::phone::Phone;
use crate::registry::{Registry, new_key};
use crate::signer::Signer;
use app::App;
use data_encoding::BASE64URL_NOPAD;
use domain::id::{OrganisationId, PersonId};
use domain::party::Role;
use domain::seal::key::sha256;
use domain::time::Instant;
use store::{Tx, devices, sessions};

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
    let login = format!("{}@load.example", app.new_id::<PersonId>()?.0.simple());
    let mut registry = Registry { app, tx, since };
    let id = registry.person(name, &login, (role, organisation_id), None).await?;
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
    let key = new_key()?;
    let owner = (person.id, organisation_id);
    let id = Registry { app, tx, since }.device(name, owner, &key, devices::Status::Active).await?;
    Ok(Phone { person, signer: Signer::new(id, key) })
}

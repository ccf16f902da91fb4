//! One login per role, with secrets made for this database alone, in a file that only its owner may read.

use super::province::{Person, Province};
use anyhow::Context as _;
use domain::id::PersonId;
use domain::party::Role;
use ring::rand::{SecureRandom as _, SystemRandom};
use serde::{Deserialize, Serialize};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use store::{Db, people};

/// Letters of an office secret: none that are mistaken for one another; 32 of them, so that a byte picks one evenly.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// Letters of an office secret: 80 bits.
const SECRET_LENGTH: usize = 16;
/// Digits of a driver's PIN.
const PIN_LENGTH: usize = 8;

/// A login of the file; programs outside read it.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct DemoLogin {
    /// Role on the wire.
    pub(super) role: Role,
    /// Name of the organisation.
    pub(super) organisation: String,
    /// What to sign in with.
    pub(super) login: String,
    /// Password or PIN.
    pub(super) secret: String,
}

/// Where the logins lie.
pub(super) fn path(data: &Path) -> PathBuf {
    data.join("demo-logins.json")
}

/// Reads the logins; makes new secrets and the file when there is none, because only hashes are stored.
///
/// # Errors
/// When the file cannot be read or written; store failures.
pub(super) async fn open(db: &Db, data: &Path, province: &Province) -> anyhow::Result<Vec<DemoLogin>> {
    let path = path(data);
    match std::fs::read_to_string(&path) {
        Ok(text) => serde_json::from_str(&text)
            .with_context(|| format!("{} is damaged; delete it to get new secrets", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => renew(db, &path, province).await,
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

async fn renew(db: &Db, path: &Path, province: &Province) -> anyhow::Result<Vec<DemoLogin>> {
    let mut logins = Vec::new();
    let mut hashing = Vec::new();
    for (role, person) in chosen(province) {
        let secret = if role == Role::Driver { pin()? } else { password()? };
        hashing.push((person.id, tokio::spawn(app::password::hash(secret.clone()))));
        let organisation =
            person.acting().map(|grant| province.name(grant.organisation_id).to_owned()).unwrap_or_default();
        logins.push(DemoLogin { role, organisation, login: person.login.clone(), secret });
    }
    let mut hashes: Vec<(PersonId, String)> = Vec::new();
    for (id, hash) in hashing {
        hashes.push((id, hash.await?.context("a secret could not be hashed")?));
    }
    let mut tx = db.begin("demo.logins").await?;
    for (id, hash) in &hashes {
        people::update_secret(&mut tx, *id, hash).await?;
    }
    write_private(path, &serde_json::to_vec_pretty(&logins)?)?;
    tx.commit().await?;
    Ok(logins)
}

/// The first of every role in the roles' order, then the second ones.
fn chosen(province: &Province) -> Vec<(Role, &Person)> {
    let of = |role: Role| {
        province
            .people
            .iter()
            .filter(move |p| p.demo_login && p.acting().is_some_and(|grant| grant.role == role))
    };
    let first = Role::ALL.iter().filter_map(|role| Some((*role, of(*role).next()?)));
    let more = Role::ALL.iter().flat_map(|role| of(*role).skip(1).map(|person| (*role, person)));
    first.chain(more).collect()
}

fn password() -> anyhow::Result<String> {
    Ok(random::<SECRET_LENGTH>()?.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect())
}

/// Eight digits: a driver types them on the phone's number pad.
fn pin() -> anyhow::Result<String> {
    let wide = u64::from_be_bytes(random::<PIN_LENGTH>()?);
    Ok(format!("{:08}", wide % 100_000_000))
}

fn random<const N: usize>() -> anyhow::Result<[u8; N]> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| anyhow::anyhow!("the system has no randomness"))?;
    Ok(bytes)
}

/// Writes a file of mode 0600 in one step: a half-written file is never read.
pub(super) fn write_private(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let beside = path.with_extension("new");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside).with_context(|| format!("cannot write {}", beside.display()))?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&beside, path).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(())
}

/// Prints one login per role for the person at the terminal.
pub(super) fn print(logins: &[DemoLogin], path: &Path) {
    println!("\nLogins (also in {}):", path.display());
    for login in logins {
        let role = login.role.as_str();
        println!("  {role:<10} {:<26} {:<18} {}", login.login, login.secret, login.organisation);
    }
}

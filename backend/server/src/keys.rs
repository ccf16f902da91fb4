//! Keys of the installation: created and rotated here, private parts in files of mode 0600 or in the environment.
//!
//! The root key signs trust lists only and lives offline outside the demo: `keys sign --root FILE` is run where it is.
//! Nothing private is ever logged or stored in the database.

use anyhow::{Context as _, bail};
use app::keyring::{Keyring, Keys};
use chrono::{DateTime, Duration, Utc};
use data_encoding::BASE64;
use domain::seal::envelope::{Unverified, seal};
use domain::seal::key::{Kid, PublicKey, SigningKey};
use domain::seal::trust_list::{KeyStanding, KeyUse, TrustKey, TrustList};
use ring::rand::SecureRandom;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use store::keys::IssuerKey;
use store::{Db, keys, trust_lists};

/// Days a trust list lasts; phones say "cannot tell" afterwards.
pub const TRUST_LIST_DAYS: i64 = 90;
/// Environment variable that may hold the issuer's private key instead of a file (base64 of PKCS#8).
pub const ISSUER_VARIABLE: &str = "EMANIFEST_ISSUER_KEY";

/// Environment variable that may hold the push key instead of a file (base64 of PKCS#8).
pub const PUSH_VARIABLE: &str = "EMANIFEST_PUSH_KEY";
/// File of the push key in the keys folder.
const PUSH_FILE: &str = "push.key";

/// Makes a key pair: private part into the folder, public part into the registry of keys.
///
/// # Errors
/// When the folder cannot be written or the key exists.
pub async fn create(
    db: &Db,
    folder: &Path,
    usage: KeyUse,
    random: &dyn SecureRandom,
    now: DateTime<Utc>,
) -> anyhow::Result<(Kid, PathBuf)> {
    let document = SigningKey::generate_pkcs8(random).map_err(|error| anyhow::anyhow!("{error}"))?;
    let key = SigningKey::from_pkcs8(&document, random).map_err(|error| anyhow::anyhow!("{error}"))?;
    let path = folder.join(format!("{usage}-{}.key", key.kid()));
    write_private(&path, &document)?;
    let row = IssuerKey {
        public_key: key.public().as_bytes().to_vec(),
        kid: key.kid().0.to_vec(),
        purpose: usage.as_str().to_owned(),
        state: "active".to_owned(),
        not_before: domain::time::instant(now),
        retired_at: None,
    };
    let mut tx = db.begin("keys.create").await?;
    keys::insert(&mut tx, &row).await?;
    tx.commit().await?;
    Ok((key.kid(), path))
}

/// Retires every active issuer key but the newest; what they sealed until now stays good.
///
/// # Errors
/// Store failures.
pub async fn retire_older(db: &Db, now: DateTime<Utc>) -> anyhow::Result<usize> {
    let mut tx = db.begin("keys.retire").await?;
    let mut active: Vec<IssuerKey> = keys::list(&mut tx).await?;
    active.retain(|key| key.purpose == KeyUse::Issuer.as_str() && key.state == "active");
    active.sort_by_key(|key| key.not_before);
    active.pop();
    for key in &active {
        keys::update_state(&mut tx, &key.public_key, "retired", Some(domain::time::instant(now))).await?;
    }
    tx.commit().await?;
    Ok(active.len())
}

/// Marks a key as being in wrong hands, by its key id in hex.
///
/// # Errors
/// When no key has this id.
pub async fn compromise(db: &Db, kid: &str, now: DateTime<Utc>) -> anyhow::Result<()> {
    let mut tx = db.begin("keys.compromise").await?;
    let all = keys::list(&mut tx).await?;
    let key = all
        .iter()
        .find(|key| data_encoding::HEXLOWER.encode(&key.kid) == kid.to_ascii_lowercase())
        .with_context(|| format!("no key has the id {kid}; see: emanifest keys list"))?;
    keys::update_state(&mut tx, &key.public_key, "compromised", Some(domain::time::instant(now))).await?;
    tx.commit().await?;
    Ok(())
}

/// Signs the next trust list with the root key in a file and puts it in force.
///
/// # Errors
/// When the file is no root key of this installation.
pub async fn sign_trust_list(
    db: &Db,
    root: &Path,
    issuer: &str,
    hosts: Vec<String>,
    random: &dyn SecureRandom,
    now: DateTime<Utc>,
) -> anyhow::Result<u64> {
    let root_key = read_private(root, random)?;
    let mut tx = db.begin("keys.sign_trust_list").await?;
    let all = keys::list(&mut tx).await?;
    let is_root = |key: &&IssuerKey| {
        key.purpose == KeyUse::Root.as_str()
            && key.state == "active"
            && key.public_key == root_key.public().as_bytes()
    };
    if !all.iter().any(|key| is_root(&key)) {
        bail!("{} is no active root key of this installation", root.display());
    }
    let seq = trust_lists::next_seq(&mut tx).await?;
    let list = TrustList {
        issuer: issuer.to_owned(),
        seq: u64::try_from(seq)?,
        issued_at: now,
        expires_at: now + Duration::days(TRUST_LIST_DAYS),
        hosts,
        keys: all.iter().map(trust_key).collect::<anyhow::Result<_>>()?,
    };
    let sealed = seal(&list, &root_key, random).map_err(|error| anyhow::anyhow!("{error}"))?;
    let row = trust_lists::TrustList {
        seq,
        bytes: sealed.bytes().to_vec(),
        issued_at: domain::time::instant(now),
        expires_at: domain::time::instant(sealed.claims().expires_at),
    };
    trust_lists::insert(&mut tx, &row).await?;
    tx.commit().await?;
    Ok(list.seq)
}

/// Opens the keyring: the issuer key from the environment or the folder, the trust list in force from the database.
///
/// # Errors
/// A sentence that says which command puts right what is missing.
pub async fn open(
    db: &Db,
    folder: &Path,
    random: &(dyn SecureRandom + Sync),
    now: DateTime<Utc>,
) -> anyhow::Result<Keyring> {
    let mut tx = db.read("keys.open").await?;
    let all = keys::list(&mut tx).await?;
    let newest = trust_lists::find_newest(&mut tx).await?;
    drop(tx);
    let roots: Vec<PublicKey> = all
        .iter()
        .filter(|key| key.purpose == KeyUse::Root.as_str() && key.state != "compromised")
        .map(|key| PublicKey::from_bytes(&key.public_key).map_err(|error| anyhow::anyhow!("{error}")))
        .collect::<anyhow::Result<_>>()?;
    let newest = newest.context("there is no trust list yet; run: emanifest keys sign --root FILE")?;
    let trust = Unverified::<TrustList>::decode(&newest.bytes)
        .map_err(|error| anyhow::anyhow!("the stored trust list is malformed: {error}"))?
        .verify_with_roots(&roots, None, now)
        .map_err(|error| anyhow::anyhow!("the stored trust list does not verify: {error}"))?;
    let left = trust.claims().expires_at - now;
    if left < Duration::days(30) {
        tracing::warn!(
            days = left.num_days(),
            "the trust list ends soon; run: emanifest keys sign --root FILE"
        );
    }
    let listed = |public: &PublicKey| {
        trust.claims().keys.iter().any(|key| {
            key.usage == KeyUse::Issuer && key.standing == KeyStanding::Active && key.key == *public
        })
    };
    let issuer = match std::env::var(ISSUER_VARIABLE) {
        Ok(text) => {
            Some(parse_private(&text, random).with_context(|| format!("{ISSUER_VARIABLE} is no key"))?)
        }
        Err(_) => newest_issuer(folder, &all, random, listed)?,
    };
    let issuer = issuer.filter(|key| listed(key.public())).context(
        "no issuer key that the trust list names; run: emanifest keys create issuer, then: emanifest keys sign --root FILE",
    )?;
    Ok(Keyring::new(Keys { issuer, trust, roots }))
}

/// Makes the key by which push services know this server (VAPID, RFC 8292). Browsers subscribe to it: with another
/// one every browser has to subscribe anew, so an existing one is never replaced.
///
/// # Errors
/// When there is one already, or the folder cannot be written.
pub fn create_push(folder: &Path, random: &dyn SecureRandom) -> anyhow::Result<PathBuf> {
    let document = SigningKey::generate_pkcs8(random).map_err(|error| anyhow::anyhow!("{error}"))?;
    let path = folder.join(PUSH_FILE);
    write_private(&path, &document)?;
    Ok(path)
}

/// The push key from the environment or the folder, if there is one.
///
/// # Errors
/// When what is there is no key, or readable by others.
pub fn open_push(folder: &Path, random: &dyn SecureRandom) -> anyhow::Result<Option<SigningKey>> {
    let text = push_text(folder)?;
    text.map(|text| parse_private(&text, random).context("the push key is no key")).transpose()
}

/// The push key as the crate `web-push` takes it: PEM of PKCS#8.
///
/// # Errors
/// As [`open_push`].
pub(crate) fn push_pem(folder: &Path) -> anyhow::Result<Option<String>> {
    let Some(text) = push_text(folder)? else { return Ok(None) };
    let document = BASE64.decode(text.trim().as_bytes()).context("the push key is not base64")?;
    // Strict readers want lines of 64 characters.
    let mut spec = BASE64.specification();
    spec.wrap = data_encoding::Wrap { width: 64, separator: "\n".to_owned() };
    let lines = spec.encoding().context("base64 in lines")?.encode(&document);
    Ok(Some(format!("-----BEGIN PRIVATE KEY-----\n{lines}-----END PRIVATE KEY-----\n")))
}

fn push_text(folder: &Path) -> anyhow::Result<Option<String>> {
    if let Ok(text) = std::env::var(PUSH_VARIABLE) {
        return Ok(Some(text));
    }
    let path = folder.join(PUSH_FILE);
    if path.exists() { read_private_text(&path).map(Some) } else { Ok(None) }
}

fn newest_issuer(
    folder: &Path,
    all: &[IssuerKey],
    random: &dyn SecureRandom,
    listed: impl Fn(&PublicKey) -> bool,
) -> anyhow::Result<Option<SigningKey>> {
    let mut active: Vec<&IssuerKey> =
        all.iter().filter(|key| key.purpose == KeyUse::Issuer.as_str() && key.state == "active").collect();
    active.sort_by_key(|key| std::cmp::Reverse(key.not_before));
    for key in active {
        let path = folder.join(format!("issuer-{}.key", data_encoding::HEXLOWER.encode(&key.kid)));
        if path.exists() {
            let key = read_private(&path, random)?;
            if listed(key.public()) {
                return Ok(Some(key));
            }
        }
    }
    Ok(None)
}

fn trust_key(row: &IssuerKey) -> anyhow::Result<TrustKey> {
    let at = row.retired_at.unwrap_or(row.not_before);
    Ok(TrustKey {
        key: PublicKey::from_bytes(&row.public_key).map_err(|error| anyhow::anyhow!("{error}"))?,
        usage: row.purpose.parse()?,
        standing: match row.state.as_str() {
            "active" => KeyStanding::Active,
            "retired" => KeyStanding::Retired { at },
            _ => KeyStanding::Compromised { at },
        },
        from: row.not_before,
    })
}

fn write_private(path: &Path, document: &[u8]) -> anyhow::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).with_context(|| format!("cannot write {}", path.display()))?;
    file.write_all(BASE64.encode(document).as_bytes())?;
    file.sync_all()?;
    Ok(())
}

fn read_private(path: &Path, random: &dyn SecureRandom) -> anyhow::Result<SigningKey> {
    let text = read_private_text(path)?;
    parse_private(&text, random).with_context(|| format!("{} holds no key", path.display()))
}

fn read_private_text(path: &Path) -> anyhow::Result<String> {
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(path)?.permissions());
        if mode & 0o077 != 0 {
            bail!("{} is readable by others; run: chmod 600 {0}", path.display());
        }
    }
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

fn parse_private(text: &str, random: &dyn SecureRandom) -> anyhow::Result<SigningKey> {
    let document = BASE64.decode(text.trim().as_bytes()).context("not base64")?;
    SigningKey::from_pkcs8(&document, random).map_err(|error| anyhow::anyhow!("{error}"))
}

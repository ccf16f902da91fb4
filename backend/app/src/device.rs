//! Devices: a phone's or desk browser's signing key, certified for one person.

use crate::app::App;
use crate::caller::Caller;
use crate::error::{Error, FieldCode, FieldErrors, Result};
use crate::invitation_code::code_hash;
use crate::page::{Page, PageQuery};
use chrono::{DateTime, Utc};
use data_encoding::BASE64URL_NOPAD;
use domain::id::{DeviceId, OrganisationId, PersonId};
use domain::party::Role;
use domain::seal::device::{DeviceClaims, VALID_FOR};
use domain::seal::envelope::Unverified;
use domain::seal::{jws, key::PublicKey};
use domain::time::Instant;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use store::{Tx, devices, invitations, sessions};

/// Minutes a proof of possession may be old or ahead.
const PROOF_MINUTES: i64 = 15;

/// A key to register.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
pub struct NewDevice {
    /// Name for lists, such as "Redmi của lái xe".
    pub name: String,
    /// Its P-256 public key.
    pub public_key: Jwk,
    /// The dispatcher's single-use code; people of a demo need none.
    #[serde(default)]
    pub code: Option<String>,
    /// Proof of possession: a JWS by the new key, `kid` "enrol", payload {"purpose":"enrol","code","iat"}.
    #[serde(default)]
    pub proof: Option<String>,
    /// The certificate of an earlier registration of this key (base64url). A server that was restored from a backup
    /// and forgot the device enters it again under the id that its events were signed with; no code is needed.
    #[serde(default)]
    pub certificate: Option<String>,
}

/// A P-256 public key (RFC 7517).
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
pub struct Jwk {
    /// `EC`.
    pub kty: String,
    /// `P-256`.
    pub crv: String,
    /// base64url, 32 bytes.
    pub x: String,
    /// base64url, 32 bytes.
    pub y: String,
}

/// A registered device.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RegisteredDevice {
    /// Its id: the `kid` of everything it signs.
    pub id: DeviceId,
    /// base64url COSE_Sign1 of type `device`: lets another phone check this one offline.
    pub certificate: String,
}

/// A device in lists.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct DeviceView {
    /// Its id.
    pub id: DeviceId,
    /// Name.
    pub name: String,
    /// For whom it signs.
    pub person_id: PersonId,
    /// Name of that person.
    pub person_name: String,
    /// Whether what it signs counts.
    #[schema(value_type = String)]
    pub status: devices::Status,
    /// When it was registered.
    pub created_at: DateTime<Utc>,
    /// When it last sent something.
    pub last_seen_at: Option<DateTime<Utc>>,
}

/// Why a device is revoked.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
pub struct Revocation {
    /// Lost, stolen, replaced, …
    pub reason: String,
}

/// Registers a key for the caller. The same key of the same person gives the same device again.
///
/// # Errors
/// [`Error::Fields`] for a malformed key, name or proof; [`Error::Forbidden`] when the invitation is missing or spent.
pub async fn register(app: &App, caller: &Caller, input: NewDevice) -> Result<RegisteredDevice> {
    let mut errors = FieldErrors::default();
    let name = errors.text("name", &input.name, 100).to_owned();
    let key = read_key(&input.public_key, &mut errors);
    errors.finish()?;
    let key = key.ok_or(Error::Unauthenticated)?;
    let exempt = caller.demo && app.settings.demo;
    if input.proof.is_some() || !exempt {
        check_proof(app, &key, &input)?;
    }
    let now = app.now();
    let mut tx = app.db.begin("device.register").await?;
    if let Some(device) = devices::find_by_key(&mut tx, caller.person_id, &key.xy()).await? {
        sessions::update_device(&mut tx, caller.session_id, device.id).await?;
        let certificate = renewed(app, &mut tx, device.clone(), &key).await?;
        tx.commit().await?;
        return Ok(RegisteredDevice { id: device.id, certificate: BASE64URL_NOPAD.encode(&certificate) });
    }
    let (id, organisation_id) = match forgotten(app, &mut tx, caller, &input, &key).await? {
        Some(known) => known,
        None => (app.new_id()?, enrolling(&mut tx, caller, &input, exempt, now).await?),
    };
    let certificate =
        app.keyring.certify(app.random.as_ref(), id, &key, caller.person_id, organisation_id, now)?;
    let row = devices::Device {
        id,
        person_id: caller.person_id,
        organisation_id,
        name,
        public_key: key.xy().to_vec(),
        certificate: certificate.clone(),
        status: devices::Status::Active,
        created_at: now,
        last_seen_at: None,
        revoked_at: None,
        revoke_reason: None,
        admitted_at: None,
        admitted_by: None,
    };
    devices::insert(&mut tx, &row).await?;
    sessions::update_device(&mut tx, caller.session_id, id).await?;
    crate::registry::audit(app, &mut tx, caller, Some(organisation_id), "device.register", &id.to_string())
        .await?;
    tx.commit().await?;
    Ok(RegisteredDevice { id, certificate: BASE64URL_NOPAD.encode(&certificate) })
}

/// The organisation that a new device belongs to: the invitation's, which is spent here; people of a demo need none.
async fn enrolling(
    tx: &mut Tx,
    caller: &Caller,
    input: &NewDevice,
    exempt: bool,
    now: Instant,
) -> Result<OrganisationId> {
    if exempt {
        return Ok(caller.grants.first().ok_or(Error::Forbidden)?.organisation_id);
    }
    let code = code_hash(input.code.as_deref().unwrap_or_default());
    let invitation = invitations::find(tx, &code).await?.ok_or(Error::Forbidden)?;
    let open = invitation.person_id == caller.person_id && invitation.expires_at > now;
    if !open || !invitations::update_enrolled(tx, &code, now).await? {
        return Err(Error::Forbidden);
    }
    Ok(invitation.organisation_id)
}

/// Device and organisation of our own certificate of a device that this database does not know. None when there is no
/// certificate, or it is not ours, not of this key and person, or of an organisation in which the person holds nothing
/// any more.
async fn forgotten(
    app: &App,
    tx: &mut Tx,
    caller: &Caller,
    input: &NewDevice,
    key: &PublicKey,
) -> Result<Option<(DeviceId, OrganisationId)>> {
    let held = input.certificate.as_deref().and_then(|text| BASE64URL_NOPAD.decode(text.as_bytes()).ok());
    let Some(sealed) = held.and_then(|bytes| app.keyring.open_certificate(&bytes, app.now())) else {
        return Ok(None);
    };
    let claims = sealed.claims();
    let of_caller =
        claims.person_id == caller.person_id && claims.public_key == *key && input.proof.is_some();
    let belongs = caller.grants.iter().any(|grant| grant.organisation_id == claims.organisation_id);
    if !of_caller || !belongs || devices::find(tx, claims.device_id).await?.is_some() {
        return Ok(None);
    }
    Ok(Some((claims.device_id, claims.organisation_id)))
}

/// The certificate of a known device; a new one when half of its days are gone. A revoked device gets none.
async fn renewed(app: &App, tx: &mut Tx, device: devices::Device, key: &PublicKey) -> Result<Vec<u8>> {
    let now = app.now();
    let fresh = Unverified::<DeviceClaims>::decode(&device.certificate)
        .is_ok_and(|held| held.claims().issued_at + VALID_FOR / 2 > now);
    if fresh || device.status == devices::Status::Revoked {
        return Ok(device.certificate);
    }
    let certificate = app.keyring.certify(
        app.random.as_ref(),
        device.id,
        key,
        device.person_id,
        device.organisation_id,
        now,
    )?;
    devices::update_certificate(tx, device.id, &device.name, &certificate).await?;
    Ok(certificate)
}

fn read_key(jwk: &Jwk, errors: &mut FieldErrors) -> Option<PublicKey> {
    errors.check(jwk.kty == "EC", "public_key.kty", FieldCode::BadFormat, "Send an EC key.");
    errors.check(jwk.crv == "P-256", "public_key.crv", FieldCode::BadFormat, "Send a key on P-256.");
    match PublicKey::from_jwk(&jwk.x, &jwk.y) {
        Ok(key) => Some(key),
        Err(_) => {
            errors.add(
                "public_key",
                FieldCode::BadFormat,
                "x and y are base64url of 32 bytes each, a point of P-256.",
            );
            None
        }
    }
}

fn check_proof(app: &App, key: &PublicKey, input: &NewDevice) -> Result<()> {
    let wrong = |message: &str| Error::field("proof", FieldCode::BadFormat, message);
    let proof = input.proof.as_deref().ok_or_else(|| {
        Error::field(
            "proof",
            FieldCode::Required,
            "Sign {purpose, code, iat} with the new key and send it as proof.",
        )
    })?;
    let parsed = jws::UnverifiedJws::parse(proof).map_err(|_| wrong("The proof is no compact JWS."))?;
    let signed = parsed.verify(key).map_err(|_| wrong("The proof is not signed by public_key."))?;
    let claims = signed.object();
    let text = |name: &str| claims.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
    let issued = claims.get("iat").and_then(serde_json::Value::as_i64).unwrap_or(0);
    let fresh = app.now().timestamp().abs_diff(issued) <= PROOF_MINUTES.unsigned_abs() * 60;
    let same_code = code_hash(text("code")) == code_hash(input.code.as_deref().unwrap_or_default());
    if text("purpose") != "enrol" || !fresh || !same_code {
        return Err(wrong("The proof must state purpose enrol, the same code and the present time."));
    }
    Ok(())
}

/// Devices of the organisations at whose desk the caller sits; a driver sees their own.
///
/// # Errors
/// Store failures.
pub async fn list(app: &App, caller: &Caller, page: PageQuery) -> Result<Page<DeviceView>> {
    let page = page.store()?;
    let mut tx = app.db.read("device.list").await?;
    let desk = caller.organisations(|role| !matches!(role, Role::Driver | Role::Inspector)).first().copied();
    let (organisation, person) = match desk {
        _ if caller.is(Role::Admin) => (None, None),
        Some(organisation) => (Some(organisation), None),
        None => (None, Some(caller.person_id)),
    };
    let listing = devices::list(&mut tx, organisation, person, &page).await?;
    let ids: Vec<PersonId> = listing.items.iter().map(|device| device.person_id).collect();
    let names = names(&mut tx, &ids).await?;
    Ok(Page::of(listing, |device| view(device, &names)))
}

/// Revokes a device of the caller's organisation, or the caller's own.
///
/// # Errors
/// [`Error::NotFound`] for others' devices.
pub async fn revoke(app: &App, caller: &Caller, id: DeviceId, input: Revocation) -> Result<DeviceView> {
    let mut errors = FieldErrors::default();
    let reason = errors.text("reason", &input.reason, 300).to_owned();
    errors.finish()?;
    let mut tx = app.db.begin("device.revoke").await?;
    let device = manageable(&mut tx, caller, id).await?;
    devices::update_revoked(&mut tx, id, app.now(), &reason).await?;
    crate::registry::audit(
        app,
        &mut tx,
        caller,
        Some(device.organisation_id),
        "device.revoke",
        &id.to_string(),
    )
    .await?;
    let device = find_view(&mut tx, id).await?.ok_or(Error::NotFound)?;
    tx.commit().await?;
    Ok(device)
}

/// Admits the kept events of a revoked device and folds their manifests again.
///
/// # Errors
/// [`Error::NotFound`] for others' devices; [`Error::Forbidden`] for one's own.
pub async fn admit(app: &App, caller: &Caller, id: DeviceId) -> Result<DeviceView> {
    let mut tx = app.db.begin("device.admit").await?;
    let device = manageable(&mut tx, caller, id).await?;
    if device.person_id == caller.person_id {
        return Err(Error::Forbidden);
    }
    devices::update_admitted(&mut tx, id, app.now(), caller.person_id).await?;
    crate::refold::admit(app, &mut tx, id, caller.person_id).await?;
    crate::registry::audit(
        app,
        &mut tx,
        caller,
        Some(device.organisation_id),
        "device.admit",
        &id.to_string(),
    )
    .await?;
    let device = find_view(&mut tx, id).await?.ok_or(Error::NotFound)?;
    tx.commit().await?;
    Ok(device)
}

async fn manageable(tx: &mut Tx, caller: &Caller, id: DeviceId) -> Result<devices::Device> {
    let device = devices::find(tx, id).await?.ok_or(Error::NotFound)?;
    let at_desk = caller
        .organisations(|role| !matches!(role, Role::Driver | Role::Inspector))
        .contains(&device.organisation_id);
    if at_desk || device.person_id == caller.person_id || caller.is(Role::Admin) {
        Ok(device)
    } else {
        Err(Error::NotFound)
    }
}

pub(crate) async fn find_view(tx: &mut Tx, id: DeviceId) -> Result<Option<DeviceView>> {
    let Some(device) = devices::find(tx, id).await? else { return Ok(None) };
    let names = names(tx, &[device.person_id]).await?;
    Ok(Some(view(device, &names)))
}

async fn names(tx: &mut Tx, ids: &[PersonId]) -> Result<HashMap<PersonId, String>> {
    Ok(store::people::find_many(tx, ids).await?.into_iter().map(|person| (person.id, person.name)).collect())
}

fn view(device: devices::Device, names: &HashMap<PersonId, String>) -> DeviceView {
    DeviceView {
        id: device.id,
        name: device.name,
        person_id: device.person_id,
        person_name: names.get(&device.person_id).cloned().unwrap_or_default(),
        status: device.status,
        created_at: device.created_at,
        last_seen_at: device.last_seen_at,
    }
}

//! Opens what a phone sent: JWS, device, signature, payload, scanned codes. Touches the database only to find devices.

use super::Batch;
use super::event::{AuthenticEvent, ScannedCode, Sent};
use crate::app::App;
use crate::caller::Caller;
use crate::error::Result;
use crate::keyring::read_code;
use chrono::TimeDelta;
use domain::custody::event::EventPayload;
use domain::custody::record::{CodeCheck, SiteCodeCheck};
use domain::id::{DeviceId, EventId};
use domain::seal::envelope::Unverified;
use domain::seal::jws::{JwsError, UnverifiedJws};
use domain::seal::key::{PublicKey, sha256};
use domain::seal::manifest::ManifestClaims;
use domain::seal::short_code::ShortCode;
use domain::time::Instant;
use std::collections::HashMap;
use store::devices::Device;
use store::refused;

/// Batches from this size on are opened on a blocking thread: 500 signatures take tens of milliseconds.
const BLOCKING_FROM: usize = 32;

/// A scanned manifest code as read, before anybody asked whether we issued it.
enum ReadCode {
    /// Nothing to ask.
    Settled(ScannedCode),
    /// A seal that may be ours.
    Seal(Box<Unverified<ManifestClaims>>),
}

/// An event that is not one of ours.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    pub id: Option<EventId>,
    pub device_id: Option<DeviceId>,
    pub code: &'static str,
    pub detail: &'static str,
    pub bytes: Vec<u8>,
}

impl Refusal {
    /// An event whose id is stored with other content.
    pub(super) fn conflict(id: Option<EventId>, item: &serde_json::Value) -> Self {
        let bytes = item.as_str().unwrap_or_default().as_bytes().to_vec();
        Self { id, device_id: None, code: super::ID_CONFLICT, detail: "", bytes }
    }
}

/// Opens every event of a batch; one item each, in order.
pub(super) async fn decode(
    app: &App,
    batch: &Batch,
    received_at: Instant,
) -> Result<Vec<std::result::Result<AuthenticEvent, Refusal>>> {
    let parsed: Vec<_> = batch.events.iter().map(parse).collect();
    let mut ids: Vec<DeviceId> = parsed.iter().filter_map(|p| p.as_ref().ok()).map(|(id, _)| *id).collect();
    ids.sort_unstable();
    ids.dedup();
    let devices = app.lookups.devices(ids).await?;
    let keyring = app.keyring.clone();
    let sent = Sent {
        at: batch.sent_at.map(domain::time::instant),
        round_trip: batch.round_trip_ms.map(|ms| TimeDelta::milliseconds(ms.into())),
        received_at,
    };
    let opened: Vec<std::result::Result<AuthenticEvent<ReadCode>, Refusal>> =
        off_thread(parsed.len(), move || {
            parsed
                .into_iter()
                .map(|item| {
                    let (device_id, jws) = item?;
                    open(&keyring, &devices, device_id, jws, sent)
                })
                .collect()
        })
        .await?;
    recognise(app, opened, received_at).await
}

/// Settles scanned codes. One whose every byte is that of a seal in the issue table is one that we issued, and no
/// signature is calculated again; any other has to prove itself.
async fn recognise(
    app: &App,
    opened: Vec<std::result::Result<AuthenticEvent<ReadCode>, Refusal>>,
    received_at: Instant,
) -> Result<Vec<std::result::Result<AuthenticEvent, Refusal>>> {
    let digests = opened.iter().flatten().filter_map(|event| match &event.code {
        ReadCode::Seal(code) => Some(code.digest()),
        ReadCode::Settled(_) => None,
    });
    let digests: Vec<_> = digests.collect();
    let seals = digests.len();
    let issued = app.lookups.seals(digests).await?;
    let keyring = app.keyring.clone();
    let settle = move |code: ReadCode| match code {
        ReadCode::Settled(code) => code,
        ReadCode::Seal(code) => {
            let seal = issued.get(code.digest().as_slice()).filter(|seal| seal.seal == code.bytes());
            ScannedCode::Checked(match seal {
                Some(seal) => CodeCheck::Authentic {
                    manifest_id: seal.manifest_id,
                    revision: seal.revision,
                    expires_at: seal.expires_at,
                },
                None => keyring.check_code(*code, received_at),
            })
        }
    };
    let settle_all = move || opened.into_iter().map(|item| Ok(item?.map_code(&settle))).collect();
    off_thread(seals, settle_all).await
}

/// Runs what calculates for long on a blocking thread when there are many events.
async fn off_thread<T: Send + 'static>(
    events: usize,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    if events < BLOCKING_FROM {
        return Ok(work());
    }
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| crate::Error::Internal(format!("worker: {error}")))
}

fn parse(item: &serde_json::Value) -> std::result::Result<(DeviceId, UnverifiedJws), Refusal> {
    let Some(text) = item.as_str() else {
        return Err(Refusal {
            id: None,
            device_id: None,
            code: "unreadable",
            detail: "Each event is the text of a compact JWS.",
            bytes: item.to_string().into_bytes(),
        });
    };
    let refuse = |error: JwsError| Refusal {
        id: None,
        device_id: None,
        code: error.code(),
        detail: "This is no JWS of a custody event; keep it on the phone and report it.",
        bytes: text.as_bytes().to_vec(),
    };
    let jws = UnverifiedJws::parse(text).map_err(refuse)?;
    let device_id = jws.kid().parse().map_err(|_| refuse(JwsError::KeyId))?;
    Ok((device_id, jws))
}

fn open(
    keyring: &crate::keyring::Keyring,
    devices: &HashMap<DeviceId, Device>,
    device_id: DeviceId,
    jws: UnverifiedJws,
    sent: Sent,
) -> std::result::Result<AuthenticEvent<ReadCode>, Refusal> {
    let text = jws.text().to_owned();
    let refuse = |code, detail| Refusal {
        id: None,
        device_id: Some(device_id),
        code,
        detail,
        bytes: text.clone().into_bytes(),
    };
    let Some(device) = devices.get(&device_id) else {
        return Err(refuse("device_unknown", "Enrol this device, then send again."));
    };
    let signature = || refuse("signature", "The signature is not by this device's key.");
    let key = device.public_key.as_slice().try_into().map(PublicKey::from_xy).map_err(|_| signature())?;
    let signed = jws.verify(&key).map_err(|_| signature())?;
    let payload = EventPayload::read(signed.payload()).map_err(|_| {
        refuse("unreadable", "A field without which nothing can be kept is missing or malformed.")
    })?;
    let code = match payload.code.as_deref() {
        None => ReadCode::Settled(ScannedCode::Checked(CodeCheck::Absent)),
        Some(code) => match code.parse::<ShortCode>() {
            Ok(short) => ReadCode::Settled(ScannedCode::Short(short)),
            Err(_) => match read_code(code) {
                Ok(read) => ReadCode::Seal(Box::new(read)),
                Err(reason) => {
                    let invalid = CodeCheck::Invalid { reason: reason.to_owned() };
                    ReadCode::Settled(ScannedCode::Checked(invalid))
                }
            },
        },
    };
    let site_code = payload
        .site_code
        .as_deref()
        .map_or(SiteCodeCheck::Absent, |code| keyring.check_site_code(code, sent.received_at));
    let signing_input_digest = sha256(signed.signing_input().as_bytes());
    let device = device.clone();
    Ok(AuthenticEvent { payload, jws: text, signing_input_digest, device, code, site_code, sent })
}

/// Keeps refused bytes for the authority, at most 64 KiB of each.
pub(super) async fn keep_refused(
    app: &App,
    caller: &Caller,
    refusals: Vec<Refusal>,
    at: Instant,
) -> Result<()> {
    if refusals.is_empty() {
        return Ok(());
    }
    let mut tx = app.db.begin("capture.keep_refused").await?;
    for refusal in refusals {
        let mut bytes = refusal.bytes;
        bytes.truncate(64 * 1024);
        refused::insert(
            &mut tx,
            &refused::Refused {
                id: app.new_id()?,
                event_id: refusal.id.map(|id| id.0),
                device_id: refusal.device_id.map(|id| id.0),
                person_id: Some(caller.person_id),
                bytes,
                reason: refusal.code.to_owned(),
                received_at: at,
            },
        )
        .await?;
    }
    tx.commit().await?;
    Ok(())
}

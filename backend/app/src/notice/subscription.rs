//! Browsers that take push messages.

use crate::app::App;
use crate::caller::Caller;
use crate::error::{Error, FieldCode, FieldErrors, Result};
use crate::page::Page;
use crate::ports::Core;
use chrono::{DateTime, Utc};
use data_encoding::BASE64URL_NOPAD;
use domain::id::SubscriptionId;
use domain::notice::Language;
use domain::notice::endpoint::EndpointError;
use domain::seal::key::{PublicKey, sha256};
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use serde::{Deserialize, Serialize};
use store::push_subscriptions::{self, Subscription};

/// Browsers a person may have; a further one takes the place of the oldest.
const MAX_BROWSERS: u16 = 8;

/// A subscription as the browser's `PushSubscription.toJSON()` gives it, and what to call it.
#[derive(Clone, Deserialize, utoipa::ToSchema)]
pub struct NewSubscription {
    /// Where the browser's push service takes messages.
    pub endpoint: String,
    /// Keys of the browser.
    pub keys: SubscriptionKeys,
    /// Name for lists, such as "Chrome, Android".
    #[serde(default)]
    pub name: Option<String>,
    /// Language of the browser's screens; Vietnamese unless named.
    #[serde(default)]
    pub language: Option<Language>,
}

/// Keys of a browser.
#[derive(Clone, Deserialize, utoipa::ToSchema)]
pub struct SubscriptionKeys {
    /// P-256 point, base64url, 65 bytes.
    pub p256dh: String,
    /// Secret, base64url, 16 bytes.
    pub auth: String,
}

impl std::fmt::Debug for NewSubscription {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewSubscription(…)")
    }
}

/// A browser of the caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SubscriptionView {
    /// Its id.
    pub id: SubscriptionId,
    /// Name.
    pub name: String,
    /// When it was turned on.
    pub created_at: DateTime<Utc>,
    /// When its push service last took a message.
    pub reached_at: Option<DateTime<Utc>>,
    /// True when it was turned on in this very sign-in.
    pub here: bool,
}

/// Turns push messages on for the browser the caller sits at. The same browser again keeps its id; if another person
/// had turned it on there, it is the caller's now: one screen shows one person's notices.
///
/// # Errors
/// [`Error::Fields`] for an endpoint that is no listed push service, for malformed keys, and where the installation
/// sends no push messages.
pub async fn subscribe(app: &App, caller: &Caller, input: NewSubscription) -> Result<SubscriptionView> {
    let mut errors = FieldErrors::default();
    check_endpoint(app, &input.endpoint, &mut errors);
    let public_key = read_key(app, &input.keys.p256dh);
    errors.check(
        public_key.is_some(),
        "keys.p256dh",
        FieldCode::BadFormat,
        "A point of P-256: 65 bytes in base64url.",
    );
    let secret = decode(&input.keys.auth).filter(|secret| secret.len() == 16);
    errors.check(secret.is_some(), "keys.auth", FieldCode::BadFormat, "16 bytes in base64url.");
    let name = input.name.as_deref().map_or("", |name| errors.text("name", name, 100)).to_owned();
    errors.finish()?;
    let (Some(public_key), Some(auth_secret)) = (public_key, secret) else { return Err(Error::Forbidden) };
    let now = app.now();
    let mut tx = app.db.begin("notice.subscribe").await?;
    let row = Subscription {
        id: app.new_id()?,
        person_id: caller.person_id,
        device_id: caller.device_id,
        session_id: caller.session_id,
        name,
        endpoint_digest: sha256(input.endpoint.as_bytes()).to_vec(),
        endpoint: input.endpoint,
        public_key,
        auth_secret,
        language: input.language.unwrap_or(Language::Vi),
        created_at: now,
        reached_at: None,
    };
    let id = push_subscriptions::upsert(&mut tx, &row).await?;
    push_subscriptions::delete_beyond(&mut tx, caller.person_id, MAX_BROWSERS).await?;
    let kept = push_subscriptions::find_many(&mut tx, &[id]).await?.pop().ok_or(Error::NotFound)?;
    tx.commit().await?;
    Ok(view(kept, caller))
}

/// The caller's browsers, oldest first.
///
/// # Errors
/// Store failures.
pub async fn list(app: &App, caller: &Caller) -> Result<Page<SubscriptionView>> {
    let mut tx = app.db.read("notice.subscriptions").await?;
    let rows = push_subscriptions::list_for(&mut tx, &[caller.person_id]).await?;
    Ok(Page::whole(rows.into_iter().map(|row| view(row, caller)).collect()))
}

/// Turns push messages off for one of the caller's browsers.
///
/// # Errors
/// [`Error::NotFound`] for others'.
pub async fn unsubscribe(app: &App, caller: &Caller, id: SubscriptionId) -> Result<()> {
    let mut tx = app.db.begin("notice.unsubscribe").await?;
    if !push_subscriptions::delete(&mut tx, caller.person_id, id).await? {
        return Err(Error::NotFound);
    }
    tx.commit().await?;
    Ok(())
}

fn check_endpoint(app: &App, endpoint: &str, errors: &mut FieldErrors) {
    let means = &app.settings.means;
    let message = match means.push_hosts.check(endpoint) {
        _ if means.push_key.is_none() => "This installation sends no push messages.".to_owned(),
        Ok(_) => return,
        Err(error) => format!("{error}."),
    };
    let code = match means.push_hosts.check(endpoint) {
        Ok(_) | Err(EndpointError::UnknownHost) => FieldCode::NotPermitted,
        Err(
            EndpointError::NotAnAddress
            | EndpointError::NotHttps
            | EndpointError::Port
            | EndpointError::Credentials
            | EndpointError::Literal,
        ) => FieldCode::BadFormat,
    };
    errors.add("endpoint", code, message);
}

/// base64url with or without padding: browsers differ.
fn decode(text: &str) -> Option<Vec<u8>> {
    BASE64URL_NOPAD.decode(text.trim_end_matches('=').as_bytes()).ok()
}

/// A point on the curve: what does not lie on it would only fail when the first message is encrypted.
fn read_key(core: &Core, text: &str) -> Option<Vec<u8>> {
    let point = decode(text)?;
    PublicKey::from_bytes(&point).ok()?;
    let own = EphemeralPrivateKey::generate(&ECDH_P256, &*core.random).ok()?;
    agree_ephemeral(own, &UnparsedPublicKey::new(&ECDH_P256, &point), |_| ()).ok()?;
    Some(point)
}

fn view(row: Subscription, caller: &Caller) -> SubscriptionView {
    SubscriptionView {
        here: row.session_id == caller.session_id,
        id: row.id,
        name: row.name,
        created_at: row.created_at,
        reached_at: row.reached_at,
    }
}

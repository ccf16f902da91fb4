//! Sign-in sessions: opaque tokens whose hash alone is stored; growing delays per login and per address.

use crate::app::App;
use crate::caller::Caller;
use crate::error::{Error, Result};
use crate::password;
use chrono::{DateTime, Duration, Utc};
use data_encoding::BASE64URL_NOPAD;
use domain::id::{OrganisationId, PersonId};
use domain::party::{Role, RoleGrant};
use domain::seal::key::sha256;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use store::{Tx, login_delays, organisations, people, sessions};

/// Failures that cost nothing yet.
const FREE_FAILURES: i64 = 4;
/// Longest wait between attempts, seconds.
const MAX_DELAY_S: i64 = 15 * 60;

/// Login and secret.
#[derive(Clone, Deserialize, utoipa::ToSchema)]
pub struct Login {
    /// E-mail, login name or phone number; case and spaces do not matter.
    pub login: String,
    /// Password or PIN.
    pub secret: String,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Login(…)")
    }
}

/// A fresh session; the only time the token is shown.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct SignedInSession {
    /// Bearer token.
    pub token: String,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// Who signed in.
    pub person: PersonView,
}

impl std::fmt::Debug for SignedInSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignedInSession").field("person", &self.person.id).finish_non_exhaustive()
    }
}

/// A person with roles.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PersonView {
    /// The person.
    pub id: PersonId,
    /// Name for screens.
    pub name: String,
    /// Roles held now, each in an organisation.
    pub roles: Vec<RoleView>,
}

/// A role with the organisation's name.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RoleView {
    /// The role.
    pub role: Role,
    /// Where it is held.
    pub organisation_id: OrganisationId,
    /// Its name.
    pub organisation_name: String,
}

/// The answer of `GET me`.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Me {
    /// Who.
    pub person: PersonView,
    /// The device of this session, if one is enrolled.
    pub device: Option<crate::device::DeviceView>,
    /// This session.
    pub session: SessionView,
    /// True in demo mode: screens say so.
    pub demo: bool,
}

/// A session's facts.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SessionView {
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

/// Signs in.
///
/// # Errors
/// [`Error::LoginFailed`] for an unknown login and a wrong secret alike; [`Error::LoginDelayed`] while waiting.
pub async fn sign_in(app: &App, login: Login, address: &str) -> Result<SignedInSession> {
    let folded = people::fold_login(&login.login);
    if folded.is_empty() || folded.len() > 200 || login.secret.is_empty() || login.secret.len() > 200 {
        return Err(Error::LoginFailed);
    }
    let keys = [format!("login:{folded}"), format!("address:{address}")];
    check_delay(app, &keys).await?;
    let mut tx = app.db.read("session.find_person").await?;
    let person = people::find_by_login(&mut tx, &folded).await?;
    drop(tx);
    let stored = person.as_ref().and_then(|p| p.secret_hash.clone());
    let known = password::verify(login.secret, stored).await?;
    let Some(person) = person.filter(|_| known) else {
        note_failure(app, &keys).await?;
        return Err(Error::LoginFailed);
    };
    let mut tx = app.db.begin("session.sign_in").await?;
    login_delays::delete(&mut tx, &keys[0]).await?;
    let session = open(app, &mut tx, &person).await?;
    tx.commit().await?;
    Ok(session)
}

/// Opens a session for a person whose identity is proven, inside the caller's transaction.
pub(crate) async fn open(app: &App, tx: &mut Tx, person: &people::Person) -> Result<SignedInSession> {
    let token = BASE64URL_NOPAD.encode(&app.random_bytes::<32>()?);
    let roles = role_views(tx, &[person.id]).await?.remove(&person.id).unwrap_or_default();
    let phone = roles.iter().any(|r| matches!(r.role, Role::Driver | Role::Inspector));
    let now = app.now();
    let lasts = if phone {
        Duration::days(app.settings.phone_session_days)
    } else {
        Duration::hours(app.settings.desk_session_hours)
    };
    let expires_at = now + lasts;
    sessions::insert(
        tx,
        &sessions::Session {
            id: app.new_id()?,
            token_hash: sha256(token.as_bytes()).to_vec(),
            person_id: person.id,
            device_id: None,
            created_at: now,
            expires_at,
            ended_at: None,
            last_seen_at: now,
        },
    )
    .await?;
    Ok(SignedInSession {
        token,
        expires_at,
        person: PersonView { id: person.id, name: person.name.clone(), roles },
    })
}

/// The caller of a token.
///
/// # Errors
/// [`Error::Unauthenticated`] when the token is unknown, ended or expired.
pub async fn authenticate(app: &App, token: &str) -> Result<Caller> {
    if token.is_empty() || token.len() > 200 {
        return Err(Error::Unauthenticated);
    }
    caller_of(app, sha256(token.as_bytes())).await
}

/// The caller as of now: roles may have been given or taken since.
///
/// # Errors
/// [`Error::Unauthenticated`] when the session has ended.
pub(crate) async fn renewed(app: &App, caller: &Caller) -> Result<Caller> {
    let hash = caller.token_hash.as_slice().try_into().map_err(|_| Error::Unauthenticated)?;
    caller_of(app, hash).await
}

async fn caller_of(app: &App, token_hash: [u8; 32]) -> Result<Caller> {
    let found = in_force(app, app.lookups.session(token_hash).await?)?;
    Ok(Caller {
        person_id: found.session.person_id,
        name: found.person_name,
        session_id: found.session.id,
        token_hash: found.session.token_hash,
        device_id: found.session.device_id,
        demo: found.demo,
        grants: found.roles.into_iter().map(|(grant, _)| grant).collect(),
    })
}

/// Ends the caller's session.
///
/// # Errors
/// Store failures.
pub async fn sign_out(app: &App, caller: &Caller) -> Result<()> {
    let mut tx = app.db.begin("session.sign_out").await?;
    sessions::update_ended(&mut tx, caller.session_id, app.now()).await?;
    store::push_subscriptions::delete_of_session(&mut tx, caller.session_id).await?;
    tx.commit().await?;
    Ok(())
}

/// Who the caller is.
///
/// # Errors
/// Store failures.
pub async fn me(app: &App, caller: &Caller) -> Result<Me> {
    let mut tx = app.db.read("session.me").await?;
    let found = signed_in(&mut tx, &caller.token_hash, app).await?;
    let roles = found.roles.into_iter().map(role_view).collect();
    let device = match found.session.device_id {
        Some(id) => crate::device::find_view(&mut tx, id).await?,
        None => None,
    };
    Ok(Me {
        person: PersonView { id: caller.person_id, name: caller.name.clone(), roles },
        device,
        session: SessionView { expires_at: found.session.expires_at },
        demo: app.settings.demo,
    })
}

async fn signed_in(tx: &mut Tx, token_hash: &[u8], app: &App) -> Result<sessions::SignedIn> {
    in_force(app, sessions::find_by_token_hash(tx, token_hash).await?)
}

fn in_force(app: &App, found: Option<sessions::SignedIn>) -> Result<sessions::SignedIn> {
    let now = app.now();
    let found = found.ok_or(Error::Unauthenticated)?;
    if found.session.ended_at.is_some() || found.session.expires_at <= now {
        return Err(Error::Unauthenticated);
    }
    Ok(found)
}

fn role_view((grant, organisation_name): (RoleGrant, String)) -> RoleView {
    RoleView { role: grant.role, organisation_id: grant.organisation_id, organisation_name }
}

/// Roles held now, by person, with the names of the organisations.
pub(crate) async fn role_views(tx: &mut Tx, people: &[PersonId]) -> Result<HashMap<PersonId, Vec<RoleView>>> {
    let grants = store::grants::list_for(tx, people).await?;
    let mut ids: Vec<OrganisationId> = grants.iter().map(|g| g.organisation_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let names: HashMap<_, _> =
        organisations::find_many(tx, &ids).await?.into_iter().map(|o| (o.id, o.name)).collect();
    let mut views: HashMap<PersonId, Vec<RoleView>> = HashMap::new();
    for g in grants.into_iter().filter(|g| g.ended_at.is_none()) {
        let name = names.get(&g.organisation_id).cloned().unwrap_or_default();
        let grant = RoleGrant { role: g.role, organisation_id: g.organisation_id };
        views.entry(g.person_id).or_default().push(role_view((grant, name)));
    }
    Ok(views)
}

/// Refuses while one of the keys has to wait.
pub(crate) async fn check_delay(app: &App, keys: &[String]) -> Result<()> {
    let mut tx = app.db.read("session.check_delay").await?;
    let now = app.now();
    for key in keys {
        if let Some(delay) = login_delays::find(&mut tx, key).await?.filter(|delay| delay.not_before > now) {
            let wait = (delay.not_before - now).num_seconds().max(0).saturating_add(1);
            return Err(Error::LoginDelayed { retry_after_s: wait });
        }
    }
    Ok(())
}

/// Counts a failure on every key; from the fifth on, waits double up to a quarter of an hour.
///
/// An address is shared by a whole office, so it is allowed ten times as many.
pub(crate) async fn note_failure(app: &App, keys: &[String]) -> Result<()> {
    let mut tx = app.db.begin("session.note_failure").await?;
    let now = app.now();
    for key in keys {
        let failures = login_delays::insert_failure(&mut tx, key, now).await?;
        let free = if key.starts_with("address:") { FREE_FAILURES * 10 } else { FREE_FAILURES };
        if failures > free {
            let doublings = u32::try_from((failures - free).min(16)).unwrap_or(16);
            let delay = 2_i64.pow(doublings).min(MAX_DELAY_S);
            login_delays::update_not_before(&mut tx, key, now + Duration::seconds(delay)).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

//! Invitations: a dispatcher's single-use code with which a person sets a PIN and enrols a phone.

use crate::app::App;
use crate::caller::Caller;
use crate::error::{Error, FieldCode, Result};
use crate::invitation_code::{code_hash, draw};
use crate::manifest::qr;
use crate::password::{self, MIN_PIN};
use crate::session::{self, SignedInSession};
use chrono::{DateTime, Duration, Utc};
use domain::id::PersonId;
use domain::party::Role;
use serde::{Deserialize, Serialize};
use store::{invitations, people};

/// Hours an invitation lasts.
pub const HOURS: i64 = 24;

/// A fresh invitation; the only time its code is shown.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct Invitation {
    /// `XXXX-XXXX-XXXX`, single use.
    pub code: String,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// Opens the enrolment page; the code is in the fragment, which no browser sends to a server.
    pub url: String,
    /// QR of the URL.
    pub qr_svg: String,
}

impl std::fmt::Debug for Invitation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Invitation").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

/// Code and the PIN the person chooses.
#[derive(Clone, Deserialize, utoipa::ToSchema)]
pub struct Acceptance {
    /// The code; case, spaces and hyphens do not matter.
    pub code: String,
    /// Six digits or more.
    pub pin: String,
}

impl std::fmt::Debug for Acceptance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Acceptance(…)")
    }
}

/// Invites a person of the caller's organisation.
///
/// # Errors
/// [`Error::NotFound`] for people of other organisations; [`Error::Forbidden`] without a desk role there.
pub async fn invite(app: &App, caller: &Caller, person_id: PersonId) -> Result<Invitation> {
    let mut tx = app.db.begin("invitation.invite").await?;
    let roles = session::role_views(&mut tx, &[person_id]).await?.remove(&person_id).unwrap_or_default();
    let shared = roles.iter().find(|g| caller.belongs_to(g.organisation_id));
    let organisation_id = match shared {
        Some(grant) => grant.organisation_id,
        None if caller.is(Role::Admin) => roles.first().ok_or(Error::NotFound)?.organisation_id,
        None => return Err(Error::NotFound),
    };
    let desk = [Role::Generator, Role::Carrier, Role::Facility, Role::Authority];
    if !caller.is(Role::Admin) && !desk.iter().any(|role| caller.holds(*role, organisation_id)) {
        return Err(Error::Forbidden);
    }
    let letters = draw(app)?;
    let now = app.now();
    let expires_at = now + Duration::hours(HOURS);
    invitations::insert(
        &mut tx,
        &invitations::Invitation {
            code_hash: code_hash(&letters),
            person_id,
            organisation_id,
            created_by: caller.person_id,
            created_at: now,
            expires_at,
            accepted_at: None,
            enrolled_at: None,
        },
    )
    .await?;
    tx.commit().await?;
    let url = app.page(&format!("enrol#{letters}"));
    let qr_svg = qr::text_svg(&url)?;
    Ok(Invitation { code: letters, expires_at, url, qr_svg })
}

/// Accepts an invitation: sets the PIN and signs in. The same code then enrols one phone.
///
/// # Errors
/// [`Error::LoginFailed`] for unknown, spent and expired codes alike; [`Error::Fields`] for a weak PIN.
pub async fn accept(app: &App, acceptance: Acceptance, address: &str) -> Result<SignedInSession> {
    let keys = [format!("address:{address}")];
    session::check_delay(app, &keys).await?;
    let pin = acceptance.pin.trim();
    let long_enough = pin.chars().count() >= MIN_PIN && pin.chars().count() <= 100;
    if !long_enough || pin.chars().all(|c| pin.starts_with(c)) {
        return Err(Error::field("pin", FieldCode::BadFormat, "At least six characters, not all the same."));
    }
    let hash = password::hash(pin.to_owned()).await?;
    let now = app.now();
    let mut tx = app.db.begin("invitation.accept").await?;
    let code = code_hash(&acceptance.code);
    let invitation = match invitations::find(&mut tx, &code).await? {
        Some(found)
            if found.expires_at > now && invitations::update_accepted(&mut tx, &code, now).await? =>
        {
            found
        }
        _ => {
            drop(tx);
            session::note_failure(app, &keys).await?;
            return Err(Error::LoginFailed);
        }
    };
    people::update_secret(&mut tx, invitation.person_id, &hash).await?;
    let person = people::find(&mut tx, invitation.person_id).await?.ok_or(Error::LoginFailed)?;
    let session = session::open(app, &mut tx, &person).await?;
    tx.commit().await?;
    Ok(session)
}

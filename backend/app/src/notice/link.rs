//! Links in e-mails and texts that do one thing once, for people who install nothing and sign in rarely.
//!
//! The token stands in the URL's fragment, which no browser sends, and is posted; only its hash is stored. A link acts
//! in the name of the person it was sent to, with the role it was sent for if that is still held, and through the same
//! use-case as the screens: whatever they refuse, it refuses. Which actions exist at all is the operator's choice;
//! approving is off unless allowed, because an approval seals, and never goes out as a text.

use super::post::{Letter, Recipient, Secret};
use crate::app::App;
use crate::caller::Caller;
use crate::error::{Error, Result};
use crate::idempotency::Once;
use crate::manifest::load::Names;
use crate::manifest::{agree, confirm};
use crate::ports::Core;
use crate::sets::distinct;
use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::BASE64URL_NOPAD;
use domain::id::{NoticeId, PersonId, SessionId};
use domain::manifest::ManifestState;
use domain::mass::Grams;
use domain::notice::LinkAction;
use domain::party::RoleGrant;
use domain::seal::key::sha256;
use domain::time::Instant;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use store::action_links::{self, Link};
use store::deliveries::Claimed;
use store::manifests::{self, Manifest};
use store::notices::Notice;
use store::{Tx, grants, lines, people};

/// Hours a link is good.
const HOURS: i64 = 48;

/// A link's token, from the fragment of its address.
#[derive(Clone, Deserialize, utoipa::ToSchema)]
pub struct LinkToken {
    /// The token.
    pub token: String,
    /// Name of the person who hands over, for a confirmation.
    #[serde(default)]
    pub name: Option<String>,
}

impl std::fmt::Debug for LinkToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LinkToken(…)")
    }
}

/// What a link is about; enough to recognise the load and no more.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct LinkView {
    /// What it does.
    pub action: LinkAction,
    /// First instant it is good no more.
    pub expires_at: DateTime<Utc>,
    /// When it did it.
    pub used_at: Option<DateTime<Utc>>,
    /// True when it can still do it: the manifest may have gone on meanwhile.
    pub possible: bool,
    /// Number of the manifest.
    pub number: Option<String>,
    /// Where it stands.
    pub state: ManifestState,
    /// Hands over.
    pub generator_name: String,
    /// Moves.
    pub carrier_name: String,
    /// Receives.
    pub facility_name: String,
    /// Plate expected.
    pub plate: Option<String>,
    /// Planned pickup.
    pub planned_pickup_at: DateTime<Utc>,
    /// When the load was taken.
    pub picked_up_at: Option<DateTime<Utc>>,
    /// What is moved.
    pub lines: Vec<LinkedLine>,
}

/// A waste line beside a link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct LinkedLine {
    /// Waste code.
    pub waste_code: String,
    /// Name as declared.
    pub waste_name: String,
    /// Declared mass, grams.
    pub declared_mass_g: Grams,
}

/// Adds a fresh link to every letter that may have one, in the transaction that claims them.
pub(super) async fn enclose(
    core: &Core,
    tx: &mut Tx,
    told: &HashMap<(NoticeId, PersonId), Notice>,
    letters: &mut [(Claimed, Letter)],
    now: Instant,
) -> Result<()> {
    let action_of = |letter: &Letter| {
        let action = letter.about.topic.link_action()?;
        let by = match (&letter.to, action) {
            (Recipient::Mail(_), _) | (Recipient::Phone(_), LinkAction::ConfirmPickup) => true,
            (Recipient::Phone(_), LinkAction::Approve) | (Recipient::Browser { .. }, _) => false,
        };
        (by && core.settings.means.link_actions.contains(&action)).then_some(action)
    };
    let wanted =
        distinct(letters.iter().filter(|(_, l)| action_of(l).is_some()).map(|(_, l)| l.about.manifest_id));
    if wanted.is_empty() {
        return Ok(());
    }
    let rows: HashMap<_, Manifest> =
        manifests::find_many(tx, &wanted).await?.into_iter().map(|row| (row.id, row)).collect();
    let mut links = Vec::new();
    for (claimed, letter) in letters.iter_mut() {
        let notice = told.get(&(claimed.notice_id, claimed.person_id));
        let row = rows.get(&letter.about.manifest_id);
        let (Some(action), Some(notice), Some(row)) = (action_of(letter), notice, row) else { continue };
        if !is_possible(action, row) {
            continue;
        }
        let token = BASE64URL_NOPAD.encode(&core.random_bytes::<32>()?);
        letter.act = Some(Secret(core.page(&format!("act#{token}"))));
        links.push(Link {
            token_hash: hash(&token),
            action,
            notice_id: notice.id,
            person_id: notice.person_id,
            role: notice.role,
            organisation_id: notice.organisation_id,
            manifest_id: notice.manifest_id,
            created_at: now,
            expires_at: now + TimeDelta::hours(HOURS),
            used_at: None,
        });
    }
    action_links::insert_batch(tx, &links).await?;
    Ok(())
}

/// True while the manifest waits for what the link does; the use-case judges again.
fn is_possible(action: LinkAction, row: &Manifest) -> bool {
    match action {
        LinkAction::ConfirmPickup => {
            let open = [ManifestState::InTransit, ManifestState::Stored, ManifestState::Arrived];
            row.confirmed_at.is_none() && open.contains(&row.state)
        }
        LinkAction::Approve => row.state == ManifestState::Proposed,
    }
}

fn hash(token: &str) -> Vec<u8> {
    sha256(token.as_bytes()).to_vec()
}

/// What a link is about; looking uses nothing up.
///
/// # Errors
/// [`Error::NotFound`] for unknown and expired links alike.
pub async fn look(app: &App, input: LinkToken) -> Result<LinkView> {
    let (link, row) = open(app, &input).await?;
    let mut tx = app.db.read("link.look").await?;
    let names = Names::load(&mut tx, std::slice::from_ref(&row)).await?;
    let summary = names.summary(&row);
    let lines = lines::list_for(&mut tx, &[row.id]).await?;
    Ok(LinkView {
        action: link.action,
        expires_at: link.expires_at,
        used_at: link.used_at,
        possible: link.used_at.is_none() && is_possible(link.action, &row),
        number: row.number,
        state: row.state,
        generator_name: summary.generator.name,
        carrier_name: summary.carrier.name,
        facility_name: summary.facility.name,
        plate: row.expected_plate.map(|plate| plate.0),
        planned_pickup_at: row.planned_pickup_at,
        picked_up_at: row.picked_up_at,
        lines: lines
            .into_iter()
            .map(|line| LinkedLine {
                waste_code: line.declared.waste_code.as_str().to_owned(),
                waste_name: line.declared.waste_name,
                declared_mass_g: line.declared.declared_mass_g,
            })
            .collect(),
    })
}

/// Does what a link is for. Once: the same link again answers [`Error::NotFound`], two at the same moment do it once.
///
/// # Errors
/// As [`look`]; what the use-case refuses otherwise, such as [`Error::WrongState`] for a load that has gone on.
pub async fn act(app: &App, input: LinkToken) -> Result<()> {
    let (link, row) = open(app, &input).await?;
    if link.used_at.is_some() {
        return Err(Error::NotFound);
    }
    let caller = sent_to(app, &link).await?;
    // The key makes a second use of the same link, however close, answer as the first and do nothing.
    let key = format!("link:{}", BASE64URL_NOPAD.encode(&link.token_hash));
    let once = Once { request_digest: sha256(key.as_bytes()), key };
    match link.action {
        LinkAction::ConfirmPickup => {
            let by = confirm::Confirmation { name: input.name };
            confirm::confirm(app, &caller, row.id, by, Some(&once)).await?;
        }
        LinkAction::Approve => {
            agree::approve(app, &caller, row.id, Some(&once)).await?;
        }
    }
    let mut tx = app.db.begin("link.used").await?;
    action_links::update_used(&mut tx, &link.token_hash, app.now()).await?;
    let (organisation, subject) = (Some(link.organisation_id), row.id.to_string());
    let action = format!("link.{}", link.action);
    crate::registry::audit(app, &mut tx, &caller, organisation, &action, &subject).await?;
    tx.commit().await?;
    Ok(())
}

/// The link of a token with its manifest. Guesses are not counted: nobody guesses 256 bits.
async fn open(app: &App, input: &LinkToken) -> Result<(Link, Manifest)> {
    let mut tx = app.db.read("link.open").await?;
    let found = match input.token.len() {
        1..=200 => action_links::find(&mut tx, &hash(&input.token)).await?,
        _ => None,
    };
    let link = found.filter(|link| link.expires_at > app.now()).ok_or(Error::NotFound)?;
    let row = manifests::find(&mut tx, link.manifest_id).await?.ok_or(Error::NotFound)?;
    Ok((link, row))
}

/// The person a link was sent to, with the one role it was sent for.
async fn sent_to(app: &App, link: &Link) -> Result<Caller> {
    let mut tx = app.db.read("link.sent_to").await?;
    let person = people::find(&mut tx, link.person_id).await?.ok_or(Error::NotFound)?;
    let grant = RoleGrant { role: link.role, organisation_id: link.organisation_id };
    let held = grants::held_at(&mut tx, &[person.id], app.now()).await?;
    if !held.iter().any(|held| held.role_grant() == grant) {
        return Err(Error::NotFound);
    }
    Ok(Caller {
        person_id: person.id,
        name: person.name,
        session_id: SessionId(uuid::Uuid::nil()),
        token_hash: Vec::new(),
        device_id: None,
        demo: person.demo,
        grants: vec![grant],
    })
}

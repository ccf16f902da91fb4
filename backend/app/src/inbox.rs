//! "Whose turn is it": what waits for the caller, since when, until when.

use crate::app::App;
use crate::caller::Caller;
use crate::error::Result;
use crate::manifest::load::Names;
use crate::manifest::view::ManifestSummary;
use domain::manifest::ManifestState;
use domain::party::Role;
use serde::Serialize;
use std::collections::BTreeMap;
use store::manifests::{self, Inbox, Manifest};
use store::organisations;

/// What waits for the caller.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct InboxView {
    /// Longest waiting first.
    pub items: Vec<InboxItem>,
    /// How many wait, by action.
    pub counts: BTreeMap<String, usize>,
}

/// One thing that waits.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct InboxItem {
    /// approve, assign, pickup, deliver, decide, treat, return or release.
    pub action: String,
    /// The manifest.
    pub manifest: ManifestSummary,
}

/// What waits for the caller in every role held.
///
/// # Errors
/// Store failures.
pub async fn list(app: &App, caller: &Caller) -> Result<InboxView> {
    let mut tx = app.db.read("inbox.list").await?;
    let authorities = caller.organisations(|role| role == Role::Authority);
    let mut turns: Vec<Inbox> = organisations::find_many(&mut tx, &authorities)
        .await?
        .into_iter()
        .map(|authority| Inbox::Authority { province: authority.province_code })
        .collect();
    for grant in &caller.grants {
        let organisation_id = grant.organisation_id;
        match grant.role {
            Role::Generator | Role::Carrier | Role::Facility => {
                turns.push(Inbox::Office { role: grant.role, organisation_id });
            }
            Role::Driver => turns.push(Inbox::Driver { organisation_id, person_id: caller.person_id }),
            Role::Inspector | Role::Authority | Role::Admin => {}
        }
    }
    let rows = if turns.is_empty() { Vec::new() } else { manifests::inbox(&mut tx, &turns).await? };
    let names = Names::load(&mut tx, &rows).await?;
    let mut counts = BTreeMap::new();
    let items: Vec<InboxItem> = rows
        .iter()
        .filter_map(|row| {
            let action = action(row)?;
            *counts.entry(action.to_owned()).or_insert(0) += 1;
            Some(InboxItem { action: action.to_owned(), manifest: names.summary(row) })
        })
        .collect();
    Ok(InboxView { items, counts })
}

/// What the one whose turn it is should do.
fn action(row: &Manifest) -> Option<&'static str> {
    if row.on_hold {
        return Some("release");
    }
    match row.state {
        ManifestState::Proposed => Some("approve"),
        ManifestState::Issued if row.turn_role == Some(Role::Carrier) => Some("assign"),
        ManifestState::Issued => Some("pickup"),
        ManifestState::InTransit => Some("deliver"),
        ManifestState::Stored => Some("assign"),
        ManifestState::Arrived => Some("decide"),
        ManifestState::Rejected => Some("return"),
        // Treatment and closing have screens of their own later; until then nobody is sent to an empty page.
        ManifestState::Accepted
        | ManifestState::PartlyAccepted
        | ManifestState::Treated
        | ManifestState::Draft
        | ManifestState::Closed
        | ManifestState::Void => None,
    }
}

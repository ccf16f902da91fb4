//! A notice as its reader sees it.

use crate::error::Result;
use crate::sets::distinct;
use chrono::{DateTime, Utc};
use domain::custody::finding::FindingCode;
use domain::id::{ManifestId, NoticeId, OrganisationId};
use domain::notice::Topic;
use domain::party::Role;
use serde::Serialize;
use std::collections::HashMap;
use store::notices::Notice;
use store::{Tx, manifests};

/// A notice to the caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct NoticeView {
    /// Its id.
    pub id: NoticeId,
    /// What it is about.
    pub topic: Topic,
    /// The finding it is about.
    pub finding: Option<FindingCode>,
    /// The role in which the caller is told.
    pub role: Role,
    /// And where.
    pub organisation_id: OrganisationId,
    /// The manifest.
    pub manifest_id: ManifestId,
    /// Its number, once issued.
    pub number: Option<String>,
    /// When it was told.
    pub at: DateTime<Utc>,
    /// When the caller read it.
    pub read_at: Option<DateTime<Utc>>,
}

/// Notices as their readers see them: with the numbers of their manifests.
pub(crate) async fn views(tx: &mut Tx, rows: Vec<Notice>) -> Result<Vec<NoticeView>> {
    let ids = distinct(rows.iter().map(|row| row.manifest_id));
    let numbers: HashMap<ManifestId, Option<String>> =
        manifests::find_many(tx, &ids).await?.into_iter().map(|row| (row.id, row.number)).collect();
    Ok(rows.into_iter().map(|row| view(row, &numbers)).collect())
}

fn view(row: Notice, numbers: &HashMap<ManifestId, Option<String>>) -> NoticeView {
    NoticeView {
        id: row.id,
        topic: row.topic,
        finding: row.finding,
        role: row.role,
        organisation_id: row.organisation_id,
        manifest_id: row.manifest_id,
        number: numbers.get(&row.manifest_id).cloned().flatten(),
        at: row.at,
        read_at: row.read_at,
    }
}

//! `findings`: what looks wrong, raised and withdrawn by judging, closed by people.

use crate::batch::{Column, Statement, ids};
use crate::{Cursor, Json, Listing, Page, Result, Tx};
use domain::custody::finding::{Finding, FindingCode, Severity};
use domain::id::{EventId, FindingId, ManifestId, PersonId};
use domain::time::Instant;
use serde_json::Value;
use sqlx::QueryBuilder;
use std::sync::LazyLock;
use uuid::Uuid;

macro_rules! columns {
    () => {
        "f.id, f.subject_id, f.key, f.manifest_id, f.event_id, f.code, f.severity, f.status, f.from_at, f.to_at, \
         f.decided_at, f.detail, f.raised_at, f.withdrawn_at, f.closed_at, f.closed_by, f.outcome"
    };
}

/// Standing of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type, serde::Serialize, serde::Deserialize)]
#[sqlx(type_name = "text", rename_all = "lowercase")]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It holds and nobody has settled it.
    Open,
    /// Judged again, it does not hold.
    Withdrawn,
    /// A person settled it.
    Closed,
}

impl Status {
    /// The spelling on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Withdrawn => "withdrawn",
            Self::Closed => "closed",
        }
    }
}

/// A finding as stored.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct StoredFinding {
    /// Its id.
    pub id: FindingId,
    /// The manifest, or the event where there is none.
    pub subject_id: Uuid,
    /// What makes it the same when judged again: [`Finding::key_text`].
    pub key: String,
    /// The manifest.
    pub manifest_id: Option<ManifestId>,
    /// The event it is about.
    pub event_id: Option<EventId>,
    /// What is wrong.
    pub code: FindingCode,
    /// How grave.
    pub severity: Severity,
    /// Its standing.
    pub status: Status,
    /// First instant it is true.
    pub from_at: Instant,
    /// Last instant it is known to be true.
    pub to_at: Instant,
    /// Time of the evidence that decided it.
    pub decided_at: Instant,
    /// Evidence.
    pub detail: Json<Value>,
    /// When it was first raised, server time.
    pub raised_at: Instant,
    /// When it was withdrawn.
    pub withdrawn_at: Option<Instant>,
    /// When a person closed it.
    pub closed_at: Option<Instant>,
    /// Who.
    pub closed_by: Option<PersonId>,
    /// With which outcome.
    pub outcome: Option<String>,
}

impl StoredFinding {
    /// The finding as judged, without its history.
    #[must_use]
    pub fn finding(&self) -> Finding {
        Finding {
            code: self.code,
            severity: self.severity,
            event_id: self.event_id,
            from: self.from_at,
            to: self.to_at,
            decided_at: self.decided_at,
            detail: self.detail.0.clone(),
        }
    }
}

/// A finding to raise, or to raise again.
#[derive(Debug, Clone, PartialEq)]
pub struct Raised {
    /// Id, if it is new.
    pub id: FindingId,
    /// The manifest it is in; without one, the finding must name its event.
    pub manifest_id: Option<ManifestId>,
    /// The finding.
    pub finding: Finding,
    /// Server time.
    pub at: Instant,
}

/// Raises findings in one statement. One known by its key is brought up to date, and opened again if it was
/// withdrawn; one that a person closed keeps its closing.
pub async fn upsert_batch(tx: &mut Tx, raised: &[Raised]) -> Result<()> {
    static UPSERT: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            "INSERT INTO findings (id, subject_id, key, manifest_id, event_id, code, severity, status, from_at, \
                 to_at, decided_at, detail, raised_at) \
             SELECT id, subject_id, key, manifest_id, event_id, code, severity, 'open', from_at, to_at, decided_at, \
                 detail, raised_at FROM {input} WHERE TRUE \
             ON CONFLICT (subject_id, key) DO UPDATE SET severity = excluded.severity, from_at = excluded.from_at, \
                 to_at = excluded.to_at, decided_at = excluded.decided_at, detail = excluded.detail, \
                 status = CASE WHEN findings.status = 'withdrawn' THEN 'open' ELSE findings.status END, \
                 withdrawn_at = NULL",
            &[
                ("id", Column::Uuid),
                ("subject_id", Column::Uuid),
                ("key", Column::Text),
                ("manifest_id", Column::Uuid),
                ("event_id", Column::Uuid),
                ("code", Column::Text),
                ("severity", Column::Text),
                ("from_at", Column::Time),
                ("to_at", Column::Time),
                ("decided_at", Column::Time),
                ("detail", Column::Text),
                ("raised_at", Column::Time),
            ],
        )
    });
    let rows = raised
        .iter()
        .map(|row| {
            let finding = &row.finding;
            let subject = row.manifest_id.map(|id| id.0).or(finding.event_id.map(|id| id.0));
            vec![
                row.id.into(),
                subject.into(),
                finding.key_text().into(),
                row.manifest_id.into(),
                finding.event_id.into(),
                finding.code.as_str().into(),
                finding.severity.as_str().into(),
                finding.from.into(),
                finding.to.into(),
                finding.decided_at.into(),
                finding.detail.to_string().into(),
                row.at.into(),
            ]
        })
        .collect();
    UPSERT.execute(tx, rows).await.map(drop)
}

/// Withdraws open findings that judging again did not find, in one statement. Closed ones stay closed.
///
/// `coalesce` keeps SQLite from walking every open finding of the country: the ids must lead.
pub async fn withdraw_batch(tx: &mut Tx, withdrawn: &[FindingId], at: Instant) -> Result<()> {
    static WITHDRAW: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            "UPDATE findings SET status = 'withdrawn', withdrawn_at = input.at FROM {input} \
             WHERE findings.id = input.finding AND coalesce(findings.status, '') = 'open'",
            &[("finding", Column::Uuid), ("at", Column::Time)],
        )
    });
    WITHDRAW.execute(tx, withdrawn.iter().map(|id| vec![(*id).into(), at.into()]).collect()).await.map(drop)
}

/// Closes an open finding with an outcome. False when it is not open any more: of two at once, one wins.
pub async fn update_closed(
    tx: &mut Tx,
    id: FindingId,
    by: PersonId,
    outcome: &str,
    at: Instant,
) -> Result<bool> {
    on_tx!(tx, c => sqlx::query(
        "UPDATE findings SET status = 'closed', closed_at = $2, closed_by = $3, outcome = $4 \
         WHERE id = $1 AND status = 'open'",
    )
    .bind(id).bind(at).bind(by).bind(outcome).execute(c).await.map(|done| done.rows_affected() == 1))
}

/// One finding.
pub async fn find(tx: &mut Tx, id: FindingId) -> Result<Option<StoredFinding>> {
    on_tx!(tx, c => sqlx::query_as(concat!("SELECT ", columns!(), " FROM findings f WHERE f.id = $1"))
        .bind(id).fetch_optional(c).await)
}

/// Every finding of manifests, withdrawn ones too, by manifest and key.
pub async fn list_for(tx: &mut Tx, manifests: &[ManifestId]) -> Result<Vec<StoredFinding>> {
    static LIST: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            concat!(
                "SELECT ",
                columns!(),
                " FROM findings f WHERE f.manifest_id IN (SELECT wanted FROM {input}) ORDER BY f.manifest_id, f.key"
            ),
            &[("wanted", Column::Uuid)],
        )
    });
    LIST.fetch(tx, ids(manifests)).await
}

/// Every finding about events, by event and key: also of events without a manifest.
pub async fn list_of_events(tx: &mut Tx, events: &[EventId]) -> Result<Vec<StoredFinding>> {
    static LIST: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            concat!(
                "SELECT ",
                columns!(),
                " FROM findings f WHERE f.event_id IN (SELECT wanted FROM {input}) ORDER BY f.event_id, f.key"
            ),
            &[("wanted", Column::Uuid)],
        )
    });
    LIST.fetch(tx, ids(events)).await
}

/// Which findings; every `None` lets all pass.
#[derive(Debug, Clone, Default)]
pub struct Filter<'a> {
    /// Of this standing.
    pub status: Option<Status>,
    /// Of this code.
    pub code: Option<FindingCode>,
    /// Of this severity.
    pub severity: Option<Severity>,
    /// Of manifests that pass this filter; findings without a manifest pass none.
    pub manifests: Option<&'a crate::manifests::Filter<'a>>,
}

/// A page of findings, the latest raised first.
pub async fn list(tx: &mut Tx, filter: &Filter<'_>, page: &Page) -> Result<Listing<StoredFinding>> {
    let rows: Vec<StoredFinding> = on_tx!(tx, c => {
        let mut q = QueryBuilder::new(concat!("SELECT ", columns!(), " FROM findings f WHERE TRUE"));
        if let Some(status) = filter.status {
            q.push(" AND f.status = ").push_bind(status);
        }
        if let Some(code) = filter.code {
            q.push(" AND f.code = ").push_bind(code);
        }
        if let Some(severity) = filter.severity {
            q.push(" AND f.severity = ").push_bind(severity);
        }
        if let Some(manifests) = filter.manifests {
            q.push(" AND EXISTS (SELECT 1 FROM manifests WHERE manifests.id = f.manifest_id");
            crate::manifests::push_filter!(q, manifests);
            q.push(")");
        }
        if let Some((at, id)) = page.after.as_ref().and_then(Cursor::time_and_id) {
            q.push(" AND (f.raised_at, f.id) < (").push_bind(at).push(", ").push_bind(id).push(")");
        }
        q.push(" ORDER BY f.raised_at DESC, f.id DESC LIMIT ").push_bind(page.probe());
        q.build_query_as().fetch_all(c).await
    })?;
    Ok(Listing::cut(rows, page, |row| Cursor::at(row.raised_at, row.id.0)))
}

//! What callers see of the files that events name: whether they are here yet, and what they show.

use crate::error::Result;
use domain::custody::event::{Counterparty, CounterpartyKind, EventPayload};
use domain::file::{FileHash, FileKind, FileSubject};
use domain::id::{EventId, ManifestId};
use serde::Serialize;
use std::collections::HashMap;
use store::files::{self, Named};
use store::{Tx, events};

/// Longest path of strokes that is shown, characters.
const MAX_STROKES: usize = 20_000;

/// Whether a file that an event names is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileStatus {
    /// Still on the phone, or on its way.
    Missing,
    /// Here, whole and as signed.
    Received,
}

/// A file that an event names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct EventFileView {
    /// Its name; `GET field/files/{sha256}` gives its bytes.
    pub sha256: FileHash,
    /// Whether it is here.
    pub status: FileStatus,
    /// What it shows, where the phone said so.
    pub subject: Option<FileSubject>,
    /// What it is, once received.
    pub kind: Option<FileKind>,
    /// Its length, once received, bytes.
    pub length: Option<i64>,
}

/// How many files the events of a manifest name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FileCounts {
    /// Named by its events.
    pub named: i64,
    /// Of these, not received yet.
    pub missing: i64,
}

/// The consent of the person who hands over; the six digits are not told again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct CounterpartyView {
    /// How it was given.
    pub kind: CounterpartyKind,
    /// Name as written.
    pub name: Option<String>,
    /// The file with the drawn signature.
    pub signature: Option<FileHash>,
    /// The drawn signature as an SVG path, where the event itself holds it.
    pub strokes: Option<String>,
}

/// The files of events, by event and in the order of their lists.
pub(crate) async fn of_events(tx: &mut Tx, ids: &[EventId]) -> Result<HashMap<EventId, Vec<Named>>> {
    let mut named: HashMap<EventId, Vec<Named>> = HashMap::new();
    for file in files::list_named(tx, ids).await? {
        named.entry(file.event_id).or_default().push(file);
    }
    Ok(named)
}

/// The counts of manifests; one whose events name no file is not among them.
pub(crate) async fn counts(tx: &mut Tx, ids: &[ManifestId]) -> Result<HashMap<ManifestId, FileCounts>> {
    let counted = files::count_for(tx, ids).await?;
    let counts = |count: files::Count| FileCounts { named: count.named, missing: count.missing };
    Ok(counted.into_iter().map(|count| (count.manifest_id, counts(count))).collect())
}

/// Notes which files fresh events name.
pub(crate) async fn note(tx: &mut Tx, rows: &[events::Event]) -> Result<()> {
    let named: Vec<(EventId, &[FileHash])> = rows
        .iter()
        .map(|row| (row.id, row.record.payload.files.as_slice()))
        .filter(|(_, files)| !files.is_empty())
        .collect();
    Ok(files::insert_named(tx, &named).await?)
}

/// A file as its event's readers see it. What is stored but not received for this event is not told.
pub(crate) fn view(file: Named, payload: &EventPayload) -> EventFileView {
    EventFileView {
        sha256: file.sha256,
        status: if file.received { FileStatus::Received } else { FileStatus::Missing },
        subject: payload.file_subjects.get(&file.sha256).copied(),
        kind: file.kind.filter(|_| file.received),
        length: file.length_bytes.filter(|_| file.received),
    }
}

/// The consent as the parties see it.
pub(crate) fn counterparty(told: &Counterparty, files: &[FileHash]) -> CounterpartyView {
    let drawn = told.proof.as_deref().filter(|_| told.kind == CounterpartyKind::Glass);
    let signature = drawn.and_then(|proof| proof.parse().ok()).filter(|hash| files.contains(hash));
    let path = |text: &&str| text.len() <= MAX_STROKES && is_path(text);
    CounterpartyView {
        kind: told.kind,
        name: told.name.clone(),
        signature,
        strokes: drawn.filter(path).map(str::to_owned),
    }
}

/// True for the letters and numbers of an SVG path and nothing else.
fn is_path(text: &str) -> bool {
    text.starts_with('M') && text.chars().all(|c| c.is_ascii_digit() || " .,-MLHVCSQTZ".contains(c))
}

#[cfg(test)]
mod tests {
    use super::{counterparty, is_path};
    use domain::custody::event::{Counterparty, CounterpartyKind};
    use domain::file::FileHash;

    #[test]
    fn a_signature_is_a_file_of_the_event_or_strokes_in_it() {
        let (mine, other) = (FileHash::of(b"1"), FileHash::of(b"2"));
        let glass = |proof: &str| Counterparty {
            kind: CounterpartyKind::Glass,
            name: Some("Người giao 1".into()),
            proof: Some(proof.into()),
        };
        let seen = counterparty(&glass(&mine.to_string()), &[mine]);
        assert_eq!((seen.signature, seen.strokes), (Some(mine), None));
        assert_eq!(counterparty(&glass(&other.to_string()), &[mine]).signature, None);
        assert_eq!(counterparty(&glass("M0 0L9 9"), &[]).strokes.as_deref(), Some("M0 0L9 9"));
        assert!(!is_path("M0 0\"/><script>") && !is_path("url(#x)") && !is_path(""));
        let digits = Counterparty { kind: CounterpartyKind::Code, ..glass("123456") };
        let seen = counterparty(&digits, &[mine]);
        assert_eq!((seen.signature, seen.strokes), (None, None), "the six digits stay where they are");
    }
}

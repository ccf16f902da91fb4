//! Reading a signed payload: strict where the event could not be kept otherwise, lenient everywhere else.

use super::{EventKind, EventLine, EventPayload, Oddity, Unreadable};
use crate::file::{FileHash, FileSubject, MAX_FILES};
use crate::geo::position::Position;
use crate::id::EventId;
use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Longest remark that is read, characters; a longer one is cut, and the signed text keeps all of it.
const MAX_COMMENT: usize = 4_000;
/// Largest `details` that are read, bytes of JSON.
const MAX_DETAILS: usize = 32 * 1024;

impl EventPayload {
    /// Reads the signed payload.
    ///
    /// # Errors
    /// [`Unreadable`] when a field without which nothing can be kept is missing or malformed.
    pub fn read(bytes: &[u8]) -> Result<Self, Unreadable> {
        let Ok(Value::Object(mut map)) = serde_json::from_slice::<Value>(bytes) else {
            return Err(Unreadable { path: "", code: "bad_json" });
        };
        let id = required(&mut map, "id")?;
        let kind: EventKind = required(&mut map, "kind")?;
        let event_time: DateTime<FixedOffset> = required(&mut map, "event_time")?;
        if !(2000..=2200).contains(&chrono::Datelike::year(&event_time)) {
            return Err(Unreadable { path: "event_time", code: "out_of_range" });
        }
        let device_seq: i64 = required(&mut map, "device_seq")?;
        if device_seq < 0 {
            return Err(Unreadable { path: "device_seq", code: "out_of_range" });
        }
        let mut reader = Reader { map, oddities: Vec::new() };
        let manifest_id = match reader.map.remove("manifest_id") {
            None | Some(Value::Null) if kind.may_lack_manifest() => None,
            None | Some(Value::Null) => return Err(Unreadable { path: "manifest_id", code: "required" }),
            Some(value) => Some(
                serde_json::from_value(value)
                    .map_err(|_| Unreadable { path: "manifest_id", code: "bad_format" })?,
            ),
        };
        let files = reader.files();
        Ok(Self {
            id,
            kind,
            manifest_id,
            device_seq,
            event_time,
            trip_id: reader.optional("trip_id"),
            supplements: reader.supplements(kind),
            clock: reader.optional("clock"),
            acting: reader.optional("acting"),
            code: reader.optional("code"),
            code_source: reader.optional("code_source"),
            site_code: reader.optional("site_code"),
            position: reader.position(),
            position_missing: reader.optional("position_missing"),
            plate: reader.optional("plate"),
            lines: reader.lines(),
            packages: reader.optional("packages"),
            counterparty: reader.optional("counterparty"),
            weighing: reader.optional("weighing"),
            details: reader.details(),
            comment: reader.comment(),
            file_subjects: reader.file_subjects(&files),
            files,
            oddities: reader.oddities,
        })
    }
}

fn required<T: DeserializeOwned>(map: &mut Map<String, Value>, path: &'static str) -> Result<T, Unreadable> {
    match map.remove(path) {
        None | Some(Value::Null) => Err(Unreadable { path, code: "required" }),
        Some(value) => serde_json::from_value(value).map_err(|_| Unreadable { path, code: "bad_format" }),
    }
}

/// Takes optional fields out of the payload and notes what it could not read.
struct Reader {
    map: Map<String, Value>,
    oddities: Vec<Oddity>,
}

impl Reader {
    fn odd(&mut self, path: impl Into<String>, code: &str) {
        self.oddities.push(Oddity { path: path.into(), code: code.to_owned() });
    }

    fn optional<T: DeserializeOwned>(&mut self, path: &str) -> Option<T> {
        match self.map.remove(path) {
            None | Some(Value::Null) => None,
            Some(value) => serde_json::from_value(value).ok().or_else(|| {
                self.odd(path, "bad_format");
                None
            }),
        }
    }

    fn position(&mut self) -> Option<Position> {
        let position: Position = self.optional("position")?;
        if !position.is_on_globe() {
            self.odd("position", "out_of_range");
            return None;
        }
        if position.accuracy_m.is_some_and(|m| !m.is_finite() || m < 0.0) {
            self.odd("position.accuracy_m", "out_of_range");
            return Some(Position { accuracy_m: None, ..position });
        }
        Some(position)
    }

    fn lines(&mut self) -> Vec<EventLine> {
        let values: Vec<Value> = self.optional("lines").unwrap_or_default();
        let mut lines = Vec::with_capacity(values.len());
        for (index, value) in values.into_iter().enumerate() {
            match serde_json::from_value::<EventLine>(value) {
                Err(_) => self.odd(format!("lines[{index}]"), "bad_format"),
                Ok(line) if [line.mass_g, line.refused_g].into_iter().flatten().any(|m| !m.in_range()) => {
                    self.odd(format!("lines[{index}]"), "out_of_range");
                }
                Ok(line) => lines.push(line),
            }
        }
        lines
    }

    fn details(&mut self) -> Map<String, Value> {
        let details: Map<String, Value> = self.optional("details").unwrap_or_default();
        if serde_json::to_string(&details).map_or(0, |text| text.len()) > MAX_DETAILS {
            self.odd("details", "out_of_range");
            return Map::new();
        }
        details
    }

    fn comment(&mut self) -> Option<String> {
        let comment: String = self.optional("comment")?;
        match comment.char_indices().nth(MAX_COMMENT) {
            None => Some(comment),
            Some((end, _)) => {
                self.odd("comment", "out_of_range");
                Some(comment[..end].to_owned())
            }
        }
    }

    fn files(&mut self) -> Vec<FileHash> {
        let values: Vec<Value> = self.optional("files").unwrap_or_default();
        let mut files = Vec::new();
        for (index, value) in values.into_iter().enumerate() {
            match serde_json::from_value(value) {
                Err(_) if index < MAX_FILES => self.odd(format!("files[{index}]"), "bad_format"),
                Ok(hash) if files.contains(&hash) => {}
                Ok(hash) if files.len() < MAX_FILES => files.push(hash),
                Ok(_) | Err(_) => {
                    self.odd("files", "out_of_range");
                    break;
                }
            }
        }
        files
    }

    /// Subjects of the files named; one that this server does not know is no subject, and nothing is lost with it.
    fn file_subjects(&mut self, files: &[FileHash]) -> BTreeMap<FileHash, FileSubject> {
        let told: BTreeMap<String, Value> = self.optional("file_subjects").unwrap_or_default();
        let known = |hash: &FileHash| {
            let subject = serde_json::from_value(told.get(&hash.to_string())?.clone()).ok()?;
            Some((*hash, subject))
        };
        files.iter().filter_map(known).collect()
    }

    /// A supplement names its event at the top level or, as older phones do, inside `details`.
    fn supplements(&mut self, kind: EventKind) -> Option<EventId> {
        let named = self.optional("supplements");
        if named.is_some() || kind != EventKind::PositionSupplement {
            return named;
        }
        let details = self.map.get("details")?.as_object()?;
        ["event_id", "supplements"].iter().find_map(|key| details.get(*key)?.as_str()?.parse().ok())
    }
}

/// Reads a stored list of names; what was no hash when it was stored names nothing.
pub(super) fn hashes<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<FileHash>, D::Error> {
    let texts = Vec::<String>::deserialize(from)?;
    Ok(texts.iter().filter_map(|text| text.parse().ok()).collect())
}

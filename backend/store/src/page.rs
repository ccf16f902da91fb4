//! Keyset paging: a cursor names the last row seen, so that new rows never shift a page.

use chrono::{DateTime, SecondsFormat, Utc};
use domain::time::Instant;
use uuid::Uuid;

/// The place after a row: its sort key and, among equal keys, its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// Sort key as text: folded name, code, or time.
    pub key: String,
    /// Id of the row.
    pub id: Uuid,
}

/// Text that is not a cursor of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor")]
pub struct BadCursor;

impl Cursor {
    /// A cursor of a list that is sorted by time.
    #[must_use]
    pub fn at(at: Instant, id: Uuid) -> Self {
        Self { key: at.to_rfc3339_opts(SecondsFormat::Millis, true), id }
    }

    /// The time of a cursor made by [`Cursor::at`]; `None` when its key is no time.
    #[must_use]
    pub fn instant(&self) -> Option<Instant> {
        self.key.parse::<DateTime<Utc>>().ok()
    }

    /// Key and id of a list that is sorted by time; a cursor of another list starts from the beginning.
    pub(crate) fn time_and_id(&self) -> Option<(Instant, Uuid)> {
        Some((self.instant()?, self.id))
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.id.simple())?;
        self.key.bytes().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::str::FromStr for Cursor {
    type Err = BadCursor;
    fn from_str(text: &str) -> Result<Self, BadCursor> {
        let (id, key) = text.split_at_checked(32).ok_or(BadCursor)?;
        if !key.is_ascii() || key.len() % 2 != 0 || key.len() > 2048 {
            return Err(BadCursor);
        }
        let bytes: Option<Vec<u8>> = (0..key.len())
            .step_by(2)
            .map(|at| key.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()))
            .collect();
        let key = String::from_utf8(bytes.ok_or(BadCursor)?).map_err(|_| BadCursor)?;
        // PostgreSQL has no NUL in text: such a key was never ours.
        if key.contains('\0') {
            return Err(BadCursor);
        }
        Ok(Self { key, id: Uuid::try_parse(id).map_err(|_| BadCursor)? })
    }
}

/// Which part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Start after this row; `None` = from the beginning.
    pub after: Option<Cursor>,
    /// At most this many rows.
    pub limit: u16,
}

impl Default for Page {
    fn default() -> Self {
        Self { after: None, limit: 100 }
    }
}

impl Page {
    /// The first `limit` rows.
    #[must_use]
    pub const fn first(limit: u16) -> Self {
        Self { after: None, limit }
    }

    /// One row more than asked for: it tells whether there is a next page.
    pub(crate) fn probe(&self) -> i64 {
        i64::from(self.limit) + 1
    }
}

/// Part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Where the next page starts; `None` at the end.
    pub next: Option<Cursor>,
}

impl<T> Listing<T> {
    /// Cuts the probe row off and turns the last row that stays into the cursor.
    pub(crate) fn cut(mut items: Vec<T>, page: &Page, cursor: impl Fn(&T) -> Cursor) -> Self {
        let limit = usize::from(page.limit);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = if more { items.last().map(cursor) } else { None };
        Self { items, next }
    }
}

#[cfg(test)]
mod tests {
    use super::{BadCursor, Cursor};
    use uuid::Uuid;

    #[test]
    fn a_cursor_survives_its_text() {
        let cursor = Cursor { key: "bùn thải".to_owned(), id: Uuid::from_u128(7) };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        let at = Cursor::at("2026-11-23T01:10:00.120Z".parse().unwrap(), Uuid::from_u128(8));
        assert_eq!(at.instant().unwrap().timestamp_millis() % 1000, 120);
    }

    #[test]
    fn other_text_is_refused() {
        let nul = format!("{}00", Uuid::nil().simple());
        for text in ["", "x", "00", "ééééééééééééééééééééééé", &"f".repeat(33), &"z".repeat(34), &nul]
        {
            assert_eq!(text.parse::<Cursor>(), Err(BadCursor), "{text}");
        }
    }
}

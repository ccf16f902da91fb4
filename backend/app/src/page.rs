//! Cursor paging, the same for every list.

use crate::error::{Error, FieldCode, Result};
use serde::{Deserialize, Serialize};

/// Largest page.
pub const MAX_LIMIT: i64 = 500;
/// Page when the caller names none.
pub const DEFAULT_LIMIT: i64 = 100;

/// What part of a list the caller wants.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Cursor from the last page's `next_cursor`.
    pub cursor: Option<String>,
    /// Items wanted, 1 to 500; 100 unless named.
    pub limit: Option<i64>,
}

/// The store's page of a cursor and a limit from the wire.
pub(crate) fn store_page(cursor: Option<&str>, limit: Option<i64>) -> Result<store::Page> {
    let after = cursor.map(str::parse).transpose().map_err(|_| {
        Error::field("cursor", FieldCode::BadFormat, "Send next_cursor of the last page as it came.")
    })?;
    let limit = u16::try_from(limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT)).unwrap_or(1);
    Ok(store::Page { after, limit })
}

impl PageQuery {
    pub(crate) fn store(&self) -> Result<store::Page> {
        store_page(self.cursor.as_deref(), self.limit)
    }
}

/// One page of a list.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next page starts; null on the last page.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// A list that fits on one page.
    #[must_use]
    pub const fn whole(items: Vec<T>) -> Self {
        Self { items, next_cursor: None }
    }

    /// A page of rows as the caller sees them.
    pub(crate) fn of<R>(listing: store::Listing<R>, view: impl FnMut(R) -> T) -> Self {
        Self {
            items: listing.items.into_iter().map(view).collect(),
            next_cursor: listing.next.map(|c| c.to_string()),
        }
    }
}

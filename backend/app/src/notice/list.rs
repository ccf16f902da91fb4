//! The list of notices in the application.

use super::view::{NoticeView, views};
use crate::app::App;
use crate::caller::Caller;
use crate::error::{Error, FieldCode, Result};
use crate::page::store_page;
use crate::sets::distinct;
use chrono::{DateTime, Utc};
use domain::id::NoticeId;
use serde::{Deserialize, Serialize};
use store::notices;

/// Most notices marked at once by their ids.
const MAX_READ: usize = 500;

/// Which notices.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct NoticeQuery {
    /// Leaves out what was read.
    #[serde(default)]
    pub unread: bool,
    /// Cursor from the last page.
    pub cursor: Option<String>,
    /// Items wanted, 1 to 500.
    pub limit: Option<i64>,
}

/// A page of notices and how many are unread.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct NoticeList {
    /// The latest first.
    pub items: Vec<NoticeView>,
    /// Where the next page starts; null on the last page.
    pub next_cursor: Option<String>,
    /// How many are unread, on all pages.
    pub unread: i64,
}

/// What was read: some by their ids, or everything up to an instant.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
pub struct Read {
    /// These, at most 500.
    #[serde(default)]
    pub ids: Vec<NoticeId>,
    /// All told up to this instant: the newest one on the caller's screen.
    #[serde(default)]
    pub until: Option<DateTime<Utc>>,
}

/// How many notices are unread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Unread {
    /// The number.
    pub unread: i64,
}

/// What the caller was told, the latest first.
///
/// # Errors
/// [`Error::Fields`] for a cursor that is none.
pub async fn list(app: &App, caller: &Caller, query: NoticeQuery) -> Result<NoticeList> {
    let page = store_page(query.cursor.as_deref(), query.limit)?;
    let mut tx = app.db.read("notice.list").await?;
    let listing = notices::list(&mut tx, caller.person_id, query.unread, &page).await?;
    let unread = notices::count_unread(&mut tx, caller.person_id).await?;
    let next_cursor = listing.next.map(|cursor| cursor.to_string());
    Ok(NoticeList { items: views(&mut tx, listing.items).await?, next_cursor, unread })
}

/// One notice of the caller, for the page behind a link in a message.
///
/// # Errors
/// [`Error::NotFound`] for others'.
pub async fn find(app: &App, caller: &Caller, id: NoticeId) -> Result<NoticeView> {
    let mut tx = app.db.read("notice.find").await?;
    let found = notices::find_many(&mut tx, &[(id, caller.person_id)]).await?;
    views(&mut tx, found).await?.pop().ok_or(Error::NotFound)
}

/// Marks notices of the caller as read; others' ids mark nothing.
///
/// # Errors
/// [`Error::Fields`] for more than 500 ids.
pub async fn read(app: &App, caller: &Caller, input: Read) -> Result<Unread> {
    if input.ids.len() > MAX_READ {
        return Err(Error::field("ids", FieldCode::OutOfRange, "At most 500 at once, or use until."));
    }
    let now = app.now();
    let mut tx = app.db.begin("notice.read").await?;
    let ids = distinct(input.ids.into_iter());
    notices::update_read(&mut tx, caller.person_id, &ids, now).await?;
    if let Some(until) = input.until {
        let until = domain::time::instant(until);
        notices::update_read_until(&mut tx, caller.person_id, until, now).await?;
    }
    let unread = notices::count_unread(&mut tx, caller.person_id).await?;
    tx.commit().await?;
    Ok(Unread { unread })
}

//! Forgetting what was abandoned: uploads that nobody continues, files that no event ever named, old quotas.

use super::upload;
use crate::app::App;
use crate::error::Result;
use chrono::{Days, TimeDelta};
use domain::time::local_day;
use store::{files, uploads};

/// After this an upload that nobody continued is forgotten: the phone begins again.
pub const ABANDONED_AFTER: TimeDelta = TimeDelta::days(7);
/// After this a file that no event names is forgotten; a phone sends the event first.
pub const UNNAMED_AFTER: TimeDelta = TimeDelta::days(30);
/// Most of each in one sweep.
const BATCH: u16 = 500;

/// What a sweep removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Uploads.
    pub uploads: usize,
    /// Files.
    pub files: usize,
}

/// Removes what is old enough; safe to run from several servers at once.
///
/// # Errors
/// Store failures; what was removed by then stays removed.
pub async fn sweep(app: &App) -> Result<Swept> {
    let now = app.now();
    let mut swept = Swept::default();
    let mut tx = app.db.read("file.sweep").await?;
    let abandoned = uploads::list_abandoned(&mut tx, now - ABANDONED_AFTER, BATCH).await?;
    let unnamed = files::list_unnamed(&mut tx, now - UNNAMED_AFTER, BATCH).await?;
    drop(tx);
    for old in abandoned {
        upload::drop_upload(app, &old).await?;
        swept.uploads += 1;
    }
    for sha256 in unnamed {
        let mut tx = app.db.begin("file.sweep.unnamed").await?;
        let key = files::delete_unnamed(&mut tx, sha256).await?;
        tx.commit().await?;
        if let Some(key) = key {
            app.objects.delete(&key).await?;
            swept.files += 1;
        }
    }
    let mut tx = app.db.begin("file.sweep.quotas").await?;
    uploads::delete_sent_before(&mut tx, local_day(now) - Days::new(7)).await?;
    tx.commit().await?;
    if swept != Swept::default() {
        tracing::info!(uploads = swept.uploads, files = swept.files, "abandoned evidence files removed");
    }
    Ok(swept)
}

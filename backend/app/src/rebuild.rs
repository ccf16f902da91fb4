//! Rebuilding: every projection made again from acts and events, to prove that nothing else holds truth.

use crate::app::App;
use crate::error::Result;
use crate::file::named;
use crate::ledger::Cause;
use crate::ports::Core;
use crate::refold;
use crate::rollup;
use crate::sets::distinct;
use domain::id::ManifestId;
use store::events;
use store::manifests::{self, Filter};

/// Manifests folded in one transaction.
const BATCH: u16 = 200;

/// What a rebuild did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rebuilt {
    /// Manifests folded again.
    pub manifests: usize,
    /// Of these, rows that differ afterwards in more than their version and time of change.
    pub changed: usize,
    /// Rows of the statistics that were wrong.
    pub rollups: usize,
}

/// Folds and judges these manifests from their acts and events and writes what came of it, inside `tx`.
///
/// # Errors
/// Store failures.
pub async fn fold(core: &Core, tx: &mut store::Tx, ids: &[ManifestId]) -> Result<()> {
    refold::refold(core, tx, ids, Cause::MadeAgain).await
}

/// Folds every manifest again, batch by batch, and counts the statistics anew.
///
/// # Errors
/// Store failures; finished batches stay.
pub async fn rebuild(app: &App) -> Result<Rebuilt> {
    let mut done = Rebuilt::default();
    let mut page = store::Page::first(BATCH);
    loop {
        let mut tx = app.db.begin("rebuild").await?;
        let listing = manifests::list(&mut tx, &Filter::default(), &page).await?;
        let ids: Vec<ManifestId> = distinct(listing.items.iter().map(|row| row.id));
        refold::refold(app, &mut tx, &ids, Cause::MadeAgain).await?;
        let told = events::list_for(&mut tx, &ids).await?;
        named::note(&mut tx, &told).await?;
        let after = manifests::find_many(&mut tx, &ids).await?;
        for before in listing.items {
            let now = after.iter().find(|row| row.id == before.id);
            let same = now.is_some_and(|now| {
                *now == manifests::Manifest { version: now.version, updated_at: now.updated_at, ..before }
            });
            done.changed += usize::from(!same);
        }
        done.manifests += ids.len();
        tx.commit().await?;
        match listing.next {
            Some(cursor) => page.after = Some(cursor),
            None => break,
        }
    }
    done.rollups = rollup::rebuild(app).await?;
    Ok(done)
}

//! One manifest for those who may see it; an inspector's look is logged.

use super::load;
use super::view::ManifestView;
use crate::app::App;
use crate::caller::Caller;
use crate::error::Result;
use domain::id::ManifestId;
use domain::party::Role;
use store::Tx;
use store::manifests::Manifest;

/// One manifest.
///
/// # Errors
/// [`crate::Error::NotFound`] for those who are no party to it.
pub async fn find(app: &App, caller: &Caller, id: ManifestId) -> Result<ManifestView> {
    let mut tx = app.db.read("manifest.find").await?;
    let row = load::visible(&mut tx, caller, id).await?;
    let view = load::view_of(app, &mut tx, caller, &row).await?;
    drop(tx);
    log_looks(app, caller, &[row], "opened").await?;
    Ok(view)
}

/// Logs that an inspector looked at manifests of organisations that are not their own.
pub(crate) async fn log_looks(app: &App, caller: &Caller, rows: &[Manifest], how: &str) -> Result<()> {
    if rows.is_empty() || !caller.is(Role::Inspector) {
        return Ok(());
    }
    let mut tx = app.db.begin("manifest.log_looks").await?;
    for row in rows {
        look(app, &mut tx, caller, row, how).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn look(app: &App, tx: &mut Tx, caller: &Caller, row: &Manifest, how: &str) -> Result<()> {
    store::looks::insert(
        tx,
        &store::looks::Look {
            id: app.new_id()?,
            person_id: caller.person_id,
            organisation_id: caller.organisations(|role| role == Role::Inspector).first().copied(),
            manifest_id: row.id,
            how: how.to_owned(),
            at: app.now(),
        },
    )
    .await?;
    Ok(())
}

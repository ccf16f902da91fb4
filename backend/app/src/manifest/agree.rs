//! Proposing and approving: generator and facility agree, maker and checker are two people; the last approval issues.

use super::sight::Sight;
use super::view::ManifestView;
use super::{eligibility, load};
use crate::app::App;
use crate::caller::Caller;
use crate::error::{Error, Result};
use crate::idempotency::{self, Once};
use crate::ledger::Cause;
use domain::custody::act::{Act, Decision};
use domain::id::{ManifestId, OrganisationId};
use domain::manifest::{ManifestState, Side};
use store::Tx;
use store::manifests::Manifest;

/// Proposes a draft; the proposing side has thereby agreed.
///
/// # Errors
/// [`Error::WrongState`] unless it is a draft; [`Error::NotFound`] for other organisations; [`Error::Fields`] naming
/// every party that is suspended.
pub async fn propose(
    app: &App,
    caller: &Caller,
    id: ManifestId,
    once: Option<&Once>,
) -> Result<ManifestView> {
    let mut tx = app.db.begin("manifest.propose").await?;
    let row = load::locked(&mut tx, caller, id).await?;
    if idempotency::seen(&mut tx, caller, once).await?.is_some() {
        return load::view_of(app, &mut tx, caller, &row).await;
    }
    let parties = load::parties(&row);
    let own = |side: &Side| parties.of(*side) == row.drafted_by;
    let side = caller.sides(&parties).into_iter().find(own);
    if row.state != ManifestState::Draft {
        return Err(if caller.sides(&parties).is_empty() {
            Error::Forbidden
        } else {
            Error::WrongState { state: row.state }
        });
    }
    let side = side.ok_or(Error::Forbidden)?;
    eligibility::to_propose(&mut tx, &row, app.now()).await?;
    act(app, &mut tx, caller, id, row.drafted_by, Decision::Propose { side }).await?;
    idempotency::note(app, &mut tx, caller, once, id).await?;
    crate::registry::audit(app, &mut tx, caller, Some(row.drafted_by), "manifest.propose", &id.to_string())
        .await?;
    finish(app, tx, caller, id).await
}

/// Approves for the caller's side; issues when generator and facility have both agreed.
///
/// # Errors
/// [`Error::SamePerson`] when the caller already agreed for the other side or proposed; [`Error::Forbidden`] when the
/// caller has no side to agree for; [`Error::Fields`] naming what stands in the way of issuing: a suspended party, a
/// facility without a permit in force. It is asked of every approval, so that nobody agrees to what cannot be issued.
pub async fn approve(
    app: &App,
    caller: &Caller,
    id: ManifestId,
    once: Option<&Once>,
) -> Result<ManifestView> {
    let mut tx = app.db.begin("manifest.approve").await?;
    let row = load::locked(&mut tx, caller, id).await?;
    if idempotency::seen(&mut tx, caller, once).await?.is_some() {
        return load::view_of(app, &mut tx, caller, &row).await;
    }
    let parties = load::parties(&row);
    let agreeing: Vec<Side> =
        caller.sides(&parties).into_iter().filter(|side| *side != Side::Carrier).collect();
    if agreeing.is_empty() {
        return Err(Error::Forbidden);
    }
    if row.state != ManifestState::Proposed {
        return Err(Error::WrongState { state: row.state });
    }
    let waiting = agreeing.into_iter().find(|side| !has_agreed(&row, *side)).ok_or(Error::Forbidden)?;
    let made = store::acts::list_for(&mut tx, &[id]).await?;
    let decided_by_caller = |act: &Act| {
        act.person_id == caller.person_id
            && matches!(act.decision, Decision::Propose { .. } | Decision::Approve { .. })
    };
    if made.iter().any(|(_, act)| decided_by_caller(act)) {
        return Err(Error::SamePerson);
    }
    let permit = eligibility::to_issue(&mut tx, &row, app.now()).await?;
    let organisation_id = parties.of(waiting);
    act(app, &mut tx, caller, id, organisation_id, Decision::Approve { side: waiting }).await?;
    let row = load::locked(&mut tx, caller, id).await?;
    if row.agreed_generator && row.agreed_facility {
        let issued = super::issue::issue(app, &mut tx, &row, permit).await?;
        act(app, &mut tx, caller, id, organisation_id, issued).await?;
    }
    idempotency::note(app, &mut tx, caller, once, id).await?;
    crate::registry::audit(app, &mut tx, caller, Some(organisation_id), "manifest.approve", &id.to_string())
        .await?;
    finish(app, tx, caller, id).await
}

const fn has_agreed(row: &Manifest, side: Side) -> bool {
    match side {
        Side::Generator => row.agreed_generator,
        Side::Facility => row.agreed_facility,
        Side::Carrier => true,
    }
}

/// Records an office act and folds the manifest again.
pub(super) async fn act(
    app: &App,
    tx: &mut Tx,
    caller: &Caller,
    id: ManifestId,
    organisation_id: OrganisationId,
    decision: Decision,
) -> Result<()> {
    let act =
        Act { id: app.new_id()?, person_id: caller.person_id, organisation_id, at: app.now(), decision };
    store::acts::insert(tx, id, &act).await?;
    let cause = Cause::Decided { by: Some(caller.person_id) };
    crate::refold::refold(app, tx, &[id], cause).await
}

/// Commits and answers with the manifest as it stands now.
pub(super) async fn finish(app: &App, mut tx: Tx, caller: &Caller, id: ManifestId) -> Result<ManifestView> {
    let row = load::visible(&mut tx, caller, id).await?;
    let view = load::view_of(app, &mut tx, caller, &row).await?;
    tx.commit().await?;
    app.live.changed([Sight::of(&row)].into_iter());
    Ok(view)
}

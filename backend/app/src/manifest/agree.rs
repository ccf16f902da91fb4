//! Proposing and approving: generator and facility agree, maker and checker are two people; the last approval issues.

use super::sight::Sight;
use super::view::ManifestView;
use super::{eligibility, load};
use crate::app::App;
use crate::caller::Caller;
use crate::error::{Error, Result};
use crate::idempotency::{self, Once};
use crate::ledger::Cause;
use domain::agreement::{Agreement, in_force};
use domain::custody::act::{Act, Decision};
use domain::id::{ManifestId, OrganisationId};
use domain::manifest::{ManifestState, Side};
use domain::time::Instant;
use domain::waste::WasteLine;
use store::Tx;
use store::manifests::Manifest;

/// Proposes a draft; the proposing side has thereby agreed. Under an agreement that approves in advance it is issued at
/// once.
///
/// # Errors
/// [`Error::WrongState`] unless it is a draft; [`Error::NotFound`] for other organisations; [`Error::Fields`] with
/// everything that stands in the way of issuing it.
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
    let lines = lines(&mut tx, id).await?;
    let cover = eligibility::check(&mut tx, &row, &lines, app.now()).await?;
    let mut decisions = vec![(row.drafted_by, Decision::Propose { side })];
    // A carrier speaks for neither side: what these have agreed on between them does not make its proposal theirs.
    if let Some(other) = opposite(side)
        && let Some(agreement) = in_advance(&mut tx, &row, &lines, app.now()).await?
    {
        let under = Some(agreement.terms());
        let approve = Decision::Approve { side: other, under, in_advance: true };
        decisions.push((parties.of(other), approve));
        let issued = super::issue::issue(app, &mut tx, &row, &lines, cover).await?;
        decisions.push((row.drafted_by, issued));
    }
    acts(app, &mut tx, caller, id, decisions).await?;
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
    let lines = lines(&mut tx, id).await?;
    let cover = eligibility::check(&mut tx, &row, &lines, app.now()).await?;
    let organisation_id = parties.of(waiting);
    let agreement = agreement(&mut tx, &row, &lines, app.now()).await?;
    let under = agreement.as_ref().map(Agreement::terms);
    let mut decisions =
        vec![(organisation_id, Decision::Approve { side: waiting, under, in_advance: false })];
    let missing = opposite(waiting).filter(|other| !has_agreed(&row, *other));
    let agreed_before = agreement.is_some_and(|agreement| agreement.approves_in_advance);
    if let Some(other) = missing.filter(|_| agreed_before) {
        decisions.push((parties.of(other), Decision::Approve { side: other, under, in_advance: true }));
    }
    if missing.is_none() || agreed_before {
        let issued = super::issue::issue(app, &mut tx, &row, &lines, cover).await?;
        decisions.push((organisation_id, issued));
    }
    acts(app, &mut tx, caller, id, decisions).await?;
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

/// The side that has to agree with this one; a carrier's has none.
const fn opposite(side: Side) -> Option<Side> {
    match side {
        Side::Generator => Some(Side::Facility),
        Side::Facility => Some(Side::Generator),
        Side::Carrier => None,
    }
}

async fn lines(tx: &mut Tx, id: ManifestId) -> Result<Vec<WasteLine>> {
    Ok(store::lines::list_for(tx, &[id]).await?.into_iter().map(|line| line.declared).collect())
}

/// The agreement under which a manifest goes at an instant.
async fn agreement(
    tx: &mut Tx,
    row: &Manifest,
    lines: &[WasteLine],
    at: Instant,
) -> Result<Option<Agreement>> {
    let held = store::agreements::list_between(tx, row.generator_id, row.facility_id).await?;
    let held: Vec<Agreement> = held.into_iter().map(Agreement::from).collect();
    Ok(in_force(&held, lines, at).cloned())
}

/// The agreement that has said yes in advance.
async fn in_advance(
    tx: &mut Tx,
    row: &Manifest,
    lines: &[WasteLine],
    at: Instant,
) -> Result<Option<Agreement>> {
    Ok(agreement(tx, row, lines, at).await?.filter(|agreement| agreement.approves_in_advance))
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
    acts(app, tx, caller, id, vec![(organisation_id, decision)]).await
}

/// Records what was decided in one breath, each for an organisation, and folds the manifest once: nobody is told of
/// steps in between.
async fn acts(
    app: &App,
    tx: &mut Tx,
    caller: &Caller,
    id: ManifestId,
    decisions: Vec<(OrganisationId, Decision)>,
) -> Result<()> {
    for (organisation_id, decision) in decisions {
        let act =
            Act { id: app.new_id()?, person_id: caller.person_id, organisation_id, at: app.now(), decision };
        store::acts::insert(tx, id, &act).await?;
    }
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

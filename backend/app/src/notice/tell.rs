//! Writing notices: in the transaction of the act or the captured batch that causes them.

use crate::error::Result;
use crate::ledger::{Cause, Ledger, Verdict};
use crate::ports::Core;
use domain::custody::finding::Finding;
use domain::custody::state::Custody;
use domain::custody::turn::Turn;
use domain::id::{ManifestId, PersonId};
use domain::notice::rule::{Change, Shipment, Standing, tell};
use std::collections::HashMap;
use store::Tx;
use store::manifests::Manifest;
use store::notices::{self, NewNotice};

/// Tells whoever has to know how manifests changed: nothing to tell writes nothing, all else is one statement.
pub(crate) async fn of_changes(
    core: &Core,
    tx: &mut Tx,
    ledgers: &[Ledger],
    verdicts: &[Verdict],
    raised: &HashMap<ManifestId, Vec<Finding>>,
    cause: Cause<'_>,
) -> Result<()> {
    let at = core.now();
    let mut new = Vec::new();
    for (ledger, verdict) in ledgers.iter().zip(verdicts) {
        let Some(by) = doer(ledger, cause) else { continue };
        let shipment = shipment(&ledger.row);
        let raised = raised.get(&ledger.row.id).map_or(&[][..], Vec::as_slice);
        let (before, after) = (before(&ledger.row), after(verdict));
        if before == after && raised.is_empty() {
            continue;
        }
        let told = tell(&Change { shipment: &shipment, before, after, raised, at });
        new.extend(told.into_iter().map(|tell| NewNotice { tell, manifest_id: ledger.row.id, by, at }));
    }
    notices::insert_batch(tx, &new).await?;
    Ok(())
}

/// Who did it and need not be told; the outer `None`: nothing happened, projections were made again.
fn doer(ledger: &Ledger, cause: Cause<'_>) -> Option<Option<PersonId>> {
    match cause {
        Cause::Decided { by } => Some(by),
        Cause::Captured(stored) => {
            let last = ledger.events.iter().rev().find(|event| stored.contains(&event.payload.id));
            Some(last.map(|event| event.signer.person_id))
        }
        Cause::MadeAgain => None,
    }
}

fn shipment(row: &Manifest) -> Shipment {
    Shipment {
        id: row.id,
        generator_id: row.generator_id,
        carrier_id: row.carrier_id,
        facility_id: row.facility_id,
        provinces: [row.generator_province.clone(), row.facility_province.clone()],
        planned_pickup_at: row.planned_pickup_at,
    }
}

fn before(row: &Manifest) -> Standing {
    let turn = row.turn_role.zip(row.turn_since).map(|(role, since)| Turn {
        role,
        organisation_id: row.turn_organisation_id,
        since,
        until: row.turn_until,
    });
    Standing {
        state: row.state,
        turn,
        driver: row.expected_driver_id,
        on_hold: row.on_hold,
        agreed: row.agreed_generator && row.agreed_facility,
    }
}

fn after(verdict: &Verdict) -> Standing {
    let folded = &verdict.folded;
    let agreed = match &folded.custody {
        Custody::Draft => false,
        Custody::Proposed { agreed, .. } => agreed.generator && agreed.facility,
        Custody::Issued { .. }
        | Custody::InTransit { .. }
        | Custody::Stored { .. }
        | Custody::Arrived { .. }
        | Custody::Accepted { .. }
        | Custody::PartlyAccepted { .. }
        | Custody::Rejected { .. }
        | Custody::Treated { .. }
        | Custody::Closed { .. }
        | Custody::Void { .. } => true,
    };
    Standing {
        state: folded.state(),
        turn: folded.turn,
        driver: folded.expected_driver,
        on_hold: folded.on_hold(),
        agreed,
    }
}

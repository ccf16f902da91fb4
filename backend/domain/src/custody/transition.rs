//! The transitions: what each entry makes of each state. Every `match` names every state; there is no wildcard arm.
//!
//! Rights are not looked at here: the fold records only entries of those who may cause them.

use super::act::Decision;
use super::entry::{Entry, TransitionError, What};
use super::event::{EventKind, EventPayload};
use super::receipt::{Certificate, Receipt, add_treated, complete, faults, received_lines};
use super::scan::Scan;
use super::state::{Agreed, Custody, Journey};
use super::stated::{stated_name, stated_reason};
use crate::id::SiteId;
use crate::manifest::Side;

impl Custody {
    /// The state after this entry.
    ///
    /// # Errors
    /// [`TransitionError`] when the state met does not lead there; it names both sides.
    pub fn record(self, entry: &Entry<'_>) -> Result<Self, TransitionError> {
        match entry.what {
            What::Act(act) => match &act.decision {
                Decision::Propose { side } => self.propose(entry, *side),
                Decision::Approve { side, .. } => self.approve(entry, *side),
                Decision::Issue { revision, .. } => self.issue(entry, *revision),
                Decision::Void { reason } => self.void(entry, reason),
                Decision::Assign { .. } => self.assign(entry),
                Decision::ConfirmPickup { .. } => self.confirm_pickup(entry),
            },
            What::Event(event) => {
                let payload = &event.payload;
                let scan = Scan { event_id: payload.id, at: event.estimated_time };
                match payload.kind {
                    EventKind::Pickup => self.pick_up(entry, scan),
                    EventKind::Handover => self.hand_over(entry),
                    EventKind::Storing => self.store(entry, named_site(payload)),
                    EventKind::Delivery => self.arrive(entry, |journey| &mut journey.delivery, scan),
                    EventKind::Arrival => self.arrive(entry, |journey| &mut journey.arrival, scan),
                    EventKind::Acceptance | EventKind::PartialAcceptance | EventKind::Rejection => {
                        self.decide(entry, payload, scan)
                    }
                    EventKind::Treatment => self.treat(entry, payload),
                    EventKind::Closing => self.close(entry, payload, scan),
                    // Overlays and remarks: they may come in every state and change none.
                    EventKind::Inspection
                    | EventKind::Incident
                    | EventKind::Hold
                    | EventKind::Release
                    | EventKind::Note
                    | EventKind::PositionSupplement => Ok(self),
                }
            }
        }
    }

    fn out_of_order(&self, entry: &Entry<'_>) -> TransitionError {
        TransitionError::OutOfOrder { state: self.state(), entry: entry.kind() }
    }

    fn repeated(&self, entry: &Entry<'_>) -> TransitionError {
        TransitionError::Repeated { state: self.state(), entry: entry.kind() }
    }

    fn propose(self, entry: &Entry<'_>, side: Side) -> Result<Self, TransitionError> {
        match self {
            Self::Draft => {
                Ok(Self::Proposed { since: entry.at, by: side, agreed: Agreed::default().with(side) })
            }
            Self::Proposed { .. } => Err(self.repeated(entry)),
            Self::Issued { .. }
            | Self::InTransit { .. }
            | Self::Stored { .. }
            | Self::Arrived { .. }
            | Self::Accepted { .. }
            | Self::PartlyAccepted { .. }
            | Self::Rejected { .. }
            | Self::Treated { .. }
            | Self::Closed { .. }
            | Self::Void { .. } => Err(self.out_of_order(entry)),
        }
    }

    fn approve(self, entry: &Entry<'_>, side: Side) -> Result<Self, TransitionError> {
        match self {
            Self::Proposed { since, by, agreed } => {
                Ok(Self::Proposed { since, by, agreed: agreed.with(side) })
            }
            Self::Draft
            | Self::Issued { .. }
            | Self::InTransit { .. }
            | Self::Stored { .. }
            | Self::Arrived { .. }
            | Self::Accepted { .. }
            | Self::PartlyAccepted { .. }
            | Self::Rejected { .. }
            | Self::Treated { .. }
            | Self::Closed { .. }
            | Self::Void { .. } => Err(self.out_of_order(entry)),
        }
    }

    /// Nothing is issued that a side has not agreed to.
    fn issue(self, entry: &Entry<'_>, revision: i32) -> Result<Self, TransitionError> {
        match self {
            Self::Proposed { agreed, .. } if agreed.complete() => {
                Ok(Self::Issued { since: entry.at, revision })
            }
            Self::Draft | Self::Proposed { .. } => Err(self.out_of_order(entry)),
            Self::Issued { .. } => Err(self.repeated(entry)),
            Self::InTransit { .. }
            | Self::Stored { .. }
            | Self::Arrived { .. }
            | Self::Accepted { .. }
            | Self::PartlyAccepted { .. }
            | Self::Rejected { .. }
            | Self::Treated { .. }
            | Self::Closed { .. }
            | Self::Void { .. } => Err(self.out_of_order(entry)),
        }
    }

    /// Never after pickup: a void that meets a load on its way is refused here and withdrawn by the fold.
    fn void(self, entry: &Entry<'_>, reason: &str) -> Result<Self, TransitionError> {
        match self {
            Self::Draft | Self::Proposed { .. } | Self::Issued { .. } => {
                Ok(Self::Void { since: entry.at, reason: reason.to_owned() })
            }
            Self::Void { .. } => Err(self.repeated(entry)),
            Self::InTransit { .. }
            | Self::Stored { .. }
            | Self::Arrived { .. }
            | Self::Accepted { .. }
            | Self::PartlyAccepted { .. }
            | Self::Rejected { .. }
            | Self::Treated { .. }
            | Self::Closed { .. } => Err(self.out_of_order(entry)),
        }
    }

    /// Who drives is settled at the desk only until the load leaves; later it is a handover.
    fn assign(self, entry: &Entry<'_>) -> Result<Self, TransitionError> {
        match self {
            Self::Draft | Self::Proposed { .. } | Self::Issued { .. } => Ok(self),
            Self::InTransit { .. }
            | Self::Stored { .. }
            | Self::Arrived { .. }
            | Self::Accepted { .. }
            | Self::PartlyAccepted { .. }
            | Self::Rejected { .. }
            | Self::Treated { .. }
            | Self::Closed { .. }
            | Self::Void { .. } => Err(self.out_of_order(entry)),
        }
    }

    /// The generator may confirm before the phone of its driver syncs, and long after.
    fn confirm_pickup(self, entry: &Entry<'_>) -> Result<Self, TransitionError> {
        match self {
            Self::Issued { .. }
            | Self::InTransit { .. }
            | Self::Stored { .. }
            | Self::Arrived { .. }
            | Self::Accepted { .. }
            | Self::PartlyAccepted { .. }
            | Self::Rejected { .. }
            | Self::Treated { .. }
            | Self::Closed { .. } => Ok(self),
            Self::Draft | Self::Proposed { .. } | Self::Void { .. } => Err(self.out_of_order(entry)),
        }
    }

    /// Leaves the generator's site, or a transfer station; or makes known a pickup that was awaited.
    fn pick_up(self, entry: &Entry<'_>, scan: Scan) -> Result<Self, TransitionError> {
        match self {
            Self::Issued { .. } => {
                let journey = Journey { leg: 1, pickup: Some(scan), ..Journey::default() };
                Ok(Self::InTransit { since: entry.at, journey })
            }
            Self::Stored { journey, .. } => {
                Ok(Self::InTransit { since: entry.at, journey: journey.next_leg() })
            }
            Self::InTransit { .. }
            | Self::Arrived { .. }
            | Self::Accepted { .. }
            | Self::PartlyAccepted { .. }
            | Self::Rejected { .. }
            | Self::Treated { .. }
            | Self::Closed { .. } => self.confirm(entry, |journey| &mut journey.pickup, scan),
            Self::Draft | Self::Proposed { .. } | Self::Void { .. } => Err(self.out_of_order(entry)),
        }
    }

    /// Begins the next leg; from `Issued` the first leg is known only by its end.
    fn hand_over(self, entry: &Entry<'_>) -> Result<Self, TransitionError> {
        match self {
            Self::Issued { .. } => {
                Ok(Self::InTransit { since: entry.at, journey: Journey::awaited().next_leg() })
            }
            Self::InTransit { journey, .. } | Self::Stored { journey, .. } => {
                Ok(Self::InTransit { since: entry.at, journey: journey.next_leg() })
            }
            Self::Draft
            | Self::Proposed { .. }
            | Self::Arrived { .. }
            | Self::Accepted { .. }
            | Self::PartlyAccepted { .. }
            | Self::Rejected { .. }
            | Self::Treated { .. }
            | Self::Closed { .. }
            | Self::Void { .. } => Err(self.out_of_order(entry)),
        }
    }

    fn store(self, entry: &Entry<'_>, site_id: Option<SiteId>) -> Result<Self, TransitionError> {
        match self {
            Self::Issued { .. } => Ok(Self::Stored { since: entry.at, site_id, journey: Journey::awaited() }),
            Self::InTransit { journey, .. } => Ok(Self::Stored { since: entry.at, site_id, journey }),
            Self::Stored { .. } => Err(self.repeated(entry)),
            Self::Draft
            | Self::Proposed { .. }
            | Self::Arrived { .. }
            | Self::Accepted { .. }
            | Self::PartlyAccepted { .. }
            | Self::Rejected { .. }
            | Self::Treated { .. }
            | Self::Closed { .. }
            | Self::Void { .. } => Err(self.out_of_order(entry)),
        }
    }

    /// Delivery or arrival, whichever comes first; the other confirms, however late.
    fn arrive(
        self,
        entry: &Entry<'_>,
        slot: fn(&mut Journey) -> &mut Option<Scan>,
        scan: Scan,
    ) -> Result<Self, TransitionError> {
        match self {
            Self::Issued { .. } => {
                let mut journey = Journey::awaited();
                *slot(&mut journey) = Some(scan);
                Ok(Self::Arrived { since: entry.at, journey })
            }
            Self::InTransit { mut journey, .. } | Self::Stored { mut journey, .. } => {
                *slot(&mut journey) = Some(scan);
                Ok(Self::Arrived { since: entry.at, journey })
            }
            Self::Arrived { .. }
            | Self::Accepted { .. }
            | Self::PartlyAccepted { .. }
            | Self::Rejected { .. }
            | Self::Treated { .. }
            | Self::Closed { .. } => self.confirm(entry, slot, scan),
            Self::Draft | Self::Proposed { .. } | Self::Void { .. } => Err(self.out_of_order(entry)),
        }
    }

    /// The facility decides; a gate that skipped its own scan does not trap the load.
    fn decide(self, entry: &Entry<'_>, payload: &EventPayload, scan: Scan) -> Result<Self, TransitionError> {
        let journey = match self {
            Self::Issued { .. } => Journey::awaited(),
            Self::InTransit { journey, .. }
            | Self::Stored { journey, .. }
            | Self::Arrived { journey, .. } => journey,
            Self::Draft
            | Self::Proposed { .. }
            | Self::Accepted { .. }
            | Self::PartlyAccepted { .. }
            | Self::Rejected { .. }
            | Self::Treated { .. }
            | Self::Closed { .. }
            | Self::Void { .. } => return Err(self.out_of_order(entry)),
        };
        if !faults(payload).is_empty() {
            return Err(TransitionError::Contradictory { entry: entry.kind() });
        }
        let since = entry.at;
        let receipt = Receipt { scan, lines: received_lines(payload) };
        match payload.kind {
            EventKind::Acceptance => Ok(Self::Accepted { since, journey, receipt, treated: Vec::new() }),
            EventKind::PartialAcceptance => {
                Ok(Self::PartlyAccepted { since, journey, receipt, treated: Vec::new() })
            }
            EventKind::Rejection => {
                Ok(Self::Rejected { since, journey, receipt, reason: stated_reason(payload) })
            }
            EventKind::Pickup
            | EventKind::Handover
            | EventKind::Storing
            | EventKind::Delivery
            | EventKind::Arrival
            | EventKind::Treatment
            | EventKind::Closing
            | EventKind::Inspection
            | EventKind::Incident
            | EventKind::Hold
            | EventKind::Release
            | EventKind::Note
            | EventKind::PositionSupplement => Err(self.out_of_order(entry)),
        }
    }

    /// Adds treated mass; the state turns when every accepted gram is accounted for.
    fn treat(self, entry: &Entry<'_>, payload: &EventPayload) -> Result<Self, TransitionError> {
        match self {
            Self::Accepted { since, journey, receipt, treated } => {
                let treated = add_treated(treated, payload, entry.at);
                if complete(&receipt, &treated) {
                    return Ok(Self::Treated { since: entry.at, journey, receipt, treated });
                }
                Ok(Self::Accepted { since, journey, receipt, treated })
            }
            Self::PartlyAccepted { since, journey, receipt, treated } => {
                let treated = add_treated(treated, payload, entry.at);
                if complete(&receipt, &treated) {
                    return Ok(Self::Treated { since: entry.at, journey, receipt, treated });
                }
                Ok(Self::PartlyAccepted { since, journey, receipt, treated })
            }
            Self::Draft
            | Self::Proposed { .. }
            | Self::Issued { .. }
            | Self::InTransit { .. }
            | Self::Stored { .. }
            | Self::Arrived { .. }
            | Self::Rejected { .. }
            | Self::Treated { .. }
            | Self::Closed { .. }
            | Self::Void { .. } => Err(self.out_of_order(entry)),
        }
    }

    /// The certificate of safe treatment: only when every accepted gram is treated.
    fn close(self, entry: &Entry<'_>, payload: &EventPayload, scan: Scan) -> Result<Self, TransitionError> {
        match self {
            Self::Treated { since: treated_at, journey, receipt, treated } => {
                let certificate = Certificate { scan, name: stated_name(payload) };
                Ok(Self::Closed { since: entry.at, treated_at, journey, receipt, treated, certificate })
            }
            Self::Closed { .. } => Err(self.repeated(entry)),
            Self::Draft
            | Self::Proposed { .. }
            | Self::Issued { .. }
            | Self::InTransit { .. }
            | Self::Stored { .. }
            | Self::Arrived { .. }
            | Self::Accepted { .. }
            | Self::PartlyAccepted { .. }
            | Self::Rejected { .. }
            | Self::Void { .. } => Err(self.out_of_order(entry)),
        }
    }

    /// Fills an empty place of the journey without leaving the state.
    fn confirm(
        mut self,
        entry: &Entry<'_>,
        slot: fn(&mut Journey) -> &mut Option<Scan>,
        scan: Scan,
    ) -> Result<Self, TransitionError> {
        let refusal = self.repeated(entry);
        match &mut self {
            Self::Draft | Self::Proposed { .. } | Self::Issued { .. } | Self::Void { .. } => {
                Err(self.out_of_order(entry))
            }
            Self::InTransit { journey, .. }
            | Self::Stored { journey, .. }
            | Self::Arrived { journey, .. }
            | Self::Accepted { journey, .. }
            | Self::PartlyAccepted { journey, .. }
            | Self::Rejected { journey, .. }
            | Self::Treated { journey, .. }
            | Self::Closed { journey, .. } => {
                let place = slot(journey);
                if place.is_some() {
                    return Err(refusal);
                }
                *place = Some(scan);
                Ok(self)
            }
        }
    }
}

impl Journey {
    /// A first leg whose pickup is not known yet.
    fn awaited() -> Self {
        Self { leg: 1, ..Self::default() }
    }

    fn next_leg(self) -> Self {
        Self { leg: self.leg.saturating_add(1), ..self }
    }
}

/// The transfer station that a storing names in its details.
#[must_use]
pub fn named_site(payload: &EventPayload) -> Option<SiteId> {
    payload.details.get("site_id")?.as_str()?.parse().ok()
}

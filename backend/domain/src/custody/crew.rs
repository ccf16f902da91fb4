//! Vehicle and driver: what is expected, and how an event stands to it.

use super::event::EventKind;
use super::record::RecordedEvent;
use super::step::{DriverStanding, Effect, VehicleStanding};
use crate::id::PersonId;
use crate::manifest::ManifestFacts;
use crate::party::{PermitKind, Role};
use crate::plate::Plate;

/// What is expected of vehicle and driver.
#[derive(Debug, Clone)]
pub(super) struct Crew {
    pub(super) plates: Vec<Plate>,
    seen: Option<Plate>,
    pub(super) driver_id: Option<PersonId>,
}

impl Crew {
    /// As agreed on in the manifest.
    pub(super) fn agreed(facts: &ManifestFacts) -> Self {
        Self { plates: facts.plates.clone(), seen: None, driver_id: facts.driver_id }
    }

    /// As the dispatcher says now.
    pub(super) fn assign(&mut self, driver_id: Option<PersonId>, plate: Option<&Plate>) {
        if driver_id.is_some() {
            self.driver_id = driver_id;
        }
        if let Some(plate) = plate {
            self.plates = vec![plate.clone()];
        }
    }

    /// The plate last seen and not wrong, else the first expected one.
    pub(super) fn plate(&self) -> Option<Plate> {
        self.seen.clone().filter(|seen| self.plates.contains(seen)).or_else(|| self.plates.first().cloned())
    }

    /// Judges the plate of an event and takes a permitted change as the new expectation.
    pub(super) fn see_plate(
        &mut self,
        facts: &ManifestFacts,
        event: &RecordedEvent,
        effect: Effect,
    ) -> VehicleStanding {
        let kind = event.payload.kind;
        let Some(plate) = event.payload.plate.as_ref().filter(|plate| !plate.normal().is_empty()) else {
            return VehicleStanding::Unseen;
        };
        if !shows_the_truck(kind) {
            return VehicleStanding::Unseen;
        }
        if self.plates.contains(plate) {
            self.seen = Some(plate.clone());
            return VehicleStanding::Expected;
        }
        if self.plates.is_empty() && !on_permit(facts, plate) {
            return VehicleStanding::Wrong { expected: Vec::new() };
        }
        let expected = self.plates.clone();
        if !on_permit(facts, plate) {
            return VehicleStanding::Wrong { expected };
        }
        if effect.counts() {
            self.plates = vec![plate.clone()];
            self.seen = Some(plate.clone());
        }
        if expected.is_empty() { VehicleStanding::Expected } else { VehicleStanding::Changed { expected } }
    }

    /// Judges the signer of a driver's event; whoever scans has the load.
    pub(super) fn see_driver(&mut self, event: &RecordedEvent, role: Option<Role>) -> DriverStanding {
        if role != Some(Role::Driver) || !drives(event.payload.kind) {
            return DriverStanding::NotDriving;
        }
        let signer = event.signer.person_id;
        let expected = self.driver_id;
        if event.payload.kind == EventKind::Handover {
            // The handover is the change itself. Signed by the receiver it names him; signed by the giver the next
            // scan will.
            self.driver_id = (expected != Some(signer)).then_some(signer);
            return DriverStanding::Expected;
        }
        self.driver_id = Some(signer);
        match expected {
            Some(expected) if expected != signer => DriverStanding::Wrong { expected },
            Some(_) | None => DriverStanding::Expected,
        }
    }
}

/// True for events whose signer stands beside the truck.
const fn shows_the_truck(kind: EventKind) -> bool {
    match kind {
        EventKind::Pickup
        | EventKind::Handover
        | EventKind::Storing
        | EventKind::Delivery
        | EventKind::Arrival
        | EventKind::Inspection => true,
        EventKind::Acceptance
        | EventKind::PartialAcceptance
        | EventKind::Rejection
        | EventKind::Treatment
        | EventKind::Closing
        | EventKind::Incident
        | EventKind::Hold
        | EventKind::Release
        | EventKind::Note
        | EventKind::PositionSupplement => false,
    }
}

/// True for events that a driver signs about the load he carries.
const fn drives(kind: EventKind) -> bool {
    match kind {
        EventKind::Pickup | EventKind::Handover | EventKind::Storing | EventKind::Delivery => true,
        EventKind::Arrival
        | EventKind::Acceptance
        | EventKind::PartialAcceptance
        | EventKind::Rejection
        | EventKind::Treatment
        | EventKind::Closing
        | EventKind::Inspection
        | EventKind::Incident
        | EventKind::Hold
        | EventKind::Release
        | EventKind::Note
        | EventKind::PositionSupplement => false,
    }
}

/// True when a transport permit of the carrier lists the plate, valid or not: its dates are a finding of their own.
fn on_permit(facts: &ManifestFacts, plate: &Plate) -> bool {
    facts
        .permits
        .iter()
        .filter(|permit| permit.organisation_id == facts.carrier_id && permit.kind == PermitKind::Transport)
        .any(|permit| permit.plates.contains(plate))
}

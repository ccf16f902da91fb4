//! Who is told what when a manifest changes: a function of where it stood, where it stands and what was found.

use super::Topic;
use crate::custody::finding::{Finding, FindingCode};
use crate::custody::turn::Turn;
use crate::id::{ManifestId, NoticeId, OrganisationId, PersonId};
use crate::manifest::ManifestState;
use crate::party::Role;
use crate::seal::key::sha256;
use crate::time::Instant;
use chrono::TimeDelta;

/// How far ahead a pickup may lie for its driver to be woken.
const SOON: TimeDelta = TimeDelta::hours(3);

/// What does not change by what happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Shipment {
    /// The manifest.
    pub id: ManifestId,
    /// Hands over.
    pub generator_id: OrganisationId,
    /// Moves.
    pub carrier_id: OrganisationId,
    /// Receives.
    pub facility_id: OrganisationId,
    /// Provinces of both ends, by code.
    pub provinces: [Option<String>; 2],
    /// Planned pickup.
    pub planned_pickup_at: Instant,
}

/// Where a manifest stands, as far as anybody is told of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Its state.
    pub state: ManifestState,
    /// Whose turn it is.
    pub turn: Option<Turn>,
    /// Who drives.
    pub driver: Option<PersonId>,
    /// The authority holds the load.
    pub on_hold: bool,
    /// Both sides have agreed: it is issued in the same breath.
    pub agreed: bool,
}

/// A change of one manifest.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// Which.
    pub shipment: &'a Shipment,
    /// Before.
    pub before: Standing,
    /// After.
    pub after: Standing,
    /// Findings that are new, or hold again.
    pub raised: &'a [Finding],
    /// Now, server time.
    pub at: Instant,
}

/// Who is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// One driver.
    Driver {
        /// Who.
        person_id: PersonId,
        /// Of which carrier.
        organisation_id: OrganisationId,
    },
    /// Everybody at an organisation's desk or gate.
    Desk {
        /// In this role.
        role: Role,
        /// Where.
        organisation_id: OrganisationId,
    },
    /// The authorities of the area; of the country where the area has none.
    Authorities {
        /// Provinces by code.
        provinces: Vec<String>,
    },
}

/// One thing to tell one audience.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tell {
    /// The same for all whom it is told.
    pub id: NoticeId,
    /// What it is about.
    pub topic: Topic,
    /// Who is told.
    pub audience: Audience,
    /// The finding it is about.
    pub finding: Option<FindingCode>,
    /// True when it does not wait for the end of quiet hours.
    pub urgent: bool,
}

/// What is to be told of a change.
#[must_use]
pub fn tell(change: &Change<'_>) -> Vec<Tell> {
    let mut told = Told { change, all: Vec::new() };
    told.driver();
    told.course();
    told.hold();
    told.turn();
    for finding in change.raised {
        told.finding(finding);
    }
    told.all
}

struct Told<'a> {
    change: &'a Change<'a>,
    all: Vec<Tell>,
}

impl Told<'_> {
    /// Trips given and taken back.
    fn driver(&mut self) {
        let Change { shipment, before, after, .. } = *self.change;
        let drives = |standing: Standing| {
            let under_way = match standing.state {
                ManifestState::Issued | ManifestState::InTransit | ManifestState::Stored => true,
                ManifestState::Draft
                | ManifestState::Proposed
                | ManifestState::Arrived
                | ManifestState::Accepted
                | ManifestState::PartlyAccepted
                | ManifestState::Rejected
                | ManifestState::Treated
                | ManifestState::Closed
                | ManifestState::Void => false,
            };
            standing.driver.filter(|_| under_way)
        };
        let (was, is) = (drives(before), drives(after));
        let urgent = shipment.planned_pickup_at - self.change.at <= SOON;
        if let Some(person_id) = is.filter(|is| was != Some(*is)) {
            self.add_driver(Topic::TripAssigned, person_id, urgent);
        }
        // Whoever brought the load to its end is not told that the trip is over.
        let ended = before.state == ManifestState::Issued && after.state == ManifestState::Void;
        if let Some(person_id) = was.filter(|was| is.map_or(ended, |is| is != *was)) {
            self.add_driver(Topic::TripWithdrawn, person_id, urgent);
        }
    }

    /// What became of the load.
    fn course(&mut self) {
        let Change { before, after, .. } = *self.change;
        if before.state == after.state {
            return;
        }
        match after.state {
            ManifestState::Issued
                if matches!(before.state, ManifestState::Draft | ManifestState::Proposed) =>
            {
                self.add_desks(Topic::Issued, &[Role::Generator, Role::Carrier, Role::Facility]);
            }
            ManifestState::Accepted => self.add_desks(Topic::Accepted, &[Role::Generator, Role::Carrier]),
            ManifestState::PartlyAccepted => {
                self.add_desks(Topic::PartlyAccepted, &[Role::Generator, Role::Carrier]);
            }
            ManifestState::Rejected => self.add_desks(Topic::Rejected, &[Role::Generator, Role::Carrier]),
            // Whoever handed the waste over gets copy 4 without asking.
            ManifestState::Closed => self.add_desks(Topic::Closed, &[Role::Generator]),
            ManifestState::Void if before.state != ManifestState::Draft => {
                self.add_desks(Topic::Voided, &[Role::Generator, Role::Carrier, Role::Facility]);
            }
            ManifestState::Draft
            | ManifestState::Proposed
            | ManifestState::Issued
            | ManifestState::InTransit
            | ManifestState::Stored
            | ManifestState::Arrived
            | ManifestState::Treated
            | ManifestState::Void => {}
        }
    }

    fn hold(&mut self) {
        let Change { before, after, .. } = *self.change;
        let topic = match (before.on_hold, after.on_hold) {
            (false, true) => Topic::Hold,
            (true, false) => Topic::Released,
            (false, false) | (true, true) => return,
        };
        self.add_desks(topic, &[Role::Generator, Role::Carrier, Role::Facility]);
        if let Some(person_id) = after.driver {
            self.add_driver(topic, person_id, true);
        }
        if topic == Topic::Hold {
            self.add_authorities(topic, None);
        }
    }

    /// Whose turn it became, unless the same desk hears it by another word.
    fn turn(&mut self) {
        let Change { before, after, .. } = *self.change;
        let whose = |standing: Standing| standing.turn.map(|turn| (turn.role, turn.organisation_id));
        // Around a hold everybody hears of the hold.
        if before.on_hold || after.on_hold || whose(before) == whose(after) {
            return;
        }
        let Some((role, Some(organisation_id))) = whose(after) else { return };
        let waits = match after.state {
            ManifestState::Proposed => !after.agreed,
            ManifestState::Issued | ManifestState::Stored => role == Role::Carrier,
            ManifestState::Arrived => true,
            // Rejected is told as such; treating has no clock of ours yet; a driver knows what was just done.
            ManifestState::Draft
            | ManifestState::InTransit
            | ManifestState::Accepted
            | ManifestState::PartlyAccepted
            | ManifestState::Rejected
            | ManifestState::Treated
            | ManifestState::Closed
            | ManifestState::Void => false,
        };
        if waits {
            self.all.retain(|tell| {
                tell.topic != Topic::Issued || tell.audience != Audience::Desk { role, organisation_id }
            });
            self.add(Topic::YourTurn, Audience::Desk { role, organisation_id }, None, false);
        }
    }

    fn finding(&mut self, finding: &Finding) {
        let code = finding.code;
        match code {
            FindingCode::Discrepancy => {
                self.add_desks_about(Topic::Discrepancy, &[Role::Generator, Role::Carrier], finding);
            }
            FindingCode::CounterpartyMissing => {
                self.add_desks_about(Topic::ConfirmPickup, &[Role::Generator], finding);
            }
            FindingCode::WrongFacility => {
                self.add_desks_about(
                    Topic::Deviation,
                    &[Role::Generator, Role::Carrier, Role::Facility],
                    finding,
                );
                self.add_authorities(Topic::Deviation, Some(finding));
            }
            FindingCode::OffRoute | FindingCode::ForbiddenAreaOrHour | FindingCode::LongStop => {
                self.add_desks_about(Topic::Deviation, &[Role::Carrier], finding);
                self.add_authorities(Topic::Deviation, Some(finding));
            }
            // They stand in the list of findings, which has an owner and a clock of its own.
            FindingCode::OutsideGeofence
            | FindingCode::WrongSiteCode
            | FindingCode::PositionMissing
            | FindingCode::PositionPoor
            | FindingCode::PositionMocked
            | FindingCode::ImpossibleTravel
            | FindingCode::ClockSkew
            | FindingCode::WrongVehicle
            | FindingCode::WrongDriver
            | FindingCode::PermitExpired
            | FindingCode::PartySuspended
            | FindingCode::WasteNotPermitted
            | FindingCode::MethodNotPermitted
            | FindingCode::QuotaExceeded
            | FindingCode::OutOfSequence
            | FindingCode::PickupMissing
            | FindingCode::PickedUpBeforeVoid
            | FindingCode::NotEntitled
            | FindingCode::VehicleChanged
            | FindingCode::OverdueArrival
            | FindingCode::OverdueTreatment
            | FindingCode::DuplicateUse
            | FindingCode::SealInvalid
            | FindingCode::SealSuperseded
            | FindingCode::SealExpired
            | FindingCode::DeviceRevoked
            | FindingCode::DeviceSilent
            | FindingCode::MassBalanceGap
            | FindingCode::RefusedAboveReceived
            | FindingCode::NothingRefused
            | FindingCode::AllRefused
            | FindingCode::ReasonMissing
            | FindingCode::UnreadableField => {}
        }
    }

    fn add_driver(&mut self, topic: Topic, person_id: PersonId, urgent: bool) {
        let organisation_id = self.change.shipment.carrier_id;
        self.add(topic, Audience::Driver { person_id, organisation_id }, None, urgent);
    }

    fn add_desks(&mut self, topic: Topic, roles: &[Role]) {
        for role in roles {
            self.add(topic, self.desk(*role), None, topic.is_urgent());
        }
    }

    fn add_desks_about(&mut self, topic: Topic, roles: &[Role], finding: &Finding) {
        for role in roles {
            self.add(topic, self.desk(*role), Some(finding), topic.is_urgent());
        }
    }

    fn add_authorities(&mut self, topic: Topic, finding: Option<&Finding>) {
        let mut provinces: Vec<String> = self.change.shipment.provinces.iter().flatten().cloned().collect();
        provinces.dedup();
        self.add(topic, Audience::Authorities { provinces }, finding, topic.is_urgent());
    }

    fn desk(&self, role: Role) -> Audience {
        let shipment = self.change.shipment;
        let organisation_id = match role {
            Role::Facility => shipment.facility_id,
            Role::Carrier | Role::Driver => shipment.carrier_id,
            Role::Generator | Role::Inspector | Role::Authority | Role::Admin => shipment.generator_id,
        };
        Audience::Desk { role, organisation_id }
    }

    fn add(&mut self, topic: Topic, audience: Audience, finding: Option<&Finding>, urgent: bool) {
        // What is found is told once, however often it is judged again; what is done may be done again.
        let subject =
            finding.map_or_else(|| self.change.at.timestamp_millis().to_string(), Finding::key_text);
        let id = notice_id(topic, self.change.shipment.id, &subject);
        self.all.push(Tell { id, topic, audience, finding: finding.map(|finding| finding.code), urgent });
    }
}

/// UUIDv8 of what is told: the same topic, manifest and subject give the same notice.
fn notice_id(topic: Topic, manifest: ManifestId, subject: &str) -> NoticeId {
    let digest = sha256(format!("{topic}\n{manifest}\n{subject}").as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    NoticeId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

#[cfg(test)]
mod tests;

//! Findings: what looks wrong with an authentic event. Never a refusal.

use crate::id::EventId;
use crate::time::Instant;
use serde::{Deserialize, Serialize};

words! {
    /// How grave a finding is.
    pub enum Severity {
        /// Worth knowing.
        Info = "info",
        /// Somebody should look.
        Warning = "warning",
        /// A rule is broken.
        Violation = "violation",
    }
}

words! {
    /// How well an event proves the place it claims.
    pub enum EvidenceGrade {
        /// Wall code of the expected site and a good fix inside its geofence.
        A = "A",
        /// One of the two.
        B = "B",
        /// Neither.
        C = "C",
    }
}

words! {
    /// Kinds of findings (DOMAIN §8).
    pub enum FindingCode {
        /// A good fix outside the geofence of the expected site.
        OutsideGeofence = "outside_geofence",
        /// At a facility that is not the declared one.
        WrongFacility = "wrong_facility",
        /// The wall code of another site.
        WrongSiteCode = "wrong_site_code",
        /// Away from the declared route by more than its corridor.
        OffRoute = "off_route",
        /// In an area or at an hour closed to the load.
        ForbiddenAreaOrHour = "forbidden_area_or_hour",
        /// Stood still too long.
        LongStop = "long_stop",
        /// No position.
        PositionMissing = "position_missing",
        /// A position too vague to prove anything.
        PositionPoor = "position_poor",
        /// The phone says that its position is made up.
        PositionMocked = "position_mocked",
        /// Moved faster than anything can.
        ImpossibleTravel = "impossible_travel",
        /// The phone's clock, or the time of its fix, is off by more than two minutes.
        ClockSkew = "clock_skew",
        /// A plate that is neither agreed nor on the carrier's permit.
        WrongVehicle = "wrong_vehicle",
        /// A driver of the carrier who is not the assigned one.
        WrongDriver = "wrong_driver",
        /// No permit of the carrier or the facility was valid.
        PermitExpired = "permit_expired",
        /// The authority had suspended one of the parties.
        PartySuspended = "party_suspended",
        /// A waste code that the valid permits do not list.
        WasteNotPermitted = "waste_not_permitted",
        /// A treatment method that the permit does not list.
        MethodNotPermitted = "method_not_permitted",
        /// More than the permit allows in a year.
        QuotaExceeded = "quota_exceeded",
        /// Masses that differ by more than the tolerance.
        Discrepancy = "discrepancy",
        /// An event that the state it met cannot follow, or that skipped one before it.
        OutOfSequence = "out_of_sequence",
        /// The load was seen on its way or at the facility, its pickup not.
        PickupMissing = "pickup_missing",
        /// A void made against a load that had left already; the void is withdrawn.
        PickedUpBeforeVoid = "picked_up_before_void",
        /// The signer may not do this to this manifest.
        NotEntitled = "not_entitled",
        /// Another vehicle of the carrier's permit.
        VehicleChanged = "vehicle_changed",
        /// The generator did not confirm the pickup.
        CounterpartyMissing = "counterparty_missing",
        /// Not arrived in time.
        OverdueArrival = "overdue_arrival",
        /// Not treated in time.
        OverdueTreatment = "overdue_treatment",
        /// One code used in two places.
        DuplicateUse = "duplicate_use",
        /// A scanned code that is no code of ours, or speaks of something else.
        SealInvalid = "seal_invalid",
        /// A scanned code of an earlier revision.
        SealSuperseded = "seal_superseded",
        /// A scanned code past its date.
        SealExpired = "seal_expired",
        /// Signed by a revoked device.
        DeviceRevoked = "device_revoked",
        /// A device that stopped reporting.
        DeviceSilent = "device_silent",
        /// Masses in, treated and in stock do not add up.
        MassBalanceGap = "mass_balance_gap",
        /// More refused of a line than was received.
        RefusedAboveReceived = "refused_above_received",
        /// A partial acceptance that refuses nothing.
        NothingRefused = "nothing_refused",
        /// A partial acceptance that refuses everything.
        AllRefused = "all_refused",
        /// Refused, and nobody says why.
        ReasonMissing = "reason_missing",
        /// Fields that could not be read.
        UnreadableField = "unreadable_field",
    }
}

impl FindingCode {
    /// Severity unless a check knows better.
    #[must_use]
    pub const fn default_severity(self) -> Severity {
        match self {
            Self::VehicleChanged | Self::PositionPoor | Self::UnreadableField => Severity::Info,
            Self::OffRoute
            | Self::LongStop
            | Self::PositionMissing
            | Self::ClockSkew
            | Self::WrongDriver
            | Self::Discrepancy
            | Self::OutOfSequence
            | Self::PickupMissing
            | Self::PickedUpBeforeVoid
            | Self::CounterpartyMissing
            | Self::OverdueArrival
            | Self::OverdueTreatment
            | Self::SealSuperseded
            | Self::SealExpired
            | Self::DeviceSilent
            | Self::MassBalanceGap
            | Self::RefusedAboveReceived
            | Self::NothingRefused
            | Self::AllRefused
            | Self::ReasonMissing => Severity::Warning,
            Self::OutsideGeofence
            | Self::WrongFacility
            | Self::WrongSiteCode
            | Self::ForbiddenAreaOrHour
            | Self::PositionMocked
            | Self::ImpossibleTravel
            | Self::WrongVehicle
            | Self::PermitExpired
            | Self::PartySuspended
            | Self::WasteNotPermitted
            | Self::MethodNotPermitted
            | Self::QuotaExceeded
            | Self::NotEntitled
            | Self::DuplicateUse
            | Self::SealInvalid
            | Self::DeviceRevoked => Severity::Violation,
        }
    }
}

/// One finding. Two runs over the same facts give equal findings, byte for byte.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// What is wrong.
    pub code: FindingCode,
    /// How grave.
    pub severity: Severity,
    /// The event it is about; absent when it is about the manifest as a whole.
    pub event_id: Option<EventId>,
    /// First instant it is true.
    pub from: Instant,
    /// Last instant it is known to be true.
    pub to: Instant,
    /// Time of the evidence that decided it: of the fix where a position decided, else of the event. Never the
    /// server's time, which depends on the order of arrival.
    pub decided_at: Instant,
    /// Evidence, by code; an object whose keys are sorted and whose metres, grams and milliseconds are integers.
    pub detail: serde_json::Value,
}

/// What makes a finding the same one when it is judged again: one code is raised at most once for an event.
pub type FindingKey = (FindingCode, Option<EventId>);

impl Finding {
    /// Identity of this finding within its manifest.
    #[must_use]
    pub const fn key(&self) -> FindingKey {
        (self.code, self.event_id)
    }

    /// The same with another severity than the code's default.
    #[must_use]
    pub fn with_severity(self, severity: Severity) -> Self {
        Self { severity, ..self }
    }

    /// The identity as text, such as `off_route:01932c00-…`, for a unique column.
    #[must_use]
    pub fn key_text(&self) -> String {
        match self.event_id {
            Some(event_id) => format!("{}:{event_id}", self.code),
            None => self.code.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{FindingCode, Severity};

    #[test]
    fn a_change_within_the_permit_is_no_reproach_and_a_foreign_plate_is() {
        assert_eq!(FindingCode::VehicleChanged.default_severity(), Severity::Info);
        assert_eq!(FindingCode::WrongVehicle.default_severity(), Severity::Violation);
    }

    #[test]
    fn every_code_reads_back_from_its_word() {
        for code in FindingCode::ALL {
            assert_eq!(code.as_str().parse::<FindingCode>().unwrap(), *code);
        }
    }
}

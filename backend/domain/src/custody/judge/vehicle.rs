//! Vehicle and driver, as the fold found them.

use super::super::finding::{Finding, FindingCode};
use super::super::step::{DriverStanding, VehicleStanding};
use super::context::Context;
use serde_json::json;

/// A plate that is not expected: a change within the carrier's permit, or a wrong vehicle.
pub(super) fn check_plate(context: &Context<'_>) -> Option<Finding> {
    let (code, expected) = match &context.step.vehicle {
        VehicleStanding::Unseen | VehicleStanding::Expected => return None,
        VehicleStanding::Changed { expected } => (FindingCode::VehicleChanged, expected),
        VehicleStanding::Wrong { expected } => (FindingCode::WrongVehicle, expected),
    };
    Some(context.finding(code, json!({ "expected": expected, "plate": context.event.payload.plate })))
}

/// A driver of the carrier who was not the one expected.
pub(super) fn check_driver(context: &Context<'_>) -> Option<Finding> {
    match context.step.driver {
        DriverStanding::NotDriving | DriverStanding::Expected => None,
        DriverStanding::Wrong { expected } => {
            let detail =
                json!({ "driver_id": context.event.signer.person_id, "expected_driver_id": expected });
            Some(context.finding(FindingCode::WrongDriver, detail))
        }
    }
}

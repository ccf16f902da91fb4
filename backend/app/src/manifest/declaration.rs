//! What a declarant sends, and the checks that need no database: every problem at once, each with its path.

use crate::error::{FieldCode, FieldErrors};
use chrono::{DateTime, Utc};
use domain::id::{OrganisationId, PersonId, RouteId, SiteId};
use domain::mass::{Grams, MassBasis};
use domain::plate::Plate;
use domain::waste::{Packaging, PhysicalState, TreatmentMethod, WasteCode};
use serde::{Deserialize, Serialize};

/// Most lines on one manifest.
pub const MAX_LINES: usize = 100;
/// Most plates on one manifest.
pub const MAX_PLATES: usize = 5;
/// Widest corridor, metres.
pub const MAX_CORRIDOR_M: f64 = 5_000.0;

/// A manifest as declared (DESIGN §7).
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Declaration {
    /// Where the waste is picked up.
    pub generator_site_id: SiteId,
    /// Who moves it.
    pub carrier_id: OrganisationId,
    /// Where it is received.
    pub facility_site_id: SiteId,
    /// Planned plates, at most 5; the driver may correct them at pickup.
    #[serde(default)]
    pub plates: Vec<Plate>,
    /// Planned driver, if known.
    #[serde(default)]
    pub driver_id: Option<PersonId>,
    /// Planned pickup.
    pub planned_pickup_at: DateTime<Utc>,
    /// Planned delivery, after the pickup.
    pub planned_delivery_at: DateTime<Utc>,
    /// A line with its corridor, a carrier's named route, or nothing.
    #[serde(default)]
    pub route: Option<RouteInput>,
    /// What is handed over: 1 to 100 lines.
    pub lines: Vec<LineInput>,
}

/// A route: drawn, or named.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RouteInput {
    /// A carrier's named route; then geometry is taken from it.
    #[serde(default)]
    pub route_id: Option<RouteId>,
    /// GeoJSON LineString, longitude first.
    #[serde(default)]
    #[schema(value_type = Option<crate::registry::shape::GeoLine>)]
    pub geometry: Option<serde_json::Value>,
    /// Metres to either side, 20 to 5,000; 200 unless named.
    #[serde(default)]
    pub corridor_m: Option<f64>,
}

/// One declared line.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LineInput {
    /// Six digits; a code missing from the list is accepted with a name and marked "chưa đối chiếu".
    pub waste_code: String,
    /// Name; may be left out when the code is in the list.
    #[serde(default)]
    pub name: Option<String>,
    /// Rắn, lỏng, bùn.
    pub physical_state: PhysicalState,
    /// Grams, above 0.
    pub declared_mass_g: Grams,
    /// Estimate unless said otherwise.
    #[serde(default = "estimated")]
    pub mass_basis: MassBasis,
    /// Packages; bulk unless said otherwise.
    #[serde(default)]
    pub packaging: Option<Packaging>,
    /// Planned treatment.
    pub treatment_method: TreatmentMethod,
}

const fn estimated() -> MassBasis {
    MassBasis::Estimated
}

impl Declaration {
    /// Checks everything that needs no database; problems are added to `errors`.
    ///
    /// Gives the codes in normal form, one per line that has a readable one.
    pub fn check(&self, errors: &mut FieldErrors) -> Vec<Option<WasteCode>> {
        errors.check(
            self.plates.len() <= MAX_PLATES,
            "plates",
            FieldCode::OutOfRange,
            "At most 5 plates; use one manifest per truck.",
        );
        for (index, plate) in self.plates.iter().enumerate() {
            errors.check(
                plate.is_plausible(),
                format!("plates[{index}]"),
                FieldCode::BadFormat,
                "Write the plate as on the vehicle, such as 15C-123.45.",
            );
            errors.check(
                !self.plates.iter().take(index).any(|earlier| earlier == plate),
                format!("plates[{index}]"),
                FieldCode::Duplicate,
                "This plate is there already.",
            );
        }
        errors.check(
            self.planned_delivery_at > self.planned_pickup_at,
            "planned_delivery_at",
            FieldCode::OutOfRange,
            "Delivery comes after pickup.",
        );
        let span = self.planned_delivery_at - self.planned_pickup_at;
        errors.check(
            span <= chrono::Duration::days(60),
            "planned_delivery_at",
            FieldCode::OutOfRange,
            "Delivery is planned within 60 days of pickup.",
        );
        let year = chrono::Datelike::year(&self.planned_pickup_at);
        errors.check(
            (2020..=2100).contains(&year),
            "planned_pickup_at",
            FieldCode::OutOfRange,
            "Give a date between 2020 and 2100.",
        );
        if let Some(route) = &self.route {
            route.check(errors);
        }
        errors.check(!self.lines.is_empty(), "lines", FieldCode::Required, "Declare at least one waste.");
        errors.check(
            self.lines.len() <= MAX_LINES,
            "lines",
            FieldCode::OutOfRange,
            "At most 100 lines; use a second manifest.",
        );
        self.lines.iter().take(MAX_LINES).enumerate().map(|(index, line)| line.check(index, errors)).collect()
    }
}

impl RouteInput {
    fn check(&self, errors: &mut FieldErrors) {
        errors.check(
            self.route_id.is_some() != self.geometry.is_some(),
            "route",
            FieldCode::Required,
            "Give either route_id or geometry, or null for no route.",
        );
        if let Some(corridor) = self.corridor_m {
            errors.check(
                (20.0..=MAX_CORRIDOR_M).contains(&corridor),
                "route.corridor_m",
                FieldCode::OutOfRange,
                "Between 20 and 5,000 metres.",
            );
        }
    }
}

impl LineInput {
    fn check(&self, index: usize, errors: &mut FieldErrors) -> Option<WasteCode> {
        let at = |field: &str| format!("lines[{index}].{field}");
        let code = WasteCode::parse(&self.waste_code).ok();
        errors.check(
            code.is_some(),
            at("waste_code"),
            FieldCode::BadFormat,
            "A waste code is six digits, such as 17 02 03.",
        );
        if let Some(name) = &self.name {
            errors.text(&at("name"), name, 300);
        }
        errors.check(
            self.declared_mass_g.0 > 0 && self.declared_mass_g.in_range(),
            at("declared_mass_g"),
            FieldCode::OutOfRange,
            "Grams, from 1 to 1,000,000,000 (1,000 tonnes).",
        );
        if let Some(packaging) = &self.packaging {
            errors.text(&at("packaging.kind"), &packaging.kind, 60);
            errors.check(
                (1..=100_000).contains(&packaging.count),
                at("packaging.count"),
                FieldCode::OutOfRange,
                "Between 1 and 100,000 packages.",
            );
        }
        code
    }
}

#[cfg(test)]
mod tests {
    use super::{Declaration, FieldErrors};
    use crate::error::Error;
    use serde_json::json;

    fn declaration() -> serde_json::Value {
        json!({"generator_site_id": uuid::Uuid::nil(), "carrier_id": uuid::Uuid::nil(), "facility_site_id": uuid::Uuid::nil(),
               "plates": ["15C-123.45"], "driver_id": null, "planned_pickup_at": "2026-11-23T08:00:00+07:00",
               "planned_delivery_at": "2026-11-23T12:00:00+07:00", "route": null,
               "lines": [{"waste_code": "17 02 03", "name": "Dầu thải", "physical_state": "liquid", "declared_mass_g": 481_000,
                          "mass_basis": "estimated", "packaging": {"kind": "drum", "count": 4}, "treatment_method": "TC"}]})
    }

    fn problems(value: serde_json::Value) -> Vec<String> {
        let mut errors = FieldErrors::default();
        serde_json::from_value::<Declaration>(value).unwrap().check(&mut errors);
        match errors.finish() {
            Ok(()) => vec![],
            Err(Error::Fields(errors)) => errors.into_iter().map(|e| e.path).collect(),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn a_usual_declaration_has_no_problems() {
        assert_eq!(problems(declaration()), Vec::<String>::new());
    }

    #[test]
    fn all_problems_come_at_once_each_with_its_path() {
        let mut value = declaration();
        value["plates"] = json!(["15C-123.45", "15c12345", "?"]);
        value["planned_delivery_at"] = json!("2026-11-22T12:00:00+07:00");
        value["route"] = json!({"corridor_m": 1.0});
        value["lines"][0]["waste_code"] = json!("17 02");
        value["lines"][0]["declared_mass_g"] = json!(0);
        assert_eq!(
            problems(value),
            [
                "plates[1]",
                "plates[2]",
                "planned_delivery_at",
                "route",
                "route.corridor_m",
                "lines[0].waste_code",
                "lines[0].declared_mass_g"
            ]
        );
    }
}

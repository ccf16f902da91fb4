//! One fix of a phone or a tracker.

use crate::time::Instant;
use serde::{Deserialize, Serialize};

/// A position with its accuracy and the time of its fix.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Position {
    /// Latitude in degrees, −90 to 90.
    pub lat: f64,
    /// Longitude in degrees, −180 to 180.
    pub lon: f64,
    /// Radius in metres the phone claims for its fix; absent when it claims none.
    pub accuracy_m: Option<f64>,
    /// Metres per second.
    pub speed_mps: Option<f64>,
    /// Degrees clockwise from north.
    pub heading_deg: Option<f64>,
    /// When the fix was made, by the phone's clock.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub fix_time: Option<Instant>,
    /// The phone says the position comes from a mock provider.
    #[serde(default)]
    pub mocked: bool,
}

impl Position {
    /// True when latitude and longitude are finite and on the globe.
    #[must_use]
    pub fn is_on_globe(&self) -> bool {
        self.lat.is_finite() && self.lon.is_finite() && self.lat.abs() <= 90.0 && self.lon.abs() <= 180.0
    }

    /// The position as a point, longitude first.
    #[must_use]
    pub fn point(&self) -> geo_types::Point<f64> {
        geo_types::Point::new(self.lon, self.lat)
    }
}

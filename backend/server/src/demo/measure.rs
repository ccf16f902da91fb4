//! Measured values of the story: fixes near a place, masses from a scale.

use super::chance::Chance;
use super::load::Place;
use super::province::Point;
use domain::mass::Grams;

/// A good fix within some ten metres of a point.
pub(super) fn near(point: Point, chance: &mut Chance) -> Place {
    Place::Fix {
        lat: degrees(point.lat + chance.spread() * 0.000_02),
        lon: degrees(point.lon + chance.spread() * 0.000_02),
        accuracy_m: chance.within(4.0, 24.0).round(),
        mocked: false,
    }
}

/// Six decimals, as phones give them.
pub(super) fn degrees(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

/// Grams of kilograms, rounded to whole steps of so many grams, at least one step.
#[expect(clippy::cast_possible_truncation, reason = "loads of some tonnes")]
pub(super) fn grams(kg: f64, step_g: i64) -> Grams {
    Grams(((kg * 1000.0).round() as i64 / step_g).max(1) * step_g)
}

/// Kilograms of grams.
pub(super) fn kilograms(mass: Grams) -> f64 {
    i32::try_from(mass.0).map_or(0.0, f64::from) / 1000.0
}

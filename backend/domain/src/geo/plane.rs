//! A flat map around one point, in metres on the WGS 84 ellipsoid: exact enough to find what is nearest.
//!
//! What it finds is measured on the ellipsoid afterwards, so a distance never carries the error of the map.

use geo::{Distance, Geodesic};
use geo_types::{Coord, Point};

/// Equatorial radius of WGS 84 in metres.
const RADIUS_M: f64 = 6_378_137.0;
/// First eccentricity of WGS 84, squared.
const ECCENTRICITY_2: f64 = 0.006_694_379_990_14;

/// A local plane with its origin at one point; x east, y north, in metres.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plane {
    origin: Point<f64>,
    metres_per_lon: f64,
    metres_per_lat: f64,
}

impl Plane {
    /// The plane that touches the ellipsoid at this point.
    pub(super) fn at(origin: Point<f64>) -> Self {
        let (sin, cos) = origin.y().to_radians().sin_cos();
        let w2 = 1.0 - ECCENTRICITY_2 * sin * sin;
        let normal = RADIUS_M / w2.sqrt();
        let meridional = normal * (1.0 - ECCENTRICITY_2) / w2;
        Self { origin, metres_per_lon: (normal * cos).to_radians(), metres_per_lat: meridional.to_radians() }
    }

    /// A place on the plane; longitudes go the short way round.
    pub(super) fn project(&self, place: Coord<f64>) -> Coord<f64> {
        Coord {
            x: lon_difference(place.x, self.origin.x()) * self.metres_per_lon,
            y: (place.y - self.origin.y()) * self.metres_per_lat,
        }
    }

    /// The other end of a segment, beside its first: the far side of the globe must not tear it apart.
    fn project_beside(&self, place: Coord<f64>, from: Coord<f64>, start: Coord<f64>) -> Coord<f64> {
        Coord {
            x: start.x + lon_difference(place.x, from.x) * self.metres_per_lon,
            y: (place.y - self.origin.y()) * self.metres_per_lat,
        }
    }

    /// Back to longitude and latitude.
    fn unproject(&self, at: Coord<f64>) -> Point<f64> {
        let lon = if self.metres_per_lon.abs() < 1e-6 { 0.0 } else { at.x / self.metres_per_lon };
        let lat = (self.origin.y() + at.y / self.metres_per_lat).clamp(-90.0, 90.0);
        Point::new(lon_difference(self.origin.x() + lon, 0.0), lat)
    }

    /// Metres on the ellipsoid from the origin to the nearest of these segments; none without a segment.
    pub(super) fn distance_m(&self, segments: impl Iterator<Item = (Coord<f64>, Coord<f64>)>) -> Option<f64> {
        let nearest = segments
            .map(|(from, to)| {
                let start = self.project(from);
                nearest_to_origin(start, self.project_beside(to, from, start))
            })
            .min_by(|a, b| squared(*a).total_cmp(&squared(*b)))?;
        Some(Geodesic.distance(self.origin, self.unproject(nearest)))
    }
}

/// Difference of two longitudes in degrees, −180 to 180.
pub(super) fn lon_difference(lon: f64, from: f64) -> f64 {
    (lon - from + 180.0).rem_euclid(360.0) - 180.0
}

/// The point of a segment that is nearest to the origin; a segment without length is its end.
fn nearest_to_origin(from: Coord<f64>, to: Coord<f64>) -> Coord<f64> {
    let way = to - from;
    let length2 = squared(way);
    if length2 <= 0.0 {
        return from;
    }
    let share = (-(from.x * way.x + from.y * way.y) / length2).clamp(0.0, 1.0);
    from + way * share
}

fn squared(at: Coord<f64>) -> f64 {
    at.x * at.x + at.y * at.y
}

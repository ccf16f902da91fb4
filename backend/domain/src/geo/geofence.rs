//! Geofences: is a point inside, and if not, how far outside.

use super::plane::{Plane, lon_difference};
use geo::{Destination, Geodesic, Intersects};
use geo_types::{Coord, LineString, Point, Polygon};

/// Corners of the polygon that stands for a circle.
const CIRCLE_CORNERS: u16 = 32;

/// True when the point is inside the polygon or on its edge; holes are outside.
#[must_use]
pub fn contains(polygon: &Polygon<f64>, point: Point<f64>) -> bool {
    let Some(anchor) = polygon.exterior().0.first().copied() else {
        return false;
    };
    around(polygon, anchor.x).intersects(&Point::new(lon_difference(point.x(), anchor.x), point.y()))
}

/// Metres from the point to the polygon: 0 inside or on the edge; none when the polygon has no edge.
#[must_use]
pub fn distance_outside_m(polygon: &Polygon<f64>, point: Point<f64>) -> Option<f64> {
    if contains(polygon, point) {
        return Some(0.0);
    }
    let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
    let edges = rings.flat_map(|ring| ring.0.windows(2)).map(|pair| (pair[0], pair[1]));
    Plane::at(point).distance_m(edges)
}

/// A circle as a polygon of 32 corners, for a site marked from the phone by centre and radius in metres.
#[must_use]
pub fn circle(centre: Point<f64>, radius_m: f64) -> Polygon<f64> {
    let corner = |k: u16| {
        // Counter-clockwise, as RFC 7946 wants outer rings.
        let bearing = 360.0 - 360.0 * f64::from(k % CIRCLE_CORNERS) / f64::from(CIRCLE_CORNERS);
        Coord::from(Geodesic.destination(centre, bearing, radius_m))
    };
    Polygon::new(LineString::new((0..=CIRCLE_CORNERS).map(corner).collect()), Vec::new())
}

/// The polygon with longitudes relative to one of its own corners, so that the antimeridian cannot tear it.
fn around(polygon: &Polygon<f64>, lon: f64) -> Polygon<f64> {
    let ring = |ring: &LineString<f64>| {
        LineString::new(ring.0.iter().map(|c| Coord { x: lon_difference(c.x, lon), y: c.y }).collect())
    };
    Polygon::new(ring(polygon.exterior()), polygon.interiors().iter().map(ring).collect())
}

//! Corridors: how far a point is from a declared line.

use super::plane::Plane;
use super::position::Position;
use geo::{Geodesic, InterpolatePoint};
use geo_types::{Coord, LineString, Point};

/// Segments longer than this are split along the ellipsoid before they are measured on a plane.
const MAX_SEGMENT_M: f64 = 20_000.0;

/// An accuracy radius counts in the driver's favour up to this many metres.
pub const ACCURACY_ALLOWANCE_M: f64 = 50.0;

/// Metres from the point to the line, never NaN; none for a line without a vertex.
///
/// Long segments run along the ellipsoid (the shortest way), also over the antimeridian.
#[must_use]
pub fn distance_m(line: &LineString<f64>, point: Point<f64>) -> Option<f64> {
    if let [only] = line.0.as_slice() {
        return Plane::at(point).distance_m(std::iter::once((*only, *only)));
    }
    Plane::at(point).distance_m(line.0.windows(2).flat_map(|pair| split(pair[0], pair[1])))
}

/// Metres beyond the corridor, with the accuracy in the driver's favour; none when the fix is inside, or is no
/// evidence: it claims no accuracy, or one wider than the corridor.
#[must_use]
pub fn deviation_m(line: &LineString<f64>, corridor_m: f64, fix: &Position) -> Option<Deviation> {
    let accuracy_m = fix.accuracy_m.filter(|accuracy| *accuracy <= corridor_m)?;
    let distance_m = distance_m(line, fix.point())?;
    (distance_m - accuracy_m.min(ACCURACY_ALLOWANCE_M) > corridor_m)
        .then_some(Deviation { distance_m, accuracy_m })
}

/// A fix that is really off the line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Deviation {
    /// Metres to the line.
    pub distance_m: f64,
    /// Accuracy radius of the fix in metres.
    pub accuracy_m: f64,
}

/// The segment in pieces of at most [`MAX_SEGMENT_M`]; a short one stays whole and costs no allocation.
fn split(from: Coord<f64>, to: Coord<f64>) -> impl Iterator<Item = Segment> {
    let size = Plane::at(Point::from(from)).project(to);
    let (first, rest) = if size.x.hypot(size.y) <= MAX_SEGMENT_M {
        ((from, to), Vec::new())
    } else {
        let between: Vec<Coord<f64>> = Geodesic
            .points_along_line(Point::from(from), Point::from(to), MAX_SEGMENT_M, false)
            .map(Coord::from)
            .chain(std::iter::once(to))
            .collect();
        let first = between.first().copied().unwrap_or(to);
        ((from, first), between.windows(2).map(|pair| (pair[0], pair[1])).collect())
    };
    std::iter::once(first).chain(rest)
}

/// From one vertex to the next.
type Segment = (Coord<f64>, Coord<f64>);

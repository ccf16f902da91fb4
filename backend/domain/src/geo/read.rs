//! Geometry as people send it: GeoJSON (RFC 7946) in, validated geometry out, with the path of each problem.

use super::plane::{Plane, lon_difference};
use geo::orient::{Direction, Orient};
use geo::{Area, Geodesic, Length, Validation};
use geo_types::{Coord, LineString, Point, Polygon};
use serde_json::Value;

/// Most vertices of a route.
pub const MAX_ROUTE_VERTICES: usize = 10_000;
/// Longest route in metres: Vietnam from end to end by road, twice.
pub const MAX_ROUTE_M: f64 = 5_000_000.0;
/// Most vertices of a geofence, all rings together.
pub const MAX_GEOFENCE_VERTICES: usize = 1_000;
/// Smallest and largest area of a geofence in square metres: a shed, and an industrial zone of 25 km².
pub const GEOFENCE_AREA_M2: std::ops::RangeInclusive<f64> = 10.0..=25_000_000.0;
/// Furthest that a geofence reaches from its first corner, in metres.
pub const MAX_GEOFENCE_REACH_M: f64 = 20_000.0;
/// Radius of a site marked from the phone, in metres.
pub const RADIUS_M: std::ops::RangeInclusive<f64> = 5.0..=2_000.0;
/// Half-width of a corridor in metres.
pub const CORRIDOR_M: std::ops::RangeInclusive<f64> = 20.0..=5_000.0;

/// Something wrong with a geometry, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {code}")]
pub struct GeometryError {
    /// Field path below the one given, such as `route.geometry.coordinates[3][1]`.
    pub path: String,
    /// `required`, `bad_format`, `out_of_range`, `too_long`, `not_closed` or `self_intersecting`.
    pub code: &'static str,
}

fn error(path: impl Into<String>, code: &'static str) -> GeometryError {
    GeometryError { path: path.into(), code }
}

/// Reads a route: a LineString of 2 to 10,000 vertices on the globe, longer than nothing and than 5,000 km never.
///
/// # Errors
/// Every problem of the vertices at once, each with its path below `path`.
pub fn route(value: &Value, path: &str) -> Result<LineString<f64>, Vec<GeometryError>> {
    let (positions, at) = coordinates(value, "LineString", path)?;
    if positions.len() < 2 {
        return Err(vec![error(at, "required")]);
    }
    if positions.len() > MAX_ROUTE_VERTICES {
        return Err(vec![error(at, "too_long")]);
    }
    let line = LineString::new(vertices(positions, &at)?);
    let length = Geodesic.length(&line);
    if !(length > 0.0 && length <= MAX_ROUTE_M) {
        return Err(vec![error(at, "out_of_range")]);
    }
    Ok(line)
}

/// Reads a geofence: a Polygon that is closed, does not cross itself, and is as large as a site can be.
///
/// The outer ring comes back counter-clockwise, holes clockwise.
///
/// # Errors
/// Every problem of the vertices at once, each with its path below `path`.
pub fn geofence(value: &Value, path: &str) -> Result<Polygon<f64>, Vec<GeometryError>> {
    let (rings, at) = coordinates(value, "Polygon", path)?;
    if rings.is_empty() {
        return Err(vec![error(at, "required")]);
    }
    let count: usize = rings.iter().filter_map(Value::as_array).map(Vec::len).sum();
    if count > MAX_GEOFENCE_VERTICES {
        return Err(vec![error(at, "too_long")]);
    }
    let mut problems = Vec::new();
    let mut read = Vec::with_capacity(rings.len());
    for (index, ring) in rings.iter().enumerate() {
        match self::ring(ring, &format!("{at}[{index}]")) {
            Ok(ring) => read.push(ring),
            Err(found) => problems.extend(found),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut rings = read.into_iter();
    let Some(exterior) = rings.next() else {
        return Err(vec![error(at, "required")]);
    };
    let polygon = Polygon::new(exterior, rings.collect()).orient(Direction::Default);
    check_shape(&polygon).map_err(|code| vec![error(at, code)])?;
    Ok(polygon)
}

/// Reads back a route that [`route`] let in: shape only, nothing is measured again.
#[must_use]
pub fn stored_route(value: &Value) -> Option<LineString<f64>> {
    stored_ring(value.get("coordinates")?)
}

/// Reads back a geofence that [`geofence`] let in: shape only, nothing is measured again.
///
/// The rings come back in the directions that [`geofence`] gives them.
#[must_use]
pub fn stored_geofence(value: &Value) -> Option<Polygon<f64>> {
    let mut rings = value.get("coordinates")?.as_array()?.iter().map(stored_ring);
    let exterior = rings.next()??;
    let polygon = Polygon::new(exterior, rings.collect::<Option<_>>()?);
    Some(polygon.orient(Direction::Default))
}

fn stored_ring(positions: &Value) -> Option<LineString<f64>> {
    let coord =
        |position: &Value| Some(Coord { x: position.get(0)?.as_f64()?, y: position.get(1)?.as_f64()? });
    positions.as_array()?.iter().map(coord).collect()
}

/// Reads a centre and a radius in metres as a geofence of 32 corners.
///
/// # Errors
/// A centre off the globe or a radius that no site has, each with its path below `path`.
pub fn circle(centre: Point<f64>, radius_m: f64, path: &str) -> Result<Polygon<f64>, Vec<GeometryError>> {
    let mut problems = Vec::new();
    if !on_globe(centre.x(), 180.0) {
        problems.push(error(format!("{path}centre.lon"), "out_of_range"));
    }
    if !on_globe(centre.y(), 90.0) {
        problems.push(error(format!("{path}centre.lat"), "out_of_range"));
    }
    if !RADIUS_M.contains(&radius_m) {
        problems.push(error(format!("{path}radius_m"), "out_of_range"));
    }
    if problems.is_empty() { Ok(super::geofence::circle(centre, radius_m)) } else { Err(problems) }
}

/// The coordinates array of a geometry of this type, with its path.
fn coordinates<'a>(
    value: &'a Value,
    kind: &str,
    path: &str,
) -> Result<(&'a Vec<Value>, String), Vec<GeometryError>> {
    if value.get("type").and_then(Value::as_str) != Some(kind) {
        return Err(vec![error(format!("{path}.type"), "bad_format")]);
    }
    let at = format!("{path}.coordinates");
    match value.get("coordinates") {
        None | Some(Value::Null) => Err(vec![error(at, "required")]),
        Some(Value::Array(positions)) => Ok((positions, at)),
        Some(_) => Err(vec![error(at, "bad_format")]),
    }
}

fn vertices(positions: &[Value], at: &str) -> Result<Vec<Coord<f64>>, Vec<GeometryError>> {
    let mut problems = Vec::new();
    let mut read = Vec::with_capacity(positions.len());
    for (index, position) in positions.iter().enumerate() {
        match vertex(position, &format!("{at}[{index}]")) {
            Ok(coord) => read.push(coord),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(read) } else { Err(problems) }
}

/// `[lon, lat]`; an altitude behind it is allowed and dropped.
fn vertex(position: &Value, at: &str) -> Result<Coord<f64>, GeometryError> {
    let Some([lon, lat, ..]) = position.as_array().map(Vec::as_slice) else {
        return Err(error(at, "bad_format"));
    };
    let degrees = |value: &Value, axis: u8, limit: f64| match value.as_f64() {
        None => Err(error(format!("{at}[{axis}]"), "bad_format")),
        Some(degrees) if on_globe(degrees, limit) => Ok(degrees),
        Some(_) => Err(error(format!("{at}[{axis}]"), "out_of_range")),
    };
    Ok(Coord { x: degrees(lon, 0, 180.0)?, y: degrees(lat, 1, 90.0)? })
}

fn on_globe(degrees: f64, limit: f64) -> bool {
    degrees.is_finite() && degrees.abs() <= limit
}

fn ring(value: &Value, at: &str) -> Result<LineString<f64>, Vec<GeometryError>> {
    let Some(positions) = value.as_array() else {
        return Err(vec![error(at, "bad_format")]);
    };
    let vertices = vertices(positions, at)?;
    if vertices.len() < 4 {
        return Err(vec![error(at, "required")]);
    }
    if vertices.first() != vertices.last() {
        return Err(vec![error(at, "not_closed")]);
    }
    Ok(LineString::new(vertices))
}

/// Size first: a polygon around the globe must not reach the search for crossings.
fn check_shape(polygon: &Polygon<f64>) -> Result<(), &'static str> {
    let Some(anchor) = polygon.exterior().0.first().copied() else {
        return Err("required");
    };
    let plane = Plane::at(Point::from(anchor));
    let flat = |ring: &LineString<f64>| LineString::new(ring.0.iter().map(|c| plane.project(*c)).collect());
    let flat = Polygon::new(flat(polygon.exterior()), polygon.interiors().iter().map(flat).collect());
    let reaches = |c: &Coord<f64>| c.x.hypot(c.y) > MAX_GEOFENCE_REACH_M;
    if flat.exterior().0.iter().any(reaches) {
        return Err("out_of_range");
    }
    if !flat.is_valid() {
        return Err("self_intersecting");
    }
    if GEOFENCE_AREA_M2.contains(&flat.unsigned_area()) { Ok(()) } else { Err("out_of_range") }
}

/// The middle of a geofence's bounds: where a map puts the pin.
#[must_use]
pub fn centre(polygon: &Polygon<f64>) -> Option<Point<f64>> {
    let ring = &polygon.exterior().0;
    let anchor = ring.first()?;
    let mut low = Coord { x: f64::MAX, y: f64::MAX };
    let mut high = Coord { x: f64::MIN, y: f64::MIN };
    for corner in ring {
        let x = lon_difference(corner.x, anchor.x);
        low = Coord { x: low.x.min(x), y: low.y.min(corner.y) };
        high = Coord { x: high.x.max(x), y: high.y.max(corner.y) };
    }
    let lon = lon_difference(anchor.x + (low.x + high.x) / 2.0, 0.0);
    Some(Point::new(lon, (low.y + high.y) / 2.0))
}

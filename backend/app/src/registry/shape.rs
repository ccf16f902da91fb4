//! GeoJSON in and out of the registry.

use crate::error::{Error, FieldCode, FieldError, Result};
use domain::geo::read::{self, GeometryError};
use geojson::GeometryValue;
use serde_json::Value;

/// A GeoJSON Polygon as the contract describes it: WGS 84, longitude first, outer ring first, then holes.
#[derive(Debug, Clone, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct GeoPolygon {
    /// `Polygon`.
    pub r#type: PolygonType,
    /// Rings of positions, each closed.
    pub coordinates: Vec<Vec<Vec<f64>>>,
}

/// The one word of a [`GeoPolygon`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub enum PolygonType {
    /// Always.
    Polygon,
}

/// A GeoJSON LineString as the contract describes it: WGS 84, longitude first.
#[derive(Debug, Clone, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct GeoLine {
    /// `LineString`.
    pub r#type: LineType,
    /// Positions in order.
    pub coordinates: Vec<Vec<f64>>,
}

/// The one word of a [`GeoLine`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub enum LineType {
    /// Always.
    LineString,
}

/// A polygon as GeoJSON.
#[must_use]
pub fn polygon_json(polygon: &geo_types::Polygon<f64>) -> Value {
    geometry_json(GeometryValue::from(polygon))
}

/// A line as GeoJSON.
#[must_use]
pub fn line_json(line: &geo_types::LineString<f64>) -> Value {
    geometry_json(GeometryValue::from(line))
}

fn geometry_json(value: GeometryValue) -> Value {
    serde_json::to_value(geojson::Geometry::new(value)).unwrap_or(Value::Null)
}

/// Field problems of a geometry.
pub(crate) fn problems(errors: Vec<GeometryError>) -> Vec<FieldError> {
    errors
        .into_iter()
        .map(|error| {
            let code = match error.code {
                "required" => FieldCode::Required,
                "out_of_range" => FieldCode::OutOfRange,
                _ => FieldCode::BadFormat,
            };
            FieldError::new(
                error.path,
                code,
                "GeoJSON in WGS 84, longitude first, within the bounds of this field.",
            )
        })
        .collect()
}

/// A stored geofence back as a polygon.
///
/// # Errors
/// [`Error::Internal`] when the store holds what was never let in.
pub(crate) fn stored_polygon(value: &Value) -> Result<geo_types::Polygon<f64>> {
    read::stored_geofence(value).ok_or_else(|| Error::Internal("a stored geofence is malformed".into()))
}

/// A stored route back as a line.
///
/// # Errors
/// As [`stored_polygon`].
pub(crate) fn stored_line(value: &Value) -> Result<geo_types::LineString<f64>> {
    read::stored_route(value).ok_or_else(|| Error::Internal("a stored route is malformed".into()))
}

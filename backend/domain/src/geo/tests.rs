//! Geography as stories, and against the ellipsoid.

use super::corridor::{self, deviation_m};
use super::geofence::{circle, contains, distance_outside_m};
use super::position::Position;
use super::read;
use geo::{Bearing, Destination, Distance, Geodesic, InterpolatePoint};
use geo_types::{Coord, LineString, Point, Polygon, line_string, polygon};
use proptest::prelude::*;
use serde_json::json;

/// A yard of about 200 m by 200 m in Hải Phòng.
fn yard() -> Polygon<f64> {
    polygon![(x: 106.60, y: 20.90), (x: 106.602, y: 20.90), (x: 106.602, y: 20.902), (x: 106.60, y: 20.902)]
}

fn fix(point: Point<f64>, accuracy_m: Option<f64>) -> Position {
    Position {
        lat: point.y(),
        lon: point.x(),
        accuracy_m,
        speed_mps: None,
        heading_deg: None,
        fix_time: None,
        mocked: false,
    }
}

#[test]
fn inside_and_on_the_edge_is_inside() {
    assert!(contains(&yard(), Point::new(106.601, 20.901)));
    assert!(contains(&yard(), Point::new(106.60, 20.901)));
    assert_eq!(distance_outside_m(&yard(), Point::new(106.601, 20.901)), Some(0.0));
    assert!(!contains(&yard(), Point::new(106.603, 20.901)));
}

#[test]
fn a_hole_is_outside() {
    let hole = line_string![(x: 106.6005, y: 20.9005), (x: 106.6005, y: 20.9015), (x: 106.6015, y: 20.9015), (x: 106.6015, y: 20.9005), (x: 106.6005, y: 20.9005)];
    let yard = Polygon::new(yard().exterior().clone(), vec![hole]);
    assert!(!contains(&yard, Point::new(106.601, 20.901)));
    let outside = distance_outside_m(&yard, Point::new(106.601, 20.901)).unwrap();
    assert!((40.0..60.0).contains(&outside), "{outside}");
}

#[test]
fn three_kilometres_east_is_three_kilometres_outside() {
    let east = Geodesic.destination(Point::new(106.602, 20.901), 90.0, 3_000.0);
    let outside = distance_outside_m(&yard(), east).unwrap();
    assert!((outside - 3_000.0).abs() < 0.5, "{outside}");
}

#[test]
fn a_yard_on_the_antimeridian_is_whole() {
    let yard = polygon![(x: 179.999, y: 10.0), (x: -179.999, y: 10.0), (x: -179.999, y: 10.002), (x: 179.999, y: 10.002)];
    assert!(contains(&yard, Point::new(180.0, 10.001)));
    assert!(contains(&yard, Point::new(-180.0, 10.001)));
    assert!(!contains(&yard, Point::new(0.0, 10.001)));
    let near = distance_outside_m(&yard, Point::new(-179.998, 10.001)).unwrap();
    assert!((near - 109.7).abs() < 1.0, "{near}");
}

#[test]
fn a_polygon_without_corners_contains_nothing() {
    let nothing = Polygon::new(LineString::new(vec![]), vec![]);
    assert!(!contains(&nothing, Point::new(0.0, 0.0)));
    assert_eq!(distance_outside_m(&nothing, Point::new(0.0, 0.0)), None);
}

#[test]
fn a_circle_has_its_radius_all_round() {
    let centre = Point::new(106.68, 20.86);
    let circle = circle(centre, 80.0);
    assert_eq!(circle.exterior().0.len(), 33);
    for corner in &circle.exterior().0 {
        assert!((Geodesic.distance(centre, Point::from(*corner)) - 80.0).abs() < 0.001);
    }
    assert!(contains(&circle, Geodesic.destination(centre, 33.0, 79.0)));
    assert!(!contains(&circle, Geodesic.destination(centre, 33.0, 80.5)));
}

#[test]
fn lines_without_length_have_a_distance() {
    let point = Point::new(106.60, 20.90);
    let place = Coord { x: 106.60, y: 20.91 };
    let expected = Geodesic.distance(point, Point::from(place));
    for line in [vec![place], vec![place, place], vec![place, place, place]] {
        let distance = corridor::distance_m(&LineString::new(line), point).unwrap();
        assert!((distance - expected).abs() < 0.01, "{distance}");
    }
    assert_eq!(corridor::distance_m(&LineString::new(vec![]), point), None);
    let here = LineString::new(vec![Coord::from(point), Coord::from(point)]);
    assert!(corridor::distance_m(&here, point).unwrap() < 1e-6);
}

#[test]
fn a_segment_of_two_hundred_kilometres_follows_the_ellipsoid() {
    let (from, to) = (Point::new(105.0, 21.0), Point::new(107.0, 21.0));
    let middle = Geodesic.point_at_ratio_between(from, to, 0.5);
    let line = LineString::from(vec![from, to]);
    let on = corridor::distance_m(&line, middle).unwrap();
    assert!(on < 5.0, "{on}");
    let aside = Geodesic.destination(middle, 0.0, 1_000.0);
    let off = corridor::distance_m(&line, aside).unwrap();
    assert!((off - 1_000.0).abs() < 5.0, "{off}");
}

#[test]
fn a_route_over_the_antimeridian_goes_the_short_way() {
    let line = line_string![(x: 179.9, y: 0.0), (x: -179.9, y: 0.0)];
    assert!(corridor::distance_m(&line, Point::new(180.0, 0.0)).unwrap() < 0.01);
    assert!(corridor::distance_m(&line, Point::new(0.0, 0.0)).unwrap() > 1_000_000.0);
}

#[test]
fn accuracy_counts_in_favour_and_a_vague_fix_is_no_evidence() {
    let line = line_string![(x: 106.60, y: 20.90), (x: 106.70, y: 20.90)];
    let north = |metres| Geodesic.destination(Point::new(106.65, 20.90), 0.0, metres);
    assert!(deviation_m(&line, 200.0, &fix(north(190.0), Some(8.0))).is_none());
    assert!(deviation_m(&line, 200.0, &fix(north(207.0), Some(8.0))).is_none());
    assert!(deviation_m(&line, 200.0, &fix(north(210.0), Some(8.0))).is_some());
    assert!(deviation_m(&line, 200.0, &fix(north(245.0), Some(180.0))).is_none());
    assert!(deviation_m(&line, 200.0, &fix(north(260.0), Some(180.0))).is_some());
    assert!(deviation_m(&line, 200.0, &fix(north(3_000.0), Some(201.0))).is_none());
    assert!(deviation_m(&line, 200.0, &fix(north(3_000.0), None)).is_none());
}

#[test]
fn a_route_says_where_it_is_wrong() {
    let read = |value| read::route(&value, "route.geometry");
    let line =
        read(json!({"type": "LineString", "coordinates": [[106.6, 20.9, 4.0], [106.7, 20.9]]})).unwrap();
    assert_eq!(line.0.len(), 2);
    let path_of = |value| {
        let problems = read(value).unwrap_err();
        problems.into_iter().map(|p| format!("{} {}", p.path, p.code)).collect::<Vec<_>>()
    };
    assert_eq!(path_of(json!({"type": "Point"})), ["route.geometry.type bad_format"]);
    assert_eq!(path_of(json!({"type": "LineString"})), ["route.geometry.coordinates required"]);
    assert_eq!(
        path_of(json!({"type": "LineString", "coordinates": [[106.6, 20.9]]})),
        ["route.geometry.coordinates required"]
    );
    assert_eq!(
        path_of(json!({"type": "LineString", "coordinates": [[20.9, 106.6], ["x", 20.9], 7]})),
        [
            "route.geometry.coordinates[0][1] out_of_range",
            "route.geometry.coordinates[1][0] bad_format",
            "route.geometry.coordinates[2] bad_format"
        ]
    );
    assert_eq!(
        path_of(json!({"type": "LineString", "coordinates": [[106.6, 20.9], [106.6, 20.9]]})),
        ["route.geometry.coordinates out_of_range"]
    );
    let long: Vec<_> = (0..10_001).map(|k| [106.0 + f64::from(k) * 1e-6, 20.9]).collect();
    assert_eq!(
        path_of(json!({"type": "LineString", "coordinates": long})),
        ["route.geometry.coordinates too_long"]
    );
}

#[test]
fn a_geofence_says_where_it_is_wrong() {
    let read = |ring: serde_json::Value| {
        read::geofence(&json!({"type": "Polygon", "coordinates": [ring]}), "geofence")
            .map_err(|problems| format!("{} {}", problems[0].path, problems[0].code))
    };
    let good =
        read(json!([[106.6, 20.9], [106.6, 20.902], [106.602, 20.902], [106.602, 20.9], [106.6, 20.9]]));
    let ring = good.unwrap().exterior().clone();
    assert_eq!(ring.0[1].x, 106.602, "turned counter-clockwise");
    assert_eq!(
        read(json!([[106.6, 20.9], [106.6, 20.902], [106.602, 20.902], [106.602, 20.9]])).unwrap_err(),
        "geofence.coordinates[0] not_closed"
    );
    assert_eq!(
        read(json!([[106.6, 20.9], [106.602, 20.902], [106.602, 20.9], [106.6, 20.902], [106.6, 20.9]]))
            .unwrap_err(),
        "geofence.coordinates self_intersecting"
    );
    assert_eq!(
        read(json!([[106.0, 20.0], [108.0, 20.0], [108.0, 22.0], [106.0, 20.0]])).unwrap_err(),
        "geofence.coordinates out_of_range"
    );
    assert_eq!(
        read(json!([[106.6, 20.9], [106.60001, 20.9], [106.60001, 20.90001], [106.6, 20.9]])).unwrap_err(),
        "geofence.coordinates out_of_range"
    );
    assert_eq!(read(json!([[106.6, 20.9], [106.6, 20.9]])).unwrap_err(), "geofence.coordinates[0] required");
}

#[test]
fn what_was_let_in_reads_back_the_same() {
    let hole = json!([[106.1, 20.1], [106.1, 20.101], [106.101, 20.101], [106.1, 20.1]]);
    let yard = json!({ "type": "Polygon", "coordinates":
        [[[106.099, 20.099], [106.099, 20.11], [106.11, 20.11], [106.11, 20.099], [106.099, 20.099]], hole] });
    assert_eq!(read::stored_geofence(&yard), Some(read::geofence(&yard, "").unwrap()));
    let road =
        json!({ "type": "LineString", "coordinates": [[106.1, 20.1, 3.0], [106.2, 20.15], [106.3, 20.2]] });
    assert_eq!(read::stored_route(&road), Some(read::route(&road, "").unwrap()));
    assert_eq!(read::stored_route(&json!({ "coordinates": [[106.1]] })), None);
    assert_eq!(read::stored_geofence(&json!({ "coordinates": [] })), None);
}

#[test]
fn a_centre_and_a_radius_make_a_geofence() {
    assert!(read::circle(Point::new(106.6, 20.9), 80.0, "").is_ok());
    let problems = read::circle(Point::new(f64::NAN, 95.0), 0.0, "").unwrap_err();
    let paths: Vec<_> = problems.iter().map(|p| p.path.as_str()).collect();
    assert_eq!(paths, ["centre.lon", "centre.lat", "radius_m"]);
    let centre = read::centre(&super::geofence::circle(Point::new(106.6, 20.9), 80.0)).unwrap();
    assert!(Geodesic.distance(centre, Point::new(106.6, 20.9)) < 0.5);
}

/// The distance by brute force: the nearest of many points along each segment, all on the ellipsoid.
fn sampled(line: &LineString<f64>, point: Point<f64>) -> f64 {
    line.0
        .windows(2)
        .flat_map(|pair| Geodesic.points_along_line(Point::from(pair[0]), Point::from(pair[1]), 20.0, true))
        .map(|sample| Geodesic.distance(point, sample))
        .fold(f64::INFINITY, f64::min)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn corridor_distance_agrees_with_the_ellipsoid(
        lon in -180.0..180.0_f64, lat in -70.0..70.0_f64,
        steps in prop::collection::vec((0.0..360.0_f64, 0.0..4_000.0_f64), 1..6),
        bearing in 0.0..360.0_f64, away in 0.0..6_000.0_f64,
    ) {
        let mut at = Point::new(lon, lat);
        let start = at;
        let mut line = vec![at];
        for (bearing, metres) in steps {
            at = Geodesic.destination(at, bearing, metres);
            line.push(at);
        }
        let line = LineString::from(line);
        let point = Geodesic.destination(start, bearing, away);
        let ours = corridor::distance_m(&line, point).unwrap();
        let expected = sampled(&line, point);
        prop_assert!(ours.is_finite());
        prop_assert!((ours - expected).abs() < 15.0 + expected * 0.005, "{} against {}", ours, expected);
    }

    #[test]
    fn no_distance_is_ever_nan(
        places in prop::collection::vec((-180.0..=180.0_f64, -90.0..=90.0_f64), 1..5),
        lon in -180.0..=180.0_f64, lat in -90.0..=90.0_f64,
    ) {
        let line = LineString::from(places);
        let distance = corridor::distance_m(&line, Point::new(lon, lat)).unwrap();
        prop_assert!(distance.is_finite() && distance >= 0.0);
        let polygon = Polygon::new(line, vec![]);
        let outside = distance_outside_m(&polygon, Point::new(lon, lat));
        prop_assert!(outside.is_none_or(|metres| metres.is_finite() && metres >= 0.0));
    }

    #[test]
    fn distance_outside_a_yard_agrees_with_the_ellipsoid(bearing in 0.0..360.0_f64, away in 300.0..20_000.0_f64) {
        let point = Geodesic.destination(Point::new(106.601, 20.901), bearing, away);
        let ours = distance_outside_m(&yard(), point).unwrap();
        let expected = sampled(yard().exterior(), point);
        prop_assert!((ours - expected).abs() < 2.0 + expected * 0.002, "{} against {}", ours, expected);
        prop_assert!(Geodesic.bearing(Point::new(106.601, 20.901), point).is_finite());
    }
}

//! Where things are: positions, geofences, corridors. Longitude/latitude in WGS 84 degrees, distances in metres.

pub mod position;

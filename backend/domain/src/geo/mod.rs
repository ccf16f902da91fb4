//! Where things are: positions, geofences, corridors. Longitude/latitude in WGS 84 degrees, distances in metres.

pub mod corridor;
pub mod geofence;
mod plane;
pub mod position;
pub mod read;

#[cfg(test)]
mod tests;

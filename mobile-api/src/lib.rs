//! The HTTP contract: routes that phones and programs call, the problem catalogue, extractors, OpenAPI.
//!
//! Belongs here: extraction, authorisation as a type, conversion. Rules, SQL and clocks do not.

pub mod address;
pub mod extract;
pub mod idempotency;
pub mod problem;
pub mod routes;

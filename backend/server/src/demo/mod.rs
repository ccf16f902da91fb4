//! The demo province: fictional organisations at real places, one login a role, a year of past manifests.

mod serve;

pub use serve::run;
